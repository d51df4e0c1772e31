"""Every code block of the documentation runs and prints what it says; reference and notebook are current."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, get_args

import click
import pytest
from click.testing import CliRunner

from proofs_check import catalogue
from proofs_check.command_line import main
from proofs_check.judge.status import Status
from proofs_check.papers import unclaimed

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
# Files, and commands of the shell: what they install is slow, so `make test-slow` runs them. The statements in Coq are
# written by docs/make_kernel.py from the record, and have a test of their own. Directives are for the site.
NOT_RUN = {"sh", "", "toml", "coq", "{eval-rst}", "{toctree}"}


class Block(NamedTuple):
    line: int
    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page with the line on which they start."""
    content = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```$", content, flags=re.MULTILINE | re.DOTALL):
        yield Block(content.count("\n", 0, match.start()) + 2, match[1], match[2])


def agrees(expected: str, printed: str) -> bool:
    """Whether printed text is as expected, `...` standing for anything."""
    pattern = ".*".join(re.escape(part) for part in re.sub(r"[ \t]+", " ", expected.strip()).split("..."))
    return re.fullmatch(pattern, re.sub(r"[ \t]+", " ", printed.strip()), flags=re.DOTALL) is not None


def run_console(text: str) -> None:
    """Run the commands of a console block in this process and compare what they print."""
    for piece in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = piece.partition("\n")
        words = shlex.split(command, comments=True)
        assert "icl-theory" in words, f"a console block may only run icl-theory, not {command!r}"
        variables = dict(word.split("=", 1) for word in words[: words.index("icl-theory")])
        arguments = words[words.index("icl-theory") + 1 :]
        if "--pdf" in arguments and shutil.which("pdflatex") is None and "CI" not in os.environ:
            continue
        printed = CliRunner().invoke(main, arguments, prog_name="icl-theory", env=variables).output
        assert agrees(expected, printed), f"$ {command}\nexpected:\n{expected}\nprinted:\n{printed}"


def run_page(page: Path) -> None:
    """Run a page's blocks from top to bottom; Python blocks share their names."""
    names: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for line, language, text in blocks(page):
        if language == "console":
            run_console(text)
        elif language == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile("\n" * (line - 1) + text, str(page), "exec"), names)
            printed = output.getvalue()
        elif language.startswith("python file="):
            Path(language.partition("=")[2]).write_text(text, encoding="utf-8")
        elif language == "text":
            assert agrees(text, printed), f"{page.name}:{line}\nexpected:\n{text}\nprinted:\n{printed}"
        else:
            assert language in NOT_RUN, f"{page.name}:{line}: a block of unknown kind {language!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and console blocks run in order and print what stands below them."""
    monkeypatch.chdir(tmp_path)
    run_page(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_targets_of_make_exist(page: Path) -> None:
    """What a shell block asks of make is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    asked = {
        match
        for block in blocks(page)
        if block.language == "sh"
        for match in re.findall(r"^make (\S+)", block.text, re.M)
    }
    assert asked <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_shell_blocks_have_these_options(page: Path) -> None:
    """Commands that take too long to run here are at least commands, with options that exist."""
    for block in blocks(page):
        if block.language == "sh":
            for line in re.findall(r"^icl-theory (.*)$", block.text, flags=re.MULTILINE):
                name, *arguments = shlex.split(line, comments=True)
                command = main.commands[name]
                command.make_parser(click.Context(command)).parse_args(arguments)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the block is for bash")
def test_shell_completion_is_installed_by_its_block(tmp_path: Path) -> None:
    """The lines of the page, run in an empty home directory, make bash complete the command."""
    page = ROOT / "docs" / "how-to" / "use-the-terminal.md"
    (lines,) = (block.text for block in blocks(page) if block.language == "sh" and "COMPLETE" in block.text)
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": folders}
    script = f"set -e\n{lines}. ~/.bashrc\ncomplete -p icl-theory"
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert "_icl_theory_completion" in done.stdout


def run_block(readme: str) -> str:
    """What stands between the comments that mark a run's counts."""
    (block,) = re.findall(r"^<!-- run -->\n(.+?)\n<!-- /run -->$", readme, flags=re.MULTILINE | re.DOTALL)
    return str(block)


def require_true_counts(block: str, total: int, findings: int, without: int = 0) -> None:
    """The counts are the catalogue's, the statuses exist, and their counts add up where any is given."""
    said = re.search(r"\b(\d+) claims(?: and (\d+) statements? without a claim)?(?:: ([^.]*))?", block)
    assert said, "the block gives no number of claims"
    assert int(said[1]) == total
    assert int(said[2] or 0) == without
    assert [int(n) for n in re.findall(r"(\d+)(?: of them)? findings", block)] == [findings]
    counts = re.findall(r"(\d+) (\w+)", said[3] or "")
    assert {word for _, word in counts} <= {*get_args(Status), "findings"}
    assert not counts or sum(int(n) for n, _ in counts) == total + without


def test_the_run_of_the_readme_is_of_this_catalogue() -> None:
    """The number of claims and of findings in the README are those of the catalogue, and its statuses exist."""
    claims = catalogue()
    findings = sum(bool(claim.finding) for claim in claims)
    block = run_block((ROOT / "README.md").read_text(encoding="utf-8"))
    require_true_counts(block, len(claims), findings, len(unclaimed()))


@pytest.mark.parametrize(
    "block",
    [
        "4 claims: 3 proved, 1 findings",
        "3 claims: 2 certified, 1 findings",
        "3 claims: 1 proved, 1 findings",
        "3 claims: 1 proved, 2 findings",
        "many claims, 1 findings",
        "3 claims and 1 statement without a claim: 2 proved, 1 undecided, 1 findings",
    ],
)
def test_wrong_counts_in_the_readme_are_noticed(block: str) -> None:
    """Another total, a status that does not exist, counts that do not add up, other findings."""
    require_true_counts("3 claims: 2 proved, 1 findings", 3, 1)
    with pytest.raises(AssertionError):
        require_true_counts(block, 3, 1)


@pytest.mark.slow
def test_the_tutorial_installs_in_a_clean_environment(tmp_path: Path) -> None:
    """The tutorial's first block, in a copy of the project, gives a command that derives; it downloads wheels."""
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "report"))
    first = next(blocks(ROOT / "docs" / "tutorial.md"))
    assert first.language == "sh"
    subprocess.run(["bash", "-e", "-c", f"{first.text}icl-theory derive --list"], cwd=project, check=True)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_run(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code cells run in order, and the text that was stored is what they print."""
    monkeypatch.chdir(tmp_path)
    runner = runpy.run_path(str(ROOT / "examples" / "run_notebook.py"))
    stored = json.loads(notebook.read_text(encoding="utf-8"))
    fresh = runner["executed"](stored)
    assert fresh == stored, "run `python examples/run_notebook.py examples/*.ipynb` and look at what changed"


def test_links_lead_somewhere() -> None:
    """Relative links between pages name files that exist."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_reference_is_made_from_every_package() -> None:
    """What the wheel holds is what the site describes, and the page links to it."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    described = [entry["path"].removeprefix("../") for entry in configuration()["apidoc_modules"]]
    assert wheel["wheel"]["packages"] == described
    page = (ROOT / "docs" / "reference" / "README.md").read_text(encoding="utf-8")
    assert all(f"\n{package}/{package}\n" in page for package in described)


def configuration() -> dict[str, Any]:
    """The settings of the site."""
    return runpy.run_path(str(ROOT / "docs" / "conf.py"))


@pytest.mark.skipif(
    find_spec("sphinx") is None or find_spec("myst_parser") is None, reason="the extra `docs` is not installed"
)
def test_the_site_shows_docstrings_as_they_are(tmp_path: Path) -> None:
    """What would be markup in a docstring is shown, equations stand by themselves, and warnings are errors."""
    (tmp_path / "odd.py").write_text(
        '''"""Sums *x_i* of |x_i|.

    a*b* = x_ + `code`

Then text_.
"""


def f(x_: int) -> int:
    """E[x_ * x_] of `x_`.

    Args:
        x_: a number with |x_| < 1*.

    Returns:
        x_*2.
    """
    return x_
''',
        encoding="utf-8",
    )
    settings = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    settings = settings.replace("Path(__file__).parent.parent", f"Path({str(ROOT)!r})")
    (tmp_path / "conf.py").write_text(f"{settings}\napidoc_modules = []\n")
    (tmp_path / "index.md").write_text("# T\n\n```{eval-rst}\n.. automodule:: odd\n   :members:\n```\n")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "text", str(tmp_path), str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = (tmp_path / "out" / "index.txt").read_text(encoding="utf-8")
    assert "Sums *x_i* of |x_i|." in shown
    assert "\n   a*b* = x_ + `code`\n" in shown
    assert 'E[x_ * x_] of "x_".' in shown
    assert "a number with |x_| < 1*." in shown


def test_a_wrong_block_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output that differs, an error, and an unknown kind of block each fail."""
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    for text in (
        "```python\nprint(1)\n```\n```text\n2\n```\n",
        "```console\n$ icl-theory expect 1\n2\n```\n",
        "```c\n```\n",
    ):
        page.write_text(text, encoding="utf-8")
        with pytest.raises(AssertionError):
            run_page(page)
    page.write_text("```python\nraise KeyError('x')\n```\n", encoding="utf-8")
    with pytest.raises(KeyError):
        run_page(page)
    assert os.getcwd() == str(tmp_path)


def test_the_page_beyond_the_paper_names_claims_that_exist() -> None:
    """Every id in its tables is one of the catalogue's."""
    page = (ROOT / "docs" / "beyond-the-paper.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:B\d+|thm|lem|eq)-[\w.-]+|[BF]\d+)`", page))
    assert len(named) > 20
    assert named <= {claim.id for claim in catalogue()}
