"""The web page: its record, formulas, graph and figures, and its behaviour in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from numerics import Problem, gradient_flow
from proofs_check.commands.report import report as report_command
from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.results import ClaimResult, EvidenceResult, FindingResult
from proofs_check.judge.run import Run, verify
from proofs_check.papers.zhang2024 import catalogue
from proofs_check.papers.zhang2024.derivations import ROUTES, steps_of
from proofs_check.verification import Catalogue
from proofs_check.web import PageRecord, load_record, network_figures
from proofs_check.web.charts import Chart, Line, Points
from proofs_check.web.derivations import shown_steps
from proofs_check.web.export import explorer_formulas, exported
from proofs_check.web.formulas import FormulaSheet
from proofs_check.web.graph import NARROW, WIDE, layout, reduced_edges
from proofs_check.web.page import _kind, _measured, page
from proofs_check.web.record import of_report
from theory import DERIVATIONS, distribution_shift, limiting_predictor, population_loss, prediction_error
from theory.algebra.grammar import parse

# Agreement of the page with Python, relative to the value.
AGREEMENT = 1e-9
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


@pytest.fixture(scope="module")
def report_text() -> str:
    """The JSON report of a small run, with one claim cut loose from what it rests on."""
    claims = {claim.id: claim for claim in catalogue()}
    chosen = [claims["prediction"], claims["lem-5.1"], replace(claims["thm-4.2-linear"], rests_on=())]
    return verify(chosen, prompts=300).to_json()


@pytest.fixture(scope="module")
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
    open_claim = replace(others[0], id="open", status="undecided", rests_on=("wrong",), reason="why")
    return replace(loaded, results=(first, *others, wrong, open_claim))


@pytest.fixture(scope="module")
def html(record: PageRecord) -> str:
    """The page, with one small figure in place of the sampled ones."""
    chart = Chart("a", "b", "x", "y", (Line([1, 10], [1, 3], 0, "l"), Points([2], [2], [1], [3], 1)), "s", x_log=True)
    return page(record, (chart,))


class _Checker(HTMLParser):
    """Collects ids, links and everything that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.unnamed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"] or "")
        if tag in ("a", "use"):
            self.links.append(values.get("href") or "")
        if tag in ("img", "iframe", "object", "embed", "audio", "video") or "src" in values:
            self.loads.append(tag)
        if values.get("role") == "img" and not values.get("aria-label"):
            self.unnamed.append(tag)


def checked(html: str) -> _Checker:
    """The page, parsed."""
    checker = _Checker()
    checker.feed(html)
    return checker


def unchecked(claim: Claim) -> ClaimResult:
    """What a report would say of a claim without any evidence."""
    return described(claim)


def test_record_round_trip(report_text: str) -> None:
    """A JSON report gives back its seed, claims and mutants."""
    record = load_record(report_text)
    data = json.loads(report_text)
    assert (data["seed"], data["alpha"], data["sha256"]) == (record.seed, record.alpha, record.sha256)
    assert [claim["id"] for claim in data["claims"]] == [result.id for result in record.results]
    assert len(data["claims"][0]["mutants"]["each"]) == len(record.results[0].mutants)
    assert len(record.results) == sum(record.counts.values())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', "\x00"])
def test_record_refuses_other_text(text: str) -> None:
    """What is no report is refused with a reason."""
    with pytest.raises(ClaimError, match="report"):
        load_record(text)


def test_record_refuses_changed_report(report_text: str) -> None:
    """A report in which a status was edited is refused."""
    changed = report_text.replace('"status": "proved"', '"status": "tested"', 1)
    assert report_text != changed
    with pytest.raises(ClaimError, match="checksum"):
        load_record(changed)


def test_page_is_whole_and_self_contained(html: str) -> None:
    """Ids are unique, links and glyphs lead somewhere in the file, nothing is loaded, every image has a text."""
    found = checked(html)
    assert len(found.ids) == len(set(found.ids))
    assert set() == {link for link in found.links if not link.startswith("#") or link[1:] not in found.ids}
    assert [] == found.loads
    assert [] == found.unnamed
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)


