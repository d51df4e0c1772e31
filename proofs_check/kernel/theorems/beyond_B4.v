(* Statement B4 against Lemma 5.4, beyond the paper: at the limit of Theorem 4.1 the loss curves upwards, in every direction
   orthogonal to that of the scaling symmetry, at least at the rate mu that Lemma 5.4 guarantees. And the bound of the loss at
   the initialisation in the proof of Lemma A.4. For every d, every N (with 1/0 = 0) and every positive definite Lambda. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite operator_norm curve reduced_loss_form convergence setting quadratic_flow.
From ICL Require Import scaled_start random_covariance.
From ICLTheorems Require reduced_minimum.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Start.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma g l : R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis Th_norm : nrm2 (Th *m Th^T) = 1.
(* g and l are any upper bounds of the operator norms of Gamma and Lambda *)
Hypothesis g_bound : opn Gamma g.
Hypothesis sigma_positive : 0 < sigma.
Let r : R := Num.sqrt d%:R.
Let r1 : 1 <= r := root_d_ge1 Th_norm.

Theorem lemma_A4_bound : ell La Gamma (sigma *: (Th *m Th^T)) sigma / sigma ^+ 2 <=
  nrm2 (La *m Th) / 2%:R * (Num.sqrt d%:R * sigma ^+ 2 * g - 2%:R).
Proof.
have [g0 _] := g_bound; set T := Th *m Th^T; have Ts : T^T = T by rewrite /T trmx_mul trmxK.
have s2 : 0 < sigma ^+ 2 by rewrite exprn_gt0.
have alignE : \tr (La *m La *m T) = nrm2 (La *m Th).
  by rewrite /nrm2 /dotp /T trmx_mul (pd_sym Lambda_definite) !mulmxA [RHS]mxtrace_mulC !mulmxA.
have q1 := @quadratic_start R unit d N (fun=> La) Th (fun=> g) (fun=> g_bound) tt Th_norm.
have q2 := @sandwich_le_sharp R unit d (fun=> La) (fun=> Lambda_definite) Th tt.
have q : \tr (Gamma *m La *m T *m La *m T) <= r * g * nrm2 (La *m Th).
  rewrite -[X in _ *m X]Ts; apply: le_trans q1 _; apply: le_trans (ler_wpmul2l g0 q2) _.
  by rewrite -mulrA ler_pemull // mulr_ge0 ?nrm2_ge0.
rewrite (reduced_minimum.lemma_A4_start N La Th sigma) -/T alignE ler_pdivr_mulr // -/r.
rewrite -subr_ge0 in q; rewrite -subr_ge0.
have h2 : 0 <= 2%:R^-1 * (sigma ^+ 2 * sigma ^+ 2 * (r * g * nrm2 (La *m Th) - \tr (Gamma *m La *m T *m La *m T))).
  by rewrite mulr_ge0 ?invr_ge0 ?ler0n // mulr_ge0 // mulr_ge0 // ltW.
apply: le_trans h2 _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
by move: (nrm2 _) (\tr _) => a b; field.
Qed.

Hypothesis l_bound : opn La l.
Hypothesis l_positive : 0 < l.
Hypothesis condition : sigma ^+ 2 * g * Num.sqrt d%:R < 2%:R.
(* the rate of Lemma 5.4 *)
Let mu : R := sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g * Num.sqrt d%:R)
  / (Num.sqrt d%:R * l ^+ 2 * \tr (invmx (Gamma *m La)) * \tr (invmx La)).
(* the limit (U, u) of Theorem 4.1 *)
Let u : R := Num.sqrt (Num.sqrt (nrm2 (invmx Gamma))).
Let U : 'M[R]_d := u^-1 *: invmx Gamma.
Let pG : pd Gamma := pdGa N Lambda_definite.
Let pP : pd (Gamma *m La) := pdPa N Lambda_definite.
Let r0 : 0 < r. Proof. exact: lt_le_trans ltr01 r1. Qed.

