"""JSON patches (RFC 6902): operations at places that pointers (RFC 6901) name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from everward.sources.manifests.placed import NOWHERE, PlacedList, PlacedMap, copied


class PatchError(Exception):
    """A patch cannot be applied."""


def apply_operations(target: PlacedMap, operations: Sequence[Any]) -> None:
    """Change an object by a list of operations.

    Raises:
        PatchError: when one of them names something that is not there, or is none.

    """
    for operation in operations:
        if not isinstance(operation, dict):
            raise PatchError("an operation of a JSON patch is no object")
        _apply(target, operation)


def _apply(target: PlacedMap, operation: dict[str, Any]) -> None:
    name, path = operation.get("op"), _steps(operation.get("path"))
    if name in ("add", "replace"):
        spot = operation.spot_of("value") if isinstance(operation, PlacedMap) else NOWHERE
        _set(target, path, copied(operation.get("value")), spot, new=name == "add")
    elif name == "remove":
        _take(target, path)
    elif name in ("move", "copy"):
        start = _steps(operation.get("from"))
        value = _take(target, start) if name == "move" else copied(_at(target, start))
        _set(target, path, value, NOWHERE, new=True)
    elif name == "test":
        if _at(target, path) != operation.get("value"):
            raise PatchError(f"the test of `{operation.get('path')}` fails")
    else:
        raise PatchError(f"`{name}` is no operation of a JSON patch")


def _steps(pointer: Any) -> list[str]:
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise PatchError(f"`{pointer}` is no path of a JSON patch")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def _at(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and len(step) < 8 and int(step) < len(value):
            value = value[int(step)]
        else:
            raise PatchError(f"`{'/'.join(steps)}` is not there to be patched")
    return value


def _set(target: Any, steps: Sequence[str], value: Any, spot: tuple[str, int], *, new: bool) -> None:
    holder, last = _at(target, steps[:-1]), steps[-1]
    if isinstance(holder, PlacedMap):
        if not new and last not in holder:
            raise PatchError(f"`{'/'.join(steps)}` is not there to be replaced")
        holder.put(last, value, spot)
    elif isinstance(holder, PlacedList):
        _set_item(holder, last, value, spot, new=new)
    else:
        raise PatchError(f"`{'/'.join(steps)}` goes through something that is no object")


def _set_item(holder: PlacedList, last: str, value: Any, spot: tuple[str, int], *, new: bool) -> None:
    if last == "-" and new:
        holder.add(value, spot)
        return
    if not (last.isdecimal() and len(last) < 8 and int(last) < len(holder) + (1 if new else 0)):
        raise PatchError(f"there is no element `{last}` to be patched")
    at = int(last)
    if new:
        holder.insert(at, value)
        holder.spots.insert(at, spot)
    else:
        holder[at] = value


def _take(target: Any, steps: Sequence[str]) -> Any:
    value = _at(target, steps)
    holder, last = _at(target, steps[:-1]), steps[-1]
    if isinstance(holder, PlacedList):
        del holder.spots[int(last) : int(last) + 1]
        del holder[int(last)]
    elif isinstance(holder, dict):
        del holder[last]
    return value
