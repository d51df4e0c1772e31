(* Covariances drawn at random: an expectation as a functional, the averaged quadratic operator X -> E[Gamma Lambda X Lambda],
   the averaged linear term E[Lambda^2], and the reduced loss averaged over the law of Lambda. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve reduced_loss_form convergence setting operator_norm quadratic_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* what the integral of a probability measure satisfies *)
Record law (R : realType) (Omega : Type) := Law {
  integrable : (Omega -> R) -> Prop;
  mean : (Omega -> R) -> R;
  integrable_cst : forall c, integrable (fun=> c);
  mean_cst : forall c, mean (fun=> c) = c;
  integrableD : forall f g, integrable f -> integrable g -> integrable (fun o => f o + g o);
  meanD : forall f g, integrable f -> integrable g -> mean (fun o => f o + g o) = mean f + mean g;
  integrableZ : forall a f, integrable f -> integrable (fun o => a * f o);
  meanZ : forall a f, integrable f -> mean (fun o => a * f o) = a * mean f;
  mean_mono : forall f g, integrable f -> integrable g -> (forall o, f o <= g o) -> mean f <= mean g;
  mean_gt0 : forall f, integrable f -> (forall o, 0 < f o) -> 0 < mean f }.

Section Expectation.
Variables (R : realType) (Omega : Type) (E : law R Omega).
Implicit Types f g : Omega -> R.

