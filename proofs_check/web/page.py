"""One self-contained HTML file of a verify run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from proofs_check.judge.run import write_atomically
from proofs_check.papers import catalogue
from proofs_check.papers.zhang2024.derivations import steps_of
from proofs_check.web.charts import Chart
from proofs_check.web.claims import place, shown_claim
from proofs_check.web.derivations import ShownDocument, shown_document
from proofs_check.web.export import explorer_formulas
from proofs_check.web.figures import figures
from proofs_check.web.formulas import sentence
from proofs_check.web.graph import KINDS, nodes
from proofs_check.web.network_figures import network_figures, network_outcomes
from proofs_check.web.record import PageRecord
from proofs_check.web.sections import PaperPart, by_paper
from proofs_check.web.story import STORY
from theory import DERIVATIONS

_FOLDER = Path(__file__).parent


def write_page(record: PageRecord, output: Path) -> Path:
    """Write output/index.html, creating the directory, and return its path."""
    output.mkdir(parents=True, exist_ok=True)
    path = output / "index.html"
    write_atomically(path, page(record, figures(record.seed)))
    return path


def page(record: PageRecord, charts: Mapping[str, Chart]) -> str:
    """Return the HTML of a run; `charts` are the figures of the story by their names."""
    known = {claim.id: claim for claim in catalogue()}
    claims = {result.id: shown_claim(result, known) for result in record.results}
    papers = by_paper(record.results)
    needed = {steps_of(result.id)[0] for result in record.results}
    derivations = {name: shown_document(name) for name in DERIVATIONS if name in needed}
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    formulas = json.dumps(explorer_formulas(), separators=(",", ":"))
    # The explorer first: it sets the height of what is above the claims, to which the other may scroll.
    script = _text("explorer.js").replace("/*FORMULAS*/null", formulas) + _text("page.js")
    return environment.get_template("page.html.j2").render(
        record=record,
        claims=claims,
        papers=papers,
        findings=[claims[held.id] for held in papers[0].results if held.finding and held.status == "refuted"],
        story=STORY if any(name in claims for chapter in STORY for name in chapter.claims) else (),
        sentence=sentence,
        titled=titled,
        nodes=nodes,
        kinds=KINDS,
        charts=charts,
        derivations=derivations,
        bounds=_bounds(record),
        networks=network_figures(),
        network_outcomes=network_outcomes(),
        folded=_folded(environment, papers, claims, derivations),
        style=Markup(_text("page.css")),
        script=Markup(script),
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
    )


def _folded(
    environment: Environment,
    papers: Sequence[PaperPart],
    claims: Mapping[str, Mapping[str, Any]],
    derivations: Mapping[str, ShownDocument],
) -> str:
    """What unfolds on the page, by its name, compressed: evidence repeats itself, and few readers unfold all of it."""
    used_by: dict[str, list[str]] = {}
    for result in (result for paper in papers for result in paper.results):
        for name in result.rests_on:
            used_by.setdefault(name, []).append(result.id)
    macros: Any = environment.get_template("claim.html.j2").module
    texts = {name: macros.more(claim, used_by.get(name, [])) for name, claim in claims.items()}
    texts |= {f"paper-{paper.key or 'own'}": macros.sections(paper, claims, level=5) for paper in papers[1:]}
    texts |= {f"derivation-{name}": macros.derivation(document) for name, document in derivations.items()}
    return base64.b64encode(zlib.compress(json.dumps(texts, ensure_ascii=False).encode(), 9)).decode()


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def titled(text: str) -> Markup:
    """The description of a paper, its title between asterisks set as one."""
    return Markup(re.sub(r"\*([^*]+)\*", r"<cite>\1</cite>", str(escape(text))))


def _template(name: str) -> str:
    """A template without its indentation, which is for its readers."""
    return "\n".join(line.strip() for line in _text(name).splitlines())


def _bounds(record: PageRecord) -> list[dict[str, Any]]:
    """Inequalities with the least factor by which they could be stronger without being refuted, the tightest first."""
    held = [(result.tightness, result) for result in record.results if result.tightness is not None]
    return [
        {
            "result": result,
            "title": sentence(result.title),
            "factor": f"{factor:.6g}",
            "share": f"{100 / max(1.0, factor):.4g}%",
            "where": place(result.tightest),
        }
        for factor, result in sorted(held, key=lambda pair: pair[0])
    ]
