(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   The gradient flow on u21 = u12 = 0 (Lemma 5.2).
   letters: 0 = Lambda, 1 = U11, 2 = D11, 3 = u12 u12', 4 = u12 u21', 5 = u21 u21', 6 = u12 e12', 7 = u12 e21', 8 = u21 e12', 9 = u21 e21'
   scalars: 0 = u, 1 = e
   vectors: 0 = x, 1 = x_q, 2 = w, 3 = u12, 4 = u21, 5 = e12, 6 = e21 *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import words wick expectation random formula vanishing.
From ICLGenerated Require Import population_loss population_loss_gradient.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

(* the letters that hold u21 or u12 *)
Definition dead : pred nat := nth false [:: false; false; false; true; true; true; true; true; true; true].
(* 2 N^2 times minus the flow of U and of u, times the direction *)
Definition minus_flow_U : poly := [::
  ((-2)%coqZ, (2, [:: 0], [:: [:: (0, false); (0, false); (2, true)]]));
  ((2)%coqZ, (2, [:: 0; 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [:: 0; 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (2, true)]]));
  ((2)%coqZ, (1, [:: 0; 0], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (2, true)]]))].
Lemma flow_U_ok : check (symmetric letters) (family letters) (without dead along_U11) minus_flow_U = true.
Proof. vm_cast_no_check (erefl true). Qed.
Definition minus_flow_u : poly := [::
  ((-2)%coqZ, (2, [:: 1], [:: [:: (0, false); (0, false); (1, false)]]));
  ((2)%coqZ, (2, [:: 0; 1], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((2)%coqZ, (1, [:: 0; 1], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));
  ((2)%coqZ, (1, [:: 0; 1], [:: [:: (0, false)]; [:: (0, false); (1, false); (0, false); (1, true)]]))].
Lemma flow_u_ok : check (symmetric letters) (family letters) (without dead along_u) minus_flow_u = true.
Proof. vm_cast_no_check (erefl true). Qed.

Local Open Scope ring_scope.
Section Formula.
Variables (R : numFieldType) (d n : nat) (Lambda U11 D11 : 'M[R]_d) (u e : R).
Hypotheses (Lambda_symmetric : Lambda^T = Lambda) (n_positive : (0 < n)%N).
Local Notation meaning := (matrix_of Lambda U11 D11 0 0 0 0).
Local Notation scalars := (scalar_of u e).
(* the flow as the engine gives it *)
Definition Gamma : 'M[R]_d := (1 / n%:R * \tr Lambda) *: (1%:M)
  + ((n%:R + 1) / n%:R) *: (Lambda).
Definition flow_U : 'M[R]_d := (u) *: (Lambda *m Lambda)
  + ((- 1) * u ^+ 2) *: (Gamma *m Lambda *m U11 *m Lambda).
Definition flow_u : R := \tr (Lambda *m Lambda *m U11)
  + (- 1) * u * \tr (Gamma *m Lambda *m U11 *m Lambda *m U11^T).
Let zero a : dead a -> meaning a = 0.
Proof.
by rewrite /dead /matrix_of; do 10 (case: a => [|a]; first by rewrite /= ?mul0mx); case: a.
Qed.
Let turned a : symmetric letters a -> (meaning a)^T = meaning a.
Proof. by rewrite /= !inE => /or3P[] /eqP -> /=; rewrite ?trmx_mul ?trmxK. Qed.
(* the trace in u' as the engine writes its letters *)
Let rotated : \tr (Lambda *m Lambda *m U11 *m Lambda *m U11^T) = \tr (Lambda *m U11^T *m Lambda *m Lambda *m U11).
Proof. by rewrite -(mulmxA _ Lambda U11^T) mxtrace_mulC !mulmxA. Qed.
Lemma flow_UE : \tr (flow_U *m D11^T) = - (\tr (gradient_U11 n Lambda U11 0 0 u *m D11^T)).
Proof.
have h := gradient_U11E Lambda U11 D11 0 0 0 0 u e n_positive.
have flow : ev meaning scalars n minus_flow_U = - (2%:R * n%:R ^+ 2 * (\tr (flow_U *m D11^T))).
  rewrite /flow_U /Gamma ?(mulmxDl, =^~ scalemxAl, mul1mx, mxtraceD, mxtraceZ) ?rotated.
  by rewrite /minus_flow_U /matrix_of /scalar_of; evaluate; by_field n.
rewrite -(check_sound scalars n turned (@alone _ _ _) flow_U_ok) (ev_without scalars n zero) h in flow.
apply: (mulfI (_ : 2%:R * n%:R ^+ 2 != 0)); last by rewrite mulrN flow opprK.
by rewrite mulf_neq0 ?expf_neq0 // Num.Theory.pnatr_eq0 -?lt0n.
Qed.
Lemma flow_uE : flow_u * e = - (gradient_u n Lambda U11 0 0 u * e).
Proof.
have h := gradient_uE Lambda U11 D11 0 0 0 0 u e n_positive.
have flow : ev meaning scalars n minus_flow_u = - (2%:R * n%:R ^+ 2 * (flow_u * e)).
  rewrite /flow_u /Gamma ?(mulmxDl, =^~ scalemxAl, mul1mx, mxtraceD, mxtraceZ) ?rotated.
  by rewrite /minus_flow_u /matrix_of /scalar_of; evaluate; by_field n.
rewrite -(check_sound scalars n turned (@alone _ _ _) flow_u_ok) (ev_without scalars n zero) h in flow.
apply: (mulfI (_ : 2%:R * n%:R ^+ 2 != 0)); last by rewrite mulrN flow opprK.
by rewrite mulf_neq0 ?expf_neq0 // Num.Theory.pnatr_eq0 -?lt0n.
Qed.
End Formula.
