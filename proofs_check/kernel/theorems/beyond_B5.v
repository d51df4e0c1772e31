(* Statement B5, beyond the paper: the population loss in all blocks with noisy labels and tasks of covariance Psi, whose target is
   <w, x_q>: half the mean square of the odd part, through V = u U11 + u12 u21^T, and half that of the even part. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix attention independent_prompt complete_square.
From ICLTheorems Require Import joint_shift variants statement_B10 global_minimum.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Loss.
Variables (R : rcfType) (d N : nat) (La Psi : 'M[R]_d) (s2 : R).
Hypotheses (N_positive : (0 < N)%N) (Lambda_definite : pd La) (Psi_definite : pd Psi) (s2_ge0 : 0 <= s2).
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_N -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E) (law_w : is_expectation Ew) (law_q : is_expectation Eq).
Hypothesis ind : independent Ew E1 Eq E task example query.
Hypothesis context : expect E1 (x *m x^T) = La.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La.
Hypothesis tasks : expect Ew (w *m w^T) = Psi.
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Hypothesis fourth : forall S : 'M[R]_d, S^T = S ->
  expect E1 (x *m x^T *m const B S *m x *m x^T) = (La *m S *m La) *+ 2 + \tr (S *m La) *: La.

(* the prompt: covariates, noise of its labels, task, query *)
Notation X_A := (global_minimum.X_A x example).
Notation e_A := (global_minimum.e_A eps example).
Notation w_A := (map_mx task w). Notation xq_A := (map_mx query xq).
(* the law is invariant under (w, noise) -> (-w, -noise) *)
Variable flip : {lrmorphism A -> A}.
Hypothesis invariant : forall f, E (flip f) = E f.
Hypotheses (flip_X : map_mx flip X_A = X_A) (flip_xq : map_mx flip xq_A = xq_A).
Hypotheses (flip_w : map_mx flip w_A = - w_A) (flip_e : map_mx flip e_A = - e_A).

Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Let V : 'M[R]_d := drsubmx W_PV 0 0 *: ulsubmx W_KQ + (dlsubmx W_PV)^T *m dlsubmx W_KQ.
Let S : 'M[R]_d := (1 + N%:R^-1) *: (La *m Psi *m La) + ((\tr (Psi *m La) + s2) / N%:R) *: La.

Theorem noisy_loss : population_loss E X_A xq_A w_A e_A W_PV W_KQ =
  2%:R^-1 * (\tr (Psi *m La) - 2%:R * \tr (V *m La *m Psi *m La) + \tr (V *m La *m V^T *m S))
  + 2%:R^-1 * E (even_part X_A xq_A w_A e_A W_PV W_KQ ^+ 2).
Proof.
have Ls := pd_sym Lambda_definite; have Ps := pd_sym Psi_definite.
rewrite (@statement_B10 R A E d N law X_A xq_A w_A e_A flip) //; congr (_ + _).
rewrite /population_loss (reduced_read_out x eps xq w task example query) -/V; congr (_ * _).
have elliptical (T : 'M[R]_d) : T^T = T ->
    expect E1 (x *m x^T *m const B T *m x *m x^T) = 1 *: ((La *m T *m La) *+ 2 + \tr (T *m La) *: La).
  by move=> Ts; rewrite scale1r; apply: fourth.
have := errorE N_positive Psi_definite law_x law law_w law_q ind context query_moment tasks noise_x noise_xxx noise_xx elliptical V^T.
have -> : Gamma_variant N La Psi s2 1 *m Psi *m La = S.
  rewrite VE // /S; congr (_ *: _ + (_ / _) *: _); last by rewrite mul1r.
  have n0 : N%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
  by field.
move=> e; apply: etrans e _; rewrite /risk trmxK; move: (V) (S) => K T.
rewrite !(mulmxDr, mulmxN) !raddfD /= !raddfN /= !mulmxA.
have -> : \tr (La *m K^T *m T *m K) = \tr (K *m La *m K^T *m T) by rewrite [RHS]mxtrace_mulC [LHS]mxtrace_mulC -!mulmxA [RHS]mxtrace_mulC -!mulmxA.
have -> : \tr (La *m K^T *m La *m Psi) = \tr (K *m La *m Psi *m La).
  by rewrite -[LHS]mxtrace_tr !trmx_mul trmxK Ls Ps -!mulmxA [LHS]mxtrace_mulC -!mulmxA [LHS]mxtrace_mulC -!mulmxA.
have -> : \tr (La *m Psi *m La *m K) = \tr (K *m La *m Psi *m La) by rewrite [LHS]mxtrace_mulC !mulmxA.
rewrite [\tr (La *m Psi)]mxtrace_mulC; move: (\tr _) (\tr _) (\tr _) => a b c; ring.
Qed.
End Loss.
