"""LaTeX of expressions, as a mathematician would type them.

Terms come in this order: highest degree in the letters that count as variables, then slowest decay in the lengths, then
fewest traces, then longest words. Terms whose coefficients share a power of the lengths, such as 1/N^2, are set in one
bracket where that does not make the formula longer. `theory.algebra.latex_reader.parse_latex` reads all of it back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fractions import Fraction
from math import gcd

from theory.algebra.coefficients import Coefficient, Polynomial, Powers, Rational, factors
from theory.algebra.expression import Expression, register_printer
from theory.algebra.monomials import Monomial
from theory.algebra.text import bound_indices, compared_indices, index_name, printed_terms
from theory.algebra.words import ORDER, UNIT, Index, Symbol, Word

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
GREEK = frozenset(_GREEK_NAMES.split())
# Splitting coefficients to form brackets may lengthen a formula by this factor at most.
_LONGER = Fraction(5, 4)
# Linear factors N - r of coefficients are looked for among these r.
_ROOTS = range(-12, 13)


def name_latex(name: str) -> str:
    """LaTeX of an identifier: Lambda_c -> \\Lambda_{c}, U11 -> U_{11}, x_q -> x_{q}."""
    base, _, below = name.partition("_")
    match = re.fullmatch(r"([^\W\d]+)(\d+)", base)
    if match:
        base, below = match[1], match[2] + (f",{below}" if below else "")
    text = "\\" + base if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    lowered = ",".join("\\" + part if part in GREEK else part for part in re.split("[_,]", below))
    return f"{text}_{{{lowered}}}" if below else text


def symbol_latex(symbol: Symbol) -> str:
    """LaTeX of a letter with its index."""
    base = r"\mathbf{e}" if symbol.name == UNIT else symbol.latex or name_latex(symbol.name)
    if r"\sum" in base:
        # A letter that stands for a sum would otherwise swallow what follows it.
        return rf"\left({{{base}}}\right)"
    if not symbol.indices:
        return base
    below = ",".join(_index_latex(index) for index in symbol.indices)
    if base.endswith("}") and "_{" in base:
        return f"{base[:-1]},{below}}}"
    return f"{base}_{{{below}}}"


def _index_latex(index: Index) -> str:
    name = index_name(index)
    return "\\" + name if name in GREEK else name


def in_brackets(text: str) -> str:
    r"""The text in parentheses, which stretch only if something in it is tall."""
    return rf"\left({text}\right)" if is_tall(text) else f"({text})"


def is_tall(text: str) -> bool:
    """Whether a formula stands higher than one line."""
    return any(mark in text for mark in (r"\frac", r"\sum", r"\left", r"\tfrac"))


def exponent_latex(exponent: Rational) -> str:
    """An exponent without its braces: 2, -1 or 1/2."""
    return f"{exponent.numerator}/{exponent.denominator}" if isinstance(exponent, Fraction) else str(exponent)


def _power(base: str, exponent: Rational, transposed: bool = False) -> str:
    if exponent == 1:
        return f"{base}^\\top" if transposed else base
    if "^" in base or "frac" in base:
        base = rf"\left({base}\right)"
    if transposed:
        return rf"({base}^{{{exponent_latex(exponent)}}})^\top" if exponent != -1 else rf"{base}^{{-\top}}"
    return f"{base}^{{{exponent_latex(exponent)}}}"


def word_latex(word: Word) -> str:
    """LaTeX of a product of matrices and vectors."""
    # Commuting letters may be transposed one by one.
    return " ".join(_power(symbol_latex(s), p, f.transposed) for f in word for s, p in f.powers)


def closed_latex(word: Word, exponent: Rational, norms: bool = False) -> str:
    """LaTeX of a scalar factor with its exponent; a power of a trace is set so that it cannot be misread."""
    norm = _norm_latex(word, exponent) if norms else ""
    if norm:
        return norm
    text = word_latex(word)
    if word[0].rows != 1:
        single = len(word) == 1 and len(word[0].powers) == 1 and word[0].powers[0][1] == 1
        if exponent == 1:
            return rf"\operatorname{{tr}}({text})"
        inner = rf"\operatorname{{tr}} {text}" if single else rf"\operatorname{{tr}}({text})"
        brackets = ("(", ")") if single else (r"\left[", r"\right]")
        return f"{brackets[0]}{inner}{brackets[1]}^{{{exponent_latex(exponent)}}}"
    if exponent == 1:
        return text
    return _power(text, exponent) if len(word) == 1 else rf"\left({text}\right)^{{{exponent_latex(exponent)}}}"


def _norm_latex(word: Word, exponent: Rational) -> str:
    """v'Pv as a squared norm with respect to P, tr(AA') as that of Frobenius; empty for anything else."""
    if exponent <= 0:
        return ""
    square = exponent_latex(2 * exponent)
    if len(word) in (2, 3) and word[0].rows == 1 and word[0].transpose is word[-1]:
        weight = word_latex(word[1:-1])
        if not weight:
            return rf"\|{word_latex(word[-1:])}\|^{{{square}}}"
        if len(word) == 3 and all(symbol.definite for symbol, _ in word[1].powers):
            return rf"\|{word_latex(word[-1:])}\|_{{{weight}}}^{{{square}}}"
    if len(word) == 2 and word[0].rows != 1 and word[0].transpose is word[1]:
        plain = word[0] if word[1].transposed else word[1]
        return rf"\|{word_latex((plain,))}\|_F^{{{square}}}"
    return ""


def _powers_latex(powers: Powers) -> str:
    return " ".join(_power(name_latex(name), power) for name, power in powers)


def _polynomial_latex(coefficient: Coefficient, polynomial: Polynomial) -> str:
    text = ""
    for powers, value in coefficient.sorted_terms(polynomial):
        sign = "-" if value < 0 else "+"
        size = "" if abs(value) == 1 and powers else str(abs(value))
        text += f" {sign} {size}{' ' if size and powers else ''}{_powers_latex(powers)}"
    return ("-" + text[3:]) if text.startswith(" - ") else text[3:]


def _linear_factors(polynomial: Polynomial) -> tuple[int, str, list[int]] | None:
    """(content, name, roots) of a polynomial content * prod (name - root) in one length with at least two terms."""
    names = {name for powers in polynomial for name, _ in powers}
    if len(names) != 1 or len(polynomial) < 2:
        return None
    (name,) = names
    degree = max(dict(powers).get(name, 0) for powers in polynomial)
    rest = [int(polynomial.get(((name, k),) if k else (), 0)) for k in range(degree, -1, -1)]
    content = gcd(*rest)
    rest = [value // content for value in rest]
    roots: list[int] = []
    for root in sorted(_ROOTS, key=lambda r: (abs(r), r)):
        while len(rest) > 1:
            quotient = [rest[0]]
            for value in rest[1:]:
                quotient.append(value + root * quotient[-1])
            if quotient[-1]:
                break
            rest = quotient[:-1]
            roots.append(root)
    return (content, name, roots) if rest == [1] else None


def _numerator_latex(coefficient: Coefficient, numerator: Polynomial) -> str:
    """A polynomial by its linear factors where it has more than one factor, otherwise term by term."""
    factors = _linear_factors(numerator)
    if factors is None or (len(factors[2]) == 1 and factors[0] == 1):
        return _polynomial_latex(coefficient, numerator)
    content, name, roots = factors
    pieces = [] if content == 1 else [str(content)]
    for root in sorted(set(roots), key=lambda r: (r != 0, -r)):
        power = roots.count(root)
        base = name_latex(name) if not root else f"({name_latex(name)} {'-' if root > 0 else '+'} {abs(root)})"
        pieces.append(base if power == 1 else f"{base}^{{{power}}}")
    return " ".join(pieces)


def coefficient_latex(coefficient: Coefficient) -> tuple[str, str]:
    """(sign, magnitude) of a coefficient other than zero; the magnitude is empty for 1."""
    numerator, denominator = coefficient.split()
    negative = all(value < 0 for value in numerator.values()) or (
        len(numerator) > 1 and coefficient.sorted_terms(numerator)[0][1] < 0
    )
    if negative:
        numerator = {powers: -value for powers, value in numerator.items()}
    sign = "-" if negative else "+"
    near_one = _near_one_latex(coefficient, numerator, denominator)
    if near_one:
        return sign, near_one
    above = _numerator_latex(coefficient, numerator)
    if denominator == {(): 1}:
        if above == "1":
            return sign, ""
        return sign, rf"\left({above}\right)" if len(numerator) > 1 and "(" not in above else above
    return sign, rf"\frac{{{above}}}{{{_denominator_latex(coefficient, denominator)}}}"


def _denominator_latex(coefficient: Coefficient, denominator: Polynomial) -> str:
    """A denominator by its irreducible factors."""
    content, found = factors(denominator)
    if content == 1 and len(found) == 1 and found[0][1] == 1:
        return _polynomial_latex(coefficient, denominator)
    pieces = [str(content)] if content != 1 else []
    for factor, multiplicity in found:
        text = _polynomial_latex(coefficient, factor)
        base = text if len(factor) == 1 else f"({text})"
        pieces.append(base if multiplicity == 1 else f"{base}^{{{multiplicity}}}")
    return " ".join(pieces)


def _near_one_latex(coefficient: Coefficient, numerator: Polynomial, denominator: Polynomial) -> str:
    """1 + k/N for (N + k)/N, which shows the limit; empty for any other coefficient."""
    if len(denominator) != 1 or len(numerator) != 2:
        return ""
    ((leading, value),) = denominator.items()
    if value != 1 or len(leading) != 1 or leading[0][1] != 1 or numerator.get(leading) != 1 or () not in numerator:
        return ""
    rest = numerator[()]
    return rf"\left(1 {'-' if rest < 0 else '+'} \frac{{{abs(rest)}}}{{{_powers_latex(leading)}}}\right)"


def _kind(word: Word) -> int:
    """0 for a plain scalar, 1 for a trace, 2 for a bilinear form."""
    return 0 if len(word) == 1 and word[0].rows == 1 else 1 if word[0].rows != 1 else 2


def _scalar_order(item: tuple[Word, Rational]) -> tuple[int, int, str]:
    """Plain scalars first, then traces, then bilinear forms; shorter ones first."""
    return (_kind(item[0]), len(item[0]), word_latex(item[0]))


def monomial_latex(monomial: Monomial, is_scalar: bool, norms: bool = False) -> str:
    """LaTeX of a monomial with its sums; empty for the scalar 1."""
    factors = [(w, p) for w, p in monomial.closed if w[0].symbol.name != ORDER]
    closed = sorted(((w, p) for w, p in factors if not _below(w, p)), key=_scalar_order)
    forms = [word for word, _ in closed if _kind(word) == 2]
    letters = [word for word, _ in closed if _kind(word) == 0]
    # A form needs no brackets where nothing beside it could be taken for a part of it.
    bare = len(forms) == 1 and not letters and not monomial.word
    sums = bound_indices(monomial)
    outside = [rf"[{_index_latex(a)} < {_index_latex(b)}]" for a, b in compared_indices(monomial) if not {a, b} & sums]
    inside: list[str] = []
    for word, exponent in closed:
        text = closed_latex(word, exponent, norms)
        crowded = _kind(word) == 2 and exponent == 1 and not bare and not text.startswith(r"\|")
        bound = any(isinstance(i.label, int) for f in word for s, _ in f.powers for i in s.indices)
        (inside if bound else outside).append(f"({text})" if crowded else text)
    if monomial.word:
        inside.append(word_latex(monomial.word))
    elif not is_scalar:
        inside.append("I")
    return " ".join((*outside, *_sums_latex(monomial), *(inside or ["1"] * bool(sums))))


def _sums_latex(monomial: Monomial) -> list[str]:
    """The signs of the sums over bound indices, those that compare with another index last and inside that one's."""
    by_length: dict[str, list[Index]] = {}
    ordered: list[str] = []
    compared = compared_indices(monomial)
    waiting = sorted(bound_indices(monomial), key=lambda index: index.label)
    while waiting:
        index = next(i for i in waiting if not any(low == i and high in waiting for low, high in compared))
        waiting.remove(index)
        name = _index_latex(index)
        above = [f"{name} < {_index_latex(high)}" for low, high in compared if low == index]
        # Of a pair of bound indices the lower one, which comes later, tells of the comparison.
        beneath = [
            f"{name} > {_index_latex(low)}" for low, high in compared if high == index and isinstance(low.label, str)
        ]
        if above or beneath:
            upper = "" if above else f"^{{{name_latex(index.length)}}}"
            ordered.append(rf"\sum_{{{', '.join(beneath + above)}}}{upper}")
        else:
            by_length.setdefault(index.length, []).append(index)
    free = []
    for upto, group in sorted(by_length.items()):
        names = ",".join(_index_latex(i) for i in sorted(group, key=lambda i: str(i.label)))
        free.append(rf"\sum_{{{names}=1}}^{{{name_latex(upto)}}}")
    return free + ordered


