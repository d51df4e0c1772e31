(* Gradient descent with a fixed step eta on ell(U, u) = u^2 <B U, U> / 2 - u <S, U> for a self-adjoint B between kappa0 and K:
   one step lowers the loss, and moves the imbalance u^2 - ||U||^2 by a term in eta^2 only. For the entrywise product with
   g > 0 and a diagonal target, descent from a balanced start keeps u away from 0 and converges at an explicit rate. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve operator_norm quadratic_flow diagonal_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Descent.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}) (S : 'M[R]_d) (eta : R).
(* (U, u) after k steps *)
Definition descent (U : nat -> 'M[R]_d) (u : nat -> R) : Prop := forall k,
  U k.+1 = U k - eta *: qgradU B S (U k) (u k) /\ u k.+1 = u k - eta * qgradu B S (U k) (u k).

Theorem step_imbalance U u : let V := qgradU B S U u in let v := qgradu B S U u in
  (u - eta * v) ^+ 2 - nrm2 (U - eta *: V) = u ^+ 2 - nrm2 U + eta ^+ 2 * (v ^+ 2 - nrm2 V).
Proof.
move=> V v; have h : dotp V U = u * v by apply: qgradU_radial.
clearbody V v.
have -> : nrm2 (U - eta *: V) = nrm2 U - 2%:R * eta * dotp V U + eta ^+ 2 * nrm2 V.
  rewrite {1}/nrm2 !(dotpDl, dotpDr, dotpNl, dotpNr, dotpZl, dotpZr) (dotpC U V) -!/(nrm2 _).
  by move: (nrm2 U) (nrm2 V) (dotp V U) => a b c; ring.
by rewrite h; move: (nrm2 U) (nrm2 V) => a b; ring.
Qed.
End Descent.

Section Step.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}) (S A : 'M[R]_d) (kappa0 K eta P : R).
Hypothesis selfadjoint : forall X Y, dotp (B X) Y = dotp X (B Y).
Hypothesis BA : B A = S.
Hypotheses (K_ge0 : 0 <= K) (smooth : forall X, fnorm (B X) <= K * fnorm X).
Hypotheses (eta_ge0 : 0 <= eta) (small : 4%:R * (eta * K * P) <= 1) (P_ge0 : 0 <= P).
Variables (U : 'M[R]_d) (u : R).
Let r := u *: U - A.
Let G := qgradU B S U u.
Let v := qgradu B S U u.
Let D := nrm2 G + v ^+ 2.
Let excess V w := qell B S V w - qmin S A.
Hypotheses (r_le : fnorm r <= P) (product_le : u ^+ 2 * nrm2 U <= P ^+ 2).
Hypothesis imbalance_le : `|u ^+ 2 - nrm2 U| <= P / 4%:R.

Let vE : v = dotp (B r) U.
Proof. by rewrite /v /qgradu (B_excess BA) dotpDl dotpNl dotpZl. Qed.
Let GE : G = u *: B r. Proof. exact: (qgradU_E BA). Qed.
Let D_ge0 : 0 <= D. Proof. by rewrite addr_ge0 ?nrm2_ge0 ?sqr_ge0. Qed.

(* u is at most the square root of 5 P / 4 *)
Lemma u_sqr_le : u ^+ 2 <= 5%:R / 4%:R * P.
Proof.
rewrite leNgt; apply/negP => lt; have := imbalance_le; rewrite ler_norml => /andP[_ up].
have x0 : 0 < u ^+ 2 by apply: le_lt_trans lt; rewrite mulr_ge0 ?divr_ge0 ?ler0n.
have h1 : 0 <= u ^+ 2 * (nrm2 U - (u ^+ 2 - P / 4%:R)).
  by rewrite mulr_ge0 ?sqr_ge0 // subr_ge0 ler_subl_addr addrC -ler_subl_addr.
have h2 : 0 < (u ^+ 2 - 5%:R / 4%:R * P) * (u ^+ 2 + P) by rewrite mulr_gt0 ?subr_gt0 ?ltr_paddr.
have h3 : 0 <= P ^+ 2 / 4%:R by rewrite divr_ge0 ?sqr_ge0 ?ler0n.
have h4 := product_le; rewrite -subr_ge0 in h4.
have := ltr_paddl h3 (ltr_paddl h4 (ltr_paddl h1 h2)).
suff -> : P ^+ 2 / 4%:R + (P ^+ 2 - u ^+ 2 * nrm2 U + (u ^+ 2 * (nrm2 U - (u ^+ 2 - P / 4%:R)) +
  (u ^+ 2 - 5%:R / 4%:R * P) * (u ^+ 2 + P))) = 0 by rewrite ltxx.
by move: (nrm2 U) => y; field.
Qed.

Lemma next_size : (u - eta * v) ^+ 2 + nrm2 U <= 3%:R * P.
Proof.
have [/eqP U0|] := eqVneq (nrm2 U) 0.
  have v0 : v = 0 by rewrite vE; move: U0; rewrite nrm2_eq0 => /eqP ->; rewrite dotpC /dotp mul0mx mxtrace0.
  rewrite v0 mulr0 subr0 (eqP U0) addr0; apply: le_trans u_sqr_le _; apply: ler_wpmul2r => //.
  by rewrite ler_pdivr_mulr ?ltr0n // -natrM ler_nat.
move=> _; set y := nrm2 U; set x := u ^+ 2.
have y0 : 0 <= y := nrm2_ge0 U. have x0 : 0 <= x := sqr_ge0 u.
have small_v : 16%:R * (eta * v) ^+ 2 <= y.
  have h : `|eta * v| <= 4%:R^-1 * fnorm U.
    rewrite normrM (ger0_norm eta_ge0) vE.
    apply: (@le_trans _ _ (eta * (K * P * fnorm U))).
      apply: ler_wpmul2l => //; apply: le_trans (dotp_abs _ _) _; rewrite ler_wpmul2r ?fnorm_ge0 //.
      by apply: le_trans (smooth r) _; rewrite ler_wpmul2l.
    rewrite !mulrA ler_wpmul2r ?fnorm_ge0 //.
    by rewrite -[X in _ <= X]mul1r ler_pdivl_mulr ?ltr0n // mulrC.
  rewrite -/(fnorm_sqr U) -real_normK ?num_real // /y -(fnorm_sqr U).
  have h2 : `|eta * v| ^+ 2 <= (4%:R^-1 * fnorm U) ^+ 2.
    by rewrite ler_pexpn2r // nnegrE ?normr_ge0 // mulr_ge0 ?invr_ge0 ?ler0n ?fnorm_ge0.
  apply: le_trans (ler_wpmul2l (ler0n _ 16) h2) _; rewrite le_eqVlt; apply/orP; left; apply/eqP; by field.
have sum_le : x + y <= 17%:R / 8%:R * P.
  apply: le_of_sqr; first by rewrite mulr_ge0 ?divr_ge0 ?ler0n.
  have h1 : (x - y) ^+ 2 <= (P / 4%:R) ^+ 2.
    rewrite -real_normK ?num_real // ler_pexpn2r // ?nnegrE ?normr_ge0 ?divr_ge0 ?ler0n //.
  have h2 := product_le; rewrite -/x -/y in h2.
  have -> : (x + y) ^+ 2 = (x - y) ^+ 2 + 4%:R * (x * y) by ring.
  apply: le_trans (ler_add h1 (ler_wpmul2l (ler0n _ 4) h2)) _.
  rewrite -subr_ge0; have -> : (17%:R / 8%:R * P) ^+ 2 - ((P / 4%:R) ^+ 2 + 4%:R * P ^+ 2) = 29%:R / 64%:R * P ^+ 2 by field.
  by rewrite mulr_ge0 ?sqr_ge0 ?divr_ge0 ?ler0n.
(* 2 |u| |eta v| <= u^2/4 + 4 (eta v)^2 *)
have cross := sqr_ge0 (u / 2%:R + 2%:R * (eta * v)).
have z1 : 0 <= y - 16%:R * (eta * v) ^+ 2 by rewrite subr_ge0.
have z2 : 0 <= 17%:R / 8%:R * P - (x + y) by rewrite subr_ge0.
rewrite -subr_ge0.
have -> : 3%:R * P - ((u - eta * v) ^+ 2 + y) = 1%:R * (- ((u - eta * v) ^+ 2) - y + 3%:R * P) by ring.
have big : 0 <= (u / 2%:R + 2%:R * (eta * v)) ^+ 2 + 5%:R / 16%:R * (y - 16%:R * (eta * v) ^+ 2)
    + 21%:R / 16%:R * (17%:R / 8%:R * P - (x + y)) + 16%:R^-1 * x + 27%:R / 128%:R * P.
  apply: addr_ge0; last by rewrite mulr_ge0 ?divr_ge0 ?ler0n.
  apply: addr_ge0; last by rewrite mulr_ge0 ?invr_ge0 ?ler0n.
  apply: addr_ge0; last by rewrite mulr_ge0 ?divr_ge0 ?ler0n.
  by apply: addr_ge0; [apply: sqr_ge0 | rewrite mulr_ge0 ?divr_ge0 ?ler0n].
apply: le_trans big _; rewrite le_eqVlt; apply/orP; left; apply/eqP; rewrite /x.
by move: (eta * v) => w; field.
Qed.

(* the descent lemma *)
Theorem step_decrease : excess (U - eta *: G) (u - eta * v) <= excess U u - eta / 2%:R * D.
Proof.
pose s := (u - eta * v) *: G + v *: U; pose p := dotp (B r) G.
have sE : (u - eta * v) *: (U - eta *: G) - A = r - eta *: s.
  have entry (c w x z a : R) : (c - eta * w) * (x - eta * z) - a = c * x - a - eta * ((c - eta * w) * z + w * x) by ring.
  by rewrite /r /s; move: (G) (v) => Z w; apply/matrixP => i j; rewrite !mxE; apply: entry.
have up : u * p = nrm2 G by rewrite /p /nrm2 -dotpZl -GE.
have first : dotp (B r) s = D - eta * v * p.
  rewrite /s dotpDr !dotpZr -/p -vE mulrBl up /D -expr2; ring.
have expand : excess (U - eta *: G) (u - eta * v) =
    excess U u - eta * (D - eta * v * p) + 2%:R^-1 * (eta ^+ 2 * dotp (B s) s).
  have key (X Y : 'M[R]_d) : 2%:R^-1 * dotp (B (X - eta *: Y)) (X - eta *: Y) =
      2%:R^-1 * dotp (B X) X - eta * dotp (B X) Y + 2%:R^-1 * (eta ^+ 2 * dotp (B Y) Y).
    rewrite linearB linearZ /= !(dotpDl, dotpDr, dotpNl, dotpNr, dotpZl, dotpZr) [dotp (B Y) X]selfadjoint [dotp Y (B X)]dotpC.
    by move: (dotp (B X) X) (dotp (B X) Y) (dotp (B Y) Y) => a b c; field.
  by rewrite /excess !(qsquare selfadjoint BA) sE key first.
have bound1 : 2%:R * (v * p) <= K * P * D.
  have h : `|v * p| <= `|v| * (K * P * fnorm G).
    rewrite normrM; apply: ler_wpmul2l; first exact: normr_ge0.
    apply: le_trans (dotp_abs _ _) _; rewrite ler_wpmul2r ?fnorm_ge0 //.
    by apply: le_trans (smooth r) _; rewrite ler_wpmul2l.
  have KP : 0 <= K * P by rewrite mulr_ge0.
  have cross : 0 <= K * P * (`|v| - fnorm G) ^+ 2 by rewrite mulr_ge0 ?sqr_ge0.
  apply: le_trans (ler_wpmul2l (ler0n _ 2) (le_trans (ler_norm _) h)) _.
  rewrite -subr_ge0; apply: le_trans cross _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
  rewrite /D -(fnorm_sqr G) -[v ^+ 2]real_normK ?num_real //.
  by move: (fnorm G) (`|v|) => a b; ring.
have bound2 : dotp (B s) s <= K * (3%:R * P) * D.
  apply: le_trans (dotp_le _ _) _.
  apply: (@le_trans _ _ (K * nrm2 s)).
    by rewrite -fnorm_sqr expr2 mulrA ler_wpmul2r ?fnorm_ge0.
  rewrite -mulrA; apply: ler_wpmul2l => //.
  apply: (@le_trans _ _ (((u - eta * v) ^+ 2 + nrm2 U) * D)); last by rewrite ler_wpmul2r ?next_size.
  have key (X Y : 'M[R]_d) (a b : R) : nrm2 (a *: X + b *: Y) <= (a ^+ 2 + nrm2 Y) * (nrm2 X + b ^+ 2).
    have cs : 0 <= nrm2 X * nrm2 Y - dotp X Y ^+ 2 by rewrite subr_ge0 cauchy_schwarz.
    have h := addr_ge0 (sqr_ge0 (a * b - dotp X Y)) cs.
    rewrite {1}/nrm2 !(dotpDl, dotpDr, dotpZl, dotpZr) (dotpC Y X) -!/(nrm2 _) -subr_ge0; apply: le_trans h _.
    by rewrite le_eqVlt; apply/orP; left; apply/eqP; move: (nrm2 X) (nrm2 Y) (dotp X Y) => x y z; ring.
  exact: key.
rewrite expand.
have e2 : 0 <= eta ^+ 2 / 2%:R by rewrite divr_ge0 ?sqr_ge0 ?ler0n.
have h1 := ler_wpmul2l e2 bound1; have h2 := ler_wpmul2l e2 bound2.
have h3 : eta / 2%:R * D * (4%:R * (eta * K * P)) <= eta / 2%:R * D.
  by rewrite -[X in _ <= X]mulr1 ler_wpmul2l // mulr_ge0 // divr_ge0 ?ler0n.
have -> : eta * v * p = eta * (v * p) by rewrite mulrA.
move: h1 h2 h3; rewrite -subr_ge0 => h1; rewrite -subr_ge0 => h2; rewrite -subr_ge0 => h3.
rewrite -subr_ge0; apply: le_trans (addr_ge0 (addr_ge0 h1 h2) h3) _.
rewrite le_eqVlt; apply/orP; left; apply/eqP; move: (dotp (B s) s) (v * p) (excess U u) (D) => a b c e.
by field.
Qed.
End Step.

(* the entrywise product with g > 0 and the diagonal target b_i = xi_i / g_ii *)
Section Diagonal.
Variables (R : realType) (d : nat) (g : 'M[R]_d) (xi : 'I_d -> R) (kappa0 K eta : R).
Hypotheses (xi_gt0 : forall i, 0 < xi i) (kappa0_gt0 : 0 < kappa0).
Hypotheses (kappa0_le : forall i j, kappa0 <= g i j) (le_K : forall i j, g i j <= K).
Variables (U : nat -> 'M[R]_d) (u : nat -> R).
Notation B := [linear of entrywise g].
Notation S := (diagonal xi).
Hypothesis steps : descent B S eta U u.
Hypotheses (u0_gt0 : 0 < u 0%N) (balanced : u 0%N ^+ 2 = nrm2 (U 0%N)).
Hypotheses (diagonal_ge0 : forall i, 0 <= U 0%N i i) (diagonal_neq0 : exists i, 0 < U 0%N i i).
Notation b := (target g xi).
Definition excess k : R := diagonal_loss g xi (U k) (u k) - diagonal_min g xi.
Definition size : R := fnorm b + Num.sqrt (2%:R * excess 0 / kappa0).
Definition u_top : R := Num.sqrt (5%:R / 4%:R * size).
Definition low i : R := Num.min (U 0%N i i) (xi i / g i i / u_top).
Definition c2 : R := \sum_i low i ^+ 2.
Hypotheses (eta_ge0 : 0 <= eta) (small : 4%:R * (eta * K * size) <= 1) (small_start : 4%:R * (eta * excess 0) <= c2).

Let g_gt0 i j : 0 < g i j. Proof. exact: lt_le_trans kappa0_gt0 (kappa0_le i j). Qed.
Let BA : B b = S := B_target xi g_gt0.
Let excessE k : excess k = qell B S (U k) (u k) - qmin S b.
Proof. by rewrite /excess qell_diagonal qmin_diagonal. Qed.
Let excess_ge0 k : 0 <= excess k.
Proof. by rewrite subr_ge0; apply: (diagonal_minimum xi g_gt0 kappa0_gt0 kappa0_le). Qed.
Let K_gt0 : 0 < K.
Proof. by have [i _] := diagonal_neq0; apply: lt_le_trans (le_K i i). Qed.
Let smooth X : fnorm (B X) <= K * fnorm X.
Proof.
apply: le_of_sqr; first by rewrite mulr_ge0 ?fnorm_ge0 ?ltW.
rewrite exprMn !fnorm_sqr !nrm2E mulr_sumr; apply: ler_sum => i _; rewrite mulr_sumr; apply: ler_sum => j _.
by rewrite mxE exprMn ler_wpmul2r ?sqr_ge0 // ler_pexpn2r // nnegrE ltW.
Qed.
Let b_gt0 : 0 < fnorm b.
Proof.
rewrite fnorm_gt0; have [i _] := diagonal_neq0; apply/eqP => /matrixP /(_ i i); rewrite !mxE eqxx mulr1n => /eqP.
by rewrite mulf_eq0 invr_eq0 !gt_eqF.
Qed.
Let size_gt0 : 0 < size. Proof. by rewrite ltr_paddr ?sqrtr_ge0. Qed.
Let u_top_gt0 : 0 < u_top. Proof. by rewrite sqrtr_gt0 mulr_gt0 ?divr_gt0 ?ltr0n. Qed.
Let low_ge0 i : 0 <= low i. Proof. by rewrite le_minr diagonal_ge0 !divr_ge0 ?ltW. Qed.
Lemma c2_gt0 : 0 < c2.
Proof.
have [i Ui] := diagonal_neq0; rewrite /c2 (bigD1 i) //= ltr_paddr ?sumr_ge0 // => [j _|]; first exact: sqr_ge0.
by rewrite exprn_gt0 // lt_minr Ui !divr_gt0.
Qed.
(* E_0 <= K size^2 / 2, so that the imbalance stays small *)
Let start_small : 2%:R * eta * excess 0 <= size / 4%:R.
Proof.
have E0 : 2%:R * excess 0 <= K * size ^+ 2.
  have k_le_K : kappa0 <= K by have [i _] := diagonal_neq0; apply: le_trans (kappa0_le i i) (le_K i i).
  have h : 2%:R * excess 0 / kappa0 <= size ^+ 2.
    rewrite -[X in X <= _]sqr_sqrtr; last by rewrite divr_ge0 ?mulr_ge0 ?ler0n ?excess_ge0 // ltW.
    by rewrite ler_pexpn2r // ?nnegrE ?sqrtr_ge0 ?(ltW size_gt0) // /size ler_addr fnorm_ge0.
  move: h; rewrite ler_pdivr_mulr // => h; apply: le_trans h _.
  by rewrite mulrC ler_wpmul2r ?sqr_ge0.
rewrite mulrAC; apply: (@le_trans _ _ (eta * (K * size ^+ 2))); first by rewrite mulrC ler_wpmul2l.
have h := ler_wpmul2r (ltW size_gt0) small.
rewrite ler_pdivl_mulr ?ltr0n //; apply: le_trans (le_trans _ h) _; last by rewrite mul1r.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.

Let invariant k : Prop := [/\ `|u k ^+ 2 - nrm2 (U k)| <= 2%:R * eta * (excess 0 - excess k), excess k <= excess 0, 0 < u k
  & forall i, low i <= U k i i].
Section Next.
Variable k : nat.
Hypothesis now : invariant k.
Let distance : fnorm (u k *: U k - b) <= Num.sqrt (2%:R * excess 0 / kappa0).
Proof.
have [_ less _ _] := now; apply: ler_wsqrtr; rewrite ler_pdivl_mulr // mulrC.
apply: le_trans (excess_ge (diagonal_flow.selfadjoint g) BA (diagonal_flow.coercive kappa0_le) (U k) (u k)) _.
by rewrite -excessE ler_pmul2l ?ltr0n.
Qed.
Let r_le : fnorm (u k *: U k - b) <= size. Proof. by apply: le_trans distance _; rewrite /size ler_addr fnorm_ge0. Qed.
Let product_le : u k ^+ 2 * nrm2 (U k) <= size ^+ 2.
Proof.
rewrite -nrm2Z -fnorm_sqr ler_pexpn2r // ?nnegrE ?fnorm_ge0 ?(ltW size_gt0) //.
have -> : u k *: U k = b + (u k *: U k - b) by rewrite addrC subrK.
by apply: le_trans (fnormD _ _) _; rewrite /size ler_add2l.
Qed.
Lemma imbalance_le : `|u k ^+ 2 - nrm2 (U k)| <= 2%:R * eta * excess 0.
Proof.
have [h _ _ _] := now; apply: le_trans h _; rewrite ler_wpmul2l ?mulr_ge0 ?ler0n //.
by rewrite ler_subl_addr ler_addl.
Qed.
Let imbalance_small : `|u k ^+ 2 - nrm2 (U k)| <= size / 4%:R := le_trans imbalance_le start_small.
Let G := qgradU B S (U k) (u k).
Let v := qgradu B S (U k) (u k).
Let D := nrm2 G + v ^+ 2.
Let falls : excess k.+1 <= excess k - eta / 2%:R * D.
Proof.
have [e1 e2] := steps k; rewrite !excessE e1 e2.
exact: (step_decrease (diagonal_flow.selfadjoint g) BA (ltW K_gt0) smooth eta_ge0 small (ltW size_gt0) r_le product_le imbalance_small).
Qed.
Let D_ge0 : 0 <= D. Proof. by rewrite addr_ge0 ?nrm2_ge0 ?sqr_ge0. Qed.
Let move_le : eta ^+ 2 * D <= 2%:R * eta * (excess k - excess k.+1).
Proof.
have h := falls; rewrite ler_subr_addr addrC -ler_subr_addr in h.
have := ler_wpmul2l (mulr_ge0 (ler0n R 2) eta_ge0) h; apply: le_trans.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; field.
Qed.
Let u_le : u k <= u_top.
Proof.
have [_ _ u_gt0 _] := now; rewrite -(ger0_norm (ltW u_gt0)) -sqrtr_sqr; apply: ler_wsqrtr.
exact: (u_sqr_le (ltW size_gt0) product_le imbalance_small).
Qed.
Lemma u_lower : c2 / 2%:R <= u k ^+ 2.
Proof.
have [_ _ _ lowU] := now; have := imbalance_le; rewrite ler_norml => /andP[h _].
have c : c2 <= nrm2 (U k).
  apply: le_trans (nrm2_diagonal_le _); apply: ler_sum => i _.
  by rewrite ler_pexpn2r // nnegrE ?low_ge0 // (le_trans (low_ge0 i)).
have s := small_start.
have h1 : 0 <= u k ^+ 2 - nrm2 (U k) + 2%:R * eta * excess 0 by rewrite -ler_subl_addr sub0r.
have h2 : 0 <= nrm2 (U k) - c2 by rewrite subr_ge0.
have h3 : 0 <= 2%:R^-1 * (c2 - 4%:R * (eta * excess 0)) by rewrite mulr_ge0 ?invr_ge0 ?ler0n ?subr_ge0.
rewrite -subr_ge0; apply: le_trans (addr_ge0 (addr_ge0 h1 h2) h3) _.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; move: (nrm2 _) (excess 0) (c2) => x y z; field.
Qed.
Lemma next_excess : excess k.+1 <= (1 - eta * c2 * kappa0 / 2%:R) * excess k.
Proof.
apply: le_trans falls _; have e0 : 0 <= eta / 2%:R by rewrite divr_ge0 ?ler0n.
have PL := qPL (diagonal_flow.selfadjoint g) BA kappa0_gt0 (diagonal_flow.coercive kappa0_le) (U k) (u k).
rewrite -excessE -/G in PL.
have h : c2 * kappa0 * excess k <= D.
  apply: le_trans (le_trans _ PL) _; last by rewrite ler_addl sqr_ge0.
  have := ler_wpmul2l (mulr_ge0 (mulr_ge0 (ler0n R 2) (ltW kappa0_gt0)) (excess_ge0 k)) u_lower.
  move=> h; apply: le_trans (le_trans _ h) _; rewrite le_eqVlt; apply/orP; left; apply/eqP; last by ring.
  by move: (c2) (excess k) => x y; field.
have := ler_wpmul2l e0 h; rewrite -subr_ge0 => {}h; rewrite -subr_ge0; apply: le_trans h _.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; move: (c2) (excess k) (D) => x y z; field.
Qed.
Lemma invariant_next : invariant k.+1.
Proof.
have [balance less u_gt0 lowU] := now; have [e1 e2] := steps k.
have drop : excess k.+1 <= excess k.
  by apply: le_trans falls _; rewrite ler_subl_addr ler_addl mulr_ge0 ?divr_ge0 ?ler0n.
have balance' : `|u k.+1 ^+ 2 - nrm2 (U k.+1)| <= 2%:R * eta * (excess 0 - excess k.+1).
  rewrite e1 e2 step_imbalance; apply: le_trans (ler_norm_add _ _) _.
  have -> : 2%:R * eta * (excess 0 - excess k.+1) = 2%:R * eta * (excess 0 - excess k) + 2%:R * eta * (excess k - excess k.+1).
    by ring.
  apply: ler_add => //; apply: le_trans move_le; rewrite normrM (ger0_norm (sqr_ge0 eta)); apply: ler_wpmul2l; first exact: sqr_ge0.
  rewrite -/G -/v /D ler_norml; apply/andP; split.
    by rewrite opprD addrC ler_add2r (le_trans _ (sqr_ge0 v)) // oppr_le0 sqr_ge0.
  by rewrite addrC ler_add2r (le_trans _ (nrm2_ge0 G)) // oppr_le0 nrm2_ge0.
have lowU' i : low i <= U k.+1 i i.
  pose share := eta * u k ^+ 2 * g i i.
  have share_ge0 : 0 <= share by rewrite mulr_ge0 ?mulr_ge0 ?sqr_ge0 // ltW.
  have share_le1 : share <= 1.
    have h := u_sqr_le (ltW size_gt0) product_le imbalance_small.
    apply: (@le_trans _ _ (eta * (5%:R / 4%:R * size) * K)).
      apply: ler_pmul; [by rewrite mulr_ge0 ?sqr_ge0 | exact: ltW | by rewrite ler_wpmul2l | exact: le_K].
    have := ler_wpmul2l (_ : 0 <= 5%:R / 16%:R) small; rewrite mulr1 => h2.
    apply: (@le_trans _ _ (5%:R / 16%:R)); last by rewrite ler_pdivr_mulr ?ltr0n // mul1r ler_nat.
    apply: le_trans (h2 _); last by rewrite divr_ge0 ?ler0n.
    by rewrite le_eqVlt; apply/orP; left; apply/eqP; field.
  have -> : U k.+1 i i = (1 - share) * U k i i + share * (xi i / g i i / u k).
    have entry (x w f h : R) : h != 0 -> w != 0 ->
        x - eta * (w ^+ 2 * (h * x) - w * f) = (1 - eta * w ^+ 2 * h) * x + eta * w ^+ 2 * h * (f / h / w).
      by move=> h0 w0; field; rewrite h0 w0.
    by rewrite e1 !mxE eqxx mulr1n; apply: entry; rewrite gt_eqF.
  have goal_ : low i <= xi i / g i i / u k.
    apply: (@le_trans _ _ (xi i / g i i / u_top)); first by rewrite le_minl lexx orbT.
    by rewrite ler_wpmul2l ?divr_ge0 ?(ltW (xi_gt0 _)) ?(ltW (g_gt0 _ _)) // lef_pinv.
  have s1 : 0 <= 1 - share by rewrite subr_ge0.
  have -> : low i = (1 - share) * low i + share * low i by ring.
  by apply: ler_add; apply: ler_wpmul2l.
have less' : excess k.+1 <= excess 0 := le_trans drop less.
split=> //; rewrite ltNge; apply/negP => u_le0.
have next_low : c2 / 2%:R <= u k.+1 ^+ 2.
  have := balance'; rewrite ler_norml => /andP[h _].
  have c : c2 <= nrm2 (U k.+1).
    apply: le_trans (nrm2_diagonal_le _); apply: ler_sum => i _.
    by rewrite ler_pexpn2r // nnegrE ?low_ge0 // (le_trans (low_ge0 i)).
  have h1 : 0 <= u k.+1 ^+ 2 - nrm2 (U k.+1) + 2%:R * eta * (excess 0 - excess k.+1) by rewrite -ler_subl_addr sub0r.
  have h2 : 0 <= nrm2 (U k.+1) - c2 by rewrite subr_ge0.
  have h3 : 0 <= 2%:R^-1 * (c2 - 4%:R * (eta * excess 0)) by rewrite mulr_ge0 ?invr_ge0 ?ler0n ?subr_ge0.
  have h4 : 0 <= 2%:R * eta * excess k.+1 by rewrite !mulr_ge0 ?ler0n ?excess_ge0.
  rewrite -subr_ge0; apply: le_trans (addr_ge0 (addr_ge0 (addr_ge0 h1 h2) h3) h4) _.
  rewrite le_eqVlt; apply/orP; left; apply/eqP.
  by move: (nrm2 _) (excess 0) (c2) (excess k.+1) (u k.+1) => x y z w q; field.
have jump : (u k - u k.+1) ^+ 2 <= 2%:R * eta * excess 0.
  have -> : u k - u k.+1 = eta * v by rewrite e2 opprB addrCA subrr addr0.
  rewrite exprMn; apply: (@le_trans _ _ (eta ^+ 2 * D)).
    by rewrite ler_wpmul2l ?sqr_ge0 // ler_addr nrm2_ge0.
  apply: le_trans move_le _; rewrite ler_wpmul2l ?mulr_ge0 ?ler0n // ler_subl_addr.
  by apply: le_trans less _; rewrite ler_addl.
have cross : 0 <= - (2%:R * (u k * u k.+1)) by rewrite oppr_ge0 mulr_ge0_le0 ?ler0n // mulr_ge0_le0 // ltW.
have h5 : 0 < c2 / 2%:R by rewrite divr_gt0 ?c2_gt0 ?ltr0n.
have h6 : 2%:R * eta * excess 0 <= c2 / 2%:R.
  rewrite ler_pdivl_mulr ?ltr0n //; apply: le_trans small_start.
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
have sum : c2 / 2%:R + c2 / 2%:R <= c2 / 2%:R.
  apply: le_trans (ler_add u_lower next_low) (le_trans _ (le_trans jump h6)).
  rewrite -subr_ge0; apply: le_trans cross _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
  by move: (u k) (u k.+1) => x y; ring.
by move: sum; rewrite ger_addl leNgt h5.
Qed.
End Next.

Theorem descent_invariant k : invariant k.
Proof.
elim: k => [|k IH]; last exact: invariant_next.
split=> [|||i]; rewrite ?lexx //; last by rewrite le_minl lexx.
by rewrite balanced !subrr normr0 mulr0.
Qed.
Theorem descent_balance k : `|u k ^+ 2 - nrm2 (U k)| <= 2%:R * eta * excess 0.
Proof. exact: imbalance_le (descent_invariant k). Qed.
Theorem descent_positive k : 0 < u k.
Proof. by case: (descent_invariant k). Qed.
Theorem descent_lower k : c2 / 2%:R <= u k ^+ 2.
Proof. exact: u_lower (descent_invariant k). Qed.
Theorem descent_decay k : excess k.+1 <= (1 - eta * c2 * kappa0 / 2%:R) * excess k.
Proof. exact: next_excess (descent_invariant k). Qed.
End Diagonal.
