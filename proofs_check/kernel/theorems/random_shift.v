(* Statement B9 for random covariances: the error on a new prompt whose covariance Lambda is drawn from a law, for any matrix A in
   place of Gamma^-1, tasks with E w w^T = I and label noise of variance s2: the mean over Lambda of B9's error. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From ICL Require Import frobenius random_matrix independent_prompt random_covariance.
From ICLTheorems Require Import joint_shift.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section RandomShift.
Variables (R : realType) (Omega : Type) (P : law R Omega) (d M : nat) (La : Omega -> 'M[R]_d) (A0 : 'M[R]_d) (s2 : R).
Hypothesis M_positive : (0 < M)%N.
(* for each outcome of Lambda a prompt as in joint_shift.v with Lambda_c = Lambda_q = Lambda *)
Variables (B C D A : Omega -> comAlgType R) (E1 : forall o, B o -> R) (Eq : forall o, D o -> R) (Ew : forall o, C o -> R)
  (E : forall o, A o -> R) (x : forall o, 'cV[B o]_d) (eps : forall o, B o) (xq : forall o, 'cV[D o]_d) (w : forall o, 'cV[C o]_d)
  (task : forall o, {rmorphism C o -> A o}) (example : forall o, 'I_M -> {rmorphism B o -> A o})
  (query : forall o, {rmorphism D o -> A o}).
Hypotheses (law_x : forall o, is_expectation (@E1 o)) (law : forall o, is_expectation (@E o))
  (law_w : forall o, is_expectation (@Ew o)) (law_q : forall o, is_expectation (@Eq o)).
Hypothesis ind : forall o, independent (@Ew o) (@E1 o) (@Eq o) (@E o) (task o) (example o) (query o).
Hypothesis context : forall o, expect (@E1 o) (x o *m (x o)^T) = La o.
Hypothesis query_moment : forall o, expect (@Eq o) (xq o *m (xq o)^T) = La o.
Hypothesis tasks : forall o, expect (@Ew o) (w o *m (w o)^T) = 1%:M.
Hypothesis noise_x : forall o, expect (@E1 o) (eps o *: x o) = 0.
Hypothesis noise_xxx : forall o (v : 'cV[R]_d), expect (@E1 o) ((eps o * ((const (B o) v)^T *m x o) 0 0) *: (x o *m (x o)^T)) = 0.
Hypothesis noise_xx : forall o, expect (@E1 o) (eps o ^+ 2 *: (x o *m (x o)^T)) = s2 *: La o.
Hypothesis fourth : forall o (S : 'M[R]_d), expect (@E1 o) (x o *m (x o)^T *m const (B o) S *m x o *m (x o)^T) =
  La o *m (S + S^T) *m La o + \tr (S *m La o) *: La o.

Theorem B9_random : mean P (fun o => E ((y_hat A0 (x o) (eps o) (xq o) (w o) (task o) (example o) (query o)
    - truth (xq o) (w o) (task o) (query o)) ^+ 2)) =
  mean P (fun o => M%:R^-1 * \tr (A0^T *m La o *m A0 *m (\tr (La o) *: La o + La o *m La o + s2 *: La o))
    + \tr ((A0 *m La o - 1%:M)^T *m La o *m (A0 *m La o - 1%:M))).
Proof.
congr mean; apply/funext => o.
rewrite (statement_B9 A0 M_positive (@law_x o) (@law o) (@law_w o) (@law_q o) (@ind o) (context o) (query_moment o) (tasks o)
  (noise_x o) (noise_xxx o) (noise_xx o) (fourth o)).
by rewrite !mulmx1.
Qed.
End RandomShift.

