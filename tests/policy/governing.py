"""Makers of policy documents for tests: definitions, initiatives, assignments."""

from typing import Any

from tests.policy.make import THING

from everward.policy.initiative import Initiative, load_initiative
from everward.policy.shelf import Shelf, hold_definition

PREFIX = "/providers/Microsoft.Authorization"
SUBSCRIPTION = "/subscriptions/s1"
GROUP = "/subscriptions/s1/resourceGroups/app-rg"


def definition_document(
    name: str = "d1",
    *,
    effect: str = "audit",
    condition: Any = None,
    details: Any = None,
    parameters: Any = None,
    of: str = THING,
    id: str | None = None,
    **properties: Any,
) -> dict[str, Any]:
    then: dict[str, Any] = {"effect": effect}
    if details is not None:
        then["details"] = details
    rule = {"allOf": [{"field": "type", "equals": of}, condition or {"field": "name", "like": "bad*"}]}
    return {
        "id": f"{PREFIX}/policyDefinitions/{name}" if id is None else id,
        "name": name,
        "properties": {
            "displayName": f"Title of {name}",
            "mode": "All",
            "parameters": parameters or {},
            "policyRule": {"if": rule, "then": then},
            **properties,
        },
    }


def initiative_document(name: str, *references: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{PREFIX}/policySetDefinitions/{name}",
        "name": name,
        "properties": {
            "displayName": f"Title of {name}",
            "policyDefinitions": list(references),
            **properties,
        },
    }


def reference(name: str, reference_id: str | None = None, **parts: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"policyDefinitionId": f"{PREFIX}/policyDefinitions/{name}", **parts}
    if reference_id is not None:
        made["policyDefinitionReferenceId"] = reference_id
    return made


def initiative(name: str, *references: dict[str, Any], **properties: Any) -> Initiative:
    return load_initiative(initiative_document(name, *references, **properties))


def assignment_document(
    name: str, target: str, *, scope: str = SUBSCRIPTION, identity: Any = None, **properties: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": f"{scope}{PREFIX}/policyAssignments/{name}",
        "name": name,
        "type": "Microsoft.Authorization/policyAssignments",
        "properties": {"policyDefinitionId": f"{PREFIX}/{target}", "scope": scope, **properties},
    }
    if identity is not None:
        made["identity"] = identity
    return made


def exemption_document(name: str, assignment: str, *, scope: str = GROUP, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{scope}{PREFIX}/policyExemptions/{name}",
        "name": name,
        "properties": {
            "policyAssignmentId": f"{SUBSCRIPTION}{PREFIX}/policyAssignments/{assignment}",
            "exemptionCategory": "Waiver",
            **properties,
        },
    }


def shelf(*documents: dict[str, Any]) -> Shelf:
    made = Shelf()
    for document in documents:
        if "policyDefinitions" in document["properties"]:
            made.add_initiative(load_initiative(document))
        else:
            made.add_definition(*hold_definition(document))
    return made
