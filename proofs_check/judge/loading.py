"""Where claims come from: a user's files, or whoever hands them in."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from proofs_check.judge.claims import Claim, ancestors, collect, line_in, require_unique
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.time_limit import TimeLimitError, time_limit

# How long a user's file may take to be imported.
LOADING_SECONDS = 60.0


class ClaimSource(Protocol):
    """Hands claims to the judge, the same in every process to which it is sent."""

    @property
    def modules(self) -> tuple[str, ...]:
        """The files that the claims come from; empty for a paper's."""
        ...

    def load(self) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
        """The claims, and a message for each that cannot be used."""
        ...


@dataclass(frozen=True)
class Modules:
    """The claims of several Python files."""

    modules: tuple[str, ...]

    def load(self) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
        """The claims, and a message for each file or claim that cannot be used; ClaimError if none can."""
        found: list[Claim] = []
        failures: list[str] = []
        for path in self.modules:
            try:
                claims, broken = load_claims(Path(path))
            except ClaimError as error:
                failures.append(str(error))
            else:
                found += claims
                failures += broken
        if not found:
            raise ClaimError("\n".join(failures))
        require_unique(found)
        return tuple(found), tuple(failures)


@dataclass(frozen=True)
class Given:
    """Claims that are there already, in this process."""

    claims: tuple[Claim, ...]
    modules: tuple[str, ...] = ()

    def load(self) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
        """The claims."""
        return self.claims, ()


def load_claims(path: Path, seconds: float = LOADING_SECONDS) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Return the claims of a Python file, which may take that many seconds to load, and messages of broken ones.

    Raises:
        ClaimError: for a file that is missing, cannot be imported, or has no claims; the message names the line.
    """
    if not path.is_file():
        raise ClaimError(f"no file {str(path)!r}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ClaimError(f"{path} is not a Python file; its name must end in .py")
    module: ModuleType = importlib.util.module_from_spec(spec)
    try:
        with time_limit(seconds, str(path)):
            spec.loader.exec_module(module)
            found, broken = collect(module)
    except TimeLimitError as error:
        raise ClaimError(f"{error} to load; look for an endless loop at its top level") from error
    except SyntaxError as error:
        raise ClaimError(f"{path}, line {error.lineno}: {error.msg}") from error
    except Exception as error:
        # A user's file may raise anything; the run reports it and goes on with other claims.
        line = line_in(str(path), error)
        where = f"{path}, line {line}" if line else str(path)
        raise ClaimError(f"{where} cannot be loaded: {type(error).__name__}: {error}") from error
    if not found and not broken:
        raise ClaimError(f"{path} declares no claims; see `proofs_check.claim`")
    return found, broken


def chosen(claims: Sequence[Claim], wanted: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of those ids with all that they rest on, in their order; all of them if none is named."""
    if not wanted:
        return tuple(claims)
    above = ancestors(claims)
    needed = {*wanted, *(other for name in wanted for other in above[name])}
    return tuple(held for held in claims if held.id in needed)
