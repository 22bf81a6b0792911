"""Functions that change the type or the visibility of a value."""

from __future__ import annotations

from everward.sources.terraform.language.functions.registry import function
from everward.sources.terraform.language.types import ANY, BOOL, NUMBER, STRING, Type
from everward.sources.terraform.language.values import Data, Sensitive, convert, has_sensitive, unmark


@function("tostring", "A", "shallow", nullable=True)
def tostring(value: Data) -> Data:
    """As text."""
    return convert(value, STRING)


@function("tonumber", "A", "shallow", nullable=True)
def tonumber(value: Data) -> Data:
    """As a number."""
    return convert(value, NUMBER)


@function("tobool", "A", "shallow", nullable=True)
def tobool(value: Data) -> Data:
    """As a truth value."""
    return convert(value, BOOL)


@function("tolist", "A", "raw")
def tolist(value: Data) -> Data:
    """As a list."""
    return convert(value, Type("list", ANY))


@function("toset", "A", "raw")
def toset(value: Data) -> Data:
    """As a set; what holes could turn out equal to stays beside them."""
    return convert(value, Type("set", ANY))


@function("tomap", "A", "raw")
def tomap(value: Data) -> Data:
    """As a map."""
    return convert(value, Type("map", ANY))


@function("sensitive", "A", "raw", marks=True)
def sensitive(value: Data) -> Data:
    """Marked as not to be shown."""
    return value if isinstance(value, Sensitive) else Sensitive(value)


@function("nonsensitive", "A", "raw", marks=True)
def nonsensitive(value: Data) -> Data:
    """With the mark taken off; the caller takes off those inside."""
    return unmark(value)


@function("issensitive", "A", "raw", marks=True)
def issensitive(value: Data) -> Data:
    """Whether it is marked."""
    return has_sensitive(value)


@function("ephemeralasnull", "A", "raw")
def ephemeralasnull(value: Data) -> Data:
    """Ephemeral values as null; what is read from source has none."""
    return value
