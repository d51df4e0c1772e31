(* Lemma 5.4 / Theorem 4.1: the limits, for Gamma = (1 + 1/N) Lambda + (tr Lambda / N) I. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite reduced_loss_form curve operator_norm limits flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Convergence.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma g l : R).
Let Ga : 'M[R]_d := (1 + N%:R^-1) *: La + (\tr La / N%:R) *: 1%:M.

Hypothesis pdL : pd La.
Let coefficient_gt0 : 0 < 1 + N%:R^-1 :> R.
Proof. by rewrite ltr_paddr ?invr_ge0 ?ler0n ?ltr01. Qed.
Lemma pdGa : pd Ga.
Proof. by apply: pd_lin; rewrite ?divr_ge0 ?pd_trace ?ler0n. Qed.
Lemma commGa : Ga *m La = La *m Ga.
Proof. by rewrite /Ga mulmxDl mulmxDr -!scalemxAl -!scalemxAr mul1mx mulmx1. Qed.
Lemma pdPa : pd (Ga *m La).
Proof.
have pS := pd_square pdL; split; first by rewrite trmx_mul (pd_sym pdL) (pd_sym pdGa) -commGa.
move=> v v0; rewrite /Ga mulmxDl -!scalemxAl mul1mx /qf mulmxDr mulmxDl raddfD /= -!scalemxAr -!scalemxAl !mxtraceZ.
rewrite ltr_paddr ?mulr_gt0 ?mulr_ge0 ?invr_ge0 ?ler0n ?(pd_trace pdL) //.
- by apply: ltW; case: pdL => _ /(_ v v0); rewrite /qf.
- by case: pS => _ /(_ v v0); rewrite /qf.
Qed.

Hypothesis sg : 0 < sigma.
Hypothesis nTh : nrm2 (Th *m Th^T) = 1.
Hypothesis gG : opn Ga g.
Hypothesis lL : opn La l.
Hypothesis l0 : 0 < l.
Hypothesis small : sigma ^+ 2 * g * Num.sqrt d%:R < 2%:R.
Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flowU : forall t, 0 <= t -> mder U t (- (u t ^+ 2 *: (Ga *m La *m U t *m La) - u t *: (La *m La))).
Hypothesis flowu : forall t, 0 <= t ->
  der u t (- (u t * \tr (Ga *m La *m U t *m La *m (U t)^T) - \tr (La *m La *m (U t)^T))).
Hypothesis U0 : U 0 = sigma *: (Th *m Th^T).
Hypothesis u0 : u 0 = sigma.

Let mu := mu La Ga Th sigma g l.
Let C : R := 2%:R * KK La Ga * (ell La Ga (U 0) (u 0) - ell_min La Ga).
Lemma C_ge0 : 0 <= C.
Proof.
apply: mulr_ge0; last by rewrite subr_ge0; apply: (minimum pdL pdGa pdPa commGa).
by apply: mulr_ge0; rewrite ?ler0n //; apply/ltW/(KK_gt0 pdL pdPa nTh).
Qed.

(* explicit exponential rate of the product u U *)
Theorem rate t : 0 <= t -> nrm2 (u t *: U t - invmx Ga) <= expR (- (mu * t)) * C.
Proof.
move=> t0; apply: le_trans (form_le _ pdPa pdL) _; rewrite -/(KK La Ga).
have := square pdL pdGa commGa (U t) (u t) => /= sq.
have -> : \tr (Ga *m La *m (u t *: U t - invmx Ga) *m La *m (u t *: U t - invmx Ga)^T)
   = 2%:R * (ell La Ga (U t) (u t) - ell_min La Ga) by rewrite sq mulrA mulfV ?mul1r ?pnatr_eq0.
have -> : expR (- (mu * t)) * C = KK La Ga * (2%:R * (expR (- (mu * t)) * (ell La Ga (U 0) (u 0) - ell_min La Ga))).
  by rewrite /C; ring.
rewrite ler_pmul2l ?(KK_gt0 pdL pdPa nTh) // ler_pmul2l ?ltr0n //.
exact: (exponential_decay pdL pdGa pdPa commGa sg nTh gG lL l0 small flowU flowu U0 u0).
Qed.

