"""Values are held against the types that templates ask for: what fits passes, and a fault says where it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.expressions import OpenObject
from everward.sources.template.definitions import Definitions
from everward.sources.template.validation import find_fault
from everward.values import Unknown

HOLE = Unknown(reason="nobody knows")
PETS: dict[str, Any] = {
    "pet": {
        "type": "object",
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": {"$ref": "#/definitions/cat"}, "dog": {"type": "object", "properties": {"kind": {}}}},
        },
    },
    "cat": {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "allowedValues": ["cat"]},
            "lives": {"type": "int", "minValue": 1, "maxValue": 9},
            "friend": {"$ref": "#/definitions/pet", "nullable": True},
        },
        "additionalProperties": False,
    },
}


def fault(value: Any, declared: dict[str, Any]) -> str | None:
    """What is wrong, with its place, or None."""
    definitions = Definitions({"definitions": PETS})
    found = find_fault(value, definitions.resolve(declared), definitions)
    return None if found is None else found.of("v")


STRING, INT = {"type": "string"}, {"type": "int"}
OBJECT = {"type": "object", "properties": {"a": STRING, "b": {**INT, "nullable": True}}}
PET = {"$ref": "#/definitions/pet"}
CAT = {"kind": "cat", "lives": 9}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (STRING, "x"),
        (STRING, HOLE),
        (INT, 3),
        ({"type": "bool"}, False),
        ({"type": "x"}, [1]),
        ({}, None),
        ({**STRING, "nullable": True}, None),
        (OBJECT, {"a": "x"}),
        (OBJECT, {"A": "x", "b": None, "more": 1}),
        (OBJECT, OpenObject({"a": 1}, HOLE)),
        ({**OBJECT, "additionalProperties": INT}, {"a": "x", "c": 1}),
        ({"type": "array", "items": INT}, [1, HOLE]),
        ({"type": "array", "items": INT}, [Unknown(reason="some", many=True), "x"]),
        ({"type": "array", "prefixItems": [STRING, INT], "items": False}, ["x", 1]),
        ({"type": "array", "allowedValues": ["a", "b"]}, ["B"]),
        ({"type": "array", "allowedValues": [["a"], ["b"]]}, ["a"]),
        (PET, CAT),
        (PET, {**CAT, "friend": {**CAT, "friend": {"kind": "dog"}}}),
        (PET, {"kind": HOLE}),
        ({**STRING, "minLength": 1, "maxLength": 2}, "ab"),
        ({"type": "array", "maxLength": 1}, [Unknown(reason="some", many=True)] * 2),
    ],
)
def test_what_fits_passes(declared: dict[str, Any], value: Any) -> None:
    assert fault(value, declared) is None


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        (STRING, 1, "`v` must be a string, not 1"),
        (STRING, None, "`v` must be a string, not null"),
        (INT, True, "`v` must be an integer, not True"),
        ({"type": "securestring"}, 7, "`v` must be a securestring, not that"),
        (OBJECT, {}, "`v` lacks the property `a`"),
        (OBJECT, {"a": 1}, "`v` at `a` must be a string, not 1"),
        (OBJECT, {"a": None}, "`v` at `a` must be a string, not null"),
        (
            {**OBJECT, "additionalProperties": False},
            {"a": "x", "c": 1},
            "`v` has a property `c`, which its type does not have; it has `a`, `b`",
        ),
        (
            {"type": "object", "additionalProperties": False},
            {"c": 1},
            "`v` has a property `c`, which its type does not have; it has none",
        ),
        (
            {"type": "object", "properties": 1.5, "additionalProperties": False},
            {"c": 1},
            "`v` has a property `c`, which its type does not have; it has none",
        ),
        ({**OBJECT, "additionalProperties": INT}, {"a": "x", "c": "y"}, "`v` at `c` must be an integer, not `y`"),
        (
            {"type": "array", "items": {"type": "array", "items": INT}},
            [[1], [2, "x"]],
            "`v` at `[1][1]` must be an integer, not `x`",
        ),
        (
            {"type": "array", "prefixItems": [STRING], "items": False},
            ["x", 1],
            "`v` has 2 elements, more than the 1 of its type",
        ),
        ({"type": "array", "prefixItems": [STRING]}, [1], "`v` at `[0]` must be a string, not 1"),
        (PET, {"kind": "cow"}, "`v` at `kind` is `cow`, not one of `cat`, `dog`"),
        (PET, {"lives": 1}, "`v` lacks the property `kind`, which tells what it is"),
        (PET, {"kind": "Cat", "lives": 1}, "`v` at `kind` is `Cat`, not one of `cat`, `dog`"),
        (PET, {**CAT, "lives": 10}, "`v` at `lives` is above the maximum of 9"),
        (PET, {**CAT, "friend": {**CAT, "lives": 0}}, "`v` at `friend.lives` is below the minimum of 1"),
        (PET, {**CAT, "friend": {**CAT, "x": 1}}, None),
        ({**STRING, "allowedValues": ["a"]}, "b", "`v` `b` is not allowed; allowed are `a`"),
        ({"type": "array", "maxLength": 1}, [1, 2], "`v` has a length that is above the maximum of 1"),
    ],
)
def test_a_fault_says_what_and_where(declared: dict[str, Any], value: Any, said: str | None) -> None:
    found = fault(value, declared)
    assert found is not None
    assert said is None or found == said


def test_types_that_refer_to_each_other_in_a_circle_say_nothing() -> None:
    definitions = Definitions({"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}})
    assert find_fault(1, definitions.resolve({"$ref": "#/definitions/a"}), definitions) is None


def test_a_type_is_resolved_once() -> None:
    definitions = Definitions({"definitions": PETS})
    raw = {"$ref": "#/definitions/cat"}
    assert definitions.resolve(raw) is definitions.resolve(raw)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 11) | st.sampled_from(["cat", "dog", "x"]) | st.just(HOLE),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "lives", "friend", "a"]), below, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_hole_instead_of_a_part_never_makes_a_fault(value: Any) -> None:
    """What is known less can be wrong in fewer ways."""
    if fault(value, PET) is None and isinstance(value, dict):
        for key in value:
            if isinstance(value[key], (str, int)):
                assert fault({**value, key: HOLE}, PET) is None
