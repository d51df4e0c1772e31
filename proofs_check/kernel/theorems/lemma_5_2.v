(* Lemma 5.2, for the gradient flow of the population loss over all entries of both weight matrices, from the definition of the
   layer, for every d, every prompt length N + 1 and every Lambda = Sq Sq^T: the flow has at most one solution from each start,
   and from Assumption 3.3's start only U11 and u move, by the reduced flow (5.5). The gradient is a polynomial map, hence
   Lipschitz on bounded sets; the rest is Gronwall's inequality. *)
From mathcomp Require Import all_ssreflect all_algebra.
From SsrMultinomials Require Import mpoly.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive.
From ICL Require Import frobenius curve setting gaussian attention prompt gradient_flow locally_lipschitz uniqueness.
From ICLGenerated Require population_loss population_loss_gradient.
From ICLTheorems Require population_loss gradients.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section LayerLoss.
Variables (R : numFieldType) (d N : nat) (Sq : 'M[R]_d).
Notation A := {mpoly R[#|[finType of 'I_3 * 'I_N.+1 * 'I_d]|]}.

(* L(W_PV, W_KQ) = 1/2 E (y_hat - <w, x_q>)^2 for the layer of lib/attention.v on the prompt of lib/prompt.v, with rho = N + 1 *)
Definition y_hat (W_PV W_KQ : 'M[R]_(d + 1)) : A := prediction (N.+1%:R^-1)%:A (constant d N W_PV) (constant d N W_KQ)
  (prompt_embedding (covariates N Sq) (labels N Sq) (query N Sq)).
Definition layer_loss (W_PV W_KQ : 'M[R]_(d + 1)) : R := 2%:R^-1 * EE ((y_hat W_PV W_KQ - target N Sq) ^+ 2).

Lemma layer_lossE W_PV W_KQ : layer_loss W_PV W_KQ = ICLGenerated.population_loss.loss N.+1 (Sq *m Sq^T)
  (ulsubmx W_KQ) (dlsubmx W_PV)^T (dlsubmx W_KQ)^T (drsubmx W_PV 0 0).
Proof.
rewrite -(ICLTheorems.population_loss.population_lossE Sq _ _ _ _ (constant d N (ulsubmx W_PV)) (constant d N (ursubmx W_PV))
  (constant d N (ursubmx W_KQ)) (drsubmx W_KQ 0 0)%:MP).
have PV : constant d N W_PV = prompt.W_PV (constant d N (ulsubmx W_PV)) (constant d N (ursubmx W_PV)) (dlsubmx W_PV)^T
    (drsubmx W_PV 0 0).
  rewrite /prompt.W_PV -{1}[W_PV]submxK /constant map_block_mx -map_trmx trmxK; congr (block_mx _ _ _ _).
  by apply/matrixP => i j; rewrite !ord1 !mxE eqxx mulr1n.
have KQ : constant d N W_KQ = prompt.W_KQ (constant d N (ursubmx W_KQ)) (drsubmx W_KQ 0 0)%:MP (ulsubmx W_KQ)
    (dlsubmx W_KQ)^T.
  rewrite /prompt.W_KQ -{1}[W_KQ]submxK /constant map_block_mx -map_trmx trmxK; congr (block_mx _ _ _ _).
  by apply/matrixP => i j; rewrite !ord1 !mxE eqxx mulr1n.
by rewrite /layer_loss /y_hat PV KQ.
Qed.
End LayerLoss.

Section Lemma52.
Variables (R : realType) (d N : nat) (Sq : 'M[R]_d).
Notation n := N.+1.
Let Lambda : 'M[R]_d := Sq *m Sq^T.
Let Lambda_sym : Lambda^T = Lambda. Proof. by rewrite /Lambda trmx_mul trmxK. Qed.
Notation loss := (layer_loss N Sq).
Implicit Types (D E : 'M[R]_(d + 1)).

(* the gradient: only the last row of W_PV and the first d columns of W_KQ count *)
Notation at_blocks g V W := (g R d n Lambda (ulsubmx W) (dlsubmx V)^T (dlsubmx W)^T (drsubmx V 0 0)).
Definition gradient_PV (V W : 'M[R]_(d + 1)) : 'M[R]_(d + 1) :=
  block_mx 0 0 (at_blocks (@ICLGenerated.population_loss_gradient.gradient_u12) V W)^T
    (at_blocks (@ICLGenerated.population_loss_gradient.gradient_u) V W)%:M.
Definition gradient_KQ (V W : 'M[R]_(d + 1)) : 'M[R]_(d + 1) :=
  block_mx (at_blocks (@ICLGenerated.population_loss_gradient.gradient_U11) V W) 0
    (at_blocks (@ICLGenerated.population_loss_gradient.gradient_u21) V W)^T 0.

Let dotp_block p q (a : 'M[R]_p) (b : 'M[R]_(p, q)) (c : 'M[R]_(q, p)) (e : 'M[R]_q) X :
  dotp (block_mx a b c e) X = dotp a (ulsubmx X) + dotp b (ursubmx X) + (dotp c (dlsubmx X) + dotp e (drsubmx X)).
Proof. by rewrite /dotp -{1}[X]submxK tr_block_mx mulmx_block mxtrace_block !mxtraceD. Qed.
Let dotp_0 p q (X : 'M[R]_(p, q)) : dotp 0 X = 0. Proof. by rewrite /dotp mul0mx mxtrace0. Qed.
Let dotp_tr p q (X : 'M[R]_(p, q)) (Y : 'M[R]_(q, p)) : dotp X^T Y = dotp X Y^T.
Proof. by rewrite /dotp mxtrace_mulC -mxtrace_tr trmx_mul trmxK. Qed.

Theorem layer_gradient (V W : 'M[R]_(d + 1)) : gradient_at loss V W (gradient_PV V W) (gradient_KQ V W).
Proof.
move=> D E; pose v s := V + s *: D; pose w s := W + s *: E.
have dv : mder v 0 D := mder_line V D 0.
have dw : mder w 0 E := mder_line W E 0.
have := @gradients.population_loss_gradient R d N Lambda Lambda_sym _ _ _ _ 0 _ _ _ _ (mder_ul dw)
  (mder_tr (mder_dl dv)) (mder_tr (mder_dl dw)) (mder_dr dv 0 0).
have v0 : v 0 = V by rewrite /v scale0r addr0.
have w0 : w 0 = W by rewrite /w scale0r addr0.
rewrite v0 w0 => h; apply: der_eq (der_ext _ h) _ => [s|]; first by rewrite layer_lossE.
rewrite /gradient_PV /gradient_KQ !dotp_block !dotp_0 !(addr0, add0r) !dotp_tr.
have a (c : R) : dotp c%:M (drsubmx D) = c * drsubmx D 0 0.
  by rewrite /dotp mul_scalar_mx mxtraceZ /mxtrace big_ord1 [X in _ * X]mxE.
by rewrite a [RHS]addrC !addrA.
Qed.

(* the flow as one curve and its field *)
Let join (V W : 'M[R]_(d + 1)) := row_mx V W.
Let field (x : 'M[R]_(d + 1, (d + 1) + (d + 1))) := - join (gradient_PV (lsubmx x) (rsubmx x)) (gradient_KQ (lsubmx x) (rsubmx x)).
Let join_flow V W : gradient_flow loss V W -> forall t, 0 <= t -> mder (fun s => join (V s) (W s)) t (field (join (V t) (W t))).
Proof.
move=> flow t t0; have [G [H [grad dV dW]]] := flow t t0.
rewrite /field /join row_mxKl row_mxKr.
have [<- <-] := gradient_unique grad (layer_gradient (V t) (W t)).
by rewrite opp_row_mx; apply: mder_row.
Qed.
Let field_lipschitz : locally_lipschitz_mx field.
Proof.
rewrite /field /join /gradient_PV /gradient_KQ /ICLGenerated.population_loss_gradient.gradient_u12
  /ICLGenerated.population_loss_gradient.gradient_u /ICLGenerated.population_loss_gradient.gradient_U11
  /ICLGenerated.population_loss_gradient.gradient_u21.
prove_lipschitz.
Qed.

(* at most one solution from each start *)
Theorem layer_flow_unique V W V' W' : gradient_flow loss V W -> gradient_flow loss V' W' -> V 0 = V' 0 -> W 0 = W' 0 ->
  forall t, 0 <= t -> V t = V' t /\ W t = W' t.
Proof.
move=> flow flow' V0 W0 t t0.
have := unique_solution (mlip_nrm2 field_lipschitz) (join_flow flow) (join_flow flow') _ t0.
by rewrite V0 W0 => /(_ erefl) /eq_row_mx.
Qed.

(* the last entry of W_PV and the first block of W_KQ, with zeros around them *)
Let last (V : 'M[R]_(d + 1)) : 'M[R]_(d + 1) := block_mx 0 0 0 (drsubmx V).
Let first (W : 'M[R]_(d + 1)) : 'M[R]_(d + 1) := block_mx (ulsubmx W) 0 0 0.
Let nrm2_blocks (V : 'M[R]_(d + 1)) :
  nrm2 V = nrm2 (ulsubmx V) + nrm2 (ursubmx V) + (nrm2 (dlsubmx V) + nrm2 (drsubmx V)).
Proof. by rewrite {1}/nrm2 -{1}[V]submxK dotp_block. Qed.
Let nrm2_row_mx (V W : 'M[R]_(d + 1)) : nrm2 (row_mx V W) = nrm2 V + nrm2 W.
Proof. by rewrite /nrm2 /dotp tr_row_mx mul_row_col mxtraceD. Qed.
Let nrm2_last V : nrm2 (last V) <= nrm2 V.
Proof.
rewrite {1}/nrm2 dotp_block !dotp_0 !add0r block_mxKdr [nrm2 V]nrm2_blocks addrA -/(nrm2 _) ler_addr.
by rewrite !addr_ge0 ?nrm2_ge0.
Qed.
Let nrm2_first W : nrm2 (first W) <= nrm2 W.
Proof.
rewrite {1}/nrm2 dotp_block !dotp_0 !addr0 block_mxKul [nrm2 W]nrm2_blocks -/(nrm2 _) -!addrA ler_addl.
by rewrite !addr_ge0 ?nrm2_ge0.
Qed.

(* how the other entries move *)
Let rest x := row_mx (lsubmx (field x) - last (lsubmx (field x))) (rsubmx (field x) - first (rsubmx (field x))).
Let rest_lipschitz : locally_lipschitz_mx rest.
Proof.
rewrite /rest /last /first /field /join /gradient_PV /gradient_KQ /ICLGenerated.population_loss_gradient.gradient_u12
  /ICLGenerated.population_loss_gradient.gradient_u /ICLGenerated.population_loss_gradient.gradient_U11
  /ICLGenerated.population_loss_gradient.gradient_u21.
prove_lipschitz.
Qed.
Let rest_zero V W : rest (join (last V) (first W)) = 0.
Proof.
rewrite /rest /field /join row_mxKl row_mxKr opp_row_mx row_mxKl row_mxKr /gradient_PV /gradient_KQ /last /first.
rewrite !block_mxKdl !block_mxKul !block_mxKdr !trmx0 gradients.lemma_5_2_u12 gradients.lemma_5_2_u21 !trmx0.
by rewrite !opp_block_mx !block_mxKdr !block_mxKul !oppr0 !add_block_mx !addr0 !subrr !block_mx0 row_mx0.
Qed.

Variables (W_PV W_KQ : R -> 'M[R]_(d + 1)).
Hypothesis flow : gradient_flow loss W_PV W_KQ.
Hypothesis start : W_PV 0 = block_mx 0 0 0 (drsubmx (W_PV 0)) /\ W_KQ 0 = block_mx (ulsubmx (W_KQ 0)) 0 0 0.

(* every other entry stays zero; u12 and u21 are among them *)
Theorem lemma_5_2 t : 0 <= t ->
  W_PV t = block_mx 0 0 0 (drsubmx (W_PV t)) /\ W_KQ t = block_mx (ulsubmx (W_KQ t)) 0 0 0.
Proof.
pose z s := row_mx (W_PV s - last (W_PV s)) (W_KQ s - first (W_KQ s)).
have hz s : 0 <= s -> mder z s (rest (join (W_PV s) (W_KQ s))).
  move=> s0; have [G [H [grad dV dW]]] := flow s0.
  rewrite /rest /field /join row_mxKl row_mxKr.
  have [<- <-] := gradient_unique grad (layer_gradient (W_PV s) (W_KQ s)).
  rewrite opp_row_mx row_mxKl row_mxKr; apply: mder_row; apply: mderD => //; apply: mderN.
    exact: mder_last.
  exact: mder_first.
have zero : forall s, 0 <= s -> z s = 0.
  apply: (gronwall_zero hz) => [T T0|]; last first.
    by have [h1 h2] := start; rewrite /z /last /first -h1 -h2 !subrr row_mx0.
  have [b hb] := bounded_on T0 (fun s s0 => nrm2_cont (join_flow flow s0)).
  have [K hK] := mlip_nrm2 rest_lipschitz b; exists K => s sT.
  have small : nrm2 (join (last (W_PV s)) (first (W_KQ s))) <= b.
    apply: le_trans (hb s sT); rewrite /join !nrm2_row_mx; exact: ler_add.
  have := hK _ _ (hb s sT) small; rewrite rest_zero subr0 => h; apply: le_trans h _.
  by rewrite /join opp_row_mx add_row_mx.
move=> t0; have := zero t t0; rewrite /z -row_mx0 => /eq_row_mx [/eqP h1 /eqP h2].
by move: h1 h2; rewrite !subr_eq0 => /eqP h1 /eqP h2.
Qed.

(* U11 and u solve the reduced flow *)
Theorem lemma_5_2_flow : reduced_flow n Lambda (fun t => ulsubmx (W_KQ t)) (fun t => drsubmx (W_PV t) 0 0).
Proof.
move=> t t0; have [G [H [grad dV dW]]] := flow t0; have [zV zW] := lemma_5_2 t0.
have [GE HE] := gradient_unique grad (layer_gradient (W_PV t) (W_KQ t)).
have := mder_ul dW; have := mder_dr dV 0 0; rewrite GE HE /gradient_PV /gradient_KQ !opp_block_mx block_mxKdr block_mxKul.
have -> : (dlsubmx (W_PV t))^T = 0 by rewrite zV block_mxKdl trmx0.
have -> : (dlsubmx (W_KQ t))^T = 0 by rewrite zW block_mxKdl trmx0.
rewrite gradients.lemma_5_2_U // => hu hU; split=> //.
by apply: der_eq hu _; rewrite mxE [in LHS]mxE eqxx mulr1n gradients.lemma_5_2_u.
Qed.
End Lemma52.
