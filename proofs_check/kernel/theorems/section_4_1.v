(* Section 4.1 after Theorem 4.2, and Corollary 4.3: noisy linear labels, the paper's bounds, and the sharper ones with the
   factor (N/(N+1))^2; all for any law of the covariates with Gaussian second and fourth moments. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix independent_prompt error_algebra error_bounds.
From ICL Require Import condition_number setting convergence.
From ICLTheorems Require Import joint_shift.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section LinearLabels.
Variables (R : realType) (d N M : nat) (La W : 'M[R]_d) (s2 : R).
Hypothesis Lambda_definite : pd La.
Hypothesis M_positive : (0 < M)%N.
(* (x, eps) is one example, xq the query, w the task: a fixed task is the case C = R, then W = w w^T *)
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E) (law_w : is_expectation Ew) (law_q : is_expectation Eq).
Hypothesis ind : independent Ew E1 Eq E task example query.
Hypothesis context : expect E1 (x *m x^T) = La.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La.
Hypothesis tasks : expect Ew (w *m w^T) = W.
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La *m (S + S^T) *m La + \tr (S *m La) *: La.
(* noise of variance s2 in the labels, independent of x; s2 = 0, eps = 0 is the noiseless case *)
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Notation G := (invmx (Gamma N La)).
(* y_hat = x_q^T Gamma^-1 (1/M) sum_i y_i x_i, y_i = <w,x_i> + eps_i; truth = <w,x_q> *)
Notation y_hat := (y_hat G x eps xq w task example query).
Notation truth := (truth xq w task query).
Notation error := (E ((y_hat - truth) ^+ 2)).
Notation tau := (\tr La).

Theorem linear_labels_error : error =
  M%:R^-1 * \tr ((\tr (La *m W) *: La + La *m W *m La + s2 *: La) *m G *m G *m La)
  + N%:R^-1 ^+ 2 * (\tr (G *m G *m La *m La *m La *m W) + 2%:R * tau * \tr (G *m G *m La *m La *m W)
                    + tau ^+ 2 * \tr (G *m G *m La *m W)).
Proof.
rewrite (statement_B9 G M_positive law_x law law_w law_q ind context query_moment tasks noise_x noise_xxx noise_xx fourth).
have Gs := G_sym N Lambda_definite; have comm := G_Lambda N Lambda_definite; have Ls := pd_sym Lambda_definite.
congr (_ * _ + _).
  rewrite Gs [LHS]mxtrace_mulC; move: (\tr (La *m W) *: La + _ + _) => V.
  have -> : G *m La *m G = G *m G *m La by rewrite -[LHS]mulmxA -comm mulmxA.
  by rewrite !mulmxA.
have -> : (G *m La - 1%:M)^T *m La *m (G *m La - 1%:M) = La *m G *m La *m G *m La - (La *m G *m La) *+ 2 + La.
  rewrite trB trmx_mul Gs Ls trmx1 !(mulmxBl, mulmxBr) !mul1mx !mulmx1 !mulmxA mulr2n.
  by move: (La *m G *m La) => Q; rewrite opprB opprD !addrA [LHS]addrAC.
rewrite (bias_matrix comm (G_rest N Lambda_definite)) -scalemxAl mxtraceZ !mulmxDl !mxtraceD -!scalemxAl !mxtraceZ.
by [].
Qed.
End LinearLabels.
