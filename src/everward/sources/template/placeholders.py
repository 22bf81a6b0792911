"""Placeholders in parameter files: `<vaultResourceId>` where nobody has written a value yet.

Published examples have them: the parameter files of Azure Verified Modules in angle brackets, those of the Azure
Quickstart Templates as `GEN-…`, which their pipeline fills in (contribution guide of Azure/azure-quickstart-templates).
"""

from __future__ import annotations

import re
from typing import Any, Final

from everward.expressions import quote
from everward.values import Unknown, Value, placeholder

_OPEN: Final = re.compile(r"<([A-Za-z][\w.\-]*(?: [\w.\-]+){0,7})>")
_MADE: Final = re.compile(r"GEN-[A-Z][A-Z0-9\-]*")
_MARKUP: Final = re.compile(r"</|/>|<!|<\?")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w*")


def open_placeholders(value: Any, name: str) -> tuple[Value, list[str]]:
    """The value of a parameter with holes in the place of its placeholders, and these as they are written."""
    found: list[str] = []
    return _open(value, f"parameters({quote(name)})", name, found), found


def _open(value: Any, path: str, name: str, found: list[str]) -> Value:
    if isinstance(value, str):
        return _of_text(value, path, name, found) if "<" in value or value.startswith("GEN-") else value
    if isinstance(value, list):
        items: list[Value] = []
        for index, item in enumerate(value):
            items.append(_open(item, f"{path}[{index}]", name, found))
        return items
    if isinstance(value, dict):
        members: dict[str, Value] = {}
        for key, item in value.items():
            below = f"{path}.{key}" if _IDENTIFIER.fullmatch(key) else f"{path}[{quote(key)}]"
            # A property is named by text: what is known of an id that is not filled in is a symbolic one.
            named = _symbolic(key) if _OPEN.fullmatch(key) else key
            members[named] = _open(item, below, name, found)
        return members
    return value  # type: ignore[no-any-return]


def _of_text(text: str, path: str, name: str, found: list[str]) -> Value:
    """A hole for a text with a placeholder in it, unless it is markup."""
    written = _MADE.fullmatch(text) or (_OPEN.search(text) if _MARKUP.search(text) is None else None)
    if written is None:
        return text
    found.append(written.group())
    partial = text.startswith("/") and _OPEN.fullmatch(text) is None
    return Unknown(
        reason=f"a placeholder that nobody has filled in: `{text if len(text) <= 80 else written.group()}`",
        decided_by=(f"parameters.{name}",),
        present=True,
        reference=_symbolic(text) if partial else None,
        text=f"[{path}]",
    )


def _symbolic(text: str) -> str:
    """An id in which placeholders are parts that are not known."""
    return _OPEN.sub(lambda part: placeholder(part[1]), text)
