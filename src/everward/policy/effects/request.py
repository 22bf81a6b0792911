"""What Azure does with a request: the effects of all policies, in Azure's order.

Disabled policies are left out; append and modify change the request; deny, audit and manual see what those leave; once
the request has succeeded, auditIfNotExists and deployIfNotExists look for related resources. A policy that cannot be
evaluated denies the request, whatever its effect, unless its assignment does not enforce.

All append and modify policies are evaluated on the request as it was sent, so that their order makes no difference:
where two modify one property, their conflict effects decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from everward.estate import Estate, Reading, Resource
from everward.policy.effects.changes import Change, combined
from everward.policy.effects.conflicts import Proposal, Settled, Standing, settle
from everward.policy.effects.decision import Event, FollowUp, RequestDecision, Result, Verdict
from everward.policy.effects.deletion import Deletion
from everward.policy.effects.deployment import Deployment, evaluation_delay, render_deployment
from everward.policy.effects.evaluation import (
    Enforced,
    Item,
    Judged,
    RequestContext,
    checks_tags,
    items_of,
    one_hole,
    requested_resource,
    touches_tags_alone,
)
from everward.policy.effects.manual import manual_outcome
from everward.policy.effects.operations import Applied, Ready, apply, conflict_effect, ready_operations
from everward.policy.effects.providers import IN_CLUSTERS, PROVIDER_EFFECTS, provider_hole
from everward.policy.frame import Frame
from everward.policy.outcome import State
from everward.policy.parser import EXISTENCE_EFFECTS
from everward.policy.problem import EvaluationError
from everward.values import Unknown, combine

if TYPE_CHECKING:
    from everward.policy.policy import Policy

CHANGING: Final = frozenset({"append", "modify"})
_ORDER: Final = ("deny", "audit", "manual")


def evaluate_request(
    body: Mapping[str, Any] | Resource,
    policies: Iterable[Policy | Enforced],
    estate: Estate,
    context: RequestContext | None = None,
) -> RequestDecision:
    """Decide a request to create, update or delete a resource.

    `body` is what the resource is to become, with its ARM `id`; for `DELETE` the resource that goes. `estate` is what
    exists besides. Holes in the body make a verdict unknown only where it hangs on them.

    Raises:
        EvaluationError: when the body says not which resource it is about.

    """
    asked = context if context is not None else RequestContext()
    resource = requested_resource(body, estate)
    items = items_of(policies, asked)
    if asked.method.upper() == "DELETE":
        return Deletion(resource, items, estate).decide()
    if touches_tags_alone(asked):
        items = [item for item in items if checks_tags(item.policy.definition.rule.condition)]
    return _Write(resource, items, estate).decide()


class _Write:
    """One request to create or update a resource, on its way through the effects."""

    def __init__(self, resource: Resource, items: list[Item], estate: Estate) -> None:
        self.resource = resource
        self.items = items
        self.estate = estate
        self.events: list[Event] = []
        self.changes: list[Change] = []
        self.follow_ups: list[FollowUp] = []
        self.holes: list[Unknown] = []
        self.denied = False

    def decide(self) -> RequestDecision:
        """Take the request through all effects."""
        self._change()
        # What denies is told wholly; what is denied is not audited as well.
        judged = self._judge_the_rest()
        for phase in _ORDER:
            if phase == "deny" or not self.denied:
                for item, found in judged:
                    if _phase_of(found) == phase:
                        self._react(item, found, phase)
        if not self.denied:
            self._after(judged)
        verdict = Verdict.DENIED if self.denied else Verdict.UNKNOWN if self.holes else Verdict.ALLOWED
        return RequestDecision(
            verdict,
            self.resource.body,
            combined(self.changes),
            tuple(self.events),
            tuple(self.follow_ups),
            one_hole(self.holes) if verdict is Verdict.UNKNOWN else None,
        )

    def _deny(self, item: Item, event: Event, hole: Unknown | None = None) -> None:
        """Record what denies the request, or with `hole` may deny it, if the policy is enforced."""
        self.events.append(event)
        holes = [found for found in (item.enforced, hole) if isinstance(found, Unknown)]
        if item.enforced is False:
            return
        if holes:
            self.holes.append(combine(holes))
        else:
            self.denied = True

    def _fail(self, item: Item, effect: str, message: str) -> None:
        self._deny(item, item.event(effect, Result.FAILED, f"it cannot be evaluated, which denies: {message}"))

    # Append and modify.

    def _change(self) -> None:
        """Let append and modify change the request."""
        sent = self.resource
        proposals: list[Proposal] = []
        sources: list[tuple[Item, Judged, list[Ready]]] = []
        for item in self.items:
            judged = item.ask(sent, self.estate)
            if judged is None or not _may_change(judged):
                continue
            judged.test()
            if judged.error is not None:
                self._fail(item, judged.effect_name, judged.error)
                continue
            if judged.truth is False:
                continue
            if isinstance(judged.effect, Unknown):
                self._doubt_effect(item, judged)
            try:
                ready, proposal = self._propose(judged)
            except EvaluationError as error:
                self._fail_if_reached(item, judged, error)
                continue
            if item.enforced is False:
                self._record(item, judged, proposal)
            else:
                proposals.append(proposal)
                sources.append((item, judged, ready))
        for proposal, settled, (item, judged, ready) in zip(proposals, settle(proposals), sources, strict=True):
            self._carry_out(item, judged, ready, proposal, settled)

    def _doubt_effect(self, item: Item, judged: Judged) -> None:
        """Record a policy whose effect is not known, and could be `deny`."""
        doubt = combine([hole for hole in (judged.effect, judged.truth) if isinstance(hole, Unknown)])
        self._deny(item, item.event("", Result.UNKNOWN, "its effect is not known", hole=doubt), doubt)

    def _fail_if_reached(self, item: Item, judged: Judged, error: EvaluationError) -> None:
        """Fail for details that cannot be evaluated, where it is certain that they are."""
        holes = [hole for hole in (judged.truth, judged.effect) if isinstance(hole, Unknown)]
        message = f"it cannot be evaluated, which denies: {error.message}"
        hole = one_hole(holes)
        self._deny(item, item.event(judged.effect_name, Result.FAILED, message, hole=hole), hole)

    def _propose(self, judged: Judged) -> tuple[list[Ready], Proposal]:
        details, site = judged.program.bound.definition.details, judged.program.site
        ready = ready_operations(details, site, judged.frame)
        appends = any(operation.kind == "append" for operation in ready)
        conflict: str | Unknown = "deny" if appends else conflict_effect(details, site, judged.frame)
        hole = _doubt_of(judged)
        return ready, Proposal(apply(ready, self.resource.body, hole), conflict, appends, hole)

    def _record(self, item: Item, judged: Judged, proposal: Proposal) -> None:
        """What a policy that is not enforced would have changed."""
        message = "the assignment does not enforce: nothing is changed"
        changes = combined(proposal.applied.changes)
        self.events.append(item.event(judged.effect_name, Result.SKIPPED, message, changes=changes, hole=proposal.hole))

    def _carry_out(self, item: Item, judged: Judged, ready: list[Ready], proposal: Proposal, settled: Settled) -> None:
        effect = judged.effect_name
        others = f"another policy modifies `{settled.path}` as well"
        if settled.standing is Standing.DENIES:
            hole = proposal.hole
            result = Result.CONFLICT if hole is None else Result.UNKNOWN
            self._deny(item, item.event(effect, result, f"{others}, and both deny", hole=hole), hole)
            return
        if settled.standing is Standing.SKIPPED:
            self.events.append(item.event(effect, Result.SKIPPED, others))
            return
        doubt = proposal.hole
        if settled.standing is Standing.UNKNOWN or isinstance(item.enforced, Unknown):
            found = (doubt, settled.hole, item.enforced)
            doubt = combine([hole for hole in found if isinstance(hole, Unknown)])
            if settled.standing is Standing.UNKNOWN and proposal.conflict not in ("audit", "disabled"):
                self.holes.append(doubt)
        applied = apply(ready, self.resource.body, doubt)
        doubted = self._clash(item, effect, proposal.conflict, applied)
        self._take(item, effect, applied, doubted=doubted)

    def _clash(self, item: Item, effect: str, conflict: str | Unknown, applied: Applied) -> bool:
        """Operations that cannot be made: the conflict effect says whether that denies the request.

        Whether an event tells that this is not known.
        """
        if applied.conflicts:
            message = "; ".join(applied.conflicts)
            if conflict == "deny" or isinstance(conflict, Unknown):
                hole = combine([conflict]) if isinstance(conflict, Unknown) else None
                self._deny(item, item.event(effect, Result.CONFLICT, message, hole=hole), hole)
            else:
                self.events.append(item.event(effect, Result.SKIPPED, message))
        if applied.doubts and (conflict == "deny" or isinstance(conflict, Unknown)):
            hole = combine(applied.doubts)
            message = "it is not known whether the property has another value already"
            self._deny(item, item.event(effect, Result.UNKNOWN, message, hole=hole), hole)
            return True
        return False

    def _take(self, item: Item, effect: str, applied: Applied, *, doubted: bool) -> None:
        """Go on with what a policy leaves of the request."""
        changes = combined(applied.changes)
        self.resource = self.resource.with_body(applied.body)
        self.changes.extend(applied.changes)
        if applied.holes and not doubted:
            hole = combine(applied.holes)
            message = "it is not known what it changes"
            self.events.append(item.event(effect, Result.UNKNOWN, message, changes=changes, hole=hole))
        elif changes:
            self.events.append(item.event(effect, Result.CHANGED, changes=changes))
        if applied.skipped:
            paths = ", ".join(f"`{path}`" for path in applied.skipped)
            self.events.append(item.event(effect, Result.SKIPPED, f"what holds {paths} is not in the request"))

    # Deny, audit, manual.

    def _judge_the_rest(self) -> list[tuple[Item, Judged]]:
        """What the policies that change nothing say of the request as it is now."""
        rest: list[tuple[Item, Judged]] = []
        for item in self.items:
            judged = item.ask(self.resource, self.estate)
            if judged is not None and not _may_change(judged):
                judged.test()
                rest.append((item, judged))
        return rest

    def _react(self, item: Item, judged: Judged, phase: str) -> None:
        """What a policy that changes nothing does about the request."""
        if judged.error is not None:
            self._fail(item, judged.effect_name, judged.error)
        elif judged.truth is False:
            return
        elif judged.program.of_provider or judged.effect_name in PROVIDER_EFFECTS:
            self._leave_to_provider(item, judged)
        elif isinstance(judged.effect, Unknown):
            self._doubt_effect(item, judged)
        elif phase == "deny":
            hole = judged.truth if isinstance(judged.truth, Unknown) else None
            result = Result.DENIED if hole is None else Result.UNKNOWN
            self._deny(item, item.event(judged.effect, result, hole=hole), hole)
        elif judged.effect in EXISTENCE_EFFECTS:
            # Decided after the request has succeeded; here only whether its condition can be evaluated.
            return
        elif phase == "manual":
            self._attest(item, judged)
        elif isinstance(judged.truth, Unknown):
            self.events.append(item.event(judged.effect, Result.UNKNOWN, hole=judged.truth))
        else:
            self.events.append(item.event(judged.effect, Result.AUDITED))

    def _attest(self, item: Item, judged: Judged) -> None:
        if isinstance(judged.truth, Unknown):
            self.events.append(item.event("manual", Result.UNKNOWN, hole=judged.truth))
            return
        program = judged.program
        try:
            outcome = manual_outcome(program.bound.definition.details, program.site, judged.frame)
        except EvaluationError as error:
            self._fail(item, "manual", error.message)
            return
        self.events.append(item.event("manual", Result.MANUAL, state=outcome.state, hole=outcome.hole))

    def _leave_to_provider(self, item: Item, judged: Judged) -> None:
        """Policies of providers: some act on the resource's data alone, of others nothing is known here."""
        mode = judged.program.bound.definition.mode
        effect = judged.effect_name
        if effect == "addToNetworkGroup":
            self.events.append(self._joins(item, judged))
        elif mode.lower() in IN_CLUSTERS:
            message = "it acts on objects in the cluster, not on this request"
            self.events.append(item.event(effect, Result.PROVIDER, message))
        else:
            hole = provider_hole(mode, effect)
            self._deny(item, item.event(effect, Result.UNKNOWN, hole=hole), hole)

    def _joins(self, item: Item, judged: Judged) -> Event:
        program = judged.program
        named = program.bound.definition.details.network_group
        group = program.site.value(named, judged.frame) if named is not None else None
        message = f"the resource becomes a member of the network group `{group}`" if isinstance(group, str) else ""
        hole = one_hole([found for found in (judged.truth, group) if isinstance(found, Unknown)])
        result = Result.PROVIDER if hole is None else Result.UNKNOWN
        return item.event(judged.effect_name, result, message, hole=hole)

    # After success.

    def _after(self, judged_items: list[tuple[Item, Judged]]) -> None:
        """Look for the related resources of auditIfNotExists and deployIfNotExists."""
        estate: Estate | None = None
        for item, judged in judged_items:
            if judged.error is not None or judged.truth is False:
                continue
            if judged.effect_name not in EXISTENCE_EFFECTS or judged.program.of_provider:
                continue
            estate = estate if estate is not None else with_request(self.estate, self.resource)
            follow_up = _follow(item, judged, Frame(self.resource, estate))
            self.events.append(item.event(judged.effect_name, Result.FOLLOWS, hole=follow_up.hole))
            self.follow_ups.append(follow_up)


