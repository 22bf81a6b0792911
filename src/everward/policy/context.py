"""What an evaluation is told besides the policy and the resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from everward.values import Value


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Time, request and assignment of an evaluation. One context gives the same answers however often it is used."""

    now: datetime = field(default_factory=_now)
    """What `utcNow()` returns."""
    api_version: str | None = None
    """The API version of the request, which chooses among the paths of an alias.

    Without one the evaluation is a compliance scan: default paths, and a version as recent as `now`, because
    scans read resources with the latest version.
    """
    identity: Value = None
    """What `requestContext().identity` returns: the claims of who sends the request."""
    assignment_id: str = ""
    definition_id: str = ""
    set_definition_id: str = ""
    definition_reference_id: str = ""
    resource_group: Mapping[str, Any] | None = None
    """What `resourceGroup()` returns; without it, what the estate knows of the resource's group."""
    subscription: Mapping[str, Any] | None = None
    """What `subscription()` returns; without it, what the resource's id says."""
    missing_array: bool = True
    """Whether `a[*].b` on a resource without the array `a` sees one missing value, rather than none.

    Azure's documentation speaks of an empty collection, which satisfies every condition. Shipped policies rely on the
    other reading, in which `equals` fails and `notEquals` holds.
    """

    @property
    def request_api_version(self) -> str:
        """What `requestContext().apiVersion` returns."""
        return self.api_version if self.api_version is not None else f"{self.now:%Y-%m-%d}"

    @property
    def policy(self) -> dict[str, Value]:
        """What `policy()` returns."""
        return {
            "assignmentId": self.assignment_id,
            "definitionId": self.definition_id,
            "setDefinitionId": self.set_definition_id,
            "definitionReferenceId": self.definition_reference_id,
        }
