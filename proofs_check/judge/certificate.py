"""Certificates: what a report must carry so that others can re-verify it, and the checker that does.

The checker reads the JSON and nothing else of this project: a parser, an evaluator in rational arithmetic and a source
of random rationals of its own, in this one file. It imports neither the engine nor the code that made the report.
For each claim it recomputes

- the exact evidence: the statement's value at every recorded instance, which must stand in the stated relation to the
  recorded left side, or fail to somewhere if the evidence is said to refute;
- the symbolic evidence: the derived normal form and the statement must agree at fresh random rational instances, of
  dimensions and lengths beyond the recorded ones. Two different polynomials of degree D agree at a point drawn
  uniformly from k values a coordinate with probability at most D/k (Schwartz and Zippel); here k = 2 * 10^6 and ten
  points are drawn;
- the power of Monte Carlo evidence: the least wrong factor of the right side that leaves a recorded interval;
- the status that this evidence earns, and whether all ancestors have it;

and the checksum of the whole. Samples, flows and enclosures are repeated by running `verify` with the recorded seed,
and so is whatever involves roots or expectations, which have no rational value.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Mapping
from fractions import Fraction
from math import inf, isclose, log, log1p, pi, sqrt
from typing import Any

Matrix = list[list[Fraction]]
FRESH_POINTS = 10
_RANGE = 10**6
# The status that a statement earns when evidence of a kind holds.
_EARNED = {
    "symbolic": "proved",
    "exact": "certified",
    "enclosure": "certified",
    "Monte Carlo": "supported",
    "numerical": "supported",
}


class CertificateError(ValueError):
    """A report that is damaged, tampered with, or wrong; the message names the claim and what does not fit."""


def seal(record: Mapping[str, Any]) -> str:
    """The checksum of a report: of everything in it but timings and the checksum itself."""
    return hashlib.sha256(json.dumps(_sealed(record), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sealed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sealed(item) for key, item in value.items() if key not in ("seconds", "sha256")}
    return [_sealed(item) for item in value] if isinstance(value, list | tuple) else value


def check_report(text: str) -> list[str]:
    """Re-verify a report; return a line for each claim.

    Raises:
        CertificateError: for text that is no report, a checksum that does not fit, or evidence that does not hold.
    """
    try:
        record = json.loads(text)
        claims = record["claims"]
        stated = record["sha256"]
        if record["format"] != 1:
            raise CertificateError(f"format {record['format']!r} is not one that this version reads")
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise CertificateError(f"this is not a report of `icl-theory verify --json`: {error!r}") from error
    if seal(record) != stated:
        raise CertificateError("the checksum does not fit: the report was changed after it was written")
    try:
        alpha = record["alpha"] / max(1, len(claims))
        lines = [_check_claim(claim, alpha) for claim in claims]
        _check_ancestry(claims)
    except CertificateError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, ArithmeticError, RecursionError) as error:
        raise CertificateError(f"the report is incomplete or has values that make no sense: {error!r}") from error
    return lines


def _check_claim(claim: Mapping[str, Any], alpha: float) -> str:
    name, status = claim["id"], claim["status"]
    checked = []
    for item in claim["evidence"]:
        kind, outcome = item["kind"], item["outcome"]
        if kind not in _EARNED or outcome not in ("holds", "refuted", "undecided"):
            raise CertificateError(f"claim {name}: {kind!r} evidence that {outcome!r} is unknown")
        if kind == "exact" and (count := _check_exact(claim, item)):
            checked.append(f"{count} exact instances")
        derived = kind == "symbolic" and outcome == "holds" and claim["relation"] == "="
        if derived and _check_symbolic(claim, item["data"]):
            checked.append(f"normal form at {FRESH_POINTS} fresh points")
        if kind == "Monte Carlo" and outcome == "holds" and _check_power(claim, item, alpha):
            checked.append("power of Monte Carlo")
        if item["least_detected"] is not None and (_EARNED[kind] != "supported" or outcome != "holds"):
            raise CertificateError(f"claim {name}: only statistics that hold have a power")
    earned = _earned(claim)
    survived = [mutant["change"] for mutant in claim["mutants"] if mutant["fate"] == "survived"]
    if survived and status not in ("undecided", "refuted"):
        raise CertificateError(f"claim {name}: the mutant {survived[0]!r} survived, so it cannot be {status!r}")
    if status != earned and not (status == "undecided" and claim["reason"] and earned != "refuted"):
        raise CertificateError(f"claim {name}: the status is {status!r}, its evidence earns {earned!r}")
    return f"{name}: {status}; re-verified: {', '.join(checked) or 'nothing exact to re-verify'}"


def _earned(claim: Mapping[str, Any]) -> str:
    """The status that the outcomes earn: the best of those that hold, unless one refutes."""
    evidence = claim["evidence"]
    if any(item["outcome"] == "refuted" for item in evidence):
        return "refuted"
    order = ("supported", "certified", "proved")
    held = [_EARNED[item["kind"]] for item in evidence if item["outcome"] == "holds" and _has_power(item)]
    return max(held, key=order.index, default="undecided")


def _has_power(item: Mapping[str, Any]) -> bool:
    """Whether evidence could have refuted: statistics must say how wrong a statement they notice."""
    return _EARNED[item["kind"]] != "supported" or item["least_detected"] is not None


def _check_ancestry(claims: list[Mapping[str, Any]]) -> None:
    by_id = {claim["id"]: claim for claim in claims}
    if len(by_id) != len(claims):
        raise CertificateError("two claims have one id")

    def fully(name: str, path: tuple[str, ...]) -> bool:
        if name in path or name not in by_id:
            raise CertificateError(f"claim {name} rests on itself or does not exist")
        claim = by_id[name]
        below = {other: fully(other, (*path, name)) for other in claim["rests_on"]}
        return claim["status"] == "proved" and all(below.values())

    for name, claim in by_id.items():
        if fully(name, ()) != claim["fully_proved"]:
            raise CertificateError(
                f"claim {name}: fully_proved is {claim['fully_proved']}, its ancestors say otherwise"
            )


def _check_exact(claim: Mapping[str, Any], item: Mapping[str, Any]) -> int:
    instances = item["data"]["instances"]
    if not instances:
        raise CertificateError(f"claim {claim['id']}: exact evidence without instances")
    if _irrational([claim["right"], *claim["where"].values()]):
        return 0
    failing = 0
    for instance in instances:
        world = _World(instance["lengths"], instance["values"], claim["language"])
        right = world.statement(claim["where"], claim["right"])
        if _holds(_matrix(instance["left"]), claim["relation"], right):
            continue
        failing += 1
        if item["outcome"] == "holds":
            raise CertificateError(
                f"claim {claim['id']}: the statement fails at {instance['lengths']}, {instance['values']}"
            )
    if item["outcome"] == "refuted" and not failing:
        raise CertificateError(f"claim {claim['id']}: exact evidence refutes it, but it holds at every instance")
    return len(instances)


def _irrational(texts: list[str]) -> bool:
    """Whether formulas contain roots, or expectations, which need moments and not only values."""
    return any("^(" in text or "E[" in text for text in texts)


def _holds(left: Matrix, relation: str, right: Matrix) -> bool:
    if relation == "=":
        return left == right
    if [len(left), len(left[0]), len(right), len(right[0])] != [1, 1, 1, 1]:
        raise CertificateError(f"{relation} between arrays")
    a, b = left[0][0], right[0][0]
    return {"<=": a <= b, ">=": a >= b, "<": a < b, ">": a > b}[relation]


def _check_power(claim: Mapping[str, Any], item: Mapping[str, Any], alpha: float) -> bool:
    """Check the confidence intervals, and recompute the least wrong factor of the right side that leaves one."""
    instances = item["data"]["instances"]
    for instance in instances:
        if not _is_confidence_interval(instance, alpha / len(instances)):
            raise CertificateError(f"claim {claim['id']}: {instance['accepted']} is not the interval of its samples")
    if _irrational([claim["right"], *claim["where"].values()]):
        return False
    shares = []
    for instance in instances:
        world = _World(instance["lengths"], instance["values"], claim["language"])
        right = float(world.statement(claim["where"], claim["right"])[0][0])
        low, high = instance["accepted"]
        fits = {"=": low <= right <= high, "<": high <= right, ">": right <= low}
        if not fits[claim["relation"][0]]:
            raise CertificateError(f"claim {claim['id']}: the statement's {right:.6g} does not fit [{low}, {high}]")
        shares.append(((high - right) / abs(right), (right - low) / abs(right)) if right else (inf, inf))
    up, down = (min(column) for column in zip(*shares, strict=True))
    found = {"=": max(up, down), "<": down, ">": up}[claim["relation"][0]]
    stated, most = item["least_detected"], 0.5 if claim["relation"][0] == "<" else 1.0
    if (stated is None) != (not found <= most) or (
        stated is not None and not isclose(stated["factor"], found, rel_tol=1e-5)
    ):
        raise CertificateError(f"claim {claim['id']}: the power is said to be {stated}, the intervals give {found:.6g}")
    return True


def _is_confidence_interval(sample: Mapping[str, Any], alpha: float) -> bool:
    """Whether an interval's ends are where the e-process of Delyon (2009) reaches 1/alpha, or its crude outer bound.

    With Q the squared deviations, n samples and variance at most v: at distance t from the mean the process is
    exp(n^2 t^2/(2 (a + b t^2))) sqrt(rho/(a + b t^2)), a = (Q + 2 n v)/3 + rho, b = n/3; a thousandth of alpha pays for
    |mean - truth| <= pi sqrt(1000 v/(6 alpha)) at all times.
    """
    n, variance, (low, high) = sample["prompts"], sample["variance_bound"], sample["accepted"]
    distance = (high - low) / 2
    if not (distance > 0 and isclose((low + high) / 2, sample["mean"], abs_tol=1e-6 * distance)):
        return False
    planned = -2 * log(alpha)
    rho = n * variance / (planned + log1p(planned))
    spread = (sample["squared_deviations"] + 2 * n * variance + n * distance**2) / 3 + rho
    reached = n**2 * distance**2 / spread - log(spread / rho)
    farthest = pi * sqrt(1000 * variance / (6 * alpha))
    return isclose(reached, -2 * log(0.999 * alpha), rel_tol=1e-6) or isclose(distance, farthest, rel_tol=1e-6)


def _check_symbolic(claim: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Compare the derived form and the statement at fresh points; False where they have no rational value."""
    language = claim["language"]
    source = random.Random(json.dumps([claim["right"], data["derived"]]))
    texts = [claim["right"], data["derived"], *claim["where"].values(), *data["definitions"].values()]
    if _irrational(texts):
        return False
    for point in range(FRESH_POINTS):
        lengths = _fresh_lengths(language, point)
        values = {name: _fresh(kind, lengths, source) for name, kind in language["kinds"].items()}
        world = _World(lengths, values, language)
        stated = world.statement(claim["where"], claim["right"])
        derived = world.statement(data["definitions"], data["derived"])
        if data["derived"] == "0":
            # The text of a zero does not say its shape.
            derived = [[Fraction(0)] * len(row) for row in stated]
        if stated != derived:
            raise CertificateError(f"claim {claim['id']}: the derived form and the statement differ at {lengths}")
    return True


