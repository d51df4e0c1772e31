(* Theorem 4.1 whole, from the definition of the layer to the limit: the gradient flow of the population loss over all entries of
   W_PV and W_KQ, from Assumption 3.3's start, tends to weights that minimise the population loss over all weights. For every
   d, every prompt length N + 1, every positive definite Lambda = Sq Sq^T and every solution of the flow. The theorem's
   condition on sigma is not needed (B1). *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve setting gradient_flow reduced_loss_form random_matrix convergence.
From ICL Require Import gaussian attention prompt gaussian_vector gaussian_positive.
From ICLTheorems Require population_loss statement_B10 reduced_minimum.
From ICLTheorems Require Import lemma_5_2 theorem_4_1_weights.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Start.
Variables (R : realType) (d : nat).
(* Assumption 3.3 for both weight matrices *)
Definition assumption_3_3 (sigma : R) (Th : 'M[R]_d) (PV KQ : 'M[R]_(d + 1)) : Prop :=
  [/\ 0 < sigma, nrm2 (Th *m Th^T) = 1, PV = sigma *: block_mx 0 0 0 1%:M & KQ = sigma *: block_mx (Th *m Th^T) 0 0 0].
End Start.

Section Theorem41.
Variables (R : realType) (d N : nat) (Sq : 'M[R]_d).
Let Lambda : 'M[R]_d := Sq *m Sq^T.
Let Gamma : 'M[R]_d := Gamma N.+1 Lambda.
Hypothesis Lambda_definite : pd Lambda.
Notation loss := (layer_loss N Sq).

(* (4.1): W_PV = tr(Gamma^-2)^(1/4) e_{d+1} e_{d+1}^T and W_KQ = tr(Gamma^-2)^(-1/4) diag(Gamma^-1, 0) *)
Let fourth_root : R := Num.sqrt (Num.sqrt (\tr (invmx Gamma *m invmx Gamma))).
Let PV_limit : 'M[R]_(d + 1) := block_mx 0 0 0 fourth_root%:M.
Let KQ_limit : 'M[R]_(d + 1) := fourth_root^-1 *: block_mx (invmx Gamma) 0 0 0.

Section Flow.
Variables (Th : 'M[R]_d) (sigma : R) (W_PV W_KQ : R -> 'M[R]_(d + 1)).
Hypothesis flow : gradient_flow loss W_PV W_KQ.
Hypothesis start : assumption_3_3 sigma Th (W_PV 0) (W_KQ 0).
Let U t := ulsubmx (W_KQ t).
Let u t := drsubmx (W_PV t) 0 0.
Let blocks : W_PV 0 = block_mx 0 0 0 (drsubmx (W_PV 0)) /\ W_KQ 0 = block_mx (ulsubmx (W_KQ 0)) 0 0 0.
Proof.
have [_ _ -> ->] := start; rewrite !scale_block_mx !scaler0.
by rewrite block_mxKdr block_mxKul.
Qed.
Let reduced_start : initialised sigma Th U u.
Proof.
have [s0 nT PV0 KQ0] := start; split=> //.
  by rewrite /U KQ0 scale_block_mx block_mxKul.
by rewrite /u PV0 scale_block_mx block_mxKdr !mxE eqxx mulr1.
Qed.

Theorem layer_limit_PV i j : (fun t => W_PV t i j : R^o) @ +oo --> (PV_limit i j : R^o).
Proof.
have h := @theorem_4_1_W_PV _ _ N.+1 _ _ _ _ _ Lambda_definite (lemma_5_2_flow flow blocks) reduced_start i j.
apply: cvg_trans h; apply: near_eq_cvg; near=> t.
have t0 : 0 <= t by near: t; exists 0; split=> [|x /ltW]; rewrite ?num_real.
have [-> _] := lemma_5_2 flow blocks t0; congr (fun_of_matrix _ i j); rewrite block_mxKdr.
by rewrite -mx11_scalar.
Unshelve. all: by end_near.
Qed.
Theorem layer_limit_KQ i j : (fun t => W_KQ t i j : R^o) @ +oo --> (KQ_limit i j : R^o).
Proof.
have h := @theorem_4_1_W_KQ _ _ N.+1 _ _ _ _ _ Lambda_definite (lemma_5_2_flow flow blocks) reduced_start i j.
apply: cvg_trans h; apply: near_eq_cvg; near=> t.
have t0 : 0 <= t by near: t; exists 0; split=> [|x /ltW]; rewrite ?num_real.
have [_ ->] := lemma_5_2 flow blocks t0; congr (fun_of_matrix _ i j); by rewrite block_mxKul.
Unshelve. all: by end_near.
Qed.
End Flow.

(* on u12 = u21 = 0 the loss is the reduced loss and a constant *)
Lemma layer_loss_reduced (U : 'M[R]_d) u : loss (block_mx 0 0 0 u%:M) (block_mx U 0 0 0) =
  ell Lambda Gamma U u + 2%:R^-1 * \tr Lambda.
Proof.
rewrite layer_lossE !block_mxKdl !block_mxKdr !block_mxKul !trmx0 [u%:M 0 0]mxE eqxx mulr1n.
by rewrite -(ICLTheorems.population_loss.population_lossE Sq _ _ _ _ 0 0 0 0) ICLTheorems.population_loss.restricted_loss.
Qed.

(* statement B10 for the Gaussian prompt: task and labels change their sign together, and E f^2 >= 0 *)
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}.
Let constantE p q (M : 'M[R]_(p, q)) : constant d N M = const _ M.
Proof. by apply/matrixP => i j; rewrite constE [LHS]mxE -[LHS]mulr1 mul_mpolyC. Qed.
Let lossE V W : loss V W =
  statement_B10.population_loss (@EE _ R) (covariates N Sq) (query N Sq) (task R d N) 0 V W.
Proof.
by rewrite /layer_loss /y_hat !constantE /statement_B10.population_loss /statement_B10.y_hat addr0.
Qed.
Let is_task (i : 'I_#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|) : bool := (enum_val i).1.1 == inord 2.
Let flip := change_signs R is_task.
Let flip_var v (k : 'I_N.+1) c : (v <= 2)%N -> flip 'X_(@var d N 2 v k c) = if v == 2%N then - 'X_(@var d N 2 v k c) else 'X_(@var d N 2 v k c).
Proof.
by move=> v2; rewrite /flip change_signs_var /is_task /var enum_rankK /= -(inj_eq val_inj) /= !inordK.
Qed.
Let flip_constant p q (M : 'M[R]_(p, q)) : map_mx flip (constant d N M) = constant d N M.
Proof. by rewrite constantE; apply/matrixP => i j; rewrite !mxE linearZ rmorph1. Qed.
Let flip_product p (M : 'M[R]_(p, d)) v k : (v <= 2)%N ->
  map_mx flip (constant d N M *m \col_c 'X_(@var d N 2 v k c)) =
  if v == 2%N then - (constant d N M *m \col_c 'X_(@var d N 2 v k c)) else constant d N M *m \col_c 'X_(@var d N 2 v k c).
Proof.
move=> v2; rewrite map_mxM flip_constant; case: ifP => v2E; rewrite -?mulmxN; congr (_ *m _); apply/matrixP => i j;
  by rewrite [LHS]mxE [in LHS]mxE; apply: etrans (flip_var k i v2) _; rewrite v2E !mxE.
Qed.
Let flip_covariates : map_mx flip (covariates N Sq) = covariates N Sq.
Proof.
apply/matrixP => i j; have /matrixP /(_ i 0) := @flip_product d Sq 0 j isT.
by rewrite /= [LHS]mxE => h; rewrite [LHS]mxE [covariates N Sq i j]mxE; exact: h.
Qed.
Let flip_query : map_mx flip (query N Sq) = query N Sq.
Proof. exact: (@flip_product d Sq 1 ord0 isT). Qed.
Let flip_task : map_mx flip (task R d N) = - task R d N.
Proof. by have := @flip_product d 1%:M 2 ord0 isT; rewrite /= /constant map_mx1 !mul1mx. Qed.

Let law : is_expectation (@EE _ R : A -> R) := EE_expectation _ _.

(* the loss at the limit is the least of the reduced loss *)
Lemma layer_loss_limit : loss PV_limit KQ_limit = ell_min Lambda Gamma + 2%:R^-1 * \tr Lambda.
Proof.
have pG := pdGa N.+1 Lambda_definite; rewrite /PV_limit /KQ_limit scale_block_mx !scaler0 layer_loss_reduced; congr (_ + _).
apply/(reduced_minimum.lemma_5_3 N.+1 Lambda_definite); rewrite scalerA.
have [|f0] := eqVneq fourth_root 0; last by rewrite mulfV ?scale1r.
rewrite /fourth_root; have -> : \tr (invmx Gamma *m invmx Gamma) = nrm2 (invmx Gamma).
  by rewrite /nrm2 /dotp (sym_inv (pd_sym pG)).
move=> /eqP; rewrite !sqrtr_eq0 => h; have {}h : Num.sqrt (nrm2 (invmx Gamma)) == 0 by rewrite eq_le h sqrtr_ge0.
move: h; rewrite sqrtr_eq0 => h; have : nrm2 (invmx Gamma) == 0 by rewrite eq_le h nrm2_ge0.
by rewrite nrm2_eq0 => /eqP ->; rewrite scaler0.
Qed.

(* the loss of any weights over that of the limit: half the sum of two squares, X = u U11 + u12 u21^T *)
Theorem layer_excess (V W : 'M[R]_(d + 1)) :
  let X := drsubmx V 0 0 *: ulsubmx W + (dlsubmx V)^T *m dlsubmx W - invmx Gamma in
  loss V W - loss PV_limit KQ_limit = 2%:R^-1 * \tr (Gamma *m Lambda *m X *m Lambda *m X^T) +
    2%:R^-1 * EE (statement_B10.even_part (covariates N Sq) (query N Sq) (task R d N) 0 V W ^+ 2).
Proof.
move=> X; have flip_0 : map_mx flip (0 : 'rV[A]_N.+1) = - 0 by rewrite raddf0 oppr0.
rewrite {1}lossE (statement_B10.statement_B10 law (flip := flip) _ flip_covariates flip_query flip_task flip_0); last first.
  exact: EE_change_signs.
rewrite -lossE /statement_B10.reduced_PV /statement_B10.reduced_KQ layer_loss_reduced layer_loss_limit.
have := reduced_minimum.corollary_A2_square N.+1 Lambda_definite
  (drsubmx V 0 0 *: ulsubmx W + (dlsubmx V)^T *m dlsubmx W) 1; rewrite scale1r -/X -/Gamma => <-.
move: (ell _ _ _ _) (ell_min _ _) (2%:R^-1 * EE _) (2%:R^-1 * \tr _) => a m e c; ring.
Qed.

Theorem layer_limit_minimal (V W : 'M[R]_(d + 1)) : loss PV_limit KQ_limit <= loss V W.
Proof.
have pG := pdGa N.+1 Lambda_definite.
rewrite -subr_ge0 layer_excess addr_ge0 ?mulr_ge0 ?invr_ge0 ?ler0n ?EE_sqr_ge0 //.
by apply: form_ge0 => //; apply: pdPa.
Qed.

Theorem theorem_4_1 (Th : 'M[R]_d) (sigma : R) (W_PV W_KQ : R -> 'M[R]_(d + 1)) :
  gradient_flow loss W_PV W_KQ -> assumption_3_3 sigma Th (W_PV 0) (W_KQ 0) ->
  [/\ forall i j, (fun t => W_PV t i j : R^o) @ +oo --> (PV_limit i j : R^o),
      forall i j, (fun t => W_KQ t i j : R^o) @ +oo --> (KQ_limit i j : R^o)
    & forall V W, loss PV_limit KQ_limit <= loss V W].
Proof.
move=> flow start; split=> [i j|i j|V W].
- exact: layer_limit_PV flow start i j.
- exact: layer_limit_KQ flow start i j.
- exact: layer_limit_minimal.
Qed.
End Theorem41.
