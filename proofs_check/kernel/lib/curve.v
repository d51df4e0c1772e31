(* Derivatives of matrix-valued functions of time, entry by entry, and monotonicity. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Mder.
Variable R : realType.
Implicit Types (t : R) (f g : R -> R).

Definition der f t (l : R) := is_derive (t : R^o) 1 (f : R^o -> R^o) (l : R^o).
Definition mder m n (F : R -> 'M[R]_(m, n)) t (D : 'M[R]_(m, n)) :=
  forall i j, der (fun s => F s i j) t (D i j).

Lemma der_ext f g t l : (forall s, f s = g s) -> der f t l -> der g t l.
Proof. by move=> h; have -> : g = f by apply/funext => s; rewrite h. Qed.
Lemma der_eq f t l l' : der f t l -> l = l' -> der f t l'.
Proof. by move=> h <-. Qed.
Lemma der_cst c t : der (fun=> c) t 0.
Proof. exact: is_derive_cst. Qed.
Lemma derD f g t a b : der f t a -> der g t b -> der (fun s => f s + g s) t (a + b).
Proof. by move=> hf hg; apply: is_deriveD. Qed.
Lemma derN f t a : der f t a -> der (fun s => - f s) t (- a).
Proof. by move=> hf; apply: is_deriveN. Qed.
Lemma derM f g t a b : der f t a -> der g t b -> der (fun s => f s * g s) t (f t * b + g t * a).
Proof. by move=> hf hg; apply: is_deriveM. Qed.
Lemma der_sum n (h : 'I_n -> R -> R) (dh : 'I_n -> R) t :
  (forall i, der (h i) t (dh i)) -> der (fun s => \sum_i h i s) t (\sum_i dh i).
Proof.
move=> H; have := @is_derive_sum _ _ _ n (h : 'I_n -> R^o -> R^o) t 1 dh H.
by apply: der_ext => s; rewrite fct_sumE.
Qed.
Lemma der_exp c t : der (fun s => expR (c * s)) t (c * expR (c * t)).
Proof.
have d1 : is_derive (t : R^o) 1 (fun s : R^o => c * s : R^o) (c : R^o).
  by apply: der_eq (derM (der_cst c t) (@is_derive_id _ _ (t : R^o) 1)) _; rewrite mulr1 mulr0 addr0.
have := @is_derive1_comp R expR (fun s => c * s) t _ _ (is_derive_expR (c * t)) d1.
by move=> h; apply: der_eq h _; rewrite mulrC.
Qed.

Lemma mder_cst m n (A : 'M[R]_(m, n)) t : mder (fun=> A) t 0.
Proof. by move=> i j; rewrite mxE; apply: der_cst. Qed.
Lemma mder_tr m n (F : R -> 'M[R]_(m, n)) t D : mder F t D -> mder (fun s => (F s)^T) t D^T.
Proof. by move=> h i j; rewrite mxE; apply: der_ext (h j i) => s; rewrite mxE. Qed.
Lemma mderM m n p (F : R -> 'M[R]_(m, n)) (G : R -> 'M[R]_(n, p)) t D K :
  mder F t D -> mder G t K -> mder (fun s => F s *m G s) t (D *m G t + F t *m K).
Proof.
move=> hF hG i j.
have := der_sum (fun k => derM (hF i k) (hG k j)).
move=> h; apply: der_eq (der_ext _ h) _ => [s|]; first by rewrite mxE.
by rewrite !mxE -big_split /=; apply: eq_bigr => k _; rewrite addrC mulrC.
Qed.
Lemma mder_trace n (F : R -> 'M[R]_n) t D : mder F t D -> der (fun s => \tr (F s)) t (\tr D).
Proof. by move=> h; apply: der_sum => i; apply: h. Qed.

Lemma der_cont f t l : der f t l -> {for t, continuous (f : R^o -> R^o)}.
Proof.
by case=> h _; apply/differentiable_continuous; apply/derivable1_diffP.
Qed.
Lemma cont_within f (b : R) : (forall t, 0 <= t -> {for t, continuous (f : R^o -> R^o)}) ->
  {within `[0, b], continuous (f : R^o -> R^o)}.
Proof.
move=> h; apply: continuous_in_subspaceT => x; rewrite inE /= in_itv /= => /andP[x0 _].
exact: h.
Qed.

Lemma mvt0 f (df : R -> R) t : 0 <= t -> (forall s, 0 <= s -> der f s (df s)) ->
  exists2 c, 0 <= c & f t - f 0 = df c * t.
Proof.
move=> t0 h.
have [||c] := @MVT_segment R f df 0 t t0.
- by move=> x; rewrite in_itv /= => /andP[/ltW x0 _]; apply: h.
- by apply: cont_within => s s0; apply: der_cont (h s s0).
by rewrite in_itv /= subr0 => /andP[c0 _] e; exists c.
Qed.
Lemma nincr0 f (df : R -> R) t : 0 <= t -> (forall s, 0 <= s -> der f s (df s)) ->
  (forall s, 0 <= s -> df s <= 0) -> f t <= f 0.
Proof.
move=> t0 h hle; have [c c0 e] := mvt0 t0 h.
by rewrite -subr_le0 e mulr_le0_ge0 // hle.
Qed.
Lemma const0 f t : 0 <= t -> (forall s, 0 <= s -> der f s 0) -> f t = f 0.
Proof.
move=> t0 h; have [c c0 e] := mvt0 t0 h.
by apply/eqP; rewrite -subr_eq0 e mul0r.
Qed.
Lemma pos0 f (df : R -> R) t : 0 <= t -> (forall s, 0 <= s -> der f s (df s)) ->
  0 < f 0 -> (forall s, 0 <= s -> f s != 0) -> 0 < f t.
Proof.
move=> t0 h f0 fn; rewrite ltNge; apply/negP => ft.
have [||c] := @IVT R f 0 t 0 t0.
- by apply: cont_within => s s0; apply: der_cont (h s s0).
- rewrite le_minl le_maxr ft (ltW f0) orbT //=.
by rewrite in_itv /= => /andP[c0 _] /eqP; apply/negP; apply: fn.
Qed.
End Mder.
