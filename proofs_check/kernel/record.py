"""The record of what Coq's kernel has checked, and the kernel column of a claim.

`record.json` is written by `icl-theory kernel check` and by nothing else. Without Coq nobody can tell a true record
from an invented one, so `kernel check` makes it again and compares. What can be told without Coq is told here: a record
that was edited, that disagrees with `claims.toml` or `pins.json`, or whose sources have changed since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from proofs_check.kernel.coq import ALLOWED_AXIOMS, Answers
from proofs_check.kernel.pins import Pins, Proof, Statement, differences, read_claims, read_pins, read_statements
from proofs_check.kernel.sources import ROOT, complaints, source_digests, source_of
from theory.errors import IclTheoryError


class RecordError(IclTheoryError, ValueError):
    """A record that does not agree with itself, with the claims or with the pinned statements."""


@dataclass(frozen=True)
class KernelStatus:
    """The kernel column of a claim.

    Args:
        word: "checked": Coq has just checked a theorem that says what the claim says; "recorded": it had, and no source
            has changed since; "partial": the theorem assumes more than the claim; "": neither.
        theorem: its full name.
        hypotheses: for "partial", in words, what the theorem assumes and the claim does not.
        statement: the theorem's type as Coq prints it.
        refutes: whether the theorem is a counterexample to the claim, which is a finding.
        here: whether Coq has just checked it, rather than a record saying so.
        remark: in words, how to read the theorem as the claim where that needs saying.
        exists: the full name of the theorem that the solutions of which the theorem speaks exist; empty where none is
            needed.
        laws: the full name of the theorem that every probability measure is among the laws of which the theorem speaks;
            empty where none is needed.
    """

    word: str = ""
    theorem: str = ""
    hypotheses: tuple[str, ...] = ()
    statement: str = ""
    refutes: bool = False
    here: bool = False
    remark: str = ""
    exists: str = ""
    laws: str = ""

    def __str__(self) -> str:
        return f"{self.word} ({'; '.join(self.hypotheses)})" if self.hypotheses else self.word


@dataclass(frozen=True)
class Record:
    """What Coq said of the theorems behind the claims.

    Args:
        coq: its version.
        sources: the digest of every source by its name.
        proofs: the claims' theorems and hypotheses.
        theorems: the types of the theorems.
        axioms: what each theorem's proof assumes.
        definitions: the definitions beneath the types.
        fresh: whether the sources are still those that were checked.
        here: whether Coq has checked them in this process.
    """

    coq: str
    sources: Mapping[str, str]
    proofs: Mapping[str, Proof]
    theorems: Mapping[str, Statement]
    axioms: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, Statement]
    fresh: bool = True
    here: bool = False

    def column(self, claim: str) -> KernelStatus:
        """The kernel column of a claim; empty if it has no theorem, or the sources have changed."""
        proof = self.proofs.get(claim)
        if proof is None or not self.fresh:
            return KernelStatus()
        word = "recorded" if proof.word == "checked" and not self.here else proof.word
        statement = "\n".join(self.theorems[proof.theorem].text)
        return KernelStatus(
            word,
            proof.theorem,
            proof.hypotheses,
            statement,
            proof.refutes,
            self.here,
            proof.remark,
            proof.exists,
            proof.laws,
        )

    def to_json(self) -> str:
        """The content of `record.json`, with a checksum of the rest at the end."""
        held = self._content()
        return json.dumps({**held, "checksum": _checksum(held)}, indent=1, ensure_ascii=False) + "\n"

    def _content(self) -> dict[str, Any]:
        return {
            "coq": self.coq,
            "sources": dict(self.sources),
            "claims": {
                claim: {
                    "theorem": proof.theorem,
                    "kernel": proof.word,
                    "hypotheses": list(proof.hypotheses),
                    "refutes": proof.refutes,
                    "exists": proof.exists,
                    "laws": proof.laws,
                }
                for claim, proof in sorted(self.proofs.items())
            },
            "theorems": {
                name: {**statement.to_json(), "axioms": list(self.axioms[name])}
                for name, statement in sorted(self.theorems.items())
            },
            "definitions": {name: statement.to_json() for name, statement in sorted(self.definitions.items())},
        }


def _checksum(content: Mapping[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def record_of(answers: Answers, proofs: Mapping[str, Proof], coq: str, sources: Mapping[str, str]) -> Record:
    """The record of what Coq has just said."""
    return Record(coq, sources, proofs, answers.theorems, answers.axioms, answers.definitions, here=True)


def inconsistencies(record: Record, pins: Pins, root: Path = ROOT) -> list[str]:
    """One line for each way in which a record, fresh from Coq or from a file, is not what claims and pins ask for."""
    lines = complaints(root)
    claimed = read_claims(root)
    for claim in sorted({*claimed, *record.proofs}):
        ours, theirs = claimed.get(claim), record.proofs.get(claim)
        if (ours and replace(ours, remark="")) != (theirs and replace(theirs, remark="")):
            lines.append(f"claim {claim}: the record says {theirs}, claims.toml says {ours}")
    needed = {name for proof in record.proofs.values() for name in proof.theorems}
    lines += [f"theorem {name} stands in the record for no claim" for name in sorted({*record.theorems} - needed)]
    lines += [f"theorem {name} of a claim is not in the record" for name in sorted(needed - {*record.theorems})]
    for name, axioms in sorted(record.axioms.items()):
        lines += [f"theorem {name} rests on an axiom: {axiom}" for axiom in axioms if axiom not in ALLOWED_AXIOMS]
    lines += [
        f"theorem {name} stands in {source_of(name)}, which is not there"
        for name in sorted(record.theorems)
        if source_of(name) not in record.sources
    ]
    lines += differences(pins.theorems, record.theorems, "theorem")
    lines += differences(pins.definitions, record.definitions, "definition")
    return lines


def read_record(root: Path = ROOT) -> Record:
    """The record of `record.json`; not `fresh` if a source has changed since.

    Raises:
        RecordError: if it was edited, or disagrees with `claims.toml` or `pins.json` though no source has changed.
    """
    path = root / "record.json"
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        checksum = held.pop("checksum")
        record = _record(held, fresh=held["sources"] == source_digests(root))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(f"{path} is no record of `icl-theory kernel check`: {error!r}") from error
    if checksum != _checksum(held) or record._content() != held:
        raise RecordError(
            f"{path} was edited: its checksum is not that of its content. `icl-theory kernel check` makes it"
        )
    wrong = inconsistencies(record, read_pins(root), root) if record.fresh else []
    if wrong:
        raise RecordError(f"{path}: {wrong[0]}")
    return _with_remarks(record, root) if record.fresh else record


def _with_remarks(record: Record, root: Path) -> Record:
    """The record with the remarks of `claims.toml`, which Coq has no say in and `record.json` does not hold."""
    claimed = read_claims(root)
    return replace(
        record,
        proofs={claim: replace(proof, remark=claimed[claim].remark) for claim, proof in record.proofs.items()},
    )


def _record(held: Mapping[str, Any], fresh: bool) -> Record:
    proofs = {
        claim: Proof(
            entry["theorem"],
            tuple(entry["hypotheses"]),
            entry["refutes"],
            exists=entry["exists"],
            laws=entry["laws"],
        )
        for claim, entry in held["claims"].items()
    }
    axioms = {name: tuple(entry["axioms"]) for name, entry in held["theorems"].items()}
    theorems, definitions = read_statements(held["theorems"]), read_statements(held["definitions"])
    return Record(held["coq"], held["sources"], proofs, theorems, axioms, definitions, fresh)


@cache
def _installed_record() -> Record:
    return read_record()


def kernel_column(claim: str, record: Record | None = None) -> KernelStatus:
    """The kernel column of a claim, from the installed record or from one that `check` has just made.

    Raises:
        RecordError: if the installed record was edited, or does not agree with the claims or the pinned statements.
    """
    return (record or _installed_record()).column(claim)


def status(claim: str, record: Record | None = None) -> str:
    """The word of the claim's kernel column: "checked", "recorded", "partial" or ""."""
    return kernel_column(claim, record).word
