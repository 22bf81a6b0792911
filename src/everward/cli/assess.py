"""`everward assess PATH...`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options
from everward.values import UsageError


@click.command(short_help="Judge a workload: how it can go down, and why.")
@reading_options
@click.option("--criteria", metavar="ID", multiple=True, help="Judge by this criterion only. Repeatable.")
@click.option(
    "--edition", type=click.Choice(["2022", "2026"]), default="2026", show_default=True, help="Edition of the guidance."
)
@click.option(
    "--fail-on",
    type=click.Choice(["critical", "high", "medium", "low", "info", "never"]),
    default="high",
    show_default=True,
    help="End with 1 when a finding is at least this severe.",
)
@click.option("--allow-incomplete", is_flag=True, help="Let what could not be read not decide the exit code.")
@output_option("text", "json", "sarif", "html")
@click.option("--full", is_flag=True, help="Show long lists whole.")
def assess(
    paths: tuple[Path, ...],
    criteria: tuple[str, ...],
    edition: str,
    fail_on: str,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    full: bool,
    **reading: Any,
) -> int:
    """Judge a workload: how it can go down or lose data, why, and where.

    Reads every input below PATH: Terraform folders, plans and states as JSON, ARM templates, inventories.
    """
    outputs = check_targets(targets)
    from everward.assessment import AssessOptions, Evidence, decide_exit, select
    from everward.assessment import assess as judge
    from everward.criteria import Catalogue
    from everward.estate import Estate
    from everward.reports import Look, Material, report

    options = AssessOptions(
        paths=tuple(map(str, paths)),
        criteria=_ids(criteria),
        edition=edition,
        subscription=reading["subscription"],
        environment=reading["environment"],
    )
    catalogue = Catalogue.load()
    chosen = select(catalogue, options)  # an unknown id is told before anything is read
    estate = Estate(read(paths, **reading))
    assessment = judge(estate, catalogue, options)
    evidence = Evidence(estate, chosen)
    for target in outputs:
        look = Look(width=width(), colour=colours(target), full=full)
        deliver(report(target.form).render(Material(assessment, estate, look, evidence)), target)
    return int(decide_exit(assessment, fail_on=fail_on, allow_incomplete=allow_incomplete))


def _ids(given: tuple[str, ...]) -> tuple[str, ...]:
    """The criteria that options name, each one id or several with commas between them.

    Raises:
        UsageError: when an option names none: that is never meant as all of them.

    """
    ids: list[str] = []
    for text in given:
        parts = text.replace(",", " ").split()
        if not parts:
            raise UsageError(f"`--criteria {text}` names no criterion", help="`everward criteria list` shows all")
        ids += parts
    return tuple(ids)
