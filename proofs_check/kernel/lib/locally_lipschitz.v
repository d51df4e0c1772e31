(* Functions of a matrix that are bounded and Lipschitz on bounded sets: numbers and the entries of the matrix are, and sums and
   products keep it, so every polynomial map is. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp.
From mathcomp.analysis Require Import reals.
From mathcomp.algebra_tactics Require Import ring.
From ICL Require Import frobenius operator_norm quadratic_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Numbers.
Variables (R : realType) (m n : nat).
Implicit Types (f g : 'M[R]_(m, n) -> R).
Definition locally_lipschitz f : Prop := forall r, exists K, 0 <= K /\ forall x y, nrm2 x <= r -> nrm2 y <= r ->
  `|f x| <= K /\ `|f x - f y| <= K * fnorm (x - y).

Lemma lip_cst c : locally_lipschitz (fun=> c).
Proof.
by move=> r; exists `|c|; split=> [|x y _ _]; rewrite ?normr_ge0 // subrr normr0 mulr_ge0 ?fnorm_ge0.
Qed.
Lemma entry_le_fnorm (A : 'M[R]_(m, n)) i j : `|A i j| <= fnorm A.
Proof. by apply: le_of_sqr; rewrite ?fnorm_ge0 // real_normK ?num_real // fnorm_sqr entry_le_nrm2. Qed.
Lemma lip_entry i j : locally_lipschitz (fun x => x i j).
Proof.
move=> r; exists (1 + Num.sqrt r); split=> [|x y xr _]; first by rewrite addr_ge0 ?sqrtr_ge0.
split; first by rewrite (le_trans (entry_le_fnorm x i j)) // (le_trans (_ : _ <= Num.sqrt r)) ?ler_addr // ler_wsqrtr.
have := entry_le_fnorm (x - y) i j; rewrite !mxE => h; apply: le_trans h _.
by rewrite ler_pemull ?fnorm_ge0 // ler_addl sqrtr_ge0.
Qed.
Lemma lipD f g : locally_lipschitz f -> locally_lipschitz g -> locally_lipschitz (fun x => f x + g x).
Proof.
move=> hf hg r; have [K [K0 hK]] := hf r; have [L [L0 hL]] := hg r; exists (K + L); split=> [|x y xr yr].
  exact: addr_ge0.
have [a b] := hK x y xr yr; have [c e] := hL x y xr yr; split.
  by rewrite (le_trans (ler_norm_add _ _)) // ler_add.
by rewrite opprD addrACA mulrDl (le_trans (ler_norm_add _ _)) // ler_add.
Qed.
Lemma lipM f g : locally_lipschitz f -> locally_lipschitz g -> locally_lipschitz (fun x => f x * g x).
Proof.
move=> hf hg r; have [K [K0 hK]] := hf r; have [L [L0 hL]] := hg r; exists (K * L + K * L).
have KL : 0 <= K * L by rewrite mulr_ge0.
split=> [|x y xr yr]; first exact: addr_ge0.
have [a b] := hK x y xr yr; have [c e] := hL x y xr yr; split.
  by rewrite normrM (le_trans (_ : _ <= K * L)) ?ler_addl // ler_pmul.
have -> : f x * g x - f y * g y = f x * (g x - g y) + (f x - f y) * g y by ring.
rewrite (le_trans (ler_norm_add _ _)) // mulrDl !normrM ler_add //.
  by rewrite -mulrA ler_pmul.
by rewrite mulrAC ler_pmul //; have [] := hL y x yr xr.
Qed.
Lemma lipX f k : locally_lipschitz f -> locally_lipschitz (fun x => f x ^+ k).
Proof.
move=> hf; elim: k => [|k IH]; first exact: lip_cst.
by rewrite (_ : (fun x => _) = fun x => f x * f x ^+ k); [apply: lipM | apply/funext => x; rewrite exprS].
Qed.
Lemma lip_sum k (f : 'I_k -> 'M[R]_(m, n) -> R) : (forall i, locally_lipschitz (f i)) ->
  locally_lipschitz (fun x => \sum_i f i x).
Proof.
move=> hf; elim: (index_enum _) => [|i s IH].
  by rewrite (_ : (fun x => _) = fun=> 0); [apply: lip_cst | apply/funext => x; rewrite big_nil].
by rewrite (_ : (fun x => _) = fun x => f i x + \sum_(j <- s) f j x); [apply: lipD | apply/funext => x; rewrite big_cons].
Qed.
End Numbers.

Section Matrices.
Variables (R : realType) (m n : nat).
Notation M := 'M[R]_(m, n).
Definition locally_lipschitz_mx p q (F : M -> 'M[R]_(p, q)) : Prop := forall i j, locally_lipschitz (fun x => F x i j).
Notation mlip := locally_lipschitz_mx.
Let lip_ext (f g : M -> R) : (forall x, f x = g x) -> locally_lipschitz f -> locally_lipschitz g.
Proof. by move=> h; have -> : g = f by apply/funext => x; rewrite h. Qed.

Lemma mlip_cst p q (C : 'M[R]_(p, q)) : mlip (fun=> C). Proof. by move=> i j; apply: lip_cst. Qed.
Lemma mlip_id : mlip (fun x : M => x). Proof. by move=> i j; apply: lip_entry. Qed.
Lemma mlip_entry p q (F : M -> 'M[R]_(p, q)) i j : mlip F -> locally_lipschitz (fun x => F x i j). Proof. exact. Qed.
Lemma mlip_tr p q (F : M -> 'M[R]_(p, q)) : mlip F -> mlip (fun x => (F x)^T).
Proof. by move=> h i j; apply: lip_ext (h j i) => x; rewrite mxE. Qed.
Lemma mlipN p q (F : M -> 'M[R]_(p, q)) : mlip F -> mlip (fun x => - F x).
Proof. by move=> h i j; apply: lip_ext (lipM (@lip_cst R m n (-1)) (h i j)) => x; rewrite mxE mulN1r. Qed.
Lemma mlipD p q (F G : M -> 'M[R]_(p, q)) : mlip F -> mlip G -> mlip (fun x => F x + G x).
Proof. by move=> hF hG i j; apply: lip_ext (lipD (hF i j) (hG i j)) => x; rewrite mxE. Qed.
Lemma mlipZ p q (f : M -> R) (F : M -> 'M[R]_(p, q)) : locally_lipschitz f -> mlip F -> mlip (fun x => f x *: F x).
Proof. by move=> hf hF i j; apply: lip_ext (lipM hf (hF i j)) => x; rewrite mxE. Qed.
Lemma mlipM p q s (F : M -> 'M[R]_(p, q)) (G : M -> 'M[R]_(q, s)) : mlip F -> mlip G -> mlip (fun x => F x *m G x).
Proof. by move=> hF hG i j; apply: lip_ext (lip_sum (fun k => lipM (hF i k) (hG k j))) => x; rewrite mxE. Qed.
Lemma mlip_scalar p (f : M -> R) : locally_lipschitz f -> mlip (fun x => (f x)%:M : 'M[R]_p).
Proof.
move=> hf i j; case: (boolP (i == j)) => ij.
  by apply: lip_ext hf => x; rewrite mxE ij.
by apply: lip_ext (@lip_cst R m n 0) => x; rewrite mxE (negbTE ij).
Qed.
Lemma mlip_trace p (F : M -> 'M[R]_p) : mlip F -> locally_lipschitz (fun x => \tr (F x)).
Proof. by move=> h; apply: lip_sum => i. Qed.
Lemma mlip_block p q r s (F11 : M -> 'M[R]_(p, r)) (F12 : M -> 'M[R]_(p, s)) (F21 : M -> 'M[R]_(q, r)) (F22 : M -> 'M[R]_(q, s)) :
  mlip F11 -> mlip F12 -> mlip F21 -> mlip F22 -> mlip (fun x => block_mx (F11 x) (F12 x) (F21 x) (F22 x)).
Proof.
move=> h11 h12 h21 h22 i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by apply: lip_ext (h11 k l) => x; rewrite block_mxEul.
- by apply: lip_ext (h12 k l) => x; rewrite block_mxEur.
- by apply: lip_ext (h21 k l) => x; rewrite block_mxEdl.
- by apply: lip_ext (h22 k l) => x; rewrite block_mxEdr.
Qed.

(* what Gronwall's argument needs *)
Lemma mlip_nrm2 p q (F : M -> 'M[R]_(p, q)) : mlip F -> forall r, exists K, forall x y, nrm2 x <= r -> nrm2 y <= r ->
  nrm2 (F x - F y) <= K * nrm2 (x - y).
Proof.
move=> hF r; have [K hK] := choice (fun ij : 'I_p * 'I_q => hF ij.1 ij.2 r).
exists (\sum_i \sum_j K (i, j) ^+ 2) => x y xr yr.
rewrite nrm2E mulr_suml; apply: ler_sum => i _; rewrite mulr_suml; apply: ler_sum => j _.
have [K0 /(_ x y xr yr) [_ h]] := hK (i, j); rewrite -fnorm_sqr -exprMn -real_normK ?num_real //.
rewrite ler_pexpn2r ?nnegrE ?mulr_ge0 ?fnorm_ge0 //; by rewrite !mxE.
Qed.
End Matrices.

Section Submatrices.
Variables (R : realType) (m n p1 p2 q1 q2 : nat).
Notation M := 'M[R]_(m, n).
Notation mlip := locally_lipschitz_mx.
Let lip_ext (f g : M -> R) : (forall x, f x = g x) -> locally_lipschitz f -> locally_lipschitz g.
Proof. by move=> h; have -> : g = f by apply/funext => x; rewrite h. Qed.
Lemma mlip_l (F : M -> 'M[R]_(p1, q1 + q2)) : mlip F -> mlip (fun x => lsubmx (F x)).
Proof. by move=> h i j; apply: lip_ext (h i (lshift q2 j)) => x; rewrite mxE. Qed.
Lemma mlip_r (F : M -> 'M[R]_(p1, q1 + q2)) : mlip F -> mlip (fun x => rsubmx (F x)).
Proof. by move=> h i j; apply: lip_ext (h i (rshift q1 j)) => x; rewrite mxE. Qed.
Lemma mlip_row (F : M -> 'M[R]_(p1, q1)) (G : M -> 'M[R]_(p1, q2)) : mlip F -> mlip G -> mlip (fun x => row_mx (F x) (G x)).
Proof.
move=> hF hG i j; case: (split_ordP j) => l ->.
  by apply: lip_ext (hF i l) => x; rewrite row_mxEl.
by apply: lip_ext (hG i l) => x; rewrite row_mxEr.
Qed.
Variable F : M -> 'M[R]_(p1 + p2, q1 + q2).
Hypothesis lip_F : mlip F.
Lemma mlip_ul : mlip (fun x => ulsubmx (F x)).
Proof. by move=> i j; apply: lip_ext (lip_F (lshift p2 i) (lshift q2 j)) => x; rewrite !mxE. Qed.
Lemma mlip_dl : mlip (fun x => dlsubmx (F x)).
Proof. by move=> i j; apply: lip_ext (lip_F (rshift p1 i) (lshift q2 j)) => x; rewrite !mxE. Qed.
Lemma mlip_dr : mlip (fun x => drsubmx (F x)).
Proof. by move=> i j; apply: lip_ext (lip_F (rshift p1 i) (rshift q1 j)) => x; rewrite !mxE. Qed.
End Submatrices.

(* a function built from numbers, blocks of the matrix, sums, products, traces and powers; by its shape, since unification
   alone would look into the operations *)
Ltac lipschitz_step :=
  lazymatch goal with
  | |- locally_lipschitz (fun _ => ?c) => exact: lip_cst
  | |- locally_lipschitz (fun x => @?f x + @?g x) => refine (@lipD _ _ _ f g _ _)
  | |- locally_lipschitz (fun x => @?f x * @?g x) => refine (@lipM _ _ _ f g _ _)
  | |- locally_lipschitz (fun x => @?f x ^+ ?k) => refine (@lipX _ _ _ f k _)
  | |- locally_lipschitz (fun x => \tr (@?F x)) => refine (@mlip_trace _ _ _ _ F _)
  | |- locally_lipschitz (fun x => fun_of_matrix (@?F x) ?i ?j) => refine (@mlip_entry _ _ _ _ _ F i j _)
  | |- locally_lipschitz_mx (fun _ => ?c) => exact: mlip_cst
  | |- locally_lipschitz_mx (fun x => x) => exact: mlip_id
  | |- locally_lipschitz_mx (fun x => - @?F x) => refine (@mlipN _ _ _ _ _ F _)
  | |- locally_lipschitz_mx (fun x => @?F x + @?G x) => refine (@mlipD _ _ _ _ _ F G _ _)
  | |- locally_lipschitz_mx (fun x => @?f x *: @?F x) => refine (@mlipZ _ _ _ _ _ f F _ _)
  | |- locally_lipschitz_mx (fun x => @?F x *m @?G x) => refine (@mlipM _ _ _ _ _ _ F G _ _)
  | |- locally_lipschitz_mx (fun x => (@?F x)^T) => refine (@mlip_tr _ _ _ _ _ F _)
  | |- locally_lipschitz_mx (fun x => (@?f x)%:M) => refine (@mlip_scalar _ _ _ _ f _)
  | |- locally_lipschitz_mx (fun x => block_mx (@?F x) (@?G x) (@?H x) (@?K x)) =>
      refine (@mlip_block _ _ _ _ _ _ _ F G H K _ _ _ _)
  | |- locally_lipschitz_mx (fun x => row_mx (@?F x) (@?G x)) => refine (@mlip_row _ _ _ _ _ _ F G _ _)
  | |- locally_lipschitz_mx (fun x => lsubmx (@?F x)) => refine (@mlip_l _ _ _ _ _ _ F _)
  | |- locally_lipschitz_mx (fun x => rsubmx (@?F x)) => refine (@mlip_r _ _ _ _ _ _ F _)
  | |- locally_lipschitz_mx (fun x => ulsubmx (@?F x)) => refine (@mlip_ul _ _ _ _ _ _ _ F _)
  | |- locally_lipschitz_mx (fun x => dlsubmx (@?F x)) => refine (@mlip_dl _ _ _ _ _ _ _ F _)
  | |- locally_lipschitz_mx (fun x => drsubmx (@?F x)) => refine (@mlip_dr _ _ _ _ _ _ _ F _)
  end.
Ltac prove_lipschitz := repeat lipschitz_step.
