(* The linear self-attention layer of section 3.1, by blocks, over any commutative algebra of random variables. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Layer.
Variables (R : fieldType) (A : comAlgType R) (d n : nat).
Variables (X : 'M[A]_(d, n)) (y : 'rV[A]_n) (xq : 'cV[A]_d).
(* W_PV = [[P11, p12], [u12', u]], W_KQ = [[U11, k12], [u21', k22]] *)
Variables (P11 U11 : 'M[A]_d) (p12 k12 u12 u21 : 'cV[A]_d) (u k22 : A).

(* E = [[x_1 ... x_n, x_q], [y_1 ... y_n, 0]] *)
Definition embedding : 'M[A]_(d + 1, n + 1) := block_mx X xq y 0.
Definition W_PV : 'M[A]_(d + 1) := block_mx P11 p12 u12^T u%:M.
Definition W_KQ : 'M[A]_(d + 1) := block_mx U11 k12 u21^T k22%:M.
(* f(E) = E + W_PV E (E' W_KQ E) / n; the prediction is its last entry *)
Definition attention : 'M[A]_(d + 1, n + 1) :=
  embedding + (n%:R^-1)%:A *: (W_PV *m embedding *m (embedding^T *m W_KQ *m embedding)).
Definition prediction : A := (drsubmx attention) 0 0.

Lemma predictionE : prediction = n%:R^-1 *:
  (((u12^T *m X + u *: y) *m (X^T *m U11 *m xq + y^T *m (u21^T *m xq)) + u12^T *m xq *m (xq^T *m U11 *m xq)) 0 0).
Proof.
rewrite /prediction /attention /embedding /W_PV /W_KQ tr_block_mx !mulmx_block scale_block_mx add_block_mx block_mxKdr.
rewrite add0r mxE mulr_algl; congr (_ *: _).
by rewrite !trmx0 !(mulmx0, mul0mx, addr0) !mul_scalar_mx [(_ + y^T *m _) *m xq]mulmxDl !mulmxA.
Qed.
End Layer.
