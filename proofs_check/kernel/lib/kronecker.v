(* Kronecker products and the vec operator: Vec(A X B) = (B^T (x) A) Vec X. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Kronecker.
Variable R : comRingType.
Implicit Types m n p q : nat.

(* r in I_(m * p) as the pair (i, k) that mxvec lists at place r, rows first *)
Definition pair_at m p (r : 'I_(m * p)) : 'I_m * 'I_p := enum_val (cast_ord (esym (mxvec_cast m p)) r).
(* the block matrix with blocks a_ij B *)
Definition kron m n p q (A : 'M[R]_(m, n)) (B : 'M[R]_(p, q)) : 'M[R]_(m * p, n * q) :=
  \matrix_(r, c) (A (pair_at r).1 (pair_at c).1 * B (pair_at r).2 (pair_at c).2).
(* the columns of A below one another *)
Definition vec m n (A : 'M[R]_(m, n)) : 'cV[R]_(n * m) := (mxvec A^T)^T.

Lemma pair_at_index m p (i : 'I_m) (k : 'I_p) : pair_at (mxvec_index i k) = (i, k).
Proof. by rewrite /pair_at /mxvec_index cast_ordK enum_rankK. Qed.
Lemma kronE m n p q (A : 'M[R]_(m, n)) (B : 'M[R]_(p, q)) i j k l :
  kron A B (mxvec_index i k) (mxvec_index j l) = A i j * B k l.
Proof. by rewrite mxE !pair_at_index. Qed.
Lemma vecE m n (A : 'M[R]_(m, n)) i j : vec A (mxvec_index j i) 0 = A i j.
Proof. by rewrite mxE mxvecE mxE. Qed.
Lemma sum_index m p (F : 'I_(m * p) -> R) : \sum_r F r = \sum_i \sum_k F (mxvec_index i k).
Proof.
rewrite pair_bigA (reindex (fun t : 'I_m * 'I_p => mxvec_index t.1 t.2)) //=.
exists (@pair_at m p) => [[i k] _|r _] /=; first by rewrite pair_at_index.
by case/mxvec_indexP: r => i k; rewrite pair_at_index.
Qed.
Lemma vec_mul m n p q (A : 'M[R]_(m, n)) (X : 'M[R]_(n, p)) (B : 'M[R]_(p, q)) :
  vec (A *m X *m B) = kron B^T A *m vec X.
Proof.
apply/matrixP => r c; rewrite ord1; case/mxvec_indexP: r => j i.
rewrite vecE [RHS]mxE sum_index mxE; apply: eq_bigr => l _.
rewrite mxE mulr_suml; apply: eq_bigr => k _.
by rewrite kronE vecE mxE mulrC mulrA.
Qed.
Lemma vec_dot m n (A B : 'M[R]_(m, n)) : (vec A)^T *m vec B = (\tr (A^T *m B))%:M.
Proof.
apply/matrixP => r c; rewrite !ord1 mxE sum_index [RHS]mxE eqxx mulr1n.
apply: eq_bigr => j _; rewrite [RHS]mxE; apply: eq_bigr => i _.
by rewrite [(vec A)^T _ _]mxE !vecE [A^T _ _]mxE.
Qed.
Lemma vec_inj m n : injective (@vec m n).
Proof. by move=> A B e; apply/matrixP => i j; rewrite -(vecE A) -(vecE B) e. Qed.
Lemma vecD m n (A B : 'M[R]_(m, n)) : vec (A + B) = vec A + vec B.
Proof. by rewrite /vec !linearD. Qed.
Lemma vecZ m n a (A : 'M[R]_(m, n)) : vec (a *: A) = a *: vec A.
Proof. by rewrite /vec !linearZ. Qed.
Lemma vec_unvec m n (v : 'cV[R]_(n * m)) : exists A : 'M_(m, n), vec A = v.
Proof. by exists (vec_mx v^T)^T; rewrite /vec trmxK vec_mxK trmxK. Qed.
End Kronecker.
