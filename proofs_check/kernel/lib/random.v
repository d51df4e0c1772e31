(* Random trace polynomials as random variables, their products, and the expectation of a square by one boolean check. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import words sums wick expectation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

(* Variables of the second factor move past those of the first; 0, which no sum runs over, stays. *)
Definition past (k v : nat) : nat := if v == 0 then 0 else v + k.
Definition last_variable (st : state) : nat := foldr maxn 0 (st.1.1 ++ flatten [seq [:: c.1.1.2; c.2.2] | c <- st.2]).
Definition moved (k : nat) (st : state) : state := (map (past k) st.1.1, st.1.2, map (ren (past k)) st.2).
Definition disjoint (s t : state) : bool := ~~ has (used s.2) t.1.1 && ~~ has (used t.2) s.1.1.
Definition joined (s t : state) : state := (s.1.1 ++ t.1.1, s.1.2 ++ t.1.2, s.2 ++ t.2).
Definition rterm_mul (t u : rterm) : rterm :=
  ((Z.mul t.1.1 u.1.1, (addn t.1.2.1 u.1.2.1, t.1.2.2 ++ u.1.2.2)), joined t.2 (moved (last_variable t.2) u.2)).
Definition rmul (p q : seq rterm) : seq rterm := [seq rterm_mul t u | t <- p, u <- q].
Definition rmul_ok (p q : seq rterm) : bool :=
  all (fun t => all (fun u => disjoint t.2 (moved (last_variable t.2) u.2)) q) p.
Definition check_product (a : alphabet) (p q : seq rterm) (r : poly) : bool :=
  rmul_ok p q && check_expectation a (rmul p q) r.

Local Open Scope ring_scope.
Section Random.
Variables (R : comRingType) (A : comAlgType R) (d N : nat).
Variables (a : alphabet) (rho : nat -> 'M[R]_d) (sc : nat -> R) (E : A -> R) (x : nat -> 'I_N.+1 -> 'I_d -> A).
Variable rd : nat -> 'I_N.+1 -> A.
Hypothesis ED : forall f g, E (f + g) = E f + E g.
Hypothesis EZ : forall c f, E (c *: f) = c * E f.

(* the random variable that a state, and a polynomial, stand for *)
Definition avalue (st : state) : A :=
  sumover st.1.1 (fun s => (\prod_(w <- st.1.2) \tr (evw rho w)) *: prodc a rho x rd s st.2) (@s0 N).
Definition reval (p : seq rterm) : A := \sum_(t <- p) ecoef N sc t.1 *: avalue t.2.

Let E0 : E 0 = 0. Proof. by have := EZ 0 0; rewrite scale0r mul0r. Qed.
Lemma E_sumover vs (F : (nat -> 'I_N.+1) -> A) s : E (sumover vs F s) = sumover vs (fun s => E (F s)) s.
Proof.
elim: vs F => //= v vs IH F; rewrite IH; apply: sumover_ext => t.
by apply: (big_morph E ED E0).
Qed.
Lemma E_reval p : E (reval p) = expectation a rho sc E x rd p.
Proof.
rewrite /reval /expectation (big_morph E ED E0); apply: eq_bigr => t _.
rewrite EZ /erterm /value /avalue E_sumover; congr (_ * _).
by apply: sumover_ext => s; rewrite EZ.
Qed.

Lemma past_inj k : injective (past k).
Proof. by move=> [|v] [|w] //=; rewrite /past /= => /addIn. Qed.
Lemma avalue_moved k st : avalue (moved k st) = avalue st.
Proof.
rewrite /avalue /=.
rewrite -[RHS](@sumover_ren A N (past k) st.1.1 (fun s => _ *: prodc a rho x rd s st.2) (@s0 N) (@past_inj k)).
by apply: sumover_ext => s; rewrite prodc_ren.
Qed.
Lemma avalue_joined s t : disjoint s t -> avalue (joined s t) = avalue s * avalue t.
Proof.
case/andP => /hasPn h1 /hasPn h2; rewrite /avalue -sumover_mul.
- apply: sumover_ext => r; rewrite /= big_cat /= -scalerAl -scalerAr scalerA.
  by rewrite /prodc big_cat.
- by move=> u r k /h1 nu; rewrite prodc_unused.
- by move=> u r k /h2 nu; rewrite prodc_unused.
Qed.
Lemma ecoef_mul (t u : Z * (nat * seq nat)) :
  ecoef N sc (Z.mul t.1 u.1, (addn t.2.1 u.2.1, t.2.2 ++ u.2.2)) = ecoef N sc t * ecoef N sc u.
Proof.
have H (b c n m s r : R) : b * c * (n * m) * (s * r) = b * n * s * (c * m * r) by ring.
by rewrite /ecoef /= zRM exprD big_cat; apply: H.
Qed.
Lemma reval_mul p q : rmul_ok p q -> reval (rmul p q) = reval p * reval q.
Proof.
move=> /allP h; rewrite /reval big_allpairs_dep mulr_suml big_seq [RHS]big_seq; apply: eq_bigr => t /h /allP ht.
rewrite mulr_sumr big_seq [RHS]big_seq; apply: eq_bigr => u /ht du.
by rewrite ecoef_mul avalue_joined // avalue_moved -scalerAl -scalerAr scalerA.
Qed.

Theorem product_expectation p q r :
  (forall rp r, check_expectation a rp r -> expectation a rho sc E x rd rp = ev rho sc N.+1 r) ->
  check_product a p q r -> E (reval p * reval q) = ev rho sc N.+1 r.
Proof. by move=> sound /andP[ok c]; rewrite -reval_mul // E_reval; apply: sound. Qed.
End Random.
