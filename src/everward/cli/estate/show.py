"""`everward estate show PATH...`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options


@click.command()
@reading_options
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only resources of this type. Repeatable.")
@click.option("--id", "resource_id", metavar="ID", help="Only this resource, whole: its ARM id, name or address.")
@click.option(
    "--source", "sources", metavar="READING", multiple=True, help="Only what this reading has: a source or a path."
)
@click.option("--allow-incomplete", is_flag=True, help="Let what could not be read not decide the exit code.")
@output_option("text", "json")
@click.option("--full", is_flag=True, help="Show long lists whole.")
def show(
    paths: tuple[Path, ...],
    types: tuple[str, ...],
    resource_id: str | None,
    sources: tuple[str, ...],
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    full: bool,
    **reading: Any,
) -> int:
    """Show what was read below PATH: resources with their places, what is unknown, what became of each address."""
    outputs = check_targets(targets)
    from everward.assessment import Exit
    from everward.cli.estate.choosing import choose, tell_missing, tell_unread
    from everward.estate import Estate
    from everward.reports import Look
    from everward.reports.estate import estate_json, estate_text, resource_text

    found = Estate(read(paths, **reading))
    chosen = choose(found, types, resource_id, sources)
    tell_missing(found, types)
    for target in outputs:
        if target.form == "json":
            deliver(estate_json(found, chosen), target)
        elif resource_id is not None:
            deliver((piece for resource in chosen for piece in resource_text(found, resource)), target)
        else:
            deliver(estate_text(found, chosen, Look(width=width(), colour=colours(target), full=full)), target)
    if resource_id is not None:
        tell_unread(found)
    return int(Exit.INCOMPLETE if found.incomplete and not allow_incomplete else Exit.CLEAN)
