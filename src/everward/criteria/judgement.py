"""How a criterion's policy judges: like Azure Policy, except that it never takes a gap of an export for an absence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
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
    together: bool = False
    """Whether one part can undo what another does, so that a part that fails is judged again beside the others."""


PARTS: Final[Mapping[str, Part]] = {
    "microsoft.network/virtualnetworks": Part("subnets", "Microsoft.Network/virtualNetworks/subnets"),
    "microsoft.network/networksecuritygroups": Part(
        "securityRules", "Microsoft.Network/networkSecurityGroups/securityRules", together=True
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
        if outcome.state is not State.NON_COMPLIANT:
            return outcome
        beside = self._beside(resource, estate)
        if beside is not None:
            outcome = super().evaluate(beside, estate)
        if outcome.state is State.NON_COMPLIANT:
            gap = self.gap(resource, estate)
            if gap is not None:
                return Outcome(State.UNKNOWN, outcome.effect, hole=gap)
        return outcome

    def explain(self, resource: Resource, estate: Estate) -> Explanation:
        """The verdict that `evaluate` gives, with the comparisons that decided it."""
        explanation = super().explain(self._alone(resource, estate), estate)
        if explanation.outcome.state is not State.NON_COMPLIANT:
            return explanation
        beside = self._beside(resource, estate)
        if beside is not None:
            together = super().explain(beside, estate)
            if together.outcome.state is not State.NON_COMPLIANT:
                # The paths are those of what was put together, which no source has.
                return Explanation(together.outcome)
        gap = self.gap(resource, estate)
        if gap is not None:
            outcome = Outcome(State.UNKNOWN, explanation.outcome.effect, hole=gap)
            return Explanation(outcome, explanation.reasons)
        return explanation

    def _alone(self, resource: Resource, estate: Estate) -> Resource:
        """The resource without the parts that are judged by themselves, so that one cause is one finding."""
        part = self.parts.get(resource.type_key)
        return resource if part is None else _without(resource, part, estate)

    def _beside(self, resource: Resource, estate: Estate) -> Resource | None:
        """The container with what fails in it and every other part that passes by itself; None when there is none.

        Rules of a network are such parts: a rule that denies first takes away what another one allows, whether they
        are written inside their group or beside it.
        """
        parts = {kind: part for kind, part in self.parts.items() if part.together}
        if resource.type_key in parts:
            holder, part = resource, parts[resource.type_key]
            failing = _listed(self._alone(resource, estate), part)
        else:
            mine = next((part for part in parts.values() if part.type.lower() == resource.type_key), None)
            parsed = try_parse_id(resource.id)
            if mine is None or parsed is None:
                return None
            part = mine
            failing = [_listing(resource)]
            found = estate.find(parsed.parent)
            if found is None:
                holder_type = part.type.rpartition("/")[0]
                found = Resource(parsed.parent, holder_type, parsed.names[-2], {}, origin=resource.origin)
            holder = found
        passing = [
            _listing(child)
            for child in estate.below(holder.id, part.type)
            if child.key != resource.key and self._passes(child, estate)
        ]
        if holder.key != resource.key:
            passing += [
                item
                for item in _listed(self._alone(holder, estate), part)
                if self._passes(_with_parts(holder, part, [item]), estate)
            ]
        return _with_parts(holder, part, [*failing, *passing]) if passing else None

    def _passes(self, resource: Resource, estate: Estate) -> bool:
        return super().evaluate(resource, estate).state is not State.NON_COMPLIANT

    def gap(self, resource: Resource, estate: Estate) -> Unknown | None:
        """Why the absence of a related resource proves nothing; None when it does, or nothing related is sought."""
        related = self.related_type
        if related is None:
            return None
        parsed = try_parse_id(resource.id)
        if resource.type_key.startswith(related.lower() + "/") and parsed is not None:
            # A part cannot exist without its container: one that is not given was not read.
            if estate.find(parsed.parent) is None:
                return Unknown(
                    reason=f"the `{related}` that it belongs to is not part of the input",
                    decided_by=(parsed.parent,),
                    origin=resource.origin,
                )
            return None
        if resource.source != INVENTORY or _lists(estate, resource, related.lower()):
            return None
        return _not_listed(related)


@lru_cache(maxsize=256)
def _not_listed(related: str) -> Unknown:
    """The hole of every verdict that waits for an export of a type: one, for an inventory can have very many."""
    return Unknown(
        reason=f"the inventory lists no `{related}` for such resources, so its absence proves nothing",
        decided_by=(f"an export of {related}",),
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
    listed = _listed(resource, part)
    own = {child.name.lower() for child in estate.below(resource.id, part.type)}
    left = [item for item in listed if _name_of(item) not in own]
    return resource if len(left) == len(listed) else _with_parts(resource, part, left)


def _listed(resource: Resource, part: Part) -> list[Value]:
    properties = resource.properties
    listed = properties.get(part.property) if isinstance(properties, dict) else None
    return listed if isinstance(listed, list) else []


def _listing(resource: Resource) -> Value:
    """A part that is a resource of its own, as its container would list it."""
    for hole in (resource.condition, resource.cardinality):
        if isinstance(hole, Unknown):
            return Unknown(reason=hole.reason, decided_by=hole.decided_by, origin=resource.origin, many=True)
    return {"name": resource.name, "properties": resource.properties}


def _with_parts(holder: Resource, part: Part, parts: list[Value]) -> Resource:
    properties = holder.properties
    known = properties if isinstance(properties, dict) else {}
    return holder.with_body({**holder.body, "properties": {**known, part.property: parts}})


def _name_of(item: Value) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    if isinstance(name, Unknown):
        name = name.text
    return name.lower() if isinstance(name, str) else None
