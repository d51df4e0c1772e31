(* A verified Wick engine: expectations of products of bilinear forms in Gaussian vectors, with symbolic sums over
   i.i.d. draws, computed on words and proved sound for every dimension d and number N of draws. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From ICL Require Import words.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Definition endp := (nat * nat)%type.              (* random letter, index variable *)
Definition chord := (endp * word * endp)%type.    (* x_p^T W x_q *)

Section Compute.
Variable cov : nat -> word.
Definition swap (i j v : nat) : nat := if v == j then i else v.     (* j becomes i *)
(* identify the variables i and j: which variables remain and how to rename *)
Definition ident (vars : seq nat) (i j : nat) : seq nat * (nat -> nat) :=
  if i == j then (vars, id)
  else if j \in vars then (rem j vars, swap i j)
  else if i \in vars then (rem i vars, swap j i)
  else (vars, id).
Definition ren (f : nat -> nat) (c : chord) : chord :=
  ((c.1.1.1, f c.1.1.2), c.1.2, (c.2.1, f c.2.2)).
Fixpoint picks (cs : seq chord) : seq (chord * seq chord) :=
  match cs with
  | [::] => [::]
  | c :: cs' => (c, cs') :: [seq (k.1, c :: k.2) | k <- picks cs']
  end.
Definition joinl (p : endp) W q (c : chord) : chord := (q, twd W ++ cov p.1 ++ c.1.2, c.2).
Definition joinr (p : endp) W q (c : chord) : chord := (q, twd W ++ cov p.1 ++ twd c.1.2, c.1.1).
Fixpoint wick (n : nat) (vars : seq nat) (trs : seq word) (cs : seq chord) : poly :=
  match n, cs with
  | _, [::] => [:: (Zpos xH, (size vars, [::], trs))]
  | 0, _ => [::]
  | n'.+1, (p, W, q) :: cs' =>
    let go p' trs' ds := if p.1 == p'.1 then
        let vr := ident vars p.2 p'.2 in wick n' vr.1 trs' (map (ren vr.2) ds) else [::] in
    go q ((W ++ cov p.1) :: trs) cs' ++
    flatten [seq go k.1.1.1 trs (joinl p W q k.1 :: k.2) ++ go k.1.2 trs (joinr p W q k.1 :: k.2) | k <- picks cs']
  end.
End Compute.

Local Open Scope ring_scope.

(* Sums over index variables. *)
Section Sums.
Variables (R : comRingType) (N : nat).
Notation I := 'I_N.+1.
Implicit Types (F G : (nat -> I) -> R) (s : nat -> I).
Definition upd s (v : nat) (k : I) : nat -> I := fun w => if w == v then k else s w.
Fixpoint sumover (vs : seq nat) F : (nat -> I) -> R :=
  match vs with
  | [::] => F
  | v :: vs' => sumover vs' (fun s => \sum_k F (upd s v k))
  end.
Lemma sumover_ext vs F G s : (forall s, F s = G s) -> sumover vs F s = sumover vs G s.
Proof. by move=> h; have -> : F = G by apply/funext. Qed.
Lemma sumoverD vs F G s : sumover vs (fun s => F s + G s) s = sumover vs F s + sumover vs G s.
Proof.
elim: vs F G => //= v vs IH F G; rewrite -IH; apply: sumover_ext => s'.
by rewrite big_split.
Qed.
Lemma sumover0 vs s : sumover vs (fun=> 0) s = 0 :> R.
Proof. by elim: vs => //= v vs IH; rewrite -[RHS]IH; apply: sumover_ext => s'; rewrite big1. Qed.
Lemma sumover_cst vs (c : R) s : sumover vs (fun=> c) s = N.+1%:R ^+ size vs * c.
Proof.
elim: vs c => [|v vs IH] c /=; first by rewrite expr0 mul1r.
have -> : (fun _ : nat -> I => \sum_(k : I) c) = fun=> N.+1%:R * c.
  by apply/funext => s'; rewrite sumr_const card_ord mulr_natl.
by rewrite IH mulrA exprSr.
Qed.
Lemma sumover_sum (T : Type) (r : seq T) vs (F : T -> (nat -> I) -> R) s :
  sumover vs (fun s => \sum_(i <- r) F i s) s = \sum_(i <- r) sumover vs (F i) s.
Proof.
elim: r => [|i r IH].
  by rewrite big_nil -[RHS](sumover0 vs s); apply: sumover_ext => s'; rewrite big_nil.
by rewrite big_cons -IH -sumoverD; apply: sumover_ext => s'; rewrite big_cons.
Qed.
Lemma upd_comm s v w k l : v != w -> upd (upd s v k) w l = upd (upd s w l) v k.
Proof.
move=> vw; apply/funext => x; rewrite /upd; case: (x =P w) => [->|//].
by rewrite eq_sym (negbTE vw).
Qed.
Lemma sumover_front j vs F s : j \in vs -> sumover vs F s = sumover (j :: rem j vs) F s.
Proof.
elim: vs F => //= v vs IH F; rewrite inE; case: eqP => [-> //|vj] /=.
  by rewrite eqxx.
move=> jv; have vj' : (v == j) = false by apply/eqP => e; apply: vj.
rewrite vj' /= IH //=; apply: sumover_ext => s'; rewrite exchange_big /=.
apply: eq_bigr => k _; apply: eq_bigr => l _; congr F.
by apply: upd_comm; rewrite eq_sym vj'.
Qed.
Lemma sumover_pick i j vs F s : i != j -> j \in vs ->
  sumover vs (fun s => (s i == s j)%:R * F s) s = sumover (rem j vs) (fun s => F (s \o swap i j)) s.
Proof.
move=> ij jv; rewrite (sumover_front _ _ jv) /=; apply: sumover_ext => s'.
have uj k : upd s' j k j = k by rewrite /upd eqxx.
have ui k : upd s' j k i = s' i by rewrite /upd (negbTE ij).
rewrite (bigD1 (s' i)) //= uj ui eqxx mul1r big1 ?addr0.
  by congr F; apply/funext => x; rewrite /upd /swap /=; case: eqP.
by move=> k ks; rewrite uj ui eq_sym (negbTE ks) mul0r.
Qed.
Definition s0 : nat -> I := fun=> ord0.
(* variables that are not summed over stay at s0 *)
Lemma sumover_fixed i vs F G s : (forall s', s' i = s i -> F s' = G s') -> i \notin vs ->
  sumover vs F s = sumover vs G s.
Proof.
elim: vs F G => [|v vs IH] F G h /=; first by move=> _; apply: h.
rewrite inE negb_or => /andP[iv ivs]; apply: IH => // s' e.
by apply: eq_bigr => k _; apply: h; rewrite /upd (negbTE iv).
Qed.
Lemma sumover_ident i j vs F : uniq vs ->
  sumover vs (fun s => (s i == s j)%:R * F s) s0 =
  sumover (ident vs i j).1 (fun s => F (s \o (ident vs i j).2)) s0.
Proof.
move=> u; rewrite /ident; case: (i =P j) => [->|/eqP ij].
  by apply: sumover_ext => s; rewrite eqxx mul1r.
case: ifP => [jv|/negbT jv]; first exact: sumover_pick.
case: ifP => [iv|/negbT iv].
  rewrite -sumover_pick //; last by rewrite eq_sym.
  by apply: sumover_ext => s; rewrite eq_sym.
transitivity (sumover vs (fun s => (s i == ord0)%:R * F s) s0).
  by apply: (@sumover_fixed j) => // s e; rewrite e.
by apply: (@sumover_fixed i) => // s e; rewrite e /s0 eqxx mul1r.
Qed.
Lemma ident_uniq vs i j : uniq vs -> uniq (ident vs i j).1.
Proof. by move=> u; rewrite /ident; case: ifP => _ //; case: ifP => _; [exact: rem_uniq | case: ifP => _ //; exact: rem_uniq]. Qed.
End Sums.

Section Sound.
Variables (R : comRingType) (A : comAlgType R) (d N : nat).
Notation I := 'I_N.+1.
Variables (rho : nat -> 'M[R]_d) (sc : nat -> R) (cov : nat -> word).
Hypothesis cov_sym : forall r, (evw rho (cov r))^T = evw rho (cov r).
(* the Gaussian structure: an algebra of random variables, its expectation, the vectors, the covariant derivatives *)
Variables (E : A -> R) (x : nat -> I -> 'I_d -> A) (dd : nat -> I -> 'I_d -> A -> A).
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

Lemma E0 : E 0 = 0. Proof. by have := EZ 0 0; rewrite scale0r mul0r. Qed.
Lemma Esum (T : Type) (r : seq T) (P : pred T) (F : T -> A) : E (\sum_(i <- r | P i) F i) = \sum_(i <- r | P i) E (F i).
Proof. by apply: (big_morph E ED E0). Qed.
Lemma dd0 r k a : dd r k a 0 = 0. Proof. by have := ddZ r k a 0 0; rewrite !scale0r. Qed.
Lemma ddsum r k a (T : Type) (s : seq T) (P : pred T) (F : T -> A) :
  dd r k a (\sum_(i <- s | P i) F i) = \sum_(i <- s | P i) dd r k a (F i).
Proof. by apply: (big_morph (dd r k a) (ddD r k a) (dd0 r k a)). Qed.

Definition form (M : 'M[R]_d) r k s l : A := \sum_a \sum_b M a b *: (x r k a * x s l b).
Definition ch (s : nat -> I) (c : chord) : A := form (evw rho c.1.2) c.1.1.1 (s c.1.1.2) c.2.1 (s c.2.2).
Definition prodc s cs : A := \prod_(c <- cs) ch s c.
Definition vec (M : 'M[R]_d) s l a : A := \sum_b M a b *: x s l b.
Definition same (s : nat -> I) (p q : endp) : R := ((p.1 == q.1) && (s p.2 == s q.2))%:R.

Lemma dd_form r k a M r1 k1 r2 k2 :
  dd r k a (form M r1 k1 r2 k2) =
  ((r == r1) && (k == k1))%:R *: vec (evw rho (cov r) *m M) r2 k2 a +
  ((r == r2) && (k == k2))%:R *: vec (evw rho (cov r) *m M^T) r1 k1 a.
Proof.
rewrite /form ddsum; under eq_bigr => i _.
  rewrite ddsum; under eq_bigr => j _ do rewrite ddZ ddM !ddx scalerDr -scalerAl mul1r -scalerAr mulr1 !scalerA.
  rewrite big_split /=; over.
rewrite big_split /=; congr (_ + _).
  rewrite exchange_big /= /vec scaler_sumr; apply: eq_bigr => j _.
  rewrite scalerA mxE mulr_sumr scaler_suml; apply: eq_bigr => i _; congr (_ *: _).
  by rewrite [LHS]mulrC -!mulrA.
rewrite /vec scaler_sumr; apply: eq_bigr => j _.
rewrite scalerA mxE mulr_sumr scaler_suml; apply: eq_bigr => i _; congr (_ *: _).
by rewrite [LHS]mulrC -!mulrA mxE.
Qed.

Lemma dd_prod r k a s cs :
  dd r k a (prodc s cs) = \sum_(q <- picks cs) dd r k a (ch s q.1) * prodc s q.2.
Proof.
elim: cs => [|c cs IH]; first by rewrite /prodc big_nil dd1 big_nil.
rewrite /prodc big_cons -/(prodc s cs) ddM IH /= big_cons /=; congr (_ + _).
rewrite big_map mulr_sumr; apply: eq_bigr => q _.
by rewrite /= /prodc big_cons mulrCA.
Qed.

Lemma form_vec (W M : 'M[R]_d) r k s l : \sum_a \sum_b W a b *: (x r k b * vec M s l a) = form (W^T *m M) r k s l.
Proof.
rewrite exchange_big /= /form; apply: eq_bigr => b _.
under eq_bigr => a _ do rewrite /vec mulr_sumr scaler_sumr.
rewrite exchange_big /=; apply: eq_bigr => c _.
by rewrite mxE scaler_suml; apply: eq_bigr => a _; rewrite -scalerAr scalerA mxE.
Qed.

Lemma step s p W q cs : E (prodc s ((p, W, q) :: cs)) =
  same s p q * (\tr (evw rho (W ++ cov p.1)) * E (prodc s cs)) +
  \sum_(k <- picks cs) (same s p k.1.1.1 * E (prodc s (joinl cov p W q k.1 :: k.2)) +
                        same s p k.1.2 * E (prodc s (joinr cov p W q k.1 :: k.2))).
Proof.
rewrite {1}/prodc big_cons -/(prodc s cs) {1}/ch /form /= mulr_suml Esum.
under eq_bigr => a _.
  rewrite mulr_suml Esum; under eq_bigr => b _.
    rewrite -scalerAl EZ -mulrA stein ddM ddx -scalerAl mul1r ED EZ dd_prod mulrDr; over.
  rewrite big_split /=; over.
rewrite big_split /=; congr (_ + _).
  rewrite /same evw_cat mulrA /mxtrace !mulr_sumr mulr_suml; apply: eq_bigr => a _.
  rewrite mxE mulr_sumr mulr_suml; apply: eq_bigr => b _.
  have -> : evw rho (cov p.1) b a = evw rho (cov p.1) a b by rewrite -[in LHS]cov_sym mxE.
  by rewrite !mulrA; congr (_ * _); rewrite -!mulrA [LHS]mulrCA; congr (_ * _); rewrite mulrC.
under eq_bigr => a _ do under eq_bigr => b _ do rewrite mulr_sumr Esum mulr_sumr.
under eq_bigr => a _ do rewrite exchange_big /=.
rewrite exchange_big /=; apply: eq_bigr => k _.
rewrite /prodc !big_cons -/(prodc s k.2).
have -> : ch s (joinl cov p W q k.1) = \sum_a \sum_b evw rho W a b *:
    (x q.1 (s q.2) b * vec (evw rho (cov p.1) *m evw rho k.1.1.2) k.1.2.1 (s k.1.2.2) a).
  by rewrite form_vec /ch /= !evw_cat evw_tr.
have -> : ch s (joinr cov p W q k.1) = \sum_a \sum_b evw rho W a b *:
    (x q.1 (s q.2) b * vec (evw rho (cov p.1) *m (evw rho k.1.1.2)^T) k.1.1.1.1 (s k.1.1.1.2) a).
  by rewrite form_vec /ch /= !evw_cat !evw_tr.
rewrite !mulr_suml !Esum !mulr_sumr -big_split /=; apply: eq_bigr => a _.
rewrite !mulr_suml !Esum !mulr_sumr -big_split /=; apply: eq_bigr => b _.
rewrite /ch dd_form /= mulrDl mulrDr ED mulrDr -!scalerAl -!scalerAr !EZ !mulrA /same.
by congr (_ + _); rewrite -!mulrA [LHS]mulrCA.
Qed.

Lemma ch_ren s f c : ch s (ren f c) = ch (s \o f) c.
Proof. by []. Qed.
Lemma prodc_ren s f cs : prodc s (map (ren f) cs) = prodc (s \o f) cs.
Proof. by rewrite /prodc big_map. Qed.
Lemma size_picks cs k : k \in picks cs -> (size k.2).+1 = size cs.
Proof.
elim: cs k => //= c cs IH k; rewrite inE => /orP[/eqP -> //|/mapP[k' k'in ->] /=].
by rewrite (IH k').
Qed.

Theorem wick_sound n vars trs cs : (size cs <= n)%N -> uniq vars ->
  sumover vars (fun s => (\prod_(w <- trs) \tr (evw rho w)) * E (prodc s cs)) (@s0 N) =
  ev rho sc N.+1 (wick cov n vars trs cs).
Proof.
have base vs ts : sumover vs (fun s => (\prod_(w <- ts) \tr (evw rho w)) * E (prodc s [::])) (@s0 N) =
  ev rho sc N.+1 [:: (Zpos xH, (size vs, [::], ts))].
  rewrite (sumover_ext _ (G := fun=> \prod_(w <- ts) \tr (evw rho w))); last first.
    by move=> s; rewrite /prodc big_nil E1 mulr1.
  by rewrite sumover_cst /ev big_seq1 /= /evk /= big_nil mulr1 /zR mul1r.
elim: n vars trs cs => [|n IH] vars trs [|[[p W] q] cs] hn u //; [exact: base | exact: base |].
rewrite [wick _ _ _ _ _]/=.
have go p' trs' ds : (size ds <= n)%N ->
  sumover vars (fun s => same s p p' * ((\prod_(w <- trs') \tr (evw rho w)) * E (prodc s ds))) (@s0 N) =
  ev rho sc N.+1 (if p.1 == p'.1 then wick cov n (ident vars p.2 p'.2).1 trs' (map (ren (ident vars p.2 p'.2).2) ds) else [::]).
  move=> hds; rewrite /same; case: (p.1 == p'.1) => /=; last first.
    have -> : ev rho sc N.+1 [::] = 0 by rewrite /ev big_nil.
    by rewrite -[RHS](@sumover0 R N vars (@s0 N)); apply: sumover_ext => s; rewrite mul0r.
  rewrite -IH ?size_map ?ident_uniq // (sumover_ident _ _ (fun s => (\prod_(w <- trs') \tr (evw rho w)) * E (prodc s ds))) //.
  by apply: sumover_ext => s; rewrite prodc_ren.
rewrite ev_cat -go //.
have -> : forall F G, ev rho sc N.+1 (flatten [seq F k ++ G k | k <- picks cs]) =
    \sum_(k <- picks cs) (ev rho sc N.+1 (F k) + ev rho sc N.+1 (G k)).
  move=> F G; elim: (picks cs) => [|k ks IHk]; first by rewrite big_nil /ev big_nil.
  by rewrite /= !ev_cat IHk big_cons.
have -> : \sum_(k <- picks cs) (ev rho sc N.+1 (if p.1 == k.1.1.1.1 then wick cov n (ident vars p.2 k.1.1.1.2).1 trs
       (map (ren (ident vars p.2 k.1.1.1.2).2) (joinl cov p W q k.1 :: k.2)) else [::]) +
     ev rho sc N.+1 (if p.1 == k.1.2.1 then wick cov n (ident vars p.2 k.1.2.2).1 trs
       (map (ren (ident vars p.2 k.1.2.2).2) (joinr cov p W q k.1 :: k.2)) else [::])) =
   \sum_(k <- picks cs) sumover vars (fun s => (\prod_(w <- trs) \tr (evw rho w)) *
      (same s p k.1.1.1 * E (prodc s (joinl cov p W q k.1 :: k.2)) +
       same s p k.1.2 * E (prodc s (joinr cov p W q k.1 :: k.2)))) (@s0 N).
  apply: eq_big_seq => k kin; have sk := size_picks kin.
  rewrite -!go /= ?sk // -sumoverD; apply: sumover_ext => s.
  by rewrite mulrDr !mulrA [same _ _ _ * _]mulrC [same s p k.1.2 * _]mulrC.
rewrite -sumover_sum -sumoverD; apply: sumover_ext => s.
rewrite step mulrDr -mulr_sumr; congr (_ + _).
by rewrite big_cons mulrCA; congr (_ * _); rewrite mulrCA mulrA.
Qed.
End Sound.
