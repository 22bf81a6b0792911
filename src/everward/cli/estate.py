"""`everward estate show PATH...`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options
from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.estate import Estate, Resource

_NEAR = 5
"""How many types are named that were perhaps meant."""


class EstateGroup(LazyGroup):
    """`everward estate COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "show": ("everward.cli.estate:show", "Show the resources, their places and what is not known of them.")
    }


@click.command(cls=EstateGroup)
def estate() -> None:
    """Show the resources as they were read."""


@click.command()
@reading_options
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only resources of this type. Repeatable.")
@click.option("--id", "resource_id", metavar="ID", help="Only this resource, whole: its ARM id, name or address.")
@click.option("--allow-incomplete", is_flag=True, help="Let what could not be read not decide the exit code.")
@output_option("text", "json")
@click.option("--full", is_flag=True, help="Show long lists whole.")
def show(
    paths: tuple[Path, ...],
    types: tuple[str, ...],
    resource_id: str | None,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    full: bool,
    **reading: Any,
) -> int:
    """Show what was read below PATH: resources with their places, what is unknown, what became of each address."""
    outputs = check_targets(targets)
    from everward.assessment import Exit
    from everward.estate import Estate
    from everward.reports import Look
    from everward.reports.estate import estate_json, estate_text, resource_text

    found = Estate(read(paths, **reading))
    chosen = _choose(found, types, resource_id)
    _tell_missing(found, types)
    for target in outputs:
        if target.form == "json":
            deliver(estate_json(found, chosen), target)
        elif resource_id is not None:
            deliver((piece for resource in chosen for piece in resource_text(resource)), target)
        else:
            deliver(estate_text(found, chosen, Look(width=width(), colour=colours(target), full=full)), target)
    return int(Exit.INCOMPLETE if found.incomplete and not allow_incomplete else Exit.CLEAN)


def _choose(estate: Estate, types: tuple[str, ...], resource_id: str | None) -> list[Resource]:
    wanted = {name.lower() for name in types}
    chosen = [resource for resource in estate if not wanted or resource.type_key in wanted]
    if resource_id is None:
        return chosen
    key = resource_id.rstrip("/").lower()
    exact = [resource for resource in chosen if resource.key == key]
    if exact:
        return exact
    named = [resource for resource in chosen if key in (resource.name.lower(), (resource.origin.address or "").lower())]
    if not named:
        raise UsageError(f"there is no resource `{resource_id}`", help="`everward estate show` lists all")
    return named


def _tell_missing(estate: Estate, types: tuple[str, ...]) -> None:
    """Say which of the types that were asked for nothing is of, and what was perhaps meant."""
    from difflib import get_close_matches

    present = {resource.type_key: resource.type for resource in estate}
    for name in types:
        if name.lower() in present:
            continue
        click.echo(f"there is no resource of type `{clean(name)}`", err=True)
        wanted = name.lower()
        near = [key for key in present if wanted and wanted in key] or get_close_matches(wanted, present, cutoff=0.4)
        shown = ", ".join(f"`{clean(present[key])}`" for key in sorted(near)[:_NEAR])
        advice = f"near it: {shown}" if shown else "`everward estate show` lists all"
        click.echo(f"help: {advice}", err=True)
