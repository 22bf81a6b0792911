"""Bicep files: which of them are deployed on their own, and what is said of one that nobody compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from everward.estate import Reading, ReadInput, Unresolved
from everward.sources.template.bicep.compiler import CompileError
from everward.sources.template.bicep.unit import SOURCE
from everward.sources.tree import Tree, display, real
from everward.values import Origin, ProblemError, UnreadableError

_ENDING: Final = ".bicep"
_NAMED: Final = re.compile(
    rb"(?:^[ \t]*module[ \t]+\w+[ \t]+|^[ \t]*import[ \t]+|\bfrom[ \t]+)'([^'\r\n]+\.bicep)'", re.MULTILINE
)
"""A module, or what is imported from."""
_COMMENT: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|(?<!:)//[^\r\n]*", re.DOTALL)
_SCHEMA: Final = re.compile(rb"deploymentTemplate\.json", re.IGNORECASE)
_HEAD_BYTES: Final = 64 * 1024
"""What is looked into for the schema of a template; the compiler writes it first."""


def is_bicep(path: Path) -> bool:
    """Whether a file is Bicep, by its name."""
    return path.name.lower().endswith(_ENDING)


def compiled(path: Path) -> Path:
    """The template that stands beside a Bicep file as its compiled form; the file itself where there is none."""
    beside = path.with_suffix(".json")
    return beside if is_bicep(path) and _is_template(beside) else path


def _is_template(path: Path) -> bool:
    """Whether a file says that it is a template: other JSON may stand beside a Bicep file under its name."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return False
    # What a shell of Windows redirects is UTF-16.
    return _SCHEMA.search(head.replace(b"\0", b"")) is not None


def uncompiled(tree: Tree) -> list[Path]:
    """The Bicep files that are deployed on their own and have no compiled template beside them."""
    files = {real(path): path for path in tree.files if is_bicep(path)}
    alone = _alone({place: _named_in(path, tree) for place, path in files.items()})
    return [path for place, path in files.items() if compiled(path) == path and (path == tree.root or place in alone)]


def _alone(named: Mapping[Path, set[Path]]) -> set[Path]:
    """Files that no other names. Of files that only name each other in a circle, the first: the compiler says so."""
    inner = {target for place, targets in named.items() for target in targets if target != place}
    alone: set[Path] = set()
    reached: set[Path] = set()
    for place in (*(place for place in named if place not in inner), *named):
        if place in reached:
            continue
        alone.add(place)
        pending = [place]
        while pending:
            here = pending.pop()
            if here not in reached:
                reached.add(here)
                pending.extend(named.get(here, ()))
    return alone


def _named_in(path: Path, tree: Tree) -> set[Path]:
    """The files that a file names: modules, and what is imported from."""
    try:
        content = _COMMENT.sub(b"", tree.read(path))
    except UnreadableError:
        return set()
    return {real(path.parent / found.group(1).decode("utf-8", "replace")) for found in _NAMED.finditer(content)}


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
