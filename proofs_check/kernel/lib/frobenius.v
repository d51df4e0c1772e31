(* The Frobenius inner product <A, B> = tr(A B^T), its square norm, Cauchy-Schwarz, ||AB|| <= ||A|| ||B||:
   for every dimension, over any real closed field. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Frob.
Variable R : rcfType.
Implicit Types m n p : nat.

Lemma trZ m n a (A : 'M[R]_(m, n)) : (a *: A)^T = a *: A^T.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.
Lemma trB m n (A B : 'M[R]_(m, n)) : (A - B)^T = A^T - B^T.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.

Definition dotp m n (A B : 'M[R]_(m, n)) : R := \tr (A *m B^T).
Definition nrm2 m n (A : 'M[R]_(m, n)) : R := dotp A A.

Lemma dotpE m n (A B : 'M[R]_(m, n)) : dotp A B = \sum_i \sum_j A i j * B i j.
Proof.
by apply: eq_bigr => i _; rewrite mxE; apply: eq_bigr => j _; rewrite mxE.
Qed.
Lemma dotpC m n (A B : 'M[R]_(m, n)) : dotp A B = dotp B A.
Proof. by rewrite !dotpE; apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite mulrC. Qed.
Lemma dotpDl m n (A B C : 'M[R]_(m, n)) : dotp (A + B) C = dotp A C + dotp B C.
Proof. by rewrite /dotp mulmxDl mxtraceD. Qed.
Lemma dotpZl m n a (A C : 'M[R]_(m, n)) : dotp (a *: A) C = a * dotp A C.
Proof. by rewrite /dotp -scalemxAl mxtraceZ. Qed.
Lemma dotpNl m n (A C : 'M[R]_(m, n)) : dotp (- A) C = - dotp A C.
Proof. by rewrite -scaleN1r dotpZl mulN1r. Qed.
Lemma dotpDr m n (A B C : 'M[R]_(m, n)) : dotp C (A + B) = dotp C A + dotp C B.
Proof. by rewrite dotpC dotpDl !(dotpC C). Qed.
Lemma dotpZr m n a (A C : 'M[R]_(m, n)) : dotp C (a *: A) = a * dotp C A.
Proof. by rewrite dotpC dotpZl dotpC. Qed.
Lemma dotpNr m n (A C : 'M[R]_(m, n)) : dotp C (- A) = - dotp C A.
Proof. by rewrite dotpC dotpNl dotpC. Qed.
Lemma nrm2E m n (A : 'M[R]_(m, n)) : nrm2 A = \sum_i \sum_j A i j ^+ 2.
Proof. by rewrite /nrm2 dotpE; apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite expr2. Qed.
Lemma nrm2_ge0 m n (A : 'M[R]_(m, n)) : 0 <= nrm2 A.
Proof. by rewrite nrm2E; apply: sumr_ge0 => i _; apply: sumr_ge0 => j _; apply: sqr_ge0. Qed.
Lemma nrm2_eq0 m n (A : 'M[R]_(m, n)) : (nrm2 A == 0) = (A == 0).
Proof.
apply/eqP/eqP => [|->]; last by rewrite /nrm2 /dotp mul0mx mxtrace0.
rewrite nrm2E => /eqP; rewrite psumr_eq0; last by move=> i _; apply: sumr_ge0 => j _; apply: sqr_ge0.
move=> /allP h; apply/matrixP => i j; rewrite mxE.
have /= := h i (mem_index_enum _); rewrite psumr_eq0; last by move=> k _; apply: sqr_ge0.
by move=> /allP/(_ j (mem_index_enum _)); rewrite sqrf_eq0 => /eqP.
Qed.
Lemma nrm2Z m n a (A : 'M[R]_(m, n)) : nrm2 (a *: A) = a ^+ 2 * nrm2 A.
Proof. by rewrite /nrm2 dotpZl dotpZr mulrA expr2. Qed.
Lemma nrm2_tr m n (A : 'M[R]_(m, n)) : nrm2 A^T = nrm2 A.
Proof. by rewrite /nrm2 /dotp trmxK mxtrace_mulC. Qed.
Lemma nrm2_row m n (A : 'M[R]_(m, n)) : nrm2 A = \sum_i nrm2 (row i A).
Proof.
rewrite nrm2E; apply: eq_bigr => i _.
by rewrite nrm2E big_ord1; apply: eq_bigr => j _; rewrite mxE.
Qed.
Lemma entry_le_nrm2 m n (A : 'M[R]_(m, n)) i j : A i j ^+ 2 <= nrm2 A.
Proof.
rewrite nrm2E (bigD1 i) //= (bigD1 j) //= -addrA ler_addl addr_ge0 //.
  by apply: sumr_ge0 => k _; apply: sqr_ge0.
by apply: sumr_ge0 => k _; apply: sumr_ge0 => l _; apply: sqr_ge0.
Qed.

Lemma cauchy_schwarz m n (A B : 'M[R]_(m, n)) : dotp A B ^+ 2 <= nrm2 A * nrm2 B.
Proof.
have [/eqP|B0] := eqVneq (nrm2 B) 0.
  by rewrite nrm2_eq0 => /eqP ->; rewrite dotpC {1}/dotp mul0mx mxtrace0 expr0n mulr_ge0 ?nrm2_ge0.
have Bp : 0 < nrm2 B by rewrite lt_def B0 nrm2_ge0.
have := nrm2_ge0 (nrm2 B *: A - dotp A B *: B).
have -> : nrm2 (nrm2 B *: A - dotp A B *: B) = nrm2 B * (nrm2 A * nrm2 B - dotp A B ^+ 2).
  rewrite {1}/nrm2 !(dotpDl, dotpDr, dotpNl, dotpNr, dotpZl, dotpZr) (dotpC B A) -!/(nrm2 _); ring.
by rewrite pmulr_rge0 // subr_ge0.
Qed.

Lemma nrm2_mul m n p (A : 'M[R]_(m, n)) (B : 'M[R]_(n, p)) : nrm2 (A *m B) <= nrm2 A * nrm2 B.
Proof.
rewrite nrm2E (nrm2_row A) mulr_suml; apply: ler_sum => i _.
rewrite -(nrm2_tr B) (nrm2_row B^T) mulr_sumr; apply: ler_sum => j _.
apply: le_trans (cauchy_schwarz (row i A) (row j B^T)); rewrite le_eqVlt; apply/orP; left; apply/eqP.
rewrite dotpE big_ord1 mxE; congr (_ ^+ 2).
by apply: eq_bigr => k _; rewrite !mxE.
Qed.
End Frob.
