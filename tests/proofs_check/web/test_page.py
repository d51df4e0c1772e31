"""The page as a file: whole, self-contained, small, and saying no more than the record."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from proofs_check.commands.report import report as report_command
from proofs_check.judge.check import described
from proofs_check.judge.results import EvidenceResult
from proofs_check.papers import catalogue
from proofs_check.web import PageRecord
from proofs_check.web.claims import _measured, shown_claim
from proofs_check.web.page import page, titled
from proofs_check.web.sections import by_paper
from proofs_check.web.story import STORY

# What the file may weigh.
MOST_BYTES = 1_000_000


class _Checker(HTMLParser):
    """Collects ids, links, levels of headings and everything that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.unnamed: list[str] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"] or "")
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag in ("img", "iframe", "object", "embed", "audio", "video") or "src" in values:
            self.loads.append(tag)
        if values.get("role") == "img" and not values.get("aria-label"):
            self.unnamed.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))


def checked(html: str) -> _Checker:
    """The page, parsed."""
    checker = _Checker()
    checker.feed(html)
    return checker


def unpacked(html: str) -> dict[str, str]:
    """What unfolds on a page, by its name."""
    found = re.search(r'id="folded">([^<]*)<', html)
    assert found is not None
    texts: dict[str, str] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return texts


def unfolded(html: str, folded: dict[str, str]) -> str:
    """A page with each text that unfolds in its place."""
    for name, text in folded.items():
        html = re.sub(rf'(data-fold="{re.escape(name)}".*?</summary>)', lambda found, held=text: found[1] + held, html)
    return html


@pytest.fixture(scope="module")
def folded(html: str) -> dict[str, str]:
    """What unfolds on the page of the small run."""
    return unpacked(html)


def test_page_is_whole_and_self_contained(html: str, folded: dict[str, str]) -> None:
    """Ids are unique, links lead somewhere in the file, nothing is loaded, images have texts, no level is skipped."""
    found = checked(unfolded(html, folded))
    assert len(found.ids) == len(set(found.ids))
    assert set() == {link for link in found.links if not link.startswith("#") or link[1:] not in found.ids}
    assert [] == found.loads
    assert [] == found.unnamed
    assert 1 == found.levels[0] == found.levels.count(1)
    assert all(after <= before + 1 for before, after in pairwise(found.levels))
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)


def test_a_claim_shows_how_its_theorem_is_read(html: str, folded: dict[str, str]) -> None:
    """The theorem, its hypotheses beyond the claim's, that solutions exist, and the remark."""
    shown = (
        "<code>T.t</code>, partial; a moment; solutions exist by <code>T.e</code>; "
        "of every probability measure by <code>T.m</code>. Note: n &gt; 1"
    )
    assert 1 == unfolded(html, folded).count(shown)


def test_everything_that_unfolds_is_there(html: str, folded: dict[str, str]) -> None:
    """Each part that a script fills has its text, and no text is left over."""
    assert sorted(folded) == sorted(re.findall(r'data-fold="([^"]*)"', html + "".join(folded.values())))


def test_page_escapes_what_claims_say(record: PageRecord) -> None:
    """Text of a claim cannot become markup, at once or unfolded."""
    evil = "</script><script>alert(1)</script>"
    first = replace(record.results[0], assumptions=(evil,), title=evil, source=evil, counterexample=evil)
    first = replace(first, left=rf"\text{{{evil}}}", reason=rf"so $\text{{{evil}}}$")
    html = page(replace(record, results=(first,)), {})
    for text in (html, *unpacked(html).values()):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in html


def test_page_shows_findings_statuses_and_commands(html: str, folded: dict[str, str]) -> None:
    """A finding stands early, names its correction, and is nowhere shown as a statement that holds."""
    assert html.index('id="findings"') < html.index('id="claims"')
    assert 'What holds instead: <a href="#prediction">' in html
    assert "Printed, and refuted:" in html
    assert re.search(r'<a class="node finding refuted[^"]*" href="#wrong"', html)
    assert "icl-theory verify ID --verbose --seed 0" in html
    assert '<a href="#derivation-prediction_error">' in folded["thm-4.2-linear"]


def test_page_is_deterministic(record: PageRecord) -> None:
    """The same record gives the same bytes."""
    assert page(record, {}) == page(record, {})


def test_every_claim_is_set_and_the_file_is_small() -> None:
    """The page of all claims of all papers, unchecked, can be drawn, and has room for evidence below a megabyte."""
    results = tuple(described(claim) for claim in catalogue())
    text = page(PageRecord(results, 0, 1e-6, {}, ""), {})
    articles = text + "".join(unpacked(text).values())
    assert len(results) == articles.count('<article class="claim"')
    assert len(text.encode()) < 0.7 * MOST_BYTES


