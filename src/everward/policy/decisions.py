"""Where Azure's documentation leaves open what a policy means: what was decided, and which evaluations it concerns.

Each decision has a reading that this evaluator takes, and the one that it does not; an explanation names those that
took part in the verdict it explains.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from everward.estate import Estate
from everward.expressions import (
    POLICY,
    Call,
    Expression,
    Index,
    Literal,
    Member,
    Node,
    calls_in,
    is_tags_of_scope,
    nodes_in,
)
from everward.policy.engine import UnknownAliasError, expressions_of
from everward.policy.frame import Frame
from everward.policy.nodes import Field, FieldCount, Leaf, Operand
from everward.policy.operators import NEGATED, ORDERINGS, is_absent
from everward.policy.outcome import State
from everward.policy.policy import Policy
from everward.policy.trace import Step, Trace
from everward.values import EACH


class Decision(NamedTuple):
    """A doubt, and how it is resolved here."""

    id: str
    reading: str
    """What this evaluator does."""
    instead: str
    """What the documentation would also allow."""


MISSING_ARRAY: Final = Decision(
    "missing-array",
    "where an array is missing, `[*]` outside a count sees one missing value: `equals` fails, `notEquals` holds",
    "an empty collection, of which every condition holds",
)
EMPTY_ARRAY: Final = Decision(
    "empty-array",
    "of an empty array every condition on `[*]` outside a count holds",
    "a condition that fails because nothing meets it",
)
MISSING_FIELD: Final = Decision(
    "missing-field-in-expression",
    "`field('…')` of what is missing is the empty text",
    "null",
)
SCOPE_TAG: Final = Decision(
    "missing-scope-tag",
    "a tag that the resource group or the subscription does not have is null, which equals the empty text",
    "an error, as in templates",
)
FUNCTION_CASE: Final = Decision(
    "function-case",
    "the functions equals, less, greater, contains compare texts with case; the operators of the same name without",
    "functions that compare without case as well",
)
NO_ORDER: Final = Decision(
    "no-order",
    "values of kinds that have no order fail the evaluation: an error in a scan, a denial of a request",
    "a comparison that is false",
)
ABSENT_ORDER: Final = Decision(
    "absent-order",
    "what is missing is neither less nor greater than anything: the condition is false",
    "an error",
)
FAILURE: Final = Decision(
    "function-failure",
    "a function that fails denies a request whatever the effect, and is the state error in a scan",
    "a condition that is false",
)
LIKE_QUESTION: Final = Decision(
    "like-question-mark",
    "`?` in a pattern of `like` stands for any one character",
    "the character itself",
)
DISCOURAGED: Final = Decision(
    "discouraged-function",
    "functions that the documentation lists as unavailable are evaluated all the same",
    "a definition that is rejected",
)
ANY_RELATED: Final = Decision(
    "any-related-resource",
    "one related resource that meets the condition suffices, however many there are",
    "all of them must",
)
MODIFIABLE: Final = Decision(
    "modifiable-alias",
    "every alias is taken as one that can be modified: the public list does not say which can",
    "the conflict effect for those that cannot",
)
INDEXED: Final = Decision(
    "indexed-types",
    "in mode Indexed a type counts as having tags and a location unless it is a child or extension known to have none",
    "the provider's own list of types, which is not public",
)

DECISIONS: Final = (
    MISSING_ARRAY,
    EMPTY_ARRAY,
    MISSING_FIELD,
    SCOPE_TAG,
    FUNCTION_CASE,
    NO_ORDER,
    ABSENT_ORDER,
    FAILURE,
    LIKE_QUESTION,
    DISCOURAGED,
    ANY_RELATED,
    MODIFIABLE,
    INDEXED,
)
"""Every decision."""

_NUMERIC: Final = frozenset({"length", "int", "add", "sub", "mul", "div", "mod", "true", "false"})
"""Functions that never give a text."""
_COMPARING: Final = frozenset({"equals", "less", "lessorequals", "greater", "greaterorequals", "contains"})


def decisions_in(trace: Trace, policy: Policy, estate: Estate) -> tuple[Decision, ...]:
    """The decisions that took part in an evaluation, in a stable order."""
    found: set[str] = set()
    for step in trace.steps():
        if step.reached and isinstance(step.condition, Leaf):
            found.update(decision.id for decision in _of_leaf(step, step.condition, trace, policy, estate))
    found.update(decision.id for decision in _of_verdict(trace, policy))
    return tuple(decision for decision in DECISIONS if decision.id in found)


def _of_verdict(trace: Trace, policy: Policy) -> Iterator[Decision]:
    outcome = trace.explanation.outcome
    if outcome.state is State.ERROR:
        yield NO_ORDER if "no order" in (outcome.error or "") else FAILURE
    if outcome.effect in ("modify", "append") and outcome.state is State.NON_COMPLIANT:
        yield MODIFIABLE
    if len({step.resource for step in trace.related}) > 1:
        yield ANY_RELATED
    if policy.definition.mode == "Indexed":
        yield INDEXED


def _of_leaf(step: Step, leaf: Leaf, trace: Trace, policy: Policy, estate: Estate) -> Iterator[Decision]:
    reason = step.reason
    subject = leaf.subject
    if reason is not None and isinstance(subject, Field) and EACH in str(subject.name.raw):
        if is_absent(reason.actual):
            yield MISSING_ARRAY
        elif reason.actual == [] and step.truth is True:
            yield EMPTY_ARRAY
    if leaf.operator in ORDERINGS and reason is not None and is_absent(reason.actual):
        yield ABSENT_ORDER
    if NEGATED.get(leaf.operator, leaf.operator) == "like" and "?" in str(leaf.expected.raw):
        yield LIKE_QUESTION
    if reason is not None and (reason.actual is None or reason.expected is None) and _reads_scope_tags(leaf):
        yield SCOPE_TAG
    for call in _calls(leaf):
        name = call.name.lower()
        if name in _COMPARING and not any(_is_number(argument) for argument in call.arguments):
            yield FUNCTION_CASE
        if name in POLICY.discouraged:
            yield DISCOURAGED
        if name == "field" and _reads_nothing(call, trace, policy, estate):
            yield MISSING_FIELD


def _is_number(node: Node) -> bool:
    """Whether an argument is certainly no text."""
    if isinstance(node, Literal):
        return not isinstance(node.value, str)
    return isinstance(node, Call) and node.name.lower() in _NUMERIC


def _reads_scope_tags(leaf: Leaf) -> bool:
    return any(
        isinstance(node, Member | Index) and is_tags_of_scope(node.target, node)
        for expression in _expressions(leaf)
        for node in nodes_in(expression.root)
    )


def _calls(leaf: Leaf) -> Iterator[Call]:
    for expression in _expressions(leaf):
        yield from calls_in(expression)


def _expressions(leaf: Leaf) -> Iterator[Expression]:
    subject = leaf.subject
    left: Operand
    if isinstance(subject, Field):
        left = subject.name
    else:
        left = subject.field if isinstance(subject, FieldCount) else subject.value
    for operand in (left, leaf.expected):
        yield from expressions_of(operand)


def _reads_nothing(call: Call, trace: Trace, policy: Policy, estate: Estate) -> bool:
    """Whether a call of `field` names a property that the judged resource lacks."""
    first = call.arguments[0] if call.arguments else None
    if not isinstance(first, Literal) or not isinstance(first.value, str):
        return False
    site = policy.program(trace.resource.type_key).site
    try:
        ref = site.field(first.value)
    except UnknownAliasError:
        return False
    return not ref.collects and is_absent(site.read(ref, Frame(trace.resource, estate)))
