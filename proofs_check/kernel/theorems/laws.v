(* Which laws there are: theorems about every law of random covariances (lib/random_covariance.v) hold for every probability
   measure, with its integrable functions and its integral. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals ereal measure lebesgue_measure lebesgue_integral.
From ICL Require Import random_covariance measure_law.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Theorem every_probability_measure (R : realType) (disp : measure_display) (T : measurableType disp)
    (P : {measure set T -> \bar R}) : P setT = 1%E ->
  exists E : law R T, forall f : T -> R, (random_covariance.integrable E f <-> P.-integrable setT (EFin \o f)) /\
    (random_covariance.integrable E f -> (\int[P]_x (f x)%:E)%E = (mean E f)%:E).
Proof.
move=> total; exists (measure_law total) => f; split; first by split.
exact: integral_mean.
Qed.
