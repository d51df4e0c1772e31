(* The start U(0) = sigma T, u(0) = sigma: when its loss is negative, and the lower bound of u that follows. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve operator_norm quadratic_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section ScaledStart.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}) (S T : 'M[R]_d) (sigma : R).
Hypothesis selfadjoint : forall X Y, dotp (B X) Y = dotp X (B Y).
Hypothesis nonnegative : forall X, 0 <= dotp (B X) X.
Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flowU : forall t, 0 <= t -> mder U t (- qgradU B S (U t) (u t)).
Hypothesis flowu : forall t, 0 <= t -> der u t (- qgradu B S (U t) (u t)).
Hypothesis sigma_gt0 : 0 < sigma.
Hypothesis T1 : nrm2 T = 1.
Hypothesis U0 : U 0 = sigma *: T.
Hypothesis u0 : u 0 = sigma.

Lemma scaled_gt0 : 0 < u 0. Proof. by rewrite u0. Qed.
Lemma scaled_balanced : u 0 ^+ 2 = nrm2 (U 0). Proof. by rewrite u0 U0 nrm2Z T1 mulr1. Qed.

Lemma scaled_loss : qell B S (U 0) (u 0) = - (sigma ^+ 2 * (2%:R * dotp S T - sigma ^+ 2 * dotp (B T) T) / 2%:R).
Proof.
have BZ : B (sigma *: T) = sigma *: B T by rewrite linearZ.
rewrite /qell u0 U0 BZ !(dotpZl, dotpZr).
by move: (dotp (B T) T) (dotp S T) => a b; field.
Qed.

Variables align spread : R.
Hypothesis align_le : align <= dotp S T.
Hypothesis spread_ge : dotp (B T) T <= spread.
Hypothesis condition : sigma ^+ 2 * spread < 2%:R * align.

Lemma scaled_gap : 2%:R * align - sigma ^+ 2 * spread <= 2%:R * dotp S T - sigma ^+ 2 * dotp (B T) T.
Proof. by apply: ler_sub; [rewrite ler_pmul2l ?ltr0n | rewrite ler_pmul2l ?exprn_gt0]. Qed.
Lemma scaled_loss_le : qell B S (U 0) (u 0) <= - (sigma ^+ 2 * (2%:R * align - sigma ^+ 2 * spread) / 2%:R).
Proof. by rewrite scaled_loss ler_opp2 ler_pmul2r ?invr_gt0 ?ltr0n // ler_pmul2l ?exprn_gt0 // scaled_gap. Qed.
Lemma scaled_loss_lt0 : qell B S (U 0) (u 0) < 0.
Proof.
apply: le_lt_trans scaled_loss_le _; rewrite oppr_lt0 divr_gt0 ?ltr0n // mulr_gt0 ?exprn_gt0 //.
by rewrite subr_gt0.
Qed.

Theorem scaled_positive t : 0 <= t -> 0 < u t.
Proof. exact: (u_pos_of_loss selfadjoint flowU flowu scaled_gt0 scaled_loss_lt0). Qed.

Theorem scaled_lower s t : 0 < s -> fnorm S <= s -> 0 <= t ->
  sigma ^+ 2 * (2%:R * align - sigma ^+ 2 * spread) / (2%:R * s) <= u t ^+ 2.
Proof.
move=> s0 hs t0; rewrite ler_pdivr_mulr ?mulr_gt0 ?ltr0n //.
have := u_lower_of_loss selfadjoint nonnegative flowU flowu scaled_gt0 scaled_balanced scaled_loss_lt0 hs t0.
have := scaled_loss_le; rewrite ler_oppr => h1 h2; have := le_trans h1 h2.
by rewrite ler_pdivr_mulr ?ltr0n // => h; apply: le_trans h _; rewrite mulrC mulrA mulrC mulrA [_ * s]mulrC mulrA.
Qed.

Lemma fnorm_opn s : opn S s -> fnorm S <= Num.sqrt d%:R * s.
Proof.
move=> hs; have [s0 _] := hs; apply: le_of_sqr; first by rewrite mulr_ge0 ?sqrtr_ge0.
rewrite fnorm_sqr exprMn sqr_sqrtr ?ler0n //; have := opn_mul 1%:M hs; rewrite mulmx1 => h; apply: le_trans h _.
by rewrite mulrC /nrm2 /dotp mul1mx trmx1 mxtrace1.
Qed.
Lemma root_d_ge1 : 1 <= Num.sqrt d%:R :> R.
Proof.
rewrite -[X in X <= _](@sqrtr1 R); apply: ler_wsqrtr; rewrite ler1n lt0n; apply/eqP => d0.
move/eqP: T1; rewrite nrm2E big1 => [|i _]; first by rewrite eq_sym oner_eq0.
by exfalso; have := ltn_ord i; move: (nat_of_ord i) => k; rewrite d0.
Qed.
End ScaledStart.
