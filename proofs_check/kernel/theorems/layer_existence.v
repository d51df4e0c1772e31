(* The gradient flow of the population loss over all entries of W_PV and W_KQ has a solution for all t >= 0 from Assumption
   3.3's start, for every d, every prompt length N + 1 and every positive definite Lambda = Sq Sq^T: the reduced flow's, with
   zeros around it. It is the only one, by layer_flow_unique of lemma_5_2.v. *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius definite curve setting gradient_flow.
From ICLTheorems Require gradients.
From ICLTheorems Require Import lemma_5_2 theorem_4_1_whole existence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section LayerExistence.
Variables (R : realType) (d N : nat) (Sq : 'M[R]_d).
Let Lambda : 'M[R]_d := Sq *m Sq^T.
Hypothesis Lambda_definite : pd Lambda.
Notation loss := (layer_loss N Sq).

(* the converse of lemma_5_2_flow *)
Lemma reduced_flow_lifts U u : reduced_flow N.+1 Lambda U u ->
  gradient_flow loss (fun t => block_mx 0 0 0 (u t)%:M) (fun t => block_mx (U t) 0 0 0).
Proof.
move=> flow t t0; have [hU hu] := flow t t0.
have zero p q : mder (fun=> 0 : 'M[R]_(p, q)) t 0 by apply: mder_cst.
exists (gradient_PV N Sq (block_mx 0 0 0 (u t)%:M) (block_mx (U t) 0 0 0)).
exists (gradient_KQ N Sq (block_mx 0 0 0 (u t)%:M) (block_mx (U t) 0 0 0)).
have uE : ((u t)%:M : 'M[R]_1) 0 0 = u t by rewrite mxE eqxx mulr1n.
split; first exact: layer_gradient.
  rewrite /gradient_PV !block_mxKdl !block_mxKul !block_mxKdr !trmx0 uE gradients.lemma_5_2_u12 trmx0 opp_block_mx !oppr0 -raddfN /=.
  rewrite gradients.lemma_5_2_u ?trmx_mul ?trmxK //.
  move=> i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
  - by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEul mxE.
  - by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEur mxE.
  - by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEdl mxE.
  - by apply: der_eq (der_ext _ hu) _ => [s|]; rewrite block_mxEdr !ord1 mxE eqxx mulr1n.
rewrite /gradient_KQ !block_mxKdl !block_mxKul !block_mxKdr !trmx0 uE gradients.lemma_5_2_u21 trmx0 opp_block_mx !oppr0.
rewrite gradients.lemma_5_2_U ?trmx_mul ?trmxK //.
move=> i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by apply: der_eq (der_ext _ (hU k l)) _ => [s|]; rewrite block_mxEul.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEur mxE.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEdl mxE.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEdr mxE.
Qed.

Theorem layer_solution_exists (Th : 'M[R]_d) sigma : 0 < sigma -> nrm2 (Th *m Th^T) = 1 ->
  exists W_PV W_KQ, gradient_flow loss W_PV W_KQ /\ assumption_3_3 sigma Th (W_PV 0) (W_KQ 0).
Proof.
move=> s nT; have [U [u [flow [_ _ U0 u0]]]] := initialised_solution_exists N.+1 Lambda_definite s nT.
exists (fun t => block_mx 0 0 0 (u t)%:M), (fun t => block_mx (U t) 0 0 0); split; first exact: reduced_flow_lifts.
by split=> //; rewrite ?U0 ?u0 scale_block_mx !scaler0 // scale_scalar_mx mulr1.
Qed.
End LayerExistence.
