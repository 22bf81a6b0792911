"""Branches that fail still have a type; what is nested in hostile ways ends."""

from __future__ import annotations

import pytest
from tests.sources.terraform.workspace import hole, value_of

from everward.sources.limits import Limits
from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.types import BOOL, NUMBER, STRING, Type
from everward.sources.terraform.language.values import type_of
from everward.values import Unknown


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ('true ? [] : ["a${null}"]', Type("list", STRING)),
        ("true ? [] : [1 + null]", Type("list", NUMBER)),
        ("true ? [] : [!null]", Type("list", BOOL)),
        ("true ? 1 : -null", NUMBER),
        ('true ? "a" : -null', STRING),
        ("true ? {} : {for k, v in {a = 1} : k => v + null}", Type("map", NUMBER)),
        ('true ? {a = 1} : {a = "x${null}"}', Type("object", attributes=(("a", STRING),))),
    ],
)
def test_a_branch_that_fails_still_has_a_type(expression: str, kind: Type) -> None:
    assert type_of(value_of(expression)) == kind


@pytest.mark.parametrize(
    "expression",
    [
        "false ? 1 + null : []",
        'false ? "a${[]}" : {}',
        "true ? 1 : [null + 1]",
        "true ? {a = 1} : [1 + null]",
    ],
)
def test_a_branch_that_fails_may_be_of_a_type_that_does_not_fit(expression: str) -> None:
    with pytest.raises(EvaluationError):
        value_of(expression)


def test_what_is_left_of_a_branch_with_a_hole_is_text() -> None:
    value = value_of('c ? "a" : "${x}${null}"', c=hole("c"), x=hole("x"))
    assert isinstance(value, Unknown)
    assert type_of(value_of('true ? 1 : "${x}${null}"', x=hole("x"))) == STRING


def test_branches_that_fail_inside_of_one_another_cost_something() -> None:
    text = 'tonumber("x")'
    for _ in range(40):
        text = f'false ? {text} : (true ? tonumber("x") : 1)'
    with pytest.raises(EvaluationError) as caught:
        value_of(text, limits=Limits(steps=20_000))
    assert caught.value.limit == "steps"
