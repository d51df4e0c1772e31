(* Tactics that turn a trace polynomial over named letters into the formula that a reader expects. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Formula.
Variables (R : comRingType) (d : nat).
Lemma trace_outer (A b : 'cV[R]_d) : \tr (A *m b^T) = (b^T *m A) 0 0.
Proof. by rewrite mxtrace_mulC /mxtrace big_ord1. Qed.
Lemma zR_pos p : zR R (Zpos p) = (Pos.to_nat p)%:R.
Proof. by rewrite /zR /= -pmulrn. Qed.
Lemma zR_neg p : zR R (Zneg p) = - (Pos.to_nat p)%:R.
Proof. by rewrite /zR /= NegzE mulrNz -pmulrn; case: (Pos.to_nat p) (Pos2Nat.is_pos p) => // /PeanoNat.Nat.lt_irrefl. Qed.
(* the value of a polynomial in a form that computes *)
Variables (rho : nat -> 'M[R]_d) (sc : nat -> R) (n : nat).
Let letter (l : lettr) : 'M[R]_d := if l.2 then (rho l.1)^T else rho l.1.
Definition product (w : word) : 'M[R]_d :=
  if w is l :: w' then foldl (fun M l => M *m letter l) (letter l) w' else 1%:M.
Definition folded (p : poly) : R := foldr (fun (t : term) r => zR R t.1 * (n%:R ^+ t.2.1.1 *
  foldr (fun s q => sc s * q) 1 t.2.1.2 * foldr (fun w q => \tr (product w) * q) 1 t.2.2) + r) 0 p.
Lemma productE w : evw rho w = product w.
Proof.
case: w => //= l w; change (evl rho l) with (letter l); move: (letter l) => M.
by elim: w M => [|l' w IH] M /=; rewrite ?mulmx1 // mulmxA IH.
Qed.
Lemma foldedE p : ev rho sc n p = folded p.
Proof.
rewrite /ev unlock; elim: p => //= t p ->; congr (_ * (_ * _ * _) + _); rewrite unlock //=.
by elim: t.2.2 => //= w ws ->; rewrite productE.
Qed.
Definition numerals := (zR_pos, zR_neg).
End Formula.

(* the value of a polynomial that is written out, forms v^T W w in place of traces tr(W w v^T) *)
Ltac evaluate :=
  rewrite foldedE /folded /=; rewrite !mulr1 addr0 !numerals /Pos.to_nat /=;
  rewrite ?trmx_mul ?trmxK ?mulmxA ?trace_outer ?mulmxA.
(* tr(gradient direction^T), term by term *)
Ltac along_direction :=
  rewrite ?mulmxDl -?scalemxAl ?mxtraceD ?mxtraceZ.
(* an identity of rational functions of n, in which every trace and every form is a variable; n0 : 0 < n *)
Ltac by_field n :=
  let h := fresh "h" in
  match goal with |- @eq ?R _ _ => have h : (n%:R : R) != 0 by rewrite Num.Theory.pnatr_eq0 -lt0n end;
  move: h;
  repeat match goal with
  | |- context [@mxtrace ?R ?n ?A] => let t := fresh "t" in move: (@mxtrace R n A) => t
  | |- context [@fun_of_matrix ?R ?m ?n ?A ?i ?j] => let t := fresh "t" in move: (@fun_of_matrix R m n A i j) => t
  | |- context [@GRing.natmul ?V ?x n] => let t := fresh "t" in move: (@GRing.natmul V x n) => t
  end;
  let h := fresh "h" in move=> h; field; rewrite ?h.
