(* Trace polynomials where some letters are 0: the terms that hold one of them are left out. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Definition without (dead : pred nat) (p : poly) : poly :=
  [seq t : term <- p | ~~ has (has (fun l : lettr => dead l.1)) t.2.2].

Local Open Scope ring_scope.
Section Sound.
Variables (R : comRingType) (d : nat) (rho : nat -> 'M[R]_d) (sc : nat -> R) (N : nat) (dead : pred nat).
Hypothesis dead_zero : forall a, dead a -> rho a = 0.
Lemma evw_dead w : has (fun l : lettr => dead l.1) w -> evw rho w = 0.
Proof.
elim: w => //= l w IH /orP[h|/IH ->]; last by rewrite mulmx0.
by rewrite /evl dead_zero // trmx0 if_same mul0mx.
Qed.
Theorem ev_without p : ev rho sc N (without dead p) = ev rho sc N p.
Proof.
rewrite /ev big_filter [RHS](bigID (fun t : term => has (has (fun l : lettr => dead l.1)) t.2.2)) /= [X in _ = X + _]big1 ?add0r //.
by move=> t /hasP[w wt /evw_dead z]; rewrite /evk (big_rem w) //= z mxtrace0 mul0r !mulr0.
Qed.
End Sound.
