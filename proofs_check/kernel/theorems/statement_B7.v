(* Statement B7: for diagonal random covariances with identically distributed entries lambda_i the limit of training, A = (E lambda^2 /
   E lambda^3) I as N grows, leaves the error d (E lambda - (E lambda^2)^2 / E lambda^3) on prompts of infinite length, w ~ N(0, I);
   it is the least over all multiples of I. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import random_matrix.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section StatementB7.
Variables (R : realFieldType) (A : comAlgType R) (E : A -> R) (d : nat) (l : 'rV[A]_d) (m1 m2 m3 : R).
Hypothesis law : is_expectation E.
Hypotheses (first : forall i, E (l 0 i) = m1) (second : forall i, E (l 0 i ^+ 2) = m2) (third : forall i, E (l 0 i ^+ 3) = m3).
Hypothesis m3_gt0 : 0 < m3.
Notation La := (diag_mx l).
(* E ||Lambda^(1/2) (a Lambda - I) w||^2 over Lambda and w: the prediction is a x_q^T Lambda w *)
Definition error_of_multiple (a : R) : R := E (\tr ((a%:A *: La - 1%:M) *m La *m (a%:A *: La - 1%:M))).

Theorem error_of_multipleE a : error_of_multiple a = d%:R * (m1 - 2%:R * a * m2 + a ^+ 2 * m3).
Proof.
rewrite /error_of_multiple; have -> : a%:A *: La - 1%:M = diag_mx (\row_i (a%:A * l 0 i - 1)).
  by apply/matrixP => i j; rewrite !mxE; case: eqP => _; rewrite ?mulr1n ?mulr0n ?mulr0 ?subr0.
rewrite !mulmx_diag mxtrace_diag (exp_sum law).
rewrite (eq_bigr (fun=> m1 - 2%:R * a * m2 + a ^+ 2 * m3)) => [|i _].
  by rewrite sumr_const card_ord -[LHS]mulr_natl.
rewrite !mxE; have -> : (a%:A * l 0 i - 1) * l 0 i * (a%:A * l 0 i - 1) =
    l 0 i - ((2%:R * a) *: l 0 i ^+ 2) + a ^+ 2 *: l 0 i ^+ 3.
  have -> : a%:A * l 0 i = a *: l 0 i by rewrite -scalerAl mul1r.
  move: (l 0 i) => t; rewrite mulrAC -expr2 sqrrB1 mulrDl mulrBl mul1r exprZn -scalerAl -exprSr mulrnAl -scalerAl -expr2.
  by rewrite mulr_natl scalerMnl addrC addrA addrAC.
by rewrite (expD law) (expB law) !(expZ law) first second third.
Qed.
Theorem statement_B7 : error_of_multiple (m2 / m3) = d%:R * (m1 - m2 ^+ 2 / m3)
  /\ forall a, error_of_multiple (m2 / m3) <= error_of_multiple a.
Proof.
have e : error_of_multiple (m2 / m3) = d%:R * (m1 - m2 ^+ 2 / m3).
  by rewrite error_of_multipleE; congr (_ * _); field; rewrite gt_eqF.
split=> // a; rewrite e error_of_multipleE ler_wpmul2l ?ler0n // -subr_ge0.
have -> : m1 - 2%:R * a * m2 + a ^+ 2 * m3 - (m1 - m2 ^+ 2 / m3) = m3 * (a - m2 / m3) ^+ 2 by field; rewrite gt_eqF.
by rewrite mulr_ge0 ?sqr_ge0 // ltW.
Qed.
End StatementB7.
