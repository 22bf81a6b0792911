"""Operators over values with holes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from everward.sources.terraform.language.types import same_type, unify
from everward.sources.terraform.language.values import (
    ARITHMETIC,
    BlockObject,
    Data,
    Sensitive,
    SetValue,
    ValueProblem,
    convert,
    describe,
    holes_of,
    hushed,
    is_number,
    kind_name,
    tidy,
    type_of,
)
from everward.sources.terraform.language.values import to_number as text_to_number
from everward.values import Truth, Unknown, all_of, any_of, combine, negate, placeholder

ARITHMETIC_OPERATORS = frozenset({"+", "-", "*", "/", "%"})
COMPARISONS = frozenset({"<", "<=", ">", ">="})


def as_number(value: Data) -> Any:
    """A number, a hole, or an error.

    Raises:
        ValueProblem: when `value` is not a number.

    """
    if is_number(value) or isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        return text_to_number(value)
    raise ValueProblem(f"a number is needed, not a {kind_name(value)}" if value is not None else "a number is needed")


def as_truth(value: Data) -> Truth:
    """A truth value, a hole, or an error.

    Raises:
        ValueProblem: when `value` is neither true nor false.

    """
    if isinstance(value, bool | Unknown):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueProblem(
        f"true or false is needed, not a {kind_name(value)}"
        if value is not None
        else "true or false is needed, not null"
    )


def binary(operator: str, left: Data, right: Data) -> Data:
    """Two operands and an operator, three-valued.

    Raises:
        ValueProblem: when the operands do not fit.

    """
    if isinstance(left, Sensitive) or isinstance(right, Sensitive):
        bare = [item.value if isinstance(item, Sensitive) else item for item in (left, right)]
        with hushed():
            return Sensitive(binary(operator, *bare))
    if operator in _TRUTHS:
        truth = _TRUTHS[operator](left, right)
        return _named(truth, f"{describe(left)} {operator} {describe(right)}") if isinstance(truth, Unknown) else truth
    one, two = as_number(left), as_number(right)
    holes = [item for item in (one, two) if isinstance(item, Unknown)]
    if holes:
        text = placeholder(f"{describe(left)} {operator} {describe(right)}")
        return combine(holes, present=True, text=text)
    if operator in COMPARISONS:
        return _compare(operator, one, two)
    return _calculate(operator, one, two)


_TRUTHS: dict[str, Callable[[Data, Data], Truth]] = {
    "==": lambda left, right: equal(left, right),
    "!=": lambda left, right: negate(equal(left, right)),
    "&&": lambda left, right: all_of((as_truth(left), as_truth(right))),
    "||": lambda left, right: any_of((as_truth(left), as_truth(right))),
}


def _named(hole: Unknown, text: str) -> Unknown:
    """INVARIANT: holes of different conditions have different texts, for texts become parts of symbolic ids."""
    return combine([hole], present=True, text=placeholder(text))


def _compare(operator: str, one: Any, two: Any) -> bool:
    if operator == "<":
        return bool(one < two)
    if operator == "<=":
        return bool(one <= two)
    return bool(one > two) if operator == ">" else bool(one >= two)


def _calculate(operator: str, one: Any, two: Any) -> int | Decimal:
    if operator in "+-*" and isinstance(one, int) and isinstance(two, int):
        if one.bit_length() + two.bit_length() > 8192:
            raise ValueProblem("the result is too large")
        return one + two if operator == "+" else one - two if operator == "-" else one * two
    left, right = Decimal(one), Decimal(two)
    try:
        if operator == "+":
            return tidy(ARITHMETIC.add(left, right))
        if operator == "-":
            return tidy(ARITHMETIC.subtract(left, right))
        if operator == "*":
            return tidy(ARITHMETIC.multiply(left, right))
        if operator == "/":
            return tidy(ARITHMETIC.divide(left, right))
        # Terraform leaves a number as it is when asked for its remainder by zero.
        return tidy(ARITHMETIC.remainder(left, right)) if right else tidy(left)
    except (DivisionByZero, InvalidOperation):
        raise ValueProblem("division by zero" if not two else "the result is not a number") from None


def unary(operator: str, operand: Data) -> Data:
    """An operator and its one operand.

    Raises:
        ValueProblem: when the operand does not fit.

    """
    if isinstance(operand, Sensitive):
        with hushed():
            return Sensitive(unary(operator, operand.value))
    if operator == "!":
        truth = as_truth(operand)
        return _named(truth, f"!{describe(operand)}") if isinstance(truth, Unknown) else not truth
    value = as_number(operand)
    if isinstance(value, Unknown):
        return combine([value], present=True, text=placeholder(f"-{describe(operand)}"))
    return -value


def equal(left: Data, right: Data) -> Truth:
    """Whether two values are equal: of one type and the same; a hole leaves it open unless something else differs."""
    if isinstance(left, Sensitive):
        left = left.value
    if isinstance(right, Sensitive):
        right = right.value
    for one, two in ((left, right), (right, left)):
        if isinstance(one, Unknown):
            if two is None and one.present:
                return False
            holes = [one, two] if isinstance(two, Unknown) else [one]
            return combine(holes, present=True)
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, str | int | Decimal) or isinstance(right, str | int | Decimal):
        return type_of(left) == type_of(right) and bool(left == right)
    return _equal_collections(left, right)


def _equal_collections(left: Data, right: Data) -> Truth:
    # An instance is compared by what is known of it, like any object.
    if not isinstance(left, BlockObject) and not same_type(type_of(left), type_of(right)):
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
    """
    if isinstance(condition, Unknown):
        same = equal(then, otherwise)
        if same is True:
            return then
        holes = [condition, *(branch for branch in (then, otherwise) if isinstance(branch, Unknown))]
        text = placeholder(f"{describe(condition)} ? {describe(then)} : {describe(otherwise)}")
        present = all(_present(branch) for branch in (then, otherwise))
        return combine(holes, present=present, text=text)
    return in_common_type(then if condition else otherwise, otherwise if condition else then)


def _present(value: Data) -> bool:
    return value.present if isinstance(value, Unknown) else value is not None


def in_common_type(value: Data, other: Data) -> Data:
    """`value` in the type that it and `other` can both have; as it is when there is none."""
    if value is None or isinstance(value, str | Unknown | BlockObject) or isinstance(other, BlockObject):
        return value
    if isinstance(value, Sensitive):
        return Sensitive(in_common_type(value.value, other))
    kind, other_kind = type_of(value), type_of(other)
    if kind == other_kind:
        return value
    common = unify((kind, other_kind))
    if common is None or common == kind or common.kind == "any":
        return value
    try:
        return convert(value, common)
    except ValueProblem:
        return value


def sequence(value: Data) -> list[Data]:
    """The elements of a list, set or tuple.

    Raises:
        ValueProblem: when it is none.

    """
    if isinstance(value, list):
        return value
    raise ValueProblem(f"a list is needed, not a {kind_name(value)}")


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
