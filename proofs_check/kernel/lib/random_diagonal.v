(* Random diagonal covariances: the averaged operator multiplies entry by entry by zeta_ij, and E[Lambda^2] = diag(xi). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve setting quadratic_flow diagonal_flow random_covariance.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Lemma definite_diagonal (R : realType) d (l : 'rV[R]_d) : (forall i, 0 < l 0 i) -> pd (diag_mx l).
Proof.
move=> l0; split; first by rewrite tr_diag_mx.
move=> v v0; rewrite /qf -mulmxA mul_diag_mx mxtrace_mulC.
have -> : \tr ((\matrix_(i, j) (l 0 i * v i j)) *m v^T) = \sum_i l 0 i * v i 0 ^+ 2.
  by apply: eq_bigr => i _; rewrite mxE big_ord1 !mxE -mulrA expr2.
have [i vi] : exists i, v i 0 != 0.
  by apply/existsP; move: v0; apply: contraR => /existsPn h; apply/eqP/matrixP => i j; rewrite ord1 mxE; apply/eqP; have := h i; rewrite negbK.
have p : 0 < l 0 i * v i 0 ^+ 2 by rewrite mulr_gt0 // lt_def sqrf_eq0 vi sqr_ge0.
by rewrite (bigD1 i) //= ltr_paddr // sumr_ge0 // => j _; rewrite mulr_ge0 ?sqr_ge0 ?(ltW (l0 j)).
Qed.

Section RandomDiagonal.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d N : nat) (lambda : Omega -> 'rV[R]_d).
Hypothesis positive : forall o i, 0 < lambda o 0 i.
Hypothesis moment2 : forall i j, integrable E (fun o => lambda o 0 i * lambda o 0 j).
Hypothesis moment3 : forall i j k, integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k).
Notation La o := (diag_mx (lambda o)).

(* Corollary C.2's coefficients, with (N + 1)/N = 1 + 1/N *)
Definition gamma i : R :=
  mean E (fun o => (1 + N%:R^-1) * lambda o 0 i ^+ 3 + N%:R^-1 * (lambda o 0 i ^+ 2 * \sum_k lambda o 0 k)).
Definition zeta i j : R := mean E (fun o =>
  (1 + N%:R^-1) * (lambda o 0 i ^+ 2 * lambda o 0 j) + N%:R^-1 * (lambda o 0 i * lambda o 0 j * \sum_k lambda o 0 k)).
Definition xi i : R := mean E (fun o => lambda o 0 i ^+ 2).
Definition coefficients : 'M[R]_d := \matrix_(i, j) zeta i j.
(* what theorems on random diagonal covariances Lambda = diag(lambda) assume of their law: lambda > 0, and third moments *)
Definition diagonal_covariances : Prop := [/\ forall o i, 0 < lambda o 0 i,
  forall i j, integrable E (fun o => lambda o 0 i * lambda o 0 j)
  & forall i j k, integrable E (fun o => lambda o 0 i * lambda o 0 j * lambda o 0 k)].
(* the coefficient of entry (i, j): gamma_i on the diagonal, zeta_ij elsewhere; nu is a positive lower bound, such as the least *)
Definition coefficient i j : R := if i == j then gamma i else zeta i j.
Definition lower_bound_of_coefficients (nu : R) : Prop := 0 < nu /\ forall i j, nu <= coefficient i j.

Lemma zeta_diagonal i : zeta i i = gamma i.
Proof. by rewrite /zeta /gamma; congr mean; apply/funext => o; ring. Qed.

Lemma entryE o i j : La o i j = (i == j)%:R * lambda o 0 i.
Proof. by rewrite mxE mulr_natl. Qed.
Lemma diagonal_moment2 i j k l : integrable E (fun o => La o i j * La o k l).
Proof.
apply: (@integrable_ext _ _ _ (fun o => ((i == j)%:R * (k == l)%:R) * (lambda o 0 i * lambda o 0 k))) => [o|].
  by rewrite !entryE mulrACA.
exact: integrableZ.
Qed.
Lemma diagonal_moment3 i j k l m n : integrable E (fun o => La o i j * La o k l * La o m n).
Proof.
apply: (@integrable_ext _ _ _ (fun o => ((i == j)%:R * (k == l)%:R * (m == n)%:R) *
    (lambda o 0 i * lambda o 0 k * lambda o 0 m))) => [o|].
  by rewrite !entryE mulrACA; congr (_ * _); rewrite mulrACA.
exact: integrableZ.
Qed.
Lemma diagonal_definite o : pd (La o).
Proof. exact: definite_diagonal. Qed.

Let factor o i j : R := ((1 + N%:R^-1) * lambda o 0 i + (\sum_k lambda o 0 k) / N%:R) * lambda o 0 i * lambda o 0 j.
Lemma factorE o i j : factor o i j = (1 + N%:R^-1) * (lambda o 0 i ^+ 2 * lambda o 0 j) +
  N%:R^-1 * (lambda o 0 i * lambda o 0 j * \sum_k lambda o 0 k).
Proof. by rewrite /factor; move: (\sum_k _) (N%:R^-1 : R) => a b; ring. Qed.
Lemma factor_integrable i j : integrable E (fun o => factor o i j).
Proof.
apply: (@integrable_ext _ _ _ (fun o => (1 + N%:R^-1) * (lambda o 0 i * lambda o 0 i * lambda o 0 j) +
  N%:R^-1 * \sum_k (lambda o 0 i * lambda o 0 j * lambda o 0 k))) => [o|].
  by rewrite factorE -mulr_sumr expr2.
apply: integrableD; first exact: integrableZ.
by apply: integrableZ; apply: integrable_sum => k.
Qed.
Lemma zeta_gt0 i j : 0 < zeta i j.
Proof.
have -> : zeta i j = mean E (fun o => factor o i j) by congr mean; apply/funext => o; rewrite factorE.
apply: mean_gt0 => [|o]; first exact: factor_integrable.
rewrite !mulr_gt0 // ltr_paddr ?mulr_gt0 ?ltr_paddr ?invr_ge0 ?ler0n ?ltr01 //.
by rewrite mulr_ge0 ?invr_ge0 ?ler0n ?sumr_ge0 // => k _; apply: ltW.
Qed.
Lemma coefficients_gt0 i j : 0 < coefficients i j. Proof. by rewrite mxE zeta_gt0. Qed.
Lemma xi_gt0 i : 0 < xi i.
Proof.
apply: mean_gt0 => [|o]; last exact: exprn_gt0.
by apply: integrable_ext (moment2 i i) => o; rewrite expr2.
Qed.

Lemma quadratic_diagonal o X i j : (Gamma N (La o) *m La o *m X *m La o) i j = factor o i j * X i j.
Proof.
have [c [GE ci]] : exists c : 'rV[R]_d, Gamma N (La o) = diag_mx c /\
    c 0 i = (1 + N%:R^-1) * lambda o 0 i + (\sum_k lambda o 0 k) / N%:R.
  exists (\row_i ((1 + N%:R^-1) * lambda o 0 i + (\sum_k lambda o 0 k) / N%:R)); split; last by rewrite mxE.
  apply/matrixP => a b; rewrite /Gamma mxtrace_diag !mxE.
  by case: eqP => _; rewrite ?mulr1n ?mulr0n ?mulr1 ?mulr0 ?addr0.
rewrite /factor -ci GE; move: (lambda o) => l.
by rewrite -!mulmxA mul_diag_mx mxE mul_diag_mx mxE mul_mx_diag mxE -!mulrA [X i j * _]mulrC.
Qed.
Lemma mean_quadratic_diagonal X : mean_quadratic E N (fun o => La o) X = entrywise coefficients X.
Proof.
apply/matrixP => i j; rewrite !mxE -meanZr; last first.
  by apply: integrable_ext (factor_integrable i j) => o; rewrite factorE.
by congr mean; apply/funext => o; rewrite quadratic_diagonal factorE.
Qed.
Lemma mean_square_diagonal : mean_square E (fun o => La o) = diagonal xi.
Proof.
apply/matrixP => i j; rewrite [LHS]mxE [RHS]mxE.
have -> : (fun o => (La o *m La o) i j) = fun o => (i == j)%:R * lambda o 0 i ^+ 2.
  apply/funext => o; rewrite mul_diag_mx !mxE.
  by case: eqP => [->|_]; rewrite ?mulr1n ?mulr0n ?mulr0 ?mul0r ?mul1r.
rewrite meanZ ?mulr_natl //.
by apply: integrable_ext (moment2 i i) => o; rewrite expr2.
Qed.
Lemma diagonal_mean_flow U u : mean_flow E N (fun o => La o) U u -> diagonal_flow coefficients xi U u.
Proof.
move=> flow t t0; have [hU hu] := flow t t0; split.
  move=> i j; apply: der_eq (hU i j) _; rewrite mean_quadratic_diagonal mean_square_diagonal !mxE.
  by case: eqP => _; rewrite ?mulr1n ?mulr0n; ring.
apply: der_eq hu _; rewrite mean_quadratic_diagonal mean_square_diagonal -!/(dotp _ _) dotp_entrywise dotp_diagonal.
rewrite opprB addrC; congr (- _ + _); rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => j _.
by move: (coefficients i j) (U t i j) (u t) => a b c; ring.
Qed.
End RandomDiagonal.
