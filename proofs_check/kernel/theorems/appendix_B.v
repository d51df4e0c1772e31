(* Appendix B: the error of Theorem 4.2 in three parts, those of y_hat about <b, x_q>, of <b, x_q> about <a, x_q> and of <a, x_q>
   about y_q, with b = Gamma^-1 E[yx] and a = Lambda^-1 E[yx]: their mean squares (II and III; the first is the least linear
   risk), and that no two of them are correlated (IV, V, VI). For every law of the examples with E x x^T = Lambda. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix attention independent_prompt error_algebra.
From ICL Require Import setting convergence.
From ICLTheorems Require Import theorem_4_2.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Parts.
Variables (R : realType) (d N M : nat) (La : 'M[R]_d).
Hypothesis Lambda_definite : pd La.
Hypothesis M_positive : (0 < M)%N.
Variables (B A : comAlgType R) (E1 : B -> R) (E : A -> R) (x : 'cV[B]_d) (y : B).
Variables (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism B -> A}).
Hypotheses (law : is_expectation E1) (sample_law : is_expectation E).
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis iid : forall g h, E ((\prod_i example i (g i)) * query h) = (\prod_i E1 (g i)) * E1 h.
Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Hypothesis minimal : minimising N La W_PV W_KQ.
Notation G := (invmx (Gamma N La)).
Notation Exy := (expect E1 (y *: x)).
Notation a := (theorem_4_2.a La E1 x y).
Notation Sigma := (theorem_4_2.Sigma E1 x y).
Notation y_hat := (theorem_4_2.y_hat x y example query W_PV W_KQ).
Let b : 'cV[R]_d := G *m Exy.
(* <p, x_q> and y_q *)
Let at_query (p : 'cV[R]_d) : A := ((const A p)^T *m query_x x query) 0 0.
Let y_q : A := query y.
Let part_0 : A := at_query a - y_q.
Let part_1 : A := y_hat - at_query b.
Let part_2 : A := at_query b - at_query a.

Let queryE h : E (query h) = E1 h.
Proof.
have := iid (fun=> 1) h; rewrite big1 => [|i _]; last by rewrite rmorph1.
by rewrite mul1r big1 => [|i _]; [rewrite mul1r | case: law].
Qed.
Let query_dot p : at_query p = \sum_j p j 0 *: query (x j 0).
Proof. by rewrite /at_query mxE; apply: eq_bigr => j _; rewrite !mxE -scalerAl mul1r. Qed.
Let exampleE i g h : E (example i g * query h) = E1 g * E1 h.
Proof.
have := iid (fun j => if j == i then g else 1) h.
rewrite (bigD1 i) //= eqxx big1 => [|j /negbTE ->]; last by rewrite rmorph1.
rewrite mulr1 => ->; congr (_ * _); rewrite (bigD1 i) //= eqxx big1 ?mulr1 // => j /negbTE ->.
by case: law.
Qed.
Let y_hatE : y_hat = \sum_k \sum_j \sum_i (G j k / M%:R) *: (example i (y * x k 0) * query (x j 0)).
Proof.
rewrite /theorem_4_2.y_hat (equation_4_3 _ _ _ Lambda_definite minimal) mxE; apply: eq_bigr => k _.
rewrite [X in X * _]mxE mulr_suml; apply: eq_bigr => j _.
rewrite [X in _ * X]mxE summxE !mulr_sumr; apply: eq_bigr => i _.
rewrite !mxE rmorphM -[in_alg A _]/((G j k)%:A) mulr_algr mulr_algl -scalerAl -scalerAr scalerA; congr (_ *: _).
by rewrite mulrC.
Qed.

(* nothing of the query is correlated with y_hat - <b, x_q> *)
Let at_queryE p h : E (at_query p * query h) = \sum_j p j 0 * E1 (x j 0 * h).
Proof.
rewrite query_dot mulr_suml (exp_sum sample_law); apply: eq_bigr => j _.
by rewrite -scalerAl (expZ sample_law) -rmorphM queryE.
Qed.
Let uncorrelated h : E (part_1 * query h) = 0.
Proof.
rewrite /part_1 mulrBl (expB sample_law) at_queryE y_hatE mulr_suml (exp_sum sample_law).
under eq_bigr => k _ do rewrite mulr_suml (exp_sum sample_law).
rewrite exchange_big /=; apply/eqP; rewrite subr_eq0; apply/eqP; apply: eq_bigr => j _.
rewrite [b j 0]mxE mulr_suml; apply: eq_bigr => k _.
rewrite mulr_suml (exp_sum sample_law).
under eq_bigr => i _ do rewrite -scalerAl (expZ sample_law) -[example i _ * _ * _]mulrA -rmorphM exampleE.
rewrite sumr_const card_ord -[_ *+ M]mulr_natr [expect _ _ _ _]mxE [(y *: x) k 0]mxE.
have e (g m p q : R) : m != 0 -> g / m * (p * q) * m = g * p * q by move=> m0; field.
by apply: e; rewrite pnatr_eq0 -lt0n.
Qed.
Let at_query_query p : E (part_1 * at_query p) = 0.
Proof.
rewrite query_dot mulr_sumr (exp_sum sample_law) big1 // => j _.
by rewrite -scalerAr (expZ sample_law) uncorrelated mulr0.
Qed.

Theorem term_IV : E (part_0 * part_1) = 0.
Proof.
rewrite mulrC /part_0 mulrBr (expB sample_law) at_query_query /y_q.
by rewrite uncorrelated subrr.
Qed.
Theorem term_V : E (part_1 * part_2) = 0.
Proof. by rewrite /part_2 mulrBr (expB sample_law) !at_query_query subrr. Qed.

Let b_label : Exy = La *m a. Proof. by rewrite /theorem_4_2.a mulKVmx // pd_unit. Qed.
Let form p q : E (at_query p * at_query q) = (p^T *m La *m q) 0 0.
Proof.
rewrite [at_query q]query_dot mulr_sumr (exp_sum sample_law) mxE; apply: eq_bigr => k _.
rewrite -scalerAr (expZ sample_law) at_queryE mulrC; congr (_ * _); rewrite mxE; apply: eq_bigr => j _.
by rewrite mxE -covariance [expect _ _ _ _]mxE outer.
Qed.
Theorem term_VI : E (part_0 * part_2) = 0.
Proof.
have h p : E (at_query a * at_query p) = E (y_q * at_query p).
  rewrite form [y_q * _]mulrC; have -> : E (at_query p * y_q) = (p^T *m Exy) 0 0.
    rewrite at_queryE mxE; apply: eq_bigr => j _; rewrite !mxE; congr (_ * E1 _); exact: mulrC.
  have s (c : 'cV[R]_d) : (c^T *m La *m p) 0 0 = (p^T *m (La *m c)) 0 0.
    have t (K : 'M[R]_1) : K 0 0 = K^T 0 0 by rewrite mxE.
    by rewrite t !trmx_mul trmxK (pd_sym Lambda_definite).
  by rewrite s -b_label.
by rewrite /part_0 /part_2 mulrBl !mulrBr !(expB sample_law) !h subrr.
Qed.
(* the least linear risk *)
Theorem term_I : E (part_0 ^+ 2) = linear_risk E1 x y a.
Proof.
rewrite (linear_riskE y law covariance) expr2 {1}/part_0 /part_0 mulrBl !mulrBr !(expB sample_law) form.
have h : E (at_query a * y_q) = \tr (a^T *m Exy).
  rewrite at_queryE /mxtrace big_ord1 mxE; apply: eq_bigr => j _; rewrite !mxE; congr (_ * E1 _); exact: mulrC.
rewrite [y_q * at_query a]mulrC h -rmorphM queryE -expr2 /qf /mxtrace !big_ord1.
have e (p q r : R) : p - q - (q - r) = p - q *+ 2 + r by ring.
exact: e.
Qed.
Let rest : 1%:M - G *m La = N%:R^-1 *: (G *m (La + \tr La *: 1%:M)).
Proof.
have Gu := pd_unit (pdGa N Lambda_definite).
have e : Gamma N La = La + N%:R^-1 *: (La + \tr La *: 1%:M).
  by rewrite /Gamma scalerDl scale1r scalerDr scalerA [N%:R^-1 * _]mulrC addrA.
rewrite -{1}(mulVmx Gu) -mulmxBr scalemxAr; congr (_ *m _).
by rewrite -[X in X - _]/(Gamma N La) e addrAC subrr add0r.
Qed.
Let comm : G *m La = La *m G.
Proof.
have Gu := pd_unit (pdGa N Lambda_definite); have cG : Gamma N La *m La = La *m Gamma N La := commGa N La.
by rewrite -[RHS](mulKmx Gu) (mulmxA (Gamma N La) La) cG -(mulmxA La) mulmxV // mulmx1.
Qed.
Theorem term_III : E (part_2 ^+ 2) =
  N%:R^-1 ^+ 2 * (qf (G *m G *m La *m La *m La) a + 2%:R * \tr La * qf (G *m G *m La *m La) a
                  + \tr La ^+ 2 * qf (G *m G *m La) a).
Proof.
have Gs : G^T = G by apply: sym_inv; apply: pd_sym; apply: pdGa.
have Ls := pd_sym Lambda_definite.
rewrite -(bias_form comm rest) expr2 {1}/part_2 /part_2 mulrBl !mulrBr !(expB sample_law) !form /b b_label.
rewrite /qf /mxtrace !big_ord1; move: (theorem_4_2.a _ _ _ _) => c; rewrite !trmx_mul Gs Ls !mulmxA.
have e (p q r : R) : p - q - (q - r) = p - q *+ 2 + r by ring.
exact: e.
Qed.
Theorem term_II : E (part_1 ^+ 2) = M%:R^-1 * \tr (Sigma *m G *m G *m La).
Proof.
have := theorem_4_2 Lambda_definite M_positive y law sample_law covariance iid minimal.
have -> : y_hat - query_y y query = part_0 + part_1 + part_2.
  by rewrite /part_0 /part_1 /part_2 /y_q /query_y; move: (y_hat) (at_query _) (at_query _) (query y) => p q r s; ring.
have square (p q r : A) : (p + q + r) ^+ 2 = p ^+ 2 + q ^+ 2 + r ^+ 2 + (p * q) *+ 2 + (q * r) *+ 2 + (p * r) *+ 2 by ring.
rewrite square !mulr2n !(expD sample_law) term_IV term_V term_VI term_I term_III.
have e (p q r s : R) : q + p + s + (0 + 0) + (0 + 0) + (0 + 0) = q + r + s -> p = r.
  by rewrite !addr0 => h; apply: (addrI q); apply: (addIr s).
exact: e.
Qed.
End Parts.