def test_page_escapes_what_claims_say(html: str) -> None:
    """Text of a claim cannot become markup."""
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_page_shows_findings_statuses_and_commands(html: str) -> None:
    """A finding names its correction, and each claim the command that reproduces it."""
    assert "A finding." in html
    assert 'What holds instead: <a href="#prediction">' in html
    assert "icl-theory verify thm-4.2-linear --seed 0" in html
    assert 'class="node refuted "' in html.replace('refuted"', 'refuted "')


def test_page_is_deterministic(record: PageRecord) -> None:
    """The same record gives the same bytes."""
    assert page(record, ()) == page(record, ())


def test_every_claim_of_the_paper_is_set_and_small() -> None:
    """The page of all claims of the paper, unchecked, can be drawn, and stays well below 6 MB."""
    results = tuple(unchecked(claim) for claim in catalogue())
    html = page(PageRecord(results, 0, 1e-6, 0, 0, {}, 0.0, ""), ())
    assert len(results) == html.count('<article class="claim"')
    assert len(html.encode()) < 4_000_000


def test_routes_lead_to_steps() -> None:
    """Every route names steps of its derivation, and every claim with a route has steps."""
    for route in ROUTES:
        ids = {step.id for step in DERIVATIONS[route.derivation]().steps}
        assert set(route.steps) <= ids, route.claims
    routed = [claim.id for claim in catalogue() if steps_of(claim.id)[0]]
    assert len(routed) > 50
    assert all(steps_of(name)[1] for name in routed)
    assert ("", ()) == steps_of("no such claim")


def test_a_derived_claim_unfolds_to_its_comparison(record: PageRecord) -> None:
    """Every claim whose left side was derived ends with both sides' comparison, whatever its relation and outcome."""
    known = {claim.id: claim for claim in catalogue()}
    sheet = FormulaSheet()
    for result in record.results:
        _, steps = shown_steps(result, known, sheet)
        assert (steps[-1].left, list(steps[-1].pieces)) == (r"\text{left side} - \text{right side}", [("+", "0")])
    symbolic = next(item for item in record.results[0].evidence if item.kind == "symbolic")
    refuted = replace(symbolic, outcome="refuted", detail="the sides differ by 2 N tr(Lambda)")
    own = replace(record.results[0], id="own", evidence=(refuted,))
    name, steps = shown_steps(own, {}, sheet)
    assert (name, len(steps)) == ("", 2)
    assert r"2 N \operatorname{tr}(\Lambda)" == steps[-1].pieces[0][1].replace("  ", " ")


def derived_result(claim: Claim) -> ClaimResult:
    """What a report would say of a claim with symbolic evidence only."""
    assert claim.left.derive is not None
    derived, definitions = claim.left.derive()
    data = {"derived": str(derived), "definitions": {d.symbol.name: str(d.expression) for d in definitions}}
    return replace(unchecked(claim), evidence=(EvidenceResult("symbolic", "holds", "", "", data=data),))


def test_every_derived_claim_unfolds() -> None:
    """Each claim whose left side is derived unfolds what was derived and compared, nearly all theory's steps too."""
    known = {claim.id: claim for claim in catalogue()}
    derived = [claim for claim in known.values() if claim.left.derive is not None]
    assert len(derived) > 50
    routed = 0
    for claim in derived:
        name, steps = shown_steps(derived_result(claim), known, FormulaSheet())
        assert len(steps) >= 2, claim.id
        assert "side" in steps[-1].left, claim.id
        routed += name in DERIVATIONS
    assert routed > 0.9 * len(derived)


@pytest.mark.parametrize("name", ["thm-4.2-bound", "thm-4.2-bound-mean-sharp"])
def test_a_derived_bound_unfolds_to_a_sum_that_is_at_least_0(name: str) -> None:
    """The sum of nonnegative terms on the page is the difference of the sides."""
    claim = {held.id: held for held in catalogue()}[name]
    _, steps = shown_steps(derived_result(claim), {name: claim}, FormulaSheet())
    assert steps[-1].left == r"\text{right side} - \text{left side}"
    assert steps[-1].pieces[-1][1].endswith(r"\ge 0")
    assert all(sign == "+" for sign, _ in steps[-1].pieces)


