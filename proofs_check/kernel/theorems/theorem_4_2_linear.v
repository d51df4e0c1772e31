(* Theorem 4.2 for noisy linear labels y = <w, x> + eps: Cov(y x), a = w, and the error, for any law of x with Gaussian second
   and fourth moments. The query's label carries noise too, as in the theorem. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite random_matrix error_bounds setting.
From ICLTheorems Require Import theorem_4_2.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Linear.
Variables (R : realType) (d : nat) (La : 'M[R]_d) (w : 'cV[R]_d) (s2 : R).
Hypothesis Lambda_definite : pd La.
Variables (B : comAlgType R) (E1 : B -> R) (x : 'cV[B]_d) (eps : B).
Hypothesis law : is_expectation E1.
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La *m (S + S^T) *m La + \tr (S *m La) *: La.
(* eps: mean 0 and variance s2, independent of x; eps = 0, s2 = 0 is the noiseless case *)
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Hypothesis noise : E1 (eps ^+ 2) = s2.
Definition linear_label : B := ((const B w)^T *m x) 0 0 + eps.
Notation y := linear_label.

Let wx : 'M[B]_1 := (const B w)^T *m x.
Let scale p (K : 'M[B]_1) (z : 'M[B]_(1, p)) : K 0 0 *: z = K *m z.
Proof. by rewrite {2}[K]mx11_scalar mul_scalar_mx. Qed.
Let wxT : wx^T = x^T *m const B w. Proof. by rewrite /wx trmx_mul trmxK. Qed.
Let wx_sym : wx^T = wx. Proof. by apply/matrixP => i j; rewrite !ord1 mxE. Qed.
Let scale_r p (K : 'M[B]_1) (z : 'M[B]_(p, 1)) : K 0 0 *: z = z *m K.
Proof. by rewrite {2}[K]mx11_scalar mul_mx_scalar. Qed.

Theorem mean_of_yx : expect E1 (y *: x) = La *m w.
Proof.
rewrite /linear_label scalerDl (expectD law) noise_x addr0 -/wx scale_r -wx_sym wxT mulmxA.
by rewrite (expect_constr law) covariance.
Qed.
Theorem label_coefficient : a La E1 x y = w.
Proof. by rewrite /a mean_of_yx mulKmx // (pd_unit Lambda_definite). Qed.
Theorem label_covariance : Sigma E1 x y = \tr (w^T *m La *m w) *: La + La *m w *m w^T *m La + s2 *: La.
Proof.
rewrite /Sigma mean_of_yx.
have -> : y ^+ 2 *: (x *m x^T) = x *m x^T *m const B (w *m w^T) *m x *m x^T + (eps * wx 0 0) *: (x *m x^T)
    + (eps * wx 0 0) *: (x *m x^T) + eps ^+ 2 *: (x *m x^T).
  have -> : x *m x^T *m const B (w *m w^T) *m x *m x^T = (wx 0 0 ^+ 2) *: (x *m x^T).
    rewrite expr2 -scalerA !scalemxAl !scale_r -{1}wx_sym wxT /wx constM const_tr !mulmxA; by [].
  rewrite -!scalerDl; congr (_ *: _); rewrite /linear_label -/wx; move: (wx 0 0) => t.
  by rewrite sqrrD mulr2n [t * eps]mulrC !addrA.
rewrite !(expectD law) fourth !noise_xxx !addr0 noise_xx !trmx_mul !trmxK (pd_sym Lambda_definite).
have -> : \tr (w *m w^T *m La) = \tr (w^T *m La *m w) by rewrite -mulmxA mxtrace_mulC.
rewrite mulmxDr mulmxDl !mulmxA; move: (La *m w *m w^T *m La) (\tr _ *: La) (s2 *: La) => P Q S.
by apply/matrixP => i j; rewrite !mxE; move: (P i j) (Q i j) (S i j) => p q r; ring.
Qed.
Theorem label_floor : linear_risk E1 x y (a La E1 x y) = s2.
Proof.
rewrite /linear_risk label_coefficient /linear_label -noise; congr E1.
by rewrite opprD addrA subrr sub0r sqrrN.
Qed.
End Linear.

Section LinearError.
Variables (R : realType) (d N M : nat) (La : 'M[R]_d) (w : 'cV[R]_d) (s2 : R).
Hypotheses (Lambda_definite : pd La) (M_positive : (0 < M)%N).
Variables (B A : comAlgType R) (E1 : B -> R) (E : A -> R) (x : 'cV[B]_d) (eps : B).
Variables (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism B -> A}).
Hypotheses (law : is_expectation E1) (sample_law : is_expectation E).
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La *m (S + S^T) *m La + \tr (S *m La) *: La.
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Hypothesis noise : E1 (eps ^+ 2) = s2.
Hypothesis iid : forall g h, E ((\prod_i example i (g i)) * query h) = (\prod_i E1 (g i)) * E1 h.
Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Hypothesis minimal : minimising N La W_PV W_KQ.
Notation G := (invmx (Gamma N La)).
Notation y := (linear_label w x eps).

Theorem theorem_4_2_linear : E ((y_hat x y example query W_PV W_KQ - query_y y query) ^+ 2) =
  s2 + M%:R^-1 * \tr ((\tr (w^T *m La *m w) *: La + La *m w *m w^T *m La + s2 *: La) *m G *m G *m La)
  + N%:R^-1 ^+ 2 * (qf (G *m G *m La *m La *m La) w + 2%:R * \tr La * qf (G *m G *m La *m La) w
                    + \tr La ^+ 2 * qf (G *m G *m La) w).
Proof.
rewrite (theorem_4_2 Lambda_definite M_positive y law sample_law covariance iid minimal).
rewrite (label_floor w Lambda_definite law covariance noise_x noise) (label_coefficient w Lambda_definite law covariance noise_x).
by rewrite (label_covariance w Lambda_definite law covariance fourth noise_x noise_xxx noise_xx).
Qed.

(* as displayed after the theorem for s2 = 0, where noise = 0 *)
Theorem theorem_4_2_noiseless : s2 = 0 -> E ((y_hat x y example query W_PV W_KQ - query_y y query) ^+ 2) =
  M%:R^-1 * (qf (G *m G *m La *m La *m La) w + \tr (G *m G *m La *m La) * qf La w)
  + N%:R^-1 ^+ 2 * (qf (G *m G *m La *m La *m La) w + 2%:R * \tr La * qf (G *m G *m La *m La) w
                    + \tr La ^+ 2 * qf (G *m G *m La) w).
Proof.
move=> s0; rewrite theorem_4_2_linear s0 scale0r addr0 add0r; congr (_ * _ + _).
have comm := G_Lambda N Lambda_definite; rewrite !mulmxDl mxtraceD addrC; congr (_ + _); last first.
  rewrite -!scalemxAl mxtraceZ mulrC; congr (_ * _); first by rewrite -!mulmxA [LHS]mxtrace_mulC -!mulmxA.
have e : La *m G *m G *m La *m La = G *m G *m La *m La *m La.
  by rewrite -comm -(mulmxA G La G) -comm !mulmxA.
by rewrite /qf -e -!mulmxA [LHS]mxtrace_mulC -!mulmxA [LHS]mxtrace_mulC -!mulmxA.
Qed.
End LinearError.
