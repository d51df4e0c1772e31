(* Expectations of matrices of random variables. Random variables are elements of a commutative algebra over the numbers,
   an expectation is a linear functional on it with E 1 = 1; no probability space is needed where only moments enter. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section RandomMatrix.
Variables (R : comRingType) (A : comAlgType R).
Implicit Types m n p : nat.

Definition is_expectation (E : A -> R) : Prop :=
  [/\ forall f g, E (f + g) = E f + E g, forall c f, E (c *: f) = c * E f & E 1 = 1].
(* a matrix of numbers as a matrix of random variables, and the expectation entry by entry *)
Definition const m n (M : 'M[R]_(m, n)) : 'M[A]_(m, n) := map_mx (in_alg A) M.
Definition expect (E : A -> R) m n (X : 'M[A]_(m, n)) : 'M[R]_(m, n) := map_mx E X.

Lemma constE m n (M : 'M[R]_(m, n)) i j : const M i j = (M i j)%:A.
Proof. by rewrite mxE. Qed.
Lemma constM m n p (M : 'M[R]_(m, n)) (K : 'M[R]_(n, p)) : const (M *m K) = const M *m const K.
Proof. exact: map_mxM. Qed.
Lemma constD m n (M K : 'M[R]_(m, n)) : const (M + K) = const M + const K.
Proof. exact: map_mxD. Qed.
Lemma constN m n (M : 'M[R]_(m, n)) : const (- M) = - const M.
Proof. exact: map_mxN. Qed.
Lemma const1 n : const 1%:M = 1%:M :> 'M[A]_n.
Proof. exact: map_mx1. Qed.
Lemma const0 m n : const 0 = 0 :> 'M[A]_(m, n).
Proof. exact: map_mx0. Qed.
Lemma const_tr m n (M : 'M[R]_(m, n)) : const M^T = (const M)^T.
Proof. by rewrite /const map_trmx. Qed.
Lemma constZ m n c (M : 'M[R]_(m, n)) : const (c *: M) = c%:A *: const M.
Proof. by apply/matrixP => i j; rewrite !mxE rmorphM. Qed.

Variable E : A -> R.
Hypothesis exE : is_expectation E.
Lemma expD f g : E (f + g) = E f + E g. Proof. by case: exE. Qed.
Lemma expZ c f : E (c *: f) = c * E f. Proof. by case: exE. Qed.
Lemma exp1 : E 1 = 1. Proof. by case: exE. Qed.
Lemma exp0 : E 0 = 0. Proof. by rewrite -(scale0r 1) expZ mul0r. Qed.
Lemma expN f : E (- f) = - E f. Proof. by rewrite -scaleN1r expZ mulN1r. Qed.
Lemma expB f g : E (f - g) = E f - E g. Proof. by rewrite expD expN. Qed.
Lemma expC c : E c%:A = c. Proof. by rewrite expZ exp1 mulr1. Qed.
Lemma exp_Cl c f : E (c%:A * f) = c * E f. Proof. by rewrite -scalerAl mul1r expZ. Qed.
Lemma exp_Cr c f : E (f * c%:A) = c * E f. Proof. by rewrite [f * _]mulrC exp_Cl. Qed.
Lemma exp_sum (I : Type) (r : seq I) (P : pred I) (F : I -> A) :
  E (\sum_(i <- r | P i) F i) = \sum_(i <- r | P i) E (F i).
Proof. exact: (big_morph E expD exp0). Qed.

Lemma expectD m n (X Y : 'M[A]_(m, n)) : expect E (X + Y) = expect E X + expect E Y.
Proof. by apply/matrixP => i j; rewrite !mxE expD. Qed.
Lemma expectN m n (X : 'M[A]_(m, n)) : expect E (- X) = - expect E X.
Proof. by apply/matrixP => i j; rewrite !mxE expN. Qed.
Lemma expectB m n (X Y : 'M[A]_(m, n)) : expect E (X - Y) = expect E X - expect E Y.
Proof. by rewrite expectD expectN. Qed.
Lemma expect_tr m n (X : 'M[A]_(m, n)) : expect E X^T = (expect E X)^T.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.
Lemma expect_constl m n p (M : 'M[R]_(m, n)) (X : 'M[A]_(n, p)) : expect E (const M *m X) = M *m expect E X.
Proof.
apply/matrixP => i j; rewrite mxE mxE [RHS]mxE exp_sum; apply: eq_bigr => k _.
by rewrite constE exp_Cl [expect _ _ _ _]mxE.
Qed.
Lemma expect_constr m n p (X : 'M[A]_(m, n)) (M : 'M[R]_(n, p)) : expect E (X *m const M) = expect E X *m M.
Proof.
apply/matrixP => i j; rewrite mxE mxE [RHS]mxE exp_sum; apply: eq_bigr => k _.
by rewrite constE exp_Cr [expect _ _ _ _]mxE mulrC.
Qed.
Lemma expect_const m n (M : 'M[R]_(m, n)) : expect E (const M) = M.
Proof. by apply/matrixP => i j; rewrite mxE constE expC. Qed.
Lemma expect_trace n (X : 'M[A]_n) : E (\tr X) = \tr (expect E X).
Proof. by rewrite /mxtrace exp_sum; apply: eq_bigr => i _; rewrite mxE. Qed.
End RandomMatrix.
