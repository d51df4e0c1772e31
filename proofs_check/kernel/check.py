"""The check: build the formal proofs, ask Coq what they say, and hold that against the claims and the pins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proofs_check.kernel.coq import ask, build, coq_version, recheck
from proofs_check.kernel.pins import Pins, read_claims, read_pins
from proofs_check.kernel.record import Record, inconsistencies, record_of
from proofs_check.kernel.sources import ROOT, complaints, source_digests


@dataclass(frozen=True)
class Outcome:
    """What `check` found.

    Args:
        record: what Coq said.
        wrong: one line for each thing that must not be so; empty if all is well.
        pins: the statements as they are now.
    """

    record: Record
    wrong: tuple[str, ...]
    pins: Pins


def check(
    directory: Path,
    root: Path = ROOT,
    *,
    repin: bool = False,
    jobs: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Build in `directory`, and check every theorem that stands behind a claim.

    Args:
        directory: where compiled files go.
        root: the folder of the formal proofs.
        repin: take the statements as they are for the pinned ones.
        jobs: programs that run at once.
        say: told what is being done.

    Raises:
        CoqMissingError: without coqc.
        CoqError: if a proof does not compile, or coqchk rejects one; with Coq's message.
        PinError: if `claims.toml` or `pins.json` is malformed.
    """
    version = coq_version()
    if forbidden := complaints(root):
        raise ValueError("\n".join(forbidden))
    proofs = read_claims(root)
    say("building")
    build(directory, root, jobs=jobs)
    say(f"asking what {len(proofs)} claims' theorems say, and checking the compiled files again with coqchk")
    theorems = sorted({name for proof in proofs.values() for name in proof.theorems})
    # Both read compiled files only, and each takes one core for a minute or more.
    with ThreadPoolExecutor(min(jobs, 2)) as both:
        rechecking = both.submit(recheck, directory)
        asking = both.submit(ask, directory, theorems)
        rechecking.result()
        answers = asking.result()
    now = Pins(answers.theorems, answers.definitions)
    record = record_of(answers, proofs, version, source_digests(directory))
    return Outcome(record, tuple(inconsistencies(record, now if repin else read_pins(root), root)), now)
