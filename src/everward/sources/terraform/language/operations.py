"""Operators over values with holes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from everward.sources.terraform.language import numbers
from everward.sources.terraform.language.borders import describe, has_hole, holes_of
from everward.sources.terraform.language.conversions import TRUTHS, convert
from everward.sources.terraform.language.data import (
    BlockObject,
    Data,
    Sensitive,
    SetValue,
    ValueProblem,
    bared,
    has_sensitive,
    hushed,
    is_null,
    is_number,
    kind_name,
    null_of,
    type_of,
)
from everward.sources.terraform.language.numbers import Number
from everward.sources.terraform.language.types import BOOL, HOLE, NUMBER, STRING
from everward.sources.terraform.language.unify import same_type, unify
from everward.values import Truth, Unknown, all_of, any_of, combine, negate, placeholder

COMPARISONS: dict[str, Callable[[Number, Number], bool]] = {
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
}
ARITHMETIC: dict[str, Callable[[Number, Number], Number]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.remainder,
}


def as_number(value: Data) -> Any:
    """A number, a hole, or an error.

    Raises:
        ValueProblem: when `value` is not a number.

    """
    if is_number(value) or isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        return convert(value, NUMBER)
    raise ValueProblem("a number is needed" if is_null(value) else f"a number is needed, not a {kind_name(value)}")


def as_truth(value: Data) -> Truth:
    """A truth value, a hole, or an error.

    Raises:
        ValueProblem: when `value` is neither true nor false.

    """
    if isinstance(value, bool | Unknown):
        return value
    if isinstance(value, str) and value in TRUTHS:
        return TRUTHS[value]
    raise ValueProblem(f"true or false is needed, not {'null' if is_null(value) else f'a {kind_name(value)}'}")


def binary(operator: str, left: Data, right: Data) -> Data:
    """Two operands and an operator, three-valued.

    Raises:
        ValueProblem: when the operands do not fit.

    """
    if isinstance(left, Sensitive) or isinstance(right, Sensitive):
        with hushed():
            return Sensitive(bared(binary(operator, bared(left), bared(right))))
    if operator in _TRUTHS:
        truth = _TRUTHS[operator](left, right)
        if isinstance(truth, Unknown):
            truth = _named(truth, f"{describe(left)} {operator} {describe(right)}")
        return Sensitive(truth) if operator in _EQUALITY and has_sensitive([left, right]) else truth
    one, two = as_number(left), as_number(right)
    holes = [item for item in (one, two) if isinstance(item, Unknown)]
    if holes:
        text = placeholder(f"{describe(left)} {operator} {describe(right)}")
        return combine(holes, present=True, text=text)
    if operator in COMPARISONS:
        return COMPARISONS[operator](one, two)
    return calculate(ARITHMETIC[operator], one, two)


_EQUALITY = frozenset({"==", "!="})
_TRUTHS: dict[str, Callable[[Data, Data], Truth]] = {
    "==": lambda left, right: equal(left, right),
    "!=": lambda left, right: negate(equal(left, right)),
    "&&": lambda left, right: all_of((as_truth(left), as_truth(right))),
    "||": lambda left, right: any_of((as_truth(left), as_truth(right))),
}


def _named(hole: Unknown, text: str) -> Unknown:
    """INVARIANT: holes of different conditions have different texts, for texts become parts of symbolic ids."""
    return combine([hole], present=True, text=placeholder(text))


def calculate(operation: Callable[..., Number], *operands: Number) -> Number:
    """A result of arithmetic.

    Raises:
        ValueProblem: when there is none.

    """
    try:
        return operation(*operands)
    except numbers.NumberProblem as problem:
        raise ValueProblem(str(problem)) from None


def unary(operator: str, operand: Data) -> Data:
    """An operator and its one operand.

    Raises:
        ValueProblem: when the operand does not fit.

    """
    if isinstance(operand, Sensitive):
        with hushed():
            return Sensitive(unary(operator, bared(operand)))
    if operator == "!":
        truth = as_truth(operand)
        return _named(truth, f"!{describe(operand)}") if isinstance(truth, Unknown) else not truth
    value = as_number(operand)
    if isinstance(value, Unknown):
        return combine([value], present=True, text=placeholder(f"-{describe(operand)}"))
    return calculate(numbers.negate, value)


def equal(left: Data, right: Data) -> Truth:
    """Whether two values are equal: of one type and the same; a hole leaves it open unless something else differs."""
    if isinstance(left, Sensitive):
        left = left.value
    if isinstance(right, Sensitive):
        right = right.value
    for one, two in ((left, right), (right, left)):
        if isinstance(one, Unknown):
            if is_null(two) and one.present:
                return False
            holes = [one, two] if isinstance(two, Unknown) else [one]
            return combine(holes, present=True)
    if is_null(left) or is_null(right):
        return is_null(left) and is_null(right)
    if is_number(left) and is_number(right):
        return numbers.same(left, right)
    if not isinstance(left, list | dict) or not isinstance(right, list | dict):
        return type_of(left) == type_of(right) and bool(left == right)
    return _equal_collections(left, right)


def _equal_collections(left: Data, right: Data) -> Truth:
    # An instance is compared by what is known of it, like any object.
    if not isinstance(left, BlockObject):
        one, two = type_of(left), type_of(right)
        if not same_type(one, two) and not same_type(one, two, holes=has_hole(left) or has_hole(right)):
            return False
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        return all_of(equal(item, right[name]) for name, item in left.items())
    if not isinstance(left, list) or not isinstance(right, list):
        return False
    holes = [item for item in (*left, *right) if isinstance(item, Unknown) and item.many]
    if holes:
        return combine(holes, present=True)
    if isinstance(left, SetValue):
        inner = holes_of((left, right))
        if inner:
            return combine(inner, present=True)
    if len(left) != len(right):
        return False
    return all_of(equal(one, two) for one, two in zip(left, right, strict=True))


def choose(condition: Truth, then: Data, otherwise: Data) -> Data:
    """What a conditional yields: the chosen branch in the type that both have in common.

    Where the condition is open, branches that are equal are the answer; else it is a hole.

    Raises:
        ValueProblem: when the branches have no type in common.

    """
    if isinstance(then, Sensitive) or isinstance(otherwise, Sensitive):
        bare = [item.value if isinstance(item, Sensitive) else item for item in (then, otherwise)]
        return Sensitive(choose(condition, *bare))
    if isinstance(condition, Unknown):
        return _either(condition, then, otherwise)
    chosen, other = (then, otherwise) if condition else (otherwise, then)
    return in_common_type(chosen, other)


def _either(condition: Unknown, then: Data, otherwise: Data) -> Data:
    one, two = in_common_type(then, otherwise), in_common_type(otherwise, then)
    if equal(one, two) is True:
        return one
    holes = [condition, *(branch for branch in (one, two) if isinstance(branch, Unknown))]
    text = placeholder(f"{describe(condition)} ? {describe(one)} : {describe(two)}")
    present = all(_present(branch) for branch in (one, two))
    return combine(holes, present=present, text=text)


def _present(value: Data) -> bool:
    return value.present if isinstance(value, Unknown) else not is_null(value)


def in_common_type(value: Data, other: Data) -> Data:
    """`value` in the type that it and `other` can both have.

    Raises:
        ValueProblem: when there is no such type.

    """
    if isinstance(value, Unknown) or isinstance(other, Unknown) or other is None:
        return value
    if isinstance(value, BlockObject) or isinstance(other, BlockObject):
        return null_of(HOLE) if is_null(value) else value
    kind, other_kind = type_of(value), type_of(other)
    if value is None:
        return null_of(other_kind)
    if kind == other_kind or (kind is STRING and other_kind in (NUMBER, BOOL)):
        return value
    common = unify((kind, other_kind))
    if common is None:
        raise ValueProblem(f"the branches have no type in common: {kind_name(value)} and {kind_name(other)}")
    if common == kind:
        return value
    try:
        return convert(value, common)
    except ValueProblem:
        if any(hole.many for hole in holes_of((value, other))):
            # How long a list with such a hole is nobody knows: that it is too long for a type says nothing.
            return value
        raise


def is_many(value: Data) -> bool:
    """Whether an element stands for any number of elements."""
    return isinstance(value, Unknown) and value.many


def as_many(value: Data, because: Unknown) -> Unknown:
    """An element that stands for any number of elements that look like `value`."""
    if isinstance(value, Unknown):
        hole = combine([value, because], present=value.present, text=value.text, reference=value.reference)
    else:
        hole = combine([because], present=value is not None, text=describe(value))
    return Unknown(
        reason=because.reason,
        decided_by=hole.decided_by,
        present=hole.present,
        many=True,
        reference=hole.reference,
        text=hole.text,
        origin=hole.origin,
    )
