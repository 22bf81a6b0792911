"""Bicep files: which of them are deployed on their own, and what is said of one that nobody compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from everward.estate import Reading, ReadInput, Unresolved
from everward.sources.template.bicep.compiler import CompileError
from everward.sources.template.bicep.unit import SOURCE
from everward.sources.tree import Tree, display, real
from everward.values import Origin, ProblemError, UnreadableError

_ENDING: Final = ".bicep"
_NAMED: Final = re.compile(rb"'([\w.\-/]+\.bicep)'")


def is_bicep(path: Path) -> bool:
    """Whether a file is Bicep, by its name."""
    return path.name.lower().endswith(_ENDING)


def compiled(path: Path) -> Path:
    """The template that stands beside a Bicep file as its compiled form; the file itself where there is none."""
    beside = path.with_suffix(".json")
    return beside if is_bicep(path) and beside.exists() else path


def uncompiled(tree: Tree) -> list[Path]:
    """The Bicep files that are deployed on their own and have no compiled template beside them."""
    files = [path for path in tree.files if is_bicep(path)]
    used = _used(files, tree)
    return [path for path in files if compiled(path) == path and (path == tree.root or path.resolve() not in used)]


def _used(files: Iterable[Path], tree: Tree) -> set[Path]:
    """The files that others name: modules, and what is imported from."""
    used: set[Path] = set()
    for path in files:
        try:
            content = tree.read(path)
        except UnreadableError:
            continue
        used.update(real(path.parent / found.group(1).decode()) for found in _NAMED.finditer(content))
    return used


def unread(path: Path, error: ProblemError) -> Reading:
    """The reading of a Bicep file of which there is no template: it holds nothing, and says why."""
    shown = display(path)
    origin = Origin(source=SOURCE, file=shown)
    reading = Reading(source=SOURCE, label=shown)
    reading.inputs.append(
        ReadInput(path=shown, role="template", used=False, detail="Bicep is read in its compiled form")
    )
    reading.unresolved.append(
        Unresolved(shown, error.message, error.origin or origin, help=error.help, incomplete=True)
    )
    for one in error.errors if isinstance(error, CompileError) else ():
        reading.unresolved.append(Unresolved(shown, one.message, one.origin or origin, incomplete=True))
    return reading
