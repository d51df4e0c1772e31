(* The gradient of a function of two matrices, through its directional derivatives, and its gradient flow; curves in blocks. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius curve.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.

Section GradientFlow.
Variables (R : realType) (m n p q : nat) (L : 'M[R]_(m, n) -> 'M[R]_(p, q) -> R).

(* (G, H) is the gradient of L at (V, W): the derivative of L in every direction (D, E) is <G, D> + <H, E> *)
Definition gradient_at V W G H : Prop :=
  forall D E, der (fun s => L (V + s *: D) (W + s *: E)) 0 (dotp G D + dotp H E).

(* V' and W' are minus the gradient of L at (V(t), W(t)), for all t >= 0 *)
Definition gradient_flow (V : R -> 'M[R]_(m, n)) (W : R -> 'M[R]_(p, q)) : Prop := forall t, 0 <= t ->
  exists G H, [/\ gradient_at (V t) (W t) G H, mder V t (- G) & mder W t (- H)].

Let dotp0 m' n' (A : 'M[R]_(m', n')) : dotp A 0 = 0. Proof. by rewrite /dotp trmx0 mulmx0 mxtrace0. Qed.
Let dotp_inj m' n' (A B : 'M[R]_(m', n')) : (forall C, dotp A C = dotp B C) -> A = B.
Proof.
move=> h; apply/eqP; rewrite -subr_eq0 -nrm2_eq0; apply/eqP.
by rewrite /nrm2 dotpDl dotpNl h subrr.
Qed.
Let der_unique f t a b : der f t a -> der f t b -> a = b :> R. Proof. by move=> [_ <-] [_ <-]. Qed.
Lemma gradient_unique V W G H G' H' : gradient_at V W G H -> gradient_at V W G' H' -> G = G' /\ H = H'.
Proof.
move=> h h'; split; apply: dotp_inj => C.
  by have := der_unique (h C 0) (h' C 0); rewrite !dotp0 !addr0.
by have := der_unique (h 0 C) (h' 0 C); rewrite !dotp0 !add0r.
Qed.
End GradientFlow.

Section Blocks.
Variables (R : realType) (m1 m2 n1 n2 : nat) (t : R).
Lemma mder_line m n (V D : 'M[R]_(m, n)) s : mder (fun s => V + s *: D) s D.
Proof.
move=> i j; apply: der_eq (der_ext _ (derD (der_cst (V i j) s) (derM (@is_derive_id _ _ (s : R^o) 1) (der_cst (D i j) s)))) _.
  by move=> r; rewrite !mxE.
by rewrite mulr0 mulr1 !add0r.
Qed.
Lemma mderN m n (F : R -> 'M[R]_(m, n)) D : mder F t D -> mder (fun s => - F s) t (- D).
Proof. by move=> h i j; apply: der_eq (der_ext _ (derN (h i j))) _ => [s|]; rewrite mxE. Qed.
Lemma mderD m n (F G : R -> 'M[R]_(m, n)) D K : mder F t D -> mder G t K -> mder (fun s => F s + G s) t (D + K).
Proof. by move=> hF hG i j; apply: der_eq (der_ext _ (derD (hF i j) (hG i j))) _ => [s|]; rewrite mxE. Qed.
Lemma mder_row m (F : R -> 'M[R]_(m, n1)) (G : R -> 'M[R]_(m, n2)) D K :
  mder F t D -> mder G t K -> mder (fun s => row_mx (F s) (G s)) t (row_mx D K).
Proof.
move=> hF hG i j; case: (split_ordP j) => l ->.
  by apply: der_eq (der_ext _ (hF i l)) _ => [s|]; rewrite row_mxEl.
by apply: der_eq (der_ext _ (hG i l)) _ => [s|]; rewrite row_mxEr.
Qed.
Variables (F : R -> 'M[R]_(m1 + m2, n1 + n2)) (D : 'M[R]_(m1 + m2, n1 + n2)).
Hypothesis dF : mder F t D.
Lemma mder_ul : mder (fun s => ulsubmx (F s)) t (ulsubmx D).
Proof. by move=> i j; apply: der_eq (der_ext _ (dF (lshift m2 i) (lshift n2 j))) _ => [s|]; rewrite !mxE. Qed.
Lemma mder_dl : mder (fun s => dlsubmx (F s)) t (dlsubmx D).
Proof. by move=> i j; apply: der_eq (der_ext _ (dF (rshift m1 i) (lshift n2 j))) _ => [s|]; rewrite !mxE. Qed.
Lemma mder_dr : mder (fun s => drsubmx (F s)) t (drsubmx D).
Proof. by move=> i j; apply: der_eq (der_ext _ (dF (rshift m1 i) (rshift n1 j))) _ => [s|]; rewrite !mxE. Qed.
(* only the first, or only the last block *)
Lemma mder_first : mder (fun s => block_mx (ulsubmx (F s)) 0 0 0 : 'M[R]_(m1 + m2, n1 + n2)) t (block_mx (ulsubmx D) 0 0 0).
Proof.
move=> i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by apply: der_eq (der_ext _ (mder_ul k l)) _ => [s|]; rewrite block_mxEul.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEur mxE.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEdl mxE.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEdr mxE.
Qed.
Lemma mder_last : mder (fun s => block_mx 0 0 0 (drsubmx (F s)) : 'M[R]_(m1 + m2, n1 + n2)) t (block_mx 0 0 0 (drsubmx D)).
Proof.
move=> i j; case: (split_ordP i) => k ->; case: (split_ordP j) => l ->.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEul mxE.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEur mxE.
- by apply: der_eq (der_ext _ (der_cst 0 t)) _ => [s|]; rewrite block_mxEdl mxE.
- by apply: der_eq (der_ext _ (mder_dr k l)) _ => [s|]; rewrite block_mxEdr.
Qed.
End Blocks.
