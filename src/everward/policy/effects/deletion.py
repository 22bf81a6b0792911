"""denyAction: what keeps a resource, or the group that holds it, from being deleted.

A call is denied when it deletes a protected resource itself. Deleting a resource takes its children along without
asking for theirs; deleting a resource group asks for the resources with tags and location in it, of policies of mode
Indexed whose cascade behaviour is `deny`; deleting a subscription asks for none.
"""

from __future__ import annotations

from typing import Final

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Estate, Resource
from everward.policy.applicability import is_indexed
from everward.policy.effects.decision import Event, RequestDecision, Result, Verdict
from everward.policy.effects.details import CASCADES, choose
from everward.policy.effects.evaluation import Item, Judged, one_hole
from everward.policy.problem import EvaluationError
from everward.values import Truth, Unknown, all_of, combine

EXEMPT: Final = frozenset(
    {
        "microsoft.authorization/policyassignments",
        "microsoft.authorization/denyassignments",
        "microsoft.authorization/locks",
        "microsoft.blueprint/blueprintassignments",
        "microsoft.resources/deploymentstacks",
        "microsoft.resources/subscriptions",
    }
)
"""Types that can always be deleted, lest everybody be locked out."""


class Deletion:
    """One request to delete a resource."""

    def __init__(self, resource: Resource, items: list[Item], estate: Estate) -> None:
        self.resource = resource
        self.items = items
        self.estate = estate
        self.events: list[Event] = []
        self.holes: list[Unknown] = []
        self.denied = False

    def decide(self) -> RequestDecision:
        """Ask every denyAction policy."""
        if self.resource.type_key != SUBSCRIPTION_TYPE.lower():
            for item in self.items:
                self._ask(item, self.resource, cascading=False)
            if self.resource.type_key == RESOURCE_GROUP_TYPE.lower():
                self._cascade()
        verdict = Verdict.DENIED if self.denied else Verdict.UNKNOWN if self.holes else Verdict.ALLOWED
        hole = one_hole(self.holes) if verdict is Verdict.UNKNOWN else None
        return RequestDecision(verdict, self.resource.body, events=tuple(self.events), hole=hole)

    def _cascade(self) -> None:
        head = self.resource.key.rstrip("/") + "/providers/"
        inside = [found for found in self.estate if found.key.startswith(head) and is_indexed(found)]
        for item in self.items:
            if item.policy.definition.mode == "Indexed":
                for found in inside:
                    self._ask(item, found, cascading=True)
        if self.estate.incomplete and not self.denied and any(self._could_protect(item) for item in self.items):
            missing = [gap for reading in self.estate.readings for gap in reading.unresolved if gap.incomplete]
            deciders = dict.fromkeys(name for gap in missing for name in (gap.decided_by or (gap.subject,)))
            reason = "a part of the input that could not be read may hold a protected resource"
            self.holes.append(Unknown(reason=reason, decided_by=tuple(deciders)[:12]))

    @staticmethod
    def _could_protect(item: Item) -> bool:
        definition = item.policy.definition
        return definition.mode == "Indexed" and bool(definition.details.actions) and item.enforced is not False

    def _ask(self, item: Item, resource: Resource, *, cascading: bool) -> None:
        if resource.type_key in EXEMPT:
            return
        judged = item.judge(resource, self.estate)
        if judged is None or judged.program.of_provider:
            return
        about = resource.id if cascading else ""
        if judged.error is None and judged.effect_name not in ("", "denyAction"):
            return
        try:
            if judged.error is not None:
                raise EvaluationError(judged.error)
            truth = self._protects(judged, resource, cascading=cascading)
        except EvaluationError as error:
            message = f"it cannot be evaluated, which denies: {error.message}"
            self._deny(item, item.event(judged.effect_name, Result.FAILED, message, resource=about), True)
            return
        if truth is not False:
            hole = truth if isinstance(truth, Unknown) else None
            result = Result.UNKNOWN if hole is not None else Result.DENIED
            self._deny(item, item.event(judged.effect_name, result, resource=about, hole=hole), truth)

    def _protects(self, judged: Judged, resource: Resource, *, cascading: bool) -> Truth:
        """Whether a policy denies the deletion.

        Raises:
            EvaluationError: when its details say not what it denies.

        """
        details = judged.program.bound.definition.details
        if judged.truth is False:
            return False
        if not details.actions:
            if isinstance(judged.effect, Unknown):
                return False
            raise EvaluationError("the details name no action to deny")
        truths: list[Truth] = [judged.truth, resource.condition if cascading else True]
        if isinstance(judged.effect, Unknown):
            truths.append(combine([judged.effect]))
        if cascading:
            truths.append(_cascades(judged))
        return all_of(truths)

    def _deny(self, item: Item, event: Event, truth: Truth) -> None:
        self.events.append(event)
        if item.enforced is False:
            return
        denies = all_of([item.enforced, truth])
        if isinstance(denies, Unknown):
            self.holes.append(denies)
        else:
            self.denied = True


def _cascades(judged: Judged) -> Truth:
    """Whether the policy also holds when the group goes: it does, unless told otherwise."""
    operand = judged.program.bound.definition.details.cascade.get("resourcegroup")
    if operand is None:
        return True
    value = judged.program.site.value(operand, judged.frame)
    if isinstance(value, Unknown):
        return value
    chosen = choose(value, CASCADES) if isinstance(value, str) else None
    if chosen is None:
        raise EvaluationError(f"`{value}` is no cascade behaviour")
    return chosen == "deny"
