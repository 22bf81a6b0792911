"""Attestations: what people say of a resource where only people know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from everward.policy.documents import body_of, last_segment, told
from everward.policy.exemption import read_moment
from everward.policy.hierarchy import scope_of
from everward.policy.outcome import State
from everward.values import Origin

TYPE: Final = "Microsoft.PolicyInsights/attestations"

STATES: Final[dict[str, State]] = {
    "Unknown": State.MANUAL,
    "Compliant": State.COMPLIANT,
    "NonCompliant": State.NON_COMPLIANT,
}
"""What can be attested. Unknown is what waits for somebody to say more."""


@dataclass(frozen=True, slots=True, eq=False)
class Attestation:
    """The state of one resource under one policy, as somebody attests it."""

    id: str
    name: str
    resource_id: str
    assignment_id: str
    reference_id: str
    """The policy of the initiative; empty for an assignment of one definition."""
    state: State
    expires_on: datetime | None = None
    owner: str = ""
    comments: str = ""
    evidence: tuple[str, ...] = ()
    """Descriptions and addresses of what shows it."""
    origin: Origin | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.expires_on is None or now < self.expires_on

    def concerns(self, resource_id: str, assignment_id: str, reference_id: str) -> bool:
        """Whether it is about a resource under a policy of an assignment."""
        return (
            self.resource_id.rstrip("/").lower() == resource_id.rstrip("/").lower()
            and self.assignment_id.rstrip("/").lower() == assignment_id.rstrip("/").lower()
            and self.reference_id.lower() in ("", reference_id.lower())
        )


def load_attestation(document: Any, *, file: str | None = None, origin: Origin | None = None) -> Attestation:
    """Read an attestation: a whole resource, whose scope is the resource that it is about.

    Raises:
        DefinitionError: with the JSON path.

    """
    with told(file, origin):
        outer, body = body_of(document, "an attestation")
        id_ = outer.required("id")
        evidence = (
            " ".join(filter(None, (shape.label("description"), shape.label("sourceUri"))))
            for shape in body.shapes("evidence")
        )
        return Attestation(
            id=id_,
            name=outer.label("name") or last_segment(id_),
            resource_id=scope_of(id_),
            assignment_id=body.required("policyAssignmentId"),
            reference_id=body.text("policyDefinitionReferenceId"),
            state=STATES[body.choice("complianceState", tuple(STATES))],
            expires_on=read_moment(body, "expiresOn"),
            owner=body.label("owner"),
            comments=body.label("comments"),
            evidence=tuple(filter(None, evidence)),
            origin=origin,
        )
