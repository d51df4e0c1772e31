"""The index of the papers: for every number a row with derivation, claim, evidence, kernel theorem and test, as places.

A place is a file and a line, found in the source as it is installed, so that the index cannot name what is not there.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any

from proofs_check.judge.claims import Claim
from proofs_check.kernel import kernel_column
from proofs_check.kernel.record import RecordError
from proofs_check.model_claims import ModelClaims
from proofs_check.papers import PAPERS, catalogue
from proofs_check.papers import numbers as numbers_of
from proofs_check.papers.numbers import Number
from theory import Model
from theory.marked_text import plain_text

ROOT = Path(__file__).resolve().parents[2]
_STATEMENTS = ROOT / "proofs_check" / "papers"
_TESTS = ROOT / "tests"
_THEOREMS = ROOT / "proofs_check" / "kernel" / "theorems"
# Modules whose functions wrap those of others: the place is that of what is wrapped.
_WRAPPERS = ("brute_force.py",)
_WRAPPING = ("exact_over_atoms", "_exact.<locals>")
# What makes a claim: `state(...)`, and the methods of `claims_of(model)`.
_FACTORIES = {"state", *(name for name in vars(ModelClaims) if not name.startswith("_"))}
_KINDS = ("exact", "enclose", "compute", "sample")


@dataclass(frozen=True)
class Place:
    """A line of a file, by its path from the root of the project."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Row:
    """What is known of one claim under a number; all but the number is empty where a number carries no statement.

    Attributes:
        number: of the paper.
        says: what it is, where it carries no statement of its own; "undecided: ..." of a statement without a claim.
        claim: the id.
        derivation, stated, test: places.
        evidence: places by kind, such as "exact".
        theorem: the kernel's theorem, with its place where the source is at hand.
    """

    number: str
    says: str = ""
    claim: str = ""
    derivation: Place | None = None
    stated: Place | None = None
    evidence: tuple[tuple[str, Place], ...] = ()
    theorem: str = ""
    test: Place | None = None


def paper_index(paper: str) -> tuple[Row, ...]:
    """The rows of a paper's numbers."""
    return index(catalogue(paper), numbers_of(paper))


def index(claims: Sequence[Claim], numbers: Mapping[str, Number]) -> tuple[Row, ...]:
    """The rows of a paper's numbers, in its order: one for each claim under a number, or one that says what it is.

    Raises:
        ValueError: for a number that is listed with a claim that does not exist.
    """
    by_id = {claim.id: claim for claim in claims}
    rows: list[Row] = []
    for number, held in numbers.items():
        ids = dict.fromkeys([*held.claims, *(claim.id for claim in claims if claim.origin.number == number)])
        unknown = [name for name in ids if name not in by_id]
        if unknown:
            raise ValueError(f"{number} is listed with the claim {unknown[0]!r}, which does not exist")
        rows += [_row(number, "" if held.undecided else held.says, by_id[name]) for name in ids]
        if held.undecided:
            rows.append(Row(number, f"undecided: {held.says}; {held.undecided}"))
        elif not ids:
            rows.append(Row(number, held.says))
    return tuple(rows)


def _row(number: str, says: str, claim: Claim) -> Row:
    left = claim.left
    evidence = [(kind, found) for kind in _KINDS if (found := _place(getattr(left, kind)))]
    if left.tree is not None:
        evidence.append(("formula", _stated(claim.id) or Place("", 0)))
    return Row(
        number,
        says,
        claim.id,
        _derivation(left.derive),
        _stated(claim.id),
        tuple(evidence),
        _theorem(claim.id),
        _test(claim.id),
    )


def as_text(rows: Sequence[Row]) -> str:
    """The rows for a terminal: the number with the claim, and beneath it what is known of it."""
    lines = [kernel_note()] if kernel_note() else []
    for row in rows:
        lines.append(f"{row.number:<16} {row.claim or plain_text(row.says)}")
        if row.claim and row.says:
            lines.append(f"{'':<16}   {plain_text(row.says)}")
        lines += [f"{'':<16}   {what:<12} {place}" for what, place in _places(row)]
    return "\n".join(lines)


def _places(row: Row) -> Iterator[tuple[str, str]]:
    if row.stated:
        yield "claim", str(row.stated)
    if row.derivation:
        yield "derivation", str(row.derivation)
    for kind, place in row.evidence:
        yield kind, str(place)
    if row.theorem:
        yield "kernel", row.theorem
    if row.test:
        yield "test", str(row.test)


_HEAD = "| number | claim | derivation | stated | evidence | kernel theorem | test |"


def as_markdown() -> str:
    """The rows of all papers as a page of the documentation."""
    lines = [
        "# Index of statements",
        "",
        "Written by `icl-theory index --markdown docs/index-of-statements.md`, from the source. A number without a",
        "claim says what it is.",
    ]
    for paper in PAPERS:
        sources = import_module(f"proofs_check.papers.{paper}.sources")
        lines += ["", f"## {paper}", "", f"{sources.TITLE}. {getattr(sources, 'NOTE', '')}".strip(), ""]
        lines += [_HEAD, "|" + " --- |" * (_HEAD.count("|") - 1), *map(_line, paper_index(paper))]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    evidence = ", ".join(f"{kind} {_code(place)}" for kind, place in row.evidence)
    claim = "; ".join(part for part in (f"`{row.claim}`" if row.claim else "", row.says) if part)
    theorem = row.theorem.replace("|", r"\|")
    cells = (row.number, claim, _code(row.derivation), _code(row.stated), evidence, theorem, _code(row.test))
    return "| " + " | ".join(cells) + " |"