def _below(word: Word, exponent: Rational) -> bool:
    """Whether a scalar factor is printed below a fraction bar: a negative whole power that no sum binds."""
    bound = any(isinstance(i.label, int) for f in word for s, _ in f.powers for i in s.indices)
    return isinstance(exponent, int) and exponent < 0 and not bound


def _magnitude_latex(monomial: Monomial, coefficient: Coefficient, norms: bool) -> tuple[str, str]:
    """(sign, magnitude) of a coefficient together with the scalar factors that are printed below a fraction bar."""
    sign, size = coefficient_latex(coefficient)
    below = sorted(((w, p) for w, p in monomial.closed if _below(w, p)), key=_scalar_order)
    if not below:
        return sign, size
    texts = [closed_latex(word, -p, norms) for word, p in below]
    crowd = len(texts) > 1
    texts = [f"({t})" if crowd and _kind(w) == 2 and p == -1 else t for t, (w, p) in zip(texts, below, strict=True)]
    fraction = re.fullmatch(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", size)
    if re.fullmatch(r"[\w ]*", size):
        return sign, rf"\frac{{{size or '1'}}}{{{' '.join(texts)}}}"
    if fraction:
        is_sum = re.search(r"[-+]", re.sub(r"\([^()]*\)", "", fraction[2]))
        held = f"({fraction[2]})" if is_sum else fraction[2]
        return sign, rf"\frac{{{fraction[1]}}}{{{held} {' '.join(texts)}}}"
    return sign, rf"{size} \frac{{1}}{{{' '.join(texts)}}}"


def _degree(coefficient: Coefficient) -> int:
    """The power of the lengths with which a coefficient grows, all lengths alike."""
    numerator, denominator = coefficient.split()
    return max(sum(p for _, p in powers) for powers in numerator) - max(
        sum(p for _, p in powers) for powers in denominator
    )


def _degree_in(monomial: Monomial, variables: Collection[str]) -> Fraction:
    total = Fraction(0)
    for word, exponent in (*monomial.closed, (monomial.word, 1)):
        for f in word:
            total += exponent * sum(Fraction(p) for s, p in f.powers if s.name in variables)
    return total


Term = tuple[Monomial, Coefficient]


def term_order(item: Term, variables: Collection[str] = ()) -> tuple[object, ...]:
    """The printing order of terms: see the head of this module."""
    monomial, coefficient = item
    traces = sum((Fraction(p) for w, p in monomial.closed if w[0].rows != 1), start=Fraction(0))
    size = sum((len(w) * abs(Fraction(p)) for w, p in monomial.closed), start=Fraction(len(monomial.word)))
    below = [name for name, power in next(iter(coefficient.split()[1])) if power]
    degree = _degree_in(monomial, variables) if variables else 0
    return (-degree, -_degree(coefficient), below, traces, -size, monomial.sort_key)


def _ordered(terms: Iterable[Term], variables: Collection[str]) -> list[Term]:
    """The terms in printing order; a positive term goes first if one weighs the same as the first."""
    result = sorted(terms, key=lambda item: term_order(item, variables))
    weight = term_order(result[0], variables)[:3]
    if coefficient_latex(result[0][1])[0] == "-":
        for place, item in enumerate(result):
            if term_order(item, variables)[:3] == weight and coefficient_latex(item[1])[0] == "+":
                result.insert(0, result.pop(place))
                break
    return result


def _groups(terms: list[Term]) -> list[tuple[Powers, list[Term]]] | None:
    """The terms by the power of the lengths before them, slowest decay first; None where brackets do not pay."""
    groups: dict[Powers, list[Term]] = {}
    for monomial, coefficient in terms:
        if coefficient.denominator != {(): 1}:
            return None
        for powers, value in coefficient.numerator.items():
            groups.setdefault(powers, []).append((monomial, Coefficient.number(value)))
    split = sum(len(members) for members in groups.values())
    pays = any(powers and len(members) > 1 for powers, members in groups.items())
    if not pays or split > _LONGER * len(terms) or any(p > 0 for powers in groups for _, p in powers):
        return None
    return sorted(groups.items(), key=lambda item: (-sum(p for _, p in item[0]), [name for name, _ in item[0]]))


def _plain_terms(
    terms: Iterable[Term], is_scalar: bool, variables: Collection[str], norms: bool
) -> list[tuple[str, str]]:
    result = []
    for monomial, coefficient in _ordered(terms, variables):
        sign, size = _magnitude_latex(monomial, coefficient, norms)
        body = monomial_latex(monomial, is_scalar, norms)
        result.append((sign, f"{size} {body}".strip() or "1"))
    return result


def terms_latex(expression: Expression, variables: Collection[str] = (), norms: bool = False) -> list[tuple[str, str]]:
    """(sign, piece) in printing order; lines may be broken before every piece, since brackets between them are fixed.

    Args:
        expression: what to print.
        variables: names of letters; terms of higher degree in them come first.
        norms: print w' Lambda w and tr(A A') as squared norms.
    """
    terms = printed_terms(expression)
    if not terms:
        return []
    groups = _groups(terms)
    if groups is None or len({_degree_in(m, variables) for m, _ in terms}) > 2:
        return _plain_terms(terms, expression.is_scalar, variables, norms)
    result = []
    for powers, members in groups:
        pieces = _plain_terms(members, expression.is_scalar, variables, norms)
        if not powers:
            result += pieces
            continue
        below = _powers_latex(tuple((name, -power) for name, power in powers))
        if len(pieces) == 1:
            ((monomial, coefficient),) = members
            result += _plain_terms(
                [(monomial, coefficient * Coefficient({powers: 1}))], expression.is_scalar, variables, norms
            )
            continue
        lead = pieces[0][0]
        if lead == "-":
            pieces = [("+" if sign == "-" else "-", text) for sign, text in pieces]
        tall = any(is_tall(text) for _, text in pieces)
        opening, closing = (r"\biggl(", r"\biggr)") if tall else (r"\bigl(", r"\bigr)")
        pieces[0] = (lead, rf"\frac{{1}}{{{below}}} {opening} {pieces[0][1]}")
        pieces[-1] = (pieces[-1][0], rf"{pieces[-1][1]} {closing}")
        result += pieces
    return result


def latex(expression: Expression, variables: Collection[str] = (), norms: bool = False) -> str:
    """Return LaTeX of an expression, without math delimiters; arguments as for `terms_latex`."""
    if not expression.terms:
        return "0"
    text = "".join(f" {sign} {term}" for sign, term in terms_latex(expression, variables, norms))
    return ("-" + text[3:]) if text.startswith(" - ") else text[3:]


register_printer("latex", latex)
