"""The operations of append and modify: what they would do to a body.

`append` and `add` set what is absent, and conflict with another value that stands there; `addOrReplace` sets whatever
stands there; `remove` takes a tag away. On `[*]`, `append` and `add` add one element, `addOrReplace` leaves that one
alone; on `[*].p` all set `p` of every element. `modify` skips a property whose parent is absent: it is taken to be left
out on purpose. Whether Azure lets an alias be modified, and which kind of value it takes there, stands in no catalogue
that can be read offline: every alias is taken to be modifiable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from everward.policy.effects.changes import BlockedError, Change, change, put
from everward.policy.effects.details import CONFLICT_EFFECTS, choose, is_plain_path
from everward.policy.engine import Site, UnknownAliasError
from everward.policy.fields import Ref, Root, below, look
from everward.policy.frame import Frame, fold
from everward.policy.nodes import Details, Operation
from everward.policy.operators import same
from everward.policy.problem import EvaluationError
from everward.policy.truth import equals3
from everward.values import EACH, MISSING, Step, Truth, Unknown, any_of, combine, format_path, parse_path, unknowns_in

Steps = tuple[Step, ...]

_ROOTS: Final = frozenset({"properties", "tags", "identity"})
"""What every resource may have at its root: it is made where it is absent."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation as it is for one resource."""

    kind: str
    steps: Steps | None
    """Where; None when the name of the field is not known."""
    value: Any
    live: Truth
    """Whether its condition holds; never False."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A property that an operation is about."""

    steps: Steps
    """Its path as paths compare, with `[*]`."""
    value: Any
    adds_element: bool
    """Whether it adds an element, beside which other elements may be added."""
    changes: Truth
    """Whether it changes anything there, if it is made."""
    live: bool
    """Whether the operation is certainly made if the policy applies."""


@dataclass(slots=True)
class Applied:
    """What the operations of one policy do to a body."""

    body: dict[str, Any]
    changes: list[Change] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    """Why operations cannot be made."""
    doubts: list[Unknown] = field(default_factory=list)
    """What leaves open whether an operation can be made."""
    holes: list[Unknown] = field(default_factory=list)
    """What leaves open whether an operation is made, or of what."""
    skipped: list[str] = field(default_factory=list)
    """Paths whose parent is absent."""
    blurred: Unknown | None = None
    """Set when any property may be changed."""


def conflict_effect(details: Details, site: Site, frame: Frame) -> str | Unknown:
    """What happens when an operation cannot be made, or is not the only one on its property: `deny` unless told.

    Raises:
        EvaluationError: when it is none that Azure knows.

    """
    if details.conflict is None:
        return "deny"
    value = site.value(details.conflict, frame)
    if isinstance(value, Unknown):
        return value
    chosen = choose(value, CONFLICT_EFFECTS) if isinstance(value, str) else None
    if chosen is None:
        raise EvaluationError(f"`{value}` is no conflict effect")
    return chosen


def ready_operations(details: Details, site: Site, frame: Frame) -> list[Ready]:
    """The operations whose condition holds, or may hold, with fields and values worked out.

    Raises:
        EvaluationError: when a part cannot be evaluated, or there is nothing to change.

    """
    if not details.operations:
        raise EvaluationError("the details name nothing to change")
    ready = []
    for operation in details.operations:
        live = _is_live(operation, site, frame)
        if live is not False:
            ready.append(
                Ready(operation.kind, _steps(operation, site, frame), site.value(operation.value, frame), live)
            )
    return ready


def _is_live(operation: Operation, site: Site, frame: Frame) -> Truth:
    if operation.condition is None:
        return True
    value = site.value(operation.condition, frame)
    if isinstance(value, bool | Unknown):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise EvaluationError(f"the condition of an operation is `{value}`, neither true nor false")


def _steps(operation: Operation, site: Site, frame: Frame) -> Steps | None:
    name = site.value(operation.field, frame)
    if isinstance(name, Unknown):
        return None
    if not isinstance(name, str):
        raise EvaluationError("the name of a field is not a text")
    ref = _ref(name, site)
    if ref.root is not Root.BODY:
        raise EvaluationError(f"`{name}` cannot be changed")
    if operation.kind == "remove" and ref.steps[0] != "tags":
        raise EvaluationError(f"`{name}` is no tag, and only tags can be removed")
    return ref.steps


def _ref(name: str, site: Site) -> Ref:
    try:
        return site.field(name)
    except UnknownAliasError:
        if is_plain_path(name):
            try:
                return Ref(Root.BODY, parse_path(name))
            except ValueError as error:
                raise EvaluationError(str(error)) from None
        raise EvaluationError(f"`{name}` is no field and no alias") from None


def apply(operations: list[Ready], body: dict[str, Any], hole: Unknown | None = None) -> Applied:
    """Apply operations to a body, which stays as it is; with `hole` it is not known whether they are applied at all."""
    applied = Applied(body)
    for operation in operations:
        doubt = hole if hole is not None else operation.live if isinstance(operation.live, Unknown) else None
        if doubt is not None:
            applied.holes.append(doubt)
        if operation.steps is None:
            applied.blurred = combine([doubt] if doubt is not None else _name_hole())
            applied.body = blur(applied.body, applied.blurred)
            continue
        _Applier(applied, operation, operation.steps, doubt).run()
    return applied


def _name_hole() -> list[Unknown]:
    return [Unknown(reason="the name of the field to change is not known")]


