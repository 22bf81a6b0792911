"""Template files, and places in them."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from everward.sources.jsontext import Outline, load
from everward.sources.tree import Tree, display
from everward.values import Origin, Step, format_path

if TYPE_CHECKING:
    from everward.estate import Unresolved
    from everward.sources.template.blueprint import Blueprint
    from everward.sources.template.opening import Values

SOURCE: Final = "template"


class Lines(Protocol):
    """Where the parts of a file stand."""

    def exact(self, steps: tuple[Step, ...]) -> tuple[int, int] | None:
        """First and last line of the value at a path, or None when it has no text of its own."""
        ...

    def nearest(self, steps: tuple[Step, ...]) -> tuple[int, int] | None:
        """Like `exact`, but of the deepest part of the path that is written."""
        ...


class Nowhere:
    """The lines of what a compiler made: it stands in no file."""

    def exact(self, steps: tuple[Step, ...]) -> None:  # noqa: ARG002
        """There are none."""
        return

    nearest = exact


@dataclass(slots=True, eq=False)
class Document:
    """A file that takes part in a deployment, as JSON."""

    path: Path
    shown: str
    """The file as the user would open it."""
    value: dict[str, Any]
    outline: Lines
    made: str | None = None
    """How the JSON came about, when it is not what stands in the file."""
    blueprint: Blueprint | None = None
    """Its template made ready for expansion, once it was asked for."""
    given: tuple[Values, Unresolved | None] | None = None
    """The values that it gives as a parameter file, once they were asked for, and what is wrong with them."""
    uri: str = ""
    """Its address, of a file that was opened."""


class _Shelf:
    """Documents that were opened before, by what they hold: what is read again is not prepared again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[tuple[str, str, bytes], Document | None] = OrderedDict()

    def open(self, path: Path, content: bytes) -> Document | None:
        """The document of a file with this content, or None when that is no object.

        Raises:
            UnreadableError: when it is not JSON.

        """
        key = (os.path.abspath(path), display(path), content)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        value = load(content, source=SOURCE, file=key[1])
        made: Document | None = None
        if isinstance(value, dict):
            made = Document(path, key[1], value, Outline(content), uri=path.resolve().as_uri())
        self._kept[key] = made
        self._size += len(content)
        while self._size > self._most and self._kept:
            gone, _ = self._kept.popitem(last=False)
            self._size -= len(gone[2])
        return made


_SHELF: Final = _Shelf(12 * 1024 * 1024)
"""In bytes of text: as much as large estates have, since a document that is prepared takes many times the memory."""


def open_document(path: Path, tree: Tree) -> Document | None:
    """Read a file, or None when it holds something other than an object.

    The value is shared with whoever opens the same file again: nobody changes it.

    Raises:
        UnreadableError: when it cannot be read, or is not JSON.

    """
    return _SHELF.open(path, tree.read(path))


@dataclass(slots=True, eq=False)
class Site:
    """A place in a document, as a path of keys and indexes."""

    document: Document
    steps: tuple[Step, ...] = ()
    fixed: bool = False
    """Whether what stands below has no text of its own, because an expression made it."""
    _origin: Origin | None = field(default=None, init=False, repr=False)

    def below(self, *steps: Step) -> Site:
        """A place further inside."""
        return self if self.fixed else Site(self.document, (*self.steps, *steps))

    def fix(self) -> Site:
        """The same place, for all that an expression made there."""
        return Site(self.document, self.steps, fixed=True)

    @property
    def address(self) -> str:
        """The JSON path."""
        return format_path(self.steps)

    def origin(self) -> Origin:
        """File and lines: those of the deepest part of the path that is written."""
        if self._origin is None:
            self._origin = _origin(self, self.document.outline.nearest(self.steps))
        return self._origin


def _origin(site: Site, lines: tuple[int, int] | None) -> Origin:
    first, last = lines if lines is not None else (None, None)
    return Origin(
        source=SOURCE,
        file=site.document.shown,
        line=first,
        end_line=last if last != first else None,
        address=site.address or None,
    )


class TemplatePlaces:
    """Where the resources of templates stand. A resource's mark is the site of its declaration."""

    source = SOURCE

    def file(self, mark: Site) -> str:
        """The file of a declaration."""
        return mark.document.shown

    def origin(self, mark: Site) -> Origin:
        """The place of a declaration."""
        return mark.origin()

    def property_origin(self, mark: Site, steps: tuple[Step, ...]) -> Origin | None:
        """The place of a property; of a property that a loop makes, the place inside the loop."""
        if mark.fixed:
            return None
        written = _written(mark.document.value, mark.steps, steps)
        if written is None:
            return None
        lines = mark.document.outline.exact(written)
        return _origin(Site(mark.document, written), lines) if lines is not None else None


PLACES: Final = TemplatePlaces()


def _written(root: Any, base: tuple[Step, ...], steps: tuple[Step, ...]) -> tuple[Step, ...] | None:
    """The path as written of a path in the expanded body, or None when it is not written on its own."""
    current = root
    for step in base:
        current = _child(current, step)
    path = list(base)
    skip_index = False
    for step in steps:
        if skip_index and isinstance(step, int):
            skip_index = False
            continue
        below = _child(current, step)
        if below is None:
            loop = _loop_for(current, step)
            if loop is None:
                return None
            path.extend(("copy", loop, "input"))
            current = _child(_child(_child(current, "copy"), loop), "input")
            skip_index = True
            continue
        path.append(step)
        current = below
    return tuple(path)


def _child(current: Any, step: Step) -> Any:
    if isinstance(current, dict) and isinstance(step, str):
        folded = step.lower()
        return next((value for key, value in current.items() if key.lower() == folded), None)
    if isinstance(current, list) and isinstance(step, int) and step < len(current):
        return current[step]
    return None


def _loop_for(current: Any, step: Step) -> int | None:
    """The loop of an object that makes its property `step`."""
    loops = _child(current, "copy")
    if not isinstance(loops, list) or not isinstance(step, str):
        return None
    for index, loop in enumerate(loops):
        name = _child(loop, "name")
        if isinstance(name, str) and name.lower() == step.lower():
            return index
    return None
