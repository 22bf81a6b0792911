"""Which resources a policy is about at all, as Azure decides it.

The condition is evaluated with only those on type, kind and name as they are; every other comparison could match.
Conditions on kind or name alone leave every resource applicable, and beside the type alone they do not count either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Resource, analysis_of
from everward.policy.aliases import FACT_NAMESPACE, OBJECTS
from everward.policy.compile import FALSE, TRUE, Code, compile_condition
from everward.policy.derived import analyses_read
from everward.policy.engine import Bound, Site, is_constant
from everward.policy.nodes import AllOf, AnyOf, Condition, Field, Leaf, Not, conditions_in
from everward.policy.problem import EvaluationError

Keep: TypeAlias = Callable[[Leaf], bool]

_IDENTIFYING: Final = frozenset({"type", "kind", "name"})
_NO_TYPE: Final = "\0"
"""Stands for a type that no condition names."""
_BY_EQUALITY: Final = frozenset({"equals", "in", "notEquals", "notIn"})

TAGGABLE_CHILDREN: Final = frozenset(
    {
        "microsoft.cache/redisenterprise/databases",
        "microsoft.cdn/profiles/afdendpoints",
        "microsoft.cdn/profiles/endpoints",
        "microsoft.compute/galleries/images",
        "microsoft.compute/galleries/images/versions",
        "microsoft.compute/virtualmachines/extensions",
        "microsoft.devcenter/projects/pools",
        "microsoft.healthcareapis/workspaces/dicomservices",
        "microsoft.healthcareapis/workspaces/fhirservices",
        "microsoft.healthcareapis/workspaces/iotconnectors",
        "microsoft.hybridcompute/machines/extensions",
        "microsoft.machinelearningservices/workspaces/onlineendpoints",
        "microsoft.media/mediaservices/liveevents",
        "microsoft.media/mediaservices/streamingendpoints",
        "microsoft.netapp/netappaccounts/capacitypools/volumes",
        "microsoft.network/networkmanagers/ipampools",
        "microsoft.network/networkwatchers/flowlogs",
        "microsoft.network/privatednszones/virtualnetworklinks",
        "microsoft.notificationhubs/namespaces/notificationhubs",
        "microsoft.sql/managedinstances/databases",
        "microsoft.sql/servers/databases",
        "microsoft.sql/servers/elasticpools",
        "microsoft.synapse/workspaces/bigdatapools",
        "microsoft.synapse/workspaces/kustopools",
        "microsoft.synapse/workspaces/scopepools",
        "microsoft.synapse/workspaces/sqlpools",
        "microsoft.timeseriesinsights/environments/eventsources",
        "microsoft.web/sites/slots",
    }
)
"""Child types with tags and a location: the ones that shipped policies of mode Indexed judge."""

_UNTAGGED_NAMESPACES: Final = (
    "microsoft.authorization/",
    "microsoft.guestconfiguration/",
    "microsoft.management/",
    "microsoft.policyinsights/",
    "microsoft.resources/",
    "microsoft.security/",
    "microsoft.subscription/",
)
_UNTAGGED: Final = frozenset(
    {
        "microsoft.insights/datacollectionruleassociations",
        "microsoft.insights/diagnosticsettings",
        "microsoft.maintenance/configurationassignments",
    }
)
"""Extension types: they stand on another resource and have neither tags nor a location."""

_CONTAINERS: Final = frozenset({SUBSCRIPTION_TYPE.lower(), RESOURCE_GROUP_TYPE.lower()})

_NEVER_JUDGED: Final = (
    "microsoft.billing/",
    "microsoft.capacity/reservationorders/",
    "microsoft.diagnostics/",
    "microsoft.help/",
)


def is_for_azure_alone(condition: Condition, bound: Bound, type_key: str) -> bool:
    """Whether a policy passes by an object of a cluster, or a fact: it names no types, so it means those of Azure."""
    if not type_key.startswith(FACT_NAMESPACE) or static_types(condition, bound) is not None:
        return False
    return type_key.startswith(OBJECTS) or analysis_of(type_key) not in analyses_read(bound, None)


def is_judged(resource: Resource, mode: str) -> bool:
    """Whether policies of a mode look at a resource: `Indexed` only at types with tags and location."""
    if mode == "Indexed" and not is_indexed(resource):
        return False
    return is_judged_always(resource.type_key, "All" if mode == "Indexed" else mode)


def is_judged_always(key: str, mode: str) -> bool:
    """Whether policies of a mode look at every resource of a lower-case type."""
    if key.startswith("microsoft.resources/"):
        return mode != "Indexed" and key in _CONTAINERS
    if key.startswith(_NEVER_JUDGED):
        return False
    return mode != "Indexed" or _is_indexed_always(key)


def is_indexed(resource: Resource) -> bool:
    """Whether a resource is of a type that supports tags and location, as far as that can be told."""
    if resource.type_key.startswith("microsoft.resources/"):
        return False
    return resource.location is not None or _is_indexed_always(resource.type_key)


def _is_indexed_always(key: str) -> bool:
    if key.startswith(FACT_NAMESPACE):
        return True
    if key.count("/") > 1:
        return key in TAGGABLE_CHILDREN
    return key not in _UNTAGGED and not key.startswith(_UNTAGGED_NAMESPACES)


def compile_applicability(condition: Condition, site: Site) -> Code:
    """Whether the policy is about a resource of the site's type."""
    seen = [field for field, _ in _fields(condition, site)]
    if "location" in seen and site.type_key == SUBSCRIPTION_TYPE.lower():
        return FALSE
    identifying = _IDENTIFYING.intersection(seen)
    others = any(field not in _IDENTIFYING for field in seen)
    if others:
        kept = identifying
    elif "type" in identifying:
        kept = frozenset({"type"})
    else:
        return TRUE
    return compile_condition(_reduce(condition, site, lambda leaf: _name_of(leaf, site) in kept), site)


