(* Theorem 4.5 and (4.12) in the layer's weights: the limits of W_KQ and W_PV for every law of random diagonal covariances with
   positive entries and third moments, every d and N (with 1/0 = 0) and every solution of the averaged reduced flow from
   Assumption 3.3. No condition on sigma is needed. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius curve setting weights random_covariance random_diagonal.
From ICLTheorems Require Import appendix_C.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Weights.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis covariances : diagonal_covariances E lambda.
Notation La := (fun o => diag_mx (lambda o)).
Variable nu : R.
Hypothesis nu_bound : lower_bound_of_coefficients E N lambda nu.
Variables (Th : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : mean_flow E N La U u.
Hypothesis start : initialised sigma Th U u.

(* A = E[Gamma Lambda^2]^-1 E[Lambda^2] and the fourth root of tr(A A^T) *)
Let A : 'M[R]_d := invmx (mean_mx E (fun o => Gamma N (La o) *m La o *m La o)) *m mean_mx E (fun o => La o *m La o).
Let v : R := Num.sqrt (Num.sqrt (\tr (A *m A^T))).
(* W_KQ(t) = diag(U(t), 0), W_PV(t) = u(t) e_{d+1} e_{d+1}^T *)
Let W_KQ t : 'M[R]_(d + 1) := block_mx (U t) 0 0 0.
Let W_PV t : 'M[R]_(d + 1) := block_mx 0 0 0 (u t)%:M.
Let W_KQ_limit : 'M[R]_(d + 1) := v^-1 *: block_mx A 0 0 0.
Let W_PV_limit : 'M[R]_(d + 1) := block_mx 0 0 0 v%:M.

Theorem theorem_4_5_W_KQ i j : (fun t => W_KQ t i j : R^o) @ +oo --> (W_KQ_limit i j : R^o).
Proof.
rewrite [W_KQ_limit _ _]mxE; apply: sparse_KQ_limit => k l.
exact: (theorem_4_5_U covariances nu_bound flow start).
Qed.
Theorem theorem_4_5_W_PV i j : (fun t => W_PV t i j : R^o) @ +oo --> (W_PV_limit i j : R^o).
Proof. exact: sparse_PV_limit (theorem_4_5_u covariances nu_bound flow start) i j. Qed.
End Weights.
