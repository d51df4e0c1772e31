(* A gradient flow of a self-adjoint, coercive quadratic loss (quadratic_flow.v) has a solution for all t >= 0 from every balanced
   start: its field is polynomial, and balance and the energy keep solutions in a bounded set. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite kronecker curve operator_norm quadratic_flow gradient_flow.
From ICL Require Import locally_lipschitz polynomial_field.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Interval.
Variable R : realType.
Implicit Types (f df : R -> R).
Lemma nincr_interval f df T : 0 <= T -> (forall s, 0 <= s <= T -> der f s (df s)) -> (forall s, 0 <= s <= T -> df s <= 0) ->
  f T <= f 0.
Proof.
move=> T0 h neg; have [||c] := @MVT_segment R f df 0 T T0.
- by move=> x; rewrite in_itv /= => /andP[x0 xT]; apply: h; rewrite !ltW.
- apply: continuous_in_subspaceT => x; rewrite inE /= in_itv /= => xT; exact: der_cont (h x xT).
by rewrite in_itv /= subr0 => cT e; rewrite -subr_le0 e mulr_le0_ge0 // neg.
Qed.
Lemma const_interval f T : 0 <= T -> (forall s, 0 <= s <= T -> der f s 0) -> f T = f 0.
Proof.
move=> T0 h; apply/eqP; rewrite eq_le (nincr_interval T0 h) //= -ler_opp2.
by apply: (@nincr_interval (fun s => - f s) (fun=> 0)) => // s sT; apply: der_eq (derN (h s sT)) _; rewrite oppr0.
Qed.
End Interval.

Section Linear.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}).
Lemma linear_entry X k l : B X k l = \sum_i \sum_j B (delta_mx i j) k l * X i j.
Proof.
rewrite {1}(matrix_sum_delta X) linear_sum summxE; apply: eq_bigr => i _.
by rewrite linear_sum summxE; apply: eq_bigr => j _; rewrite linearZ mxE mulrC.
Qed.
Lemma mlip_linear m n (F : 'M[R]_(m, n) -> 'M[R]_d) : locally_lipschitz_mx F -> locally_lipschitz_mx (fun x => B (F x)).
Proof.
move=> h k l; rewrite (_ : (fun x => _) = fun x => \sum_i \sum_j B (delta_mx i j) k l * F x i j); last first.
  by apply/funext => x; rewrite linear_entry.
