"""Policies and facts: which analyses a policy needs, and what it says of a fact that may be none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from everward.estate import Estate, Resource, analysis_of, is_fact, subject_of
from everward.policy.engine import Bound
from everward.policy.nodes import Computed, Condition, Field, FieldCount, Leaf, Operand, conditions_in
from everward.policy.outcome import Outcome, State
from everward.values import Unknown, Value

_MARK: Final = "everward."
_QUOTES: Final = "'\"(), []"


def analyses_read(bound: Bound, types: Iterable[str] | None) -> frozenset[str]:
    """The analyses whose facts a policy reads: those that its types, fields, values and parameters name."""
    texts = [*(types or ()), *_texts(bound.parameters.values())]
    rule = bound.definition.rule
    operands = [*_operands(rule.condition)]
    if rule.existence is not None:
        operands.append(rule.existence.type)
        if rule.existence.condition is not None:
            operands += _operands(rule.existence.condition)
    texts += _texts(operand.raw for operand in operands)
    return frozenset(_analyses(texts))


def _operands(condition: Condition) -> Iterator[Operand]:
    for node in conditions_in(condition):
        if not isinstance(node, Leaf):
            continue
        yield node.expected
        if isinstance(node.subject, Field):
            yield node.subject.name
        elif isinstance(node.subject, FieldCount):
            yield node.subject.field
        elif isinstance(node.subject, Computed):
            yield node.subject.value
        else:
            yield node.subject.value


def _texts(values: Iterable[Value]) -> Iterator[str]:
    stack: list[Any] = list(values)
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)


def _analyses(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        lowered = text.lower()
        at = lowered.find(_MARK)
        while at >= 0:
            word = lowered[at:].translate(_ENDS).split(" ", 1)[0]
            found = analysis_of(word)
            if found is not None:
                yield found
            at = lowered.find(_MARK, at + 1)


_ENDS: Final = str.maketrans(dict.fromkeys(_QUOTES, " "))


def settled(outcome: Outcome, resource: Resource, estate: Estate) -> Outcome:
    """The verdict on a resource, less sure where it is a fact that may be none.

    Whether a resource that somebody wrote exists is told beside the verdict on it. What an analysis is not sure of is
    no fault yet. Where only the subject's existence is open, its fact is as sure as it is.
    """
    hole = resource.condition
    if outcome.state is not State.NON_COMPLIANT or not isinstance(hole, Unknown) or not is_fact(resource):
        return outcome
    subject = estate.find(subject_of(resource))
    if subject is not None and hole in (subject.condition, subject.cardinality):
        return outcome
    return Outcome(State.UNKNOWN, outcome.effect, hole=hole)
