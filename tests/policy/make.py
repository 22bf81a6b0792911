"""Makers of resources, estates and policies for tests."""

from typing import Any

from tests.conformance.policies import RawPaths

from everward.estate import Estate, Reading, Resource, Unresolved
from everward.policy import EvaluationContext, Explanation, Outcome, Policy, compile_definition, load_definition
from everward.values import Origin, Truth, Unknown, parse_id

GROUP = "/subscriptions/s1/resourceGroups/app-rg"
ORIGIN = Origin(source="terraform", file="main.tf", line=7)
THING = "Case.Test/things"


def hole(name: str = "var.x", **facts: Any) -> Unknown:
    return Unknown(reason="a variable has no value", decided_by=(name,), **facts)


def resource(
    of: str = THING,
    name: str = "one",
    properties: Any = None,
    *,
    id: str | None = None,
    scope: str = GROUP,
    opaque: bool = False,
    condition: Truth = True,
    cardinality: Unknown | None = None,
    origins: dict[str, Origin] | None = None,
    **root: Any,
) -> Resource:
    namespace, *types = of.split("/")
    names = name.split("/")
    made = id or f"{scope}/providers/{namespace}/" + "/".join(
        part for pair in zip(types, names, strict=True) for part in pair
    )
    body = dict(root)
    if properties is not None:
        body["properties"] = properties
    return Resource(
        id=made,
        type=of,
        name=parse_id(made).name,
        body=body,
        origin=ORIGIN,
        origins=origins or {},
        opaque=opaque,
        condition=condition,
        cardinality=cardinality,
    )


def estate(*resources: Resource, unresolved: tuple[Unresolved, ...] = ()) -> Estate:
    return Estate([Reading("terraform", "here", list(resources), unresolved=list(unresolved))])


def policy(
    condition: Any,
    effect: str = "audit",
    details: Any = None,
    *,
    mode: str = "All",
    raw: bool = True,
    parameters: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None,
    context: EvaluationContext | None = None,
    strict: bool = True,
) -> Policy:
    """A policy whose aliases are paths when `raw`, else those of the shipped catalogue."""
    then: dict[str, Any] = {"effect": effect}
    if details is not None:
        then["details"] = details
    document = {
        "mode": mode,
        "parameters": parameters or {},
        "policyRule": {"if": condition, "then": then},
    }
    aliases = RawPaths() if raw else None
    definition = load_definition(document, aliases=aliases, strict=strict)
    return compile_definition(definition, given, context=context, aliases=aliases)


def judge(made: Policy, subject: Resource, *others: Resource) -> Outcome:
    """The verdict, which both ways of evaluating must give."""
    here = estate(subject, *others)
    fast = made.evaluate(subject, here)
    assert agree(fast, made.explain(subject, here).outcome)
    return fast


def explain(made: Policy, subject: Resource, *others: Resource) -> Explanation:
    return made.explain(subject, estate(subject, *others))


def agree(one: Outcome, two: Outcome) -> bool:
    return (one.state, one.effect, one.hole is None, one.error is None) == (
        two.state,
        two.effect,
        two.hole is None,
        two.error is None,
    )


def holds(condition: Any, subject: Resource, **options: Any) -> Any:
    """What a condition says of a resource: true, false, or a hole."""
    outcome = judge(policy(condition, **options), subject)
    if outcome.hole is not None:
        return outcome.hole
    assert outcome.error is None, outcome.error
    return outcome.state == "nonCompliant"
