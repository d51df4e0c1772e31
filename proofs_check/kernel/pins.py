"""Which theorem stands behind which claim, and what each theorem says: `claims.toml` and `pins.json`.

`claims.toml` is written by hand. `pins.json` holds the type of every such theorem as Coq prints it, and the body of
every definition that the type uses, directly or not; so a statement cannot be weakened, nor a definition beneath it
changed, without a line of `pins.json` changing too. `icl-theory kernel check --pin` writes it, for a reviewer to read.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs_check.kernel.sources import ROOT
from theory.errors import IclTheoryError


class PinError(IclTheoryError, ValueError):
    """`claims.toml` or `pins.json` cannot be read as what they should be."""


@dataclass(frozen=True)
class Proof:
    """What the kernel proves of a claim.

    Args:
        theorem: the fully named theorem, such as ICLTheorems.theorem_4_1.lemma_A3.
        hypotheses: in words, what the theorem assumes and the claim does not; none means that both say the same.
        refutes: the theorem is a counterexample to the claim, which is a finding.
        remark: in words, how to read the theorem as the claim where that needs saying.
        exists: the fully named theorem that the solutions of which `theorem` speaks exist; empty where it needs none.
        laws: the fully named theorem that says which laws `theorem` is about; empty where it speaks of none.
    """

    theorem: str
    hypotheses: tuple[str, ...] = ()
    refutes: bool = False
    remark: str = ""
    exists: str = ""
    laws: str = ""

    @property
    def theorems(self) -> frozenset[str]:
        """The theorem, and those that what it speaks of exists."""
        return frozenset(filter(None, (self.theorem, self.exists, self.laws)))

    @property
    def word(self) -> str:
        """`checked`, or `partial` where the theorem assumes more than the claim."""
        return "partial" if self.hypotheses else "checked"


@dataclass(frozen=True)
class Statement:
    """A theorem's type or a definition's body.

    Args:
        text: as Coq prints it, with notations, line by line.
        explicit: SHA-256 of the same with every implicit argument and coercion and no notation.
    """

    text: tuple[str, ...]
    explicit: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"text": list(self.text), "explicit": self.explicit}


@dataclass(frozen=True)
class Pins:
    """What the theorems and the definitions beneath them have to say."""

    theorems: Mapping[str, Statement]
    definitions: Mapping[str, Statement]

    def to_json(self) -> str:
        """The content of `pins.json`."""
        held = {
            "theorems": {name: statement.to_json() for name, statement in sorted(self.theorems.items())},
            "definitions": {name: statement.to_json() for name, statement in sorted(self.definitions.items())},
        }
        return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def read_claims(root: Path = ROOT) -> dict[str, Proof]:
    """The proofs of `claims.toml` by the claim's id.

    Raises:
        PinError: if the file is malformed, naming the claim.
    """
    path = root / "claims.toml"
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
        words = held["hypotheses"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise PinError(f"{path} is no table of claims: {error}") from error
    return {claim: _proof(claim, entry, words) for claim, entry in held.get("claims", {}).items()}


def _proof(claim: str, entry: Mapping[str, Any], words: Mapping[str, str]) -> Proof:
    unknown = set(entry) - {"theorem", "given", "refutes", "remark", "exists", "laws"}
    if unknown or "theorem" not in entry:
        raise PinError(
            f"claims.toml, {claim}: wants `theorem`, may have `given`, `refutes`, `remark`, `exists` and `laws`, "
            f"has {sorted(entry)}"
        )
    missing = [name for name in entry.get("given", ()) if name not in words]
    if missing:
        raise PinError(f"claims.toml, {claim}: {missing[0]!r} is not among the hypotheses {sorted(words)}")
    hypotheses = tuple(words[name] for name in entry.get("given", ()))
    refutes = entry.get("refutes") is True
    exists, laws = ("ICLTheorems." + entry[name] if name in entry else "" for name in ("exists", "laws"))
    return Proof("ICLTheorems." + entry["theorem"], hypotheses, refutes, entry.get("remark", ""), exists, laws)


def read_pins(root: Path = ROOT) -> Pins:
    """The pinned statements.

    Raises:
        PinError: if the file is malformed.
    """
    path = root / "pins.json"
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return Pins(read_statements(held["theorems"]), read_statements(held["definitions"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PinError(f"{path} holds no pinned statements: {error!r}") from error


def read_statements(held: Mapping[str, Any]) -> dict[str, Statement]:
    """The statements of a JSON table by name."""
    return {name: Statement(tuple(entry["text"]), entry["explicit"]) for name, entry in held.items()}


def differences(pinned: Mapping[str, Statement], found: Mapping[str, Statement], kind: str) -> list[str]:
    """One line for each statement that is not the pinned one, is not pinned, or is pinned and gone."""
    lines = []
    for name in sorted({*pinned, *found}):
        if name not in pinned:
            lines.append(f"{kind} {name} is not pinned; read it, then run `icl-theory kernel check --pin`")
        elif name not in found:
            lines.append(f"{kind} {name} is pinned, but no claim needs it")
        elif pinned[name] != found[name]:
            same = pinned[name].text == found[name].text
            shown = "in what the notation hides" if same else "now:\n" + "\n".join(found[name].text)
            lines.append(f"{kind} {name} does not say what is pinned, {shown}")
    return lines
