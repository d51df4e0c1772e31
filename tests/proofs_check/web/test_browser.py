"""The page in a browser: explorer, graph, search, widths, keyboard and screen readers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from numerics import Problem, gradient_flow
from proofs_check.web import PageRecord
from theory import distribution_shift, prediction_error

# Agreement of the page with Python, relative to the value.
AGREEMENT = 1e-9
# Installed by `npm install --no-save axe-core`.
AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
GOOD = {
    **{"spectrum": "1, 0.6, 0.3", "task": "1", "labels": "linear"},
    **{"N": "20", "M": "40", "noise": "0", "sigma": "0.1", "T": "10"},
}


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


def numbers(browser: Any) -> list[str]:
    """What the explorer shows."""
    return [shown.text for shown in browser.find_elements("css selector", "#numbers dd")]


def resize(browser: Any, width: int, height: int) -> None:
    """Show the page on a screen of that size."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def unfold_all(browser: Any) -> None:
    """Open every part of the page."""
    browser.execute_async_script(
        """
        const done = arguments[0];
        for (const part of document.querySelectorAll("details")) part.removeAttribute("name");
        for (const part of document.querySelectorAll("details")) part.open = true;
        const wait = () => document.querySelector("[data-fold]") ? requestAnimationFrame(wait) : done();
        wait();
        """
    )


def fold_all(browser: Any) -> None:
    """Close every part of the page."""
    browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = false;")


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
    [
        ([1.0, 0.6, 0.3], 20, 0.1, 60.0),
        ([1.0, 0.5], 3, 0.5, 4.0),
        ([2.0], 1, 1.5, 10.0),
        ([1.0] * 6, 50, 0.05, 30.0),
        ([20.0, 1.0, 0.05], 20, 0.1, 10.0),
    ],
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
    enter(browser, **GOOD)
    assert "–" not in numbers(browser)
    enter(browser, **{**GOOD, **values})
    assert message in browser.find_element("id", "explore-error").text
    assert ["–"] * 6 == numbers(browser)
    assert [] == browser.find_elements("css selector", "#explore svg")
    assert None is browser.execute_script("return document.getElementById('out-error').dataset.value ?? null")
    invalid = browser.find_elements("css selector", "[aria-invalid]")
    assert [next(iter(values))] == [field.get_attribute("id") for field in invalid]
    enter(browser, **GOOD)
    assert "" == browser.find_element("id", "explore-error").text
    assert "–" not in numbers(browser)


@pytest.mark.parametrize("d", [1, 60, 500])
def test_explorer_takes_any_dimension(browser: Any, d: int) -> None:
    """The error at many eigenvalues is that of Python, and the flow is integrated."""
    enter(browser, **GOOD)
    enter(browser, dimension=d)
    spectrum = np.array(browser.execute_script("return document.getElementById('spectrum').value").split(", "), float)
    assert d == spectrum.size
    exact = prediction_error("linear").evaluate(
        covariance=np.diag(spectrum), context_length=20, prompt_length=40, w=np.ones(d)
    )
    assert number(browser, "error") == pytest.approx(float(exact), rel=AGREEMENT)
    assert "–" not in numbers(browser)


def test_explorer_survives_stiff_spectra(browser: Any) -> None:
    """At eigenvalues 1e9 and 1e-9 the errors are those of Python, and the flow is at its limit in one direction only.

    By time 60 the first weight is 1/(gamma_1 u) and the second has not left sigma/sqrt(2), of which a change in this
    time is of order 1e-12; balance gives u.
    """
    enter(browser, **{**GOOD, "spectrum": "1e9,1e-9", "task": "1"})
    exact = prediction_error("linear").evaluate(
        covariance=np.diag([1e9, 1e-9]), context_length=20, prompt_length=40, w=np.ones(2)
    )
    assert number(browser, "error") == pytest.approx(float(exact), rel=AGREEMENT)
    limit = float(np.sum(Problem.from_spectrum([1e9, 1e-9], context_length=20).gamma ** -2.0)) ** 0.25
    assert number(browser, "limit") == pytest.approx(limit, rel=AGREEMENT)
    u = 0.1 / np.sqrt(2)
    assert number(browser, "u") == pytest.approx(u, rel=AGREEMENT)
    weights = browser.execute_script("return document.getElementById('out-u').dataset.weights")
    gamma = Problem.from_spectrum([1e9, 1e-9], context_length=20).gamma
    assert [float(x) for x in weights.split()] == pytest.approx([1 / (gamma[0] * u), u], rel=AGREEMENT)
    assert not any(bad in text for text in numbers(browser) for bad in ("NaN", "Infinity"))


