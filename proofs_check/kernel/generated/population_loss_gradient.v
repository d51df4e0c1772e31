(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   The gradients of the population loss in all blocks.
   letters: 0 = Lambda, 1 = U11, 2 = D11, 3 = u12 u12', 4 = u12 u21', 5 = u21 u21', 6 = u12 e12', 7 = u12 e21', 8 = u21 e12', 9 = u21 e21'
   scalars: 0 = u, 1 = e
   vectors: 0 = x, 1 = x_q, 2 = w, 3 = u12, 4 = u21, 5 = e12, 6 = e21 *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation random formula word_derivative.
From ICLGenerated Require Import population_loss.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

(* the derivatives of letters and scalars *)
Definition dletter : nat -> seq lettr := nth [::] [:: [::]; [:: (2, false)]; [::]; [:: (6, true); (6, false)]; [:: (8, true); (7, false)]; [:: (9, true); (9, false)]; [::]; [::]; [::]; [::]].
Definition dscalar : nat -> seq nat := nth [::] [:: [:: 1]; [::]].
(* 1 N^2 times twice each gradient, times its direction *)
Definition along_U11 : poly := [::
  ((-2)%coqZ, (2, [:: 0], [:: [:: (0, false); (0, false); (2, true)]]));
  ((2)%coqZ, (2, [:: 0; 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [:: 0; 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [:: 0; 0], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (2, true)]]));
  ((2)%coqZ, (2, [:: 0], [:: [:: (0, false); (0, false); (4, false); (0, false); (2, true)]]));
  ((6)%coqZ, (1, [:: 0], [:: [:: (0, false); (0, false); (4, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (4, true)]; [:: (0, false); (2, true)]]));
  ((2)%coqZ, (0, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (3, false)]; [:: (0, false); (2, true)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (3, false)]; [:: (0, false); (2, true)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, false); (0, false); (3, false)]; [:: (0, false); (2, true)]]));
  ((2)%coqZ, (0, [::], [:: [:: (0, false); (3, false)]; [:: (0, false); (1, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (3, false)]; [:: (0, false); (1, false); (0, false); (2, true)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (3, false); (0, false); (2, true)]]));
  ((2)%coqZ, (0, [::], [:: [:: (0, false); (3, false)]; [:: (0, false); (1, true); (0, false); (2, true)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, true); (0, false); (3, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, true); (0, false); (3, false); (0, false); (2, true)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (3, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (3, false); (0, false); (2, true)]]));
  ((2)%coqZ, (2, [::], [:: [:: (0, false); (3, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (3, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((6)%coqZ, (1, [::], [:: [:: (0, false); (3, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (3, false); (0, false); (1, true); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (3, false); (0, false); (1, true); (0, false); (2, true)]]));
  ((2)%coqZ, (2, [:: 0], [:: [:: (0, false)]; [:: (0, false); (4, false); (0, false); (2, true)]]));
  ((4)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (4, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (4, true); (0, false); (2, true)]]))].
Definition along_u21 : poly := [::
  ((-2)%coqZ, (2, [::], [:: [:: (0, false); (0, false); (7, false)]]));
  ((2)%coqZ, (2, [:: 0; 0], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (9, false)]]));
  ((4)%coqZ, (1, [:: 0; 0], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (9, false)]]));
  ((4)%coqZ, (2, [:: 0; 0], [:: [:: (0, false); (0, false)]; [:: (0, false); (9, false)]]));
  ((8)%coqZ, (1, [:: 0; 0], [:: [:: (0, false); (0, false)]; [:: (0, false); (9, false)]]));
  ((2)%coqZ, (2, [:: 0], [:: [:: (0, false); (1, true); (0, false); (0, false); (7, false)]]));
  ((6)%coqZ, (1, [:: 0], [:: [:: (0, false); (1, true); (0, false); (0, false); (7, false)]]));
  ((2)%coqZ, (2, [::], [:: [:: (0, false); (0, false); (3, false)]; [:: (0, false); (9, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (0, false); (3, false)]; [:: (0, false); (9, false)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (7, false)]]));
  ((2)%coqZ, (2, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, true); (0, false); (7, false)]]));
  ((4)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, true); (0, false); (7, false)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, false)]; [:: (0, false); (7, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false)]; [:: (0, false); (3, false)]; [:: (0, false); (9, false)]]))].
