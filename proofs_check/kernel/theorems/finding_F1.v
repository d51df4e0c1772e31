(* Finding F1, section 5.1: the matrix H of Lemma 5.1 has at most rank(E) negative eigenvalues, for every prompt; so for
   N < d never d + 1 of them. Eigenvalues are counted with multiplicity, by orthonormal eigenvectors. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius kronecker attention.
From ICLTheorems Require Import lemma_5_1.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section FindingF1.
Variables (R : rcfType) (d N : nat) (X : 'M[R]_(d, N)) (y : 'rV[R]_N) (xq : 'cV[R]_d).
Notation E := (prompt_embedding X y xq).
Notation H := (H X y xq).

Lemma form_of_H (M : 'M[R]_(d + 1)) : \tr ((vec M)^T *m H *m vec M) =
  N%:R^-1 * dotp (E^T *m (lsubmx M *m xq)) (E^T *m rsubmx M).
Proof.
have Xs : (X_q xq)^T = X_q xq by rewrite /X_q tr_block_mx !trmx0 trmxK.
rewrite /lemma_5_1.H -scalemxAr -scalemxAl -[(vec M)^T *m _ *m _]mulmxA -{1}Xs -vec_mul vec_dot mxtraceZ mxtrace_scalar mulr1n.
have -> : \tr (M^T *m (N%:R^-1 *: (E *m E^T) *m M *m X_q xq)) = N%:R^-1 * \tr ((E^T *m M)^T *m ((E^T *m M) *m X_q xq)).
  by rewrite -!scalemxAl -scalemxAr mxtraceZ trmx_mul trmxK !mulmxA.
rewrite -{1 2}(hsubmxK M) mul_mx_row; set P := E^T *m lsubmx M; set p := E^T *m rsubmx M.
have -> : row_mx P p *m X_q xq = row_mx (p *m xq^T) (P *m xq).
  by rewrite /X_q block_mxEv mul_row_col !mul_mx_row !mulmx0 add_row_mx add0r addr0.
rewrite tr_row_mx mul_col_row mxtrace_block.
have -> : \tr (P^T *m (p *m xq^T)) = \tr (p^T *m (P *m xq)).
  by rewrite -[LHS]mxtrace_tr !trmx_mul !trmxK -mulmxA [LHS]mxtrace_mulC -mulmxA.
have -> : \tr (p^T *m (P *m xq)) = dotp (E^T *m (lsubmx M *m xq)) p by rewrite /dotp [RHS]mxtrace_mulC /P !mulmxA.
by move: (dotp _ _) (N%:R^-1) => a b; field.
Qed.

(* k orthonormal eigenvectors (rows of K) with negative eigenvalues l *)
Definition negative_eigenvectors k (K : 'M[R]_(k, (d + 1) * (d + 1))) (l : 'rV[R]_k) : Prop :=
  [/\ K *m K^T = 1%:M, K *m H = diag_mx l *m K & forall i, l 0 i < 0].

Theorem finding_F1_corrected k (K : 'M[R]_(k, (d + 1) * (d + 1))) (l : 'rV[R]_k) :
  negative_eigenvectors K l -> (k <= \rank E)%N.
Proof.
case=> orth eig neg; rewrite leqNgt; apply/negP => lt.
pose mat (c : 'rV[R]_k) : 'M[R]_(d + 1) := (vec_mx (c *m K))^T.
pose L : 'M[R]_(k, d + 1) := \matrix_i (rsubmx (mat (delta_mx 0 i)) - lsubmx (mat (delta_mx 0 i)) *m xq)^T.
have vecE c : vec (mat c) = (c *m K)^T by rewrite /vec /mat trmxK vec_mxK.
have lin c : c *m L = (rsubmx (mat c) - lsubmx (mat c) *m xq)^T.
  have -> : mat c = \sum_i c 0 i *: mat (delta_mx 0 i).
    rewrite /mat {1}(row_sum_delta c) mulmx_suml linear_sum /= raddf_sum /=; apply: eq_bigr => i _.
    by rewrite -scalemxAl linearZ /= linearZ.
  rewrite mulmx_sum_row; rewrite !linear_sum /= mulmx_suml -sumrB linear_sum /=; apply: eq_bigr => i _.
  by rewrite rowK !linearZ /= -scalemxAl -scalerBr linearZ.
have : (\rank (kermx (L *m E)) != 0)%N.
  by rewrite mxrank_ker subn_eq0 -ltnNge (leq_ltn_trans (mxrankM_maxr _ _)).
rewrite mxrank_eq0 => /rowV0Pn[c /sub_kermxP ker c0].
have e : E^T *m rsubmx (mat c) = E^T *m (lsubmx (mat c) *m xq).
  apply/eqP; rewrite -subr_eq0 -mulmxBr; apply/eqP; apply: trmx_inj.
  by rewrite trmx_mul trmxK -lin -mulmxA ker trmx0.
have f0 : 0 <= \tr ((vec (mat c))^T *m H *m vec (mat c)).
  by rewrite form_of_H e mulr_ge0 ?invr_ge0 ?ler0n // -/(nrm2 _) nrm2_ge0.
move: f0; rewrite vecE trmxK -[c *m K *m H]mulmxA eig trmx_mul.
have -> : c *m (diag_mx l *m K) *m (K^T *m c^T) = c *m diag_mx l *m c^T.
  by rewrite !mulmxA -[c *m diag_mx l *m K *m K^T]mulmxA orth mulmx1.
rewrite leNgt => /negP; apply; rewrite mul_mx_diag /mxtrace big_ord1 mxE.
have [i ci] : exists i, c 0 i != 0.
  apply/existsP; rewrite -negb_forall; apply: contra c0 => /forallP h; apply/eqP/matrixP => a b.
  by rewrite ord1 mxE; apply/eqP.
rewrite (bigD1 i) //= !mxE; apply: ltr_naddr; last first.
  have -> : c 0 i * l 0 i * c 0 i = l 0 i * c 0 i ^+ 2 by ring.
  by rewrite nmulr_rlt0 // lt_def sqrf_eq0 ci sqr_ge0.
rewrite -oppr_ge0 -sumrN; apply: sumr_ge0 => j _; rewrite oppr_ge0 !mxE; have -> : c 0 j * l 0 j * c 0 j = l 0 j * c 0 j ^+ 2 by ring.
by rewrite nmulr_rle0 ?sqr_ge0.
Qed.

(* "H has at least d + 1 negative eigenvalues" fails for every prompt with N < d *)
Theorem finding_F1 (K : 'M[R]_(d + 1, (d + 1) * (d + 1))) (l : 'rV[R]_(d + 1)) :
  (N < d)%N -> ~ negative_eigenvectors K l.
Proof.
move=> Nd /finding_F1_corrected h; have := leq_trans h (rank_leq_col _).
by rewrite leq_add2r leqNgt Nd.
Qed.
End FindingF1.
