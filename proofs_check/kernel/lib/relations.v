(* Trace polynomials that are equal by relations between words, such as V S = 1 for the inverse V of a sum S of words.
   A relation is a sum of words, with scalars and traces, whose value is the matrix 0; a multiple puts each of its words between
   two others, in a trace. Whoever claims that p = q names the multiples that lead from p to q. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Definition relation := seq (term * word).         (* coefficient, power of N, scalars and traces; the word *)
Definition multiple := (term * (word * word))%type.   (* times what; the words before and after *)
Definition times (m : multiple) (r : relation) : poly :=
  [seq (Z.mul m.1.1 t.1.1, (addn m.1.2.1.1 t.1.2.1.1, cat m.1.2.1.2 t.1.2.1.2,
        (m.2.1 ++ t.2 ++ m.2.2) :: (cat m.1.2.2 t.1.2.2))) | t <- r].
Definition check_modulo (symf : nat -> bool) (fam : nat -> nat) (r : relation) (ms : seq multiple) (p q : poly) : bool :=
  check symf fam (p ++ flatten [seq times m r | m <- ms]) q.

Local Open Scope ring_scope.
Section Sound.
Variables (symf : nat -> bool) (fam : nat -> nat).
Variables (R : comRingType) (d : nat) (rho : nat -> 'M[R]_d) (sc : nat -> R) (N : nat).
Hypothesis rho_sym : forall a, symf a -> (rho a)^T = rho a.
Hypothesis rho_comm : forall a b, fam a != 0%N -> fam a = fam b -> rho a *m rho b = rho b *m rho a.

(* the matrix that a relation says is 0 *)
Definition evr (r : relation) : 'M[R]_d := \sum_(t <- r) (zR R t.1.1 * evk rho sc N t.1.2) *: evw rho t.2.

Lemma ev_times m r :
  ev rho sc N (times m r) = zR R m.1.1 * evk rho sc N m.1.2 * \tr (evw rho m.2.1 *m evr r *m evw rho m.2.2).
Proof.
rewrite /ev /times big_map /evr mulmx_sumr mulmx_suml raddf_sum mulr_sumr; apply: eq_bigr => t _.
rewrite /= -scalemxAr -scalemxAl mxtraceZ /evk /= big_cons !evw_cat !big_cat exprD zRM mulmxA.
have H (b e n1 n2 s1 s2 w1 w2 x : R) :
  b * e * (n1 * n2 * (s1 * s2) * (x * (w1 * w2))) = b * (n1 * s1 * w1) * (e * (n2 * s2 * w2) * x) by ring.
exact: H.
Qed.

Theorem modulo_sound r ms p q : evr r = 0 -> check_modulo symf fam r ms p q -> ev rho sc N p = ev rho sc N q.
Proof.
move=> zero /(check_sound sc N rho_sym rho_comm) <-; rewrite ev_cat [X in _ = _ + X](_ : _ = 0) ?addr0 //.
elim: ms => [|m ms IH]; first by rewrite /= /ev big_nil.
by rewrite /= ev_cat IH ev_times zero mulmx0 mul0mx mxtrace0 mulr0 addr0.
Qed.
End Sound.
