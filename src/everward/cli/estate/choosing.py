"""Which resources and readings the user means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.estate import Estate, Reading, Resource

_NEAR = 5
"""How many names are given that were perhaps meant."""


def choose(
    estate: Estate, types: Sequence[str], resource_id: str | None, sources: Sequence[str] = ()
) -> list[Resource]:
    """The resources of some types, of some readings, or with an id, name or address; all when nothing is asked.

    Raises:
        UsageError: when there is no such resource or reading.

    """
    wanted = {name.lower() for name in types}
    chosen = [resource for resource in estate if not wanted or resource.type_key in wanted]
    if sources:
        readings = [reading for name in sources for reading in readings_named(estate.readings, name)]
        held = {resource.key for reading in readings for resource in reading.resources}
        chosen = [resource for resource in chosen if resource.key in held]
    return chosen if resource_id is None else _named(estate, chosen, resource_id)


def _named(estate: Estate, chosen: Sequence[Resource], resource_id: str) -> list[Resource]:
    key = resource_id.rstrip("/").lower()
    keys = {key} | {
        item.into.lower() for reading in estate.readings for item in reading.joins if item.subject.lower() == key
    }
    exact = [resource for resource in chosen if resource.key in keys]
    if exact:
        return exact
    named = [
        resource
        for resource in chosen
        if key == resource.name.lower()
        or any((version.origin.address or "").lower() == key for version in _versions(estate, resource))
    ]
    if not named:
        raise UsageError(f"there is no resource `{clean(resource_id)}`", help="`everward estate show` lists all")
    return named


def _versions(estate: Estate, resource: Resource) -> Iterable[Resource]:
    return estate.versions(resource.id) or (resource,)


def choose_one(estate: Estate, resource_id: str) -> Resource:
    """The one resource with an id, name or address.

    Raises:
        UsageError: when there is none, or several have it.

    """
    found = choose(estate, (), resource_id)
    if len(found) > 1:
        shown = ", ".join(f"`{clean(resource.id)}`" for resource in found[:_NEAR])
        raise UsageError(
            f"{len(found):,} resources are called `{clean(resource_id)}`", help=f"name one by its id: {shown}"
        )
    return found[0]


def readings_named(readings: Sequence[Reading], name: str) -> list[Reading]:
    """The readings that a source, a label, or a file or folder means.

    Raises:
        UsageError: when there is none.

    """
    by_source = [reading for reading in readings if reading.source == name.lower()]
    found = by_source or [reading for reading in readings if reading.label == name]
    if not found:
        place = _real(name)
        found = [reading for reading in readings if place in (_real(reading.label), *_real(reading.label).parents)]
    found = found or [reading for reading in readings if reading.label.endswith(f"/{name.strip('/')}")]
    if not found:
        known = ", ".join(f"`{clean(reading.label)}` ({reading.source})" for reading in readings[:_NEAR])
        raise UsageError(f"there is no reading `{clean(name)}`", help=f"what was read: {known or 'nothing'}")
    return found


def _real(name: str) -> Path:
    try:
        return Path(name).resolve()
    except (OSError, RuntimeError, ValueError):
        return Path(name)


def tell_unread(estate: Estate) -> None:
    """Say why resources may be missing, where what is shown does not."""
    from everward.reports.words import unresolved_text

    missed = [item for item in estate.unresolved if item.incomplete]
    told = None
    for item in missed[:_NEAR]:
        click.echo(f"not read: {clean(unresolved_text(item))}", err=True)
        if item.help is not None and item.help != told:
            told = item.help
            click.echo(f"help: {clean(told)}", err=True)
    if len(missed) > _NEAR:
        click.echo(f"not read: {len(missed) - _NEAR:,} more; `everward estate show` lists all", err=True)


def tell_missing(estate: Estate, types: Sequence[str]) -> None:
    """Say which of the types that were asked for nothing is of, and what was perhaps meant."""
    from difflib import get_close_matches

    present = {resource.type_key: resource.type for resource in (*estate, *estate.evidence)}
    for name in types:
        if name.lower() in present:
            continue
        click.echo(f"there is no resource of type `{clean(name)}`", err=True)
        wanted = name.lower()
        near = [key for key in present if wanted and wanted in key] or get_close_matches(wanted, present, cutoff=0.4)
        shown = ", ".join(f"`{clean(present[key])}`" for key in sorted(near)[:_NEAR])
        advice = f"near it: {shown}" if shown else "`everward estate show` lists all"
        click.echo(f"help: {advice}", err=True)
