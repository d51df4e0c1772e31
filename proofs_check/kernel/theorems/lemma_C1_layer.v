(* Lemma C.1 from the definition of the layer, for a covariance with two values, L1 = Sq1 Sq1^T with probability p and L2 = Sq2 Sq2^T
   with probability q: where u12 = u21 = 0 the gradient of the averaged population loss over all entries of both weight
   matrices has no part in u12 and u21, and its parts in U11 and u are minus the flow of Lemma C.1. For every d and every
   prompt length N + 1. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve setting gradient_flow.
From ICLGenerated Require population_loss_gradient.
From ICLTheorems Require Import lemma_5_2.
From ICLTheorems Require gradients.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section TwoValues.
Variables (R : realType) (d N : nat) (Sq1 Sq2 : 'M[R]_d) (p q : R).
Notation n := N.+1.
Let L1 : 'M[R]_d := Sq1 *m Sq1^T.
Let L2 : 'M[R]_d := Sq2 *m Sq2^T.
Notation G1 := (Gamma n L1).
Notation G2 := (Gamma n L2).
(* the population loss of the layer (lemma_5_2.v), averaged over the covariance *)
Definition mean_layer_loss (V W : 'M[R]_(d + 1)) : R := p * layer_loss N Sq1 V W + q * layer_loss N Sq2 V W.

Variables V W : 'M[R]_(d + 1).
Hypotheses (u12_0 : dlsubmx V = 0) (u21_0 : dlsubmx W = 0).
Let U : 'M[R]_d := ulsubmx W.
Let u : R := drsubmx V 0 0.
Let flow_U : 'M[R]_d := - u ^+ 2 *: (p *: (G1 *m L1 *m U *m L1) + q *: (G2 *m L2 *m U *m L2)) + u *: (p *: (L1 *m L1) + q *: (L2 *m L2)).
Let flow_u : R := - u * \tr ((p *: (G1 *m L1 *m U *m L1) + q *: (G2 *m L2 *m U *m L2)) *m U^T)
  + \tr ((p *: (L1 *m L1) + q *: (L2 *m L2)) *m U^T).

Let part (Sq : 'M[R]_d) : let L := Sq *m Sq^T in
  gradient_PV N Sq V W = block_mx 0 0 0 (u * \tr (Gamma n L *m L *m U *m L *m U^T) - \tr (L *m L *m U^T))%:M /\
  gradient_KQ N Sq V W = block_mx (u ^+ 2 *: (Gamma n L *m L *m U *m L) - u *: (L *m L)) 0 0 0.
Proof.
move=> L; have Ls : L^T = L by rewrite /L trmx_mul trmxK.
rewrite /gradient_PV /gradient_KQ u12_0 u21_0 !trmx0 -/L -/U -/u.
rewrite gradients.lemma_5_2_u12 gradients.lemma_5_2_u21 !trmx0.
have := gradients.lemma_5_2_U N L U u; have := gradients.lemma_5_2_u N U u Ls.
by move=> /oppr_inj eu /oppr_inj eU; rewrite eu eU.
Qed.

Theorem lemma_C1_layer : exists G H, gradient_at mean_layer_loss V W G H /\
  [/\ dlsubmx G = 0, dlsubmx H = 0, - ulsubmx H = flow_U & - drsubmx G 0 0 = flow_u].
Proof.
exists (p *: gradient_PV N Sq1 V W + q *: gradient_PV N Sq2 V W), (p *: gradient_KQ N Sq1 V W + q *: gradient_KQ N Sq2 V W).
have [e1 f1] := part Sq1; have [e2 f2] := part Sq2; split=> [D E|].
  have h1 := layer_gradient N Sq1 V W D E; have h2 := layer_gradient N Sq2 V W D E.
  have scaled (f : R -> R) (c l : R) : der f 0 l -> der (fun s => c * f s) 0 (c * l).
    by move=> h; apply: der_eq (derM (der_cst c 0) h) _; rewrite mulr0 addr0.
  have h := derD (scaled _ p _ h1) (scaled _ q _ h2); apply: der_eq h _.
  by rewrite !dotpDl !dotpZl !mulrDr addrACA.
rewrite e1 e2 f1 f2 !scale_block_mx !add_block_mx !block_mxKdl !block_mxKul !block_mxKdr !scaler0 !addr0; split=> //.
  rewrite /flow_U -/L1 -/L2; move: (G1 *m _ *m _ *m _) (G2 *m _ *m _ *m _) (L1 *m L1) (L2 *m L2) => a1 a2 b1 b2.
  by apply/matrixP => i j; rewrite !mxE; move: (a1 i j) (a2 i j) (b1 i j) (b2 i j) => x1 x2 y1 y2; ring.
rewrite /flow_u -/L1 -/L2; move: (G1 *m L1 *m U *m L1) (G2 *m L2 *m U *m L2) (L1 *m L1) (L2 *m L2) => a1 a2 b1 b2.
rewrite !mulmxDl -!scalemxAl !mxtraceD !mxtraceZ !mxE eqxx !mulr1n.
have e (x1 x2 y1 y2 : R) : - (p * (u * x1 - y1) + q * (u * x2 - y2)) = - u * (p * x1 + q * x2) + (p * y1 + q * y2) by ring.
exact: e.
Qed.
End TwoValues.
