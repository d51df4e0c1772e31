(* The derivative of a trace polynomial along a curve of its letters, computed on words and proved sound. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From mathcomp.analysis Require Import reals.
From ICL Require Import words curve.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Section Compute.
Variable dletter : nat -> seq lettr.              (* the derivative of a letter, as a sum of letters *)
Variable dscalar : nat -> seq nat.                (* the same for scalars *)
Definition dl (l : lettr) : seq lettr := if l.2 then map flip (dletter l.1) else dletter l.1.
(* every way to replace one item by one of its derivatives *)
Fixpoint leibniz (T : Type) (der : T -> seq T) (s : seq T) : seq (seq T) :=
  if s is x :: s' then [seq y :: s' | y <- der x] ++ [seq x :: r | r <- leibniz der s'] else [::].
Definition dkey (k : key) : seq key :=
  [seq (k.1.1, ss, k.2) | ss <- leibniz dscalar k.1.2] ++
  [seq (k.1.1, k.1.2, ws) | ws <- leibniz (leibniz dl) k.2].
Definition dpoly (p : poly) : poly := flatten [seq [seq (t.1, k) | k <- dkey t.2] | t <- p].
End Compute.

Local Open Scope ring_scope.
(* a polynomial in some of the letters does not see the others *)
Definition written_in (k : nat) (p : poly) : bool := all (fun t : term => all (all (fun l : lettr => (l.1 < k)%N)) t.2.2) p.
Lemma ev_written_in (R : comRingType) d (rho rho' : nat -> 'M[R]_d) sc N k p : written_in k p ->
  (forall a, (a < k)%N -> rho a = rho' a) -> ev rho sc N p = ev rho' sc N p.
Proof.
move=> /allP hp same; apply: eq_big_seq => t /hp /allP ht; congr (_ * (_ * _)).
apply: eq_big_seq => w /ht hw; have -> // : evw rho w = evw rho' w.
by elim: w hw => //= l w IH /andP[lk /IH ->]; rewrite /evl same.
Qed.

Section Sound.
Variables (R : realType) (d N : nat) (t : R) (dletter : nat -> seq lettr) (dscalar : nat -> seq nat).
Variables (rho : R -> nat -> 'M[R]_d) (sc : R -> nat -> R).
Hypothesis rho_der : forall a, mder (fun s => rho s a) t (\sum_(l <- dletter a) evl (rho t) l).
Hypothesis sc_der : forall a, der (fun s => sc s a) t (\sum_(b <- dscalar a) sc t b).

Let mder_eq m n (F : R -> 'M[R]_(m, n)) D D' : mder F t D -> D = D' -> mder F t D'.
Proof. by move=> h <-. Qed.
Lemma evl_der l : mder (fun s => evl (rho s) l) t (\sum_(l' <- dl dletter l) evl (rho t) l').
Proof.
case: l => a [] /=; rewrite /dl /=; last exact: rho_der.
apply: mder_eq (mder_tr (rho_der a)) _; rewrite big_map raddf_sum; apply: eq_bigr => l _.
by rewrite evl_flip.
Qed.
Lemma evw_der w : mder (fun s => evw (rho s) w) t (\sum_(w' <- leibniz (dl dletter) w) evw (rho t) w').
Proof.
elim: w => [|l w IH] /=; first by rewrite big_nil; apply: mder_cst.
apply: mder_eq (mderM (evl_der l) IH) _.
rewrite big_cat !big_map /= mulmx_suml mulmx_sumr.
by congr (_ + _); apply: eq_bigr.
Qed.
Lemma prod_der (T : Type) (f : R -> T -> R) (dT : T -> seq T) (ws : seq T) :
  (forall w, der (fun s => f s w) t (\sum_(w' <- dT w) f t w')) ->
  der (fun s => \prod_(w <- ws) f s w) t (\sum_(vs <- leibniz dT ws) \prod_(w <- vs) f t w).
Proof.
move=> h; elim: ws => [|w ws IH] /=.
  by rewrite big_nil; apply: der_ext (der_cst 1 t) => s; rewrite big_nil.
have := derM (h w) IH.
move=> H; apply: der_eq (der_ext _ H) _ => [s|]; first by rewrite big_cons.
rewrite big_cat !big_map /= addrC; congr (_ + _); last first.
  by rewrite mulr_sumr; apply: eq_bigr => v _; rewrite big_cons.
by rewrite mulr_sumr; apply: eq_bigr => v _; rewrite big_cons mulrC.
Qed.
Lemma evk_der k : der (fun s => evk (rho s) (sc s) N k) t (\sum_(k' <- dkey dletter dscalar k) evk (rho t) (sc t) N k').
Proof.
have trd w : der (fun s => \tr (evw (rho s) w)) t (\sum_(w' <- leibniz (dl dletter) w) \tr (evw (rho t) w')).
  by apply: der_eq (mder_trace (evw_der w)) _; rewrite raddf_sum.
have H := derM (derM (der_cst (N%:R ^+ k.1.1) t) (prod_der k.1.2 sc_der)) (prod_der k.2 trd).
apply: der_eq (der_ext _ H) _ => [s|] //.
rewrite big_cat !big_map /= mulr0 addr0 addrC; congr (_ + _).
  by rewrite mulr_sumr mulr_sumr; apply: eq_bigr => v _; rewrite /evk /= mulrC.
by rewrite mulr_sumr; apply: eq_bigr => v _.
Qed.

Theorem dpoly_sound p : der (fun s => ev (rho s) (sc s) N p) t (ev (rho t) (sc t) N (dpoly dletter dscalar p)).
Proof.
elim: p => [|c p IH].
  by rewrite /ev big_nil; apply: der_ext (der_cst 0 t) => s; rewrite big_nil.
have := derD (derM (der_cst (zR R c.1) t) (evk_der c.2)) IH.
move=> H; apply: der_eq (der_ext _ H) _ => [s|]; first by rewrite /ev big_cons.
rewrite /= ev_cat /=; congr (_ + _); rewrite /ev big_map /= mulr0 addr0 mulr_sumr.
by apply: eq_bigr.
Qed.
End Sound.
