(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   The population loss in all blocks for elliptical covariates (B6), from the error of the prediction.
   letters: 0 = Lambda, 1 = U11, 2 = D11, 3 = u12 u12', 4 = u12 u21', 5 = u21 u21', 6 = u12 e12', 7 = u12 e21', 8 = u21 e12', 9 = u21 e21'
   scalars: 0 = kappa4, 1 = m3, 2 = u, 3 = e
   vectors: 0 = x, 1 = x_q, 2 = w, 3 = u12, 4 = u21, 5 = e12, 6 = e21 *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation random formula.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

Definition letters : alphabet := with_radii [:: (0, (7, [:: (2, 0); (3, 1)])); (1, (8, [:: (2, 0); (3, 1)]))] (Alphabet (mem [:: 0; 3; 5]) (mem [:: 3; 4]) (nth [:: nothing] [:: [:: (0, false)]; [:: (0, false)]; [::]])
  (fun v w => nth (0, false) (nth [::] [:: [::]; [::]; [::]; [:: (0, false); (0, false); (0, false); (3, false); (4, false); (0, false); (0, false)]; [:: (0, false); (0, false); (0, false); (4, true); (5, false); (0, false); (0, false)]; [::]; [::]] v) w)).
(* 1 N^1 times the error y_hat - <w, x_q>, and 1 N^2 times its mean square *)
Definition error : seq rterm := [::
  (((-1)%coqZ, (1, [::])), ([::], [::], [:: (((2, 0), [::]), (1, 0))]));
  (((1)%coqZ, (0, [:: 2])), ([:: 1], [::], [:: (((4, 0), [::]), (1, 0)); (((2, 0), [::]), (0, 1)); (((2, 0), [::]), (0, 1))]));
  (((1)%coqZ, (0, [::])), ([:: 1], [::], [:: (((3, 0), [::]), (0, 1)); (((0, 1), [:: (1, false)]), (1, 0))]));
  (((1)%coqZ, (0, [::])), ([::], [::], [:: (((3, 0), [::]), (1, 0)); (((1, 0), [:: (1, false)]), (1, 0))]));
  (((1)%coqZ, (0, [:: 2])), ([:: 1], [::], [:: (((2, 0), [::]), (0, 1)); (((0, 1), [:: (1, false)]), (1, 0))]));
  (((1)%coqZ, (0, [::])), ([:: 1], [::], [:: (((3, 0), [::]), (0, 1)); (((4, 0), [::]), (1, 0)); (((2, 0), [::]), (0, 1))]))].
Definition mean_square : poly := [::
  ((1)%coqZ, (2, [::], [:: [:: (0, false)]]));
  ((-2)%coqZ, (2, [:: 2], [:: [:: (0, false); (0, false); (1, false)]]));
  ((-2)%coqZ, (2, [::], [:: [:: (0, false); (0, false); (4, true)]]));
  ((1)%coqZ, (2, [:: 2; 2], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (5, false)]]));
  ((-1)%coqZ, (1, [:: 2; 2], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (5, false)]]));
  ((2)%coqZ, (2, [:: 2; 2], [:: [:: (0, false); (0, false)]; [:: (0, false); (5, false)]]));
  ((-2)%coqZ, (1, [:: 2; 2], [:: [:: (0, false); (0, false)]; [:: (0, false); (5, false)]]));
  ((1)%coqZ, (2, [:: 2; 2], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((-1)%coqZ, (1, [:: 2; 2], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((3)%coqZ, (1, [:: 0; 2; 2], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (5, false)]]));
  ((6)%coqZ, (1, [:: 0; 2; 2], [:: [:: (0, false); (0, false)]; [:: (0, false); (5, false)]]));
  ((2)%coqZ, (1, [:: 0; 2; 2], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((1)%coqZ, (0, [:: 1], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, false)]; [:: (0, false); (3, false)]]));
  ((2)%coqZ, (2, [:: 2], [:: [:: (0, false); (0, false); (1, false); (0, false); (4, true)]]));
  ((-2)%coqZ, (1, [:: 2], [:: [:: (0, false); (0, false); (1, false); (0, false); (4, true)]]));
  ((1)%coqZ, (2, [::], [:: [:: (0, false); (0, false); (3, false)]; [:: (0, false); (5, false)]]));
  ((-1)%coqZ, (1, [::], [:: [:: (0, false); (0, false); (3, false)]; [:: (0, false); (5, false)]]));
  ((1)%coqZ, (1, [:: 0; 2; 2], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (1, true)]]));
  ((2)%coqZ, (2, [:: 2], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (4, true)]]));
  ((-2)%coqZ, (1, [:: 2], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (4, true)]]));
  ((8)%coqZ, (1, [:: 0; 2], [:: [:: (0, false); (0, false); (1, false); (0, false); (4, true)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false); (0, false); (3, false)]; [:: (0, false); (5, false)]]));
  ((1)%coqZ, (2, [::], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (3, false)]]));
  ((-1)%coqZ, (1, [::], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (3, false)]]));
  ((2)%coqZ, (1, [:: 0; 2], [:: [:: (0, false)]; [:: (0, false); (1, false)]; [:: (0, false); (4, true)]]));
  ((6)%coqZ, (1, [:: 0; 2], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (4, true)]]));
  ((2)%coqZ, (1, [:: 0; 2], [:: [:: (0, false)]; [:: (0, false); (1, true); (0, false); (4, true)]]));
  ((1)%coqZ, (1, [:: 0], [:: [:: (0, false)]; [:: (0, false); (3, false)]; [:: (0, false); (5, false)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, false); (0, false); (3, false)]]));
  ((1)%coqZ, (1, [:: 0], [:: [:: (0, false); (3, false)]; [:: (0, false); (1, false); (0, false); (1, true)]]));
  ((2)%coqZ, (1, [:: 0], [:: [:: (0, false); (1, false); (0, false); (1, false); (0, false); (3, false)]]));
  ((4)%coqZ, (1, [:: 0], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (3, false)]]));
  ((4)%coqZ, (0, [:: 1], [:: [:: (0, false); (1, false)]; [:: (0, false); (1, false); (0, false); (3, false)]]));
  ((1)%coqZ, (0, [:: 1], [:: [:: (0, false); (3, false)]; [:: (0, false); (1, false); (0, false); (1, false)]]));
  ((1)%coqZ, (0, [:: 1], [:: [:: (0, false); (3, false)]; [:: (0, false); (1, false); (0, false); (1, true)]]));
  ((4)%coqZ, (0, [:: 1], [:: [:: (0, false); (1, false); (0, false); (1, false); (0, false); (3, false)]]));
  ((2)%coqZ, (0, [:: 1], [:: [:: (0, false); (1, false); (0, false); (1, true); (0, false); (3, false)]]));
  ((2)%coqZ, (0, [:: 1], [:: [:: (0, false); (1, true); (0, false); (1, false); (0, false); (3, false)]]))].
