"""`everward data mapping coverage`: how much of the providers' schemas the shipped mapping knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar

import click

from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, deliver, output_option, wrapped

if TYPE_CHECKING:
    from everward.sources.terraform.mapping.coverage import TypeCoverage, TypeReport


class MappingGroup(LazyGroup):
    """`everward data mapping COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "coverage": ("everward.cli.data:coverage", "Show which attributes of Terraform's types are read."),
    }


class DataGroup(LazyGroup):
    """`everward data COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "mapping": ("everward.cli.data:mapping", "Inspect the mapping from Terraform's providers to ARM and Graph."),
    }


@click.command(cls=DataGroup)
def data() -> None:
    """Look into the facts that the product ships with."""


@click.command(cls=MappingGroup)
def mapping() -> None:
    """Inspect the mapping from Terraform's providers to ARM and Microsoft Graph."""


@click.command()
@click.option(
    "--type",
    "patterns",
    metavar="TYPE",
    multiple=True,
    help="Only this type, such as `azurerm_key_vault` or `azurerm_storage_*`, with its attributes. Repeatable.",
)
@output_option("text", "json")
def coverage(patterns: tuple[str, ...], targets: tuple[Target, ...]) -> int:
    """Show which attributes of Terraform's types are read.

    An attribute that can be set is mapped to ARM, or named with the reason why it is not, or unmapped: what a
    configuration says there is then not known, and said so. A type without a mapping is known to exist, no more.
    """
    outputs = check_targets(targets)
    from everward.sources.terraform.mapping.coverage import report

    chosen = _choose(report(), patterns)
    for target in outputs:
        if target.form == "json":
            deliver(_json(chosen), target)
        else:
            deliver(_details(chosen) if patterns else _overview(chosen), target)
    return 0


def _choose(reports: list[TypeReport], patterns: Sequence[str]) -> list[TypeReport]:
    """The types that patterns name; all of them when there are none.

    Raises:
        UsageError: when a pattern names no type.

    """
    from everward.values import UsageError

    if not patterns:
        return reports
    names = [one.name for one in reports]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            from difflib import get_close_matches

            close = get_close_matches(pattern, names, n=1)
            meant = f"did you mean `{close[0]}`?" if close else "types are named as in Terraform: `azurerm_key_vault`"
            raise UsageError(f"no type is called `{pattern}`", help=meant)
    return [one for one in reports if any(fnmatchcase(one.name, pattern) for pattern in patterns)]


def _cell(found: TypeCoverage | None) -> str:
    from everward.sources.terraform.mapping.coverage import State

    if found is None:
        return "-"
    return "+".join(str(found.count(state)) for state in State)


def _overview(reports: list[TypeReport]) -> Iterator[bytes]:
    from everward.sources.terraform.mapping.coverage import editions

    yield b"Attributes that can be set: mapped+named+unmapped\n"
    yield b"* a type that matters most, - not in that version\n"
    by_provider: dict[str, list[str]] = {}
    for edition in editions():
        by_provider.setdefault(edition.partition(" ")[0], []).append(edition)
    for provider, columns in by_provider.items():
        heads = "".join(edition.partition(" ")[2].rjust(11) for edition in columns)
        yield f"\n{heads}   {provider}\n".encode()
        for one in reports:
            if one.has_mapping and one.name.startswith(f"{provider}_"):
                cells = "".join(_cell(one.editions.get(name)).rjust(11) for name in columns)
                yield f"{cells} {'*' if one.priority else ' '} {one.name}\n".encode()
    yield b"\n"
    for line in _sums(reports, list(editions())):
        yield from wrapped(line, "", "  ")
    yield b"\n`everward data mapping coverage --type TYPE` shows the attributes of a type\n"


def _sums(reports: list[TypeReport], columns: list[str]) -> Iterator[str]:
    for edition in columns:
        total = _totals(reports, edition)
        attributes = total["attributes"]
        yield (
            f"{edition}: {total['mappedTypes']} of {total['types']} types have a mapping; "
            f"of their {sum(attributes.values())} attributes {attributes['mapped']} are mapped, "
            f"{attributes['named']} named, {attributes['unmapped']} unmapped"
        )
    first = [one for one in reports if one.priority]
    if first:
        yield f"of the {len(first)} types that matter most, {sum(one.has_mapping for one in first)} have a mapping"


def _totals(reports: list[TypeReport], edition: str) -> dict[str, Any]:
    """Types, and attributes of those that have a mapping, in one edition."""
    from everward.sources.terraform.mapping.coverage import State

    there = [one for one in reports if edition in one.editions]
    mapped = [one for one in there if one.has_mapping]
    return {
        "types": len(there),
        "mappedTypes": len(mapped),
        "attributes": {state.value: sum(one.editions[edition].count(state) for one in mapped) for state in State},
    }


def _details(reports: list[TypeReport]) -> Iterator[bytes]:
    for position, one in enumerate(reports):
        yield b"\n" if position else b""
        becomes = f" -> {one.arm}" if one.arm else ""
        yield f"{one.name}{becomes}{' (matters most)' if one.priority else ''}\n".encode()
        if not one.has_mapping:
            yield b"  no mapping: its resources are known to exist, no more\n"
            continue
        for edition, found in one.editions.items():
            yield from wrapped(f"{edition}: {_words(found)}", "  ", "    ")
        yield from _left_out(one)


def _words(found: TypeCoverage) -> str:
    from everward.sources.terraform.mapping.coverage import State

    counts = [f"{found.count(state)} {state.value}" for state in State]
    return f"{len(found.attributes)} attributes can be set: {', '.join(counts)}"


def _left_out(one: TypeReport) -> Iterator[bytes]:
    """What is not mapped in any edition, each once."""
    from everward.sources.terraform.mapping.coverage import State

    reasons: dict[str, str] = {}
    for found in one.editions.values():
        for attribute in found.attributes:
            if attribute.state is not State.MAPPED:
                reasons[attribute.path] = attribute.reason or "unmapped"
    for path, reason in sorted(reasons.items()):
        yield from wrapped(f"{path}: {reason}", "  ", "    ")


def _json(reports: list[TypeReport]) -> Iterator[bytes]:
    from everward.reports.encode import encode
    from everward.reports.json import document_list
    from everward.sources.terraform.mapping.coverage import editions

    totals = {edition: _totals(reports, edition) for edition in editions()}
    yield b'{\n"schema":"everward/mapping-coverage/1",\n"totals":' + encode(totals)
    yield from document_list("types", (encode(_describe(one)) for one in reports))
    yield b"\n}\n"


def _describe(one: TypeReport) -> dict[str, Any]:
    from everward.sources.terraform.mapping.coverage import State

    return {
        "type": one.name,
        "arm": one.arm or None,
        "mapped": one.has_mapping,
        "priority": one.priority,
        "editions": {
            edition: {
                **{state.value: found.count(state) for state in State},
                "leftOut": {
                    attribute.path: attribute.reason or None
                    for attribute in found.attributes
                    if one.has_mapping and attribute.state is not State.MAPPED
                },
            }
            for edition, found in one.editions.items()
        },
    }
