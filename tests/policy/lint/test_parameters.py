"""Rules about declared parameters."""

from typing import Any

import pytest
from tests.policy.lint.linting import TLS, beside, definition, lint, parameter, repaired, said

CONDITION = beside({"field": TLS, "equals": "[parameters('it')]"})


def made(declared: Any) -> dict[str, Any]:
    return definition(CONDITION, parameters={"it": declared})


def test_sound_parameters_have_no_remarks() -> None:
    assert lint(made(parameter(defaultValue="a", allowedValues=["a", "b"]))) == []
    assert lint(made(parameter("Array", defaultValue=["a"], allowedValues=["a", "b"]))) == []


@pytest.mark.parametrize(
    ("written", "wanted", "default", "better"),
    [
        ("int", "Integer", "7", 7),
        ("bool", "Boolean", "true", True),
        ("list", "Array", [], []),
        ("str", "String", "a", "a"),
    ],
)
def test_types_of_other_languages_are_repaired(written: str, wanted: str, default: Any, better: Any) -> None:
    document = made(parameter(written, defaultValue=default))
    assert said(document, "parameter-type") == [f"`{written}` is no type of a parameter"]
    fixed = repaired(document)["properties"]["parameters"]["it"]
    assert (fixed["type"], fixed["defaultValue"]) == (wanted, better)


def test_a_type_whose_default_would_not_fit_is_left_to_people() -> None:
    (remark,) = [item for item in lint(made(parameter("int", defaultValue="many"))) if item.rule == "parameter-type"]
    assert not remark.fixable


@pytest.mark.parametrize(("kind", "help"), [("Sting", "did you mean `string`?"), (7, "known are string")])
def test_a_type_that_is_none_is_told(kind: Any, help: str) -> None:
    (remark,) = [item for item in lint(made(parameter(kind))) if item.rule == "parameter-type"]
    assert remark.help is not None
    assert remark.help.startswith(help)


def test_a_parameter_without_type_is_told() -> None:
    (message,) = said(made({"metadata": {"displayName": "a", "description": "b"}}), "parameter-type")
    assert message == "the parameter `it` has no type"


@pytest.mark.parametrize(
    ("declared", "message"), [([], "`parameters` is not an object"), ({"it": 1}, "the parameter `it` is not an object")]
)
def test_what_is_no_declaration_is_told(declared: Any, message: str) -> None:
    assert said(definition(parameters=declared), "parameter-type") == [message]


@pytest.mark.parametrize(
    ("kind", "default", "allowed", "better"),
    [
        ("Boolean", "True", None, True),
        ("Integer", "12", None, 12),
        ("Float", "1.5", None, 1.5),
        ("String", 7, None, "7"),
        ("String", False, None, "false"),
        ("String", "deny", ["Audit", "Deny"], "Deny"),
    ],
)
def test_a_default_that_can_only_mean_one_thing_is_repaired(kind: str, default: Any, allowed: Any, better: Any) -> None:
    more = {} if allowed is None else {"allowedValues": allowed}
    document = made(parameter(kind, defaultValue=default, **more))
    assert len(said(document, "parameter-default")) == 1
    fixed = repaired(document)["properties"]["parameters"]["it"]["defaultValue"]
    assert fixed == better
    assert type(fixed) is type(better)


@pytest.mark.parametrize(
    ("kind", "default", "allowed", "help"),
    [
        ("Boolean", "yes", None, "give a default of type boolean, or mend the type"),
        ("Integer", "many", None, "give a default of type integer, or mend the type"),
        ("Array", "a", None, "give a default of type array, or mend the type"),
        ("String", "c", ["a", "b"], "choose one of them, or add it to `allowedValues`"),
        ("String", "A", ["a", "à"], None),
    ],
)
def test_a_default_that_does_not_fit_is_told(kind: str, default: Any, allowed: Any, help: str | None) -> None:
    more = {} if allowed is None else {"allowedValues": allowed}
    (remark,) = lint(made(parameter(kind, defaultValue=default, **more)))
    assert remark.rule == "parameter-default"
    assert remark.path == "properties.parameters.it.defaultValue"
    if help is not None:
        assert (remark.help, remark.fixable) == (help, False)


def test_allowed_values_are_of_the_type_and_stand_once() -> None:
    remarks = lint(made(parameter("Integer", allowedValues=[1, "2", 1])))
    assert [(item.severity, item.path[-1:], item.message) for item in remarks] == [
        ("error", "]", "the allowed value `2` of `it` is no integer"),
        ("warning", "]", "`1` stands twice in `allowedValues` of `it`"),
    ]
    assert said(made(parameter(allowedValues="a")), "parameter-allowed") == ["`allowedValues` of `it` is not an array"]
    assert lint(made(parameter(allowedValues=None))) == []


def test_parameters_say_what_they_are() -> None:
    (remark,) = lint(made({"type": "String"}))
    assert (remark.rule, remark.severity) == ("parameter-description", "info")
    assert remark.message == "the parameter `it` has no `displayName` and no `description`"
    (remark,) = lint(made({"type": "String", "metadata": {"displayName": "It"}}))
    assert remark.message == "the parameter `it` has no `description`"
