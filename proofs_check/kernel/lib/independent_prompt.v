(* Prompts of independent examples, their moments, and the error of any linear read-out of (1/n) sum_i y_i x_i.

   The law of a task is an expectation Ew on an algebra C, that of an example an expectation E1 on an algebra B, that of the
   query an expectation Eq on an algebra D. All three live in one algebra A with expectation E, and are independent. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import random_matrix.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section IndependentPrompt.
Variables (R : numFieldType) (B C D A : comAlgType R) (n : nat).
Variables (Ew : C -> R) (E1 : B -> R) (Eq : D -> R) (E : A -> R).
Variables (task : {rmorphism C -> A}) (example : 'I_n -> {rmorphism B -> A}) (query : {rmorphism D -> A}).

(* task, examples and query are independent, and the examples are identically distributed *)
Definition independent : Prop := forall f g h,
  E (task f * (\prod_i example i (g i)) * query h) = Ew f * (\prod_i E1 (g i)) * Eq h.

Hypotheses (exw : is_expectation Ew) (ex1 : is_expectation E1) (exq : is_expectation Eq) (exE : is_expectation E).
Hypothesis ind : independent.

Lemma ind_none f h : E (task f * query h) = Ew f * Eq h.
Proof.
have := ind f (fun=> 1) h; rewrite big1 => [|i _]; last exact: rmorph1.
by rewrite big1 => [|i _]; rewrite ?mulr1 ?(exp1 ex1).
Qed.
Lemma ind_one f i p h : E (task f * example i p * query h) = Ew f * E1 p * Eq h.
Proof.
have := ind f (fun j => if j == i then p else 1) h.
rewrite (bigD1 i) //= eqxx big1 ?mulr1 => [|j /negbTE ->]; last exact: rmorph1.
by rewrite (bigD1 i) //= eqxx big1 ?mulr1 => [|j /negbTE ->]; last exact: exp1.
Qed.
Lemma ind_two f i j p r h : i != j ->
  E (task f * (example i p * example j r) * query h) = Ew f * (E1 p * E1 r) * Eq h.
Proof.
move=> ij; have := ind f (fun k => if k == i then p else if k == j then r else 1) h.
have ji : j != i by rewrite eq_sym.
rewrite (bigD1 i) //= eqxx (bigD1 j) //= (negbTE ji) eqxx.
rewrite big1 ?mulr1 => [|k /andP[/negbTE -> /negbTE ->]]; last exact: rmorph1.
rewrite (bigD1 i) //= eqxx (bigD1 j) //= (negbTE ji) eqxx.
by rewrite big1 ?mulr1 => [|k /andP[/negbTE -> /negbTE ->]]; last exact: exp1.
Qed.

Definition total (p : B) : A := \sum_i example i p.
Lemma ind_total f p h : E (task f * total p * query h) = n%:R * (Ew f * E1 p) * Eq h.
Proof.
rewrite /total mulr_sumr mulr_suml (exp_sum exE); under eq_bigr => i _ do rewrite ind_one.
by rewrite sumr_const card_ord -[_ *+ n]mulr_natl !mulrA.
Qed.
Lemma ind_totals f p r h : E (task f * (total p * total r) * query h) =
  Ew f * (n%:R * E1 (p * r) + n%:R * (n%:R - 1) * (E1 p * E1 r)) * Eq h.
Proof.
have row i : E (task f * (example i p * total r) * query h) =
    Ew f * (E1 (p * r) + (n%:R - 1) * (E1 p * E1 r)) * Eq h.
  rewrite /total (bigD1 i) //= mulrDr mulrDr mulrDl (expD exE) -rmorphM ind_one.
  rewrite !mulr_sumr mulr_suml (exp_sum exE).
  rewrite (eq_bigr (fun=> Ew f * (E1 p * E1 r) * Eq h)) => [|j ji]; last by rewrite ind_two // eq_sym.
  rewrite sumr_const cardC1 card_ord -mulr_natl.
  have -> : n.-1%:R = n%:R - 1 :> R.
    by rewrite -subn1 natrB // (leq_ltn_trans (leq0n i) (ltn_ord i)).
  by move: (Ew f) (Eq h) (E1 p) (E1 r) (E1 (p * r)) (n%:R : R) => a1 a2 a3 a4 a5 a6; ring.
rewrite {1}/total mulr_suml mulr_sumr mulr_suml (exp_sum exE); under eq_bigr => i _ do rewrite row.
rewrite sumr_const card_ord -[LHS]mulr_natl.
by move: (Ew f) (Eq h) (E1 p) (E1 r) (E1 (p * r)) (n%:R : R) => a1 a2 a3 a4 a5 a6; ring.
Qed.

(* g has the value v if E (g query(h)) = v Eq h for all h: so g has mean v and is independent of the query. *)
Definition value (g : A) (v : R) : Prop := forall h, E (g * query h) = v * Eq h.
Lemma valueD g g' v v' : value g v -> value g' v' -> value (g + g') (v + v').
Proof. by move=> e e' h; rewrite !mulrDl (expD exE) e e'. Qed.
Lemma valueZ c g v : value g v -> value (c *: g) (c * v).
Proof. by move=> e h; rewrite -scalerAl (expZ exE) e mulrA. Qed.
Lemma value_sum (I : finType) (g : I -> A) (v : I -> R) : (forall i, value (g i) (v i)) -> value (\sum_i g i) (\sum_i v i).
Proof. by move=> e h; rewrite !mulr_suml (exp_sum exE); apply: eq_bigr => i _; apply: e. Qed.
Lemma value_ext g g' v v' : g = g' -> v = v' -> value g v -> value g' v'.
Proof. by move=> -> ->. Qed.
Definition matrix_value p q (X : 'M[A]_(p, q)) (V : 'M[R]_(p, q)) : Prop := forall i j, value (X i j) (V i j).
Lemma matrix_value_constl p q s (M : 'M[R]_(p, q)) (X : 'M[A]_(q, s)) V :
  matrix_value X V -> matrix_value (const _ M *m X) (M *m V).
Proof.
move=> e i j; rewrite mxE [in X in value _ X]mxE; apply: value_sum => k.
by apply: value_ext (valueZ (M i k) (e k j)); rewrite // constE -scalerAl mul1r.
Qed.
Lemma matrix_value_constr p q s (X : 'M[A]_(p, q)) (M : 'M[R]_(q, s)) V :
  matrix_value X V -> matrix_value (X *m const _ M) (V *m M).
Proof.
move=> e i j; rewrite mxE [in X in value _ X]mxE; apply: value_sum => k.
by apply: value_ext (valueZ (M k j) (e i k)); rewrite // ?constE -?scalerAr ?mulr1 // mulrC.
Qed.

(* labels that are linear in features phi of the example, with coefficients t that belong to the task *)
Variables (d m : nat) (x : 'cV[B]_d) (phi : 'cV[B]_m) (t : 'cV[C]_m) (xq : 'cV[D]_d) (psi : 'cV[D]_m).
Definition covariate i : 'cV[A]_d := map_mx (example i) x.
Definition label i : A := ((map_mx task t)^T *m map_mx (example i) phi) 0 0.
Definition query_point : 'cV[A]_d := map_mx query xq.
Definition target : A := ((map_mx task t)^T *m map_mx query psi) 0 0.
Definition context_vector : 'cV[A]_d := n%:R^-1%:A *: \sum_i label i *: covariate i.
Notation v := context_vector.
Notation tA := (map_mx task t).

Let T : 'M[R]_m := expect Ew (t *m t^T).
Let F : 'M[R]_(d, m) := expect E1 (x *m phi^T).
Let Q : 'M[R]_d := expect E1 ((phi^T *m const _ T *m phi) 0 0 *: (x *m x^T)).
Definition context_moment : 'M[R]_d := n%:R^-1 *: Q + (1 - n%:R^-1) *: (F *m T *m F^T).

Lemma outer (K : comRingType) p q (a : 'cV[K]_p) (b : 'cV[K]_q) i j : (a *m b^T) i j = a i 0 * b j 0.
Proof. by rewrite mxE big_ord1 [b^T _ _]mxE. Qed.
Lemma context_vectorE c : v c 0 = n%:R^-1 *: \sum_k task (t k 0) * total (phi k 0 * x c 0).
Proof.
rewrite mxE -scalerAl mul1r; congr (_ *: _); rewrite summxE /total.
under [RHS]eq_bigr do rewrite mulr_sumr; rewrite exchange_big /=; apply: eq_bigr => i _.
rewrite mxE [covariate i _ _]mxE /label mxE mulr_suml; apply: eq_bigr => k _.
by rewrite [_^T _ _]mxE mxE [map_mx (example i) phi _ _]mxE rmorphM mulrA.
Qed.
Lemma value_task f : value (task f) (Ew f).
Proof. by move=> h; rewrite ind_none. Qed.

Lemma value_context_task : (0 < n)%N -> matrix_value (v *m tA^T) (F *m T).
Proof.
move=> n0 c l; rewrite outer context_vectorE [tA _ _]mxE.
have nz : n%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
apply: (@value_ext (n%:R^-1 *: \sum_k task (t k 0 * t l 0) * total (phi k 0 * x c 0)) _
   (n%:R^-1 * \sum_k n%:R * (T k l * F c k))).
- by rewrite -scalerAl mulr_suml; congr (_ *: _); apply: eq_bigr => k _; rewrite rmorphM mulrAC.
- by rewrite -mulr_sumr mulrA mulVf // mul1r [RHS]mxE; apply: eq_bigr => k _; rewrite mulrC.
apply: valueZ; apply: value_sum => k h; rewrite ind_total /T /F ![expect _ _ _ _]mxE !outer.
by rewrite [phi k 0 * _]mulrC.
Qed.

Lemma value_context_context : (0 < n)%N -> matrix_value (v *m v^T) context_moment.
Proof.
move=> n0 c e; rewrite outer !context_vectorE.
have nz : n%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
pose G k l := T k l * (n%:R * E1 (phi k 0 * x c 0 * (phi l 0 * x e 0)) + n%:R * (n%:R - 1) * (F c k * F e l)).
apply: (@value_ext ((n%:R^-1 * n%:R^-1) *: \sum_k \sum_l task (t k 0 * t l 0) *
     (total (phi k 0 * x c 0) * total (phi l 0 * x e 0))) _ (n%:R^-1 * n%:R^-1 * \sum_k \sum_l G k l)).
- rewrite -scalerAl -scalerAr scalerA; congr (_ *: _); rewrite mulr_suml; apply: eq_bigr => k _.
  by rewrite mulr_sumr; apply: eq_bigr => l _; rewrite rmorphM mulrACA.
- have q : Q c e = \sum_k \sum_l T k l * E1 (phi k 0 * x c 0 * (phi l 0 * x e 0)).
    rewrite /Q mxE mxE outer mxE mulr_suml (exp_sum ex1) exchange_big /=; apply: eq_bigr => l _.
    rewrite mxE mulr_suml mulr_suml (exp_sum ex1); apply: eq_bigr => k _.
    rewrite [phi^T _ _]mxE constE -(expZ ex1); congr E1.
    by rewrite !(=^~ scalerAr, =^~ scalerAl) !mulr1 mulrACA -!mulrA.
  have ftf : (F *m T *m F^T) c e = \sum_k \sum_l T k l * (F c k * F e l).
    rewrite mxE exchange_big /=; apply: eq_bigr => l _; rewrite mxE mulr_suml; apply: eq_bigr => k _.
    by rewrite [F^T _ _]mxE mulrCA mulrA.
  have sp : \sum_k \sum_l G k l = n%:R * Q c e + n%:R * (n%:R - 1) * (F *m T *m F^T) c e.
    rewrite q ftf !mulr_sumr -big_split; apply: eq_bigr => k _ /=.
    rewrite !mulr_sumr -big_split; apply: eq_bigr => l _ /=; rewrite /G.
    by move: (T k l) (E1 _) (F c k * F e l) => b1 b2 b3; ring.
  rewrite sp /context_moment [RHS]mxE [(n%:R^-1 *: Q) c e]mxE [(_ *: (F *m T *m F^T)) c e]mxE.
  by move: (Q c e) ((F *m T *m F^T) c e) => q1 q2; field.
apply: valueZ; apply: value_sum => k; apply: value_sum => l h; rewrite ind_totals /G /T /F ![expect _ _ _ _]mxE !outer.
by rewrite ![phi _ 0 * x _ 0]mulrC.
Qed.

(* the error of x_q^T M v, M any matrix *)
Variable M : 'M[R]_d.
Definition read_out : A := (query_point^T *m const _ M *m v) 0 0.
Lemma value_query_sum (I J : finType) (g : I -> J -> A) (val : I -> J -> R) (h : I -> J -> D) :
  (forall i j, value (g i j) (val i j)) ->
  E (\sum_i \sum_j g i j * query (h i j)) = \sum_i \sum_j val i j * Eq (h i j).
Proof. by move=> e; rewrite (exp_sum exE); apply: eq_bigr => i _; rewrite (exp_sum exE); apply: eq_bigr => j _; apply: e. Qed.

Theorem error_of_read_out : (0 < n)%N ->
  E ((read_out - target) ^+ 2) = \tr (expect Eq (xq *m xq^T) *m M *m context_moment *m M^T)
    - \tr ((expect Eq (xq *m psi^T))^T *m M *m F *m T) *+ 2 + \tr (expect Eq (psi *m psi^T) *m T).
Proof.
move=> n0; pose y := const _ M *m v.
have yy : matrix_value (y *m y^T) (M *m context_moment *m M^T).
  have -> : y *m y^T = const _ M *m (v *m v^T) *m const _ M^T by rewrite /y trmx_mul const_tr !mulmxA.
  by apply: matrix_value_constr; apply: matrix_value_constl; apply: value_context_context.
have yt : matrix_value (y *m tA^T) (M *m F *m T).
  by rewrite /y -!mulmxA; apply: matrix_value_constl; apply: value_context_task.
have tt : matrix_value (tA *m tA^T) T.
  move=> k l; rewrite outer ![tA _ _]mxE -rmorphM /T [expect _ _ _ _]mxE outer; exact: value_task.
have r : read_out = \sum_a y a 0 * query (xq a 0).
  by rewrite /read_out -mulmxA mxE; apply: eq_bigr => a _; rewrite [_^T _ _]mxE [query_point _ _]mxE mulrC.
have l : target = \sum_k tA k 0 * query (psi k 0).
  by rewrite /target mxE; apply: eq_bigr => k _; rewrite [_^T _ _]mxE [map_mx query psi _ _]mxE.
have prod (I J : finType) (a : I -> A) (b : J -> A) (p : I -> D) (q : J -> D) :
    (\sum_i a i * query (p i)) * (\sum_j b j * query (q j)) = \sum_i \sum_j a i * b j * query (p i * q j).
  rewrite mulr_suml; apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => j _.
  by rewrite rmorphM mulrACA.
rewrite sqrrB !(expD exE) (expN exE) mulr2n (expD exE) -mulr2n expr2 expr2 r l !prod.
rewrite !(@value_query_sum _ _ _ (fun a b => (M *m context_moment *m M^T) a b)) => [|a b]; last by rewrite -outer; apply: yy.
rewrite !(@value_query_sum _ _ _ (fun a b => (M *m F *m T) a b)) => [|a b]; last by rewrite -outer; apply: yt.
rewrite !(@value_query_sum _ _ _ (fun a b => T a b)) => [|a b]; last by rewrite -outer; apply: tt.
have tr1 p q (K : 'M[R]_(p, q)) (a : 'cV[D]_p) (b : 'cV[D]_q) :
    \sum_i \sum_j K i j * Eq (a i 0 * b j 0) = \tr ((expect Eq (a *m b^T))^T *m K).
  rewrite exchange_big /=; apply: eq_bigr => j _; rewrite [RHS]mxE; apply: eq_bigr => i _.
  by rewrite [_^T _ _]mxE [expect _ _ _ _]mxE outer mulrC.
have sy p (a : 'cV[D]_p) : (expect Eq (a *m a^T))^T = expect Eq (a *m a^T).
  by rewrite -expect_tr trmx_mul trmxK.
by rewrite !tr1 !sy !mulmxA.
Qed.
End IndependentPrompt.
