(* Finding F1, section 5.1: the matrix H of Lemma 5.1 has as many negative eigenvalues as E has rank, if the query is not 0;
   so for N < d never d + 1 of them. Eigenvalues are counted with multiplicity, by orthonormal eigenvectors. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius kronecker attention spectral.
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

Theorem negative_eigenvalues_at_most_rank k (K : 'M[R]_(k, (d + 1) * (d + 1))) (l : 'rV[R]_k) :
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
move=> Nd /negative_eigenvalues_at_most_rank h; have := leq_trans h (rank_leq_col _).
by rewrite leq_add2r leqNgt Nd.
Qed.
End FindingF1.

Section AsManyAsRank.
Variables (R : realType) (d N : nat) (X : 'M[R]_(d, N)) (y : 'rV[R]_N) (xq : 'cV[R]_d).
Hypotheses (N_positive : (0 < N)%N) (query_not_0 : xq != 0).
Notation E := (prompt_embedding X y xq).
Notation H := (H X y xq).

Let q : R := Num.sqrt (nrm2 xq).
Let q0 : 0 < q.
Proof. by rewrite sqrtr_gt0 lt_def nrm2_ge0 nrm2_eq0 query_not_0. Qed.
Let q2 : (xq^T *m xq) 0 0 = q ^+ 2.
Proof. by rewrite sqr_sqrtr ?nrm2_ge0 // /nrm2 /dotp mxtrace_mulC /mxtrace big_ord1. Qed.
(* the eigenvector of X_q = [0, xq; xq^T, 0] with the eigenvalue - |xq|, of length 1 *)
Let z : 'cV[R]_(d + 1) := (Num.sqrt 2%:R * q)^-1 *: col_mx xq (- q)%:M.
Let r2 : Num.sqrt 2%:R ^+ 2 = 2%:R :> R. Proof. by rewrite sqr_sqrtr ?ler0n. Qed.
Let r0 : 0 < Num.sqrt 2%:R :> R. Proof. by rewrite sqrtr_gt0 ltr0n. Qed.
Let z_eigen : X_q xq *m z = (- q) *: z.
Proof.
rewrite /z -scalemxAr scalerA [- q * _]mulrC -scalerA; congr (_ *: _).
rewrite /X_q mul_block_col !mul0mx add0r addr0 mul_mx_scalar scale_col_mx; congr col_mx.
by rewrite [xq^T *m xq]mx11_scalar q2 scale_scalar_mx mulrNN expr2.
Qed.
Let z_unit : z^T *m z = 1%:M.
Proof.
rewrite /z trZ -scalemxAl -scalemxAr scalerA tr_col_mx mul_row_col tr_scalar_mx -scalar_mxM.
rewrite [xq^T *m xq]mx11_scalar q2 -raddfD /= scale_scalar_mx; congr (_%:M).
by move: r2 r0 q0 => e2 e0 qp; move: (Num.sqrt _) e2 e0 => r e2 e0; field: e2; rewrite !gt_eqF.
Qed.

(* E E^T has the rank of E, so as many positive eigenvalues *)
Let rank_EE : \rank (E *m E^T) = \rank E.
Proof.
have sub : (kermx (E *m E^T) <= kermx E)%MS.
  apply/row_subP => i; apply/sub_kermxP; set r := row i _.
  have h : r *m (E *m E^T) = 0 by rewrite /r -row_mul mulmx_ker row0.
  apply/eqP; rewrite -nrm2_eq0; apply/eqP.
  by rewrite /nrm2 /dotp trmx_mul mulmxA -(mulmxA r) h mul0mx mxtrace0.
apply/eqP; rewrite eqn_leq mxrankM_maxl /=.
have := mxrankS sub; rewrite !mxrank_ker => h.
by have := leq_sub2l (d + 1) h; rewrite !subKn ?rank_leq_row.
Qed.
Let H_sym : H^T = H.
Proof.
apply/matrixP => r c; case/mxvec_indexP: r => i k; case/mxvec_indexP: c => j l.
have xs a b : X_q xq a b = X_q xq b a.
  by rewrite -[in LHS](_ : (X_q xq)^T = X_q xq) ?mxE // /X_q tr_block_mx !trmx0 trmxK.
have es' : (N%:R^-1 *: (E *m E^T))^T = N%:R^-1 *: (E *m E^T) by rewrite trZ trmx_mul trmxK.
have es a b : (N%:R^-1 *: (E *m E^T)) a b = (N%:R^-1 *: (E *m E^T)) b a by rewrite -[in LHS]es' mxE.
by rewrite [LHS]mxE /lemma_5_1.H [LHS]mxE [RHS]mxE !kronE xs es.
Qed.
Let H_vec (M : 'M[R]_(d + 1)) : H *m vec M = vec ((2%:R^-1 * N%:R^-1) *: (E *m E^T *m M *m X_q xq)).
Proof.
have Xs : (X_q xq)^T = X_q xq by rewrite /X_q tr_block_mx !trmx0 trmxK.
rewrite /lemma_5_1.H -scalemxAl -{1}Xs -vec_mul -vecZ; congr vec.
by rewrite -!scalemxAl scalerA.
Qed.
Lemma as_many_as_positive (Q : 'M[R]_(d + 1)) (mu : 'rV[R]_(d + 1)) k (at_ : 'I_k -> 'I_(d + 1)) :
  Q *m Q^T = 1%:M -> E *m E^T = Q *m diag_mx mu *m Q^T -> injective at_ -> (forall j, 0 < mu 0 (at_ j)) ->
  exists K l, @negative_eigenvectors R d N X y xq k K l.
Proof.
move=> QQ eq inj pos; have QtQ : Q^T *m Q = 1%:M by apply: mulmx1C.
have col_mul (S T : 'M[R]_(d + 1)) i : S *m col i T = col i (S *m T) by rewrite !colE mulmxA.
have col_eigen i : E *m E^T *m col i Q = mu 0 i *: col i Q.
  rewrite eq -!mulmxA col_mul QtQ; have -> : col i 1%:M = delta_mx i 0 :> 'cV[R]_(d + 1) by apply/matrixP => a b; rewrite !mxE ord1 eqxx andbT.
  have -> : diag_mx mu *m delta_mx i 0 = mu 0 i *: delta_mx i (0 : 'I_1).
    by rewrite mul_diag_mx; apply/matrixP => a b; rewrite !mxE; case: eqP => [->|_]; rewrite ?mulr0.
  by rewrite -scalemxAr -colE.
have orth i j : (col i Q)^T *m col j Q = (i == j)%:R%:M.
  by apply/matrixP => a b; rewrite !ord1 -[LHS]/((_ *m _) 0 0) tr_col -row_mul col_mul QtQ !mxE eqxx.
pose M j : 'M[R]_(d + 1) := col (at_ j) Q *m z^T.
pose l : 'rV[R]_k := \row_j (2%:R^-1 * N%:R^-1 * mu 0 (at_ j) * - q).
exists (\matrix_j (vec (M j))^T), l; split.
- apply/matrixP => i j; rewrite mxE -[LHS]/(\sum_r _) [RHS]mxE.
  transitivity (((vec (M i))^T *m vec (M j)) 0 0).
    by rewrite [RHS]mxE; apply: eq_bigr => r _; rewrite mxE [_^T r j]mxE mxE [in RHS]mxE [(vec (M j)) r 0](_ : _ = (vec (M j))^T 0 r) ?mxE.
  rewrite vec_dot /M trmx_mul trmxK !mulmxA -(mulmxA z) orth mxE eqxx mulr1n mul_mx_scalar -scalemxAl mxtraceZ.
  by rewrite mxtrace_mulC z_unit mxtrace1 mulr1 (inj_eq inj).
- apply/row_matrixP => i; rewrite row_mul rowK.
  have -> : row i (diag_mx l *m \matrix_j (vec (M j))^T) = l 0 i *: (vec (M i))^T.
    by apply/matrixP => a j; rewrite mul_diag_mx !mxE ord1.
  rewrite -{1}H_sym -trmx_mul H_vec -trZ; congr (_^T); rewrite -vecZ; congr vec.
  have Xs : (X_q xq)^T = X_q xq by rewrite /X_q tr_block_mx !trmx0 trmxK.
  rewrite /M mulmxA col_eigen -(mulmxA _ z^T) -[X in z^T *m X]Xs -trmx_mul z_eigen trZ -scalemxAl -scalemxAr !scalerA.
  by rewrite mxE.
by move=> j; rewrite mxE pmulr_rlt0 ?oppr_lt0 // !mulr_gt0 // invr_gt0 ltr0n.
Qed.

Theorem negative_eigenvalues_at_least_rank : exists K l, @negative_eigenvectors R d N X y xq (\rank E) K l.
Proof.
have Es : (E *m E^T)^T = E *m E^T by rewrite trmx_mul trmxK.
have [Q [mu [QQ eq]]] := spectral Es.
pose P := [pred i | 0 < mu 0 i]; pose at_ (j : 'I_#|P|) := enum_val j.
have pos j : 0 < mu 0 (at_ j) := enum_valP j.
have [K [l neg]] := as_many_as_positive QQ eq (@enum_val_inj _ P) pos.
suff e : #|P| = \rank E by case: _ / e; exists K, l.
apply/eqP; rewrite eqn_leq (negative_eigenvalues_at_most_rank neg) /= -rank_EE eq.
apply: leq_trans (mxrankM_maxl _ _) _; apply: leq_trans (mxrankM_maxr _ _) _.
have QtQ : Q^T *m Q = 1%:M by apply: mulmx1C.
have mu0 i : 0 <= mu 0 i.
  have -> : mu 0 i = nrm2 (E^T *m col i Q); last exact: nrm2_ge0.
  rewrite /nrm2 /dotp mxtrace_mulC trmx_mul trmxK mulmxA -(mulmxA _ E) eq -!mulmxA colE (mulmxA Q^T Q) QtQ mul1mx.
  rewrite trmx_mul -!mulmxA (mulmxA Q^T Q) QtQ mul1mx mulmxA trmx_delta mxtrace_mulC -rowE.
  by rewrite mxtrace_mulC -colE /mxtrace big_ord1 !mxE eqxx mulr1n.
have -> : diag_mx mu = (\matrix_(i, j) (i == at_ j)%:R) *m (\matrix_(j, i) (mu 0 (at_ j) *+ (i == at_ j))) :> 'M[R]_(d + 1).
  apply/matrixP => a b; rewrite !mxE; under eq_bigr => j _ do rewrite !mxE.
  transitivity (\sum_(i in P) (a == i)%:R * (mu 0 i *+ (b == i))); last by rewrite big_enum_val.
  have [aP|aP] := boolP (a \in P).
    rewrite (bigD1 a) //= eqxx mul1r big1 ?addr0 => [|i /andP[_ ia]]; first by rewrite eq_sym.
    by rewrite eq_sym (negbTE ia) mul0r.
  have -> : mu 0 a = 0 by apply/eqP; rewrite eq_le mu0 andbT leNgt.
  rewrite mul0rn big1 // => i iP; have -> : (a == i) = false by apply/eqP => e; rewrite e iP in aP.
  by rewrite mul0r.
exact: leq_trans (mxrankM_maxl _ _) (rank_leq_col _).
Qed.

(* H has as many negative eigenvalues as E has rank *)
Theorem finding_F1_corrected : (exists K l, @negative_eigenvectors R d N X y xq (\rank E) K l) /\
  forall k K l, @negative_eigenvectors R d N X y xq k K l -> (k <= \rank E)%N.
Proof. by split; [exact: negative_eigenvalues_at_least_rank | move=> k K l; exact: negative_eigenvalues_at_most_rank]. Qed.
End AsManyAsRank.
