"""Selectors: the parts of an assignment, exemption or override that say which resources and policies it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from everward.estate import Resource
from everward.policy.documents import Shape
from everward.policy.fields import squeeze
from everward.policy.parser import Fault
from everward.values import Truth, Unknown, all_of, any_of, negate

MAX_SELECTORS: Final = 10
"""Resource selectors of one assignment."""
MAX_VALUES: Final = 50
"""Values of one selector."""

LOCATION: Final = "resourceLocation"
TYPE: Final = "resourceType"
WITHOUT_LOCATION: Final = "resourceWithoutLocation"
REFERENCE: Final = "policyDefinitionReferenceId"
USER: Final = "userPrincipalId"
USER_GROUP: Final = "groupPrincipalId"
ROLLOUT: Final = "resourceRolloutPercentage"

KINDS: Final = (LOCATION, TYPE, WITHOUT_LOCATION, REFERENCE, USER, USER_GROUP, ROLLOUT)
"""The kinds of selector, as documented."""

_OF_REQUESTS: Final = {
    USER: "who sends the request",
    USER_GROUP: "who sends the request",
    ROLLOUT: "which share of the resources Azure has reached",
}
"""Kinds that no resource decides, and what does."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One condition on a resource, or on a reference of the initiative."""

    kind: str
    values: frozenset[str]
    """Lower-case; locations without spaces."""
    negated: bool = False
    """Whether it is `notIn`."""

    def admits(self, resource: Resource, reference_id: str = "") -> Truth:
        """Whether it holds for a resource, under a reference of an initiative."""
        found = self._in(resource, reference_id)
        return negate(found) if self.negated else found

    def _in(self, resource: Resource, reference_id: str) -> Truth:
        if self.kind == TYPE:
            return resource.type_key in self.values
        if self.kind == REFERENCE:
            return reference_id.lower() in self.values
        if self.kind in _OF_REQUESTS:
            what = _OF_REQUESTS[self.kind]
            return Unknown(reason=f"a selector asks {what}", decided_by=(f"selector {self.kind}",))
        location = resource.location
        if isinstance(location, Unknown):
            return location if self.kind == LOCATION or not location.present else False
        if self.kind == LOCATION:
            return isinstance(location, str) and squeeze(location) in self.values
        return location is None or location == ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Selectors of which all must hold."""

    name: str
    selectors: tuple[Selector, ...]

    def admits(self, resource: Resource, reference_id: str = "") -> Truth:
        """Whether all hold."""
        return all_of(selector.admits(resource, reference_id) for selector in self.selectors)


def admitted(selections: tuple[Selection, ...], resource: Resource, reference_id: str = "") -> Truth:
    """Whether any selection takes a resource in; without selections every one is."""
    if not selections:
        return True
    return any_of(selection.admits(resource, reference_id) for selection in selections)


def read_selections(body: Shape, name: str = "resourceSelectors") -> tuple[Selection, ...]:
    """The selections of an assignment or exemption.

    Raises:
        Fault: when they are not as selectors must be.

    """
    found = tuple(Selection(shape.label("name"), read_selectors(shape)) for shape in body.shapes(name))
    if len(found) > MAX_SELECTORS:
        raise Fault(f"there are more than {MAX_SELECTORS} resource selectors", body.at(name), "split the assignment")
    return found


def read_selectors(body: Shape) -> tuple[Selector, ...]:
    """The array `selectors`: each kind once, and not both on the location and on having none.

    Raises:
        Fault: when they are not as selectors must be.

    """
    found: dict[str, Selector] = {}
    for shape in body.shapes("selectors"):
        selector = _selector(shape)
        if selector.kind in found:
            raise Fault(f"`{selector.kind}` stands twice", shape.path, "use each kind once")
        found[selector.kind] = selector
    if LOCATION in found and WITHOUT_LOCATION in found:
        raise Fault(
            f"`{LOCATION}` and `{WITHOUT_LOCATION}` exclude each other", body.at("selectors"), "keep one of them"
        )
    return tuple(found.values())


def _selector(shape: Shape) -> Selector:
    kind = shape.choice("kind", KINDS) if "kind" in shape else None
    if kind is None:
        raise Fault("the selector has no `kind`", shape.path, f"known are {', '.join(KINDS)}")
    within, without = "in" in shape, "notIn" in shape
    if within == without:
        raise Fault("a selector needs either `in` or `notIn`", shape.path, "give one of them, as a list")
    key = "in" if within else "notIn"
    values = shape.texts(key)
    if len(values) > MAX_VALUES:
        raise Fault(f"there are more than {MAX_VALUES} values", shape.at(key), "split the assignment")
    folded = frozenset(str(squeeze(value)) if kind == LOCATION else value.lower() for value in values)
    return Selector(kind, folded, negated=without)