Lemma mean_square_ok : check_product letters error error mean_square = true.
Proof. vm_cast_no_check (erefl true). Qed.

Local Open Scope ring_scope.
Section Formula.
Variables (R : numFieldType) (d n : nat) (Lambda U11 D11 : 'M[R]_d) (u12 u21 e12 e21 : 'cV[R]_d) (kappa4 m3 u e : R).
Definition matrix_of : nat -> 'M[R]_d := nth 0 [:: Lambda; U11; D11; u12 *m u12^T; u12 *m u21^T; u21 *m u21^T; u12 *m e12^T; u12 *m e21^T; u21 *m e12^T; u21 *m e21^T].
Definition scalar_of : nat -> R := nth 0 [:: kappa4; m3; u; e].
Definition vector_of : nat -> 'cV[R]_d := nth 0 [:: 0; 0; 0; u12; u21; e12; e21].
(* the loss as the engine gives it, n the prompt's length *)
Definition loss : R := 1 / 2%:R * \tr Lambda
  + (- 1) * u * \tr (Lambda *m Lambda *m U11)
  + (- 1) * (u12^T *m Lambda *m Lambda *m u21) 0 0
  + (n%:R + (- 1)) / (2%:R * n%:R) * \tr Lambda ^+ 2 * u ^+ 2 * (u21^T *m Lambda *m u21) 0 0
  + (n%:R + (- 1)) / n%:R * \tr (Lambda *m Lambda) * u ^+ 2 * (u21^T *m Lambda *m u21) 0 0
  + (n%:R + (- 1)) / (2%:R * n%:R) * u ^+ 2 * \tr (Lambda *m U11^T *m Lambda *m Lambda *m U11)
  + 3%:R / (2%:R * n%:R) * \tr Lambda ^+ 2 * kappa4 * u ^+ 2 * (u21^T *m Lambda *m u21) 0 0
  + 3%:R / n%:R * \tr (Lambda *m Lambda) * kappa4 * u ^+ 2 * (u21^T *m Lambda *m u21) 0 0
  + 1 / n%:R * kappa4 * u ^+ 2 * \tr (Lambda *m U11^T *m Lambda *m Lambda *m U11)
  + 1 / (2%:R * n%:R ^+ 2) * m3 * \tr (Lambda *m U11) ^+ 2 * (u12^T *m Lambda *m u12) 0 0
  + (n%:R + (- 1)) / n%:R * u * (u12^T *m Lambda *m Lambda *m U11 *m Lambda *m u21) 0 0
  + (n%:R + (- 1)) / (2%:R * n%:R) * (u12^T *m Lambda *m Lambda *m u12) 0 0 * (u21^T *m Lambda *m u21) 0 0
  + 1 / (2%:R * n%:R) * \tr Lambda * kappa4 * u ^+ 2 * \tr (Lambda *m U11 *m Lambda *m U11^T)
  + (n%:R + (- 1)) / n%:R * \tr Lambda * u * (u12^T *m Lambda *m U11 *m Lambda *m u21) 0 0
  + 4%:R / n%:R * kappa4 * u * (u12^T *m Lambda *m Lambda *m U11 *m Lambda *m u21) 0 0
  + 1 / n%:R * kappa4 * (u12^T *m Lambda *m Lambda *m u12) 0 0 * (u21^T *m Lambda *m u21) 0 0
  + (n%:R + (- 1)) / (2%:R * n%:R) * (u12^T *m Lambda *m U11 *m Lambda *m U11^T *m Lambda *m u12) 0 0
  + 1 / n%:R * \tr Lambda * kappa4 * u * \tr (Lambda *m U11) * (u12^T *m Lambda *m u21) 0 0
  + 3%:R / n%:R * \tr Lambda * kappa4 * u * (u12^T *m Lambda *m U11 *m Lambda *m u21) 0 0
  + 1 / n%:R * \tr Lambda * kappa4 * u * (u12^T *m Lambda *m U11^T *m Lambda *m u21) 0 0
  + 1 / (2%:R * n%:R) * \tr Lambda * kappa4 * (u12^T *m Lambda *m u12) 0 0 * (u21^T *m Lambda *m u21) 0 0
  + 1 / n%:R * kappa4 * \tr (Lambda *m U11) * (u12^T *m Lambda *m U11 *m Lambda *m u12) 0 0
  + 1 / (2%:R * n%:R) * kappa4 * (u12^T *m Lambda *m u12) 0 0 * \tr (Lambda *m U11 *m Lambda *m U11^T)
  + 1 / n%:R * kappa4 * (u12^T *m Lambda *m U11 *m Lambda *m U11 *m Lambda *m u12) 0 0
  + 2%:R / n%:R * kappa4 * (u12^T *m Lambda *m U11 *m Lambda *m U11^T *m Lambda *m u12) 0 0
  + 2%:R / n%:R ^+ 2 * m3 * \tr (Lambda *m U11) * (u12^T *m Lambda *m U11 *m Lambda *m u12) 0 0
  + 1 / (2%:R * n%:R ^+ 2) * m3 * (u12^T *m Lambda *m u12) 0 0 * \tr (Lambda *m U11 *m Lambda *m U11)
  + 1 / (2%:R * n%:R ^+ 2) * m3 * (u12^T *m Lambda *m u12) 0 0 * \tr (Lambda *m U11 *m Lambda *m U11^T)
  + 2%:R / n%:R ^+ 2 * m3 * (u12^T *m Lambda *m U11 *m Lambda *m U11 *m Lambda *m u12) 0 0
  + 1 / n%:R ^+ 2 * m3 * (u12^T *m Lambda *m U11 *m Lambda *m U11^T *m Lambda *m u12) 0 0
  + 1 / n%:R ^+ 2 * m3 * (u12^T *m Lambda *m U11^T *m Lambda *m U11 *m Lambda *m u12) 0 0.
Lemma lossE : (0 < n)%N -> ev matrix_of scalar_of n mean_square = 2%:R * n%:R ^+ 2 * loss.
Proof. by move=> n0; rewrite /mean_square /matrix_of /scalar_of; evaluate; rewrite /loss; by_field n. Qed.
End Formula.
