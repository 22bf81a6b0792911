"""What Azure Policy found: states of resources, and their sums. They are evidence, not resources."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from everward.sources.inventory.armid import is_arm_id
from everward.sources.inventory.kinds.interface import Adapted, Kind, Row, signature, text_of

STATE: Final = "Microsoft.PolicyInsights/policyStates"
SUMMARY: Final = "Everward.Inventory/policySummaries"
"""The service has no type for a sum."""


def _state(row: Row) -> Adapted:
    about = text_of(row, "resourceId").rstrip("/")
    if not about.startswith("/"):
        return "its `resourceId` is not the id of a resource"
    parts = [text_of(row, name) for name in ("policyAssignmentId", "policyDefinitionReferenceId", "policyDefinitionId")]
    name = hashlib.sha256("\n".join([about, *parts]).lower().encode()).hexdigest()[:32]
    given = {key: value for key, value in row.items() if not key.startswith("@odata") and value is not None}
    return [{"id": f"{about}/providers/{STATE}/{name}", "type": STATE, "name": name, "properties": given}]


def _summary(row: Row) -> Adapted:
    assignments = row.get("policyAssignments")
    if not isinstance(assignments, list):
        return "its `policyAssignments` are no list"
    out: list[Row] = []
    for item in assignments:
        assignment = text_of(item, "policyAssignmentId") if isinstance(item, dict) else ""
        if not is_arm_id(assignment):
            return "one of its `policyAssignments` has no `policyAssignmentId`"
        out.append(
            {
                "id": f"{assignment.rstrip('/')}/providers/{SUMMARY}/latest",
                "type": SUMMARY,
                "name": "latest",
                "properties": {key: value for key, value in item.items() if value is not None},
            }
        )
    return out


def _names_assignment(row: Row) -> bool:
    return is_arm_id(row.get("policyAssignmentId"))


def _holds_assignments(row: Row) -> bool:
    given: Any = row.get("policyAssignments")
    return isinstance(given, list) and all(isinstance(item, dict) and "results" in item for item in given)


KINDS: Final = (
    Kind(
        "policy state",
        (
            signature("resourceId", "policyAssignmentId", "complianceState"),
            signature("resourceId", "policyAssignmentId", "isCompliant"),
        ),
        _state,
        evidence=True,
        certain=_names_assignment,
    ),
    Kind(
        "sum of policy states",
        (signature("policyAssignments", "results"),),
        _summary,
        evidence=True,
        certain=_holds_assignments,
    ),
)
