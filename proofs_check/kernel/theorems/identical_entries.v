(* Random diagonal covariances with independent entries of one law: the minimiser of training is a multiple of I (Lemma C.4), its
   exact error on a new prompt with a covariance of the same law, and what no length removes (B7); then named laws, through their
   first three moments. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite random_matrix independent_prompt setting random_covariance.
From ICLTheorems Require Import joint_shift appendix_C.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* finitely many positive numbers have a positive lower bound *)
Lemma positive_bound (R : realType) d (g : 'I_d -> 'I_d -> R) : (forall i j, 0 < g i j) ->
  exists2 nu, 0 < nu & forall i j, nu <= g i j.
Proof.
move=> g0; pose s := 1 + \sum_i \sum_j (g i j)^-1.
have inv0 i j : 0 <= (g i j)^-1 by rewrite invr_ge0 ltW.
have s0 : 0 < s by rewrite ltr_paddr ?ltr01 // sumr_ge0 // => i _; apply: sumr_ge0.
exists s^-1 => [|i j]; first by rewrite invr_gt0.
rewrite -[g i j]invrK lef_pinv ?posrE ?invr_gt0 //.
apply: (@le_trans _ _ (\sum_i \sum_j (g i j)^-1)); last by rewrite ler_addr ler01.
rewrite (bigD1 i) //= (bigD1 j) //= -addrA ler_addl addr_ge0 ?sumr_ge0 // => k _; exact: sumr_ge0.
Qed.

