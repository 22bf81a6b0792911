"""Which templates are linked by others: they are read with these, not on their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from everward.sources.tree import Tree, real
from everward.values import UnreadableError

_LINK: Final = b"templatelink"
_NAMED: Final = re.compile(rb"""["'/]([\w.\-/]+\.jsonc?)["']""", re.IGNORECASE)


def linked_files(templates: Sequence[Path], tree: Tree) -> set[Path]:
    """The templates whose path another template with a link names."""
    linking = [(template, content) for template in templates if _LINK in (content := _content(template, tree)).lower()]
    by_path = {template.resolve(): template for template in templates} if linking else {}
    linked: set[Path] = set()
    for template, content in linking:
        own = template.resolve()
        for found in _NAMED.finditer(content):
            named = found.group(1).decode("ascii", "replace")
            target = real(own.parent / named.lstrip("/"))
            if target in by_path and target != own:
                linked.add(by_path[target])
    return linked


def _content(template: Path, tree: Tree) -> bytes:
    try:
        return tree.read(template)
    except UnreadableError:
        return b""
