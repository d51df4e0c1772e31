(* Von Neumann's trace inequality from singular value decompositions, and its use with an operator norm. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* A nonincreasing nonnegative sequence is a sum of steps, and a doubly substochastic matrix is harmless to steps. *)
Section Rearrangement.
Variables (R : numDomainType) (k : nat) (D : 'M[R]_k).
Hypotheses (D0 : forall i j, 0 <= D i j) (rows : forall i, \sum_j D i j <= 1) (cols : forall j, \sum_i D i j <= 1).
Definition falling (a : 'I_k -> R) := (forall i, 0 <= a i) /\ forall i j : 'I_k, (i <= j)%N -> a j <= a i.
Definition ext (a : 'I_k -> R) (i : nat) : R := if insub i is Some i' then a i' else 0.
Definition step_of (a : 'I_k -> R) (i : nat) : R := ext a i - ext a i.+1.

Lemma ext_ord a (i : 'I_k) : ext a i = a i. Proof. by rewrite /ext valK. Qed.
Lemma ext_out a i : (k <= i)%N -> ext a i = 0. Proof. by move=> h; rewrite /ext insubF // ltnNge h. Qed.
Lemma step_ge0 a (i : 'I_k) : falling a -> 0 <= step_of a i.
Proof.
case=> a0 fa; rewrite /step_of ext_ord subr_ge0; have [h|h] := ltnP i.+1 k; last by rewrite ext_out.
by rewrite -[i.+1]/(val (Ordinal h)) ext_ord fa /=.
Qed.
Lemma steps a (i : 'I_k) : a i = \sum_(l < k) (i <= l)%N%:R * step_of a l.
Proof.
have h n : \sum_(l < n) (i <= l)%N%:R * step_of a l = ext a (minn i n) - ext a n.
  elim: n => [|n IH]; first by rewrite big_ord0 minn0 subrr.
  have -> : \sum_(l < n.+1) (i <= l)%N%:R * step_of a l = ext a (minn i n) - ext a n + (i <= n)%N%:R * step_of a n.
    by rewrite big_ord_recr IH.
  rewrite /step_of; case: (leqP i n) => hi.
    by rewrite (minn_idPl (leqW hi)) mul1r addrA subrK.
  by rewrite (minn_idPr hi) !subrr mul0r addr0.
by rewrite h (ext_out _ (leqnn k)) subr0 (minn_idPl (ltnW (ltn_ord i))) ext_ord.
Qed.
Lemma corner (l m : 'I_k) :
  \sum_(i < k) \sum_(j < k) (i <= l)%N%:R * (j <= m)%N%:R * D i j <= \sum_(i < k) (i <= l)%N%:R * (i <= m)%N%:R :> R.
Proof.
have z (b : bool) : 0 <= b%:R :> R by rewrite ler0n.
have z1 (b : bool) : b%:R <= 1 :> R by case: b; rewrite ?ler01 ?lexx.
have [lm|/ltnW ml] := leqP l m.
  apply: ler_sum => i _; apply: le_trans (_ : (i <= l)%N%:R <= _); last first.
    by case: (leqP i l) => [il|_]; rewrite ?mul0r // (leq_trans il lm) mulr1.
  under eq_bigr do rewrite -mulrA; rewrite -mulr_sumr ler_pimulr //.
  by apply: le_trans (rows i); apply: ler_sum => j _; rewrite ler_pimull.
rewrite exchange_big /=; apply: ler_sum => j _; apply: le_trans (_ : (j <= m)%N%:R <= _); last first.
  by case: (leqP j m) => [jm|_]; rewrite ?mulr0 // (leq_trans jm ml) mulr1.
under eq_bigr do rewrite mulrAC mulrC; rewrite -mulr_sumr ler_pimulr //.
by apply: le_trans (cols j); apply: ler_sum => i _; rewrite ler_pimull.
Qed.
Lemma rearrangement (a b : 'I_k -> R) : falling a -> falling b ->
  \sum_i \sum_j a i * b j * D i j <= \sum_i a i * b i.
Proof.
move=> fa fb.
have -> : \sum_i \sum_j a i * b j * D i j = \sum_(l < k) \sum_(m < k) step_of a l * step_of b m *
    \sum_(i < k) \sum_(j < k) (i <= l)%N%:R * (j <= m)%N%:R * D i j.
  under [RHS]eq_bigr => l _ do (under eq_bigr => m _ do rewrite mulr_sumr); rewrite /=.
  under [RHS]eq_bigr => l _ do (rewrite exchange_big /=).
  rewrite [RHS]exchange_big /=; apply: eq_bigr => i _.
  under [RHS]eq_bigr => l _ do (under eq_bigr => m _ do rewrite mulr_sumr); rewrite /=.
  under [RHS]eq_bigr => l _ do (rewrite exchange_big /=).
  rewrite [RHS]exchange_big /=; apply: eq_bigr => j _.
  rewrite {1}(steps a i) {1}(steps b j) mulr_suml mulr_suml; apply: eq_bigr => l _.
  by rewrite mulr_sumr mulr_suml; apply: eq_bigr => m _; ring.
have -> : \sum_i a i * b i = \sum_(l < k) \sum_(m < k) step_of a l * step_of b m *
    \sum_(i < k) (i <= l)%N%:R * (i <= m)%N%:R.
  under [RHS]eq_bigr => l _ do (under eq_bigr => m _ do rewrite mulr_sumr); rewrite /=.
  under [RHS]eq_bigr => l _ do (rewrite exchange_big /=).
  rewrite [RHS]exchange_big /=; apply: eq_bigr => i _.
  rewrite {1}(steps a i) {1}(steps b i) mulr_suml; apply: eq_bigr => l _.
  by rewrite mulr_sumr; apply: eq_bigr => m _; ring.
apply: ler_sum => l _; apply: ler_sum => m _; apply: ler_wpmul2l; last exact: corner.
by rewrite mulr_ge0 ?step_ge0.
Qed.
End Rearrangement.

Section VonNeumann.
Variable R : rcfType.
Implicit Types m n k : nat.
(* U = P diag(a) Q^T with orthonormal columns of P and Q and falling singular values a >= 0 *)
Definition singular_values m n k (U : 'M[R]_(m, n)) (a : 'I_k -> R) : Prop :=
  exists P : 'M_(m, k), exists Q : 'M_(n, k),
  [/\ P^T *m P = 1%:M, Q^T *m Q = 1%:M, U = P *m diag_mx (\row_i a i) *m Q^T & falling a].

Lemma bessel n k (Q : 'M[R]_(n, k)) (s : 'cV[R]_n) : Q^T *m Q = 1%:M -> nrm2 (Q^T *m s) <= nrm2 s.
Proof.
move=> o; rewrite -subr_ge0; have := nrm2_ge0 (s - Q *m (Q^T *m s)); congr (0 <= _).
rewrite {1}/nrm2 !(dotpDl, dotpDr, dotpNl, dotpNr) -!/(nrm2 _).
have h1 : dotp s (Q *m (Q^T *m s)) = nrm2 (Q^T *m s).
  by rewrite /nrm2 /dotp !trmx_mul trmxK !mulmxA [LHS]mxtrace_mulC !mulmxA.
have h2 : nrm2 (Q *m (Q^T *m s)) = nrm2 (Q^T *m s).
  move: (Q^T *m s) => w; rewrite /nrm2 /dotp trmx_mul mxtrace_mulC mulmxA -[_ *m Q^T *m Q]mulmxA o mulmx1.
  exact: mxtrace_mulC.
by rewrite h2 (dotpC _ s) h1 subrr addr0.
Qed.
Lemma contraction_rows n k (P Q : 'M[R]_(n, k)) i : P^T *m P = 1%:M -> Q^T *m Q = 1%:M ->
  \sum_j (P^T *m Q) i j ^+ 2 <= 1.
Proof.
move=> oP oQ.
have -> : \sum_j (P^T *m Q) i j ^+ 2 = nrm2 (Q^T *m col i P).
  rewrite nrm2E; apply: eq_bigr => j _; rewrite big_ord1; congr (_ ^+ 2).
  by rewrite !mxE; apply: eq_bigr => l _; rewrite !mxE mulrC.
apply: le_trans (bessel _ oQ) _.
have -> : nrm2 (col i P) = (P^T *m P) i i.
  by rewrite nrm2E mxE; apply: eq_bigr => l _; rewrite big_ord1 !mxE expr2.
by rewrite oP mxE eqxx.
Qed.

Lemma von_neumann m n k (U V : 'M[R]_(m, n)) (a b : 'I_k -> R) :
  singular_values U a -> singular_values V b -> \tr (U^T *m V) <= \sum_i a i * b i.
Proof.
case=> P [Q [oP oQ -> fa]] [P' [Q' [oP' oQ' -> fb]]].
pose W := P^T *m P'; pose Z := Q^T *m Q'; pose D := \matrix_(i, j) ((W i j ^+ 2 + Z i j ^+ 2) / 2%:R).
have h2 : 0 < 2%:R :> R by rewrite ltr0n.
apply: le_trans (rearrangement (D := D) _ _ _ fa fb).
- have -> : \tr ((P *m diag_mx (\row_i a i) *m Q^T)^T *m (P' *m diag_mx (\row_i b i) *m Q'^T)) =
      \sum_i \sum_j a i * b j * (W i j * Z i j).
    rewrite !trmx_mul trmxK tr_diag_mx !mulmxA mxtrace_mulC !mulmxA.
    have -> : Q'^T *m Q *m diag_mx (\row_i a i) *m P^T *m P' *m diag_mx (\row_i b i) =
       Z^T *m (diag_mx (\row_i a i) *m W *m diag_mx (\row_i b i)) by rewrite /Z /W trmx_mul trmxK !mulmxA.
    rewrite mxtrace_mulC; apply: eq_bigr => i _; rewrite mxE; apply: eq_bigr => j _.
    rewrite mul_mx_diag mxE mul_diag_mx !mxE; by ring.
  apply: ler_sum => i _; apply: ler_sum => j _; rewrite ler_wpmul2l ?mulr_ge0 ?(proj1 fa) ?(proj1 fb) //.
  rewrite [D _ _]mxE ler_pdivl_mulr // -subr_ge0.
  by have -> : forall w z : R, w ^+ 2 + z ^+ 2 - w * z * 2%:R = (w - z) ^+ 2 by [move=> *; ring]; rewrite ?sqr_ge0.
- by move=> i j; rewrite [D _ _]mxE; apply: divr_ge0; [apply: addr_ge0; apply: sqr_ge0 | exact: ltW].
- move=> i; under eq_bigr do rewrite mxE; rewrite -mulr_suml big_split ler_pdivr_mulr // mul1r.
  by rewrite -[2%:R]/(1 + 1) ler_add // contraction_rows.
move=> j; under eq_bigr do rewrite mxE; rewrite -mulr_suml big_split ler_pdivr_mulr // mul1r.
rewrite -[2%:R]/(1 + 1) ler_add //.
  have -> : \sum_i W i j ^+ 2 = \sum_i (P'^T *m P) j i ^+ 2.
    by apply: eq_bigr => i _; rewrite -[P'^T *m P]trmxK trmx_mul trmxK [in RHS]mxE.
  exact: contraction_rows.
have -> : \sum_i Z i j ^+ 2 = \sum_i (Q'^T *m Q) j i ^+ 2.
  by apply: eq_bigr => i _; rewrite -[Q'^T *m Q]trmxK trmx_mul trmxK [in RHS]mxE.
exact: contraction_rows.
Qed.

(* g is an upper bound of the operator norm of a rectangular matrix *)
Definition operator_bound m n (U : 'M[R]_(m, n)) (g : R) : Prop :=
  0 <= g /\ forall v : 'cV_n, nrm2 (U *m v) <= g ^+ 2 * nrm2 v.
Lemma operator_bound_tr m n (U : 'M[R]_(m, n)) g (v : 'cV_m) : operator_bound U g -> nrm2 (U^T *m v) <= g ^+ 2 * nrm2 v.
Proof.
case=> g0 h; have [w0|w0] := eqVneq (nrm2 (U^T *m v)) 0.
  by rewrite w0 mulr_ge0 ?sqr_ge0 ?nrm2_ge0.
have wp : 0 < nrm2 (U^T *m v) by rewrite lt_def w0 nrm2_ge0.
rewrite -(ler_pmul2r wp); have e : nrm2 (U^T *m v) = dotp v (U *m (U^T *m v)).
  by rewrite /nrm2 /dotp !trmx_mul trmxK -!mulmxA [LHS]mxtrace_mulC !mulmxA.
have := cauchy_schwarz v (U *m (U^T *m v)); rewrite -e expr2 => c; apply: le_trans c _.
rewrite mulrC mulrAC; apply: le_trans (ler_wpmul2r (nrm2_ge0 v) (h _)) _.
by rewrite mulrAC.
Qed.
Lemma operator_bound_nrm2 m n (U : 'M[R]_(m, n)) g : operator_bound U g -> nrm2 U <= m%:R * g ^+ 2.
Proof.
move=> h; rewrite nrm2_row -[m in m%:R]card_ord -sumr_const mulr_suml; apply: ler_sum => i _; rewrite mul1r.
have -> : row i U = (U^T *m delta_mx i 0)^T by rewrite trmx_mul trmxK trmx_delta -rowE.
rewrite nrm2_tr; apply: le_trans (operator_bound_tr _ h) _; rewrite -[X in _ <= X]mulr1 ler_wpmul2l ?sqr_ge0 //.
rewrite nrm2E (bigD1 i) //= big_ord1 mxE !eqxx expr1n big1 ?addr0 // => j ji.
by rewrite big_ord1 mxE (negbTE ji) expr0n.
Qed.
Lemma singular_value_le m n k (U : 'M[R]_(m, n)) (a : 'I_k -> R) g i :
  singular_values U a -> operator_bound U g -> a i <= g.
Proof.
case=> P [Q [oP oQ -> [a0 _]]] [g0 h]; rewrite -(@ler_pexpn2r _ 2) ?nnegrE //.
have col_norm p (K : 'M[R]_(p, k)) : K^T *m K = 1%:M -> nrm2 (col i K) = 1.
  move=> oK; have -> : nrm2 (col i K) = (K^T *m K) i i.
    by rewrite nrm2E mxE; apply: eq_bigr => l _; rewrite big_ord1 !mxE expr2.
  by rewrite oK mxE eqxx.
have := h (col i Q); rewrite (col_norm _ _ oQ) mulr1 colE -!mulmxA [Q^T *m _]mulmxA oQ mul1mx.
have -> : diag_mx (\row_j a j) *m delta_mx i (0 : 'I_1) = a i *: delta_mx i 0.
  apply/matrixP => j l; rewrite mul_diag_mx !mxE; case: eqP => [->|_] //=; by rewrite !mulr0.
by rewrite -scalemxAr -colE nrm2Z (col_norm _ _ oP) mulr1.
Qed.
Lemma nrm2_singular_values m n k (V : 'M[R]_(m, n)) (b : 'I_k -> R) : singular_values V b -> nrm2 V = \sum_i b i ^+ 2.
Proof.
case=> P [Q [oP oQ -> _]]; rewrite /nrm2 /dotp !trmx_mul trmxK tr_diag_mx -!mulmxA.
rewrite [Q^T *m (Q *m _)]mulmxA oQ mul1mx mxtrace_mulC -!mulmxA oP mulmx1 mulmx_diag mxtrace_diag.
by apply: eq_bigr => i _; rewrite !mxE expr2.
Qed.
Lemma trace_by_operator_norm m n (U V : 'M[R]_(m, n)) g : operator_bound U g ->
  \tr (U^T *m V) ^+ 2 <= m%:R * g ^+ 2 * nrm2 V.
Proof.
move=> h; have -> : \tr (U^T *m V) = dotp V U by rewrite mxtrace_mulC.
apply: le_trans (cauchy_schwarz _ _) _; rewrite mulrC ler_wpmul2r ?nrm2_ge0 //.
exact: operator_bound_nrm2.
Qed.
End VonNeumann.
