"""The conditions that decided verdicts, worked out when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from everward.assessment.model import Reason, Verdict
from everward.assessment.redaction import redact_at
from everward.estate import Estate, Resource
from everward.policy import Reason as PolicyReason
from everward.policy import State
from everward.values import try_parse_id

if TYPE_CHECKING:
    from everward.criteria import Criterion


RECORDED: Final = "inventory"
"""The source that shows what is there and not why: nobody wrote it."""


class Evidence:
    """Explains the verdicts of one assessment.

    Evaluation has a fast path and one that keeps its reasons; they give the same verdict. An inventory can hold
    thousands of faults of which a report for people shows one each, so reasons are given on demand.
    """

    def __init__(self, estate: Estate, criteria: Iterable[Criterion]) -> None:
        self._estate = estate
        self._criteria = {criterion.id: criterion for criterion in criteria}

    def complete(self, verdict: Verdict, *, exact: bool = False) -> Verdict:
        """The verdict with its reasons. A pass has none, and neither has what no resource decides.

        What stands in an inventory has the place of its row, and with `exact` that of each property, for which the
        row has to be read once more.
        """
        if verdict.state == State.COMPLIANT or verdict.reasons or verdict.resource is None:
            return verdict
        found = self.subject(verdict)
        if found is None:
            return verdict
        resource, view = found
        if not exact and resource.source == RECORDED:
            resource = _at_its_row(resource)
        reasons = self.reasons(verdict.criterion, resource, view)
        return msgspec.structs.replace(verdict, reasons=reasons) if reasons else verdict

    def subject(self, verdict: Verdict) -> tuple[Resource, Estate] | None:
        """The version of the resource that a verdict is about, and the view of the estate in which it is judged."""
        if verdict.resource is None:
            return None
        if len(self._estate.views) == 1:
            resource = self._estate.find(verdict.resource)
            return None if resource is None else (resource, self._estate)
        policy = self._criteria[verdict.criterion].policy()
        for view in self._estate.views:
            resource = view.find(verdict.resource)
            if resource is not None and policy.evaluate(resource, view).state == verdict.state:
                return resource, view
        return None

    def reasons(self, criterion: str, resource: Resource, estate: Estate) -> tuple[Reason, ...]:
        """The conditions that decide what a criterion says of a resource, without secrets."""
        explanation = self._criteria[criterion].policy().explain(resource, estate)
        return tuple(_shown(reason, resource) for reason in explanation.reasons)


def _at_its_row(resource: Resource) -> Resource:
    """The same resource without places of its own for its properties."""
    return Resource(
        id=resource.id,
        type=resource.type,
        name=resource.name,
        body=resource.body,
        origin=resource.origin,
        condition=resource.condition,
        cardinality=resource.cardinality,
        opaque=resource.opaque,
    )


def _shown(reason: PolicyReason, resource: Resource) -> Reason:
    kind, name = resource.type_key, resource.name
    if reason.resource is not None:
        # What decided is a property of another resource.
        other = try_parse_id(reason.resource)
        if other is not None:
            kind, name = other.type.lower(), other.name
    return Reason(
        path=reason.path,
        operator=reason.operator,
        expected=redact_at(reason.expected, reason.path, kind, name),
        actual=redact_at(reason.actual, reason.path, kind, name),
        negated=reason.negated,
        resource=reason.resource,
        origin=reason.origin,
        message=reason.message,
    )
