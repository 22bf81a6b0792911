"""Where resources come from: one room a kind of input, and discovery over all of them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from everward.estate import Reading, Unresolved, join
from everward.sources.concealment import conceal_readings
from everward.sources.interface import Input, Live, ReadOptions, Source
from everward.sources.leftover import unread
from everward.sources.limits import Limits
from everward.sources.separation import separate
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError, UsageError

__all__ = ["Input", "Limits", "Live", "ReadOptions", "Source", "Tree", "read_workload"]

_OBJECT: Final = ".json with an object"
"""Stands for a `.json` file whose root is not an array: plans and templates are objects."""

_ROOMS: Final = (
    ("everward.sources.terraform.source", "TerraformSource", (".tf", ".tf.json")),
    ("everward.sources.terraform.plan", "PlanSource", (_OBJECT,)),
    ("everward.sources.terraform.state", "StateSource", (_OBJECT, ".tfstate")),
    ("everward.sources.template", "TemplateSource", (_OBJECT, ".jsonc", ".bicep", ".bicepparam")),
    ("everward.sources.inventory", "InventorySource", (".json", ".jsonl", ".ndjson", ".csv", ".gz", ".zst")),
    ("everward.sources.manifests.source", "ManifestSource", (".yaml", ".yml", ".tf", _OBJECT)),
    ("everward.sources.pipelines.source", "PipelineSource", (".yaml", ".yml", ".tf", ".bicep", _OBJECT)),
)
"""Module, class and file endings of each source. A file goes to the first that claims it."""


def read_workload(paths: Sequence[Path], options: ReadOptions) -> list[Reading]:
    """Read every input below `paths`, each on its own, in a stable order.

    What nobody could read stands in readings of the source `files`: folders that cannot be listed, files that should
    have been an input and are broken, a named file that no source claims, a folder in which there is nothing to read.

    Raises:
        UsageError: when a path does not exist, or an option names something that does not.
        UnreadableError: when nobody may look whether a path exists.

    """
    _check_standing()
    readings: list[Reading] = []
    groups: list[list[Reading]] = []
    sources: dict[Source, None] = {}
    done: set[_Key] = set()
    claims = [(tree, list(_claims(tree))) for tree in [Tree(path) for path in paths]]
    live = _read_live(claims, options)
    options = replace(options, live=Live(live.values()))
    for tree, claimed in claims:
        before = len(readings)
        for source, item in claimed:
            key = (item.source, item.path.resolve())
            # Paths may overlap: what two of them lead to is read once.
            if key not in done:
                done.add(key)
                sources[source] = None
                early = live.get(key)
                readings.append(early if early is not None else _read(source, item, tree, options))
        groups.append(readings[before:])
        rest = unread(tree, [item for _, item in claimed], readings[before:])
        if rest.unresolved:
            readings.append(rest)
    early_ones = {id(reading) for reading in live.values()}
    conceal_readings(reading for reading in readings if id(reading) not in early_ones)
    separate(readings)
    join(readings)
    for source in sources:
        source.complete(readings)
    for group in groups:
        _note_nothing_of_azure(group)
    return readings


_Key = tuple[str, Path]


def _read_live(
    claims: Sequence[tuple[Tree, Sequence[tuple[Source, Input]]]], options: ReadOptions
) -> dict[_Key, Reading]:
    """What is deployed, read before what may refer to it, and without the secrets that it holds."""
    found: dict[_Key, Reading] = {}
    for tree, claimed in claims:
        for source, item in claimed:
            key = (item.source, item.path.resolve())
            if source.live and key not in found:
                found[key] = _read(source, item, tree, options)
    conceal_readings(found.values())
    return found


def _check_standing() -> None:
    """Places are shown from where the user stands, so that has to be somewhere."""
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(
            "the current folder is gone or may not be entered", help="change to a folder that exists"
        ) from error


def _note_nothing_of_azure(readings: Sequence[Reading]) -> None:
    """What was read below one path, all of it without a resource, is no workload that could pass."""
    if any(reading.resources or reading.evidence or reading.incomplete for reading in readings):
        return
    for reading in readings:
        origin = Origin(source=reading.source, file=reading.label)
        reading.unresolved.append(
            Unresolved(
                subject=reading.label,
                reason="nothing of Azure was found in it",
                origin=origin,
                help="name the folder or file that declares the resources of the workload",
                incomplete=True,
            )
        )


def _claims(tree: Tree) -> Iterator[tuple[Source, Input]]:
    """Every input in a tree with its source; a file that one source claims is not offered to the next."""
    owners: dict[Path, str] = {}
    for source in _sources(tree):
        for item in source.find(tree):
            free = [path for path in (item.path, *item.files) if owners.get(path, item.source) == item.source]
            if item.shared:
                yield source, item
            elif free:
                owners.update(dict.fromkeys(free, item.source))
                yield source, replace(item, path=free[0], files=tuple(free[1:]))


def _sources(tree: Tree) -> Iterator[Source]:
    """The sources that could read any file of a tree, imported only then."""
    names = {path.name.lower() for path in tree.files}
    if any(path.name.lower().endswith(".json") and not _is_array(path, tree) for path in tree.files):
        names.add(_OBJECT)
    wanted = [room for room in _ROOMS if any(name.endswith(room[2]) for name in names)]
    if not wanted and tree.root.is_file():
        # The user named a file that is called differently: whoever can read it may.
        wanted = list(_ROOMS)
    for module, name, _ in wanted:
        source: Source = getattr(importlib.import_module(module), name)()
        yield source


def _is_array(path: Path, tree: Tree) -> bool:
    """Whether a file of JSON begins as an array does."""
    return tree.head(path, 64).lstrip()[:1] == b"["


def _read(source: Source, item: Input, tree: Tree, options: ReadOptions) -> Reading:
    try:
        return source.read(item, tree, options)
    except UsageError:
        raise
    except ProblemError as problem:
        reading = Reading(source=item.source, label=display(item.path))
        reading.unresolved.append(
            Unresolved(
                subject=display(item.path),
                reason=problem.message,
                origin=problem.origin,
                help=problem.help,
                incomplete=True,
            )
        )
        return reading
