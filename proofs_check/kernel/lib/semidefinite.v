(* Positive semidefinite matrices: closure, and the trace of a product of two of them, without a spectral theorem. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Psd.
Variable R : rcfType.
Implicit Types m n : nat.

(* A symmetric matrix with x^T A x >= 0 for all x; definite.v's pd is the strict version. *)
Definition psd n (A : 'M[R]_n) := A^T = A /\ forall v : 'cV_n, 0 <= qf A v.

Lemma trD m n (A B : 'M[R]_(m, n)) : (A + B)^T = A^T + B^T.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.
Lemma qfD n (A B : 'M[R]_n) v : qf (A + B) v = qf A v + qf B v.
Proof. by rewrite /qf mulmxDr mulmxDl raddfD. Qed.
Lemma qfZ n a (A : 'M[R]_n) v : qf (a *: A) v = a * qf A v.
Proof. by rewrite /qf -scalemxAr -scalemxAl mxtraceZ. Qed.
Lemma qf_congr m n (F : 'M[R]_(m, n)) (A : 'M[R]_n) v : qf (F *m A *m F^T) v = qf A (F^T *m v).
Proof. by rewrite /qf trmx_mul trmxK !mulmxA. Qed.
Lemma qf1 n (v : 'cV[R]_n) : qf 1%:M v = nrm2 v.
Proof. by rewrite /qf mulmx1 mxtrace_mulC. Qed.

Lemma psdD n (A B : 'M[R]_n) : psd A -> psd B -> psd (A + B).
Proof. by move=> [As Ap] [Bs Bp]; split=> [|v]; rewrite ?trD ?As ?Bs // qfD addr_ge0. Qed.
Lemma psdZ n a (A : 'M[R]_n) : 0 <= a -> psd A -> psd (a *: A).
Proof. by move=> a0 [As Ap]; split=> [|v]; rewrite ?trZ ?As // qfZ mulr_ge0. Qed.
Lemma psd0 n : psd (0 : 'M[R]_n).
Proof. by split=> [|v]; rewrite ?trmx0 // /qf mulmx0 mul0mx mxtrace0. Qed.
Lemma psd1 n : psd (1%:M : 'M[R]_n).
Proof. by split=> [|v]; rewrite ?trmx1 // qf1 nrm2_ge0. Qed.
Lemma psd_congr m n (F : 'M[R]_(m, n)) (A : 'M[R]_n) : psd A -> psd (F *m A *m F^T).
Proof. by move=> [As Ap]; split=> [|v]; rewrite ?qf_congr // !trmx_mul trmxK As mulmxA. Qed.
Lemma psd_gram m n (F : 'M[R]_(m, n)) : psd (F *m F^T).
Proof. by have := psd_congr F (psd1 n); rewrite mulmx1. Qed.
Lemma pd_psd n (A : 'M[R]_n) : pd A -> psd A.
Proof. by case/cholesky => L _ ->; apply: psd_gram. Qed.
Lemma pd1 n : pd (1%:M : 'M[R]_n).
Proof. by split=> [|v v0]; rewrite ?trmx1 // qf1 lt_def nrm2_ge0 nrm2_eq0 v0. Qed.
Lemma pdDpsd n (A B : 'M[R]_n) : pd A -> psd B -> pd (A + B).
Proof. by move=> [As Ap] [Bs Bp]; split=> [|v v0]; rewrite ?trD ?As ?Bs // qfD ltr_paddr ?Ap. Qed.
Lemma pdZ n a (A : 'M[R]_n) : 0 < a -> pd A -> pd (a *: A).
Proof. by move=> a0 [As Ap]; split=> [|v v0]; rewrite ?trZ ?As // qfZ mulr_gt0 // Ap. Qed.
Lemma pd_congr n (F A : 'M[R]_n) : F \in unitmx -> pd A -> pd (F *m A *m F^T).
Proof.
move=> Fu [As Ap]; split=> [|v v0]; first by rewrite !trmx_mul trmxK As mulmxA.
rewrite qf_congr Ap //; apply: contra_neq v0 => /(congr1 (mulmx (invmx F^T))).
by rewrite mulKmx ?unitmx_tr // mulmx0.
Qed.
Lemma pd_inv n (A : 'M[R]_n) : pd A -> pd (invmx A).
Proof.
move=> pA; have Au := pd_unit pA.
have := pd_congr (F := invmx A) _ pA; rewrite mulVmx // mul1mx (sym_inv (pd_sym pA)); apply.
by rewrite unitmx_inv.
Qed.
Lemma psd_diag n (A : 'M[R]_n) i : psd A -> 0 <= A i i.
Proof.
case=> _ /(_ (delta_mx i 0)); rewrite /qf /mxtrace big_ord1 mxE (bigD1 i) //= big1 => [|j ji].
  rewrite addr0 [delta_mx _ _ _ _]mxE !eqxx mulr1 mxE (bigD1 i) //= big1 => [|j ji].
    by rewrite addr0 !mxE !eqxx mul1r.
  by rewrite !mxE (negbTE ji) mul0r.
by rewrite [delta_mx _ _ _ _]mxE (negbTE ji) mulr0.
Qed.
Lemma psd_tr_ge0 n (A : 'M[R]_n) : psd A -> 0 <= \tr A.
Proof. by move=> pA; apply: sumr_ge0 => i _; apply: psd_diag. Qed.

Lemma pd_tr_gt0 n (A : 'M[R]_n) : (0 < n)%N -> pd A -> 0 < \tr A.
Proof.
case: n A => // n A _ /cholesky[L Lu ->]; rewrite -/(dotp L L) -/(nrm2 L) lt_def nrm2_ge0 nrm2_eq0 andbT.
apply/eqP => L0; have := mulVmx Lu; rewrite [X in _ *m X]L0 mulmx0 => /matrixP/(_ 0 0).
by rewrite !mxE eqxx => /eqP; rewrite eq_sym oner_eq0.
Qed.

(* A number a with a + b t + c t^2 >= 0 for all t > 0 is nonnegative. *)
Lemma limit_ge0 (a b c : R) : 0 <= b -> 0 <= c ->
  (forall t, 0 < t -> 0 <= a + t * b + t ^+ 2 * c) -> 0 <= a.
Proof.
move=> b0 c0 h; rewrite leNgt; apply/negP => a0.
pose s := - a + (b + c); have na : 0 < - a by rewrite oppr_gt0.
have s0 : 0 < s by rewrite ltr_paddr ?addr_ge0.
pose t := - a / (2%:R * s); have t0 : 0 < t by rewrite divr_gt0 ?mulr_gt0 ?ltr0n.
have t1 : t <= 1.
  rewrite ler_pdivr_mulr ?mulr_gt0 ?ltr0n // mul1r mulr_natl mulr2n.
  by rewrite /s -addrA ler_addl addr_ge0 ?addr_ge0 // ltW.
have ts : t * (b + c) <= - a / 2%:R.
  have -> : - a / 2%:R = t * s by rewrite /t; field; rewrite gt_eqF.
  by rewrite ler_pmul2l // /s ler_addr ltW.
have tc : t ^+ 2 * c <= t * c by rewrite ler_wpmul2r // expr2 ger_pmulr.
have := h t t0; apply/negP; rewrite -ltNge -addrA.
apply: le_lt_trans (_ : a + - a / 2%:R < 0).
  by rewrite ler_add2l; apply: le_trans ts; rewrite mulrDr ler_add2l.
have -> : a + - a / 2%:R = a / 2%:R by field.
by rewrite pmulr_llt0 ?invr_gt0 ?ltr0n.
Qed.

Lemma psd_tr_mul n (A B : 'M[R]_n) : psd A -> psd B -> 0 <= \tr (A *m B).
Proof.
move=> pA pB; apply: (@limit_ge0 _ (\tr A + \tr B) n%:R).
- by rewrite addr_ge0 ?psd_tr_ge0.
- exact: ler0n.
move=> t t0; have pt : pd (t *: 1%:M : 'M[R]_n) by apply: pdZ (pd1 n).
have p (C : 'M_n) : psd C -> pd (C + t *: 1%:M) by move=> pC; rewrite addrC; apply: pdDpsd.
have := form_ge0 1%:M (p A pA) (p B pB).
rewrite trmx1 !mulmx1 mulmxDl !mulmxDr -!scalemxAl -!scalemxAr !mul1mx !mulmx1 scalerA.
rewrite !mxtraceD !mxtraceZ mxtrace1; congr (0 <= _).
by move: (\tr (A *m B)) (\tr A) (\tr B) (n%:R : R) => p1 p2 p3 p4; ring.
Qed.
End Psd.