def test_the_address_keeps_the_choice(browser: Any) -> None:
    """What is typed is in the address, and the address opened again shows the same numbers."""
    enter(browser, **{**GOOD, "spectrum": "2, 0.5", "N": "33", "labels": "relu"})
    address, before = browser.current_url, numbers(browser)
    chosen = parse_qs(urlparse(address).fragment.partition("?")[2])
    assert (["2, 0.5"], ["33"], ["relu"]) == (chosen["spectrum"], chosen["N"], chosen["labels"])
    enter(browser, **GOOD)
    assert before != numbers(browser)
    browser.get("about:blank")
    browser.get(address)
    assert before == numbers(browser)
    assert "2, 0.5" == browser.find_element("id", "spectrum").get_attribute("value")


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
    """A click, or Enter, on a claim of the graph keeps its preview, which opens the claim; Escape closes it."""
    from selenium.webdriver.common.keys import Keys

    resize(browser, 1280, 1000)
    nodes = browser.find_elements("css selector", ".node")
    assert sorted(result.id for result in record.results) == sorted(node.get_attribute("hash")[1:] for node in nodes)
    preview = browser.find_element("id", "preview")
    for i, node in enumerate(nodes):
        name = node.get_attribute("hash")[1:]
        browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", node)
        if i % 2 == 0:
            node.click()
        else:
            browser.execute_script("arguments[0].focus()", node)
            node.send_keys(Keys.ENTER)
        assert name in preview.text
        assert next(result.status for result in record.results if result.id == name) in preview.text
        browser.switch_to.active_element.send_keys(Keys.ESCAPE)
        assert not preview.is_displayed()
        assert name == browser.switch_to.active_element.get_attribute("hash")[1:]
        node.click()
        preview.find_element("css selector", "a").click()
        assert not preview.is_displayed()
        state = browser.execute_async_script(
            """
            const done = arguments[0];
            setTimeout(() => {
              const focus = document.activeElement, box = focus.getBoundingClientRect();
              done([location.hash.slice(1), focus.id, box.height > 0 && box.top < innerHeight]);
            }, 60);
            """
        )
        assert [name, name, True] == state


def test_the_graph_has_a_line_for_each_dependency(browser: Any, record: PageRecord) -> None:
    """Lines are drawn once the graph is near, dotted where they start from what is not proved."""
    browser.execute_script("document.getElementById('map').scrollIntoView({behavior: 'instant'})")
    ids = {result.id: result for result in record.results}
    wanted = [ids[name].status == "proved" for held in record.results for name in held.rests_on if name in ids]
    lines = browser.execute_async_script(
        """
        const done = arguments[0], drawn = () => [...document.querySelectorAll(".edge")].map((e) => e.matches(".open"));
        const wait = () => drawn().length ? done(drawn()) : requestAnimationFrame(wait);
        wait();
        """
    )
    assert sorted(not proved for proved in wanted) == sorted(lines)


