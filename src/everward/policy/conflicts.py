"""Policies that would change one property in different ways: Azure then changes nothing and says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from everward.estate import Estate, Resource
from everward.policy.frame import Frame
from everward.policy.outcome import State
from everward.policy.parser import Fault, operand
from everward.policy.policy import Policy
from everward.policy.problem import EvaluationError
from everward.values import Unknown

if TYPE_CHECKING:
    from everward.policy.compliance import Verdict

Change = tuple[str, Any]
"""What an operation does and with which value."""


def find_conflicts(verdicts: Iterable[Verdict], estate: Estate) -> list[Verdict]:
    """The non-compliant verdicts of `modify` of which two or more would change one property of a resource differently.

    Only policies whose `conflictEffect` is `deny`, which is the default, stand in each other's way: one that is
    `audit` or `disabled` gives way.
    """
    by_resource: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.effect == "modify" and verdict.state is State.NON_COMPLIANT and verdict.policy is not None:
            by_resource[verdict.resource_id.lower()].append(verdict)
    found: dict[int, Verdict] = {}
    for key, group in by_resource.items():
        resource = estate.find(key)
        if len(group) > 1 and resource is not None:
            for verdict in _conflicting(group, resource, estate):
                found[id(verdict)] = verdict
    return list(found.values())


def _conflicting(group: list[Verdict], resource: Resource, estate: Estate) -> Iterator[Verdict]:
    changes: dict[str, list[tuple[Verdict, Change]]] = defaultdict(list)
    for verdict in group:
        if verdict.policy is not None:
            for name, change in changes_of(verdict.policy, resource, estate):
                changes[name].append((verdict, change))
    for wanted in changes.values():
        first = wanted[0]
        if any(other[0] is not first[0] and other[1] != first[1] for other in wanted):
            yield from (verdict for verdict, _ in wanted)


def changes_of(policy: Policy, resource: Resource, estate: Estate) -> Iterator[tuple[str, Change]]:
    """What a policy would change on a resource: lower-case field, operation and value; nothing when it gives way."""
    details = policy.definition.rule.details
    if not isinstance(details, Mapping):
        return
    keys = {key.lower(): value for key, value in details.items()}
    site = policy.program(resource.type_key).site
    frame = Frame(resource, estate)

    def value(raw: Any) -> Any:
        try:
            return site.value(operand(raw, ()), frame)
        except (EvaluationError, Fault):
            return None

    if str(value(keys.get("conflicteffect") or "deny")).lower() != "deny":
        return
    for node in keys.get("operations") or ():
        if not isinstance(node, Mapping):
            continue
        operation = {key.lower(): item for key, item in node.items()}
        if value(operation.get("condition", True)) in (False, "false", "False"):
            continue
        name, wanted = value(operation.get("field")), value(operation.get("value"))
        if isinstance(name, str) and not isinstance(wanted, Unknown):
            yield name.lower(), (str(operation.get("operation", "")).lower(), wanted)
