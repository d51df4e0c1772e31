"""The sources of the formal proofs: which files there are, their digests, and words that no proof may use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
# Folder: the logical name under which Coq knows its files.
FOLDERS = {"lib": "ICL", "generated": "ICLGenerated", "theorems": "ICLTheorems"}

# Each would make something true without a proof, or switch off a part of the kernel.
FORBIDDEN = (
    *(word + plural for word in ("Axiom", "Parameter", "Conjecture") for plural in ("", "s")),
    *("Admitted", "Admit Obligations", "admit", "give_up", "Declare ML Module", "bypass_check", "Redirect"),
    *(f"Unset {check} Checking" for check in ("Guard", "Positivity", "Universe")),
)
_WORD = re.compile(r"(?<![\w'.])(?:" + "|".join(word.replace(" ", r"\s+") for word in FORBIDDEN) + r")(?![\w'])")


def source_files(root: Path = ROOT) -> dict[str, Path]:
    """Every .v file by its path below `root`, in order."""
    return {f"{folder}/{path.name}": path for folder in FOLDERS for path in sorted((root / folder).glob("*.v"))}


def module_name(source: str) -> str:
    """The logical name of a source: "lib/curve.v" is ICL.curve."""
    folder, _, name = source.partition("/")
    return f"{FOLDERS[folder]}.{name.removesuffix('.v')}"


def source_of(theorem: str) -> str:
    """The source of a fully named theorem: ICLTheorems.appendix_d.lemma_D2 stands in theorems/appendix_d.v."""
    library, module, *_ = theorem.split(".")
    folder = next(folder for folder, name in FOLDERS.items() if name == library)
    return f"{folder}/{module}.v"


def source_digests(root: Path = ROOT) -> dict[str, str]:
    """SHA-256 of every source, and of the Makefile, which holds the options of coqc."""
    files = {**source_files(root), "Makefile": root / "Makefile"}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def without_comments(text: str) -> str:
    """The text of a .v file with comments and strings blanked, lines kept."""
    kept: list[str] = []
    depth, in_string, i = 0, False, 0
    while i < len(text):
        two = text[i : i + 2]
        if not in_string and two in ("(*", "*)") and (depth or two == "(*"):
            depth += 1 if two == "(*" else -1
            kept.append("  ")
            i += 2
            continue
        if text[i] == '"':
            in_string = not in_string
        code = not depth and not in_string and text[i] != '"'
        kept.append(text[i] if code or text[i] == "\n" else " ")
        i += 1
    return "".join(kept)


def forbidden_words(text: str) -> Iterator[tuple[int, str]]:
    """The forbidden words of a .v file outside comments and strings, each with its line."""
    code = without_comments(text)
    for found in _WORD.finditer(code):
        yield code.count("\n", 0, found.start()) + 1, " ".join(found.group().split())


def complaints(root: Path = ROOT) -> list[str]:
    """One line for each forbidden word in the sources below `root`."""
    return [
        f"{name}, line {line}: {word!r} is not allowed"
        for name, path in source_files(root).items()
        for line, word in forbidden_words(path.read_text(encoding="utf-8"))
    ]
