(* The mean of the prediction given the query and the task: section 4.2's covariate shift and eq. (4.13), for any matrix A in
   place of Gamma^-1, any length M, any law. Then finding F3: where the query has the covariance of its own prompt, the plain mean
   of Lambda is not what the mean given the query holds. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite random_matrix independent_prompt random_covariance setting.
From ICLTheorems Require Import joint_shift.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section MeanPrediction.
Variables (R : rcfType) (d M : nat) (A0 : 'M[R]_d).
Hypothesis M_positive : (0 < M)%N.
(* as in joint_shift.v: the laws of an example (x, eps), of the query, and of the task *)
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E).
Hypothesis ind : independent Ew E1 Eq E task example query.
Variable La_c : 'M[R]_d.
Hypothesis context : expect E1 (x *m x^T) = La_c.
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Notation y_hat := (y_hat A0 x eps xq w task example query).

(* E[y_hat | x_q, w] = x_q^T A Lambda_c w: the two have the same mean against every function of the task and every function of
   the query *)
Theorem mean_prediction f h : E (task f * y_hat * query h) =
  E (task f * ((xq_A xq query)^T *m const A (A0 *m La_c) *m w_A w task) 0 0 * query h).
Proof.
have nz : M%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
have prod (a : A) (b : R) (c : A) : a * b%:A * c = b *: (a * c) by rewrite -scalerAr mulr1 -scalerAl.
have right : task f * ((xq_A xq query)^T *m const A (A0 *m La_c) *m w_A w task) 0 0 * query h =
    \sum_a \sum_c (A0 *m La_c) a c *: (task (f * w c 0) * query (xq a 0 * h)).
  rewrite mxE mulr_sumr mulr_suml exchange_big /=; apply: eq_bigr => c _.
  rewrite mxE mulr_suml mulr_sumr mulr_suml; apply: eq_bigr => a _.
  rewrite [(xq_A xq query)^T _ _]mxE [xq_A _ _ _ _]mxE constE [w_A _ _ _ _]mxE prod -!scalerAr -scalerAl !rmorphM.
  by congr (_ *: _); move: (task f) (query (xq a 0)) (task (w c 0)) (query h) => p q r s; ring.
have left : task f * y_hat * query h = M%:R^-1 *: \sum_i \sum_b \sum_a A0 a b *:
    (task f * example i (eps * x b 0) * query (xq a 0 * h) +
     \sum_c task (f * w c 0) * example i (x c 0 * x b 0) * query (xq a 0 * h)).
  rewrite /joint_shift.y_hat -scalemxAr mxE -scalerAl mul1r -scalerAr -scalerAl; congr (_ *: _).
  rewrite mulmx_sumr summxE mulr_sumr mulr_suml; apply: eq_bigr => i _.
  rewrite -scalemxAr mxE mxE mulr_sumr mulr_sumr mulr_suml; apply: eq_bigr => b _.
  rewrite mxE mulr_suml mulr_sumr mulr_sumr mulr_suml; apply: eq_bigr => a _.
  rewrite [(xq_A xq query)^T _ _]mxE [xq_A _ _ _ _]mxE constE [x_A _ _ _ _ _]mxE /y_A mxE.
  have e (p q r s t : A) (k : R) : p * (q * (r * k%:A * s)) * t = k *: (p * q * (r * s) * t).
    by rewrite -[r * k%:A]scalerAr mulr1 -!scalerAl -!scalerAr -scalerAl; congr (_ *: _); ring.
  rewrite e; congr (_ *: _); rewrite mulrDr !mulrDl addrC; congr (_ + _).
    by rewrite !rmorphM; move: (task f) (query (xq a 0)) (example i (x b 0)) (query h) (example i eps) => p q r s t; ring.
  rewrite mulr_sumr !mulr_suml; apply: eq_bigr => c _.
  rewrite [(w_A w task)^T _ _]mxE [w_A _ _ _ _]mxE [x_A _ _ _ _ _]mxE !rmorphM.
  move: (task f) (query (xq a 0)) (example i (x b 0)) (query h) (example i (x c 0)) (task (w c 0)) => p q r s t k; ring.
have zero b : E1 (eps * x b 0) = 0 by have := congr1 (fun X : 'cV[R]_d => X b 0) noise_x; rewrite !mxE.
have cov c b : E1 (x c 0 * x b 0) = La_c c b by rewrite -context [RHS]mxE outer.
have sym b c : La_c b c = La_c c b by rewrite -!cov [x b 0 * _]mulrC.
rewrite left right (expZ law) (exp_sum law).
have row (i : 'I_M) : E (\sum_b \sum_a A0 a b *: (task f * example i (eps * x b 0) * query (xq a 0 * h) +
     \sum_c task (f * w c 0) * example i (x c 0 * x b 0) * query (xq a 0 * h))) =
   \sum_a \sum_c (A0 *m La_c) a c * (Ew (f * w c 0) * Eq (xq a 0 * h)).
  rewrite (exp_sum law); transitivity (\sum_b \sum_a \sum_c A0 a b * (La_c c b * (Ew (f * w c 0) * Eq (xq a 0 * h)))).
    apply: eq_bigr => b _; rewrite (exp_sum law); apply: eq_bigr => a _.
    rewrite (expZ law) (expD law) (ind_one law_x ind) zero mulr0 mul0r add0r (exp_sum law) mulr_sumr.
    by apply: eq_bigr => c _; rewrite (ind_one law_x ind) cov; move: (La_c c b) (Ew _) (Eq _) (A0 a b) => p q r s; ring.
  rewrite exchange_big /=; apply: eq_bigr => a _; rewrite exchange_big /=; apply: eq_bigr => c _.
  rewrite mxE mulr_suml; apply: eq_bigr => b _; by rewrite [La_c b c]sym mulrA.
under eq_bigr do rewrite row.
rewrite sumr_const card_ord -[X in _ * X]mulr_natl mulrA mulVf // mul1r (exp_sum law); apply: eq_bigr => a _.
rewrite (exp_sum law); apply: eq_bigr => c _; rewrite (expZ law).
by rewrite (ind_none law_x ind).
Qed.

(* E[y_hat <w, x_q>], for tasks with E w w^T = I *)
Hypothesis law_w : is_expectation Ew.
Variable La_q : 'M[R]_d.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La_q.
Hypothesis tasks : expect Ew (w *m w^T) = 1%:M.
Theorem mean_alignment : E (y_hat * truth xq w task query) = \tr (A0 *m La_c *m La_q).
Proof.
have -> : y_hat * truth xq w task query = \sum_k task (w k 0) * y_hat * query (xq k 0).
  rewrite /truth mxE mulr_sumr; apply: eq_bigr => k _.
  by rewrite [(w_A w task)^T _ _]mxE [w_A _ _ _ _]mxE [xq_A _ _ _ _]mxE mulrA [y_hat * _]mulrC.
rewrite (exp_sum law); transitivity (\sum_k \sum_a (A0 *m La_c) a k * La_q a k); last first.
  rewrite exchange_big /=; apply: eq_bigr => a _; rewrite [RHS]mxE; apply: eq_bigr => k _.
  by congr (_ * _); rewrite -query_moment [LHS]mxE [RHS]mxE !outer mulrC.
apply: eq_bigr => k _; rewrite mean_prediction.
have -> : task (w k 0) * ((xq_A xq query)^T *m const A (A0 *m La_c) *m w_A w task) 0 0 * query (xq k 0) =
    \sum_c \sum_a (A0 *m La_c) a c *: (task (w k 0 * w c 0) * query (xq a 0 * xq k 0)).
  rewrite mxE mulr_sumr mulr_suml; apply: eq_bigr => c _.
  rewrite mxE mulr_suml mulr_sumr mulr_suml; apply: eq_bigr => a _.
  rewrite [(xq_A xq query)^T _ _]mxE [xq_A _ _ _ _]mxE constE [w_A _ _ _ _]mxE !rmorphM.
  have e (p q r s : A) (z : R) : p * (q * z%:A * r) * s = z *: (p * r * (q * s)).
    by rewrite -[q * z%:A]scalerAr mulr1 -!(scalerAl, scalerAr); congr (_ *: _); ring.
  exact: e.
have ww c : Ew (w k 0 * w c 0) = (k == c)%:R.
  by have := congr1 (fun X : 'M[R]_d => X k c) tasks; rewrite [LHS]mxE [(w *m w^T) k c]outer [RHS]mxE.
have qq a : Eq (xq a 0 * xq k 0) = La_q a k by rewrite -query_moment [RHS]mxE outer.
rewrite (exp_sum law) (bigD1 k) //= [X in _ + X]big1 ?addr0 => [|c ck]; rewrite (exp_sum law).
  by apply: eq_bigr => a _; rewrite (expZ law) (ind_none law_x ind) ww qq eqxx mul1r.
by rewrite big1 // => a _; rewrite (expZ law) (ind_none law_x ind) ww eq_sym (negbTE ck) mul0r mulr0.
Qed.
End MeanPrediction.

(* Section 4.2: covariates scaled by c, with Lambda^-1, the limit of Gamma^-1 as N grows: the mean prediction is c^2 <w, x_q> *)
Theorem mean_prediction_scaled (R : rcfType) (d M : nat) (La : 'M[R]_d) (c : R) (B C D A : comAlgType R)
  (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R) (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d)
  (task : {rmorphism C -> A}) (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism D -> A}) :
  pd La -> (0 < M)%N -> is_expectation E1 -> is_expectation E -> independent Ew E1 Eq E task example query ->
  expect E1 (x *m x^T) = c ^+ 2 *: La -> expect E1 (eps *: x) = 0 -> forall f h,
  E (task f * y_hat (invmx La) x eps xq w task example query * query h) =
  E (task f * ((c ^+ 2)%:A * truth xq w task query) * query h).
Proof.
move=> /pd_unit Lu M0 lx law ind ctx nx f h; rewrite (mean_prediction (invmx La) M0 xq w lx law ind ctx nx) /truth.
rewrite -scalemxAr mulVmx // constZ const1 -scalemxAr mulmx1 -scalemxAl; congr (E (_ * _ * _)); rewrite mxE; congr (_ * _).
by rewrite !mxE; apply: eq_bigr => i _; rewrite !mxE mulrC.
Qed.

(* random covariances: the mean over Lambda of what the mean prediction is for each *)
Section RandomCovariances.
Variables (R : realType) (Omega : Type) (law_of_La : law R Omega) (d : nat) (La : Omega -> 'M[R]_d) (A0 : 'M[R]_d).
Hypothesis moment1 : forall i j, integrable law_of_La (fun o => La o i j).
Hypothesis moment2 : forall i j k l, integrable law_of_La (fun o => La o i j * La o k l).

(* for a query that does not depend on Lambda, as printed after (4.13): x_q^T A E[Lambda] w *)
Theorem mean_over_covariances (xq w : 'cV[R]_d) :
  mean law_of_La (fun o => (xq^T *m (A0 *m La o) *m w) 0 0) = (xq^T *m (A0 *m mean_mx law_of_La La) *m w) 0 0.
Proof.
have dot (X : 'M[R]_d) : (xq^T *m (A0 *m X) *m w) 0 0 = dotp X (w *m xq^T *m A0)^T.
  rewrite /dotp trmxK mxtrace_mulC -!mulmxA [RHS]mxtrace_mulC -!mulmxA /mxtrace big_ord1.
  by rewrite !mulmxA.
rewrite dot (dotp_mean _ moment1); congr mean; apply/funext => o; exact: dot.
Qed.
(* for a query of its own prompt: mean_alignment with Lambda_q = Lambda *)
Theorem alignment_over_covariances :
  mean law_of_La (fun o => \tr (A0 *m La o *m La o)) = \tr (A0 *m mean_mx law_of_La (fun o => La o *m La o)).
Proof.
have dot (X : 'M[R]_d) : \tr (A0 *m X) = dotp X A0^T by rewrite /dotp trmxK mxtrace_mulC.
rewrite dot (dotp_mean _ (square_integrable moment2)); congr mean; apply/funext => o.
by rewrite -mulmxA dot.
Qed.
End RandomCovariances.

(* Finding F3. The limit of the layer on an infinite prompt after training on infinite prompts with Exp(1) entries is
   y_hat = x_q^T Lambda w / 3. If x_q has the covariance Lambda = diag(lambda) of its own prompt, its mean given x_q is not <w, x_q>/3:
   against <w, x_q> itself the two have the means 2/3 |w|^2 and 1/3 |w|^2. *)
Section FindingF3.
Variables (R : realType) (D A : comAlgType R) (E : A -> R) (d : nat).
Hypothesis law : is_expectation E.
Variables (l : 'rV[A]_d) (q : 'cV[D]_d) (query : {rmorphism D -> A}) (w : 'cV[R]_d).
Notation xq := (map_mx query q).
(* lambda_i of mean 1 and E lambda_i^2 = 2, as for Exp(1); x_q ~ N(0, diag(lambda)) given lambda: E[f(lambda) x_i x_j] =
   E[f(lambda) lambda_i] for i = j and 0 otherwise, here for f = 1 and f = lambda_j *)
Hypotheses (first : forall i, E (l 0 i) = 1) (second : forall i, E (l 0 i ^+ 2) = 2%:R).
Hypothesis query_law : forall i j, E (xq i 0 * xq j 0) = if i == j then E (l 0 i) else 0.
Hypothesis query_law_weighted : forall i j, E (l 0 j * (xq i 0 * xq j 0)) = if i == j then E (l 0 j * l 0 i) else 0.
Hypothesis w_not_0 : w != 0.

Definition limit_prediction : A := 3%:R^-1 *: (xq^T *m diag_mx l *m const A w) 0 0.
Definition printed_mean : A := 3%:R^-1 *: (xq^T *m const A w) 0 0.

Theorem finding_F3 : ~ forall g, E (limit_prediction * query g) = E (printed_mean * query g).
Proof.
move=> h; have [i wi] : exists i, w i 0 != 0.
  apply/existsP; rewrite -negb_forall; apply: contra w_not_0 => /forallP z; apply/eqP/matrixP => a b.
  by rewrite ord1 mxE; apply/eqP.
have qE a : query (q a 0) = xq a 0 by rewrite mxE.
have left : E (limit_prediction * xq i 0) = 3%:R^-1 * (2%:R * w i 0).
  rewrite /limit_prediction -scalerAl (expZ law) mxE mulr_suml (exp_sum law); congr (_ * _).
  rewrite (bigD1 i) //= big1 ?addr0 => [|j ji].
    rewrite constE mul_mx_diag [X in X * _ * _]mxE [xq^T _ _]mxE.
    have -> : xq i 0 * l 0 i * (w i 0)%:A * xq i 0 = w i 0 *: (l 0 i * (xq i 0 * xq i 0)).
      by rewrite -scalerAr mulr1 -scalerAl; congr (_ *: _); ring.
    by rewrite (expZ law) query_law_weighted eqxx -expr2 second mulrC.
  rewrite constE mul_mx_diag [X in X * _ * _]mxE [xq^T _ _]mxE.
  have -> : xq j 0 * l 0 j * (w j 0)%:A * xq i 0 = w j 0 *: (l 0 j * (xq i 0 * xq j 0)).
    by rewrite -scalerAr mulr1 -scalerAl; congr (_ *: _); ring.
  by rewrite (expZ law) query_law_weighted eq_sym (negbTE ji) mulr0.
have right : E (printed_mean * xq i 0) = 3%:R^-1 * w i 0.
  rewrite /printed_mean -scalerAl (expZ law) mxE mulr_suml (exp_sum law); congr (_ * _).
  rewrite (bigD1 i) //= big1 ?addr0 => [|j ji].
    rewrite constE [xq^T _ _]mxE -scalerAr mulr1 -scalerAl (expZ law) query_law eqxx first mulr1 //.
  by rewrite constE [xq^T _ _]mxE -scalerAr mulr1 -scalerAl (expZ law) query_law (negbTE ji) mulr0.
have k : 3%:R^-1 != 0 :> R by rewrite invr_eq0 pnatr_eq0.
have := h (q i 0); rewrite qE left right => /(mulfI k) /eqP; rewrite -subr_eq0.
have -> : 2%:R * w i 0 - w i 0 = w i 0 by ring.
by rewrite (negbTE wi).
Qed.
End FindingF3.
