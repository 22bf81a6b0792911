"""`everward assess PATH...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options
from everward.values import UsageError

if TYPE_CHECKING:
    from everward.criteria.initiative import Assigned


@click.command(short_help="Judge a workload: how it can go down, and why.")
@reading_options
@click.option("--criteria", metavar="ID", multiple=True, help="Judge by this criterion only. Repeatable.")
@click.option(
    "--initiative",
    metavar="NAME|ID|FILE",
    help="Judge by the policies of an initiative instead: of the library, or in a file.",
)
@click.option(
    "--parameters",
    "values",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Values of the initiative's parameters, as JSON.",
)
@click.option(
    "--library",
    "folders",
    metavar="PATH",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Definitions beside those of the library. Repeatable.",
)
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
    initiative: str | None,
    values: Path | None,
    folders: tuple[Path, ...],
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
    _check(initiative, criteria, values, folders)
    from everward.assessment import AssessOptions, Evidence, add_needed_facts, decide_exit, select
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
        initiative=initiative,
    )
    # What does not exist is told before anything is read.
    assigned = _assigned(initiative, values, folders) if initiative is not None else None
    catalogue = assigned.catalogue if assigned is not None else Catalogue.load()
    chosen = select(catalogue, options)
    readings = read(paths, **reading)
    read_in = Estate(readings if assigned is None else [*readings, assigned.reading])
    estate = add_needed_facts(read_in, chosen)
    assessment = judge(estate, catalogue, options)
    evidence = Evidence(estate, chosen)
    for target in outputs:
        look = Look(width=width(), colour=colours(target), full=full)
        deliver(report(target.form).render(Material(assessment, estate, look, evidence)), target)
    return int(decide_exit(assessment, fail_on=fail_on, allow_incomplete=allow_incomplete))


def _check(initiative: str | None, criteria: tuple[str, ...], values: Path | None, folders: tuple[Path, ...]) -> None:
    """Options that say nothing without one another, or against one another."""
    if initiative is not None:
        if criteria:
            raise click.UsageError("`--criteria` and `--initiative` exclude each other")
    elif values is not None or folders:
        raise click.UsageError(f"`--{'parameters' if values is not None else 'library'}` goes with `--initiative`")


def _assigned(name: str, values: Path | None, folders: tuple[Path, ...]) -> Assigned:
    from everward.criteria.initiative import assign
    from everward.policy.library import find_initiative
    from everward.policy.library.values import read_values

    holder, initiative = find_initiative(name, folders)
    return assign(holder, initiative, read_values(values) if values is not None else {})


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
