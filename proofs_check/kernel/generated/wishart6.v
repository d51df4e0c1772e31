(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   E tr((S A)^6), S = sum_i x_i x_i', x_i ~ N(0, Lambda).
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
  (((1)%coqZ, (0, [::])), ([:: 1; 2; 3; 4; 5; 6], [::], [:: (((0, 1), [:: (1, false)]), (0, 2)); (((0, 1), [:: (1, true)]), (0, 3)); (((0, 2), [:: (1, false)]), (0, 4)); (((0, 3), [:: (1, true)]), (0, 5)); (((0, 4), [:: (1, false)]), (0, 6)); (((0, 5), [:: (1, true)]), (0, 6))]))].
Definition mean : poly := [::
  ((1)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]]));
  ((10)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((5)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((8)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((1)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]]));
  ((15)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((12)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((25)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((3)%coqZ, (5, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((144)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((156)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((54)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((20)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((20)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((60)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((18)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((21)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((15)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]]));
  ((75)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((15)%coqZ, (4, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((180)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((120)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((90)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((90)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (4, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((120)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((150)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((90)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((30)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((180)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((150)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((48)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((90)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((6)%coqZ, (5, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((240)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((360)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((90)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (4, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((240)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((300)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((150)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((30)%coqZ, (4, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((360)%coqZ, (1, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((300)%coqZ, (2, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((60)%coqZ, (3, [::], [:: [:: (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((24)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((60)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((6)%coqZ, (5, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((96)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((174)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((66)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((24)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((48)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((72)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((48)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((12)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((36)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((42)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((12)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((24)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((51)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((9)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((6)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((156)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((150)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((48)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((72)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((78)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((27)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((3)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((48)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((36)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false)]; [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((72)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((108)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((42)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((18)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]; [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((84)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((35)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((1)%coqZ, (6, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false)]]));
  ((240)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((264)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((186)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((24)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (5, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((192)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((312)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((168)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((42)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (5, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((312)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((300)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((96)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((12)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((108)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((144)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((81)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((24)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((3)%coqZ, (5, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((144)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((156)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((54)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((144)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((156)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((54)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false)]]));
  ((144)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((156)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((54)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((6)%coqZ, (4, [::], [:: [:: (1, false); (0, false); (1, false); (0, false); (1, true); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((64)%coqZ, (1, [::], [:: [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((48)%coqZ, (2, [::], [:: [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]));
  ((8)%coqZ, (3, [::], [:: [:: (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false); (1, false); (0, false); (1, true); (0, false)]]))].
Lemma mean_ok : check_expectation letters random mean = true.
Proof. vm_cast_no_check (erefl true). Qed.
