"""How single values change."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.terraform.mapping.make import GROUP, hole

from everward.sources.terraform.mapping.table import Rule
from everward.sources.terraform.mapping.values import coerce, epoch, flagged, formatted, keyed, number_text, transform
from everward.values import Unknown, Value

UNKNOWN = hole("{var.x}", present=True, reference=f"{GROUP}/providers/A.B/c/d")


@pytest.mark.parametrize(
    ("value", "kind", "result"),
    [
        (1, "string", "1"),
        (1.5, "string", "1.5"),
        (2.0, "string", "2"),
        (True, "string", "true"),
        (False, "string", "false"),
        ("7", "int", 7),
        ("7.5", "float", 7.5),
        (8.0, "int", 8),
        ("seven", "int", "seven"),
        ("true", "bool", True),
        ("maybe", "bool", "maybe"),
        (True, "bool", True),
        ([1, "2"], "list(string)", ["1", "2"]),
        (["b", "a", "b"], "set(string)", ["a", "b"]),
        ([3, 1, 3], "set(int)", [3, 1]),
        ("x", "list(string)", "x"),
        ({"a": 1, "b": None}, "map(string)", {"a": "1"}),
        ([{"a": 1}], "list:block", [{"a": 1}]),
        ([["a"]], "list(list)", [["a"]]),
        (UNKNOWN, "string", UNKNOWN),
        ([UNKNOWN, "a"], "set(string)", ["a", UNKNOWN]),
    ],
)
def test_coercion(value: Any, kind: str, result: Any) -> None:
    assert coerce(value, kind) == result


@given(st.integers())
def test_whole_numbers_lose_nothing_as_text(number: int) -> None:
    assert int(number_text(number)) == number


def test_numbers_beyond_reason_stay_text() -> None:
    assert number_text(float("inf")) == "inf"
    assert coerce("9" * 400, "int") == float("inf")


@pytest.mark.parametrize(
    ("rule", "value", "result"),
    [
        ({}, "x", "x"),
        ({"negate": True}, True, False),
        ({"values": {"true": "On", "false": "Off"}}, False, "Off"),
        ({"values": {"1": "one"}}, 1, "one"),
        ({"values": {"a": "b"}}, "c", "c"),
        ({"values": {"a": "b"}}, ["a", "c", UNKNOWN], ["b", "c", UNKNOWN]),
        ({"omit": [False]}, False, None),
        ({"omit": [0]}, False, False),
        ({"omit": [""]}, "", None),
        ({"split": ","}, "a, b,,c", ["a", "b", "c"]),
        ({"join": ", "}, ["a", 1, True], "a, 1, true"),
        ({"match": "/keys/([^/]+)"}, "https://v/keys/k/1", "k"),
        ({"match": "/keys/([^/]+)"}, "none", None),
        ({"json": True}, '{"a": [1]}', {"a": [1]}),
        ({"epoch": True}, "2030-01-01T00:00:00Z", 1893456000),
        ({"region": True}, "West Europe", "westeurope"),
        ({"times": 1024}, 2, 2048),
        ({"last": True}, "/policies/a/1", "1"),
        ({"last": True}, "1", "1"),
        ({"first": True}, ["a", "b"], "a"),
        ({"first": True}, [], None),
        ({"keys": True}, [f"{GROUP}/providers/A.B/c/d", "plain"], {f"{GROUP}/providers/A.B/c/d": {}, "plain": {}}),
        ({"each": {"v": "$", "k": [{"w": "$"}]}}, ["a"], [{"v": "a", "k": [{"w": "a"}]}]),
        ({"each": "$"}, "a", ["a"]),
        ({"each": {"n": {"$match": "/([^/]+)$"}}}, ["a/b", "c"], [{"n": "b"}, {"n": None}]),
        ({"each": {"n": {"$match": "/([^/]+)$"}}}, [1], [{"n": None}]),
        ({"each": {"n": {"$match": "^(.+)-", "$number": True}}}, ["200-204"], [{"n": 200}]),
        ({"each": {"f": 1, "e": "$"}, "whole": {"anyOf": "$"}}, ["a"], [{"anyOf": [{"f": 1, "e": "a"}]}]),
        ({"whole": {"equals": "$"}}, "a", [{"equals": "a"}]),
        ({"pairs": ["k", "v"]}, {"a": "1"}, [{"k": "a", "v": "1"}]),
    ],
)
def test_transforms(rule: dict[str, Any], value: Any, result: Any) -> None:
    assert transform(Rule(attr=["x"], **rule), value) == result


@pytest.mark.parametrize("rule", [{"json": True}, {"epoch": True}])
def test_text_that_is_not_what_it_should_be(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        transform(Rule(attr=["x"], **rule), "{not")


def test_json_beyond_reason() -> None:
    with pytest.raises(ValueError):
        transform(Rule(attr=["x"], json=True), "[" * 100_000)


def test_times_without_zone_are_utc() -> None:
    assert epoch("1970-01-02T00:00:00") == 86_400


@pytest.mark.parametrize(
    "rule",
    [
        {"values": {"true": "On"}},
        {"negate": True},
        {"split": ","},
        {"json": True},
        {"match": "(x)"},
        {"epoch": True},
        {"times": 2},
        {"keys": True},
        {"each": {"id": "$"}},
        {"whole": {"id": "$"}},
    ],
)
def test_hole_that_changes_is_no_longer_the_id(rule: dict[str, Any]) -> None:
    result = transform(Rule(attr=["x"], **rule), UNKNOWN)
    assert isinstance(result, Unknown)
    assert (result.reference, result.text, result.present) == (None, None, True)
    assert result.decided_by == UNKNOWN.decided_by


@pytest.mark.parametrize("text", ["{x}", "/policies/{x}", None])
def test_the_last_part_of_a_hole_is_of_the_same_object(text: str | None) -> None:
    hole = msgspec.structs.replace(UNKNOWN, text=text)
    result = transform(Rule(attr=["x"], last=True), hole)
    assert isinstance(result, Unknown)
    assert result == msgspec.structs.replace(hole, text=text and "{x}")


def test_hole_keeps_what_the_rule_does_not_touch() -> None:
    assert transform(Rule(attr=["x"]), UNKNOWN) == UNKNOWN
    omitted = transform(Rule(attr=["x"], omit=[False]), UNKNOWN)
    assert isinstance(omitted, Unknown)
    assert not omitted.present
    assert omitted.reference == UNKNOWN.reference


def test_holes_inside_lists() -> None:
    many = msgspec.structs.replace(UNKNOWN, many=True)
    assert transform(Rule(attr=["x"], each={"id": "$"}), [UNKNOWN, many]) == [{"id": UNKNOWN}, many]
    parts = transform(Rule(attr=["x"], each={"$match": "(.)"}), [UNKNOWN])
    assert isinstance(parts, list)
    (part,) = parts
    assert isinstance(part, Unknown)
    assert (part.text, part.reference, part.present) == (None, None, True)
    joined = transform(Rule(attr=["x"], join=","), ["a", hole(by="var.y")])
    assert isinstance(joined, Unknown)
    assert joined.decided_by == ("var.y",)


def test_ids_as_keys() -> None:
    assert keyed([UNKNOWN]) == {UNKNOWN.reference: {}}
    open_key = keyed(["a", hole(by="var.id")])
    assert isinstance(open_key, Unknown)
    assert open_key.decided_by == ("var.id",)


def test_formats_of_several_attributes() -> None:
    values: dict[str, Any] = {"a": "x", "b": 2, "c": None, "h": hole("{var.h}!"), "g": hole(by="var.g")}
    assert formatted("{a}_{b}", values.get) == "x_2"
    assert formatted("{a}_{c}", values.get) is None
    partly = formatted("{a}-{h}-{g}", values.get)
    assert isinstance(partly, Unknown)
    assert partly.text == "x-{var.h}!-{var.g}"
    assert partly.present


def test_flags() -> None:
    names = {"listen": "Listen", "send": "Send"}
    given_values: list[dict[str, Any]] = [{"listen": True, "send": False}, {"listen": "true"}]
    for values in given_values:
        assert flagged(names, values.get) == ["Listen"]
    partly: dict[str, Any] = {"listen": hole(), "send": True}
    assert isinstance(flagged(names, partly.get), Unknown)


def test_text_that_begins_with_an_id_refers_to_what_the_id_is_of() -> None:
    group = "/subscriptions/s/resourceGroups/{var.g}"
    values: dict[str, Value] = {
        "of": hole("rg", reference=group, present=True),
        "a": "x",
        "plain": "p",
        "id": "/subscriptions/s",
    }
    made = formatted("{of}/parts/{a}", values.__getitem__)
    assert isinstance(made, Unknown)
    assert made.reference == made.text == f"{group}/parts/x"
    inner = formatted("{plain}/{of}", values.__getitem__)
    assert isinstance(inner, Unknown)
    assert (inner.reference, inner.text) == (None, "p/rg")
    known = formatted("{id}/parts/{x}", {**values, "x": hole("{var.x}")}.__getitem__)
    assert isinstance(known, Unknown)
    assert known.reference == "/subscriptions/s/parts/{var.x}"


def test_a_number_inside_text() -> None:
    assert transform(Rule(attr=["a"], match="_([0-9]+)$", number=True), "Developer_2") == 2
    assert transform(Rule(attr=["a"], match="_([0-9]+)$", number=True), "Consumption") is None
    assert transform(Rule(attr=["a"], times=0.0009765625), 32768) == 32
