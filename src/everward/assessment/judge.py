"""Every criterion against every resource that it is about: the states, without the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from everward.assessment.model import Attestation, Inherited, Verdict
from everward.estate import Estate, Resource, is_fact, subject_of
from everward.policy import Outcome, Policy, State
from everward.values import ProblemError, Unknown

if TYPE_CHECKING:
    from everward.criteria import Criterion


@dataclass(slots=True)
class Judgement:
    """What judging gave: verdicts in the order of criteria and resources, and what was only counted."""

    verdicts: list[Verdict] = field(default_factory=list)
    """Without reasons: most pass, and those of the others are worked out when they are needed."""
    attestations: list[Attestation] = field(default_factory=list)
    inherited: list[Inherited] = field(default_factory=list)
    not_applicable: int = 0
    """Resources to which a criterion of their type does not apply; counted, not listed."""
    without_subject: list[str] = field(default_factory=list)
    """Criteria for which the estate has no resource."""


def judge(estate: Estate, criteria: Iterable[Criterion]) -> Judgement:
    """Judge an estate by criteria. A criterion that cannot be evaluated gives a verdict `error`, never a pass."""
    judgement = Judgement()
    for criterion in criteria:
        if criterion.manual is not None:
            judgement.verdicts.append(Verdict(criterion=criterion.id, state=State.MANUAL, severity=criterion.severity))
            question, evidence = criterion.manual.question, criterion.manual.evidence
            judgement.attestations.append(Attestation(**_about(criterion), question=question, evidence=evidence))
        elif criterion.inherited is not None:
            statement, source = criterion.inherited.statement, criterion.inherited.source
            judgement.inherited.append(Inherited(**_about(criterion), statement=statement, source=source))
        else:
            _judge_by_policy(estate, criterion, judgement)
    return judgement


def _about(criterion: Criterion) -> dict[str, Any]:
    """What is said of every criterion that no policy judges."""
    return {"criterion": criterion.id, "title": criterion.title, "rows": criterion.rows}


def _judge_by_policy(estate: Estate, criterion: Criterion, judgement: Judgement) -> None:
    verdicts = judgement.verdicts
    before = len(verdicts)
    try:
        for resource, outcome in _outcomes(estate, criterion.policy()):
            state = outcome.state
            if state is State.COMPLIANT:
                verdicts.append(Verdict(criterion=criterion.id, state=State.COMPLIANT, resource=resource.id))
            elif state is State.NOT_APPLICABLE:
                judgement.not_applicable += 1
            else:
                verdicts.append(_verdict(criterion, resource, outcome, estate))
    except ProblemError as problem:
        # What one resource failed on may hold for the next as well: the criterion as a whole was not evaluated.
        verdicts.append(
            Verdict(criterion=criterion.id, state=State.ERROR, severity=criterion.severity, error=str(problem))
        )
    if len(verdicts) == before:
        judgement.without_subject.append(criterion.id)


_WORST: Final = (
    State.NON_COMPLIANT,
    State.ERROR,
    State.CONFLICTING,
    State.UNKNOWN,
    State.PROTECTED,
    State.MANUAL,
    State.EXEMPT,
    State.COMPLIANT,
    State.NOT_APPLICABLE,
)
"""States, worst first."""


def _outcomes(estate: Estate, policy: Policy) -> Iterable[tuple[Resource, Outcome]]:
    """What a policy says of every resource: the worst of its versions where they differ."""
    if len(estate.views) == 1:
        return ((resource, policy.evaluate(resource, estate)) for resource in subjects(estate, policy))
    worst: dict[str, tuple[Resource, Outcome]] = {}
    for view in estate.views:
        for resource in subjects(view, policy):
            outcome = policy.evaluate(resource, view)
            known = worst.get(resource.key)
            if known is None or _WORST.index(outcome.state) < _WORST.index(known[1].state):
                worst[resource.key] = (resource, outcome)
    return worst.values()


def subjects(estate: Estate, policy: Policy) -> Iterator[Resource]:
    """The resources that a policy can apply to: those of its types, or all when the types are not known beforehand."""
    if policy.types is None:
        yield from estate
    else:
        for resource_type in sorted(policy.types):
            yield from estate.of_type(resource_type)


def _about_what(resource: Resource) -> str | None:
    return subject_of(resource) if is_fact(resource) else None


def _verdict(criterion: Criterion, resource: Resource, outcome: Outcome, estate: Estate) -> Verdict:
    hole = outcome.hole
    subject = _about_what(resource)
    # Whether a fact is one decides the verdict; whether what it is about exists is told beside it, as always.
    exists = resource if subject is None else estate.find(subject)
    failed = outcome.state is State.ERROR
    return Verdict(
        criterion=criterion.id,
        state=outcome.state,
        resource=resource.id,
        subject=subject,
        severity=criterion.severity,
        unknown=hole.reason if hole is not None else None,
        decided_by=hole.decided_by if hole is not None else (),
        given=existence_deciders(exists) if exists is not None else (),
        error=(outcome.error or "the definition could not be evaluated") if failed else None,
    )


def existence_deciders(resource: Resource) -> tuple[str, ...]:
    """Names of the inputs that decide whether (or how often) a resource exists; empty when that is known."""
    names: dict[str, None] = {}
    for hole in (resource.condition, resource.cardinality):
        if isinstance(hole, Unknown):
            names.update(dict.fromkeys(hole.decided_by or (hole.reason,)))
    return tuple(names)
