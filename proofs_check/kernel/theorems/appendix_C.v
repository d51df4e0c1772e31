(* Appendix C and section 4.3: training on prompts with random covariances, for every d, every N (with 1/0 = 0), every law with the
   moments named below and every solution of the flow. E is any expectation: a linear, monotone, strictly positive functional
   with E[1] = 1 on a space of integrable functions of an outcome (lib/random_covariance.v), as the integral of a probability measure is. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite operator_norm curve reduced_loss_form setting quadratic_flow diagonal_flow.
From ICL Require Import scaled_start random_covariance random_diagonal eigenbasis every_start.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

(* any law of positive definite covariances with finite third moments *)
Section AnyLaw.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (La : Omega -> 'M[R]_d).
Notation Gamma o := (Gamma N (La o)).
Hypothesis definite : forall o, pd (La o).
Hypothesis moment1 : forall i j, integrable E (fun o => La o i j).
Hypothesis moment2 : forall i j k l, integrable E (fun o => La o i j * La o k l).
Hypothesis moment3 : forall i j k l m n, integrable E (fun o => La o i j * La o k l * La o m n).

(* E[Gamma Lambda U Lambda] and E[Lambda^2], entry by entry *)
Let quadratic (U : 'M[R]_d) : 'M[R]_d := mean_mx E (fun o => Gamma o *m La o *m U *m La o).
Let square : 'M[R]_d := mean_mx E (fun o => La o *m La o).
Let B := mean_quadratic_linear N moment3.
Let selfadjoint X Y : dotp (B X) Y = dotp X (B Y) := mean_quadratic_selfadjoint N moment3 definite X Y.

(* the reduced loss, without tr(Lambda)/2, of a prompt with covariance Lambda, averaged over Lambda *)
Theorem lemma_C1_loss (U : 'M[R]_d) u : mean E (fun o => ell (La o) (Gamma o) U u) =
  2%:R^-1 * u ^+ 2 * \tr (quadratic U *m U^T) - u * \tr (square *m U^T).
Proof. exact: (mean_loss_quadratic N moment2 moment3). Qed.

(* its derivative along every differentiable curve: so its gradient flow is Lemma C.1's (mean_flow) *)
Theorem lemma_C1_gradient (U : R -> 'M[R]_d) (u : R -> R) t D e : mder U t D -> der u t e ->
  der (fun s => mean E (fun o => ell (La o) (Gamma o) (U s) (u s))) t
    (\tr ((u t ^+ 2 *: quadratic (U t) - u t *: square) *m D^T) +
     (u t * \tr (quadratic (U t) *m (U t)^T) - \tr (square *m (U t)^T)) * e).
Proof.
move=> hU hu; have h := qgradient (B := B) square selfadjoint hU hu.
have h2 := der_ext (fun s => esym (mean_loss_quadratic N moment2 moment3 (U s) (u s))) h.
exact: (der_eq h2).
Qed.

(* Lemma C.4 without diagonality: the loss less that at any A; the linear term vanishes where E[Gamma Lambda A Lambda] = E[Lambda^2] *)
Theorem lemma_C4_around (A U : 'M[R]_d) u : let X := u *: U - A in
  mean_loss E N La U u - mean_loss E N La A 1 =
  2%:R^-1 * \tr (quadratic X *m X^T) + \tr ((quadratic A - square) *m X^T).
Proof.
have h := qell_around square selfadjoint A U u.
by rewrite /= !(mean_loss_quadratic N moment2 moment3).
Qed.

Theorem lemma_C4_floor (A : 'M[R]_d) : quadratic A = square ->
  mean_loss E N La A 1 = - (2%:R^-1 * \tr (square *m A^T)).
Proof.
move=> h; rewrite /mean_loss lemma_C1_loss h; by move: (\tr _) => a; field.
Qed.

Theorem lemma_C4_minimum (A U : 'M[R]_d) u : quadratic A = square ->
  mean_loss E N La A 1 <= mean_loss E N La U u.
Proof.
move=> h; rewrite -subr_ge0 lemma_C4_around h subrr mul0mx mxtrace0 addr0 mulr_ge0 ?invr_ge0 ?ler0n //.
exact: (mean_nonnegative N moment3 definite).
Qed.

Variables (Th : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : mean_flow E N La U u.
Hypothesis start : initialised sigma Th U u.
Let flowU t (t0 : 0 <= t) : mder U t (- qgradU B square (U t) (u t)) := proj1 (flow t0).
Let flowu t (t0 : 0 <= t) : der u t (- qgradu B square (U t) (u t)) := proj2 (flow t0).
Let s0 : 0 < sigma. Proof. by case: start. Qed.
Let T1 : nrm2 (Th *m Th^T) = 1. Proof. by case: start. Qed.
Let U0 : U 0 = sigma *: (Th *m Th^T). Proof. by case: start. Qed.
Let u0 : u 0 = sigma. Proof. by case: start. Qed.

Theorem lemma_C5 t : 0 <= t -> u t ^+ 2 = \tr (U t *m (U t)^T).
Proof. exact: (qbalance flowU flowu (start_balanced start)). Qed.

(* Jensen's inequality in the proof of Lemma C.6 *)
Theorem lemma_C6_alignment : nrm2 (mean_mx E La *m Th) <= \tr (square *m (Th *m Th^T)).
Proof.
have := alignment_jensen moment2 definite Th moment1; rewrite /dotp.
by have -> : (Th *m Th^T)^T = Th *m Th^T by rewrite trmx_mul trmxK.
Qed.

(* normG is any upper bound of the operator norm of Gamma, s any of that of E[Lambda^2] *)
Variables (normG : Omega -> R) (s : R).
Hypothesis normG_bound : forall o, opn (Gamma o) (normG o).
Hypothesis normG_moment : integrable E (fun o => normG o * nrm2 (La o)).
Hypothesis s_bound : opn square s.
Hypothesis s_positive : 0 < s.
Let align : R := nrm2 (mean_mx E La *m Th).
Let spread : R := mean E (fun o => normG o * nrm2 (La o)).
Hypothesis condition : sigma ^+ 2 * (Num.sqrt d%:R * spread) < 2%:R * align.

Let nonnegative X : 0 <= dotp (B X) X := mean_nonnegative N moment3 definite X.
Let align_le : align <= dotp square (Th *m Th^T) := alignment_jensen moment2 definite Th moment1.
Let spread_ge : dotp (B (Th *m Th^T)) (Th *m Th^T) <= Num.sqrt d%:R * spread.
Proof.
apply: le_trans (quadratic_start_le moment3 normG_bound T1 normG_moment) _.
rewrite ler_pemull ?(root_d_ge1 T1) //; apply: mean_ge0 => // o; rewrite mulr_ge0 ?nrm2_ge0 //.
by case: (normG_bound o).
Qed.

Theorem lemma_C6 t : 0 <= t -> 0 < u t.
Proof. exact: (scaled_positive selfadjoint flowU flowu s0 U0 u0 align_le spread_ge condition). Qed.

Theorem lemma_C7 t : 0 <= t ->
  sigma ^+ 2 * (2%:R * align - Num.sqrt d%:R * sigma ^+ 2 * spread) / (2%:R * Num.sqrt d%:R * s) <= u t ^+ 2.
Proof.
move=> t0; have sd : 0 < Num.sqrt d%:R :> R := lt_le_trans ltr01 (root_d_ge1 T1).
have -> : Num.sqrt d%:R * sigma ^+ 2 * spread = sigma ^+ 2 * (Num.sqrt d%:R * spread) by rewrite -mulrA mulrCA.
rewrite -[2%:R * _ * s]mulrA.
apply: (scaled_lower selfadjoint nonnegative flowU flowu s0 T1 U0 u0 align_le spread_ge condition _ _ t0).
- by rewrite mulr_gt0.
- exact: fnorm_opn.
Qed.

(* beyond the paper: without sqrt(d), with E||Lambda Theta||_F^2 = tr(E[Lambda^2] Theta Theta^T), and a weaker condition *)
Hypothesis normG_moment_sharp : integrable E (fun o => normG o * nrm2 (La o *m Th)).
Let align_sharp : R := \tr (square *m (Th *m Th^T)).
Let spread_sharp : R := mean E (fun o => normG o * nrm2 (La o *m Th)).
Hypothesis condition_sharp : sigma ^+ 2 * spread_sharp < 2%:R * align_sharp.

Let align_sharp_le : align_sharp <= dotp square (Th *m Th^T).
Proof. by rewrite /dotp; have -> : (Th *m Th^T)^T = Th *m Th^T by rewrite trmx_mul trmxK. Qed.
Let spread_sharp_ge := quadratic_start_le_sharp moment3 definite normG_bound T1 normG_moment_sharp.

Theorem lemma_C6_sharp t : 0 <= t -> 0 < u t.
Proof. exact: (scaled_positive selfadjoint flowU flowu s0 U0 u0 align_sharp_le spread_sharp_ge condition_sharp). Qed.

Theorem lemma_C7_sharp t : 0 <= t ->
  sigma ^+ 2 * (2%:R * align_sharp - sigma ^+ 2 * spread_sharp) / (2%:R * Num.sqrt (nrm2 square)) <= u t ^+ 2.
Proof.
move=> t0; apply: (scaled_lower selfadjoint nonnegative flowU flowu s0 T1 U0 u0 align_sharp_le spread_sharp_ge condition_sharp _ _ t0) => //.
apply: (@lt_le_trans _ _ align_sharp).
  rewrite -(ltr_pmul2l (_ : 0 < 2%:R :> R)) ?ltr0n // mulr0; apply: le_lt_trans condition_sharp.
  rewrite mulr_ge0 ?sqr_ge0 // mean_ge0 // => o; rewrite mulr_ge0 ?nrm2_ge0 //; by case: (normG_bound o).
by apply: le_trans align_sharp_le _; apply: le_trans (dotp_le _ _) _; rewrite /fnorm T1 sqrtr1 mulr1.
Qed.
End AnyLaw.

(* random diagonal covariances Lambda = diag(lambda), lambda > 0 *)
Section Diagonal.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis covariances : diagonal_covariances E lambda.
Let positive o i : 0 < lambda o 0 i. Proof. by case: covariances. Qed.
Let moment2 i j : integrable E (fun o => lambda o 0 i * lambda o 0 j). Proof. by case: covariances. Qed.
Let moment3 i j k : integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k). Proof. by case: covariances. Qed.
Notation La := (fun o => diag_mx (lambda o)).

Notation gamma := (random_diagonal.gamma E N lambda).
Notation zeta := (random_diagonal.zeta E N lambda).
Notation xi := (random_diagonal.xi E lambda).
Notation coefficient := (random_diagonal.coefficient E N lambda).
Let g := coefficients E N lambda.
Let gE i j : g i j = coefficient i j.
Proof. by rewrite mxE /coefficient; case: eqP => [->|//]; rewrite zeta_diagonal. Qed.
Let g_gt0 := coefficients_gt0 N positive moment3.
Let x_gt0 := random_diagonal.xi_gt0 positive moment2.
Let meanE := mean_loss_quadratic N (diagonal_moment2 moment2) (diagonal_moment3 moment3).
Let lossE V v : mean_loss E N La V v = diagonal_loss g xi V v.
Proof.
have e1 : mean_quadratic_linear N (diagonal_moment3 moment3) V = entrywise g V := mean_quadratic_diagonal N moment3 V.
by rewrite meanE /qell e1 mean_square_diagonal -?qell_diagonal.
Qed.

(* Corollary C.2: the flow in coordinates *)
Theorem corollary_C2 U u : mean_flow E N La U u -> forall t, 0 <= t ->
  [/\ forall i, der (fun s => U s i i) t (- (gamma i * u t ^+ 2 * U t i i) + xi i * u t),
      forall i j, i != j -> der (fun s => U s i j) t (- (zeta i j * u t ^+ 2 * U t i j))
    & der u t (- (\sum_i \sum_j coefficient i j * u t * U t i j ^+ 2) + \sum_i xi i * U t i i)].
Proof.
move=> flow t t0; have [hU hu] := diagonal_mean_flow moment2 moment3 flow t0; split.
- by move=> i; apply: der_eq (hU i i) _; rewrite -/g gE /coefficient eqxx mulr1n.
- by move=> i j ij; apply: der_eq (hU i j) _; rewrite -/g gE /coefficient (negbTE ij) mulr0n addr0.
by apply: der_eq hu _; congr (- _ + _); do 2 apply: eq_bigr => ? _; rewrite -/g gE.
Qed.

(* Lemma C.3 in coordinates *)
Theorem lemma_C3 (U : 'M[R]_d) u : mean_loss E N La U u =
  2%:R^-1 * u ^+ 2 * (\sum_i \sum_j coefficient i j * U i j ^+ 2) - u * \sum_i xi i * U i i.
Proof.
rewrite lossE /diagonal_loss; congr (_ * _ - _).
by do 2 apply: eq_bigr => ? _; rewrite gE.
Qed.

Let loss_min : R := - (2%:R^-1 * \sum_i xi i ^+ 2 / gamma i).
Let minE : diagonal_min g xi = loss_min.
Proof. by congr (- (_ * _)); apply: eq_bigr => i _; rewrite gE /coefficient eqxx. Qed.

Variable nu : R.
Hypothesis nu_bound : lower_bound_of_coefficients E N lambda nu.
Let nu_positive : 0 < nu. Proof. by case: nu_bound. Qed.
Let nu_least i j : nu <= coefficient i j. Proof. by case: nu_bound. Qed.
Let nu_le i j : nu <= g i j. Proof. by rewrite gE. Qed.

Theorem lemma_C4_least (U : 'M[R]_d) u : loss_min <= mean_loss E N La U u.
Proof. by rewrite lossE -minE; apply: (diagonal_minimum xi g_gt0 nu_positive nu_le). Qed.

Theorem lemma_C4_minimisers (U : 'M[R]_d) u : mean_loss E N La U u = loss_min <->
  forall i j, u * U i j = if i == j then xi i / gamma i else 0.
Proof.
rewrite lossE -minE (diagonal_minimiser xi g_gt0 nu_positive nu_le); split=> h i j; rewrite h gE /coefficient eqxx.
  by case: eqP.
by case: eqP.
Qed.

Variables (Th : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : mean_flow E N La U u.
Hypothesis start : initialised sigma Th U u.
Let flowD : diagonal_flow g xi U u := diagonal_mean_flow moment2 moment3 flow.
Let u0 : 0 < u 0 := start_gt0 start.
Let balanced := start_balanced start.
Let rotate1E (X : 'M[R]_d) : rotate 1%:M X = X. Proof. by rewrite /rotate trmx1 mul1mx mulmx1. Qed.
Let orthogonal1 : (1%:M : 'M[R]_d) *m 1%:M^T = 1%:M. Proof. by rewrite trmx1 mulmx1. Qed.
Let ge0 i : 0 <= U 0 i i. Proof. by rewrite -[U 0]rotate1E; apply: (start_ge0 start orthogonal1). Qed.
Let neq0 : exists i, 0 < U 0 i i. Proof. by have [i h] := start_neq0 start orthogonal1; exists i; rewrite rotate1E in h. Qed.

Let excess t : R := mean_loss E N La (U t) (u t) - loss_min.
Let excessE t : excess t = diagonal_loss g xi (U t) (u t) - diagonal_min g xi.
Proof. by rewrite /excess lossE minE. Qed.

(* the square norm of the gradient of mean_loss (lemma_C1_gradient) at (V, v) *)
Let gradient2 (V : 'M[R]_d) (v : R) : R :=
  nrm2 (v ^+ 2 *: mean_quadratic E N La V - v *: mean_square E La) +
  (v * \tr (mean_quadratic E N La V *m V^T) - \tr (mean_square E La *m V^T)) ^+ 2.
Let B := [linear of entrywise g].
Let gradient2E V v : gradient2 V v = nrm2 (qgradU B (diagonal xi) V v) + qgradu B (diagonal xi) V v ^+ 2.
Proof. by rewrite /gradient2 (mean_quadratic_diagonal N moment3) mean_square_diagonal. Qed.

(* Lemma C.8, at every point *)
Theorem lemma_C8_gradient (V : 'M[R]_d) v : 2%:R * nu * v ^+ 2 * (mean_loss E N La V v - loss_min) <= gradient2 V v.
Proof.
rewrite gradient2E lossE -minE -qell_diagonal -qmin_diagonal.
apply: le_trans (qPL (diagonal_flow.selfadjoint g) (B_target xi g_gt0) nu_positive (diagonal_flow.coercive nu_le) V v) _.
by rewrite ler_addl sqr_ge0.
Qed.

(* Theorem 4.5's limit of u U: A = E[Gamma Lambda^2]^-1 E[Lambda^2] *)
Let A : 'M[R]_d := invmx (mean_mx E (fun o => Gamma N (La o) *m La o *m La o)) *m mean_mx E (fun o => La o *m La o).
Let gamma_gt0 i : 0 < gamma i. Proof. by have := zeta_gt0 N positive moment3 i i; rewrite zeta_diagonal. Qed.
Let cubicE : mean_mx E (fun o => Gamma N (La o) *m La o *m La o) = diag_mx (\row_i gamma i).
Proof.
have -> : mean_mx E (fun o => Gamma N (La o) *m La o *m La o) = mean_quadratic E N La 1%:M.
  by congr mean_mx; apply/funext => o; rewrite mulmx1.
rewrite (mean_quadratic_diagonal N moment3); apply/matrixP => i j; rewrite [LHS]mxE -/g gE !mxE /coefficient.
by case: eqP; rewrite ?mulr1 ?mulr0 ?mulr1n ?mulr0n.
Qed.
Let targetE : target g xi = A.
Proof.
rewrite /A cubicE; have unit : diag_mx (\row_i gamma i) \in unitmx.
  rewrite unitmxE det_diag unitfE; apply/prodf_neq0 => i _; by rewrite mxE gt_eqF.
have -> : mean_mx E (fun o => La o *m La o) = diag_mx (\row_i gamma i) *m target g xi.
  rewrite -/(mean_square E La) mean_square_diagonal //; apply/matrixP => i j.
  rewrite mul_diag_mx [RHS]mxE [X in X * _]mxE [target _ _ _ _]mxE gE /coefficient eqxx [LHS]mxE.
  by case: eqP => _; rewrite ?mulr0n ?mulr0 // !mulr1n mulrC divfK // gt_eqF.
by rewrite mulKmx.
Qed.
(* its entries *)
Theorem theorem_4_5_limit i j : A i j = if i == j then xi i / gamma i else 0.
Proof. by rewrite -targetE mxE gE /coefficient eqxx; case: eqP. Qed.

(* B12 for random diagonal covariances: no condition on sigma *)
Let u_max : R := Num.sqrt (Num.sqrt (nrm2 A) + Num.sqrt (2%:R * excess 0 / nu)).
Let c : R := Num.sqrt (\sum_i Num.min (U 0 i i) (xi i / gamma i / u_max) ^+ 2).
Let u_maxE : diagonal_flow.u_max g xi nu U u = u_max.
Proof. by rewrite /diagonal_flow.u_max targetE -excessE. Qed.
Let cE : c_low g xi nu U u = c.
Proof.
rewrite /c_low /floor u_maxE; congr Num.sqrt; apply: eq_bigr => i _.
by rewrite gE /coefficient eqxx.
Qed.

Theorem B12_random_lower_positive : 0 < c.
Proof. rewrite -cE; exact: (c_low_gt0 g_gt0 nu_positive nu_le flowD u0 balanced x_gt0 neq0). Qed.

Theorem B12_random_bounds t : 0 <= t -> c <= u t <= u_max.
Proof.
move=> t0; rewrite -cE -u_maxE (diagonal_lower g_gt0 nu_positive nu_le flowD u0 balanced x_gt0 ge0 t0).
exact: (diagonal_upper g_gt0 nu_positive nu_le flowD u0 balanced t0).
Qed.

Theorem B12_random_decay t : 0 <= t -> excess t <= expR (- (2%:R * c ^+ 2 * nu * t)) * excess 0.
Proof.
by rewrite !excessE -cE; apply: (diagonal_decay g_gt0 nu_positive nu_le flowD u0 balanced x_gt0 ge0 neq0).
Qed.

Theorem B12_random_rate t : 0 <= t ->
  nrm2 (u t *: U t - A) <= expR (- (2%:R * c ^+ 2 * nu * t)) * (2%:R * excess 0 / nu).
Proof.
by rewrite !excessE -cE -targetE; apply: (diagonal_rate g_gt0 nu_positive nu_le flowD u0 balanced x_gt0 ge0 neq0).
Qed.

Theorem B1_random_positive t : 0 <= t -> 0 < u t.
Proof. exact: (diagonal_positive g_gt0 nu_positive nu_le flowD u0 balanced). Qed.

(* Theorem 4.5, without its condition on sigma *)
Theorem theorem_4_5_u : (u : R -> R^o) @ +oo --> (Num.sqrt (Num.sqrt (nrm2 A)) : R^o).
Proof.
by rewrite -targetE; apply: (diagonal_u_limit g_gt0 nu_positive nu_le flowD u0 balanced x_gt0 ge0 neq0).
Qed.

Theorem theorem_4_5_U i j : (fun t => U t i j : R^o) @ +oo --> ((Num.sqrt (Num.sqrt (nrm2 A)))^-1 * A i j : R^o).
Proof.
by rewrite -targetE; apply: (diagonal_U_limit g_gt0 nu_positive nu_le flowD u0 balanced x_gt0 ge0 neq0).
Qed.

(* a lower bound of u^2 gives a rate *)
Let decay_of low t : 0 < low -> (forall t, 0 <= t -> low <= u t ^+ 2) -> 0 <= t ->
  excess t <= expR (- (2%:R * nu * low * t)) * excess 0.
Proof.
move=> low0 lowu t0; have root t1 : 0 <= t1 -> Num.sqrt low <= u t1.
  move=> t1_0; rewrite -(ger0_norm (ltW (B1_random_positive t1_0))) -sqrtr_sqr; apply: ler_wsqrtr; exact: lowu.
have := qdecay (diagonal_flow.selfadjoint g) (B_target xi g_gt0) nu_positive (diagonal_flow.coercive nu_le)
  (flow_U flowD) (flow_u flowD) u0 balanced (sqrtr_ge0 low) root t0.
by rewrite !qell_diagonal qmin_diagonal -!excessE sqr_sqrtr ?(ltW low0) // [2%:R * low * nu]mulrAC.
Qed.
Let PL_of low t : low <= u t ^+ 2 -> 2%:R * nu * low * excess t <= gradient2 (U t) (u t).
Proof.
move=> lowu; apply: le_trans (lemma_C8_gradient (U t) (u t)); rewrite ler_wpmul2r ?subr_ge0 ?lemma_C4_least //.
by rewrite ler_wpmul2l // mulr_ge0 ?ler0n ?(ltW nu_positive).
Qed.

(* Lemma C.8 as printed: normG is any upper bound of the operator norm of Gamma, s any of that of E[Lambda^2] *)
Hypothesis moment1 : forall i, integrable E (fun o => lambda o 0 i).
Variables (normG : Omega -> R) (s : R).
Hypothesis normG_bound : forall o, opn (Gamma N (La o)) (normG o).
Hypothesis normG_moment : integrable E (fun o => normG o * nrm2 (La o)).
Hypothesis s_bound : opn (mean_mx E (fun o => La o *m La o)) s.
Hypothesis s_positive : 0 < s.
Let align : R := nrm2 (mean_mx E La *m Th).
Let spread : R := mean E (fun o => normG o * nrm2 (La o)).
Hypothesis condition : sigma ^+ 2 * (Num.sqrt d%:R * spread) < 2%:R * align.
Let delta : R := nu * sigma ^+ 2 * (2%:R * align - Num.sqrt d%:R * sigma ^+ 2 * spread) / (Num.sqrt d%:R * s).
Let low : R := sigma ^+ 2 * (2%:R * align - Num.sqrt d%:R * sigma ^+ 2 * spread) / (2%:R * Num.sqrt d%:R * s).
Let moment1_mx i j : integrable E (fun o => La o i j).
Proof. by apply: (integrable_ext (fun o => esym (entryE lambda o i j))); apply: integrableZ. Qed.
Let low_le t (t0 : 0 <= t) : low <= u t ^+ 2 :=
  lemma_C7 (diagonal_definite positive) moment1_mx (diagonal_moment2 moment2) (diagonal_moment3 moment3) flow start
    normG_bound normG_moment s_bound s_positive condition t0.
Let T1 : nrm2 (Th *m Th^T) = 1. Proof. by case: start. Qed.
Let sd : 0 < Num.sqrt d%:R :> R. Proof. exact: lt_le_trans ltr01 (root_d_ge1 T1). Qed.
Let low_gt0 : 0 < low.
Proof.
have s0 : 0 < sigma by case: start.
rewrite /low divr_gt0 ?mulr_gt0 ?exprn_gt0 ?ltr0n // subr_gt0.
by have -> : Num.sqrt d%:R * sigma ^+ 2 * spread = sigma ^+ 2 * (Num.sqrt d%:R * spread) by rewrite -mulrA mulrCA.
Qed.
Let deltaE : delta = 2%:R * nu * low.
Proof.
rewrite /delta /low; move: (_ - _) sd s_positive => x; move: (Num.sqrt _) => r r0 sp; field.
by rewrite !gt_eqF.
Qed.

Theorem lemma_C8_PL t : 0 <= t -> delta * excess t <= gradient2 (U t) (u t).
Proof. by move=> t0; rewrite deltaE; apply: PL_of (low_le t0). Qed.

Theorem lemma_C8_decay t : 0 <= t -> excess t <= expR (- (delta * t)) * excess 0.
Proof. by rewrite deltaE; apply: decay_of low_gt0 low_le. Qed.
End Diagonal.
