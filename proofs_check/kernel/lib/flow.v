(* Lemmas A.3, A.4, A.5, 5.4 and Theorem 4.1 (reduced form): convergence of every solution of the gradient flow. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite reduced_loss_form curve operator_norm.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Flow.
Variables (R : realType) (d : nat) (La Ga Th : 'M[R]_d) (sigma g l : R).
Hypothesis pdL : pd La.
Hypothesis pdG : pd Ga.
Hypothesis pdP : pd (Ga *m La).
Hypothesis comm : Ga *m La = La *m Ga.
Hypothesis sg : 0 < sigma.
Hypothesis nTh : nrm2 (Th *m Th^T) = 1.
Hypothesis gG : opn Ga g.
Hypothesis lL : opn La l.
Hypothesis l0 : 0 < l.
Let sd : R := Num.sqrt d%:R.
Hypothesis small : sigma ^+ 2 * g * sd < 2%:R.

Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flowU : forall t, 0 <= t -> mder U t (- gradU La Ga (U t) (u t)).
Hypothesis flowu : forall t, 0 <= t -> der u t (- gradu La Ga (U t) (u t)).
Hypothesis U0 : U 0 = sigma *: (Th *m Th^T).
Hypothesis u0 : u 0 = sigma.

Let Ls : La^T = La := pd_sym pdL.
Let Gs : Ga^T = Ga := pd_sym pdG.
Let Ps : (Ga *m La)^T = Ga *m La := pd_sym pdP.
Let f t := ell La Ga (U t) (u t).
Let m := ell_min La Ga.
Let T := Th *m Th^T.
Let Ts : T^T = T. Proof. by rewrite /T trmx_mul trmxK. Qed.
Definition bb : R := nrm2 (La *m Th).

Lemma d_gt0 : (0 < d)%N.
Proof.
rewrite lt0n; apply/eqP => d0; move: nTh; rewrite nrm2E big1 => [/eqP|i _]; first by rewrite eq_sym oner_eq0.
by exfalso; have := ltn_ord i; move: (nat_of_ord i) => k; rewrite d0.
Qed.
Lemma sd_ge1 : 1 <= sd.
Proof. by rewrite -[X in X <= _](@sqrtr1 R); apply: ler_wsqrtr; rewrite ler1n d_gt0. Qed.

Lemma trLLT : \tr (La *m La *m T^T) = bb.
Proof. by rewrite Ts /bb /nrm2 /dotp trmx_mul Ls (mulmxA (La *m Th)) [RHS]mxtrace_mulC /T !mulmxA. Qed.

Lemma quartic_le : \tr (Ga *m La *m T *m La *m T^T) <= bb * g.
Proof.
have -> : \tr (Ga *m La *m T *m La *m T^T) = dotp (La *m T *m La) (Ga *m T).
  by symmetry; rewrite /dotp trmx_mul Gs mxtrace_mulC -mulmxA mxtrace_mulC !mulmxA.
apply: le_of_sqr; first by rewrite mulr_ge0 ?nrm2_ge0 //; case: gG.
apply: le_trans (cauchy_schwarz _ _) _.
have h1 : nrm2 (La *m T *m La) <= bb ^+ 2.
  have -> : La *m T *m La = (La *m Th) *m (La *m Th)^T by rewrite trmx_mul Ls /T !mulmxA.
  by apply: le_trans (nrm2_mul _ _) _; rewrite nrm2_tr expr2.
have h2 : nrm2 (Ga *m T) <= g ^+ 2 by have := opn_mul T gG; rewrite nTh mulr1.
by rewrite exprMn; apply: ler_pmul; rewrite ?nrm2_ge0.
Qed.

Definition c0 : R := 2%:R^-1 * sigma ^+ 2 * bb * (2%:R - sigma ^+ 2 * g * sd).

Lemma bb_gt0 : 0 < bb.
Proof.
rewrite lt_def nrm2_ge0 andbT nrm2_eq0; apply/eqP => h.
have Th0 : Th = 0 by rewrite -[Th](mulKmx (pd_unit pdL)) h mulmx0.
by move/eqP: nTh; rewrite Th0 mul0mx /nrm2 /dotp mul0mx mxtrace0 eq_sym oner_eq0.
Qed.
Lemma c0_gt0 : 0 < c0.
Proof. by rewrite /c0 !mulr_gt0 ?bb_gt0 ?exprn_gt0 ?invr_gt0 ?ltr0n // subr_gt0. Qed.

Lemma f0_le : f 0 <= - c0.
Proof.
rewrite /f U0 u0 -/T /ell trZ -!(scalemxAl, scalemxAr) !mxtraceZ trLLT.
set q := \tr _; have hq : q <= bb * g * sd.
  apply: le_trans quartic_le _; rewrite ler_pemulr ?sd_ge1 // mulr_ge0 ?nrm2_ge0 //; by case: gG.
rewrite -subr_ge0; have -> : - c0 - (2%:R^-1 * sigma ^+ 2 * (sigma * (sigma * q)) - sigma * (sigma * bb))
   = 2%:R^-1 * sigma ^+ 4 * (bb * g * sd - q) by rewrite /c0; field.
by rewrite !mulr_ge0 ?subr_ge0 ?exprn_ge0 ?invr_ge0 ?ler0n // ltW.
Qed.

(* The energy identity. *)
Lemma der_f t : 0 <= t -> der f t (- (nrm2 (gradU La Ga (U t) (u t)) + gradu La Ga (U t) (u t) ^+ 2)).
Proof.
move=> t0; have hU := flowU t0; have hu := flowu t0.
set D := - gradU La Ga (U t) (u t) in hU; set e := - gradu La Ga (U t) (u t) in hu.
have d1 := mder_trace (mderM (mderM (mderM (mder_cst (Ga *m La) t) hU) (mder_cst La t)) (mder_tr hU)).
have d2 := mder_trace (mderM (mder_cst (La *m La) t) (mder_tr hU)).
have d3 := derD (derM (derM (der_cst 2%:R^-1 t) (derM hu hu)) d1) (derN (derM hu d2)).
apply: der_eq (der_ext _ d3) _ => [s|]; first by rewrite /f /ell expr2.
rewrite !mulmx0 !mul0mx !add0r !addr0 mxtraceD.
have -> : \tr (Ga *m La *m D *m La *m (U t)^T) = \tr (Ga *m La *m U t *m La *m D^T).
  rewrite -[LHS]mxtrace_tr !trmx_mul trmxK Ls Gs -comm -!mulmxA.
  by symmetry; rewrite mxtrace_mulC -!mulmxA mxtrace_mulC -!mulmxA.
have eD : nrm2 (gradU La Ga (U t) (u t)) = - (u t ^+ 2 * \tr (Ga *m La *m U t *m La *m D^T) - u t * \tr (La *m La *m D^T)).
  have -> : nrm2 (gradU La Ga (U t) (u t)) = - dotp (gradU La Ga (U t) (u t)) D by rewrite /D dotpNr opprK.
  by rewrite /dotp {1}/gradU mulmxBl -!scalemxAl raddfB /= !mxtraceZ.
rewrite eD /e /gradu.
move: (\tr (Ga *m La *m U t *m La *m D^T)) (\tr (La *m La *m D^T)) (\tr (Ga *m La *m U t *m La *m (U t)^T))
  (\tr (La *m La *m (U t)^T)) => a1 a2 a3 a4; by field.
Qed.

Lemma f_le t : 0 <= t -> f t <= - c0.
Proof.
move=> t0; apply: le_trans f0_le; apply: (nincr0 t0 der_f) => s s0.
by rewrite oppr_le0 addr_ge0 ?nrm2_ge0 ?sqr_ge0.
Qed.

(* Lemma A.3 *)
Lemma balance t : 0 <= t -> u t ^+ 2 = nrm2 (U t).
Proof.
move=> t0; apply/eqP; rewrite -subr_eq0; apply/eqP.
rewrite (@const0 R (fun s => u s ^+ 2 - nrm2 (U s)) t t0).
  by rewrite U0 u0 nrm2Z nTh mulr1 subrr.
move=> s s0; have hU := flowU s0; have hu := flowu s0.
have d1 := derD (derM hu hu) (derN (mder_trace (mderM hU (mder_tr hU)))).
apply: der_eq (der_ext _ d1) _ => [r|]; first by rewrite expr2.
set G := gradU La Ga (U s) (u s).
have eG : \tr (- G *m (U s)^T) = - (u s ^+ 2 * \tr (Ga *m La *m U s *m La *m (U s)^T) - u s * \tr (La *m La *m (U s)^T)).
  by rewrite mulNmx [LHS]raddfN /= /G /gradU mulmxBl -!scalemxAl raddfB /= !mxtraceZ.
have eG2 : \tr (U s *m (- G)^T) = \tr (- G *m (U s)^T) by rewrite -[LHS]mxtrace_tr trmx_mul trmxK.
rewrite mxtraceD eG2 eG /gradu.
move: (\tr (Ga *m La *m U s *m La *m (U s)^T)) (\tr (La *m La *m (U s)^T)) => a3 a4; ring.
Qed.

(* Lemma A.4 *)
Theorem u_gt0 t : 0 <= t -> 0 < u t.
Proof.
move=> t0; apply: (pos0 t0 flowu); first by rewrite u0.
move=> s s0; apply/eqP => us; have := f_le s0.
by rewrite /f /ell us expr0n /= !mulr0 !mul0r subr0 leNgt oppr_lt0 c0_gt0.
Qed.

(* Lemma A.5 *)
Definition kappa : R := sigma ^+ 2 * bb * (2%:R - sigma ^+ 2 * g * sd) / (2%:R * sd * l ^+ 2).
Lemma sd_gt0 : 0 < sd. Proof. exact: lt_le_trans ltr01 sd_ge1. Qed.
Lemma kappa_gt0 : 0 < kappa.
Proof.
by rewrite /kappa divr_gt0 ?mulr_gt0 ?exprn_gt0 ?bb_gt0 ?subr_gt0 ?sd_gt0 ?ltr0n.
Qed.
Theorem u_lower t : 0 <= t -> kappa <= u t ^+ 2.
Proof.
move=> t0; have up := u_gt0 t0.
have h1 : c0 <= u t * \tr (La *m La *m (U t)^T).
  have := f_le t0; rewrite /f /ell -ler_opp2 opprK => h; apply: le_trans h _.
  rewrite opprB ler_subl_addr ler_addl !mulr_ge0 ?exprn_ge0 ?invr_ge0 ?ler0n ?(ltW up) //.
  exact: form_ge0.
have h2 : \tr (La *m La *m (U t)^T) <= sd * l ^+ 2 * u t.
  apply: le_of_sqr; first by rewrite !mulr_ge0 ?exprn_ge0 ?ltW ?sd_gt0.
  apply: le_trans (cauchy_schwarz (La *m La) (U t)) _; rewrite -balance // exprMn.
  apply: ler_wpmul2r; first exact: sqr_ge0.
  have -> : (sd * l ^+ 2) ^+ 2 = l ^+ 2 * (l ^+ 2 * d%:R).
    by rewrite exprMn /sd sqr_sqrtr ?ler0n //; ring.
  apply: le_trans (opn_mul La lL) _; apply: ler_wpmul2l; first exact: sqr_ge0.
  have := opn_mul 1%:M lL; rewrite mulmx1 => h; apply: le_trans h _.
  by rewrite /nrm2 /dotp mul1mx trmx1 mxtrace1.
rewrite /kappa ler_pdivr_mulr ?mulr_gt0 ?sd_gt0 ?ltr0n ?exprn_gt0 //.
have : c0 <= u t * (sd * l ^+ 2 * u t) by apply: le_trans h1 _; rewrite ler_pmul2l.
rewrite /c0 -(ler_pmul2l (_ : 0 < 2%:R :> R)) ?ltr0n //.
by congr (_ <= _); field.
Qed.

(* Lemma 5.4 *)
Definition mu : R := sigma ^+ 2 * bb * (2%:R - sigma ^+ 2 * g * sd)
  / (sd * l ^+ 2 * \tr (invmx (Ga *m La)) * \tr (invmx La)).
Lemma KK_gt0 : 0 < KK La Ga.
Proof.
have h := @form_le R d d _ _ 1%:M pdP pdL; rewrite /KK lt_def.
have n1 : nrm2 (1%:M : 'M[R]_d) = d%:R by rewrite /nrm2 /dotp mul1mx trmx1 mxtrace1.
have dp : 0 < d%:R :> R by rewrite ltr0n d_gt0.
have F0 : 0 <= \tr (Ga *m La *m 1%:M *m La *m (1%:M)^T) by apply: form_ge0.
rewrite n1 in h; have := lt_le_trans dp h => hp.
have := hp; rewrite lt_def mulf_eq0 negb_or => /andP[/andP[-> _] _] /=.
rewrite leNgt; apply/negP => neg; move: hp; rewrite ltNge => /negP; apply.
by rewrite mulr_le0_ge0 // ltW.
Qed.
Lemma mu_kappa : mu * KK La Ga = 2%:R * kappa.
Proof.
have := KK_gt0; rewrite /mu /KK /kappa => hK.
have : \tr (invmx (Ga *m La)) * \tr (invmx La) != 0 by rewrite gt_eqF.
rewrite mulf_eq0 negb_or; move: (\tr (invmx (Ga *m La))) (\tr (invmx La)) => p q /andP[h1 h2].
have h3 : sd != 0 by rewrite gt_eqF ?sd_gt0.
have h4 : l != 0 by rewrite gt_eqF.
by field; rewrite h1 h2 h3 h4.
Qed.
Lemma mu_gt0 : 0 < mu.
Proof. by rewrite -(pmulr_lgt0 _ KK_gt0) mu_kappa mulr_gt0 ?ltr0n ?kappa_gt0. Qed.

Theorem PL_flow t : 0 <= t ->
  mu * (f t - m) <= nrm2 (gradU La Ga (U t) (u t)) + gradu La Ga (U t) (u t) ^+ 2.
Proof.
move=> t0; apply: (@le_trans _ _ (nrm2 (gradU La Ga (U t) (u t)))); last by rewrite ler_addl sqr_ge0.
rewrite -(ler_pmul2l KK_gt0); apply: le_trans (PL pdL pdG pdP comm (U t) (u t)).
rewrite mulrA [KK _ _ * mu]mulrC mu_kappa -/(f t) -/m.
have -> : u t ^+ 2 * (f t - m) * 2%:R = 2%:R * u t ^+ 2 * (f t - m) by rewrite mulrC mulrA.
by rewrite ler_wpmul2r ?subr_ge0 ?minimum // ler_pmul2l ?ltr0n // u_lower.
Qed.

Theorem exponential_decay t : 0 <= t -> f t - m <= expR (- (mu * t)) * (f 0 - m).
Proof.
move=> t0.
have h s : 0 <= s -> der (fun r => expR (mu * r) * (f r - m)) s
    (expR (mu * s) * (mu * (f s - m) - (nrm2 (gradU La Ga (U s) (u s)) + gradu La Ga (U s) (u s) ^+ 2))).
  move=> s0; apply: der_eq (derM (der_exp mu s) (derD (der_f s0) (der_cst (- m) s))) _.
  by ring.
have := nincr0 t0 h; rewrite mulr0 expR0 mul1r => H.
rewrite expRN mulrC ler_pdivl_mulr ?expR_gt0 // mulrC; apply: H => s s0.
by rewrite pmulr_rle0 ?expR_gt0 // subr_le0 PL_flow.
Qed.
End Flow.
