"""`everward estate diff PATH...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options

if TYPE_CHECKING:
    from everward.estate import Estate, Side


@click.command()
@reading_options
@click.option(
    "--between",
    metavar="A B",
    nargs=2,
    help="Only these two: sources (`terraform`, `plan`, `inventory`...) or paths that were read.",
)
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only resources of this type. Repeatable.")
@click.option("--id", "resource_id", metavar="ID", help="Only this resource: its ARM id, name or address.")
@click.option("--noise", is_flag=True, help="Show differences that mean nothing too.")
@click.option("--exit-code", is_flag=True, help="End with 1 when readings differ.")
@click.option("--allow-incomplete", is_flag=True, help="Let what could not be read not decide the exit code.")
@output_option("text", "json")
@click.option("--full", is_flag=True, help="Show long lists and values whole.")
def diff(
    paths: tuple[Path, ...],
    between: tuple[str, str] | None,
    types: tuple[str, ...],
    resource_id: str | None,
    noise: bool,
    exit_code: bool,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    full: bool,
    **reading: Any,
) -> int:
    """Show where readings of the same resources disagree: each property, what each says, and where it says so.

    PATHs are read as one estate: a configuration, its plan and an export of what is deployed meet in one resource.
    """
    outputs = check_targets(targets)
    from everward.assessment import Exit
    from everward.cli.estate.choosing import choose, tell_missing, tell_unread
    from everward.estate import Estate, compare_sides
    from everward.reports import Look
    from everward.reports.estate_diff import diff_json, diff_text

    found = Estate(read(paths, **reading))
    asked = bool(types) or resource_id is not None
    keys = {resource.key for resource in choose(found, types, resource_id)} if asked else None
    comparison = compare_sides(found, _sides(found, between), keys)
    tell_missing(found, types)
    for target in outputs:
        if target.form == "json":
            deliver(diff_json(found, comparison, noise=noise), target)
        else:
            look = Look(width=width(), colour=colours(target), full=full)
            deliver(diff_text(found, comparison, look, noise=noise), target)
    tell_unread(found)
    if found.incomplete and not allow_incomplete:
        return int(Exit.INCOMPLETE)
    return int(Exit.FINDINGS if exit_code and (comparison.differing or comparison.only) else Exit.CLEAN)


def _sides(estate: Estate, between: tuple[str, str] | None) -> tuple[Side, ...]:
    from everward.cli.estate.choosing import readings_named
    from everward.estate import Side, sides_of
    from everward.values import UsageError

    if between is None:
        return sides_of(estate.readings)
    one, two = (tuple(readings_named(estate.readings, name)) for name in between)
    shared = [reading.label for reading in one if any(reading is other for other in two)]
    if shared:
        raise UsageError(
            f"`{between[0]}` and `{between[1]}` both mean {shared[0]}", help="name two readings that differ"
        )
    return Side(between[0], one), Side(between[1], two)