def search(browser: Any, text: str) -> list[str]:
    """The ids of the claims that the search finds, in its order."""
    enter(browser, search=text)
    return [link.get_attribute("hash")[1:] for link in browser.find_elements("css selector", "#hits a")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5.1", ["lem-5.1", "wrong", "open"]),
        ("Lemma 5.1 status:proved", ["lem-5.1"]),
        ("(4.2)", ["thm-4.2-linear"]),
        ("theorem 4.2", ["thm-4.2-linear"]),
        ("NOISY labels", ["thm-4.2-linear"]),
        ("status:refuted", ["wrong"]),
        ("status:undecided", ["open"]),
        ("kind:false", ["wrong"]),
        ("kind:gap", []),
        ("gronwall status:tested", []),
        ("no such claim anywhere", []),
        ("", []),
    ],
)
def test_search_finds_numbers_words_and_statuses(browser: Any, text: str, found: list[str]) -> None:
    """Numbers are whole numbers of the paper, words are anywhere, fields are exact; all must fit."""
    assert found == search(browser, text)


def test_search_reads_what_is_folded(browser: Any, record: PageRecord) -> None:
    """Assumptions and evidence are found before they are unfolded, and a hit opens the claim."""
    assert sorted(result.id for result in record.results) == sorted(search(browser, "changed versions of it"))
    search(browser, "5.1")
    browser.execute_script("document.querySelector('#hits a').click()")
    state = "const a = document.activeElement; return [a.id, a.getBoundingClientRect().height > 0]"
    browser.execute_async_script("setTimeout(arguments[0], 60)")
    assert ["lem-5.1", True] == browser.execute_script(state)
    search(browser, "")


def test_one_section_is_open_at_a_time(browser: Any) -> None:
    """Opening a section closes the one before."""
    fold_all(browser)
    opened = """
        const [i, done] = arguments;
        document.querySelectorAll(".part > summary")[i].click();
        setTimeout(() => done([...document.querySelectorAll(".part")].map((part) => part.open)), 60);
    """
    for i in (0, 1):
        state = browser.execute_async_script(opened, i)
        assert (i, 1) == (state.index(True), sum(state))


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
@pytest.mark.parametrize("unfolded", [False, True], ids=["folded", "unfolded"])
def test_nothing_is_wider_than_the_window(browser: Any, width: int, height: int, unfolded: bool) -> None:
    """On a phone and on a small screen the page does not scroll sideways, with everything folded or not."""
    resize(browser, width, height)
    browser.refresh()
    if unfolded:
        unfold_all(browser)
    inner, outer = browser.execute_script("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]")
    assert inner <= outer <= width
    browser.refresh()
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_theme(browser: Any) -> None:
    """The button changes the theme, and changes it back."""
    background = "return getComputedStyle(document.body).backgroundColor"
    before = browser.execute_script(background)
    browser.find_element("id", "theme").click()
    assert before != browser.execute_script(background)
    browser.find_element("id", "theme").click()
    assert before == browser.execute_script(background)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screen_readers_find_no_barrier(browser: Any, theme: str) -> None:
    """axe finds no violation in either theme with everything unfolded, an error shown and a preview kept."""
    if not AXE.exists():
        assert "CI" not in os.environ, "axe-core is not installed"
        pytest.skip("needs axe-core: npm install --no-save axe-core")
    browser.refresh()
    if theme != browser.execute_script("return document.documentElement.dataset.theme"):
        browser.find_element("id", "theme").click()
    unfold_all(browser)
    enter(browser, N="0", search="lemma")
    browser.execute_script("document.querySelector('.node').click()")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    violations = browser.execute_async_script(
        "const done = arguments[0]; axe.run({ resultTypes: ['violations'] }).then((found) => done(found.violations))"
    )
    said = [f"{v['id']}: {v['help']}: {[n['target'] for n in v['nodes'][:4]]}" for v in violations]
    browser.refresh()
    assert [] == said


def test_print_shows_what_is_folded(browser: Any) -> None:
    """On paper every claim stands with its evidence, and what needs a screen is left out."""
    browser.refresh()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_async_script(
        "window.dispatchEvent(new Event('beforeprint')); requestAnimationFrame(() => arguments[0]())"
    )
    height = "return document.querySelector(arguments[0]).getBoundingClientRect().height"
    assert browser.execute_script(height, ".claim .evidence") > 0
    assert 0 == browser.execute_script(height, "#explore")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


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
