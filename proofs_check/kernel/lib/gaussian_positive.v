(* The Gaussian moment functional of gaussian.v is positive, E f^2 >= 0, and does not change with the signs of some of the
   variables: E f(s x) = E f(x) for s = -1, 1. *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import ssrcomplements mpoly.
From ICL Require Import gaussian.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Positive.
Variables (n : nat) (R : realFieldType).
Notation A := {mpoly R[n]}.
Notation E := (@EE n R).
Implicit Types (f g : A) (k : nat).

(* sum over i_1, ..., i_k of E (d_(i_1) ... d_(i_k) f) E (d_(i_1) ... d_(i_k) g) *)
Fixpoint gram k f g : R := if k is k'.+1 then \sum_i gram k' f^`M(i) g^`M(i) else E f * E g.
Lemma gram_ge0 k f : 0 <= gram k f f.
Proof. by elim: k f => [|k IH] f /=; [rewrite -expr2 sqr_ge0 | apply: sumr_ge0]. Qed.
Lemma gram_linear k c f h g : gram k (c *: f + h) g = c * gram k f g + gram k h g.
Proof.
elim: k f h g => [|k IH] f h g /=; first by rewrite EE_linear mulrDl mulrA.
by rewrite mulr_sumr -big_split; apply: eq_bigr => i _ /=; rewrite mderivD mderivZ IH.
Qed.
Lemma gram0 k g : gram k 0 g = 0.
Proof. by have := gram_linear k (-1) 0 0 g; rewrite scaler0 addr0 mulN1r addNr. Qed.
Lemma gramD k f h g : gram k (f + h) g = gram k f g + gram k h g.
Proof. by have := gram_linear k 1 f h g; rewrite scale1r mul1r. Qed.
Lemma mderiv_mulX i j f : ('X_j * f)^`M(i) = (i == j)%:R *: f + 'X_j * f^`M(i).
Proof.
rewrite mderivM mderivX mnm1E [j == i]eq_sym; have [->|_] := eqVneq i j; last by rewrite !scale0r mul0r.
have -> : (U_(j) - U_(j))%MM = 0%MM by apply/mnmP => l; rewrite mnmBE mnm0E subnn.
by rewrite mpolyX0 -scalerAl mul1r.
Qed.
Lemma gram_X k i f g : gram k ('X_i * f) g = gram k f^`M(i) g + k%:R * gram k.-1 f g^`M(i).
Proof.
elim: k f g => [|k IH] f g; first by rewrite /= mul0r addr0 stein.
have -> : gram k.+1 ('X_i * f) g =
    gram k f g^`M(i) + \sum_j (gram k f^`M(i)^`M(j) g^`M(j) + k%:R * gram k.-1 f^`M(j) g^`M(i)^`M(j)).
  rewrite /=; under eq_bigr => j _ do rewrite mderiv_mulX gram_linear IH.
  rewrite big_split /=; congr (_ + _).
    rewrite (bigD1 i) //= eqxx mul1r big1 ?addr0 // => j ji; by rewrite (negbTE ji) mul0r.
  by apply: eq_bigr => j _; rewrite (mderiv_comm i j f) (mderiv_comm i j g).
rewrite big_split /= -mulr_sumr addrCA; congr (_ + _).
by rewrite [k.+1%:R]mulrS mulrDl mul1r; case: k {IH} => [|k] //=; rewrite !mul0r.
Qed.

(* E f g is the sum over k < K of gram_k(f, g) / k!, for every K that is large enough *)
Definition series K f g : R := \sum_(k < K) k`!%:R^-1 * gram k f g.
Definition expands f : Prop := exists K0, forall K g, (K0 <= K)%N -> E (f * g) = series K f g.
Lemma expands_linear c f h : expands f -> expands h -> expands (c *: f + h).
Proof.
move=> [K0 hf] [L0 hh]; exists (K0 + L0)%N => K g KL.
rewrite mulrDl -scalerAl EE_linear (hf K) ?(hh K) ?(leq_trans _ KL) ?leq_addr ?leq_addl //.
rewrite /series mulr_sumr -big_split; apply: eq_bigr => k _ /=.
by rewrite gram_linear mulrDr mulrCA.
Qed.
Lemma expands0 : expands 0.
Proof. by exists 0%N => K g _; rewrite mul0r EE0 /series big1 // => k _; rewrite gram0 mulr0. Qed.
Lemma expands1 : expands 1.
Proof.
exists 1%N => -[//|K] g _; rewrite mul1r /series big_ord_recl /= fact0 invr1 mul1r EE1 mul1r big1 ?addr0 // => k _.
by rewrite big1 ?mulr0 // => i _; rewrite -mpolyC1 mderivC gram0.
Qed.
Lemma expands_X i f : expands f -> expands f^`M(i) -> expands ('X_i * f).
Proof.
move=> [K0 hf] [L0 hd]; exists (K0 + L0).+1 => -[//|K] g; rewrite ltnS => KL.
have -> : 'X_i * f * g = 'X_i * (f * g) by rewrite mulrA.
rewrite stein mderivM EED (hd K.+1) ?(hf K) ?(leq_trans _ KL) ?leq_addr //; last by rewrite (leq_trans _ (leqW KL)) ?leq_addl.
rewrite /series; under [RHS]eq_bigr => k _ do rewrite gram_X mulrDr.
rewrite big_split /=; congr (_ + _); rewrite [RHS]big_ord_recl /= mul0r mulr0 add0r.
apply: eq_bigr => k _; rewrite /bump /= add1n /= mulrA factS natrM invfM; congr (_ * _).
by rewrite mulrAC mulVf ?mul1r // pnatr_eq0.
Qed.
Lemma expands_monomial m : expands 'X_[m].
Proof.
have [e] := ubnP (mdeg m); elim: e m => // e IH m; rewrite ltnS => me.
have [->|m0] := eqVneq m 0%MM; first by rewrite mpolyX0; apply: expands1.
have [i mi] : exists i, m i != 0%N.
  apply/existsP; apply: contraR m0 => /existsPn h; apply/eqP/mnmP => i.
  by rewrite mnm0E; have := h i; rewrite negbK => /eqP.
have mE : m = (U_(i) + (m - U_(i)))%MM.
  by apply/mnmP => j; rewrite mnmDE mnmBE mnm1E; case: eqP => [<-|_] /=; rewrite ?add1n ?subn1 ?prednK ?lt0n ?subn0.
have lt : (mdeg (m - U_(i))%MM < e)%N.
  by apply: leq_trans me; rewrite {2}mE mdegD mdeg1 add1n.
rewrite mE mpolyXD; apply: expands_X; first exact: IH.
rewrite mderivX; have := expands_linear ((m - U_(i))%MM i)%:R (IH (m - U_(i) - U_(i))%MM _) expands0.
rewrite addr0; apply; apply: leq_ltn_trans lt; rewrite !mdegE; apply: leq_sum => j _.
by rewrite [X in (X <= _)%N]mnmBE leq_subr.
Qed.
Lemma expands_all f : expands f.
Proof.
rewrite [f]mpolyE; elim: (msupp f) => [|m s IH]; first by rewrite big_nil; apply: expands0.
by rewrite big_cons; apply: expands_linear => //; apply: expands_monomial.
Qed.

Theorem EE_sqr_ge0 f : 0 <= E (f ^+ 2).
Proof.
have [K h] := expands_all f; rewrite expr2 (h K f (leqnn K)); apply: sumr_ge0 => k _.
by rewrite mulr_ge0 ?gram_ge0 // invr_ge0 ler0n.
Qed.
End Positive.

Section Signs.
Variables (n : nat) (R : comRingType) (negative : pred 'I_n).
Notation A := {mpoly R[n]}.
(* the variables that are negative change their sign *)
Definition change_signs : {lrmorphism A -> A} :=
  [lrmorphism of comp_mpoly [tuple (if negative i then - 'X_i else 'X_i : A) | i < n]].
Lemma change_signs_var i : change_signs 'X_i = if negative i then - 'X_i else 'X_i.
Proof. by rewrite /= comp_mpolyXU -tnth_nth tnth_mktuple. Qed.
Lemma mom_odd k : odd k -> mom k = 0%N.
Proof.
have [e] := ubnP k; elim: e k => // e IH [//|[//|k]] /= ke; rewrite negbK => ok.
by rewrite IH ?muln0 // -ltnS (ltn_trans _ ke).
Qed.
Theorem EE_change_signs f : EE (change_signs f) = EE f :> R.
Proof.
have changeZ c (p : A) : change_signs (c *: p) = c *: change_signs p by exact: comp_mpolyZ.
rewrite [f]mpolyE raddf_sum !(big_morph (@EE n R) (@EED n R) (@EE0 n R)); apply: eq_bigr => m _.
rewrite [X in EE X = _]changeZ !EEZ; congr (_ * _).
have -> : change_signs 'X_[m] = (\prod_i (if negative i then (-1) ^+ m i else 1)) *: 'X_[m].
  rewrite mpolyXE_id rmorph_prod -scaler_prod; apply: eq_bigr => i _.
  rewrite rmorphX [X in X ^+ _ = _]change_signs_var; case: (negative i); last by rewrite scale1r.
  by rewrite -scaleN1r exprZn.
rewrite EEZ EEX /mm -big_split; apply: eq_bigr => i _ /=; case: (negative i); last by rewrite mul1r.
by have [odd_m|even_m] := boolP (odd (m i)); [rewrite mom_odd ?mulr0 | rewrite -signr_odd (negbTE even_m) mul1r].
Qed.
End Signs.
