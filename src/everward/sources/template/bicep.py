"""Bicep files: they are read in their compiled form, and named where there is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from everward.estate import Reading, ReadInput, Unresolved
from everward.sources.template.document import SOURCE
from everward.sources.tree import Tree, display, real
from everward.values import Origin, UnreadableError

_ENDING: Final = ".bicep"
_NAMED: Final = re.compile(rb"'([\w.\-/]+\.bicep)'")


def is_bicep(path: Path) -> bool:
    """Whether a file is Bicep, by its name."""
    return path.name.lower().endswith(_ENDING)


def uncompiled(tree: Tree) -> list[Path]:
    """The Bicep files that are deployed on their own and have no compiled template beside them."""
    files = [path for path in tree.files if is_bicep(path)]
    used: set[Path] = set()
    for path in files:
        try:
            content = tree.read(path)
        except UnreadableError:
            continue
        used.update(real(path.parent / found.group(1).decode()) for found in _NAMED.finditer(content))
    return [
        path
        for path in files
        if not path.with_suffix(".json").exists() and (path == tree.root or path.resolve() not in used)
    ]


def unread(path: Path) -> Reading:
    """The reading of a Bicep file that nobody compiled: it holds nothing, and says so."""
    shown = display(path)
    reading = Reading(source=SOURCE, label=shown)
    reading.inputs.append(
        ReadInput(path=shown, role="template", used=False, detail="Bicep is read in its compiled form")
    )
    reading.unresolved.append(
        Unresolved(
            subject=shown,
            reason="Bicep is not read itself, and there is no compiled template beside it",
            origin=Origin(source=SOURCE, file=shown),
            help=f"compile it: `bicep build {shown}` or `az bicep build --file {shown}`",
            incomplete=True,
        )
    )
    return reading
