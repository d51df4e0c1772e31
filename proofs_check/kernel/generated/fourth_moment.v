(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   Lemma D.2: p'E[xx'Axx']q, x ~ N(0, Lambda).
   letters: 0 = Lambda, 1 = A, 2 = p q', 3 = p p', 4 = q q'
   scalars: none
   vectors: 0 = x, 1 = p, 2 = q *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

Definition letters : alphabet := Alphabet (mem [:: 0; 3; 4]) (mem [:: 1; 2]) (nth [:: nothing] [:: [:: (0, false)]])
  (fun v w => nth (0, false) (nth [::] [:: [::]; [:: (0, false); (3, false); (2, false)]; [:: (0, false); (2, true); (4, false)]] v) w).
(* 1 N^0 times what is averaged, and times its mean *)
Definition random : seq rterm := [::
  (((1)%coqZ, (0, [::])), ([::], [::], [:: (((1, 0), [::]), (0, 0)); (((2, 0), [::]), (0, 0)); (((0, 0), [:: (1, false)]), (0, 0))]))].
Definition mean : poly := [::
  ((1)%coqZ, (0, [::], [:: [:: (1, false); (0, false)]; [:: (0, false); (2, true)]]));
  ((1)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (2, true)]]));
  ((1)%coqZ, (0, [::], [:: [:: (0, false); (1, true); (0, false); (2, true)]]))].
Lemma mean_ok : check_expectation letters random mean = true.
Proof. vm_cast_no_check (erefl true). Qed.
