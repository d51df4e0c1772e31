(* Two displays of appendix C that do not hold as printed, and what holds: the linear term of the loss at the initialisation, in
   the proof of Lemma C.6, and the limit of u in (C.15). *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite setting random_covariance random_diagonal constant_law.
From ICLTheorems Require Import appendix_C.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section LinearTerm.
Variables (R : realType) (Omega : Type) (P : law R Omega) (d N : nat) (La : Omega -> 'M[R]_d).
Hypothesis moment2 : forall i j k l, integrable P (fun o => La o i j * La o k l).
Hypothesis moment3 : forall i j k l m n, integrable P (fun o => La o i j * La o k l * La o m n).
(* the linear term, in sigma^2, of the loss at U = sigma Theta Theta^T, u = sigma is tr(E[Lambda^2] Theta Theta^T) *)
Theorem loss_at_start (Th : 'M[R]_d) sigma : let T := Th *m Th^T in mean_loss P N La (sigma *: T) sigma =
  2%:R^-1 * sigma ^+ 4 * \tr (mean_mx P (fun o => Gamma N (La o) *m La o *m T *m La o) *m T)
  - sigma ^+ 2 * \tr (mean_mx P (fun o => La o *m La o) *m Th *m Th^T).
Proof.
move=> T; have Ts : T^T = T by rewrite /T trmx_mul trmxK.
have lin : mean_quadratic P N La (sigma *: T) = sigma *: mean_quadratic P N La T.
  exact: (linearZ_LR (mean_quadratic_linear N moment3) sigma T).
rewrite /mean_loss (lemma_C1_loss N moment2 moment3) -/(mean_quadratic P N La _) lin -/(mean_quadratic P N La _).
rewrite trZ Ts -!scalemxAr -scalemxAl !mxtraceZ /T !mulmxA.
set a := \tr (mean_quadratic _ _ _ _ *m _ *m _); set b := \tr (_ *m _ *m _); clearbody a b.
by field.
Qed.
End LinearTerm.

(* the law of two values with probabilities p and 1 - p *)
Section TwoValues.
Variables (R : realType) (p : R).
Hypotheses (p_positive : 0 < p) (p_below_1 : p < 1).
Definition two_values : law R bool.
Proof.
have q0 : 0 < 1 - p by rewrite subr_gt0.
refine (@Law R bool (fun=> True) (fun f => p * f true + (1 - p) * f false) _ _ _ _ _ _ _ _) => //.
- by move=> c; rewrite -mulrDl addrC subrK mul1r.
- by move=> f g _ _; ring.
- by move=> a f _; ring.
- by move=> f g _ _ h; rewrite ler_add // ler_wpmul2l // ltW.
- by move=> f _ h; rewrite addr_gt0 // mulr_gt0.
Defined.
End TwoValues.

(* printed, before (C.12): that term is sigma^2 ||E[Lambda] Theta||_F^2. Here d = 1, Theta = 1 and Lambda = 1 or 3 with probability
   1/2: then ||E[Lambda] Theta||_F^2 = 4 and tr(E[Lambda^2] Theta Theta^T) = 5. *)
Section PrintedAlignment.
Variable R : realType.
Let half_positive : 0 < 2%:R^-1 :> R. Proof. by rewrite invr_gt0 ltr0n. Qed.
Let half_below_1 : 2%:R^-1 < 1 :> R. Proof. by rewrite invf_lt1 ?ltr0n // ltr1n. Qed.
Theorem printed_alignment_fails : let P := two_values half_positive half_below_1 in
  let La := fun o : bool => (if o then 1 else 3%:R)%:M : 'M[R]_1 in let Th : 'M[R]_1 := 1%:M in
  [/\ forall o, pd (La o), nrm2 (Th *m Th^T) = 1, \tr (mean_mx P (fun o => La o *m La o) *m Th *m Th^T) = 5%:R
    & nrm2 (mean_mx P La *m Th) = 4%:R].
Proof.
split.
- by case; rewrite -[_%:M]scalemx1; apply: pdZ (@pd1 _ _); rewrite ?ltr01 ?ltr0n.
- by rewrite /nrm2 /dotp !(trmx1, mulmx1) mxtrace1.
- rewrite trmx1 !mulmx1 /mxtrace big_ord1 mxE /= -!scalar_mxM !mxE eqxx !mulr1n; by field.
rewrite mulmx1 nrm2E !big_ord1 mxE /= !mxE eqxx !mulr1n; by field.
Qed.
End PrintedAlignment.

(* (C.15) as printed, with xi_i/gamma_i in place of their squares, fails: here d = N = 1 and Lambda is always 1, xi = 1 and gamma = 3 *)
Section PrintedLimit.
Variable R : realType.
Let P := constant_law R.
Let lambda : unit -> 'rV[R]_1 := fun=> const_mx 1.
Let positive o i : 0 < lambda o 0 i. Proof. by rewrite mxE ltr01. Qed.
Theorem printed_limit_of_u_fails (Th : 'M[R]_1) (sigma : R) U u :
  mean_flow P 1 (fun o => diag_mx (lambda o)) U u -> initialised sigma Th U u ->
  ~ ((u : R -> R^o) @ +oo --> (Num.sqrt (Num.sqrt (\sum_i xi P lambda i / gamma P 1 lambda i)) : R^o)).
Proof.
move=> flow start printed.
have sum1 (F : 'I_1 -> R) : \sum_i F i = F 0 by rewrite big_ord1.
have xi1 i : xi P lambda i = 1 by rewrite /xi /= mxE expr1n.
have gamma3 i : gamma P 1 lambda i = 3%:R by rewrite /gamma /= sum1 !mxE expr1n; field.
have nu i j : 3%:R <= if i == j then gamma P 1 lambda i else zeta P 1 lambda i j.
  by rewrite !ord1 eqxx gamma3.
have i0 (f : unit -> R) : integrable P f by [].
have lim := theorem_4_5_u (And3 positive (fun _ _ => i0 _) (fun _ _ _ => i0 _)) (conj (ltr0n _ 3) nu) flow start.
have entry : (invmx (mean_mx P (fun o => Gamma 1 (diag_mx (lambda o)) *m diag_mx (lambda o) *m diag_mx (lambda o))) *m
    mean_mx P (fun o => diag_mx (lambda o) *m diag_mx (lambda o))) 0 0 = xi P lambda 0 / gamma P 1 lambda 0.
  exact: (theorem_4_5_limit 1 (And3 positive (fun _ _ => i0 _) (fun _ _ _ => i0 _)) 0 0).
have same := norm_cvg_unique printed lim.
move: same entry; move: (invmx _ *m _) => A e A3; rewrite xi1 gamma3 in A3.
have {}e : Num.sqrt (Num.sqrt (1 / 3%:R)) = Num.sqrt (Num.sqrt ((1 / 3%:R) ^+ 2)) :> R.
  have -> : (1 / 3%:R) ^+ 2 = nrm2 A by rewrite nrm2E !big_ord1 A3.
  by rewrite -e sum1 xi1 gamma3.
have third : 0 <= 1 / 3%:R :> R by rewrite divr_ge0 ?ler01 ?ler0n.
have := congr1 (fun x : R => (x ^+ 2) ^+ 2) e; rewrite !sqr_sqrtr ?sqrtr_ge0 ?sqr_ge0 // => /eqP.
rewrite -subr_eq0; have -> : 1 / 3%:R - (1 / 3%:R) ^+ 2 = 2%:R / 9%:R :> R by field.
by rewrite mulf_eq0 invr_eq0 !pnatr_eq0.
Qed.
End PrintedLimit.
