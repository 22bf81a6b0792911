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
    by_path = {template.resolve(): template for template in templates}
    linked: set[Path] = set()
    for template in templates:
        try:
            content = tree.read(template)
        except UnreadableError:
            continue
        if _LINK not in content.lower():
            continue
        own = template.resolve()
        for found in _NAMED.finditer(content):
            named = found.group(1).decode("ascii", "replace")
            target = real(own.parent / named.lstrip("/"))
            if target in by_path and target != own:
                linked.add(by_path[target])
    return linked
