(* Generated. 1 N^2 E[ (w' x_q)^2 - 2/N sum_i(u (w' x_i) (w' x_q) (x_i' U11 x_q)) + 1/N^2 sum_i(sum_j(u^2 (w' x_i) (w' x_j) (x_i' U11 x_q) (x_j' U11 x_q))) ]
   = 1 N^2 ( tr(Lambda) - 2 u tr(Lambda^2 U11) + (N + 1)/N u^2 tr(Lambda U11' Lambda^2 U11) + 1/N tr(Lambda) u^2 tr(Lambda U11 Lambda U11') )
   letters: 0 = Lambda, 1 = U11; scalars: 0 = u; random: 0 = x, 1 = x_q, 2 = w *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Definition reduced_loss_sym (a : nat) : bool := a \in [:: 0].
Definition reduced_loss_cov (r : nat) : word := nth [:: (999, false)] [:: [:: (0, false)]; [:: (0, false)]; [::]] r.
Definition reduced_loss_lhs : seq rterm := [:: (((1)%coqZ, (2, [::])), ([::], [:: (((2, 0), [::]), (1, 0)); (((2, 0), [::]), (1, 0))])); (((-2)%coqZ, (1, [:: 0])), ([:: 1], [:: (((2, 0), [::]), (0, 1)); (((2, 0), [::]), (1, 0)); (((0, 1), [:: (1, false)]), (1, 0))])); (((1)%coqZ, (0, [:: 0; 0])), ([:: 1; 2], [:: (((2, 0), [::]), (0, 1)); (((2, 0), [::]), (0, 2)); (((0, 1), [:: (1, false)]), (1, 0)); (((0, 2), [:: (1, false)]), (1, 0))]))].
Definition reduced_loss_rhs : poly := [:: ((1)%coqZ, (2, [::], [:: [:: (0, false)]])); ((-2)%coqZ, (2, [:: 0], [:: [:: (0, false); (0, false); (1, false)]])); ((1)%coqZ, (2, [:: 0; 0], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]])); ((1)%coqZ, (1, [:: 0; 0], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]])); ((1)%coqZ, (1, [:: 0; 0], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (1, true)]]))].
Lemma reduced_loss_ok : check_expectation reduced_loss_sym reduced_loss_cov reduced_loss_lhs reduced_loss_rhs = true.
Proof. vm_cast_no_check (erefl true). Qed.
