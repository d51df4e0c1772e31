(* The objects in which the theorems of the paper are stated: Gamma, the reduced gradient flow, Assumption 3.3. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From ICL Require Import frobenius curve.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Setting.
Variables (R : realType) (d N : nat) (La : 'M[R]_d).

(* Gamma = (1 + 1/N) Lambda + (tr Lambda / N) I, below (4.1) *)
Definition Gamma : 'M[R]_d := (1 + N%:R^-1) *: La + (\tr La / N%:R) *: 1%:M.

(* (5.5): U' = - u^2 Gamma Lambda U Lambda + u Lambda^2,  u' = - u tr(Gamma Lambda U Lambda U^T) + tr(Lambda^2 U^T), at t >= 0 *)
Definition reduced_flow (U : R -> 'M[R]_d) (u : R -> R) : Prop := forall t, 0 <= t ->
  mder U t (- (u t ^+ 2 *: (Gamma *m La *m U t *m La) - u t *: (La *m La))) /\
  der u t (- (u t * \tr (Gamma *m La *m U t *m La *m (U t)^T) - \tr (La *m La *m (U t)^T))).

(* Assumption 3.3: U(0) = sigma Theta Theta^T, u(0) = sigma, ||Theta Theta^T||_F = 1 (Theta Lambda <> 0 follows where Lambda is definite) *)
Definition initialised (sigma : R) (Th : 'M[R]_d) (U : R -> 'M[R]_d) (u : R -> R) : Prop :=
  [/\ 0 < sigma, nrm2 (Th *m Th^T) = 1, U 0 = sigma *: (Th *m Th^T) & u 0 = sigma].
End Setting.
