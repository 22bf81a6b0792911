"""What tests of expressions share."""

from __future__ import annotations

from typing import Any

import pytest

from everward.expressions import POLICY, TEMPLATE, Dialect, Evaluator, ExpressionError, Functions
from everward.values import Unknown, Value

HOLE = Unknown(reason="no value", decided_by=("parameter p",))


class Values:
    """A host whose parameters are given."""

    def __init__(self, values: dict[str, Value]) -> None:
        self._host = Functions({"parameters": lambda name: values[name]})

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        return self._host.call(name, arguments, at)


def evaluate(text: str, dialect: Dialect = TEMPLATE, **values: Any) -> Any:
    return Evaluator(dialect, Values(values)).evaluate_text(f"[{text}]")


def evaluate_policy(text: str, **values: Any) -> Any:
    return evaluate(text, POLICY, **values)


def attempt(text: str, dialect: Dialect = TEMPLATE, **values: Any) -> Any:
    """The value, or the error of the expression."""
    try:
        return evaluate(text, dialect, **values)
    except ExpressionError as error:
        return error


def failure(text: str, dialect: Dialect = TEMPLATE, **values: Any) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, dialect, **values)
    return caught.value
