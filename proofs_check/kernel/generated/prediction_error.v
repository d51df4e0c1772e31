(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   Theorem 4.2: the error of x_q' A (1/M) sum_i v_i above the floor.
   letters: 0 = Sigma, 1 = Lambda, 2 = A, 3 = a a'
   scalars: none
   vectors: 0 = z, 1 = x_q, 2 = a *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation random formula.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

Definition letters : alphabet := Alphabet (mem [:: 0; 1; 3]) (mem [:: 2]) (nth [:: nothing] [:: [:: (0, false)]; [:: (1, false)]])
  (fun v w => nth (0, false) (nth [::] [:: [::]; [::]; [:: (0, false); (0, false); (3, false)]] v) w).
(* 1 M^1 times y_hat - a'x_q, z_i = v_i - Lambda a, and 1 M^2 times its mean square *)
Definition error : seq rterm := [::
  (((-1)%coqZ, (1, [::])), ([::], [::], [:: (((2, 0), [::]), (1, 0))]));
  (((1)%coqZ, (0, [::])), ([:: 1], [::], [:: (((1, 0), [:: (2, false)]), (0, 1))]));
  (((1)%coqZ, (1, [::])), ([::], [::], [:: (((2, 0), [:: (1, false); (2, true)]), (1, 0))]))].
Definition mean_square : poly := [::
  ((1)%coqZ, (2, [::], [:: [:: (1, false); (3, false)]]));
  ((1)%coqZ, (1, [::], [:: [:: (2, false); (0, false); (2, true); (1, false)]]));
  ((-2)%coqZ, (2, [::], [:: [:: (1, false); (2, false); (1, false); (3, false)]]));
  ((1)%coqZ, (2, [::], [:: [:: (1, false); (2, true); (1, false); (2, false); (1, false); (3, false)]]))].
Lemma mean_square_ok : check_product letters error error mean_square = true.
Proof. vm_cast_no_check (erefl true). Qed.

Local Open Scope ring_scope.
Section Formula.
Variables (R : numFieldType) (d n : nat) (Sigma Lambda A : 'M[R]_d) (a : 'cV[R]_d).
Definition matrix_of : nat -> 'M[R]_d := nth 0 [:: Sigma; Lambda; A; a *m a^T].
Definition scalar_of : nat -> R := nth 0 [::].
Definition vector_of : nat -> 'cV[R]_d := nth 0 [:: 0; 0; a].
(* the error above the floor as the engine gives it, n the prompt's length *)
Definition excess : R := (a^T *m Lambda *m a) 0 0
  + 1 / n%:R * \tr (A *m Sigma *m A^T *m Lambda)
  + (- 2%:R) * (a^T *m Lambda *m A *m Lambda *m a) 0 0
  + (a^T *m Lambda *m A^T *m Lambda *m A *m Lambda *m a) 0 0.
Lemma excessE : (0 < n)%N -> ev matrix_of scalar_of n mean_square = 1%:R * n%:R ^+ 2 * excess.
Proof. by move=> n0; rewrite /mean_square /matrix_of /scalar_of; evaluate; rewrite /excess; by_field n. Qed.
End Formula.
