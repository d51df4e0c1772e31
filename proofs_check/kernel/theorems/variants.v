(* Statements B5 and B6: the matrix that a layer with u12 = u21 = 0 should read out with, for noisy labels, tasks with any
   second moment Psi, and elliptical covariates: Gamma^-1 with
   Gamma = ((N - 1 + 2 kappa)/N) Lambda + ((kappa tr(Psi Lambda) + s2)/N) Psi^-1,
   where E[x x^T S x x^T] = kappa (2 Lambda S Lambda + tr(S Lambda) Lambda) for symmetric S. Gaussian covariates have kappa = 1
   (B5), and Psi = I, s2 = 0 is B6. The prediction is x_q^T A0 (1/N) sum_i y_i x_i, with A0 = u U11^T. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix independent_prompt complete_square.
From ICLTheorems Require Import joint_shift.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Variants.
Variables (R : rcfType) (d N : nat) (La Psi : 'M[R]_d) (s2 kappa : R).
Hypotheses (N_positive : (0 < N)%N) (Lambda_definite : pd La) (Psi_definite : pd Psi) (s2_ge0 : 0 <= s2) (kappa_gt0 : 0 < kappa).
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_N -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E) (law_w : is_expectation Ew) (law_q : is_expectation Eq).
Hypothesis ind : independent Ew E1 Eq E task example query.
Hypothesis context : expect E1 (x *m x^T) = La.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La.
Hypothesis tasks : expect Ew (w *m w^T) = Psi.
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Hypothesis elliptical : forall S : 'M[R]_d, S^T = S ->
  expect E1 (x *m x^T *m const B S *m x *m x^T) = kappa *: ((La *m S *m La) *+ 2 + \tr (S *m La) *: La).

Definition Gamma_variant : 'M[R]_d :=
  ((N%:R - 1 + 2%:R * kappa) / N%:R) *: La + ((kappa * \tr (Psi *m La) + s2) / N%:R) *: invmx Psi.
(* the population loss without its factor 1/2, as a function of A0 *)
Definition error (A0 : 'M[R]_d) : R := E ((y_hat A0 x eps xq w task example query - truth xq w task query) ^+ 2).
Notation V := (Gamma_variant *m Psi *m La).

Let Pu := pd_unit Psi_definite. Let Lu := pd_unit Lambda_definite.
Let Ps := pd_sym Psi_definite. Let Ls := pd_sym Lambda_definite.
Let nz : N%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n. Qed.
Let c1 : 0 < (N%:R - 1 + 2%:R * kappa) / N%:R :> R.
Proof. by rewrite divr_gt0 ?ltr0n // ltr_paddl ?subr_ge0 ?ler1n // mulr_gt0 ?ltr0n. Qed.
Let c2 : 0 <= (kappa * \tr (Psi *m La) + s2) / N%:R.
Proof.
have q := psd_tr_mul (pd_psd Psi_definite) (pd_psd Lambda_definite).
by rewrite divr_ge0 ?ler0n // addr_ge0 // mulr_ge0 // ltW.
Qed.
Theorem Gamma_variant_definite : pd Gamma_variant.
Proof. by apply: pdDpsd; [apply: pdZ | apply: psdZ => //; apply/pd_psd/pd_inv]. Qed.
Lemma VE : V = ((N%:R - 1 + 2%:R * kappa) / N%:R) *: (La *m Psi *m La) + ((kappa * \tr (Psi *m La) + s2) / N%:R) *: La.
Proof. by rewrite /Gamma_variant !mulmxDl -!scalemxAl mulVmx // mul1mx. Qed.
Lemma V_definite : pd V.
Proof.
rewrite VE; apply: pdDpsd; last by apply: psdZ => //; apply: pd_psd.
by apply: pdZ => //; have := pd_congr Lu Psi_definite; rewrite Ls.
Qed.
Lemma errorE A0 : error A0 = risk La V La Psi A0.
Proof.
rewrite /error (error_of_any_matrix A0 N_positive law_x law law_w law_q ind context query_moment tasks noise_x noise_xxx noise_xx).
rewrite /prompt_moment elliptical // /risk.
have -> : N%:R^-1 *: (kappa *: ((La *m Psi *m La) *+ 2 + \tr (Psi *m La) *: La) + s2 *: La) +
    (1 - N%:R^-1) *: (La *m Psi *m La) = V; last by [].
rewrite VE; move: (La *m Psi *m La) (\tr (Psi *m La)) => P t.
by apply/matrixP => i j; rewrite !mxE; move: (P i j) (La i j) => p l; field.
Qed.
Let bestE : best V La Psi = invmx Gamma_variant.
Proof.
have Gu := pd_unit Gamma_variant_definite.
by rewrite /best -[V]mulmxA invmxM ?unitmx_mul ?Pu // mulmxA mulmxV ?mul1mx // unitmx_mul Pu.
Qed.

Theorem variant_minimum A0 : error A0 =
  error (invmx Gamma_variant) + \tr (La *m (A0 - invmx Gamma_variant) *m V *m (A0 - invmx Gamma_variant)^T).
Proof. by rewrite !errorE -bestE; apply: risk_excess V_definite Ls Ps A0. Qed.
Theorem variant_least A0 : error (invmx Gamma_variant) <= error A0.
Proof. by rewrite !errorE -bestE; apply: risk_least V_definite Lambda_definite Ls Ps A0. Qed.
Theorem variant_minimiser A0 : error A0 = error (invmx Gamma_variant) <-> A0 = invmx Gamma_variant.
Proof. by rewrite !errorE -bestE; apply: risk_minimiser V_definite Lambda_definite Ls Ps A0. Qed.
End Variants.
