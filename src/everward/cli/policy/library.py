"""`everward policy library add|list|show|remove`."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, deliver, output_option, width
from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.policy.library import Library
    from everward.policy.library.library import Item
    from everward.policy.shelf import Holder

KINDS = ("definition", "initiative", "assignment", "exemption")
MANY = 40
"""Problems that are shown without `--full`."""


class LibraryGroup(LazyGroup):
    """`everward policy library COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "add": ("everward.cli.policy.library:add", "Add folders of definitions, initiatives and assignments."),
        "list": ("everward.cli.policy.library:list_", "List what the library holds."),
        "show": ("everward.cli.policy.library:show", "Show one object: what it is, says and refers to."),
        "remove": ("everward.cli.policy.library:remove", "Forget folders."),
    }


@click.command(cls=LibraryGroup)
def library_command() -> None:
    """Keep definitions and initiatives at hand by name: Azure's own, and yours."""


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--full", is_flag=True, help="Show long lists whole.")
def add(paths: tuple[Path, ...], full: bool) -> int:
    """Add folders or files, and say what is in them.

    Read are Azure's JSON, JSON lines (packed too), the folders of Enterprise Policy as Code and of the Azure Landing
    Zones library, and the policy resources of ARM templates and Terraform code.
    """
    from everward.assessment import Exit
    from everward.policy.library import Library, Register

    library = Library.load(paths)
    Register().add(paths)
    for line in _added(library, Library.load(), full):
        click.echo(clean(line))
    return int(Exit.INCOMPLETE if library.problems else Exit.CLEAN)


def _added(library: Library, whole: Holder, full: bool) -> Iterator[str]:
    counts = Counter(str(item.entry.kind) for item in library.items)
    found = [f"{counts[kind]:,} {kind}{'s' * (counts[kind] != 1)}" for kind in KINDS if counts[kind]]
    yield ", ".join(found) if found else "no policy objects"
    dangling = dangling_references(library, whole)
    if dangling:
        total = sum(len(names) for names in dangling.values())
        yield f"{total:,} reference{'s lead' if total > 1 else ' leads'} nowhere:"
        yield from _shortened([_lead(reason, names) for reason, names in dangling.items()], full)
    if library.problems:
        yield f"{len(library.problems):,} could not be read:"
        lines = [
            f"{item.origin.file + ': ' if item.origin is not None and item.origin.file else ''}"
            f"{item.subject}: {item.reason}"
            for item in library.problems
        ]
        yield from _shortened(lines, full)


def _shortened(lines: Sequence[str], full: bool) -> Iterator[str]:
    shown = lines if full else lines[:MANY]
    yield from (f"  {line}" for line in shown)
    if len(shown) < len(lines):
        yield f"  and {len(lines) - len(shown):,} more (--full)"


def dangling_references(library: Library, whole: Holder) -> dict[str, list[str]]:
    """What references of the library's initiatives do not find in the whole library, and which references those are."""
    from everward.policy.shelf import DanglingError

    found: dict[str, list[str]] = {}
    for held in library.initiatives:
        for reference in held.value.references:
            try:
                whole.definition(reference.definition_id, reference.version)
            except DanglingError as problem:
                found.setdefault(problem.message, []).append(f"`{reference.id}` of `{held.title}`")
    return found


def _lead(reason: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f"{reason} ({names[0]}{more})"


@click.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only objects of this kind.")
@click.option("--find", "text", metavar="TEXT", help="Only objects with this in their name, title or category.")
@output_option("text", "json")
def list_(kind: str | None, text: str | None, targets: tuple[Target, ...]) -> int:
    """List what the library holds, by kind and category."""
    outputs = check_targets(targets)
    from everward.policy.library import Library

    library = Library.load()
    chosen = [item for item in library.items if _is_wanted(item, kind, text)]
    chosen.sort(key=lambda item: (KINDS.index(item.entry.kind), item.entry.category.lower(), item.entry.title.lower()))
    for target in outputs:
        deliver(_list_json(chosen) if target.form == "json" else _list_text(chosen, library), target)
    return 0


def _is_wanted(item: Item, kind: str | None, text: str | None) -> bool:
    entry = item.entry
    if kind is not None and entry.kind != kind:
        return False
    wanted = (text or "").lower()
    return any(wanted in part.lower() for part in (entry.display_name, entry.name, entry.category, entry.id))


def describe(item: Item) -> dict[str, Any]:
    """What the index knows of an object, as JSON shows it."""
    entry = item.entry
    return {
        "kind": str(entry.kind),
        "id": entry.id,
        "name": entry.name,
        "displayName": entry.display_name,
        "version": entry.version,
        "category": entry.category,
        "policyType": entry.policy_type,
        "mode": entry.mode,
        "types": None if entry.types is None else list(entry.types),
        "deprecated": entry.deprecated,
        "place": item.place,
    }


def _list_json(items: Sequence[Item]) -> Iterator[bytes]:
    from everward.reports.encode import encode
    from everward.reports.json import document_list

    yield b'{\n"schema":"everward/library/1"'
    yield from document_list("objects", (encode(describe(item)) for item in items))
    yield b"\n}\n"


def _list_text(items: Sequence[Item], library: Library) -> Iterator[bytes]:
    heading = None
    for item in items:
        entry = item.entry
        here = f"{entry.kind}s{', ' + entry.category if entry.category else ''}"
        if here != heading:
            yield f"{'' if heading is None else chr(10)}{clean(here)}\n".encode()
            heading = here
        marks = "".join(f" ({mark})" for mark in (entry.version, "deprecated" if entry.deprecated else "") if mark)
        yield from _wrapped(f"{entry.title}{marks}", "  ", "    ")
        if entry.name and entry.name != entry.title:
            yield from _wrapped(entry.name, "    ", "      ")
    if items:
        yield f"\n{len(items):,} objects; `everward policy library show NAME` says more\n".encode()
    elif library.items:
        yield b"nothing in the library is like that\n"
    else:
        yield b"the library is empty; `everward policy library add PATH` adds a folder of definitions\n"


@click.command()
@click.argument("name", metavar="NAME|ID")
@output_option("text", "json")
def show(name: str, targets: tuple[Target, ...]) -> int:
    """Show one object by name, id or title: what it is, what it says, what it refers to."""
    outputs = check_targets(targets)
    from everward.policy.library import Library

    library = Library.load()
    found = library.search(name)
    if not found:
        raise UsageError(f"the library has no `{name}`", help="`everward policy library list --find TEXT` looks for it")
    for target in outputs:
        deliver(_show_json(found) if target.form == "json" else _show_text(found, library), target)
    return 0


def _show_json(found: Sequence[Item]) -> Iterator[bytes]:
    import msgspec

    from everward.policy.library.showing import as_shown
    from everward.reports.encode import encode

    rows = [{**describe(item), "document": as_shown(item.entry.document)} for item in found]
    yield msgspec.json.format(encode({"schema": "everward/library/1", "objects": rows}), indent=2) + b"\n"


def _show_text(found: Sequence[Item], library: Library) -> Iterator[bytes]:
    for position, item in enumerate(found):
        if position:
            yield b"\n"
        yield from _head(item)
        if item.entry.kind == "definition":
            yield from _definition(item)
        elif item.entry.kind == "initiative":
            yield from _initiative(item, library)
        else:
            yield from _indented(item.entry.document.get("properties", item.entry.document))


def _head(item: Item) -> Iterator[bytes]:
    entry = item.entry
    yield f"{clean(entry.title)}\n".encode()
    rows = (
        ("kind", f"{entry.kind}{', deprecated' if entry.deprecated else ''}"),
        ("name", entry.name),
        ("id", entry.id),
        ("version", entry.version),
        ("category", entry.category),
        ("mode", entry.mode),
        ("types", "any" if entry.types is None else ", ".join(entry.types)),
        ("place", item.place),
    )
    for label, text in rows:
        if text and (label != "types" or entry.kind == "definition"):
            yield from _wrapped(text, f"{label:<9} ", " " * 10)


def _definition(item: Item) -> Iterator[bytes]:
    from everward.policy.shelf import hold_definition

    document = item.entry.document
    definition, _ = hold_definition(document)
    yield from _section("Description", definition.description)
    yield from _parameters(definition.parameters.values())
    body = document.get("properties", document)
    yield b"\nRule\n"
    yield from _indented(body.get("policyRule", body))


def _initiative(item: Item, library: Library) -> Iterator[bytes]:
    from everward.policy.initiative import load_initiative
    from everward.policy.shelf import DanglingError

    initiative = load_initiative(item.entry.document)
    yield from _section("Description", initiative.description)
    yield from _parameters(initiative.parameters.values())
    yield f"\nPolicies ({len(initiative.references):,})\n".encode()
    for reference in initiative.references:
        try:
            text = library.definition(reference.definition_id, reference.version).title
        except DanglingError as problem:
            text = f"! {problem.message}"
        yield from _wrapped(f"{reference.id}: {text}", "  ", "    ")


def _parameters(declared: Any) -> Iterator[bytes]:
    import msgspec

    from everward.policy.library.showing import shown_default

    rows = list(declared)
    if rows:
        yield b"\nParameters\n"
    for parameter in rows:
        known = shown_default(parameter.default, parameter.name)
        default = msgspec.json.encode(known).decode() if parameter.has_default else "no default"
        allowed = f", one of {', '.join(map(str, parameter.allowed))}" if parameter.allowed else ""
        yield from _wrapped(f"{parameter.name}: {parameter.type}{allowed}; {default}", "  ", "    ")


def _section(heading: str, words: str) -> Iterator[bytes]:
    if words:
        yield f"\n{heading}\n".encode()
        yield from _wrapped(" ".join(words.split()), "  ", "  ")


def _indented(value: Any) -> Iterator[bytes]:
    import msgspec

    from everward.policy.library.showing import as_shown

    text = msgspec.json.format(msgspec.json.encode(as_shown(value)), indent=2).decode()
    for line in text.split("\n"):
        yield f"  {clean(line)}\n".encode()


def _wrapped(text: str, first: str, then: str) -> Iterator[bytes]:
    for line in textwrap.wrap(clean(text), width(), initial_indent=first, subsequent_indent=then):
        yield line.encode() + b"\n"


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
def remove(paths: tuple[Path, ...]) -> int:
    """Forget folders or files that were added."""
    from everward.policy.library import Register

    strangers = Register().remove(paths)
    if strangers:
        known = ", ".join(f"`{path}`" for path in Register().paths()) or "nothing"
        raise UsageError(f"`{strangers[0]}` is not in the library", help=f"it holds {known}")
    return 0