Definition along_u12 : poly := [::
  ((-2)%coqZ, (2, [::], [:: [:: (0, false); (0, false); (8, false)]]));
  ((2)%coqZ, (0, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, false)]; [:: (0, false); (6, false)]]));
  ((2)%coqZ, (2, [:: 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (8, false)]]));
  ((6)%coqZ, (1, [:: 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (8, false)]]));
  ((2)%coqZ, (2, [::], [:: [:: (0, false); (5, false)]; [:: (0, false); (0, false); (6, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (5, false)]; [:: (0, false); (0, false); (6, false)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (1, false); (0, false); (6, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, false); (0, false); (1, false); (0, false); (6, false)]]));
  ((2)%coqZ, (2, [::], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (6, false)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (6, false)]]));
  ((6)%coqZ, (1, [::], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (6, false)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, false); (0, false); (6, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, false); (0, false); (6, false)]]));
  ((2)%coqZ, (2, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (8, false)]]));
  ((4)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (8, false)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, true); (0, false); (1, false); (0, false); (6, false)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, true); (0, false); (1, true); (0, false); (6, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, true); (0, false); (1, true); (0, false); (6, false)]]));
  ((4)%coqZ, (0, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, true); (0, false); (6, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, true); (0, false); (6, false)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, true); (0, false); (8, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false)]; [:: (0, false); (5, false)]; [:: (0, false); (6, false)]]));
  ((2)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (1, false)]; [:: (0, false); (6, false)]]));
  ((2)%coqZ, (0, [::], [:: [:: (0, false); (1, false); (0, false); (1, true)]; [:: (0, false); (6, false)]]));
  ((2)%coqZ, (1, [::], [:: [:: (0, false); (1, false); (0, false); (1, true)]; [:: (0, false); (6, false)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (1, false)]; [:: (0, false); (8, false)]]))].
Definition along_u : poly := [::
  ((-2)%coqZ, (2, [:: 1], [:: [:: (0, false); (0, false); (1, false)]]));
  ((2)%coqZ, (2, [:: 0; 1], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (5, false)]]));
  ((4)%coqZ, (1, [:: 0; 1], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (5, false)]]));
  ((4)%coqZ, (2, [:: 0; 1], [:: [:: (0, false); (0, false)]; [:: (0, false); (5, false)]]));
  ((8)%coqZ, (1, [:: 0; 1], [:: [:: (0, false); (0, false)]; [:: (0, false); (5, false)]]));
  ((2)%coqZ, (2, [:: 0; 1], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((2)%coqZ, (1, [:: 0; 1], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((2)%coqZ, (2, [:: 1], [:: [:: (0, false); (0, false); (1, false); (0, false); (4, true)]]));
  ((6)%coqZ, (1, [:: 1], [:: [:: (0, false); (0, false); (1, false); (0, false); (4, true)]]));
  ((2)%coqZ, (1, [:: 0; 1], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (1, true)]]));
  ((2)%coqZ, (1, [:: 1], [:: [:: (0, false)]; [:: (0, false); (1, false)]; [:: (0, false); (4, true)]]));
  ((2)%coqZ, (2, [:: 1], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (4, true)]]));
  ((4)%coqZ, (1, [:: 1], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (4, true)]]));
  ((2)%coqZ, (1, [:: 1], [:: [:: (0, false)]; [:: (0, false); (1, true); (0, false); (4, true)]]))].
Lemma gradient_ok : check (symmetric letters) (family letters) (dpoly dletter dscalar mean_square)
  (along_U11 ++ along_u21 ++ along_u12 ++ along_u) = true.
Proof. vm_cast_no_check (erefl true). Qed.