def _may_change(judged: Judged) -> bool:
    """Whether a policy's effect is append or modify, or may turn out to be."""
    if judged.program.of_provider:
        return False
    if isinstance(judged.effect, Unknown):
        return bool(judged.program.bound.definition.details.operations)
    return judged.effect in CHANGING


def _doubt_of(judged: Judged) -> Unknown | None:
    return one_hole([hole for hole in (judged.truth, judged.effect) if isinstance(hole, Unknown)])


def _phase_of(judged: Judged) -> str:
    """Which phase looks at a policy; one whose effect is not known could be `deny`."""
    effect = judged.effect_name
    if judged.program.of_provider or effect in ("", "deny") or effect in PROVIDER_EFFECTS:
        return "deny"
    return effect if effect in ("manual", "denyAction") else "audit"


def _follow(item: Item, judged: Judged, frame: Frame) -> FollowUp:
    """What auditIfNotExists or deployIfNotExists comes to after a request whose resource is that of the frame."""
    program, effect = judged.program, judged.effect_name
    details = program.bound.definition.details
    enforced = item.enforced is not False
    delay = ""
    try:
        delay = evaluation_delay(details, program.site, frame)
        found = program.search(frame).truth
        holes = [hole for hole in (judged.truth, found) if isinstance(hole, Unknown)]
        deployment: Deployment | None = None
        if found is not True and effect == "deployIfNotExists":
            deployment = render_deployment(details, program.existence, program.site, frame)
    except EvaluationError as error:
        return FollowUp(item.index, item.name, effect, State.ERROR, delay, enforced, error.message)
    if found is True:
        return FollowUp(item.index, item.name, effect, State.COMPLIANT, delay, enforced)
    state = State.UNKNOWN if holes else State.NON_COMPLIANT
    message = (
        "" if enforced or deployment is None else "the assignment does not enforce: it deploys by remediation alone"
    )
    return FollowUp(item.index, item.name, effect, state, delay, enforced, message, deployment, one_hole(holes))


def with_request(estate: Estate, resource: Resource) -> Estate:
    """The estate as it is once a request for a resource has succeeded.

    What the readings could not read is still not known: for a resource that is new it may hold what belongs to it.
    """
    gaps = [gap for reading in estate.readings if reading.incomplete for gap in reading.unresolved if gap.incomplete]
    request = Reading("request", "the request", [resource], unresolved=gaps)
    return Estate([request, *estate.readings])
