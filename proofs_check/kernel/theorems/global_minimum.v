(* Theorem 4.1's minimality over all blocks, with B10, B5 and B6: for independent examples, any second moment Psi of the task
   and elliptical covariates, the population loss of any weights is that of the minimisers u U11 + u12 u21^T = Gamma^-1 plus
   two nonnegative terms. With kappa = 1, Psi = I and no noise, Gamma_variant is the paper's Gamma. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix attention independent_prompt.
From ICLTheorems Require Import joint_shift variants statement_B10.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section GlobalMinimum.
Variables (R : rcfType) (d N : nat) (La Psi : 'M[R]_d) (s2 kappa : R).
Hypotheses (N_positive : (0 < N)%N) (Lambda_definite : pd La) (Psi_definite : pd Psi) (s2_ge0 : 0 <= s2) (kappa_gt0 : 0 < kappa).
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_N -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E) (law_w : is_expectation Ew) (law_q : is_expectation Eq).
Hypothesis positive : forall f, 0 <= E (f ^+ 2).
Hypothesis ind : independent Ew E1 Eq E task example query.
Hypothesis context : expect E1 (x *m x^T) = La.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La.
Hypothesis tasks : expect Ew (w *m w^T) = Psi.
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La.
Hypothesis elliptical : forall S : 'M[R]_d, S^T = S ->
  expect E1 (x *m x^T *m const B S *m x *m x^T) = kappa *: ((La *m S *m La) *+ 2 + \tr (S *m La) *: La).

(* the prompt: covariates, noise of its labels, task, query *)
Definition X_A : 'M[A]_(d, N) := \matrix_(j, i) example i (x j 0).
Definition e_A : 'rV[A]_N := \row_i example i eps.
Notation w_A := (map_mx task w). Notation xq_A := (map_mx query xq).
(* the law is invariant under (w, noise) -> (-w, -noise) *)
Variable flip : {lrmorphism A -> A}.
Hypothesis invariant : forall f, E (flip f) = E f.
Hypotheses (flip_X : map_mx flip X_A = X_A) (flip_xq : map_mx flip xq_A = xq_A).
Hypotheses (flip_w : map_mx flip w_A = - w_A) (flip_e : map_mx flip e_A = - e_A).

Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Notation G := (invmx (Gamma_variant N La Psi s2 kappa)).
Notation loss := (population_loss E X_A xq_A w_A e_A).
(* X = u U11 + u12 u21^T *)
Definition product : 'M[R]_d := drsubmx W_PV 0 0 *: ulsubmx W_KQ + (dlsubmx W_PV)^T *m dlsubmx W_KQ.

Lemma reduced_read_out (PV KQ : 'M[R]_(d + 1)) : statement_B10.y_hat X_A xq_A w_A e_A (reduced_PV R d) (reduced_KQ PV KQ) =
  joint_shift.y_hat (drsubmx PV 0 0 *: ulsubmx KQ + (dlsubmx PV)^T *m dlsubmx KQ)^T x eps xq w task example query.
Proof.
rewrite reduced_prediction /joint_shift.y_hat; move: (_ + (dlsubmx PV)^T *m _) => U.
have s : \sum_i y_A x eps w task example i *: x_A x example i = X_A *m (w_A^T *m X_A + e_A)^T.
  apply/matrixP => a j; rewrite ord1 summxE [RHS]mxE; apply: eq_bigr => i _.
  rewrite mxE [(x_A x example i) a 0]mxE mulrC; congr (_ * _); first by rewrite mxE.
  rewrite [_^T i 0]mxE mxE /y_A [e_A _ _]mxE; congr (_ + _).
  rewrite [LHS]mxE [RHS]mxE; apply: eq_bigr => k _; congr (_ * _).
  by rewrite [LHS]mxE [RHS]mxE.
rewrite s const_tr -scalemxAr.
have mZ (c : A) (K : 'M[A]_1) : (c *: K) 0 0 = c * K 0 0 by rewrite mxE.
have h (K : 'M[A]_1) : K 0 0 = K^T 0 0 by rewrite mxE.
by rewrite mZ h !trmx_mul !trmxK !mulmxA.
Qed.

Theorem global_minimum : loss W_PV W_KQ =
  2%:R^-1 * error E x eps xq w task example query G
  + 2%:R^-1 * \tr (La *m (product^T - G) *m (Gamma_variant N La Psi s2 kappa *m Psi *m La) *m (product^T - G)^T)
  + 2%:R^-1 * E (even_part X_A xq_A w_A e_A W_PV W_KQ ^+ 2).
Proof.
rewrite (@statement_B10 R A E d N law X_A xq_A w_A e_A flip) //; congr (_ + _).
rewrite /population_loss reduced_read_out -/product -mulrDr; congr (_ * _).
have := variant_minimum N_positive Lambda_definite Psi_definite s2_ge0 kappa_gt0 law_x law law_w law_q ind context
  query_moment tasks noise_x noise_xxx noise_xx elliptical product^T.
by move=> <-.
Qed.

(* so no weights, in whatever blocks, have a smaller loss than u U11 = Gamma^-1, u12 = u21 = 0 *)
Theorem global_minimum_le : 2%:R^-1 * error E x eps xq w task example query G <= loss W_PV W_KQ.
Proof.
rewrite global_minimum -addrA ler_addl addr_ge0 // mulr_ge0 ?invr_ge0 ?ler0n //.
apply: form_ge0 => //; exact: V_definite.
Qed.
End GlobalMinimum.