def test_page_shows_how_near_bounds_come_to_equality(record: PageRecord) -> None:
    """Every claim with tightness evidence stands in the figure, the tightest first."""
    loose = replace(record.results[0], id="loose", tightness=0.25, tightest="N = 10000000, Lambda = [[1]]")
    tight = replace(record.results[0], id="tight", tightness=0.75, tightest="d = 1")
    html = page(replace(record, results=(loose, tight)), ())
    assert html.index('<a href="#tight">tight</a>') < html.index('<a href="#loose">loose</a>')
    assert "--share:25%" in html
    assert "<i>N</i> = 10<sup>7</sup>, <i>Λ</i> = [[1]]" in html
    assert 'class="bounds"' not in page(record, ())


def test_formula_pieces_keep_the_statement() -> None:
    """A wide bracketed sum is broken inside its bracket, and the label of the formula is its LaTeX."""
    sheet = FormulaSheet()
    text = "s2 + 1/N^2 (w' Gamma^-2 Lambda^3 w + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w - w' Gamma^-2 Lambda w)"
    pieces = sheet.statement_pieces(parse(text), {})
    assert ["+", "+", "+", "-"] == [sign for sign, _ in pieces]
    assert pieces[1][1].count(r"\bigl(") == pieces[-1][1].count(r"\bigr)") == 1
    assert 'role="img"' in sheet.equation("L", "=", pieces)
    assert sheet.definitions().count("<path") == len(set(re.findall(r'id="(g\d+)"', sheet.definitions())))


@pytest.mark.parametrize("name", sorted(DERIVATIONS))
def test_every_derivation_can_be_set(name: str) -> None:
    """Each label and each term of each derivation is LaTeX that can be drawn."""
    sheet = FormulaSheet()
    for step in DERIVATIONS[name]().steps:
        assert sheet.draw(step.label).width > 0
        assert sheet.draw(step.relation).width > 0


@pytest.mark.parametrize(
    ("measured", "shown"),
    [
        ({"left": [["3/4"]]}, "3/4"),
        ({"left": [["0.5"]], "accuracy": 1e-9}, "0.5 ± 1e-09"),
        ({"mean": 2.0, "prompts": 1000}, "2 over 1,000 prompts"),
        (
            {"mean": 2.0, "prompts": 1000, "accepted": [1.5, 2.5]},
            "2, interval [1.5, 2.5], half-width 0.5, over 1,000 prompts",
        ),
    ],
)
def test_measurements_show_their_accuracy(measured: dict[str, Any], shown: str) -> None:
    """Exact numbers stand alone, computed ones with their accuracy, sampled ones with interval and half-width."""
    assert shown == _measured(measured)


def test_page_shows_what_statistics_would_have_detected(record: PageRecord) -> None:
    """The power of statistical evidence stands beside what came out."""
    item = EvidenceResult("Monte Carlo", "holds", "summary", "came out", "", {}, {"factor": 0.125})
    html = page(replace(record, results=(replace(record.results[0], evidence=(item,)),)), ())
    assert f"<td>came out; {item.power}</td>" in html


def test_reduced_edges_leave_out_what_a_path_implies() -> None:
    """a -> c is implied by a -> b -> c."""
    assert [("a", "b"), ("b", "c")] == reduced_edges({"a": (), "b": ("a",), "c": ("a", "b")})


@pytest.mark.parametrize("style", [WIDE, NARROW], ids=["wide", "narrow"])
def test_layout_separates_claims_and_points_down(style: Any) -> None:
    """No two boxes overlap, layers keep to their size, and every edge leads down."""
    parents = {claim.id: claim.rests_on for claim in catalogue()}
    found = layout(parents, style)
    places = list(found.centres.values())
    for i, (x, y) in enumerate(places):
        assert style.box_width / 2 <= x <= found.width - style.box_width / 2
        for other_x, other_y in places[:i]:
            assert y != other_y or abs(x - other_x) >= style.box_width
    assert max(sum(y == level for _, y in places) for level in {y for _, y in places}) <= style.most
    for (parent, child), points in found.routes.items():
        assert found.centres[parent] == points[0]
        assert found.centres[child] == points[-1]
        assert all(a[1] < b[1] for a, b in pairwise(points))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("exponent 2 -> 3 in Gamma", "an exponent changed"),
        ("N -> M", "a length changed"),
        ("U -> U'", "a transpose dropped or added"),
        ("Lambda -> I", "a letter changed"),
        ("1 -> 2", "a number changed"),
        ("factors 1 and 2 exchanged", "neighbouring factors exchanged"),
        ("tr(AB) -> tr(A) tr(B)", "a trace of a product split"),
    ],
)
def test_kinds_of_mutants(change: str, kind: str) -> None:
    """Changes are sorted by kind."""
    assert kind == _kind(change)


