"""What fast and slow evaluation share: bound parameters, resolved fields, expressions with their context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from everward.expressions import (
    POLICY,
    Evaluator,
    Expression,
    ExpressionError,
    call_default,
    calls_in,
    is_expression,
    parse_expression,
)
from everward.policy.aliases import Aliases
from everward.policy.context import EvaluationContext
from everward.policy.fields import Ref, Root, any_number, resolve_field
from everward.policy.frame import Binding, Frame, Scope, bind, identity_of, read_many, read_one
from everward.policy.nodes import Definition, Operand
from everward.policy.problem import EvaluationError
from everward.policy.scopes import group_of, subscription_of
from everward.values import EACH, MISSING, Step, Unknown, Value

DEPENDS_ON_RESOURCE: Final = frozenset({"field", "current", "resourcegroup", "subscription"})
"""Functions whose result differs between resources."""

_CURRENT: Final = frozenset({"current"})

MAX_SHOWN: Final = 200
"""Characters of an expression that is told to fail."""
MAX_REMEMBERED: Final = 1024
"""Resolved names that a place remembers."""


class UnknownAliasError(Exception):
    """A field that is neither a name of the language nor an alias: Azure takes such a policy as not applicable."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Bound:
    """A definition with everything that does not depend on the resource."""

    __slots__ = ("aliases", "context", "definition", "parameters")

    def __init__(
        self, definition: Definition, parameters: Mapping[str, Value], context: EvaluationContext, aliases: Aliases
    ) -> None:
        self.definition = definition
        self.parameters = parameters
        self.context = context
        self.aliases = aliases


class Site:
    """A place in a rule as it is for resources of one type: which counts stand around it, what its names mean."""

    def __init__(self, bound: Bound, type_key: str, primary_type: str | None = None, scope: Scope = ()) -> None:
        self.bound = bound
        self.type_key = type_key
        """The lower-case type of the resources that fields are read from."""
        self.primary_type = type_key if primary_type is None else primary_type
        """The type of the resource that is judged: another one where a related resource is tested."""
        self.scope = scope
        self._frame: Frame | None = None
        self._evaluator: Evaluator | None = None
        self._refs: dict[tuple[str, str], Ref] = {}
        self._primary_site: Site | None = None
        self._invariant: dict[Operand, bool] = {}
        self._memo_of: Frame | None = None
        self._memo: dict[Operand, Value] = {}

    def within(self, binding: Binding) -> Site:
        """The same place inside a count."""
        return Site(self.bound, self.type_key, self.primary_type, (*self.scope, binding))

    def field(self, text: str, type_key: str | None = None) -> Ref:
        """The field that a name stands for.

        Raises:
            UnknownAliasError: when it stands for none.

        """
        wanted = self.type_key if type_key is None else type_key
        found = self._refs.get((wanted, text))
        if found is None:
            found = resolve_field(text, wanted, self.bound.aliases, self.bound.context.api_version)
            if found is None:
                raise UnknownAliasError(text)
            # Names that are made of values could be as many as the resources.
            if len(self._refs) < MAX_REMEMBERED:
                self._refs[wanted, text] = found
        return found

    @property
    def primary(self) -> Site:
        """The place from which calls of `field` read while a related resource is tested."""
        if self._primary_site is None:
            self._primary_site = Site(self.bound, self.primary_type)
        return self._primary_site

    def value(self, operand: Operand, frame: Frame | None) -> Value:
        """The value of an operand; `frame` may be None when it is constant.

        Raises:
            EvaluationError: when a function fails.

        """
        if operand.literal:
            return operand.raw
        if frame is None or frame.primary is frame:
            return self._value(operand, frame)
        invariant = self._invariant.get(operand)
        if invariant is None:
            invariant = self._invariant[operand] = not calls_current(operand)
        if not invariant:
            return self._value(operand, frame)
        # While related resources are tested, expressions are about the judged one: the same for all of them.
        if self._memo_of is not frame.primary:
            self._memo_of, self._memo = frame.primary, {}
        if operand not in self._memo:
            self._memo[operand] = self._value(operand, frame)
        return self._memo[operand]

    def _value(self, operand: Operand, frame: Frame | None) -> Value:
        # Evaluation of one place can come back to it through a related resource: keep what was there.
        before, self._frame = self._frame, frame
        evaluator = self._evaluator
        if evaluator is None:
            # The two hold each other, which nothing takes apart again: only a place with expressions has one.
            evaluator = self._evaluator = Evaluator(POLICY, self, now=self.bound.context.now)
        try:
            if operand.expression is not None:
                return evaluator.evaluate(operand.expression)
            return evaluator.evaluate_tree(operand.raw)
        except ExpressionError as error:
            text = error.text or str(operand.raw)
            shown = text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
            raise EvaluationError(f"`{shown}` fails: {error.message}", help=error.help) from None
        except UnknownAliasError as error:
            raise EvaluationError(f"`{error.name}` is no field and no alias") from None
        finally:
            self._frame = before

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        """Answer the functions that depend on policy and resource: the site is the host of its expressions."""
        function = _FUNCTIONS.get(name.lower())
        return call_default(name, at) if function is None else function(self, arguments, at)

    def frame(self, at: int) -> Frame:
        """The frame of the resource that fields are read from."""
        if self._frame is None:
            raise ExpressionError("this needs a resource", position=at)
        return self._frame

    def read(self, ref: Ref, frame: Frame) -> Any:
        """The value of a field that names no elements: it, a hole, or `MISSING`."""
        if ref.root is not Root.BODY:
            return identity_of(frame.resource, ref.root)
        return read_one(frame, frame.body, ref.steps)

    def read_all(self, ref: Ref, frame: Frame, *, absent: bool) -> list[Any]:
        """The values of a field that names elements; those of the current element inside a count of them."""
        bound = bind(ref, self.scope)
        if bound is None:
            return read_many(frame, frame.body, ref.steps, absent=absent)
        index, rest = bound
        return read_many(frame, frame.items[index], rest, absent=absent)


