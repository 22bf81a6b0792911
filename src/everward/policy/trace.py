"""One evaluation, recorded whole: every condition that was reached, in the order of the rule, with what it said.

Verdicts come from the same walk as explanations, so a record can never disagree with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from everward.estate import Estate, Resource
from everward.policy.engine import Site
from everward.policy.explain import Judged, Walker, explain
from everward.policy.frame import Frame
from everward.policy.nodes import AllOf, AnyOf, Condition, Leaf, Not
from everward.policy.outcome import Explanation, Reason
from everward.policy.policy import Policy
from everward.policy.problem import EvaluationError
from everward.values import Truth


@dataclass(slots=True, eq=False)
class Step:
    """One condition of the rule, as this evaluation met it."""

    condition: Condition
    reached: bool = False
    """False when what stands before it had decided already."""
    truth: Truth | None = None
    """What it said; None when it was not reached, or could not be evaluated."""
    error: str | None = None
    """Why it could not be evaluated."""
    reason: Reason | None = None
    """The comparison, for a leaf that was evaluated."""
    resource: str | None = None
    """The id of the related resource that it was evaluated on, when that is not the judged one."""
    below: list[Step] = field(default_factory=list)
    """The parts of a group; for a count, its `where` once for each element that was visited."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What one evaluation of a policy on one resource did."""

    resource: Resource
    explanation: Explanation
    condition: Step | None
    """`if`; None when the policy is not about the resource, or is disabled."""
    related: tuple[Step, ...] = ()
    """`existenceCondition`, once for each related resource that was tested."""

    def steps(self) -> Iterator[Step]:
        """Every step, outermost first."""
        stack = [*reversed(self.related)]
        if self.condition is not None:
            stack.append(self.condition)
        while stack:
            step = stack.pop()
            yield step
            stack.extend(reversed(step.below))


def trace(policy: Policy, resource: Resource, estate: Estate) -> Trace:
    """Evaluate a policy on a resource of the estate and record every step of it."""
    recorder = Recorder()
    explanation = explain(policy.program(resource.type_key), resource, estate, recorder)
    condition = recorder.roots[0] if recorder.roots else None
    return Trace(resource, explanation, condition, tuple(recorder.related.roots))


class Recorder(Walker):
    """A walker that keeps every judgement it makes."""

    def __init__(self, related: bool = False) -> None:
        super().__init__(related)
        self.roots: list[Step] = []
        self.related: Recorder = self if related else Recorder(related=True)
        self._is_related = related
        self._open: list[tuple[Step, Iterator[Step]]] = []
        """The steps around, and the parts of each that were not reached yet."""

    def beside(self) -> Walker:
        """See `Walker.beside`."""
        return self.related

    def judge(self, node: Condition, site: Site, frame: Frame, *, negated: bool = False) -> Judged:
        """See `Walker.judge`."""
        step = self._step(node)
        step.reached = True
        if self._is_related:
            step.resource = frame.resource.id
        self._open.append((step, iter(step.below)))
        try:
            truth, reasons = super().judge(node, site, frame, negated=negated)
        except EvaluationError as error:
            step.error = error.message
            raise
        finally:
            self._open.pop()
        step.truth = truth
        if isinstance(node, Leaf) and reasons:
            step.reason = reasons[0]
        return truth, reasons

    def _step(self, node: Condition) -> Step:
        """The step of a condition: the one that its group keeps for it, or a new one."""
        if not self._open:
            self.roots.append(_planned(node))
            return self.roots[-1]
        holder, parts = self._open[-1]
        # INVARIANT: groups judge their parts in order; a count judges its `where` again and again.
        if not isinstance(holder.condition, Leaf):
            return next(parts)
        holder.below.append(_planned(node))
        return holder.below[-1]


def _planned(node: Condition) -> Step:
    """A step with the parts of a group below it, none of them reached yet."""
    top = Step(node)
    stack = [top]
    while stack:
        step = stack.pop()
        condition = step.condition
        if isinstance(condition, AllOf | AnyOf):
            step.below = [Step(part) for part in condition.parts]
        elif isinstance(condition, Not):
            step.below = [Step(condition.part)]
        stack.extend(step.below)
    return top
