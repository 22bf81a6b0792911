"""The format of cases, and the verdicts that they are held against."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from everward.criteria.cases import GROUP, SUBSCRIPTION, Case, make_resource, read_cases, run_case, with_holes
from everward.values import Origin, ProblemError, Unknown

HERE = Origin(source="template")
VAULT = "Microsoft.KeyVault/vaults"
DEFINITION: dict[str, Any] = {
    "mode": "All",
    "parameters": {"sku": {"type": "String", "defaultValue": "premium"}},
    "policyRule": {
        "if": {
            "allOf": [
                {"field": "type", "equals": VAULT},
                {"field": "Microsoft.KeyVault/vaults/sku.name", "notEquals": "[parameters('sku')]"},
            ]
        },
        "then": {"effect": "audit"},
    },
}


def test_cases_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("- name: one\n  expect: bad\n  resource: {type: A/b, name: c}\n", encoding="utf-8")
    assert read_cases(path) == [Case(name="one", expect="bad", resource={"type": "A/b", "name": "c"})]


@pytest.mark.parametrize(
    "text", ["- name: [", "{}", "- name: one\n", "- {name: a, expect: maybe}\n", "- {name: a, expect: bad, x: 1}\n"]
)
def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match="does not hold cases"):
        read_cases(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="does not hold cases"):
        read_cases(tmp_path / "cases.yaml")


def test_a_resource_stands_in_the_group_of_the_case_unless_it_says_otherwise() -> None:
    plain = make_resource({"type": VAULT, "name": "kv1"}, HERE)
    assert plain.id == f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
    child = make_resource({"type": f"{VAULT}/secrets", "name": "kv1/s"}, HERE)
    assert (child.id, child.name) == (f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1/secrets/s", "s")
    above = make_resource({"type": "Microsoft.Security/pricings", "name": "KeyVaults", "scope": SUBSCRIPTION}, HERE)
    assert above.id == f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/KeyVaults"
    whole = make_resource({"type": "Microsoft.Resources/subscriptions", "name": "x", "id": SUBSCRIPTION}, HERE)
    assert whole.id == SUBSCRIPTION


def test_the_body_is_what_is_left() -> None:
    made = make_resource({"type": VAULT, "name": "kv1", "location": "uksouth", "properties": {"a": 1}}, HERE)
    assert made.body == {"location": "uksouth", "properties": {"a": 1}}


@pytest.mark.parametrize(
    "written",
    [
        {"name": "kv1"},
        {"type": VAULT},
        {"type": f"{VAULT}/secrets", "name": "s"},
        {"type": VAULT, "name": "a", "id": "no id"},
    ],
)
def test_a_resource_that_is_none_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ProblemError):
        make_resource(written, HERE)


def test_holes_are_read_at_any_depth() -> None:
    value = with_holes({"a": [{"$unknown": {"reason": "no value", "decidedBy": ["var.x"], "many": True}}, 1, None]})
    assert isinstance(value, dict)
    items = value["a"]
    assert isinstance(items, list)
    assert items == [Unknown(reason="no value", decided_by=("var.x",), many=True), 1, None]


def test_every_resource_of_a_case_is_judged_and_those_beside_it_are_not() -> None:
    one, two = ({"type": VAULT, "name": name, "properties": {"sku": {"name": "standard"}}} for name in ("a", "b"))
    beside = {"type": VAULT, "name": "c", "properties": {"sku": {"name": "premium"}}}
    results = run_case(DEFINITION, Case(name="n", expect="bad", resources=(one, two), related=(beside,)))
    assert [result.passed for result in results] == [True, True]
    assert [result.resource[-1] for result in results] == ["a", "b"]


def test_a_case_sets_parameters() -> None:
    resource = {"type": VAULT, "name": "a", "properties": {"sku": {"name": "standard"}}}
    case = Case(name="n", expect="good", resource=resource, parameters={"sku": "standard"})
    assert run_case(DEFINITION, case)[0].passed


def test_another_verdict_than_the_expected_one_fails() -> None:
    resource = {"type": VAULT, "name": "a", "properties": {"sku": {"name": "standard"}}}
    results = run_case(DEFINITION, Case(name="n", expect="good", resource=resource))
    assert not results[0].passed
    assert msgspec.json.encode(results[0].outcome)
