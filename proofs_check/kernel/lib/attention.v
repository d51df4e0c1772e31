(* The whole layer of section 3.1, residual term and all blocks of both matrices, over any commutative ring:
   f(E) = E + r W_PV E (E^T W_KQ E) with r = 1/rho; the prediction is the last entry of the last column. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Attention.
Variables (A : comRingType) (d n : nat).
Definition prompt_embedding (X : 'M[A]_(d, n)) (y : 'rV[A]_n) (xq : 'cV[A]_d) : 'M[A]_(d + 1, n + 1) :=
  block_mx X xq y 0.
Definition attention_layer (r : A) (PV KQ : 'M[A]_(d + 1)) (E : 'M[A]_(d + 1, n + 1)) : 'M[A]_(d + 1, n + 1) :=
  E + r *: (PV *m E *m (E^T *m KQ *m E)).
Definition prediction (r : A) (PV KQ : 'M[A]_(d + 1)) (E : 'M[A]_(d + 1, n + 1)) : A :=
  drsubmx (attention_layer r PV KQ E) 0 0.

Variables (r : A) (X : 'M[A]_(d, n)) (y : 'rV[A]_n) (xq : 'cV[A]_d) (PV KQ : 'M[A]_(d + 1)).
Notation E := (prompt_embedding X y xq).
Notation U := (ulsubmx KQ). Notation u21 := (dlsubmx KQ). (* a row: u21^T *)
Notation u12 := (dlsubmx PV). (* a row: u12^T *) Notation u := (drsubmx PV).
(* u12^T X X^T U xq + u y X^T U xq + u12^T X y^T u21^T xq + u y y^T u21^T xq + u12^T xq xq^T U xq *)
Lemma predictionE : prediction r PV KQ E =
  r * ((u12 *m X + u *m y) *m (X^T *m U *m xq + y^T *m u21 *m xq) + u12 *m xq *m xq^T *m U *m xq) 0 0.
Proof.
have drE (M K : 'M[A]_(d + 1, n + 1)) : drsubmx (M + r *: K) 0 0 = drsubmx M 0 0 + r * drsubmx K 0 0.
  by rewrite !mxE.
rewrite /prediction /attention_layer drE {1}/prompt_embedding block_mxKdr [X in X + _]mxE add0r; congr (_ * _).
rewrite -{1}(submxK PV) -{1}(submxK KQ) /prompt_embedding tr_block_mx !mulmx_block !trmx0 block_mxKdr.
rewrite !mulmx0 !mul0mx !addr0; congr (fun_of_matrix _ 0 0).
by rewrite !(mulmxDl, mulmxDr, mulmxA).
Qed.
Lemma prediction_reduced : dlsubmx PV = 0 -> dlsubmx KQ = 0 ->
  prediction r PV KQ E = r * (u 0 0 * (xq^T *m U^T *m (X *m y^T)) 0 0).
Proof.
rewrite predictionE => -> ->; rewrite !(mul0mx, mulmx0, addr0, add0r).
have -> : u *m y *m (X^T *m U *m xq) = u 0 0 *: (y *m X^T *m U *m xq).
  by rewrite {1}[u]mx11_scalar mul_scalar_mx -scalemxAl !mulmxA.
have mZ (c : A) (K : 'M[A]_1) : (c *: K) 0 0 = c * K 0 0 by rewrite mxE.
rewrite mZ; congr (_ * (_ * _)).
have h (K : 'M[A]_1) : K 0 0 = K^T 0 0 by rewrite mxE.
by rewrite h !trmx_mul trmxK !mulmxA.
Qed.
End Attention.
