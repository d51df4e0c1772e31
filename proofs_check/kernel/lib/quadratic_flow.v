(* Gradient flow of ell(U, u) = u^2 <B U, U> / 2 - u <S, U> for a self-adjoint linear operator B on matrices.
   Zhang, Frei and Bartlett's reduced flows are instances: B U = Gamma Lambda U Lambda for one covariance,
   B U = E[Gamma Lambda U Lambda] for a random one, and the entrywise product in Lambda's eigenbasis. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve operator_norm limits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Norm.
Variable R : rcfType.
Implicit Types m n : nat.

Definition fnorm m n (A : 'M[R]_(m, n)) : R := Num.sqrt (nrm2 A).

Lemma fnorm_ge0 m n (A : 'M[R]_(m, n)) : 0 <= fnorm A. Proof. exact: sqrtr_ge0. Qed.
Lemma fnorm_sqr m n (A : 'M[R]_(m, n)) : fnorm A ^+ 2 = nrm2 A.
Proof. by rewrite sqr_sqrtr ?nrm2_ge0. Qed.
Lemma dotp_le m n (A B : 'M[R]_(m, n)) : dotp A B <= fnorm A * fnorm B.
Proof.
apply: le_of_sqr; first by rewrite mulr_ge0 ?fnorm_ge0.
by rewrite exprMn !fnorm_sqr cauchy_schwarz.
Qed.
Lemma dotp_abs m n (A B : 'M[R]_(m, n)) : `|dotp A B| <= fnorm A * fnorm B.
Proof.
rewrite ler_norml dotp_le andbT ler_oppl -dotpNl; apply: le_trans (dotp_le _ _) _.
by rewrite /fnorm -scaleN1r nrm2Z sqrrN expr1n mul1r.
Qed.
Lemma fnormD m n (A B : 'M[R]_(m, n)) : fnorm (A + B) <= fnorm A + fnorm B.
Proof.
apply: le_of_sqr; first by rewrite addr_ge0 ?fnorm_ge0.
rewrite fnorm_sqr /nrm2 dotpDl !dotpDr (dotpC B A) -!/(nrm2 _) sqrrD !fnorm_sqr.
have -> (a b c : R) : a + b + (b + c) = a + b *+ 2 + c by ring.
by rewrite ler_add2r ler_add2l ler_pmuln2r // dotp_le.
Qed.
Lemma fnormZ m n a (A : 'M[R]_(m, n)) : fnorm (a *: A) = `|a| * fnorm A.
Proof. by rewrite /fnorm nrm2Z sqrtrM ?sqr_ge0 // sqrtr_sqr. Qed.
Lemma nrm2N m n (A : 'M[R]_(m, n)) : nrm2 (- A) = nrm2 A.
Proof. by rewrite -scaleN1r nrm2Z sqrrN expr1n mul1r. Qed.
Lemma fnormN m n (A : 'M[R]_(m, n)) : fnorm (- A) = fnorm A.
Proof. by rewrite /fnorm nrm2N. Qed.
Lemma fnorm_gt0 m n (A : 'M[R]_(m, n)) : (0 < fnorm A) = (A != 0).
Proof. by rewrite sqrtr_gt0 lt_def nrm2_ge0 andbT nrm2_eq0. Qed.
End Norm.

Section Quadratic.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}) (S : 'M[R]_d).
Implicit Types (U V X : 'M[R]_d) (u : R).

Definition qell U u : R := 2%:R^-1 * u ^+ 2 * dotp (B U) U - u * dotp S U.
Definition qgradU U u : 'M[R]_d := u ^+ 2 *: B U - u *: S.
Definition qgradu U u : R := u * dotp (B U) U - dotp S U.

Hypothesis selfadjoint : forall X Y, dotp (B X) Y = dotp X (B Y).

Lemma der_dotp m n (F G : R -> 'M[R]_(m, n)) t D K : mder F t D -> mder G t K ->
  der (fun s => dotp (F s) (G s)) t (dotp D (G t) + dotp (F t) K).
Proof.
move=> hF hG; have := mder_trace (mderM hF (mder_tr hG)).
by move=> h; apply: der_eq h _; rewrite mxtraceD.
Qed.

Lemma mder_linear (F : R -> 'M[R]_d) t D : mder F t D -> mder (fun s => B (F s)) t (B D).
Proof.
have E X k l : B X k l = \sum_i \sum_j X i j * B (delta_mx i j) k l.
  rewrite {1}(matrix_sum_delta X) linear_sum summxE; apply: eq_bigr => i _.
  by rewrite linear_sum summxE; apply: eq_bigr => j _; rewrite linearZ mxE.
move=> h k l; have := der_sum (fun i => der_sum (fun j => derM (h i j) (der_cst (B (delta_mx i j) k l) t))).
move=> H; apply: der_eq (der_ext _ H) _ => [s|]; first by rewrite E.
by rewrite E; apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite mulr0 add0r mulrC.
Qed.

(* qgradU and qgradu are the partial gradients of qell: its derivative along every differentiable curve *)
Theorem qgradient (U : R -> 'M[R]_d) (u : R -> R) t D e : mder U t D -> der u t e ->
  der (fun s => qell (U s) (u s)) t (dotp (qgradU (U t) (u t)) D + qgradu (U t) (u t) * e).
Proof.
move=> hU hu.
have d1 := der_dotp (mder_linear hU) hU; have d2 := der_dotp (mder_cst S t) hU.
have d3 := derD (derM (derM (der_cst 2%:R^-1 t) (derM hu hu)) d1) (derN (derM hu d2)).
apply: der_eq (der_ext _ d3) _ => [s|]; first by rewrite /qell expr2.
rewrite /qgradu /qgradU dotpDl dotpNl !dotpZl selfadjoint [dotp D _]dotpC /dotp mul0mx mxtrace0 -!/(dotp _ _).
by move: (dotp (B (U t)) (U t)) (dotp (B (U t)) D) (dotp S D) (dotp S (U t)) => a b c e'; field.
Qed.

Lemma qgradU_radial U u : dotp (qgradU U u) U = u * qgradu U u.
Proof. by rewrite /qgradU /qgradu dotpDl dotpNl !dotpZl; ring. Qed.

(* The loss less that at any A, in terms of u U - A. *)
Theorem qell_around (A U : 'M[R]_d) u : let X := u *: U - A in
  qell U u - qell A 1 = 2%:R^-1 * dotp (B X) X + dotp (B A - S) X.
Proof.
have BX : B (u *: U - A) = u *: B U - B A by rewrite linearB linearZ.
rewrite /= BX /qell !(dotpDl, dotpDr, dotpNl, dotpNr, dotpZl, dotpZr) expr1n.
have -> : dotp (B U) A = dotp (B A) U by rewrite selfadjoint dotpC.
by move: (dotp (B U) U) (dotp S U) (dotp (B A) A) (dotp S A) (dotp (B A) U) => a b c e f; field.
Qed.

(* Completing the square at a solution A of B A = S. *)
Variable A : 'M[R]_d.
Hypothesis BA : B A = S.
Definition qmin : R := - (2%:R^-1 * dotp S A).

Lemma B_excess U u : B (u *: U - A) = u *: B U - S.
Proof. by rewrite linearB linearZ /= BA. Qed.

Lemma qsquare U u : qell U u - qmin = 2%:R^-1 * dotp (B (u *: U - A)) (u *: U - A).
Proof.
rewrite /qell /qmin B_excess !(dotpDl, dotpDr, dotpNl, dotpNr, dotpZl, dotpZr).
have -> : dotp (B U) A = dotp S U by rewrite selfadjoint BA dotpC.
by field.
Qed.

Lemma qgradU_E U u : qgradU U u = u *: B (u *: U - A).
Proof. by rewrite /qgradU B_excess scalerBr scalerA expr2. Qed.

Variable kappa0 : R.
Hypothesis kappa0_gt0 : 0 < kappa0.
Hypothesis coercive : forall X, kappa0 * nrm2 X <= dotp (B X) X.

Lemma form_pos X : 0 <= dotp (B X) X.
Proof. by apply: le_trans (coercive X); rewrite mulr_ge0 ?nrm2_ge0 ?ltW. Qed.

Theorem qminimum U u : qmin <= qell U u.
Proof. by rewrite -subr_ge0 qsquare mulr_ge0 ?invr_ge0 ?ler0n ?form_pos. Qed.

Theorem qminimiser U u : qell U u = qmin <-> u *: U = A.
Proof.
have sq := qsquare U u; split => [e|e].
  apply/eqP; rewrite -subr_eq0 -nrm2_eq0 eq_le nrm2_ge0 andbT -(ler_pmul2l kappa0_gt0) mulr0.
  apply: le_trans (coercive _) _.
  by move/eqP: sq; rewrite e subrr eq_sym mulf_eq0 invr_eq0 pnatr_eq0 /= => /eqP ->.
by apply/eqP; rewrite -subr_eq0 sq e subrr /dotp trmx0 mulmx0 mxtrace0 mulr0.
Qed.

Lemma excess_ge U u : kappa0 * nrm2 (u *: U - A) <= 2%:R * (qell U u - qmin).
Proof. by rewrite qsquare mulrA mulfV ?pnatr_eq0 // mul1r coercive. Qed.

(* the operator dominates its form, by Cauchy-Schwarz *)
Lemma form_le_sqr X : kappa0 * dotp (B X) X <= nrm2 (B X).
Proof.
have [h|h] := eqVneq (dotp (B X) X) 0; first by rewrite h mulr0 nrm2_ge0.
have p : 0 < dotp (B X) X by rewrite lt_def h form_pos.
rewrite -(ler_pmul2r p) -mulrA -expr2.
apply: (@le_trans _ _ (kappa0 * (nrm2 (B X) * nrm2 X))); first by rewrite ler_pmul2l ?cauchy_schwarz.
by rewrite mulrCA ler_wpmul2l ?nrm2_ge0.
Qed.

(* Polyak-Lojasiewicz, at every point *)
Lemma qPL U u : 2%:R * kappa0 * u ^+ 2 * (qell U u - qmin) <= nrm2 (qgradU U u).
Proof.
rewrite qgradU_E nrm2Z qsquare; apply: (@le_trans _ _ (u ^+ 2 * (kappa0 * dotp (B (u *: U - A)) (u *: U - A)))).
  rewrite le_eqVlt; apply/orP; left; apply/eqP.
  by move: (dotp _ _) => x; field.
by rewrite ler_wpmul2l ?sqr_ge0 ?form_le_sqr.
Qed.

Section Flow.
Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flowU : forall t, 0 <= t -> mder U t (- qgradU (U t) (u t)).
Hypothesis flowu : forall t, 0 <= t -> der u t (- qgradu (U t) (u t)).
Hypothesis u0_gt0 : 0 < u 0.
Hypothesis balanced : u 0 ^+ 2 = nrm2 (U 0).
Let f t := qell (U t) (u t).

Lemma qenergy t : 0 <= t -> der f t (- (nrm2 (qgradU (U t) (u t)) + qgradu (U t) (u t) ^+ 2)).
Proof.
move=> t0; apply: der_eq (qgradient (flowU t0) (flowu t0)) _.
by rewrite dotpNr -/(nrm2 _) mulrN expr2 opprD.
Qed.
Lemma qdecrease t : 0 <= t -> f t <= f 0.
Proof.
by move=> t0; apply: (nincr0 t0 qenergy) => s s0; rewrite oppr_le0 addr_ge0 ?nrm2_ge0 ?sqr_ge0.
Qed.

Theorem qbalance t : 0 <= t -> u t ^+ 2 = nrm2 (U t).
Proof.
move=> t0; apply/eqP; rewrite -subr_eq0; apply/eqP.
rewrite (@const0 R (fun s => u s ^+ 2 - nrm2 (U s)) t t0) ?balanced ?subrr //.
move=> s s0; have hU := flowU s0; have hu := flowu s0.
have d1 := derD (derM hu hu) (derN (der_dotp hU hU)).
apply: der_eq (der_ext _ d1) _ => [r|]; first by rewrite expr2.
rewrite dotpNl dotpNr [dotp (U s) _]dotpC qgradU_radial; ring.
Qed.

Lemma fnormU t : 0 <= t -> fnorm (U t) = `|u t|.
Proof. by move=> t0; rewrite /fnorm -qbalance // sqrtr_sqr. Qed.

(* an upper bound of u, from the start's excess *)
Definition umax : R := Num.sqrt (fnorm A + Num.sqrt (2%:R * (f 0 - qmin) / kappa0)).

Lemma umax_ge0 : 0 <= umax. Proof. exact: sqrtr_ge0. Qed.
Lemma umax_sqr : umax ^+ 2 = fnorm A + Num.sqrt (2%:R * (f 0 - qmin) / kappa0).
Proof. by rewrite sqr_sqrtr // addr_ge0 ?fnorm_ge0 ?sqrtr_ge0. Qed.

Theorem u_upper t : 0 <= t -> `|u t| <= umax.
Proof.
move=> t0; apply: le_of_sqr; first exact: umax_ge0.
rewrite umax_sqr real_normK ?num_real //.
have -> : u t ^+ 2 = fnorm (u t *: U t) by rewrite fnormZ fnormU // -expr2 real_normK ?num_real.
have -> : u t *: U t = A + (u t *: U t - A) by rewrite addrC subrK.
apply: le_trans (fnormD _ _) _; rewrite ler_add2l; apply: ler_wsqrtr.
rewrite ler_pdivl_mulr // mulrC; apply: le_trans (excess_ge _ _) _.
by rewrite ler_pmul2l ?ltr0n // ler_add2r qdecrease.
Qed.

(* u never vanishes: |u'| is at most a multiple of |u| *)
Theorem u_pos t : 0 <= t -> 0 < u t.
Proof.
move=> t0; apply: (pos0 t0 flowu) => // s s0; apply/eqP => us.
pose beta := \sum_i \sum_j fnorm (B (delta_mx i j)).
have Bbound X : dotp (B X) X <= beta * nrm2 X.
  have hB : fnorm (B X) <= beta * fnorm X.
    rewrite {1}(matrix_sum_delta X) linear_sum /beta mulr_suml.
    apply: (big_ind2 (fun (Y : 'M[R]_d) r => fnorm Y <= r)) => [|Y r Z q hY hZ|i _].
    - by rewrite /fnorm /nrm2 /dotp mul0mx mxtrace0 sqrtr0.
    - exact: le_trans (fnormD _ _) (ler_add hY hZ).
    rewrite linear_sum mulr_suml.
    apply: (big_ind2 (fun (Y : 'M[R]_d) r => fnorm Y <= r)) => [|Y r Z q hY hZ|j _].
    - by rewrite /fnorm /nrm2 /dotp mul0mx mxtrace0 sqrtr0.
    - exact: le_trans (fnormD _ _) (ler_add hY hZ).
    rewrite linearZ /= fnormZ mulrC ler_wpmul2l ?fnorm_ge0 //.
    by apply: le_of_sqr; rewrite ?fnorm_ge0 // real_normK ?num_real // fnorm_sqr entry_le_nrm2.
  apply: le_trans (dotp_le _ _) _; rewrite -fnorm_sqr expr2 mulrA.
  by rewrite ler_wpmul2r ?fnorm_ge0.
have beta0 : 0 <= beta by apply: sumr_ge0 => i _; apply: sumr_ge0 => j _; apply: fnorm_ge0.
have [K KE] : exists K, K = 2%:R * (beta * umax ^+ 2 + fnorm S) by exists (2%:R * (beta * umax ^+ 2 + fnorm S)).
have h r : 0 <= r -> der (fun q => - (expR (K * q) * (u q ^+ 2))) r
   (- (expR (K * r) * (K * u r ^+ 2 - 2%:R * u r * qgradu (U r) (u r)))).
  move=> r0; have d2 := derM (flowu r0) (flowu r0).
  apply: der_eq (der_ext _ (derN (derM (der_exp K r) d2))) _ => [q|]; first by rewrite expr2.
  by move: (qgradu (U r) (u r)) (expR (K * r)) (u r) => a b c0; ring.
have := nincr0 s0 h; rewrite us expr0n /= !mulr0 expR0 mul1r oppr0 oppr_ge0 => H.
have : 0 < u 0 ^+ 2 by rewrite exprn_gt0.
rewrite ltNge => /negP; apply; apply: H => r r0.
rewrite oppr_le0 pmulr_rge0 ?expR_gt0 // subr_ge0 KE -!mulrA ler_pmul2l ?ltr0n //.
have a1 : u r ^+ 2 <= umax ^+ 2.
  by rewrite -[X in X <= _]real_normK ?num_real // ler_expn2r ?nnegrE ?umax_ge0 ?u_upper.
apply: (@le_trans _ _ (u r ^+ 2 * dotp (B (U r)) (U r) + `|u r| * `|dotp S (U r)|)).
  rewrite /qgradu mulrBr mulrA -expr2 ler_add2l -mulrN -normrM; apply: le_trans (ler_norm _) _.
  by rewrite mulrN normrN.
rewrite mulrDl; apply: ler_add.
  apply: (@le_trans _ _ (u r ^+ 2 * (beta * nrm2 (U r)))); first by rewrite ler_wpmul2l ?sqr_ge0.
  rewrite -qbalance // mulrA [_ * beta]mulrC ler_wpmul2r ?sqr_ge0 // ler_wpmul2l //.
apply: (@le_trans _ _ (`|u r| * (fnorm S * fnorm (U r)))); first by rewrite ler_wpmul2l ?dotp_abs.
by rewrite fnormU // mulrCA -expr2 real_normK ?num_real.
Qed.

Variable c : R.
Hypothesis c_ge0 : 0 <= c.
Hypothesis c_gt0 : 0 < c.
Hypothesis u_low : forall t, 0 <= t -> c <= u t.

Let rho := 2%:R * c ^+ 2 * kappa0.
Theorem qPL_flow t : 0 <= t -> rho * (f t - qmin) <= nrm2 (qgradU (U t) (u t)) + qgradu (U t) (u t) ^+ 2.
Proof.
move=> t0; apply: (@le_trans _ _ (nrm2 (qgradU (U t) (u t)))); last by rewrite ler_addl sqr_ge0.
apply: le_trans (qPL _ _); rewrite ler_wpmul2r ?subr_ge0 ?qminimum // /rho mulrAC.
rewrite ler_wpmul2l ?mulr_ge0 ?ler0n ?(ltW kappa0_gt0) // ler_expn2r ?nnegrE ?u_low //.
exact: ltW (u_pos t0).
Qed.

Theorem qdecay t : 0 <= t -> f t - qmin <= expR (- (rho * t)) * (f 0 - qmin).
Proof.
move=> t0.
have h s : 0 <= s -> der (fun r => expR (rho * r) * (f r - qmin)) s
    (expR (rho * s) * (rho * (f s - qmin) - (nrm2 (qgradU (U s) (u s)) + qgradu (U s) (u s) ^+ 2))).
  move=> s0; apply: der_eq (derM (der_exp rho s) (derD (qenergy s0) (der_cst (- qmin) s))) _.
  by ring.
have := nincr0 t0 h; rewrite mulr0 expR0 mul1r => H.
rewrite expRN mulrC ler_pdivl_mulr ?expR_gt0 // mulrC; apply: H => s s0.
by rewrite pmulr_rle0 ?expR_gt0 // subr_le0 qPL_flow.
Qed.

Theorem qrate t : 0 <= t -> nrm2 (u t *: U t - A) <= expR (- (rho * t)) * (2%:R * (f 0 - qmin) / kappa0).
Proof.
move=> t0; rewrite !mulrA ler_pdivl_mulr // mulrC; apply: le_trans (excess_ge _ _) _.
by rewrite [_ * 2%:R]mulrC -mulrA ler_pmul2l ?ltr0n // qdecay.
Qed.
End Flow.
End Quadratic.

(* A start with negative loss: u stays positive and away from zero. *)
Section NegativeLoss.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}) (S : 'M[R]_d).
Hypothesis selfadjoint : forall X Y, dotp (B X) Y = dotp X (B Y).
Hypothesis nonnegative : forall X, 0 <= dotp (B X) X.
Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flowU : forall t, 0 <= t -> mder U t (- qgradU B S (U t) (u t)).
Hypothesis flowu : forall t, 0 <= t -> der u t (- qgradu B S (U t) (u t)).
Hypothesis u0_gt0 : 0 < u 0.
Hypothesis balanced : u 0 ^+ 2 = nrm2 (U 0).

Theorem u_pos_of_loss t : qell B S (U 0) (u 0) < 0 -> 0 <= t -> 0 < u t.
Proof.
move=> f0 t0; apply: (pos0 t0 flowu) => // s s0; apply/eqP => us.
have := qdecrease selfadjoint flowU flowu s0; rewrite leNgt => /negP; apply; apply: lt_le_trans f0 _.
by rewrite /qell us expr0n /= mulr0 !mul0r subr0.
Qed.

Theorem u_lower_of_loss s t : qell B S (U 0) (u 0) < 0 -> fnorm S <= s -> 0 <= t ->
  - qell B S (U 0) (u 0) <= s * u t ^+ 2.
Proof.
move=> f0 hs t0; have ut := u_pos_of_loss f0 t0.
have h1 : - qell B S (U 0) (u 0) <= u t * dotp S (U t).
  apply: (@le_trans _ _ (- qell B S (U t) (u t))); first by rewrite ler_opp2 (qdecrease selfadjoint flowU flowu t0).
  rewrite /qell opprB ler_subl_addr ler_addl; apply: mulr_ge0; last exact: nonnegative.
  by rewrite mulr_ge0 ?sqr_ge0 ?invr_ge0 ?ler0n.
apply: le_trans h1 _; apply: (@le_trans _ _ (u t * (fnorm S * fnorm (U t)))).
  by rewrite ler_pmul2l // dotp_le.
by rewrite (fnormU flowU flowu balanced t0) ger0_norm ?(ltW ut) // mulrCA -expr2 ler_wpmul2r ?sqr_ge0.
Qed.
End NegativeLoss.
