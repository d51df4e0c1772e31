(* Section 5 and appendix A in the reduced variables: balance, positivity, rates and limits, for every d, every N (with 1/0 = 0), every
   positive definite Lambda and every solution of the flow. g and l are any upper bounds of the operator norms of Gamma and
   Lambda, so the norms themselves are allowed. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From ICL Require Import frobenius definite curve operator_norm reduced_loss_form flow convergence setting.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Theorem41.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma g l : R) (U : R -> 'M[R]_d) (u : R -> R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis flow : reduced_flow N La U u.
Hypothesis start : initialised sigma Th U u.

Let fU t (t0 : 0 <= t) := proj1 (flow t0).
Let fu t (t0 : 0 <= t) := proj2 (flow t0).
Let pG : pd Gamma := pdGa N Lambda_definite.
Let pP : pd (Gamma *m La) := pdPa N Lambda_definite.
Let cG : Gamma *m La = La *m Gamma := commGa N La.
Let s0 : 0 < sigma. Proof. by case: start. Qed.
Let nT : nrm2 (Th *m Th^T) = 1. Proof. by case: start. Qed.
Let U0 : U 0 = sigma *: (Th *m Th^T). Proof. by case: start. Qed.
Let u0 : u 0 = sigma. Proof. by case: start. Qed.

Theorem lemma_A3 t : 0 <= t -> u t ^+ 2 = \tr (U t *m (U t)^T).
Proof. exact: (balance nT fU fu U0 u0). Qed.

Hypothesis g_bound : opn Gamma g.
Hypothesis l_bound : opn La l.
Hypothesis l_positive : 0 < l.
Hypothesis condition : sigma ^+ 2 * g * Num.sqrt d%:R < 2%:R.

Theorem lemma_A4 t : 0 <= t -> 0 < u t.
Proof. exact: (u_gt0 Lambda_definite pG cG s0 nT g_bound condition fU fu U0 u0). Qed.

Theorem lemma_A5 t : 0 <= t ->
  sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g * Num.sqrt d%:R) / (2%:R * Num.sqrt d%:R * l ^+ 2) <= u t ^+ 2.
Proof. exact: (u_lower Lambda_definite pG pP cG s0 nT g_bound l_bound l_positive condition fU fu U0 u0). Qed.

Let mu : R := sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g * Num.sqrt d%:R)
  / (Num.sqrt d%:R * l ^+ 2 * \tr (invmx (Gamma *m La)) * \tr (invmx La)).
Let excess t : R := ell La Gamma (U t) (u t) - ell_min La Gamma.

Theorem lemma_5_4_PL t : 0 <= t ->
  mu * excess t <= nrm2 (gradU La Gamma (U t) (u t)) + gradu La Gamma (U t) (u t) ^+ 2.
Proof. exact: (PL_flow Lambda_definite pG pP cG s0 nT g_bound l_bound l_positive condition fU fu U0 u0). Qed.

Theorem lemma_5_4_decay t : 0 <= t -> excess t <= expR (- (mu * t)) * excess 0.
Proof. exact: (exponential_decay Lambda_definite pG pP cG s0 nT g_bound l_bound l_positive condition fU fu U0 u0). Qed.

(* the norm of Gamma^-1, and the limits of u = W_PV[d+1, d+1] and of U = W_KQ[:d, :d] *)
Theorem theorem_4_1_u : (u : R -> R^o) @ +oo --> (Num.sqrt (Num.sqrt (nrm2 (invmx Gamma))) : R^o).
Proof.
exact: (u_limit Lambda_definite s0 nT g_bound l_bound l_positive condition fU fu U0 u0).
Qed.

Theorem theorem_4_1_U i j : (fun t => U t i j : R^o) @ +oo -->
  ((Num.sqrt (Num.sqrt (nrm2 (invmx Gamma))))^-1 * invmx Gamma i j : R^o).
Proof.
exact: (U_limit Lambda_definite s0 nT g_bound l_bound l_positive condition fU fu U0 u0).
Qed.
End Theorem41.
