(* Statement B13, beyond the paper: gradient descent with a fixed step eta from Assumption 3.3, at one covariance and for random
   diagonal ones, for every d, every N (with 1/0 = 0) and every number of steps. The imbalance u^2 - ||U||_F^2 stays below
   2 eta E_0, u_k^2 above c^2/2, and every step lowers the excess loss E_k at least by the factor 1 - eta c^2 kappa0/2. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve reduced_loss_form convergence setting quadratic_flow diagonal_flow.
From ICL Require Import eigenbasis spectral every_start random_covariance random_diagonal descent.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* Assumption 3.3 for the first weights of a sequence *)
Definition starts (R : realType) d (sigma : R) (Th U0 : 'M[R]_d) (u0 : R) : Prop :=
  [/\ 0 < sigma, nrm2 (Th *m Th^T) = 1, U0 = sigma *: (Th *m Th^T) & u0 = sigma].

Section Imbalance.
Variables (R : realType) (d N : nat) (La U : 'M[R]_d) (u eta : R).
(* one step of size eta along the reduced flow's field *)
Let V : 'M[R]_d := u ^+ 2 *: (Gamma N La *m La *m U *m La) - u *: (La *m La).
Let v : R := u * \tr (Gamma N La *m La *m U *m La *m U^T) - \tr (La *m La *m U^T).
Theorem B13_imbalance : (u - eta * v) ^+ 2 - \tr ((U - eta *: V) *m (U - eta *: V)^T) =
  u ^+ 2 - \tr (U *m U^T) + eta ^+ 2 * (v ^+ 2 - \tr (V *m V^T)).
Proof.
have h : dotp V U = u * v by rewrite /V /v dotpDl dotpNl !dotpZl /dotp; ring.
rewrite -!/(dotp _ _) -!/(nrm2 _); clearbody V v.
have -> : nrm2 (U - eta *: V) = nrm2 U - 2%:R * eta * dotp V U + eta ^+ 2 * nrm2 V.
  rewrite {1}/nrm2 !(dotpDl, dotpDr, dotpNl, dotpNr, dotpZl, dotpZr) (dotpC U V) -!/(nrm2 _).
  by move: (nrm2 U) (nrm2 V) (dotp V U) => a b c; ring.
by rewrite h; move: (nrm2 U) (nrm2 V) => a b; ring.
Qed.
End Imbalance.

Section Fixed.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma eta : R) (U : nat -> 'M[R]_d) (u : nat -> R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis descent : forall k, U k.+1 = U k - eta *: gradU La Gamma (U k) (u k) /\ u k.+1 = u k - eta * gradu La Gamma (U k) (u k).
Hypothesis start : starts sigma Th (U 0%N) (u 0%N).
(* an orthonormal eigenbasis of Lambda, the columns of Q *)
Variables (Q : 'M[R]_d) (lambda : 'rV[R]_d).
Hypothesis Q_orthogonal : Q *m Q^T = 1%:M.
Hypothesis eigenbasis : La = Q *m diag_mx lambda *m Q^T.
Hypothesis lambda_positive : forall i, 0 < lambda 0 i.
Let gamma i : R := (1 + N%:R^-1) * lambda 0 i + \tr La / N%:R.
(* kappa0 and K: any bounds of gamma_i lambda_i lambda_j, such as the least and the largest *)
Variables (kappa0 K : R).
Hypotheses (kappa0_positive : 0 < kappa0) (bounds : forall i j, kappa0 <= gamma i * lambda 0 i * lambda 0 j <= K).
Let excess k : R := ell La Gamma (U k) (u k) - ell_min La Gamma.
Let P : R := Num.sqrt (nrm2 (invmx Gamma)) + Num.sqrt (2%:R * excess 0 / kappa0).
Let u_max : R := Num.sqrt (5%:R / 4%:R * P).
Let theta i : R := (Q^T *m (Th *m Th^T) *m Q) i i.
Let c2 : R := \sum_i Num.min (sigma * theta i) ((gamma i)^-1 / u_max) ^+ 2.
Hypotheses (eta_ge0 : 0 <= eta) (small : 4%:R * (eta * K * P) <= 1) (small_start : 4%:R * (eta * excess 0) <= c2).

Let g : 'M[R]_d := \matrix_(i, j) (gam N La lambda 0 i * lambda 0 i * lambda 0 j).
Let xi i : R := lambda 0 i ^+ 2.
Let V k := rotate Q (U k).
Let gE i j : g i j = gamma i * lambda 0 i * lambda 0 j. Proof. by rewrite !mxE. Qed.
Let xi_gt0 i : 0 < xi i. Proof. by rewrite exprn_gt0. Qed.
Let kappa0_le i j : kappa0 <= g i j. Proof. by rewrite gE; case/andP: (bounds i j). Qed.
Let le_K i j : g i j <= K. Proof. by rewrite gE; case/andP: (bounds i j). Qed.
Let g_gt0 i j : 0 < g i j. Proof. exact: lt_le_trans kappa0_positive (kappa0_le i j). Qed.
Let Gu : Gamma \in unitmx := pd_unit (pdGa N Lambda_definite).
Let targetE : target g xi = rotate Q (invmx Gamma).
Proof. exact: (target_rotate Q_orthogonal eigenbasis lambda_positive Gu). Qed.
Let minE : diagonal_min g xi = ell_min La Gamma.
Proof.
have [_] := diagonal_minimiser xi g_gt0 kappa0_positive kappa0_le (target g xi) 1.
have target1 i j : 1 * target g xi i j = (xi i / g i i) *+ (i == j) by rewrite mul1r [LHS]mxE.
move=> /(_ target1) <-; rewrite targetE -(ell_rotate N Q_orthogonal eigenbasis).
have pG := pdGa N Lambda_definite; have cG := commGa N La.
by apply/(minimiser Lambda_definite pG (pdPa N Lambda_definite) cG); rewrite scale1r.
Qed.
Let excessE k : descent.excess g xi V u k = excess k.
Proof. by rewrite /descent.excess minE -(ell_rotate N Q_orthogonal eigenbasis). Qed.
Let steps : descent.descent [linear of entrywise g] (diagonal xi) eta V u.
Proof.
move=> k; have [e1 e2] := descent k; split.
  rewrite /V e1 rotateD rotateN rotateZ; congr (_ - _ *: _); apply/matrixP => i j.
  rewrite /gradU rotateD rotateN !rotateZ /qgradU.
  have entry (a b : R) (X Y : 'M[R]_d) : (a *: X - b *: Y) i j = a * X i j - b * Y i j by rewrite !mxE.
  by rewrite !entry (rotate_quadratic N Q_orthogonal eigenbasis) (rotate_square Q_orthogonal eigenbasis) -/g !mxE.
rewrite e2 /gradu /qgradu (quadratic_trace N Q_orthogonal eigenbasis) (linear_trace Q_orthogonal eigenbasis).
rewrite dotp_entrywise dotp_diagonal -/g; congr (_ - _ * (_ * _ - _)).
by do 2 apply: eq_bigr => ? _; rewrite -mulrA expr2.
Qed.
Let initial : initialised sigma Th (fun=> U 0%N) (fun=> u 0%N). Proof. exact: start. Qed.
Let u0 : 0 < u 0%N := start_gt0 initial.
Let balanced : u 0%N ^+ 2 = nrm2 (V 0%N).
Proof. by rewrite (nrm2_rotate Q_orthogonal); exact: (start_balanced initial). Qed.
Let ge0 i : 0 <= V 0%N i i := start_ge0 initial Q_orthogonal i.
Let neq0 : exists i, 0 < V 0%N i i := start_neq0 initial Q_orthogonal.
Let sizeE : size g xi kappa0 V u = P.
Proof. by rewrite /size excessE targetE (fnorm_rotate Q_orthogonal). Qed.
Let c2E : descent.c2 g xi kappa0 V u = c2.
Proof.
rewrite /descent.c2 /c2; apply: eq_bigr => i _; congr (_ ^+ 2); rewrite /low /u_top sizeE -/u_max; congr (Num.min _ (_ / _)).
  exact: (start_diagonal Q initial).
have li := lambda_positive i; have gi : gamma i != 0.
  by apply/eqP => z; have := g_gt0 i i; rewrite gE z !mul0r ltxx.
by rewrite gE /xi; field; rewrite gi gt_eqF.
Qed.
Let small' : 4%:R * (eta * K * size g xi kappa0 V u) <= 1. Proof. by rewrite sizeE. Qed.
Let small_start' : 4%:R * (eta * descent.excess g xi V u 0) <= descent.c2 g xi kappa0 V u.
Proof. by rewrite c2E excessE. Qed.

Theorem B13_balance k : `|u k ^+ 2 - \tr (U k *m (U k)^T)| <= 2%:R * eta * excess 0.
Proof.
rewrite -/(dotp _ _) -/(nrm2 _) -(nrm2_rotate Q_orthogonal) -excessE.
exact: (descent_balance xi_gt0 kappa0_positive kappa0_le le_K steps u0 balanced ge0 neq0 eta_ge0 small' small_start').
Qed.
Theorem B13_lower k : 0 < c2 /\ c2 / 2%:R <= u k ^+ 2.
Proof.
rewrite -c2E; split; first exact: (c2_gt0 xi_gt0 kappa0_positive kappa0_le u neq0).
exact: (descent_lower xi_gt0 kappa0_positive kappa0_le le_K steps u0 balanced ge0 neq0 eta_ge0 small' small_start').
Qed.
Theorem B13_decay k : excess k.+1 <= (1 - eta * c2 * kappa0 / 2%:R) * excess k.
Proof.
rewrite -c2E -!excessE.
exact: (descent_decay xi_gt0 kappa0_positive kappa0_le le_K steps u0 balanced ge0 neq0 eta_ge0 small' small_start').
Qed.
End Fixed.

(* random diagonal covariances Lambda = diag(lambda), lambda > 0: descent on the averaged loss of Lemma C.3 *)
Section Random.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis covariances : diagonal_covariances E lambda.
Let positive o i : 0 < lambda o 0 i. Proof. by case: covariances. Qed.
Let moment2 i j : integrable E (fun o => lambda o 0 i * lambda o 0 j). Proof. by case: covariances. Qed.
Let moment3 i j k : integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k). Proof. by case: covariances. Qed.
Notation La := (fun o => diag_mx (lambda o)).
Notation gamma := (random_diagonal.gamma E N lambda).
Notation zeta := (random_diagonal.zeta E N lambda).
Notation xi := (random_diagonal.xi E lambda).
Variables (Th : 'M[R]_d) (sigma eta : R) (U : nat -> 'M[R]_d) (u : nat -> R).
(* the gradient of mean_loss, by lemma_C1_gradient *)
Hypothesis descent : forall k,
  U k.+1 = U k - eta *: (u k ^+ 2 *: mean_quadratic E N La (U k) - u k *: mean_square E La) /\
  u k.+1 = u k - eta * (u k * \tr (mean_quadratic E N La (U k) *m (U k)^T) - \tr (mean_square E La *m (U k)^T)).
Hypothesis start : starts sigma Th (U 0%N) (u 0%N).
Variables (kappa0 K : R).
Hypotheses (kappa0_positive : 0 < kappa0) (bounds : forall i j, kappa0 <= coefficient E N lambda i j <= K).
Let loss_min : R := - (2%:R^-1 * \sum_i xi i ^+ 2 / gamma i).
Let excess k : R := mean_loss E N La (U k) (u k) - loss_min.
Let P : R := Num.sqrt (\sum_i (xi i / gamma i) ^+ 2) + Num.sqrt (2%:R * excess 0 / kappa0).
Let u_max : R := Num.sqrt (5%:R / 4%:R * P).
Let c2 : R := \sum_i Num.min (U 0%N i i) (xi i / gamma i / u_max) ^+ 2.
Hypotheses (eta_ge0 : 0 <= eta) (small : 4%:R * (eta * K * P) <= 1) (small_start : 4%:R * (eta * excess 0) <= c2).

Let g := coefficients E N lambda.
Let gE i j : g i j = coefficient E N lambda i j.
Proof. by rewrite mxE /coefficient; case: eqP => [->|//]; rewrite zeta_diagonal. Qed.
Let gii i : g i i = gamma i. Proof. by rewrite gE /coefficient eqxx. Qed.
Let kappa0_le i j : kappa0 <= g i j. Proof. by rewrite gE; case/andP: (bounds i j). Qed.
Let le_K i j : g i j <= K. Proof. by rewrite gE; case/andP: (bounds i j). Qed.
Let xi_gt0 := random_diagonal.xi_gt0 positive moment2.
Let B := [linear of entrywise g].
Let steps : descent.descent B (diagonal xi) eta U u.
Proof.
move=> k; have [e1 e2] := descent k; rewrite e1 e2 /qgradU /qgradu /dotp.
by rewrite (mean_quadratic_diagonal N moment3) (mean_square_diagonal moment2).
Qed.
Let excessE k : descent.excess g xi U u k = excess k.
Proof.
rewrite /descent.excess /excess; congr (_ - _).
  have e : mean_quadratic_linear N (diagonal_moment3 moment3) (U k) = entrywise g (U k) := mean_quadratic_diagonal N moment3 (U k).
  rewrite (mean_loss_quadratic N (diagonal_moment2 moment2) (diagonal_moment3 moment3)) /qell e mean_square_diagonal -?qell_diagonal //.
by congr (- (_ * _)); apply: eq_bigr => i _; rewrite gii.
Qed.
Let initial : initialised sigma Th (fun=> U 0%N) (fun=> u 0%N). Proof. exact: start. Qed.
Let u0 : 0 < u 0%N := start_gt0 initial.
Let balanced : u 0%N ^+ 2 = nrm2 (U 0%N) := start_balanced initial.
Let orthogonal1 : (1%:M : 'M[R]_d) *m 1%:M^T = 1%:M. Proof. by rewrite trmx1 mulmx1. Qed.
Let rotate1E (X : 'M[R]_d) : rotate 1%:M X = X. Proof. by rewrite /rotate trmx1 mul1mx mulmx1. Qed.
Let ge0 i : 0 <= U 0%N i i. Proof. by have := start_ge0 initial orthogonal1 i; rewrite rotate1E. Qed.
Let neq0 : exists i, 0 < U 0%N i i. Proof. by have [i h] := start_neq0 initial orthogonal1; exists i; rewrite rotate1E in h. Qed.
Let sizeE : size g xi kappa0 U u = P.
Proof.
rewrite /size excessE /P /fnorm; congr (Num.sqrt _ + _); rewrite nrm2E; apply: eq_bigr => i _.
rewrite (bigD1 i) //= mxE eqxx mulr1n gii big1 ?addr0 // => j ji.
by rewrite mxE eq_sym (negbTE ji) mulr0n expr0n.
Qed.
Let c2E : descent.c2 g xi kappa0 U u = c2.
Proof. by rewrite /descent.c2 /c2; apply: eq_bigr => i _; rewrite /low /u_top sizeE gii. Qed.
Let small' : 4%:R * (eta * K * size g xi kappa0 U u) <= 1. Proof. by rewrite sizeE. Qed.
Let small_start' : 4%:R * (eta * descent.excess g xi U u 0) <= descent.c2 g xi kappa0 U u.
Proof. by rewrite c2E excessE. Qed.

Theorem B13_random_balance k : `|u k ^+ 2 - \tr (U k *m (U k)^T)| <= 2%:R * eta * excess 0.
Proof.
rewrite -/(dotp _ _) -/(nrm2 _) -excessE.
exact: (descent_balance xi_gt0 kappa0_positive kappa0_le le_K steps u0 balanced ge0 neq0 eta_ge0 small' small_start').
Qed.
Theorem B13_random_lower k : 0 < c2 /\ c2 / 2%:R <= u k ^+ 2.
Proof.
rewrite -c2E; split; first exact: (c2_gt0 xi_gt0 kappa0_positive kappa0_le u neq0).
exact: (descent_lower xi_gt0 kappa0_positive kappa0_le le_K steps u0 balanced ge0 neq0 eta_ge0 small' small_start').
Qed.
Theorem B13_random_decay k : excess k.+1 <= (1 - eta * c2 * kappa0 / 2%:R) * excess k.
Proof.
rewrite -c2E -!excessE.
exact: (descent_decay xi_gt0 kappa0_positive kappa0_le le_K steps u0 balanced ge0 neq0 eta_ge0 small' small_start').
Qed.
End Random.
