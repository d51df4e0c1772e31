(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   E tr((S A)^5), S = sum_i x_i x_i', x_i ~ N(0, Lambda).
   letters: 0 = Lambda, 1 = A
   scalars: none
   vectors: 0 = x *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

Definition letters : alphabet := Alphabet (mem [:: 0]) (mem [::]) (nth [:: nothing] [:: [:: (0, false)]])
  (fun v w => nth (0, false) (nth [::] [:: [::]] v) w).
(* 1 N^0 times what is averaged, and times its mean *)
Definition random : seq rterm := [::
  (((1)%coqZ, (0, [::])), ([:: 1; 2; 3; 4; 5], [::], [:: (((0, 1), [:: (1, false)]), (0, 2)); (((0, 1), [:: (1, true)]), (0, 3)); (((0, 2), [:: (1, false)]), (0, 4)); (((0, 3), [:: (1, true)]), (0, 5)); (((0, 4), [:: (1, false)]), (0, 5))]))].
Definition mean : poly := [::
  ((1)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]]));
  ((5)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((10)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((10)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((5)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((10)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((10)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((20)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((25)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((5)%coqZ, (4, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((60)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((40)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((20)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((20)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((20)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((5)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((20)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((25)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((5)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((5)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((25)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((5)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((8)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((15)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((1)%coqZ, (5, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((40)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((5)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((40)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((50)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((25)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((5)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((50)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((10)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]))].
Lemma mean_ok : check_expectation letters random mean = true.
Proof. vm_cast_no_check (erefl true). Qed.
