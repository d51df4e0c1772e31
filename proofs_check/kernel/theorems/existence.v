(* A solution of the reduced gradient flow (5.5) exists for all t >= 0, for every d, every N (with 1/0 = 0), every positive
   definite Lambda and every balanced start; Assumption 3.3's start, of any size, is one. The field is polynomial, so that
   Picard's iterates are; balance and the energy keep solutions in a bounded set. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite curve operator_norm quadratic_flow gradient_flow locally_lipschitz.
From ICL Require Import reduced_loss_form gradient convergence setting polynomial_field.
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

Section Existence.
Variables (R : realType) (d N : nat) (La : 'M[R]_d).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Let pG : pd Gamma := pdGa N Lambda_definite.
Let pP : pd (Gamma *m La) := pdPa N Lambda_definite.
Let cG : Gamma *m La = La *m Gamma := commGa N La.
Let Ls : La^T = La := pd_sym Lambda_definite.
Let Gs : Gamma^T = Gamma := pd_sym pG.

(* one matrix for U and u *)
Let join (U : 'M[R]_d) (u : R) : 'M[R]_(d + 1) := block_mx U 0 0 u%:M.
Let speed U u : R := \tr (- (u *: (Gamma *m La *m U *m La *m U^T) - La *m La *m U^T)).
Let speedE U u : speed U u = - gradu La Gamma U u.
Proof. by rewrite /speed /gradu !raddfN /= raddfB /= mxtraceZ. Qed.
Let field (x : 'M[R]_(d + 1)) : 'M[R]_(d + 1) :=
  join (- gradU La Gamma (ulsubmx x) (drsubmx x 0 0)) (speed (ulsubmx x) (drsubmx x 0 0)).
Let field_lipschitz : locally_lipschitz_mx field.
Proof. by rewrite /field /join /gradU /speed; prove_lipschitz. Qed.
Let field_polynomial x : polynomial_mx x -> polynomial_mx (fun t => field (x t)).
Proof.
move=> px; have pU := pmx_ul px; have pu := pmx_dr px 0 0.
have pL (L : 'M[R]_d) : polynomial_mx (fun=> L) := pmx_cst L.
have p1 := pmxM (pmxM (pL (Gamma *m La)) pU) (pL La).
have p2 := pmxN (pmxD (pmxZ (polX 2 pu) p1) (pmxN (pmxZ pu (pL (La *m La))))).
have p3 := pmxN (pmxD (pmxZ pu (pmxM p1 (pmx_tr pU))) (pmxN (pmxM (pL (La *m La)) (pmx_tr pU)))).
exact: (pmx_block p2 (pmx_cst 0) (pmx_cst 0) (pmx_scalar (pmx_trace p3))).
Qed.

Section Bounded.
Variable E : R.
Let inside (x : 'M[R]_(d + 1)) : Prop := exists U u, [/\ x = join U u, u ^+ 2 = nrm2 U & ell La Gamma U u <= E].

Let joinK (U : 'M[R]_d) u : ulsubmx (join U u) = U /\ drsubmx (join U u) 0 0 = u.
Proof. by rewrite block_mxKul block_mxKdr mxE eqxx. Qed.

(* the quantities along a curve, from the derivatives at one time *)
Let energy U u t : mder U t (- gradU La Gamma (U t) (u t)) -> der u t (- gradu La Gamma (U t) (u t)) ->
  der (fun s => ell La Gamma (U s) (u s)) t (- (nrm2 (gradU La Gamma (U t) (u t)) + gradu La Gamma (U t) (u t) ^+ 2)).
Proof.
move=> hU hu; apply: der_eq (gradient Ls Gs cG hU hu) _.
by rewrite dotpNr mulrN -expr2 -opprD.
Qed.
Let balance U u t : mder U t (- gradU La Gamma (U t) (u t)) -> der u t (- gradu La Gamma (U t) (u t)) ->
  der (fun s => u s ^+ 2 - nrm2 (U s)) t 0.
Proof.
move=> hU hu; have d1 := derD (derM hu hu) (derN (mder_trace (mderM hU (mder_tr hU)))).
apply: der_eq (der_ext _ d1) _ => [r|]; first by rewrite expr2.
set G := gradU La Gamma (U t) (u t).
have eG : \tr (- G *m (U t)^T) = - (u t ^+ 2 * \tr (Gamma *m La *m U t *m La *m (U t)^T) - u t * \tr (La *m La *m (U t)^T)).
  by rewrite mulNmx [LHS]raddfN /= /G /gradU mulmxBl -!scalemxAl raddfB /= !mxtraceZ.
have eG2 : \tr (U t *m (- G)^T) = \tr (- G *m (U t)^T) by rewrite -[LHS]mxtrace_tr trmx_mul trmxK.
rewrite mxtraceD eG2 eG /gradu.
move: (\tr (Gamma *m La *m U t *m La *m (U t)^T)) (\tr (La *m La *m (U t)^T)) => a3 a4; ring.
Qed.

Let inside_invariant (y : R -> 'M[R]_(d + 1)) T : 0 <= T -> (forall t, 0 <= t <= T -> mder y t (field (y t))) ->
  inside (y 0) -> inside (y T).
Proof.
move=> T0 hy [U0 [u0 [y0 b0 e0]]]; pose U t := ulsubmx (y t); pose u t := drsubmx (y t) 0 0.
have hU t : 0 <= t <= T -> mder U t (- gradU La Gamma (U t) (u t)).
  by move=> tT; have := mder_ul (hy t tT); rewrite (joinK _ _).1.
have hu t : 0 <= t <= T -> der u t (- gradu La Gamma (U t) (u t)).
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
  apply: (@nincr_interval R (fun s => ell La Gamma (U s) (u s)) _ T T0 (fun t tT => energy (hU t tT) (hu t tT))) => t _.
  by rewrite oppr_le0 addr_ge0 ?nrm2_ge0 ?sqr_ge0.
Qed.

Let B : R := KK La Gamma * (2%:R * (E - ell_min La Gamma)).
Let r : R := 2%:R + (2%:R * B + 2%:R * nrm2 (invmx Gamma)).
Let inside_box x : inside x -> entries_le x r.
Proof.
move=> [U [u [-> b e]]].
have n2 m n (X Y : 'M[R]_(m, n)) : nrm2 X <= 2%:R * nrm2 (X - Y) + 2%:R * nrm2 Y.
  have {1}-> : X = (X - Y) + Y by rewrite subrK.
  move: (X - Y) => Z; rewrite -subr_ge0; have -> : 2%:R * nrm2 Z + 2%:R * nrm2 Y - nrm2 (Z + Y) = nrm2 (Z - Y).
    rewrite /nrm2 !dotpDl !dotpDr !dotpNl !dotpNr [dotp Y Z]dotpC; ring.
  exact: nrm2_ge0.
have K0 : 0 <= KK La Gamma.
  by rewrite /KK mulr_ge0 // pd_trace //; apply: pd_inv.
have form : nrm2 (u *: U - invmx Gamma) <= B.
  apply: le_trans (form_le _ pP Lambda_definite) _; rewrite -/(KK La Gamma) /B ler_wpmul2l //.
  have /= sq := square Lambda_definite pG cG U u.
  have -> : \tr (Gamma *m La *m (u *: U - invmx Gamma) *m La *m (u *: U - invmx Gamma)^T) = 2%:R * (ell La Gamma U u - ell_min La Gamma).
    by rewrite sq mulrA mulfV ?mul1r // pnatr_eq0.
  by rewrite ler_pmul2l ?ltr0n // ler_add2r.
have u4 : u ^+ 2 * u ^+ 2 <= r - 2%:R.
  rewrite {2}b -nrm2Z; apply: le_trans (n2 _ _ _ (invmx Gamma)) _.
  have -> : r - 2%:R = 2%:R * B + 2%:R * nrm2 (invmx Gamma) by rewrite /r; ring.
  by rewrite ler_add2r ler_pmul2l ?ltr0n.
have below (z : R) : z ^+ 2 <= u ^+ 2 -> `|z| <= r.
  move=> zu; have z2 : `|z| <= 1 + z ^+ 2.
    rewrite -subr_ge0 -[z ^+ 2](real_normK (num_real z)).
    have -> : 1 + `|z| ^+ 2 - `|z| = (2%:R^-1 - `|z|) ^+ 2 + (1 - 2%:R^-1 ^+ 2) by field.
    by rewrite addr_ge0 ?sqr_ge0 // subr_ge0 exprn_ile1 ?invr_ge0 ?ler0n // invf_le1 ?ltr0n // ler1n.
  have u2 : u ^+ 2 <= 1 + u ^+ 2 * u ^+ 2.
    move: (u ^+ 2) (sqr_ge0 u) => v v0; have [v1|v1] := leP v 1; first by rewrite ler_paddr // mulr_ge0.
    by rewrite ler_paddl // ler_pemulr // ltW.
  apply: le_trans z2 _; have -> : r = 1 + (1 + (r - 2%:R)) by ring.
  by rewrite ler_add2l (le_trans zu) // (le_trans u2) // ler_add2l.
have r0 : 0 <= r by apply: le_trans (normr_ge0 u) (below u (lexx _)).
move=> i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by rewrite block_mxEul; apply: below; rewrite b entry_le_nrm2.
- by rewrite block_mxEur mxE normr0.
- by rewrite block_mxEdl mxE normr0.
- by rewrite block_mxEdr !ord1 mxE eqxx mulr1n; apply: below.
Qed.

Lemma bounded_solution U0 u0 : u0 ^+ 2 = nrm2 U0 -> ell La Gamma U0 u0 <= E ->
  exists U u, [/\ reduced_flow N La U u, U 0 = U0 & u 0 = u0].
Proof.
move=> b e; have [|y [y0 hy]] := @global_solution R _ _ field field_lipschitz field_polynomial inside r inside_box
  inside_invariant (join U0 u0); first by exists U0, u0.
exists (fun t => ulsubmx (y t)), (fun t => drsubmx (y t) 0 0); split; last 2 first.
- by rewrite y0 (joinK _ _).1.
- by rewrite y0 (joinK _ _).2.
move=> t t0; have [h _] := hy t t0; split.
  by have := mder_ul h; rewrite (joinK _ _).1.
by have := mder_dr h 0 0; rewrite (joinK _ _).2 speedE.
Qed.
End Bounded.

(* from every balanced start: u(0)^2 = |U(0)|_F^2 *)
Theorem reduced_solution_exists U0 u0 : u0 ^+ 2 = nrm2 U0 -> exists U u, [/\ reduced_flow N La U u, U 0 = U0 & u 0 = u0].
Proof. by move=> b; apply: (bounded_solution b (lexx _)). Qed.

(* from Assumption 3.3's start *)
Theorem initialised_solution_exists (Th : 'M[R]_d) sigma : 0 < sigma -> nrm2 (Th *m Th^T) = 1 ->
  exists U u, reduced_flow N La U u /\ initialised sigma Th U u.
Proof.
move=> s nT; have [|U [u [flow U0 u0]]] := @reduced_solution_exists (sigma *: (Th *m Th^T)) sigma.
  by rewrite nrm2Z nT mulr1.
by exists U, u.
Qed.
End Existence.
