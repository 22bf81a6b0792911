"""What an estate itself says of policy: its definitions, initiatives, assignments, exemptions and attestations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from everward.estate import Estate, Resource, Unresolved
from everward.policy.assignment import TYPE as ASSIGNMENT_TYPE
from everward.policy.assignment import Assignment, load_assignment
from everward.policy.attestation import TYPE as ATTESTATION_TYPE
from everward.policy.attestation import Attestation, load_attestation
from everward.policy.compliance import Rules
from everward.policy.exemption import ENROLLMENT_TYPE, Coverage, Exemption, load_enrollment, load_exemption
from everward.policy.exemption import TYPE as EXEMPTION_TYPE
from everward.policy.hierarchy import Hierarchy
from everward.policy.initiative import Initiative, load_initiative
from everward.policy.nodes import Definition
from everward.policy.problem import DefinitionError
from everward.policy.shelf import Shelf, hold_definition
from everward.values import Origin

DEFINITION_TYPE: Final = "Microsoft.Authorization/policyDefinitions"
INITIATIVE_TYPE: Final = "Microsoft.Authorization/policySetDefinitions"

T = TypeVar("T")


@dataclass(slots=True)
class Governance:
    """The policy objects of an estate."""

    shelf: Shelf = field(default_factory=Shelf)
    """Its definitions and initiatives."""
    assignments: list[Assignment] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)
    attestations: list[Attestation] = field(default_factory=list)
    enrollments: list[Coverage] = field(default_factory=list)
    hierarchy: Hierarchy = field(default_factory=Hierarchy)
    problems: list[Unresolved] = field(default_factory=list)
    """Objects that could not be read: not valid, or not known yet."""

    @property
    def rules(self) -> Rules:
        """What a scan goes by."""
        return Rules(self.assignments, self.exemptions, self.attestations, self.enrollments, self.hierarchy)


def read_governance(estate: Estate, parents: Mapping[str, str] | None = None) -> Governance:
    """The policy objects among the resources of an estate.

    `parents` gives the management group of subscriptions and groups, beside what the estate says of them.
    """
    found = Governance(hierarchy=Hierarchy.of(estate, parents))

    def each(resource_type: str, load: Callable[..., T], keep: Callable[[T], object]) -> None:
        for resource in estate.of_type(resource_type):
            if resource.opaque:
                found.problems.append(_problem(resource, "its source has no mapping for it", None))
                continue
            try:
                keep(load(document_of(resource), file=resource.origin.file, origin=resource.origin))
            except DefinitionError as problem:
                found.problems.append(_problem(resource, problem.message, problem.help, problem.origin))

    def hold(held: tuple[Definition, str]) -> None:
        found.shelf.add_definition(*held)

    each(DEFINITION_TYPE, hold_definition, hold)
    each(INITIATIVE_TYPE, _initiative, found.shelf.add_initiative)
    each(ASSIGNMENT_TYPE, load_assignment, found.assignments.append)
    each(EXEMPTION_TYPE, load_exemption, found.exemptions.append)
    each(ENROLLMENT_TYPE, load_enrollment, found.enrollments.append)
    each(ATTESTATION_TYPE, load_attestation, found.attestations.append)
    return found


def _initiative(document: Any, *, file: str | None, origin: Origin | None) -> Initiative:
    return load_initiative(document, file=file, origin=origin)


def document_of(resource: Resource) -> dict[str, Any]:
    """A resource as a document: its body with its id and name."""
    return {**resource.body, "id": resource.id, "name": resource.name}


def _problem(resource: Resource, reason: str, help: str | None, origin: Origin | None = None) -> Unresolved:
    return Unresolved(
        subject=f"{resource.type.rpartition('/')[2]} `{resource.name}`",
        reason=reason,
        origin=origin if origin is not None else resource.origin,
        help=help,
        incomplete=True,
    )
