(* A verified Wick engine: expectations of products of bilinear forms in Gaussian, elliptical and fixed vectors, with symbolic
   sums over i.i.d. draws, computed on words and proved sound for every dimension d and number N of draws.
   A state is a product of traces and of chords v^T W v', summed over index variables. The first chord is contracted with all
   others, the states that come out are put into a common form, and equal ones are merged, until no chord is left.
   An elliptical vector is r z with z Gaussian and a random radius r: contracting two of its ends leaves r^2 behind, written as
   a chord between r and itself, and the moments of the radii are put in at the end. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.zify Require Import ssrZ.
From ICL Require Import words sums radii.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Definition endp := (nat * nat)%type.              (* vector, index variable *)
Definition chord := (endp * word * endp)%type.    (* v^T W v' *)
Definition state := (seq nat * seq word * seq chord)%type.  (* variables summed over, traces, chords *)

(* What the letters of a file stand for. *)
Record alphabet := Letters {
  symmetric : nat -> bool;        (* letters that are symmetric matrices *)
  family : nat -> nat;            (* letters of one family commute; family 0 is none *)
  fixed : nat -> bool;            (* vectors that are not random *)
  covariance : nat -> word;       (* of the random ones; of z for r z *)
  outer : nat -> nat -> lettr;    (* the letter v v'^T of two fixed vectors *)
  elliptical : seq (nat * nat);   (* vectors r z, each with the number of its radius among the vectors *)
  moment : nat -> nat -> seq nat  (* the scalars whose product is E r^(2n), n > 0 *)
}.
Definition Alphabet symf fx cov out : alphabet := Letters symf (fun=> 0) fx cov out [::] (fun _ _ => [::]).
Definition with_families (fam : seq nat) (a : alphabet) : alphabet :=
  Letters (symmetric a) (nth 0 fam) (fixed a) (covariance a) (outer a) (elliptical a) (moment a).
(* vector v has the radius r, with the scalar m for E r^(2n) where (n, m) is in the list and 1 where n is not *)
Definition with_radii (rs : seq (nat * (nat * seq (nat * nat)))) (a : alphabet) : alphabet :=
  Letters (symmetric a) (family a) (fixed a) (covariance a) (outer a) [seq (q.1, q.2.1) | q <- rs]
    (fun r n => [seq m.2 | m <- flatten [seq q.2.2 | q <- rs & q.2.1 == r] & m.1 == n]).

Definition radii (a : alphabet) : seq nat := [seq q.2 | q <- elliptical a].
Definition radius (a : alphabet) (v : nat) : option nat := ohead [seq q.2 | q <- elliptical a & q.1 == v].
Lemma radius_radial a v r : radius a v = Some r -> r \in radii a.
Proof.
rewrite /radius /radii; elim: (elliptical a) => //= q qs IH; case: ifP => [_ [<-]|_ /IH h]; rewrite inE ?eqxx //.
by rewrite h orbT.
Qed.

Section Compute.
Variable a : alphabet.
Notation symf := (symmetric a).
Notation fx := (fixed a).
Notation cov := (covariance a).
Definition ren (f : nat -> nat) (c : chord) : chord :=
  ((c.1.1.1, f c.1.1.2), c.1.2, (c.2.1, f c.2.2)).
Definition turn (c : chord) : chord := (c.2, twd c.1.2, c.1.1).
Fixpoint picks (cs : seq chord) : seq (chord * seq chord) :=
  match cs with
  | [::] => [::]
  | c :: cs' => (c, cs') :: [seq (k.1, c :: k.2) | k <- picks cs']
  end.
Definition joinl (p : endp) W q (c : chord) : chord := (q, twd W ++ cov p.1 ++ c.1.2, c.2).
Definition joinr (p : endp) W q (c : chord) : chord := (q, twd W ++ cov p.1 ++ twd c.1.2, c.1.1).
(* the radius of an end, squared, as a chord *)
Definition squared (p : endp) : seq chord := if radius a p.1 is Some r then [:: ((r, p.2), [::], (r, p.2))] else [::].
Definition same_draw (p p' : endp) (vars : seq nat) trs ds : seq state :=
  if p.1 == p'.1 then [:: ((ident vars p.2 p'.2).1, trs, map (ren (ident vars p.2 p'.2).2) (squared p ++ ds))] else [::].
Definition radial_end (p : endp) : bool := p.1 \in radii a.
(* the states whose values add up to the value of this one *)
Definition step (st : state) : seq state :=
  match st.2 with
  | [::] => [:: st]
  | c :: cs =>
    if [|| ~~ uniq st.1.1, radial_end c.1.1 | radial_end c.2] then [:: st] else
    let c' := if fx c.1.1.1 then turn c else c in
    let p := c'.1.1 in let W := c'.1.2 in let q := c'.2 in let vars := st.1.1 in let trs := st.1.2 in
    if fx p.1 then (if fx q.1 then [:: (vars, (W ++ [:: outer a q.1 p.1]) :: trs, cs)] else [:: st])
    else same_draw p q vars ((W ++ cov p.1) :: trs) cs ++
      flatten [seq same_draw p k.1.1.1 vars trs (joinl p W q k.1 :: k.2) ++
                   same_draw p k.1.2 vars trs (joinr p W q k.1 :: k.2) | k <- picks cs]
  end.

(* The common form. Only that it has the same value is proved; which form it is matters for speed alone. *)
Definition orient (c : chord) : chord :=
  let W := map (plain symf) c.1.2 in let T := map (plain symf) (twd c.1.2) in
  if (c.1.1.1 < c.2.1) || ((c.1.1.1 == c.2.1) && lew W T && ((W != T) || (c.1.1.2 <= c.2.2)))
  then (c.1.1, W, c.2) else (c.2, T, c.1.1).
Fixpoint lexn (v w : seq nat) : bool :=
  match v, w with
  | [::], _ => true
  | _, [::] => false
  | a :: v', b :: w' => (a < b) || ((a == b) && lexn v' w')
  end.
Definition shape (c : chord) : seq nat := [:: c.1.1.1, c.2.1, size c.1.2 & map code c.1.2].
Definition chord_le (c c' : chord) : bool := lexn (shape c ++ [:: c.1.1.2; c.2.2]) (shape c' ++ [:: c'.1.1.2; c'.2.2]).
Definition ends (vars : seq nat) (c : chord) : seq nat := [seq v <- [:: c.1.1.2; c.2.2] | v \in vars].
Definition rank (known vars : seq nat) (c : chord) : seq nat :=
  foldr minn (size known) [seq index v known | v <- ends vars c] :: shape c.
Fixpoint greedy (fuel : nat) (known vars : seq nat) (waiting : seq chord) : seq chord :=
  if fuel isn't n.+1 then waiting else if waiting isn't c0 :: rest then [::] else
  let c := foldl (fun a b => if lexn (rank known vars a) (rank known vars b) then a else b) c0 rest in
  c :: greedy n (known ++ [seq v <- undup (ends vars c) | v \notin known]) vars (rem c waiting).
Definition reorder vars (cs : seq chord) : seq chord :=
  let cs' := greedy (size cs) [::] vars cs in if perm_eq cs cs' then cs' else cs.
Fixpoint renumber (fuel i : nat) (os vars : seq nat) (cs : seq chord) : seq nat * seq chord :=
  if fuel isn't n.+1 then (vars, cs) else if os isn't o :: os' then (vars, cs) else
  let f := transp o i in renumber n i.+1 (map f os') (map f vars) (map (ren f) cs).
Definition used (cs : seq chord) (v : nat) : bool := has (fun c => (c.1.1.2 == v) || (c.2.2 == v)) cs.
Definition canon (st : state) : nat * state :=
  let vars := [seq v <- st.1.1 | used st.2 v] in
  let cs := reorder vars (map orient st.2) in
  let os := undup (flatten (map (ends vars) cs)) in let vc := renumber (size os) 1 os vars cs in
  (count (predC (used st.2)) st.1.1,
   (sort leq vc.1, sort shorter (map (canon_word symf (family a)) st.1.2), sort chord_le (map orient vc.2))).

Definition weighted := (Z * (nat * state))%type.  (* coefficient, power of N *)
Definition placed (c : Z) (n : nat) (st : state) : weighted := let k := canon st in (c, ((n + k.1)%N, k.2)).
Definition level (ws : seq weighted) : seq weighted :=
  foldr (fun t acc => foldr (fun st acc => add_term (placed t.1 t.2.1 st) acc) acc (step t.2.2)) [::] ws.
(* only squared radii are left *)
Definition contracted (st : state) : bool := uniq st.1.1 && all (fun c => (c.1.1 == c.2) && radial_end c.1.1) st.2.
Definition radial_part (st : state) : poly :=
  if st.2 is [::] then [:: (Zpos xH, (size st.1.1, [::], [::]))]
  else radial_mean (radii a) (moment a) st.1.1 [seq c.1.1 | c <- st.2].
Definition closed (t : weighted) : poly :=
  [seq (u.1, (u.2.1, t.2.2.1.2 ++ u.2.2)) | u <- scale (t.1, (t.2.1, [::])) (radial_part t.2.2)].
Definition finished (ws : seq weighted) : option poly :=
  if all (fun t : weighted => contracted t.2.2) ws then Some (flatten [seq closed t | t <- ws]) else None.
Definition wick (st : state) : option poly := finished (iter (size st.2) level [:: placed (Zpos xH) 0 st]).
End Compute.

Local Open Scope ring_scope.
Section Sound.
Variables (R : comRingType) (A : comAlgType R) (d N : nat).
Notation I := 'I_N.+1.
Variables (ab : alphabet) (rho : nat -> 'M[R]_d) (sc : nat -> R).
Notation symf := (symmetric ab).
Notation fx := (fixed ab).
Notation cov := (covariance ab).
Variable v : nat -> 'cV[R]_d.                     (* the fixed vectors *)
Hypothesis rho_sym : forall b, symf b -> (rho b)^T = rho b.
Hypothesis rho_comm : forall b c, family ab b != 0%N -> family ab b = family ab c -> rho b *m rho c = rho c *m rho b.
Hypothesis cov_sym : forall r, ~~ fx r -> (evw rho (cov r))^T = evw rho (cov r).
Hypothesis outerE : forall r s, fx r -> fx s -> evl rho (outer ab r s) = v r *m (v s)^T.
(* the Gaussian structure: an algebra of random variables, its expectation, the vectors, the covariant derivatives *)
Variables (E : A -> R) (x : nat -> I -> 'I_d -> A) (dd : nat -> I -> 'I_d -> A -> A).
Variable rd : nat -> I -> A.                       (* the radii *)
Definition square r k : A := if radius ab r is Some r' then rd r' k * rd r' k else 1.
Hypothesis ED : forall f g, E (f + g) = E f + E g.
Hypothesis EZ : forall a f, E (a *: f) = a * E f.
Hypothesis E1 : E 1 = 1.
Hypothesis ddD : forall r k a f g, dd r k a (f + g) = dd r k a f + dd r k a g.
Hypothesis ddZ : forall r k a c f, dd r k a (c *: f) = c *: dd r k a f.
Hypothesis ddM : forall r k a f g, dd r k a (f * g) = dd r k a f * g + f * dd r k a g.
Hypothesis dd1 : forall r k a, dd r k a 1 = 0.
Hypothesis ddx : forall r k a s l b, ~~ fx r ->
  dd r k a (x s l b) = (((r == s) && (k == l))%:R * evw rho (cov r) a b) *: square r k.
Hypothesis ddw : forall r k a s l, ~~ fx r -> dd r k a (rd s l) = 0.
Hypothesis stein : forall r k a f, ~~ fx r -> E (x r k a * f) = E (dd r k a f).
Hypothesis x_fixed : forall r k a, fx r -> x r k a = v r a 0 *: 1.
Hypothesis radial_moment : forall ws s, all (fun q => q.1 \in radii ab) ws ->
  E (\prod_(q <- ws) (rd q.1 (s q.2) * rd q.1 (s q.2))) = mean_at sc (radii ab) (moment ab) ws s.

Lemma E0 : E 0 = 0. Proof. by have := EZ 0 0; rewrite scale0r mul0r. Qed.
Lemma Esum (T : Type) (r : seq T) (P : pred T) (F : T -> A) : E (\sum_(i <- r | P i) F i) = \sum_(i <- r | P i) E (F i).
Proof. by apply: (big_morph E ED E0). Qed.
Lemma dd0 r k a : dd r k a 0 = 0. Proof. by have := ddZ r k a 0 0; rewrite !scale0r. Qed.
Lemma ddsum r k a (T : Type) (s : seq T) (P : pred T) (F : T -> A) :
  dd r k a (\sum_(i <- s | P i) F i) = \sum_(i <- s | P i) dd r k a (F i).
Proof. by apply: (big_morph (dd r k a) (ddD r k a) (dd0 r k a)). Qed.

Definition form (M : 'M[R]_d) r k s l : A := \sum_a \sum_b M a b *: (x r k a * x s l b).
Definition ch (s : nat -> I) (c : chord) : A :=
  if radial_end ab c.1.1 && radial_end ab c.2 then rd c.1.1.1 (s c.1.1.2) * rd c.2.1 (s c.2.2)
  else form (evw rho c.1.2) c.1.1.1 (s c.1.1.2) c.2.1 (s c.2.2).
Definition prodc s cs : A := \prod_(c <- cs) ch s c.
Definition vec (M : 'M[R]_d) s l a : A := \sum_b M a b *: x s l b.
Lemma prodc_squared s p cs : prodc s (squared ab p ++ cs) = square p.1 (s p.2) * prodc s cs.
Proof.
rewrite /prodc big_cat /squared /square; case e: (radius ab p.1) => [r|]; last by rewrite big_nil.
by rewrite big_seq1 /ch /radial_end /= (radius_radial e).
Qed.
Definition same (s : nat -> I) (p q : endp) : R := ((p.1 == q.1) && (s p.2 == s q.2))%:R.

Lemma dd_form r k a M r1 k1 r2 k2 : ~~ fx r ->
  dd r k a (form M r1 k1 r2 k2) =
  ((r == r1) && (k == k1))%:R *: (square r k * vec (evw rho (cov r) *m M) r2 k2 a) +
  ((r == r2) && (k == k2))%:R *: (square r k * vec (evw rho (cov r) *m M^T) r1 k1 a).
Proof.
move=> rn; rewrite /form ddsum; under eq_bigr => i _.
  rewrite ddsum; under eq_bigr => j _ do
    rewrite ddZ ddM !ddx // scalerDr -scalerAl -scalerAr [x _ _ _ * square _ _]mulrC !scalerA.
  rewrite big_split /=; over.
rewrite big_split /=; congr (_ + _).
  rewrite exchange_big /= /vec mulr_sumr scaler_sumr; apply: eq_bigr => j _.
  rewrite -scalerAr scalerA mxE mulr_sumr scaler_suml; apply: eq_bigr => i _; congr (_ *: _).
  by rewrite [LHS]mulrC -!mulrA.
rewrite /vec mulr_sumr scaler_sumr; apply: eq_bigr => j _.
rewrite -scalerAr scalerA mxE mulr_sumr scaler_suml; apply: eq_bigr => i _; congr (_ *: _).
by rewrite [LHS]mulrC -!mulrA mxE.
Qed.

Lemma dd_ch r k a s c : ~~ fx r -> r \notin radii ab ->
  dd r k a (ch s c) =
  ((r == c.1.1.1) && (k == s c.1.1.2))%:R *: (square r k * vec (evw rho (cov r) *m evw rho c.1.2) c.2.1 (s c.2.2) a) +
  ((r == c.2.1) && (k == s c.2.2))%:R *: (square r k * vec (evw rho (cov r) *m (evw rho c.1.2)^T) c.1.1.1 (s c.1.1.2) a).
Proof.
move=> nf nr; rewrite /ch; case: ifP => [/andP[h1 h2]|_]; last exact: dd_form.
have out q : radial_end ab q -> (r == q.1) = false by rewrite /radial_end => h; apply: contraNF nr => /eqP ->.
by rewrite ddM !ddw // mul0r mulr0 !out // !scale0r.
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

Lemma contract_first s p W q cs : ~~ fx p.1 -> ~~ radial_end ab p -> ~~ radial_end ab q -> E (prodc s ((p, W, q) :: cs)) =
  same s p q * (\tr (evw rho (W ++ cov p.1)) * E (prodc s (squared ab p ++ cs))) +
  \sum_(k <- picks cs) (same s p k.1.1.1 * E (prodc s (squared ab p ++ joinl ab p W q k.1 :: k.2)) +
                        same s p k.1.2 * E (prodc s (squared ab p ++ joinr ab p W q k.1 :: k.2))).
Proof.
move=> pn pr qr; rewrite {1}/prodc big_cons -/(prodc s cs) {1}/ch (negbTE pr) /form /= mulr_suml Esum prodc_squared.
under [in RHS]eq_bigr => k _ do rewrite !prodc_squared.
under eq_bigr => a _.
  rewrite mulr_suml Esum; under eq_bigr => b _.
    rewrite -scalerAl EZ -mulrA stein // ddM ddx // -scalerAl ED EZ dd_prod mulrDr; over.
  rewrite big_split /=; over.
rewrite big_split /=; congr (_ + _).
  rewrite /same evw_cat mulrA /mxtrace !mulr_sumr mulr_suml; apply: eq_bigr => a _.
  rewrite mxE mulr_sumr mulr_suml; apply: eq_bigr => b _.
  have -> : evw rho (cov p.1) b a = evw rho (cov p.1) a b by rewrite -[in LHS]cov_sym // mxE.
  by rewrite !mulrA; congr (_ * _); rewrite -!mulrA [LHS]mulrCA; congr (_ * _); rewrite mulrC.
under eq_bigr => a _ do under eq_bigr => b _ do rewrite mulr_sumr Esum mulr_sumr.
under eq_bigr => a _ do rewrite exchange_big /=.
rewrite exchange_big /=; apply: eq_bigr => k _.
rewrite /prodc !big_cons -/(prodc s k.2) ![square _ _ * _]mulrCA.
have chq M r : ch s (q, M, r) = form (evw rho M) q.1 (s q.2) r.1 (s r.2) by rewrite /ch (negbTE qr).
have -> : ch s (joinl ab p W q k.1) = \sum_a \sum_b evw rho W a b *:
    (x q.1 (s q.2) b * vec (evw rho (cov p.1) *m evw rho k.1.1.2) k.1.2.1 (s k.1.2.2) a).
  by rewrite form_vec chq /= !evw_cat evw_tr.
have -> : ch s (joinr ab p W q k.1) = \sum_a \sum_b evw rho W a b *:
    (x q.1 (s q.2) b * vec (evw rho (cov p.1) *m (evw rho k.1.1.2)^T) k.1.1.1.1 (s k.1.1.1.2) a).
  by rewrite form_vec chq /= !evw_cat !evw_tr.
rewrite !mulr_suml !Esum !mulr_sumr -big_split /=; apply: eq_bigr => a _.
rewrite !mulr_suml !Esum !mulr_sumr -big_split /=; apply: eq_bigr => b _.
rewrite dd_ch // mulrDl mulrDr ED mulrDr -!scalerAl -!scalerAr !EZ /same.
by congr (_ + _); rewrite mulrCA; congr (_ * (_ * E _)); rewrite -!mulrA; congr (_ * _); rewrite mulrCA.
Qed.


Lemma prodc_ren s f cs : prodc s (map (ren f) cs) = prodc (s \o f) cs.
Proof. by rewrite /prodc big_map. Qed.

(* The value of a state; what a step does to it. *)
Definition value (st : state) : R :=
  sumover st.1.1 (fun s => (\prod_(w <- st.1.2) \tr (evw rho w)) * E (prodc s st.2)) (@s0 N).

Lemma form_tr M r k s l : form M^T r k s l = form M s l r k.
Proof.
rewrite /form exchange_big /=; apply: eq_bigr => a _; apply: eq_bigr => b _.
by rewrite mxE [x r k b * _]mulrC.
Qed.
Lemma ch_turn s c : ch s (turn c) = ch s c.
Proof. by rewrite /ch /turn /= andbC mulrC evw_tr form_tr. Qed.
Lemma ch_orient s c : ch s (orient ab c) = ch s c.
Proof.
rewrite /orient; case: ifP => _; rewrite /ch /= evw_plain //.
by rewrite evw_tr form_tr andbC mulrC.
Qed.
Lemma prodc_orient s cs : prodc s (map (orient ab) cs) = prodc s cs.
Proof. by rewrite /prodc big_map; apply: eq_bigr => c _; apply: ch_orient. Qed.
Lemma prodc_perm s cs cs' : perm_eq cs cs' -> prodc s cs = prodc s cs'.
Proof. exact: perm_big. Qed.

Lemma ch_fixed s p W q : ~~ radial_end ab p -> fx p.1 -> fx q.1 ->
  ch s (p, W, q) = \tr (evw rho (W ++ [:: outer ab q.1 p.1])) *: 1.
Proof.
move=> pr fp fq; rewrite evw_cat /= mulmx1 outerE // /ch (negbTE pr) /form /=.
under eq_bigr => a _ do under eq_bigr => b _ do
  rewrite !x_fixed // -scalerAl -scalerAr mulr1 !scalerA.
rewrite /mxtrace scaler_suml; apply: eq_bigr => a _; rewrite mxE scaler_suml; apply: eq_bigr => b _.
have -> : (v q.1 *m (v p.1)^T) b a = v q.1 b 0 * v p.1 a 0 by rewrite mxE big_ord1 mxE.
by rewrite -mulrA [v q.1 b 0 * _]mulrC.
Qed.

Lemma same_drawE p p' vars trs ds : uniq vars ->
  \sum_(st <- same_draw ab p p' vars trs ds) value st =
  sumover vars (fun s => same s p p' * ((\prod_(w <- trs) \tr (evw rho w)) * E (prodc s (squared ab p ++ ds)))) (@s0 N).
Proof.
move=> u; rewrite /same_draw /same; case: (p.1 == p'.1) => /=; last first.
  by rewrite big_nil -[LHS](@sumover0 R N vars (@s0 N)); apply: sumover_ext => s; rewrite mul0r.
rewrite big_seq1 /value /= (sumover_ident _ _ (fun s => (\prod_(w <- trs) \tr (evw rho w)) * E (prodc s (squared ab p ++ ds)))) //.
by apply: sumover_ext => s; rewrite prodc_ren.
Qed.

Lemma step_sound st : \sum_(st <- step ab st) value st = value st.
Proof.
have id1 : \sum_(t <- [:: st]) value t = value st by rewrite big_seq1.
case: st id1 => [[vars trs] [|c cs]] id1 //.
rewrite /step /=; case: ifP => // /norP[/negbNE u /norP[r1 r2]].
set c' := if fx c.1.1.1 then turn c else c.
have : value (vars, trs, c :: cs) = value (vars, trs, c' :: cs).
  by apply: sumover_ext => s; rewrite /prodc !big_cons /c'; case: ifP => // _; rewrite ch_turn.
have {r1 r2} : ~~ radial_end ab c'.1.1 /\ ~~ radial_end ab c'.2 by rewrite /c'; case: ifP.
case: c' => [[p W] q] /= [pr qr] turned; case: ifPn => [fp|np].
  case: ifP => // fq; rewrite big_seq1 turned; apply: sumover_ext => s.
  by rewrite /prodc !big_cons ch_fixed // -scalerAl mul1r EZ mulrCA mulrA.
rewrite turned big_cat /= same_drawE // big_flatten big_map /=.
under [X in _ + X]eq_bigr => k _ do rewrite big_cat /= !same_drawE // -sumoverD.
rewrite -sumover_sum -sumoverD; apply: sumover_ext => s.
rewrite contract_first //= mulrDr mulr_sumr; congr (_ + _); last first.
  by apply: eq_bigr => k _; rewrite mulrDr; congr (_ + _); rewrite mulrCA.
by rewrite big_cons [RHS]mulrCA; congr (_ * _); rewrite mulrCA mulrA.
Qed.

Lemma prodc_unused s cs u k : ~~ used cs u -> prodc (upd s u k) cs = prodc s cs.
Proof.
move=> h; rewrite /prodc; apply: eq_big_seq => c cin.
have : ~~ ((c.1.1.2 == u) || (c.2.2 == u)) by apply: contra h => ?; apply/hasP; exists c.
by rewrite negb_or => /andP[h1 h2]; rewrite /ch /upd (negbTE h1) (negbTE h2).
Qed.
Lemma renumber_sound n i os vars cs (T : R) :
  sumover (renumber n i os vars cs).1 (fun s => T * E (prodc s (renumber n i os vars cs).2)) (@s0 N) =
  sumover vars (fun s => T * E (prodc s cs)) (@s0 N).
Proof.
elim: n i os vars cs => // n IH i [|o os] vars cs //; rewrite [renumber _ _ _ _ _]/= IH.
rewrite -[RHS](@sumover_ren R N (transp o i) vars (fun s => T * E (prodc s cs)) (@s0 N)).
  by apply: sumover_ext => s; rewrite prodc_ren.
exact: inv_inj (transpK o i).
Qed.
Lemma canon_sound st : N.+1%:R ^+ (canon ab st).1 * value (canon ab st).2 = value st.
Proof.
case: st => [[vars trs] cs]; rewrite /canon /value /=.
set kept := [seq v <- vars | used cs v]; set cs2 := reorder _ _.
have cs2E s : prodc s cs2 = prodc s cs.
  by rewrite /cs2 /reorder; case: ifP => [/(prodc_perm s) <-|_]; rewrite prodc_orient.
set os := undup _.
have -> : \prod_(w <- sort shorter (map (canon_word symf (family ab)) trs)) \tr (evw rho w) = \prod_(w <- trs) \tr (evw rho w).
  by rewrite (perm_big (map (canon_word symf (family ab)) trs)) ?perm_sort //= big_map; apply: eq_bigr => w _; apply: canon_wordP.
set T := \prod_(w <- trs) _.
rewrite (sumover_perm _ _ (_ : perm_eq _ (renumber (size os) 1 os kept cs2).1)) ?perm_sort //.
rewrite (sumover_ext _ (G := fun s => T * E (prodc s (renumber (size os) 1 os kept cs2).2))); last first.
  by move=> s; rewrite (prodc_perm s (_ : perm_eq _ (map (orient ab) (renumber (size os) 1 os kept cs2).2))) ?perm_sort // prodc_orient.
rewrite renumber_sound (sumover_ext _ (G := fun s => T * E (prodc s cs))); last by move=> s; rewrite cs2E.
rewrite [RHS](sumover_unused (P := used cs)) // => u s k nu.
by rewrite prodc_unused.
Qed.

Definition total (ws : seq weighted) : R := \sum_(t <- ws) zR R t.1 * (N.+1%:R ^+ t.2.1 * value t.2.2).
Lemma placedE c n st : let t := placed ab c n st in zR R t.1 * (N.+1%:R ^+ t.2.1 * value t.2.2) = zR R c * (N.+1%:R ^+ n * value st).
Proof. by rewrite /placed /= exprD -mulrA canon_sound. Qed.
Lemma level_sound ws : total (level ab ws) = total ws.
Proof.
rewrite /level /total; elim: ws => [|t ws IH] //; rewrite [foldr _ _ _]/= big_cons -IH.
rewrite -[in RHS]step_sound !mulr_sumr; elim: (step _ _) => [|st sts IHs]; first by rewrite big_nil add0r.
rewrite [foldr _ _ _]/= big_cons -addrA -IHs.
rewrite (add_termE (fun k : nat * state => N.+1%:R ^+ k.1 * value k.2)).
by congr (_ + _); apply: placedE.
Qed.
Lemma radial_part_sound st : contracted ab st ->
  (\prod_(w <- st.1.2) \tr (evw rho w)) * ev rho sc N.+1 (radial_part ab st) = value st.
Proof.
case: st => [[vars trs] cs] /andP[/= u pure]; rewrite /value /=; set T := \prod_(w <- trs) _.
rewrite sumoverZ; congr (_ * _); rewrite /radial_part /=; case: cs pure => [|c cs] pure.
  rewrite /ev big_seq1 /evk /= !big_nil !mulr1 /zR mul1r -[LHS]mulr1 -(sumover_cst vars _ (@s0 N)).
  by apply: sumover_ext => s; rewrite /prodc big_nil E1.
rewrite -(@radial_mean_sound R d N rho sc (radii ab) (moment ab) vars _ u); apply: sumover_ext => s; move: {c cs}(c :: cs) pure => cs pure.
rewrite -radial_moment; last by rewrite all_map; apply: sub_all pure => q /andP[_].
rewrite /prodc big_map; congr E; apply: eq_big_seq => q /(allP pure) /andP[/eqP e r].
by rewrite /ch -e r.
Qed.
Lemma closed_sound (t : weighted) : contracted ab t.2.2 ->
  ev rho sc N.+1 (closed ab t) = zR R t.1 * (N.+1%:R ^+ t.2.1 * value t.2.2).
Proof.
move=> h; rewrite -radial_part_sound // [_ ^+ _ * _]mulrCA mulrCA [zR R t.1 * _]mulrA.
have := ev_scale rho sc N.+1 (t.1, (t.2.1, [::])) (radial_part ab t.2.2); rewrite big_nil mulr1 /= => <-.
rewrite /closed /ev big_map mulr_sumr; apply: eq_bigr => k _; rewrite [RHS]mulrCA; congr (_ * _).
by rewrite /evk /= big_cat /= [RHS]mulrCA.
Qed.
Lemma finished_sound ws p : finished ab ws = Some p -> ev rho sc N.+1 p = total ws.
Proof.
rewrite /finished; case: ifP => // h [<-]; rewrite /total; elim: ws h => [|t ws IH] /=; first by rewrite /ev !big_nil.
by case/andP => ht /IH e; rewrite ev_cat closed_sound // e big_cons.
Qed.

Theorem wick_sound st p : wick ab st = Some p -> ev rho sc N.+1 p = value st.
Proof.
move/finished_sound => ->; have it n ws : total (iter n (level ab) ws) = total ws.
  by elim: n => //= n <-; rewrite level_sound.
by rewrite it /total big_seq1 placedE expr0 mul1r /zR mul1r.
Qed.
End Sound.
