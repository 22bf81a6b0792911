"""The states that a compliance scan gives one resource, where policies concern one another, and what would mend it.

A scan changes nothing: append and modify are non-compliant where their condition holds, unless two modify policies
that both deny would change one property, which is a conflict; denyAction protects; manual is what is attested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from everward.estate import Estate, Resource
from everward.policy.effects.changes import Change, combined
from everward.policy.effects.conflicts import Proposal, overlap
from everward.policy.effects.deployment import Deployment, render_deployment, role_definitions
from everward.policy.effects.manual import manual_outcome
from everward.policy.effects.operations import apply, conflict_effect, ready_operations
from everward.policy.frame import Frame
from everward.policy.outcome import Outcome, State
from everward.policy.problem import EvaluationError
from everward.values import Truth, Unknown, combine

if TYPE_CHECKING:
    from everward.policy.policy import Policy


class Remediation(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What a remediation task would do for one resource."""

    effect: str
    changes: tuple[Change, ...] = ()
    """What modify would change."""
    deployment: Deployment | None = None
    """What deployIfNotExists would deploy."""
    roles: tuple[str, ...] = ()
    """Role definitions that the identity of the assignment needs."""
    blocked: tuple[str, ...] = ()
    """Why some of it cannot be done."""
    hole: Unknown | None = None


def scan_resource(resource: Resource, policies: Sequence[Policy], estate: Estate) -> tuple[Outcome, ...]:
    """The verdict of each policy on a resource, as the service records them: attested, and with conflicts."""
    outcomes = [policy.evaluate(resource, estate) for policy in policies]
    proposals: dict[int, Proposal] = {}
    for index, (policy, outcome) in enumerate(zip(policies, outcomes, strict=True)):
        if outcome.state is State.MANUAL:
            outcomes[index] = _attested(policy, resource, estate)
        elif outcome.effect == "modify" and outcome.state in (State.NON_COMPLIANT, State.UNKNOWN):
            proposal = _proposal(policy, resource, estate, outcome.hole)
            if proposal is not None:
                proposals[index] = proposal
    for index, proposal in proposals.items():
        if outcomes[index].state is State.NON_COMPLIANT:
            outcomes[index] = _conflicting(outcomes[index], index, proposal, proposals)
    return tuple(outcomes)


def _attested(policy: Policy, resource: Resource, estate: Estate) -> Outcome:
    program = policy.program(resource.type_key)
    try:
        return manual_outcome(policy.definition.details, program.site, Frame(resource, estate))
    except EvaluationError as error:
        return Outcome(State.ERROR, error=error.message)


def _proposal(policy: Policy, resource: Resource, estate: Estate, hole: Unknown | None) -> Proposal | None:
    """What a modify policy would do; None when its operations cannot be evaluated, and so change nothing."""
    details, site = policy.definition.details, policy.program(resource.type_key).site
    frame = Frame(resource, estate)
    try:
        ready = ready_operations(details, site, frame)
        conflict = conflict_effect(details, site, frame)
    except EvaluationError:
        return None
    return Proposal(apply(ready, resource.body, hole), conflict, appends=False, hole=hole)


def _conflicting(outcome: Outcome, index: int, mine: Proposal, proposals: dict[int, Proposal]) -> Outcome:
    """A non-compliant outcome, as a conflict when two or more that deny would change one property."""
    certain = possible = 0
    holes: list[Unknown] = []
    for other_index, other in proposals.items():
        met: Truth = True if other_index == index else overlap(mine, other)[0]
        denies: Truth = other.conflict if isinstance(other.conflict, Unknown) else other.conflict == "deny"
        if met is False or denies is False:
            continue
        open_ones = [truth for truth in (met, denies) if isinstance(truth, Unknown)]
        holes.extend(open_ones)
        possible += 1
        certain += not open_ones
    if certain > 1:
        return replace_state(outcome, State.CONFLICTING)
    if possible > 1:
        return Outcome(State.UNKNOWN, outcome.effect, hole=combine(holes))
    return outcome


def replace_state(outcome: Outcome, state: State) -> Outcome:
    """The same outcome with another state."""
    return msgspec.structs.replace(outcome, state=state)


def remediation(policy: Policy, resource: Resource, estate: Estate) -> Remediation | None:
    """What a remediation task of the policy would do for a resource that does not comply, or may not.

    None where there is nothing to mend, or the effect mends nothing.

    Raises:
        EvaluationError: when the details cannot be evaluated.

    """
    outcome = policy.evaluate(resource, estate)
    if outcome.state not in (State.NON_COMPLIANT, State.UNKNOWN, State.CONFLICTING):
        return None
    program, details, frame = policy.program(resource.type_key), policy.definition.details, Frame(resource, estate)
    if program.of_provider:
        return None
    if outcome.effect == "deployIfNotExists":
        deployment = render_deployment(details, program.existence, program.site, frame)
        return Remediation("deployIfNotExists", deployment=deployment, roles=deployment.roles, hole=outcome.hole)
    if outcome.effect != "modify":
        return None
    applied = apply(ready_operations(details, program.site, frame), resource.body, outcome.hole)
    skipped = (f"what holds `{path}` is absent" for path in applied.skipped)
    return Remediation(
        "modify",
        combined(applied.changes),
        roles=role_definitions(details, program.site, frame),
        blocked=(*applied.conflicts, *skipped),
        hole=combine(applied.holes) if applied.holes else None,
    )
