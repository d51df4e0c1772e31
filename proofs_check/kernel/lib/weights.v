(* The layer's weights along the flow, its output on a prompt, and their limits, from the limits of U and u. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius limits.
From ICL Require attention.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Weights.
Variables (R : realType) (d : nat).
Implicit Types (U : 'M[R]_d) (u : R).

(* diag(U, 0) and u e_{d+1} e_{d+1}^T: the weights when only U11 = U and u_{-1} = u are not zero *)
Definition sparse_KQ U : 'M[R]_(d + 1) := block_mx U 0 0 0.
Definition sparse_PV u : 'M[R]_(d + 1) := block_mx 0 0 0 u%:M.

(* the layer's prediction on a prompt of M examples, rho = M *)
Definition prediction M (PV KQ : 'M[R]_(d + 1)) (X : 'M[R]_(d, M)) (xq : 'cV[R]_d) (y : 'rV[R]_M) : R :=
  attention.prediction M%:R^-1 PV KQ (attention.prompt_embedding X y xq).

Lemma prediction_sparse M u U (X : 'M[R]_(d, M)) xq y :
  prediction (sparse_PV u) (sparse_KQ U) X xq y = M%:R^-1 * (u * (y *m X^T *m U *m xq) 0 0).
Proof.
rewrite /prediction attention.prediction_reduced /sparse_PV /sparse_KQ ?block_mxKdl // block_mxKdr block_mxKul.
have turned (B : 'M[R]_1) : B 0 0 = B^T 0 0 by rewrite mxE.
by rewrite [u%:M 0 0]mxE eqxx mulr1n [in LHS]turned !trmx_mul !trmxK !mulmxA.
Qed.

Lemma cvg_cst_mul (f : R -> R) (a l : R) : (f : R -> R^o) @ +oo --> (l : R^o) ->
  ((fun t => a * f t) : R -> R^o) @ +oo --> (a * l : R^o).
Proof. by move=> h; apply: (@cvgM _ _ _ _ (fun=> a) f); [apply: cvg_cst | exact: h]. Qed.

Variables (U : R -> 'M[R]_d) (u : R -> R) (A : 'M[R]_d) (v : R).
Hypothesis v_gt0 : 0 < v.
Hypothesis u_limit : (u : R -> R^o) @ +oo --> (v : R^o).
Hypothesis U_limit : forall i j, (fun t => U t i j : R^o) @ +oo --> (v^-1 * A i j : R^o).

Lemma sparse_KQ_limit i j : (fun t => sparse_KQ (U t) i j : R^o) @ +oo --> (v^-1 * sparse_KQ A i j : R^o).
Proof.
have zero : ((fun=> 0) : R -> R^o) @ +oo --> (v^-1 * 0 : R^o) by rewrite mulr0; apply: cvg_cst.
case: (splitP i) => k ik; case: (splitP j) => l jl.
- have -> : i = lshift 1 k by apply/val_inj. have -> : j = lshift 1 l by apply/val_inj.
  by rewrite /sparse_KQ block_mxEul (_ : (fun t => _) = fun t => U t k l) ?block_mxEul //; apply/funext => t; rewrite block_mxEul.
- have -> : i = lshift 1 k by apply/val_inj. have -> : j = rshift d l by apply/val_inj.
  by rewrite /sparse_KQ block_mxEur mxE (_ : (fun t => _) = fun=> 0) //; apply/funext => t; rewrite block_mxEur mxE.
- have -> : i = rshift d k by apply/val_inj. have -> : j = lshift 1 l by apply/val_inj.
  by rewrite /sparse_KQ block_mxEdl mxE (_ : (fun t => _) = fun=> 0) //; apply/funext => t; rewrite block_mxEdl mxE.
- have -> : i = rshift d k by apply/val_inj. have -> : j = rshift d l by apply/val_inj.
  by rewrite /sparse_KQ block_mxEdr mxE (_ : (fun t => _) = fun=> 0) //; apply/funext => t; rewrite block_mxEdr mxE.
Qed.

Lemma sparse_PV_limit i j : (fun t => sparse_PV (u t) i j : R^o) @ +oo --> (sparse_PV v i j : R^o).
Proof.
case: (splitP i) => k ik; case: (splitP j) => l jl.
- have -> : i = lshift 1 k by apply/val_inj. have -> : j = lshift 1 l by apply/val_inj.
  by rewrite /sparse_PV block_mxEul mxE (_ : (fun t => _) = fun=> 0); [apply: cvg_cst | apply/funext => t; rewrite block_mxEul mxE].
- have -> : i = lshift 1 k by apply/val_inj. have -> : j = rshift d l by apply/val_inj.
  by rewrite /sparse_PV block_mxEur mxE (_ : (fun t => _) = fun=> 0); [apply: cvg_cst | apply/funext => t; rewrite block_mxEur mxE].
- have -> : i = rshift d k by apply/val_inj. have -> : j = lshift 1 l by apply/val_inj.
  by rewrite /sparse_PV block_mxEdl mxE (_ : (fun t => _) = fun=> 0); [apply: cvg_cst | apply/funext => t; rewrite block_mxEdl mxE].
- have -> : i = rshift d k by apply/val_inj. have -> : j = rshift d l by apply/val_inj.
  rewrite /sparse_PV block_mxEdr mxE !ord1 mulr1n (_ : (fun t => _) = u); first exact: u_limit.
  by apply/funext => t; rewrite block_mxEdr mxE.
Qed.

(* the prediction for a prompt of any length M tends to x_q^T A (1/M) sum_i y_i x_i, if A is symmetric *)
Lemma limiting_prediction M (X : 'M[R]_(d, M)) xq (y : 'rV[R]_M) : A^T = A ->
  prediction (sparse_PV v) (sparse_KQ (v^-1 *: A)) X xq y =
  \tr (xq^T *m A *m (M%:R^-1 *: \sum_i y 0 i *: col i X)).
Proof.
move=> As; rewrite prediction_sparse -scalemxAr -scalemxAl.
have entry (B : 'M[R]_1) : (v^-1 *: B) 0 0 = v^-1 * B 0 0 by rewrite mxE.
rewrite entry.
rewrite [v * _]mulrA mulfV ?gt_eqF // mul1r.
rewrite -scalemxAr mxtraceZ; congr (_ * _).
have -> : \sum_i y 0 i *: col i X = X *m y^T.
  by apply/matrixP => i j; rewrite summxE mxE; apply: eq_bigr => k _; rewrite !mxE ord1 mulrC.
by rewrite -[RHS]mxtrace_tr !trmx_mul !trmxK As /mxtrace big_ord1 !mulmxA.
Qed.
Lemma prediction_limit M (X : 'M[R]_(d, M)) xq (y : 'rV[R]_M) :
  (fun t => prediction (sparse_PV (u t)) (sparse_KQ (U t)) X xq y : R^o) @ +oo -->
  (prediction (sparse_PV v) (sparse_KQ (v^-1 *: A)) X xq y : R^o).
Proof.
rewrite prediction_sparse (_ : (fun t => _) = fun t => M%:R^-1 * (u t * (y *m X^T *m U t *m xq) 0 0)); last first.
  by apply/funext => t; rewrite prediction_sparse.
apply: cvg_cst_mul; apply: (@cvgM _ _ _ _ u (fun t => (y *m X^T *m U t *m xq) 0 0)); first exact: u_limit.
have E (B : 'M[R]_d) : (y *m X^T *m B *m xq) 0 0 = \sum_j \sum_i ((y *m X^T) 0 i * xq j 0) * B i j.
  rewrite mxE; apply: eq_bigr => j _; rewrite mxE mulr_suml; apply: eq_bigr => i _.
  by rewrite -!mulrA [B i j * _]mulrC.
rewrite E (_ : (fun t => _) = fun t => \sum_j \sum_i ((y *m X^T) 0 i * xq j 0) * U t i j); last by apply/funext => t; rewrite E.
apply: cvg_sum_fin => j; apply: cvg_sum_fin => i; apply: cvg_cst_mul; rewrite mxE; exact: U_limit.
Qed.
End Weights.
