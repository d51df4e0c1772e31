(* The algebra of Theorem 4.2: I - G Lambda = (1/N) G (Lambda + tr(Lambda) I) for G = Gamma^-1, and all three commute. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section ErrorAlgebra.
Variables (R : rcfType) (d : nat) (La G : 'M[R]_d) (n tau : R).
Hypothesis comm : G *m La = La *m G.
Hypothesis rest : 1%:M - G *m La = n *: (G *m (La + tau *: 1%:M)).

Lemma bias_matrix : La *m G *m La *m G *m La - (La *m G *m La) *+ 2 + La =
  n ^+ 2 *: (G *m G *m La *m La *m La + (2%:R * tau) *: (G *m G *m La *m La) + tau ^+ 2 *: (G *m G *m La)).
Proof.
have swap p (X : 'M[R]_(d, p)) : La *m (G *m X) = G *m (La *m X) by rewrite !mulmxA comm.
have -> : La *m G *m La *m G *m La - (La *m G *m La) *+ 2 + La = (1%:M - G *m La) *m (1%:M - G *m La) *m La.
  rewrite !(mulmxBl, mulmxBr, mul1mx, mulmx1) -!mulmxA !(swap, =^~ comm).
  move: (G *m (G *m (La *m (La *m La)))) (G *m (La *m La)) => w3 w2.
  by apply/matrixP => i j; rewrite !mxE; ring.
rewrite rest -!scalemxAl -!scalemxAr -!scalemxAl scalerA -expr2; congr (_ *: _).
rewrite !(mulmxDl, mulmxDr) -!(scalemxAl, scalemxAr) !(mul1mx, mulmx1) -!mulmxA.
rewrite !(swap, =^~ comm) !scalerA.
move: (G *m (G *m (La *m (La *m La)))) (G *m (G *m (La *m La))) (G *m (G *m La)) => w3 w2 w1.
by apply/matrixP => i j; rewrite !mxE; ring.
Qed.
Lemma bias_form (a : 'cV[R]_d) : qf (La *m G *m La *m G *m La) a - qf (La *m G *m La) a *+ 2 + qf La a =
  n ^+ 2 * (qf (G *m G *m La *m La *m La) a + 2%:R * tau * qf (G *m G *m La *m La) a + tau ^+ 2 * qf (G *m G *m La) a).
Proof.
rewrite -!qfZ -!qfD -!qfZ -bias_matrix !qfD -scaler_nat -scalerN qfZ -scaleN1r qfZ.
by move: (qf _ a) (qf _ a) (qf _ a) => p q r; ring.
Qed.
End ErrorAlgebra.
