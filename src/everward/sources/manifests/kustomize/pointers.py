"""JSON patches (RFC 6902): operations at places that pointers (RFC 6901) name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from everward.sources.manifests.placed import NOWHERE, PlacedList, PlacedMap, copied


class PatchError(Exception):
    """A patch cannot be applied."""


def apply_operations(target: PlacedMap, operations: Sequence[Any], fits: Callable[[Any, int], bool]) -> None:
    """Change an object by a list of operations.

    Args:
        target: The object.
        operations: The operations.
        fits: Whether there is room for one more value so deep in the object.

    Raises:
        PatchError: when one of them names something that is not there, or is none.

    """
    for operation in operations:
        if not isinstance(operation, dict):
            raise PatchError("an operation of a JSON patch is no object")
        _apply(target, operation, fits)


def measured(value: Any) -> tuple[int, int]:
    """How many values there are in a value, itself included, and how deep they stand in one another."""
    size, depth, level = 0, 0, [value]
    while level:
        size, depth = size + len(level), depth + 1
        level = [
            part
            for item in level
            if isinstance(item, dict | list)
            for part in (item.values() if isinstance(item, dict) else item)
        ]
    return size, depth


def _apply(target: PlacedMap, operation: dict[str, Any], fits: Callable[[Any, int], bool]) -> None:
    name, path = operation.get("op"), _steps(operation.get("path"))
    _check(operation.get("value"), path, fits)
    if name in ("add", "replace"):
        spot = operation.spot_of("value") if isinstance(operation, PlacedMap) else NOWHERE
        _set(target, path, copied(operation.get("value")), spot, new=name == "add")
    elif name == "remove":
        _take(target, path)
    elif name in ("move", "copy"):
        start = _steps(operation.get("from"))
        _check(_get(target, start), path, fits)
        value = _take(target, start) if name == "move" else copied(_get(target, start))
        _set(target, path, value, NOWHERE, new=True)
    elif name == "test":
        if _get(target, path) != operation.get("value"):
            raise PatchError(f"the test of `{operation.get('path')}` fails")
    else:
        raise PatchError(f"`{name}` is no operation of a JSON patch")


def _check(value: Any, path: Sequence[str], fits: Callable[[Any, int], bool]) -> None:
    if not fits(value, len(path)):
        raise PatchError("the patch makes too much of the object")


def _steps(pointer: Any) -> list[str]:
    # What stands before the first slash is passed over, as evanphx/json-patch 4 does.
    steps = pointer.split("/")[1:] if isinstance(pointer, str) else []
    if not steps:
        raise PatchError(f"`{pointer}` is no path of a JSON patch")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _holder(target: Any, steps: Sequence[str]) -> Any:
    """The object or list in which the last step of a path stands."""
    value = target
    for at, step in enumerate(steps[:-1]):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list):
            value = value[_index(step, len(value))]
        if not isinstance(value, dict | list):
            raise PatchError(f"`{'/'.join(steps[: at + 1])}` is not there to be patched")
    return value


def _index(step: str, length: int) -> int:
    """The index that a step is; negative ones count from the end."""
    number = int(step) if re.fullmatch(r"[+-]?[0-9]{1,8}", step) else length
    if not -length <= number < length:
        raise PatchError(f"there is no element `{step}` to be patched")
    return number + length if number < 0 else number


def _get(target: Any, steps: Sequence[str]) -> Any:
    """The value at a path; a key that is not there is null."""
    holder, last = _holder(target, steps), steps[-1]
    return holder.get(last) if isinstance(holder, dict) else holder[_index(last, len(holder))]


def _set(target: Any, steps: Sequence[str], value: Any, spot: tuple[str, int], *, new: bool) -> None:
    holder, last = _holder(target, steps), steps[-1]
    if isinstance(holder, PlacedMap):
        holder.put(last, value, spot)
    elif isinstance(holder, PlacedList):
        if last == "-" and new:
            holder.add(value, spot)
        elif new:
            at = _index(last, len(holder) + 1)
            holder.insert(at, value)
            holder.spots.insert(at, spot)
        else:
            holder[_index(last, len(holder))] = value


def _take(target: Any, steps: Sequence[str]) -> Any:
    holder, last = _holder(target, steps), steps[-1]
    if isinstance(holder, PlacedList):
        at = _index(last, len(holder))
        del holder.spots[at : at + 1]
        return holder.pop(at)
    if last not in holder:
        raise PatchError(f"`{'/'.join(steps)}` is not there to be patched")
    return holder.pop(last)
