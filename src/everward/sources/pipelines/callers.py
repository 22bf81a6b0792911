"""Scripts and pipelines that call an origin directly: they set the header by which Front Door is known themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from everward.sources.tree import Tree
from everward.values import Origin, UnreadableError

EDGE_HEADER: Final = "X-Azure-FDID"
SUFFIXES: Final = frozenset({".yml", ".yaml", ".ps1", ".psm1", ".sh", ".py", ".js", ".ts", ".jmx", ".http"})
MAX_BYTES: Final = 1024 * 1024
_SETS: Final = re.compile(rf"""(?<![\w$&:-])['"]?{EDGE_HEADER}['"]?\s*\]?\s*(?:=(?!=)|:)""", re.IGNORECASE)


def direct_callers(tree: Tree) -> Iterator[Origin]:
    """Where the header is set by somebody else than Front Door, once for each file.

    Files that are large, or that cannot be read, are left out: what is looked for is a hint, not an answer.
    """
    for path in tree.files:
        if path.suffix.lower() not in SUFFIXES:
            continue
        try:
            if path.stat().st_size > MAX_BYTES:
                continue
            text = tree.read(path).decode("utf-8", "replace")
        except (OSError, UnreadableError):
            continue
        match = _SETS.search(text)
        if match is not None:
            yield Origin(source="pipelines", file=str(path), line=text.count("\n", 0, match.start()) + 1)
