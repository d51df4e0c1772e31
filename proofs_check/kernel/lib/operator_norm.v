(* Upper bounds of operator norms, without the norm itself. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Opn.
Variable R : rcfType.
(* a is an upper bound of the operator norm of A *)
Definition opn n (A : 'M[R]_n) (a : R) := 0 <= a /\ forall v : 'cV_n, nrm2 (A *m v) <= a ^+ 2 * nrm2 v.
Lemma opn_mul n p (A : 'M[R]_n) a (X : 'M[R]_(n, p)) : opn A a -> nrm2 (A *m X) <= a ^+ 2 * nrm2 X.
Proof.
case=> a0 h; rewrite -nrm2_tr nrm2_row -(nrm2_tr X) (nrm2_row X^T) mulr_sumr; apply: ler_sum => j _.
have -> : row j (A *m X)^T = (A *m (row j X^T)^T)^T by rewrite trmx_mul row_mul [RHS]trmx_mul trmxK.
by rewrite nrm2_tr -[nrm2 (row j X^T)]nrm2_tr; apply: h.
Qed.
Lemma le_of_sqr (x y : R) : 0 <= y -> x ^+ 2 <= y ^+ 2 -> x <= y.
Proof.
move=> y0 h; rewrite leNgt; apply/negP => yx; move: h; rewrite leNgt => /negP; apply.
by rewrite ltr_pexpn2r // nnegrE // ltW // (le_lt_trans y0 yx).
Qed.
End Opn.