Local Open Scope ring_scope.
Section Formula.
Variables (R : numFieldType) (d n : nat) (Lambda U11 D11 : 'M[R]_d) (u12 u21 e12 e21 : 'cV[R]_d) (u e : R).
Local Notation meaning := (matrix_of Lambda U11 D11 u12 u21 e12 e21).
Local Notation scalars := (scalar_of u e).
Definition gradient_U11 : 'M[R]_d := ((- 1) * u) *: (Lambda *m Lambda)
  + ((n%:R + 1) / n%:R * u ^+ 2) *: (Lambda *m Lambda *m U11 *m Lambda)
  + (1 / n%:R * \tr Lambda * u ^+ 2) *: (Lambda *m U11 *m Lambda)
  + ((n%:R + 3%:R) / n%:R * u) *: (Lambda *m Lambda *m u12 *m u21^T *m Lambda)
  + (1 / n%:R * \tr Lambda * u * (u12^T *m Lambda *m u21) 0 0) *: (Lambda)
  + (1 / n%:R ^+ 2 * \tr (Lambda *m U11) * (u12^T *m Lambda *m u12) 0 0) *: (Lambda)
  + ((n%:R + 2%:R) / n%:R ^+ 2 * (u12^T *m Lambda *m U11 *m Lambda *m u12) 0 0) *: (Lambda)
  + ((n%:R + 1) / n%:R ^+ 2 * (u12^T *m Lambda *m u12) 0 0) *: (Lambda *m U11 *m Lambda)
  + (2%:R / n%:R ^+ 2) *: (Lambda *m U11 *m Lambda *m u12 *m u12^T *m Lambda)
  + (1 / n%:R ^+ 2 * (u12^T *m Lambda *m u12) 0 0) *: (Lambda *m U11^T *m Lambda)
  + ((n%:R + 2%:R) / n%:R ^+ 2) *: (Lambda *m U11^T *m Lambda *m u12 *m u12^T *m Lambda)
  + ((n%:R + 2%:R) / n%:R ^+ 2 * \tr (Lambda *m U11)) *: (Lambda *m u12 *m u12^T *m Lambda)
  + ((n%:R ^+ 2 + 3%:R * n%:R + 2%:R) / n%:R ^+ 2) *: (Lambda *m u12 *m u12^T *m Lambda *m U11 *m Lambda)
  + ((n%:R + 2%:R) / n%:R ^+ 2) *: (Lambda *m u12 *m u12^T *m Lambda *m U11^T *m Lambda)
  + ((n%:R + 2%:R) / n%:R * \tr Lambda * u) *: (Lambda *m u12 *m u21^T *m Lambda)
  + (1 / n%:R * \tr Lambda * u) *: (Lambda *m u21 *m u12^T *m Lambda).
Definition gradient_u21 : 'cV[R]_d := (- 1) *: (Lambda *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R * \tr Lambda ^+ 2 * u ^+ 2) *: (Lambda *m u21)
  + ((2%:R * n%:R + 4%:R) / n%:R * \tr (Lambda *m Lambda) * u ^+ 2) *: (Lambda *m u21)
  + ((n%:R + 3%:R) / n%:R * u) *: (Lambda *m U11^T *m Lambda *m Lambda *m u12)
  + ((n%:R + 1) / n%:R * (u12^T *m Lambda *m Lambda *m u12) 0 0) *: (Lambda *m u21)
  + (1 / n%:R * \tr Lambda * u) *: (Lambda *m U11 *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R * \tr Lambda * u) *: (Lambda *m U11^T *m Lambda *m u12)
  + (1 / n%:R * \tr Lambda * u * \tr (Lambda *m U11)) *: (Lambda *m u12)
  + (1 / n%:R * \tr Lambda * (u12^T *m Lambda *m u12) 0 0) *: (Lambda *m u21).
