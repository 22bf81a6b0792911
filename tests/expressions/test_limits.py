"""Limits are settings, and an error names the one that was met."""

from __future__ import annotations

import pytest

from everward.expressions import TEMPLATE, Evaluator, ExpressionError, Functions, parse_expression
from everward.expressions.limits import Bounds, bounded_by, bounds
from everward.values import Value


def met(text: str, limits: Bounds, **values: Value) -> str | None:
    """The limit that an expression meets."""
    with bounded_by(limits):
        evaluator = Evaluator(TEMPLATE, Functions({"parameters": lambda name: values[str(name)]}))
        with pytest.raises(ExpressionError) as caught:
            evaluator.evaluate(parse_expression(text))
    return caught.value.limit


@pytest.mark.parametrize(
    ("text", "limits", "limit"),
    [
        ("length('the longest of all expressions')", Bounds(expression=20), "expression"),
        ("not(not(not(not(true()))))", Bounds(nesting=3), "nesting"),
        ("range(0, 12)", Bounds(expansion=11), "expansion"),
        ("concat(range(0, 10), range(0, 10))", Bounds(elements=19), "elements"),
        ("concat('abc', 'def')", Bounds(text=5), "text"),
        ("padLeft('x', 9)", Bounds(text=8), "text"),
        ("string(createArray('abc', 'def'))", Bounds(text=5), "text"),
        ("map(range(0, 5), lambda('i', 1))", Bounds(steps=4), "steps"),
        (
            "reduce(range(0, 50), createArray(), lambda('a', 'i', concat(lambdaVariables('a'), range(0, 50))))",
            Bounds(steps=900),
            "steps",
        ),
        ("string(parameters('big'))", Bounds(elements=1_000), "elements"),
        ("contains(parameters('big'), 'x')", Bounds(steps=30), "steps"),
        ("length(parameters('long'))", Bounds(steps=1), "steps"),
        ("int('x')", Bounds(), None),
        ("range(0, -1)", Bounds(), None),
    ],
)
def test_the_limit_that_is_met_is_named(text: str, limits: Bounds, limit: str | None) -> None:
    assert met(text, limits, big=[0] * 2_000, long="x" * 10_000) == limit


def test_limits_hold_only_in_their_block() -> None:
    before = bounds()
    with bounded_by(Bounds(text=3)):
        assert bounds().text == 3
    assert bounds() is before


def test_work_is_counted_for_each_evaluation_or_for_all_of_them() -> None:
    text = "[length(map(range(0, 6), lambda('i', 1)))]"
    with bounded_by(Bounds(steps=10)):
        evaluator = Evaluator(TEMPLATE)
        assert [evaluator.evaluate_text(text) for _ in range(5)] == [6] * 5
    with bounded_by(Bounds(steps=16, shared=True)):
        evaluator = Evaluator(TEMPLATE)
        assert [evaluator.evaluate_text(text) for _ in range(2)] == [6] * 2
        with pytest.raises(ExpressionError, match="more than 16 steps"):
            evaluator.evaluate_text(text)


def test_values_that_share_their_parts_are_counted_unfolded() -> None:
    value: Value = [0, 0]
    for _ in range(20):
        value = [value, value]
    assert met("string(parameters('v'))", Bounds(), v=value) == "elements"
    assert met("parameters('v')[0][0].x", Bounds(elements=1), v=[value]) is None
