(* The spectral theorem for real symmetric matrices: the least s for which s I - A is positive semidefinite is an
   eigenvalue; a reflection moves its eigenvector to the first axis; the rest is by induction. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite quadratic_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Eigenvector.
Variables (R : realType) (n : nat) (A : 'M[R]_n.+1).
Hypothesis symmetric : A^T = A.
Implicit Types (v w : 'cV[R]_n.+1) (s : R).

Lemma qf_dotp (P : 'M[R]_n.+1) v : qf P v = dotp (P *m v) v.
Proof. by rewrite /qf /dotp -mulmxA mxtrace_mulC. Qed.
Lemma qf_shift s v : qf (s%:M - A) v = s * nrm2 v - qf A v.
Proof. by rewrite !qf_dotp mulmxBl mul_scalar_mx dotpDl dotpNl dotpZl. Qed.
Lemma qf_abs v : `|qf A v| <= fnorm A * nrm2 v.
Proof.
rewrite qf_dotp; apply: le_trans (dotp_abs _ _) _; rewrite -fnorm_sqr expr2 mulrA.
rewrite ler_wpmul2r ?fnorm_ge0 //; rewrite -(ger0_norm (mulr_ge0 (fnorm_ge0 A) (fnorm_ge0 v))) -sqrtr_sqr.
by rewrite /fnorm ler_wsqrtr // exprMn -!/(fnorm _) !fnorm_sqr nrm2_mul.
Qed.
Lemma nrm2_gt0 v : v != 0 -> 0 < nrm2 v.
Proof. by move=> v0; rewrite lt_def nrm2_ge0 nrm2_eq0 v0. Qed.

Let dominating : set R := [set s | pd (s%:M - A)].
Let shift_symmetric s : (s%:M - A)^T = s%:M - A.
Proof. by rewrite trB tr_scalar_mx symmetric. Qed.

Lemma dominating_nonempty : dominating (fnorm A + 1).
Proof.
split=> // v v0; rewrite qf_shift subr_gt0; apply: le_lt_trans (le_trans (ler_norm _) (qf_abs v)) _.
by rewrite ltr_pmul2r ?nrm2_gt0 // ltr_addl ltr01.
Qed.
Lemma dominating_ge s v : dominating s -> v != 0 -> qf A v / nrm2 v <= s.
Proof.
move=> [_ h] v0; rewrite ler_pdivr_mulr ?nrm2_gt0 //.
by apply: ltW; rewrite -subr_gt0 -qf_shift h.
Qed.
Let v1 : 'cV[R]_n.+1 := delta_mx 0 0.
Let v1_neq0 : v1 != 0.
Proof. by apply/eqP => /matrixP /(_ 0 0) /eqP; rewrite !mxE !eqxx oner_eq0. Qed.
Lemma dominating_inf : has_inf dominating.
Proof.
by split; [exists (fnorm A + 1); exact: dominating_nonempty | exists (qf A v1 / nrm2 v1) => s /dominating_ge; apply].
Qed.

Let s0 := inf dominating.
Let P := s0%:M - A.

Lemma P_semidefinite v : 0 <= qf P v.
Proof.
have [->|v0] := eqVneq v 0; first by rewrite /qf mulmx0 mxtrace0.
rewrite /P qf_shift subr_ge0 -ler_pdivr_mulr ?nrm2_gt0 //; apply: lb_le_inf; first by case: dominating_inf.
by move=> s hs; apply: dominating_ge.
Qed.
Lemma P_not_definite : ~ pd P.
Proof.
move=> pP; have p1 : pd (1%:M : 'M[R]_1).
  split=> [|v v0]; first by rewrite trmx1.
  rewrite /qf mulmx1 mxtrace_mulC; change (0 < nrm2 v); by rewrite lt_def nrm2_ge0 nrm2_eq0 v0.
pose K := `|\tr (invmx P) * \tr (invmx (1%:M : 'M[R]_1))| + 1.
have K0 : 0 < K by rewrite ltr_spaddr ?ltr01.
have bound v : nrm2 v <= K * qf P v.
  apply: le_trans (form_le v pP p1) _.
  have -> : \tr (P *m v *m 1%:M *m v^T) = qf P v by rewrite mulmx1 qf_dotp.
  rewrite ler_wpmul2r ?P_semidefinite //; apply: le_trans (ler_norm _) _.
  by rewrite ler_addl ler01.
have : s0 <= s0 - (2%:R * K)^-1.
  apply: inf_lower_bound; first exact: dominating_inf.
  split=> // v v0; rewrite qf_shift mulrBl.
  have -> : s0 * nrm2 v - (2%:R * K)^-1 * nrm2 v - qf A v = qf P v - (2%:R * K)^-1 * nrm2 v.
    by rewrite /P qf_shift; ring.
  rewrite subr_gt0 -(ltr_pmul2l (_ : 0 < 2%:R * K)) ?mulr_gt0 ?ltr0n // mulrA mulfV ?gt_eqF ?mulr_gt0 ?ltr0n //.
  rewrite mul1r; apply: lt_le_trans (_ : 2%:R * nrm2 v <= _); last by rewrite -mulrA ler_pmul2l ?ltr0n.
  by rewrite mulr_natl mulr2n ltr_addl nrm2_gt0.
by rewrite ler_subr_addl ger_addr leNgt invr_gt0 mulr_gt0 ?ltr0n.
Qed.

(* a symmetric matrix has an eigenvector of length 1 *)
Theorem eigenvector : exists v s, nrm2 v = 1 /\ A *m v = s *: v.
Proof.
have [v v0 qv] : exists2 v, v != 0 & qf P v <= 0.
  apply: contrapT => h; apply: P_not_definite; split; first exact: shift_symmetric.
  by move=> v v0; rewrite ltNge; apply/negP => qv; apply: h; exists v.
have {}qv : qf P v = 0 by apply/eqP; rewrite eq_le qv P_semidefinite.
have Pv : P *m v = 0.
  pose w := P *m v; apply/eqP; rewrite -nrm2_eq0 -/w.
  pose a := nrm2 w; pose q := qf P w.
  have a0 : 0 <= a by apply: nrm2_ge0.
  have q0 : 0 <= q by apply: P_semidefinite.
  have Ps : P^T = P by apply: shift_symmetric.
  have E t : qf P (v + t *: w) = t * a *+ 2 + t ^+ 2 * q.
    rewrite qf_dotp mulmxDr -scalemxAr !(dotpDl, dotpDr, dotpZl, dotpZr) -!qf_dotp qv -/q -/w -/a.
    have -> : dotp (P *m w) v = a by rewrite dotpC /dotp trmx_mul Ps mulmxA mxtrace_mulC mulmxA.
    by rewrite /a /nrm2; ring.
  have := P_semidefinite (v - (a / (q + 1)) *: w); rewrite -scaleNr E.
  have q1 : 0 < q + 1 by rewrite ltr_spaddr ?ltr01.
  have -> : - (a / (q + 1)) * a *+ 2 + (- (a / (q + 1))) ^+ 2 * q = - (a ^+ 2 * ((q + 2%:R) / (q + 1) ^+ 2)).
    by field; rewrite gt_eqF.
  have q2 : 0 < (q + 2%:R) / (q + 1) ^+ 2 by rewrite divr_gt0 ?exprn_gt0 // ltr_spaddr ?ltr0n.
  rewrite oppr_ge0 pmulr_lle0 // => h.
  by rewrite -/a -sqrf_eq0 eq_le h sqr_ge0.
have f0 : fnorm v != 0 by rewrite gt_eqF // fnorm_gt0.
exists ((fnorm v)^-1 *: v), s0; split; first by rewrite nrm2Z -fnorm_sqr -exprMn mulVf ?expr1n.
rewrite -scalemxAr scalerA mulrC -scalerA; congr (_ *: _).
by move/eqP: Pv; rewrite /P mulmxBl mul_scalar_mx subr_eq0 => /eqP.
Qed.
End Eigenvector.

(* a reflection with a given first column *)
Lemma reflection (R : realType) n (v : 'cV[R]_n.+1) : nrm2 v = 1 ->
  exists H : 'M[R]_n.+1, [/\ H^T = H, H *m H = 1%:M & H *m delta_mx 0 0 = v].
Proof.
move=> v1; pose e : 'cV[R]_n.+1 := delta_mx 0 0; pose w := v - e.
have e1 : nrm2 e = 1.
  rewrite nrm2E (bigD1 ord0) //= big_ord1 !mxE !eqxx expr1n big1 ?addr0 // => i i0.
  by rewrite big_ord1 mxE (negbTE i0) expr0n.
have [w0|w0] := eqVneq w 0.
  exists 1%:M; rewrite trmx1 !mul1mx; split=> //.
  by apply/eqP; rewrite eq_sym -subr_eq0; apply/eqP.
have W : nrm2 w != 0 by rewrite nrm2_eq0.
have ww : w^T *m w = (nrm2 w)%:M.
  by rewrite [LHS]mx11_scalar; congr _%:M; rewrite /nrm2 /dotp mxtrace_mulC /mxtrace big_ord1.
have we : w^T *m e = (- (nrm2 w / 2%:R))%:M.
  rewrite [LHS]mx11_scalar; congr _%:M.
  have -> : (w^T *m e) 0 0 = dotp e w by rewrite /dotp mxtrace_mulC /mxtrace big_ord1.
  have -> : nrm2 w = 2%:R - 2%:R * dotp e v.
    by rewrite /nrm2 /w !(dotpDl, dotpDr, dotpNl, dotpNr) -!/(nrm2 _) v1 e1 (dotpC v e); ring.
  by rewrite /w dotpDr dotpNr -/(nrm2 e) e1; field.
pose c := 2%:R / nrm2 w; pose T := w *m w^T.
have TT : T *m T = nrm2 w *: T.
  by rewrite /T -mulmxA [w^T *m (_ *m _)]mulmxA ww mul_scalar_mx scalemxAr.
have Te : T *m e = - (nrm2 w / 2%:R) *: w by rewrite /T -mulmxA we mul_mx_scalar.
exists (1%:M - c *: T); split.
- by rewrite trB trmx1 trZ /T trmx_mul trmxK.
- rewrite mulmxBl mul1mx mulmxBr mulmx1 -scalemxAl -scalemxAr TT !scalerA.
  have -> : c * c * nrm2 w = c + c by rewrite /c; field.
  have half (X : 'M[R]_n.+1) : X - (X + X) = - X by rewrite opprD addrA subrr sub0r.
  by rewrite scalerDl half opprK subrK.
rewrite mulmxBl mul1mx -scalemxAl -/e Te scalerA.
have -> : c * - (nrm2 w / 2%:R) = -1 by rewrite /c; field.
by rewrite scaleN1r opprK /w addrC subrK.
Qed.

Theorem spectral (R : realType) n (A : 'M[R]_n) : A^T = A ->
  exists (Q : 'M[R]_n) (lam : 'rV[R]_n), Q *m Q^T = 1%:M /\ A = Q *m diag_mx lam *m Q^T.
Proof.
elim: n A => [|n IH] A symmetric.
  by exists 1%:M, 0; split; apply/matrixP => -[].
have [v [s [v1 Av]]] := eigenvector symmetric.
have [H [Hs HH He]] := reflection v1.
change 'M[R]_(1 + n) in (type of A); change 'M[R]_(1 + n) in (type of H).
pose B : 'M[R]_(1 + n) := H *m A *m H.
have Bs : B^T = B by rewrite /B !trmx_mul Hs symmetric mulmxA.
have Be : B *m delta_mx 0 0 = s *: delta_mx 0 0 :> 'cV[R]_(1 + n).
  rewrite /B -!mulmxA; have -> : H *m delta_mx 0 0 = v by exact: He.
  by rewrite Av -scalemxAr; congr (_ *: _); rewrite -He mulmxA HH mul1mx.
have Bb : B = block_mx s%:M 0 0 (drsubmx B).
  clearbody B; have col i : B i 0 = s *+ (i == 0).
    have := congr1 (fun M : 'cV[R]_(1 + n) => M i 0) Be; rewrite mxE [RHS]mxE [delta_mx _ _ _ _]mxE eqxx andbT mulr_natr => <-.
    rewrite (bigD1 0) //= mxE !eqxx mulr1 big1 ?addr0 // => j j0.
    by rewrite mxE (negbTE j0) mulr0.
  have lower : dlsubmx B = 0 by apply/matrixP => i j; rewrite !mxE (_ : lshift n j = 0) ?col //; apply/val_inj; rewrite /= ord1.
  rewrite -[LHS](@submxK R 1 n 1 n) lower; congr block_mx.
    by rewrite [LHS]mx11_scalar; congr _%:M; rewrite !mxE (_ : lshift n 0 = 0) ?col ?eqxx //; apply/val_inj.
  by rewrite -[ursubmx B]trmxK trmx_ursub Bs lower trmx0.
have Ds : (drsubmx B)^T = drsubmx B by rewrite trmx_drsub Bs.
have [Q [lam [QQ DQ]]] := IH _ Ds.
pose K : 'M[R]_(1 + n) := block_mx 1%:M 0 0 Q.
have KK : K *m K^T = 1%:M.
  by rewrite /K tr_block_mx mulmx_block !trmx0 trmx1 !(mul0mx, mulmx0, mulmx1, mul1mx, addr0, add0r) QQ -scalar_mx_block.
have BK : B = K *m diag_mx (row_mx s%:M lam) *m K^T.
  rewrite Bb {1}DQ /K tr_block_mx diag_mx_row !mulmx_block !trmx0 trmx1.
  rewrite !(mul0mx, mulmx0, mulmx1, mul1mx, addr0, add0r); congr block_mx.
  by apply/matrixP => i j; rewrite !mxE !ord1 eqxx.
exists (H *m K), (row_mx s%:M lam); split.
  by rewrite trmx_mul -mulmxA [K *m _]mulmxA KK mul1mx Hs; exact: HH.
rewrite trmx_mul Hs -!mulmxA [K *m _]mulmxA [K *m diag_mx _ *m _]mulmxA -BK /B.
by rewrite -!mulmxA (HH : H *m H = 1%:M) mulmx1 mulmxA (HH : H *m H = 1%:M) mul1mx.
Qed.

Lemma spectral_definite (R : realType) n (A : 'M[R]_n) : pd A ->
  exists (Q : 'M[R]_n) (lam : 'rV[R]_n),
    [/\ Q *m Q^T = 1%:M, A = Q *m diag_mx lam *m Q^T & forall i, 0 < lam 0 i].
Proof.
move=> [symmetric positive]; have [Q [lam [QQ E]]] := spectral symmetric.
exists Q, lam; split=> // i; have QtQ : Q^T *m Q = 1%:M by apply: mulmx1C.
pose e : 'cV[R]_n := delta_mx i 0.
have e0 : Q *m e != 0.
  apply/eqP => h; have : e = 0 by rewrite -[e]mul1mx -QtQ -mulmxA h mulmx0.
  by move/matrixP/(_ i 0)/eqP; rewrite !mxE !eqxx oner_eq0.
have := positive _ e0; rewrite /qf E trmx_mul.
have -> : e^T *m Q^T *m (Q *m diag_mx lam *m Q^T) *m (Q *m e) = e^T *m diag_mx lam *m e.
  by rewrite !mulmxA -(mulmxA e^T) QtQ mulmx1 -(mulmxA (e^T *m _)) QtQ mulmx1.
by rewrite /e trmx_delta -rowE -colE /mxtrace big_ord1 !mxE eqxx mulr1n.
Qed.