Definition gradient_u12 : 'cV[R]_d := (- 1) *: (Lambda *m Lambda *m u21)
  + (1 / n%:R ^+ 2 * \tr (Lambda *m U11) ^+ 2) *: (Lambda *m u12)
  + ((n%:R + 3%:R) / n%:R * u) *: (Lambda *m Lambda *m U11 *m Lambda *m u21)
  + ((n%:R + 1) / n%:R * (u21^T *m Lambda *m u21) 0 0) *: (Lambda *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R ^+ 2) *: (Lambda *m U11 *m Lambda *m U11 *m Lambda *m u12)
  + ((n%:R ^+ 2 + 3%:R * n%:R + 2%:R) / n%:R ^+ 2) *: (Lambda *m U11 *m Lambda *m U11^T *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R ^+ 2 * \tr (Lambda *m U11)) *: (Lambda *m U11 *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R * \tr Lambda * u) *: (Lambda *m U11 *m Lambda *m u21)
  + (2%:R / n%:R ^+ 2) *: (Lambda *m U11^T *m Lambda *m U11 *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R ^+ 2) *: (Lambda *m U11^T *m Lambda *m U11^T *m Lambda *m u12)
  + ((n%:R + 2%:R) / n%:R ^+ 2 * \tr (Lambda *m U11)) *: (Lambda *m U11^T *m Lambda *m u12)
  + (1 / n%:R * \tr Lambda * u) *: (Lambda *m U11^T *m Lambda *m u21)
  + (1 / n%:R * \tr Lambda * (u21^T *m Lambda *m u21) 0 0) *: (Lambda *m u12)
  + (1 / n%:R ^+ 2 * \tr (Lambda *m U11 *m Lambda *m U11)) *: (Lambda *m u12)
  + ((n%:R + 1) / n%:R ^+ 2 * \tr (Lambda *m U11 *m Lambda *m U11^T)) *: (Lambda *m u12)
  + (1 / n%:R * \tr Lambda * u * \tr (Lambda *m U11)) *: (Lambda *m u21).
Definition gradient_u : R := (- 1) * \tr (Lambda *m Lambda *m U11)
  + (n%:R + 2%:R) / n%:R * \tr Lambda ^+ 2 * u * (u21^T *m Lambda *m u21) 0 0
  + (2%:R * n%:R + 4%:R) / n%:R * \tr (Lambda *m Lambda) * u * (u21^T *m Lambda *m u21) 0 0
  + (n%:R + 1) / n%:R * u * \tr (Lambda *m U11^T *m Lambda *m Lambda *m U11)
  + (n%:R + 3%:R) / n%:R * (u12^T *m Lambda *m Lambda *m U11 *m Lambda *m u21) 0 0
  + 1 / n%:R * \tr Lambda * u * \tr (Lambda *m U11 *m Lambda *m U11^T)
  + 1 / n%:R * \tr Lambda * \tr (Lambda *m U11) * (u12^T *m Lambda *m u21) 0 0
  + (n%:R + 2%:R) / n%:R * \tr Lambda * (u12^T *m Lambda *m U11 *m Lambda *m u21) 0 0
  + 1 / n%:R * \tr Lambda * (u12^T *m Lambda *m U11^T *m Lambda *m u21) 0 0.
Lemma gradient_U11E : (0 < n)%N -> ev meaning scalars n along_U11 = 2%:R * n%:R ^+ 2 * (\tr (gradient_U11 *m D11^T)).
Proof.
move=> n0; rewrite /gradient_U11; along_direction.
by rewrite /along_U11 /matrix_of /scalar_of; evaluate; by_field n.
Qed.
Lemma gradient_u21E : (0 < n)%N -> ev meaning scalars n along_u21 = 2%:R * n%:R ^+ 2 * (\tr (gradient_u21 *m e21^T)).
Proof.
move=> n0; rewrite /gradient_u21; along_direction.
by rewrite /along_u21 /matrix_of /scalar_of; evaluate; by_field n.
Qed.
Lemma gradient_u12E : (0 < n)%N -> ev meaning scalars n along_u12 = 2%:R * n%:R ^+ 2 * (\tr (gradient_u12 *m e12^T)).
Proof.
move=> n0; rewrite /gradient_u12; along_direction.
by rewrite /along_u12 /matrix_of /scalar_of; evaluate; by_field n.
Qed.
Lemma gradient_uE : (0 < n)%N -> ev meaning scalars n along_u = 2%:R * n%:R ^+ 2 * (gradient_u * e).
Proof.
move=> n0; rewrite /gradient_u; along_direction.
by rewrite /along_u /matrix_of /scalar_of; evaluate; by_field n.
Qed.
End Formula.