def _code(place: Place | None) -> str:
    return f"`{place}`" if place else ""


def _relative(path: str) -> str:
    return str(Path(path).resolve().relative_to(ROOT))


def _code_place(code: CodeType) -> Place:
    return Place(_relative(code.co_filename), code.co_firstlineno)


def _inside(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    held = (cell.cell_contents for cell in getattr(function, "__closure__", None) or ())
    return [value for value in held if callable(value) and inspect.isfunction(inspect.unwrap(value))]


def _place(function: Callable[..., Any] | None) -> Place | None:
    """Where a function of a quantity stands, beneath helpers that only wrap it."""
    if function is None:
        return None
    code = inspect.unwrap(function).__code__
    wraps = code.co_filename.endswith(_WRAPPERS) or any(name in function.__qualname__ for name in _WRAPPING)
    inner = _inside(function)
    return _place(inner[0]) if wraps and inner else _code_place(code)


def _derivation(function: Callable[..., Any] | None) -> Place | None:
    """The first function of the theory that a derivation calls; results of the paper before the engine's own."""
    if function is None:
        return None
    called = list(_called(function, set()))
    called.sort(key=lambda found: found.__module__.startswith("theory.algebra"))
    return _code_place(inspect.unwrap(called[0]).__code__) if called else None


def _called(function: Callable[..., Any], seen: set[int]) -> Iterator[Callable[..., Any]]:
    function = inspect.unwrap(function)
    if id(function) in seen:
        return
    seen.add(id(function))
    for name in _names(function.__code__):
        found = function.__globals__.get(name)
        if found is None and function.__module__.startswith(_OF_MODELS):
            found = _of_model(name)
        plain = inspect.unwrap(found) if callable(found) else None
        if not inspect.isfunction(plain):
            continue
        if plain.__module__.startswith("theory."):
            yield plain
        elif plain.__module__.startswith(("proofs_check.papers.", _OF_MODELS)):
            yield from _called(plain, seen)
    for inner in map(inspect.unwrap, _inside(function)):
        if inner.__module__.startswith("theory."):
            yield inner
        else:
            yield from _called(inner, seen)


_OF_MODELS = "proofs_check.model_claims."


def _of_model(name: str) -> Any:
    """What a claim about a model derives by: a method of the model, or a property that it computes once."""
    found = inspect.getattr_static(Model, name, None)
    return found.func if isinstance(found, cached_property) else found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _calls() -> tuple[tuple[re.Pattern[str], Place], ...]:
    """Every call of a factory of claims with the pattern of the ids that it makes."""
    found = []
    for path in sorted(_STATEMENTS.rglob("*.py")):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call) and _made_by(node) in _FACTORIES and node.args:
                pattern = _pattern(node.args[0])
                if pattern:
                    found.append((re.compile(pattern), Place(_relative(str(path)), node.lineno)))
    return tuple(sorted(found, key=lambda pair: "(" in pair[0].pattern))


def _made_by(node: ast.Call) -> str:
    """The name of the function or method that is called."""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)" for part in node.values]
        return "".join(parts)
    return ""


def _stated(claim: str) -> Place | None:
    return next((place for pattern, place in _calls() if pattern.fullmatch(claim)), None)


@cache
def _texts(folder: Path, glob: str) -> tuple[tuple[Path, str], ...]:
    """The files with their text; those of the papers come before others that only happen to name a claim."""
    paths = folder.rglob(glob) if folder.is_dir() else ()
    return tuple(
        (path, path.read_text(encoding="utf-8"))
        for path in sorted(paths, key=lambda path: ("papers" not in path.parts, path))
    )


def _first(folder: Path, glob: str, wanted: str, pattern: str) -> Place | None:
    """The first place in a folder's files where a pattern, which holds the words `wanted`, matches."""
    for path, text in _texts(folder, glob):
        found = re.search(pattern, text, re.MULTILINE) if wanted in text else None
        if found:
            return Place(_relative(str(path)), text.count("\n", 0, found.end()) + 1)
    return None


def _test(claim: str) -> Place | None:
    """The first line of a test that names the claim, or the group of statements that it belongs to."""
    places = (_first(_TESTS, "*.py", name, rf"{re.escape(name)}(?![\w\[])") for name in (f'"{claim}"', *_groups(claim)))
    return next(filter(None, places), None)


def _groups(claim: str) -> list[str]:
    """Where the claim stands as tests name it, such as "section_4_1.BOUNDS", and as all of its module."""
    place = _stated(claim)
    if place is None:
        return []
    path = ROOT / place.path
    within = [
        getattr(target, "id", "")
        for node in _tree(path).body
        if isinstance(node, ast.Assign) and node.lineno <= place.line <= (node.end_lineno or 0)
        for target in node.targets
    ]
    return [f"{path.stem}.{name}" for name in (*within, "STATEMENTS")]


@cache
def kernel_note() -> str:
    """Why the kernel's theorems cannot be shown; empty if they can."""
    try:
        kernel_column("")
    except RecordError as error:
        return f"The kernel's theorems are left out: {error}."
    return ""


def _theorem(claim: str) -> str:
    if kernel_note():
        return ""
    column = kernel_column(claim)
    if not column.theorem:
        return ""
    _, file, name = (*column.theorem.split("."), "", "")[:3]
    declared = rf"^\s*(Theorem|Lemma|Corollary)\s+{re.escape(name)}\b"
    place = _first(_THEOREMS, f"{file}.v", name, declared)
    return f"{column.theorem} ({column})" + (f", {place}" if place else "")
