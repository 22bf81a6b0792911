"""How a criterion's policy judges: like Azure Policy, except that it never takes a gap of an export for an absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.policy import Explanation, Outcome, Policy, State, compile_definition, load_definition
from everward.values import Unknown, Value, try_parse_id

INVENTORY: Final = "inventory"
"""The kind of source that shows what somebody exported, which need not be everything."""

LISTED_BY_RESOURCE: Final = frozenset({"microsoft.insights/diagnosticsettings"})
"""Types that Azure lists for one resource at a time."""


class Part(NamedTuple):
    """What stands in a list of its container and can be a resource of its own as well."""

    property: str
    """The list in the container's properties."""
    type: str
    """The type of the resource."""


PARTS: Final[Mapping[str, Part]] = {
    "microsoft.network/virtualnetworks": Part("subnets", "Microsoft.Network/virtualNetworks/subnets"),
    "microsoft.network/networksecuritygroups": Part(
        "securityRules", "Microsoft.Network/networkSecurityGroups/securityRules"
    ),
    "microsoft.containerservice/managedclusters": Part(
        "agentPoolProfiles", "Microsoft.ContainerService/managedClusters/agentPools"
    ),
}
"""Azure shows these parts twice: inside their container, and below it."""


class CriterionPolicy(Policy):
    """The policy of a criterion.

    Code declares everything it makes, so what it does not declare is absent. An export holds the types that were
    asked for: diagnostic settings, locks or pricings are listed by other commands than the resources they protect.
    """

    @classmethod
    def compile(
        cls, content: bytes | Mapping[str, Any], *, file: str | None = None, parameters: Mapping[str, Any] | None = None
    ) -> CriterionPolicy:
        """Read a definition and make it ready to judge.

        Raises:
            DefinitionError: when the definition or a parameter is not valid.

        """
        # Names are checked against the alias catalogue by the tests, so that start-up need not do it again.
        return cls(compile_definition(load_definition(content, file=file, strict=False), parameters).bound)

    @property
    def related_type(self) -> str | None:
        """The type whose absence it judges; None when it judges a resource by itself."""
        existence = self.definition.rule.existence
        return str(existence.type.raw) if existence is not None else None

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """By container type: the parts that it judges both inside their container and by themselves."""
        types = self.types or frozenset()
        return {kind: part for kind, part in PARTS.items() if kind in types and part.type.lower() in types}

    def evaluate(self, resource: Resource, estate: Estate) -> Outcome:
        """The verdict on a resource of the estate."""
        outcome = super().evaluate(self._alone(resource, estate), estate)
        if outcome.state is State.NON_COMPLIANT:
            gap = self.gap(resource, estate)
            if gap is not None:
                return Outcome(State.UNKNOWN, outcome.effect, hole=gap)
        return outcome

    def explain(self, resource: Resource, estate: Estate) -> Explanation:
        """The verdict that `evaluate` gives, with the comparisons that decided it."""
        explanation = super().explain(self._alone(resource, estate), estate)
        if explanation.outcome.state is State.NON_COMPLIANT:
            gap = self.gap(resource, estate)
            if gap is not None:
                outcome = Outcome(State.UNKNOWN, explanation.outcome.effect, hole=gap)
                return Explanation(outcome, explanation.reasons)
        return explanation

    def _alone(self, resource: Resource, estate: Estate) -> Resource:
        """The resource without the parts that are judged by themselves, so that one cause is one finding."""
        part = self.parts.get(resource.type_key)
        return resource if part is None else _without(resource, part, estate)

    def gap(self, resource: Resource, estate: Estate) -> Unknown | None:
        """Why the absence of a related resource proves nothing; None when it does, or nothing related is sought."""
        related = self.related_type
        if related is None or resource.origin.source != INVENTORY or _lists(estate, resource, related.lower()):
            return None
        return Unknown(
            reason=f"the inventory lists no `{related}` for such resources, so its absence proves nothing",
            decided_by=(f"an export of {related}",),
            origin=resource.origin,
        )


def _lists(estate: Estate, resource: Resource, related: str) -> bool:
    """Whether what an estate holds shows that resources of the related type were exported.

    Most types are listed for a subscription at a time. Children and diagnostic settings are asked for resource by
    resource: there it takes one that stands on, or below, a resource of the same type as the judged one.
    """
    parsed = try_parse_id(resource.id)
    subscription = parsed.subscription if parsed is not None else None
    if subscription is None:
        return bool(estate.of_type(related))
    found = estate.in_subscription(f"/subscriptions/{subscription}", related)
    if related not in LISTED_BY_RESOURCE and not related.startswith(resource.type_key + "/"):
        return bool(found)
    return any(_stands_on(other, resource.type_key) for other in found)


def _stands_on(resource: Resource, type_key: str) -> bool:
    parsed = try_parse_id(resource.id)
    holder = try_parse_id(parsed.parent) if parsed is not None else None
    return holder is not None and f"{holder.type.lower()}/".startswith(f"{type_key}/")


def _without(resource: Resource, part: Part, estate: Estate) -> Resource:
    properties = resource.properties
    listed = properties.get(part.property) if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(listed, list):
        return resource
    own = {child.name.lower() for child in estate.below(resource.id, part.type)}
    left = [item for item in listed if _name_of(item) not in own]
    if len(left) == len(listed):
        return resource
    return replace(resource, body={**resource.body, "properties": {**properties, part.property: left}})


def _name_of(item: Value) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    if isinstance(name, Unknown):
        name = name.text
    return name.lower() if isinstance(name, str) else None
