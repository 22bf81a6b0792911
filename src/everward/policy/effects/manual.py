"""The state of a manual policy: what an attestation says while it is in force, else the default of the policy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from everward.estate import Resource
from everward.policy.effects.details import DEFAULT_STATES, choose
from everward.policy.engine import Site
from everward.policy.frame import Frame
from everward.policy.nodes import Details
from everward.policy.outcome import Outcome, State
from everward.policy.problem import EvaluationError
from everward.policy.truth import equals3
from everward.values import MISSING, Truth, Unknown, all_of, combine

ATTESTATION_TYPE: Final = "Microsoft.PolicyInsights/attestations"

_STATES: Final = {
    "unknown": State.MANUAL,
    "compliant": State.COMPLIANT,
    "noncompliant": State.NON_COMPLIANT,
    "non-compliant": State.NON_COMPLIANT,
}


def manual_outcome(details: Details, site: Site, frame: Frame) -> Outcome:
    """The verdict of a manual policy on a resource that it is about.

    Raises:
        EvaluationError: when the default or an attestation is not readable.

    """
    attested = attested_state(site, frame)
    state = attested if attested is not None else _default_state(details, site, frame)
    if isinstance(state, Unknown):
        return Outcome(State.UNKNOWN, "manual", hole=state)
    return Outcome(state, "manual")


def _default_state(details: Details, site: Site, frame: Frame) -> State | Unknown:
    if details.default_state is None:
        return State.MANUAL
    value = site.value(details.default_state, frame)
    if isinstance(value, Unknown):
        return value
    chosen = choose(value, DEFAULT_STATES) if isinstance(value, str) else None
    if chosen is None:
        raise EvaluationError(f"`{value}` is no default state")
    return _STATES[chosen.lower()]


def attested_state(site: Site, frame: Frame) -> State | Unknown | None:
    """What the attestations of the resource say for the policy's assignment; None when none is in force.

    An attestation is about one resource or scope, one assignment, and in an initiative one reference. Where several
    are in force, one that says non-compliant counts most.

    Raises:
        EvaluationError: when one cannot be read.

    """
    context = site.bound.context
    if not context.assignment_id:
        return None
    found: list[State] = []
    holes: list[Unknown] = []
    for attestation in frame.estate.below(frame.resource.id, ATTESTATION_TYPE):
        about = _is_about(attestation, context.assignment_id, context.definition_reference_id)
        force = all_of([attestation.condition, about])
        if force is True:
            force = _in_force(attestation, context.now)
        if force is False:
            continue
        state = _attested(attestation)
        if isinstance(state, Unknown) or isinstance(force, Unknown):
            holes.extend(hole for hole in (force, state) if isinstance(hole, Unknown))
        else:
            found.append(state)
    if State.NON_COMPLIANT in found:
        return State.NON_COMPLIANT
    if holes:
        return combine(holes, reason="it is not known what the attestation says")
    return found[0] if found else None


def _is_about(attestation: Resource, assignment_id: str, reference_id: str) -> Truth:
    assignment = attestation.get("properties.policyAssignmentId")
    reference = attestation.get("properties.policyDefinitionReferenceId")
    # Within no initiative both references are absent, which equals the empty text.
    return all_of(
        [equals3(assignment, assignment_id), equals3("" if reference is MISSING else reference, reference_id)]
    )


def _in_force(attestation: Resource, now: datetime) -> Truth:
    until: Any = attestation.get("properties.expiresOn")
    if until is None or until is MISSING:
        return True
    if isinstance(until, Unknown):
        return until
    try:
        moment = datetime.fromisoformat(until)
    except (TypeError, ValueError):
        raise EvaluationError(f"the attestation `{attestation.name}` expires on `{until}`, which is no date") from None
    return now < (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _attested(attestation: Resource) -> State | Unknown:
    stated: Any = attestation.get("properties.complianceState")
    if isinstance(stated, Unknown):
        return stated
    state = _STATES.get(stated.lower()) if isinstance(stated, str) else None
    if state is None:
        said = None if stated is MISSING else stated
        raise EvaluationError(f"the attestation `{attestation.name}` states `{said}`, which is no compliance state")
    return state
