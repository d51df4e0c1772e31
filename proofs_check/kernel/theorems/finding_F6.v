(* Finding F6, Theorem 4.2 and appendix B: the moments that Theorem 4.2 asks for, E|y|, E|xy| and E y^2|x|^2, do not bound
   E y^2. For every b there are labels y, functions of x, with the three moments at most K and E y^2 > b; K does not depend on b.
   Of the law of x no more is used than that the shell 2^-(k+1) <= |x| < 2^-k has a probability between c 2^(-dk) and
   C 2^(-dk), as it has for x ~ N(0, I) in d dimensions. The labels are |x|^(-d/2) up to a factor, cut off near 0. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite random_covariance random_matrix.
From ICLTheorems Require Import theorem_4_2.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section FindingF6.
Variables (R : realType) (Omega : Type) (E : law R Omega) (d : nat) (norm : Omega -> R).
Hypothesis d_positive : (0 < d)%N.
(* norm o is |x| at the outcome o; shell k has 1 on 2^-(k+1) <= |x| < 2^-k and 0 elsewhere *)
Definition shell (k : nat) (o : Omega) : R := ((2%:R^-1 ^+ k.+1 <= norm o) && (norm o < 2%:R^-1 ^+ k))%:R.
Variables (c C : R).
Hypothesis c_positive : 0 < c.
Hypothesis shell_measurable : forall k, integrable E (shell k).
Hypothesis shell_probability : forall k, c * 2%:R^-1 ^+ (d * k) <= mean E (shell k) <= C * 2%:R^-1 ^+ (d * k).
Hypothesis norm_shell_measurable : forall k, integrable E (fun o => norm o * shell k o).
Hypothesis norm_square_shell_measurable : forall k, integrable E (fun o => norm o ^+ 2 * shell k o).

Let h : R := 2%:R^-1.
Let h0 : 0 < h. Proof. by rewrite invr_gt0 ltr0n. Qed.
Let h1 : h < 1. Proof. by rewrite invf_lt1 ?ltr0n // ltr1n. Qed.
(* q = 2^(-d/2) *)
Let q : R := Num.sqrt (h ^+ d).
Let q2 : q ^+ 2 = h ^+ d. Proof. by rewrite sqr_sqrtr // exprn_ge0 // ltW. Qed.
Let q0 : 0 < q. Proof. by rewrite sqrtr_gt0 exprn_gt0. Qed.
Let q1 : q < 1.
Proof. by rewrite -(@ltr_pexpn2r _ 2) ?nnegrE ?ler01 ?(ltW q0) // q2 expr1n exprn_ilt1 ?(ltW h0) // -lt0n. Qed.
Let hE k : h ^+ (d * k) = q ^+ k * q ^+ k. Proof. by rewrite exprM -q2 expr2 exprMn. Qed.
Let shell_le k o : shell k o <= 1. Proof. by rewrite /shell lern1 leq_b1. Qed.
Let shell_ge k o : 0 <= shell k o. Proof. exact: ler0n. Qed.
Let shell_sqr k o : shell k o * shell k o = shell k o.
Proof. by rewrite /shell -natrM mulnb andbb. Qed.
Let shell_apart j k o : (j < k)%N -> shell j o * shell k o = 0.
Proof.
move=> jk; rewrite /shell -natrM mulnb; case: andP => //= -[/andP[lo _] /andP[_ hi]].
have := lt_le_trans hi (ler_wiexpn2l (ltW h0) (ltW h1) jk); by rewrite ltNge lo.
Qed.
Let norm_shell k o : 0 <= norm o * shell k o <= h ^+ k * shell k o.
Proof.
rewrite /shell -/h; case: (boolP ((h ^+ k.+1 <= norm o) && (norm o < h ^+ k))) => [/andP[lo hi]|_]; last by rewrite !mulr0 lexx.
by rewrite !mulr1 (ltW hi) andbT (le_trans _ lo) // exprn_ge0 // ltW.
Qed.
Let norm_square_shell k o : norm o ^+ 2 * shell k o <= h ^+ k * h ^+ k * shell k o.
Proof.
have e (a : R) : a * a * shell k o = (a * shell k o) ^+ 2 by rewrite expr2 mulrACA shell_sqr.
have /andP[lo hi] := norm_shell k o; rewrite expr2 !e; apply: ler_expn2r; rewrite ?nnegrE //.
exact: le_trans lo hi.
Qed.

Section Label.
Variable n : nat.
(* |x|^(-d/2), up to a factor, on the first n shells *)
Let y (o : Omega) : R := \sum_(k < n) q ^- k * shell k o.
Let weighted (a : nat -> R) (F : nat -> Omega -> R) : (forall k, integrable E (F k)) ->
  integrable E (fun o => \sum_(k < n) a k * F k o) /\
  mean E (fun o => \sum_(k < n) a k * F k o) = \sum_(k < n) a k * mean E (F k).
Proof.
move=> iF; split; first by apply: integrable_sum => k; apply: integrableZ.
by rewrite mean_sum => [|k]; [apply: eq_bigr => k _; rewrite meanZ | apply: integrableZ].
Qed.
Let y_square o : y o ^+ 2 = \sum_(k < n) (q ^- k * q ^- k) * shell k o.
Proof.
rewrite expr2 /y mulr_suml; apply: eq_bigr => k _; rewrite mulr_sumr (bigD1 k) //= big1 ?addr0.
  by rewrite mulrACA shell_sqr.
move=> j jk; rewrite mulrACA; have [lt|gt|e] := ltngtP j k; last by rewrite (val_inj e) eqxx in jk.
  by rewrite [shell k o * _]mulrC shell_apart // mulr0.
by rewrite shell_apart // mulr0.
Qed.

(* powers of a number r < 1 add up to at most 1/(1 - r) *)
Let geometric (r : R) : 0 <= r -> r < 1 -> \sum_(k < n) r ^+ k <= (1 - r)^-1.
Proof.
move=> r0 r1; have r2 : 0 < 1 - r by rewrite subr_gt0.
rewrite -(ler_pmul2l r2) divff ?gt_eqF // -[1 - r]opprB mulNr -subrX1 opprB.
by rewrite ler_subl_addr ler_addl exprn_ge0.
Qed.
Let C0 : 0 < C.
Proof.
have /andP[lo hi] := shell_probability 0; apply: (@lt_le_trans _ _ c) => //.
by have := le_trans lo hi; rewrite muln0 expr0 !mulr1.
Qed.
Let qn0 k : 0 < q ^+ k. Proof. exact: exprn_gt0. Qed.
Let label_norm k : q ^- k * mean E (shell k) <= C * q ^+ k.
Proof.
have /andP[_ hi] := shell_probability k; rewrite mulrC ler_pdivr_mulr //.
by apply: le_trans hi _; rewrite -/h hE mulrA.
Qed.

Let K : R := C / (1 - q) + C / (1 - h).
Let K1 : C / (1 - q) <= K.
Proof. by rewrite ler_addl divr_ge0 ?(ltW C0) // subr_ge0 ltW. Qed.
Let K2 : C / (1 - h) <= K.
Proof. by rewrite ler_addr divr_ge0 ?(ltW C0) // subr_ge0 ltW. Qed.

Lemma mean_label : integrable E y /\ mean E y <= K.
Proof.
have [iy ->] := weighted (fun k => q ^- k) shell_measurable; split=> //; apply: le_trans K1.
apply: (@le_trans _ _ (\sum_(k < n) C * q ^+ k)); first by apply: ler_sum => k _; apply: label_norm.
by rewrite -mulr_sumr ler_pmul2l // geometric // ltW.
Qed.
Lemma mean_norm_label : integrable E (fun o => norm o * y o) /\ mean E (fun o => norm o * y o) <= K.
Proof.
have e : (fun o => norm o * y o) = fun o => \sum_(k < n) q ^- k * (norm o * shell k o).
  by apply/funext => o; rewrite /y mulr_sumr; apply: eq_bigr => k _; rewrite mulrCA.
rewrite e; have [iy ->] := weighted (fun k => q ^- k) norm_shell_measurable; split=> //; apply: le_trans K1.
apply: (@le_trans _ _ (\sum_(k < n) C * q ^+ k)); last by rewrite -mulr_sumr ler_pmul2l // geometric // ltW.
apply: ler_sum => k _; apply: le_trans (label_norm k); rewrite ler_pmul2l ?invr_gt0 //.
apply: mean_mono => // o; case/andP: (norm_shell k o) => _ hi; apply: le_trans hi _.
by rewrite ler_pimull // exprn_ile1 // ltW.
Qed.
Lemma mean_square_label : integrable E (fun o => y o ^+ 2) /\ n%:R * c <= mean E (fun o => y o ^+ 2).
Proof.
rewrite (funext y_square); have [iy ->] := weighted (fun k => q ^- k * q ^- k) shell_measurable; split=> //.
rewrite mulr_natl -[n in _ *+ n]card_ord -sumr_const; apply: ler_sum => k _.
have /andP[lo _] := shell_probability k; rewrite -invfM mulrC ler_pdivl_mulr ?mulr_gt0 //.
by apply: le_trans lo; rewrite -/h hE.
Qed.
Lemma mean_norm_square_label : integrable E (fun o => y o ^+ 2 * norm o ^+ 2) /\ mean E (fun o => y o ^+ 2 * norm o ^+ 2) <= K.
Proof.
have e : (fun o => y o ^+ 2 * norm o ^+ 2) = fun o => \sum_(k < n) (q ^- k * q ^- k) * (norm o ^+ 2 * shell k o).
  by apply/funext => o; rewrite y_square mulr_suml; apply: eq_bigr => k _; rewrite [LHS]mulrAC [RHS]mulrA.
rewrite e; have [iy ->] := weighted (fun k => q ^- k * q ^- k) norm_square_shell_measurable; split=> //; apply: le_trans K2.
apply: (@le_trans _ _ (\sum_(k < n) C * h ^+ k)); last by rewrite -mulr_sumr ler_pmul2l // geometric // ltW.
apply: ler_sum => k _; have /andP[_ hi] := shell_probability k.
rewrite -invfM mulrC ler_pdivr_mulr ?mulr_gt0 //.
apply: (@le_trans _ _ (h ^+ k * h ^+ k * mean E (shell k))).
  rewrite -meanZ //; apply: mean_mono; [exact: norm_square_shell_measurable | exact: integrableZ |].
  exact: norm_square_shell.
have m0 : 0 <= mean E (shell k) by apply: mean_ge0.
have hk0 : 0 <= h ^+ k by rewrite exprn_ge0 // ltW.
have -> : C * h ^+ k * (q ^+ k * q ^+ k) = h ^+ k * (1 * (C * h ^+ (d * k))) by rewrite hE; ring.
rewrite -mulrA ler_wpmul2l //; apply: ler_pmul => //.
by rewrite exprn_ile1 // ltW.
Qed.
End Label.

(* the labels y = f(|x|), and the moments that Theorem 4.2 asks for *)
Theorem finding_F6 : exists K, forall b, exists f : R -> R, let y := fun o => f (norm o) in
  [/\ integrable E y /\ mean E y <= K, integrable E (fun o => norm o * y o) /\ mean E (fun o => norm o * y o) <= K,
      integrable E (fun o => y o ^+ 2 * norm o ^+ 2) /\ mean E (fun o => y o ^+ 2 * norm o ^+ 2) <= K,
      forall o, 0 <= y o & integrable E (fun o => y o ^+ 2) /\ b < mean E (fun o => y o ^+ 2)].
Proof.
exists (C / (1 - q) + C / (1 - h)) => b; pose n := Num.bound (`|b| / c).
exists (fun r => \sum_(k < n) q ^- k * ((2%:R^-1 ^+ k.+1 <= r) && (r < 2%:R^-1 ^+ k))%:R); split.
- exact: (mean_label n).
- exact: (mean_norm_label n).
- exact: (mean_norm_square_label n).
- by move=> o; apply: sumr_ge0 => k _; rewrite mulr_ge0 ?invr_ge0 ?exprn_ge0 ?ler0n ?(ltW q0).
have [iy big] := mean_square_label n; split=> //; apply: lt_le_trans big.
apply: le_lt_trans (ler_norm b) _; rewrite -ltr_pdivr_mulr //; apply: archi_boundP.
by rewrite divr_ge0 // ltW.
Qed.
End FindingF6.

(* F6 corrected: with E y^2 finite the error of every linear predictor is, for x with E x x^T = I and labels with E y x = 0 *)
Section Corrected.
Variables (R : realType) (d : nat) (B : comAlgType R) (E1 : B -> R) (x : 'cV[B]_d) (y : B).
Hypothesis law : is_expectation E1.
Hypothesis covariance : expect E1 (x *m x^T) = 1%:M.
Hypothesis uncorrelated : expect E1 (y *: x) = 0.
Theorem finding_F6_corrected w : linear_risk E1 x y w = \tr (w^T *m w) + E1 (y ^+ 2).
Proof. by rewrite (linear_riskE y law covariance) uncorrelated mulmx0 mxtrace0 mul0rn subr0 /qf mulmx1. Qed.
End Corrected.
