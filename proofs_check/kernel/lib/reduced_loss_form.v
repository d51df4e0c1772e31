(* Lemma A.1, Corollary A.2, Lemma 5.3: completing the square and the minimisers, for every d. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Loss.
Variables (R : rcfType) (d : nat) (La Ga : 'M[R]_d).
Hypothesis pdL : pd La.
Hypothesis pdG : pd Ga.
Hypothesis pdP : pd (Ga *m La).
Hypothesis comm : Ga *m La = La *m Ga.
Implicit Types (U : 'M[R]_d) (u : R).

Definition ell U u : R :=
  2%:R^-1 * u ^+ 2 * \tr (Ga *m La *m U *m La *m U^T) - u * \tr (La *m La *m U^T).
Definition ell_min : R := - (2%:R^-1 * \tr (La *m La *m invmx Ga)).

Let Gu : Ga \in unitmx := pd_unit pdG.
Let Ls : La^T = La := pd_sym pdL.
Let Gs : Ga^T = Ga := pd_sym pdG.
Let Gis : (invmx Ga)^T = invmx Ga. Proof. exact: sym_inv. Qed.

Lemma tr_LLU U : \tr (La *m La *m U) = \tr (La *m La *m U^T).
Proof. by rewrite -[LHS]mxtrace_tr !trmx_mul Ls mxtrace_mulC. Qed.

Lemma square U u : let X := u *: U - invmx Ga in
  ell U u - ell_min = 2%:R^-1 * \tr (Ga *m La *m X *m La *m X^T).
Proof.
rewrite /= trB trZ Gis !(mulmxBl, mulmxBr) -!(scalemxAl, scalemxAr) !raddfB /= !mxtraceZ.
have -> : \tr (Ga *m La *m U *m La *m invmx Ga) = \tr (La *m La *m U^T).
  rewrite mxtrace_mulC !mulmxA mulVmx // mul1mx.
  by rewrite mxtrace_mulC mulmxA; exact: tr_LLU.
have -> : Ga *m La *m invmx Ga = La by rewrite comm mulmxK.
by rewrite /ell /ell_min -!mulmxA; field.
Qed.

Theorem minimum U u : ell_min <= ell U u.
Proof.
rewrite -subr_ge0 square mulr_ge0 ?invr_ge0 ?ler0n //; exact: form_ge0.
Qed.

Theorem minimiser U u : ell U u = ell_min <-> u *: U = invmx Ga.
Proof.
have := square U u => /= sq; split => [e|e].
  apply/eqP; rewrite -subr_eq0; apply/eqP; apply: (form_eq0 pdP pdL).
  move/eqP: sq; rewrite e subrr eq_sym mulf_eq0 invr_eq0 pnatr_eq0 /= => /eqP; exact.
by apply/eqP; rewrite -subr_eq0 sq e subrr !(mulmx0, mul0mx) mxtrace0 mulr0.
Qed.

(* Lemma 5.4 without the flow: the gradient in U dominates. *)
Definition gradU U u : 'M[R]_d := u ^+ 2 *: (Ga *m La *m U *m La) - u *: (La *m La).
Definition gradu U u : R := u * \tr (Ga *m La *m U *m La *m U^T) - \tr (La *m La *m U^T).
Definition KK : R := \tr (invmx (Ga *m La)) * \tr (invmx La).

Lemma gradU_E U u : gradU U u = u *: (Ga *m La *m (u *: U - invmx Ga) *m La).
Proof.
rewrite /gradU mulmxBr mulmxBl -scalemxAr -scalemxAl scalerBr scalerA.
have -> : Ga *m La *m invmx Ga = La by rewrite comm mulmxK.
by rewrite expr2.
Qed.

Lemma PL U u : u ^+ 2 * (ell U u - ell_min) * 2%:R <= KK * nrm2 (gradU U u).
Proof.
rewrite gradU_E nrm2Z square; set X := u *: U - invmx Ga; set G := Ga *m La *m X *m La.
have Pu := pd_unit pdP; have Lu := pd_unit pdL.
have -> : \tr (G *m X^T) = \tr (invmx (Ga *m La) *m G *m invmx La *m G^T).
  have -> : invmx (Ga *m La) *m G *m invmx La = X 
    by rewrite /G -[Ga *m La *m X *m La]mulmxA mulKmx // mulmxK.
  by rewrite -[LHS]mxtrace_tr trmx_mul trmxK.
have -> (a b : R) : a * (2%:R^-1 * b) * 2%:R = a * b by field.
rewrite mulrCA ler_wpmul2l ?sqr_ge0 //; exact: inv_form_le.
Qed.
End Loss.
