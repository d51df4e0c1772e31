(* The reduced flow from any balanced start whose diagonal in Lambda's eigenbasis is nonnegative and not all zero:
   bounds of u, exponential decay and limits, carried over from the diagonal flow. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve reduced_loss_form convergence setting quadratic_flow diagonal_flow.
From ICL Require Import balanced_limits eigenbasis.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section EveryStart.
Variables (R : realType) (d N : nat) (La : 'M[R]_d) (U : R -> 'M[R]_d) (u : R -> R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis flow : reduced_flow N La U u.
Variables (Q : 'M[R]_d) (lambda : 'rV[R]_d) (least : 'I_d).
Hypothesis Q_orthogonal : Q *m Q^T = 1%:M.
Hypothesis eigenbasis : La = Q *m diag_mx lambda *m Q^T.
Hypothesis lambda_positive : forall i, 0 < lambda 0 i.
Hypothesis lambda_least : forall i, lambda 0 least <= lambda 0 i.
Hypothesis u0_gt0 : 0 < u 0.
Hypothesis balanced : u 0 ^+ 2 = nrm2 (U 0).
Hypothesis diagonal_ge0 : forall i, 0 <= rotate Q (U 0) i i.
Hypothesis diagonal_neq0 : exists i, 0 < rotate Q (U 0) i i.

Definition gamma i : R := (1 + N%:R^-1) * lambda 0 i + \tr La / N%:R.
Definition kappa : R := gamma least * lambda 0 least ^+ 2.
Let excess t : R := ell La Gamma (U t) (u t) - ell_min La Gamma.
Definition u_max : R := Num.sqrt (Num.sqrt (nrm2 (invmx Gamma)) + Num.sqrt (2%:R * excess 0 / kappa)).
Definition c_min : R := Num.sqrt (\sum_i Num.min (rotate Q (U 0) i i) (u_max * gamma i)^-1 ^+ 2).

Let g : 'M[R]_d := \matrix_(i, j) (gam N La lambda 0 i * lambda 0 i * lambda 0 j).
Let xi i : R := lambda 0 i ^+ 2.
Let V t := rotate Q (U t).
Let gammaE i : gam N La lambda 0 i = gamma i. Proof. by rewrite mxE. Qed.
Lemma gamma_gt0 i : 0 < gamma i.
Proof. by rewrite -gammaE; apply: (gam_gt0 N Q_orthogonal eigenbasis lambda_positive). Qed.
Let xi_positive i : 0 < xi i. Proof. by rewrite exprn_gt0. Qed.
Let g_positive i j : 0 < g i j. Proof. exact: (g_gt0 N Q_orthogonal eigenbasis lambda_positive). Qed.
Lemma kappa_gt0 : 0 < kappa. Proof. by rewrite mulr_gt0 ?exprn_gt0 ?gamma_gt0. Qed.
Let kappa_le i j : kappa <= g i j.
Proof.
rewrite mxE gammaE -mulrA; apply: ler_pmul; rewrite ?mulr_ge0 ?exprn_ge0 ?(ltW (gamma_gt0 _)) ?(ltW (lambda_positive _)) //.
  by rewrite ler_add2r ler_wpmul2l // addr_ge0 ?invr_ge0 ?ler0n ?ler01.
by rewrite expr2 ler_pmul ?(ltW (lambda_positive _)).
Qed.
Let Gu : Gamma \in unitmx := pd_unit (pdGa N Lambda_definite).
Let targetE : target g xi = rotate Q (invmx Gamma).
Proof. exact: (target_rotate Q_orthogonal eigenbasis lambda_positive Gu). Qed.
Let lossE t : diagonal_loss g xi (V t) (u t) = ell La Gamma (U t) (u t).
Proof. by rewrite (ell_rotate N Q_orthogonal eigenbasis). Qed.
Let minE : diagonal_min g xi = ell_min La Gamma.
Proof.
have [_] := diagonal_minimiser xi g_positive kappa_gt0 kappa_le (target g xi) 1.
have target1 i j : 1 * target g xi i j = (xi i / g i i) *+ (i == j) by rewrite mul1r [LHS]mxE.
move=> /(_ target1) <-; rewrite targetE -(ell_rotate N Q_orthogonal eigenbasis).
have pG := pdGa N Lambda_definite; have cG := commGa N La.
by apply/(minimiser Lambda_definite pG (pdPa N Lambda_definite) cG); rewrite scale1r.
Qed.
Let flowV : diagonal_flow g xi V u. Proof. exact: (rotated_flow Q_orthogonal eigenbasis flow). Qed.
Let balancedV : u 0 ^+ 2 = nrm2 (V 0).
Proof. by rewrite (nrm2_rotate Q_orthogonal). Qed.
Let u_maxE : diagonal_flow.u_max g xi kappa V u = u_max.
Proof. by rewrite /diagonal_flow.u_max targetE (fnorm_rotate Q_orthogonal) lossE minE. Qed.
Let c_minE : c_low g xi kappa V u = c_min.
Proof.
have ratio (a l v : R) : 0 < a -> 0 < l -> l ^+ 2 / (a * l * l) / v = (v * a)^-1.
  move=> a0 l0; have -> : l ^+ 2 / (a * l * l) = a^-1 by field; rewrite !gt_eqF.
  by rewrite invfM mulrC.
rewrite /c_low /c_min; congr Num.sqrt; apply: eq_bigr => i _; congr (_ ^+ 2); rewrite /floor u_maxE; congr Num.min.
by rewrite [g _ _]mxE gammaE ratio ?gamma_gt0.
Qed.

Theorem c_min_gt0 : 0 < c_min.
Proof.
rewrite -c_minE.  exact: (c_low_gt0 g_positive kappa_gt0 kappa_le flowV u0_gt0 balancedV xi_positive diagonal_neq0).
Qed.
Theorem u_bounds t : 0 <= t -> c_min <= u t <= u_max.
Proof.
move=> t0; rewrite -c_minE -u_maxE; apply/andP; split.
  exact: (diagonal_lower g_positive kappa_gt0 kappa_le flowV u0_gt0 balancedV xi_positive diagonal_ge0).
exact: (diagonal_upper g_positive kappa_gt0 kappa_le flowV u0_gt0 balancedV).
Qed.
Theorem u_gt0 t : 0 <= t -> 0 < u t.
Proof. by move=> t0; have /andP[h _] := u_bounds t0; apply: lt_le_trans c_min_gt0 h. Qed.

Let rho := 2%:R * c_min ^+ 2 * kappa.
Theorem excess_decay t : 0 <= t -> excess t <= expR (- (rho * t)) * excess 0.
Proof.
move=> t0; rewrite /excess -!lossE -minE /rho -c_minE.
exact: (diagonal_decay g_positive kappa_gt0 kappa_le flowV u0_gt0 balancedV xi_positive diagonal_ge0 diagonal_neq0).
Qed.
Theorem product_rate t : 0 <= t ->
  nrm2 (u t *: U t - invmx Gamma) <= expR (- (rho * t)) * (2%:R * excess 0 / kappa).
Proof.
move=> t0; rewrite -(nrm2_rotate Q_orthogonal) rotateD rotateN rotateZ -targetE /excess -!lossE -minE /rho -c_minE.
exact: (diagonal_rate g_positive kappa_gt0 kappa_le flowV u0_gt0 balancedV xi_positive diagonal_ge0 diagonal_neq0).
Qed.
Lemma excess0_ge0 : 0 <= 2%:R * excess 0 / kappa.
Proof.
rewrite divr_ge0 ?(ltW kappa_gt0) // mulr_ge0 ?ler0n // subr_ge0.
exact: (minimum Lambda_definite (pdGa N Lambda_definite) (pdPa N Lambda_definite) (commGa N La)).
Qed.
Lemma every_balance t : 0 <= t -> u t ^+ 2 = nrm2 (U t).
Proof. by move=> t0; rewrite (diagonal_balance flowV balancedV t0) (nrm2_rotate Q_orthogonal). Qed.
Lemma rho_gt0 : 0 < rho. Proof. by rewrite mulr_gt0 ?kappa_gt0 // mulr_gt0 ?ltr0n // exprn_gt0 // c_min_gt0. Qed.
Lemma inverse_neq0 : invmx Gamma != 0.
Proof.
have [i _] := diagonal_neq0; apply/eqP => h.
have /matrixP /(_ i i) /eqP : (1%:M : 'M[R]_d) = 0 by rewrite -(mulVmx Gu) h mul0mx.
by rewrite !mxE eqxx oner_eq0.
Qed.
Theorem every_u_limit : (u : R -> R^o) @ +oo --> (Num.sqrt (Num.sqrt (nrm2 (invmx Gamma))) : R^o).
Proof. exact: (balanced_u_limit rho_gt0 excess0_ge0 product_rate every_balance u_gt0). Qed.
Theorem every_U_limit i j : (fun t => U t i j : R^o) @ +oo -->
  ((Num.sqrt (Num.sqrt (nrm2 (invmx Gamma))))^-1 * invmx Gamma i j : R^o).
Proof. exact: (balanced_U_limit rho_gt0 excess0_ge0 product_rate every_balance u_gt0 inverse_neq0). Qed.
End EveryStart.

(* Assumption 3.3 gives such a start *)
Section Initialised.
Variables (R : realType) (d : nat) (Th Q : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis start : initialised sigma Th U u.
Hypothesis Q_orthogonal : Q *m Q^T = 1%:M.
Lemma start_gt0 : 0 < u 0. Proof. by case: start => s _ _ ->. Qed.
Lemma start_balanced : u 0 ^+ 2 = nrm2 (U 0).
Proof. by case: start => _ nT -> ->; rewrite nrm2Z nT mulr1. Qed.
Lemma start_diagonal i : rotate Q (U 0) i i = sigma * rotate Q (Th *m Th^T) i i.
Proof. by case: start => _ _ -> _; rewrite rotateZ mxE. Qed.
Lemma start_ge0 i : 0 <= rotate Q (U 0) i i.
Proof. by case: start => s _ _ _; rewrite start_diagonal mulr_ge0 ?(ltW s) ?rotate_gram_ge0. Qed.
Lemma start_neq0 : exists i, 0 < rotate Q (U 0) i i.
Proof.
apply: contrapT => none; have zero i : rotate Q (U 0) i i = 0.
  apply/eqP; rewrite eq_le start_ge0 andbT leNgt; apply/negP => h; apply: none; by exists i.
have [s nT U0 _] := start.
have : \tr (rotate Q (U 0)) = 0 by apply: big1 => i _; apply: zero.
rewrite (trace_rotate Q_orthogonal) U0 mxtraceZ => /eqP; rewrite mulf_eq0 (gt_eqF s) /= -/(dotp Th Th) -/(nrm2 Th).
rewrite nrm2_eq0 => /eqP T0; move/eqP: nT.
by rewrite T0 mul0mx /nrm2 /dotp mul0mx mxtrace0 eq_sym oner_eq0.
Qed.
End Initialised.
