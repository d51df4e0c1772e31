(* The population loss of one linear attention layer in all blocks, from the definition of the layer, for every dimension d,
   every prompt length N + 1 and every Lambda = Sq Sq^T; and its restriction to u12 = u21 = 0 (Lemma A.1, section 5.2). *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words sums wick expectation random gaussian attention prompt formula.
From ICLGenerated Require population_loss.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Loss.
Variables (R : numFieldType) (d N : nat) (Sq : 'M[R]_d).
Let Lambda : 'M[R]_d := Sq *m Sq^T.
Variables (U11 : 'M[R]_d) (u12 u21 : 'cV[R]_d) (u : R).
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}.
Variables (P11 : 'M[A]_d) (p12 k12 : 'cV[A]_d) (k22 : A).

Let Lambda_sym : Lambda^T = Lambda. Proof. by rewrite /Lambda trmx_mul trmxK. Qed.
Let rho := population_loss.matrix_of Lambda U11 0 u12 u21 0 0.
Let S : nat -> 'M[R]_d := nth 0 [:: Sq; Sq; 1%:M].
Let letters := population_loss.letters.
Let rho_sym b : symmetric letters b -> (rho b)^T = rho b.
Proof. by rewrite /= !inE => /or3P[] /eqP -> /=; rewrite ?trmx_mul ?trmxK. Qed.
Let outerE r s : fixed letters r -> fixed letters s ->
  evl rho (outer letters r s) = population_loss.vector_of u12 u21 0 0 r *m (population_loss.vector_of u12 u21 0 0 s)^T.
Proof. by rewrite /= !inE => /orP[] /eqP -> /orP[] /eqP -> /=; rewrite /evl /= ?trmx_mul ?trmxK. Qed.
Let covE r : ~~ fixed letters r -> evw rho (covariance letters r) = S r *m (S r)^T.
Proof.
by case: r => [|[|[|[|[|r]]]]] //= _; rewrite /S /evl /= ?trmx1 ?mulmx1 ?mul0mx.
Qed.
Let S_0 r : ~~ fixed letters r -> (2 < r)%N -> S r = 0.
Proof. by case: r => [|[|[|r]]] // _ _; rewrite /S /= nth_nil. Qed.

(* L(U11, u21, u12, u) = 1/2 E (y_hat - <w, x_q>)^2 for every P11, p12, k12, k22: the polynomial that the engine derives *)
Theorem population_lossE : population_loss Sq P11 p12 k12 k22 U11 u12 u21 u =
  population_loss.loss N.+1 Lambda U11 u12 u21 u.
Proof.
have sound rp r := @gaussian_expectation R d N 2 letters rho S (population_loss.vector_of u12 u21 0 0) covE S_0
  (population_loss.scalar_of u 0) rp r erefl rho_sym (@alone _ _ rho) outerE.
have n0 : N.+1%:R != 0 :> R by rewrite Num.Theory.pnatr_eq0.
have := product_expectation (@EED _ R) (@EEZ _ R) sound population_loss.mean_square_ok.
rewrite -(errorE Sq P11 p12 k12 k22 U11 u12 u21 u) population_loss.lossE // -scalerAl -scalerAr scalerA EEZ => h.
apply: (mulfI (_ : 2%:R * N.+1%:R ^+ 2 != 0)); first by rewrite mulf_neq0 ?expf_neq0 // Num.Theory.pnatr_eq0.
rewrite -h /population_loss -expr2; move: (EE _) => e.
by rewrite mulrA [2%:R * _]mulrC -[_ * 2%:R * _]mulrA mulfV ?mulr1 ?Num.Theory.pnatr_eq0 // expr2.
Qed.

End Loss.

(* Lemma A.1 and section 5.2: on u12 = u21 = 0 the loss is ell + tr(Lambda)/2, with ell and Gamma of the reduced flow *)
Section Restricted.
Variables (R : numFieldType) (d N : nat) (Sq : 'M[R]_d) (U : 'M[R]_d) (u : R).
Let Lambda : 'M[R]_d := Sq *m Sq^T.
Let Gamma : 'M[R]_d := (1 + N.+1%:R^-1) *: Lambda + (\tr Lambda / N.+1%:R) *: 1%:M.
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}.
Variables (P11 : 'M[A]_d) (p12 k12 : 'cV[A]_d) (k22 : A).

Theorem restricted_loss : population_loss Sq P11 p12 k12 k22 U 0 0 u =
  2%:R^-1 * u ^+ 2 * \tr (Gamma *m Lambda *m U *m Lambda *m U^T) - u * \tr (Lambda *m Lambda *m U^T) + 2%:R^-1 * \tr Lambda.
Proof.
have Ls : Lambda^T = Lambda by rewrite /Lambda trmx_mul trmxK.
have z (B : 'M[R]_(1, d)) : (B *m (0 : 'cV[R]_d)) 0 0 = 0 by rewrite mulmx0 mxE.
rewrite population_lossE /population_loss.loss /Gamma -/Lambda !z; move: (Lambda) Ls => L Ls.
have -> : \tr (L *m L *m U^T) = \tr (L *m L *m U).
  by rewrite -[LHS]mxtrace_tr !trmx_mul trmxK Ls mxtrace_mulC.
have -> : \tr (((1 + N.+1%:R^-1) *: L + (\tr L / N.+1%:R) *: 1%:M) *m L *m U *m L *m U^T) =
    (1 + N.+1%:R^-1) * \tr (L *m U^T *m L *m L *m U) + (\tr L / N.+1%:R) * \tr (L *m U *m L *m U^T).
  rewrite !mulmxDl -!scalemxAl mul1mx mxtraceD !mxtraceZ; congr (_ * _ + _).
  by rewrite -!mulmxA [RHS]mxtrace_mulC -!mulmxA [RHS]mxtrace_mulC -!mulmxA.
by by_field N.+1.
Qed.
End Restricted.
