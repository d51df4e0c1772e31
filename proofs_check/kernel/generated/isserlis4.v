(* Generated. 1 N^0 E[ (x' A x) (x' B x) ]
   = 1 N^0 ( tr(A Lambda) tr(B Lambda) + tr(A Lambda B Lambda) + tr(A Lambda B' Lambda) )
   letters: 0 = Lambda, 1 = A, 2 = B; scalars: ; random: 0 = x *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Definition isserlis4_sym (a : nat) : bool := a \in [:: 0].
Definition isserlis4_cov (r : nat) : word := nth [:: (999, false)] [:: [:: (0, false)]] r.
Definition isserlis4_lhs : seq rterm := [:: (((1)%coqZ, (0, [::])), ([::], [:: (((0, 0), [:: (1, false)]), (0, 0)); (((0, 0), [:: (2, false)]), (0, 0))]))].
Definition isserlis4_rhs : poly := [:: ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false)]; [:: (2, false); (0, false)]])); ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false); (2, false); (0, false)]])); ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false); (2, true); (0, false)]]))].
Lemma isserlis4_ok : check_expectation isserlis4_sym isserlis4_cov isserlis4_lhs isserlis4_rhs = true.
Proof. vm_cast_no_check (erefl true). Qed.
