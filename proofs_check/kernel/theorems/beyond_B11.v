(* Statement B11, beyond the paper: over all blocks the population loss has stationary points that are not global minima. Where
   U11 = 0, u = 0, u12 = a p and u21 = b p, p an eigenvector of Lambda of length 1, the gradient over all entries of both weight
   matrices vanishes for one product a b, and the loss there is above the least one by an explicit number. For every d, every
   prompt length N + 1 and every positive definite Lambda = Sq Sq^T; p need not belong to the largest eigenvalue. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve setting gradient_flow reduced_loss_form convergence.
From ICLGenerated Require population_loss population_loss_gradient.
From ICLTheorems Require Import lemma_5_2.
From ICLTheorems Require theorem_4_1_whole.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section B11.
Variables (R : realType) (d N : nat) (Sq : 'M[R]_d).
Notation n := N.+1.
Let Lambda : 'M[R]_d := Sq *m Sq^T.
Hypothesis Lambda_definite : pd Lambda.
Notation loss := (layer_loss N Sq).
Variables (p : 'cV[R]_d) (lambda : R).
Hypotheses (eigenvector : Lambda *m p = lambda *: p) (length_1 : nrm2 p = 1).
(* the eigenvalue of Gamma *)
Let g : R := (1 + n%:R^-1) * lambda + \tr Lambda / n%:R.
(* the last row of W_PV is (a p', 0), and that of W_KQ is (b p', 0) *)
Definition weights (c : R) : 'M[R]_(d + 1) := block_mx 0 0 (c *: p)^T 0.

Let Ls : Lambda^T = Lambda := pd_sym Lambda_definite.
Let pp : p^T *m p = 1%:M.
Proof. by rewrite [LHS]mx11_scalar -length_1 /nrm2 /dotp mxtrace_mulC /mxtrace big_ord1. Qed.
Let lambda_gt0 : 0 < lambda.
Proof.
have p0 : p != 0 by apply/eqP => z; move: length_1; rewrite z /nrm2 /dotp mul0mx mxtrace0 => /eqP; rewrite eq_sym oner_eq0.
case: Lambda_definite => _ /(_ p p0); rewrite /qf -mulmxA eigenvector -scalemxAr pp mxtraceZ mxtrace1 mulr1.
exact.
Qed.
Let g_gt0 : 0 < g.
Proof.
have t0 : 0 <= \tr Lambda := pd_trace Lambda_definite.
by rewrite ltr_paddr ?divr_ge0 ?ler0n // mulr_gt0 // ltr_paddr ?invr_ge0 ?ler0n ?ltr01.
Qed.
Let image c : Lambda *m (c *: p) = (c * lambda) *: p.
Proof. by rewrite -scalemxAr eigenvector scalerA. Qed.
Let image2 c : Lambda *m Lambda *m (c *: p) = (c * lambda ^+ 2) *: p.
Proof. by rewrite -(mulmxA Lambda) image -scalemxAr eigenvector scalerA -mulrA expr2. Qed.
Let scalar (c e : R) : ((c *: p)^T *m (e *: p)) 0 0 = c * e.
Proof. by rewrite trZ -scalemxAl -scalemxAr pp !mxE eqxx mulr1. Qed.
Let form c : ((c *: p)^T *m Lambda *m (c *: p)) 0 0 = c ^+ 2 * lambda.
Proof. by rewrite -(mulmxA _ Lambda) image scalar mulrA expr2. Qed.
Let form2 c e : ((c *: p)^T *m Lambda *m Lambda *m (e *: p)) 0 0 = c * e * lambda ^+ 2.
Proof. by rewrite -(mulmxA _ Lambda (e *: p)) image -(mulmxA _ Lambda) image scalar -!mulrA expr2. Qed.
Let z00 : (0 : 'M[R]_1) 0 0 = 0. Proof. by rewrite mxE. Qed.
Let n0 : n%:R != 0 :> R. Proof. by rewrite pnatr_eq0. Qed.

Let blocks a b : [/\ ulsubmx (weights b) = 0 :> 'M[R]_d, (dlsubmx (weights a))^T = a *: p, (dlsubmx (weights b))^T = b *: p
  & drsubmx (weights a) 0 0 = 0].
Proof. by rewrite /weights !block_mxKul !block_mxKdl !block_mxKdr !trmxK mxE. Qed.

Section Gradient.
Variables a b : R.
Let slope (c : R) : 'cV[R]_d := (c * lambda ^+ 2 * (a * b * g - 1)) *: p.
Let PV : gradient_PV N Sq (weights a) (weights b) = block_mx 0 0 (slope b)^T 0.
Proof.
have [e1 e2 e3 e4] := blocks a b; rewrite /gradient_PV e1 e2 e3 e4; congr (block_mx 0 0 _^T _).
  rewrite /population_loss_gradient.gradient_u12 -/Lambda !(mulmx0, mul0mx, trmx0, mxtrace0, mulr0, mul0r, expr0n, scale0r, scaler0, addr0).
  rewrite !form !image2 !image !scalerA -!scalerDl; congr (_ *: _); rewrite /g; move: (\tr Lambda) (n%:R : R) n0 => t m m0.
  by field.
apply/matrixP => i j; rewrite !ord1 !mxE eqxx mulr1n /population_loss_gradient.gradient_u -/Lambda.
by rewrite !(mulmx0, mul0mx, trmx0, mxtrace0, mulr0, mul0r, expr0n, z00, addr0).
Qed.
Let KQ : gradient_KQ N Sq (weights a) (weights b) = block_mx 0 0 (slope a)^T 0.
Proof.
have [e1 e2 e3 e4] := blocks a b; rewrite /gradient_KQ e1 e2 e3 e4; congr (block_mx _ 0 _^T 0).
  by rewrite /population_loss_gradient.gradient_U11 -/Lambda !(mulmx0, mul0mx, trmx0, mxtrace0, mulr0, mul0r, expr0n, z00, scale0r, scaler0, addr0).
rewrite /population_loss_gradient.gradient_u21 -/Lambda !(mulmx0, mul0mx, trmx0, mxtrace0, mulr0, mul0r, expr0n, scale0r, scaler0, addr0).
rewrite !form !form2 !image2 !image !scalerA -!scalerDl; congr (_ *: _); rewrite /g; move: (\tr Lambda) (n%:R : R) n0 => t m m0.
by field.
Qed.
(* stationary for one product a b *)
Theorem B11_point : a != 0 -> gradient_at loss (weights a) (weights b) 0 0 <-> a * b = g^-1.
Proof.
move=> a0; have h := layer_gradient N Sq (weights a) (weights b); rewrite PV KQ in h; split=> [z|e].
  have [_ /(congr1 (@dlsubmx _ d 1 d 1))] := gradient_unique h z.
  rewrite block_mxKdl => /(congr1 trmx); rewrite trmxK /slope => /eqP.
  have -> : (dlsubmx (0 : 'M[R]_(d + 1)))^T = 0 :> 'cV[R]_d by apply/matrixP => i j; rewrite !mxE.
  have l2 : lambda ^+ 2 == 0 = false by rewrite gt_eqF // exprn_gt0.
  have p0 : (p == 0) = false.
    by apply/eqP => q; move: length_1; rewrite q /nrm2 /dotp mul0mx mxtrace0 => /eqP; rewrite eq_sym oner_eq0.
  have g0 : g != 0 by rewrite gt_eqF.
  rewrite scaler_eq0 p0 orbF mulf_eq0 mulf_eq0 (negbTE a0) l2 /= subr_eq0 => /eqP q.
  by rewrite -[LHS](mulfK g0) q mul1r.
have z c : slope c = 0 by rewrite /slope e mulVf ?gt_eqF // subrr mulr0 scale0r.
by rewrite !z !trmx0 !block_mx0 in h.
Qed.
End Gradient.

(* the loss there, against that of Theorem 4.1's limit, which is the least over all weights *)
Theorem B11_excess a b : a * b = g^-1 -> exists V W, (forall V' W', loss V W <= loss V' W') /\
  loss (weights a) (weights b) - loss V W = 2%:R^-1 * \tr (Lambda *m Lambda *m invmx (Gamma n Lambda)) - 2%:R^-1 * (lambda ^+ 2 / g).
Proof.
move=> e; have least := theorem_4_1_whole.layer_limit_minimal N Lambda_definite.
have value := theorem_4_1_whole.layer_loss_limit N Lambda_definite.
eexists; eexists; split; first exact: least.
rewrite value /ell_min layer_lossE -/Lambda; have [-> -> -> ->] := blocks a b.
rewrite /ICLGenerated.population_loss.loss !(mulmx0, mul0mx, trmx0, mxtrace0, mulr0, mul0r, expr0n, addr0).
have fin (q t r : R) : 1 / 2%:R * t - 2%:R^-1 * r - (- (2%:R^-1 * q) + 2%:R^-1 * t) = 2%:R^-1 * q - 2%:R^-1 * r by field.
rewrite !form !form2.
have -> : (n%:R + 1) / (2%:R * n%:R) * (a * a * lambda ^+ 2) * (b ^+ 2 * lambda) =
  (n%:R + 1) / (2%:R * n%:R) * lambda ^+ 3 * (a * b) ^+ 2 by ring.
have -> : 1 / (2%:R * n%:R) * \tr Lambda * (a ^+ 2 * lambda) * (b ^+ 2 * lambda) =
  1 / (2%:R * n%:R) * \tr Lambda * lambda ^+ 2 * (a * b) ^+ 2 by ring.
rewrite e; have g0 : g != 0 by rewrite gt_eqF.
have gE : g = (1 + n%:R^-1) * lambda + \tr Lambda / n%:R by [].
have half (t l k m : R) : m != 0 -> k != 0 -> k = (1 + m^-1) * l + t / m ->
    1 / 2%:R * t + (- 1) * (k^-1 * l ^+ 2) + (m + 1) / (2%:R * m) * l ^+ 3 * k^-1 ^+ 2 + 1 / (2%:R * m) * t * l ^+ 2 * k^-1 ^+ 2 =
    1 / 2%:R * t - 2%:R^-1 * (l ^+ 2 / k).
  move=> m0 k0 kE; have tE : t = m * k - (m + 1) * l by rewrite kE; field.
  by rewrite tE; field; rewrite m0 k0.
by rewrite (half _ _ _ _ n0 g0 gE) !z00 !mulr0 !addr0; apply: fin.
Qed.
End B11.
