"""With pytest-xdist, tests that share something costly run in one process, so that it is made once."""

from __future__ import annotations

from typing import Any

import pytest

# Each shares a build of the kernel, a report, a page, trained networks or the results of claims.
TOGETHER = (
    "tests/proofs_check/kernel/",
    "tests/proofs_check/judge/certificate/",
    "tests/proofs_check/judge/test_resume.py",
    "tests/proofs_check/papers/test_pages.py",
    "tests/proofs_check/papers/zhang2024/test_bounds.py",
    "tests/proofs_check/web/",
    "tests/numerics/networks/test_comparison.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the tests below each of these paths as one piece of work, every other test by itself."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((path for path in TOGETHER if nodeid.startswith(path)), nodeid)

    return Together(config, log)
