"""Options of the numerical commands, from the command line and from TOML files with the same names, as exact numbers.

A number such as 0.1 is kept as the fraction 1/10, so that what is proved is proved for the number that was typed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import numpy as np

from numerics import Problem
from numerics.problem import FloatArray

Matrix = list[list[Fraction]]

_LARGEST_EXPONENT = 300


def number(name: str, value: object) -> Fraction:
    """Return a finite number as an exact fraction."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise InvalidOperation
        decimal = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{name} must be a number such as 0.1 or 1e-8, got {value!r}") from None
    if not decimal.is_finite() or (abs(decimal.adjusted()) > _LARGEST_EXPONENT and decimal != 0):
        raise ValueError(
            f"{name} must be finite, between 1e-{_LARGEST_EXPONENT} and 1e{_LARGEST_EXPONENT}, got {value}"
        )
    return Fraction(decimal) if decimal != 0 else Fraction(0)


def integer(name: str, value: object) -> int:
    """Return a whole number of at least 1."""
    exact = number(name, value)
    if exact.denominator != 1 or exact < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value}")
    return int(exact)


def natural(name: str, value: object) -> int:
    """Return a whole number of at least 0."""
    exact = number(name, value)
    if exact.denominator != 1 or exact < 0:
        raise ValueError(f"{name} must be a whole number of at least 0, got {value}")
    return int(exact)


def vector(name: str, value: object) -> list[Fraction]:
    """Return numbers from a list, or from text with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts:
        raise ValueError(f"{name} must be numbers separated by commas, such as 1,0.5,0.1, got {value!r}")
    return [number(f"an entry of {name}", part) for part in parts]


def integers(name: str, value: object) -> list[int]:
    """Return whole numbers from a list, from text with commas, or from a single number."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
    if not parts:
        raise ValueError(f"{name} must be whole numbers separated by commas, such as 10,20,40, got {value!r}")
    return [integer(f"an entry of {name}", part) for part in parts]


def matrix(name: str, value: object) -> Matrix:
    """Return rows of numbers from a list of lists, or from text with semicolons between the rows."""
    rows: object = value.split(";") if isinstance(value, str) else value
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"{name} must be rows of numbers such as 1,0.2;0.2,0.5, got {value!r}")
    read = [vector(name, row) for row in rows]
    if len({len(row) for row in read}) != 1:
        raise ValueError(f"{name} must have rows of one length, got lengths {', '.join(str(len(row)) for row in read)}")
    return read


def flag(name: str, value: object) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {value!r}")
    return value


def text(name: str, value: object) -> str:
    """Return text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be text in quotation marks, got {value!r}")
    return value


def choice(*allowed: str) -> Callable[[str, object], str]:
    """Return a reader of one of a few words."""

    def read(name: str, value: object) -> str:
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
        return str(value)

    return read


@dataclass(frozen=True)
class Setting:
    """How an option is read, and which other one it excludes: annotates its field in a class of options."""

    read: Callable[[str, object], Any]
    instead_of: str | None = None


@dataclass(frozen=True)
class NumericalOptions:
    """What every numerical command takes: the problem by its spectrum or covariance, and where its results go."""

    spectrum: Annotated[list[Fraction] | None, Setting(vector, instead_of="covariance")] = None
    covariance: Annotated[Matrix | None, Setting(matrix, instead_of="spectrum")] = None
    context_length: Annotated[int | None, Setting(integer)] = None
    plot: Annotated[str | None, Setting(text)] = None
    json: Annotated[str | None, Setting(text)] = None

    def problem(self) -> Problem:
        """The problem.

        Raises:
            ValueError: if a part is missing, or the covariance is not symmetric positive definite.
        """
        if self.spectrum is None and self.covariance is None:
            raise ValueError(
                "give --spectrum 1,0.5,0.1 or --covariance '1,0.2;0.2,0.5', or set one of them in the file"
            )
        if self.context_length is None:
            raise ValueError("give --context-length N, the number of examples in a training prompt")
        if self.spectrum is not None:
            return Problem.from_spectrum(floats(self.spectrum), context_length=self.context_length)
        assert self.covariance is not None
        return Problem(floats(self.covariance), self.context_length)


Options = TypeVar("Options", bound=NumericalOptions)


def read_options(kind: type[Options], typed: Mapping[str, object], config: Path | None) -> Options:
    """Return the options of a command: the command line goes first, then the file, then defaults.

    Args:
        kind: the class of the options; users type the names of its fields, with hyphens.
        typed: from the command line, by the fields' names; None is an option that was not given.
        config: a TOML file with the same names.

    Raises:
        ValueError: for an unknown name, two options that exclude each other, or a value that cannot be read.
        OSError: if the file cannot be read.
    """
    known = _settings(kind)
    given = {} if config is None else _from_file(known, config)
    first = {
        name: setting.read(f"--{name}", value)
        for name, setting in known.items()
        if (value := typed.get(name.replace("-", "_"))) is not None
    }
    _require_one_of_each(known, first, "--")
    for name, value in first.items():
        given.pop(known[name].instead_of or "", None)
        given[name] = value
    return kind(**{name.replace("-", "_"): value for name, value in given.items()})


def _settings(kind: type[NumericalOptions]) -> dict[str, Setting]:
    hints = get_type_hints(kind, include_extras=True)
    return {name.replace("_", "-"): hint.__metadata__[0] for name, hint in hints.items()}


def _from_file(known: Mapping[str, Setting], config: Path) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in _read_file(config).items():
        canonical = name.replace("_", "-")
        if canonical not in known:
            close = get_close_matches(canonical, known, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            raise ValueError(f"{config}: no setting {name!r}; {hint}")
        given[canonical] = known[canonical].read(f"{config}: {name}", value)
    _require_one_of_each(known, given, f"{config}: ")
    return given


def _require_one_of_each(known: Mapping[str, Setting], given: Mapping[str, Any], prefix: str) -> None:
    for name in given:
        other = known[name].instead_of
        if other in given:
            raise ValueError(f"{prefix}{name} and {prefix if prefix == '--' else ''}{other} exclude each other")


def _read_file(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise ValueError(f"{config} is not UTF-8 text: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{config} is not valid TOML: {error}") from error


def floats(values: Sequence[Fraction] | Matrix) -> FloatArray:
    """Return exact numbers as a float array."""
    return np.array(values, dtype=object).astype(np.float64)
