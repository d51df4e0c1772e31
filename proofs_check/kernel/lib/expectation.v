(* Random trace polynomials: coefficient, power of N, scalars, sums over index variables, chords.
   One boolean check proves an expectation for every d and N. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words wick.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Definition rterm := ((Z * (nat * seq nat)) * (seq nat * seq chord))%type.
Definition scale (c : Z * (nat * seq nat)) (p : poly) : poly :=
  [seq (Z.mul c.1 t.1, (addn c.2.1 t.2.1.1, cat c.2.2 t.2.1.2, t.2.2)) | t <- p].
Definition wicks (cov : nat -> word) (rp : seq rterm) : poly :=
  flatten [seq scale t.1 (wick cov (size t.2.2) t.2.1 [::] t.2.2) | t <- rp].
Definition check_expectation (symf : nat -> bool) cov (rp : seq rterm) (p : poly) : bool :=
  all (fun t : rterm => uniq t.2.1) rp && check symf (wicks cov rp) p.

Local Open Scope ring_scope.
Section Expect.
Variables (R : comRingType) (A : comAlgType R) (d N : nat).
Variables (rho : nat -> 'M[R]_d) (sc : nat -> R) (cov : nat -> word) (symf : nat -> bool).
Variables (E : A -> R) (x : nat -> 'I_N.+1 -> 'I_d -> A) (dd : nat -> 'I_N.+1 -> 'I_d -> A -> A).
Hypothesis rho_sym : forall a, symf a -> (rho a)^T = rho a.
Hypothesis cov_sym : forall r, (evw rho (cov r))^T = evw rho (cov r).
Hypothesis ED : forall f g, E (f + g) = E f + E g.
Hypothesis EZ : forall a f, E (a *: f) = a * E f.
Hypothesis E1 : E 1 = 1.
Hypothesis ddD : forall r k a f g, dd r k a (f + g) = dd r k a f + dd r k a g.
Hypothesis ddZ : forall r k a c f, dd r k a (c *: f) = c *: dd r k a f.
Hypothesis ddM : forall r k a f g, dd r k a (f * g) = dd r k a f * g + f * dd r k a g.
Hypothesis dd1 : forall r k a, dd r k a 1 = 0.
Hypothesis ddx : forall r k a s l b,
  dd r k a (x s l b) = (((r == s) && (k == l))%:R * evw rho (cov r) a b) *: 1.
Hypothesis stein : forall r k a f, E (x r k a * f) = E (dd r k a f).

Definition ecoef (c : Z * (nat * seq nat)) : R := zR R c.1 * N.+1%:R ^+ c.2.1 * \prod_(s <- c.2.2) sc s.
Definition erterm (t : rterm) : R :=
  ecoef t.1 * sumover t.2.1 (fun s => E (prodc rho x s t.2.2)) (@s0 N).
Definition expectation (rp : seq rterm) : R := \sum_(t <- rp) erterm t.

Lemma zRM a b : zR R (Z.mul a b) = zR R a * zR R b.
Proof. by rewrite /zR (rmorphM ZInstances.int_of_Z_rmorphism) intrM. Qed.
Lemma ev_scale c p : ev rho sc N.+1 (scale c p) = ecoef c * ev rho sc N.+1 p.
Proof.
rewrite /ev /scale big_map mulr_sumr; apply: eq_bigr => t _.
have H (a b n1 n2 s1 s2 w : R) : a * b * (n1 * n2 * (s1 * s2) * w) = a * n1 * s1 * (b * (n2 * s2 * w)) by ring.
by rewrite /= zRM /evk /= exprD big_cat /ecoef /=; apply: H.
Qed.

Theorem expectation_sound rp p : check_expectation symf cov rp p -> expectation rp = ev rho sc N.+1 p.
Proof.
case/andP => wf /(check_sound sc N.+1 rho_sym) <-.
rewrite /expectation /wicks.
elim: rp wf => [|t rp IH] /=; first by rewrite big_nil /ev big_nil.
case/andP => ut /IH IHrp; rewrite big_cons IHrp ev_cat ev_scale; congr (_ * _ + _).
rewrite -(wick_sound sc cov_sym ED EZ E1 ddD ddZ ddM dd1 ddx stein) //.
by apply: sumover_ext => s; rewrite big_nil mul1r.
Qed.
End Expect.
