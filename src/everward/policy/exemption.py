"""Exemptions and enrollments: resources that an assignment does not judge, and those on which it is enforced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from everward.estate import Resource
from everward.policy.assignment import Assignment
from everward.policy.documents import Shape, body_of, last_segment, told
from everward.policy.hierarchy import Hierarchy, scope_key, scope_of
from everward.policy.parser import Fault
from everward.policy.selectors import Selection, admitted, read_selections
from everward.values import Origin, Truth, all_of

TYPE: Final = "Microsoft.Authorization/policyExemptions"
ENROLLMENT_TYPE: Final = "Microsoft.Authorization/policyEnrollments"

CATEGORIES: Final = ("Waiver", "Mitigated")
VALIDATIONS: Final = ("Default", "DoNotValidate")


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The resources of a scope, under the policies of an assignment that are named."""

    id: str
    name: str
    scope: str
    assignment_id: str
    """Empty when it is about whatever assigns `definition_id`."""
    definition_id: str = ""
    """The definition or initiative that it is about, whichever assignment assigns it."""
    reference_ids: tuple[str, ...] = ()
    """The policies of the initiative that it is about; all when empty."""
    selections: tuple[Selection, ...] = ()

    def concerns(self, assignment: Assignment, reference_id: str, definition_id: str) -> bool:
        """Whether it is about a policy of an assignment, whatever the resource is."""
        if self.assignment_id:
            if self.assignment_id.rstrip("/").lower() != assignment.id.rstrip("/").lower():
                return False
        elif not _names(self.definition_id, assignment.definition_id, definition_id):
            return False
        return not self.reference_ids or reference_id.lower() in {item.lower() for item in self.reference_ids}

    def reaches(self, resource: Resource, reference_id: str, hierarchy: Hierarchy) -> Truth:
        """Whether a resource stands in its scope and is selected."""
        within = hierarchy.contains(self.scope, resource.id)
        if within is False:
            return False
        return all_of((within, admitted(self.selections, resource, reference_id)))


@dataclass(frozen=True, slots=True, eq=False)
class Exemption(Coverage):
    """Resources that an assignment does not judge, for a reason and mostly for a time."""

    category: str = CATEGORIES[0]
    """`Waiver` (accepted) or `Mitigated` (the aim is reached otherwise)."""
    expires_on: datetime | None = None
    """When it ends; afterwards it is ignored."""
    validation: str = VALIDATIONS[0]
    """`DoNotValidate` when its scope may lie outside that of the assignment."""
    display_name: str = ""
    description: str = ""
    origin: Origin | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.expires_on is None or now < self.expires_on

    def fits(self, assignment: Assignment, hierarchy: Hierarchy) -> Truth:
        """Whether Azure would take it: its scope lies in that of the assignment, or need not."""
        if self.validation != VALIDATIONS[0]:
            return True
        if scope_key(self.scope) == scope_key(assignment.scope):
            return True
        return hierarchy.contains(assignment.scope, self.scope) if self.scope else False


def load_exemption(document: Any, *, file: str | None = None, origin: Origin | None = None) -> Exemption:
    """Read an exemption: a whole resource.

    Raises:
        DefinitionError: with the JSON path.

    """
    with told(file, origin):
        outer, body = body_of(document, "an exemption")
        id_ = outer.text("id")
        return Exemption(
            **_coverage(outer, body, id_),
            category=body.choice("exemptionCategory", CATEGORIES),
            expires_on=read_moment(body, "expiresOn"),
            validation=body.choice("assignmentScopeValidation", VALIDATIONS),
            display_name=body.label("displayName"),
            description=body.label("description"),
            origin=origin,
        )


def load_enrollment(document: Any, *, file: str | None = None, origin: Origin | None = None) -> Coverage:
    """Read an enrollment: the resources on which an assignment in the mode `Enroll` is enforced.

    Raises:
        DefinitionError: with the JSON path.

    """
    with told(file, origin):
        outer, body = body_of(document, "an enrollment")
        return Coverage(**_coverage(outer, body, outer.text("id")))


def _coverage(outer: Shape, body: Shape, id_: str) -> dict[str, Any]:
    assignment = body.text("policyAssignmentId")
    definition = "" if assignment else _definition(body)
    if not assignment and not definition:
        raise Fault("`policyAssignmentId` is missing", body.path, "name the id of the assignment that it exempts from")
    return {
        "id": id_,
        "name": outer.label("name") or last_segment(id_),
        "scope": body.text("scope") or scope_of(id_),
        "assignment_id": assignment,
        "definition_id": definition,
        "reference_ids": body.texts("policyDefinitionReferenceIds"),
        "selections": read_selections(body),
    }


def _definition(body: Shape) -> str:
    """Enterprise Policy as Code exempts from a definition, whatever assigns it."""
    for name in ("policyDefinitionId", "policyDefinitionName", "policySetDefinitionId", "policySetDefinitionName"):
        found = body.text(name)
        if found:
            return found
    return ""


def _names(wanted: str, *ids: str) -> bool:
    key = wanted.rstrip("/").lower()
    return any(key in (id_.rstrip("/").lower(), last_segment(id_).lower()) for id_ in ids if id_)


def read_moment(body: Shape, name: str) -> datetime | None:
    """A moment in UTC; None when there is none.

    Raises:
        Fault: when it is no moment.

    """
    text = body.text(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Fault(f"`{text}` is no moment", body.at(name), "write it as `2027-03-31T00:00:00Z`") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
