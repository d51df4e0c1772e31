"""Exact and enclosed evidence: the statement evaluated again at every recorded instance."""

from __future__ import annotations

from proofs_check.judge.certificate.comparison import Points
from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.reading import Evidence
from proofs_check.judge.certificate.subject import Subject
from proofs_check.judge.evidence.comparison import BALLS_DECIDE_NOTHING, narrow
from proofs_check.judge.evidence.measure import covered
from proofs_check.judge.instances import Instance
from proofs_check.judge.status import undefined

SAID = {"=": "equal", "<=": "at most", ">=": "at least", "<": "less", ">": "greater"}
_NONE = "no instance meets the assumptions, so nothing was checked"
_NOT_INDEPENDENT = ("the exact evidence calls the engine (", "the exact evidence reads the formula of a statement")


def check_points(subject: Subject, item: Evidence, points: Points) -> str:
    """Check the outcome of exact or enclosed evidence against the recorded numbers; a word for what is not settled.

    Balls are printed a little wider than they were. Where the printed ones decide an inequality no more, its outcome is
    taken from the report, and the answer says at how many instances.
    """
    _require_distinct(subject, item)
    if not item.instances:
        subject.require(item.outcome == "undecided" and item.detail == _NONE, f"{item.kind} evidence without instances")
        return ""
    failing, doubtful = [], 0
    for k, one in enumerate(item.instances):
        try:
            found = points.truth(subject.right, k)
        except NoValueError as error:
            raise subject.fail(f"the statement has no value at {one}: {error}") from error
        if found == "refuted":
            failing.append(one)
            subject.require(item.outcome == "refuted", f"{item.kind} evidence is {item.outcome}, but it fails at {one}")
        doubtful += found == "undecided"
    if item.outcome == "refuted":
        subject.require(failing or doubtful, f"{item.kind} evidence refutes it, but it holds at every instance")
        said = [f"fails at {one}" for one in failing[:1] or item.instances]
        subject.require(item.detail in said, f"{item.kind} evidence does not say where it fails first")
    if item.outcome == "holds":
        said = [f"{SAID[subject.relation]} at {len(item.instances)} instances"]
        subject.require(item.detail in said, f"{item.kind} evidence says {item.detail!r}, it should say {said[0]!r}")
    if item.outcome == "undecided":
        balls = any(points.is_ball(k) for k in range(len(item.instances)))
        subject.require(balls, f"{item.kind} evidence is undecided, but exact numbers decide")
        said = [f"{doubt} {one}" for one in item.instances for doubt in BALLS_DECIDE_NOTHING]
        subject.require(item.detail in said, f"{item.kind} evidence does not say where balls decide nothing")
    return f"{item.kind} at {doubtful} instances whose printed balls overlap" if doubtful else ""


def _require_distinct(subject: Subject, item: Evidence) -> None:
    places = [str(one) for one in item.instances]
    subject.require(len(set(places)) == len(places), f"{item.kind} evidence counts one instance twice")


def check_coverage(subject: Subject, item: Evidence) -> None:
    """Check what the evidence says it covers, and why it is or is not too little."""
    claim = subject.claim
    instances = [subject.instance(one) for one in item.instances]
    said = item.data.get("covered")
    found = covered(claim, instances)
    subject.require(said == found, f"{item.kind} evidence covers {found}, it is said to cover {said}")
    too_alike = narrow(instances, claim.statement, claim.language, claim.plan.fixed) or undefined(claim)
    if not (item.kind == "exact" and item.objection.startswith(_NOT_INDEPENDENT)):
        subject.require(item.objection == too_alike, _about_objection(item, too_alike))
    subject.require(item.summary == _summary(subject, item, instances), f"the summary of {item.kind} evidence is wrong")


def _about_objection(item: Evidence, found: str) -> str:
    return f"the objection to {item.kind} evidence is {item.objection!r}, it should be {found!r}"


def says_engine(item: Evidence) -> bool:
    """Whether the evidence is said to call the engine, so that it is no independent check."""
    return item.objection.startswith(_NOT_INDEPENDENT)


def _summary(subject: Subject, item: Evidence, instances: list[Instance]) -> str:
    covered = item.data["covered"]
    count = f"{len(instances)} instances"
    if item.kind != "exact":
        said = "; ".join(f"{name} = {value}" for name, value in covered.items() if " of " not in name)
        return f"{subject.claim.left.enclosed_by} at {count}, {said}"
    said = "; ".join(f"{name} {value}" if " of " in name else f"{name} = {value}" for name, value in covered.items())
    settled = f"; {item.data['settles']}" if item.data["settles"] else ""
    return f"{count}, {said}{settled}" if covered else f"{count}{settled}"
