(* Bounds of the prediction error after Theorem 4.2. Everything is a polynomial in Lambda and G = Gamma^-1, which commute,
   and Gamma^2 - f Lambda^2 has nonnegative coefficients in Lambda for f <= (1 + 1/N)^2. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite setting convergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section ErrorBounds.
Variables (R : realType) (d N : nat) (La : 'M[R]_d).
Hypothesis Lambda_definite : pd La.
Notation Gm := (Gamma N La).
Notation G := (invmx Gm).
Notation tau := (\tr La).

Lemma G_unit : Gm \in unitmx. Proof. exact: pd_unit (pdGa N Lambda_definite). Qed.
Lemma G_sym : G^T = G. Proof. exact: sym_inv (pd_sym (pdGa N Lambda_definite)). Qed.
Lemma G_commutes (P : 'M[R]_d) : Gm *m P = P *m Gm -> G *m P = P *m G.
Proof. by move=> c; rewrite -[RHS](mulKmx G_unit) (mulmxA Gm P) c -(mulmxA P) mulmxV ?G_unit // mulmx1. Qed.
Lemma Gamma_commutes (P : 'M[R]_d) : La *m P = P *m La -> Gm *m P = P *m Gm.
Proof. by move=> c; rewrite /Gamma mulmxDl mulmxDr -!scalemxAl -!scalemxAr c mul1mx mulmx1. Qed.
Lemma G_Lambda : G *m La = La *m G. Proof. exact/G_commutes/Gamma_commutes. Qed.
Lemma G_rest : 1%:M - G *m La = N%:R^-1 *: (G *m (La + tau *: 1%:M)).
Proof.
have e : Gm = La + N%:R^-1 *: (La + tau *: 1%:M).
  by rewrite /Gamma scalerDl scale1r scalerDr scalerA [N%:R^-1 * _]mulrC addrA.
by rewrite -{1}(mulVmx G_unit) -mulmxBr scalemxAr; congr (_ *m _); rewrite e addrAC subrr add0r.
Qed.
Lemma tau_ge0 : 0 <= tau. Proof. exact: psd_tr_ge0 (pd_psd Lambda_definite). Qed.
Lemma psd_GG (P : 'M[R]_d) : psd P -> G *m P = P *m G -> psd (G *m G *m P).
Proof. by move=> p c; rewrite -mulmxA c mulmxA -{2}G_sym; apply: psd_congr. Qed.

(* f tr(G^2 Lambda^2 P W) <= tr(P W) for P = Lambda^-1, I, Lambda *)
Variable f : R.
Hypothesis f_le : f <= (1 + N%:R^-1) ^+ 2.
Lemma drop_GG (P W : 'M[R]_d) : La *m P = P *m La -> psd P -> psd (La *m P) -> psd (La *m La *m P) -> psd W ->
  f * \tr (G *m G *m (La *m La *m P) *m W) <= \tr (P *m W).
Proof.
move=> c p0 p1 p2 w; have cG := G_commutes (Gamma_commutes c).
have c1 : G *m (La *m P) = La *m P *m G by rewrite (mulmxA G La) G_Lambda -(mulmxA La G P) cG mulmxA.
have c2 : G *m (La *m La *m P) = La *m La *m P *m G.
  by rewrite -(mulmxA La La P) (mulmxA G La) G_Lambda -(mulmxA La G) c1 !mulmxA.
have t0 := psd_tr_mul (psd_GG p0 cG) w; have t1 := psd_tr_mul (psd_GG p1 c1) w.
have t2 := psd_tr_mul (psd_GG p2 c2) w.
pose k := 1 + N%:R^-1 : R; have k0 : 0 <= k by rewrite addr_ge0 ?invr_ge0 ?ler0n ?ler01.
pose s := tau / N%:R; have s0 : 0 <= s by rewrite divr_ge0 ?tau_ge0 ?ler0n.
have e : P = G *m G *m (k ^+ 2 *: (La *m La *m P) + (2%:R * k * s) *: (La *m P) + s ^+ 2 *: P).
  have -> : k ^+ 2 *: (La *m La *m P) + (2%:R * k * s) *: (La *m P) + s ^+ 2 *: P = Gm *m (Gm *m P).
    rewrite /Gamma -/k -/s !(mulmxDl, mulmxDr) -!(scalemxAl, scalemxAr) !mul1mx !scalerA !mulmxA.
    move: (La *m La *m P) (La *m P) => w2 w1.
    by apply/matrixP => i j; rewrite !mxE; ring.
  by rewrite -mulmxA mulKmx ?G_unit // mulKmx ?G_unit.
rewrite {2}e !mulmxDr !mulmxDl !mxtraceD -!scalemxAr -!scalemxAl !mxtraceZ.
rewrite -subr_ge0; have -> (a b h : R) : k ^+ 2 * a + b + h - f * a = (k ^+ 2 - f) * a + b + h by ring.
have ks : 0 <= 2%:R * k * s by rewrite mulr_ge0 // mulr_ge0 ?ler0n.
by apply: addr_ge0; [apply: addr_ge0|]; apply: mulr_ge0; rewrite ?subr_ge0 ?sqr_ge0.
Qed.

(* E(y_hat - <w,x_q>)^2 for noisy linear labels and E w w^T = W *)
Definition linear_error (M : nat) (W : 'M[R]_d) (s2 : R) : R :=
  M%:R^-1 * \tr ((\tr (La *m W) *: La + La *m W *m La + s2 *: La) *m G *m G *m La)
  + N%:R^-1 ^+ 2 * (\tr (G *m G *m La *m La *m La *m W) + 2%:R * tau * \tr (G *m G *m La *m La *m W)
                    + tau ^+ 2 * \tr (G *m G *m La *m W)).

Let Lu := pd_unit Lambda_definite.
Let Lp := pd_psd Lambda_definite.
Lemma psd_LL : psd (La *m La). Proof. by rewrite -{2}(pd_sym Lambda_definite); apply: psd_gram. Qed.
Lemma drop_1 W : psd W -> f * \tr (G *m G *m La *m La *m La *m W) <= \tr (La *m W).
Proof.
move=> w; have := drop_GG (P := La) erefl Lp psd_LL _ w; rewrite !mulmxA; apply.
by have := psd_congr La Lp; rewrite (pd_sym Lambda_definite).
Qed.
Lemma drop_0 W : psd W -> f * \tr (G *m G *m La *m La *m W) <= \tr W.
Proof. by move=> w; have := drop_GG (P := 1%:M) _ (psd1 _ d) _ _ w; rewrite !mul1mx !mulmx1 !mulmxA; apply=> //; exact: psd_LL. Qed.
Lemma drop_m1 W : psd W -> f * \tr (G *m G *m La *m W) <= \tr (invmx La *m W).
Proof.
move=> w; have := drop_GG (P := invmx La) _ (pd_psd (pd_inv Lambda_definite)) _ _ w.
by rewrite -mulmxA !mulmxV ?mulVmx // mulmx1; apply=> //; exact: psd1.
Qed.

Theorem linear_error_le M W s2 : psd W -> 0 <= s2 -> f * linear_error M W s2 <=
  M%:R^-1 * ((d%:R + 1) * \tr (La *m W) + d%:R * s2)
  + N%:R^-1 ^+ 2 * (\tr (La *m W) + 2%:R * tau * \tr W + tau ^+ 2 * \tr (invmx La *m W)).
Proof.
move=> w s0; have lw := psd_tr_mul Lp w.
have d0 : f * \tr (G *m G *m La *m La) <= d%:R by have := drop_0 (psd1 _ d); rewrite mulmx1 mxtrace1.
have cyc (P : 'M[R]_d) : \tr (La *m P *m G *m G *m La) = \tr (G *m G *m La *m La *m P).
  by rewrite [LHS]mxtrace_mulC !mulmxA [LHS]mxtrace_mulC !mulmxA [LHS]mxtrace_mulC !mulmxA.
rewrite /linear_error; have -> : \tr ((\tr (La *m W) *: La + La *m W *m La + s2 *: La) *m G *m G *m La) =
    \tr (La *m W) * \tr (G *m G *m La *m La) + \tr (G *m G *m La *m La *m La *m W) + s2 * \tr (G *m G *m La *m La).
  rewrite !mulmxDl -!scalemxAl !mxtraceD !mxtraceZ.
  have -> : \tr (La *m G *m G *m La) = \tr (G *m G *m La *m La) by have := cyc 1%:M; rewrite !mulmx1.
  have -> : \tr (La *m W *m La *m G *m G *m La) = \tr (G *m G *m La *m La *m La *m W).
    have -> : La *m W *m La *m G *m G *m La = La *m (W *m La) *m G *m G *m La by rewrite !mulmxA.
    have LG : La *m G *m G = G *m G *m La by rewrite -G_Lambda -(mulmxA G La G) -G_Lambda mulmxA.
    by rewrite cyc !mulmxA mxtrace_mulC !mulmxA LG.
  by [].
have h1 := drop_1 w; have h0 := drop_0 w; have hm := drop_m1 w.
have -> (m n t D X1 X0 Xm : R) : f * (m * (t * D + X1 + s2 * D) + n * (X1 + 2%:R * tau * X0 + tau ^+ 2 * Xm)) =
    m * (t * (f * D) + f * X1 + s2 * (f * D)) + n * (f * X1 + 2%:R * tau * (f * X0) + tau ^+ 2 * (f * Xm)) by ring.
have -> (m t e : R) : m * ((d%:R + 1) * t + d%:R * e) = m * (t * d%:R + t + e * d%:R) by ring.
have t0 := tau_ge0; have t2 : 0 <= 2%:R * tau by rewrite mulr_ge0 ?ler0n.
have m0 : 0 <= M%:R^-1 :> R by rewrite invr_ge0 ler0n.
apply: ler_add; apply: ler_wpmul2l; rewrite ?sqr_ge0 //.
  by rewrite ler_add ?ler_add ?ler_wpmul2l.
by rewrite ler_add ?ler_add ?ler_wpmul2l ?sqr_ge0.
Qed.
End ErrorBounds.
