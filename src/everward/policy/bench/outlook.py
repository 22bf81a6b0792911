"""What a policy would do to a workload if it were assigned: deny, change, deploy, flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from everward.estate import Estate, Resource
from everward.policy.bench.subject import Row, Subject
from everward.policy.effects import Enforced, Event, RequestDecision, Verdict, evaluate_request
from everward.policy.effects import Result as Done
from everward.policy.outcome import State
from everward.policy.problem import EvaluationError

FLAGGING = frozenset({State.NON_COMPLIANT, State.CONFLICTING, State.PROTECTED, State.MANUAL})
"""The states that compliance shows as something to look at."""


@dataclass(slots=True, eq=False)
class Outlook:
    """What would happen to one resource."""

    resource: Resource
    rows: list[Row]
    """The policies that are about it."""
    decision: RequestDecision | None = None
    """What a request that creates or updates it as it is written comes to."""
    error: str | None = None
    """Why the request could not be decided."""
    words: list[str] = field(default_factory=list)
    """`denied`, `changed`, `deploys`, `flagged`, `unknown`, `error`: the worst first; empty when nothing happens."""

    @property
    def word(self) -> str:
        """The worst of it."""
        return self.words[0] if self.words else "untouched"

    @property
    def telling(self) -> list[Event]:
        """What the policies did that matters for the request."""
        events = self.decision.events if self.decision is not None else ()
        return [event for event in events if event.result in (Done.DENIED, Done.FAILED, Done.CONFLICT, Done.UNKNOWN)]


def look_ahead(subject: Subject, estate: Estate, resources: Sequence[Resource]) -> list[Outlook]:
    """What would happen to each resource that a policy of the subject is about, in the order of the resources."""
    grouped: dict[str, list[Row]] = {}
    for row in subject.judge(estate, resources):
        if row.outcome.state is not State.NOT_APPLICABLE:
            grouped.setdefault(row.resource.key, []).append(row)
    return [_outlook(resource, grouped[resource.key], estate) for resource in resources if resource.key in grouped]


def _outlook(resource: Resource, rows: list[Row], estate: Estate) -> Outlook:
    found = Outlook(resource, rows)
    live = [row for row in rows if row.outcome.state is not State.EXEMPT]
    try:
        found.decision = evaluate_request(
            resource, [Enforced(row.policy, row.enforced, row.title) for row in live], estate
        )
    except EvaluationError as error:
        found.error = error.message
    found.words = list(_words(found, live))
    return found


def _words(found: Outlook, rows: list[Row]) -> dict[str, None]:
    words: dict[str, None] = {}
    decision = found.decision
    if found.error is not None or any(row.outcome.state is State.ERROR for row in rows):
        words["error"] = None
    if decision is not None:
        if decision.verdict is Verdict.DENIED:
            words = {"denied": None, **words}
        if decision.changes:
            words["changed"] = None
        if any(item.deployment is not None and item.state is not State.COMPLIANT for item in decision.follow_ups):
            words["deploys"] = None
    if any(row.outcome.state in FLAGGING for row in rows):
        words["flagged"] = None
    if any(row.outcome.state is State.UNKNOWN for row in rows) or (
        decision is not None and decision.verdict is Verdict.UNKNOWN
    ):
        words["unknown"] = None
    return words
