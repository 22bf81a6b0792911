"""The ARM types of azurerm types that have no mapping of their own."""

from __future__ import annotations

from functools import cache

from everward.values import data_file

TYPES_FILE = "azurerm-types.tsv"


def arm_type(type_name: str) -> str | None:
    """The ARM type of an azurerm type, or None when it is not known."""
    text = _text()
    start = text.find(f"\n{type_name}\t")
    if start < 0:
        return None
    arm = text[start + len(type_name) + 2 : text.index("\t", start + len(type_name) + 2)]
    return arm if "/" in arm and not arm.startswith("{") else None


@cache
def _text() -> str:
    return data_file(TYPES_FILE).read_text(encoding="utf-8")