def is_constant(operand: Operand) -> bool:
    """Whether a value is the same for all resources."""
    return operand.literal or not _calls(operand, DEPENDS_ON_RESOURCE)


def calls_current(operand: Operand) -> bool:
    """Whether a value depends on the elements that counts around it are at."""
    return not operand.literal and _calls(operand, _CURRENT)


def _calls(operand: Operand, names: frozenset[str]) -> bool:
    """Whether an operand calls one of the functions."""
    return any(call.name.lower() in names for item in expressions_of(operand) for call in calls_in(item))


def expressions_of(operand: Operand) -> Iterator[Expression]:
    """The expressions of an operand, at any depth."""
    if operand.expression is not None:
        yield operand.expression
    elif operand.tree:
        stack: list[Any] = [operand.raw]
        while stack:
            item = stack.pop()
            if isinstance(item, str) and is_expression(item):
                yield parse_expression(item)
            elif isinstance(item, dict):
                stack.extend(item)
                stack.extend(item.values())
            elif isinstance(item, list):
                stack.extend(item)


def _parameters(site: Site, arguments: list[Value], at: int) -> Value:
    name = _name("parameters", arguments, at)
    values = site.bound.parameters
    if name.lower() not in values:
        raise ExpressionError(f"the policy has no parameter `{name}`", position=at)
    return values[name.lower()]


def _field(site: Site, arguments: list[Value], at: int) -> Value:
    """`field('…')` is about the judged resource, also where a related one is tested."""
    name = _name("field", arguments, at)
    frame = site.frame(at)
    if frame.primary is not frame:
        site, frame = site.primary, frame.primary
    ref = site.field(name)
    if not ref.collects:
        value = site.read(ref, frame)
        # A missing value is the empty text, as Azure documents it.
        return "" if value is MISSING or value is None else value
    return _array(site.read_all(ref, frame, absent=False), ref.steps)


def _array(values: list[Any], steps: tuple[Step, ...]) -> Value:
    """The array that `field('a[*].b')` gives: the values that exist.

    Elements without the property are left out, so a hole that may turn out to be nothing is any number of values.
    """
    if steps[-1] == EACH:
        return values
    return [
        any_number(value) if isinstance(value, Unknown) and not value.present else value
        for value in values
        if value is not MISSING and value is not None
    ]


def _current(site: Site, arguments: list[Value], at: int) -> Value:
    frame = site.frame(at)
    if not site.scope:
        raise ExpressionError("`current` has no count around it", position=at)
    if not arguments:
        return _element(frame.items[-1])
    name = _name("current", arguments, at)
    for index in range(len(site.scope) - 1, -1, -1):
        if site.scope[index].label == name.lower():
            return _element(frame.items[index])
    ref = site.field(name)
    bound = bind(ref, site.scope)
    if bound is None:
        raise ExpressionError(f"no count around `current` is named `{name}`", position=at)
    index, rest = bound
    if EACH in rest:
        return _array(read_many(frame, frame.items[index], rest, absent=False), rest)
    return _element(read_one(frame, frame.items[index], rest))


def _element(value: Any) -> Value:
    return None if value is MISSING else value


def _resource_group(site: Site, _arguments: list[Value], at: int) -> Value:
    given = site.bound.context.resource_group
    frame = site.frame(at).primary
    return dict(given) if given is not None else group_of(frame.resource, frame.estate)


def _subscription(site: Site, _arguments: list[Value], at: int) -> Value:
    given = site.bound.context.subscription
    frame = site.frame(at).primary
    return dict(given) if given is not None else subscription_of(frame.resource, frame.estate)


def _request_context(site: Site, _arguments: list[Value], _at: int) -> Value:
    context = site.bound.context
    return {"apiVersion": context.request_api_version, "identity": context.identity}


def _claims(site: Site, _arguments: list[Value], _at: int) -> Value:
    return site.bound.context.identity


def _policy(site: Site, _arguments: list[Value], _at: int) -> Value:
    return dict(site.bound.context.policy)


def _name(function: str, arguments: list[Value], at: int) -> str:
    if len(arguments) != 1 or not isinstance(arguments[0], str):
        raise ExpressionError(f"`{function}` takes one text", position=at)
    return arguments[0]


_FUNCTIONS: Final[dict[str, Callable[[Site, list[Value], int], Value]]] = {
    "parameters": _parameters,
    "field": _field,
    "current": _current,
    "resourcegroup": _resource_group,
    "subscription": _subscription,
    "requestcontext": _request_context,
    "claims": _claims,
    "policy": _policy,
}
"""Functions of the policy language that depend on what is evaluated, by lower-case name."""
