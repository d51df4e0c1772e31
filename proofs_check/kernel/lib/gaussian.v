(* The standard Gaussian moment functional on multivariate polynomials, Stein's identity, and the vectors x = S z and fixed v:
   the hypotheses of expectation_sound hold for a constructed object. *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import ssrcomplements mpoly.
From ICL Require Import words sums radii wick expectation.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(* moments of N(0, 1): (k - 1)!! for even k, 0 for odd k *)
Fixpoint mom (k : nat) : nat := match k with 0 => 1 | 1 => 0 | (k'.+1 as k1).+1 => (k1 * mom k')%N end.
Lemma momS k : mom k.+1 = (k * mom k.-1)%N. Proof. by case: k. Qed.

(* a functional on polynomials is given by its values on monomials *)
Section Functional.
Variables (n : nat) (R : comRingType) (value : 'X_{1..n} -> R).
Implicit Types (p q : {mpoly R[n]}) (m : 'X_{1..n}).
Definition by_monomials p : R := \sum_(m <- msupp p) p@_m * value m.
Lemma by_monomialsE k p : (msize p <= k)%N -> by_monomials p = \sum_(m : 'X_{1..n < k}) p@_m * value m.
Proof.
pose I := [subFinType of 'X_{1..n < k}].
move=> le_pk; rewrite /by_monomials (big_mksub I) /=; first last.
- by move=> x /msize_mdeg_lt/leq_trans/(_ le_pk).
- by rewrite msupp_uniq.
by rewrite big_uncond //= => j /memN_msupp_eq0 ->; rewrite mul0r.
Qed.
Lemma by_monomials_linear c p q : by_monomials (c *: p + q) = c * by_monomials p + by_monomials q.
Proof.
pose k := (msize p + msize q + msize (c *: p + q))%N.
have kp : (msize p <= k)%N by rewrite /k -addnA leq_addr.
have kq : (msize q <= k)%N by rewrite /k addnAC leq_addl.
have kr : (msize (c *: p + q) <= k)%N by rewrite /k leq_addl.
rewrite (by_monomialsE kp) (by_monomialsE kq) (by_monomialsE kr) mulr_sumr -big_split /=; apply: eq_bigr => m _.
by rewrite mcoeffD mcoeffZ mulrDl mulrA.
Qed.
Lemma by_monomialsD p q : by_monomials (p + q) = by_monomials p + by_monomials q.
Proof. by have := by_monomials_linear 1 p q; rewrite scale1r mul1r. Qed.
Lemma by_monomials0 : by_monomials 0 = 0. Proof. by rewrite /by_monomials msupp0 big_nil. Qed.
Lemma by_monomialsZ c p : by_monomials (c *: p) = c * by_monomials p.
Proof. by have := by_monomials_linear c p 0; rewrite !addr0 by_monomials0 addr0. Qed.
Lemma by_monomialsX m : by_monomials 'X_[m] = value m.
Proof. by rewrite /by_monomials msuppX big_seq1 mcoeffX eqxx mul1r. Qed.
Lemma mderiv_sumE i (I : Type) (r : seq I) (P : pred I) (F : I -> {mpoly R[n]}) :
  (\sum_(j <- r | P j) F j)^`M(i) = \sum_(j <- r | P j) (F j)^`M(i).
Proof. exact: (big_morph (mderiv i) (mderivD i) (mderiv0 _ i)). Qed.
(* what holds of monomials holds of polynomials *)
Lemma by_monomials_stein i p :
  (forall m, by_monomials ('X_i * 'X_[m]) = by_monomials ('X_[m])^`M(i)) -> by_monomials ('X_i * p) = by_monomials p^`M(i).
Proof.
move=> h; rewrite [p]mpolyE mulr_sumr mderiv_sumE !(big_morph by_monomials by_monomialsD by_monomials0).
by apply: eq_bigr => m _; rewrite -scalerAr mderivZ !by_monomialsZ h.
Qed.
End Functional.

(* independent variables, the first i with the moments mo i, of which some are standard normal *)
Section Independent.
Variables (n : nat) (R : comRingType) (mo : 'I_n -> nat -> R).
Definition product_moment (m : 'X_{1..n}) : R := \prod_i mo i (m i).
Lemma product_stein i p : (forall k, mo i k = (mom k)%:R) ->
  by_monomials product_moment ('X_i * p) = by_monomials product_moment p^`M(i).
Proof.
move=> normal; apply: by_monomials_stein => m.
rewrite -mpolyXD by_monomialsX mderivX by_monomialsZ by_monomialsX /product_moment (bigD1 i) //= [in RHS](bigD1 i) //= mulrA.
rewrite mnmDE mnmBE mnm1E eqxx add1n !normal momS natrM subn1; congr (_ * _).
by apply: eq_bigr => j ji; rewrite mnmDE mnmBE mnm1E eq_sym (negbTE ji) add0n subn0.
Qed.
End Independent.

Section Moments.
Variables (n : nat) (R : comRingType).
Implicit Types (p q : {mpoly R[n]}) (m : 'X_{1..n}).
Definition mm m : R := \prod_i (mom (m i))%:R.
Definition EE p : R := \sum_(m <- msupp p) p@_m * mm m.
Lemma EE_linear c p q : EE (c *: p + q) = c * EE p + EE q. Proof. exact: (by_monomials_linear mm). Qed.
Lemma EED p q : EE (p + q) = EE p + EE q. Proof. exact: (by_monomialsD mm). Qed.
Lemma EE0 : EE 0 = 0. Proof. exact: (by_monomials0 mm). Qed.
Lemma EEZ c p : EE (c *: p) = c * EE p. Proof. exact: (by_monomialsZ mm). Qed.
Lemma EEX m : EE 'X_[m] = mm m. Proof. exact: (by_monomialsX mm). Qed.
Lemma EE1 : EE 1 = 1.
Proof. by rewrite -mpolyX0 EEX /mm big1 // => i _; rewrite mnm0E. Qed.
Lemma stein i p : EE ('X_i * p) = EE p^`M(i). Proof. exact: (@product_stein n R (fun _ k => (mom k)%:R)). Qed.
End Moments.

Section ComAlg.
Variables (n : nat) (R : comRingType).
Canonical mpoly_comAlgType := Eval hnf in [comAlgType R of {mpoly R[n]}].
End ComAlg.

Section Vectors.
Variables (R : comRingType) (d N nl : nat) (a : alphabet).
Variables (rho : nat -> 'M[R]_d) (S : nat -> 'M[R]_d) (v : nat -> 'cV[R]_d).
Notation cov := (covariance a).
Notation fx := (fixed a).
Hypothesis covE : forall r, ~~ fx r -> evw rho (cov r) = S r *m (S r)^T.
Hypothesis S0 : forall r, ~~ fx r -> (nl < r)%N -> S r = 0.
Notation T := ('I_nl.+1 * 'I_N.+1 * 'I_d)%type.
Notation A := {mpoly R[#|[finType of T]|]}.
(* the standard normal variable behind letter r, draw k, coordinate c *)
Definition var r (k : 'I_N.+1) (c : 'I_d) : 'I_#|[finType of T]| := enum_rank (inord r : 'I_nl.+1, k, c).
(* draw k of the Gaussian vector S_r z, or the fixed vector v_r *)
Definition x r k i : A := if fx r then v r i 0 *: 1 else \sum_c S r i c *: 'X_(var r k c).
Definition dd r k i (f : A) : A := \sum_c S r i c *: f^`M(var r k c).

Lemma ddD r k i f g : dd r k i (f + g) = dd r k i f + dd r k i g.
Proof. by rewrite /dd -big_split; apply: eq_bigr => c _; rewrite mderivD scalerDr. Qed.
Lemma ddZ r k i c f : dd r k i (c *: f) = c *: dd r k i f.
Proof. by rewrite /dd scaler_sumr; apply: eq_bigr => e _; rewrite mderivZ !scalerA mulrC. Qed.
Lemma ddM r k i f g : dd r k i (f * g) = dd r k i f * g + f * dd r k i g.
Proof.
rewrite /dd mulr_suml mulr_sumr -big_split; apply: eq_bigr => c _.
by rewrite mderivM scalerDr scalerAl scalerAr.
Qed.
Lemma dd1 r k i : dd r k i 1 = 0.
Proof. by rewrite /dd big1 // => c _; rewrite -mpolyC1 mderivC scaler0. Qed.
Lemma varP r k c s l e : (r <= nl)%N -> (s <= nl)%N ->
  (var r k c == var s l e) = [&& r == s, k == l & c == e].
Proof.
move=> hr hs; rewrite /var (inj_eq enum_rank_inj) !xpair_eqE -andbA; congr (_ && _).
by rewrite -(inj_eq val_inj) /= !inordK.
Qed.
Lemma ddx r k i s l j : ~~ fx r -> dd r k i (x s l j) = (((r == s) && (k == l))%:R * evw rho (cov r) i j) *: 1.
Proof.
move=> nr; rewrite covE // /x; case: ifPn => [fs|ns].
  by rewrite ddZ dd1 scaler0; case: eqP => [e|_] /=; [rewrite e fs in nr | rewrite mul0r scale0r].
rewrite /dd; have [hr|hr] := leqP r nl; last first.
  by rewrite S0 // mul0mx mxE mulr0 scale0r big1 // => c _; rewrite mxE scale0r.
have [hs|hs] := leqP s nl; last first.
  have -> : (r == s) = false by apply/eqP => e; move: hs; rewrite -e ltnNge hr.
  rewrite mul0r scale0r big1 // => c _; rewrite big1 ?mderiv0 ?scaler0 // => e _.
  by rewrite S0 // mxE scale0r.
rewrite mxE mulr_sumr scaler_suml; apply: eq_bigr => c _.
rewrite mderiv_sumE (bigD1 c) //= mderivZ mderivX mnm1E [var _ _ _ == _]eq_sym varP // eqxx andbT.
rewrite big1 => [|e ec]; last first.
  by rewrite mderivZ mderivX mnm1E [var _ _ _ == _]eq_sym varP // [c == e]eq_sym (negbTE ec) !andbF scale0r scaler0.
rewrite addr0 !scalerA mxE; case: (r =P s) => [<-|_] /=; last by rewrite mul0r mulr0 !scale0r.
case: (k =P l) => [<-|_] /=; last by rewrite mul0r mulr0 !scale0r.
have -> : (U_(var r k c) - U_(var r k c))%MM = 0%MM by apply/mnmP => m; rewrite mnmBE mnm0E subnn.
by rewrite mpolyX0 mulr1 mul1r.
Qed.
Lemma steinx r k i f : ~~ fx r -> EE (x r k i * f) = EE (dd r k i f).
Proof.
move=> nr; rewrite /x (negbTE nr) /dd mulr_suml !(big_morph (@EE _ R) (@EED _ R) (@EE0 _ R)); apply: eq_bigr => c _.
by rewrite -scalerAl !EEZ stein.
Qed.
Lemma x_fixed r k i : fx r -> x r k i = v r i 0 *: 1.
Proof. by rewrite /x => ->. Qed.
Lemma cov_sym r : ~~ fx r -> (evw rho (cov r))^T = evw rho (cov r).
Proof. by move=> nr; rewrite covE // trmx_mul trmxK. Qed.

(* Gaussian vectors have no radius *)
Definition no_radius (r : nat) (k : 'I_N.+1) : A := 1.
Theorem gaussian_expectation sc rp p : elliptical a = [::] -> (forall b, symmetric a b -> (rho b)^T = rho b) ->
  (forall b c, family a b != 0%N -> family a b = family a c -> rho b *m rho c = rho c *m rho b) ->
  (forall r s, fx r -> fx s -> evl rho (outer a r s) = v r *m (v s)^T) ->
  check_expectation a rp p -> expectation a rho sc (@EE _ R) x no_radius rp = ev rho sc N.+1 p.
Proof.
move=> plain hs hc ho; apply: (expectation_sound hs hc cov_sym ho (@EED _ R) (@EEZ _ R) (@EE1 _ R) ddD ddZ ddM dd1).
- by move=> r k i s l j nr; rewrite ddx // /square /radius plain.
- by move=> r k i s l _; apply: dd1.
- exact: steinx.
- exact: x_fixed.
move=> ws s; rewrite /radii plain; case: ws => // _; rewrite big_nil EE1 /mean_at big1 // => k _.
by rewrite /radial big_nil.
Qed.
End Vectors.