by apply: lip_sum => i; apply: lip_sum => j; apply: lipM; [apply: lip_cst | apply: h].
Qed.
Lemma pmx_linear (F : R -> 'M[R]_d) : polynomial_mx F -> polynomial_mx (fun t => B (F t)).
Proof.
move=> h k l; rewrite (_ : (fun x => _) = fun x => \sum_i \sum_j B (delta_mx i j) k l * F x i j); last first.
  by apply/funext => x; rewrite linear_entry.
by apply: pol_sum => i; apply: pol_sum => j; apply: polM; [apply: pol_cst | apply: h].
Qed.

(* a positive definite form on matrices bounds the norm, by its inverse matrix *)
Lemma positive_coercive : (forall X, X != 0 -> 0 < dotp (B X) X) -> exists K, 0 < K /\ forall X, nrm2 X <= K * dotp (B X) X.
Proof.
move=> positive.
have dotp_vec (X Y : 'M[R]_d) : dotp (mxvec X) (mxvec Y) = dotp X Y.
  rewrite !dotpE big_ord1 sum_index; apply: eq_bigr => i _; apply: eq_bigr => j _; by rewrite !mxvecE.
pose L : 'M[R]_(d * d) := lin_mx B; pose P := L + L^T.
have form (v : 'cV[R]_(d * d)) : qf P v = 2%:R * dotp (B (vec_mx v^T)) (vec_mx v^T).
  have e : \tr (v^T *m L *m v) = dotp (B (vec_mx v^T)) (vec_mx v^T).
    rewrite -dotp_vec -mul_vec_lin vec_mxK /dotp trmxK //.
  have e' : \tr (v^T *m L^T *m v) = \tr (v^T *m L *m v) by rewrite -[LHS]mxtrace_tr !trmx_mul !trmxK mulmxA.
  by rewrite /qf /P mulmxDr mulmxDl mxtraceD e' e; ring.
have pP : pd P.
  split=> [|v v0]; first by rewrite /P linearD /= trmxK addrC.
  rewrite form mulr_gt0 ?ltr0n //; apply: positive; apply: contraNN v0 => /eqP h; apply/eqP.
  by rewrite -[v]trmxK -[v^T]vec_mxK h linear0 trmx0.
have p1 : pd (1%:M : 'M[R]_1).
  split=> [|v v0]; first by rewrite trmx1.
  rewrite /qf mulmx1 mxtrace_mulC -/(dotp v v) -/(nrm2 v) lt_def nrm2_ge0 nrm2_eq0 v0 //.
set k := \tr (invmx P) * \tr (invmx (1%:M : 'M[R]_1)).
have k0 : 0 <= k by rewrite mulr_ge0 // pd_trace //; apply: pd_inv.
exists (2%:R * k + 1); split=> [|X]; first by rewrite ltr_paddl // mulr_ge0 ?ler0n.
have f0 : 0 <= dotp (B X) X.
  have [->|X0] := eqVneq X 0; last exact/ltW/positive.
  by rewrite linear0 /dotp mul0mx mxtrace0.
have := form_le (mxvec X)^T pP p1; rewrite -/k mulmx1 trmxK nrm2_tr {1}/nrm2 dotp_vec.
have -> : \tr (P *m (mxvec X)^T *m mxvec X) = 2%:R * dotp (B X) X.
  have := form (mxvec X)^T; rewrite trmxK mxvecK => <-.
  by rewrite /qf trmxK -[in RHS]mulmxA [RHS]mxtrace_mulC.
move=> h; apply: le_trans h _; move: (dotp _ _) f0 => f f0.
have -> : (2%:R * k + 1) * f = k * (2%:R * f) + f by ring.
by rewrite ler_addl.
Qed.
End Linear.

Section Existence.
Variables (R : realType) (d : nat) (B : {linear 'M[R]_d -> 'M[R]_d}) (S : 'M[R]_d).
Hypothesis selfadjoint : forall X Y, dotp (B X) Y = dotp X (B Y).
Variable K : R.
Hypothesis K_gt0 : 0 < K.
Hypothesis coercive : forall X, nrm2 X <= K * dotp (B X) X.

(* one matrix for U and u *)
Let join (U : 'M[R]_d) (u : R) : 'M[R]_(d + 1) := block_mx U 0 0 u%:M.
Let joinK (U : 'M[R]_d) u : ulsubmx (join U u) = U /\ drsubmx (join U u) 0 0 = u.
Proof. by rewrite block_mxKul block_mxKdr mxE eqxx. Qed.
Let speed U u : R := \tr (- (u *: (B U *m U^T) - S *m U^T)).
Let speedE U u : speed U u = - qgradu B S U u.
Proof. by rewrite /speed /qgradu !raddfN /= raddfB /= mxtraceZ. Qed.
Let field (x : 'M[R]_(d + 1)) : 'M[R]_(d + 1) :=
  join (- qgradU B S (ulsubmx x) (drsubmx x 0 0)) (speed (ulsubmx x) (drsubmx x 0 0)).
Let field_lipschitz : locally_lipschitz_mx field.
Proof.
have lU : locally_lipschitz_mx (fun x : 'M[R]_(d + 1) => ulsubmx x) by prove_lipschitz.
by rewrite /field /join /qgradU /speed; prove_lipschitz; exact: (mlip_linear B lU).
Qed.
Let field_polynomial x : polynomial_mx x -> polynomial_mx (fun t => field (x t)).
Proof.
move=> px; have pU := pmx_ul px; have pu := pmx_dr px 0 0; have pB := pmx_linear B pU.
have p2 := pmxN (pmxD (pmxZ (polX 2 pu) pB) (pmxN (pmxZ pu (pmx_cst S)))).
have p3 := pmxN (pmxD (pmxZ pu (pmxM pB (pmx_tr pU))) (pmxN (pmxM (pmx_cst S) (pmx_tr pU)))).
exact: (pmx_block p2 (pmx_cst 0) (pmx_cst 0) (pmx_scalar (pmx_trace p3))).
Qed.

(* the quantities along a curve, from the derivatives at one time *)
Let energy U u t : mder U t (- qgradU B S (U t) (u t)) -> der u t (- qgradu B S (U t) (u t)) ->
  der (fun s => qell B S (U s) (u s)) t (- (nrm2 (qgradU B S (U t) (u t)) + qgradu B S (U t) (u t) ^+ 2)).
Proof.
move=> hU hu; apply: der_eq (qgradient S selfadjoint hU hu) _.
by rewrite dotpNr mulrN -expr2 -opprD.
Qed.
Let balance U u t : mder U t (- qgradU B S (U t) (u t)) -> der u t (- qgradu B S (U t) (u t)) ->
  der (fun s => u s ^+ 2 - nrm2 (U s)) t 0.
Proof.
move=> hU hu; have d1 := derD (derM hu hu) (derN (der_dotp hU hU)).
apply: der_eq (der_ext _ d1) _ => [r|]; first by rewrite expr2.
rewrite dotpNl dotpNr [dotp (U t) _]dotpC qgradU_radial; ring.
Qed.

Section Bounded.
Variable E : R.
Let inside (x : 'M[R]_(d + 1)) : Prop := exists U u, [/\ x = join U u, u ^+ 2 = nrm2 U & qell B S U u <= E].

Let inside_invariant (y : R -> 'M[R]_(d + 1)) T : 0 <= T -> (forall t, 0 <= t <= T -> mder y t (field (y t))) ->
  inside (y 0) -> inside (y T).
Proof.
move=> T0 hy [U0 [u0 [y0 b0 e0]]]; pose U t := ulsubmx (y t); pose u t := drsubmx (y t) 0 0.
have hU t : 0 <= t <= T -> mder U t (- qgradU B S (U t) (u t)).
  by move=> tT; have := mder_ul (hy t tT); rewrite (joinK _ _).1.
have hu t : 0 <= t <= T -> der u t (- qgradu B S (U t) (u t)).
  by move=> tT; have := mder_dr (hy t tT) 0 0; rewrite (joinK _ _).2 speedE.
have U0E : U 0 = U0 by rewrite /U y0 (joinK _ _).1.
have u0E : u 0 = u0 by rewrite /u y0 (joinK _ _).2.
exists (U T), (u T); split.
- rewrite -[y T]submxK /join /U /u; congr (block_mx _ _ _ _).
  + apply/matrixP => i j; have : y T (lshift 1 i) (rshift d j) = y 0 (lshift 1 i) (rshift d j).
      apply: (@const_interval R (fun t => y t (lshift 1 i) (rshift d j)) T T0) => t tT; have := hy t tT (lshift 1 i) (rshift d j).
      by rewrite block_mxEur mxE.
    by rewrite y0 block_mxEur !mxE.
  + apply/matrixP => i j; have : y T (rshift d i) (lshift 1 j) = y 0 (rshift d i) (lshift 1 j).
      apply: (@const_interval R (fun t => y t (rshift d i) (lshift 1 j)) T T0) => t tT; have := hy t tT (rshift d i) (lshift 1 j).
      by rewrite block_mxEdl mxE.
    by rewrite y0 block_mxEdl !mxE.
  + by apply/matrixP => i j; rewrite !ord1 !mxE eqxx mulr1n.
- have := @const_interval R (fun s => u s ^+ 2 - nrm2 (U s)) T T0 (fun t tT => balance (hU t tT) (hu t tT)).
  by rewrite U0E u0E b0 subrr => /eqP; rewrite subr_eq0 => /eqP.
- apply: le_trans e0; rewrite -U0E -u0E.
  apply: (@nincr_interval R (fun s => qell B S (U s) (u s)) _ T T0 (fun t tT => energy (hU t tT) (hu t tT))) => t _.
  by rewrite oppr_le0 addr_ge0 ?nrm2_ge0 ?sqr_ge0.
Qed.

Let r : R := 2%:R + 2%:R * K * (`|E| + fnorm S).
Let inside_box x : inside x -> entries_le x r.
Proof.
move=> [U [u [-> b e]]]; set s := `|E| + fnorm S.
have s0 : 0 <= s by rewrite addr_ge0 ?fnorm_ge0.
have linear_term : u * dotp S U <= fnorm S * u ^+ 2.
  rewrite -dotpZr; apply: le_trans (dotp_le _ _) _; rewrite ler_wpmul2l ?fnorm_ge0 //.
  by rewrite fnormZ /fnorm -b sqrtr_sqr -expr2 real_normK ?num_real.
have square : u ^+ 2 * u ^+ 2 <= 2%:R * K * (`|E| + fnorm S * u ^+ 2).
  rewrite {2}b; apply: le_trans (_ : u ^+ 2 * (K * dotp (B U) U) <= _); first by rewrite ler_wpmul2l ?sqr_ge0.
  have -> : u ^+ 2 * (K * dotp (B U) U) = 2%:R * K * (qell B S U u + u * dotp S U) by rewrite /qell; field.
  by rewrite ler_pmul2l ?mulr_gt0 ?ltr0n // ler_add // (le_trans e) // ler_norm.
have u2 : u ^+ 2 <= 1 + 2%:R * K * s.
  move: (u ^+ 2) (sqr_ge0 u) square => v v0 square; have [v1|v1] := leP v 1.
    by rewrite ler_paddr // !mulr_ge0 ?ler0n // ltW.
  rewrite ler_paddl // -(ler_pmul2r (lt_trans ltr01 v1)); apply: le_trans square _.
  rewrite -[_ * s * v]mulrA ler_pmul2l ?mulr_gt0 ?ltr0n // /s mulrDl ler_add2r ler_pemulr //; exact: ltW.
have below (z : R) : z ^+ 2 <= u ^+ 2 -> `|z| <= r.
  move=> zu; have z2 : `|z| <= 1 + z ^+ 2.
    rewrite -subr_ge0 -[z ^+ 2](real_normK (num_real z)).
    have -> : 1 + `|z| ^+ 2 - `|z| = (2%:R^-1 - `|z|) ^+ 2 + (1 - 2%:R^-1 ^+ 2) by field.
    by rewrite addr_ge0 ?sqr_ge0 // subr_ge0 exprn_ile1 ?invr_ge0 ?ler0n // invf_le1 ?ltr0n // ler1n.
  apply: le_trans z2 _; have -> : r = 1 + (1 + 2%:R * K * s) by rewrite /r /s; ring.
  by rewrite ler_add2l (le_trans zu).
have r0 : 0 <= r by apply: le_trans (normr_ge0 u) (below u (lexx _)).
move=> i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by rewrite block_mxEul; apply: below; rewrite b entry_le_nrm2.
- by rewrite block_mxEur mxE normr0.
- by rewrite block_mxEdl mxE normr0.
- by rewrite block_mxEdr !ord1 mxE eqxx mulr1n; apply: below.
Qed.

Lemma bounded_solution U0 u0 : u0 ^+ 2 = nrm2 U0 -> qell B S U0 u0 <= E -> exists U u, [/\ U 0 = U0, u 0 = u0 &
  forall t, 0 <= t -> mder U t (- qgradU B S (U t) (u t)) /\ der u t (- qgradu B S (U t) (u t))].
Proof.
move=> b e; have [|y [y0 hy]] := @global_solution R _ _ field field_lipschitz field_polynomial inside r inside_box
  inside_invariant (join U0 u0); first by exists U0, u0.
exists (fun t => ulsubmx (y t)), (fun t => drsubmx (y t) 0 0); split.
- by rewrite y0 (joinK _ _).1.
- by rewrite y0 (joinK _ _).2.
move=> t t0; have [h _] := hy t t0; split.
  by have := mder_ul h; rewrite (joinK _ _).1.
by have := mder_dr h 0 0; rewrite (joinK _ _).2 speedE.
Qed.
End Bounded.

Theorem quadratic_solution U0 u0 : u0 ^+ 2 = nrm2 U0 -> exists U u, [/\ U 0 = U0, u 0 = u0 &
  forall t, 0 <= t -> mder U t (- qgradU B S (U t) (u t)) /\ der u t (- qgradu B S (U t) (u t))].
Proof. by move=> b; apply: (bounded_solution b (lexx _)). Qed.
End Existence.
