(* Completing the square in the matrix of a linear read-out: the least value and where it is attained. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section CompleteSquare.
Variables (R : rcfType) (d : nat) (Lq V H S : 'M[R]_d).
Hypotheses (pV : pd V) (pL : pd Lq) (Hs : H^T = H) (Ss : S^T = S).
Definition risk (G : 'M[R]_d) : R := \tr (Lq *m (G *m V *m G^T - G *m H *m S - S *m H *m G^T + S)).
Definition best : 'M[R]_d := S *m H *m invmx V.
Let Vu := pd_unit pV. Let Vs := pd_sym pV.

Lemma risk_excess G : risk G = risk best + \tr (Lq *m (G - best) *m V *m (G - best)^T).
Proof.
have e1 : best *m V = S *m H by rewrite /best mulmxKV.
have e2 : V *m best^T = H *m S by apply: trmx_inj; rewrite [LHS]trmx_mul trmxK Vs e1 [RHS]trmx_mul Hs Ss.
have e3 : best *m H *m S = S *m H *m best^T by rewrite -(mulmxA best H S) -e2 (mulmxA best V) e1.
have x : (G - best) *m V *m (G - best)^T = G *m V *m G^T - S *m H *m G^T - (G *m H *m S - S *m H *m best^T).
  have -> : (G - best)^T = G^T - best^T by rewrite raddfB.
  by rewrite (mulmxBl G best V) e1 mulmxBr !mulmxBl -(mulmxA G V best^T) e2 !mulmxA.
rewrite /risk -(mulmxA Lq) -(mulmxA Lq) -mxtraceD -mulmxDr; congr (\tr (_ *m _)).
rewrite x e1 e3; move: (G *m V *m G^T) (G *m H *m S) (S *m H *m G^T) (S *m H *m best^T) => a b c e.
by apply/matrixP => i j; rewrite !mxE; ring.
Qed.
Lemma risk_least G : risk best <= risk G.
Proof. by rewrite (risk_excess G) ler_addl form_ge0. Qed.
Lemma risk_minimiser G : risk G = risk best <-> G = best.
Proof.
split=> [e|-> //]; apply/eqP; rewrite -subr_eq0; apply/eqP; apply: (form_eq0 pL pV).
by apply: (addrI (risk best)); rewrite -risk_excess e addr0.
Qed.
End CompleteSquare.
