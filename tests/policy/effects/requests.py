"""Makers of requests for tests of effects."""

from typing import Any

from tests.policy.make import estate, policy, resource

from everward.estate import Resource
from everward.policy import Policy
from everward.policy.effects import Enforced, RequestContext, RequestDecision, Result, evaluate_request

TYPE = {"field": "type", "equals": "Case.Test/things"}
ROLES = ["/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"]


def modify(*operations: dict[str, Any], condition: Any = TYPE, conflict: str | None = None, **options: Any) -> Policy:
    details: dict[str, Any] = {"roleDefinitionIds": ROLES, "operations": list(operations)}
    if conflict is not None:
        details["conflictEffect"] = conflict
    return policy(condition, "modify", details, **options)


def append(field: str, value: Any, condition: Any = TYPE, **options: Any) -> Policy:
    return policy(condition, "append", [{"field": field, "value": value}], **options)


def operation(kind: str, field: str, value: Any = None, **more: Any) -> dict[str, Any]:
    made = {"operation": kind, "field": field, **more}
    return made if kind.lower() == "remove" else {**made, "value": value}


def replace(field: str, value: Any, **more: Any) -> dict[str, Any]:
    return operation("addOrReplace", field, value, **more)


def request(
    subject: Resource, *policies: Policy | Enforced, context: RequestContext | None = None, others: Any = ()
) -> RequestDecision:
    return evaluate_request(subject, policies, estate(*others), context)


def thing(properties: Any = None, **root: Any) -> Resource:
    return resource(properties={} if properties is None else properties, **root)


def results(decision: RequestDecision) -> list[Result]:
    return [event.result for event in decision.events]


def told(decision: RequestDecision) -> dict[str, tuple[Any, Any]]:
    """Changes by path: before and after."""
    return {change.path: (change.before, change.after) for change in decision.changes}
