"""What Azure rejects when a definition is created, beyond its shape: names that do not exist, and limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from everward.expressions import (
    POLICY,
    Call,
    Expression,
    ExpressionError,
    Literal,
    calls_in,
    compile_expression,
    exceeded_limits,
)
from everward.policy.aliases import Aliases, shipped_aliases
from everward.policy.effects.details import is_plain_path
from everward.policy.engine import expressions_of
from everward.policy.fields import resolve_field
from everward.policy.nodes import (
    AllOf,
    AnyOf,
    Computed,
    Condition,
    Definition,
    Details,
    Field,
    FieldCount,
    Leaf,
    Not,
    Operand,
    Rule,
    ValueCount,
)
from everward.policy.parser import Fault
from everward.policy.positions import JsonPath
from everward.policy.problem import did_you_mean

MAX_FUNCTIONS: Final = 2048
"""Function calls in one rule."""
MAX_FIELD_COUNTS: Final = 5
"""Counts over one array, in one rule."""
MAX_VALUE_COUNTS: Final = 10
"""Counts over values, in one rule."""


_ABOUT_RESOURCE: Final = frozenset({"field", "resourcegroup", "subscription"})
"""Functions that the conditions of operations cannot call."""


def check_definition(definition: Definition, aliases: Aliases | None = None) -> None:
    """Check what a definition names: aliases (of Resource Manager modes), parameters, functions, labels; and limits.

    Raises:
        Fault: for the first thing that is wrong.

    """
    check = _Check(definition, aliases if aliases is not None else shipped_aliases())
    check.rule(definition.rule)
    check.details(definition.details, definition.rule.path)


class _Check:
    def __init__(self, definition: Definition, aliases: Aliases) -> None:
        self._definition = definition
        self._aliases = aliases
        self._functions = 0

    def rule(self, rule: Rule) -> None:
        self._condition(rule.condition, ())
        self._operand(rule.effect, (), (*rule.path, "effect"))
        if rule.existence is not None:
            details: JsonPath = (*rule.path, "details")
            for part in ("type", "name", "kind", "resource_group", "scope"):
                operand = getattr(rule.existence, part)
                if operand is not None:
                    self._operand(operand, (), (*details, _SPELLING.get(part, part)))
            if rule.existence.condition is not None:
                self._condition(rule.existence.condition, ())

    def details(self, details: Details, path: JsonPath) -> None:
        """Check what the effect is told beside the related resource."""
        here: JsonPath = (*path, "details")
        for operation in details.operations:
            self._operand(operation.field, (), operation.path)
            if not is_plain_path(str(operation.field.raw)):
                self._field(operation.field, operation.path)
            self._operand(operation.value, (), operation.path)
            if operation.condition is not None:
                self._operand(operation.condition, (), operation.path)
                self._without_resource(operation.condition, operation.path)
        single = (details.conflict, details.delay, details.deployment_scope, details.default_state)
        listed = (*details.roles, *details.cascade.values(), *details.deployment_parameters.values())
        for operand in (*single, details.network_group, *listed):
            if operand is not None:
                self._operand(operand, (), here)

    def _without_resource(self, operand: Operand, path: JsonPath) -> None:
        """Conditions of operations are about the request alone."""
        for expression in expressions_of(operand):
            for call in calls_in(expression):
                if call.name.lower() in _ABOUT_RESOURCE:
                    raise Fault(
                        f"the condition of an operation cannot call `{call.name}`",
                        path,
                        "say what it asks for in `if`; here requestContext() and parameters() can be called",
                    )

    def _condition(self, condition: Condition, labels: tuple[str, ...]) -> None:
        fields: Counter[str] = Counter()
        values = 0
        for leaf, around in _leaves(condition, labels):
            subject = leaf.subject
            self._operand(leaf.expected, around, leaf.path)
            if isinstance(subject, Field):
                self._operand(subject.name, around, leaf.path)
                self._field(subject.name, leaf.path)
            elif isinstance(subject, Computed):
                self._operand(subject.value, around, leaf.path)
            elif isinstance(subject, FieldCount):
                self._operand(subject.field, around, leaf.path)
                self._field(subject.field, leaf.path)
                fields[str(subject.field.raw).lower()] += 1
                if fields[str(subject.field.raw).lower()] > MAX_FIELD_COUNTS:
                    raise Fault(
                        f"there are more than {MAX_FIELD_COUNTS} counts over `{subject.field.raw}`",
                        leaf.path,
                        "join their conditions, or split the definition",
                    )
            else:
                self._operand(subject.value, around, leaf.path)
                values += 1
                if values > MAX_VALUE_COUNTS:
                    raise Fault(
                        f"there are more than {MAX_VALUE_COUNTS} counts over values",
                        leaf.path,
                        "join their conditions, or split the definition",
                    )

    def _field(self, name: Operand, path: JsonPath) -> None:
        # Aliases of data modes stand in no catalogue.
        if not name.literal or self._definition.mode not in ("All", "Indexed"):
            return
        self._alias(str(name.raw), path)

    def _alias(self, text: str, path: JsonPath) -> None:
        if resolve_field(text, "", self._aliases) is not None:
            return
        near = self._aliases.suggest(text)
        raise Fault(
            f"`{text}` is no field and no alias",
            path,
            f"did you mean `{near}`?"
            if near
            else "fields are type, name, fullName, kind, id, location, "
            "identity.type, tags, and the aliases of the resource type",
        )

    def _operand(self, operand: Operand, labels: tuple[str, ...], path: JsonPath) -> None:
        for expression in expressions_of(operand):
            try:
                compile_expression(expression, POLICY)
            except ExpressionError as error:
                raise Fault(error.message, path, error.help) from None
            exceeded = exceeded_limits(expression, POLICY)
            if exceeded:
                raise Fault(exceeded[0], path, "make the expression shorter, or split it over several conditions")
            self._expression(expression, labels, path)

    def _expression(self, expression: Expression, labels: tuple[str, ...], path: JsonPath) -> None:
        for call in calls_in(expression):
            self._functions += 1
            if self._functions > MAX_FUNCTIONS:
                raise Fault(f"the rule calls more than {MAX_FUNCTIONS} functions", path, "split the definition")
            self._call(call, labels, path)

    def _call(self, call: Call, labels: tuple[str, ...], path: JsonPath) -> None:
        name = call.name.lower()
        given = _text_argument(call)
        if name == "parameters" and given is not None and not self._definition.bare:
            declared = self._definition.parameters
            if given.lower() not in declared:
                known = tuple(parameter.name for parameter in declared.values())
                advice = did_you_mean(given, known) if known else "the definition declares no parameters"
                raise Fault(f"the parameter `{given}` is not declared", path, advice)
        elif name == "field" and given is not None and self._definition.mode in ("All", "Indexed"):
            self._alias(given, path)
        elif name == "current":
            if not labels:
                raise Fault("`current` has no count around it", path, "use it in the `where` of a count")
            if given is not None and not any(given.lower().startswith(label) for label in labels):
                raise Fault(f"no count around `current` is named `{given}`", path, f"known are {', '.join(labels)}")


_SPELLING: Final = {"resource_group": "resourceGroupName", "scope": "existenceScope"}


def _text_argument(call: Call) -> str | None:
    """The only argument of a call, when it is a text."""
    if len(call.arguments) == 1:
        only = call.arguments[0]
        if isinstance(only, Literal) and isinstance(only.value, str):
            return only.value
    return None


def _leaves(condition: Condition, labels: tuple[str, ...]) -> Iterator[tuple[Leaf, tuple[str, ...]]]:
    """Every leaf with the lower-case names of the counts around it."""
    stack = [(condition, labels)]
    while stack:
        node, around = stack.pop()
        if isinstance(node, AllOf | AnyOf):
            stack.extend((part, around) for part in reversed(node.parts))
        elif isinstance(node, Not):
            stack.append((node.part, around))
        else:
            yield node, around
            subject = node.subject
            if isinstance(subject, FieldCount | ValueCount) and subject.where is not None:
                label = subject.name if isinstance(subject, ValueCount) else str(subject.field.raw)
                stack.append((subject.where, (*around, label.lower())))
