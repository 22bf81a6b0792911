"""A change that is only tried: properties of resources, set in a copy of the estate."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.values import UsageError

_STEP: Final = re.compile(r"([^.\[\]]+)|\[([^\]]+)\]")


@dataclass(frozen=True, eq=False)
class Edit:
    """Properties of one resource, or of all that a pattern means."""

    resource: str
    """A name, an id or an address; `*` stands for any text."""
    values: Mapping[str, Any]
    """By path. A step in brackets is the number or the name of an element; null takes a property away."""


def patched(estate: Estate, edits: Sequence[Edit]) -> tuple[Estate, list[Resource]]:
    """The estate with edits, and the resources that were changed.

    Raises:
        UsageError: when an edit means no resource, or sets a path that is not there.

    """
    changed: dict[str, Resource] = {}
    faults: dict[Edit, UsageError] = {}
    readings = []
    for reading in estate.readings:
        resources = []
        for resource in reading.resources:
            mine = [edit for edit in edits if _means(edit.resource, resource)]
            if mine:
                edited = _edited(resource, mine, faults)
                if edited is not None:
                    resource = changed[edited.key] = edited
            resources.append(resource)
        readings.append(dataclasses.replace(reading, resources=resources))
    for edit in edits:
        if not any(_means(edit.resource, resource) for resource in changed.values()):
            # A pattern may mean more than what has the property, but not nothing that has it.
            if edit in faults:
                raise faults[edit]
            raise UsageError(
                f"nothing is called `{edit.resource}`", help="give a name, an id or an address; `*` is any text"
            )
    return Estate(readings), list(changed.values())


def _means(pattern: str, resource: Resource) -> bool:
    names = (resource.name, resource.id, resource.origin.address or "")
    wanted = pattern.lower()
    # Brackets stand in addresses; they are no sets of characters here.
    glob = wanted.replace("[", "[[]")
    return any(name and (name.lower() == wanted or fnmatchcase(name.lower(), glob)) for name in names)


def _edited(resource: Resource, edits: Sequence[Edit], faults: dict[Edit, UsageError]) -> Resource | None:
    """A copy with the edits that it can take; None when it can take none."""
    body = copy.deepcopy(resource.body)
    taken = False
    for edit in edits:
        trial = copy.deepcopy(body)
        try:
            for path, value in edit.values.items():
                _set(trial, path, value, resource)
        except UsageError as fault:
            faults.setdefault(edit, fault)
            continue
        body, taken = trial, True
    return resource.with_body(body) if taken else None


def _set(body: dict[str, Any], path: str, value: Any, resource: Resource) -> None:
    steps = list(_steps(path))
    at: Any = body
    for index, step in enumerate(steps[:-1]):
        found = _inside(at, step)
        if found is None:
            if isinstance(at, dict) and not step.startswith("["):
                found = at.setdefault(_key(at, step), {})
            else:
                raise _lost(path, steps[: index + 1], resource)
        at = found
    last = steps[-1] if steps else ""
    if isinstance(at, list) and last.startswith("["):
        element = _inside(at, last)
        if element is None:
            raise _lost(path, steps, resource)
        position = next(index for index, item in enumerate(at) if item is element)
        at[position : position + 1] = [] if value is None else [value]
    elif isinstance(at, dict) and last and not last.startswith("["):
        if value is None:
            at.pop(_key(at, last), None)
        else:
            at[_key(at, last)] = value
    else:
        raise _lost(path, steps, resource)


def _steps(path: str) -> Iterator[str]:
    for match in _STEP.finditer(path):
        yield match[1] if match[1] is not None else f"[{match[2]}]"


def _inside(at: Any, step: str) -> Any:
    if step.startswith("[") and isinstance(at, list):
        name = step[1:-1]
        named = [item for item in at if isinstance(item, dict) and str(item.get("name", "")).lower() == name.lower()]
        if named:
            return named[0]
        return at[int(name)] if name.isdecimal() and len(name) < 10 and int(name) < len(at) else None
    return at.get(_key(at, step)) if isinstance(at, dict) else None


def _key(at: Mapping[str, Any], step: str) -> str:
    return next((key for key in at if key.lower() == step.lower()), step)


def _lost(path: str, steps: Sequence[str], resource: Resource) -> UsageError:
    where = ".".join(steps).replace(".[", "[")
    return UsageError(
        f"`{resource.name}` has no `{where}`, so `{path}` cannot be set",
        help=f"`everward estate show PATH --id {resource.name} --full` shows what it has",
    )
