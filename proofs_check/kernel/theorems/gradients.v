(* The gradients of the population loss in all blocks, as the engine gives them: the loss changes along every differentiable curve
   of the weights by the sum of the inner products with the curve's velocity. Where u12 = u21 = 0 those of u12 and
   u21 vanish, and those of U11 and u are the reduced loss's (Lemma 5.2). For every d and every prompt length N + 1. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words word_derivative wick expectation frobenius curve setting formula.
From ICLGenerated Require population_loss population_loss_gradient.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.
Import population_loss population_loss_gradient.

Section Gradients.
Variables (R : realType) (d N : nat) (Lambda : 'M[R]_d).
Hypothesis Lambda_sym : Lambda^T = Lambda.
Notation n := N.+1.
Variables (U11 : R -> 'M[R]_d) (u12 u21 : R -> 'cV[R]_d) (u : R -> R) (t : R).
Variables (V11 : 'M[R]_d) (v12 v21 : 'cV[R]_d) (v : R).
Hypotheses (velocity_U11 : mder U11 t V11) (velocity_u12 : mder u12 t v12) (velocity_u21 : mder u21 t v21).
Hypothesis velocity_u : der u t v.

Let rho s : nat -> 'M[R]_d := nth 0 [:: Lambda; U11 s; V11; u12 s *m (u12 s)^T; u12 s *m (u21 s)^T; u21 s *m (u21 s)^T;
  u12 t *m v12^T; u12 t *m v21^T; u21 t *m v12^T; u21 t *m v21^T].
Let meaning s := matrix_of Lambda (U11 s) V11 (u12 s) (u21 s) v12 v21.
Let mder_eq m (F : R -> 'M[R]_(d, m)) D D' : mder F t D -> D = D' -> mder F t D'. Proof. by move=> h <-. Qed.
Let rho_der a : mder (fun s => rho s a) t (\sum_(l <- dletter a) evl (rho t) l).
Proof.
case: a => [|[|[|[|[|[|[|[|[|[|a]]]]]]]]]]; rewrite /rho /dletter /= ?nth_nil ?big_cons ?big_nil ?addr0;
  try exact: mder_cst.
- exact: velocity_U11.
- by apply: mder_eq (mderM velocity_u12 (mder_tr velocity_u12)) _; rewrite /evl /= trmx_mul trmxK.
- by apply: mder_eq (mderM velocity_u12 (mder_tr velocity_u21)) _; rewrite /evl /= trmx_mul trmxK.
- by apply: mder_eq (mderM velocity_u21 (mder_tr velocity_u21)) _; rewrite /evl /= trmx_mul trmxK.
Qed.
Let sc_der a : der (fun s => scalar_of (u s) v a) t (\sum_(b <- dscalar a) scalar_of (u t) v b).
Proof.
case: a => [|[|a]]; rewrite /dscalar /scalar_of /= ?nth_nil ?big_cons ?big_nil ?addr0; try exact: der_cst.
exact: velocity_u.
Qed.

Theorem population_loss_gradient : der (fun s => loss n Lambda (U11 s) (u12 s) (u21 s) (u s)) t
  (dotp (gradient_U11 n Lambda (U11 t) (u12 t) (u21 t) (u t)) V11 +
   dotp (gradient_u21 n Lambda (U11 t) (u12 t) (u21 t) (u t)) v21 +
   dotp (gradient_u12 n Lambda (U11 t) (u12 t) (u21 t) (u t)) v12 +
   gradient_u n Lambda (U11 t) (u12 t) (u21 t) (u t) * v).
Proof.
have rho_sym b : symmetric letters b -> (rho t b)^T = rho t b.
  by rewrite /= !inE => /or3P[] /eqP ->; rewrite /rho /= ?trmx_mul ?trmxK.
have n0 : n%:R != 0 :> R by rewrite pnatr_eq0.
pose k : R := 2%:R * n%:R ^+ 2; have k0 : k != 0 by rewrite mulf_neq0 ?expf_neq0 // pnatr_eq0.
have evE s : ev (rho s) (scalar_of (u s) v) n mean_square = k * loss n Lambda (U11 s) (u12 s) (u21 s) (u s).
  rewrite -(lossE Lambda (U11 s) V11 (u12 s) (u21 s) v12 v21 (u s) v (ltn0Sn N)).
  by apply: (@ev_written_in _ _ _ _ _ _ 6) => // -[|[|[|[|[|[|a]]]]]].
have h := derM (der_cst k^-1 t) (dpoly_sound n rho_der sc_der mean_square).
apply: der_eq (der_ext _ h) _ => [s|]; first by rewrite evE mulKf.
have same : rho t = meaning t by [].
rewrite mulr0 addr0 (check_sound _ _ rho_sym (@alone _ _ _) gradient_ok) !ev_cat same.
rewrite gradient_U11E // gradient_u21E // gradient_u12E // gradient_uE // -/k -!/(dotp _ _).
by rewrite -!mulrDr mulKf // !addrA.
Qed.
End Gradients.

(* Lemma 5.2 on u12 = u21 = 0 *)
Section Lemma52.
Variables (R : realType) (d N : nat) (Lambda U : 'M[R]_d) (u : R).
Hypothesis Lambda_sym : Lambda^T = Lambda.
Notation n := N.+1.

Theorem lemma_5_2_u21 : gradient_u21 n Lambda U 0 0 u = 0.
Proof. by rewrite /gradient_u21 !mulmx0 !scaler0 !addr0. Qed.
Theorem lemma_5_2_u12 : gradient_u12 n Lambda U 0 0 u = 0.
Proof. by rewrite /gradient_u12 !mulmx0 !scaler0 !addr0. Qed.
Theorem lemma_5_2_U : - gradient_U11 n Lambda U 0 0 u =
  - (u ^+ 2 *: (Gamma n Lambda *m Lambda *m U *m Lambda) - u *: (Lambda *m Lambda)).
Proof.
have z (B : 'M[R]_(1, d)) : (B *m (0 : 'cV[R]_d)) 0 0 = 0 by rewrite mulmx0 mxE.
have n0 : n%:R != 0 :> R by rewrite pnatr_eq0.
rewrite /gradient_U11 !z !mulmx0 !mul0mx !scaler0 !(mulr0, mul0r, scale0r, addr0) /Gamma; congr (- _).
rewrite !mulmxDl -!scalemxAl mul1mx scalerDr !scalerA mulN1r scaleNr [RHS]addrC addrA; congr (_ + _ *: _ + _ *: _).
  by move: (n%:R : R) n0 => m m0; field.
by move: (\tr _) (n%:R : R) n0 => r m m0; field.
Qed.
Theorem lemma_5_2_u : - gradient_u n Lambda U 0 0 u =
  - (u * \tr (Gamma n Lambda *m Lambda *m U *m Lambda *m U^T) - \tr (Lambda *m Lambda *m U^T)).
Proof.
have z (B : 'M[R]_(1, d)) : (B *m (0 : 'cV[R]_d)) 0 0 = 0 by rewrite mulmx0 mxE.
rewrite /gradient_u !z; congr (- _).
have -> : \tr (Lambda *m Lambda *m U^T) = \tr (Lambda *m Lambda *m U).
  by rewrite -[LHS]mxtrace_tr !trmx_mul trmxK Lambda_sym mxtrace_mulC.
have -> : \tr (Gamma n Lambda *m Lambda *m U *m Lambda *m U^T) = (1 + n%:R^-1) * \tr (Lambda *m U^T *m Lambda *m Lambda *m U)
    + (\tr Lambda / n%:R) * \tr (Lambda *m U *m Lambda *m U^T).
  rewrite /Gamma !mulmxDl -!scalemxAl mul1mx mxtraceD !mxtraceZ; congr (_ * _ + _).
  by rewrite -!mulmxA [RHS]mxtrace_mulC -!mulmxA [RHS]mxtrace_mulC -!mulmxA.
by by_field N.+1.
Qed.
End Lemma52.
