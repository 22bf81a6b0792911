from typing import Any

import pytest
from tests.policy.make import hole

from everward.policy import DefinitionError, load_definition
from everward.policy.parameters import bind_parameters
from everward.values import Unknown

RULE = {"if": {"field": "type", "equals": "a/b"}, "then": {"effect": "audit"}}


def bind(parameters: dict[str, Any], given: dict[str, Any] | None = None) -> dict[str, Any]:
    return bind_parameters(load_definition({"parameters": parameters, "policyRule": RULE}, file="p.json"), given)


def test_a_value_wins_over_the_default() -> None:
    declared = {"Mode": {"type": "String", "defaultValue": "a"}, "other": {"type": "array", "defaultValue": [1]}}
    assert bind(declared) == {"mode": "a", "other": [1]}
    assert bind(declared, {"MODE": "b", "other": {"value": []}}) == {"mode": "b", "other": []}


def test_an_object_with_a_member_called_value_is_that_member() -> None:
    assert bind({"o": {"type": "object"}}, {"o": {"value": {"a": 1}}}) == {"o": {"a": 1}}
    assert bind({"o": {"type": "object"}}, {"o": {"value": 1, "more": 2}}) == {"o": {"value": 1, "more": 2}}


def test_a_parameter_without_a_value_is_a_hole_that_names_it() -> None:
    value = bind({"Id": {"type": "string"}})["id"]
    assert isinstance(value, Unknown)
    assert value.decided_by == ("parameter Id",)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("string", "a", 1),
        ("array", [], "a"),
        ("object", {}, []),
        ("boolean", True, "true"),
        ("integer", 1, True),
        ("float", 1.5, "1.5"),
        ("dateTime", "2020-01-01", 1),
    ],
)
def test_types(kind: str, good: Any, bad: Any) -> None:
    assert bind({"p": {"type": kind}}, {"p": good}) == {"p": good}
    with pytest.raises(DefinitionError, match=f"the value of the parameter `p` is no {kind.lower()}") as caught:
        bind({"p": {"type": kind}}, {"p": bad})
    assert caught.value.origin is not None
    assert caught.value.origin.file == "p.json"


def test_allowed_values_compare_with_case() -> None:
    declared = {"p": {"type": "string", "allowedValues": ["Audit", "Deny"]}}
    assert bind(declared, {"p": "Audit"}) == {"p": "Audit"}
    with pytest.raises(DefinitionError, match="is `audit`, which is not allowed: allowed are `Audit`, `Deny`"):
        bind(declared, {"p": "audit"})


def test_each_element_of_an_array_must_be_allowed() -> None:
    declared = {"p": {"type": "array", "allowedValues": ["a", "b"]}}
    assert bind(declared, {"p": ["b", "a"]}) == {"p": ["b", "a"]}
    with pytest.raises(DefinitionError, match="is `c`"):
        bind(declared, {"p": ["a", "c"]})
    assert bind({"p": {"type": "array", "allowedValues": [["a", "c"]]}}, {"p": ["a", "c"]}) == {"p": ["a", "c"]}


def test_an_empty_list_of_allowed_values_restricts_nothing() -> None:
    assert bind({"p": {"type": "string", "allowedValues": [], "defaultValue": "x"}}) == {"p": "x"}


def test_holes_and_null_fit_every_type() -> None:
    declared = {"p": {"type": "string", "allowedValues": ["a"]}, "q": {"type": "array", "allowedValues": ["a"]}}
    x = hole()
    assert bind(declared, {"p": x, "q": [x, "a"]}) == {"p": x, "q": [x, "a"]}
    assert bind(declared, {"p": None, "q": []}) == {"p": None, "q": []}


@pytest.mark.parametrize(
    ("declared", "help"),
    [({"effect": {"type": "string"}}, "did you mean `effect`?"), ({}, "it has no parameters")],
)
def test_a_parameter_that_is_not_declared(declared: dict[str, Any], help: str) -> None:
    with pytest.raises(DefinitionError, match="the policy has no parameter `efect`") as caught:
        bind(declared, {"efect": "a"})
    assert caught.value.help == help


def test_a_bare_rule_takes_any_parameter() -> None:
    assert bind_parameters(load_definition(RULE), {"Any": 5}) == {"any": 5}
