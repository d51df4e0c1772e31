(* Random trace polynomials: coefficient, power of N, scalars, and a state: sums over index variables, traces, chords.
   One boolean check proves an expectation for every d and N. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words sums radii wick.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

(* a letter that no file uses: the covariance of a vector that is not there is 0 *)
Definition nothing : lettr := (99, false).
Definition rterm := ((Z * (nat * seq nat)) * state)%type.

Section Check.
Variable a : alphabet.
Fixpoint wicks (rp : seq rterm) : option poly :=
  match rp with
  | [::] => Some [::]
  | t :: rp' =>
    if wick a t.2 is Some p
    then omap (cat (scale t.1 p)) (wicks rp') else None
  end.
Definition check_expectation (rp : seq rterm) (p : poly) : bool :=
  if wicks rp is Some q then check (symmetric a) (family a) q p else false.
End Check.

Local Open Scope ring_scope.
Section Expect.
Variables (R : comRingType) (A : comAlgType R) (d N : nat) (a : alphabet).
Variables (rho : nat -> 'M[R]_d) (sc : nat -> R) (v : nat -> 'cV[R]_d).
Variables (E : A -> R) (x : nat -> 'I_N.+1 -> 'I_d -> A) (dd : nat -> 'I_N.+1 -> 'I_d -> A -> A).
Variable rd : nat -> 'I_N.+1 -> A.
Notation cov := (covariance a).
Hypothesis rho_sym : forall b, symmetric a b -> (rho b)^T = rho b.
Hypothesis rho_comm : forall b c, family a b != 0%N -> family a b = family a c -> rho b *m rho c = rho c *m rho b.
Hypothesis cov_sym : forall r, ~~ fixed a r -> (evw rho (cov r))^T = evw rho (cov r).
Hypothesis outerE : forall r s, fixed a r -> fixed a s -> evl rho (outer a r s) = v r *m (v s)^T.
Hypothesis ED : forall f g, E (f + g) = E f + E g.
Hypothesis EZ : forall a f, E (a *: f) = a * E f.
Hypothesis E1 : E 1 = 1.
Hypothesis ddD : forall r k a f g, dd r k a (f + g) = dd r k a f + dd r k a g.
Hypothesis ddZ : forall r k a c f, dd r k a (c *: f) = c *: dd r k a f.
Hypothesis ddM : forall r k a f g, dd r k a (f * g) = dd r k a f * g + f * dd r k a g.
Hypothesis dd1 : forall r k a, dd r k a 1 = 0.
Hypothesis ddx : forall r k i s l j, ~~ fixed a r ->
  dd r k i (x s l j) = (((r == s) && (k == l))%:R * evw rho (cov r) i j) *: square a rd r k.
Hypothesis ddw : forall r k i s l, ~~ fixed a r -> dd r k i (rd s l) = 0.
Hypothesis stein : forall r k i f, ~~ fixed a r -> E (x r k i * f) = E (dd r k i f).
Hypothesis x_fixed : forall r k i, fixed a r -> x r k i = v r i 0 *: 1.
Hypothesis radial_moment : forall ws s, all (fun q => q.1 \in radii a) ws ->
  E (\prod_(q <- ws) (rd q.1 (s q.2) * rd q.1 (s q.2))) = mean_at sc (radii a) (moment a) ws s.

Definition ecoef (c : Z * (nat * seq nat)) : R := zR R c.1 * N.+1%:R ^+ c.2.1 * \prod_(s <- c.2.2) sc s.
Definition erterm (t : rterm) : R := ecoef t.1 * value a rho E x rd t.2.
Definition expectation (rp : seq rterm) : R := \sum_(t <- rp) erterm t.

Lemma wicks_sound rp p : wicks a rp = Some p -> ev rho sc N.+1 p = expectation rp.
Proof.
elim: rp p => [|t rp IH] p /=; first by case=> <-; rewrite /expectation /ev !big_nil.
case w: (wick _ _) => [q|] //; case: (wicks a rp) IH => //= q' IH [<-].
rewrite /expectation big_cons -/(expectation rp) -(IH q' erefl) ev_cat ev_scale; congr (_ * _ + _).
exact: (wick_sound rho_sym rho_comm cov_sym outerE ED EZ E1 ddD ddZ ddM dd1 ddx ddw stein x_fixed radial_moment w).
Qed.

Theorem expectation_sound rp p : check_expectation a rp p -> expectation rp = ev rho sc N.+1 p.
Proof.
rewrite /check_expectation; case w: (wicks a rp) => [q|] // /(check_sound sc N.+1 rho_sym rho_comm) <-.
by rewrite (wicks_sound w).
Qed.
End Expect.
