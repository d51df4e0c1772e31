(* Means of products of squared random radii, one radius a vector and draw, over sums of draws: draws that coincide share a
   radius, so that sum_(i, j) r_i^2 r_j^2 has the mean N E r^4 + N (N - 1) (E r^2)^2. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
From ICL Require Import words sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Section Compute.
Variable radii : seq nat.                         (* the radii *)
Variable moment : nat -> nat -> seq nat.          (* the scalars whose product is E r^(2n), n > 0 *)
Definition moments (r n : nat) : seq nat := if n is 0 then [::] else moment r n.
(* radii that stand at one draw, each squared *)
Definition at_draw (b : seq nat) : seq nat := flatten [seq moments r (count_mem r b) | r <- radii].
Definition group (ws : seq (nat * nat)) (v : nat) : seq nat := [seq q.1 | q <- ws & q.2 == v].
Definition joined_to (j : nat) (g : seq nat) (bs : seq (seq nat)) : seq (seq nat) := set_nth [::] bs j (g ++ nth [::] bs j).
(* each variable takes a draw of its own or one that is taken already; bs says what stands at the draws that are taken *)
Fixpoint spread (ws : seq (nat * nat)) (vs : seq nat) (bs : seq (seq nat)) : poly :=
  if vs is v :: vs' then
    let fresh := spread ws vs' (group ws v :: bs) in
    scale (Zpos xH, (1, [::])) fresh ++ scale (Z.opp (Z.of_nat (size bs)), (0, [::])) fresh ++
    flatten [seq spread ws vs' (joined_to j (group ws v) bs) | j <- iota 0 (size bs)]
  else [:: (Zpos xH, (0, flatten (map at_draw bs), [::]))].
(* variables that no sum runs over stand at the first draw *)
Definition radial_mean (vars : seq nat) (ws : seq (nat * nat)) : poly :=
  spread ws (rev vars) [:: [seq q.1 | q <- ws & q.2 \notin vars]].
End Compute.

Local Open Scope ring_scope.
Section Sound.
Variables (R : comRingType) (d N : nat) (rho : nat -> 'M[R]_d) (sc : nat -> R).
Variables (radii : seq nat) (moment : nat -> nat -> seq nat).
Notation I := 'I_N.+1.
Definition radial (count : nat -> nat) : R := \prod_(r <- radii) \prod_(l <- moments moment r (count r)) sc l.
(* the mean where variable v stands at draw s v *)
Definition mean_at (ws : seq (nat * nat)) (s : nat -> I) : R :=
  \prod_k radial (fun r => count_mem (r, k) [seq (q.1, s q.2) | q <- ws]).
(* how often r stands at draw k, of the variables outside vs *)
Let placed (ws : seq (nat * nat)) (vs : seq nat) (s : nat -> I) r k :=
  count (fun q => [&& q.1 == r, q.2 \notin vs & s q.2 == k]) ws.

Lemma eq_radial f g : f =1 g -> radial f = radial g.
Proof. by move=> h; apply: eq_bigr => r _; rewrite h. Qed.
Lemma radial0 : radial (fun=> 0%N) = 1.
Proof. by rewrite /radial big1 // => r _; rewrite big_nil. Qed.
Lemma radialE b : \prod_(l <- at_draw radii moment b) sc l = radial (fun r => count_mem r b).
Proof. by rewrite /at_draw big_flatten big_map. Qed.
Lemma count_group ws v r : count_mem r (group ws v) = count (fun q => (q.1 == r) && (q.2 == v)) ws.
Proof. by rewrite /group count_map count_filter. Qed.

Lemma placed_step ws vs v s r k l : v \notin vs ->
  placed ws vs (upd s v k) r l = ((l == k) * count_mem r (group ws v) + placed ws (rcons vs v) s r l)%N.
Proof.
move=> nv; rewrite count_group /placed; elim: ws => /= [|q ws ->]; first by rewrite muln0.
rewrite mulnDr addnACA; congr (_ + _)%N; rewrite mem_rcons inE negb_or /upd.
have [->|qv] /= := eqVneq q.2 v; last by rewrite andbF muln0.
by rewrite nv /= andbF andbT addn0 [k == l]eq_sym; case: (q.1 == r); case: (l == k).
Qed.

Lemma spread_sound ws vs bs ks s : uniq vs -> uniq ks -> size ks = size bs ->
  (forall r k, placed ws (rev vs) s r k = count_mem r (nth [::] bs (index k ks))) ->
  sumover (rev vs) (mean_at ws) s = ev rho sc N.+1 (spread radii moment ws vs bs).
Proof.
elim: vs bs ks s => [|v vs IH] bs ks s.
  move=> _ uk size_ks h; rewrite /= /ev big_seq1 /evk /= expr0 mul1r big_nil mulr1 /zR mul1r big_flatten big_map.
  under eq_bigr => b _ do rewrite radialE.
  rewrite /mean_at (eq_bigr (fun k => radial (fun r => count_mem r (nth [::] bs (index k ks))))); last first.
    move=> k _; apply: eq_radial => r; rewrite -h count_map; apply: eq_count => q /=.
    by rewrite xpair_eqE.
  rewrite (bigID (mem ks)) /= [X in _ * X]big1 ?mulr1 => [|k nk]; last first.
    by rewrite -[RHS]radial0; apply: eq_radial => r; rewrite nth_default // -size_ks memNindex.
  rewrite -big_uniq //= (big_nth ord0) [RHS](big_nth [::]) size_ks; apply: eq_big_nat => i /andP[_ li].
  by apply: eq_radial => r; rewrite index_uniq ?size_ks.
rewrite /= => /andP[nv uvs] uk size_ks h; rewrite rev_cons sumover_last !ev_cat !ev_scale /= !big_nil.
have nv' : v \notin rev vs by rewrite mem_rev.
have step k l r : placed ws (rev vs) (upd s v k) r l =
    ((l == k) * count_mem r (group ws v) + count_mem r (nth [::] bs (index l ks)))%N.
  by rewrite placed_step // -rev_cons h.
rewrite (bigID (mem ks)) /= addrC addrA; congr (_ + _).
  rewrite (eq_bigr (fun=> ev rho sc N.+1 (spread radii moment ws vs (group ws v :: bs)))); last first.
    move=> k nk; apply: (IH _ (k :: ks)) => //=; rewrite ?nk ?size_ks // => r l.
    by rewrite step [k == l]eq_sym; case: eqVneq => [->|_] //=; rewrite mul1n memNindex // nth_default -?size_ks // addn0.
  rewrite sumr_const -[LHS]mulr_natl zRN zR_nat /zR /= expr0 expr1 mul1r !mulr1 -mulrDl; congr (_ * _).
  have := cardC (mem ks); rewrite card_ord (card_uniqP uk) size_ks => /(congr1 (fun m => m%:R : R)) <-.
  by rewrite natrD addrAC subrr add0r; congr (_%:R); apply: eq_card.
rewrite -big_uniq //= (big_nth ord0) /index_iota subn0 size_ks /ev big_flatten big_map.
apply: eq_big_seq => j; rewrite mem_iota add0n => /andP[_ lj].
have kj : nth ord0 ks j \in ks by rewrite mem_nth ?size_ks.
apply: (IH _ ks) => //; first by rewrite size_ks /joined_to size_set_nth; apply/esym/maxn_idPr.
move=> r l; rewrite step /joined_to nth_set_nth /=.
have -> : (index l ks == j) = (l == nth ord0 ks j).
  by apply/eqP/eqP => [e|->]; rewrite ?index_uniq ?size_ks // -e nth_index // -index_mem e size_ks.
have [->|_] := eqVneq l (nth ord0 ks j); last by [].
by rewrite index_uniq ?size_ks // mul1n count_cat.
Qed.

Theorem radial_mean_sound vars ws : uniq vars ->
  sumover vars (mean_at ws) (@s0 N) = ev rho sc N.+1 (radial_mean radii moment vars ws).
Proof.
move=> u; rewrite -{1}[vars]revK; apply: (spread_sound (ks := [:: ord0])); rewrite ?rev_uniq // => r k.
rewrite revK /placed /=; case: eqVneq => _ /=.
  by rewrite count_map count_filter; apply: eq_count => q /=; rewrite andbT.
by apply/eqP; rewrite -leqn0 leqNgt -has_count; apply/hasPn => q _; rewrite !andbF.
Qed.
End Sound.
