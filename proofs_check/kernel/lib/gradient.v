(* Lemma A.1: gradU, gradu are the partial gradients of ell (derivative along every differentiable curve), so the flow of
   flow.v is its gradient flow; and u12 = u21 = 0 is not needed here, since ell is the reduced loss. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite reduced_loss_form curve.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.
Section Gradient.
Variables (R : realType) (d : nat) (La Ga : 'M[R]_d).
Hypothesis Ls : La^T = La.
Hypothesis Gs : Ga^T = Ga.
Hypothesis comm : Ga *m La = La *m Ga.
Theorem gradient (U : R -> 'M[R]_d) (u : R -> R) t D e : mder U t D -> der u t e ->
  der (fun s => ell La Ga (U s) (u s)) t (dotp (gradU La Ga (U t) (u t)) D + gradu La Ga (U t) (u t) * e).
Proof.
move=> hU hu.
have d1 := mder_trace (mderM (mderM (mderM (mder_cst (Ga *m La) t) hU) (mder_cst La t)) (mder_tr hU)).
have d2 := mder_trace (mderM (mder_cst (La *m La) t) (mder_tr hU)).
have d3 := derD (derM (derM (der_cst 2%:R^-1 t) (derM hu hu)) d1) (derN (derM hu d2)).
apply: der_eq (der_ext _ d3) _ => [s|]; first by rewrite /ell expr2.
rewrite !mulmx0 !mul0mx !add0r !addr0 mxtraceD.
have -> : \tr (Ga *m La *m D *m La *m (U t)^T) = \tr (Ga *m La *m U t *m La *m D^T).
  rewrite -[LHS]mxtrace_tr !trmx_mul trmxK Ls Gs -comm -!mulmxA.
  by symmetry; rewrite mxtrace_mulC -!mulmxA mxtrace_mulC -!mulmxA.
rewrite /gradu /dotp /gradU mulmxBl -!scalemxAl raddfB /= !mxtraceZ.
move: (\tr (Ga *m La *m U t *m La *m D^T)) (\tr (La *m La *m D^T)) (\tr (Ga *m La *m U t *m La *m (U t)^T))
  (\tr (La *m La *m (U t)^T)) => a1 a2 a3 a4; by field.
Qed.
End Gradient.