def _fresh_lengths(language: Mapping[str, Any], point: int) -> dict[str, int]:
    """Lengths that change from point to point, each in its own cycle, so that no two of them always agree."""
    usual = {"d": 2 + point % 3, "N": 4 + point % 5, "M": 3 + point % 4, "n": 5}
    others = sorted(set(language.get("lengths", ())) - set(usual))
    return usual | {name: 2 + (point + 1) * (k + 2) % (k + 3) for k, name in enumerate(others)}


def _fresh(kind: Mapping[str, Any], lengths: Mapping[str, int], source: random.Random) -> Any:
    rows, cols = (lengths[size] if isinstance(size, str) else size for size in kind["shape"])
    if kind["stacked"]:
        plain = {**kind, "stacked": None}
        return [_fresh(plain, lengths, source) for _ in range(lengths[kind["stacked"]])]

    def entry() -> str:
        return str(source.randint(1, _RANGE) * source.choice((-1, 1)))

    if rows == cols == 1 and kind["shape"] == [1, 1]:
        return entry().lstrip("-") if kind["positive"] else entry()
    if kind["shape"][1] == 1:
        return [entry() for _ in range(rows)]
    drawn = [[Fraction(entry()) for _ in range(cols)] for _ in range(rows)]
    if kind["positive"]:
        drawn = [[sum((a * b for a, b in zip(p, q, strict=True)), Fraction(0)) for q in drawn] for p in drawn]
    elif kind["symmetric"]:
        drawn = [[drawn[max(i, j)][min(i, j)] for j in range(cols)] for i in range(rows)]
    return [[str(value) for value in row] for row in drawn]


