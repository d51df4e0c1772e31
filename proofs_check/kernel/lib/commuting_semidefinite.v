(* The product of two commuting positive semidefinite matrices is positive semidefinite, without a spectral theorem.
   Riesz's argument: for 0 <= A <= I the sequence A_0 = A, A_{k+1} = A_k - A_k^2 stays between 0 and I and A is the sum of
   the A_k^2, so x^T A B x is at least a sum of (A_k x)^T B (A_k x) up to <A_n x, B x>, which is small for some n. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius definite semidefinite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section TraceBound.
Variables (R : rcfType) (n : nat).
Implicit Types A : 'M[R]_n.
Lemma qf_le_trace A v : psd A -> qf A v <= \tr A * nrm2 v.
Proof.
move=> pA; rewrite -subr_ge0; apply: (@limit_ge0 _ _ (n%:R * nrm2 v) 0).
- by rewrite mulr_ge0 ?ler0n ?nrm2_ge0.
- exact: lexx.
move=> t t0; rewrite mulr0 addr0.
have pt : pd (t *: 1%:M + A) by apply: pdDpsd pA; apply: pdZ (pd1 _ n).
have h : qf (t *: 1%:M + A) v <= \tr (t *: 1%:M + A) * nrm2 v.
  have [L _ ->] := cholesky pt.
  have -> : qf (L *m L^T) v = nrm2 (L^T *m v) by rewrite -qf1 -qf_congr mulmx1.
  by apply: le_trans (nrm2_mul _ _) _; rewrite nrm2_tr.
move: h; rewrite qfD qfZ qf1 mxtraceD mxtraceZ mxtrace1 => h.
have -> : \tr A * nrm2 v - qf A v + t * (n%:R * nrm2 v) = (t * n%:R + \tr A) * nrm2 v - (t * nrm2 v + qf A v) + t * nrm2 v.
  by ring.
by rewrite addr_ge0 ?subr_ge0 // mulr_ge0 ?nrm2_ge0 // ltW.
Qed.
End TraceBound.

Section Riesz.
Variables (R : realType) (d : nat) (A B : 'M[R]_d).
Hypotheses (pA : psd A) (pA1 : psd (1%:M - A)) (pB : psd B) (comm : A *m B = B *m A).
Fixpoint riesz (k : nat) : 'M[R]_d := if k is k'.+1 then riesz k' - riesz k' *m riesz k' else A.

Lemma riesz_between k : psd (riesz k) /\ psd (1%:M - riesz k).
Proof.
elim: k => [|k [p q]] //=; set a := riesz k in p q *; have [as_ _] := p; have [qs _] := q; split.
  have -> : a - a *m a = a *m (1%:M - a) *m a^T + (1%:M - a) *m a *m (1%:M - a)^T.
    by rewrite as_ qs !(mulmxBl, mulmxBr, mul1mx, mulmx1) [RHS]addrC subrK.
  by apply: psdD; apply: psd_congr.
have -> : 1%:M - (a - a *m a) = (1%:M - a) + a *m a^T by rewrite as_ opprB addrA addrAC.
by apply: psdD => //; apply: psd_gram.
Qed.
Lemma riesz_sym k : (riesz k)^T = riesz k. Proof. by have [[]] := riesz_between k. Qed.
Lemma riesz_comm k : riesz k *m B = B *m riesz k.
Proof.
elim: k => //= k IH; rewrite mulmxBl mulmxBr IH; congr (_ - _).
by rewrite -mulmxA IH mulmxA IH mulmxA.
Qed.

Variable x : 'cV[R]_d.
Lemma qf_square k : qf (riesz k *m riesz k) x = nrm2 (riesz k *m x).
Proof. by rewrite -qf1 -{3}(riesz_sym k) -qf_congr mulmx1 riesz_sym. Qed.
Lemma riesz_step k : qf (riesz k.+1) x = qf (riesz k) x - nrm2 (riesz k *m x).
Proof. by rewrite -qf_square /= -scaleN1r qfD qfZ mulN1r. Qed.
Lemma riesz_sum n : \sum_(k < n) nrm2 (riesz k *m x) <= qf A x.
Proof.
suff h : \sum_(k < n) nrm2 (riesz k *m x) + qf (riesz n) x = qf A x.
  by rewrite -h ler_addl; have [[_ ->]] := riesz_between n.
elim: n => [|n IH]; first by rewrite big_ord0 add0r.
by rewrite big_ord_recr riesz_step -IH -addrA; congr (_ + _); rewrite addrC subrK.
Qed.
Lemma riesz_step_B k : qf (riesz k.+1 *m B) x = qf (riesz k *m B) x - qf B (riesz k *m x).
Proof.
have -> : qf B (riesz k *m x) = qf (riesz k *m riesz k *m B) x.
  by rewrite -{1}(riesz_sym k) -qf_congr riesz_sym -mulmxA -riesz_comm mulmxA.
by rewrite /= mulmxBl -scaleN1r qfD qfZ mulN1r.
Qed.
Lemma riesz_le_B n : qf (riesz n *m B) x <= qf (A *m B) x.
Proof.
elim: n => //= n IH; apply: le_trans IH; rewrite -[X in X <= _]/(qf (riesz n.+1 *m B) x) riesz_step_B.
by rewrite ger_addl oppr_le0; have [_] := pB.
Qed.
Lemma riesz_form n : qf (riesz n *m B) x ^+ 2 <= nrm2 (riesz n *m x) * nrm2 (B *m x).
Proof.
apply: le_trans (cauchy_schwarz (riesz n *m x) (B *m x)); rewrite /qf /dotp.
have [Bs _] := pB; rewrite le_eqVlt; apply/orP; left; apply/eqP; congr (_ ^+ 2).
rewrite -mxtrace_tr !trmx_mul trmxK Bs riesz_sym mxtrace_mulC [RHS]mxtrace_mulC.
by rewrite -[LHS]mxtrace_mulC !mulmxA.
Qed.
Lemma riesz_ge0 : 0 <= qf (A *m B) x.
Proof.
rewrite leNgt; apply/negP => q0; set q := qf (A *m B) x in q0.
have h m : m%:R * q ^+ 2 <= qf A x * nrm2 (B *m x).
  apply: le_trans (_ : \sum_(k < m) nrm2 (riesz k *m x) * nrm2 (B *m x) <= _).
    rewrite -[m in m%:R]card_ord -sumr_const mulr_suml; apply: ler_sum => k _; rewrite mul1r.
    apply: le_trans (riesz_form k); have k0 := le_lt_trans (riesz_le_B k) q0.
    by rewrite -[X in X <= _]sqrrN -[X in _ <= X]sqrrN ler_pexpn2r ?nnegrE ?oppr_ge0 ?ler_opp2 ?riesz_le_B // ltW.
  by rewrite -mulr_suml ler_wpmul2r ?nrm2_ge0 // riesz_sum.
have q2 : 0 < q ^+ 2 by rewrite exprn_even_gt0 //= lt_eqF.
have := archi_boundP (_ : 0 <= qf A x * nrm2 (B *m x) / q ^+ 2).
set m := Num.ExtraDef.archi_bound _ => /(_ _) hm; have := h m.
rewrite -ler_pdivl_mulr //; apply/negP; rewrite -ltNge; apply: hm.
apply: divr_ge0; last exact: ltW.
by apply: mulr_ge0; rewrite ?nrm2_ge0 //; have [_] := pA.
Qed.
End Riesz.

Section Commuting.
Variables (R : realType) (d : nat) (A B : 'M[R]_d).
Lemma psd_mul : psd A -> psd B -> A *m B = B *m A -> psd (A *m B).
Proof.
move=> pA pB cAB; split; first by rewrite trmx_mul (proj1 pA) (proj1 pB) cAB.
move=> x; pose c := 1 + \tr A; have c0 : 0 < c by rewrite ltr_paddr ?psd_tr_ge0 ?ltr01.
have ci : 0 <= c^-1 by rewrite invr_ge0 ltW.
have p1 : psd (1%:M - c^-1 *: A).
  split; first by case: pA => As _; rewrite trB trZ trmx1 As.
  move=> v; rewrite -scaleNr qfD qf1 qfZ mulNr subr_ge0 mulrC ler_pdivr_mulr //.
  apply: le_trans (qf_le_trace _ pA) _; rewrite mulrC ler_wpmul2l ?nrm2_ge0 //.
  by rewrite /c ler_addr ler01.
have := riesz_ge0 (psdZ ci pA) p1 pB _ x; rewrite -scalemxAl qfZ -scalemxAr cAB => /(_ erefl).
by rewrite pmulr_rge0 ?invr_gt0.
Qed.
End Commuting.