def test_more_papers_add_little(record: PageRecord) -> None:
    """Four hundred claims beside those of the paper, evidence and all, take less than a tenth of what there is."""
    first = page(record, {})
    extra = tuple(replace(record.results[i % 3], id=f"own-{i}", paper="") for i in range(400))
    both = page(replace(record, results=(*record.results, *extra)), {})
    assert both.count('<article class="claim"') == len(record.results)
    assert unpacked(both)["paper-own"].count('<article class="claim"') == 400
    assert len(both.encode()) - len(first.encode()) < 0.1 * MOST_BYTES
    assert ">Statements of your own</h4>" in both
    levels = checked(unfolded(both, unpacked(both))).levels
    assert 6 == max(levels)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert "<b>400</b> claims of other papers" in both


def test_titles_of_papers() -> None:
    """A title between asterisks is set as one, whatever else stands there."""
    assert "A &lt;b&gt; (2024), <cite>On x</cite>, JMLR" == titled("A <b> (2024), *On x*, JMLR")


def test_the_story_is_of_claims_of_the_paper() -> None:
    """Every claim that the story shows exists, and none is a finding."""
    claims = {claim.id: claim for claim in catalogue("zhang2024")}
    told = [name for chapter in STORY for name in chapter.claims]
    assert len(told) == len(set(told))
    assert all(not claims[name].finding for name in told)


def test_claims_of_a_users_own_have_no_story_of_a_paper(record: PageRecord) -> None:
    """A run without the paper's claims is not introduced as its theory, and its links lead somewhere."""
    own = replace(record, results=(replace(record.results[0], id="own", paper="", rests_on=()),))
    html = page(own, {})
    assert "Zhang" not in html
    assert '<h1 id="title">Statements of your own</h1>' in html
    found = checked(unfolded(html, unpacked(html)))
    assert set() == {link[1:] for link in found.links} - {*found.ids}


def test_every_claim_has_one_section(record: PageRecord) -> None:
    """Sections follow the paper, hold each claim once, and take in claims of a user's own and of none."""
    own = replace(record.results[0], id="own", paper="")
    strange = replace(record.results[0], id="strange")
    results = (*(described(claim) for claim in catalogue()), own, strange)
    papers = by_paper(results)
    assert sorted(result.id for result in results) == sorted(held.id for paper in papers for held in paper.results)
    for paper in papers:
        assert len(paper.results) == paper.size == sum(paper.counts.values())
    titles = [section.title for section in papers[0].sections]
    assert ["Section 3", "Section 4.1", "Section 4.2", "Section 4.3", "Section 5"] == titles[:5]
    assert titles[-3:] == ["What goes beyond the paper", "Findings", "Other statements"]
    assert ("", ("own",)) == (papers[-1].key, tuple(result.id for result in papers[-1].results))


def test_page_shows_how_near_bounds_come_to_equality(record: PageRecord) -> None:
    """Every claim with tightness evidence stands in the table, the tightest first."""
    loose = replace(record.results[0], id="loose", tightness=4.0, tightest="N = 10000000, Lambda = [[1]]")
    tight = replace(record.results[0], id="tight", tightness=4 / 3, tightest="d = 1")
    html = page(replace(record, results=(loose, tight)), {})
    table = html[html.index('<table class="bounds"') :]
    assert table.index('<a href="#tight">tight</a>') < table.index('<a href="#loose">loose</a>')
    assert "--share:25%" in table
    assert "--share:75%" in table
    assert '<math><mi>N</mi></math> = <span class="nb"><math><msup><mn>10</mn><mn>7</mn></msup></math>,</span>' in table
    assert '<table class="bounds"' not in page(record, {})


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


def test_what_is_tested_says_where_at_once(record: PageRecord) -> None:
    """A claim that is tested at instances says at how many and which before it is unfolded; a proved one need not."""
    item = EvidenceResult("exact", "holds", "6 instances, N = 1, 2, 3", "equal")
    other = EvidenceResult("numerical", "refuted", "at 5 instances", "not equal")
    tested = replace(record.results[0], id="own", status="tested", evidence=(item, other))
    assert "<b>Checked:</b> exact: 6 instances, N = 1, 2, 3.</p>" in page(replace(record, results=(tested,)), {})
    assert "<b>Checked:</b>" not in page(replace(record, results=record.results[:1]), {})


def test_evidence_says_what_it_would_have_detected(record: PageRecord) -> None:
    """The power of statistical evidence stands beside what came out."""
    item = EvidenceResult("Monte Carlo", "holds", "summary", "came out", "", {}, {"factor": 0.125})
    shown = shown_claim(replace(record.results[0], evidence=(item,)), {})
    assert f"came out; {item.power}" == shown["evidence"][0]["detail"]


def test_command_writes_one_file(report_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`report --from` writes index.html into the named directory and nothing else."""
    monkeypatch.setattr("proofs_check.web.page.figures", lambda seed: {})
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
