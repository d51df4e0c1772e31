(* Statement B9: the error on prompts whose covariates, query, task and noise differ from those of training, for any matrix A
   in place of Gamma^-1; task shifts, query shifts and covariate shifts of section 4.2 are its special cases. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius random_matrix independent_prompt.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section JointShift.
Variables (R : rcfType) (d M : nat) (A0 : 'M[R]_d).
Hypothesis M_positive : (0 < M)%N.
(* The law of an example, (x, eps), of the query, x_q, and of the task, w: expectations on algebras B, D, C. A fixed task is
   the case C = R. *)
Variables (B C D A : comAlgType R) (E1 : B -> R) (Eq : D -> R) (Ew : C -> R) (E : A -> R).
Variables (x : 'cV[B]_d) (eps : B) (xq : 'cV[D]_d) (w : 'cV[C]_d).
Variables (task : {rmorphism C -> A}) (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism D -> A}).
Hypotheses (law_x : is_expectation E1) (law : is_expectation E) (law_w : is_expectation Ew) (law_q : is_expectation Eq).
Hypothesis ind : independent Ew E1 Eq E task example query.

(* Lambda_c, Lambda_q: covariances of context and query; W = E w w^T; noise of mean 0 and variance s2, independent of x *)
Variables (La_c La_q W : 'M[R]_d) (s2 : R).
Hypothesis context : expect E1 (x *m x^T) = La_c.
Hypothesis query_moment : expect Eq (xq *m xq^T) = La_q.
Hypothesis tasks : expect Ew (w *m w^T) = W.
Hypothesis noise_x : expect E1 (eps *: x) = 0.
Hypothesis noise_xxx : forall v : 'cV[R]_d, expect E1 ((eps * ((const B v)^T *m x) 0 0) *: (x *m x^T)) = 0.
Hypothesis noise_xx : expect E1 (eps ^+ 2 *: (x *m x^T)) = s2 *: La_c.
(* K = E[x x^T W x x^T] *)
Let K : 'M[R]_d := expect E1 (x *m x^T *m const B W *m x *m x^T).

Definition w_A : 'cV[A]_d := map_mx task w.
Definition x_A i : 'cV[A]_d := map_mx (example i) x.
Definition y_A i : A := (w_A^T *m x_A i) 0 0 + example i eps.
Definition xq_A : 'cV[A]_d := map_mx query xq.
Definition y_hat : A := (xq_A^T *m const A A0 *m (M%:R^-1%:A *: \sum_i y_A i *: x_A i)) 0 0.
Definition truth : A := (w_A^T *m xq_A) 0 0.

Definition prompt_moment : 'M[R]_d := M%:R^-1 *: (K + s2 *: La_c) + (1 - M%:R^-1) *: (La_c *m W *m La_c).

Lemma La_c_sym : La_c^T = La_c.
Proof. by rewrite -context -expect_tr trmx_mul trmxK. Qed.

Theorem error_of_any_matrix : E ((y_hat - truth) ^+ 2) =
  \tr (La_q *m (A0 *m prompt_moment *m A0^T - A0 *m La_c *m W - W *m La_c *m A0^T + W)).
Proof.
pose t : 'cV[C]_(d + 1) := col_mx w 1%:M; pose phi : 'cV[B]_(d + 1) := col_mx x eps%:M.
pose psi : 'cV[D]_(d + 1) := col_mx xq 0.
have := error_of_read_out law_x law ind x phi t xq psi A0 M_positive.
have lab i : label task example phi t i = y_A i.
  rewrite /label /t /phi !map_col_mx tr_col_mx mul_row_col mxE map_mx1 trmx1 mul1mx map_scalar_mx.
  by rewrite [_%:M 0 0]mxE eqxx mulr1n.
have -> : target task query t psi = truth.
  by rewrite /target /t /psi !map_col_mx tr_col_mx mul_row_col map_mx0 mulmx0 addr0.
have -> : read_out task example query x phi t xq A0 = y_hat.
  rewrite /read_out /context_vector /y_hat; congr (fun_of_matrix (_ *m (_ *: _)) 0 0).
  by apply: eq_bigr => i _; rewrite lab.
move=> ->.
pose mu := expect Ew w.
have T1 : expect Ew (t *m t^T) = block_mx W mu mu^T 1%:M.
  rewrite /t tr_col_mx mul_col_row trmx1 mulmx1 mul1mx mulmx1 /expect map_block_mx; congr block_mx => //.
  - by rewrite /mu /expect map_trmx.
  - by apply/matrixP => i j; rewrite !ord1 !mxE; case: law_w.
have F1 : expect E1 (x *m phi^T) = row_mx La_c 0.
  rewrite /phi tr_col_mx mul_mx_row tr_scalar_mx mul_mx_scalar /expect map_row_mx; congr row_mx => //.
have G1 : expect Eq (xq *m psi^T) = row_mx La_q 0.
  rewrite /psi tr_col_mx mul_mx_row trmx0 mulmx0 /expect map_row_mx; congr row_mx => //.
  by apply/matrixP => i j; rewrite !mxE (exp0 law_q).
have P1 : expect Eq (psi *m psi^T) = block_mx La_q 0 0 0.
  have z p q : expect Eq (0 : 'M[D]_(p, q)) = 0 by apply/matrixP => i j; rewrite !mxE (exp0 law_q).
  by rewrite /psi tr_col_mx mul_col_row trmx0 !mulmx0 !mul0mx /expect map_block_mx -!/(expect Eq _) !z query_moment.
have Q1 : expect E1 ((phi^T *m const B (expect Ew (t *m t^T)) *m phi) 0 0 *: (x *m x^T)) = K + s2 *: La_c.
  have -> : (phi^T *m const B (expect Ew (t *m t^T)) *m phi) 0 0 =
      (x^T *m const B W *m x) 0 0 + (eps * ((const B mu)^T *m x) 0 0) *+ 2 + eps ^+ 2.
    rewrite T1 /phi /const map_block_mx tr_col_mx mul_row_block mul_row_col map_mx1 -/(const B W) -/(const B mu) -map_trmx -/(const B mu).
    rewrite !tr_scalar_mx !mul_scalar_mx !mulmxDl !mul_mx_scalar.
    have addE (P Q : 'M[B]_1) : (P + Q) 0 0 = P 0 0 + Q 0 0 by rewrite mxE.
    have scaleE (c : B) (P : 'M[B]_1) : (c *: P) 0 0 = c * P 0 0 by rewrite mxE.
    have trE (P : 'M[B]_1) : P 0 0 = P^T 0 0 by rewrite mxE.
    rewrite !addE -!scalemxAl !scaleE [(x^T *m const B mu) 0 0]trE trmx_mul trmxK.
    by rewrite [1%:M 0 0]mxE eqxx mulr1n mulr1 expr2 mulr2n !addrA.
  have sand : (x^T *m const B W *m x) 0 0 *: (x *m x^T) = x *m x^T *m const B W *m x *m x^T.
    have -> : x *m x^T *m const B W *m x *m x^T = x *m ((x^T *m const B W *m x) *m x^T) by rewrite !mulmxA.
    by rewrite {2}[x^T *m const B W *m x]mx11_scalar mul_scalar_mx -scalemxAr.
  rewrite scalerDl scalerDl sand mulr2n scalerDl !(expectD law_x) noise_xx noise_xxx addr0 addr0 //.
rewrite /context_moment Q1 F1 T1 G1 P1 query_moment.
have FT : row_mx La_c 0 *m block_mx W mu mu^T 1%:M = row_mx (La_c *m W) (La_c *m mu) :> 'M[R]_(d, d + 1).
  by rewrite mul_row_block !mul0mx !addr0.
rewrite FT tr_row_mx trmx0 mul_row_col mulmx0 addr0 La_c_sym.
have -> : \tr ((row_mx La_q 0)^T *m A0 *m row_mx La_c 0 *m block_mx W mu mu^T 1%:M) = \tr (La_q *m A0 *m La_c *m W).
  have Lqs : La_q^T = La_q by rewrite -query_moment -expect_tr trmx_mul trmxK.
  rewrite -!mulmxA FT tr_row_mx trmx0 Lqs mul_col_mx mul_mx_row mul_mx_row mul0mx.
  by rewrite -[X in col_mx _ X]row_mx0 -block_mxEv mxtrace_block mxtrace0 addr0.
have -> : \tr (block_mx La_q 0 0 0 *m block_mx W mu mu^T 1%:M) = \tr (La_q *m W).
  by rewrite mulmx_block !mul0mx !addr0 mxtrace_block mxtrace0 addr0.
have -> : \tr (La_q *m (A0 *m prompt_moment *m A0^T - A0 *m La_c *m W - W *m La_c *m A0^T + W)) =
    \tr (La_q *m A0 *m prompt_moment *m A0^T) - \tr (La_q *m A0 *m La_c *m W) - \tr (La_q *m W *m La_c *m A0^T)
    + \tr (La_q *m W).
  by rewrite mulmxDr mulmxBr mulmxBr mxtraceD !raddfB /= !mulmxA.
have -> : \tr (La_q *m W *m La_c *m A0^T) = \tr (La_q *m A0 *m La_c *m W).
  rewrite -[LHS]mxtrace_tr !trmx_mul trmxK La_c_sym.
  have -> : La_q^T = La_q by rewrite -query_moment -expect_tr trmx_mul trmxK.
  have -> : W^T = W by rewrite -tasks -expect_tr trmx_mul trmxK.
  by rewrite !mulmxA mxtrace_mulC !mulmxA.
by rewrite mulr2n opprD !addrA.
Qed.

(* the fourth moments of Lemma D.2, as a Gaussian context has them *)
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La_c *m (S + S^T) *m La_c + \tr (S *m La_c) *: La_c.

Theorem statement_B9 : E ((y_hat - truth) ^+ 2) =
  M%:R^-1 * \tr (A0^T *m La_q *m A0 *m (\tr (La_c *m W) *: La_c + La_c *m W *m La_c + s2 *: La_c))
  + \tr ((A0 *m La_c - 1%:M)^T *m La_q *m (A0 *m La_c - 1%:M) *m W).
Proof.
have Ws : W^T = W by rewrite -tasks -expect_tr trmx_mul trmxK.
rewrite error_of_any_matrix /prompt_moment /K fourth Ws; set V := \tr (La_c *m W) *: La_c + _ + _.
have -> : M%:R^-1 *: (La_c *m (W + W) *m La_c + \tr (W *m La_c) *: La_c + s2 *: La_c) +
    (1 - M%:R^-1) *: (La_c *m W *m La_c) = M%:R^-1 *: V + La_c *m W *m La_c.
  rewrite /V mxtrace_mulC mulmxDr mulmxDl; move: (La_c *m W *m La_c) => P.
  apply/matrixP => i j; rewrite !mxE.
  by move: (\tr (La_c *m W)) (P i j) (La_c i j) (M%:R^-1) => t p l m; ring.
have -> : A0 *m (M%:R^-1 *: V + La_c *m W *m La_c) *m A0^T - A0 *m La_c *m W - W *m La_c *m A0^T + W =
    M%:R^-1 *: (A0 *m V *m A0^T) + (A0 *m La_c - 1%:M) *m W *m (A0 *m La_c - 1%:M)^T.
  rewrite [(A0 *m La_c - 1%:M)^T]raddfB /= trmx_mul La_c_sym trmx1.
  clearbody V; rewrite !(mulmxBl, mulmxBr) mulmxDr mulmxDl -scalemxAr -scalemxAl !(mul1mx, mulmx1) !mulmxA -!addrA.
  by congr (_ + (_ + _)); rewrite opprB addrCA [W - _]addrC.
rewrite (mulmxDr La_q) mxtraceD -scalemxAr mxtraceZ; congr (_ * _ + _).
  by rewrite !mulmxA [LHS]mxtrace_mulC !mulmxA.
by rewrite !mulmxA [LHS]mxtrace_mulC !mulmxA.
Qed.
End JointShift.
