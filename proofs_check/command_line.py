"""The command `icl-theory`."""

from __future__ import annotations

import click

from proofs_check.commands.check import check
from proofs_check.commands.derive import derive
from proofs_check.commands.expect import expect_command
from proofs_check.commands.export import export
from proofs_check.commands.flow import flow
from proofs_check.commands.index import index_command
from proofs_check.commands.kernel import kernel
from proofs_check.commands.networks import compare, train
from proofs_check.commands.papers import papers
from proofs_check.commands.report import report
from proofs_check.commands.risk import risk
from proofs_check.commands.verify import run_command, verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="icl-theory", prog_name="icl-theory")
def main() -> None:
    """Derive, check and hand over the theory of in-context learning by linear attention.

    \b
    icl-theory verify                      check every claim of the papers
    icl-theory derive prediction_error     show a derivation, step by step with --steps
    icl-theory expect "E[x' A x]" --gaussian x:Lambda
    icl-theory flow --spectrum 1,0.5,0.1 --context-length 50 --plot flow.png
    icl-theory risk --spectrum 1,0.5,0.1 --context-length 50 --prompt-length 5,20,80
    icl-theory report --output page        claims, evidence and derivations as one web page
    icl-theory export --output tex --pdf   every formula as LaTeX, and an article
    """


COMMANDS = (
    *(derive, verify, check, papers, index_command, expect_command),
    *(flow, risk, report, export, train, compare, kernel, run_command),
)
for command in COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