def _matrix(value: Any) -> Matrix:
    if not isinstance(value, list):
        return [[Fraction(value)]]
    if value and not isinstance(value[0], list):
        return [[Fraction(entry)] for entry in value]
    return [[Fraction(entry) for entry in row] for row in value]


_TOKENS = re.compile(r"\s*(\d+|[^\W\d_]\w*|[-+*/^'()\[\]])")


class _World:
    """Formulas read at one instance, by recursive descent straight to values: no syntax tree, no engine."""

    def __init__(self, lengths: Mapping[str, int], values: Mapping[str, Any], language: Mapping[str, Any]):
        self.lengths = lengths
        self.upto = language["upto"]
        self.stacked = {name for name, kind in language["kinds"].items() if kind["stacked"]}
        self.names: dict[str, Matrix] = {
            name: _matrix(value) for name, value in values.items() if name not in self.stacked
        }
        self.copies = {name: [_matrix(copy) for copy in values[name]] for name in self.stacked if name in values}

    def statement(self, where: Mapping[str, str], text: str) -> Matrix:
        """The value of a formula with abbreviations."""
        kept = dict(self.names)
        for name, formula in where.items():
            self.names[name] = self.formula(formula)
        result = self.formula(text)
        self.names = kept
        return result

    def formula(self, text: str) -> Matrix:
        """The value of one formula."""
        tokens: list[str] = []
        place = 0
        while text[place:].strip():
            match = _TOKENS.match(text, place)
            if match is None:
                raise CertificateError(f"cannot read {text!r}")
            tokens.append(match[1])
            place = match.end()
        value, end = self._sum(tokens, 0, {})
        if end != len(tokens):
            raise CertificateError(f"cannot read {text!r}")
        return value

    def _sum(self, tokens: list[str], i: int, at: Mapping[str, int]) -> tuple[Matrix, int]:
        total: Matrix | None = None
        while True:
            sign = 1
            if tokens[i] in "+-":
                sign = -1 if tokens[i] == "-" else 1
                i += 1
            value, i = self._product(tokens, i, at)
            value = [[sign * entry for entry in row] for row in value]
            total = value if total is None else _elementwise(total, value)
            if i >= len(tokens) or tokens[i] not in "+-":
                return total, i

    def _product(self, tokens: list[str], i: int, at: Mapping[str, int]) -> tuple[Matrix, int]:
        value, i = self._factor(tokens, i, at)
        while i < len(tokens) and tokens[i] not in "+-)]":
            divide = tokens[i] == "/"
            if tokens[i] in "*/":
                i += 1
            other, i = self._factor(tokens, i, at)
            value = _times(value, [[1 / other[0][0]]]) if divide else _times(value, other)
        return value, i

    def _factor(self, tokens: list[str], i: int, at: Mapping[str, int]) -> tuple[Matrix, int]:
        token = tokens[i]
        if token.isdigit():
            value, i = [[Fraction(int(token))]], i + 1
        elif token == "(":
            value, i = self._sum(tokens, i + 1, at)
            i += 1
        elif token == "tr" and tokens[i + 1] == "(":
            inner, i = self._sum(tokens, i + 2, at)
            value, i = [[sum((inner[k][k] for k in range(len(inner))), Fraction(0))]], i + 1
        elif token.startswith("sum_") and tokens[i + 1] == "(":
            value, i = self._over(token.removeprefix("sum_"), tokens, i + 2, at)
        else:
            value, i = self._named(token, at), i + 1
        while i < len(tokens) and tokens[i] in "'^":
            if tokens[i] == "'":
                value, i = [list(column) for column in zip(*value, strict=True)], i + 1
            else:
                sign = -1 if tokens[i + 1] == "-" else 1
                i += 2 if sign < 0 else 1
                value, i = _power(value, sign * int(tokens[i])), i + 1
        return value, i

    def _over(self, label: str, tokens: list[str], i: int, at: Mapping[str, int]) -> tuple[Matrix, int]:
        total: Matrix | None = None
        end = i
        for k in range(self.lengths[self.upto.get(label, "N")]):
            value, end = self._sum(tokens, i, {**at, label: k})
            total = value if total is None else _elementwise(total, value)
        assert total is not None
        return total, end + 1

    def _named(self, name: str, at: Mapping[str, int]) -> Matrix:
        if name in self.names:
            return self.names[name]
        if name in self.lengths:
            return [[Fraction(self.lengths[name])]]
        base, _, label = name.rpartition("_")
        if label in at and base in self.copies:
            return self.copies[base][at[label]]
        if name == "I":
            return [[Fraction(int(i == j)) for j in range(self.lengths["d"])] for i in range(self.lengths["d"])]
        raise CertificateError(f"the report gives no value for {name!r}")


def _elementwise(a: Matrix, b: Matrix) -> Matrix:
    if len(a) != len(b) or len(a[0]) != len(b[0]):
        raise CertificateError("a sum of matrices of different shapes")
    return [[x + y for x, y in zip(p, q, strict=True)] for p, q in zip(a, b, strict=True)]


def _times(a: Matrix, b: Matrix) -> Matrix:
    for one, other in ((a, b), (b, a)):
        if len(one) == len(one[0]) == 1:
            return [[one[0][0] * entry for entry in row] for row in other]
    if len(a[0]) != len(b):
        raise CertificateError("a product of matrices whose shapes do not fit")
    columns = list(zip(*b, strict=True))
    return [[sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0)) for column in columns] for row in a]


def _power(value: Matrix, exponent: int) -> Matrix:
    if exponent < 0:
        value = _inverse(value)
    result = value
    for _ in range(abs(exponent) - 1):
        result = _times(result, value)
    return result


def _inverse(value: Matrix) -> Matrix:
    n = len(value)
    rows = [list(row) + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(value)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            raise CertificateError("a singular matrix is inverted")
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for i in range(n):
            if i != k:
                rows[i] = [x - rows[i][k] * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[n:] for row in rows]
