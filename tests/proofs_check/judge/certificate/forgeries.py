"""Forgeries of a report: each is given a checksum that fits, and each must be refused."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
Forgery = Callable[[Record], None]
FORGERIES: dict[str, tuple[str, Forgery]] = {}


def forgery(named: str) -> Callable[[Forgery], Forgery]:
    """Register a forgery; the message of its refusal must contain `named`."""

    def register(forge: Forgery) -> Forgery:
        FORGERIES[forge.__name__.replace("_", " ")] = (named, forge)
        return forge

    return register


def of(record: Record, name: str) -> Record:
    """The entry of a claim."""
    found: Record = next(claim for claim in record["claims"] if claim["id"] == name)
    return found


def evidence(record: Record, name: str, kind: str) -> Record:
    """One kind of evidence of a claim."""
    found: Record = next(item for item in of(record, name)["evidence"] if item["kind"] == kind)
    return found


def instances(record: Record, name: str, kind: str) -> list[Record]:
    """Its instances."""
    found: list[Record] = evidence(record, name, kind)["data"]["instances"]
    return found


def mutant(record: Record, name: str, fate: str) -> Record:
    """The first mutant of a claim with a fate."""
    found: Record = next(item for item in of(record, name)["mutants"]["each"] if item["fate"] == fate)
    return found


def recount(record: Record, name: str) -> None:
    """Make the counts of mutants fit their list."""
    held = of(record, name)["mutants"]
    for fate in set(held) - {"each"}:
        held[fate] = sum(item["fate"] == fate for item in held["each"])


def _scaled(value: Any, factor: int) -> Any:
    if isinstance(value, list):
        return [_scaled(entry, factor) for entry in value]
    above, _, below = value.partition("/")
    return f"{int(above) * factor}/{below or 1}"


def field(name: str, key: str, value: Any) -> Forgery:
    """Another value of one field of a claim."""

    def forge(record: Record) -> None:
        of(record, name)[key] = value

    return forge


def statement(name: str, key: str, value: Any) -> Forgery:
    """Another part of a statement."""

    def forge(record: Record) -> None:
        of(record, name)["statement"][key] = value

    return forge


def item(name: str, kind: str, key: str, value: Any) -> Forgery:
    """Another value of one field of evidence."""

    def forge(record: Record) -> None:
        evidence(record, name, kind)[key] = value

    return forge


def sample(key: str, value: Any) -> Forgery:
    """Another value of one field of a Monte Carlo sample."""

    def forge(record: Record) -> None:
        for one in instances(record, "sampled", "Monte Carlo"):
            one[key] = value(one[key]) if callable(value) else value

    return forge


SIMPLE: Mapping[str, tuple[str, Forgery]] = {
    "a stronger right side": ("schwarz", statement("schwarz", "right", "d tr(A A')/2")),
    "a wrong right side": ("prediction", statement("prediction", "right", "u")),
    "a right side with a root": ("cyclic", statement("cyclic", "right", "tr(B A)^(1/2) tr(B A)^(1/2)")),
    "a right side with an expectation": ("cyclic", statement("cyclic", "right", "E[tr(B A)]")),
    "another left side": ("lem-D.2", statement("lem-D.2", "left", r"\mathbb E[x]")),
    "another relation": ("schwarz", statement("schwarz", "relation", ">=")),
    "another abbreviation": ("mean", statement("mean", "where", {"G": "2 A Lambda"})),
    "no abbreviation": ("mean", statement("mean", "where", {})),
    "another title": ("trace-product", field("trace-product", "title", "Every trace is bounded")),
    "another paper": ("cyclic", field("cyclic", "paper", "zhang2024")),
    "another number": ("cyclic", field("cyclic", "number", "Theorem 4.1")),
    "another source": ("cyclic", field("cyclic", "source", "Theorem 4.1")),
    "assumptions dropped": ("cyclic", field("cyclic", "assumptions", [])),
    "an assumption added": ("wrong", field("wrong", "assumptions", ["d = 1"])),
    "citations dropped": ("cited", field("cited", "cited", [])),
    "another citation": ("cited", field("cited", "cited", ["a well-known fact"])),
    "links dropped": ("on-sand", field("on-sand", "rests_on", [])),
    "other links": ("on-sand", field("on-sand", "rests_on", ["cyclic"])),
    "no longer said to be tight": ("schwarz", field("schwarz", "tight", False)),
    "a finding that is none": ("misprint", field("misprint", "finding", None)),
    "a claim made a finding": (
        "wrong",
        field("wrong", "finding", {"kind": "false", "quotation": "", "explanation": ""}),
    ),
    "another correction": ("misprint", field("misprint", "corrected_by", [])),
    "another digest": ("cyclic", field("cyclic", "digest", "0" * 64)),
    "a letter made symmetric": (
        "cyclic",
        lambda record: of(record, "cyclic")["language"]["kinds"]["A"].update(symmetric=True),
    ),
    "another law": ("mean", lambda record: of(record, "mean")["language"]["law"].update(x="2 Lambda")),
    "a longer sum": ("prediction", lambda record: of(record, "prediction")["language"]["upto"].update(i="M")),
    "tested lifted to proved": ("schwarz", field("schwarz", "status", "proved")),
    "supported lifted to tested": ("sampled", field("sampled", "status", "tested")),
    "undecided lifted to proved": ("on-sand", field("on-sand", "status", "proved")),
    "refuted made undecided": ("wrong", field("wrong", "status", "undecided")),
    "proved made refuted": ("cyclic", field("cyclic", "status", "refuted")),
    "conditional lifted to proved": ("cited", field("cited", "status", "proved")),
    "an unknown status": ("cyclic", field("cyclic", "status", "certified")),
    "given refuted cleared": ("on-sand", field("on-sand", "given_refuted", False)),
    "no reason": ("narrow", field("narrow", "reason", "")),
    "another reason": ("on-cited", field("on-cited", "reason", "given: nothing")),
    "a reason why it is tested": ("typed", field("typed", "reason", "only time was lacking")),
    "a better tightness": ("trace-product", field("trace-product", "tightness", 1.5)),
    "tightness below one": ("enclosed", field("enclosed", "tightness", 0.9)),
    "no tightness": ("schwarz", field("schwarz", "tightness", None)),
    "tightness of an equation": ("cyclic", field("cyclic", "tightness", 1.0)),
    "tightest elsewhere": ("enclosed", field("enclosed", "tightest", "d = 1")),
    "a kernel theorem": (
        "cyclic",
        field("cyclic", "kernel", {"word": "recorded", "theorem": "ICL.trace", "hypotheses": [], "statement": ""}),
    ),
    "a kernel word": ("prediction", field("prediction", "kernel", {"word": "checked"})),
    "no counterexample": ("wrong", field("wrong", "counterexample", "")),
    "a counterexample of a proved claim": ("cyclic", field("cyclic", "counterexample", "d = 1: left 1, right 2")),
    "another script": ("wrong", field("wrong", "reproduction", "import os\n")),
    "a script of a proved claim": ("cyclic", field("cyclic", "reproduction", "print('proved')")),
    "a reason why it is undecided": ("narrow", field("narrow", "reason", "the run was interrupted")),
    "negative seconds": ("cyclic", field("cyclic", "seconds", -5)),
    "a tightness within rounding": ("schwarz", field("schwarz", "tightness", 1.000005)),
    "an instance with a note": (
        "cyclic",
        lambda record: instances(record, "cyclic", "exact")[0].update(note="checked by hand"),
    ),
    "evidence with a note": (
        "cyclic",
        lambda record: evidence(record, "cyclic", "exact")["data"].update(note="checked by hand"),
    ),
    "floats said to cover something": (
        "half",
        lambda record: evidence(record, "half", "numerical")["data"].update(covered={"a": "all"}),
    ),
    "fewer instances": ("2 instances", lambda record: record.update(instances=2)),
    "no evidence": ("cyclic", field("cyclic", "evidence", [])),
    "another derived form": (
        "cyclic",
        lambda record: evidence(record, "cyclic", "symbolic")["data"].update(derived="tr(A) tr(B)"),
    ),
    "a derived form with an expectation": (
        "mean",
        lambda record: evidence(record, "mean", "symbolic")["data"].update(derived="E[x' A x]"),
    ),
    "definitions added": (
        "mean",
        lambda record: evidence(record, "mean", "symbolic")["data"].update(definitions={"G": "A"}),
    ),
    "exact evidence undecided": ("lem-D.2", item("lem-D.2", "exact", "outcome", "undecided")),
    "exact evidence that holds after all": ("misprint", item("misprint", "exact", "outcome", "holds")),
    "symbolic evidence that holds after all": ("wrong", item("wrong", "symbolic", "outcome", "holds")),
    "an undecided proof that holds after all": ("schwarz", item("schwarz", "symbolic", "outcome", "holds")),
    "numerical evidence refuted": ("half", item("half", "numerical", "outcome", "refuted")),
    "an enclosure refuted": ("enclosed", item("enclosed", "enclosure", "outcome", "refuted")),
    "samples that refute": ("sampled", item("sampled", "Monte Carlo", "outcome", "refuted")),
    "an unknown kind": ("cyclic", item("cyclic", "exact", "kind", "hearsay")),
    "exact made an enclosure": ("root", item("root", "exact", "kind", "enclosure")),
    "the objection of narrow ranges cleared": ("narrow", item("narrow", "exact", "objection", "")),
    "the objection to calling the engine cleared": ("engine", item("engine", "exact", "objection", "")),
    "the objection to a typed derivation cleared": ("typed", item("typed", "symbolic", "objection", "")),
    "an objection added": ("cyclic", item("cyclic", "symbolic", "objection", "it is not new")),
    "a longer summary": ("cyclic", item("cyclic", "exact", "summary", "every d and every N")),
    "another summary of a proof": ("cyclic", item("cyclic", "symbolic", "summary", "proved in the kernel")),
    "another detail": ("cyclic", item("cyclic", "exact", "detail", "equal at 1000 instances")),
    "another detail of a proof": ("cyclic", item("cyclic", "symbolic", "detail", "both sides agree")),
    "another detail of samples": ("sampled", item("sampled", "Monte Carlo", "detail", "half-width 0.01%")),
    "another detail of floats": ("half", item("half", "numerical", "detail", "largest distance 0")),
    "samples with another power": (
        "sampled",
        lambda record: evidence(record, "sampled", "Monte Carlo")["least_detected"].update(factor=1e-4),
    ),
    "samples with another weakest term": (
        "sampled",
        lambda record: evidence(record, "sampled", "Monte Carlo")["least_detected"].update(term_factor=1e-4),
    ),
    "samples without power": ("sampled", item("sampled", "Monte Carlo", "least_detected", None)),
    "floats with another power": (
        "half",
        lambda record: evidence(record, "half", "numerical")["least_detected"].update(factor=1e-15),
    ),
    "power of exact evidence": (
        "cyclic",
        item("cyclic", "exact", "least_detected", {"factor": 0.1, "term": 0, "term_factor": None}),
    ),
    "a wider interval": ("sampled", sample("accepted", lambda ends: [ends[0] - 1, ends[1] + 1])),
    "a narrower interval": ("sampled", sample("accepted", lambda ends: [ends[0] + 0.01, ends[1] - 0.01])),
    "an interval turned round": ("sampled", sample("accepted", lambda ends: ends[::-1])),
    "more prompts": ("sampled", sample("prompts", 10**6)),
    "another mean": ("sampled", sample("mean", 0.0)),
    "less spread": ("sampled", sample("squared_deviations", 0.0)),
    "a smaller variance bound": ("sampled", sample("variance_bound", lambda bound: bound / 4)),
    "another seed": ("evidence", lambda record: record.update(seed=1)),
    "another error level": ("claim sampled: .* error level", lambda record: record.update(alpha=1e-3)),
    "an error level above one": ("alpha", lambda record: record.update(alpha=2.0)),
    "a larger budget": ("prompts", lambda record: record.update(prompts=10**6)),
    "fewer instances asked for": ("evidence", lambda record: record.update(instances=60)),
    "no claims": ("no claims", lambda record: record.update(claims=[])),
    "another format": ("format", lambda record: record.update(format=1)),
    "a field of the report added": ("does not belong", lambda record: record.update(reviewed=True)),
    "a field of a claim added": ("cyclic", field("cyclic", "reviewed", True)),
}


@forgery("F1-corrected")
def a_claim_from_elsewhere(record: Record) -> None:
    of(record, "F1-corrected")["statement"] = copy.deepcopy(of(record, "F1")["statement"])


@forgery("added")
def a_claim_added(record: Record) -> None:
    record["claims"].append({**copy.deepcopy(of(record, "cyclic")), "id": "added"})


@forgery("cyclic")
def a_claim_twice(record: Record) -> None:
    record["claims"].append(copy.deepcopy(of(record, "cyclic")))


@forgery("on-sand")
def the_refuted_ancestor_left_out(record: Record) -> None:
    record["claims"].remove(of(record, "wrong"))


@forgery("cited")
def an_ancestor_left_out(record: Record) -> None:
    record["claims"].remove(of(record, "cited"))


@forgery("sampled")
def a_claim_left_out_on_which_nothing_rests(record: Record) -> None:
    # The error level is shared among all claims of a run, so that the intervals of the others no longer fit.
    record["claims"].remove(of(record, "narrow"))


@forgery("misprint")
def another_kind_of_finding(record: Record) -> None:
    of(record, "misprint")["finding"]["kind"] = "gap"


@forgery("misprint")
def another_quotation(record: Record) -> None:
    of(record, "misprint")["finding"]["quotation"] = "tr(AB) = tr(BA)"


@forgery("cyclic")
def both_sides_scaled_together(record: Record) -> None:
    entry = of(record, "cyclic")
    entry["statement"]["right"] = "2 tr(B A)"
    evidence(record, "cyclic", "symbolic")["data"]["derived"] = "2 tr(A B)"
    for one in instances(record, "cyclic", "exact"):
        one["left"] = _scaled(one["left"], 2)


@forgery("wrong")
def recorded_values_made_to_fit_a_wrong_statement(record: Record) -> None:
    for one in instances(record, "wrong", "exact"):
        one["left"] = _scaled(one["left"], 2)


@forgery("misprint")
def a_wrong_statement_proved(record: Record) -> None:
    entry = of(record, "misprint")
    for one in instances(record, "misprint", "exact"):
        one["left"] = _scaled(one["left"], 2)
    entry.update(status="proved", reason="", counterexample="", reproduction="")
    evidence(record, "misprint", "symbolic").update(
        outcome="holds",
        detail="both sides are proved equal, for every d and every length",
        data={"derived": "2 tr(A B)", "definitions": {}},
    )
    evidence(record, "misprint", "exact").update(outcome="holds", detail="equal at 7 instances")


@forgery("schwarz")
def a_left_side_nearer_to_the_bound(record: Record) -> None:
    for one in instances(record, "schwarz", "exact")[:3]:
        one["left"] = _scaled(one["left"], 0)


@forgery("trace-product")
def a_left_side_of_brute_force_edited(record: Record) -> None:
    one = instances(record, "trace-product", "exact")[5]
    one["left"] = _scaled(one["left"], 0)


@forgery("enclosed")
def a_ball_moved(record: Record) -> None:
    for one in instances(record, "enclosed", "enclosure"):
        one["left"] = [["[0.000100000000000 +/- 1e-16]"]]


@forgery("enclosed")
def a_ball_widened(record: Record) -> None:
    for one in instances(record, "enclosed", "enclosure"):
        one["left"] = [["[+/- 1e+5]"]]


@forgery("half")
def a_float_edited(record: Record) -> None:
    instances(record, "half", "numerical")[0]["left"] = "7.5"


@forgery("half")
def an_accuracy_widened(record: Record) -> None:
    for one in instances(record, "half", "numerical"):
        one["accuracy"] = 0.1


@forgery("cyclic")
def evidence_pasted_from_another_claim(record: Record) -> None:
    of(record, "cyclic")["evidence"] = copy.deepcopy(of(record, "on-cited")["evidence"])


@forgery("cyclic|wrong")
def evidence_swapped(record: Record) -> None:
    first, second = of(record, "wrong"), of(record, "cyclic")
    first["evidence"], second["evidence"] = second["evidence"], first["evidence"]


@forgery("cyclic")
def evidence_doubled(record: Record) -> None:
    of(record, "cyclic")["evidence"].append(copy.deepcopy(evidence(record, "cyclic", "exact")))


@forgery("schwarz")
def evidence_dropped(record: Record) -> None:
    of(record, "schwarz")["evidence"].remove(evidence(record, "schwarz", "symbolic"))


@forgery("sampled")
def refuting_samples_dropped(record: Record) -> None:
    of(record, "sampled")["evidence"].remove(evidence(record, "sampled", "Monte Carlo"))


@forgery("cyclic")
def instances_dropped(record: Record) -> None:
    del instances(record, "cyclic", "exact")[-1]
    evidence(record, "cyclic", "exact")["detail"] = "equal at 6 instances"


@forgery("wrong")
def failing_instances_dropped(record: Record) -> None:
    kept = [one for one in instances(record, "wrong", "exact") if one["lengths"]["d"] == 1]
    evidence(record, "wrong", "exact").update(outcome="holds", detail=f"equal at {len(kept)} instances")
    evidence(record, "wrong", "exact")["data"]["instances"] = kept


@forgery("cyclic")
def no_instances(record: Record) -> None:
    evidence(record, "cyclic", "exact")["data"]["instances"] = []


@forgery("cyclic")
def an_instance_twice(record: Record) -> None:
    held = instances(record, "cyclic", "exact")
    held.append(copy.deepcopy(held[0]))
    evidence(record, "cyclic", "exact")["detail"] = f"equal at {len(held)} instances"


@forgery("cyclic")
def an_instance_of_ones_own(record: Record) -> None:
    instances(record, "cyclic", "exact")[0]["values"]["A"] = [["0", "0"], ["0", "0"]]
    instances(record, "cyclic", "exact")[0]["left"] = [["0"]]


@forgery("mean")
def a_covariance_that_is_none(record: Record) -> None:
    instances(record, "mean", "exact")[0]["values"]["Lambda"] = [["1", "2"], ["2", "1"]]


@forgery("sampled")
def samples_at_other_instances(record: Record) -> None:
    held = instances(record, "sampled", "Monte Carlo")
    held[0]["values"] = held[1]["values"]
    held[0]["lengths"] = held[1]["lengths"]


@forgery("cyclic")
def larger_ranges(record: Record) -> None:
    evidence(record, "cyclic", "exact")["data"]["covered"]["d"] = "1 to 1000"


@forgery("narrow")
def sizes_said_to_settle(record: Record) -> None:
    evidence(record, "narrow", "exact")["data"]["settles"] = "these sizes settle every d, with error probability 1e-06"


@forgery("cyclic")
def a_smaller_error_probability(record: Record) -> None:
    data = evidence(record, "cyclic", "exact")["data"]
    data["settles"] = data["settles"].replace("at most ", "at most 1e-9, not ")


@forgery("cyclic")
def a_mutant_dropped(record: Record) -> None:
    of(record, "cyclic")["mutants"]["each"].pop()
    recount(record, "cyclic")


@forgery("narrow")
def surviving_mutants_dropped(record: Record) -> None:
    held = of(record, "narrow")["mutants"]
    held["each"] = [one for one in held["each"] if one["fate"] != "survived"]
    recount(record, "narrow")


@forgery("cyclic")
def a_mutant_added(record: Record) -> None:
    held = of(record, "cyclic")["mutants"]
    held["each"].append({"change": "all wrong", "fate": "killed", "killed_by": ["exact"], "reason": ""})
    recount(record, "cyclic")


@forgery("cyclic")
def mutants_miscounted(record: Record) -> None:
    of(record, "cyclic")["mutants"]["killed"] += 100


@forgery("narrow")
def a_survivor_said_to_be_killed(record: Record) -> None:
    for one in of(record, "narrow")["mutants"]["each"]:
        if one["fate"] == "survived":
            one.update(fate="killed", killed_by=["exact"])
    recount(record, "narrow")


@forgery("narrow")
def a_survivor_said_to_be_equivalent(record: Record) -> None:
    for one in of(record, "narrow")["mutants"]["each"]:
        if one["fate"] == "survived":
            one.update(fate="equivalent")
    recount(record, "narrow")


@forgery("schwarz")
def an_open_mutant_said_to_be_implied(record: Record) -> None:
    mutant(record, "schwarz", "open").update(fate="implied", reason="implied by the statement")
    recount(record, "schwarz")


@forgery("schwarz")
def an_open_mutant_said_to_be_killed(record: Record) -> None:
    mutant(record, "schwarz", "open").update(fate="killed", killed_by=["exact"])
    recount(record, "schwarz")


@forgery("schwarz")
def an_implication_from_nowhere(record: Record) -> None:
    mutant(record, "schwarz", "implied")["reason"] = "implied by a sharper one"


@forgery("cyclic")
def a_killed_mutant_said_to_be_equivalent(record: Record) -> None:
    mutant(record, "cyclic", "killed").update(fate="equivalent", killed_by=[])
    recount(record, "cyclic")


@forgery("cyclic")
def an_equivalent_mutant_said_to_be_killed(record: Record) -> None:
    mutant(record, "cyclic", "equivalent").update(fate="killed", killed_by=["symbolic"])
    recount(record, "cyclic")


@forgery("cyclic")
def an_equivalent_mutant_said_to_be_ill_formed(record: Record) -> None:
    mutant(record, "cyclic", "equivalent").update(fate="ill-formed")
    recount(record, "cyclic")


@forgery("sampled")
def a_mutant_killed_by_other_evidence(record: Record) -> None:
    mutant(record, "sampled", "killed")["killed_by"] = ["exact"]


@forgery("cyclic")
def an_equation_s_mutant_killed_by_search(record: Record) -> None:
    mutant(record, "cyclic", "equivalent").update(fate="killed", killed_by=["search"])
    recount(record, "cyclic")


@forgery("wrong")
def a_counterexample_edited(record: Record) -> None:
    entry = of(record, "wrong")
    place, _, _ = entry["counterexample"].partition(": left")
    entry["counterexample"] = f"{place}: left 1, right 2"


@forgery("wrong")
def a_counterexample_that_refutes_nothing(record: Record) -> None:
    of(record, "wrong")["counterexample"] = "N = 1, M = 1, n = 1, d = 1; A = [[1]], B = [[1]]: left 1, right 1"


@forgery("F1")
def a_counterexample_outside_the_assumptions(record: Record) -> None:
    of(record, "F1")["counterexample"] = of(record, "wrong")["counterexample"]


@forgery("misprint")
def a_script_that_does_something_else(record: Record) -> None:
    of(record, "misprint")["reproduction"] += "import shutil\n"


@forgery("wrong|on-sand")
def the_whole_chain_lifted(record: Record) -> None:
    of(record, "wrong").update(status="proved", reason="", counterexample="", reproduction="")
    of(record, "on-sand").update(status="proved", reason="", given_refuted=False)
    of(record, "wrong")["evidence"] = copy.deepcopy(of(record, "on-sand")["evidence"])


@forgery("schwarz")
def an_undecided_proof_with_a_reason_of_its_own(record: Record) -> None:
    evidence(record, "schwarz", "symbolic")["detail"] = "the sign is proved by Theorem 4.1"
    of(record, "schwarz")["reason"] = "the sign is proved by Theorem 4.1"


@forgery("engine")
def an_objection_that_excuses(record: Record) -> None:
    said = "the exact evidence calls the engine (once, and is independent otherwise)"
    evidence(record, "engine", "exact")["objection"] = said
    of(record, "engine")["reason"] = said


def _undecided(record: Record, reason: str) -> None:
    """The claim cyclic, and what rests on it."""
    of(record, "cyclic").update(status="undecided", reason=reason)
    of(record, "mean").update(status="conditional", reason="given: cyclic (undecided)")
    of(record, "on-cited")["reason"] = "given: cited (itself conditional); cyclic (undecided)"
    recount(record, "cyclic")


@forgery("cyclic")
def an_equivalent_mutant_said_to_survive(record: Record) -> None:
    same = mutant(record, "cyclic", "equivalent")
    same["fate"] = "survived"
    _undecided(record, f"the evidence does not tell it from 1 mutant: {same['change']}")


@forgery("cyclic")
def a_killed_mutant_said_to_be_a_contradiction(record: Record) -> None:
    killed = mutant(record, "cyclic", "killed")
    killed.update(fate="contradiction", reason="the engine proves what other evidence refutes")
    _undecided(record, f"a mutant is proved by the engine and refuted by other evidence: {killed['change']}")


@forgery("schwarz")
def an_implied_mutant_said_to_be_open(record: Record) -> None:
    mutant(record, "schwarz", "implied").update(fate="open", reason="")
    recount(record, "schwarz")


@forgery("root")
def an_instance_added_to_an_equation(record: Record) -> None:
    held = instances(record, "root", "exact")
    held.append({**copy.deepcopy(held[0]), "lengths": dict.fromkeys(held[0]["lengths"], 50)})
    item = evidence(record, "root", "exact")
    item["detail"] = f"equal at {len(held)} instances"
    item["summary"] = item["summary"].replace(f"{len(held) - 1} instances", f"{len(held)} instances")


@forgery("wrong: the script")
def a_script_that_loads_another_file(record: Record) -> None:
    entry = of(record, "wrong")
    script = entry["reproduction"].replace("Instance, catalogue, find_claim, require_holds", "{}")
    script = script.replace("{}", "Instance, find_claim, require_holds\nfrom proofs_check.judge.loading import Modules")
    entry["reproduction"] = script.replace("catalogue()", "Modules(('harmful.py',)).load()[0]")


@forgery("F-balls: the script")
def a_script_with_more_behind_its_instance(record: Record) -> None:
    of(record, "F-balls")["reproduction"] += "import shutil\n"


FORGERIES |= SIMPLE
