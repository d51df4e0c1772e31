(* The linear self-attention layer of section 3.1, by blocks, over any commutative ring of random variables.
   The residual term is left out: the last entry of the last column of E is 0. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Layer.
Variables (A : comRingType) (d n : nat) (X : 'M[A]_(d, n)) (xq : 'cV[A]_d) (y : 'rV[A]_n).
Variables (P1 : 'M[A]_d) (P2 : 'cV[A]_d) (U : 'M[A]_d) (K2 : 'cV[A]_d) (K4 : 'M[A]_1) (u : A).
Definition embedding : 'M[A]_(d + 1, n + 1) := block_mx X xq y 0.
Definition W_PV : 'M[A]_(d + 1) := block_mx P1 P2 0 u%:M.
Definition W_KQ : 'M[A]_(d + 1) := block_mx U K2 0 K4.
Definition attention : 'M[A]_(d + 1, n + 1) := W_PV *m embedding *m (embedding^T *m W_KQ *m embedding).
Lemma layer : drsubmx attention = u *: (y *m X^T *m U *m xq).
Proof.
rewrite /attention /embedding /W_PV /W_KQ tr_block_mx !mulmx_block block_mxKdr.
rewrite !(trmx0, mul0mx, mulmx0, add0r, addr0) mul_scalar_mx -!scalemxAl.
by rewrite !mulmxA.
Qed.
End Layer.
