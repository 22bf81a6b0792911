"""Functions that change the type or the visibility of a value."""

from __future__ import annotations

from everward.sources.terraform.language.functions.registry import function, mark
from everward.sources.terraform.language.types import ANY, BOOL, NUMBER, STRING, Type
from everward.sources.terraform.language.values import Data, Sensitive, bared, convert
from everward.values import Unknown, combine


def _declare(name: str, kind: Type) -> None:
    def to_kind(value: Data) -> Data:
        return convert(value, kind)

    function(name, "A", "raw", nullable=True, marks="own")(to_kind)


for _name, _kind in (
    ("tostring", STRING),
    ("tonumber", NUMBER),
    ("tobool", BOOL),
    ("tolist", Type("list", ANY)),
    ("toset", Type("set", ANY)),
    ("tomap", Type("map", ANY)),
):
    _declare(_name, _kind)


@function("sensitive", "A", "raw", marks="own")
def sensitive(value: Data) -> Data:
    """Marked as not to be shown."""
    return mark(value)


@function("nonsensitive", "A", "raw", marks="own")
def nonsensitive(value: Data) -> Data:
    """With the mark on the whole taken off; those on its parts stay."""
    return bared(value)


@function("issensitive", "A", "raw", marks="own")
def issensitive(value: Data) -> Data:
    """Whether the whole is marked."""
    if isinstance(value, Sensitive):
        return True
    return combine([value], present=True) if isinstance(value, Unknown) else False


@function("ephemeralasnull", "A", "raw", marks="own")
def ephemeralasnull(value: Data) -> Data:
    """Ephemeral values as null; what is read from source has none."""
    return value
