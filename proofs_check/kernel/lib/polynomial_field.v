(* Ordinary differential equations x' = G x whose field takes polynomial curves to polynomial curves and is Lipschitz on bounded
   sets: Picard's iterates are polynomials, so that no integral is needed. A solution exists for all t >= 0 where the solutions
   stay in a bounded set. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve operator_norm quadratic_flow locally_lipschitz.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Polynomials.
Variable R : realType.
Definition polynomial (f : R -> R) := exists p : {poly R}, forall t, f t = p.[t].
Definition polynomial_mx m n (F : R -> 'M[R]_(m, n)) := forall i j, polynomial (fun t => F t i j).
Let ext f g : (forall t, f t = g t) -> polynomial f -> polynomial g.
Proof. by move=> h; have -> : g = f by apply/funext => x; rewrite h. Qed.

Lemma pol_cst c : polynomial (fun=> c). Proof. by exists c%:P => t; rewrite hornerC. Qed.
Lemma polD f g : polynomial f -> polynomial g -> polynomial (fun t => f t + g t).
Proof. by move=> [p hp] [q hq]; exists (p + q) => t; rewrite hornerD hp hq. Qed.
Lemma polM f g : polynomial f -> polynomial g -> polynomial (fun t => f t * g t).
Proof. by move=> [p hp] [q hq]; exists (p * q) => t; rewrite hornerM hp hq. Qed.
Lemma polN f : polynomial f -> polynomial (fun t => - f t).
Proof. by move=> [p hp]; exists (- p) => t; rewrite hornerN hp. Qed.
Lemma polX f k : polynomial f -> polynomial (fun t => f t ^+ k).
Proof. by move=> [p hp]; exists (p ^+ k) => t; rewrite horner_exp hp. Qed.
Lemma pol_sum k (f : 'I_k -> R -> R) : (forall i, polynomial (f i)) -> polynomial (fun t => \sum_i f i t).
Proof.
move=> hf; elim: (index_enum _) => [|i s IH].
  by apply: ext (pol_cst 0) => t; rewrite big_nil.
by apply: ext (polD (hf i) IH) => t; rewrite big_cons.
Qed.
Lemma pmx_cst m n (C : 'M[R]_(m, n)) : polynomial_mx (fun=> C). Proof. by move=> i j; apply: pol_cst. Qed.
Lemma pmxD m n (F G : R -> 'M[R]_(m, n)) : polynomial_mx F -> polynomial_mx G -> polynomial_mx (fun t => F t + G t).
Proof. by move=> hF hG i j; apply: ext (polD (hF i j) (hG i j)) => t; rewrite mxE. Qed.
Lemma pmxN m n (F : R -> 'M[R]_(m, n)) : polynomial_mx F -> polynomial_mx (fun t => - F t).
Proof. by move=> hF i j; apply: ext (polN (hF i j)) => t; rewrite mxE. Qed.
Lemma pmxZ m n f (F : R -> 'M[R]_(m, n)) : polynomial f -> polynomial_mx F -> polynomial_mx (fun t => f t *: F t).
Proof. by move=> hf hF i j; apply: ext (polM hf (hF i j)) => t; rewrite mxE. Qed.
Lemma pmxM m n p (F : R -> 'M[R]_(m, n)) (G : R -> 'M[R]_(n, p)) :
  polynomial_mx F -> polynomial_mx G -> polynomial_mx (fun t => F t *m G t).
Proof. by move=> hF hG i j; apply: ext (pol_sum (fun k => polM (hF i k) (hG k j))) => t; rewrite mxE. Qed.
Lemma pmx_tr m n (F : R -> 'M[R]_(m, n)) : polynomial_mx F -> polynomial_mx (fun t => (F t)^T).
Proof. by move=> hF i j; apply: ext (hF j i) => t; rewrite mxE. Qed.
Lemma pmx_trace n (F : R -> 'M[R]_n) : polynomial_mx F -> polynomial (fun t => \tr (F t)).
Proof. by move=> hF; apply: pol_sum => i; apply: hF. Qed.
Lemma pmx_scalar n f : polynomial f -> polynomial_mx (fun t => (f t)%:M : 'M[R]_n).
Proof.
move=> hf i j; case: (boolP (i == j)) => ij.
  by apply: ext hf => t; rewrite mxE ij.
by apply: ext (pol_cst 0) => t; rewrite mxE (negbTE ij).
Qed.
Lemma pmx_block p q r s (A : R -> 'M[R]_(p, r)) (B : R -> 'M[R]_(p, s)) (C : R -> 'M[R]_(q, r)) (D : R -> 'M[R]_(q, s)) :
  polynomial_mx A -> polynomial_mx B -> polynomial_mx C -> polynomial_mx D ->
  polynomial_mx (fun t => block_mx (A t) (B t) (C t) (D t)).
Proof.
move=> hA hB hC hD i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by apply: ext (hA k l) => t; rewrite block_mxEul.
- by apply: ext (hB k l) => t; rewrite block_mxEur.
- by apply: ext (hC k l) => t; rewrite block_mxEdl.
- by apply: ext (hD k l) => t; rewrite block_mxEdr.
Qed.
Lemma pmx_ul p q r s (F : R -> 'M[R]_(p + q, r + s)) : polynomial_mx F -> polynomial_mx (fun t => ulsubmx (F t)).
Proof. by move=> hF i j; apply: ext (hF (lshift q i) (lshift s j)) => t; rewrite !mxE. Qed.
Lemma pmx_dr p q r s (F : R -> 'M[R]_(p + q, r + s)) : polynomial_mx F -> polynomial_mx (fun t => drsubmx (F t)).
Proof. by move=> hF i j; apply: ext (hF (rshift p i) (rshift r j)) => t; rewrite !mxE. Qed.

Lemma der_poly (p : {poly R}) t : der (fun s => p.[s]) t p^`().[t].
Proof.
elim/poly_ind: p => [|p c IH].
  by rewrite deriv0 horner0; apply: der_ext (der_cst 0 t) => s; rewrite horner0.
apply: der_eq (der_ext _ (derD (derM IH (@is_derive_id _ _ (t : R^o) 1)) (der_cst c t))) _ => [s|].
  by rewrite hornerMXaddC.
by rewrite derivD derivM derivX derivC !mulr1 !addr0 hornerD hornerMX addrC [t * _]mulrC.
Qed.
Lemma antiderivative f c : polynomial f -> exists g, [/\ polynomial g, g 0 = c & forall t, der g t (f t)].
Proof.
move=> [p hp]; pose q := \poly_(i < (size p).+1) (p`_i.-1 / i%:R).
have dq : q^`() = p.
  apply/polyP => i; rewrite coef_deriv coef_poly ltnS /=; case: ltnP => ip.
    by rewrite -mulr_natr mulfVK // pnatr_eq0.
  by rewrite mul0rn nth_default.
exists (fun t => q.[t] + (c - q.[0])); split.
- by apply: polD (pol_cst _); exists q.
- by rewrite addrC subrK.
- by move=> t; rewrite hp -dq; apply: der_eq (derD (der_poly q t) (der_cst _ t)) _; rewrite addr0.
Qed.
Lemma antiderivative_mx m n (F : R -> 'M[R]_(m, n)) C : polynomial_mx F ->
  exists H, [/\ polynomial_mx H, H 0 = C & forall t, mder H t (F t)].
Proof.
move=> hF; have [h hh] := choice (fun ij : 'I_m * 'I_n => antiderivative (C ij.1 ij.2) (hF ij.1 ij.2)).
exists (fun t => \matrix_(i, j) h (i, j) t); split.
- by move=> i j; have [a _ _] := hh (i, j); apply: ext a => t; rewrite mxE.
- by apply/matrixP => i j; rewrite mxE; have [_ ->] := hh (i, j).
- by move=> t i j; have [_ _ a] := hh (i, j); apply: der_ext (a t) => s; rewrite mxE.
Qed.
End Polynomials.

Section Numbers.
Variable R : realType.
Implicit Types (f df : R -> R).

Lemma mean_value_le f df a b c : (forall t, der f t (df t)) -> (forall t, `|t - a| <= `|b - a| -> `|df t| <= c) ->
  `|f b - f a| <= c * `|b - a|.
Proof.
move=> h hc.
have cont x y : {within `[x, y], continuous (f : R^o -> R^o)}.
  by apply: continuous_in_subspaceT => t _; apply: der_cont (h t).
have [ab|ba] := leP a b.
  have [||t] := @MVT_segment R f df a b ab; [by move=> t _; apply: h|exact: cont|].
  rewrite in_itv /= => /andP[ta tb] ->; rewrite normrM ler_wpmul2r //; apply: hc.
  by rewrite !ger0_norm ?subr_ge0 // ler_add2r.
have [||t] := @MVT_segment R f df b a (ltW ba); [by move=> t _; apply: h|exact: cont|].
rewrite in_itv /= => /andP[ta tb] e; rewrite distrC e normrM [`|b - a|]distrC ler_wpmul2r //; apply: hc.
by rewrite ![`|_ - a|]distrC !ger0_norm ?subr_ge0 ?(ltW ba) // ler_sub.
Qed.

Lemma le_geometric (x b C : R) : (forall n, x <= b + C * 2%:R^-1 ^+ n) -> x <= b.
Proof.
move=> h; rewrite leNgt; apply/negP => bx.
have e0 : 0 < x - b by rewrite subr_gt0.
pose n := Num.bound `|C / (x - b)|.
have hn : C / (x - b) < 2%:R ^+ n.
  apply: le_lt_trans (ler_norm _) _; apply: lt_trans (archi_boundP (normr_ge0 _)) _.
  by rewrite -natrX ltr_nat ltn_expl.
have := h n; rewrite leNgt => /negP; apply; rewrite -ltr_subr_addl exprVn ltr_pdivr_mulr ?exprn_gt0 ?ltr0n //.
by rewrite mulrC -ltr_pdivr_mulr.
Qed.

Lemma geometric_limit (a : nat -> R) : (forall n, `|a n.+1 - a n| <= 2%:R^-1 ^+ n) ->
  exists l, forall n, `|a n - l| <= 2%:R * 2%:R^-1 ^+ n.
Proof.
move=> h; pose e n : R := 2%:R * 2%:R^-1 ^+ n.
have eS n : e n = e n.+1 + 2%:R^-1 ^+ n by rewrite /e exprS; field.
have e0 n : 0 <= e n by rewrite mulr_ge0 ?exprn_ge0 ?invr_ge0 ?ler0n.
have hd n : -2%:R^-1 ^+ n <= a n.+1 - a n <= 2%:R^-1 ^+ n by rewrite -ler_norml.
have lo n k : a n - e n <= a (n + k)%N - e (n + k)%N.
  elim: k => [|k IH]; first by rewrite addn0.
  apply: le_trans IH _; rewrite addnS [e (n + k)%N]eS; have /andP[b _] := hd (n + k)%N.
  have -> : a (n + k)%N - (e (n + k).+1 + 2%:R^-1 ^+ (n + k)) = a (n + k)%N + - 2%:R^-1 ^+ (n + k) - e (n + k).+1 by ring.
  by rewrite ler_add2r -ler_subr_addl.
have hi n k : a (n + k)%N + e (n + k)%N <= a n + e n.
  elim: k => [|k IH]; first by rewrite addn0.
  apply: le_trans IH; rewrite addnS [e (n + k)%N]eS; have /andP[_ b] := hd (n + k)%N.
  by rewrite [e _ + _]addrC addrA ler_add2r -ler_subl_addl.
have all n m : a n - e n <= a m + e m.
  apply: le_trans (lo n m) _; apply: le_trans (hi m n); rewrite addnC ler_add2l.
  by apply: le_trans (e0 _); rewrite oppr_le0.
pose E := [set a n - e n | n in setT].
have supE : has_sup E.
  by split; [exists (a 0%N - e 0%N), 0%N | exists (a 0%N + e 0%N) => x [n _ <-]].
exists (sup E) => n; rewrite ler_norml -/(e n); apply/andP; split.
  rewrite ler_subr_addr addrC ler_subl_addr; apply: sup_le_ub; first by case: supE.
  by move=> x [m _ <-]; apply: all.
by rewrite ler_subl_addr addrC -ler_subl_addr; apply: sup_upper_bound => //; exists n.
Qed.

Lemma der_quadratic f t D (e K : R) : 0 < e -> (forall s, `|s| <= e -> `|f (t + s) - f t - s * D| <= K * s ^+ 2) -> der f t D.
Proof.
move=> e0 h.
have lim : (fun h : R^o => h^-1 *: (((f : R^o -> R^o) \o shift (t : R^o)) (h *: (1 : R^o)) - f t)) @ 0^' --> (D : R^o).
  apply/cvgrPdist_le => a a0.
  have K0 : 0 < `|K| + 1 by rewrite ltr_paddl.
  pose r := Num.min e (a / (`|K| + 1)).
  have r0 : 0 < r by rewrite lt_minr e0 divr_gt0.
  exists r => //= s; rewrite /= sub0r normrN => /ltW; rewrite le_minr => /andP[se sa] s0.
  have s_gt0 : 0 < `|s| by rewrite normr_gt0.
  have -> : D - s^-1 *: (f (s *: (1 : R^o) + t) - f t) = - s^-1 * (f (t + s) - f t - s * D).
    rewrite /GRing.scale /= mulr1 [s + t]addrC; move: (f (t + s)) (f t) => x y; by field.
  rewrite normrM normrN normfV ler_pdivr_mull //; apply: le_trans (h s se) _.
  rewrite -[s ^+ 2](real_normK (num_real s)) expr2 mulrA [`|s| * a]mulrC ler_wpmul2r // .
  apply: le_trans (_ : (`|K| + 1) * `|s| <= _); last by rewrite mulrC -ler_pdivl_mulr.
  by rewrite ler_wpmul2r // (le_trans (ler_norm K)) // ler_addl.
by split; [apply/cvg_ex; exists D | apply: cvg_lim].
Qed.
End Numbers.

Section Existence.
Variables (R : realType) (m n : nat) (G : 'M[R]_(m, n) -> 'M[R]_(m, n)).
Hypothesis G_lipschitz : locally_lipschitz_mx G.
Hypothesis G_polynomial : forall x, polynomial_mx x -> polynomial_mx (fun t => G (x t)).
Notation M := 'M[R]_(m, n).
Implicit Types (x y : M).
Definition entries_le x (c : R) := forall i j, `|x i j| <= c.

Let entry_le_sum (f : 'I_m -> 'I_n -> R) i j : (forall i j, 0 <= f i j) -> f i j <= \sum_i \sum_j f i j.
Proof.
move=> f0; rewrite (bigD1 i) //= (bigD1 j) //= -addrA ler_addl addr_ge0 ?sumr_ge0 // => k _.
by rewrite sumr_ge0.
Qed.

Lemma entry_lipschitz r : exists K, 1 <= K /\ forall x y c, entries_le x r -> entries_le y r -> entries_le (x - y) c ->
  entries_le (G x) K /\ entries_le (G x - G y) (K * c).
Proof.
pose q : R := \sum_(i < m) \sum_(j < n) r ^+ 2; pose N : R := \sum_(i < m) \sum_(j < n) 1.
have N0 : 0 <= N by apply: sumr_ge0 => i _; apply: sumr_ge0.
have bound x c : entries_le x c -> nrm2 x <= \sum_(i < m) \sum_(j < n) c ^+ 2.
  move=> h; rewrite nrm2E; apply: ler_sum => i _; apply: ler_sum => j _.
  by rewrite -[x i j ^+ 2](real_normK (num_real _)) ler_pexpn2r ?nnegrE // (le_trans _ (h i j)).
have [k hk] := choice (fun ij : 'I_m * 'I_n => G_lipschitz ij.1 ij.2 q).
have k0 i j : 0 <= k (i, j) by case: (hk (i, j)).
pose K := 1 + (\sum_i \sum_j k (i, j)) * (1 + N).
have S0 : 0 <= \sum_i \sum_j k (i, j) by apply: sumr_ge0 => i _; apply: sumr_ge0.
exists K; split; first by rewrite ler_addl mulr_ge0 // addr_ge0.
have kS i j : k (i, j) <= \sum_i \sum_j k (i, j) by apply: (@entry_le_sum (fun i j => k (i, j))).
move=> x y c hx hy hxy; split=> i j; have [_ /(_ x y (bound _ _ hx) (bound _ _ hy)) /= [b l]] := hk (i, j).
  apply: le_trans b _; apply: le_trans (kS i j) _; rewrite /K (le_trans (_ : _ <= (\sum_i \sum_j k (i, j)) * (1 + N))) ?ler_addr //.
  by rewrite ler_pemulr // ler_addl.
have c0 : 0 <= c := le_trans (normr_ge0 _) (hxy i j).
rewrite !mxE; apply: le_trans l _.
have f : fnorm (x - y) <= (1 + N) * c.
  apply: le_of_sqr; first by rewrite mulr_ge0 // addr_ge0.
  rewrite fnorm_sqr; apply: le_trans (bound _ _ hxy) _.
  have -> : \sum_(i < m) \sum_(j < n) c ^+ 2 = N * c ^+ 2.
    by rewrite mulr_suml; apply: eq_bigr => a _; rewrite mulr_suml; apply: eq_bigr => b' _; rewrite mul1r.
  rewrite exprMn ler_wpmul2r ?sqr_ge0 //; have -> : (1 + N) ^+ 2 = N + (1 + N + N ^+ 2) by ring.
  by rewrite ler_addl !addr_ge0 ?sqr_ge0.
apply: le_trans (ler_pmul (k0 i j) (fnorm_ge0 _) (kS i j) f) _.
by rewrite mulrA ler_wpmul2r // ler_addr.
Qed.

(* a solution on [-h, h] from every start in a box, by Picard's iteration; h and K depend on the box alone *)
Theorem local_solution r : exists h K, 0 < h /\ forall y0, entries_le y0 r -> exists y : R -> M, y 0 = y0 /\
  forall t s, `|t| + `|s| <= h -> entries_le (y (t + s) - y t - s *: G (y t)) (K * s ^+ 2).
Proof.
have [K [K1 lipK]] := entry_lipschitz (r + 1).
have K0 : 0 < K := lt_le_trans ltr01 K1.
pose h := (2%:R * K)^-1; exists h, (K ^+ 2).
have Kh : K * h = 2%:R^-1 by rewrite /h; field; rewrite gt_eqF.
have half1 : 2%:R^-1 <= 1 :> R by rewrite invf_le1 ?ltr0n // ler1n.
split=> [|y0 y0r]; first by rewrite invr_gt0 mulr_gt0 ?ltr0n.
have next (F : R -> M) : exists H, polynomial_mx F -> [/\ polynomial_mx H, H 0 = y0 & forall t, mder H t (G (F t))].
  have [pF|nF] := pselect (polynomial_mx F); last by exists F.
  by have [H hH] := antiderivative_mx y0 (G_polynomial pF); exists H.
have [step hstep] := choice next.
pose it k := iter k step (fun=> y0).
have it_pol k : polynomial_mx (it k).
  by elim: k => [|k IH]; [apply: pmx_cst | have [] := hstep _ IH].
have it0 k : it k 0 = y0 by case: k => [|k] //; have [] := hstep _ (it_pol k).
have it_der k t : mder (it k.+1) t (G (it k t)) by have [_ _] := hstep _ (it_pol k); apply.
have G_le x : entries_le x (r + 1) -> entries_le (G x) K.
  by move=> hx; have [] := lipK x x 0 hx hx; first by move=> i j; rewrite subrr mxE normr0.
have box x c : entries_le (x - y0) c -> c <= 1 -> entries_le x (r + 1).
  move=> hx c1 i j; have := hx i j; rewrite !mxE => a.
  have -> : x i j = y0 i j + (x i j - y0 i j) by rewrite addrC subrK.
  by rewrite (le_trans (ler_norm_add _ _)) // ler_add // (le_trans a).
have it_near k t : `|t| <= h -> entries_le (it k t - y0) 1.
  elim: k t => [|k IH] t th i j; first by rewrite !mxE subrr normr0.
  have := @mean_value_le R (fun s => it k.+1 s i j) _ 0 t K (fun s => it_der k s i j).
  rewrite it0 !subr0 !mxE => a; apply: le_trans (a _) _ => [s|]; last first.
    by apply: (@le_trans _ _ (K * h)); [rewrite ler_pmul2l | rewrite Kh].
  by rewrite subr0 => st; apply: G_le; apply: box (IH s (le_trans st th)) _.
have it_box k t : `|t| <= h -> entries_le (it k t) (r + 1) by move=> th; apply: box (it_near k t th) _.
have it_step k t : `|t| <= h -> entries_le (it k.+1 t - it k t) (2%:R^-1 ^+ k).
  elim: k t => [|k IH] t th i j; first exact: it_near.
  rewrite !mxE; have d s : der (fun s => it k.+2 s i j - it k.+1 s i j) s (G (it k.+1 s) i j - G (it k s) i j).
    by apply: derD (it_der k.+1 s i j) (derN (it_der k s i j)).
  have := @mean_value_le R (fun s => it k.+2 s i j - it k.+1 s i j) _ 0 t (K * 2%:R^-1 ^+ k) d.
  rewrite !it0 subrr !subr0 => a; apply: le_trans (a _) _ => [s|].
    rewrite subr0 => st; have sh := le_trans st th.
    by have [_ /(_ i j)] := lipK _ _ _ (it_box k.+1 s sh) (it_box k s sh) (IH s sh); rewrite !mxE.
  rewrite mulrAC exprS ler_wpmul2r ?exprn_ge0 ?invr_ge0 ?ler0n // -Kh ler_pmul2l //.
have it_lip k t s : `|t| + `|s| <= h -> entries_le (it k (t + s) - it k t) (K * `|s|).
  move=> tsh i j; case: k => [|k]; first by rewrite !mxE subrr normr0 mulr_ge0 ?(ltW K0).
  have e : t + s - t = s by rewrite addrC addKr.
  rewrite !mxE; have a := @mean_value_le R (fun s => it k.+1 s i j) _ t (t + s) K (fun s => it_der k s i j).
  rewrite e in a; apply: a => u us; apply: G_le; apply: it_box; apply: le_trans tsh.
  by rewrite -[u](subrK t) addrC (le_trans (ler_norm_add _ _)) // ler_add2l.
have lim (tij : R * ('I_m * 'I_n)) : exists l, `|tij.1| <= h -> forall k, `|it k tij.1 tij.2.1 tij.2.2 - l| <= 2%:R * 2%:R^-1 ^+ k.
  have [th|] := boolP (`|tij.1| <= h); last by exists 0.
  have [k|l hl] := @geometric_limit R (fun k => it k tij.1 tij.2.1 tij.2.2); last by exists l.
  by have := it_step k _ th tij.2.1 tij.2.2; rewrite !mxE.
have [l hl] := choice lim; pose y t : M := \matrix_(i, j) l (t, (i, j)).
have near k t : `|t| <= h -> entries_le (it k t - y t) (2%:R * 2%:R^-1 ^+ k).
  by move=> th i j; have := hl (t, (i, j)) th k; rewrite !mxE.
have h0 : 0 <= h by rewrite invr_ge0 mulr_ge0 ?ler0n ?(ltW K0).
have y_box t : `|t| <= h -> entries_le (y t) (r + 1).
  move=> th i j; apply: (@le_geometric R _ _ 2%:R) => k.
  have -> : y t i j = it k t i j - (it k t i j - y t i j) by rewrite opprB addrC subrK.
  rewrite (le_trans (ler_norm_sub _ _)) // ler_add //; first exact: it_box.
  by have := near k t th i j; rewrite !mxE.
exists y; split.
  apply/matrixP => i j; apply/eqP; rewrite -subr_eq0 -normr_le0; apply: (@le_geometric R _ _ 2%:R) => k.
  by rewrite add0r distrC -(it0 k); have := near k 0; rewrite normr0 => /(_ h0 i j); rewrite !mxE.
move=> t s tsh i j; apply: (@le_geometric R _ _ (2%:R * K * `|s| + 2%:R)) => k.
have th : `|t| <= h by apply: le_trans tsh; rewrite ler_addl.
have tsh' : `|t + s| <= h by apply: le_trans tsh; apply: ler_norm_add.
set D := G (y t) i j; set c := K * (K * `|s| + 2%:R * 2%:R^-1 ^+ k).
have d u : der (fun u => it k.+1 u i j - u * D) u (G (it k u) i j - D).
  apply: der_eq (derD (it_der k u i j) (derN (derM (@is_derive_id _ _ (u : R^o) 1) (der_cst D u)))) _.
  by rewrite mulr0 mulr1 add0r.
have e : t + s - t = s by rewrite addrC addKr.
have := @mean_value_le R _ _ t (t + s) c d; rewrite e => a.
have {}a : `|it k.+1 (t + s) i j - (t + s) * D - (it k.+1 t i j - t * D)| <= c * `|s|.
  apply: a => u us; have tuh : `|t| + `|u - t| <= h by apply: le_trans tsh; rewrite ler_add2l.
  have uh : `|u| <= h by apply: le_trans tuh; rewrite -{1}[u](subrK t) addrC ler_norm_add.
  have b : entries_le (it k u - y t) (K * `|s| + 2%:R * 2%:R^-1 ^+ k).
    move=> i' j'; have := it_lip k t (u - t) tuh i' j'; have := near k t th i' j'; rewrite !mxE [t + _]addrC subrK => b1 b2.
    have -> : it k u i' j' - l (t, (i', j')) = (it k u i' j' - it k t i' j') + (it k t i' j' - l (t, (i', j'))) by ring.
    by rewrite (le_trans (ler_norm_add _ _)) // ler_add // (le_trans b2) // ler_pmul2l.
  by have [_ /(_ i j)] := lipK _ _ _ (it_box k u uh) (y_box t th) b; rewrite !mxE.
have n1 := near k.+1 _ th i j; have n2 := near k.+1 _ tsh' i j; rewrite !mxE in n1 n2 *.
rewrite -/D; set A := it k.+1 (t + s) i j in a n2 *; set B := it k.+1 t i j in a n1 *.
set A' := l (t + s, (i, j)) in n2 *; set B' := l (t, (i, j)) in n1 *.
have -> : A' - B' - s * D = (A - (t + s) * D - (B - t * D)) + ((B - B') - (A - A')) by ring.
apply: le_trans (ler_norm_add _ _) _; apply: le_trans (ler_add a (ler_norm_sub _ _)) _.
apply: le_trans (ler_add (lexx _) (ler_add n1 n2)) _.
rewrite -[s ^+ 2](real_normK (num_real s)) /c exprS le_eqVlt; apply/orP; left; apply/eqP.
by move: (`|s|) (_ ^+ k) => a1 a2; field.
Qed.

(* a set that solutions do not leave, inside a box: the local solutions, one after the other *)
Variables (S : M -> Prop) (r : R).
Hypothesis S_box : forall x, S x -> entries_le x r.
Hypothesis S_invariant : forall (y : R -> M) T, 0 <= T -> (forall t, 0 <= t <= T -> mder y t (G (y t))) -> S (y 0) -> S (y T).

Theorem global_solution y0 : S y0 -> exists y : R -> M, y 0 = y0 /\ forall t, 0 <= t -> mder y t (G (y t)) /\ S (y t).
Proof.
move=> Sy0; have [h [K [h0 local]]] := local_solution r.
have some x : exists p : R -> M, S x -> p 0 = x /\
    forall t s, `|t| + `|s| <= h -> entries_le (p (t + s) - p t - s *: G (p t)) (K * s ^+ 2).
  have [Sx|nS] := pselect (S x); last by exists (fun=> x).
  by have [p hp] := local x (S_box Sx); exists p.
have [p hp] := choice some.
pose e := h / 2%:R; have e0 : 0 < e by rewrite divr_gt0 ?ltr0n.
have eh : e + e = h by rewrite /e; field.
have p_der x t : S x -> `|t| <= e -> mder (p x) t (G (p x t)).
  move=> Sx te i j; apply: (@der_quadratic R _ _ _ e K e0) => s se.
  have := (hp x Sx).2 t s _ i j; rewrite !mxE; apply; by rewrite -eh ler_add.
have p_S x t : S x -> 0 <= t <= e -> S (p x t).
  move=> Sx /andP[t0 te]; apply: S_invariant => // [u /andP[u0 ut]|]; last by rewrite (hp x Sx).1.
  by apply: p_der => //; rewrite ger0_norm // (le_trans ut).
pose node k := iter k (fun x => p x e) y0.
have nodeS k : S (node k) by elim: k => [|k IH] //=; apply: p_S; rewrite ?lexx ?ltW.
have index t : exists k : nat, ((k == 0%N) || (k%:R * e <= t)) && (t < k.+1%:R * e).
  have [t0|t0] := ltP t 0; first by exists 0%N; rewrite eqxx mul1r (lt_trans t0).
  have ex : exists k : nat, t < k.+1%:R * e.
    exists (Num.bound (t / e)); rewrite -ltr_pdivr_mulr //.
    apply: lt_trans (archi_boundP _) _; first by rewrite divr_ge0 // ltW.
    by rewrite ltr_nat.
  case: (ex_minnP ex) => k tk min; exists k; rewrite tk andbT {tk}; move: min.
  case: k => [|k] min //; apply/orP; right; rewrite leNgt; apply/negP => /min; by rewrite ltnn.
have [k hk] := choice index.
pose y t := p (node (k t)) (t - (k t)%:R * e).
have yE a t : (a == 0%N) || (a%:R * e <= t) -> t <= a.+1%:R * e -> y t = p (node a) (t - a%:R * e).
  move=> lo hi; have /andP[lo' hi'] := hk t; rewrite /y.
  have ka : (k t <= a.+1)%N.
    case/orP: lo' => [/eqP -> //|lo']; have := le_trans lo' hi; by rewrite ler_pmul2r // ler_nat.
  have ak : (a <= k t)%N.
    case/orP: lo => [/eqP -> //|lo]; have := le_lt_trans lo hi'; by rewrite ltr_pmul2r // ltr_nat ltnS.
  have [->//|ne] := eqVneq (k t) a.
  have kE : k t = a.+1 by apply/eqP; rewrite eqn_leq ka ltn_neqAle eq_sym ne.
  move: lo'; rewrite kE /= => lo'.
  have -> : t = a.+1%:R * e by apply/eqP; rewrite eq_le hi.
  rewrite subrr (hp _ (nodeS a.+1)).1 /=; congr (p _ _).
  by rewrite -addn1 natrD mulrDl mul1r addrC addKr.
exists y; split.
  by rewrite (@yE 0%N) ?mul1r ?(ltW e0) // mul0r subr0 (hp _ Sy0).1.
move=> t t0; have /andP[lo hi] := hk t; set a := k t in lo hi.
have lo0 : a%:R * e <= t by case/orP: lo => // /eqP ->; rewrite mul0r.
have inside : 0 <= t - a%:R * e <= e.
  by rewrite subr_ge0 lo0 ler_subl_addr (le_trans (ltW hi)) // -addn1 natrD mulrDl mul1r addrC.
have yt : y t = p (node a) (t - a%:R * e) by apply: yE => //; apply: ltW.
split; last by rewrite yt; apply: p_S.
(* the estimate in one piece b that contains t and t + s *)
have piece b s i j : (b == 0%N) || (b%:R * e <= t) -> t <= b.+1%:R * e -> (b == 0%N) || (b%:R * e <= t + s) -> t + s <= b.+1%:R * e ->
    `|s| <= e -> `|y (t + s) i j - y t i j - s * G (y t) i j| <= K * s ^+ 2.
  move=> l1 l2 l3 l4 se; rewrite (yE b _ l1 l2) (yE b _ l3 l4) [t + s - _]addrAC.
  have te : `|t - b%:R * e| <= e.
    rewrite ger0_norm; first by rewrite ler_subl_addr (le_trans l2) // -addn1 natrD mulrDl mul1r addrC.
    by rewrite subr_ge0; case/orP: l1 => // /eqP ->; rewrite mul0r.
  by have := (hp _ (nodeS b)).2 (t - b%:R * e) s _ i j; rewrite !mxE; apply; rewrite -eh ler_add.
pose right := Num.min e (a.+1%:R * e - t).
have right0 : 0 < right by rewrite lt_minr e0 subr_gt0.
have right_le s : `|s| <= right -> `|s| <= e /\ t + s <= a.+1%:R * e.
  by rewrite le_minr => /andP[s1 s2]; split=> //; rewrite addrC -ler_subr_addr (le_trans (ler_norm s)).
have [node_t|not_node] := eqVneq (a%:R * e) t; last first.
  have gap : 0 < t - a%:R * e by rewrite subr_gt0 lt_neqAle not_node.
  pose w := Num.min right (t - a%:R * e); have w0 : 0 < w by rewrite lt_minr right0.
  move=> i j; apply: (@der_quadratic R _ _ _ w K w0) => s; rewrite le_minr => /andP[/right_le [se s1] s2].
  apply: (piece a) => //; first exact: ltW.
  apply/orP; right; rewrite -ler_subl_addl -opprB ler_oppl (le_trans _ s2) //.
  by rewrite -normrN ler_norm.
case aE : a => [|b].
  move=> i j; apply: (@der_quadratic R _ _ _ right K right0) => s /right_le [se s1].
  by apply: (piece 0%N) => //; rewrite -aE // ltW.
move=> i j; apply: (@der_quadratic R _ _ _ right K right0) => s /right_le [se s1].
have [s0|s0] := leP 0 s.
  by apply: (piece a) => //; [exact: ltW | apply/orP; right; rewrite (le_trans lo0) // ler_addl].
have bt : b%:R * e + e = t by rewrite -node_t aE -[b.+1]addn1 natrD mulrDl mul1r.
apply: (piece b) => //.
- by apply/orP; right; rewrite -bt ler_addl ltW.
- by rewrite -node_t aE.
- apply/orP; right; rewrite -bt -addrA ler_addl -ler_subl_addr sub0r (le_trans _ se) // -normrN ler_norm //.
- by rewrite -aE node_t ger_addl ltW.
Qed.
End Existence.
