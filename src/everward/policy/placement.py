"""Where related resources may stand: what the estate has there, what may be there, and what could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Estate, Resource, Unresolved
from everward.policy.aliases import FACT_NAMESPACE, OBJECTS
from everward.policy.frame import symbolic_hole
from everward.policy.scopes import scope_ids
from everward.values import Unknown, is_symbolic, try_parse_id

EXTENSIONS: Final = frozenset(
    {
        "microsoft.authorization/locks",
        "microsoft.authorization/policyassignments",
        "microsoft.authorization/policyexemptions",
        "microsoft.authorization/roleassignments",
        "microsoft.authorization/rolemanagementpolicyassignments",
        "microsoft.chaos/targets",
        "microsoft.eventgrid/eventsubscriptions",
        "microsoft.guestconfiguration/guestconfigurationassignments",
        "microsoft.insights/datacollectionruleassociations",
        "microsoft.insights/diagnosticsettings",
        "microsoft.insights/guestdiagnosticsettings",
        "microsoft.kubernetesconfiguration/extensions",
        "microsoft.kubernetesconfiguration/fluxconfigurations",
        "microsoft.maintenance/configurationassignments",
        "microsoft.recoveryservices/backupprotecteditems",
        "microsoft.security/advancedthreatprotectionsettings",
        "microsoft.security/assessments",
        "microsoft.security/defenderforstoragesettings",
        "microsoft.security/sqlvulnerabilityassessments",
    }
)
"""Types that stand on the resource they are about, whatever its type is."""


class Place(msgspec.Struct, eq=False):
    """Where related resources are looked for, and what is there."""

    text: str
    """In words: `below /subscriptions/…`, `in resource group app-rg`."""
    found: Sequence[Resource] = ()
    possible: list[tuple[Resource, Unknown]] = msgspec.field(default_factory=list)
    """Resources that may be there, each with why that is not known."""
    gap: Unknown | None = None
    """What could not be read, when a related resource could be in it."""


def is_below(type_key: str, primary: Resource) -> bool:
    """Whether related resources of a type stand on the judged resource itself."""
    return type_key.startswith(primary.type_key + "/") or (
        type_key in EXTENSIONS and primary.type_key not in _CONTAINERS
    )


_CONTAINERS: Final = frozenset({SUBSCRIPTION_TYPE.lower(), RESOURCE_GROUP_TYPE.lower()})


def place_below(primary: Resource, related_type: str, estate: Estate) -> Place:
    """The related resources that are children or extensions of the judged one."""
    depth = related_type.count("/") - primary.type.count("/")
    if related_type.lower().startswith(primary.type_key + "/") and depth > 1:
        head = primary.key + "/"
        found: Sequence[Resource] = [item for item in estate.of_type(related_type) if item.key.startswith(head)]
    else:
        found = estate.below(primary.id, related_type)
    place = Place(f"below {primary.id}", found)
    return _complete(place, primary, related_type, estate, "below", primary.id)


def place_in_group(primary: Resource, scope: str, related_type: str, estate: Estate) -> Place:
    """The related resources in the resource group with the id `scope`."""
    found = _standing_free(estate, "group", scope, related_type, primary)
    place = Place(f"in resource group {scope.rsplit('/', 1)[1]}", found)
    return _complete(place, primary, related_type, estate, "group", scope)


def place_in_subscription(primary: Resource, scope: str, related_type: str, estate: Estate) -> Place:
    """The related resources in the subscription with the id `scope`."""
    found = _standing_free(estate, "subscription", scope, related_type, primary)
    place = Place(f"in subscription {scope.rsplit('/', 1)[1]}", found)
    return _complete(place, primary, related_type, estate, "subscription", scope)


def place_anywhere(primary: Resource, related_type: str, estate: Estate) -> Place:
    """The related resources of the whole estate: facts stand in no scope, nor do resources without a subscription."""
    return Place("in the estate", estate.of_type(related_type), gap=_gap(primary, estate))


def default_place(primary: Resource, related_type: str, estate: Estate) -> Place:
    """Where Azure looks unless told otherwise: the resource group, or for a subscription all of it.

    What a namespace or another object of a cluster must have is looked for in it, and nowhere else.
    """
    subscription, group = scope_ids(primary)
    if primary.type_key.startswith(OBJECTS) and related_type.lower().startswith(OBJECTS):
        return place_below(primary, related_type, estate)
    if subscription is None or related_type.lower().startswith(FACT_NAMESPACE):
        return place_anywhere(primary, related_type, estate)
    if group is None:
        return place_in_subscription(primary, subscription, related_type, estate)
    return place_in_group(primary, group, related_type, estate)


_Standing = tuple[list[Resource], list[Resource]]
_STANDING: WeakKeyDictionary[Estate, dict[tuple[str, str, str], _Standing]] = WeakKeyDictionary()


def _standing_free(estate: Estate, level: str, scope: str, related_type: str, primary: Resource) -> Sequence[Resource]:
    """Without the extensions of other resources: what protects one of them says nothing about this one."""
    cache = _STANDING.setdefault(estate, {})
    key = (level, scope.lower(), related_type.lower())
    found = cache.get(key)
    if found is None:
        here = estate.in_resource_group if level == "group" else estate.in_subscription
        found = cache[key] = ([], [])
        for resource in here(scope, related_type):
            found[0 if _extended(resource) is None else 1].append(resource)
    free, extensions = found
    mine = [item for item in extensions if _stands_free(item, primary)]
    return [*free, *mine] if mine else free


def _extended(resource: Resource) -> str | None:
    """The lower-case id of the resource that an extension stands on; None for what is no extension of a resource."""
    parsed = try_parse_id(resource.id)
    if parsed is None:
        return None
    scope = parsed.scope.lower()
    return scope if "/providers/" in scope and not scope.startswith(_MANAGEMENT_GROUP) else None


_MANAGEMENT_GROUP: Final = "/providers/microsoft.management/managementgroups/"


def _above(resource: Resource) -> str | None:
    """The scope of an extension that holds for whole subscriptions: a management group, `/` for the tenant.

    What stands there is inherited by every subscription below, and no reading says which those are.
    """
    parsed = try_parse_id(resource.id)
    if parsed is None or parsed.type.lower() not in EXTENSIONS:
        return None
    if not parsed.scope:
        return "/"
    return parsed.scope if parsed.scope.lower().startswith(_MANAGEMENT_GROUP) else None


def _stands_free(resource: Resource, primary: Resource) -> bool:
    scope = _extended(resource)
    if scope is None:
        return True
    # A setting of one resource says nothing about the subscription that holds the resource.
    return scope == primary.key or (primary.type_key not in _CONTAINERS and scope.startswith(primary.key + "/"))


def _complete(place: Place, primary: Resource, related_type: str, estate: Estate, level: str, scope: str) -> Place:
    """Add what may be there: resources whose own place is not known, and what could not be read."""
    wanted = scope.lower()
    symbolic, plain = _unplaced(estate, related_type.lower(), level)
    for resource, container in (*symbolic, *(plain if is_symbolic(scope) and estate.find(scope) is None else ())):
        if container.lower() != wanted and _could_stand(resource, container, primary, level):
            place.possible.append((resource, _nowhere(resource, container)))
    place.gap = _gap(primary, estate)
    return place


def _could_stand(resource: Resource, container: str, primary: Resource, level: str) -> bool:
    if level != "below":
        return _stands_free(resource, primary)
    # A container of another type is not the judged resource, whatever its name turns out to be.
    parsed = try_parse_id(container)
    return parsed is None or parsed.type.lower() == primary.type_key


def _nowhere(resource: Resource, container: str) -> Unknown:
    if container == _above(resource):
        where = "the tenant" if container == "/" else f"management group `{container.rsplit('/', 1)[1]}`"
        return Unknown(
            reason=f"`{resource.name}` may hold here: it is not known whether the subscription is below {where}",
            decided_by=(f"the subscriptions below {where}",),
            origin=resource.origin,
        )
    return Unknown(
        reason=f"`{resource.name}` may be the one that is looked for: where it stands is not known",
        decided_by=symbolic_hole(container, is_id=True).decided_by,
        origin=resource.origin,
    )


_Unplaced = tuple[list[tuple[Resource, str]], list[tuple[Resource, str]]]
_UNPLACED: WeakKeyDictionary[Estate, dict[tuple[str, str], _Unplaced]] = WeakKeyDictionary()


def _unplaced(estate: Estate, type_key: str, level: str) -> _Unplaced:
    """Resources of a type whose container the estate does not have: with a symbolic container, and with a plain one."""
    cache = _UNPLACED.setdefault(estate, {})
    found = cache.get((type_key, level))
    if found is None:
        container_of: Callable[[Resource], str | None] = _LEVELS[level]
        found = cache[type_key, level] = ([], [])
        for resource in estate.of_type(type_key):
            container = container_of(resource)
            above = _above(resource) if container is None and level != "below" else None
            if above is not None:
                found[0].append((resource, above))
                continue
            if container is None and is_symbolic(resource.id):
                # What the id stands in is wholly open: it may be this place as well.
                container = _parent(resource)
            if container is None or estate.find(container) is not None:
                continue
            found[0 if is_symbolic(container) else 1].append((resource, container))
    return found


def _parent(resource: Resource) -> str | None:
    parsed = try_parse_id(resource.id)
    return None if parsed is None else parsed.parent


def _scope(index: int, resource: Resource) -> str | None:
    return scope_ids(resource)[index]


_LEVELS: Final[dict[str, Callable[[Resource], str | None]]] = {
    "below": _parent,
    "subscription": partial(_scope, 0),
    "group": partial(_scope, 1),
}

_GAPS: WeakKeyDictionary[Estate, dict[str, list[Unresolved]]] = WeakKeyDictionary()


def _gap(primary: Resource, estate: Estate) -> Unknown | None:
    """What the readings that hold the resource could not read: an absent resource may be in it."""
    if not estate.incomplete:
        return None
    gaps = _GAPS.get(estate)
    if gaps is None:
        gaps = defaultdict(list)
        for reading in estate.readings:
            # What is represented by an instance adds no other type, and that instance is judged as any other.
            missing = [item for item in reading.unresolved if item.incomplete and not item.represented]
            keys = {key for resource in reading.resources for key in _held(resource)} if missing else ()
            for key in keys:
                gaps[key].extend(missing)
        _GAPS[estate] = gaps = dict(gaps)
    missing = gaps.get(primary.key, [])
    if not missing:
        return None
    deciders = dict.fromkeys(name for item in missing for name in (item.decided_by or (item.subject,)))
    return Unknown(
        reason="a part of the input that could not be read may hold it",
        decided_by=tuple(deciders)[:12],
        origin=missing[0].origin,
    )


def _held(resource: Resource) -> tuple[str, ...]:
    """The keys of a resource and of the subscription that it implies, which no reading states."""
    subscription, _ = scope_ids(resource)
    return (resource.key,) if subscription is None else (resource.key, subscription.lower())
