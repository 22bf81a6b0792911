"""auditIfNotExists and deployIfNotExists: whether a related resource exists that meets the condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from everward.estate import Estate, Resource
from everward.policy.compile import FrameTest, compile_condition
from everward.policy.engine import Site, UnknownAliasError
from everward.policy.frame import Frame, full_name, symbolic_hole
from everward.policy.nodes import Existence, Operand
from everward.policy.placement import (
    EXTENSIONS,
    Place,
    default_place,
    is_below,
    place_below,
    place_in_group,
    place_in_subscription,
)
from everward.policy.problem import EvaluationError
from everward.policy.scopes import scope_ids
from everward.policy.truth import decide
from everward.values import Truth, Unknown, all_of, any_of, combine, is_symbolic


class Search(msgspec.Struct, eq=False):
    """What was looked for, where, and what was found."""

    type: str = ""
    place: Place = msgspec.field(default_factory=lambda: Place(""))
    name: Any = None
    """The name that was asked for; None for any."""
    truth: Truth = False
    """Whether a related resource exists that meets the condition."""
    candidates: list[tuple[Resource, Truth]] = msgspec.field(default_factory=list)
    """Resources of the right type, place and (perhaps) name, and whether each satisfies; the last when one does."""


def find_related(
    existence: Existence, site: Site, frame: Frame, conditions: Callable[[str], FrameTest | None]
) -> Search:
    """Look for a related resource of the judged one.

    `conditions` gives the compiled existence condition for a lower-case type.

    Raises:
        EvaluationError: when a part of the details cannot be evaluated.

    """
    kind = _text(existence.type, "type", site, frame)
    if isinstance(kind, Unknown):
        return Search(truth=kind)
    place = _place(existence, kind, site, frame)
    if isinstance(place, Unknown):
        return Search(type=kind, truth=place)
    search = Search(kind, place)
    search.name = None if existence.name is None else _text(existence.name, "name", site, frame)
    wanted_kind = None if existence.kind is None else _text(existence.kind, "kind", site, frame)
    condition = conditions(kind.lower())

    def satisfies(resource: Resource, there: Truth) -> Truth | None:
        """Whether a resource is the one; None when it is not even looked at."""
        if search.name is None and wanted_kind is None:
            if there is True and condition is not None:
                return condition(Frame(resource, frame.estate, frame))
            truths = [there]
        else:
            truths = [there, _name_matches(search.name, resource)]
        if wanted_kind is not None:
            truths.append(decide("equals", resource.body.get("kind"), wanted_kind))
        certain = all_of(truths)
        if certain is False:
            return None
        if condition is None:
            return certain
        return all_of([certain, condition(Frame(resource, frame.estate, frame))])

    for resource in place.found:
        truth = satisfies(resource, presence(resource, frame.resource, frame.estate))
        if truth is None:
            continue
        search.candidates.append((resource, truth))
        if truth is True:
            search.truth = True
            return search
    possible = [truth for item, hole in place.possible if (truth := satisfies(item, hole)) is not None]
    truths = [*(truth for _, truth in search.candidates), *possible]
    search.truth = any_of([*truths, place.gap] if place.gap is not None else truths)
    return search


def presence(resource: Resource, primary: Resource, estate: Estate) -> Truth:
    """Whether a related resource is certainly there, given that the judged one is.

    What decides both alike (one `count`, one `for_each`, one module) does not come between them.
    """

    def alike(hole: Unknown, other: Truth | None) -> bool:
        return isinstance(other, Unknown) and _same_hole(hole, other) and _read_together(resource, primary, estate)

    holes: list[Unknown] = []
    if isinstance(resource.condition, Unknown):
        if not alike(resource.condition, primary.condition):
            holes.append(resource.condition)
    elif not resource.condition:
        return False
    if resource.cardinality is not None and not alike(resource.cardinality, primary.cardinality):
        holes.append(resource.cardinality)
    return combine(holes, reason="it is not known whether the related resource exists") if holes else True


def _same_hole(hole: Unknown, other: Unknown) -> bool:
    """Whether two holes are filled alike: the same inputs decide them, by the same expression."""
    if not hole.decided_by or hole.decided_by != other.decided_by:
        return False
    return hole is other or (hole.text is not None and hole.text == other.text)


_READ_IN: WeakKeyDictionary[Estate, dict[int, int]] = WeakKeyDictionary()


def _read_together(one: Resource, two: Resource, estate: Estate) -> bool:
    """Whether two resources are of one reading: the same name in another configuration is another input."""
    places = _READ_IN.get(estate)
    if places is None:
        places = _READ_IN[estate] = {
            id(resource): index for index, reading in enumerate(estate.readings) for resource in reading.resources
        }
    return _place_in(places, one, estate) == _place_in(places, two, estate)


def _place_in(places: dict[int, int], resource: Resource, estate: Estate) -> int | None:
    if id(resource) not in places:
        # A copy that was made to be judged: it stands for what the estate has.
        found = estate.find(resource.id)
        return None if found is None else places.get(id(found))
    return places[id(resource)]


def _text(operand: Operand, what: str, site: Site, frame: Frame) -> str | Unknown:
    value = site.value(operand, frame)
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, str):
        raise EvaluationError(f"the {what} of the related resource is not a text")
    return value


def _place(existence: Existence, kind: str, site: Site, frame: Frame) -> Place | Unknown:
    primary, estate = frame.resource, frame.estate
    below = is_below(kind.lower(), primary)
    if below and (existence.scope is None or kind.lower() not in EXTENSIONS):
        return place_below(primary, kind, estate)
    scope = None if existence.scope is None else _text(existence.scope, "existence scope", site, frame)
    if isinstance(scope, Unknown):
        return scope
    subscription, _ = scope_ids(primary)
    if scope is not None and scope.lower() == "subscription" and subscription is not None:
        # What stands on the group or the subscription, such as a lock, holds for the resource as well.
        return place_in_subscription(primary, subscription, kind, estate)
    if below:
        return place_below(primary, kind, estate)
    group = None if existence.resource_group is None else _text(existence.resource_group, "resource group", site, frame)
    if isinstance(group, Unknown):
        # The partly known name of a group is the name it has in the ids of what stands in it.
        if group.text is None or not is_symbolic(group.text) or "/" in group.text:
            return group
        group = group.text
    if group and subscription is not None:
        return place_in_group(primary, f"{subscription}/resourceGroups/{group}", kind, estate)
    return default_place(primary, kind, estate)


def _name_matches(wanted: Any, resource: Resource) -> Truth:
    """Whether a resource has the name: its last segments, each compared without case; `?` stands for any."""
    if wanted is None:
        return True
    have = full_name(resource)
    if isinstance(wanted, Unknown):
        if wanted.text is not None and wanted.text.lower() in (have.lower(), resource.name.lower()):
            return True
        return combine([wanted])
    asked = wanted.strip("/").split("/")
    names = have.split("/")
    if len(asked) > len(names):
        return False
    return all_of([_segment_matches(one, two) for one, two in zip(asked, names[-len(asked) :], strict=True)])


def _segment_matches(wanted: str, have: str) -> Truth:
    if wanted == "?" or wanted.lower() == have.lower():
        return True
    if is_symbolic(have):
        return combine([symbolic_hole(have, is_id=False)])
    return False


class Conditions:
    """The existence condition of a policy, compiled for each type of related resource as it is met."""

    def __init__(self, existence: Existence, site: Site) -> None:
        self._existence = existence
        self._site = site
        self._tests: dict[str, FrameTest | None] = {}

    def site(self, type_key: str) -> Site:
        """The site of the condition: fields are those of the related resource."""
        return Site(self._site.bound, type_key, self._site.primary_type)

    def __call__(self, type_key: str) -> FrameTest | None:
        """The compiled condition for related resources of a lower-case type; None when any resource will do.

        Raises:
            EvaluationError: when it names an alias that does not exist.

        """
        if self._existence.condition is None:
            return None
        if type_key not in self._tests:
            try:
                self._tests[type_key] = compile_condition(self._existence.condition, self.site(type_key)).test
            except UnknownAliasError as error:
                raise EvaluationError(f"`{error.name}` is no field and no alias") from None
        return self._tests[type_key]
