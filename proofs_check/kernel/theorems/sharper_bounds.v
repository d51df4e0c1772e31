(* Lemma A.5 with sqrt(d) twice removed and a weaker condition: beyond the paper, for every d, every N (with 1/0 = 0),
   every positive definite Lambda and every solution of the reduced flow from Assumption 3.3. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite operator_norm curve reduced_loss_form convergence setting quadratic_flow diagonal_flow.
From ICL Require Import eigenbasis every_start random_covariance constant_law.
From ICLTheorems Require Import appendix_C.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Sharper.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma g : R) (U : R -> 'M[R]_d) (u : R -> R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.


Hypothesis flow : reduced_flow N La U u.
Hypothesis start : initialised sigma Th U u.
Hypothesis g_bound : opn Gamma g.
Hypothesis condition : sigma ^+ 2 * g < 2%:R.

Let E := constant_law R.
Let flowE : mean_flow E N (fun=> La) U u.
Proof. by move=> t t0; have := flow t0; rewrite /mean_quadratic /mean_square !constant_mean_mx. Qed.

Theorem lemma_A5_sharp t : 0 <= t ->
  sigma ^+ 2 * nrm2 (La *m Th) * (2%:R - sigma ^+ 2 * g) / (2%:R * Num.sqrt (nrm2 (La *m La))) <= u t ^+ 2.
Proof.
move=> t0; have alignE : \tr (La *m La *m (Th *m Th^T)) = nrm2 (La *m Th).
  by rewrite /nrm2 /dotp trmx_mul (pd_sym Lambda_definite) !mulmxA [RHS]mxtrace_mulC !mulmxA.
have s0 : 0 < sigma by case: start.
have a0 : 0 < nrm2 (La *m Th).
  rewrite lt_def nrm2_ge0 andbT nrm2_eq0; apply/eqP => h; have [_ nT _ _] := start; move/eqP: nT.
  by rewrite -[Th](mulKmx (pd_unit Lambda_definite)) h mulmx0 mul0mx /nrm2 /dotp mul0mx mxtrace0 eq_sym oner_eq0.
have h := @lemma_C7_sharp R unit E d N (fun=> La) (fun=> Lambda_definite) (fun _ _ _ _ _ _ => I)
  Th sigma U u flowE start (fun=> g) (fun=> g_bound) I.
have cond : sigma ^+ 2 * mean E (fun=> g * nrm2 (La *m Th)) <
    2%:R * \tr (mean_mx E (fun=> La *m La) *m (Th *m Th^T)).
  by rewrite constant_mean_mx alignE /= mulrA ltr_pmul2r.
have := h cond t t0; rewrite constant_mean_mx alignE /= => {}h.
apply: le_trans h; rewrite le_eqVlt; apply/orP; left; apply/eqP; congr (_ / _).
by rewrite -mulrA; congr (_ * _); ring.
Qed.
End Sharper.
