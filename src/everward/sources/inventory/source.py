"""Inventories: what ARM, `az`, Resource Graph, Microsoft Graph and governance tools export; as JSON or tables."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from everward.estate import Reading, ReadInput, Unresolved
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.inventory.collector import Collector
from everward.sources.inventory.content import read_content
from everward.sources.inventory.packing import ENDINGS as PACKED
from everward.sources.inventory.places import InventoryPlaces
from everward.sources.inventory.rows import Rows
from everward.sources.inventory.sniff import is_inventory
from everward.sources.limits import Limits
from everward.sources.tree import Tree, display
from everward.values import UnreadableError

_PLAIN: Final = (".json", ".jsonl", ".ndjson", ".csv")
_ENDINGS: Final = (*_PLAIN, *(plain + packed for plain in _PLAIN for packed in PACKED))
"""How files are called that are looked into without being named."""


class InventorySource(Source):
    """Resources as Azure has them. All inventory files below one path are one reading: they complete each other."""

    name = "inventory"
    live = True

    def find(self, tree: Tree) -> Iterable[Input]:
        """One input with every inventory file of the tree, or none."""
        files = [
            path
            for path in tree.files
            if (path == tree.root or path.name.lower().endswith(_ENDINGS)) and is_inventory(path, tree)
        ]
        if files:
            yield Input(source=self.name, path=files[0], files=tuple(files[1:]))

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Read every file. Nothing is raised: what cannot be read stands in `unresolved`."""
        files = (item.path, *item.files)
        label = display(item.path if len(files) == 1 else tree.root)
        reading = Reading(source=self.name, label=label)
        collector = Collector(reading)
        with _without_collection():
            for path in files:
                _read_file(path, tree, options.limits, reading, collector)
        collector.finish()
        return reading


def _read_file(path: Path, tree: Tree, limits: Limits, reading: Reading, collector: Collector) -> None:
    shown = display(path)
    try:
        content = read_content(path, tree, limits)
    except UnreadableError as error:
        reading.unresolved.append(
            Unresolved(subject=shown, reason=error.message, origin=error.origin, help=error.help, incomplete=True)
        )
        reading.inputs.append(ReadInput(path=shown, role="inventory", used=False, detail="cannot be read"))
        return
    rows = Rows(content, shown)
    summary = collector.add(rows, InventoryPlaces(path, shown, tree, limits))
    reading.inputs.append(ReadInput(path=shown, role="inventory", used=True, detail=summary))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Decoding makes many objects and no cycles: searching them for cycles meanwhile doubles its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
