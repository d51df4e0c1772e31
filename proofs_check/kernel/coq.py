"""Coq as a program: building the sources, asking it what the theorems say, and its independent checker."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from proofs_check.kernel.pins import Statement
from proofs_check.kernel.sources import FOLDERS, ROOT, module_name, source_files, source_of
from theory.errors import IclTheoryError

PACKAGES = "coq libcoq-mathcomp libcoq-mathcomp-analysis libcoq-mathcomp-algebra-tactics libcoq-mathcomp-multinomials"
# The axioms of MathComp-Analysis, as Print Assumptions names them.
ALLOWED_AXIOMS = (
    "constructive_indefinite_description",
    "functional_extensionality_dep",
    "propositional_extensionality",
)
_FLAGS = [part for folder, library in FOLDERS.items() for part in ("-R", folder, library)]
_PREAMBLE = """\
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets functions.
From mathcomp.analysis Require Import reals signed topology normedtype derive realfun sequences exp.
From SsrMultinomials Require Import mpoly.
{requires}
Unset Printing Implicit Defensive.
Set Printing Depth 100000.
Open Scope classical_set_scope.
Open Scope ring_scope.
"""
_READABLE = "Unset Printing All.\nSet Printing Width 110.\n"
_EXPLICIT = "Set Printing All.\nSet Printing Width 1000000.\n"
_MARK = "@@ "
_AXIOM = re.compile(r"^([\w.']+)\s*(?::|$)", re.MULTILINE)


class CoqError(IclTheoryError, RuntimeError):
    """Coq rejected something, or is not there."""


class CoqMissingError(CoqError):
    """No coqc on the path."""


@dataclass(frozen=True)
class Answers:
    """What Coq says of the theorems behind the claims.

    Args:
        theorems: their types.
        axioms: for each theorem the axioms that its proof, and those of the others asked for of its file, rest on.
        definitions: the definitions that the types use, directly or not.
    """

    theorems: Mapping[str, Statement]
    axioms: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, Statement]


def coq_version() -> str:
    """The version of the installed Coq, such as 8.16.1.

    Raises:
        CoqMissingError: if there is none; the message says how to install it.
    """
    if shutil.which("coqc") is None:
        raise CoqMissingError(f"coqc is not installed. On Debian: apt-get install --no-install-recommends {PACKAGES}")
    return subprocess.run(["coqc", "--print-version"], capture_output=True, text=True, check=True).stdout.split()[0]


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One builder at a time in a directory, also between processes."""
    with (directory / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def build(directory: Path, root: Path = ROOT, targets: Sequence[str] = (), jobs: int = 1) -> None:
    """Copy the sources below `root` to `directory` and compile what has changed.

    Args:
        directory: where the copies and the compiled files go.
        root: the folder with lib, generated, theorems and the Makefile.
        targets: sources, such as "lib/wick.v"; everything by default.
        jobs: compilers that run at once.

    Raises:
        CoqError: with Coq's message, if a file does not compile.
    """
    coq_version()
    directory.mkdir(parents=True, exist_ok=True)
    with _locked(directory):
        _mirror(root, directory)
        wanted = [target + "o" for target in targets]
        command = ["make", "--silent", "--no-print-directory", f"-j{jobs}", *wanted]
        done = _run(command, directory)
        if done.returncode:
            raise CoqError(done.stderr.strip() or done.stdout.strip())


def _run(command: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a program there, without what a surrounding make hands down."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(command, check=False, cwd=directory, capture_output=True, text=True, env=kept)


def _mirror(root: Path, directory: Path) -> None:
    """Make the sources in `directory` those below `root`; what is unchanged keeps its time, so that make skips it."""
    sources = {**source_files(root), "Makefile": root / "Makefile"}
    for folder in FOLDERS:
        (directory / folder).mkdir(exist_ok=True)
    for name, path in source_files(directory).items():
        if name not in sources:
            path.unlink()
            for product in ("vo", "vok", "vos", "glob"):
                path.with_suffix(f".{product}").unlink(missing_ok=True)
    for name, path in sources.items():
        copy = directory / name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            copy.write_bytes(path.read_bytes())


def compiled_names(directory: Path, kinds: Sequence[str]) -> list[str]:
    """The full names of what the sources define, from the .glob files of the build.

    Args:
        directory: where the sources were built.
        kinds: "prf" for theorems; "def", "ind", "rec" for definitions.
    """
    names = []
    for source in source_files(directory):
        for line in (directory / source).with_suffix(".glob").read_text(encoding="utf-8").splitlines():
            parts = line.split()
            if len(parts) == 4 and parts[0] in kinds:
                inner = "" if parts[2] == "<>" else parts[2] + "."
                names.append(f"{module_name(source)}.{inner}{parts[3]}")
    return names


def ask(directory: Path, theorems: Sequence[str]) -> Answers:
    """Ask Coq what the theorems say, what their proofs assume, and which definitions their types use.

    Raises:
        CoqError: if a theorem does not exist, naming it.
    """
    types, definitions = statements(directory, theorems)
    return Answers(types, _assumed(directory, theorems), definitions)


def statements(directory: Path, theorems: Sequence[str]) -> tuple[dict[str, Statement], dict[str, Statement]]:
    """The types of the theorems, and the definitions that these use, directly or not.

    Raises:
        CoqError: if a theorem does not exist, naming it.
    """
    proved = {*compiled_names(directory, ("prf",))}
    for theorem in theorems:
        if theorem not in proved:
            raise CoqError(f"there is no theorem {theorem} among the compiled files")
    defined = compiled_names(directory, ("def", "ind", "rec"))
    commands = {name: f"Check @{name}." for name in theorems} | {name: f"Print {name}." for name in defined}
    readable = [_question(f"readable {name}", command) for name, command in commands.items()]
    explicit = [_question(f"explicit {name}", command) for name, command in commands.items()]
    said = _answers(directory, "".join((_READABLE, *readable, _EXPLICIT, *explicit)))
    printed = {name: _statement(said[f"readable {name}"], said[f"explicit {name}"]) for name in commands}
    names = _Names(defined)
    used, waiting = set[str](), set(theorems)
    while waiting:
        waiting = {name for holder in waiting for name in names.in_text(said[f"explicit {holder}"])} - used
        used |= waiting
    return {name: printed[name] for name in theorems}, {name: printed[name] for name in sorted(used)}


def _assumed(directory: Path, theorems: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The axioms behind each theorem, and behind the others asked for of its file."""
    # Print Assumptions goes through all proofs each time: once a file is 5 times faster than once a theorem.
    files = {source: [n for n in theorems if source_of(n) == source] for source in sorted(map(source_of, theorems))}
    together = [
        f"Definition all_{i} := ({', '.join(f'@{n}' for n in held)}).\n" for i, held in enumerate(files.values())
    ]
    asked = [_question(source, f"Print Assumptions all_{i}.") for i, source in enumerate(files)]
    said = _answers(directory, _READABLE + "".join(together + asked))
    return {name: _axioms(said[source_of(name)]) for name in theorems}


def _question(key: str, command: str) -> str:
    return f'Goal True. idtac "{_MARK}{key}". Abort.\n{command}\n'


def _answers(directory: Path, questions: str) -> dict[str, str]:
    modules = [module_name(source) for source in source_files(directory)]
    text = _PREAMBLE.format(requires="\n".join(f"Require {module}." for module in modules)) + questions
    path = directory / f"questions_{os.getpid()}.v"
    path.write_text(text, encoding="utf-8")
    try:
        done = _run(["coqc", "-q", "-w", "none", *_FLAGS, path.name], directory)
    finally:
        for product in (*directory.glob(f"questions_{os.getpid()}.*"), *directory.glob(f".questions_{os.getpid()}.*")):
            product.unlink()
    if done.returncode:
        raise CoqError(done.stderr.strip())
    parts = re.split(rf"^{_MARK}(.*)\n", done.stdout, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _statement(readable: str, explicit: str) -> Statement:
    """What Coq prints: of a theorem the type without the name before it, of a definition all but its arguments."""
    text = readable.strip().partition("\n\nArguments ")[0]
    if typed := re.fullmatch(r"\S+\s+: (.*)", text, re.DOTALL):
        text = dedent(" " * 7 + typed[1])
    bare = " ".join(explicit.partition("\n\nArguments ")[0].split())
    return Statement(tuple(text.splitlines()), hashlib.sha256(bare.encode()).hexdigest())


def _axioms(printed: str) -> tuple[str, ...]:
    """The axioms of Print Assumptions; what else it may complain of, such as an unchecked fixpoint, counts too."""
    if printed.strip() == "Closed under the global context":
        return ()
    heading, _, listed = printed.strip().partition("\n")
    names = sorted(_AXIOM.findall(listed))
    if heading != "Axioms:" or not names:
        return (printed.strip(),)
    return tuple(names)


class _Names:
    """Finds names in what Coq prints, qualified as far as it has to: `setting.Gamma` is ICL.setting.Gamma."""

    def __init__(self, names: Sequence[str]):
        self.ends: dict[str, list[str]] = {}
        for name in names:
            parts = name.split(".")
            for i in range(len(parts) - 1):
                self.ends.setdefault(".".join(parts[i:]), []).append(name)

    def in_text(self, text: str) -> set[str]:
        """All names that a qualified name in the text may stand for."""
        tokens = set(re.findall(r"[A-Za-z_][\w']*(?:\.[A-Za-z_][\w']*)+", text))
        return {name for token in tokens for name in self.ends.get(token, ())}


def recheck(directory: Path) -> None:
    """Run coqchk, which checks the compiled files again without coqc's elaborator, on every module of ours.

    Raises:
        CoqError: if it rejects one, or finds an axiom or an unchecked construction in one.
    """
    modules = [part for source in source_files(directory) for part in ("-norec", module_name(source))]
    command = ["coqchk", "-silent", "-o", *_FLAGS, *modules]
    done = _run(command, directory)
    summary = done.stdout + done.stderr
    if done.returncode:
        raise CoqError(f"coqchk rejects the compiled files: {summary.strip()[-2000:]}")
    for line in summary.splitlines():
        if line.strip().startswith(tuple(f"{library}." for library in FOLDERS.values())):
            raise CoqError(f"coqchk finds an axiom or an unchecked construction: {line.strip()}")
