(* Statement B8, beyond the paper: the error of Theorem 4.2 for labels that are not linear, y = max(0, <w, x>) and y = sgn <w, x>,
   for any law of x that is symmetric under x -> -x with a Gaussian's second and fourth moments, and for the sign also its mean of
   sgn(<w, x>) x. Bracket: what Theorem 4.2 has beside 1/N^2. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals trigo.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite random_matrix setting.
From ICLTheorems Require Import theorem_4_2.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Labels.
Variables (R : realType) (d N M : nat) (La : 'M[R]_d) (w : 'cV[R]_d).
Hypotheses (Lambda_definite : pd La) (M_positive : (0 < M)%N).
Variables (B A : comAlgType R) (E1 : B -> R) (E : A -> R) (x : 'cV[B]_d).
Variables (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism B -> A}).
Hypotheses (law : is_expectation E1) (sample_law : is_expectation E).
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis iid : forall g h, E ((\prod_i example i (g i)) * query h) = (\prod_i E1 (g i)) * E1 h.
Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Hypothesis minimal : minimising N La W_PV W_KQ.
Notation G := (invmx (Gamma N La)).
Notation error y := (E ((y_hat x y example query W_PV W_KQ - query_y y query) ^+ 2)).
Definition bracket : R := qf (G *m G *m La *m La *m La) w + 2%:R * \tr La * qf (G *m G *m La *m La) w
  + \tr La ^+ 2 * qf (G *m G *m La) w.
Let t : B := ((const B w)^T *m x) 0 0.
Let scale_r p (K : 'M[B]_1) (z : 'M[B]_(p, 1)) : K 0 0 *: z = z *m K.
Proof. by rewrite {2}[K]mx11_scalar mul_mx_scalar. Qed.
Let wx_sym : ((const B w)^T *m x)^T = (const B w)^T *m x. Proof. by apply/matrixP => i j; rewrite !ord1 mxE. Qed.
Let mean_tx : expect E1 (t *: x) = La *m w.
Proof. by rewrite /t scale_r -wx_sym trmx_mul trmxK mulmxA (expect_constr law) covariance. Qed.
Let expectZ c m n (X : 'M[B]_(m, n)) : expect E1 (c%:A *: X) = c *: expect E1 X.
Proof. by apply/matrixP => i j; rewrite !mxE -scalerAl mul1r (expZ law). Qed.
Let mean_tt : E1 (t ^+ 2) = qf La w.
Proof.
have h := @linear_riskE R d La B E1 x 0 law covariance w.
have -> : t ^+ 2 = (t - 0) ^+ 2 by rewrite subr0.
rewrite -/(linear_risk E1 x 0 w) h expr0n /= (exp0 law) addr0.
have -> : expect E1 (0 *: x) = 0 by apply/matrixP => i j; rewrite !mxE mul0r (exp0 law).
by rewrite mulmx0 mxtrace0 mul0rn subr0.
Qed.
(* from a = c w, Sigma and the least linear risk to the error *)
Let error_of y c S f : theorem_4_2.a La E1 x y = c *: w -> Sigma E1 x y = S -> linear_risk E1 x y (c *: w) = f ->
  error y = f + M%:R^-1 * \tr (S *m G *m G *m La) + c ^+ 2 * (N%:R^-1 ^+ 2 * bracket).
Proof.
move=> aE SE fE; rewrite (theorem_4_2 Lambda_definite M_positive y law sample_law covariance iid minimal) aE SE fE.
congr (_ + _); have q K : qf K (c *: w) = c ^+ 2 * qf K w by rewrite /qf trZ -!scalemxAl -scalemxAr !mxtraceZ mulrA expr2.
rewrite !q /bracket; have e (n k p1 p2 p3 t1 : R) : n * (k * p1 + 2%:R * t1 * (k * p2) + t1 ^+ 2 * (k * p3)) =
  k * (n * (p1 + 2%:R * t1 * p2 + t1 ^+ 2 * p3)) by ring.
exact: e.
Qed.

Section Relu.
(* r = |<w, x>|, and the symmetry x -> -x of the law, which leaves r as it is *)
Variables (r : B) (flip : {lrmorphism B -> B}).
Hypotheses (r_square : r ^+ 2 = t ^+ 2) (flip_x : map_mx flip x = - x) (flip_r : flip r = r).
Hypothesis symmetric : forall f, E1 (flip f) = E1 f.
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La *m (S + S^T) *m La + \tr (S *m La) *: La.
(* max(0, <w, x>) = (<w, x> + |<w, x>|)/2 *)
Definition relu_label : B := (2%:R^-1)%:A * (t + r).
Let half : R := 2%:R^-1.
Let odd f : flip f = - f -> E1 f = 0.
Proof.
move=> h; have := symmetric f; rewrite h (expN law) => /eqP; rewrite eq_sym -subr_eq0 opprK -mulr2n mulrn_eq0 /=.
by move/eqP.
Qed.
Let flip_entry i : flip (x i 0) = - x i 0. Proof. by have /matrixP /(_ i 0) := flip_x; rewrite !mxE. Qed.
Let flip_t : flip t = - t.
Proof.
rewrite /t mxE rmorph_sum -sumrN; apply: eq_bigr => i _; rewrite rmorphM /= flip_entry mulrN; congr (- (_ * _)).
by rewrite !mxE linearZ rmorph1.
Qed.
Let mean_rx : expect E1 (r *: x) = 0.
Proof. by apply/matrixP => i j; rewrite !mxE ord1; apply: odd; rewrite rmorphM /= flip_r flip_entry mulrN. Qed.
Let mean_tr : E1 (t * r) = 0. Proof. by apply: odd; rewrite rmorphM /= flip_t flip_r mulNr. Qed.
Let mean_trxx : expect E1 ((t * r) *: (x *m x^T)) = 0.
Proof.
apply/matrixP => i j; rewrite [LHS]mxE [RHS]mxE; apply: odd.
have -> : ((t * r) *: (x *m x^T) : 'M[B]_d) i j = t * r * (x i 0 * x j 0) by rewrite mxE mxE big_ord1 mxE.
by rewrite !rmorphM /= flip_t flip_r !flip_entry mulrNN mulNr mulNr.
Qed.
Let mean_ttxx : expect E1 (t ^+ 2 *: (x *m x^T)) = qf La w *: La + (La *m w *m w^T *m La) *+ 2.
Proof.
have -> : t ^+ 2 *: (x *m x^T) = x *m x^T *m const B (w *m w^T) *m x *m x^T.
  rewrite expr2 -scalerA !scalemxAl /t !scale_r -{1}wx_sym trmx_mul trmxK constM const_tr !mulmxA; by [].
rewrite fourth trmx_mul trmxK -mulr2n addrC; congr (_ *: _ + _).
  by rewrite /qf -mulmxA mxtrace_mulC.
by rewrite mulmxDr mulmxDl !mulmxA mulr2n.
Qed.
Let mean_yx : expect E1 (relu_label *: x) = half *: (La *m w).
Proof. by rewrite /relu_label -scalerA expectZ scalerDl (expectD law) mean_tx mean_rx addr0. Qed.

Theorem relu_error : error relu_label = 4%:R^-1 * qf La w
  + M%:R^-1 * \tr ((2%:R^-1 * qf La w *: La + (3%:R / 4%:R) *: (La *m w *m w^T *m La)) *m G *m G *m La)
  + 4%:R^-1 * (N%:R^-1 ^+ 2 * bracket).
Proof.
have aE : theorem_4_2.a La E1 x relu_label = half *: w.
  by rewrite /theorem_4_2.a mean_yx -scalemxAr mulKmx // pd_unit.
rewrite (error_of aE (erefl _) (erefl _)); congr (_ + _ * _ + _ * _).
- rewrite /linear_risk; have -> : ((const B (half *: w))^T *m x) 0 0 = half%:A * t.
    by rewrite constZ linearZ /= -scalemxAl mxE.
  have -> : (half%:A * t - relu_label) ^+ 2 = (4%:R^-1)%:A * t ^+ 2.
    rewrite /relu_label -r_square -/half mulrDr opprD addrA subrr add0r sqrrN !mulr_algl exprZn; congr (_ *: _).
    by rewrite /half; field.
  by rewrite (exp_Cl law) mean_tt.
- congr (\tr (_ *m G *m G *m La)); rewrite /Sigma mean_yx.
  have -> : relu_label ^+ 2 *: (x *m x^T) = (4%:R^-1)%:A *: (t ^+ 2 *: (x *m x^T) *+ 2 + (t * r) *: (x *m x^T) *+ 2).
    have -> : relu_label ^+ 2 = (4%:R^-1)%:A * (t ^+ 2 *+ 2 + (t * r) *+ 2).
      rewrite /relu_label !mulr_algl exprZn sqrrD r_square; have -> : 2%:R^-1 ^+ 2 = 4%:R^-1 :> R by field.
      by congr (_ *: _); rewrite addrAC -mulr2n.
    rewrite -[LHS]scalerA; congr (_ *: _); by rewrite scalerDl -!scalerMnl.
  rewrite expectZ (expectD law) !mulr2n !(expectD law) mean_trxx !addr0 mean_ttxx trZ -scalemxAl -scalemxAr scalerA.
  rewrite trmx_mul (pd_sym Lambda_definite) !mulmxA; move: (La *m w *m w^T *m La) (qf La w) => Q q.
  by apply/matrixP => i j; rewrite !mxE /half; move: (Q i j) (La i j) => a b; field.
by rewrite /half; field.
Qed.
End Relu.

Section Sign.
(* s = sgn <w, x>, and E sgn(<w, x>) x = (2/pi)^(1/2) Lambda w / |w|_Lambda, as for a Gaussian vector *)
Variable s : B.
Hypothesis s_square : s ^+ 2 = 1.
Hypothesis mean_sx : expect E1 (s *: x) = (Num.sqrt (2%:R / pi) / Num.sqrt (qf La w)) *: (La *m w).
Hypothesis w_neq0 : w != 0.
Theorem sign_error : error s = 1 - 2%:R / pi
  + M%:R^-1 * \tr ((La - (2%:R / pi / qf La w) *: (La *m w *m w^T *m La)) *m G *m G *m La)
  + 2%:R / pi / qf La w * (N%:R^-1 ^+ 2 * bracket).
Proof.
have q0 : 0 < qf La w by case: Lambda_definite => _; apply.
have p0 : 0 <= 2%:R / pi :> R by rewrite divr_ge0 ?ler0n ?pi_ge0.
pose c : R := Num.sqrt (2%:R / pi) / Num.sqrt (qf La w).
have c2 : c ^+ 2 = 2%:R / pi / qf La w by rewrite /c exprMn exprVn sqr_sqrtr // sqr_sqrtr // ltW.
have aE : theorem_4_2.a La E1 x s = c *: w.
  by rewrite /theorem_4_2.a mean_sx -scalemxAr mulKmx // pd_unit.
rewrite (error_of aE (erefl _) (erefl _)) c2; congr (_ + _ * _ + _).
- rewrite (linear_riskE s law covariance) s_square (exp1 law) mean_sx -/c.
  have -> : qf La (c *: w) = c ^+ 2 * qf La w by rewrite /qf trZ -!scalemxAl -scalemxAr !mxtraceZ mulrA expr2.
  have -> : \tr ((c *: w)^T *m (c *: (La *m w))) = c ^+ 2 * qf La w.
    by rewrite /qf trZ -!scalemxAl -scalemxAr !mxtraceZ mulrA expr2 mulmxA.
  by rewrite c2 divfK ?gt_eqF //; ring.
congr (\tr (_ *m G *m G *m La)); rewrite /Sigma mean_sx s_square scale1r covariance -/c trZ -scalemxAl -scalemxAr scalerA -expr2 c2.
by rewrite trmx_mul (pd_sym Lambda_definite) !mulmxA.
Qed.
End Sign.
End Labels.
