"""What is asked of policies when a request arrives, and what each of them says of a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from everward.estate import Estate, Resource
from everward.expressions import Literal, nodes_in
from everward.policy.context import EvaluationContext
from everward.policy.effects.decision import Event, Result
from everward.policy.effects.details import is_tag
from everward.policy.engine import expressions_of
from everward.policy.frame import Frame
from everward.policy.nodes import AllOf, AnyOf, Computed, Condition, Field, FieldCount, Not, Operand, conditions_in
from everward.policy.problem import EvaluationError
from everward.values import Origin, Truth, Unknown, combine, parse_id

if TYPE_CHECKING:
    from everward.policy.policy import Policy, Program

REQUEST: Final = Origin(source="request")


@dataclass(frozen=True, slots=True)
class Enforced:
    """A policy as an assignment enforces it."""

    policy: Policy
    enforced: Truth = True
    """False for `DoNotEnforce`: the policy is evaluated and recorded, and nothing else happens."""
    name: str = ""
    """What events call it; without one, what the definition calls itself."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What is known of a request besides its body."""

    method: str = "PUT"
    """`PUT`, `PATCH` or `DELETE`."""
    patch: Mapping[str, Any] | None = None
    """What a PATCH sends, when the body is what the resource becomes: one of tags alone concerns fewer policies."""
    evaluation: EvaluationContext | None = None
    """Time, API version and identity of the request; without it, those that each policy was compiled with."""


@dataclass(slots=True)
class Judged:
    """What one policy says of one resource."""

    program: Program
    frame: Frame
    effect: str | Unknown
    truth: Truth = False
    """Whether its condition holds."""
    error: str | None = None
    """What failed while the policy was evaluated."""

    def test(self) -> None:
        """Find out whether the condition holds."""
        if self.error is not None:
            return
        try:
            self.truth = self.program.condition.test(self.frame)
        except EvaluationError as error:
            self.error = error.message

    @property
    def effect_name(self) -> str:
        """The effect, empty when it is not decided."""
        return "" if isinstance(self.effect, Unknown) else self.effect


@dataclass(frozen=True, slots=True)
class Item:
    """One of the policies that a request meets."""

    index: int
    policy: Policy
    enforced: Truth
    name: str

    def ask(self, resource: Resource, estate: Estate) -> Judged | None:
        """The effect of the policy on a resource; None when it has none, because it is disabled or about others."""
        program = self.policy.program(resource.type_key)
        if not program.is_about(resource):
            return None
        judged = Judged(program, Frame(resource, estate), "")
        try:
            judged.effect = program.effect(judged.frame)
        except EvaluationError as error:
            judged.error = error.message
        return None if judged.effect == "disabled" else judged

    def judge(self, resource: Resource, estate: Estate) -> Judged | None:
        """What the policy says of a resource; None when it says nothing."""
        judged = self.ask(resource, estate)
        if judged is not None:
            judged.test()
        return judged

    def event(self, effect: str, result: Result, message: str = "", **more: Any) -> Event:
        """An event of the policy."""
        return Event(self.index, self.name, effect, result, self.enforced is not False, message, **more)


def items_of(policies: Iterable[Policy | Enforced], context: RequestContext) -> list[Item]:
    """The policies as the request meets them, bound to its time and version."""
    items = []
    for index, given in enumerate(policies):
        one = given if isinstance(given, Enforced) else Enforced(given)
        policy = one.policy if context.evaluation is None else one.policy.within(context.evaluation)
        name = one.name or policy.definition.display_name or policy.definition.name
        items.append(Item(index, policy, one.enforced, name))
    return items


def requested_resource(body: Mapping[str, Any] | Resource, estate: Estate) -> Resource:
    """The resource that a request is about: given, or made of a body with `id` and whatever else ARM sends.

    Raises:
        EvaluationError: when the body says not which resource it is.

    """
    if isinstance(body, Resource):
        return body
    given = next((value for key, value in body.items() if key.lower() == "id"), None)
    if not isinstance(given, str):
        raise EvaluationError("the request has no `id`", help="give the ARM id of the resource in the body")
    try:
        parsed = parse_id(given)
    except ValueError as error:
        raise EvaluationError(f"`{given}` is no ARM id: {error}") from None
    known = estate.find(parsed.text)
    origin = known.origin if known is not None else REQUEST
    return Resource(id=parsed.text, type=parsed.type, name=parsed.name, body=dict(body), origin=origin)


def checks_tags(condition: Condition) -> bool:
    """Whether a condition looks at tags, by a field of its own or in an expression."""
    for node in conditions_in(condition):
        if isinstance(node, AllOf | AnyOf | Not):
            continue
        subject = node.subject
        named = subject.name if isinstance(subject, Field) else None
        if isinstance(subject, FieldCount):
            named = subject.field
        if named is not None and named.literal and _names_tags(str(named.raw)):
            return True
        value = subject.value if isinstance(subject, Computed) else None
        if any(_mentions_tags(operand) for operand in (named, value, node.expected) if operand is not None):
            return True
    return False


def _names_tags(text: str) -> bool:
    return text.lower() == "tags" or is_tag(text)


def _mentions_tags(operand: Operand) -> bool:
    """Whether an expression names tags: `field('tags.x')`, or a part of it such as `tags[`."""
    for expression in expressions_of(operand):
        for node in nodes_in(expression.root):
            if isinstance(node, Literal) and isinstance(node.value, str) and _names_tags(node.value):
                return True
    return False


def touches_tags_alone(context: RequestContext) -> bool:
    """Whether a request is a PATCH of nothing but tags."""
    if context.method.upper() != "PATCH" or context.patch is None:
        return False
    return {key.lower() for key in context.patch} == {"tags"}


def one_hole(holes: Sequence[Unknown]) -> Unknown | None:
    """One hole for several; None for none."""
    return combine(holes) if holes else None
