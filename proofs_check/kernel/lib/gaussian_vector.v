(* The Gaussian vector x = S z, z a vector of independent standard Gaussian variables: second and fourth moments, and odd
   ones, for every dimension. Its covariance is S S^T; every positive definite matrix is one (Cholesky, definite.v). *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import gaussian random_matrix.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* From the fourth moments, entry by entry, to the matrix form of Lemma D.2. *)
Section Isserlis.
Variables (R : comRingType) (A : comAlgType R) (E : A -> R) (d : nat) (x : 'cV[A]_d) (V : 'M[R]_d).
Hypotheses (exE : is_expectation E) (Vs : V^T = V).
Hypothesis fourth : forall a b c e, E (x a 0 * (x b 0 * (x c 0 * x e 0))) = V a b * V c e + V a c * V b e + V a e * V b c.
Lemma expect_sandwich (M : 'M[R]_d) a e : (expect E (x *m x^T *m const _ M *m x *m x^T)) a e =
  \sum_b \sum_c M b c * E (x a 0 * (x b 0 * (x c 0 * x e 0))).
Proof.
have -> : x *m x^T *m const _ M *m x *m x^T = x *m (x^T *m const _ M *m x) *m x^T by rewrite !mulmxA.
rewrite mxE mxE big_ord1 mxE big_ord1 [x^T 0 e]mxE mxE mulr_sumr mulr_suml (exp_sum exE).
rewrite exchange_big /=; apply: eq_bigr => c _.
rewrite mxE mulr_suml mulr_sumr mulr_suml (exp_sum exE); apply: eq_bigr => b _.
rewrite [x^T 0 b]mxE constE -(expZ exE); congr E.
by rewrite !(=^~ scalerAr, =^~ scalerAl) !mulr1 !mulrA.
Qed.
Lemma isserlis (M : 'M[R]_d) : expect E (x *m x^T *m const _ M *m x *m x^T) = V *m (M + M^T) *m V + \tr (M *m V) *: V.
Proof.
have Vc a b : V a b = V b a by rewrite -[in LHS]Vs mxE.
apply/matrixP => a e; rewrite expect_sandwich.
under eq_bigr => b _ do under eq_bigr => c _ do rewrite fourth !mulrDr.
under eq_bigr => b _ do rewrite !big_split.
rewrite !big_split /= mulmxDr mulmxDl [RHS]mxE [(V *m M *m V + _) a e]mxE; congr (_ + _ + _).
- rewrite mxE exchange_big; apply: eq_bigr => c _; rewrite mxE mulr_suml; apply: eq_bigr => b _ /=.
  by ring.
- rewrite mxE; apply: eq_bigr => b _; rewrite mxE mulr_suml; apply: eq_bigr => c _; rewrite mxE /=.
  by ring.
rewrite mxE mulr_suml; apply: eq_bigr => b _; rewrite mxE mulr_suml; apply: eq_bigr => c _ /=.
by rewrite (Vc c b); ring.
Qed.
End Isserlis.

Section GaussianVector.
Variables (R : comRingType) (d n : nat) (S : 'M[R]_(d, n)).
Notation A := {mpoly R[n]}.
Definition standard_normal : 'cV[A]_n := \col_i 'X_i.
Definition gaussian_vector : 'cV[A]_d := const _ S *m standard_normal.
Notation x := gaussian_vector.
Notation E := (@EE n R).

Lemma EE_expectation : is_expectation E.
Proof. by split; [exact: EED | exact: EEZ | exact: EE1]. Qed.
Lemma gaussian_vectorE a i : x a i = \sum_k S a k *: 'X_k.
Proof. by rewrite mxE; apply: eq_bigr => k _; rewrite !mxE -scalerAl mul1r. Qed.
Lemma gaussian_vector_stein a i p : E (x a i * p) = \sum_k S a k * E p^`M(k).
Proof.
rewrite gaussian_vectorE mulr_suml (exp_sum EE_expectation); apply: eq_bigr => k _.
by rewrite -scalerAl EEZ stein.
Qed.
Lemma gaussian_vector_deriv b j k : (x b j)^`M(k) = (S b k)%:A.
Proof.
rewrite gaussian_vectorE mderiv_sumE (bigD1 k) //= mderivZ mderivX mnm1E eqxx.
rewrite big1 ?addr0 => [|l lk]; last by rewrite mderivZ mderivX mnm1E (negbTE lk) scale0r scaler0.
have -> : (U_(k) - U_(k))%MM = 0%MM by apply/mnmP => l; rewrite mnmBE mnm0E subnn.
by rewrite mpolyX0 scale1r.
Qed.
Lemma gaussian_vector_mean a i : E (x a i) = 0.
Proof.
by rewrite -[x a i]mulr1 gaussian_vector_stein big1 // => k _; rewrite -mpolyC1 mderivC EE0 mulr0.
Qed.
Lemma gaussian_vector_second a i b j : E (x a i * x b j) = (S *m S^T) a b.
Proof.
rewrite gaussian_vector_stein [RHS]mxE; apply: eq_bigr => k _.
by rewrite gaussian_vector_deriv (expC EE_expectation) [S^T _ _]mxE.
Qed.
Lemma gaussian_vector_third a i b j c k : E (x a i * (x b j * x c k)) = 0.
Proof.
rewrite gaussian_vector_stein big1 // => l _.
rewrite mderivM EED !gaussian_vector_deriv (exp_Cl EE_expectation) (exp_Cr EE_expectation).
by rewrite !gaussian_vector_mean !mulr0 addr0 mulr0.
Qed.
Lemma gaussian_vector_fourth a i b j c k e l : let V := S *m S^T in
  E (x a i * (x b j * (x c k * x e l))) = V a b * V c e + V a c * V b e + V a e * V b c.
Proof.
set V := S *m S^T => /=; rewrite gaussian_vector_stein.
have h m : E (x b j * (x c k * x e l))^`M(m) = S b m * V c e + S c m * V b e + S e m * V b c.
  rewrite !mderivM !gaussian_vector_deriv mulrDr !EED (exp_Cl EE_expectation).
  rewrite [x b j * (_%:A * _)]mulrCA [x b j * (_ * _%:A)]mulrA (exp_Cl EE_expectation) (exp_Cr EE_expectation).
  by rewrite !gaussian_vector_second !addrA.
under eq_bigr => m _ do rewrite h !mulrDr !mulrA.
rewrite !big_split /= -!mulr_suml; congr (_ * _ + _ * _ + _ * _).
all: by rewrite [RHS]mxE; apply: eq_bigr => m _; rewrite [S^T _ _]mxE.
Qed.

Lemma gaussian_vector_covariance : expect E (x *m x^T) = S *m S^T.
Proof.
apply/matrixP => a b; have := gaussian_vector_second a 0 b 0; move: x => y h.
by rewrite [LHS]mxE mxE big_ord1 [y^T _ _]mxE.
Qed.
Lemma gaussian_vector_isserlis (M : 'M[R]_d) : let V := S *m S^T in
  expect E (x *m x^T *m const _ M *m x *m x^T) = V *m (M + M^T) *m V + \tr (M *m V) *: V.
Proof.
apply: isserlis; [exact: EE_expectation | by rewrite trmx_mul trmxK | move=> *; exact: gaussian_vector_fourth].
Qed.
End GaussianVector.
