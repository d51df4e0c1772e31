(* Section 4.2, covariate shift by a factor c, for one task w and the matrix Gamma^-1 of training (query shifts, task shifts and
   general covariate shifts of the error: joint_shift.v, section_4_1.v). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite commuting_semidefinite error_bounds setting convergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Scaling.
Variables (R : realType) (d N : nat) (La : 'M[R]_d) (w xq : 'cV[R]_d) (c : R).
Hypothesis Lambda_definite : pd La.
Notation G := (invmx (Gamma N La)).
(* covariates of covariance c^2 Lambda: the mean prediction x_q^T Gamma^-1 (c^2 Lambda) w is c^2 <w, x_q> up to a term of
   order 1/N; its exact value *)
Theorem covariates_scaled : xq^T *m G *m (c ^+ 2 *: La) *m w =
  c ^+ 2 *: (xq^T *m w) - (c ^+ 2 * N%:R^-1) *: (xq^T *m G *m (La + \tr La *: 1%:M) *m w).
Proof.
have h : G *m La = 1%:M - N%:R^-1 *: (G *m (La + \tr La *: 1%:M)).
  by rewrite -(G_rest N Lambda_definite) opprB addrC subrK.
rewrite -scalemxAr -scalemxAl -[xq^T *m G *m La]mulmxA h mulmxBr mulmxBl mulmx1 scalerBr; congr (_ - _).
by rewrite -scalemxAr -scalemxAl scalerA !mulmxA.
Qed.

(* Gamma^-1 <= Lambda^-1 *)
Lemma G_below_inverse : psd (invmx La - G).
Proof.
have Lu := pd_unit Lambda_definite; have pI := pd_psd (pd_inv Lambda_definite).
have pG := pd_psd (pd_inv (pdGa N Lambda_definite : pd (Gamma N La))).
have -> : invmx La - G = N%:R^-1 *: (G *m (1%:M + \tr La *: invmx La)).
  have e : (1%:M - G *m La) *m invmx La = invmx La - G by rewrite mulmxBl mul1mx mulmxK.
  by rewrite -e (G_rest N Lambda_definite) -scalemxAl -mulmxA mulmxDl mulmxV // -scalemxAl mul1mx.
apply: psdZ; first by rewrite invr_ge0 ler0n.
apply: psd_mul => //; first by apply: psdD; [exact: psd1 | apply: psdZ => //; exact: tau_ge0].
apply: G_commutes => //; apply: Gamma_commutes.
by rewrite mulmxDr mulmxDl mulmx1 mul1mx -scalemxAr -scalemxAl mulmxV // mulVmx.
Qed.
Lemma G_form_le v : qf G v <= qf (invmx La) v.
Proof.
have [_ /(_ v)] := G_below_inverse; have -> : invmx La - G = invmx La + (-1) *: G by rewrite scaleN1r.
by rewrite qfD qfZ mulN1r subr_ge0.
Qed.
(* so the mean prediction tends to c^2 <w, x_q> as N grows, at the rate 1/N: the square of the gap is at most K/N^2, K explicit *)
Theorem scaling_rate (q : 'cV[R]_d) : q = (La + \tr La *: 1%:M) *m w ->
  \tr (xq^T *m G *m (c ^+ 2 *: La) *m w - c ^+ 2 *: (xq^T *m w)) ^+ 2 <=
  (c ^+ 2 * N%:R^-1) ^+ 2 * (qf (invmx La) xq * qf (invmx La) q).
Proof.
move=> qE; rewrite covariates_scaled addrAC subrr add0r -scaleNr mxtraceZ exprMn sqrrN -(mulmxA _ _ w) -qE.
rewrite ler_wpmul2l ?sqr_ge0 //.
have [L Lu e] := cholesky (pd_inv (pdGa N Lambda_definite : pd (Gamma N La))).
have f v : nrm2 (L^T *m v) = qf G v by rewrite e -qf1 -qf_congr mulmx1.
have -> : \tr (xq^T *m G *m q) = dotp (L^T *m q) (L^T *m xq).
  by rewrite /dotp trmx_mul trmxK [RHS]mxtrace_mulC e !mulmxA.
apply: le_trans (cauchy_schwarz _ _) _; rewrite mulrC !f.
have g0 v : 0 <= qf G v by rewrite -f nrm2_ge0.
by apply: ler_pmul => //; apply: G_form_le.
Qed.
End Scaling.
