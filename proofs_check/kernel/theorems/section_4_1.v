(* Section 4.1 after Theorem 4.2, and Corollary 4.3: noisy linear labels, the paper's bounds, and the sharper ones with the
   factor (N/(N+1))^2; all for any law of the covariates with Gaussian second and fourth moments. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix independent_prompt error_algebra error_bounds.
From ICL Require Import condition_number attention setting convergence.
From ICLTheorems Require Import joint_shift.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section LinearLabels.
Variables (R : realType) (d N M : nat) (La W : 'M[R]_d) (s2 : R).
Hypothesis Lambda_definite : pd La.
Hypothesis M_positive : (0 < M)%N.
(* (x, eps) is one example, xq the query, w the task: a fixed task is the case C = R, then W = w w^T *)
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E) (law_w : is_expectation Ew) (law_q : is_expectation Eq).
Hypothesis ind : independent Ew E1 Eq E task example query.
Hypothesis context : expect E1 (x *m x^T) = La.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La.
Hypothesis tasks : expect Ew (w *m w^T) = W.
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La *m (S + S^T) *m La + \tr (S *m La) *: La.
(* noise of variance s2 in the labels, independent of x; s2 = 0, eps = 0 is the noiseless case *)
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Notation G := (invmx (Gamma N La)).
(* y_hat = x_q^T Gamma^-1 (1/M) sum_i y_i x_i, y_i = <w,x_i> + eps_i; truth = <w,x_q> *)
Notation y_hat := (y_hat G x eps xq w task example query).
Notation truth := (truth xq w task query).
Notation error := (E ((y_hat - truth) ^+ 2)).
Notation tau := (\tr La).

Theorem linear_labels_error : error =
  M%:R^-1 * \tr ((\tr (La *m W) *: La + La *m W *m La + s2 *: La) *m G *m G *m La)
  + N%:R^-1 ^+ 2 * (\tr (G *m G *m La *m La *m La *m W) + 2%:R * tau * \tr (G *m G *m La *m La *m W)
                    + tau ^+ 2 * \tr (G *m G *m La *m W)).
Proof.
rewrite (statement_B9 G M_positive law_x law law_w law_q ind context query_moment tasks noise_x noise_xxx noise_xx fourth).
have Gs := G_sym N Lambda_definite; have comm := G_Lambda N Lambda_definite; have Ls := pd_sym Lambda_definite.
congr (_ * _ + _).
  rewrite Gs [LHS]mxtrace_mulC; move: (\tr (La *m W) *: La + _ + _) => V.
  have -> : G *m La *m G = G *m G *m La by rewrite -[LHS]mulmxA -comm mulmxA.
  by rewrite !mulmxA.
have -> : (G *m La - 1%:M)^T *m La *m (G *m La - 1%:M) = La *m G *m La *m G *m La - (La *m G *m La) *+ 2 + La.
  rewrite trB trmx_mul Gs Ls trmx1 !(mulmxBl, mulmxBr) !mul1mx !mulmx1 !mulmxA mulr2n.
  by move: (La *m G *m La) => Q; rewrite opprB opprD !addrA [LHS]addrAC.
rewrite (bias_matrix comm (G_rest N Lambda_definite)) -scalemxAl mxtraceZ !mulmxDl !mxtraceD -!scalemxAl !mxtraceZ.
by [].
Qed.

(* W = E w w^T is positive semidefinite and s2 >= 0, as for every law; for one task, W = w w^T *)
Hypothesis W_psd : psd W.
Hypothesis s2_ge0 : 0 <= s2.
Let errorE : error = linear_error N La M W s2 := linear_labels_error.
Let f1 : 1 <= (1 + N%:R^-1) ^+ 2 :> R.
Proof. by rewrite exprn_ege1 // ler_addl invr_ge0 ler0n. Qed.

(* the first bound after Theorem 4.2, with noise: task shifts of section 4.2 *)
Theorem bound_of_linear_labels : error <= M%:R^-1 * ((d%:R + 1) * \tr (La *m W) + d%:R * s2)
  + N%:R^-1 ^+ 2 * (\tr (La *m W) + 2%:R * tau * \tr W + tau ^+ 2 * \tr (invmx La *m W)).
Proof. by rewrite errorE -[X in X <= _]mul1r; apply: linear_error_le. Qed.
(* sharper, beyond the paper *)
Theorem bound_of_linear_labels_sharp : (0 < N)%N -> error <= (N%:R / (N%:R + 1)) ^+ 2 *
  (M%:R^-1 * ((d%:R + 1) * \tr (La *m W) + d%:R * s2)
   + N%:R^-1 ^+ 2 * (\tr (La *m W) + 2%:R * tau * \tr W + tau ^+ 2 * \tr (invmx La *m W))).
Proof.
move=> N0; have NR : 0 < N%:R :> R by rewrite ltr0n.
have N1 : 0 < N%:R + 1 :> R by rewrite ltr_paddl ?ltr01 ?ler0n.
have h := linear_error_le Lambda_definite (lexx ((1 + N%:R^-1) ^+ 2)) M W_psd s2_ge0.
rewrite errorE; apply: le_trans (ler_wpmul2l (sqr_ge0 (N%:R / (N%:R + 1))) h).
rewrite mulrA -exprMn; have -> : N%:R / (N%:R + 1) * (1 + N%:R^-1) = 1 :> R.
  by field; rewrite !gt_eqF.
by rewrite expr1n mul1r.
Qed.

(* w with E w w^T = I, no noise: the second bound, through the trace of the inverse and through the condition number *)
Hypothesis standard_task : W = 1%:M.
Hypothesis noiseless : s2 = 0.
Theorem mean_bound : error <= (d%:R + 1) * tau / M%:R
  + N%:R^-1 ^+ 2 * (tau + 2%:R * d%:R * tau + \tr (invmx La) * tau ^+ 2).
Proof.
apply: le_trans bound_of_linear_labels _; rewrite standard_task noiseless !mulmx1 mxtrace1 mulr0 addr0.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.
Theorem mean_bound_sharp : (0 < N)%N -> error <= (N%:R / (N%:R + 1)) ^+ 2 * ((d%:R + 1) * tau / M%:R
  + N%:R^-1 ^+ 2 * (tau + 2%:R * d%:R * tau + \tr (invmx La) * tau ^+ 2)).
Proof.
move=> N0; apply: le_trans (bound_of_linear_labels_sharp N0) _; rewrite standard_task noiseless !mulmx1 mxtrace1 mulr0 addr0.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.

Variable kappa : R.
Hypothesis kappa_bound : conditioned La kappa.
Let t0 : 0 <= tau := tau_ge0 Lambda_definite.
Definition floor_of_training : R := (1 + 2%:R * d%:R + d%:R ^+ 2 * kappa) * tau / N%:R ^+ 2.
Theorem kappa_bound_of_error : error <= (d%:R + 1) * tau / M%:R + floor_of_training.
Proof.
apply: le_trans mean_bound _; rewrite ler_add2l /floor_of_training exprVn mulrC; apply: ler_wpmul2r; rewrite ?invr_ge0 ?exprn_ge0 ?ler0n //.
have h : 0 <= d%:R ^+ 2 * kappa * tau - tau * \tr (invmx La) * tau.
  by rewrite subr_ge0 ler_wpmul2r // trace_product.
rewrite -subr_ge0; apply: le_trans h _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
by move: (tau) (\tr (invmx La)) (d%:R : R) => a b c; ring.
Qed.
Theorem kappa_bound_of_error_sharp : (0 < N)%N -> error <= (N%:R / (N%:R + 1)) ^+ 2 * ((d%:R + 1) * tau / M%:R)
  + (1 + 2%:R * d%:R + d%:R ^+ 2 * (kappa + 1) ^+ 2 / (4%:R * kappa)) * tau / (N%:R + 1) ^+ 2.
Proof.
move=> N0; have NR : 0 < N%:R :> R by rewrite ltr0n.
have N1 : 0 < N%:R + 1 :> R by rewrite ltr_paddl ?ltr01 ?ler0n.
apply: le_trans (mean_bound_sharp N0) _; rewrite mulrDr ler_add2l.
have -> (z : R) : (N%:R / (N%:R + 1)) ^+ 2 * (N%:R^-1 ^+ 2 * z) = z / (N%:R + 1) ^+ 2.
  by field; rewrite !gt_eqF.
apply: ler_wpmul2r; first by rewrite invr_ge0 exprn_ge0 // ltW.
have : 0 <= d%:R ^+ 2 * (kappa + 1) ^+ 2 / (4%:R * kappa) * tau - tau * \tr (invmx La) * tau.
  by rewrite subr_ge0 ler_wpmul2r // kantorovich.
move: (d%:R ^+ 2 * (kappa + 1) ^+ 2 / (4%:R * kappa)) => z h.
rewrite -subr_ge0; apply: le_trans h _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
by move: (tau) (\tr (invmx La)) (d%:R : R) => a b c; ring.
Qed.

(* Corollary 4.3: linear models are learned in context up to eta = floor_of_training *)
Theorem corollary_4_3 (epsilon : R) : 0 < epsilon -> (d%:R + 1) * tau / epsilon <= M%:R -> error <= floor_of_training + epsilon.
Proof.
move=> e0 h; apply: le_trans kappa_bound_of_error _; rewrite addrC ler_add2l.
have MR : 0 < M%:R :> R by rewrite ltr0n.
by rewrite ler_pdivr_mulr // [epsilon * _]mulrC -ler_pdivr_mulr.
Qed.

(* what training on prompts of length N leaves, whatever M: the error is floor_left + (a number that does not depend on M)/M *)
Definition floor_left : R := N%:R^-1 ^+ 2 * (\tr (G *m G *m La *m La *m La) + 2%:R * tau * \tr (G *m G *m La *m La)
    + tau ^+ 2 * \tr (G *m G *m La)).
Theorem error_of_infinite_prompt :
  error = floor_left + M%:R^-1 * \tr ((tau *: La + La *m La) *m G *m G *m La).
Proof.
by rewrite linear_labels_error standard_task noiseless scale0r addr0 !mulmx1 addrC /floor_left.
Qed.
Theorem corollary_4_3_floor : (0 < N)%N -> (0 < d)%N -> 0 < floor_left.
Proof.
move=> N0 d0; have NR : 0 < N%:R^-1 :> R by rewrite invr_gt0 ltr0n.
have pG := pdGa N Lambda_definite; have comm := G_Lambda N Lambda_definite; have Gs := G_sym N Lambda_definite.
rewrite /floor_left mulr_gt0 ?exprn_gt0 //.
have Gu : G \in unitmx by rewrite unitmx_inv (G_unit N Lambda_definite).
have p1 : pd (G *m G *m La) by rewrite -mulmxA comm mulmxA -{2}Gs; apply: pd_congr.
have tau_gt0 : 0 < tau by apply: pd_tr_gt0.
have g3 : G *m (La *m La *m La) = La *m La *m La *m G by rewrite !mulmxA comm -(mulmxA La G) comm !mulmxA -(mulmxA (La *m La) G) comm !mulmxA.
have g2 : G *m (La *m La) = La *m La *m G by rewrite !mulmxA comm -(mulmxA La G) comm !mulmxA.
have pL3 : psd (La *m La *m La).
  by have := psd_congr La (pd_psd Lambda_definite); rewrite (pd_sym Lambda_definite).
have q3 : 0 <= \tr (G *m G *m La *m La *m La).
  by have := psd_tr_ge0 (psd_GG Lambda_definite pL3 g3); rewrite !mulmxA.
have q2 : 0 <= \tr (G *m G *m La *m La).
  by have := psd_tr_ge0 (psd_GG Lambda_definite (psd_LL Lambda_definite) g2); rewrite !mulmxA.
rewrite ltr_paddl ?mulr_gt0 ?exprn_gt0 ?pd_tr_gt0 // addr_ge0 // mulr_ge0 // mulr_ge0 ?ler0n //.
Qed.
End LinearLabels.

(* after Theorem 4.1: W_PV multiplied by a number and W_KQ divided by it give the same prediction *)
Theorem scaling_of_weights (R : fieldType) (d n : nat) (r c : R) (W_PV W_KQ : 'M[R]_(d + 1)) (E : 'M[R]_(d + 1, n + 1)) :
  c != 0 -> prediction r (c *: W_PV) (c^-1 *: W_KQ) E = prediction r W_PV W_KQ E.
Proof.
move=> c0; rewrite /prediction /attention_layer; congr (drsubmx (_ + _ *: _) 0 0).
by rewrite -[E^T *m (_ *: _)]scalemxAr -!scalemxAl -scalemxAr scalerA mulfV // scale1r.
Qed.
