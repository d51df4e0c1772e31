(* The reduced flow in the eigenbasis of Lambda = Q diag(lam) Q^T: V = Q^T U Q solves a diagonal flow (B2). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve reduced_loss_form convergence setting quadratic_flow diagonal_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Orthogonal.
Variables (R : rcfType) (d : nat) (Q : 'M[R]_d).
Hypothesis orthogonal : Q *m Q^T = 1%:M.
Lemma orthogonal_tr : Q^T *m Q = 1%:M. Proof. exact: mulmx1C. Qed.
Definition rotate (X : 'M[R]_d) : 'M[R]_d := Q^T *m X *m Q.
Lemma rotateK X : Q *m rotate X *m Q^T = X.
Proof. by rewrite /rotate !mulmxA orthogonal mul1mx -mulmxA orthogonal mulmx1. Qed.
Lemma rotateM X Y : rotate (X *m Y) = rotate X *m rotate Y.
Proof. by rewrite /rotate !mulmxA -(mulmxA (Q^T *m X) Q) orthogonal mulmx1. Qed.
Lemma rotate_conj X : rotate (Q *m X *m Q^T) = X.
Proof. by rewrite /rotate !mulmxA orthogonal_tr mul1mx -mulmxA orthogonal_tr mulmx1. Qed.
Lemma rotateT X : rotate X^T = (rotate X)^T.
Proof. by rewrite /rotate !trmx_mul trmxK mulmxA. Qed.
Lemma rotateD X Y : rotate (X + Y) = rotate X + rotate Y.
Proof. by rewrite /rotate mulmxDr mulmxDl. Qed.
Lemma rotateZ a X : rotate (a *: X) = a *: rotate X.
Proof. by rewrite /rotate -scalemxAr -scalemxAl. Qed.
Lemma rotateN X : rotate (- X) = - rotate X.
Proof. by rewrite -scaleN1r rotateZ scaleN1r. Qed.
Lemma rotate1 : rotate 1%:M = 1%:M.
Proof. by rewrite /rotate mulmx1 orthogonal_tr. Qed.
Lemma trace_rotate X : \tr (rotate X) = \tr X.
Proof. by rewrite /rotate mxtrace_mulC mulmxA orthogonal mul1mx. Qed.
Lemma nrm2_rotate X : nrm2 (rotate X) = nrm2 X.
Proof. by rewrite /nrm2 /dotp -rotateT -rotateM trace_rotate. Qed.
Lemma fnorm_rotate X : fnorm (rotate X) = fnorm X.
Proof. by rewrite /fnorm nrm2_rotate. Qed.
Lemma rotate_unit X : X \in unitmx -> rotate (invmx X) = invmx (rotate X).
Proof.
move=> Xu; have h : rotate X *m rotate (invmx X) = 1%:M by rewrite -rotateM mulmxV // rotate1.
have [Ru _] := mulmx1_unit h.
by rewrite -[RHS]mulmx1 -h mulKmx.
Qed.
Lemma rotate_gram_ge0 (X : 'M[R]_d) i : 0 <= rotate (X *m X^T) i i.
Proof.
rewrite rotateM rotateT mxE; apply: sumr_ge0 => k _.
by rewrite [in X in _ * X]mxE -expr2 sqr_ge0.
Qed.
End Orthogonal.

Section Eigenbasis.
Variables (R : realType) (d N : nat) (La Q : 'M[R]_d) (lam : 'rV[R]_d).
Hypothesis orthogonal : Q *m Q^T = 1%:M.
Hypothesis diagonalised : La = Q *m diag_mx lam *m Q^T.
Hypothesis lam_gt0 : forall i, 0 < lam 0 i.
Notation Gamma := (Gamma N La).
Notation rot := (rotate Q).

(* gamma_i, the eigenvalues of Gamma *)
Definition gam : 'rV[R]_d := \row_i ((1 + N%:R^-1) * lam 0 i + \tr La / N%:R).
Lemma rotate_La : rot La = diag_mx lam.
Proof. by rewrite diagonalised rotate_conj. Qed.
Lemma trace_La : \tr La = \sum_i lam 0 i.
Proof. by rewrite -(trace_rotate orthogonal) rotate_La mxtrace_diag. Qed.
Lemma gam_gt0 i : 0 < gam 0 i.
Proof.
rewrite mxE ltr_paddr ?mulr_gt0 ?ltr_paddr ?invr_ge0 ?ler0n ?ltr01 //.
by rewrite trace_La mulr_ge0 ?invr_ge0 ?ler0n ?sumr_ge0 // => j _; apply: ltW.
Qed.
Lemma rotate_Gamma : rot Gamma = diag_mx gam.
Proof.
rewrite /setting.Gamma rotateD !rotateZ rotate1 // rotate_La; apply/matrixP => i j; rewrite !mxE.
by case: eqP => _; rewrite ?mulr1n ?mulr0n ?mulr1 ?mulr0 ?addr0.
Qed.

Let g : 'M[R]_d := \matrix_(i, j) (gam 0 i * lam 0 i * lam 0 j).
Let xi i : R := lam 0 i ^+ 2.
Lemma g_gt0 i j : 0 < g i j.
Proof. by rewrite mxE !mulr_gt0 ?gam_gt0. Qed.
Lemma xi_gt0 i : 0 < xi i. Proof. by rewrite exprn_gt0. Qed.

Lemma rotate_quadratic X i j : rot (Gamma *m La *m X *m La) i j = g i j * rot X i j.
Proof.
rewrite !(rotateM orthogonal) rotate_Gamma rotate_La [g _ _]mxE; move: gam (rot X) => c Y.
by rewrite -!mulmxA mul_diag_mx mxE mul_diag_mx mxE mul_mx_diag mxE -!mulrA [Y i j * _]mulrC.
Qed.
Lemma rotate_square i j : rot (La *m La) i j = xi i *+ (i == j).
Proof.
rewrite (rotateM orthogonal) rotate_La mul_diag_mx !mxE.
by case: eqP => [->|_]; rewrite ?mulr1n ?mulr0n ?mulr0.
Qed.
Lemma quadratic_trace X : \tr (Gamma *m La *m X *m La *m X^T) = \sum_i \sum_j g i j * rot X i j ^+ 2.
Proof.
rewrite -(trace_rotate orthogonal) (rotateM orthogonal) rotateT -/(dotp _ _) dotpE.
by do 2 apply: eq_bigr => ? _; rewrite rotate_quadratic -mulrA expr2.
Qed.
Lemma linear_trace X : \tr (La *m La *m X^T) = \sum_i xi i * rot X i i.
Proof.
rewrite -(trace_rotate orthogonal) (rotateM orthogonal) rotateT -/(dotp _ _) -dotp_diagonal.
by congr dotp; apply/matrixP => i j; rewrite rotate_square mxE.
Qed.

Lemma ell_rotate X v : ell La Gamma X v = diagonal_loss g xi (rot X) v.
Proof. by rewrite /ell quadratic_trace linear_trace. Qed.

Lemma target_rotate : Gamma \in unitmx -> target g xi = rot (invmx Gamma).
Proof.
move=> Gu; rewrite rotate_unit // rotate_Gamma; apply/esym.
have h : diag_mx gam *m target g xi = 1%:M.
  have cancel (a l : R) : 0 < a -> 0 < l -> a * (l ^+ 2 / (a * l * l)) = 1.
    by move=> a0 l0; field; rewrite !gt_eqF.
  apply/matrixP => i j; rewrite mul_diag_mx [LHS]mxE [target _ _ _ _]mxE [RHS]mxE.
  case: eqP => _; last by rewrite !mulr0n mulr0.
  by rewrite !mulr1n [g _ _]mxE cancel ?gam_gt0.
have [Du _] := mulmx1_unit h.
by rewrite -[LHS]mulmx1 -h mulKmx.
Qed.

Lemma rotated_flow U u : reduced_flow N La U u -> diagonal_flow g xi (fun t => rot (U t)) u.
Proof.
move=> flow t t0; have [hU hu] := flow t t0; split.
  move=> i j; have h := mderM (mderM (mder_cst Q^T t) hU) (mder_cst Q t).
  apply: der_eq (h i j) _; rewrite mul0mx add0r mulmx0 addr0 -/(rot _).
  have entry (a b : R) (X Y : 'M[R]_d) : (- (a *: X - b *: Y)) i j = - (a * X i j - b * Y i j) by rewrite !mxE.
  rewrite rotateN rotateD rotateN !rotateZ entry rotate_quadratic rotate_square.
  by move: (g i j) (rot (U t) i j) (xi i) => a b c; case: eqP => _; rewrite ?mulr1n ?mulr0n; ring.
apply: der_eq hu _; rewrite quadratic_trace linear_trace opprB addrC; congr (- _ + _).
rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => j _.
by move: (g i j) (rot (U t) i j) (u t) => a b c; ring.
Qed.
End Eigenbasis.
