(* Eq. (3.4) and Lemma 5.1, for every prompt, every d and N and all blocks of both weight matrices: the prediction depends on
   the last row of W_PV and the first d columns of W_KQ, and is a quadratic form in them. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import kronecker attention.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Lemma51.
Variables (R : numFieldType) (d N : nat) (X : 'M[R]_(d, N)) (y : 'rV[R]_N) (xq : 'cV[R]_d).
Notation E := (prompt_embedding X y xq).
(* the prediction [f(E)]_{d+1, N+1} with rho = N; prediction is defined in lib/attention.v *)
Notation y_hat PV KQ := (prediction N%:R^-1 PV KQ E).

(* the named blocks; PV is the rest of W_PV, KQ the rest of W_KQ *)
Variables (U11 : 'M[R]_d) (u21 u12 : 'cV[R]_d) (u : R).
Definition W_PV (first_rows : 'M[R]_(d, d + 1)) : 'M[R]_(d + 1) := col_mx first_rows (row_mx u12^T u%:M).
Definition W_KQ (last_column : 'M[R]_(d + 1, 1)) : 'M[R]_(d + 1) := row_mx (col_mx U11 u21^T) last_column.

Theorem prediction_formula first_rows last_column : y_hat (W_PV first_rows) (W_KQ last_column) = N%:R^-1 *
  ((u12^T *m X + u *: y) *m (X^T *m U11 *m xq + y^T *m u21^T *m xq) + u12^T *m xq *m xq^T *m U11 *m xq) 0 0.
Proof.
rewrite predictionE /W_PV /W_KQ -[first_rows]hsubmxK -block_mxEv -[last_column]vsubmxK -block_mxEh.
by rewrite block_mxKdl block_mxKdr block_mxKul block_mxKdl mul_scalar_mx.
Qed.

(* X and H of Lemma 5.1, and the weights as one vector *)
Definition X_q : 'M[R]_(d + 1) := block_mx 0 xq xq^T 0.
Definition H : 'M[R]_((d + 1) * (d + 1)) := 2%:R^-1 *: kron X_q (N%:R^-1 *: (E *m E^T)).
Definition weights : 'cV[R]_((d + 1) * (d + 1)) := vec (block_mx U11 u12 u21^T u%:M).

Theorem lemma_5_1 first_rows last_column :
  (y_hat (W_PV first_rows) (W_KQ last_column))%:M = weights^T *m H *m weights.
Proof.
rewrite prediction_formula /weights; set M := block_mx U11 _ _ _; have Xs : X_q^T = X_q.
  by rewrite /X_q tr_block_mx !trmx0 trmxK.
rewrite /H -scalemxAr -scalemxAl -[(vec M)^T *m _ *m _]mulmxA -{1}Xs -vec_mul vec_dot scale_scalar_mx; congr _%:M.
have -> : \tr (M^T *m (N%:R^-1 *: (E *m E^T) *m M *m X_q)) = N%:R^-1 * \tr ((E^T *m M)^T *m ((E^T *m M) *m X_q)).
  by rewrite -!scalemxAl -scalemxAr mxtraceZ trmx_mul trmxK !mulmxA.
have -> : E^T *m M = block_mx (X^T *m U11 + y^T *m u21^T) (X^T *m u12 + u *: y^T) (xq^T *m U11) (xq^T *m u12).
  by rewrite /prompt_embedding tr_block_mx mulmx_block trmx0 !mul0mx !addr0 mul_mx_scalar.
set P := X^T *m U11 + _; set p := X^T *m u12 + _; set s := xq^T *m U11; set t := xq^T *m u12.
have -> : block_mx P p s t *m X_q = block_mx (p *m xq^T) (P *m xq) (t *m xq^T) (s *m xq).
  by rewrite /X_q mulmx_block !mulmx0 !add0r !addr0.
rewrite tr_block_mx mulmx_block mxtrace_block !mxtraceD.
have hp : \tr (P^T *m (p *m xq^T)) = \tr (p^T *m (P *m xq)).
  by rewrite -[LHS]mxtrace_tr !trmx_mul !trmxK -mulmxA [LHS]mxtrace_mulC -mulmxA.
have hs : \tr (s^T *m (t *m xq^T)) = \tr (t^T *m (s *m xq)).
  by rewrite -[LHS]mxtrace_tr !trmx_mul !trmxK -mulmxA [LHS]mxtrace_mulC -mulmxA.
rewrite hp hs; set a := \tr _; set b := \tr _.
have -> : ((u12^T *m X + u *: y) *m (X^T *m U11 *m xq + y^T *m u21^T *m xq) + u12^T *m xq *m xq^T *m U11 *m xq) 0 0 = a + b.
  rewrite mxE /a /b; congr (_ + _).
    rewrite /mxtrace big_ord1; congr (fun_of_matrix _ 0 0); rewrite /p /P -mulmxDl; congr (_ *m _).
    by apply/matrixP => i j; rewrite !mxE; congr (_ + _); apply: eq_bigr => k _; rewrite !mxE mulrC.
  rewrite /mxtrace big_ord1; congr (fun_of_matrix _ 0 0); rewrite /t /s trmx_mul trmxK !mulmxA //.
by move: (N%:R^-1) => r; field.
Qed.
End Lemma51.