Lemma integrable_ext f g : (forall o, f o = g o) -> integrable E f -> integrable E g.
Proof. by move=> h; rewrite (funext h). Qed.
Lemma integrable_sum n (F : 'I_n -> Omega -> R) : (forall i, integrable E (F i)) ->
  integrable E (fun o => \sum_i F i o).
Proof.
elim: n F => [|n IH] F h.
  by apply: integrable_ext (integrable_cst E 0) => o; rewrite big_ord0.
apply: integrable_ext (integrableD (h ord0) (IH _ (fun i => h (lift ord0 i)))) => o.
by rewrite big_ord_recl.
Qed.
Lemma mean_sum n (F : 'I_n -> Omega -> R) : (forall i, integrable E (F i)) ->
  mean E (fun o => \sum_i F i o) = \sum_i mean E (F i).
Proof.
elim: n F => [|n IH] F h.
  by rewrite big_ord0 -[RHS](mean_cst E 0); congr mean; apply/funext => o; rewrite big_ord0.
rewrite big_ord_recl -IH // -meanD //; last by apply: integrable_sum.
by congr mean; apply/funext => o; rewrite big_ord_recl.
Qed.
Lemma integrableZr f a : integrable E f -> integrable E (fun o => f o * a).
Proof. by move=> h; apply: integrable_ext (integrableZ a h) => o; rewrite mulrC. Qed.
Lemma meanZr f a : integrable E f -> mean E (fun o => f o * a) = mean E f * a.
Proof. by move=> h; rewrite [RHS]mulrC -meanZ //; congr mean; apply/funext => o; rewrite mulrC. Qed.
Lemma mean_ge0 f : integrable E f -> (forall o, 0 <= f o) -> 0 <= mean E f.
Proof. by move=> h f0; rewrite -[X in X <= _](mean_cst E 0); apply: mean_mono => //; apply: integrable_cst. Qed.
(* Jensen's inequality for the square *)
Lemma mean_sqr f : integrable E f -> integrable E (fun o => f o ^+ 2) -> mean E f ^+ 2 <= mean E (fun o => f o ^+ 2).
Proof.
move=> h h2; pose m := mean E f; rewrite -/m -subr_ge0.
have iL := integrableD (integrableZ (- 2%:R * m) h) (integrable_cst E (m ^+ 2)).
have -> : mean E (fun o => f o ^+ 2) - m ^+ 2 = mean E (fun o => f o ^+ 2 + (- 2%:R * m * f o + m ^+ 2)).
  rewrite (meanD h2 iL) (meanD (integrableZ _ h) (integrable_cst E _)) (meanZ _ h) mean_cst /m; ring.
have iS := integrableD h2 iL.
apply: mean_ge0 => // o.
have -> : f o ^+ 2 + (- 2%:R * m * f o + m ^+ 2) = (f o - m) ^+ 2 by ring.
exact: sqr_ge0.
Qed.

(* of a random matrix, entry by entry *)
Definition mean_mx m n (F : Omega -> 'M[R]_(m, n)) : 'M[R]_(m, n) := \matrix_(i, j) mean E (fun o => F o i j).
Definition integrable_mx m n (F : Omega -> 'M[R]_(m, n)) := forall i j, integrable E (fun o => F o i j).
Lemma integrable_dotp m n (F : Omega -> 'M[R]_(m, n)) Y : integrable_mx F -> integrable E (fun o => dotp (F o) Y).
Proof.
move=> h; apply: (@integrable_ext (fun o => \sum_i \sum_j F o i j * Y i j)) => [o|]; first by rewrite dotpE.
by apply: integrable_sum => i; apply: integrable_sum => j; apply: integrableZr.
Qed.
Lemma dotp_mean m n (F : Omega -> 'M[R]_(m, n)) Y : integrable_mx F ->
  dotp (mean_mx F) Y = mean E (fun o => dotp (F o) Y).
Proof.
move=> h; have -> : (fun o => dotp (F o) Y) = fun o => \sum_i \sum_j F o i j * Y i j.
  by apply/funext => o; rewrite dotpE.
have i1 i j : integrable E (fun o => F o i j * Y i j) by apply: integrableZr.
have i2 i : integrable E (fun o => \sum_j F o i j * Y i j) by apply: integrable_sum.
rewrite mean_sum // dotpE; apply: eq_bigr => i _; rewrite mean_sum //; apply: eq_bigr => j _.
by rewrite mxE meanZr.
Qed.
End Expectation.

Section RandomCovariance.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (La : Omega -> 'M[R]_d).
Notation Gamma o := (Gamma N (La o)).
Hypothesis moment2 : forall i j k l, integrable E (fun o => La o i j * La o k l).
Hypothesis moment3 : forall i j k l m n, integrable E (fun o => La o i j * La o k l * La o m n).

(* E[Lambda^2] *)
Definition mean_square : 'M[R]_d := mean_mx E (fun o => La o *m La o).
(* E[Gamma Lambda X Lambda] *)
Definition mean_quadratic (X : 'M[R]_d) : 'M[R]_d := mean_mx E (fun o => Gamma o *m La o *m X *m La o).

Lemma square_integrable : integrable_mx E (fun o => La o *m La o).
Proof.
move=> i j; apply: (@integrable_ext _ _ _ (fun o => \sum_k La o i k * La o k j)) => [o|]; first by rewrite mxE.
exact: integrable_sum.
Qed.
Lemma Gamma_moment i k l j : integrable E (fun o => (Gamma o *m La o) i k * La o l j).
Proof.
apply: (@integrable_ext _ _ _ (fun o => \sum_m ((1 + N%:R^-1) * (La o i m * La o m k * La o l j) +
   ((i == m)%:R / N%:R) * \sum_n (La o n n * La o m k * La o l j)))) => [o|].
  rewrite mxE mulr_suml; apply: eq_bigr => m _.
  rewrite /setting.Gamma !mxE -!mulr_suml -/(\tr (La o)).
  move: (\tr (La o)) (La o i m) (La o m k) (La o l j) (N%:R^-1 : R) => a b c e n.
  by case: (i == m) => /=; rewrite ?mulr1n ?mulr0n; ring.
apply: integrable_sum => m; apply: integrableD; first exact: integrableZ.
by apply: integrableZ; apply: integrable_sum => n.
Qed.
Lemma quadratic_entry o X i j : (Gamma o *m La o *m X *m La o) i j =
  \sum_l \sum_k ((Gamma o *m La o) i k * La o l j) * X k l.
Proof.
rewrite mxE; apply: eq_bigr => l _; rewrite mxE mulr_suml; apply: eq_bigr => k _.
by rewrite -!mulrA [X k l * _]mulrC.
Qed.
Lemma quadratic_integrable X : integrable_mx E (fun o => Gamma o *m La o *m X *m La o).
Proof.
move=> i j; apply: (integrable_ext (fun o => esym (quadratic_entry o X i j))).
by apply: integrable_sum => l; apply: integrable_sum => k; apply: integrableZr; apply: Gamma_moment.
Qed.
Lemma mean_quadratic_entry X i j : mean_quadratic X i j =
  \sum_l \sum_k mean E (fun o => (Gamma o *m La o) i k * La o l j) * X k l.
Proof.
have i1 l k : integrable E (fun o => (Gamma o *m La o) i k * La o l j * X k l).
  by apply: integrableZr; apply: Gamma_moment.
have i2 l : integrable E (fun o => \sum_k (Gamma o *m La o) i k * La o l j * X k l) by apply: integrable_sum.
rewrite mxE (_ : (fun o => _) = fun o => \sum_l \sum_k (Gamma o *m La o) i k * La o l j * X k l); last first.
  by apply/funext => o; rewrite quadratic_entry.
rewrite mean_sum //; apply: eq_bigr => l _; rewrite mean_sum //; apply: eq_bigr => k _.
by rewrite meanZr //; apply: Gamma_moment.
Qed.
Lemma mean_quadratic_is_linear : linear mean_quadratic.
Proof.
have entry a (A B : 'M[R]_d) i j : (a *: A + B) i j = a * A i j + B i j by rewrite !mxE.
move=> a X Y; apply/matrixP => i j; rewrite entry !mean_quadratic_entry mulr_sumr -big_split /=.
apply: eq_bigr => l _; rewrite mulr_sumr -big_split /=; apply: eq_bigr => k _.
by rewrite entry mulrDr mulrCA.
Qed.
Canonical mean_quadratic_linear := Linear mean_quadratic_is_linear.

Hypothesis definite : forall o, pd (La o).
Lemma mean_quadratic_selfadjoint X Y : dotp (mean_quadratic X) Y = dotp X (mean_quadratic Y).
Proof.
rewrite [RHS]dotpC !dotp_mean; try exact: quadratic_integrable.
congr mean; apply/funext => o; have Ls := pd_sym (definite o).
have Ps : (Gamma o *m La o)^T = Gamma o *m La o := pd_sym (pdPa N (definite o)).
move: (Gamma o *m La o) Ps => P Ps.
by rewrite /dotp -[RHS]mxtrace_tr !trmx_mul trmxK Ls Ps !mulmxA [RHS]mxtrace_mulC !mulmxA.
Qed.

(* the reduced loss of a prompt with covariance Lambda, averaged over Lambda *)
Definition mean_loss (U : 'M[R]_d) (u : R) : R := mean E (fun o => ell (La o) (Gamma o) U u).
Lemma mean_loss_quadratic U u : mean_loss U u = qell mean_quadratic_linear mean_square U u.
Proof.
have i1 := integrable_dotp U (quadratic_integrable U); have i2 := integrable_dotp U square_integrable.
rewrite /qell !dotp_mean //; last exact: quadratic_integrable; last exact: square_integrable.
rewrite -(meanZ _ i1) -mulNr -(meanZ _ i2) -meanD; [|exact: integrableZ|exact: integrableZ].
by congr mean; apply/funext => o; rewrite /ell mulNr.
Qed.

(* Lemma C.1 at u12 = u21 = 0: the gradient flow of mean_loss, at t >= 0 *)
Definition mean_flow (U : R -> 'M[R]_d) (u : R -> R) : Prop := forall t, 0 <= t ->
  mder U t (- (u t ^+ 2 *: mean_quadratic (U t) - u t *: mean_square)) /\
  der u t (- (u t * \tr (mean_quadratic (U t) *m (U t)^T) - \tr (mean_square *m (U t)^T))).
Lemma mean_nonnegative X : 0 <= dotp (mean_quadratic X) X.
Proof.
rewrite dotp_mean; last exact: quadratic_integrable.
apply: mean_ge0 => [|o]; first exact: integrable_dotp (quadratic_integrable X).
exact: (form_ge0 X (pdPa N (definite o)) (definite o)).
Qed.

(* the start: alignment of E[Lambda^2] with Theta Theta^T, and the size of the quadratic term *)
Variable Th : 'M[R]_d.
Let T := Th *m Th^T.
Let Ts : T^T = T. Proof. by rewrite /T trmx_mul trmxK. Qed.
Lemma alignment_square : dotp mean_square T = mean E (fun o => nrm2 (La o *m Th)).
Proof.
rewrite dotp_mean; last exact: square_integrable.
congr mean; apply/funext => o; rewrite /nrm2 /dotp Ts /T !trmx_mul (pd_sym (definite o)).
by rewrite !mulmxA [RHS]mxtrace_mulC !mulmxA.
Qed.
Hypothesis moment1 : integrable_mx E La.
Lemma product_integrable i j : integrable E (fun o => (La o *m Th) i j).
Proof.
apply: (@integrable_ext _ _ _ (fun o => \sum_k La o i k * Th k j)) => [o|]; first by rewrite mxE.
by apply: integrable_sum => k; apply: integrableZr.
Qed.
Lemma product_square_integrable i j : integrable E (fun o => (La o *m Th) i j ^+ 2).
Proof.
apply: (@integrable_ext _ _ _ (fun o => \sum_k \sum_l (La o i k * La o i l) * (Th k j * Th l j))) => [o|].
  rewrite mxE expr2 mulr_suml; apply: eq_bigr => k _; rewrite mulr_sumr; apply: eq_bigr => l _.
  by rewrite mulrACA.
by apply: integrable_sum => k; apply: integrable_sum => l; apply: integrableZr.
Qed.
Lemma alignment_jensen : nrm2 (mean_mx E La *m Th) <= dotp mean_square T.
Proof.
have i1 i : integrable E (fun o => \sum_j (La o *m Th) i j ^+ 2).
  by apply: integrable_sum => j; apply: product_square_integrable.
rewrite alignment_square (_ : (fun o => _) = fun o => \sum_i \sum_j (La o *m Th) i j ^+ 2); last first.
  by apply/funext => o; rewrite nrm2E.
rewrite mean_sum // nrm2E; apply: ler_sum => i _; rewrite mean_sum => [|j]; last exact: product_square_integrable.
apply: ler_sum => j _.
have -> : (mean_mx E La *m Th) i j = mean E (fun o => (La o *m Th) i j).
  rewrite mxE (_ : (fun o => _) = fun o => \sum_k La o i k * Th k j); last by apply/funext => o; rewrite mxE.
  rewrite mean_sum => [|k]; last exact: integrableZr.
  by apply: eq_bigr => k _; rewrite mxE meanZr.
by apply: mean_sqr; [apply: product_integrable | apply: product_square_integrable].
Qed.

Variable normG : Omega -> R.
Hypothesis normG_bound : forall o, opn (Gamma o) (normG o).
Lemma quadratic_start o : nrm2 T = 1 -> dotp (Gamma o *m La o *m T *m La o) T <= normG o * fnorm (La o *m T *m La o).
Proof.
move=> T1; apply: le_trans (dotp_le _ _) _; rewrite {2}/fnorm T1 sqrtr1 mulr1.
have [g0 _] := normG_bound o.
apply: le_of_sqr; first by rewrite mulr_ge0 ?fnorm_ge0.
by rewrite exprMn !fnorm_sqr -!(mulmxA (Gamma o)) opn_mul.
Qed.
Lemma sandwich_le o : nrm2 T = 1 -> fnorm (La o *m T *m La o) <= nrm2 (La o).
Proof.
move=> T1; apply: le_of_sqr; first exact: nrm2_ge0.
rewrite fnorm_sqr expr2; apply: le_trans (nrm2_mul _ _) _; rewrite ler_wpmul2r ?nrm2_ge0 //.
by apply: le_trans (nrm2_mul _ _) _; rewrite T1 mulr1.
Qed.
Lemma sandwich_le_sharp o : fnorm (La o *m T *m La o) <= nrm2 (La o *m Th).
Proof.
apply: le_of_sqr; first exact: nrm2_ge0.
have -> : La o *m T *m La o = (La o *m Th) *m (La o *m Th)^T by rewrite trmx_mul (pd_sym (definite o)) /T !mulmxA.
by rewrite fnorm_sqr expr2; apply: le_trans (nrm2_mul _ _) _; rewrite nrm2_tr.
Qed.
Hypothesis T1 : nrm2 T = 1.
Lemma quadratic_start_le : integrable E (fun o => normG o * nrm2 (La o)) ->
  dotp (mean_quadratic T) T <= mean E (fun o => normG o * nrm2 (La o)).
Proof.
move=> h; rewrite dotp_mean; last exact: quadratic_integrable.
apply: mean_mono => // [|o]; first exact: integrable_dotp (quadratic_integrable T).
by apply: le_trans (quadratic_start o T1) _; rewrite ler_wpmul2l ?sandwich_le //; case: (normG_bound o).
Qed.
Lemma quadratic_start_le_sharp : integrable E (fun o => normG o * nrm2 (La o *m Th)) ->
  dotp (mean_quadratic T) T <= mean E (fun o => normG o * nrm2 (La o *m Th)).
Proof.
move=> h; rewrite dotp_mean; last exact: quadratic_integrable.
apply: mean_mono => // [|o]; first exact: integrable_dotp (quadratic_integrable T).
by apply: le_trans (quadratic_start o T1) _; rewrite ler_wpmul2l ?sandwich_le_sharp //; case: (normG_bound o).
Qed.
End RandomCovariance.
