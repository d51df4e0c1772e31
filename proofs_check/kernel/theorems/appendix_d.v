(* Appendix D: derivatives of matrix expressions (D.1), the fourth moment of a Gaussian vector (D.2), von Neumann's trace
   inequality (D.3), products of positive semidefinite matrices (D.4). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From SsrMultinomials Require Import mpoly.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite commuting_semidefinite kronecker von_neumann curve.
From ICL Require Import gaussian random_matrix gaussian_vector.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* Lemma D.1. G is the derivative of f at X if f changes along every differentiable curve through X by <G, X'>. *)
Section LemmaD1.
Variables (R : realType) (m n : nat).
Definition is_gradient (f : 'M[R]_(m, n) -> R) (X G : 'M[R]_(m, n)) : Prop :=
  forall (c : R -> 'M[R]_(m, n)) (t : R) (V : 'M[R]_(m, n)), c t = X -> mder c t V -> der (fun s => f (c s)) t (dotp G V).

Let trC p q (A : 'M[R]_(p, q)) B : \tr (A *m B) = \tr (B *m A) := mxtrace_mulC A B.

Theorem lemma_D1_linear (A X : 'M[R]_(m, n)) : is_gradient (fun X => \tr (A *m X^T)) X A.
Proof.
move=> c t V _ hc; apply: der_eq (mder_trace (mderM (mder_cst A t) (mder_tr hc))) _.
by rewrite mul0mx add0r.
Qed.
Theorem lemma_D1_product p (A : 'M[R]_(p, m)) (B : 'M[R]_n) (C : 'M[R]_(m, p)) (X : 'M[R]_(m, n)) :
  is_gradient (fun X => \tr (A *m X *m B *m X^T *m C)) X (A^T *m C^T *m X *m B^T + C *m A *m X *m B).
Proof.
move=> c t V e hc.
have h := mderM (mderM (mderM (mderM (mder_cst A t) hc) (mder_cst B t)) (mder_tr hc)) (mder_cst C t).
apply: der_eq (mder_trace h) _.
rewrite !mulmx0 !mul0mx !add0r !addr0 mulmxDl raddfD /= e dotpDl; congr (_ + _).
  by rewrite /dotp -[RHS]mxtrace_tr !trmx_mul !trmxK -!mulmxA [LHS]trC -!mulmxA.
by rewrite /dotp [LHS]trC !mulmxA.
Qed.
Theorem lemma_D1_square (B : 'M[R]_n) (X : 'M[R]_(m, n)) :
  is_gradient (fun X => \tr (X *m B *m X^T)) X (X *m B^T + X *m B).
Proof.
move=> c t V e hc; have := @lemma_D1_product m 1%:M B 1%:M X c t V e hc.
rewrite trmx1 !mul1mx; apply: der_ext => s; by rewrite mul1mx mulmx1.
Qed.
End LemmaD1.

Theorem lemma_D1_form (R : realType) (d : nat) (B : 'M[R]_d) (x : 'cV[R]_d) :
  is_gradient (fun x => \tr (x^T *m B *m x)) x ((B + B^T) *m x).
Proof.
move=> c t V e hc.
have h := mderM (mderM (mder_tr hc) (mder_cst B t)) hc.
apply: der_eq (mder_trace h) _; rewrite mulmx0 addr0 raddfD /= e /dotp mulmxDl mulmxDl raddfD /=.
congr (_ + _); first by rewrite -mulmxA [LHS]mxtrace_mulC.
by rewrite -[LHS]mxtrace_tr !trmx_mul trmxK [LHS]mxtrace_mulC.
Qed.

Theorem lemma_D1_inner (R : comRingType) m n (A B : 'M[R]_(m, n)) : \tr (A^T *m B) = \sum_i \sum_j A i j * B i j.
Proof.
rewrite exchange_big /=; apply: eq_bigr => j _; rewrite mxE; apply: eq_bigr => i _.
by rewrite mxE.
Qed.

Theorem lemma_D1_vec (R : comRingType) m n p q (A : 'M[R]_(m, n)) (X : 'M[R]_(n, p)) (B : 'M[R]_(p, q)) :
  vec (A *m X *m B) = kron B^T A *m vec X.
Proof. exact: vec_mul. Qed.

(* Lemma D.2, for x = S z with z standard Gaussian in any dimension: x ~ N(0, Lambda), Lambda = S S^T. *)
Theorem lemma_D2 (R : comRingType) (d n : nat) (S : 'M[R]_(d, n)) (A : 'M[R]_d) :
  let x := gaussian_vector S in let La := S *m S^T in
  expect (@EE n R) (x *m x^T) = La /\
  expect (@EE n R) (x *m x^T *m const _ A *m x *m x^T) = La *m (A + A^T) *m La + \tr (A *m La) *: La.
Proof. by split; [exact: gaussian_vector_covariance | exact: gaussian_vector_isserlis]. Qed.
(* every positive definite matrix is such a covariance *)
Theorem lemma_D2_covariances (R : rcfType) (d : nat) (La : 'M[R]_d) : pd La -> exists S : 'M[R]_d, La = S *m S^T.
Proof. by case/cholesky => S _ ->; exists S. Qed.

(* Lemma D.3, for matrices of any shape given with their singular values in falling order. *)
Theorem lemma_D3 (R : rcfType) m n k (U V : 'M[R]_(m, n)) (a b : 'I_k -> R) :
  singular_values U a -> singular_values V b -> \tr (U^T *m V) <= \sum_i a i * b i.
Proof. exact: von_neumann. Qed.
(* as the paper uses it: tr(U^T V) <= sqrt(d) ||U||_op ||V||_F, U with d rows, g any upper bound of ||U||_op *)
Theorem lemma_D3_used (R : rcfType) d n (U V : 'M[R]_(d, n)) g : operator_bound U g ->
  \tr (U^T *m V) <= Num.sqrt d%:R * g * Num.sqrt (nrm2 V).
Proof.
move=> h; have [g0 _] := h; have r0 : 0 <= Num.sqrt d%:R * g * Num.sqrt (nrm2 V).
  by rewrite !mulr_ge0 ?sqrtr_ge0.
rewrite leNgt; apply/negP => lt; have := trace_by_operator_norm V h; apply/negP; rewrite -ltNge.
have -> : d%:R * g ^+ 2 * nrm2 V = (Num.sqrt d%:R * g * Num.sqrt (nrm2 V)) ^+ 2.
  by rewrite !exprMn !sqr_sqrtr ?ler0n ?nrm2_ge0.
by rewrite ltr_pexpn2r // nnegrE ltW // (le_lt_trans r0 lt).
Qed.

(* the same squared, which covers both signs of the trace *)
Theorem lemma_D3_squared (R : rcfType) d n (U V : 'M[R]_(d, n)) g : operator_bound U g ->
  \tr (U^T *m V) ^+ 2 <= d%:R * g ^+ 2 * \tr (V *m V^T).
Proof. exact: trace_by_operator_norm. Qed.

(* the other two inequalities of its display: sum a_i b_i <= ||U||_op sum b_i and (sum b_i)^2 <= m ||V||_F^2, m the number of rows *)
Theorem lemma_D3_middle (R : rcfType) m n k (U V : 'M[R]_(m, n)) (a b : 'I_k -> R) g :
  singular_values U a -> singular_values V b -> operator_bound U g -> \sum_i a i * b i <= g * \sum_i b i.
Proof.
move=> sU [_ [_ [_ _ _ [b0 _]]]] bound; rewrite mulr_sumr; apply: ler_sum => i _; apply: ler_wpmul2r => //.
apply: (singular_value_le i sU bound).
Qed.
Theorem lemma_D3_last (R : rcfType) m n k (V : 'M[R]_(m, n)) (b : 'I_k -> R) :
  singular_values V b -> (\sum_i b i) ^+ 2 <= m%:R * \tr (V *m V^T).
Proof.
move=> sV; rewrite -/(dotp V V) -/(nrm2 V) (nrm2_singular_values sV).
have le_km : (k <= m)%N by case: sV => P [_ [oP _ _ _]]; apply: mulmx1_min oP.
apply: (@le_trans _ _ (k%:R * \sum_i b i ^+ 2)); last first.
  by rewrite ler_wpmul2r ?ler_nat // sumr_ge0 // => i _; apply: sqr_ge0.
have := cauchy_schwarz (const_mx 1 : 'rV[R]_k) (\row_i b i); rewrite dotpE !nrm2E !big_ord1.
have -> : \sum_(j < k) (const_mx 1 : 'rV[R]_k) 0 j ^+ 2 = k%:R.
  by under eq_bigr do rewrite mxE expr1n; rewrite sumr_const card_ord.
under eq_bigr do rewrite !mxE mul1r; by under [X in _ <= _ * X]eq_bigr do rewrite mxE.
Qed.

(* Lemma D.4. psd: symmetric and x^T A x >= 0 for all x. *)
Section LemmaD4.
Variables (R : realType) (d : nat) (A B : 'M[R]_d).
Hypotheses (pA : psd A) (pB : psd B).
Theorem lemma_D4_trace : 0 <= \tr (A *m B).
Proof. exact: psd_tr_mul. Qed.
Theorem lemma_D4_commuting : A *m B = B *m A -> psd (A *m B).
Proof. exact: psd_mul. Qed.
Theorem lemma_D4_symmetric : psd (A *m B) -> A *m B = B *m A.
Proof. by case=> <- _; rewrite trmx_mul (proj1 pA) (proj1 pB). Qed.
End LemmaD4.
