(* Sums over index variables that run over N + 1 draws: identifying, renaming, permuting and dropping variables. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.

Definition swap (i j v : nat) : nat := if v == j then i else v.     (* j becomes i *)
Definition transp (i j v : nat) : nat := if v == i then j else if v == j then i else v.
(* identify the variables i and j: which variables remain and how to rename *)
Definition ident (vars : seq nat) (i j : nat) : seq nat * (nat -> nat) :=
  if i == j then (vars, id)
  else if j \in vars then (rem j vars, swap i j)
  else if i \in vars then (rem i vars, swap j i)
  else (vars, id).

Local Open Scope ring_scope.
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
Lemma sumover_last vs v F s : sumover (rcons vs v) F s = \sum_k sumover vs F (upd s v k).
Proof. by elim: vs F => //= u vs IH F; rewrite IH. Qed.
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

Lemma sumover_perm vs ws F s : perm_eq vs ws -> sumover vs F s = sumover ws F s.
Proof.
elim: vs ws F => [|v vs IH] ws F h; first by move/perm_size: h; case: ws.
have vw : v \in ws by rewrite -(perm_mem h) mem_head.
rewrite (sumover_front F s vw) /=; apply: IH.
by rewrite -(perm_cons v); apply: perm_trans h (perm_to_rem vw).
Qed.
Lemma transpK i j : involutive (transp i j).
Proof.
move=> x; rewrite /transp; have [->|xi] := eqVneq x i; first by rewrite eqxx; case: eqP.
have [->|xj] := eqVneq x j; first by rewrite eqxx.
by rewrite (negbTE xi) (negbTE xj).
Qed.
Lemma sumover_ren f vs F s : injective f -> sumover (map f vs) (fun s => F (s \o f)) s = sumover vs F (s \o f).
Proof.
move=> fi; elim: vs F => //= v vs IH F; rewrite -IH; apply: sumover_ext => s'.
apply: eq_bigr => k _; congr F; apply/funext => w.
by rewrite /upd /= (inj_eq fi).
Qed.
Lemma sumoverZ vs (c : R) F s : sumover vs (fun s => c * F s) s = c * sumover vs F s.
Proof.
elim: vs F => //= v vs IH F; rewrite -IH; apply: sumover_ext => s'.
by rewrite mulr_sumr.
Qed.
(* a variable that the summand does not depend on contributes N + 1 *)
Lemma sumover_unused (P : pred nat) vs F s : (forall u t k, ~~ P u -> F (upd t u k) = F t) ->
  sumover vs F s = N.+1%:R ^+ count (predC P) vs * sumover (filter P vs) F s.
Proof.
elim: vs F => [|v vs IH] F h /=; first by rewrite expr0 mul1r.
have [Pv|nP] /= := boolP (P v).
  rewrite add0n IH // => u t k nPu; apply: eq_bigr => l _.
  have uv : u != v by apply: contraNneq nPu => ->.
  by rewrite upd_comm // h.
rewrite add1n exprS -mulrA -IH // -sumoverZ; apply: sumover_ext => s'.
by rewrite (eq_bigr (fun=> F s')) => [|k _]; rewrite ?h // sumr_const card_ord mulr_natl.
Qed.
(* the sum of a product splits where its factors depend on different variables *)
Lemma sumover_indep vs F u : (forall t k, F (upd t u k) = F t) -> forall t k, sumover vs F (upd t u k) = sumover vs F t.
Proof.
elim: vs F => //= v vs IH F h; apply: IH => t k; apply: eq_bigr => l _.
have [<-|uv] := eqVneq u v; last by rewrite upd_comm // h.
by congr F; apply/funext => w; rewrite /upd; case: eqP.
Qed.
Lemma sumover_mull vs F G s : (forall u t k, u \in vs -> G (upd t u k) = G t) ->
  sumover vs (fun s => G s * F s) s = G s * sumover vs F s.
Proof.
elim: vs F => //= v vs IH F h; rewrite -IH; last by move=> u t k uvs; apply: h; rewrite inE uvs orbT.
by apply: sumover_ext => t; rewrite mulr_sumr; apply: eq_bigr => k _; rewrite h // mem_head.
Qed.
Lemma sumover_mul vs ws F G s : (forall u t k, u \in ws -> F (upd t u k) = F t) ->
  (forall u t k, u \in vs -> G (upd t u k) = G t) ->
  sumover (vs ++ ws) (fun s => F s * G s) s = sumover vs F s * sumover ws G s.
Proof.
move=> hF hG; have cat H t : sumover (vs ++ ws) H t = sumover ws (sumover vs H) t.
  by elim: vs H {hG} => //= v vs' IH H; rewrite IH.
rewrite cat -sumover_mull; last by move=> u t k uws; apply: sumover_indep => t' k'; apply: hF.
apply: sumover_ext => t; rewrite [RHS]mulrC -sumover_mull //.
by apply: sumover_ext => t'; rewrite mulrC.
Qed.
End Sums.

