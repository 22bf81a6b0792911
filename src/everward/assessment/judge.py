"""Every criterion against every resource that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from everward.assessment.model import Inherited, Reason, Verdict
from everward.assessment.redaction import redact
from everward.estate import Estate, Resource
from everward.policy import Outcome, Policy, State
from everward.policy import Reason as PolicyReason
from everward.values import ProblemError, Unknown

if TYPE_CHECKING:
    from everward.criteria import Criterion


@dataclass(slots=True)
class Judgement:
    """What judging gave: verdicts in the order of criteria and resources, and what was only counted."""

    verdicts: list[Verdict] = field(default_factory=list)
    inherited: list[Inherited] = field(default_factory=list)
    not_applicable: int = 0
    """Resources to which a criterion of their type does not apply; counted, not listed."""
    without_subject: list[str] = field(default_factory=list)
    """Criteria for which the estate has no resource."""


def judge(estate: Estate, criteria: Iterable[Criterion]) -> Judgement:
    """Judge an estate by criteria. A criterion that cannot be evaluated gives a verdict `error`, never a pass."""
    judgement = Judgement()
    for criterion in criteria:
        if criterion.kind == "manual":
            judgement.verdicts.append(
                Verdict(criterion=criterion.id, state=State.MANUAL.value, severity=criterion.severity)
            )
        elif criterion.kind == "inherited":
            judgement.inherited.append(
                Inherited(
                    criterion=criterion.id, title=criterion.title, statement=criterion.why, rows=tuple(criterion.rows)
                )
            )
        else:
            _judge_by_policy(estate, criterion, judgement)
    return judgement


def _judge_by_policy(estate: Estate, criterion: Criterion, judgement: Judgement) -> None:
    try:
        policy = criterion.policy()
    except ProblemError as problem:
        judgement.verdicts.append(_error(criterion, None, str(problem)))
        return
    before = len(judgement.verdicts)
    for resource in subjects(estate, policy):
        if resource.opaque:
            judgement.verdicts.append(_opaque(criterion, resource))
            continue
        outcome = policy.evaluate(resource, estate)
        state = outcome.state
        if state is State.COMPLIANT:
            judgement.verdicts.append(Verdict(criterion=criterion.id, state="compliant", resource=resource.id))
        elif state is State.NOT_APPLICABLE:
            judgement.not_applicable += 1
        else:
            judgement.verdicts.append(_explained(criterion, resource, policy, estate))
    if len(judgement.verdicts) == before:
        judgement.without_subject.append(criterion.id)


def subjects(estate: Estate, policy: Policy) -> Iterator[Resource]:
    """The resources that a policy can apply to: those of its types, or all when the types are not known beforehand."""
    if policy.types is None:
        yield from estate
    else:
        for resource_type in sorted(policy.types):
            yield from estate.of_type(resource_type)


def _explained(criterion: Criterion, resource: Resource, policy: Policy, estate: Estate) -> Verdict:
    explanation = policy.explain(resource, estate)
    outcome = explanation.outcome
    hole = outcome.hole
    return Verdict(
        criterion=criterion.id,
        state=outcome.state.value,
        resource=resource.id,
        severity=criterion.severity,
        reasons=_reasons(explanation.reasons),
        unknown=hole.reason if hole is not None else None,
        decided_by=hole.decided_by if hole is not None else (),
        given=existence_deciders(resource),
        error=_error_text(outcome),
    )


def _error_text(outcome: Outcome) -> str | None:
    if outcome.state is not State.ERROR:
        return None
    return outcome.error or "the definition could not be evaluated"


def _reasons(reasons: Sequence[PolicyReason]) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            path=reason.path,
            operator=reason.operator,
            expected=redact(reason.expected, reason.path),
            actual=redact(reason.actual, reason.path),
            origin=reason.origin,
            message=reason.message,
        )
        for reason in reasons
    )


def _opaque(criterion: Criterion, resource: Resource) -> Verdict:
    name = resource.origin.address or resource.name
    return Verdict(
        criterion=criterion.id,
        state=State.UNKNOWN.value,
        resource=resource.id,
        severity=criterion.severity,
        unknown=f"only the existence of `{name}` is known: its source has no mapping",
        given=existence_deciders(resource),
    )


def _error(criterion: Criterion, resource: Resource | None, text: str) -> Verdict:
    return Verdict(
        criterion=criterion.id,
        state=State.ERROR.value,
        resource=resource.id if resource is not None else None,
        severity=criterion.severity,
        error=text,
    )


def existence_deciders(resource: Resource) -> tuple[str, ...]:
    """Names of the inputs that decide whether (or how often) a resource exists; empty when that is known."""
    names: dict[str, None] = {}
    for hole in (resource.condition, resource.cardinality):
        if isinstance(hole, Unknown):
            names.update(dict.fromkeys(hole.decided_by or (hole.reason,)))
    return tuple(names)
