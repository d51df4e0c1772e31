"""Fresh examples of a strategy: a report whose failing instances were left out meets others like them here.

What a seed draws can be drawn again, and `drawing` does. The examples of a search depend on the whole search, so that
they are not repeated; instead new ones are drawn, their left sides are computed by the claim's own code, and the
statement must hold there too if the report says that it does.
"""

from __future__ import annotations

import random
import time

import numpy as np

from proofs_check.judge import meaning
from proofs_check.judge.certificate.comparison import Points
from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.reading import Evidence, Record, recorded_of
from proofs_check.judge.certificate.subject import Subject
from proofs_check.judge.evidence.comparison import instance_record, plain
from proofs_check.judge.evidence.measure import left_side, with_all_lengths
from proofs_check.judge.instances import Instance
from proofs_check.judge.search import visit

_EXAMPLES = 20
# Costly left sides are computed for so long.
_SECONDS = 0.3


def check_fresh_examples(subject: Subject, record: Record, item: Evidence) -> int:
    """At how many fresh examples the statement holds; CertificateError at one where it fails though said to hold."""
    search, take = subject.claim.plan.search, left_side(subject.claim)
    if search is None or take is None or item.outcome != "holds":
        return 0
    began, failing, held = time.perf_counter(), list[str](), list[bool]()

    def see(instance: Instance) -> None:
        if failing or time.perf_counter() - began > _SECONDS:
            return
        complete = with_all_lengths(instance, subject.claim.language)
        try:
            left, further = take(complete)
        except meaning.NoValueError:
            return
        raw = instance_record(complete.with_values(**further)) | {"left": plain(np.asarray(left, dtype=object))}
        one = recorded_of(raw, f"claim {subject.id}: a fresh example")
        try:
            found = Points(subject, [one]).truth(subject.right, 0)
        except NoValueError:
            # Outside of its domain a statement says nothing.
            return
        held.append(found == "holds")
        if found == "refuted":
            failing.append(str(one))

    visit(search, see, _EXAMPLES, random.Random(record.sha256).randrange(2**32))
    subject.require(not failing, f"{item.kind} evidence holds by what was left out: it fails at {''.join(failing)}")
    return sum(held)
