(* A random prompt of length N + 1: the Gaussian vectors x_i, x_q, w and fixed weights, as polynomials in independent standard
   normal variables; and the error of the layer's prediction in the words that the generated files use. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words sums wick expectation random gaussian attention formula.
From ICLGenerated Require population_loss.
Close Scope Z_scope.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* The error as a sum over the examples, and the same sum in the words of the generated file; over any commutative algebra. *)
Section Expansion.
Variables (R : comRingType) (A : comAlgType R) (m : nat).
Lemma error_expansion (a b c : 'I_m -> A) (g h y : A) (u k : R) :
  \sum_i (a i + u *: c i) * (b i + c i * g) + h - k *: y =
  (- k) *: y + (u *: (\sum_i g * (c i * c i)) + (\sum_i a i * b i + (h + (u *: (\sum_i c i * b i) + \sum_i a i * (g * c i))))).
Proof.
have -> : \sum_i (a i + u *: c i) * (b i + c i * g) =
    \sum_i u *: (g * (c i * c i)) + \sum_i a i * b i + \sum_i u *: (c i * b i) + \sum_i a i * (g * c i).
  rewrite -!big_split /=; apply: eq_bigr => i _.
  rewrite mulrDl !mulrDr -!scalerAl [c i * g]mulrC [c i * (g * c i)]mulrCA.
  by move: (u *: _) (u *: _) (a i * _) (a i * _) => p q r s; ring.
rewrite !scaler_sumr scaleNr; move: (\sum_i _) (\sum_i _) (\sum_i _) (\sum_i _) (k *: y) => p q r s z; ring.
Qed.

Variables (d N : nat) (rho : nat -> 'M[R]_d) (sc : nat -> R) (x : nat -> 'I_N.+1 -> 'I_d -> A).
Let a i := form x 1%:M 3 ord0 0 i.
Let b i := form x (evw rho [:: (1, false)]%N) 0 i 1 ord0.
Let c i := form x 1%:M 2 ord0 0 i.
Let g := form x 1%:M 4 ord0 1 ord0.
Lemma error_words : reval population_loss.letters rho sc x (fun _ _ => 1) population_loss.error =
  (- N.+1%:R) *: form x 1%:M 2 ord0 1 ord0 +
  (sc 0%N *: (\sum_i g * (c i * c i)) + (\sum_i a i * b i +
  (form x 1%:M 3 ord0 1 ord0 * form x (evw rho [:: (1, false)]%N) 1 ord0 1 ord0 +
  (sc 0%N *: (\sum_i c i * b i) + \sum_i a i * (g * c i))))).
Proof.
have chE s k : ch population_loss.letters rho x (fun _ _ => 1) s k = form x (evw rho k.1.2) k.1.1.1 (s k.1.1.2) k.2.1 (s k.2.2) by [].
rewrite /reval /population_loss.error !big_cons big_nil addr0 /avalue /= /ecoef /= !big_cons !big_nil !numerals /=.
rewrite !(mulr1, mul1r, expr0, expr1, scale1r, mulN1r).
congr (_ + (_ *: _ + (_ + (_ + (_ *: _ + _))))).
- by rewrite /prodc big_seq1 chE.
- by apply: eq_bigr => i _; rewrite scale1r /prodc !big_cons big_nil !chE /= mulr1.
- by apply: eq_bigr => i _; rewrite scale1r /prodc !big_cons big_nil !chE /= mulr1.
- by rewrite /prodc !big_cons big_nil !chE /= mulr1.
- by apply: eq_bigr => i _; rewrite scale1r /prodc !big_cons big_nil !chE /= mulr1.
- by apply: eq_bigr => i _; rewrite scale1r /prodc !big_cons big_nil !chE /= mulr1.
Qed.
End Expansion.

Section Prompt.
Variables (R : numFieldType) (d N : nat) (Sq : 'M[R]_d).
Notation n := N.+1.
(* polynomials with coefficients in R in the standard normal variables z_(v, k, c): vector v, draw k, coordinate c *)
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_n * 'I_d]|]}.
Let standard v (k : 'I_n) : 'cV[A]_d := \col_c 'X_(@var d N 2 v k c).
Definition constant p q (M : 'M[R]_(p, q)) : 'M[A]_(p, q) := map_mx (@mpolyC _ R) M.
(* x_i = Sq z_i and x_q = Sq z_q have the covariance Lambda = Sq Sq^T, and w is standard *)
Definition covariate (i : 'I_n) : 'cV[A]_d := constant Sq *m standard 0 i.
Definition query : 'cV[A]_d := constant Sq *m standard 1 ord0.
Definition task : 'cV[A]_d := standard 2 ord0.
Definition covariates : 'M[A]_(d, n) := \matrix_(c, i) covariate i c 0.
(* y_i = <w, x_i> *)
Definition labels : 'rV[A]_n := task^T *m covariates.
Definition target : A := (task^T *m query) 0 0.

Variables (P11 : 'M[A]_d) (p12 k12 : 'cV[A]_d) (k22 : A).
Variables (U11 : 'M[R]_d) (u12 u21 : 'cV[R]_d) (u : R).
(* W_PV = [[P11, p12], [u12', u]], W_KQ = [[U11, k12], [u21', k22]] *)
Definition W_PV : 'M[A]_(d + 1) := block_mx P11 p12 (constant u12)^T u%:MP%:M.
Definition W_KQ : 'M[A]_(d + 1) := block_mx (constant U11) k12 (constant u21)^T k22%:M.
(* the layer of lib/attention.v with rho = N + 1 *)
Definition predicted : A := prediction (n%:R^-1)%:A W_PV W_KQ (prompt_embedding covariates labels query).
(* L = 1/2 E (y_hat - <w, x_q>)^2, E the expectation of polynomials in independent standard normal variables *)
Definition population_loss : R := 2%:R^-1 * EE ((predicted - target) ^+ 2).

(* the same in the words of the generated file *)
Let La : 'M[R]_d := Sq *m Sq^T.
Let letters := population_loss.letters.
Let rho := population_loss.matrix_of La U11 0 u12 u21 0 0.
Let sc := population_loss.scalar_of u 0.
Let v := population_loss.vector_of u12 u21 0 0.
Let S : nat -> 'M[R]_d := nth 0 [:: Sq; Sq; 1%:M].
Notation x := (@x R d N 2 letters S v).
Let col r k : 'cV[A]_d := \col_c x r k c.

Lemma col_random r (k : 'I_n) : r \in [:: 0; 1; 2]%N -> col r k = constant (S r) *m standard r k.
Proof.
move=> hr; apply/matrixP => c j; rewrite mxE /gaussian.x; case: ifP => [|_].
  by move: hr; rewrite !inE => /or3P[] /eqP ->.
by rewrite mxE; apply: eq_bigr => b _; rewrite !mxE mul_mpolyC.
Qed.
Lemma col_fixed r (k : 'I_n) : fixed letters r -> col r k = constant (v r).
Proof.
move=> fr; apply/matrixP => c j; rewrite mxE /gaussian.x fr mxE.
by rewrite (ord1 j) -mul_mpolyC mulr1.
Qed.
Lemma bilinear M r k s l : ((col r k)^T *m constant M *m col s l) 0 0 = form x M r k s l.
Proof.
rewrite /form mxE; under eq_bigr => b _ do rewrite mxE mulr_suml.
rewrite exchange_big /=; apply: eq_bigr => a _; apply: eq_bigr => b _.
by rewrite !mxE mulrAC mulrC mul_mpolyC.
Qed.
Let dot r k s l : ((col r k)^T *m col s l) 0 0 = form x 1%:M r k s l.
Proof. by rewrite -bilinear /constant map_mx1 mulmx1. Qed.

Let covariateE i : covariate i = col 0 i. Proof. by rewrite col_random. Qed.
Let queryE : query = col 1 ord0. Proof. by rewrite col_random. Qed.
Let taskE : task = col 2 ord0. Proof. by rewrite col_random // /S /= /constant map_mx1 mul1mx. Qed.
Let u12E : constant u12 = col 3 ord0. Proof. by rewrite col_fixed. Qed.
Let u21E : constant u21 = col 4 ord0. Proof. by rewrite col_fixed. Qed.

Let a i := form x 1%:M 3 ord0 0 i.
Let b i := form x U11 0 i 1 ord0.
Let c i := form x 1%:M 2 ord0 0 i.
Let g := form x 1%:M 4 ord0 1 ord0.
Let h1 := form x 1%:M 3 ord0 1 ord0.
Let h2 := form x U11 1 ord0 1 ord0.
Let y := form x 1%:M 2 ord0 1 ord0.
Let n0 : n%:R != 0 :> R. Proof. by rewrite Num.Theory.pnatr_eq0. Qed.

Lemma covariates_col q (M : 'M[A]_(q, d)) i j : (M *m covariates) i j = (M *m covariate j) i 0.
Proof. by rewrite !mxE; apply: eq_bigr => k _; rewrite mxE. Qed.
Lemma covariates_row q (M : 'M[A]_(d, q)) i j : (covariates^T *m M) i j = ((covariate i)^T *m M) 0 j.
Proof. by rewrite !mxE; apply: eq_bigr => k _; rewrite !mxE. Qed.
Lemma predictedE : n%:R *: predicted = \sum_i (a i + u *: c i) * (b i + c i * g) + h1 * h2.
Proof.
rewrite /predicted predictionE /W_PV /W_KQ !block_mxKdl block_mxKdr block_mxKul mulr_algl scalerA mulfV // scale1r.
rewrite mxE; congr (_ + _); last first.
  have -> : (constant u12)^T *m query *m query^T *m constant U11 *m query =
    ((constant u12)^T *m query) *m (query^T *m constant U11 *m query) by rewrite !mulmxA.
  by rewrite mxE big_ord1 u12E queryE dot bilinear.
rewrite mxE; apply: eq_bigr => i _; congr (_ * _).
  by rewrite mul_scalar_mx mxE [in X in _ + X]mxE !covariates_col covariateE u12E dot taskE dot mul_mpolyC.
rewrite mxE; congr (_ + _).
  by rewrite -mulmxA covariates_row mulmxA covariateE queryE bilinear.
by rewrite -mulmxA mxE big_ord1 mxE covariates_col covariateE taskE u21E queryE !dot.
Qed.
Lemma targetE : target = y. Proof. by rewrite /target taskE queryE dot. Qed.
Lemma errorE : n%:R *: (predicted - target) = reval letters rho sc x (@no_radius R d N 2) population_loss.error.
Proof. by rewrite scalerBr predictedE targetE error_expansion error_words /= /evl /= mulmx1. Qed.
End Prompt.
