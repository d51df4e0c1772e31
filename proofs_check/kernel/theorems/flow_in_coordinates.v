(* Statements B2 and B3: the reduced flow between eigenvectors of Lambda, and its closed form for Lambda = lambda I. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius curve setting.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Eigenvectors.
Variables (R : realType) (d N : nat) (La : 'M[R]_d) (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis symmetric : La^T = La.
Hypothesis flow : reduced_flow N La U u.
Variables (p q : 'cV[R]_d) (lambda mu : R).
Hypotheses (p_eigen : La *m p = lambda *: p) (q_eigen : La *m q = mu *: q).
Notation entry t := ((p^T *m U t *m q) 0 0).
Let gamma : R := (1 + N%:R^-1) * lambda + \tr La / N%:R.

Lemma flow_between t : 0 <= t ->
  der (fun s => entry s) t (u t * mu ^+ 2 * (p^T *m q) 0 0 - u t ^+ 2 * gamma * lambda * mu * entry t).
Proof.
move=> t0; have [hU _] := flow t0.
have h := mderM (mderM (mder_cst p^T t) hU) (mder_cst q t); apply: der_eq (h 0 0) _.
have pL : p^T *m La = lambda *: p^T by rewrite -{1}symmetric -trmx_mul p_eigen trZ.
have pG : p^T *m Gamma N La = gamma *: p^T.
  by rewrite /Gamma mulmxDr -!scalemxAr pL mulmx1 scalerA -scalerDl.
have square : p^T *m (La *m La) *m q = mu ^+ 2 *: (p^T *m q).
  by rewrite -!mulmxA q_eigen -!scalemxAr q_eigen -!scalemxAr scalerA expr2.
have cubic : p^T *m (Gamma N La *m La *m U t *m La) *m q = (gamma * lambda * mu) *: (p^T *m U t *m q).
  by rewrite !mulmxA pG -!scalemxAl pL -!scalemxAl -!mulmxA q_eigen -!scalemxAr !scalerA; congr (_ *: _); ring.
rewrite mulmx0 addr0 mul0mx add0r mulmxN mulNmx mulmxBr mulmxBl -!scalemxAr -!scalemxAl cubic square.
rewrite !mxE; move: (\sum_j _) (\sum_j _) => a b; ring.
Qed.

(* B2: an entry off the diagonal decays by itself, one on it depends on u and itself *)
Theorem B2_off_diagonal t : 0 <= t -> p^T *m q = 0 ->
  der (fun s => entry s) t (- (u t ^+ 2 * gamma * lambda * mu * entry t)).
Proof. by move=> t0 pq; apply: der_eq (flow_between t0) _; rewrite pq mxE mulr0 sub0r. Qed.
End Eigenvectors.

Theorem B2_diagonal (R : realType) (d N : nat) (La : 'M[R]_d) (U : R -> 'M[R]_d) (u : R -> R) (p : 'cV[R]_d) (lambda : R) t :
  La^T = La -> reduced_flow N La U u -> La *m p = lambda *: p -> p^T *m p = 1%:M -> 0 <= t ->
  der (fun s => (p^T *m U s *m p) 0 0) t (u t * lambda ^+ 2
    - u t ^+ 2 * ((1 + N%:R^-1) * lambda + \tr La / N%:R) * lambda ^+ 2 * (p^T *m U t *m p) 0 0).
Proof.
move=> sym flow eigen unit t0; apply: der_eq (flow_between sym flow eigen eigen t0) _.
by rewrite unit mxE eqxx mulr1n mulr1 expr2 !mulrA.
Qed.

Section Isotropic.
Variables (R : realType) (d N : nat) (lambda : R) (U : R -> 'M[R]_d) (u : R -> R) (i : 'I_d).
Hypothesis lambda_positive : 0 < lambda.
Hypothesis flow : reduced_flow N lambda%:M U u.
Notation v t := (U t i i).
Notation rootd := (Num.sqrt d%:R : R).
(* U = v I and u = sqrt(d) v, as they stay when they start so *)
Hypothesis isotropic : forall t, 0 <= t -> U t = (v t)%:M /\ u t = rootd * v t.
Let c : R := rootd * (1 + (d%:R + 1) / N%:R) * lambda.
Let k : R := 2%:R * rootd * lambda ^+ 2.
Let r2 : rootd ^+ 2 = d%:R. Proof. by rewrite sqr_sqrtr ?ler0n. Qed.

Theorem B3_logistic t : 0 <= t -> der (fun s => v s ^+ 2) t
  (2%:R * rootd * lambda ^+ 2 * v t ^+ 2 * (1 - rootd * (1 + (d%:R + 1) / N%:R) * lambda * v t ^+ 2)).
Proof.
move=> t0; have [hU _] := flow t0; have [UE uE] := isotropic t0.
have h := derM (hU i i) (hU i i); apply: der_eq (der_ext _ h) _ => [s|]; first by rewrite expr2.
have GE : Gamma N lambda%:M = ((1 + (d%:R + 1) / N%:R) * lambda)%:M :> 'M[R]_d.
  rewrite /Gamma mxtrace_scalar !scale_scalar_mx -raddfD; congr (_%:M); rewrite -mulr_natl.
  by move: (N%:R^-1 : R) => n; ring.
rewrite {2 4}UE uE GE -!scalar_mxM !scale_scalar_mx -raddfB -raddfN !mxE eqxx !mulr1n.
move: (v t) => w; have := r2; move: (rootd) (N%:R^-1 : R) => r n e.
have -> : d%:R = r ^+ 2 by []. ring.
Qed.

(* 1/v^2 = c + (1/v(0)^2 - c) exp(-2 sqrt(d) lambda^2 t), and v(0)^2 = s^2/d for u(0) = s *)
Hypothesis u0_positive : 0 < u 0.
Let d0 : 0 < d%:R :> R. Proof. by rewrite ltr0n (leq_ltn_trans (leq0n i) (ltn_ord i)). Qed.
Let c0 : 0 <= c.
Proof. by rewrite !mulr_ge0 ?sqrtr_ge0 ?addr_ge0 ?ler01 ?invr_ge0 ?ler0n ?(ltW lambda_positive). Qed.
Let k0 : 0 <= k. Proof. by rewrite !mulr_ge0 ?sqrtr_ge0 ?ler0n ?(ltW lambda_positive). Qed.
Theorem B3_solution t : 0 <= t -> (v t ^+ 2)^-1 = c + (d%:R / u 0 ^+ 2 - c) * expR (- (k * t)).
Proof.
move=> t0; pose K := d%:R / u 0 ^+ 2 - c; pose h s := v s ^+ 2; pose phi s := h s * (c + K * expR ((- k) * s)).
have hd s : 0 <= s -> der h s (k * h s * (1 - c * h s)) by move=> s0; apply: B3_logistic.
have pd s : 0 <= s -> der phi s (k * c * h s * (1 - phi s)).
  move=> s0; have de := der_exp (- k) s.
  apply: der_eq (derM (hd s s0) (derD (der_cst c s) (derM (der_cst K s) de))) _.
  by rewrite /phi; move: (expR _) (h s) => e z; ring.
have qd s : 0 <= s -> der (fun r => (phi r - 1) * (phi r - 1)) s (- (2%:R * (k * c * h s) * (phi s - 1) ^+ 2)).
  move=> s0; have d1 := derD (pd s s0) (der_cst (- 1) s).
  by apply: der_eq (derM d1 d1) _; move: (phi s) (h s) => f z; ring.
have start : phi 0 = 1.
  have [_ e0] := isotropic (lexx 0); have u2 : u 0 ^+ 2 = d%:R * h 0 by rewrite e0 exprMn r2.
  have un : u 0 ^+ 2 != 0 by rewrite expf_neq0 // gt_eqF.
  have cK : c + K = d%:R / u 0 ^+ 2 by rewrite /K addrC subrK.
  rewrite /phi mulr0 expR0 mulr1 cK; move: un; rewrite u2 mulf_eq0 negb_or => /andP[dn hn].
  by rewrite invfM [d%:R * (_ * _)]mulrA (mulfV dn) mul1r mulfV.
have decay : (phi t - 1) * (phi t - 1) <= (phi 0 - 1) * (phi 0 - 1).
  by apply: (nincr0 t0 qd) => s s0; rewrite oppr_le0 mulr_ge0 ?sqr_ge0 // mulr_ge0 ?ler0n // mulr_ge0 ?sqr_ge0 // mulr_ge0.
have small : (phi t - 1) ^+ 2 <= 0 by move: decay; rewrite start subrr mul0r -expr2.
have one : phi t = 1 by apply/eqP; rewrite -subr_eq0 -sqrf_eq0 eq_le small sqr_ge0.
have e1 : v t ^+ 2 * (c + K * expR ((- k) * t)) = 1 := one.
have hn : v t ^+ 2 != 0 by apply/eqP => z; move: e1; rewrite z mul0r => /eqP; rewrite eq_sym oner_eq0.
by apply: (mulfI hn); rewrite mulfV // -mulNr; exact: esym e1.
Qed.
End Isotropic.
