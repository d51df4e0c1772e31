(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   E[(x'Ax)(x'Bx)], x ~ N(0, Lambda).
   letters: 0 = Lambda, 1 = A, 2 = B
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
  (((1)%coqZ, (0, [::])), ([::], [::], [:: (((0, 0), [:: (1, false)]), (0, 0)); (((0, 0), [:: (2, false)]), (0, 0))]))].
Definition mean : poly := [::
  ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false)]; [:: (2, false); (0, false)]]));
  ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false); (2, false); (0, false)]]));
  ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false); (2, true); (0, false)]]))].
Lemma mean_ok : check_expectation letters random mean = true.
Proof. vm_cast_no_check (erefl true). Qed.
