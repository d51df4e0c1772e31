(* A function whose derivative is nonnegative wherever it lies below a level never falls below that level. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun.
From ICL Require Import curve.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Barrier.
Variable R : realType.

Lemma stays_above (f df : R -> R) (m : R) : (forall t, 0 <= t -> der f t (df t)) -> m <= f 0 ->
  (forall t, 0 <= t -> f t < m -> 0 <= df t) -> forall t, 0 <= t -> m <= f t.
Proof.
move=> h f0 up t t0; rewrite leNgt; apply/negP => ft.
pose above : set R := [set r | 0 <= r <= t /\ m <= f r].
have above0 : above 0 by split; rewrite ?lexx.
have sup_above : has_sup above by split; [exists 0 | exists t => r [/andP[]]].
pose s := sup above.
have s0 : 0 <= s by apply: sup_ub => //; case: sup_above.
have st : s <= t by apply: sup_le_ub => [|r [/andP[]] //]; exists 0.
have fs : m <= f s.
  rewrite leNgt; apply/negP => lt.
  have e0 : 0 < m - f s by rewrite subr_gt0.
  have /cvgrPdist_lt /(_ _ e0) := der_cont (h s s0).
  case=> /= r r0 near.
  have [q [/andP[q0 qt] fq] sq] := sup_adherent r0 sup_above.
  have qs : q <= s by apply: sup_ub; [case: sup_above | split; rewrite ?q0].
  have close : `|s - q| < r by rewrite ger0_norm ?subr_ge0 // ltr_subl_addr addrC -ltr_subl_addr.
  have /= := near q close; rewrite distrC => H; have := le_lt_trans (ler_norm _) H.
  by rewrite ltr_add2r ltNge fq.
have {}st : s < t by rewrite lt_neqAle st andbT; apply: contraTneq fs => ->; rewrite -ltNge.
have below r : s < r -> r <= t -> f r < m.
  move=> sr rt; rewrite ltNge; apply/negP => fr; have := sr; rewrite ltNge => /negP; apply.
  by apply: sup_ub; [case: sup_above | split=> //; rewrite rt andbT; apply: le_trans s0 (ltW sr)].
have [||c] := @MVT R f df s t st.
- by move=> x; rewrite in_itv /= => /andP[sx _]; apply: h; apply: le_trans s0 (ltW sx).
- apply: continuous_in_subspaceT => x; rewrite inE /= in_itv /= => /andP[sx _].
  by apply: der_cont (h x _); apply: le_trans s0 sx.
rewrite in_itv /= => /andP[sc ct] e.
have c0 : 0 <= c by apply: le_trans s0 (ltW sc).
have : f s <= f t by rewrite -subr_ge0 e mulr_ge0 ?subr_ge0 ?(ltW st) //; apply: up (below c sc (ltW ct)).
by rewrite leNgt (lt_le_trans ft fs).
Qed.
End Barrier.
