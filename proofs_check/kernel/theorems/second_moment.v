(* (A.7): the mean square of the second moment of a prompt's covariates is Gamma Lambda, for pairwise independent covariates of one
   law with a Gaussian's second and fourth moments, for every d and every N > 0. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius random_matrix setting.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section SecondMoment.
Variables (R : realType) (d N : nat) (La : 'M[R]_d).
Hypothesis N_positive : (0 < N)%N.
Variables (B A : comAlgType R) (E1 : B -> R) (E : A -> R) (x : 'cV[B]_d) (example : 'I_N -> {rmorphism B -> A}).
Hypotheses (law : is_expectation E1) (sample_law : is_expectation E).
Hypothesis one_law : forall i f, E (example i f) = E1 f.
Hypothesis pairwise_independent : forall i j f h, i != j -> E (example i f * example j h) = E1 f * E1 h.
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis fourth : forall S : 'M[R]_d,
  expect E1 (x *m x^T *m const B S *m x *m x^T) = La *m (S + S^T) *m La + \tr (S *m La) *: La.
(* x_i, and the second moment (1/N) sum_i x_i x_i^T *)
Let x_A i : 'cV[A]_d := map_mx (example i) x.
Let S : 'M[A]_d := N%:R^-1%:A *: \sum_i x_A i *m (x_A i)^T.

Let outer i j : expect E (x_A i *m (x_A i)^T *m (x_A j *m (x_A j)^T)) =
  if i == j then (La *m La) *+ 2 + \tr La *: La else La *m La.
Proof.
have xxE k : x_A k *m (x_A k)^T = map_mx (example k) (x *m x^T) by rewrite /x_A map_mxM map_trmx.
rewrite !xxE; case: eqP => [<-|/eqP ij].
  have := fourth 1%:M; rewrite const1 mulmx1 trmx1 mulmxDr mulmx1 mulmxDl mul1mx -mulr2n => <-.
  by rewrite -map_mxM mulmxA; apply/matrixP => a c; rewrite !mxE one_law.
rewrite -covariance; apply/matrixP => a c; rewrite [LHS]mxE [RHS]mxE mxE (exp_sum sample_law); apply: eq_bigr => b _.
by rewrite ![map_mx (example _) _ _ _]mxE pairwise_independent // ![expect _ _ _ _]mxE.
Qed.

Theorem equation_A7 : expect E (S *m S) = Gamma N La *m La.
Proof.
have n0 : N%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
have expectZ c m n (X : 'M[A]_(m, n)) : expect E (c%:A *: X) = c *: expect E X.
  by apply/matrixP => i j; rewrite !mxE -scalerAl mul1r (expZ sample_law).
have expect_sum (F : 'I_N -> 'M[A]_d) : expect E (\sum_i F i) = \sum_i expect E (F i).
  apply/matrixP => a b; rewrite mxE !summxE (exp_sum sample_law); by apply: eq_bigr => i _; rewrite mxE.
rewrite /S -scalemxAl -scalemxAr !expectZ mulmx_suml expect_sum.
under eq_bigr => i _ do rewrite mulmx_sumr expect_sum.
have sum i : \sum_j expect E (x_A i *m (x_A i)^T *m (x_A j *m (x_A j)^T)) = (La *m La) *+ (N + 1) + \tr La *: La.
  rewrite (bigD1 i) //= outer eqxx (eq_bigr (fun=> La *m La)) => [|j ji]; last first.
    by rewrite outer eq_sym (negbTE ji).
  rewrite sumr_const cardC1 card_ord addrAC -mulrnDr; congr (_ *+ _ + _).
  by case: (N) N_positive => // n _; rewrite addnC addn2 addn1.
rewrite (eq_bigr _ (fun i _ => sum i)) sumr_const card_ord /Gamma mulmxDl -!scalemxAl mul1mx.
have e (q t l n : R) : n != 0 -> n^-1 * (n^-1 * ((q * (n + 1) + t * l) * n)) = (1 + n^-1) * q + t / n * l.
  by move=> h; field.
move: (La *m La) (\tr La) => Q t; apply/matrixP => a b; rewrite !(mxE, mulmxnE).
rewrite -[_ *+ (N + 1)]mulr_natr -[(_ + _) *+ N]mulr_natr natrD; exact: e.
Qed.
End SecondMoment.
