"""Objects and lists that know where their parts stand, so that what is built from several files keeps its places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from everward.values import Unknown

Spot: TypeAlias = "tuple[str, int]"
"""A file as the user would open it, and a line counted from 1."""

NOWHERE: Final[Spot] = ("", 0)


class PlacedMap(dict[str, Any]):
    """An object with the place of each key. A key without a place stands where the object does."""

    __slots__ = ("last", "spot", "spots")

    def __init__(self, spot: Spot = NOWHERE) -> None:
        super().__init__()
        self.spot = spot
        """Where it begins."""
        self.last = spot[1]
        """The line on which it ends."""
        self.spots: dict[str, Spot] = {}

    def put(self, key: str, value: Any, spot: Spot) -> None:
        """Set a key that stands at `spot`."""
        self[key] = value
        self.spots[key] = spot

    def spot_of(self, key: str) -> Spot:
        """Where a key stands."""
        return self.spots.get(key, self.spot)


class PlacedList(list[Any]):
    """A list with the place of each element."""

    __slots__ = ("spot", "spots")

    def __init__(self, spot: Spot = NOWHERE) -> None:
        super().__init__()
        self.spot = spot
        self.spots: list[Spot] = []

    def add(self, value: Any, spot: Spot) -> None:
        """Append an element that stands at `spot`."""
        self.append(value)
        self.spots.append(spot)

    def spot_of(self, index: int) -> Spot:
        """Where an element stands."""
        return self.spots[index] if index < len(self.spots) else self.spot


def copied(value: Any) -> Any:
    """A copy that shares no object or list with `value`, places included.

    Recursion: as deep as the value, which reading has limited.
    """
    if isinstance(value, dict):
        spot = value.spot if isinstance(value, PlacedMap) else NOWHERE
        made = PlacedMap(spot)
        for key, item in value.items():
            made[key] = copied(item)
        if isinstance(value, PlacedMap):
            made.spots = dict(value.spots)
            made.last = value.last
        return made
    if isinstance(value, list):
        items = PlacedList(value.spot if isinstance(value, PlacedList) else NOWHERE)
        items.extend(copied(item) for item in value)
        if isinstance(value, PlacedList):
            items.spots = list(value.spots)
        return items
    return value


def plain(value: Any) -> Any:
    """The same value in plain objects and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def text_of(value: Any) -> str | None:
    """A value as a text that is known, else None."""
    return value if isinstance(value, str) else None


def map_of(value: Any) -> dict[str, Any]:
    """A value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def maps_in(value: Any) -> Iterable[dict[str, Any]]:
    """The objects in a list; nothing when it is no list."""
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def shown(value: Any) -> str:
    """A value as people read it in a message, short."""
    if isinstance(value, Unknown):
        value = value.text or "{" + (value.decided_by[0] if value.decided_by else value.reason) + "}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
