(* Statement B10, behind Theorem 4.1: over all blocks of both matrices the population loss is the loss of the reduced weights
   u = 1, U11 = u U11 + u12 u21^T, u12 = u21 = 0 plus half the second moment of the part of the prediction that is even in w.
   So the minimum over u12 = u21 = 0 is the minimum over all blocks. For every law of prompts, task and noise that is
   invariant under (w, noise) -> (-w, -noise). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import random_matrix attention.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section StatementB10.
Variables (R : realFieldType) (A : comAlgType R) (E : A -> R) (d N : nat).
Hypothesis law : is_expectation E.
Hypothesis positive : forall f, 0 <= E (f ^+ 2).
(* covariates, query, task, noise of the labels *)
Variables (X : 'M[A]_(d, N)) (xq : 'cV[A]_d) (w : 'cV[A]_d) (e : 'rV[A]_N).
(* the symmetry (w, e) -> (-w, -e) *)
Variable flip : {lrmorphism A -> A}.
Hypothesis invariant : forall f, E (flip f) = E f.
Hypotheses (flip_X : map_mx flip X = X) (flip_xq : map_mx flip xq = xq) (flip_w : map_mx flip w = - w) (flip_e : map_mx flip e = - e).

Notation y := (w^T *m X + e).
Definition label : A := (w^T *m xq) 0 0.
Definition y_hat (W_PV W_KQ : 'M[R]_(d + 1)) : A :=
  prediction N%:R^-1%:A (const A W_PV) (const A W_KQ) (prompt_embedding X y xq).
Definition population_loss (W_PV W_KQ : 'M[R]_(d + 1)) : R := 2%:R^-1 * E ((y_hat W_PV W_KQ - label) ^+ 2).

Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Notation U := (ulsubmx W_KQ). Notation u21t := (dlsubmx W_KQ).
Notation u12t := (dlsubmx W_PV). Notation u := (drsubmx W_PV).
(* the reduced weights *)
Definition reduced_PV : 'M[R]_(d + 1) := block_mx 0 0 0 1%:M.
Definition reduced_KQ : 'M[R]_(d + 1) := block_mx (u 0 0 *: U + u12t^T *m u21t) 0 0 0.
(* the part of the prediction that is even in (w, e) *)
Definition even_part : A := N%:R^-1%:A * ((const A u12t *m X) *m (X^T *m const A U *m xq)
  + (const A u *m y) *m (y^T *m const A u21t *m xq) + const A u12t *m xq *m xq^T *m const A U *m xq) 0 0.

Let dl (M : 'M[R]_(d + 1)) : dlsubmx (const A M) = const A (dlsubmx M). Proof. by rewrite /const map_dlsubmx. Qed.
Let ul (M : 'M[R]_(d + 1)) : ulsubmx (const A M) = const A (ulsubmx M). Proof. by rewrite /const map_ulsubmx. Qed.
Let dr (M : 'M[R]_(d + 1)) : drsubmx (const A M) = const A (drsubmx M). Proof. by rewrite /const map_drsubmx. Qed.
Let addE (K L : 'M[A]_1) : (K + L) 0 0 = K 0 0 + L 0 0. Proof. by rewrite mxE. Qed.

Lemma reduced_prediction : y_hat reduced_PV reduced_KQ =
  N%:R^-1%:A * (y *m X^T *m const A (u 0 0 *: U + u12t^T *m u21t) *m xq) 0 0.
Proof.
rewrite /y_hat predictionE !dl !ul !dr /reduced_PV /reduced_KQ !block_mxKdl !block_mxKul !block_mxKdr.
by rewrite !const0 const1 !(mul0mx, mulmx0, addr0, add0r) mul1mx !mulmxA.
Qed.
Lemma prediction_parts : y_hat W_PV W_KQ = y_hat reduced_PV reduced_KQ + even_part.
Proof.
rewrite reduced_prediction /even_part -mulrDr /y_hat predictionE !dl !ul !dr; congr (_ * _); rewrite -addE.
congr (fun_of_matrix _ 0 0); move: (w^T *m X + e : 'rV[A]_N) => yy.
have s (a : 'rV[A]_N) : const A u12t *m X *m a^T *m const A u21t *m xq = a *m X^T *m const A (u12t^T *m u21t) *m xq.
  have sc (K : 'M[A]_1) : K = K^T by apply/matrixP => i j; rewrite !ord1 [RHS]mxE.
  by rewrite [const A u12t *m X *m a^T]sc !trmx_mul trmxK constM const_tr !mulmxA.
have t : const A u *m yy *m X^T *m const A U *m xq = yy *m X^T *m const A (u 0 0 *: U) *m xq.
  rewrite {1}[u]mx11_scalar constZ /const map_scalar_mx /= mul_scalar_mx -!scalemxAl.
  by rewrite -!scalemxAr -!scalemxAl.
rewrite constD !mulmxDr !mulmxDl !mulmxA s t.
move: (const A u12t *m X *m X^T *m const A U *m xq) (yy *m X^T *m const A (u 0 0 *: U) *m xq) => p1 p2.
move: (yy *m X^T *m const A (u12t^T *m u21t) *m xq) (const A u *m yy *m yy^T *m const A u21t *m xq) => p3 p4.
move: (const A u12t *m xq *m xq^T *m const A U *m xq) => p5.
by rewrite !addrA [p2 + p3 + p1]addrC !addrA.
Qed.

Let exp_odd f : flip f = - f -> E f = 0.
Proof.
move=> h; have := invariant f; rewrite h (expN law) => /eqP; rewrite eq_sym -subr_eq0 opprK -mulr2n mulrn_eq0 /=.
by move/eqP.
Qed.
Let flip_const m n (M : 'M[R]_(m, n)) : map_mx flip (const A M) = const A M.
Proof. by apply/matrixP => i j; rewrite !mxE linearZ rmorph1. Qed.
Let flip_at (M : 'M[A]_1) : flip (M 0 0) = (map_mx flip M) 0 0. Proof. by rewrite mxE. Qed.
Let flip_y : map_mx flip y = - y.
Proof. by rewrite map_mxD map_mxM -map_trmx flip_w flip_X flip_e raddfN /= mulNmx opprD. Qed.

Theorem statement_B10 : population_loss W_PV W_KQ =
  population_loss reduced_PV reduced_KQ + 2%:R^-1 * E (even_part ^+ 2).
Proof.
rewrite /population_loss prediction_parts -mulrDr; congr (_ * _).
have -> : (y_hat reduced_PV reduced_KQ + even_part - label) ^+ 2 =
    (y_hat reduced_PV reduced_KQ - label) ^+ 2 + ((y_hat reduced_PV reduced_KQ - label) * even_part) *+ 2 + even_part ^+ 2.
  by rewrite addrAC sqrrD.
rewrite mulr2n !(expD law) [E (_ * even_part)]exp_odd ?addr0 //.
rewrite rmorphM rmorphB /=.
have -> : flip (y_hat reduced_PV reduced_KQ) = - y_hat reduced_PV reduced_KQ.
  rewrite reduced_prediction rmorphM linearZ rmorph1 /= flip_at !map_mxM flip_y -map_trmx flip_X flip_xq flip_const.
  by rewrite !mulNmx mxE mulrN.
have -> : flip label = - label.
  by rewrite /label flip_at map_mxM -map_trmx flip_w flip_xq raddfN /= mulNmx mxE.
have -> : flip even_part = even_part.
  rewrite /even_part rmorphM linearZ rmorph1 /= flip_at !(map_mxD, map_mxM) -!map_trmx !flip_const flip_xq flip_X.
  have fy : (map_mx flip w)^T *m X + map_mx flip e = - y by rewrite flip_w flip_e raddfN /= mulNmx opprD.
  rewrite fy flip_y; move: (w^T *m X + e) => yy; have -> : (- yy)^T = - yy^T by apply/matrixP => i j; rewrite !mxE.
  by rewrite !(mulmxN, mulNmx) opprK.
by rewrite -opprD mulNr.
Qed.

(* the minimum over the reduced weights is the minimum over all *)
Theorem loss_of_reduced_weights_is_least : population_loss reduced_PV reduced_KQ <= population_loss W_PV W_KQ.
Proof. by rewrite statement_B10 ler_addl mulr_ge0 ?invr_ge0 ?ler0n. Qed.
End StatementB10.
