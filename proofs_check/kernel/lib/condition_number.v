(* tr(Lambda) tr(Lambda^-1) against the condition number kappa, also with Kantorovich's constant. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite commuting_semidefinite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section ConditionNumber.
Variables (R : realType) (d : nat) (La : 'M[R]_d).
Hypothesis Lambda_definite : pd La.
(* l I <= Lambda <= kappa l I for some l > 0: kappa is at least the condition number *)
Definition conditioned (kappa : R) : Prop :=
  exists2 l, 0 < l & psd (La - l *: 1%:M) /\ psd ((kappa * l) *: 1%:M - La).
Variable kappa : R.
Hypothesis cond : conditioned kappa.
Let Lu := pd_unit Lambda_definite.
Let pI := pd_psd (pd_inv Lambda_definite).
Notation ti := (\tr (invmx La)).

Lemma trace_bounds : exists2 l, 0 < l & \tr La <= d%:R * (kappa * l) /\ l * ti <= d%:R.
Proof.
case: cond => l l0 [p q]; exists l => //; split.
  by have := psd_tr_ge0 q; rewrite raddfB /= mxtraceZ mxtrace1 subr_ge0 mulrC.
by have := psd_tr_mul pI p; rewrite mulmxBr mulVmx // -scalemxAr mulmx1 raddfB /= mxtraceZ mxtrace1 subr_ge0.
Qed.
Lemma trace_product : \tr La * ti <= d%:R ^+ 2 * kappa.
Proof.
case: trace_bounds => l l0 [h1 h2]; have t0 := psd_tr_ge0 pI.
apply: le_trans (ler_wpmul2r t0 h1) _.
have -> : d%:R * (kappa * l) * ti = d%:R * kappa * (l * ti) by ring.
have k0 : 0 <= d%:R * kappa.
  have := le_trans (psd_tr_ge0 (pd_psd Lambda_definite)) h1; rewrite mulrA; by rewrite pmulr_lge0.
by rewrite expr2 [d%:R * d%:R * _]mulrAC; apply: ler_wpmul2l.
Qed.
Theorem kantorovich : \tr La * ti <= d%:R ^+ 2 * (kappa + 1) ^+ 2 / (4%:R * kappa).
Proof.
case: cond => l l0 [p q].
have [dz|d0] := posnP d.
  have -> : \tr La = 0 by rewrite /mxtrace big1 // => i; have := ltn_ord i; rewrite [X in (_ < X)%N]dz.
  by rewrite [d in d%:R]dz expr0n !mul0r.
have dR : 0 < d%:R :> R by rewrite ltr0n.
have k1 : 1 <= kappa.
  have := psd_tr_ge0 (psdD p q); rewrite addrC addrA subrK -scalerBl mxtraceZ mxtrace1 pmulr_lge0 // -{2}[l]mul1r -mulrBl.
  by rewrite pmulr_lge0 // subr_ge0.
have k0 : 0 < kappa by rewrite (lt_le_trans ltr01).
have c : ((kappa * l) *: 1%:M - La) *m invmx La = invmx La *m ((kappa * l) *: 1%:M - La).
  by rewrite mulmxBl mulmxBr -scalemxAl -scalemxAr mul1mx mulmx1 mulmxV // mulVmx.
have e : ((kappa * l) *: 1%:M - La) *m invmx La = (kappa * l) *: invmx La - 1%:M.
  by rewrite mulmxBl mulmxV // -scalemxAl mul1mx.
have := psd_tr_mul p (psd_mul q pI c); rewrite e.
rewrite !(mulmxBl, mulmxBr) -!(scalemxAl, scalemxAr) !(mul1mx, mulmx1) mulmxV //.
rewrite !raddfB /= !mxtraceZ mxtrace1 => h.
have sq : 4%:R * (\tr La * (kappa * l ^+ 2 * ti)) <= ((kappa + 1) * l * d%:R) ^+ 2.
  apply: le_trans (_ : (\tr La + kappa * l ^+ 2 * ti) ^+ 2 <= _).
    rewrite -subr_ge0; have -> (s t : R) : (s + t) ^+ 2 - 4%:R * (s * t) = (s - t) ^+ 2 by ring.
    exact: sqr_ge0.
  have t0 := psd_tr_ge0 pI; have t1 := psd_tr_ge0 (pd_psd Lambda_definite).
  rewrite ler_pexpn2r // ?nnegrE; last 2 first.
  - by apply: addr_ge0 => //; apply: mulr_ge0 => //; apply: mulr_ge0; rewrite ?sqr_ge0 // ltW.
  - by apply: mulr_ge0; rewrite ?ler0n //; apply: mulr_ge0; rewrite ?addr_ge0 ?ler01 // ltW.
  rewrite -subr_ge0; apply: le_trans h _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
  by move: (\tr La) (ti) => s t; ring.
rewrite ler_pdivl_mulr ?mulr_gt0 ?ltr0n // -(ler_pmul2r (exprn_gt0 2 l0)).
move: sq; congr (_ <= _); last by ring.
by move: (\tr La) (ti) => s t; ring.
Qed.
End ConditionNumber.
