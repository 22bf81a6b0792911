"""What a condition is evaluated against, and how fields are read from it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import msgspec

from everward.estate import Estate, Resource
from everward.policy.fields import Ref, Root, any_number, collect, look
from everward.values import MISSING, Step, Unknown, is_symbolic, try_parse_id

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_OPTIONS: Final = {name: f"--{name}" for name in ("subscription", "resource-group", "location")}
"""Open parts that the user says once, by the option that says them."""


class Frame:
    """One resource under evaluation, and the elements that counts around the condition are at."""

    __slots__ = ("body", "estate", "items", "opaque", "outer", "resource", "visits")

    def __init__(self, resource: Resource, estate: Estate, primary: Frame | None = None) -> None:
        self.resource = resource
        self.estate = estate
        self.body = resource.body
        self.items: list[Any] = []
        """The current element of each count around, outermost first."""
        self.opaque = opaque_hole(resource) if resource.opaque else None
        """What stands at every path that the body lacks, when the source has no mapping for the resource."""
        self.visits = 1
        """How many elements the counts over values around visit: nested ones multiply."""
        # INVARIANT: a frame does not hold itself. Cycles are not looked for while a command runs, so it would stay.
        self.outer = primary

    @property
    def primary(self) -> Frame:
        """The frame of the resource that is judged: another one while a related resource is tested."""
        return self if self.outer is None else self.outer


def opaque_hole(resource: Resource) -> Unknown:
    """The hole that every property of an opaque resource is."""
    name = resource.origin.address or resource.id
    return Unknown(
        reason="the properties of the resource are not known: its source has no mapping for it",
        decided_by=(name,),
        origin=resource.origin,
    )


@lru_cache(maxsize=65_536)
def symbolic_hole(text: str, *, is_id: bool) -> Unknown:
    """A name or id that holds parts which are not known yet."""
    parts = dict.fromkeys(_OPTIONS.get(part, part.replace("|", "/")) for part in _PLACEHOLDER.findall(text) if part)
    return Unknown(
        reason=f"the {'id' if is_id else 'name'} has parts that are not known yet",
        decided_by=tuple(parts)[:12],
        present=True,
        reference=text if is_id else None,
        text=text,
    )


def text_or_hole(text: str, *, is_id: bool = False) -> str | Unknown:
    """A name or an id, as a hole when it is not known wholly."""
    return symbolic_hole(text, is_id=is_id) if is_symbolic(text) else text


def full_name(resource: Resource) -> str:
    """The names from the outermost resource to this one, joined with `/`."""
    parsed = try_parse_id(resource.id)
    return "/".join(parsed.names) if parsed is not None else resource.name


def identity_of(resource: Resource, root: Root) -> str | Unknown:
    """The value of a field that the resource itself knows."""
    if root is Root.TYPE:
        return resource.type
    if root is Root.ID:
        return text_or_hole(resource.id, is_id=True)
    return text_or_hole(resource.name if root is Root.NAME else full_name(resource))


class Binding(msgspec.Struct, frozen=True):
    """What a count binds: the elements of an array of the resource, or those of a value."""

    label: str
    """What `current('…')` calls it, lower-case."""
    steps: tuple[Step, ...] | None = None
    """The path of the counted elements, lower-case and ending in `[*]`; None for a value."""


Scope = tuple[Binding, ...]
"""The counts around a condition, outermost first; the position of each is its place in `Frame.items`."""


def bind(ref: Ref, scope: Scope) -> tuple[int, tuple[Step, ...]] | None:
    """The innermost count whose elements a field goes through: its position and the path below the element."""
    if not ref.collects:
        return None
    for index in range(len(scope) - 1, -1, -1):
        prefix = scope[index].steps
        if prefix is not None and fold(ref.steps[: len(prefix)]) == prefix:
            return index, ref.steps[len(prefix) :]
    return None


def fold(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """A path as paths compare: without case."""
    return tuple(step.lower() if isinstance(step, str) else step for step in steps)


def read_one(frame: Frame, base: Any, steps: tuple[Step, ...]) -> Any:
    """The value at a path without `[*]` below `base`."""
    value = look(base, steps)
    if value is MISSING and frame.opaque is not None:
        return frame.opaque
    return value


def read_many(frame: Frame, base: Any, steps: tuple[Step, ...], *, absent: bool) -> list[Any]:
    """The values at a path with `[*]` below `base`; see `collect` for `absent`."""
    if frame.opaque is None:
        return collect(base, steps, absent=absent)
    hole = any_number(frame.opaque)
    return [hole if value is MISSING else value for value in collect(base, steps)]
