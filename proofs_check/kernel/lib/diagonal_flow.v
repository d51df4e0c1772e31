(* The flow U_ij' = - g_ij u^2 U_ij + [i = j] xi_i u,  u' = - sum_ij g_ij u U_ij^2 + sum_i xi_i U_ii with g, xi > 0:
   from every balanced start with nonnegative diagonal, not all zero, it converges, at an explicit rate. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve operator_norm limits quadratic_flow barrier balanced_limits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Entrywise.
Variables (R : realType) (d : nat).
Implicit Types (g X Y : 'M[R]_d) (xi : 'I_d -> R).

(* the entrywise product with g *)
Definition entrywise g X : 'M[R]_d := \matrix_(i, j) (g i j * X i j).
Lemma entrywise_is_linear g : linear (entrywise g).
Proof. by move=> a X Y; apply/matrixP => i j; rewrite !mxE mulrDr mulrCA. Qed.
Canonical entrywise_linear g := Linear (entrywise_is_linear g).

Definition diagonal xi : 'M[R]_d := \matrix_(i, j) (xi i *+ (i == j)).

Lemma dotp_entrywise g X Y : dotp (entrywise g X) Y = \sum_i \sum_j g i j * X i j * Y i j.
Proof. by rewrite dotpE; do 2 apply: eq_bigr => ? _; rewrite mxE. Qed.
Lemma dotp_diagonal xi X : dotp (diagonal xi) X = \sum_i xi i * X i i.
Proof.
rewrite dotpE; apply: eq_bigr => i _; rewrite (bigD1 i) //= mxE eqxx mulr1n big1 ?addr0 // => j ji.
by rewrite mxE eq_sym (negbTE ji) mulr0n mul0r.
Qed.
Lemma nrm2_diagonal_le X : \sum_i X i i ^+ 2 <= nrm2 X.
Proof.
rewrite nrm2E; apply: ler_sum => i _; rewrite (bigD1 i) //= ler_addl.
by apply: sumr_ge0 => j _; apply: sqr_ge0.
Qed.
End Entrywise.

Section DiagonalFlow.
Variables (R : realType) (d : nat) (g : 'M[R]_d) (xi : 'I_d -> R).

Definition diagonal_flow (U : R -> 'M[R]_d) (u : R -> R) : Prop := forall t, 0 <= t ->
  (forall i j, der (fun s => U s i j) t (- (g i j * u t ^+ 2 * U t i j) + (xi i * u t) *+ (i == j))) /\
  der u t (- (\sum_i \sum_j g i j * u t * U t i j ^+ 2) + \sum_i xi i * U t i i).

(* its loss: u^2 sum_ij g_ij U_ij^2 / 2 - u sum_i xi_i U_ii *)
Definition diagonal_loss (U : 'M[R]_d) (u : R) : R :=
  2%:R^-1 * u ^+ 2 * (\sum_i \sum_j g i j * U i j ^+ 2) - u * \sum_i xi i * U i i.
Definition diagonal_min : R := - (2%:R^-1 * \sum_i xi i ^+ 2 / g i i).
(* the limit of u U *)
Definition target : 'M[R]_d := diagonal (fun i => xi i / g i i).

Let B : {linear 'M[R]_d -> 'M[R]_d} := [linear of entrywise g].
Let S := diagonal xi.

Lemma selfadjoint X Y : dotp (B X) Y = dotp X (B Y).
Proof. by rewrite !dotpE; do 2 apply: eq_bigr => ? _; rewrite !mxE -mulrA mulrCA. Qed.
Lemma qell_diagonal U u : qell B S U u = diagonal_loss U u.
Proof.
rewrite /qell /diagonal_loss dotp_entrywise dotp_diagonal; congr (_ * _ - _).
by do 2 apply: eq_bigr => ? _; ring.
Qed.

Hypothesis g_gt0 : forall i j, 0 < g i j.
Lemma B_target : B target = S.
Proof.
apply/matrixP => i j; rewrite !mxE; case: eqP => [<-|_]; last by rewrite !mulr0n mulr0.
by rewrite !mulr1n mulrC divfK // gt_eqF.
Qed.
Lemma qmin_diagonal : qmin S target = diagonal_min.
Proof.
rewrite /qmin /diagonal_min dotp_diagonal; congr (- (_ * _)); apply: eq_bigr => i _.
by rewrite mxE eqxx mulr1n expr2 mulrA.
Qed.

Variable kappa0 : R.
Hypothesis kappa0_gt0 : 0 < kappa0.
Hypothesis kappa0_le : forall i j, kappa0 <= g i j.
Lemma coercive X : kappa0 * nrm2 X <= dotp (B X) X.
Proof.
rewrite nrm2E dotp_entrywise mulr_sumr; apply: ler_sum => i _; rewrite mulr_sumr; apply: ler_sum => j _.
by rewrite -mulrA -expr2 ler_wpmul2r ?sqr_ge0.
Qed.

Theorem diagonal_minimum U u : diagonal_min <= diagonal_loss U u.
Proof. by rewrite -qell_diagonal -qmin_diagonal; apply: (qminimum selfadjoint B_target kappa0_gt0 coercive). Qed.
Theorem diagonal_minimiser U u : diagonal_loss U u = diagonal_min <->
  forall i j, u * U i j = (xi i / g i i) *+ (i == j).
Proof.
rewrite -qell_diagonal -qmin_diagonal (qminimiser selfadjoint B_target kappa0_gt0 coercive); split.
  by move=> e i j; have := congr1 (fun M : 'M_d => M i j) e; rewrite !mxE.
by move=> e; apply/matrixP => i j; rewrite !mxE.
Qed.

Section Solution.
Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : diagonal_flow U u.
Hypothesis u0_gt0 : 0 < u 0.
Hypothesis balanced : u 0 ^+ 2 = nrm2 (U 0).

Lemma flow_U t : 0 <= t -> mder U t (- qgradU B S (U t) (u t)).
Proof.
move=> t0 i j; apply: der_eq (proj1 (flow t0) i j) _; rewrite /qgradU !mxE.
by case: eqP => _; rewrite ?mulr0n ?mulr1n; ring.
Qed.
Lemma flow_u t : 0 <= t -> der u t (- qgradu B S (U t) (u t)).
Proof.
move=> t0; apply: der_eq (proj2 (flow t0)) _; rewrite /qgradu dotp_entrywise dotp_diagonal opprB addrC.
congr (_ - _); rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => j _; ring.
Qed.

Let E0 := diagonal_loss (U 0) (u 0) - diagonal_min.
Definition u_max : R := Num.sqrt (fnorm target + Num.sqrt (2%:R * E0 / kappa0)).

Theorem diagonal_balance t : 0 <= t -> u t ^+ 2 = nrm2 (U t).
Proof. exact: (qbalance flow_U flow_u balanced). Qed.
Theorem diagonal_positive t : 0 <= t -> 0 < u t.
Proof. exact: (u_pos selfadjoint B_target kappa0_gt0 coercive flow_U flow_u u0_gt0 balanced). Qed.
Theorem diagonal_upper t : 0 <= t -> u t <= u_max.
Proof.
move=> t0; have := u_upper selfadjoint B_target kappa0_gt0 coercive flow_U flow_u balanced t0.
rewrite /umax qell_diagonal qmin_diagonal ger0_norm //; exact/ltW/diagonal_positive.
Qed.
Lemma u_max_gt0 : 0 < u_max. Proof. exact: lt_le_trans u0_gt0 (diagonal_upper (lexx 0)). Qed.

Hypothesis xi_gt0 : forall i, 0 < xi i.
Hypothesis diagonal_ge0 : forall i, 0 <= U 0 i i.
Hypothesis diagonal_neq0 : exists i, 0 < U 0 i i.

Definition floor i : R := Num.min (U 0 i i) (xi i / g i i / u_max).
Definition c_low : R := Num.sqrt (\sum_i floor i ^+ 2).

Lemma floor_ge0 i : 0 <= floor i.
Proof. by rewrite le_minr diagonal_ge0 !divr_ge0 ?ltW ?u_max_gt0. Qed.
Lemma c_low_gt0 : 0 < c_low.
Proof.
have [i Ui] := diagonal_neq0; rewrite sqrtr_gt0 (bigD1 i) //= ltr_paddr ?sumr_ge0 // => [j _|].
  exact: sqr_ge0.
by rewrite exprn_gt0 // lt_minr Ui !divr_gt0 ?u_max_gt0.
Qed.
Lemma diagonal_entry_low i t : 0 <= t -> floor i <= U t i i.
Proof.
move: t; apply: (stays_above (fun s s0 => proj1 (flow s0) i i)); first by rewrite le_minl lexx.
move=> t t0 low; have ut := diagonal_positive t0; rewrite eqxx mulr1n.
have -> : - (g i i * u t ^+ 2 * U t i i) + xi i * u t = u t * g i i * (xi i / g i i - u t * U t i i).
  by field; rewrite gt_eqF.
rewrite mulr_ge0 ?mulr_ge0 ?(ltW ut) ?(ltW (g_gt0 i i)) // subr_ge0.
have [Uneg|Upos] := ltP (U t i i) 0.
  by apply: le_trans (_ : 0 <= _); rewrite ?divr_ge0 ?(ltW (xi_gt0 i)) ?(ltW (g_gt0 i i)) // mulr_ge0_le0 ?ltW.
apply: (@le_trans _ _ (u_max * U t i i)); first by rewrite ler_wpmul2r ?diagonal_upper.
rewrite mulrC -ler_pdivl_mulr ?u_max_gt0 //; apply: ltW (lt_le_trans low _).
by rewrite le_minl lexx orbT.
Qed.
Theorem diagonal_lower t : 0 <= t -> c_low <= u t.
Proof.
move=> t0; rewrite -(ger0_norm (ltW (diagonal_positive t0))) -sqrtr_sqr; apply: ler_wsqrtr.
rewrite diagonal_balance //; apply: le_trans (nrm2_diagonal_le _); apply: ler_sum => i _.
have h := diagonal_entry_low i t0.
by rewrite ler_expn2r ?nnegrE ?floor_ge0 //; apply: le_trans h; apply: floor_ge0.
Qed.

Let rho := 2%:R * c_low ^+ 2 * kappa0.
Theorem diagonal_PL t : 0 <= t -> rho * (diagonal_loss (U t) (u t) - diagonal_min) <=
  nrm2 (qgradU B S (U t) (u t)) + qgradu B S (U t) (u t) ^+ 2.
Proof.
rewrite -qell_diagonal -qmin_diagonal.
exact: (qPL_flow selfadjoint B_target kappa0_gt0 coercive flow_U flow_u u0_gt0 balanced (ltW c_low_gt0) diagonal_lower).
Qed.
Theorem diagonal_decay t : 0 <= t ->
  diagonal_loss (U t) (u t) - diagonal_min <= expR (- (rho * t)) * E0.
Proof.
rewrite /E0 -!qell_diagonal -qmin_diagonal.
exact: (qdecay selfadjoint B_target kappa0_gt0 coercive flow_U flow_u u0_gt0 balanced (ltW c_low_gt0) diagonal_lower).
Qed.
Theorem diagonal_rate t : 0 <= t ->
  nrm2 (u t *: U t - target) <= expR (- (rho * t)) * (2%:R * E0 / kappa0).
Proof.
rewrite /E0 -qell_diagonal -qmin_diagonal.
exact: (qrate selfadjoint B_target kappa0_gt0 coercive flow_U flow_u u0_gt0 balanced (ltW c_low_gt0) diagonal_lower).
Qed.

Lemma rho_gt0 : 0 < rho. Proof. by rewrite !mulr_gt0 ?ltr0n ?exprn_gt0 ?c_low_gt0. Qed.
Lemma constant_ge0 : 0 <= 2%:R * E0 / kappa0.
Proof. by rewrite divr_ge0 ?mulr_ge0 ?ler0n ?subr_ge0 ?diagonal_minimum ?ltW. Qed.
Lemma target_neq0 : target != 0.
Proof.
have [i _] := diagonal_neq0; apply/eqP => /matrixP /(_ i i); rewrite !mxE eqxx mulr1n => /eqP.
by rewrite mulf_eq0 invr_eq0 !gt_eqF.
Qed.
Theorem diagonal_u_limit : (u : R -> R^o) @ +oo --> (Num.sqrt (fnorm target) : R^o).
Proof. exact: (balanced_u_limit rho_gt0 constant_ge0 diagonal_rate diagonal_balance diagonal_positive). Qed.
Theorem diagonal_U_limit i j :
  (fun t => U t i j : R^o) @ +oo --> ((Num.sqrt (fnorm target))^-1 * target i j : R^o).
Proof. exact: (balanced_U_limit rho_gt0 constant_ge0 diagonal_rate diagonal_balance diagonal_positive target_neq0). Qed.
End Solution.
End DiagonalFlow.
