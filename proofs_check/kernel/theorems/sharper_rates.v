(* Lemmas 5.4 and C.8 with better constants, beyond the paper: the gradient against the excess loss at every point with the least
   eigenvalues of Gamma and Lambda, and the Polyak-Lojasiewicz inequality along the flow under the weaker conditions of
   sharper_bounds.v and lemma_C7_sharp. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite commuting_semidefinite operator_norm curve reduced_loss_form convergence setting.
From ICL Require Import random_covariance random_diagonal.
From ICLTheorems Require Import appendix_C sharper_bounds.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Lower.
Variable R : realType.
(* a is a lower bound of the eigenvalues of the symmetric matrix A *)
Definition lower_bound n (A : 'M[R]_n) (a : R) : Prop := 0 <= a /\ forall v : 'cV_n, a * nrm2 v <= qf A v.
Lemma psd_less n (A : 'M[R]_n) a : A^T = A -> lower_bound A a -> psd (A - a *: 1%:M).
Proof.
move=> As [_ h]; split=> [|v]; first by rewrite trB trZ trmx1 As.
by rewrite -scaleNr qfD qfZ qf1 mulNr subr_ge0.
Qed.
Lemma form_lower m n (P : 'M[R]_m) (Q : 'M[R]_n) X p q : pd P -> pd Q -> lower_bound P p -> lower_bound Q q ->
  p * q * nrm2 X <= \tr (P *m X *m Q *m X^T).
Proof.
move=> pP pQ lP lQ; have := psd_tr_mul (psd_less (pd_sym pP) lP) (psd_congr X (pd_psd pQ)).
rewrite mulmxBl -scalemxAl mul1mx raddfB /= mxtraceZ subr_ge0 !mulmxA; apply: le_trans.
rewrite -mulrA; apply: ler_wpmul2l; first by case: lP.
have := psd_tr_ge0 (psd_congr X (psd_less (pd_sym pQ) lQ)).
by rewrite mulmxBr mulmxBl -scalemxAr mulmx1 -scalemxAl raddfB /= mxtraceZ subr_ge0.
Qed.
End Lower.

Section Lemma54.
Variables (R : realType) (d N : nat) (La : 'M[R]_d) (lowG lowL : R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis lowG_bound : lower_bound Gamma lowG.
Hypothesis lowL_bound : lower_bound La lowL.
Let pG : pd Gamma := pdGa N Lambda_definite.
Let pP : pd (Gamma *m La) := pdPa N Lambda_definite.
Let cG : Gamma *m La = La *m Gamma := commGa N La.
Let product_bound : lower_bound (Gamma *m La) (lowG * lowL).
Proof.
have [g0 _] := lowG_bound; have [l0 hl] := lowL_bound; split=> [|v]; first exact: mulr_ge0.
have comm : (Gamma - lowG *: 1%:M) *m La = La *m (Gamma - lowG *: 1%:M).
  by rewrite mulmxBl mulmxBr cG -scalemxAl -scalemxAr mul1mx mulmx1.
have [_ /(_ v)] := psd_mul (psd_less (pd_sym pG) lowG_bound) (pd_psd Lambda_definite) comm.
rewrite mulmxBl -scalemxAl mul1mx -scaleNr qfD qfZ mulNr subr_ge0; apply: le_trans.
by rewrite -mulrA; apply: ler_wpmul2l.
Qed.

Theorem lemma_5_4_gradient_sharp (U : 'M[R]_d) u : 2%:R * u ^+ 2 * lowG * lowL ^+ 2 * (ell La Gamma U u - ell_min La Gamma) <=
  nrm2 (gradU La Gamma U u) + gradu La Gamma U u ^+ 2.
Proof.
apply: (@le_trans _ _ (nrm2 (gradU La Gamma U u))); last by rewrite ler_addl sqr_ge0.
rewrite (square Lambda_definite pG cG) (gradU_E pG cG) nrm2Z /=; move: (u *: U - invmx Gamma) => X.
pose k := lowG * lowL * lowL; pose B := Gamma *m La *m X *m La.
have k0 : 0 <= k by have [? _] := lowG_bound; have [? _] := lowL_bound; rewrite /k !mulr_ge0.
have kX : k * nrm2 X <= dotp B X := form_lower X pP Lambda_definite product_bound lowL_bound.
have B0 : 0 <= dotp B X by apply: le_trans kX; rewrite mulr_ge0 ?nrm2_ge0.
have kB : k * dotp B X <= nrm2 B.
  have [->|h] := eqVneq (dotp B X) 0; first by rewrite mulr0 nrm2_ge0.
  have p : 0 < dotp B X by rewrite lt_def h B0.
  rewrite -(ler_pmul2r p) -mulrA -expr2.
  apply: (@le_trans _ _ (k * (nrm2 B * nrm2 X))); first by rewrite ler_wpmul2l ?cauchy_schwarz.
  by rewrite mulrCA ler_wpmul2l ?nrm2_ge0.
apply: (@le_trans _ _ (u ^+ 2 * (k * dotp B X))); last by rewrite ler_wpmul2l ?sqr_ge0.
rewrite le_eqVlt; apply/orP; left; apply/eqP; rewrite /k -/B -/(dotp B X); by move: (dotp B X) => x; field.
Qed.

Variables (Th : 'M[R]_d) (sigma g : R) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : reduced_flow N La U u.
Hypothesis start : initialised sigma Th U u.
Hypothesis g_bound : opn Gamma g.
Hypothesis condition : sigma ^+ 2 * g < 2%:R.
Let mu : R := sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g) * lowG * lowL ^+ 2 / Num.sqrt (nrm2 (La *m La)).

Theorem lemma_5_4_PL_sharp t : 0 <= t -> mu * (ell La Gamma (U t) (u t) - ell_min La Gamma) <=
  nrm2 (gradU La Gamma (U t) (u t)) + gradu La Gamma (U t) (u t) ^+ 2.
Proof.
move=> t0; apply: le_trans (lemma_5_4_gradient_sharp (U t) (u t)); apply: ler_wpmul2r.
  by rewrite subr_ge0; apply: (minimum Lambda_definite pG pP cG).
have [g0 _] := lowG_bound; have low := lemma_A5_sharp Lambda_definite flow start g_bound condition t0.
have c0 : 0 <= 2%:R * lowG * lowL ^+ 2 by rewrite mulr_ge0 ?sqr_ge0 // mulr_ge0 ?ler0n.
have h := ler_wpmul2l c0 low.
have -> : 2%:R * u t ^+ 2 * lowG * lowL ^+ 2 = 2%:R * lowG * lowL ^+ 2 * u t ^+ 2 by ring.
apply: le_trans h; rewrite le_eqVlt; apply/orP; left; apply/eqP; rewrite /mu invfM.
by move: (nrm2 _) (Num.sqrt _)^-1 => a b; field.
Qed.
End Lemma54.

(* random diagonal covariances Lambda = diag(lambda), lambda > 0 *)
Section LemmaC8.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis covariances : diagonal_covariances E lambda.
Let positive o i : 0 < lambda o 0 i. Proof. by case: covariances. Qed.
Let moment2 i j : integrable E (fun o => lambda o 0 i * lambda o 0 j). Proof. by case: covariances. Qed.
Let moment3 i j k : integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k). Proof. by case: covariances. Qed.
Notation La := (fun o => diag_mx (lambda o)).
Notation gamma := (random_diagonal.gamma E N lambda).
Notation zeta := (random_diagonal.zeta E N lambda).
Notation xi := (random_diagonal.xi E lambda).
Let loss_min : R := - (2%:R^-1 * \sum_i xi i ^+ 2 / gamma i).
Variable nu : R.
Hypothesis nu_bound : lower_bound_of_coefficients E N lambda nu.

Variables (Th : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : mean_flow E N La U u.
Hypothesis start : initialised sigma Th U u.
(* normG is any upper bound of the operator norm of Gamma *)
Variable normG : Omega -> R.
Hypothesis normG_bound : forall o, opn (Gamma N (La o)) (normG o).
Hypothesis normG_moment : integrable E (fun o => normG o * nrm2 (La o *m Th)).
Let square : 'M[R]_d := mean_mx E (fun o => La o *m La o).
Let align : R := \tr (square *m (Th *m Th^T)).
Let spread : R := mean E (fun o => normG o * nrm2 (La o *m Th)).
Hypothesis condition : sigma ^+ 2 * spread < 2%:R * align.
Let delta : R := nu * sigma ^+ 2 * (2%:R * align - sigma ^+ 2 * spread) / Num.sqrt (nrm2 square).

Theorem lemma_C8_PL_sharp t : 0 <= t -> delta * (mean_loss E N La (U t) (u t) - loss_min) <=
  nrm2 (u t ^+ 2 *: mean_quadratic E N La (U t) - u t *: mean_square E La) +
  (u t * \tr (mean_quadratic E N La (U t) *m (U t)^T) - \tr (mean_square E La *m (U t)^T)) ^+ 2.
Proof.
move=> t0; apply: le_trans (lemma_C8_gradient covariances nu_bound (U t) (u t)); apply: ler_wpmul2r.
  by rewrite subr_ge0; apply: (lemma_C4_least covariances nu_bound).
have low := @lemma_C7_sharp R Omega E d N La (diagonal_definite positive) (diagonal_moment3 moment3) Th sigma U u flow start
  normG normG_bound normG_moment condition t t0.
apply: le_trans (ler_wpmul2l (_ : 0 <= 2%:R * nu) low); last by rewrite mulr_ge0 ?ler0n // ltW //; case: nu_bound.
rewrite le_eqVlt; apply/orP; left; apply/eqP; rewrite /delta -/square -/align -/spread invfM.
by move: (_ - _) (Num.sqrt _)^-1 => a b; field.
Qed.
End LemmaC8.
