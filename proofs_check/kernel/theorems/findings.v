(* Counterexamples to statements of the paper that fail as they are read (findings F2, F5, F7), and what holds instead. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite setting reduced_loss_form.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section TwoByTwo.
Variable R : realType.
Definition matrix2 (a b c e : R) : 'M[R]_2 :=
  \matrix_(i, j) if i == 0 then (if j == 0 then a else b) else (if j == 0 then c else e).
Definition vector2 (p q : R) : 'cV[R]_2 := \col_i if i == 0 then p else q.

Lemma matrix2_eq (A B : 'M[R]_2) : A 0 0 = B 0 0 -> A 0 1 = B 0 1 -> A 1 0 = B 1 0 -> A 1 1 = B 1 1 -> A = B.
Proof.
move=> h00 h01 h10 h11; apply/matrixP => i j.
have two (k : 'I_2) : k = 0 \/ k = 1 by case: k => [[|[|k]]] h //; [left | right]; apply: val_inj.
by case: (two i) => ->; case: (two j) => ->.
Qed.
Lemma sum2 (F : 'I_2 -> R) : \sum_i F i = F 0 + F 1.
Proof. by rewrite big_ord_recl big_ord1; congr (_ + F _); apply: val_inj. Qed.
Lemma matrix2_mul a b c e a' b' c' e' : matrix2 a b c e *m matrix2 a' b' c' e' =
  matrix2 (a * a' + b * c') (a * b' + b * e') (c * a' + e * c') (c * b' + e * e').
Proof. by apply: matrix2_eq; rewrite !mxE sum2 !mxE. Qed.
Lemma matrix2_form a b c e (v : 'cV[R]_2) :
  qf (matrix2 a b c e) v = a * v 0 0 ^+ 2 + (b + c) * (v 0 0 * v 1 0) + e * v 1 0 ^+ 2.
Proof.
rewrite /qf /mxtrace big_ord1 mxE sum2 !mxE !sum2 !mxE /=.
by move: (v 0 0) (v 1 0) => p q; ring.
Qed.
Lemma matrix2_psd a b e : 0 <= a -> 0 <= e -> b ^+ 2 <= a * e -> psd (matrix2 a b b e).
Proof.
move=> a0 e0 h; split=> [|v]; first by apply: matrix2_eq; rewrite !mxE.
rewrite matrix2_form; move: (v 0 0) (v 1 0) => p q.
have [az|an] := eqVneq a 0.
  move: h; rewrite az mul0r => h; have : b ^+ 2 == 0 by rewrite eq_le h sqr_ge0.
  by rewrite sqrf_eq0 => /eqP ->; rewrite !mul0r !addr0 mul0r !add0r mulr_ge0 ?sqr_ge0.
have ap : 0 < a by rewrite lt_def an.
rewrite -(pmulr_rge0 _ ap).
have -> : a * (a * p ^+ 2 + (b + b) * (p * q) + e * q ^+ 2) = (a * p + b * q) ^+ 2 + (a * e - b ^+ 2) * q ^+ 2 by ring.
by rewrite addr_ge0 ?sqr_ge0 // mulr_ge0 ?sqr_ge0 ?subr_ge0.
Qed.

(* F7: A, B positive semidefinite and x^T A B x >= 0 for all x do not imply A B = B A (Lemma D.4 holds if A B is symmetric:
   lemma_D4_symmetric). *)
Theorem finding_F7 : exists A B : 'M[R]_2, [/\ psd A, psd B, forall x, 0 <= qf (A *m B) x & A *m B <> B *m A].
Proof.
exists (matrix2 1 0 0 2%:R), (matrix2 2%:R 1 1 2%:R); split.
- by apply: matrix2_psd; rewrite ?ler01 ?ler0n // expr0n mulr_ge0 ?ler0n ?ler01.
- by apply: matrix2_psd; rewrite ?ler0n // expr1n -natrM ler1n.
- move=> x; rewrite matrix2_mul matrix2_form; move: (x 0 0) (x 1 0) => p q.
  have -> : (1 * 2%:R + 0 * 1) * p ^+ 2 + (1 * 1 + 0 * 2%:R + (0 * 2%:R + 2%:R * 1)) * (p * q) + (0 * 1 + 2%:R * 2%:R) * q ^+ 2
    = (p + q) ^+ 2 + (p + q / 2%:R) ^+ 2 + (11%:R / 4%:R) * q ^+ 2 by field.
  apply: addr_ge0; [apply: addr_ge0; exact: sqr_ge0 | apply: mulr_ge0; [by rewrite divr_ge0 ?ler0n | exact: sqr_ge0]].
rewrite !matrix2_mul => /matrixP/(_ 0 1); rewrite !mxE /= => /eqP.
by rewrite mul1r mul0r addr0 mulr0 add0r mul1r eq_sym -subr_eq0 -[X in _ - X]/(1%:R) -natrB // oner_eq0.
Qed.

(* F2: a query orthogonal to the prompt's covariates need not be predicted 0: here Lambda = diag(1, 2), N = 1, one example
   (x_1, y_1) = ((1, 1), 1) and the query (1, -1) give 2/35. *)
Theorem finding_F2 : let La := matrix2 1 0 0 2%:R in let x1 := vector2 1 1 in let xq := vector2 1 (-1) in
  [/\ pd La, xq^T *m x1 = 0 & xq^T *m invmx (Gamma 1 La) *m (1 *: x1) = (2%:R / 35%:R)%:M].
Proof.
split.
- split; first by apply: matrix2_eq; rewrite !mxE.
  move=> v v0; have -> : qf (matrix2 1 0 0 2%:R) v = v 0 0 ^+ 2 + (v 1 0 ^+ 2 + v 1 0 ^+ 2).
    by rewrite matrix2_form; move: (v 0 0) (v 1 0) => p q; ring.
  have f : 0 <= v 1 0 ^+ 2 + v 1 0 ^+ 2 by rewrite addr_ge0 ?sqr_ge0.
  rewrite lt_def addr_ge0 ?sqr_ge0 // andbT; apply: contra_neq v0 => /eqP.
  rewrite paddr_eq0 ?sqr_ge0 // paddr_eq0 ?sqr_ge0 // andbb !sqrf_eq0.
  case/andP => /eqP h0 /eqP h1; apply/matrixP => i j; rewrite ord1 mxE.
  by case: i => [[|[|i]]] hi //; [rewrite -[RHS]h0 | rewrite -[RHS]h1]; congr (v _ _); apply: val_inj.
- apply/matrixP => i j; rewrite !ord1 !mxE sum2 !mxE /=; ring.
have GE : Gamma 1 (matrix2 1 0 0 2%:R) = matrix2 5%:R 0 0 7%:R.
  apply: matrix2_eq; rewrite !mxE /mxtrace sum2 !mxE /=; by field.
have GI : invmx (Gamma 1 (matrix2 1 0 0 2%:R)) = matrix2 5%:R^-1 0 0 7%:R^-1.
  have h : matrix2 5%:R 0 0 7%:R *m matrix2 5%:R^-1 0 0 7%:R^-1 = 1%:M.
    rewrite matrix2_mul; apply: matrix2_eq; rewrite !mxE /=; by field.
  have [u _] := mulmx1_unit h.
  by rewrite GE -[LHS]mulmx1 -h mulKmx.
rewrite GI; apply/matrixP => i j; rewrite !ord1 !mxE sum2 !mxE !sum2 !mxE /=.
by field.
Qed.
End TwoByTwo.

(* F2 corrected: if Lambda is a multiple of I, a query orthogonal to all covariates (columns of X) is predicted 0. *)
Theorem finding_F2_corrected (R : realType) (d N M : nat) (c : R) (X : 'M[R]_(d, M)) (y : 'rV[R]_M) (xq : 'cV[R]_d) :
  xq^T *m X = 0 -> xq^T *m invmx (Gamma N c%:M) *m (M%:R^-1 *: \sum_i y 0 i *: col i X) = 0.
Proof.
move=> orthogonal; have -> : \sum_i y 0 i *: col i X = X *m y^T.
  apply/matrixP => a j; rewrite ord1 summxE [RHS]mxE; apply: eq_bigr => i _.
  by rewrite ![_ a 0]mxE [y^T _ _]mxE mulrC.
have [g ->] : exists g, Gamma N c%:M = g%:M :> 'M[R]_d.
  exists ((1 + N%:R^-1) * c + \tr (c%:M : 'M[R]_d) / N%:R).
  by rewrite /Gamma !scale_scalar_mx mulr1 raddfD.
by rewrite invmx_scalar mul_mx_scalar -scalemxAl -scalemxAr mulmxA orthogonal mul0mx !scaler0.
Qed.

(* F5: without the condition on sigma the loss need not start below that of u = 0, which is 0: here d = N = 1, Lambda = Theta = 1,
   sigma = 1, and the loss starts at 1/2. (Corollary 4.3 holds all the same, by B1.) *)
Theorem finding_F5 (R : realType) : let La : 'M[R]_1 := 1%:M in let Th : 'M[R]_1 := 1%:M in
  [/\ pd La, nrm2 (Th *m Th^T) = 1, ell La (Gamma 1 La) 0 0 = 0 & ell La (Gamma 1 La) (1 *: (Th *m Th^T)) 1 = 2%:R^-1].
Proof.
move=> La Th; have G3 : Gamma 1 La = (3%:R)%:M.
  have tL : \tr La = 1 by rewrite /La mxtrace1.
  by rewrite /Gamma tL /La; apply/matrixP => i j; rewrite !ord1 !mxE /= !mulr1n; field.
split; first exact: pd1.
- by rewrite /nrm2 /dotp /Th !(trmx1, mulmx1) mxtrace1.
- by rewrite /ell trmx0 !mulmx0 !mxtrace0 !mulr0 subrr.
by rewrite /ell G3 /La /Th !(trmx1, mulmx1, scale1r) mxtrace_scalar mxtrace1; field.
Qed.
