(* tr(Lambda) tr(Lambda^-1) against the condition number, after Theorem 4.2, for every d and every positive definite Lambda.
   conditioned Lambda kappa: l I <= Lambda <= kappa l I for some l > 0, so kappa is the condition number or larger. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From ICL Require Import definite condition_number.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section TraceProduct.
Variables (R : realType) (d : nat) (La : 'M[R]_d) (kappa : R).
Hypotheses (Lambda_definite : pd La) (kappa_bound : conditioned La kappa).

Theorem trace_product : \tr La * \tr (invmx La) <= d%:R ^+ 2 * kappa.
Proof. exact: condition_number.trace_product. Qed.
(* Kantorovich *)
Theorem trace_product_sharp : \tr La * \tr (invmx La) <= d%:R ^+ 2 * (kappa + 1) ^+ 2 / (4%:R * kappa).
Proof. exact: kantorovich. Qed.
End TraceProduct.
