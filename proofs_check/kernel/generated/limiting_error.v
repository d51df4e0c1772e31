(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   Theorem 4.2: the error of the limit, x_q' Gamma^-1 (1/M) sum_i v_i, above the floor.
   letters: 0 = Sigma, 1 = Lambda, 2 = Gamma_inverse, 3 = a a'
   scalars: 0 = inverse_N
   vectors: 0 = z, 1 = x_q, 2 = a *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation random formula relations.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

Definition letters : alphabet := with_families [:: 0; 1; 1; 0] (Alphabet (mem [:: 0; 1; 2; 3]) (mem [:: 2]) (nth [:: nothing] [:: [:: (0, false)]; [:: (1, false)]])
  (fun v w => nth (0, false) (nth [::] [:: [::]; [::]; [:: (0, false); (0, false); (3, false)]] v) w)).
(* 1 M^1 times y_hat - a'x_q, z_i = v_i - Lambda a, and 1 M^2 times its mean square *)
Definition error : seq rterm := [::
  (((-1)%coqZ, (1, [::])), ([::], [::], [:: (((2, 0), [::]), (1, 0))]));
  (((1)%coqZ, (1, [::])), ([::], [::], [:: (((2, 0), [:: (2, false); (1, false)]), (1, 0))]));
  (((1)%coqZ, (0, [::])), ([:: 1], [::], [:: (((1, 0), [:: (2, false)]), (0, 1))]))].
Definition mean_square : poly := [::
  ((1)%coqZ, (1, [::], [:: [:: (2, false); (2, false); (1, false); (0, false)]]));
  ((-2)%coqZ, (2, [::], [:: [:: (2, false); (1, false); (1, false); (3, false)]]));
  ((1)%coqZ, (2, [::], [:: [:: (2, false); (2, false); (1, false); (1, false); (1, false); (3, false)]]));
  ((1)%coqZ, (2, [::], [:: [:: (1, false); (3, false)]]))].
Lemma mean_square_ok : check_product letters error error mean_square = true.
Proof. vm_cast_no_check (erefl true). Qed.

(* Gamma^-1 Gamma - 1 *)
Definition inverse : relation := [::
  (((-1)%coqZ, (0, [::], [::])), [::]);
  (((1)%coqZ, (0, [::], [::])), [:: (2, false); (1, false)]);
  (((1)%coqZ, (0, [:: 0], [::])), [:: (2, false); (1, false)]);
  (((1)%coqZ, (0, [:: 0], [:: [:: (1, false)]])), [:: (2, false)])].
(* the multiples of it that lead from the mean square to the theorem's formula *)
Definition steps : seq multiple := [::
  (((2)%coqZ, (2, [:: 0], [::])), ([:: (2, false); (1, false); (1, false)], [:: (3, false)]));
  (((1)%coqZ, (2, [:: 0], [:: [:: (1, false)]])), ([:: (2, false); (1, false)], [:: (3, false)]));
  (((1)%coqZ, (2, [::], [::])), ([:: (1, false)], [:: (3, false)]));
  (((-1)%coqZ, (2, [::], [::])), ([:: (2, false); (1, false); (1, false)], [:: (3, false)]));
  (((-1)%coqZ, (2, [:: 0], [::])), ([:: (2, false); (1, false); (1, false)], [:: (3, false)]))].
Definition theorem : poly := [::
  ((1)%coqZ, (1, [::], [:: [:: (2, false); (2, false); (1, false); (0, false)]]));
  ((1)%coqZ, (2, [:: 0; 0], [:: [:: (2, false); (2, false); (1, false); (1, false); (1, false); (3, false)]]));
  ((2)%coqZ, (2, [:: 0; 0], [:: [:: (1, false)]; [:: (2, false); (2, false); (1, false); (1, false); (3, false)]]));
  ((1)%coqZ, (2, [:: 0; 0], [:: [:: (1, false)]; [:: (1, false)]; [:: (2, false); (2, false); (1, false); (3, false)]]))].
Lemma theorem_ok : check_modulo (symmetric letters) (family letters) inverse steps mean_square theorem = true.
Proof. vm_cast_no_check (erefl true). Qed.

Local Open Scope ring_scope.
Section Formula.
Variables (R : numFieldType) (d n : nat) (Sigma Lambda Gamma_inverse : 'M[R]_d) (a : 'cV[R]_d) (inverse_N : R).
Definition matrix_of : nat -> 'M[R]_d := nth 0 [:: Sigma; Lambda; Gamma_inverse; a *m a^T].
Definition scalar_of : nat -> R := nth 0 [:: inverse_N].
Definition vector_of : nat -> 'cV[R]_d := nth 0 [:: 0; 0; a].
(* the error above the floor as the engine gives it, n the prompt's length *)
Definition excess : R := 1 / n%:R * \tr (Gamma_inverse *m Gamma_inverse *m Lambda *m Sigma)
  + inverse_N ^+ 2 * (a^T *m Gamma_inverse *m Gamma_inverse *m Lambda *m Lambda *m Lambda *m a) 0 0
  + 2%:R * \tr Lambda * inverse_N ^+ 2 * (a^T *m Gamma_inverse *m Gamma_inverse *m Lambda *m Lambda *m a) 0 0
  + \tr Lambda ^+ 2 * inverse_N ^+ 2 * (a^T *m Gamma_inverse *m Gamma_inverse *m Lambda *m a) 0 0.
Lemma excessE : (0 < n)%N -> ev matrix_of scalar_of n theorem = 1%:R * n%:R ^+ 2 * excess.
Proof. by move=> n0; rewrite /theorem /matrix_of /scalar_of; evaluate; rewrite /excess; by_field n. Qed.
Definition Gamma : 'M[R]_d := (1) *: (Lambda)
  + (\tr Lambda * inverse_N) *: (1%:M)
  + (inverse_N) *: (Lambda).
Hypotheses (Lambda_symmetric : Lambda^T = Lambda) (Sigma_symmetric : Sigma^T = Sigma).
Hypothesis Gamma_inverse_symmetric : Gamma_inverse^T = Gamma_inverse.
Hypothesis commuting : Lambda *m Gamma_inverse = Gamma_inverse *m Lambda.
Hypothesis inverts : Gamma_inverse *m Gamma = 1%:M.
Let turned b : symmetric letters b -> (matrix_of b)^T = matrix_of b.
Proof. by rewrite /= !inE => /or4P[] /eqP -> /=; rewrite ?trmx_mul ?trmxK. Qed.
Let commute b c : family letters b != 0%N -> family letters b = family letters c ->
  matrix_of b *m matrix_of c = matrix_of c *m matrix_of b.
Proof. by case: b => [|[|[|[|[|b]]]]]; case: c => [|[|[|[|[|c]]]]] //=; rewrite ?nth_nil //. Qed.
Let inverseE : evr matrix_of scalar_of n inverse = 0.
Proof.
rewrite /evr /inverse !big_cons big_nil /evk /= !big_cons !big_nil !numerals /Pos.to_nat /evl /=.
rewrite !(expr0, mul1r, mulr1, mulmx1, mulmxA, scale1r, scaleN1r) -inverts /Gamma !mulmxDr -!scalemxAr mulmx1 scale1r.
by rewrite /evl /= addr0 [_ * \tr _]mulrC -addrA [X in - (_ + X)]addrC addNr.
Qed.
(* the mean square is the theorem's formula *)
Lemma mean_squareE : (0 < n)%N -> ev matrix_of scalar_of n mean_square = 1%:R * n%:R ^+ 2 * excess.
Proof. by move=> n0; rewrite -excessE // (modulo_sound turned commute inverseE theorem_ok). Qed.
End Formula.