Section Identical.
Variables (R : realType) (Omega : Type) (P : law R Omega) (d : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis d_positive : (0 < d)%N.
Hypothesis positive : forall o i, 0 < lambda o 0 i.
Hypothesis moment1 : forall i, integrable P (fun o => lambda o 0 i).
Hypothesis moment2 : forall i j, integrable P (fun o => lambda o 0 i * lambda o 0 j).
Hypothesis moment3 : forall i j k, integrable P (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k).
Notation La := (fun o => diag_mx (lambda o)).
(* independent entries of one law with the moments m1, m2, m3: E lambda_i^2 lambda_k = m2 m1 for i <> k is all that is used *)
Definition moments (m1 m2 m3 : R) : Prop :=
  [/\ forall i, mean P (fun o => lambda o 0 i) = m1, forall i, mean P (fun o => lambda o 0 i ^+ 2) = m2,
      forall i, mean P (fun o => lambda o 0 i ^+ 3) = m3
    & forall i k, i != k -> mean P (fun o => lambda o 0 i ^+ 2 * lambda o 0 k) = m2 * m1].
(* the loss of training is least at u U = a I, and there only *)
Definition minimiser (N : nat) (a : R) : Prop := forall U u, mean_loss P N La a%:M 1 <= mean_loss P N La U u /\
  (mean_loss P N La U u = mean_loss P N La a%:M 1 <-> u *: U = a%:M).

Variables (m1 m2 m3 : R).
Hypothesis law_of_entries : moments m1 m2 m3.
Let f1 i : mean P (fun o => lambda o 0 i) = m1. Proof. by case: law_of_entries. Qed.
Let f2 i : mean P (fun o => lambda o 0 i ^+ 2) = m2. Proof. by case: law_of_entries. Qed.
Let f3 i : mean P (fun o => lambda o 0 i ^+ 3) = m3. Proof. by case: law_of_entries. Qed.
Let f21 i k : i != k -> mean P (fun o => lambda o 0 i ^+ 2 * lambda o 0 k) = m2 * m1.
Proof. by case: law_of_entries => _ _ _; apply. Qed.
Let i2 i : integrable P (fun o => lambda o 0 i ^+ 2).
Proof. by apply: integrable_ext (moment2 i i) => o; rewrite expr2. Qed.
Let i21 i k : integrable P (fun o => lambda o 0 i ^+ 2 * lambda o 0 k).
Proof. by apply: integrable_ext (moment3 i i k) => o; rewrite expr2. Qed.
Let i3 i : integrable P (fun o => lambda o 0 i ^+ 3).
Proof. by apply: integrable_ext (i21 i i) => o; rewrite -exprSr. Qed.
Let at0 : 'I_d := Ordinal d_positive.
Let m1_gt0 : 0 < m1. Proof. by rewrite -(f1 at0); apply: mean_gt0. Qed.
Let m2_gt0 : 0 < m2. Proof. by rewrite -(f2 at0); apply: mean_gt0 => // o; rewrite exprn_gt0. Qed.
Let m3_gt0 : 0 < m3. Proof. by rewrite -(f3 at0); apply: mean_gt0 => // o; rewrite exprn_gt0. Qed.
Let kappa : R := 2%:R * m3 + (d%:R - 1) * m1 * m2.
Let kappa_ge0 : 0 <= kappa.
Proof. by rewrite addr_ge0 ?mulr_ge0 ?subr_ge0 ?ler1n ?ler0n ?(ltW m1_gt0) ?(ltW m2_gt0) ?(ltW m3_gt0). Qed.
Let trace i : integrable P (fun o => lambda o 0 i ^+ 2 * \sum_k lambda o 0 k) /\
  mean P (fun o => lambda o 0 i ^+ 2 * \sum_k lambda o 0 k) = m3 + (d%:R - 1) * m1 * m2.
Proof.
have -> : (fun o => lambda o 0 i ^+ 2 * \sum_k lambda o 0 k) = fun o => \sum_k lambda o 0 i ^+ 2 * lambda o 0 k.
  by apply/funext => o; rewrite mulr_sumr.
split; first exact: integrable_sum.
rewrite mean_sum // (bigD1 i) //=; congr (_ + _); first by rewrite -[RHS](f3 i); congr mean; apply/funext => o; rewrite -exprSr.
rewrite (eq_bigr (fun=> m2 * m1)) => [|k ki]; last by rewrite f21 // eq_sym.
rewrite sumr_const cardC1 card_ord -mulr_natl -subn1 natrB // [m2 * m1]mulrC mulrA //.
Qed.

Section Training.
Variable N : nat.
Definition gamma_of_entries : R := (1 + 2%:R / N%:R) * m3 + (d%:R - 1) / N%:R * m1 * m2.
Notation gamma := gamma_of_entries.
Let gammaE : gamma = m3 + kappa / N%:R. Proof. by rewrite /gamma /kappa; move: (N%:R^-1 : R) => n; ring. Qed.
Lemma gamma_gt0 : 0 < gamma.
Proof. by rewrite gammaE ltr_paddr // divr_ge0 ?ler0n. Qed.
Lemma diagonal_coefficient i : mean P (fun o => (1 + N%:R^-1) * lambda o 0 i ^+ 3 +
  N%:R^-1 * (lambda o 0 i ^+ 2 * \sum_k lambda o 0 k)) = gamma.
Proof.
have [it mt] := trace i; rewrite meanD; [|exact: integrableZ|exact: integrableZ].
by rewrite !meanZ // f3 mt /gamma; move: (N%:R^-1 : R) => n; ring.
Qed.
Theorem identical_minimiser : minimiser N (m2 / gamma).
Proof.
have g0 i j : 0 < (if i == j then gamma else random_diagonal.zeta P N lambda i j).
  case: eqP => _; [exact: gamma_gt0 | exact: random_diagonal.zeta_gt0].
have [nu nu0 le] := positive_bound g0.
have bound i j : nu <= if i == j then random_diagonal.gamma P N lambda i else random_diagonal.zeta P N lambda i j.
  by have := le i j; rewrite /random_diagonal.gamma diagonal_coefficient.
have least := lemma_C4_least (And3 positive moment2 moment3) (conj nu0 bound).
have only := lemma_C4_minimisers (And3 positive moment2 moment3) (conj nu0 bound).
have entry (U : 'M[R]_d) (u : R) : (forall i j, u * U i j = if i == j then random_diagonal.xi P lambda i / random_diagonal.gamma P N lambda i else 0)
    <-> u *: U = (m2 / gamma)%:M.
  have e i : random_diagonal.xi P lambda i / random_diagonal.gamma P N lambda i = m2 / gamma.
    by rewrite /random_diagonal.xi /random_diagonal.gamma f2 diagonal_coefficient.
  split=> h; first by apply/matrixP => i j; rewrite mxE h [RHS]mxE e; case: eqP.
  move=> i j; have := congr1 (fun X : 'M[R]_d => X i j) h; rewrite [LHS]mxE [RHS]mxE e => ->.
  by case: eqP.
have atmin := proj2 (only (m2 / gamma)%:M 1) (proj2 (entry (m2 / gamma)%:M 1) (scale1r _)).
move=> U u; rewrite atmin; split; first exact: least.
by split=> [/only/entry|/entry/only].
Qed.
End Training.

(* the error on a new prompt of M examples and a query, Lambda of the same law, task w with E w w^T = I and no noise: for each
   outcome of Lambda a prompt as in joint_shift.v with Lambda_c = Lambda_q = Lambda *)
Section NewPrompt.
Variables (M : nat) (a : R).
Hypothesis M_positive : (0 < M)%N.
Variables (B C D A : Omega -> comAlgType R) (E1 : forall o, B o -> R) (Eq : forall o, D o -> R) (Ew : forall o, C o -> R)
  (E : forall o, A o -> R) (x : forall o, 'cV[B o]_d) (xq : forall o, 'cV[D o]_d) (w : forall o, 'cV[C o]_d)
  (task : forall o, {rmorphism C o -> A o}) (example : forall o, 'I_M -> {rmorphism B o -> A o})
  (query : forall o, {rmorphism D o -> A o}).
Hypotheses (law_x : forall o, is_expectation (@E1 o)) (law : forall o, is_expectation (@E o))
  (law_w : forall o, is_expectation (@Ew o)) (law_q : forall o, is_expectation (@Eq o)).
Hypothesis ind : forall o, independent (@Ew o) (@E1 o) (@Eq o) (@E o) (task o) (example o) (query o).
Hypothesis context : forall o, expect (@E1 o) (x o *m (x o)^T) = La o.
Hypothesis query_moment : forall o, expect (@Eq o) (xq o *m (xq o)^T) = La o.
Hypothesis tasks : forall o, expect (@Ew o) (w o *m (w o)^T) = 1%:M.
Hypothesis fourth : forall o (S : 'M[R]_d), expect (@E1 o) (x o *m (x o)^T *m const (B o) S *m x o *m (x o)^T) =
  La o *m (S + S^T) *m La o + \tr (S *m La o) *: La o.
(* E over Lambda, task, prompt and query of (x_q^T (a I) (1/M) sum_i <w, x_i> x_i - <w, x_q>)^2 *)
Definition error : R := mean P (fun o => E (
  (y_hat a%:M (x o) 0 (xq o) (w o) (task o) (example o) (query o) - truth (xq o) (w o) (task o) (query o)) ^+ 2)).
Theorem identical_error : error = d%:R * (m1 - 2%:R * a * m2 + a ^+ 2 * m3 + M%:R^-1 * a ^+ 2 * kappa).
Proof.
rewrite /error; have point o : E ((y_hat a%:M (x o) 0 (xq o) (w o) (task o) (example o) (query o)
    - truth (xq o) (w o) (task o) (query o)) ^+ 2) = \sum_i (M%:R^-1 * a ^+ 2 * (lambda o 0 i ^+ 2 * \sum_k lambda o 0 k)
    + ((M%:R^-1 * a ^+ 2 + a ^+ 2) * lambda o 0 i ^+ 3 + (lambda o 0 i + - (2%:R * a) * lambda o 0 i ^+ 2))).
  have zx : expect (@E1 o) (0 *: x o) = 0 by rewrite scale0r; apply/matrixP => i j; rewrite !mxE (exp0 (law_x o)).
  have zxx (c : B o) : expect (@E1 o) ((0 * c) *: (x o *m (x o)^T)) = 0.
    by rewrite mul0r scale0r; apply/matrixP => i j; rewrite !mxE (exp0 (law_x o)).
  have zz : expect (@E1 o) (0 ^+ 2 *: (x o *m (x o)^T)) = 0 *: La o by rewrite expr2 zxx scale0r.
  rewrite (statement_B9 a%:M M_positive (law_x o) (law o) (law_w o) (law_q o) (@ind o) (context o) (query_moment o) (tasks o) zx
    (fun v => zxx _) zz (@fourth o)).
  rewrite scale0r addr0 !mulmx1 tr_scalar_mx mul_scalar_mx mul_mx_scalar; move: (lambda o) => l.
  have -> : a *: diag_mx l - 1%:M = diag_mx (\row_i (a * l 0 i - 1)).
    by apply/matrixP => i j; rewrite !mxE; case: eqP => _; rewrite ?mulr1n ?mulr0n ?mulr0 ?subr0.
  rewrite tr_diag_mx !mulmx_diag mxtrace_diag scalerA -scalemxAl mulmxDr -scalemxAr !mulmx_diag mxtraceZ mxtraceD mxtraceZ.
  rewrite !mxtrace_diag; set t := \sum_k l 0 k; rewrite mulr_sumr -big_split !mulr_sumr -big_split; apply: eq_bigr => i _ /=.
  by rewrite !mxE; move: (l 0 i) (M%:R^-1 : R) => z m; ring.
rewrite (_ : (fun o => E _) = fun o => \sum_i (M%:R^-1 * a ^+ 2 * (lambda o 0 i ^+ 2 * \sum_k lambda o 0 k)
    + ((M%:R^-1 * a ^+ 2 + a ^+ 2) * lambda o 0 i ^+ 3 + (lambda o 0 i + - (2%:R * a) * lambda o 0 i ^+ 2)))); last exact: funext.
have it i := proj1 (trace i); have mt i := proj2 (trace i).
have j1 i : integrable P (fun o => M%:R^-1 * a ^+ 2 * (lambda o 0 i ^+ 2 * \sum_k lambda o 0 k)) by apply: integrableZ.
have j2 i : integrable P (fun o => (M%:R^-1 * a ^+ 2 + a ^+ 2) * lambda o 0 i ^+ 3) by apply: integrableZ.
have j4 i : integrable P (fun o => - (2%:R * a) * lambda o 0 i ^+ 2) by apply: integrableZ.
have j3 i : integrable P (fun o => lambda o 0 i + - (2%:R * a) * lambda o 0 i ^+ 2) by apply: integrableD.
rewrite mean_sum => [|i]; last exact: integrableD (j1 i) (integrableD (j2 i) (j3 i)).
rewrite (eq_bigr (fun=> m1 - 2%:R * a * m2 + a ^+ 2 * m3 + M%:R^-1 * a ^+ 2 * kappa)) => [|i _].
  by rewrite sumr_const card_ord -[LHS]mulr_natl.
rewrite (meanD (j1 i) (integrableD (j2 i) (j3 i))) (meanD (j2 i) (j3 i)) (meanD (moment1 i) (j4 i)) !meanZ //.
by rewrite mt f3 f2 f1 /kappa; move: (M%:R^-1 : R) (d%:R : R) => m n; ring.
Qed.
End NewPrompt.

(* what no length removes: with the minimiser of training the error at N and M is above d (m1 - m2^2/m3) by at most a constant times
   1/N^2 + 1/M *)
Definition falls_to (error : nat -> nat -> R) (limit : R) : Prop :=
  exists K, forall N M, limit <= error N M <= limit + K * (N%:R^-1 ^+ 2 + M%:R^-1).
Definition limit_error : R := d%:R * (m1 - m2 ^+ 2 / m3).
Definition trained_error (N M : nat) : R := let a := m2 / gamma_of_entries N in
  d%:R * (m1 - 2%:R * a * m2 + a ^+ 2 * m3 + M%:R^-1 * a ^+ 2 * kappa).
Lemma trained_error_between N M : limit_error <= trained_error N M <= limit_error + d%:R * (m2 ^+ 2 * kappa ^+ 2 / m3 ^+ 3 * N%:R^-1 ^+ 2 + m2 ^+ 2 * kappa / m3 ^+ 2 * M%:R^-1).
Proof.
pose g := gamma_of_entries N.
have gE : g = m3 + kappa / N%:R by rewrite /g /gamma_of_entries /kappa; move: (N%:R^-1 : R) => n; ring.
have g0 : 0 < g := gamma_gt0 N; have n0 : 0 <= N%:R^-1 :> R by rewrite invr_ge0 ler0n.
have mg : m3 <= g by rewrite gE ler_addl mulr_ge0.
have k0 := kappa_ge0; have M0 : 0 <= M%:R^-1 :> R by rewrite invr_ge0 ler0n.
have -> : trained_error N M = limit_error + d%:R * (m2 ^+ 2 * kappa ^+ 2 / (m3 * g ^+ 2) * N%:R^-1 ^+ 2 + m2 ^+ 2 * kappa / g ^+ 2 * M%:R^-1).
  rewrite /trained_error /limit_error -mulrDr -/g; congr (_ * _).
  have e : kappa * N%:R^-1 = g - m3 by rewrite gE addrAC subrr add0r.
  have -> : m2 ^+ 2 * kappa ^+ 2 / (m3 * g ^+ 2) * N%:R^-1 ^+ 2 = m2 ^+ 2 * (kappa * N%:R^-1) ^+ 2 / (m3 * g ^+ 2).
    by move: (N%:R^-1 : R) => n; field; rewrite !gt_eqF.
  by rewrite e; move: (M%:R^-1 : R) (g) g0 => m z z0; field; rewrite !gt_eqF.
have inv : g ^- 2 <= m3 ^- 2 by rewrite lef_pinv ?posrE ?exprn_gt0 // ler_expn2r // nnegrE ltW.
rewrite ler_addl ler_add2l; apply/andP; split.
  have g2 : 0 <= g ^- 2 by rewrite invr_ge0 exprn_ge0 // ltW.
  have mg2 : 0 <= (m3 * g ^+ 2)^-1 by rewrite invr_ge0 mulr_ge0 ?exprn_ge0 // ltW.
  by apply: mulr_ge0; rewrite ?ler0n // addr_ge0 // mulr_ge0 ?sqr_ge0 // mulr_ge0 // mulr_ge0 ?sqr_ge0.
rewrite ler_wpmul2l ?ler0n // ler_add // ler_wpmul2r ?exprn_ge0 // ler_wpmul2l ?mulr_ge0 ?exprn_ge0 ?(ltW m2_gt0) //.
by rewrite [m3 ^+ 3]exprS [(m3 * g ^+ 2)^-1]invfM [(m3 * _)^-1]invfM ler_wpmul2l ?invr_ge0 ?(ltW m3_gt0).
Qed.
Theorem identical_error_limit : falls_to trained_error limit_error.
Proof.
pose a := m2 ^+ 2 * kappa ^+ 2 / m3 ^+ 3; pose b := m2 ^+ 2 * kappa / m3 ^+ 2.
have a0 : 0 <= a by apply: divr_ge0; [apply: mulr_ge0; exact: sqr_ge0 | exact/exprn_ge0/ltW].
have b0 : 0 <= b by apply: divr_ge0; [apply: mulr_ge0 => //; exact: sqr_ge0 | exact/exprn_ge0/ltW].
exists (d%:R * (a + b)) => N M; have /andP[-> /le_trans] := trained_error_between N M; apply.
rewrite ler_add2l -/a -/b -[X in _ <= X]mulrA ler_wpmul2l ?ler0n // mulrDl !mulrDr.
have n0 : 0 <= N%:R^-1 ^+ 2 :> R by rewrite sqr_ge0.
have m0 : 0 <= M%:R^-1 :> R by rewrite invr_ge0 ler0n.
by rewrite ler_add // ?ler_addl ?ler_addr mulr_ge0.
Qed.
End Identical.

(* named laws, through their moments *)
Section NamedLaws.
Variables (R : realType) (Omega : Type) (P : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypotheses (d_positive : (0 < d)%N) (N_positive : (0 < N)%N).
Hypothesis positive : forall o i, 0 < lambda o 0 i.
Hypothesis moment1 : forall i, integrable P (fun o => lambda o 0 i).
Hypothesis moment2 : forall i j, integrable P (fun o => lambda o 0 i * lambda o 0 j).
Hypothesis moment3 : forall i j k, integrable P (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k).
Notation minimiser := (minimiser P lambda N).
Notation moments := (moments P lambda).
Notation n := (N%:R : R).
Notation e := (d%:R : R).

(* positive combinations of positive numbers are positive *)
Ltac nonnegative := solve [assumption | exact: ler0n | exact: ler01 | apply: ltW; assumption
  | apply: addr_ge0; nonnegative | apply: mulr_ge0; nonnegative | apply: exprn_ge0; nonnegative].
Ltac positive := solve [assumption | exact: ltr01 | by rewrite ltr0n | apply: mulr_gt0; positive | apply: exprn_gt0; positive
  | apply: ltr_paddr; [nonnegative | positive] | apply: ltr_paddl; [nonnegative | positive]].
Ltac rational := field; do ?(apply/andP; split); rewrite gt_eqF //; positive.

(* for every m = N and z = d - 1 *)
Let at_ m1 m2 m3 (a : R -> R -> R) : moments m1 m2 m3 ->
  (forall m z, 0 < m -> 0 <= z -> m2 / ((1 + 2%:R / m) * m3 + z / m * m1 * m2) = a m (z + 1)) -> minimiser (a n e).
Proof.
move=> h E; have n0 : 0 < n by rewrite ltr0n.
have e1 : 0 <= e - 1 by rewrite subr_ge0 ler1n.
rewrite -(subrK 1 e) -E //; exact: (identical_minimiser d_positive positive moment1 moment2 moment3 h).
Qed.
Let falls m1 m2 m3 l : moments m1 m2 m3 -> limit_error d m1 m2 m3 = l -> falls_to (trained_error d m1 m2 m3) l.
Proof. by move=> h <-; apply: (identical_error_limit d_positive positive moment1 moment2 moment3 h). Qed.

(* Exp(1) *)
Theorem exponential_minimiser : moments 1 2%:R 6%:R -> minimiser (n / (3%:R * n + e + 5%:R)).
Proof. by move=> h; apply: (at_ (a := fun m z => m / (3%:R * m + z + 5%:R)) h) => m z m0 z0; rational. Qed.
Theorem exponential_limit : moments 1 2%:R 6%:R -> falls_to (trained_error d 1 2%:R 6%:R) (e / 3%:R).
Proof. by move=> h; apply: (falls h); rewrite /limit_error; field. Qed.

(* Gamma of shape h and rate l *)
Theorem gamma_minimiser h l : 0 < h -> 0 < l ->
  moments (h / l) (h * (h + 1) / l ^+ 2) (h * (h + 1) * (h + 2%:R) / l ^+ 3) ->
  minimiser (n * l / ((n + 2%:R) * (h + 2%:R) + (e - 1) * h)).
Proof.
move=> h0 l0 H; apply: (at_ (a := fun m z => m * l / ((m + 2%:R) * (h + 2%:R) + (z - 1) * h)) H) => m z m0 z0.
by rewrite addrK; rational.
Qed.
Theorem gamma_limit h l : 0 < h -> 0 < l ->
  moments (h / l) (h * (h + 1) / l ^+ 2) (h * (h + 1) * (h + 2%:R) / l ^+ 3) ->
  falls_to (trained_error d (h / l) (h * (h + 1) / l ^+ 2) (h * (h + 1) * (h + 2%:R) / l ^+ 3)) (e * h / (l * (h + 2%:R))).
Proof. by move=> h0 l0 H; apply: (falls H); rewrite /limit_error; move: (e) => z; rational. Qed.

(* log-normal of mean l, with E lambda^2 = (1 + h) l^2 *)
Theorem log_normal_minimiser h l : 0 < h -> 0 < l -> moments l ((1 + h) * l ^+ 2) ((1 + h) ^+ 3 * l ^+ 3) ->
  minimiser (n / (l * ((n + 2%:R) * (1 + h) ^+ 2 + e - 1))).
Proof.
move=> h0 l0 H; apply: (at_ (a := fun m z => m / (l * ((m + 2%:R) * (1 + h) ^+ 2 + z - 1))) H) => m z m0 z0.
by rewrite addrA addrK; rational.
Qed.
Theorem log_normal_limit h l : 0 < h -> 0 < l -> moments l ((1 + h) * l ^+ 2) ((1 + h) ^+ 3 * l ^+ 3) ->
  falls_to (trained_error d l ((1 + h) * l ^+ 2) ((1 + h) ^+ 3 * l ^+ 3)) (e * l * h / (1 + h)).
Proof. by move=> h0 l0 H; apply: (falls H); rewrite /limit_error; move: (e) => z; rational. Qed.

(* always l *)
Theorem constant_minimiser l : 0 < l -> moments l (l ^+ 2) (l ^+ 3) -> minimiser (n / (l * (n + e + 1))).
Proof. by move=> l0 H; apply: (at_ (a := fun m z => m / (l * (m + z + 1))) H) => m z m0 z0; rational. Qed.
Theorem constant_limit l : 0 < l -> moments l (l ^+ 2) (l ^+ 3) -> falls_to (trained_error d l (l ^+ 2) (l ^+ 3)) 0.
Proof. by move=> l0 H; apply: (falls H); rewrite /limit_error; move: (e) => z; rational. Qed.
End NamedLaws.
