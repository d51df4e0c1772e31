(* For Lambda = lambda I and a start with U = v I and u = sqrt(d) v the reduced flow has a solution for all t >= 0 that keeps this
   form, as statement B3 assumes: what is left over solves a linear equation, and is zero by Gronwall's inequality. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite curve gradient_flow uniqueness flow setting random_diagonal.
From ICLTheorems Require Import existence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section Isotropic.
Variables (R : realType) (d N : nat) (lambda : R).
Hypothesis lambda_positive : 0 < lambda.
Hypothesis d_positive : (0 < d)%N.
Notation La := (lambda%:M : 'M[R]_d).
Notation rootd := (Num.sqrt d%:R : R).
Let rootd_gt0 : 0 < rootd. Proof. by rewrite sqrtr_gt0 ltr0n. Qed.
Let rootd2 : rootd ^+ 2 = d%:R. Proof. by rewrite sqr_sqrtr ?ler0n. Qed.
Let definite : pd La.
Proof.
have -> : La = diag_mx (const_mx lambda) by rewrite diag_const_mx.
by apply: definite_diagonal => i; rewrite mxE.
Qed.
Let nrm2_scalar (a : R) : nrm2 (a%:M : 'M[R]_d) = a ^+ 2 * d%:R.
Proof. by rewrite /nrm2 /dotp tr_scalar_mx -scalar_mxM mxtrace_scalar mulr_natr expr2. Qed.
Let g : R := ((1 + N%:R^-1) * lambda + d%:R * lambda / N%:R) * lambda * lambda.
Let GammaE (U : 'M[R]_d) : Gamma N La *m La *m U *m La = g *: U.
Proof.
have -> : Gamma N La = ((1 + N%:R^-1) * lambda + d%:R * lambda / N%:R)%:M.
  by rewrite /Gamma mxtrace_scalar scale_scalar_mx scale_scalar_mx mulr1 -[lambda *+ d]mulr_natl -raddfD.
by rewrite -scalar_mxM mul_scalar_mx mul_mx_scalar scalerA mulrC.
Qed.

Section Flow.
Variables (U : R -> 'M[R]_d) (u : R -> R).
Hypothesis flow : reduced_flow N La U u.
Hypothesis balance : forall t, 0 <= t -> u t ^+ 2 = nrm2 (U t).
Hypothesis start : U 0 = (u 0 / rootd)%:M.
Let z t : 'M[R]_d := U t - (u t / rootd)%:M.
Let dz t : 'M[R]_d := - (u t ^+ 2 * g) *: z t - (lambda ^+ 2 / rootd * \tr (z t))%:M.
Let z_der t : 0 <= t -> mder z t (dz t).
Proof.
move=> t0 i j; have [hU hu] := flow t0.
apply: der_eq (der_ext _ (derD (hU i j) (derN (derM hu (der_cst ((1%:M : 'M[R]_d) i j / rootd) t))))) _ => [s|].
  by rewrite !mxE; case: (i == j); rewrite ?mulr1n ?mulr0n ?mul0r ?mulr0 // mul1r.
rewrite !GammaE -scalemxAl mxtraceZ -[\tr (U t *m (U t)^T)]/(nrm2 (U t)) -balance // mulr0 add0r.
have tr_z : \tr (z t) = \tr (U t) - u t / rootd * rootd ^+ 2.
  by rewrite /z raddfB /= mxtrace_scalar -mulr_natr rootd2.
rewrite -scalar_mxM mul_scalar_mx mxtraceZ mxtrace_tr /dz tr_z /z !mxE.
have r0 : rootd != 0 by rewrite gt_eqF.
move: (\tr (U t)) (U t i j) (u t) (rootd) r0 => a b c r r0.
by case: (i == j); rewrite ?mulr1n ?mulr0n; field.
Qed.
Lemma stays_isotropic t : 0 <= t -> U t = (u t / rootd)%:M.
Proof.
move=> t0; apply/eqP; rewrite -subr_eq0; apply/eqP; apply: (gronwall_zero z_der) => // [T T0|]; last first.
  by rewrite /z start subrr.
have [b hb] := bounded_on T0 (fun s s0 => der_cont (derM (derM (flow s0).2 (flow s0).2) (derM (flow s0).2 (flow s0).2))).
exists (2%:R * (b * g ^+ 2) + 2%:R * (lambda ^+ 2 / rootd) ^+ 2 * d%:R * d%:R) => s sT.
have n2 (X Y : 'M[R]_d) : nrm2 (X - Y) <= 2%:R * nrm2 X + 2%:R * nrm2 Y.
  rewrite -subr_ge0; have -> : 2%:R * nrm2 X + 2%:R * nrm2 Y - nrm2 (X - Y) = nrm2 (X + Y).
    rewrite /nrm2 !dotpDl !dotpDr !dotpNl !dotpNr [dotp Y X]dotpC; ring.
  exact: nrm2_ge0.
apply: le_trans (n2 _ _) _; rewrite nrm2Z nrm2_scalar [X in _ <= X]mulrDl ler_add //.
  rewrite sqrrN exprMn -[X in _ <= X]mulrA ler_pmul2l ?ltr0n // ler_wpmul2r ?nrm2_ge0 // ler_wpmul2r ?sqr_ge0 //.
  by have := hb s sT; rewrite -!expr2.
have tr2 : \tr (z s) ^+ 2 <= d%:R * nrm2 (z s).
  have := cauchy_schwarz (z s) 1%:M; rewrite nrm2_scalar expr1n mul1r [nrm2 _ * _]mulrC.
  by rewrite /dotp trmx1 mulmx1.
rewrite exprMn; move: (nrm2 (z s)) tr2 => y tr2; set c := lambda ^+ 2 / rootd.
have -> : 2%:R * c ^+ 2 * d%:R * d%:R * y = 2%:R * (c ^+ 2 * (d%:R * y) * d%:R) by ring.
by rewrite ler_pmul2l ?ltr0n // ler_wpmul2r ?ler0n // ler_wpmul2l ?sqr_ge0.
Qed.
End Flow.

Theorem isotropic_solution_exists sigma : 0 < sigma ->
  exists U u, [/\ reduced_flow N La U u, u 0 = sigma &
    forall i t, 0 <= t -> U t = (U t i i)%:M /\ u t = rootd * U t i i].
Proof.
move=> s0; pose Th : 'M[R]_d := (Num.sqrt rootd^-1)%:M.
have TT : Th *m Th^T = rootd^-1%:M by rewrite /Th tr_scalar_mx -scalar_mxM -expr2 sqr_sqrtr // invr_ge0 ltW.
have nT : nrm2 (Th *m Th^T) = 1 by rewrite TT nrm2_scalar exprVn rootd2 mulVf // pnatr_eq0 -lt0n.
have [U [u [flow [_ _ U0 u0]]]] := initialised_solution_exists N definite s0 nT.
exists U, u; split=> // i t t0.
have UE : U t = (u t / rootd)%:M.
  apply: stays_isotropic t0 => //; last by rewrite U0 u0 TT scale_scalar_mx.
  move=> s s0'; exact: (flow.balance nT (fun t t0 => (flow t t0).1) (fun t t0 => (flow t t0).2) U0 u0 s0').
by rewrite UE mxE eqxx mulr1n; split=> //; field; rewrite gt_eqF.
Qed.
End Isotropic.
