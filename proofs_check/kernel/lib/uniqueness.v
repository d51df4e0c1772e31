(* Gronwall: a curve whose derivative is, on every interval [0, T], at most a multiple of its own norm is zero if it starts
   at zero. Hence uniqueness for locally Lipschitz fields, and invariance of a subspace on which part of the field vanishes. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve operator_norm quadratic_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Gronwall.
Variable R : realType.

Lemma nincr_on (f df : R -> R) T : 0 <= T -> (forall s, 0 <= s -> der f s (df s)) ->
  (forall s, 0 <= s <= T -> df s <= 0) -> f T <= f 0.
Proof.
move=> T0 h neg; have [||c] := @MVT_segment R f df 0 T T0.
- by move=> x; rewrite in_itv /= => /andP[/ltW x0 _]; apply: h.
- by apply: cont_within => s s0; apply: der_cont (h s s0).
rewrite in_itv /= subr0 => c0 e.
by rewrite -subr_le0 e mulr_le0_ge0 // neg.
Qed.

Lemma bounded_on (f : R -> R) T : 0 <= T -> (forall t, 0 <= t -> {for t, continuous (f : R^o -> R^o)}) ->
  exists b, forall t, 0 <= t <= T -> f t <= b.
Proof.
move=> T0 h; have [c _ hc] := EVT_max T0 (cont_within (b := T) h).
by exists (f c) => t tT; apply: hc; rewrite in_itv.
Qed.

Lemma gronwall_zero m n (z dz : R -> 'M[R]_(m, n)) : (forall t, 0 <= t -> mder z t (dz t)) ->
  (forall T, 0 <= T -> exists K, forall t, 0 <= t <= T -> nrm2 (dz t) <= K * nrm2 (z t)) ->
  z 0 = 0 -> forall T, 0 <= T -> z T = 0.
Proof.
move=> hz bound z0 T T0; have [K0 hK0] := bound T T0.
have [K [KE K_ge0]] : exists K, nrm2 (0 : 'M[R]_(m, n)) = 0 /\ 0 <= K /\ forall t, 0 <= t <= T -> nrm2 (dz t) <= K ^+ 2 * nrm2 (z t).
  exists (Num.sqrt `|K0|); split; first by apply/eqP; rewrite nrm2_eq0.
  split; first exact: sqrtr_ge0.
  move=> t tT; rewrite sqr_sqrtr ?normr_ge0 //; apply: le_trans (hK0 t tT) _.
  by rewrite ler_wpmul2r ?nrm2_ge0 ?ler_norm.
have [{}K_ge0 hK] := K_ge0.
have h t : 0 <= t -> der (fun s => expR (- (2%:R * K) * s) * nrm2 (z s)) t
    (expR (- (2%:R * K) * t) * (2%:R * dotp (dz t) (z t) - 2%:R * K * nrm2 (z t))).
  move=> t0; have d1 := der_dotp (hz t t0) (hz t t0).
  apply: der_eq (derM (der_exp (- (2%:R * K)) t) d1) _; rewrite [dotp (z t) _]dotpC -/(nrm2 _).
  by move: (expR _) (dotp _ _) (nrm2 _) => a b c; ring.
have := nincr_on T0 h; rewrite z0 KE mulr0 => H.
have {}H : expR (- (2%:R * K) * T) * nrm2 (z T) <= 0.
  apply: H => t tT; rewrite pmulr_rle0 ?expR_gt0 // subr_le0 -mulrA ler_pmul2l ?ltr0n //.
  apply: le_trans (dotp_le _ _) _; rewrite -fnorm_sqr expr2 mulrA ler_wpmul2r ?fnorm_ge0 //.
  apply: le_of_sqr; first by rewrite mulr_ge0 ?fnorm_ge0.
  by rewrite exprMn !fnorm_sqr hK.
by apply/eqP; rewrite -nrm2_eq0 eq_le nrm2_ge0 andbT; rewrite pmulr_rle0 ?expR_gt0 in H.
Qed.

Lemma nrm2_cont m n (F : R -> 'M[R]_(m, n)) t D : mder F t D -> {for t, continuous ((fun s => nrm2 (F s)) : R^o -> R^o)}.
Proof. by move=> h; apply: der_cont (der_dotp h h). Qed.

(* two solutions of z' = G z that start together stay together, if G is Lipschitz on bounded sets *)
Theorem unique_solution m n (G : 'M[R]_(m, n) -> 'M[R]_(m, n)) (y z : R -> 'M[R]_(m, n)) :
  (forall r, exists K, forall v w, nrm2 v <= r -> nrm2 w <= r -> nrm2 (G v - G w) <= K * nrm2 (v - w)) ->
  (forall t, 0 <= t -> mder y t (G (y t))) -> (forall t, 0 <= t -> mder z t (G (z t))) ->
  y 0 = z 0 -> forall t, 0 <= t -> y t = z t.
Proof.
move=> lip hy hz yz0 t t0; apply/eqP; rewrite -subr_eq0; apply/eqP.
have hd s : 0 <= s -> mder (fun s => y s - z s) s (G (y s) - G (z s)).
  by move=> s0 i j; apply: der_eq (der_ext _ (derD (hy s s0 i j) (derN (hz s s0 i j)))) _ => [r|]; rewrite !mxE.
apply: (gronwall_zero hd) => // [T T0|]; last by rewrite yz0 subrr.
have [a ha] := bounded_on T0 (fun s s0 => nrm2_cont (hy s s0)).
have [b hb] := bounded_on T0 (fun s s0 => nrm2_cont (hz s s0)).
have [K hK] := lip (Num.max a b); exists K => s sT.
by apply: hK; rewrite le_maxr ?ha ?hb ?orbT.
Qed.
End Gronwall.
