(* From the definition of the attention layer to the reduced population loss, for every d and every prompt length n = N + 1. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words wick expectation gaussian layer.
From ICLGenerated Require Import reduced_loss.
Close Scope Z_scope.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Traces.
Variables (R : comRingType) (d : nat) (La U : 'M[R]_d).
Lemma quadratic_trace s t : \tr ((s *: La + t *: 1%:M) *m La *m U *m La *m U^T) =
    s * \tr (La *m (U^T *m (La *m (La *m U)))) + t * \tr (La *m (U *m (La *m U^T))).
Proof.
rewrite !mulmxDl -!scalemxAl mul1mx mxtraceD !mxtraceZ -!mulmxA; congr (_ * _ + _).
by rewrite [in RHS]mulmxA [RHS]mxtrace_mulC -!mulmxA.
Qed.
Lemma linear_trace : La^T = La -> \tr (La *m La *m U^T) = \tr (La *m (La *m U)).
Proof. by move=> h; rewrite -[LHS]mxtrace_tr !trmx_mul trmxK h mxtrace_mulC -!mulmxA. Qed.
End Traces.

Section Headline.
Variables (R : numFieldType) (d N : nat) (Sq U : 'M[R]_d) (u : R).
Let La : 'M[R]_d := Sq *m Sq^T.
Notation n := N.+1.
Let S (r : nat) : 'M[R]_d := match r with 0 | 1 => Sq | 2 => 1%:M | _ => 0 end.
Let rho (a : nat) : 'M[R]_d := match a with 0 => La | 1 => U | _ => 0 end.
Let sc (_ : nat) : R := u.
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}.
(* x_i = Sq z_i, x_q = Sq z_q, w standard: independent blocks of standard Gaussian variables *)
Definition xi (i : 'I_n) : 'cV[A]_d := \col_a x 2 S 0 i a.
Definition xq : 'cV[A]_d := \col_a x 2 S 1 ord0 a.
Definition w : 'cV[A]_d := \col_a x 2 S 2 ord0 a.
Definition X : 'M[A]_(d, n) := \matrix_(a, i) xi i a 0.
Definition toA p q (M : 'M[R]_(p, q)) : 'M[A]_(p, q) := map_mx (@mpolyC _ R) M.
Definition yhat P1 P2 K2 K4 : A :=
  (n%:R^-1 : R) *: (drsubmx (attention X xq (w^T *m X) P1 P2 (toA U) K2 K4 u%:MP)) 0 0.
Definition label : A := (w^T *m xq) 0 0.
Definition loss P1 P2 K2 K4 : R := 2%:R^-1 * EE ((yhat P1 P2 K2 K4 - label) ^+ 2).
Definition Ga : 'M[R]_d := (1 + n%:R^-1) *: La + (\tr La / n%:R) *: 1%:M.

Let La_sym : La^T = La. Proof. by rewrite /La trmx_mul trmxK. Qed.
Let rho_sym a : reduced_loss_sym a -> (rho a)^T = rho a.
Proof. by rewrite /reduced_loss_sym inE => /eqP ->; apply: La_sym. Qed.
Let covE r : evw rho (reduced_loss_cov r) = S r *m (S r)^T.
Proof.
case: r => [|[|[|r]]]; rewrite /reduced_loss_cov /= ?mulmx1 ?trmx1 //.
- by rewrite mulmx1.
- by case: r => [|r] /=; rewrite !mul0mx.
Qed.
Let S_0 r : (2 < r)%N -> S r = 0. Proof. by case: r => [|[|[|r]]]. Qed.

Let fm (M : 'M[R]_d) r k s l : A := form (x 2 S) M r k s l.
Lemma bilinear (M : 'M[R]_d) r k s l :
  ((\col_a x 2 S r k a : 'cV[A]_d)^T *m toA M *m (\col_a x 2 S s l a : 'cV[A]_d)) 0 0 = fm M r k s l.
Proof.
rewrite /fm /form mxE; under eq_bigr => b _ do rewrite mxE mulr_suml.
rewrite exchange_big /=; apply: eq_bigr => a _; apply: eq_bigr => b _.
by rewrite !mxE mulrAC mulrC mul_mpolyC.
Qed.
Lemma yhatE P1 P2 K2 K4 : yhat P1 P2 K2 K4 =
  (n%:R^-1 * u) *: \sum_i fm 1%:M 2 ord0 0 i * fm U 0 i 1 ord0.
Proof.
rewrite /yhat layer -scalerA; congr (_ *: _); rewrite mxE mul_mpolyC; congr (_ *: _).
rewrite -!mulmxA mulmxA mxE; apply: eq_bigr => i _; rewrite -!bilinear; congr (_ * _).
  rewrite /toA map_mx1 mulmx1 mxE [RHS]mxE; apply: eq_bigr => a _; by rewrite !mxE.
rewrite -mulmxA mxE [RHS]mxE; apply: eq_bigr => a _; by rewrite !mxE.
Qed.
Lemma labelE : label = fm 1%:M 2 ord0 1 ord0.
Proof. by rewrite -bilinear /toA map_mx1 mulmx1. Qed.

Lemma expand : EE ((u *: (\sum_i fm 1%:M 2 ord0 0 i * fm U 0 i 1 ord0) - n%:R *: fm 1%:M 2 ord0 1 ord0) ^+ 2)
  = expectation rho sc (@EE _ R) (@x R d N 2 S) reduced_loss_lhs.
Proof.
rewrite /expectation /reduced_loss_lhs !big_cons big_nil addr0 /erterm /ecoef /= !big_cons !big_nil.
set a := fun i => fm 1%:M 2 ord0 0 i; set b := fun i => fm U 0 i 1 ord0; set c := fm 1%:M 2 ord0 1 ord0.
have h1 : prodc rho (@x R d N 2 S) (@s0 N) [:: (2, 0, [::], (1, 0)); (2, 0, [::], (1, 0))]%N = c * c.
  by rewrite /prodc !big_cons big_nil mulr1.
have h2 k : prodc rho (@x R d N 2 S) (upd (@s0 N) 1 k)
   [:: (2, 0, [::], (0, 1)); (2, 0, [::], (1, 0)); (0, 1, [:: (1, false)], (1, 0))]%N = a k * b k * c.
  by rewrite /prodc !big_cons big_nil mulr1 /ch /= /evl /= mulmx1 -/(fm _ _ _ _ _) mulrAC mulrA.
have h3 k l : prodc rho (@x R d N 2 S) (upd (upd (@s0 N) 2 k) 1 l)
   [:: (2, 0, [::], (0, 1)); (2, 0, [::], (0, 2)); (0, 1, [:: (1, false)], (1, 0)); (0, 2, [:: (1, false)], (1, 0))]%N
   = (a k * b k) * (a l * b l).
  rewrite /prodc !big_cons big_nil mulr1 /ch /= /evl /= mulmx1.
  have q (p1 p2 p3 p4 : {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}) : p1 * (p2 * (p3 * p4)) = p2 * p4 * (p1 * p3).
    by rewrite -!mulrA mulrCA; congr (_ * _); rewrite [RHS]mulrCA; congr (_ * _); rewrite mulrC.
  exact: q.
rewrite h1.
rewrite (eq_bigr (fun k => EE (a k * b k * c)) (fun k _ => congr1 (@EE _ R) (h2 k))).
rewrite (eq_bigr (fun k => \sum_l EE (a k * b k * (a l * b l)))
  (fun k _ => eq_bigr (fun l => EE (a k * b k * (a l * b l))) (fun l _ => congr1 (@EE _ R) (h3 k l)))).
have z1 : zR R (Zpos xH) = 1 by [].
have z2 : zR R (Zneg (xO xH)) = - 2%:R by rewrite /zR /= NegzE mulrNz.
rewrite z1 z2 /sc expr1 expr0 !mulr1 !mul1r.
have EEB p q : EE (p - q) = EE p - EE q :> R by rewrite -scaleN1r EED EEZ mulN1r.
set P := \sum_(i < n) _.
have EEsum (F : 'I_n -> {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}) : EE (\sum_k F k) = \sum_k EE (F k).
  exact: (big_morph (@EE _ R) (@EED _ R) (@EE0 _ R)).
have -> : \sum_k \sum_l EE (a k * b k * (a l * b l)) = EE (P * P).
  rewrite [in RHS]/P mulr_suml EEsum; apply: eq_bigr => k _.
  by rewrite -EEsum -mulr_sumr.
have -> : \sum_k EE (a k * b k * c) = EE (P * c) by rewrite /P mulr_suml EEsum.
rewrite expr2 mulrBl !mulrBr -!scalerAl -!scalerAr !scalerA !EEB !EEZ [c * P]mulrC.
by move: (EE (P * P)) (EE (P * c)) (EE (c * c)) => e1 e2 e3; ring.
Qed.

(* The reduced population loss, from the definition of the layer. *)
Theorem reduced_population_loss P1 P2 K2 K4 :
  loss P1 P2 K2 K4 = 2%:R^-1 * u ^+ 2 * \tr (Ga *m La *m U *m La *m U^T) - u * \tr (La *m La *m U^T)
                     + 2%:R^-1 * \tr La.
Proof.
have n0 : n%:R != 0 :> R by rewrite Num.Theory.pnatr_eq0.
have := expand; rewrite (@gaussian_expectation R d N 2 rho reduced_loss_cov S covE S_0 reduced_loss_sym sc reduced_loss_lhs reduced_loss_rhs rho_sym reduced_loss_ok) => H.
rewrite /loss; have -> : yhat P1 P2 K2 K4 - label = n%:R^-1 *:
   (u *: (\sum_i fm 1%:M 2 ord0 0 i * fm U 0 i 1 ord0) - n%:R *: fm 1%:M 2 ord0 1 ord0).
  by rewrite yhatE labelE scalerBr !scalerA mulVf // scale1r.
rewrite exprZn EEZ H /ev /reduced_loss_rhs !big_cons big_nil /evk /= !big_cons !big_nil /evl /= !mulmx1 !mulr1 !addr0 /sc.
have z1 : zR R (Zpos xH) = 1 by [].
have z2 : zR R (Zneg (xO xH)) = - 2%:R by rewrite /zR /= NegzE mulrNz.
rewrite z1 z2.
rewrite /Ga quadratic_trace (linear_trace U La_sym).
move: (\tr La) (\tr (La *m (U^T *m (La *m (La *m U))))) (\tr (La *m (U *m (La *m U^T)))) (\tr (La *m (La *m U))) => t1 t2 t3 t4.
move: n0; move: (n%:R : R) => nn nn0; field.
by rewrite nn0.
Qed.
End Headline.
