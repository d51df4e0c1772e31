"""How a user names claims: by id, by the id of a theorem with parts, or by the number in the paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from proofs_check.judge.claims import Claim
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.unclaimed import Unclaimed


def find(claims: Sequence[Claim], text: str, unclaimed: Sequence[Unclaimed] = ()) -> tuple[str, ...]:
    """The ids that a text names: that id; or the parts of that theorem ("thm-4.1"); or a number ("4.13", "Lemma A.5").

    A number of listed statements without a claim names no id, and is no error.

    Raises:
        ClaimError: for a name that fits none; the message has the nearest ones.
    """
    ids = [claim.id for claim in claims]
    if text in ids:
        return (text,)
    found = tuple(name for name in ids if name.startswith(f"{text}-"))
    number = _number(text)
    found = found or tuple(claim.id for claim in claims if number and number == _number(claim.origin.number))
    if found or find_unclaimed(unclaimed, text):
        return found
    numbers = (*(claim.origin.number for claim in claims), *(held.number for held in unclaimed))
    names = dict.fromkeys([*ids, *numbers])
    near = get_close_matches(text, names, 5, 0.4)
    raise ClaimError(f"no claim {text!r}; the nearest are {', '.join(near)}" if near else f"no claim {text!r}")


def find_unclaimed(unclaimed: Sequence[Unclaimed], text: str) -> tuple[Unclaimed, ...]:
    """The listed statements without a claim under a number, with or without its parentheses."""
    return tuple(held for held in unclaimed if held.number.strip("()").lower() == text.strip("() ").lower())


def _number(text: str) -> str:
    """The number in a text such as "Theorem 4.2", "eq. (4.13)" or "F3", without its kind."""
    match = re.search(r"(?<![\w.])([A-Z]?\.?\d+(?:\.\d+)*)(?![\w.])", text)
    return match[1] if match else ""
