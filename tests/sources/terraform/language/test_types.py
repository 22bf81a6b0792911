"""Types: reading constraints, unifying, converting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.terraform.workspace import hole

from everward.sources.terraform.language.types import ANY, BOOL, HOLE, NUMBER, STRING, Type, object_of, parse_type
from everward.sources.terraform.language.unify import same_type, unify
from everward.sources.terraform.language.values import (
    ListValue,
    MapValue,
    Null,
    Sensitive,
    SetValue,
    ValueProblem,
    convert,
    freeze,
    inward,
    kind_name,
    make_set,
    outward,
    rebuild,
    type_of,
    unmark,
)
from everward.sources.terraform.syntax import Literal, parse_expression
from everward.values import Unknown


def parsed(text: str) -> Type:
    return parse_type(parse_expression(text, "test"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("string", "string"),
        ("list(number)", "list(number)"),
        ("map(set(bool))", "map(set(bool))"),
        ("object({ a = string, b = optional(number, 1) })", "object({a=string, b=number})"),
        ("tuple([string, number])", "tuple([string, number])"),
        ("any", "any"),
        ("list", "list(any)"),
        ('"map"', "map(any)"),
    ],
)
def test_a_constraint_is_read(text: str, shown: str) -> None:
    assert str(parsed(text)) == shown


@pytest.mark.parametrize(
    "text", ["nope", "list()", "list(nope)", "object(string)", "[string]", "object({ (a.b) = string })"]
)
def test_what_is_no_constraint_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"type"):
        parsed(text)


OBJECT = parsed("object({ a = string, n = optional(number, 7), o = optional(string) })")


def default(expression: Any) -> Any:
    assert isinstance(expression, Literal)
    return expression.value


def test_an_object_gets_its_defaults_and_loses_what_it_does_not_have() -> None:
    assert convert({"a": 1, "z": 2}, OBJECT, default) == {"a": "1", "n": 7, "o": Null(STRING)}
    assert convert({"a": "x", "n": None}, OBJECT, default) == {"a": "x", "n": 7, "o": Null(STRING)}


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ({}, OBJECT, "`a` is required"),
        ({"a": []}, OBJECT, "attribute `a`: text is needed, not a tuple"),
        ("x", OBJECT, "an object is needed, not a text"),
        (["x"], Type("list", NUMBER), "element 0: `x` is not a number"),
        ({"k": "x"}, Type("map", BOOL), "element `k`: `x` is not a truth value"),
        ("x", Type("list", STRING), "a list is needed"),
        ([], Type("map", STRING), "a map is needed, not a tuple"),
        ([1], Type("tuple", elements=(STRING, STRING)), "a tuple of 2 elements"),
        (True, NUMBER, "a truth value is not a number"),
        (1, BOOL, "a number is not a truth value"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(value: Any, kind: Type, message: str) -> None:
    with pytest.raises(ValueProblem, match=message):
        convert(value, kind)


def test_conversion_keeps_holes_nulls_and_marks() -> None:
    gap = hole("var.x")
    assert convert([gap, None, 1], Type("list", STRING)) == [gap, Null(STRING), "1"]
    assert convert(gap, NUMBER) is gap
    inner = convert(Sensitive(1), STRING)
    assert isinstance(inner, Sensitive)
    assert inner.value == "1"
    assert convert(["1", "b"], Type("tuple", elements=(NUMBER, STRING))) == [1, "b"]


def test_collections_know_their_element_type() -> None:
    value = convert([1, "a"], Type("set", ANY))
    assert isinstance(value, SetValue)
    assert value == ["1", "a"]
    assert type_of(value) == Type("set", STRING)
    assert type_of(convert({"a": 1}, Type("map", ANY))) == Type("map", NUMBER)
    assert type_of([1, "a"]) == Type("tuple", elements=(NUMBER, STRING))
    assert type_of(Sensitive([Unknown(reason="r", many=True)])) == HOLE
    assert kind_name(None) == "null"
    assert kind_name({}) == "object"


@pytest.mark.parametrize(
    ("types", "common"),
    [
        ([STRING, NUMBER], STRING),
        ([NUMBER, BOOL], None),
        ([], ANY),
        ([ANY, NUMBER], NUMBER),
        ([STRING, Type("list", STRING)], None),
        ([Type("list", NUMBER), Type("list", STRING)], Type("list", STRING)),
        ([Type("set", NUMBER), Type("list", NUMBER)], Type("list", NUMBER)),
        ([parsed("object({ a = number })"), Type("map", STRING)], Type("map", STRING)),
        ([parsed("object({ a = number })"), parsed("object({ a = string })")], parsed("object({ a = string })")),
        ([parsed("object({ a = number })"), parsed("object({ a = list(string) })")], None),
        ([parsed("object({ a = number })"), parsed("object({ b = list(string) })")], None),
        ([parsed("tuple([number])"), parsed("tuple([list(string)])")], None),
        ([parsed("tuple([number])"), parsed("tuple([string])")], parsed("tuple([string])")),
        ([parsed("tuple([number])"), parsed("tuple([string, string])")], Type("list", STRING)),
    ],
)
def test_types_meet_where_both_can_be_had(types: list[Type], common: Type | None) -> None:
    assert unify(types) == common
    assert unify(reversed(types)) == common


def test_values_of_different_types_are_never_equal() -> None:
    assert same_type(HOLE, STRING)
    assert not same_type(ANY, STRING)
    assert not same_type(STRING, NUMBER)
    assert not same_type(Type("list", STRING), Type("list", NUMBER))
    assert same_type(object_of([("a", NUMBER)]), object_of([("a", HOLE)]))
    assert not same_type(parsed("object({ a = number })"), parsed("object({ a = any })"))
    assert not same_type(parsed("object({ a = number })"), parsed("object({ b = number })"))
    assert not same_type(parsed("tuple([number])"), parsed("tuple([string])"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e6, 1e6) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_values_go_in_and_out_unchanged(value: Any) -> None:
    assert outward(inward(value)) == value


@given(st.lists(st.sampled_from(["a", "b", "c", "1"]), max_size=6))
def test_a_set_is_ordered_and_has_nothing_twice(items: list[str]) -> None:
    made = make_set(items, STRING)
    assert made == sorted(set(items))
    assert convert(made, Type("set", STRING)) == made


def test_a_set_keeps_holes_beside_what_is_known() -> None:
    gap, other = hole("var.x"), hole("var.x")
    assert make_set(["b", gap, "a", other], STRING) == ["a", "b", gap, other]
    assert make_set([3, gap, 1], NUMBER) == [1, 3, gap]


def test_freezing_tells_apart_what_python_does_not() -> None:
    assert freeze(True) != freeze(1)
    assert freeze("1") != freeze(1)
    assert freeze(Sensitive("a")) == freeze("a")
    assert freeze({"a": [hole("x")]}) is None
    assert freeze(SetValue(["b", "a"])) == freeze(SetValue(["a", "b"]))


def test_rebuilding_keeps_the_kind() -> None:
    for value in (MapValue({"a": 1}, NUMBER), {"a": 1}, ListValue([1], NUMBER), SetValue([1], NUMBER), [1]):
        assert type(rebuild(value, str)) is type(value)
    assert unmark({"a": Sensitive([Sensitive(1)])}) == {"a": [1]}
    assert outward(Decimal("1.5")) == 1.5
