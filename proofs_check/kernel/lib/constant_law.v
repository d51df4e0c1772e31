(* The law of a constant: one outcome. Statements for random covariances hold for a fixed one through it. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From ICL Require Import random_covariance.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Constant.
Variable R : realType.
Definition constant_law : law R unit.
Proof.
refine (@Law R unit (fun=> True) (fun f => f tt) _ _ _ _ _ _ _ _) => //.
Defined.
Lemma constant_mean_mx m n (A : 'M[R]_(m, n)) : mean_mx constant_law (fun=> A) = A.
Proof. by apply/matrixP => i j; rewrite mxE. Qed.
End Constant.
