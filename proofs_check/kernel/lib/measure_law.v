(* The integral of a probability measure is a law: statements about every law hold for every probability measure, with its
   integrable functions. So do they for the law of finitely many values. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals ereal measure lebesgue_measure lebesgue_integral.
From ICL Require Import random_covariance.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Integral.
Variables (R : realType) (disp : measure_display) (T : measurableType disp) (P : {measure set T -> \bar R}).
Hypothesis total : P setT = 1%E.

Definition integrable_by (f : T -> R) : Prop := P.-integrable setT (EFin \o f).
Definition mean_by (f : T -> R) : R := fine (\int[P]_x (f x)%:E).

Let mT : measurable [set: T] := measurableT.
Lemma integral_mean f : integrable_by f -> (\int[P]_x (f x)%:E)%E = (mean_by f)%:E.
Proof. by move=> h; rewrite /mean_by fineK //; apply: integral_fune_fin_num h. Qed.
Lemma integrable_by_cst c : integrable_by (fun=> c).
Proof.
split.
  have -> : EFin \o (fun=> c) = cst c%:E :> (T -> \bar R) by [].
  exact: measurable_fun_cst.
have -> : (fun x : T => `|(EFin \o fun=> c) x|%E) = cst (`|c|)%:E by apply/funext.
by rewrite integral_cst // total mule1 ltry.
Qed.
Lemma integrable_byD f g : integrable_by f -> integrable_by g -> integrable_by (fun x => f x + g x).
Proof. by move=> hf hg; have := lebesgue_integral.integrableD mT hf hg; congr (lebesgue_integral.integrable _ _ _); apply/funext. Qed.
Lemma integrable_byZ a f : integrable_by f -> integrable_by (fun x => a * f x).
Proof. by move=> hf; have := integrablerM mT a hf; congr (lebesgue_integral.integrable _ _ _); apply/funext. Qed.
Lemma mean_byD f g : integrable_by f -> integrable_by g -> mean_by (fun x => f x + g x) = mean_by f + mean_by g.
Proof.
move=> hf hg; apply: EFin_inj; rewrite EFinD -!integral_mean //; last exact: integrable_byD.
by rewrite -(integralD_EFin mT hf hg); congr integral; apply/funext.
Qed.
Lemma mean_byZ a f : integrable_by f -> mean_by (fun x => a * f x) = a * mean_by f.
Proof.
move=> hf; apply: EFin_inj; rewrite EFinM -!integral_mean //; last exact: integrable_byZ.
by rewrite -(integralM mT hf); congr integral; apply/funext.
Qed.
Lemma mean_by_cst c : mean_by (fun=> c) = c.
Proof.
apply: EFin_inj; rewrite -integral_mean; last exact: integrable_by_cst.
by rewrite -[RHS]mule1 -total -integral_cst.
Qed.
Lemma mean_by_ge0 f : (forall x, 0 <= f x) -> 0 <= mean_by f.
Proof. by move=> f0; rewrite /mean_by fine_ge0 // integral_ge0 // => x _; rewrite lee_fin. Qed.
Lemma mean_by_mono f g : integrable_by f -> integrable_by g -> (forall x, f x <= g x) -> mean_by f <= mean_by g.
Proof.
move=> hf hg le; rewrite -subr_ge0 -mulN1r -mean_byZ // -mean_byD //; last exact: integrable_byZ.
by apply: mean_by_ge0 => x; rewrite mulN1r subr_ge0.
Qed.
Lemma mean_by_gt0 f : integrable_by f -> (forall x, 0 < f x) -> 0 < mean_by f.
Proof.
move=> hf f0; rewrite lt_def mean_by_ge0 ?andbT => [|x]; last exact: ltW.
apply/eqP => z; have abs0 : (\int[P]_x `|(f x)%:E|)%E = 0%E.
  have -> : (fun x => `|(f x)%:E|%E) = fun x => (f x)%:E.
    by apply/funext => x; rewrite gee0_abs // lee_fin ltW.
  by rewrite integral_mean // z.
have [m _] := hf; have /(ae_eq_integral_abs P mT m) [N [mN N0 sub]] := abs0.
have NT : N = setT.
  apply/seteqP; split=> // x _; apply: sub => /= h; have [e] := h I.
  by have := f0 x; rewrite e ltxx.
by move: N0; rewrite NT total => -[] /eqP; rewrite oner_eq0.
Qed.

Definition measure_law : law R T :=
  Law integrable_by_cst mean_by_cst integrable_byD mean_byD integrable_byZ mean_byZ mean_by_mono mean_by_gt0.
End Integral.
