"""Reading bodies that may have holes: ids, lists, texts and switches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from everward.estate import Resource
from everward.values import MISSING, Origin, Unknown, member


def inner(value: Any, *path: str) -> Any:
    """The value at a path of keys, without regard to case: it, a hole met on the way, or None."""
    for key in path:
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, dict):
            return None
        value = member(value, key)
        if value is MISSING:
            return None
    return value


def place_in(resource: Resource, path: str) -> Origin:
    """Where a property stands. In an inventory it is the row: the place inside would have every row read once more."""
    return resource.origin if resource.source == "inventory" else resource.origin_of(path)


def first(*values: Any) -> Any:
    """The first value that is there: holes count, and have no truth of their own."""
    return next((value for value in values if value is not None), None)


def items(value: Any) -> Iterator[Any]:
    """The elements of a list; a hole in its place is one element that is a hole; nothing else has any."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, list):
        yield from value


def properties(item: Any) -> Any:
    """What stands under `properties`, or the object itself where an export has flattened it."""
    found = inner(item, "properties")
    return item if found is None and isinstance(item, Mapping) else found


def id_in(value: Any) -> str | Unknown | None:
    """The id that a value gives: a text, an object with `id`, a hole of which the id is known, or another hole."""
    if isinstance(value, dict):
        value = inner(value, "id")
    if isinstance(value, Unknown):
        return value.reference if value.reference is not None else value
    return value if isinstance(value, str) and value else None


def ids_in(value: Any) -> list[str | Unknown]:
    """The ids of a list, see `id_in`."""
    return [found for item in items(value) if (found := id_in(item)) is not None]


def text_in(value: Any, *path: str) -> str | Unknown | None:
    """A text, a hole, or None for anything else."""
    found = inner(value, *path)
    return found if isinstance(found, str | Unknown) else None


def texts_in(value: Any) -> tuple[str | Unknown, ...]:
    """The texts and holes of a list; one text counts as a list of it."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in items(value) if isinstance(item, str | Unknown))


def flag(value: Any, *path: str, default: bool) -> bool | Unknown:
    """A switch, which may be written as a text; `default` where nothing stands."""
    found = inner(value, *path)
    if isinstance(found, bool | Unknown):
        return found
    if isinstance(found, str) and found.lower() in ("true", "enabled", "false", "disabled"):
        return found.lower() in ("true", "enabled")
    return default


def name_of(item: Any) -> str:
    """The name of a part of a resource; empty when it has none, or none that is known."""
    found = text_in(item, "name")
    return found if isinstance(found, str) else ""
