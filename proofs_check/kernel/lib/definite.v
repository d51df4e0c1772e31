(* Positive definite matrices: quadratic form, Cholesky, inverses, tr(P X Q X^T) and its bounds by traces of inverses,
   for every dimension, over any real closed field. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Definite.
Variable R : rcfType.
Implicit Types m n p : nat.

Definition qf n (A : 'M[R]_n) (v : 'cV_n) : R := \tr (v^T *m A *m v).
Definition pd n (A : 'M[R]_n) := A^T = A /\ forall v : 'cV_n, v != 0 -> 0 < qf A v.

Lemma qf_block n (a : 'M[R]_1) (b : 'M[R]_(1, n)) (D : 'M[R]_n) (x : 'cV_1) (y : 'cV_n) :
  qf (block_mx a b b^T D) (col_mx x y) = \tr (x^T *m a *m x) + \tr (x^T *m b *m y) *+ 2 + qf D y.
Proof.
rewrite /qf tr_col_mx mul_row_block mul_row_col !mulmxDl !mxtraceD.
have -> : \tr (y^T *m b^T *m x) = \tr (x^T *m b *m y).
  by rewrite -[LHS]mxtrace_tr !trmx_mul !trmxK mulmxA.
by rewrite mulr2n !addrA.
Qed.

(* Cholesky: the only structure theorem that the flow needs. *)
Lemma cholesky n (A : 'M[R]_n) : pd A -> exists2 L : 'M[R]_n, L \in unitmx & A = L *m L^T.
Proof.
elim: n A => [|n IH] A [As Ap].
  by exists 1%:M; [exact: unitmx1 | apply/matrixP => -[]].
change 'M[R]_(1 + n) in (type of A).
set a := ulsubmx (A : 'M_(1 + n)); set b := ursubmx (A : 'M_(1 + n)); set D := drsubmx (A : 'M_(1 + n)).
have Ab : A = block_mx a b b^T D :> 'M_(1 + n).
  rewrite -[LHS](@submxK R 1 n 1 n) -/a -/b -/D; congr block_mx.
  by rewrite /b trmx_ursub As.
have Ds : D^T = D by rewrite /D trmx_drsub As.
pose a0 := a 0 0.
have aE : a = a0%:M by rewrite [LHS]mx11_scalar.
have a0p : 0 < a0.
  have := Ap (col_mx 1%:M 0 : 'cV_(1 + n)).
  rewrite {1}Ab qf_block mulmx0 mxtrace0 mul0rn addr0 /qf trmx0 !mul0mx mxtrace0 addr0.
  rewrite trmx1 mul1mx mulmx1 /mxtrace big_ord1; apply.
  apply/eqP => /(congr1 (fun v : 'cV_(1 + n) => v (lshift n 0) 0)).
  by rewrite col_mxEu !mxE /= => /eqP; rewrite oner_eq0.
have a0u : a0 \is a GRing.unit by rewrite unitfE gt_eqF.
pose S := D - a0^-1 *: (b^T *m b).
have Sp : pd S.
  split; first by rewrite /S trB trZ trmx_mul trmxK Ds.
  move=> v v0.
  have := Ap (col_mx (- a0^-1 *: (b *m v)) v : 'cV_(1 + n)).
  rewrite {1}Ab qf_block aE.
  set t := \tr (v^T *m b^T *m (b *m v)).
  have -> : \tr ((- a0^-1 *: (b *m v))^T *m a0%:M *m (- a0^-1 *: (b *m v))) = a0^-1 * t.
    rewrite trZ -!scalemxAr -!scalemxAl mul_mx_scalar -scalemxAl !mxtraceZ trmx_mul -/t.
    by field; rewrite -unitfE.
  have -> : \tr ((- a0^-1 *: (b *m v))^T *m b *m v) = - a0^-1 * t.
    by rewrite trZ -!scalemxAl mxtraceZ trmx_mul -!mulmxA /t -!mulmxA.
  have -> : qf S v = qf D v - a0^-1 * t.
    rewrite /S /qf mulmxBr mulmxBl raddfB /= -scalemxAr -scalemxAl mxtraceZ /t; congr (_ - _ * \tr _).
    by rewrite !mulmxA.
  have -> : a0^-1 * t + - a0^-1 * t *+ 2 + qf D v = qf D v - a0^-1 * t by ring.
  apply; apply: contra_neq v0 => /(congr1 (@dsubmx R 1 n 1)).
  by rewrite col_mxKd => ->; apply/matrixP => i j; rewrite !mxE.
have [M Mu SM] := IH S Sp.
pose s := Num.sqrt a0.
have s2 : s * s = a0 by rewrite -expr2 sqr_sqrtr // ltW.
have s0 : s != 0 by rewrite gt_eqF // sqrtr_gt0.
pose L : 'M_(1 + n) := block_mx s%:M 0 (s^-1 *: b^T) M.
have Lu : L \in unitmx.
  by rewrite unitmxE det_lblock unitrM -!unitmxE Mu andbT unitmxE det_scalar1 unitfE.
exists L; first exact: Lu.
suff LL : block_mx a b b^T D = L *m L^T :> 'M_(1 + n) by rewrite {1}Ab; exact: LL.
rewrite tr_block_mx mulmx_block !trmx0 !mulmx0 !mul0mx !addr0 trZ trmxK tr_scalar_mx.
rewrite -scalar_mxM s2 -aE !mul_scalar_mx !scalerA divff // scale1r mul_mx_scalar scalerA divff // scale1r.
congr block_mx; rewrite -SM /S -scalemxAr -scalemxAl scalerA.
have -> : s^-1 * s^-1 = a0^-1 by rewrite -s2 invfM.
by rewrite addrC subrK.
Qed.

Lemma invmxM n (A B : 'M[R]_n) : A \in unitmx -> B \in unitmx -> invmx (A *m B) = invmx B *m invmx A.
Proof.
move=> Au Bu; have h : (A *m B) *m (invmx B *m invmx A) = 1%:M by rewrite mulmxA mulmxK // mulmxV.
by rewrite -[LHS]mulmx1 -h mulKmx // unitmx_mul Au.
Qed.
Lemma pd_unit n (A : 'M[R]_n) : pd A -> A \in unitmx.
Proof. by case/cholesky => L Lu ->; rewrite unitmx_mul unitmx_tr Lu. Qed.
Lemma pd_sym n (A : 'M[R]_n) : pd A -> A^T = A.
Proof. by case. Qed.
Lemma sym_inv n (A : 'M[R]_n) : A^T = A -> (invmx A)^T = invmx A.
Proof. by move=> h; rewrite trmx_inv h. Qed.

(* tr(P X Q X^T) for positive definite P, Q: nonnegative, definite, and bounded below by ||X||^2. *)
Lemma form_ge0 m n (P : 'M[R]_m) (Q : 'M[R]_n) (X : 'M[R]_(m, n)) : pd P -> pd Q ->
  0 <= \tr (P *m X *m Q *m X^T).
Proof.
case/cholesky => L Lu ->; case/cholesky => K Ku ->.
have -> : \tr (L *m L^T *m X *m (K *m K^T) *m X^T) = nrm2 (L^T *m X *m K).
  by rewrite -!mulmxA mxtrace_mulC /nrm2 /dotp !trmx_mul trmxK !mulmxA.
exact: nrm2_ge0.
Qed.
Lemma form_le m n (P : 'M[R]_m) (Q : 'M[R]_n) (X : 'M[R]_(m, n)) : pd P -> pd Q ->
  nrm2 X <= \tr (invmx P) * \tr (invmx Q) * \tr (P *m X *m Q *m X^T).
Proof.
case/cholesky => L Lu ->; case/cholesky => K Ku ->.
have -> : \tr (L *m L^T *m X *m (K *m K^T) *m X^T) = nrm2 (L^T *m X *m K).
  by rewrite -!mulmxA mxtrace_mulC /nrm2 /dotp !trmx_mul trmxK !mulmxA.
have inv_nrm (p : nat) (B : 'M[R]_p) : B \in unitmx -> \tr (invmx (B *m B^T)) = nrm2 (invmx B).
  move=> Bu; rewrite invmxM ?unitmx_tr // /nrm2 /dotp mxtrace_mulC trmx_inv //.
rewrite !inv_nrm //.
have {1}-> : X = (invmx L)^T *m ((L^T *m X *m K) *m invmx K).
  by rewrite mulmxK // mulmxA trmx_inv mulVmx ?unitmx_tr // mul1mx.
apply: le_trans (nrm2_mul _ _) _; rewrite nrm2_tr -mulrA ler_wpmul2l ?nrm2_ge0 //.
by rewrite mulrC; apply: nrm2_mul.
Qed.
Lemma form_eq0 m n (P : 'M[R]_m) (Q : 'M[R]_n) (X : 'M[R]_(m, n)) : pd P -> pd Q ->
  \tr (P *m X *m Q *m X^T) = 0 -> X = 0.
Proof.
move=> pP pQ h; apply/eqP; rewrite -nrm2_eq0 eq_le nrm2_ge0 andbT.
by have := form_le X pP pQ; rewrite h mulr0.
Qed.
(* tr(P^-1 G Q^-1 G^T) <= tr(P^-1) tr(Q^-1) ||G||^2: the inequality inside Lemma 5.4. *)
Lemma inv_form_le m n (P : 'M[R]_m) (Q : 'M[R]_n) (G : 'M[R]_(m, n)) : pd P -> pd Q ->
  \tr (invmx P *m G *m invmx Q *m G^T) <= \tr (invmx P) * \tr (invmx Q) * nrm2 G.
Proof.
case/cholesky => L Lu ->; case/cholesky => K Ku ->.
rewrite !invmxM ?unitmx_tr //.
have -> : \tr (invmx L^T *m invmx L *m G *m (invmx K^T *m invmx K) *m G^T)
        = nrm2 (invmx L *m G *m invmx K^T).
  by rewrite -!mulmxA mxtrace_mulC /nrm2 /dotp !trmx_mul !trmx_inv !trmxK !mulmxA.
apply: le_trans (nrm2_mul _ _) _.
have h (p : nat) (B : 'M[R]_p) : \tr (invmx B^T *m invmx B) = nrm2 (invmx B).
  by rewrite mxtrace_mulC /nrm2 /dotp trmx_inv.
rewrite !h -mulrA [nrm2 (invmx K) * _]mulrC mulrA -[X in _ * X]nrm2_tr trmx_inv trmxK.
by rewrite ler_wpmul2r ?nrm2_ge0 // nrm2_mul.
Qed.
Lemma pd_lin n (a b : R) (A : 'M[R]_n) : 0 < a -> 0 <= b -> pd A -> pd (a *: A + b *: 1%:M).
Proof.
move=> a0 b0 [As Ap]; split.
  by rewrite raddfD /= !trZ As trmx1.
move=> v v0; rewrite /qf mulmxDr mulmxDl raddfD /= -!scalemxAr -!scalemxAl !mxtraceZ mulmx1.
rewrite ltr_paddr ?mulr_gt0 ?Ap // mulr_ge0 //.
by rewrite mxtrace_mulC; apply: nrm2_ge0.
Qed.
Lemma pd_trace n (A : 'M[R]_n) : pd A -> 0 <= \tr A.
Proof. by case/cholesky => L _ ->; apply: nrm2_ge0. Qed.
Lemma pd_square n (A : 'M[R]_n) : pd A -> pd (A *m A).
Proof.
move=> pA; have [As Ap] := pA; split; first by rewrite trmx_mul As.
move=> v v0; rewrite /qf mulmxA -[v^T *m A *m A *m v]mulmxA -{1}As -trmx_mul mxtrace_mulC.
rewrite lt_def; apply/andP; split; last exact: nrm2_ge0.
apply/negP; rewrite nrm2_eq0 => /eqP e; move/eqP: v0; apply.
by rewrite -[v](mulKmx (pd_unit pA)) e mulmx0.
Qed.
End Definite.