Lemma entry_cvg i j : (fun t => u t * U t i j : R^o) @ +oo --> (invmx Ga i j : R^o).
Proof.
apply: tends_cvg => e e0.
have mu0 : 0 < mu by apply: (mu_gt0 pdL pdPa sg nTh l0 small).
have [T hT] := expR_tends mu0 C_ge0 (exprn_gt0 2 e0).
exists (Num.max T 0) => t; rewrite le_maxl => /andP[Tt t0].
apply: le_of_sqr; first exact: ltW.
have := hT t Tt; rewrite subr0 => h2; apply: le_trans (le_trans (ler_norm _) h2).
apply: le_trans (rate t0); apply: le_trans (entry_le_nrm2 _ i j).
by rewrite real_normK ?num_real // !mxE.
Qed.

Lemma nrm2_cvg : (fun t => nrm2 (u t *: U t) : R^o) @ +oo --> (nrm2 (invmx Ga) : R^o).
Proof.
have -> : (fun t => nrm2 (u t *: U t)) = fun t => \sum_i \sum_j (u t * U t i j) ^+ 2.
  by apply/funext => t; rewrite nrm2E; do 2 apply: eq_bigr => ? _; rewrite mxE.
rewrite nrm2E; apply: cvg_sum_fin => i; apply: cvg_sum_fin => j.
rewrite expr2; have -> : (fun t => (u t * U t i j) ^+ 2) = (fun t => u t * U t i j) \* (fun t => u t * U t i j).
  by apply/funext => t; rewrite expr2.
by apply: cvgM; apply: entry_cvg.
Qed.

Definition u_star : R := Num.sqrt (Num.sqrt (nrm2 (invmx Ga))).

Lemma u_star_gt0 : 0 < u_star.
Proof.
rewrite !sqrtr_gt0 lt_def nrm2_ge0 andbT nrm2_eq0; apply/eqP => h.
have : (1%:M : 'M[R]_d) = 0 by rewrite -(mulVmx (pd_unit pdGa)) h mul0mx.
move=> /(congr1 (fun A => A *m (Th *m Th^T))); rewrite mul1mx mul0mx => hT.
by move/eqP: nTh; rewrite hT /nrm2 /dotp mul0mx mxtrace0 eq_sym oner_eq0.
Qed.

Let upos t (t0 : 0 <= t) : 0 < u t :=
  u_gt0 pdL pdGa commGa sg nTh gG small flowU flowu U0 u0 t0.

Theorem u_limit : (u : R -> R^o) @ +oo --> (u_star : R^o).
Proof.
have sq : continuous (@Num.sqrt R : R^o -> R^o) by exact: sqrt_continuous.
have h : (fun t => Num.sqrt (Num.sqrt (nrm2 (u t *: U t))) : R^o) @ +oo --> (u_star : R^o).
  exact: continuous_cvg _ (sq _) (continuous_cvg _ (sq _) nrm2_cvg).
apply: (@cvg_near R (fun t => Num.sqrt (Num.sqrt (nrm2 (u t *: U t)))) _ _ _ h) => t t0 /=; rewrite nrm2Z -(balance nTh flowU flowu U0 u0 t0) -expr2 sqrtr_sqr.
by rewrite ger0_norm ?sqr_ge0 // sqrtr_sqr ger0_norm // ltW // upos.
Qed.

(* Theorem 4.1 in the reduced variables *)
Theorem U_limit i j : (fun t => U t i j : R^o) @ +oo --> (u_star^-1 * invmx Ga i j : R^o).
Proof.
have h : (fun t => (u t)^-1 * (u t * U t i j) : R^o) @ +oo --> (u_star^-1 * invmx Ga i j : R^o).
  have h1 : (fun t => (u t)^-1 : R^o) @ +oo --> (u_star^-1 : R^o).
    exact: (@cvgV R _ _ _ (u : R -> R^o) u_star (lt0r_neq0 u_star_gt0) u_limit).
  apply: (@cvgM _ _ _ _ (fun t => (u t)^-1) (fun t => u t * U t i j)); first exact: h1.
  exact: entry_cvg.
apply: (@cvg_near R (fun t => (u t)^-1 * (u t * U t i j)) _ _ _ h) => t t0.
by rewrite mulKf // gt_eqF // upos.
Qed.
End Convergence.

