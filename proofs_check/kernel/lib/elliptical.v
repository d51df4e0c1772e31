(* Elliptical vectors r S z, z of independent standard normal variables and r >= 0 an independent radius for each draw, with any
   moments E r^(2n): the hypotheses of expectation_sound hold for a constructed object. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import ssrcomplements mpoly.
From ICL Require Import words sums radii wick expectation gaussian.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Elliptical.
Variables (R : comRingType) (d N nl : nat) (a : alphabet).
Variables (rho : nat -> 'M[R]_d) (sc : nat -> R) (S : nat -> 'M[R]_d) (v : nat -> 'cV[R]_d).
Notation cov := (covariance a).
Notation fx := (fixed a).
Notation I := 'I_N.+1.
Hypothesis covE : forall r, ~~ fx r -> evw rho (cov r) = S r *m (S r)^T.
Hypothesis S0 : forall r, ~~ fx r -> (nl < r)%N -> S r = 0.
Hypotheses (radii_uniq : uniq (radii a)) (radii_small : forall r, r \in radii a -> (r <= nl)%N).
Notation T := (('I_nl.+1 * I * 'I_d) + ('I_nl.+1 * I))%type.
Notation n := #|[finType of T]|.
Notation A := {mpoly R[n]}.
(* the standard normal variable behind vector r, draw k, coordinate c; and radius r of draw k *)
Definition normal r (k : I) (c : 'I_d) : 'I_n := enum_rank (inl (inord r : 'I_nl.+1, k, c) : T).
Definition radius_at r (k : I) : 'I_n := enum_rank (inr (inord r : 'I_nl.+1, k) : T).
(* E r^(2n) is what the alphabet says; odd powers of a radius do not occur *)
Definition moment_of_variable (i : 'I_n) (j : nat) : R :=
  match enum_val i with
  | inl _ => (mom j)%:R
  | inr (r, _) => if odd j then 0 else \prod_(l <- moments (moment a) r j./2) sc l
  end.
Definition elliptical_mean (p : A) : R := by_monomials (product_moment moment_of_variable) p.
Notation E := elliptical_mean.
Definition rd r k : A := 'X_(radius_at r k).
Definition factor r k : A := if radius a r is Some r' then rd r' k else 1.
(* draw k of the elliptical vector r S z, or the fixed vector v *)
Definition x r k i : A := if fx r then v r i 0 *: 1 else factor r k * \sum_c S r i c *: 'X_(normal r k c).
Definition dd r k i (f : A) : A := factor r k * \sum_c S r i c *: f^`M(normal r k c).

Lemma moment0 i : moment_of_variable i 0 = 1.
Proof. by rewrite /moment_of_variable; case: (enum_val i) => // -[r k] /=; rewrite big_nil. Qed.
Lemma mean1 : E 1 = 1.
Proof. by rewrite -mpolyX0 /E by_monomialsX /product_moment big1 // => i _; rewrite mnm0E moment0. Qed.
Lemma ddD r k i f g : dd r k i (f + g) = dd r k i f + dd r k i g.
Proof.
rewrite /dd; under eq_bigr => c _ do rewrite mderivD scalerDr.
by rewrite big_split mulrDr.
Qed.
Lemma ddZ r k i c f : dd r k i (c *: f) = c *: dd r k i f.
Proof. by rewrite /dd scalerAr scaler_sumr; congr (_ * _); apply: eq_bigr => e _; rewrite mderivZ !scalerA mulrC. Qed.
Lemma ddM r k i f g : dd r k i (f * g) = dd r k i f * g + f * dd r k i g.
Proof.
rewrite /dd; under eq_bigr => c _ do rewrite mderivM scalerDr scalerAl scalerAr.
by rewrite big_split mulrDr -mulr_suml -mulr_sumr; congr (_ + _); [rewrite mulrA | rewrite mulrCA].
Qed.
Lemma dd1 r k i : dd r k i 1 = 0.
Proof. by rewrite /dd big1 ?mulr0 // => c _; rewrite -mpolyC1 mderivC scaler0. Qed.
Lemma mderiv_var (i j : 'I_n) : ('X_i : A)^`M(j) = (i == j)%:R *: 1.
Proof.
rewrite mderivX mnm1E; case: eqVneq => [->|_]; last by rewrite !scale0r.
by have -> : (U_(j) - U_(j))%MM = 0%MM; [apply/mnmP => m; rewrite mnmBE mnm0E subnn | rewrite mpolyX0].
Qed.
Lemma ddw r k i s l : dd r k i (rd s l) = 0.
Proof.
rewrite /dd big1 ?mulr0 // => c _; rewrite mderiv_var /radius_at /normal (inj_eq enum_rank_inj).
by rewrite scale0r scaler0.
Qed.
Lemma dd_factor r k i s l f : dd r k i (factor s l * f) = factor s l * dd r k i f.
Proof. by rewrite ddM /factor; case: (radius a s) => [r'|]; rewrite ?ddw ?dd1 mul0r add0r. Qed.
Lemma normalP r k c s l e : (r <= nl)%N -> (s <= nl)%N -> (normal r k c == normal s l e) = [&& r == s, k == l & c == e].
Proof.
move=> hr hs; rewrite /normal (inj_eq enum_rank_inj) /eq_op /= !xpair_eqE -andbA; congr (_ && _).
by rewrite -(inj_eq val_inj) /= !inordK.
Qed.
Lemma ddx r k i s l j : ~~ fx r ->
  dd r k i (x s l j) = (((r == s) && (k == l))%:R * evw rho (cov r) i j) *: square a rd r k.
Proof.
move=> nr; rewrite covE // /x; case: ifPn => [fs|ns].
  by rewrite ddZ dd1 scaler0; case: eqP => [e|_] /=; [rewrite e fs in nr | rewrite mul0r scale0r].
rewrite dd_factor /dd; have [hr|hr] := leqP r nl; last first.
  by rewrite S0 // mul0mx mxE mulr0 scale0r big1 ?mulr0 // => c _; rewrite mxE scale0r.
have [hs|hs] := leqP s nl; last first.
  have -> : (r == s) = false by apply/eqP => e; move: hs; rewrite -e ltnNge hr.
  rewrite mul0r scale0r [X in factor s l * (_ * X)]big1 ?mulr0 // => c _; rewrite big1 ?mderiv0 ?scaler0 // => e _.
  by rewrite S0 // mxE scale0r.
have part c : (\sum_e S s j e *: 'X_(normal s l e) : A)^`M(normal r k c) = (((r == s) && (k == l))%:R * S s j c) *: 1.
  rewrite mderiv_sumE (bigD1 c) //= mderivZ mderiv_var [normal _ _ _ == _]eq_sym normalP // eqxx andbT.
  rewrite big1 => [|e ec]; last first.
    by rewrite mderivZ mderiv_var [normal _ _ _ == _]eq_sym normalP // [c == e]eq_sym (negbTE ec) !andbF scale0r scaler0.
  by rewrite addr0 scalerA mulrC.
under eq_bigr => c _ do rewrite part scalerA.
rewrite -scaler_suml -!scalerAr mulr1; case: (r =P s) => [<-|_] /=; last first.
  by rewrite [X in X *: _]big1 ?mul0r ?scale0r // => c _; rewrite mul0r mulr0.
case: (k =P l) => [<-|_] /=; last by rewrite [X in X *: _]big1 ?mul0r ?scale0r // => c _; rewrite mul0r mulr0.
congr (_ *: _); first by rewrite mul1r mxE; apply: eq_bigr => c _; rewrite mul1r mxE.
by rewrite /factor /square; case: (radius a r) => [r'|]; rewrite ?mulr1.
Qed.
Lemma mean_sum (J : Type) (s : seq J) (P : pred J) (F : J -> A) : E (\sum_(i <- s | P i) F i) = \sum_(i <- s | P i) E (F i).
Proof. exact: (big_morph E (@by_monomialsD _ _ _) (by_monomials0 _)). Qed.
Lemma steinx r k i f : ~~ fx r -> E (x r k i * f) = E (dd r k i f).
Proof.
move=> nr; rewrite /x (negbTE nr) -mulrA mulrCA mulr_suml mean_sum.
have -> : dd r k i f = \sum_c S r i c *: (factor r k * f)^`M(normal r k c).
  rewrite /dd mulr_sumr; apply: eq_bigr => c _; rewrite mderivM -scalerAr.
  have -> : (factor r k)^`M(normal r k c) = 0.
    rewrite /factor; case: (radius a r) => [r'|]; last by rewrite -mpolyC1 mderivC.
    by rewrite mderiv_var /radius_at /normal (inj_eq enum_rank_inj) scale0r.
  by rewrite mul0r add0r.
rewrite mean_sum; apply: eq_bigr => c _; rewrite -scalerAl /E !by_monomialsZ product_stein // => j.
by rewrite /moment_of_variable /normal enum_rankK.
Qed.
Lemma x_fixed r k i : fx r -> x r k i = v r i 0 *: 1.
Proof. by rewrite /x => ->. Qed.
Lemma cov_sym r : ~~ fx r -> (evw rho (cov r))^T = evw rho (cov r).
Proof. by move=> nr; rewrite covE // trmx_mul trmxK. Qed.

Lemma radial_moment ws (s : nat -> I) : all (fun q => q.1 \in radii a) ws ->
  E (\prod_(q <- ws) (rd q.1 (s q.2) * rd q.1 (s q.2))) = mean_at sc (radii a) (moment a) ws s.
Proof.
move=> /allP small.
pose m : 'X_{1..n} := (\sum_(q <- ws) (U_(radius_at q.1 (s q.2)) + U_(radius_at q.1 (s q.2))))%MM.
have -> : \prod_(q <- ws) (rd q.1 (s q.2) * rd q.1 (s q.2)) = 'X_[m].
  rewrite /m; elim: ws {small m} => [|q ws IH]; first by rewrite !big_nil mpolyX0.
  by rewrite !big_cons IH !mpolyXD.
rewrite /E by_monomialsX /product_moment.
have mE i : m i = (\sum_(q <- ws) ((radius_at q.1 (s q.2) == i) + (radius_at q.1 (s q.2) == i)))%N.
  by rewrite /m mnm_sumE; apply: eq_bigr => q _; rewrite mnmDE mnm1E.
rewrite (reindex _ (onW_bij _ (@enum_rank_bij [finType of T]))) /= big_sumType /= big1 ?mul1r => [|i _]; last first.
  by rewrite mE big1 ?moment0 // => q _; rewrite /radius_at (inj_eq enum_rank_inj).
pose H (r : 'I_nl.+1) (k : I) := moment_of_variable (enum_rank (inr (r, k) : T)) (m (enum_rank (inr (r, k) : T))).
rewrite (eq_bigr (fun p => H p.1 p.2)); last by case.
rewrite -(pair_bigA _ H) exchange_big; apply: eq_bigr => k _.
pose g r : R := \prod_(l <- moments (moment a) r (count_mem (r, k) [seq (q.1, s q.2) | q <- ws])) sc l.
rewrite /radial -/(g _) (eq_bigr (fun r : 'I_nl.+1 => g r)) => [|r _].
  rewrite -(big_mkord xpredT g) (bigID (mem (radii a))) /= [X in _ * X]big1 ?mulr1 => [|r nr].
    rewrite -big_filter; apply: perm_big; apply: uniq_perm; rewrite ?filter_uniq ?iota_uniq // => r.
    by rewrite mem_filter mem_index_iota /=; apply/andP/idP => [[]//|h]; split=> //; rewrite ltnS radii_small.
  rewrite /g count_map (_ : count _ ws = 0%N) ?big_nil //; apply/eqP; rewrite -leqn0 leqNgt -has_count.
  by apply/hasPn => q /small h; rewrite /= xpair_eqE; apply: contraNN nr => /andP[/eqP <-].
rewrite /H /moment_of_variable enum_rankK.
have -> : m (enum_rank (inr (r, k) : T)) = (count_mem (nat_of_ord r, k) [seq (q.1, s q.2) | q <- ws]).*2.
  rewrite mE count_map -sum1_count [in RHS]big_mkcond -mul2n [in RHS]big_distrr; apply: eq_big_seq => q /small h /=.
  rewrite mul2n -addnn /radius_at (inj_eq enum_rank_inj) /eq_op /= !xpair_eqE.
  rewrite -(inj_eq val_inj) /= inordK ?ltnS ?radii_small //.
by rewrite odd_double doubleK.
Qed.

Theorem elliptical_expectation rp p : (forall b, symmetric a b -> (rho b)^T = rho b) ->
  (forall b c, family a b != 0%N -> family a b = family a c -> rho b *m rho c = rho c *m rho b) ->
  (forall r s, fx r -> fx s -> evl rho (outer a r s) = v r *m (v s)^T) ->
  check_expectation a rp p -> expectation a rho sc E x rd rp = ev rho sc N.+1 p.
Proof.
move=> hs hc ho; apply: (expectation_sound hs hc cov_sym ho (@by_monomialsD _ _ _) (@by_monomialsZ _ _ _) mean1 ddD ddZ ddM dd1 ddx).
- by move=> r k i s l _; apply: ddw.
- exact: steinx.
- exact: x_fixed.
- exact: radial_moment.
Qed.
End Elliptical.
