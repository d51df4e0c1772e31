(* Theorem 4.2 in the words of the generated files: the error of the trained layer above the least error of a linear predictor is
   what the engine gives, for the limit Gamma^-1 and for x_q^T A (1/M) sum_i y_i x_i at A = Gamma^-1. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite random_matrix error_algebra error_bounds setting.
From ICLTheorems Require Import theorem_4_2.
From ICLGenerated Require prediction_error limiting_error.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Engine.
Variables (R : realType) (d N M : nat) (La : 'M[R]_d).
Hypotheses (Lambda_definite : pd La) (M_positive : (0 < M)%N).
Variables (B A : comAlgType R) (E1 : B -> R) (E : A -> R) (x : 'cV[B]_d) (y : B).
Variables (example : 'I_M -> {rmorphism B -> A}) (query : {rmorphism B -> A}).
Hypotheses (law : is_expectation E1) (sample_law : is_expectation E).
Hypothesis covariance : expect E1 (x *m x^T) = La.
Hypothesis iid : forall g h, E ((\prod_i example i (g i)) * query h) = (\prod_i E1 (g i)) * E1 h.
Variables (W_PV W_KQ : 'M[R]_(d + 1)).
Hypothesis minimal : minimising N La W_PV W_KQ.
Notation G := (invmx (Gamma N La)).

Theorem engine_prediction_error : E ((y_hat x y example query W_PV W_KQ - query_y y query) ^+ 2) =
  linear_risk E1 x y (a La E1 x y) + prediction_error.excess M (Sigma E1 x y) La G (a La E1 x y).
Proof.
rewrite (theorem_4_2 Lambda_definite M_positive y law sample_law covariance iid minimal) -addrA; congr (_ + _).
have Gs := G_sym N Lambda_definite; have comm := G_Lambda N Lambda_definite.
rewrite /prediction_error.excess Gs -(bias_form comm (G_rest N Lambda_definite)).
have -> : \tr (G *m Sigma E1 x y *m G *m La) = \tr (Sigma E1 x y *m G *m G *m La).
  by rewrite -!mulmxA [LHS]mxtrace_mulC -!mulmxA -comm.
have q (K : 'M[R]_d) v : qf K v = (v^T *m K *m v) 0 0 by rewrite /qf /mxtrace big_ord1.
rewrite !q !mulmxA; set s := \tr _; set p3 := (_ *m La *m G *m La *m G *m La *m _ *m _) 0 0.
set p2 := (_ *m La *m G *m La *m _ *m _) 0 0; set p1 := (_ *m La *m _ *m _) 0 0; clearbody s p1 p2 p3.
by rewrite div1r mulNr mulr_natl -!addrA [RHS]addrCA; congr (_ + _); rewrite [RHS]addrC -!addrA addrCA addrA addrC.
Qed.

(* the theorem as the paper has it, and as the engine has it: both for the layer, its own query and any law *)
Theorem theorem_4_2_of_engine :
  E ((y_hat x y example query W_PV W_KQ - query_y y query) ^+ 2) =
    linear_risk E1 x y (a La E1 x y) + M%:R^-1 * \tr (Sigma E1 x y *m G *m G *m La)
    + N%:R^-1 ^+ 2 * (qf (G *m G *m La *m La *m La) (a La E1 x y) + 2%:R * \tr La * qf (G *m G *m La *m La) (a La E1 x y)
                      + \tr La ^+ 2 * qf (G *m G *m La) (a La E1 x y)) /\
  E ((y_hat x y example query W_PV W_KQ - query_y y query) ^+ 2) =
    linear_risk E1 x y (a La E1 x y) + limiting_error.excess M (Sigma E1 x y) La G (a La E1 x y) N%:R^-1.
Proof.
have whole := theorem_4_2 Lambda_definite M_positive y law sample_law covariance iid minimal; split=> //.
rewrite whole -addrA; congr (_ + _); rewrite /limiting_error.excess.
have -> : \tr (Sigma E1 x y *m G *m G *m La) = \tr (G *m G *m La *m Sigma E1 x y).
  by rewrite -!mulmxA [LHS]mxtrace_mulC !mulmxA.
have q (K : 'M[R]_d) v : qf K v = (v^T *m K *m v) 0 0 by rewrite /qf /mxtrace big_ord1.
rewrite !q !mulmxA; set s := \tr (_ *m Sigma _ _ _); set p3 := (_ *m La *m La *m La *m _ *m _) 0 0.
set p2 := (_ *m La *m La *m _ *m _) 0 0; set p1 := (_ *m La *m _ *m _) 0 0; set l := \tr La; set k := N%:R^-1.
clearbody s p1 p2 p3 l k; rewrite div1r; move: M%:R^-1 => m; ring.
Qed.
End Engine.
