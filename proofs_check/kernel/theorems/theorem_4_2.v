(* Eq. (4.3) and Theorem 4.2: the predictor at a minimiser of the population loss, and its error on prompts of any length M,
   for any law of the examples with E x x^T = Lambda. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix attention independent_prompt error_algebra.
From ICL Require Import setting convergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* Weights with u12 = u21 = 0 and u U11 = Gamma^-1, as in the limit of Theorem 4.1; the other blocks do not matter. *)
Section Predictor.
Variables (R : realType) (A : comAlgType R) (d N M : nat) (La : 'M[R]_d).
Variables (X : 'M[A]_(d, M)) (y : 'rV[A]_M) (xq : 'cV[A]_d).
Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Hypothesis Lambda_definite : pd La.
Definition minimising : Prop := [/\ dlsubmx W_PV = 0, dlsubmx W_KQ = 0 &
  drsubmx W_PV 0 0 *: ulsubmx W_KQ = invmx (Gamma N La)].
Hypothesis minimal : minimising.

Theorem equation_4_3 : prediction M%:R^-1%:A (const A W_PV) (const A W_KQ) (prompt_embedding X y xq) =
  (xq^T *m const A (invmx (Gamma N La)) *m (M%:R^-1%:A *: \sum_i y 0 i *: col i X)) 0 0.
Proof.
case: minimal => z1 z2 e.
have dl (W : 'M[R]_(d + 1)) : dlsubmx W = 0 -> dlsubmx (const A W) = 0 by rewrite /const -map_dlsubmx => ->; apply: const0.
rewrite prediction_reduced ?dl //.
have -> : drsubmx (const A W_PV) 0 0 = (drsubmx W_PV 0 0)%:A by rewrite /const -map_drsubmx mxE.
have -> : ulsubmx (const A W_KQ) = const A (ulsubmx W_KQ) by rewrite /const -map_ulsubmx.
have Gs : (invmx (Gamma N La))^T = invmx (Gamma N La) by apply: sym_inv; apply: pd_sym; apply: pdGa.
have -> : const A (invmx (Gamma N La)) = const A (drsubmx W_PV 0 0 *: (ulsubmx W_KQ)^T) by rewrite -Gs -e trZ.
have -> : \sum_i y 0 i *: col i X = X *m y^T.
  apply/matrixP => a j; rewrite ord1 summxE [RHS]mxE; apply: eq_bigr => i _.
  by rewrite ![_ a 0]mxE [y^T _ _]mxE mulrC.
rewrite constZ const_tr -!scalemxAr -scalemxAl.
have mZ (c : A) (K : 'M[A]_1) : (c *: K) 0 0 = c * K 0 0 by rewrite mxE.
by rewrite !mZ.
Qed.

(* labels <w, x_i>, covariates the columns of X *)
Theorem equation_4_2 (w : 'cV[A]_d) : y = w^T *m X ->
  prediction M%:R^-1%:A (const A W_PV) (const A W_KQ) (prompt_embedding X y xq) =
  M%:R^-1 *: \sum_i (xq^T *m const A (invmx (Gamma N La)) *m col i X) 0 0 * ((col i X)^T *m w) 0 0.
Proof.
move=> yE; rewrite equation_4_3 -scalemxAr mxE -scalerAl mul1r; congr (_ *: _).
rewrite mulmx_sumr summxE; apply: eq_bigr => i _; rewrite -scalemxAr mxE mulrC; congr (_ * _).
by rewrite yE !mxE; apply: eq_bigr => j _; rewrite !mxE mulrC.
Qed.
End Predictor.

(* Theorem 4.2. The law of one example (x, y) is an expectation E1 on an algebra B; M examples and the query are independent
   copies of it in an algebra A. No more is assumed of the law than E x x^T = Lambda: no Gaussian, and no moment enters but
   E x x^T, E y x, E y^2 x x^T and E y^2. *)
Section Theorem42.
Variables (R : realType) (d N M : nat) (La : 'M[R]_d).
Hypothesis Lambda_definite : pd La.
Hypothesis M_positive : (0 < M)%N.
Variables (B A : comAlgType R) (E1 : B -> R) (E : A -> R) (x : 'cV[B]_d) (y : B).
Variables (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism B -> A}).
Hypotheses (law : is_expectation E1) (sample_law : is_expectation E).
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis iid : forall g h, E ((\prod_i example i (g i)) * query h) = (\prod_i E1 (g i)) * E1 h.
Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Hypothesis minimal : minimising N La W_PV W_KQ.

(* the prompt, the prediction of the layer with rho = M, and the query's own label *)
Definition prompt_x : 'M[A]_(d, M) := \matrix_(j, i) example i (x j 0).
Definition prompt_y : 'rV[A]_M := \row_i example i y.
Definition query_x : 'cV[A]_d := map_mx query x.
Definition query_y : A := query y.
Definition y_hat : A :=
  prediction M%:R^-1%:A (const A W_PV) (const A W_KQ) (prompt_embedding prompt_x prompt_y query_x).

(* a = Lambda^-1 E[y x], Sigma = Cov(y x) *)
Notation Exy := (expect E1 (y *: x)).
Definition a : 'cV[R]_d := invmx La *m Exy.
Definition Sigma : 'M[R]_d := expect E1 (y ^+ 2 *: (x *m x^T)) - Exy *m Exy^T.
Notation G := (invmx (Gamma N La)).

Definition linear_risk (w : 'cV[R]_d) : R := E1 ((((const B w)^T *m x) 0 0 - y) ^+ 2).

Lemma linear_riskE w : linear_risk w = qf La w - \tr (w^T *m Exy) *+ 2 + E1 (y ^+ 2).
Proof.
have wx : ((const B w)^T *m x) 0 0 = \sum_i w i 0 *: x i 0.
  by rewrite mxE; apply: eq_bigr => i _; rewrite [_^T _ _]mxE constE -scalerAl mul1r.
rewrite /linear_risk wx sqrrB (expD law) (expB law) mulr2n (expD law) -mulr2n; congr (_ - _ *+ 2 + _).
  rewrite expr2 mulr_suml (exp_sum law) /qf -covariance mxtrace_mulC; apply: eq_bigr => i _.
  rewrite mxE big_ord1 mulr_sumr (exp_sum law) [(w^T *m _) 0 i]mxE mulr_sumr; apply: eq_bigr => j _.
  by rewrite [w^T _ _]mxE [expect _ _ _ _]mxE outer -scalerAl -scalerAr !(expZ law) [x j 0 * _]mulrC.
rewrite mulr_suml (exp_sum law) /mxtrace big_ord1 mxE; apply: eq_bigr => i _.
by rewrite [w^T _ _]mxE [Exy _ _]mxE [(y *: x) _ _]mxE -scalerAl (expZ law) [y * _]mulrC.
Qed.

(* a is the best linear predictor: E(<a,x> - y)^2 = min_w E(<w,x> - y)^2 *)
Theorem best_linear_predictor w : linear_risk w = linear_risk a + qf La (w - a) /\ linear_risk a <= linear_risk w.
Proof.
have Lu := pd_unit Lambda_definite; have Ls := pd_sym Lambda_definite.
have b : Exy = La *m a by rewrite /a mulKVmx.
move: a b => a0 b; have e : linear_risk w = linear_risk a0 + qf La (w - a0).
  rewrite !linear_riskE b /qf trB !(mulmxBl, mulmxBr) !raddfB /= !mulmxA.
  have -> : \tr (a0^T *m La *m w) = \tr (w^T *m La *m a0) by rewrite -[LHS]mxtrace_tr !trmx_mul trmxK Ls mulmxA.
  by move: (\tr _) (\tr _) (\tr _) (E1 _) => p q r s; ring.
split=> //; rewrite e ler_addl; exact: (proj2 (pd_psd Lambda_definite)).
Qed.

Theorem theorem_4_2 : E ((y_hat - query_y) ^+ 2) =
  linear_risk a + M%:R^-1 * \tr (Sigma *m G *m G *m La)
  + N%:R^-1 ^+ 2 * (qf (G *m G *m La *m La *m La) a + 2%:R * \tr La * qf (G *m G *m La *m La) a
                    + \tr La ^+ 2 * qf (G *m G *m La) a).
Proof.
have Lu := pd_unit Lambda_definite; have Ls := pd_sym Lambda_definite.
have pG : pd (Gamma N La) := pdGa N Lambda_definite; have Gu := pd_unit pG; have Gs := sym_inv (pd_sym pG).
have cG : Gamma N La *m La = La *m Gamma N La := commGa N La.
have comm : G *m La = La *m G.
  by rewrite -[RHS](mulKmx Gu) (mulmxA (Gamma N La) La) cG -(mulmxA La) mulmxV // mulmx1.
have b : Exy = La *m a by rewrite /a mulKVmx.
(* the master formula with one feature, the label, and coefficient 1 *)
pose Rn : comAlgType R := [comAlgType R of R^o]; pose tk : {rmorphism Rn -> A} := [rmorphism of in_alg A].
pose one : 'cV[Rn]_1 := 1%:M; pose phi : 'cV[B]_1 := y%:M.
have idE : is_expectation (id : Rn -> R) by split.
have ind : independent (id : Rn -> R) E1 E1 E tk example query.
  by move=> f g h; rewrite -mulrA (exp_Cl sample_law) iid mulrA.
have := error_of_read_out law sample_law ind x phi one x phi G M_positive.
have lab i : label tk example phi one i = example i y.
  by rewrite /label /one map_mx1 trmx1 mul1mx map_scalar_mx mxE eqxx mulr1n.
have -> : target tk query one phi = query_y.
  by rewrite /target /one map_mx1 trmx1 mul1mx map_scalar_mx mxE eqxx mulr1n.
have -> : read_out tk example query x phi one x G = y_hat.
  rewrite /y_hat (equation_4_3 _ _ _ Lambda_definite minimal) /read_out /context_vector; congr (fun_of_matrix (_ *m (_ *: _)) 0 0).
  apply: eq_bigr => i _; rewrite lab mxE; congr (_ *: _).
  by apply/matrixP => j k; rewrite ord1 !mxE.
move=> ->.
have T1 : expect (id : Rn -> R) (one *m one^T) = 1%:M by rewrite /one trmx1 mulmx1; apply/matrixP => i j; rewrite !mxE.
have F1 : expect E1 (x *m phi^T) = Exy.
  by rewrite /phi tr_scalar_mx mul_mx_scalar.
have P1 : expect E1 (phi *m phi^T) = (E1 (y ^+ 2))%:M.
  by apply/matrixP => i j; rewrite !ord1 mxE outer !mxE eqxx !mulr1n expr2.
have Q1 : expect E1 ((phi^T *m const B 1%:M *m phi) 0 0 *: (x *m x^T)) = Sigma + Exy *m Exy^T.
  rewrite /Sigma subrK const1 mulmx1; congr (expect E1 (_ *: _)).
  by rewrite /phi tr_scalar_mx -scalar_mxM mxE eqxx mulr1n expr2.
rewrite /context_moment T1 F1 P1 Q1 covariance !mulmx1 mxtrace_scalar mulr1n.
have rest : 1%:M - G *m La = N%:R^-1 *: (G *m (La + \tr La *: 1%:M)).
  have e : Gamma N La = La + N%:R^-1 *: (La + \tr La *: 1%:M).
    by rewrite /Gamma scalerDl scale1r scalerDr scalerA [N%:R^-1 * _]mulrC addrA.
  rewrite -{1}(mulVmx Gu) -mulmxBr scalemxAr; congr (_ *m _).
  by rewrite e addrAC subrr add0r.
have inner : M%:R^-1 *: (Sigma + Exy *m Exy^T) + (1 - M%:R^-1) *: (Exy *m Exy^T) = M%:R^-1 *: Sigma + Exy *m Exy^T.
  by rewrite scalerDr scalerBl scale1r -addrA; congr (_ + _); rewrite addrC subrK.
rewrite inner linear_riskE Gs; move: Sigma => S; rewrite b; move: (a) (E1 (y ^+ 2)) => a0 e2.
rewrite mulmxDr mulmxDl raddfD /= -scalemxAr -scalemxAl mxtraceZ.
have -> : \tr (La *m G *m S *m G) = \tr (S *m G *m G *m La).
  by rewrite -!mulmxA [LHS]mxtrace_mulC -!mulmxA [LHS]mxtrace_mulC -!mulmxA -comm.
have -> : \tr (La *m G *m (La *m a0 *m (La *m a0)^T) *m G) = qf (La *m G *m La *m G *m La) a0.
  by rewrite /qf trmx_mul Ls -!mulmxA; do 4 rewrite [LHS]mxtrace_mulC -!mulmxA.
have -> : \tr ((La *m a0)^T *m G *m (La *m a0)) = qf (La *m G *m La) a0 by rewrite /qf trmx_mul Ls !mulmxA.
have -> : \tr (a0^T *m (La *m a0)) = qf La a0 by rewrite /qf mulmxA.
rewrite -(bias_form comm rest).
by move: (qf _ a0) (qf _ a0) (qf La a0) (M%:R^-1 * _) => p q r s; ring.
Qed.
End Theorem42.
