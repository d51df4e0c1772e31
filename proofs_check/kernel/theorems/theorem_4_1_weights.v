(* Theorem 4.1 and (4.3) in the layer's weights: the limits of W_KQ and W_PV and of the prediction, for every d, every N
   (with 1/0 = 0), every positive definite Lambda, every prompt and every solution of the reduced flow from Assumption 3.3.
   No condition on sigma is needed (B1), so that of Theorem 4.1 is not a hypothesis. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius definite curve setting convergence weights.
From ICLTheorems Require Import beyond_B12.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Weights.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis flow : reduced_flow N La U u.
Hypothesis start : initialised sigma Th U u.

(* W_KQ(t) = diag(U(t), 0), W_PV(t) = u(t) e_{d+1} e_{d+1}^T, since u12 = u21 = 0 (Lemma 5.2) *)
Let W_KQ t : 'M[R]_(d + 1) := block_mx (U t) 0 0 0.
Let W_PV t : 'M[R]_(d + 1) := block_mx 0 0 0 (u t)%:M.

(* the fourth root of tr(Gamma^-2) *)
Let v : R := Num.sqrt (Num.sqrt (\tr (invmx Gamma *m invmx Gamma))).
Let W_KQ_limit : 'M[R]_(d + 1) := v^-1 *: block_mx (invmx Gamma) 0 0 0.
Let W_PV_limit : 'M[R]_(d + 1) := block_mx 0 0 0 v%:M.

Let Gs : (invmx Gamma)^T = invmx Gamma := sym_inv (pd_sym (pdGa N Lambda_definite)).
Let vE : v = Num.sqrt (Num.sqrt (nrm2 (invmx Gamma))). Proof. by rewrite /v /nrm2 /dotp Gs. Qed.
Let u_cvg : (u : R -> R^o) @ +oo --> (v : R^o). Proof. by rewrite vE; apply: B1_limit_u start. Qed.
Let U_cvg i j : (fun t => U t i j : R^o) @ +oo --> (v^-1 * invmx Gamma i j : R^o).
Proof. by rewrite vE; apply: B1_limit_U start i j. Qed.
Let v_gt0 : 0 < v.
Proof.
have [Q [_ [i _]]] := eigenbasis_exists Lambda_definite start.
rewrite vE !sqrtr_gt0 lt_def nrm2_ge0 andbT nrm2_eq0; apply/eqP => h.
have /matrixP /(_ i i) /eqP : (1%:M : 'M[R]_d) = 0.
  by rewrite -(mulVmx (pd_unit (pdGa N Lambda_definite))) h mul0mx.
by rewrite !mxE eqxx oner_eq0.
Qed.

Theorem theorem_4_1_W_KQ i j : (fun t => W_KQ t i j : R^o) @ +oo --> (W_KQ_limit i j : R^o).
Proof. by rewrite [W_KQ_limit _ _]mxE; apply: sparse_KQ_limit. Qed.

Theorem theorem_4_1_W_PV i j : (fun t => W_PV t i j : R^o) @ +oo --> (W_PV_limit i j : R^o).
Proof. exact: sparse_PV_limit. Qed.

(* (4.3): the limit's prediction for a prompt (x_1, y_1), ..., (x_M, y_M), x_q of any length M; x_i are the columns of X *)
Theorem equation_4_3 M (X : 'M[R]_(d, M)) (xq : 'cV[R]_d) (y : 'rV[R]_M) :
  prediction W_PV_limit W_KQ_limit X xq y = \tr (xq^T *m invmx Gamma *m (M%:R^-1 *: \sum_i y 0 i *: col i X)).
Proof.
have -> : W_KQ_limit = sparse_KQ (v^-1 *: invmx Gamma) by rewrite /W_KQ_limit /sparse_KQ scale_block_mx !scaler0.
by rewrite -[W_PV_limit]/(sparse_PV d v) (limiting_prediction v_gt0 X xq y Gs).
Qed.

(* the prediction along the flow tends to it *)
Theorem equation_4_3_limit M (X : 'M[R]_(d, M)) (xq : 'cV[R]_d) (y : 'rV[R]_M) :
  (fun t => prediction (W_PV t) (W_KQ t) X xq y : R^o) @ +oo -->
  (\tr (xq^T *m invmx Gamma *m (M%:R^-1 *: \sum_i y 0 i *: col i X)) : R^o).
Proof. by rewrite -(limiting_prediction v_gt0 X xq y Gs); apply: prediction_limit. Qed.
End Weights.