Let norm_low : r <= g * fnorm (invmx Gamma).
Proof.
have [g0 _] := g_bound; apply: le_of_sqr; first by rewrite mulr_ge0 ?fnorm_ge0.
rewrite /r sqr_sqrtr ?ler0n // exprMn fnorm_sqr; apply: le_trans (opn_mul (invmx Gamma) g_bound).
by rewrite mulmxV ?(pd_unit pG) // /nrm2 /dotp trmx1 mulmx1 mxtrace1.
Qed.
Let g_gt0 : 0 < g.
Proof.
have [g0 _] := g_bound; rewrite lt_def g0 andbT; apply/eqP => z; have := norm_low; rewrite z mul0r.
by rewrite leNgt r0.
Qed.
Let align_le : nrm2 (La *m Th) <= r * l ^+ 2.
Proof.
apply: le_trans (opn_mul Th l_bound) _; rewrite mulrC ler_wpmul2r ?sqr_ge0 //.
have -> : nrm2 Th = dotp (Th *m Th^T) 1%:M by rewrite /nrm2 /dotp trmx1 mulmx1.
apply: le_trans (dotp_le _ _) _; rewrite /fnorm Th_norm sqrtr1 mul1r /r.
by rewrite /nrm2 /dotp trmx1 mulmx1 mxtrace1.
Qed.
Let rate_le : sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g * r) / (r * l ^+ 2) <= fnorm (invmx Gamma).
Proof.
have l2 : 0 < l ^+ 2 by rewrite exprn_gt0.
have gr : 0 < g * r by rewrite mulr_gt0.
have gap : 0 <= sigma ^+ 2 * (2%:R - sigma ^+ 2 * g * r) by rewrite mulr_ge0 ?sqr_ge0 // subr_ge0 ltW.
apply: (@le_trans _ _ (sigma ^+ 2 * (2%:R - sigma ^+ 2 * g * r))).
  by rewrite ler_pdivr_mulr ?mulr_gt0 // mulrAC ler_wpmul2l.
apply: (@le_trans _ _ (g * r)^-1).
  rewrite -[X in _ <= X]mul1r ler_pdivl_mulr // -subr_ge0.
  have -> : 1 - sigma ^+ 2 * (2%:R - sigma ^+ 2 * g * r) * (g * r) = (1 - sigma ^+ 2 * g * r) ^+ 2 by ring.
  exact: sqr_ge0.
apply: (@le_trans _ _ (r / g)).
  rewrite invfM [g^-1 * _]mulrC; apply: ler_wpmul2r; first by rewrite invr_ge0 ltW.
  by apply: le_trans r1; rewrite invf_le1.
by rewrite ler_pdivr_mulr // mulrC.
Qed.

(* B4_hessian's second derivative at the limit, in every direction (X, c) orthogonal to (U, -u), where it is 0 *)
Theorem B4_rate (X : 'M[R]_d) (c : R) : dotp X U - c * u = 0 -> let K := u *: X + (c / u) *: invmx Gamma in
  mu * (nrm2 X + c ^+ 2) <= \tr (Gamma *m La *m K *m La *m K^T).
Proof.
move=> orthogonal /=; set K := u *: X + _; set f := fnorm (invmx Gamma).
have f0 : 0 < f by have := lt_le_trans r0 norm_low; rewrite pmulr_rgt0.
have u2 : u ^+ 2 = f by rewrite /u sqr_sqrtr ?sqrtr_ge0.
have u0 : u != 0 by apply/eqP => z; move: f0; rewrite -u2 z expr0n ltxx.
have XG : dotp X (invmx Gamma) = c * f.
  move/eqP: orthogonal; rewrite subr_eq0 /U dotpZr => /eqP h.
  by rewrite -[LHS](mulKf (invr_neq0 u0)) invrK h -u2; ring.
have KE : nrm2 K = f * nrm2 X + 3%:R * (f * c ^+ 2).
  rewrite /K /nrm2 !(dotpDl, dotpDr, dotpZl, dotpZr) (dotpC (invmx Gamma) X) XG -!/(nrm2 _).
  rewrite -[nrm2 (invmx Gamma)]fnorm_sqr -/f -u2; by field.
have tP : 0 < \tr (invmx (Gamma *m La)) * \tr (invmx La).
  have d0 : (0 < d)%N by rewrite lt0n; apply/eqP => z; move: r0; rewrite /r z mulr0n sqrtr0 ltxx.
  by rewrite mulr_gt0 // pd_tr_gt0 //; apply: pd_inv.
apply: (@le_trans _ _ (nrm2 K / (\tr (invmx (Gamma *m La)) * \tr (invmx La)))); last first.
  by rewrite ler_pdivr_mulr // mulrC; apply: form_le.
rewrite ler_pdivl_mulr // KE.
have -> : mu * (nrm2 X + c ^+ 2) * (\tr (invmx (Gamma *m La)) * \tr (invmx La)) =
   sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g * r) / (r * l ^+ 2) * (nrm2 X + c ^+ 2).
  have [t1 t2] : \tr (invmx (Gamma *m La)) != 0 /\ \tr (invmx La) != 0.
    by apply/andP; rewrite -negb_or -mulf_eq0 gt_eqF.
  rewrite /mu -/r; move: (nrm2 _) (nrm2 X) => a b; field.
  by rewrite t1 t2 !gt_eqF.
apply: (@le_trans _ _ (f * (nrm2 X + c ^+ 2))); first by rewrite ler_wpmul2r ?rate_le // addr_ge0 ?nrm2_ge0 ?sqr_ge0.
rewrite mulrDr ler_add2l; apply: ler_pemull; last by rewrite ler1n.
by rewrite mulr_ge0 ?sqr_ge0 ?(ltW f0).
Qed.
End Start.