def test_export_refuses_sums_over_examples() -> None:
    """A formula with sums over a prompt's examples has no value on diagonal matrices alone."""
    with pytest.raises(ValueError, match="sum over examples"):
        exported(limiting_predictor())


def test_exported_coefficients_are_exact() -> None:
    """The exported coefficients are those of the expression."""
    formula = population_loss()
    terms = exported(formula)["terms"]
    N = Fraction(7)
    assert len(formula.expression.terms) == len(terms)
    for coefficient, term in zip(formula.expression.terms.values(), terms, strict=True):
        above, below = (
            sum(
                Fraction(number) * N ** sum(power for _, power in powers)
                for number, powers in term["coefficient"][part]
            )
            for part in ("above", "below")
        )
        assert coefficient.evaluate({"N": N}, Fraction(1)) == above / below


def test_explorer_has_no_formula_of_its_own() -> None:
    """Everything that the page shows is among the exported formulas, each with terms."""
    assert all(formula["terms"] for formula in explorer_formulas().values())


def test_command_writes_one_file(report_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`report --from` writes index.html into the named directory and nothing else."""
    monkeypatch.setattr("proofs_check.web.page.figures", lambda seed: ())
    source = tmp_path / "report.json"
    source.write_text(report_text)
    result = CliRunner().invoke(report_command, ["--output", str(tmp_path / "out"), "--from", str(source)])
    assert 0 == result.exit_code, result.output
    assert ["index.html"] == [path.name for path in (tmp_path / "out").iterdir()]


def test_command_explains_bad_input(tmp_path: Path) -> None:
    """A file that is no report, or missing, gives one message and exit code 2."""
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    for source in (bad, tmp_path / "missing.json"):
        result = CliRunner().invoke(report_command, ["--output", str(tmp_path / "out"), "--from", str(source)])
        assert 2 == result.exit_code
        assert source.name in result.output
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
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


def enter(browser: Any, **values: object) -> None:
    """Type values into the explorer and wait for the page to compute."""
    browser.execute_async_script(
        """
        const [values, done] = arguments;
        for (const [id, value] of Object.entries(values)) {
          const field = document.getElementById(id);
          field.value = value;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }
        requestAnimationFrame(() => requestAnimationFrame(() => done()));
        """,
        {name: str(value) for name, value in values.items()},
    )


def number(browser: Any, name: str) -> float:
    """A number of the explorer in full precision."""
    return float(browser.execute_script(f"return document.getElementById('out-{name}').dataset.value"))


@pytest.mark.parametrize(
    ("spectrum", "N", "M", "labels", "w", "noise", "b"),
    [
        ([1.0, 0.6, 0.3], 20, 40, "linear", [1.0, 1.0, 1.0], 0.0, 0.2),
        ([2.5], 1, 1, "linear", [-0.5], 0.7, 0.2),
        ([1.0, 0.5, 0.25, 0.125], 7, 1000, "quadratic", [1.0, -2.0, 0.5, 3.0], 0.25, -0.4),
        ([0.9, 0.2], 300, 13, "relu", [1.0, 2.0], 0.0, 0.2),
        ([0.9, 0.2], 3, 5, "sign", [1.0, -2.0], 0.0, 0.2),
    ],
)
def test_explorer_error_equals_python(
    browser: Any, spectrum: list[float], N: int, M: int, labels: str, w: list[float], noise: float, b: float
) -> None:
    """The error in the page, from the exported formula, is that of Python to 1e-9."""
    text = ", ".join(map(str, w))
    enter(browser, spectrum=", ".join(map(str, spectrum)), N=N, M=M, labels=labels, task=text, noise=noise, b=b, T=1)
    arguments: dict[str, Any] = {
        "covariance": np.diag(spectrum),
        "context_length": N,
        "prompt_length": M,
        "w": np.array(w),
    }
    if labels in ("linear", "quadratic"):
        arguments["noise_variance"] = noise
    if labels == "quadratic":
        arguments["B"] = b * np.eye(len(w))
        arguments["c"] = 0.0
    exact = float(prediction_error(labels).evaluate(**arguments))
    assert number(browser, "error") == pytest.approx(exact, rel=AGREEMENT)


def test_explorer_shift_equals_python(browser: Any) -> None:
    """The error under covariate shift in the page is that of Python to 1e-9."""
    enter(browser, spectrum="1 0.4", N=15, M=30, labels="linear", task="2, -1", noise=0.3, c=2.5, T=1)
    covariance = np.diag([1.0, 0.4])
    exact = distribution_shift(at_limit=True).evaluate(
        covariance=covariance,
        context_length=15,
        prompt_length=30,
        context_covariance=2.5 * covariance,
        query_covariance=2.5 * covariance,
        w=np.array([2.0, -1.0]),
        noise_variance=0.3,
    )
    assert number(browser, "shift") == pytest.approx(float(exact), rel=AGREEMENT)


@pytest.mark.parametrize(
    ("spectrum", "N", "sigma", "T"),
    [([1.0, 0.6, 0.3], 20, 0.1, 60.0), ([1.0, 0.5], 3, 0.5, 4.0), ([2.0], 1, 1.5, 10.0), ([1.0] * 6, 50, 0.05, 30.0)],
)
def test_explorer_flow_equals_python(browser: Any, spectrum: list[float], N: int, sigma: float, T: float) -> None:
    """The weights and the loss at the end of the flow in the page are those of Python to 1e-9."""
    enter(browser, spectrum=", ".join(map(str, spectrum)), N=N, sigma=sigma, T=T, labels="linear", task="1")
    path = gradient_flow(Problem.from_spectrum(spectrum, context_length=N), sigma=sigma, t_end=T)
    assert number(browser, "u") == pytest.approx(path.u[-1], rel=AGREEMENT)
    weights = browser.execute_script("return document.getElementById('out-u').dataset.weights")
    assert [float(x) for x in weights.split()] == pytest.approx(path.diagonal[-1], rel=AGREEMENT)
    assert number(browser, "loss") == pytest.approx(path.loss[-1], rel=AGREEMENT)
    assert number(browser, "least") == pytest.approx(path.loss[-1] - path.excess_loss[-1], rel=AGREEMENT)
    limit = float(np.sum(path.problem.gamma**-2.0)) ** 0.25
    assert number(browser, "limit") == pytest.approx(limit, rel=AGREEMENT)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"spectrum": "1, -1"}, "positive"),
        ({"spectrum": "1, x"}, "numbers"),
        ({"N": "0"}, "whole number"),
        ({"M": "2.5"}, "whole number"),
        ({"task": "1, 2"}, "as many as the spectrum"),
        ({"sigma": ""}, "σ"),
    ],
)
def test_explorer_explains_bad_input(browser: Any, values: dict[str, str], message: str) -> None:
    """Values without a meaning give a message, and good ones clear it."""
    good = {"spectrum": "1, 0.6, 0.3", "N": "20", "M": "40", "task": "1", "sigma": "0.1", "T": "10", "labels": "linear"}
    enter(browser, **{**good, **values})
    assert message in browser.find_element("id", "explore-error").text
    enter(browser, **good)
    assert "" == browser.find_element("id", "explore-error").text


def test_sliders_move_the_numbers(browser: Any) -> None:
    """Moving a slider sets the number beside it and the results."""
    enter(browser, **{"spectrum": "1, 0.6, 0.3", "N": 20, "task": "1", "labels": "linear", "noise": 0, "T": 10})
    enter(browser, **{"M-range": 2})
    assert "100" == browser.find_element("id", "M").get_attribute("value")
    exact = prediction_error("linear").evaluate(
        covariance=np.diag([1, 0.6, 0.3]), context_length=20, prompt_length=100, w=np.ones(3)
    )
    assert number(browser, "error") == pytest.approx(float(exact), rel=AGREEMENT)


def test_graph_leads_to_claims(browser: Any, record: PageRecord) -> None:
    """A click, and Enter, on each node of the graph moves to the claim, also when the search hides it."""
    from selenium.webdriver.common.keys import Keys

    browser.set_window_size(1280, 1000)
    nodes = browser.find_elements("css selector", ".graph.wide .node")
    assert [result.id for result in record.results] == [node.get_attribute("data-claim") for node in nodes]
    for i, node in enumerate(nodes):
        name = node.get_attribute("data-claim")
        search(browser, "no such text" if i == 0 else "")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", node)
        if i % 2 == 0:
            node.click()
        else:
            browser.execute_script("arguments[0].focus()", node)
            node.send_keys(Keys.ENTER)
        state = browser.execute_async_script(
            """
            const done = arguments[0];
            const answer = (focus) => done([location.hash.slice(1), focus.id, focus.hidden]);
            setTimeout(() => answer(document.activeElement), 60);
            """
        )
        assert [name, name, False] == state


def search(browser: Any, text: str) -> None:
    """Type into the search box."""
    enter(browser, search=text)


def test_search_filters_claims(browser: Any, record: PageRecord) -> None:
    """The search finds claims by id, text and LaTeX of formulas, and shows all when empty."""

    def shown() -> list[str]:
        return [c.get_attribute("id") for c in browser.find_elements("css selector", ".claim:not([hidden])")]

    search(browser, "lemma 5.1")
    assert "lem-5.1" in shown()
    assert "thm-4.2-linear" not in shown()
    search(browser, r"\gamma^{-2} noisy")
    assert "thm-4.2-linear" in shown()
    search(browser, "no such claim anywhere")
    assert [] == shown()
    enter(browser, search="", status="refuted")
    assert ["wrong"] == shown()
    enter(browser, status="")
    assert [result.id for result in record.results] == shown()


def test_theme_and_narrow_window(browser: Any) -> None:
    """The button changes the theme; at 390 pixels nothing is wider than the window and the tall graph shows."""
    background = "return getComputedStyle(document.body).backgroundColor"
    before = browser.execute_script(background)
    browser.find_element("id", "theme").click()
    assert before != browser.execute_script(background)
    browser.find_element("id", "theme").click()
    assert before == browser.execute_script(background)
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert 390 == browser.execute_script("return document.documentElement.scrollWidth")
    assert browser.find_element("css selector", ".graph.narrow").is_displayed()
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_no_errors_and_no_requests(browser: Any) -> None:
    """After all of the above the console is empty, and nothing was requested but the file itself."""
    assert [] == browser.get_log("browser")
    assert [] == browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)")
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    # Chromium's own new tab, open before the page, logs requests too; they belong to its own document.
    requested = {event["request"]["url"] for event in sent if event["documentURL"].startswith("file:")}
    assert any(url.endswith("/index.html") for url in requested)
    assert {url for url in requested if not url.startswith(("file:", "data:"))} == set()


def test_report_of_a_run_is_the_report_of_its_json() -> None:
    """A run's record is that of its JSON."""
    report = Run(Catalogue(), ("prediction",), prompts=0).report()
    assert load_record(report.to_json()) == of_report(report)


def test_networks_are_shown_from_the_shipped_record() -> None:
    """Every point and dashed line is the record's number, without PyTorch; the linear layers lie on their lines."""
    record = json.loads(network_figures.RECORD.read_text(encoding="utf-8"))
    charts = network_figures.network_figures()
    assert len(charts) == 4
    for chart, name in zip(charts, ("fixed", "correlated", "exp", "fixed-4"), strict=True):
        test = record["tests"][name]
        points = [s for s in chart.series if isinstance(s, Points)]
        lines = {s.colour: s for s in chart.series if isinstance(s, Line)}
        assert [list(p.y) for p in points[:2]] == [
            test["networks"][f"gpt2/{law}"]["mean"][1:] for law in ("fixed", "exp")
        ]
        for drawn in points[2:4]:
            inside = np.mean(
                [low <= y <= high for low, y, high in zip(drawn.low, lines[drawn.colour].y, drawn.high, strict=True)]
            )
            assert inside > 0.6
    assert sum(count for _, count in network_figures.network_outcomes()) == len(record["findings"])
