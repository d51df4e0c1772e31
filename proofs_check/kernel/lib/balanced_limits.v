(* From an exponential rate of u U - A and balance, u^2 = ||U||_F^2, to the limits of u and of U. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From ICL Require Import frobenius operator_norm limits quadratic_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma decay_limit (R : realType) (f : R -> R) (m mu C : R) : 0 < mu -> 0 <= C -> (forall t, 0 <= t -> m <= f t) ->
  (forall t, 0 <= t -> f t - m <= expR (- (mu * t)) * C) -> (f : R -> R^o) @ +oo --> (m : R^o).
Proof.
move=> mu0 C0 low decay; apply: tends_cvg => e e0; have [T hT] := expR_tends mu0 C0 e0.
exists (Num.max T 0) => t; rewrite le_maxl => /andP[Tt t0]; rewrite ger0_norm ?subr_ge0 ?low //.
by have := hT t Tt; rewrite subr0; apply: le_trans; apply: le_trans (decay t t0) (ler_norm _).
Qed.

Section Limits.
Variables (R : realType) (d : nat) (A : 'M[R]_d) (U : R -> 'M[R]_d) (u : R -> R) (mu C : R).
Hypothesis mu_gt0 : 0 < mu.
Hypothesis C_ge0 : 0 <= C.
Hypothesis rate : forall t, 0 <= t -> nrm2 (u t *: U t - A) <= expR (- (mu * t)) * C.
Hypothesis balance : forall t, 0 <= t -> u t ^+ 2 = nrm2 (U t).
Hypothesis u_gt0 : forall t, 0 <= t -> 0 < u t.
Hypothesis A_neq0 : A != 0.

Lemma product_limit i j : (fun t => u t * U t i j : R^o) @ +oo --> (A i j : R^o).
Proof.
apply: tends_cvg => e e0; have [T hT] := expR_tends mu_gt0 C_ge0 (exprn_gt0 2 e0).
exists (Num.max T 0) => t; rewrite le_maxl => /andP[Tt t0].
apply: le_of_sqr; first exact: ltW.
have := hT t Tt; rewrite subr0 => h2; apply: le_trans (le_trans (ler_norm _) h2).
apply: le_trans (rate t0); apply: le_trans (entry_le_nrm2 _ i j).
by rewrite real_normK ?num_real // !mxE.
Qed.

Lemma product_norm_limit : (fun t => nrm2 (u t *: U t) : R^o) @ +oo --> (nrm2 A : R^o).
Proof.
have -> : (fun t => nrm2 (u t *: U t)) = fun t => \sum_i \sum_j (u t * U t i j) ^+ 2.
  by apply/funext => t; rewrite nrm2E; do 2 apply: eq_bigr => ? _; rewrite mxE.
rewrite nrm2E; apply: cvg_sum_fin => i; apply: cvg_sum_fin => j.
rewrite expr2; have -> : (fun t => (u t * U t i j) ^+ 2) = (fun t => u t * U t i j) \* (fun t => u t * U t i j).
  by apply/funext => t; rewrite expr2.
by apply: cvgM; apply: product_limit.
Qed.

Lemma limit_gt0 : 0 < Num.sqrt (fnorm A).
Proof. by rewrite sqrtr_gt0 fnorm_gt0. Qed.

Theorem balanced_u_limit : (u : R -> R^o) @ +oo --> (Num.sqrt (fnorm A) : R^o).
Proof.
have sq : continuous (@Num.sqrt R : R^o -> R^o) by exact: sqrt_continuous.
have h : (fun t => Num.sqrt (Num.sqrt (nrm2 (u t *: U t))) : R^o) @ +oo --> (Num.sqrt (fnorm A) : R^o).
  exact: continuous_cvg _ (sq _) (continuous_cvg _ (sq _) product_norm_limit).
apply: (@cvg_near R (fun t => Num.sqrt (Num.sqrt (nrm2 (u t *: U t)))) _ _ _ h) => t t0 /=.
by rewrite nrm2Z -balance // -expr2 sqrtr_sqr ger0_norm ?sqr_ge0 // sqrtr_sqr ger0_norm // ltW // u_gt0.
Qed.

Theorem balanced_U_limit i j : (fun t => U t i j : R^o) @ +oo --> ((Num.sqrt (fnorm A))^-1 * A i j : R^o).
Proof.
have h1 : (fun t => (u t)^-1 : R^o) @ +oo --> ((Num.sqrt (fnorm A))^-1 : R^o).
  exact: (@cvgV R _ _ _ (u : R -> R^o) _ (lt0r_neq0 limit_gt0) balanced_u_limit).
have h : (fun t => (u t)^-1 * (u t * U t i j) : R^o) @ +oo --> ((Num.sqrt (fnorm A))^-1 * A i j : R^o).
  apply: (@cvgM _ _ _ _ (fun t => (u t)^-1) (fun t => u t * U t i j)); first exact: h1.
  exact: product_limit.
apply: (@cvg_near R (fun t => (u t)^-1 * (u t * U t i j)) _ _ _ h) => t t0.
by rewrite mulKf // gt_eqF // u_gt0.
Qed.
End Limits.
