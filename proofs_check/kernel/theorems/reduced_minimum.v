(* Lemma A.1, Corollary A.2, Lemma 5.3: the reduced loss, its gradient, its minimum and its minimisers, for every d and N (with 1/0 = 0). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite curve reduced_loss_form gradient convergence setting.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Minimum.
Variables (R : realType) (d N : nat) (La : 'M[R]_d).
Notation Gamma := (Gamma N La).
Hypothesis Lambda_definite : pd La.
Let pG : pd Gamma := pdGa N Lambda_definite.
Let pP : pd (Gamma *m La) := pdPa N Lambda_definite.
Let cG : Gamma *m La = La *m Gamma := commGa N La.

(* the derivative of ell along any differentiable curve is < gradU, U' > + gradu u', so that (5.5) is its gradient flow *)
Theorem lemma_A1 (U : R -> 'M[R]_d) (u : R -> R) t D e : mder U t D -> der u t e ->
  der (fun s => ell La Gamma (U s) (u s)) t (dotp (gradU La Gamma (U t) (u t)) D + gradu La Gamma (U t) (u t) * e).
Proof. exact: (gradient (pd_sym Lambda_definite) (pd_sym pG) cG). Qed.

Theorem corollary_A2_square (U : 'M[R]_d) u : let X := u *: U - invmx Gamma in
  ell La Gamma U u - ell_min La Gamma = 2%:R^-1 * \tr (Gamma *m La *m X *m La *m X^T).
Proof. exact: (square Lambda_definite pG cG). Qed.

(* as printed, with a symmetric square root of Lambda: half of ||Gamma^(1/2) K||_F^2 = tr(Gamma K K^T) *)
Theorem corollary_A2_norm (Root U : 'M[R]_d) u : Root^T = Root -> Root *m Root = La ->
  let K := u *: (Root *m U *m Root) - Root *m Root *m invmx Gamma in
  ell La Gamma U u - ell_min La Gamma = 2%:R^-1 * \tr (Gamma *m K *m K^T).
Proof.
move=> Rs RR K; rewrite corollary_A2_square; set X := u *: U - invmx Gamma; have Gu := pd_unit pG.
have RG : Root *m Gamma = Gamma *m Root.
  by rewrite /setting.Gamma mulmxDr mulmxDl -!scalemxAr -!scalemxAl mulmx1 mul1mx -RR mulmxA.
have RI : Root *m invmx Gamma = invmx Gamma *m Root.
  by rewrite -[RHS](mulmxK Gu) -[invmx Gamma *m Root *m Gamma]mulmxA RG mulKmx.
have -> : K = Root *m X *m Root.
  by rewrite /K /X mulmxBr mulmxBl -scalemxAr -scalemxAl -!mulmxA RI.
have -> : Gamma *m (Root *m X *m Root) *m (Root *m X *m Root)^T = Gamma *m Root *m X *m Root *m Root *m X^T *m Root.
  by rewrite !trmx_mul Rs !mulmxA.
by congr (_ * _); rewrite [RHS]mxtrace_mulC !mulmxA RG -RR !mulmxA.
Qed.

(* the loss at the initialisation U = s Theta Theta^T, u = s *)
Theorem lemma_A4_start (Th : 'M[R]_d) s : let S := Th *m Th^T in
  ell La Gamma (s *: S) s = s ^+ 4 / 2%:R * \tr (Gamma *m La *m S *m La *m S) - s ^+ 2 * \tr (La *m La *m S).
Proof.
move=> S; have Ss : S^T = S by rewrite /S trmx_mul trmxK.
rewrite /ell trZ Ss -!(scalemxAl, scalemxAr) !mxtraceZ; move: (\tr _) (\tr _) => a b; by field.
Qed.

Theorem corollary_A2_floor (U : 'M[R]_d) u : - (2%:R^-1 * \tr (La *m La *m invmx Gamma)) <= ell La Gamma U u.
Proof. exact: (minimum Lambda_definite pG pP cG). Qed.

(* the floor is attained *)
Theorem corollary_A2_minimum : let floor := - (2%:R^-1 * \tr (La *m La *m invmx Gamma)) in
  (forall (U : 'M[R]_d) u, floor <= ell La Gamma U u) /\ exists (U : 'M[R]_d) u, ell La Gamma U u = floor.
Proof.
split; first exact: corollary_A2_floor.
by exists (invmx Gamma), 1; apply/(minimiser Lambda_definite pG pP cG); rewrite scale1r.
Qed.

Theorem lemma_5_3 (U : 'M[R]_d) u : ell La Gamma U u = ell_min La Gamma <-> u *: U = invmx Gamma.
Proof. exact: (minimiser Lambda_definite pG pP cG). Qed.

(* B4: at a minimiser the loss in the direction (X, c) has no linear term, and its second derivative is tr(Gamma Lambda K Lambda K^T) *)
Theorem B4_hessian (U X : 'M[R]_d) u c : u != 0 -> u *: U = invmx Gamma -> let K := u *: X + (c / u) *: invmx Gamma in
  exists a b, forall s, ell La Gamma (U + s *: X) (u + s * c) =
    ell_min La Gamma + s ^+ 2 / 2%:R * \tr (Gamma *m La *m K *m La *m K^T) + s ^+ 3 * a + s ^+ 4 * b.
Proof.
move=> u0 h K; pose Q (Y Z : 'M[R]_d) := \tr (Gamma *m La *m Y *m La *m Z^T).
have QD Y Z W : Q (Y + Z) W = Q Y W + Q Z W by rewrite /Q mulmxDr !mulmxDl mxtraceD.
have QDr Y Z W : Q W (Y + Z) = Q W Y + Q W Z by rewrite /Q linearD /= mulmxDr mxtraceD.
have QZ k Y Z : Q (k *: Y) Z = k * Q Y Z by rewrite /Q -scalemxAr -!scalemxAl mxtraceZ.
have QZr k Y Z : Q Y (k *: Z) = k * Q Y Z by rewrite /Q trZ -scalemxAr mxtraceZ.
exists (2%:R^-1 * (Q K (c *: X) + Q (c *: X) K)), (2%:R^-1 * Q (c *: X) (c *: X)) => s.
have move_ : (u + s * c) *: (U + s *: X) - invmx Gamma = s *: K + s ^+ 2 *: (c *: X).
  have UE : U = u^-1 *: invmx Gamma by rewrite -h scalerA mulVf // scale1r.
  rewrite UE /K; apply/matrixP => i j; rewrite !mxE.
  by move: (invmx Gamma i j) (X i j) => g z; field.
rewrite -[LHS](subrK (ell_min La Gamma)) corollary_A2_square move_; clearbody K.
rewrite -/(Q (s *: K + s ^+ 2 *: (c *: X)) (s *: K + s ^+ 2 *: (c *: X))) -/(Q K K) !(QD, QDr, QZ, QZr); clearbody Q.
by move: (ell_min La Gamma) (Q K K) (Q K X) (Q X K) (Q X X) => m p q r t; field.
Qed.

(* the gradient against the excess loss at every point, in the proof of Lemma 5.4; tr((Gamma Lambda)^-1) = tr(Gamma^-1 Lambda^-1) *)
Theorem lemma_5_4_gradient (U : 'M[R]_d) u : 2%:R * u ^+ 2 * (ell La Gamma U u - ell_min La Gamma) <=
  \tr (invmx (Gamma *m La)) * \tr (invmx La) * (nrm2 (gradU La Gamma U u) + gradu La Gamma U u ^+ 2).
Proof.
rewrite -mulrA mulrC; apply: le_trans (PL Lambda_definite pG pP cG U u) _.
by rewrite /KK ler_wpmul2l ?ler_addl ?sqr_ge0 // mulr_ge0 // pd_trace //; apply: pd_inv.
Qed.
End Minimum.
