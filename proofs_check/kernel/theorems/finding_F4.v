(* Finding F4: the restricted loss ell + tr(Lambda)/2 is the population loss on u12 = u21 = 0 (restricted_loss), and not up to
   any constant in all blocks. Here d = N = 1 and Lambda = 1: on u12 = u21 = U11 = u = 0 both are 1/2; at U11 = u = 0,
   u12 = u21 = 1 the restricted loss is 1/2 and the population loss 1. *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import gaussian prompt.
From ICLTheorems Require Import population_loss.
From ICLGenerated Require population_loss.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section FindingF4.
Variable R : numFieldType.
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_1 * 'I_1]|]}.
Variables (P11 : 'M[A]_1) (p12 k12 : 'cV[A]_1) (k22 : A).
Notation loss := (prompt.population_loss (1%:M : 'M[R]_1) P11 p12 k12 k22).
(* the restricted loss, as in population_loss.restricted_loss, with Sq = Lambda = 1 and N = 1 *)
Definition restricted (U : 'M[R]_1) (u : R) : R := let La : 'M[R]_1 := 1%:M in
  let Gamma := (1 + 1%:R^-1) *: La + (\tr La / 1%:R) *: 1%:M in
  2%:R^-1 * u ^+ 2 * \tr (Gamma *m La *m U *m La *m U^T) - u * \tr (La *m La *m U^T) + 2%:R^-1 * \tr La.

Theorem finding_F4 : ~ exists c, forall U u12 u21 u, loss U u12 u21 u = restricted U u + c.
Proof.
case=> c h.
have h0 := h 0 0 0 0; have h1 := h 0 1%:M 1%:M 0; have : loss 0 1%:M 1%:M 0 - loss 0 0 0 0 = 0 by rewrite h0 h1 subrr.
rewrite !population_lossE /ICLGenerated.population_loss.loss !(mulmx1, mulmx0, mul0mx, trmx1, trmx0, mxtrace1, mxtrace0).
rewrite !mxE /=; set lhs := (X in X = 0); have -> : lhs = 2%:R^-1 by rewrite /lhs; field.
by move/eqP; rewrite invr_eq0 pnatr_eq0.
Qed.
End FindingF4.
