"""Asks our own evaluator the same."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from tests.interop.answers import ERROR, INFINITE, UNKNOWN, Answer
from tests.interop.workspace import LOCALS
from tests.sources.terraform.workspace import value_of

from everward.sources.terraform.language.numbers import is_finite
from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.types import Type
from everward.sources.terraform.language.values import (
    Data,
    Sensitive,
    has_hole,
    has_sensitive,
    is_null,
    is_number,
    number_text,
    type_of,
)
from everward.sources.terraform.syntax import (
    Binary,
    Index,
    Literal,
    Traversal,
    TupleCons,
    Unary,
    parse_expression,
)
from everward.values import ProblemError


@cache
def _locals() -> Data:
    return value_of(f"{{{LOCALS}}}")


def ask(expression: str, folder: Path, *, strictly: bool = False) -> Answer:
    """Our answer; `strictly` when both sides of `&&` and `||` are worked out whatever the left one says."""
    try:
        parsed = parse_expression(expression, "interop")
        value = value_of(_strict(parsed) if strictly else parsed, folder, local=_locals())
    except (EvaluationError, ProblemError):
        return ERROR
    return answer_of(value)


def _strict(node: Any) -> Any:
    if isinstance(node, tuple):
        return tuple(map(_strict, node))
    if not is_dataclass(node) or isinstance(node, type):
        return node
    copied = replace(node, **{part.name: _strict(getattr(node, part.name)) for part in fields(node)})
    if not isinstance(copied, Binary) or copied.operator not in ("&&", "||"):
        return copied
    both = TupleCons(copied.line, (copied, Unary(copied.line, "!", copied.right)))
    return Traversal(copied.line, both, (Index(Literal(copied.line, 0)),))


def answer_of(value: Data) -> Answer:
    """A value of ours as an answer."""
    if has_hole(value):
        return UNKNOWN
    if _is_infinite(value):
        return INFINITE
    marks = "whole" if isinstance(value, Sensitive) else "part" if has_sensitive(value) else ""
    return Answer(type_json(type_of(value)), plain(value), marks)


def _is_infinite(value: Data) -> bool:
    if isinstance(value, Sensitive):
        return _is_infinite(value.value)
    if isinstance(value, dict):
        return any(map(_is_infinite, value.values()))
    return any(map(_is_infinite, value)) if isinstance(value, list) else is_number(value) and not is_finite(value)


def type_json(kind: Type) -> Any:
    """A type as Terraform's JSON writes it."""
    if kind.kind == "any":
        return "dynamic"
    if kind.element is not None:
        return [kind.kind, type_json(kind.element)]
    if kind.kind == "object":
        return ["object", {name: type_json(inner) for name, inner in sorted(kind.attributes)}]
    if kind.kind == "tuple":
        return ["tuple", [type_json(inner) for inner in kind.elements]]
    return kind.kind


def plain(value: Data) -> Any:
    """A value as JSON has it, marks taken off."""
    if isinstance(value, Sensitive):
        return plain(value.value)
    if is_null(value):
        return None
    if is_number(value):
        return _in_plan(value)
    if isinstance(value, dict):
        return {name: plain(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _in_plan(value: Data) -> Decimal:
    """A number as a plan has it: a fraction that is exact in double precision is written as short as that allows."""
    assert isinstance(value, int | Decimal)
    try:
        double = float(value)
    except OverflowError:
        return Decimal(number_text(value))
    if isinstance(value, Decimal) and value.is_finite() and int(value) != value:
        return Decimal(repr(double)) if Fraction(double) == Fraction(value) else Decimal(number_text(value))
    return Decimal(number_text(value))
