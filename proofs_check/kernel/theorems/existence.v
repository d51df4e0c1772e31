(* Solutions exist for all t >= 0, for every d and every N (with 1/0 = 0): of the reduced gradient flow (5.5), for every positive
   definite Lambda, and of its average over random covariances (Lemma C.1), for every law with finite third moments.
   From every balanced start; Assumption 3.3's start, of any size, is one. The field is polynomial, so that Picard's iterates
   are; balance and the energy keep solutions in a bounded set. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius definite curve quadratic_flow reduced_loss_form convergence setting random_covariance.
From ICL Require Import random_diagonal quadratic_existence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Start.
Variables (R : realType) (d : nat).
Implicit Types (flow : (R -> 'M[R]_d) -> (R -> R) -> Prop).
Let from_balanced flow (Th : 'M[R]_d) sigma : 0 < sigma -> nrm2 (Th *m Th^T) = 1 ->
  (forall U0 u0, u0 ^+ 2 = nrm2 U0 -> exists U u, [/\ flow U u, U 0 = U0 & u 0 = u0]) ->
  exists U u, flow U u /\ initialised sigma Th U u.
Proof.
move=> s nT h; have [|U [u [f U0 u0]]] := h (sigma *: (Th *m Th^T)) sigma; first by rewrite nrm2Z nT mulr1.
by exists U, u.
Qed.

Section Reduced.
Variables (N : nat) (La : 'M[R]_d).
Hypothesis Lambda_definite : pd La.
Let P := Gamma N La *m La.
Let pP : pd P := pdPa N Lambda_definite.
Let B : {linear 'M[R]_d -> 'M[R]_d} := [linear of mulmxr La \o mulmx P].
Let selfadjoint X Y : dotp (B X) Y = dotp X (B Y).
Proof.
suff h (A : 'M[R]_d) : A^T = A -> \tr (A *m X *m La *m Y^T) = \tr (X *m (A *m Y *m La)^T) by apply: h (pd_sym pP).
by move=> As; rewrite !trmx_mul (pd_sym Lambda_definite) As !mulmxA [RHS]mxtrace_mulC !mulmxA.
Qed.
Let positive X : X != 0 -> 0 < dotp (B X) X.
Proof.
move=> X0; rewrite lt_def (form_ge0 X pP Lambda_definite) andbT.
by apply: contraNN X0 => /eqP h; rewrite (form_eq0 pP Lambda_definite h).
Qed.

Theorem reduced_solution_exists U0 u0 : u0 ^+ 2 = nrm2 U0 -> exists U u, [/\ reduced_flow N La U u, U 0 = U0 & u 0 = u0].
Proof.
have [K [K0 coercive]] := positive_coercive positive.
move=> b; have [U [u [hU hu flow]]] := quadratic_solution (La *m La) selfadjoint K0 coercive b.
by exists U, u.
Qed.
Theorem initialised_solution_exists (Th : 'M[R]_d) sigma : 0 < sigma -> nrm2 (Th *m Th^T) = 1 ->
  exists U u, reduced_flow N La U u /\ initialised sigma Th U u.
Proof. by move=> s nT; apply: from_balanced s nT reduced_solution_exists. Qed.
End Reduced.

Section Mean.
Variables (Omega : Type) (E : law R Omega) (N : nat) (La : Omega -> 'M[R]_d).
Hypothesis definite : forall o, pd (La o).
Hypothesis moment3 : forall i j k l m n, integrable E (fun o => La o i j * La o k l * La o m n).
Let B := mean_quadratic_linear N moment3.
Let positive X : X != 0 -> 0 < dotp (B X) X.
Proof.
move=> X0; rewrite (dotp_mean _ (quadratic_integrable N moment3 X)).
apply: mean_gt0 => [|o]; first exact: integrable_dotp (quadratic_integrable N moment3 X).
rewrite lt_def (form_ge0 X (pdPa N (definite o)) (definite o)) andbT.
by apply: contraNN X0 => /eqP h; rewrite (form_eq0 (pdPa N (definite o)) (definite o) h).
Qed.

Theorem mean_solution_exists U0 u0 : u0 ^+ 2 = nrm2 U0 -> exists U u, [/\ mean_flow E N La U u, U 0 = U0 & u 0 = u0].
Proof.
have [K [K0 coercive]] := positive_coercive positive.
have selfadjoint := mean_quadratic_selfadjoint N moment3 definite.
move=> b; have [U [u [hU hu flow]]] := quadratic_solution (mean_square E La) selfadjoint K0 coercive b.
by exists U, u.
Qed.
Theorem mean_initialised_solution_exists (Th : 'M[R]_d) sigma : 0 < sigma -> nrm2 (Th *m Th^T) = 1 ->
  exists U u, mean_flow E N La U u /\ initialised sigma Th U u.
Proof. by move=> s nT; apply: from_balanced s nT mean_solution_exists. Qed.
End Mean.

(* diagonal covariances *)
Theorem diagonal_mean_solution_exists (Omega : Type) (E : law R Omega) (N : nat) (lambda : Omega -> 'rV[R]_d) (Th : 'M[R]_d) sigma :
  (forall o i, 0 < lambda o 0 i) ->
  (forall i j k, integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k)) ->
  0 < sigma -> nrm2 (Th *m Th^T) = 1 ->
  exists U u, mean_flow E N (fun o => diag_mx (lambda o)) U u /\ initialised sigma Th U u.
Proof.
move=> positive moment3; apply: mean_initialised_solution_exists.
- by move=> o; apply: definite_diagonal.
- exact: diagonal_moment3.
Qed.
End Start.
