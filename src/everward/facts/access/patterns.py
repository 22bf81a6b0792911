"""Operations and the patterns that roles name them by.

MicrosoftDocs/azure-docs role-based-access-control/role-definitions, read 2026-11: `*` stands for any run of characters,
slashes included, anywhere and several times; case does not count.
"""

from __future__ import annotations


def covers(pattern: str, operation: str) -> bool:
    """Whether a pattern covers an operation."""
    return _match(pattern.strip().lower(), operation.strip().lower())


def shortened(pattern: str) -> str | None:
    """A pattern with one slash for each of its stars between slashes; None where it has none."""
    short = pattern.replace("/*/", "/")
    return short if short != pattern else None


def _match(pattern: str, text: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    if not text.startswith(first):
        return False
    at = len(first)
    *middle, last = rest
    for part in middle:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(last) and text.endswith(last)


def includes(wide: str, narrow: str) -> bool:
    """Whether one pattern covers everything that another one covers, operations of the future included.

    Exact: a star of the narrow one can be any text, so it must fall into stars of the wide one. A character that no
    operation has stands for it.
    """
    return _match(wide.strip().lower(), narrow.strip().lower().replace("*", "\0*\0"))