def static_types(condition: Condition, bound: Bound) -> frozenset[str] | None:
    """The lower-case types that a condition can hold for, or None when it may hold for any type."""
    site = Site(bound, _NO_TYPE)
    named: set[str] = set()
    for field, leaf in _fields(condition, site):
        if field == "type" and _is_listed(leaf, site):
            expected = site.value(leaf.expected, None)
            named.update(str(item).lower() for item in (expected if isinstance(expected, list) else [expected]))

    def by_equality(leaf: Leaf) -> bool:
        return _name_of(leaf, site) == "type" and _is_listed(leaf, site)

    if compile_condition(_reduce(condition, site, by_equality), site).constant is not False:
        return None
    kept: set[str] = set()
    for key in named:
        here = Site(bound, key)
        reduced = _reduce(condition, here, lambda leaf, here=here: _name_of(leaf, here) == "type")  # type: ignore[misc]
        if compile_condition(reduced, here).constant is not False:
            kept.add(key)
    return frozenset(kept)


def _is_listed(leaf: Leaf, site: Site) -> bool:
    """Whether a condition on the type compares it with types that can be told in advance."""
    if leaf.operator not in _BY_EQUALITY or not is_constant(leaf.expected):
        return False
    try:
        expected = site.value(leaf.expected, None)
    except EvaluationError:
        return False
    items = expected if isinstance(expected, list) else [expected]
    return all(isinstance(item, str) for item in items)


def _fields(condition: Condition, site: Site) -> Iterator[tuple[str, Leaf]]:
    for node in conditions_in(condition, counts=False):
        if isinstance(node, Leaf):
            yield _name_of(node, site), node


def _name_of(leaf: Leaf, site: Site) -> str:
    """The lower-case name of a leaf's field; empty for other conditions and for names that depend on the resource."""
    if not isinstance(leaf.subject, Field) or not is_constant(leaf.subject.name):
        return ""
    try:
        name = site.value(leaf.subject.name, None)
    except EvaluationError:
        return ""
    return name.lower() if isinstance(name, str) else ""


def _reduce(condition: Condition, site: Site, keep: Keep, *, positive: bool = True) -> Condition:
    """The condition with every leaf that is not kept replaced by what could match: true, or false under a negation."""
    if isinstance(condition, AllOf):
        return AllOf(tuple(_reduce(part, site, keep, positive=positive) for part in condition.parts))
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(_reduce(part, site, keep, positive=positive) for part in condition.parts))
    if isinstance(condition, Not):
        return Not(_reduce(condition.part, site, keep, positive=not positive))
    if keep(condition):
        return condition
    return AllOf(()) if positive else AnyOf(())
