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
End AnyLaw.

(* random diagonal covariances Lambda = diag(lambda), lambda > 0 *)
Section Diagonal.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis positive : forall o i, 0 < lambda o 0 i.
Hypothesis moment2 : forall i j, integrable E (fun o => lambda o 0 i * lambda o 0 j).
Hypothesis moment3 : forall i j k, integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k).
Notation La := (fun o => diag_mx (lambda o)).

Let gamma i : R :=
  mean E (fun o => (1 + N%:R^-1) * lambda o 0 i ^+ 3 + N%:R^-1 * (lambda o 0 i ^+ 2 * \sum_k lambda o 0 k)).
Let zeta i j : R := mean E (fun o =>
  (1 + N%:R^-1) * (lambda o 0 i ^+ 2 * lambda o 0 j) + N%:R^-1 * (lambda o 0 i * lambda o 0 j * \sum_k lambda o 0 k)).
Let xi i : R := mean E (fun o => lambda o 0 i ^+ 2).
(* the coefficient of entry (i, j): gamma_i on the diagonal, zeta_ij elsewhere *)
Let coefficient i j : R := if i == j then gamma i else zeta i j.
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

(* nu is any lower bound of the coefficients, such as the least of them *)
Variable nu : R.
Hypothesis nu_positive : 0 < nu.
Hypothesis nu_least : forall i j, nu <= coefficient i j.
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
Let gradient t : R := nrm2 (u t ^+ 2 *: mean_mx E (fun o => Gamma N (La o) *m La o *m U t *m La o) -
   u t *: mean_mx E (fun o => La o *m La o)) + (u t * \tr (mean_quadratic E N La (U t) *m (U t)^T) -
   \tr (mean_square E La *m (U t)^T)) ^+ 2.

(* Theorem 4.5's limit of uU, A = E[Gamma Lambda^2]^-1 E[Lambda^2] = diag(xi_i/gamma_i) *)
Let A : 'M[R]_d := invmx (mean_mx E (fun o => Gamma N (La o) *m La o *m La o)) *m mean_mx E (fun o => La o *m La o).
End Diagonal.
