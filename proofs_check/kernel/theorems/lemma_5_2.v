(* Lemma 5.2, the invariant subspace: u12 = u21 = 0 is kept by every solution of the gradient flow of any loss whose gradient
   with respect to u21 and u12 vanishes there and is Lipschitz on bounded sets. That both hold for the population loss of the layer
   is a hypothesis here: its gradient is a polynomial in the weights, and every term of these two blocks has a factor u21 or u12. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius curve uniqueness.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Import numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Section Lemma52.
Variables (R : realType) (d : nat).
(* the blocks of the gradient, as functions of U11, u21, u12 and u *)
Variables (G11 : 'M[R]_d -> 'cV[R]_d -> 'cV[R]_d -> R -> 'M[R]_d).
Variables (G21 G12 : 'M[R]_d -> 'cV[R]_d -> 'cV[R]_d -> R -> 'cV[R]_d) (Gu : 'M[R]_d -> 'cV[R]_d -> 'cV[R]_d -> R -> R).

(* theta' = - gradient(theta), block by block, at t >= 0 *)
Definition gradient_flow (U : R -> 'M[R]_d) (u21 u12 : R -> 'cV[R]_d) (u : R -> R) : Prop := forall t, 0 <= t ->
  [/\ mder U t (- G11 (U t) (u21 t) (u12 t) (u t)), mder u21 t (- G21 (U t) (u21 t) (u12 t) (u t)),
      mder u12 t (- G12 (U t) (u21 t) (u12 t) (u t)) & der u t (- Gu (U t) (u21 t) (u12 t) (u t))].

(* the square of the norm of all weights *)
Definition size2 (U : 'M[R]_d) (u21 u12 : 'cV[R]_d) (u : R) : R := nrm2 U + nrm2 u21 + nrm2 u12 + u ^+ 2.

Hypothesis vanish : forall U u, G21 U 0 0 u = 0 /\ G12 U 0 0 u = 0.
Hypothesis lipschitz : forall r, exists K, forall U u21 u12 v21 v12 u, size2 U u21 u12 u <= r -> size2 U v21 v12 u <= r ->
  nrm2 (G21 U u21 u12 u - G21 U v21 v12 u) <= K * (nrm2 (u21 - v21) + nrm2 (u12 - v12)) /\
  nrm2 (G12 U u21 u12 u - G12 U v21 v12 u) <= K * (nrm2 (u21 - v21) + nrm2 (u12 - v12)).

Variables (U : R -> 'M[R]_d) (u21 u12 : R -> 'cV[R]_d) (u : R -> R).
Hypothesis flow : gradient_flow U u21 u12 u.
Hypothesis start : u21 0 = 0 /\ u12 0 = 0.

Theorem lemma_5_2 t : 0 <= t -> u21 t = 0 /\ u12 t = 0.
Proof.
pose z s := col_mx (u21 s) (u12 s).
pose dz s := col_mx (- G21 (U s) (u21 s) (u12 s) (u s)) (- G12 (U s) (u21 s) (u12 s) (u s)).
have nrm2_col (a b : 'cV[R]_d) : nrm2 (col_mx a b) = nrm2 a + nrm2 b.
  by rewrite /nrm2 /dotp tr_col_mx mul_col_row mxtrace_block.
have hz s : 0 <= s -> mder z s (dz s).
  move=> s0 i j; have [_ h21 h12 _] := flow s0; rewrite /z /dz; case: (splitP i) => k ik.
    have -> : i = lshift d k by apply/val_inj.
    by rewrite col_mxEu; apply: der_ext (h21 k j) => r; rewrite col_mxEu.
  have -> : i = rshift d k by apply/val_inj.
  by rewrite col_mxEd; apply: der_ext (h12 k j) => r; rewrite col_mxEd.
have zero : forall s, 0 <= s -> z s = 0.
  apply: (gronwall_zero hz) => [T T0|]; last first.
    by have [h1 h2] := start; rewrite /z h1 h2 col_mx0.
  have size_cont s : 0 <= s -> {for s, continuous ((fun r => size2 (U r) (u21 r) (u12 r) (u r)) : R^o -> R^o)}.
    move=> s0; have [h11 h21 h12 hu] := flow s0.
    have d2 := derD (derD (derD (quadratic_flow.der_dotp h11 h11) (quadratic_flow.der_dotp h21 h21))
      (quadratic_flow.der_dotp h12 h12)) (derM hu hu).
    by apply: der_cont (der_ext _ d2) => r; rewrite /size2 expr2.
  have [b hb] := bounded_on T0 size_cont; have [K hK] := lipschitz b; exists (K + K) => s sT.
  have small : size2 (U s) 0 0 (u s) <= b.
    apply: le_trans (hb s sT); rewrite /size2 /nrm2 /dotp trmx0 mulmx0 mxtrace0 !addr0 -!/(dotp _ _) -!/(nrm2 _).
    by rewrite ler_add2r -addrA ler_addl addr_ge0 ?nrm2_ge0.
  have [] := hK _ _ _ 0 0 _ (hb s sT) small; have [-> ->] := vanish (U s) (u s); rewrite !subr0 => l1 l2.
  rewrite /dz /z !nrm2_col !quadratic_flow.nrm2N mulrDl; exact: ler_add.
move=> t0; have := zero t t0; rewrite /z -[0]col_mx0 => /eq_col_mx; exact.
Qed.

(* so U and u solve the flow restricted to u12 = u21 = 0 *)
Theorem lemma_5_2_restricted t : 0 <= t -> mder U t (- G11 (U t) 0 0 (u t)) /\ der u t (- Gu (U t) 0 0 (u t)).
Proof. by move=> t0; have [h11 _ _ hu] := flow t0; move: h11 hu; have [-> ->] := lemma_5_2 t0. Qed.
End Lemma52.
