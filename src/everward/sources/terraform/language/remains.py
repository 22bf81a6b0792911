"""What is left of an expression that fails: Terraform takes the type of a branch even when it has no value.

`true ? [] : ["a${null}"]` is a list of text, because the branch that is not taken would be one. Each expression that
fails goes on with as much as it has: a sum is a number, a template is text, a tuple has its other elements.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from everward.sources.terraform.language.element_types import type_after
from everward.sources.terraform.language.evaluate import Rows, evaluate
from everward.sources.terraform.language.operations import choose, in_common_type
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.types import ANY, BOOL, NUMBER, STRING, Type
from everward.sources.terraform.language.values import (
    Data,
    ListValue,
    Null,
    SetValue,
    ValueProblem,
    bared,
    convert,
    is_null,
    nfc,
    null_of,
    to_string,
    type_of,
)
from everward.sources.terraform.syntax import (
    Binary,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    ObjectCons,
    Parenthesis,
    Splat,
    Template,
    Traversal,
    TupleCons,
    Unary,
)
from everward.values import Unknown

NOTHING = Unknown(reason="an expression that fails")
"""What is left when not even a type is."""
_COST = 8
"""Steps of work that one part of an expression that fails stands for."""
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})


def remains(node: Expression, scope: Scope) -> Data:
    """The value of an expression, or what is left of it when it has none: a null of its type, or a hole.

    Raises:
        EvaluationError: when it is refused, or costs more than it may.

    """
    # INVARIANT: branches that fail inside of branches that fail are looked at again and again: it must cost something.
    scope.functions.spend(_COST)
    try:
        return evaluate(node, scope)
    except EvaluationError as error:
        if error.final:
            raise
    left = _REMAINS.get(type(node))
    return left(node, scope) if left is not None else NOTHING


def _part(node: Expression, scope: Scope) -> Data:
    """What is left of a part: inside of something, nothing is a null without a type."""
    left = remains(node, scope)
    return None if left is NOTHING else left


def _parenthesis(node: Parenthesis, scope: Scope) -> Data:
    return remains(node.inner, scope)


def _binary(node: Binary, _scope: Scope) -> Data:
    return Null(NUMBER if node.operator in _ARITHMETIC else BOOL)


def _unary(node: Unary, _scope: Scope) -> Data:
    return Null(BOOL if node.operator == "!" else NUMBER)


def _tuple(node: TupleCons, scope: Scope) -> Data:
    return [_part(item, scope) for item in node.items]


def _object(node: ObjectCons, scope: Scope) -> Data:
    result: dict[str, Data] = {}
    for key_node, value_node in node.items:
        key = _key(key_node, scope)
        if key is None:
            return NOTHING
        result[key] = _part(value_node, scope)
    return result


def _key(node: Expression, scope: Scope) -> str | None:
    """The key that an expression gives, or what is left of it."""
    key = bared(remains(node, scope))
    if isinstance(key, Unknown) or is_null(key):
        return None
    try:
        return nfc(to_string(key))
    except ValueProblem:
        return None


def _template(node: Template, scope: Scope) -> Data:
    if node.sole and isinstance(node.parts[0], Expression):
        return remains(node.parts[0], scope)
    out: list[str] = []
    failed = False
    for part in node.parts:
        if isinstance(part, str):
            value: Data = part
        elif isinstance(part, Expression):
            try:
                value = bared(evaluate(part, scope))
            except EvaluationError:
                value = NOTHING
        else:
            value = NOTHING
        if isinstance(value, Unknown):
            return Null(STRING)
        try:
            text = to_string(value)
        except ValueProblem:
            failed = True
            continue
        if not failed:
            out.append(text)
    return nfc("".join(out))


def _conditional(node: Conditional, scope: Scope) -> Data:
    then, otherwise = remains(node.then, scope), remains(node.otherwise, scope)
    try:
        condition = convert(bared(evaluate(node.condition, scope)), BOOL)
    except (EvaluationError, ValueProblem):
        condition = None
    try:
        if isinstance(condition, bool):
            return choose(condition, then, otherwise)
        one = type_of(in_common_type(then, otherwise))
    except ValueProblem:
        return NOTHING
    return NOTHING if NOTHING in (then, otherwise) else null_of(one)


def _for_tuple(node: ForTuple, scope: Scope) -> Data:
    try:
        return [_part(node.result, inner) for inner, _ in Rows(node, scope)]
    except (EvaluationError, ValueProblem):
        return NOTHING


def _for_object(node: ForObject, scope: Scope) -> Data:
    result: dict[str, Any] = {}
    try:
        for inner, _ in Rows(node, scope):
            key = _key(node.name, inner)
            if key is None:
                return NOTHING
            value = _part(node.result, inner)
            if node.grouped:
                result.setdefault(key, []).append(value)
            else:
                result.setdefault(key, value)
    except (EvaluationError, ValueProblem):
        return NOTHING
    return result


def _traversal(node: Traversal, scope: Scope) -> Data:
    """A splat that fails has the type that it would have."""
    at = next((at for at, step in enumerate(node.steps) if isinstance(step, Splat)), None)
    splat = node.steps[at] if at is not None else None
    if at is None or not isinstance(splat, Splat) or at + 1 < len(node.steps):
        return NOTHING
    try:
        source = bared(evaluate(Traversal(node.line, node.source, node.steps[:at]) if at else node.source, scope))
    except EvaluationError:
        return NOTHING
    if isinstance(source, Unknown) or is_null(source):
        return NOTHING
    if isinstance(source, ListValue | SetValue):
        return Null(Type("list", _type_after(source.of, splat, scope)))
    items = source if isinstance(source, list) else [source]
    return Null(Type("tuple", elements=tuple(_type_after(type_of(item), splat, scope) for item in items)))


def _type_after(kind: Type, splat: Splat, scope: Scope) -> Type:
    try:
        return type_after(kind, splat.steps, partial(evaluate, scope=scope))
    except (ValueProblem, EvaluationError):
        return ANY


_REMAINS: dict[type[Expression], Callable[[Any, Scope], Data]] = {
    Parenthesis: _parenthesis,
    Binary: _binary,
    Unary: _unary,
    TupleCons: _tuple,
    ObjectCons: _object,
    Template: _template,
    Conditional: _conditional,
    ForTuple: _for_tuple,
    ForObject: _for_object,
    Traversal: _traversal,
}
