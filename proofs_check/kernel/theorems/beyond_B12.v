(* B12 and B1, beyond the paper: the reduced flow converges for every sigma > 0, with an explicit rate and without the
   condition of Theorem 4.1, for every d, every N (with 1/0 = 0), every positive definite Lambda and every solution. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From ICL Require Import frobenius definite curve reduced_loss_form convergence setting eigenbasis spectral balanced_limits every_start.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section B12.
Variables (R : realType) (d N : nat) (La Th : 'M[R]_d) (sigma : R) (U : R -> 'M[R]_d) (u : R -> R).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Hypothesis flow : reduced_flow N La U u.
Hypothesis start : initialised sigma Th U u.

Let excess t : R := ell La Gamma (U t) (u t) - ell_min La Gamma.
Let fnorm (A : 'M[R]_d) : R := Num.sqrt (nrm2 A).

Section Eigenbasis.
(* an orthonormal eigenbasis of Lambda, the columns of Q (there is one: eigenbasis_exists), and the index of a least eigenvalue *)
Variables (Q : 'M[R]_d) (lambda : 'rV[R]_d) (least : 'I_d).
Hypothesis Q_orthogonal : Q *m Q^T = 1%:M.
Hypothesis eigenbasis : La = Q *m diag_mx lambda *m Q^T.
Hypothesis lambda_positive : forall i, 0 < lambda 0 i.
Hypothesis lambda_least : forall i, lambda 0 least <= lambda 0 i.

Let gamma i : R := (1 + N%:R^-1) * lambda 0 i + \tr La / N%:R.
Let theta i : R := (Q^T *m (Th *m Th^T) *m Q) i i.
Let kappa0 : R := gamma least * lambda 0 least ^+ 2.
Let u_max : R := Num.sqrt (fnorm (invmx Gamma) + Num.sqrt (2%:R * excess 0 / kappa0)).
Let c : R := Num.sqrt (\sum_i Num.min (sigma * theta i) (u_max * gamma i)^-1 ^+ 2).

Let u0 : 0 < u 0 := start_gt0 start.
Let balanced := start_balanced start.
Let ge0 := start_ge0 start Q_orthogonal.
Let neq0 := start_neq0 start Q_orthogonal.
Let cE : c_min N La U u Q lambda least = c.
Proof.
rewrite /c_min; congr Num.sqrt; apply: eq_bigr => i _.
by rewrite (start_diagonal Q start).
Qed.

Theorem B12_lower_positive : 0 < c.
Proof.
rewrite -cE; exact: (c_min_gt0 Lambda_definite flow Q_orthogonal eigenbasis lambda_positive lambda_least u0 balanced neq0).
Qed.

Theorem B12_bounds t : 0 <= t -> c <= u t <= u_max.
Proof.
rewrite -cE; exact: (u_bounds Lambda_definite flow Q_orthogonal eigenbasis lambda_positive lambda_least u0 balanced ge0).
Qed.

Theorem B12_decay t : 0 <= t -> excess t <= expR (- (2%:R * c ^+ 2 * kappa0 * t)) * excess 0.
Proof.
rewrite -cE; exact: (excess_decay Lambda_definite flow Q_orthogonal eigenbasis lambda_positive lambda_least u0 balanced ge0 neq0).
Qed.

Theorem B12_rate t : 0 <= t ->
  fnorm (u t *: U t - invmx Gamma) ^+ 2 <= expR (- (2%:R * c ^+ 2 * kappa0 * t)) * (2%:R * excess 0 / kappa0).
Proof.
rewrite -cE sqr_sqrtr ?nrm2_ge0 //.
exact: (product_rate Lambda_definite flow Q_orthogonal eigenbasis lambda_positive lambda_least u0 balanced ge0 neq0).
Qed.
End Eigenbasis.

Theorem eigenbasis_exists : exists (Q : 'M[R]_d) (lambda : 'rV[R]_d) (least : 'I_d),
  [/\ Q *m Q^T = 1%:M, La = Q *m diag_mx lambda *m Q^T, forall i, 0 < lambda 0 i
    & forall i, lambda 0 least <= lambda 0 i].
Proof.
have [Q [lambda [QQ E lpos]]] := spectral_definite Lambda_definite.
have [i0 _] := start_neq0 start QQ; exists Q, lambda.
have [least _ h] := @Order.TotalTheory.arg_minP _ _ _ i0 xpredT (fun i => lambda 0 i) isT.
by exists least; split=> // i; apply: h.
Qed.

(* B1: the same limit for every sigma *)
Theorem B1_positive t : 0 <= t -> 0 < u t.
Proof.
move=> t0; have [Q [lambda [least [h1 h2 h3 h4]]]] := eigenbasis_exists.
have /andP[h _] := B12_bounds h1 h2 h3 h4 t0; exact: lt_le_trans (B12_lower_positive h1 h2 h3 h4) h.
Qed.

Theorem B1_limit_u : (u : R -> R^o) @ +oo --> (Num.sqrt (fnorm (invmx Gamma)) : R^o).
Proof.
have [Q [lambda [least [h1 h2 h3 h4]]]] := eigenbasis_exists.
exact: (every_u_limit Lambda_definite flow h1 h2 h3 h4 (start_gt0 start) (start_balanced start) (start_ge0 start h1)
  (start_neq0 start h1)).
Qed.

Theorem B1_limit_U i j :
  (fun t => U t i j : R^o) @ +oo --> ((Num.sqrt (fnorm (invmx Gamma)))^-1 * invmx Gamma i j : R^o).
Proof.
have [Q [lambda [least [h1 h2 h3 h4]]]] := eigenbasis_exists.
exact: (every_U_limit Lambda_definite flow h1 h2 h3 h4 (start_gt0 start) (start_balanced start) (start_ge0 start h1)
  (start_neq0 start h1)).
Qed.

Theorem B1_limit_loss : (fun t => ell La Gamma (U t) (u t) : R^o) @ +oo --> (ell_min La Gamma : R^o).
Proof.
have [Q [lambda [least [h1 h2 h3 h4]]]] := eigenbasis_exists.
have pG := pdGa N Lambda_definite; have pP := pdPa N Lambda_definite; have cG := commGa N La.
apply: (decay_limit _ _ _ (B12_decay h1 h2 h3 h4)).
- rewrite mulr_gt0 ?(kappa_gt0 N least h1 h2 h3) // mulr_gt0 ?ltr0n // exprn_gt0 //; exact: B12_lower_positive.
- by rewrite subr_ge0; apply: (minimum Lambda_definite pG pP cG).
- by move=> t _; apply: (minimum Lambda_definite pG pP cG).
Qed.
End B12.