def blur(body: dict[str, Any], hole: Unknown) -> dict[str, Any]:
    """A body of which any property may have changed: all but what the resource is."""
    kept = ("id", "type", "name", "kind", "location")
    blurred = {key: value if key.lower() in kept else below(hole) for key, value in body.items()}
    return {**dict.fromkeys(("properties", "tags"), below(hole)), **blurred}


class _Applier:
    """Applies one operation."""

    def __init__(self, applied: Applied, operation: Ready, steps: Steps, doubt: Unknown | None) -> None:
        self.applied = applied
        self.operation = operation
        self.steps = steps
        self.doubt = doubt
        self.adds = operation.kind in ("append", "add")
        self.changed: list[Truth] = []

    def run(self) -> None:
        """Change every place that the operation is about."""
        on_elements = self.steps[-1] == EACH
        for place in list(_places(self.applied.body, self.steps[:-1] if on_elements else self.steps)):
            if isinstance(place, Unknown):
                self._lies_in(place)
            elif self._has_parent(place):
                if on_elements:
                    self._element(place)
                else:
                    self._property(place)
        live = self.operation.live is True
        touch = Touch(fold(self.steps), self.operation.value, on_elements and self.adds, any_of(self.changed), live)
        self.applied.touches.append(touch)

    def _lies_in(self, hole: Unknown) -> None:
        """The place lies in a hole, which stays open: whatever fills it may have another value there."""
        self.applied.holes.append(hole)
        self.applied.doubts.append(hole)
        self.changed.append(below(hole))

    def _has_parent(self, place: Steps) -> bool:
        """Whether the operation reaches the place: `append` makes what is absent on the way, the others do not."""
        current: Any = self.applied.body
        for index, step in enumerate(place[:-1]):
            current = look(current, (step,))
            if isinstance(current, Unknown):
                self._lies_in(current)
                return False
            if current is MISSING or current is None:
                made = self.operation.kind == "append" or (index == 0 == len(place) - 2 and str(step).lower() in _ROOTS)
                if not made:
                    self.applied.skipped.append(format_path(place))
                return made
        return True

    def _property(self, place: Steps) -> None:
        before = look(self.applied.body, place)
        value = MISSING if self.operation.kind == "remove" else self.operation.value
        if self.adds and before is not MISSING and before is not None:
            equal = equals3(before, value)
            if equal is False:
                self._conflict(f"`{format_path(place)}` has another value already")
            elif isinstance(equal, Unknown):
                self._doubt(equal)
                self._set(place, before, combine([equal]))
            return
        self._set(place, before, value)

    def _element(self, place: Steps) -> None:
        before = look(self.applied.body, place)
        value = self.operation.value
        if not self.adds:
            self._set(place, before, [value])
        elif isinstance(before, Unknown):
            self._lies_in(before)
        elif before is MISSING or before is None:
            self._set(place, before, [value])
        elif not isinstance(before, list):
            self._conflict(f"`{format_path(place)}` is {_named(before)}, not an array")
        else:
            self._add_element(place, before, value)

    def _add_element(self, place: Steps, before: list[Any], value: Any) -> None:
        added = value if self.doubt is None else _perhaps(self.doubt)
        self.applied.body = put(self.applied.body, place, [*before, added])
        self.applied.changes.append(change((*place, len(before)), MISSING, added))
        self.changed.append(True)

    def _set(self, place: Steps, before: Any, value: Any) -> None:
        differs = _differs(before, value)
        if differs is False:
            return
        if self.doubt is not None:
            # It may not be made at all: then what is absent on the way to it stays absent as well.
            place, before = self._first_absent(place, before)
            value = below(self.doubt)
        try:
            self.applied.body = put(self.applied.body, place, value)
        except BlockedError as error:
            self._conflict(f"`{error}` is in the way of `{format_path(place)}`")
            return
        self.applied.changes.append(change(place, before, value))
        self.changed.append(differs)

    def _first_absent(self, place: Steps, before: Any) -> tuple[Steps, Any]:
        for length in range(1, len(place)):
            found = look(self.applied.body, place[:length])
            if found is MISSING or found is None:
                return place[:length], found
        return place, before

    def _conflict(self, message: str) -> None:
        if self.doubt is not None:
            self._doubt(self.doubt)
        else:
            self.applied.conflicts.append(message)

    def _doubt(self, hole: Unknown) -> None:
        self.applied.doubts.append(hole)


def _perhaps(hole: Unknown) -> Unknown:
    return Unknown(reason=hole.reason, decided_by=hole.decided_by, many=True, origin=hole.origin)


def _differs(before: Any, value: Any) -> Truth:
    """Whether something changes; a hole is never known to be what it is replaced by."""
    if before is value:
        return False
    holes = list(unknowns_in([before, value]))
    return combine(holes) if holes else not same(before, value)


def _named(value: Any) -> str:
    return "an array" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a single value"


def _places(body: Any, steps: Steps) -> Iterator[Steps | Unknown]:
    """The places that a path with `[*]` names in a body; a hole where it is not known which there are."""
    if EACH not in steps:
        yield steps
        return
    cut = steps.index(EACH)
    head, rest = steps[:cut], steps[cut + 1 :]
    array = look(body, head)
    if isinstance(array, Unknown):
        yield array
    elif isinstance(array, list):
        for index, element in enumerate(array):
            if isinstance(element, Unknown):
                yield element
                continue
            for inner in _places(element, rest):
                yield inner if isinstance(inner, Unknown) else (*head, index, *inner)
