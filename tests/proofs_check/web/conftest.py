"""A small run and its page, and a browser that has it open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from proofs_check.judge.results import FindingResult
from proofs_check.judge.run import verify
from proofs_check.papers.zhang2024 import catalogue
from proofs_check.web import PageRecord, load_record
from proofs_check.web.charts import Chart, Line, Points
from proofs_check.web.page import page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

# A theorem that assumes more than its claim, about solutions that exist by another.
KERNEL = {
    "word": "partial",
    "theorem": "T.t",
    "hypotheses": ["a moment"],
    "exists": "T.e",
    "laws": "T.m",
    "remark": "n > 1",
}


@pytest.fixture(scope="session")
def report_text() -> str:
    """The JSON report of a small run, with one claim cut loose from what it rests on."""
    claims = {claim.id: claim for claim in catalogue()}
    chosen = [claims["prediction"], claims["lem-5.1"], replace(claims["thm-4.2-linear"], rests_on=())]
    return verify(chosen, prompts=300).to_json()


@pytest.fixture(scope="session")
def record(report_text: str) -> PageRecord:
    """The page's record of that run, with one claim made a refuted finding."""
    loaded = load_record(report_text)
    first, *others = loaded.results
    wrong = replace(
        others[0],
        id="wrong",
        status="refuted",
        finding=FindingResult("false", "as printed", "It fails."),
        counterexample="d = 1, <script>alert(1)</script>: left 1, right 2",
        corrected_by=(first.id,),
    )
    open_claim = replace(others[0], id="open", status="undecided", rests_on=("wrong",), reason="why", kernel=KERNEL)
    return replace(loaded, results=(first, *others, wrong, open_claim))


@pytest.fixture(scope="session")
def html(record: PageRecord) -> str:
    """The page, with two small figures in place of the sampled ones."""
    chart = Chart("a", "b", "x", "y", (Line([1, 10], [1, 3], 0, "l"), Points([2], [2], [1], [3], 1)), "s", x_log=True)
    return page(record, {"loss": chart, "length": chart})


@pytest.fixture(scope="session")
def browser(html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium with the page open."""
    webdriver = pytest.importorskip("selenium.webdriver")
    # Without a browser these tests are skipped, but never in CI, which installs one.
    if "CI" not in os.environ and (CHROMIUM is None or DRIVER is None):
        pytest.skip("needs chromium and chromedriver")
    assert CHROMIUM, "chromium is not installed"
    assert DRIVER, "chromedriver is not installed"
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text(html, encoding="utf-8")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    driver.get((folder / "index.html").as_uri())
    yield driver
    driver.quit()
