(* Limits as t tends to infinity: eventual equality, exponential decay, finite sums. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Limits.
Variable R : realType.
Implicit Types (f g : R -> R).
(* the usual limit at +oo, written out *)
Definition tends f (x : R) := forall e, 0 < e -> exists T, forall t, T <= t -> `|f t - x| <= e.

Lemma tends_cvg f x : tends f x -> (f : R^o -> R^o) @ +oo --> (x : R^o).
Proof.
move=> h; apply/cvgrPdist_le => e e0; have [T hT] := h e e0.
by exists T; split; [exact: num_real | move=> t /ltW tT; rewrite /= distrC; exact: hT].
Qed.

Lemma cvg_near f g (x : R) : (forall t, 0 <= t -> f t = g t) ->
  (f : R -> R^o) @ +oo --> (x : R^o) -> (g : R -> R^o) @ +oo --> (x : R^o).
Proof.
move=> e h A Ax; have [M [Mr hM]] := h A Ax.
exists (Num.max M 0); split; first exact: num_real.
by move=> t; rewrite lt_maxl => /andP[Mt /ltW t0]; have := hM t Mt; rewrite /= e.
Qed.

Lemma expR_tends (mu C : R) : 0 < mu -> 0 <= C -> tends (fun t => expR (- (mu * t)) * C) 0.
Proof.
move=> mu0 C0 e e0; exists (C / (mu * e)) => t ht.
have t0 : 0 <= t by apply: le_trans ht; apply: divr_ge0 => //; apply: mulr_ge0; exact: ltW.
rewrite subr0 ger0_norm; last by apply: mulr_ge0 => //; exact/ltW/expR_gt0.
rewrite expRN mulrC ler_pdivr_mulr ?expR_gt0 //.
apply: le_trans (_ : e * (1 + mu * t) <= _); last first.
  by rewrite ler_pmul2l // expR_ge1Dx //; apply: mulr_ge0 => //; exact: ltW.
move: ht; rewrite ler_pdivr_mulr ?mulr_gt0 // => ht; apply: le_trans ht _.
have -> : t * (mu * e) = e * (mu * t) by ring.
by rewrite ler_pmul2l // ler_addr.
Qed.

Lemma cvg_sum_fin n (f : 'I_n -> R -> R) (x : 'I_n -> R) :
  (forall i, (f i : R -> R^o) @ +oo --> (x i : R^o)) ->
  ((fun t => \sum_i f i t) : R -> R^o) @ +oo --> (\sum_i x i : R^o).
Proof.
elim: n f x => [|n IH] f x h.
  rewrite big_ord0; have -> : (fun t => \sum_(i < 0) f i t) = fun=> 0 by apply/funext => t; rewrite big_ord0.
  exact: cvg_cst.
rewrite big_ord_recr /=.
have -> : (fun t => \sum_(i < n.+1) f i t) = (fun t => \sum_(i < n) f (widen_ord (leqnSn n) i) t) + f ord_max.
  by apply/funext => t; rewrite big_ord_recr.
by apply: cvgD; [apply: IH => i; apply: h | apply: h].
Qed.
End Limits.
