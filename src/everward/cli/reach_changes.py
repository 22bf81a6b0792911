"""`everward reach diff` and `everward reach whatif`: what a change opens, closes and breaks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.answering import end, incomplete_option
from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options
from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.facts.reach.needs import Need
    from everward.facts.reach.patch import Edit


@click.command("diff")
@reading_options
@incomplete_option
@output_option("text", "json")
def diff_command(paths: tuple[Path, ...], allow_incomplete: bool, targets: tuple[Target, ...], **reading: Any) -> int:
    """Say which ways in from the Internet the second PATH opens and closes, against the first.

    Ends with 1 when it opens one.
    """
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.reach.changes import compare
    from everward.facts.reach.paths import Networks
    from everward.reports.interface import Look
    from everward.reports.reach_changes import changes_json, changes_text

    if len(paths) != 2:
        raise UsageError(
            f"two things are compared, and {len(paths)} were given", help="write `everward reach diff BEFORE AFTER`"
        )
    before, after = (Estate(read((path,), **reading)) for path in paths)
    found = compare(Networks(before), Networks(after))
    for output in outputs:
        if output.form == "json":
            deliver(changes_json(found, []), output)
        else:
            deliver(changes_text(found, [], Look(width=width(), colour=colours(output))), output)
    code = int(any(change.opened for change in found))
    first = end(before, code, allow_incomplete=allow_incomplete)
    second = end(after, code, allow_incomplete=allow_incomplete)
    return max(first, second)


@click.command("whatif")
@click.argument("patch", metavar="PATCH", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reading_options
@incomplete_option
@output_option("text", "json")
def whatif_command(
    patch: Path, paths: tuple[Path, ...], allow_incomplete: bool, targets: tuple[Target, ...], **reading: Any
) -> int:
    """Say what the changes in PATCH close, open and break in what PATH holds.

    PATCH is YAML or JSON: `changes`, each with `resource` (name, id or address; * is any text) and `set` (values by
    path), and `needs`, each with `name`, `from`, `to` and `port`. Ends with 1 when something breaks or opens.
    """
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.reach.changes import compare
    from everward.facts.reach.exposures import exposures
    from everward.facts.reach.needs import Need, derived_needs, met
    from everward.facts.reach.patch import patched
    from everward.facts.reach.paths import Networks
    from everward.facts.reach.questions import find
    from everward.reports.interface import Look
    from everward.reports.reach_changes import NeedChange, changes_json, changes_text
    from everward.sources.pipelines.callers import EDGE_HEADER, direct_callers
    from everward.sources.tree import Tree

    edits, declared = _load(patch)
    before = Estate(read(paths, **reading))
    after, touched = patched(before, edits)
    old, new = Networks(before), Networks(after)
    was, now = list(exposures(old)), list(exposures(new))
    needs = [
        Need(need.name, need.source, target.key, need.port, need.origin)
        for need in declared
        for target in find(old, need.target)
    ]
    needs += derived_needs(old, was)
    needs += [
        Need(f"direct calls that set `{EDGE_HEADER}` themselves", "internet", "", 443, origin)
        for path in paths
        for origin in direct_callers(Tree(path))
    ]
    found = compare(old, new)
    changed = [NeedChange(need, met(need, was), met(need, now)) for need in needs]
    for output in outputs:
        if output.form == "json":
            deliver(changes_json(found, changed, touched), output)
        else:
            deliver(changes_text(found, changed, Look(width=width(), colour=colours(output)), touched), output)
    broken = any(item.broken for item in changed) or any(change.opened for change in found)
    return end(before, int(broken), allow_incomplete=allow_incomplete)


def _load(path: Path) -> tuple[list[Edit], list[Need]]:
    """The changes and the needs of a file.

    Raises:
        UsageError: when it is not what it should be.

    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=loader)  # noqa: S506 - it is the safe loader
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        place = getattr(error, "problem_mark", None)
        where = f"{path}:{place.line + 1}" if place is not None else str(path)
        raise UsageError(
            f"`{clean(where)}` is no YAML and no JSON", help="write `changes:` with `resource` and `set`"
        ) from None
    if not isinstance(document, dict):
        raise _wrong(path, "has no `changes`")
    edits = [_edit(path, item) for item in _list(path, document, "changes")]
    if not edits:
        raise _wrong(path, "has no `changes`")
    return edits, [_need(path, item) for item in _list(path, document, "needs")]


def _list(path: Path, document: Mapping[str, Any], key: str) -> list[Any]:
    found = document.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _wrong(path, f"has `{key}` that is no list")
    return found


def _edit(path: Path, item: Any) -> Edit:
    from everward.facts.reach.patch import Edit

    if not isinstance(item, dict) or not isinstance(item.get("resource"), str):
        raise _wrong(path, "has a change without `resource`")
    values = item.get("set")
    if not isinstance(values, dict) or not values or not all(isinstance(key, str) for key in values):
        raise _wrong(path, f"has a change of `{clean(item['resource'])}` without `set`")
    return Edit(item["resource"], values)


def _need(path: Path, item: Any) -> Need:
    from everward.facts.reach.needs import Need, is_source
    from everward.values import Origin

    if not isinstance(item, dict) or not isinstance(item.get("to"), str):
        raise _wrong(path, "has a need without `to`")
    source, port = item.get("from", "internet"), item.get("port")
    if not isinstance(source, str) or not is_source(source):
        raise _wrong(path, f"has a need from `{clean(str(source))}`, which is no prefix and no service tag")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        raise _wrong(path, f"has a need with port `{clean(str(port))}`")
    name = item.get("name")
    shown = name if isinstance(name, str) and name else f"{source} to {item['to']}"
    return Need(shown, source, item["to"], port, Origin(source="patch", file=str(path)))


def _wrong(path: Path, what: str) -> UsageError:
    return UsageError(f"`{clean(str(path))}` {what}", help="`everward reach whatif --help` says what goes into it")
