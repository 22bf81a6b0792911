"""Answers of the real engine and of another implementation, where their material is at hand."""

import dataclasses
import gzip
import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from everward.expressions import (
    POLICY,
    TEMPLATE,
    Call,
    Dialect,
    Evaluator,
    Expression,
    ExpressionError,
    Functions,
    Literal,
    compile_expression,
    is_expression,
    parse_expression,
    print_node,
    same,
    unescape,
)
from everward.values import Value

DEVIATIONS = {
    "fn/data_uri::data_uri_hello": "the engine writes `charset=utf-8`",
    "fn/data_uri::data_uri_empty": "the engine writes `charset=utf-8`",
    "fn/data_uri::data_uri_json": "the engine writes `charset=utf-8`",
    "fn/join::join_with_booleans": "the engine writes booleans with a capital",
    "fn/ip_range_contains::ip_invalid_range": "what is no range fails the evaluation, and is not a silent no",
    "fn/ip_range_contains::ip_invalid_target": "what is no range fails the evaluation, and is not a silent no",
}
"""Cases of the other implementation whose answer is not that of Azure, with the reason."""


def cases_folder() -> Path:
    given = os.environ.get("EVERWARD_CASES")
    if not given:
        pytest.skip("EVERWARD_CASES does not name the folder of conformance cases")
    return Path(given)


def call(dialect: Dialect, name: str, arguments: list[Value]) -> Value:
    """The result of a function for arguments that are given as they are."""
    dialect = dataclasses.replace(dialect, context={"argument": (1, 1)}, excluded=frozenset())
    nodes = tuple(Call("argument", (Literal(index),)) for index in range(len(arguments)))
    host = Functions({"argument": lambda index: arguments[index]})
    return Evaluator(dialect, host).evaluate(Expression(Call(name, nodes), name))


def test_functions_give_what_the_engine_gives() -> None:
    cases = json.loads((cases_folder() / "conformance/arm/functions.json").read_bytes())
    assert len(cases) == 45
    wrong = [case["id"] for case in cases if same(call(TEMPLATE, case["fn"], case["args"]), case["want"]) is not True]
    assert wrong == []


def meets(case: dict[str, Any]) -> bool:
    expected = case["expect"]
    try:
        result = call(POLICY, case["function"], case["args"])
    except ExpressionError:
        return "value" not in expected
    if "value" in expected:
        return same(result, expected["value"]) is True
    return "undefined" in expected and result is None


def test_functions_of_policies_give_what_is_expected() -> None:
    with gzip.open(cases_folder() / "conformance/policy/functions.jsonl.gz", "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    assert len(cases) == 316
    assert {case["id"] for case in cases if not meets(case)} == set(DEVIATIONS)


def strings_in(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend((*item, *item.values()))
        elif isinstance(item, list):
            stack.extend(item)


def check(texts: Iterator[str], dialect: Dialect) -> tuple[int, list[str]]:
    """How many texts are expressions, and those of them that cannot be compiled or printed."""
    count, wrong = 0, []
    for text in filter(is_expression, texts):
        count += 1
        try:
            expression = parse_expression(text)
            compile_expression(expression, dialect)
        except ExpressionError:
            wrong.append(text)
        else:
            assert parse_expression(print_node(expression.root)).root == expression.root
    return count, wrong


def test_expressions_of_the_parser_cases_are_read() -> None:
    with gzip.open(cases_folder() / "conformance/policy/parser.jsonl.gz", "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    rules = [case["policy"] for case in cases if "::expr_" in case["id"]]
    count, wrong = check(strings_in(rules), POLICY)
    assert count >= 25
    assert wrong == []
    escaped = next(case for case in cases if case["id"].endswith("escaped_bracket_literal"))
    assert unescape(escaped["policy"]["if"]["equals"]) == "[not-an-expression]"


NO_FUNCTION_THERE = 3
"""Expressions of shipped templates that call `field`, which deployments do not have."""


def test_every_expression_of_the_built_in_definitions_is_read() -> None:
    rules: list[Any] = []
    templates: list[Any] = []
    with lzma.open(cases_folder() / "corpus/builtin-definitions.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            rule = json.loads(line)["definition"]["properties"]["policyRule"]
            details = rule["then"].get("details")
            if isinstance(details, dict) and "deployment" in details:
                # The template belongs to the deployment engine.
                templates.append(details["deployment"].get("properties", {}).pop("template", None))
            rules.append(rule)
    count, wrong = check(strings_in(rules), POLICY)
    assert count > 10_000
    assert wrong == []
    count, wrong = check(strings_in(templates), TEMPLATE)
    assert count > 7_000
    assert len(wrong) == NO_FUNCTION_THERE
    assert all("field(" in text for text in wrong)


# The templates of the engine's own evaluation tests: variables, outputs and user functions are the host's work, and
# this smallest of hosts is enough for them.

TEMPLATES = [
    "arithmetic",
    "indexof_contains",
    "lambdas",
    "spread",
    "strings",
    "udf_variables",
]


class Host:
    def __init__(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        self._template = template
        self._parameters = parameters
        self.evaluator = Evaluator(TEMPLATE, self)

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        if name == "parameters":
            value: Value = self._parameters[str(arguments[0])]
            return value
        if name == "variables":
            return self.evaluator.evaluate_tree(self._template["variables"][str(arguments[0])])
        namespace, _, member = name.partition(".")
        for functions in self._template["functions"]:
            if functions["namespace"] == namespace:
                function = functions["members"][member]
                names = [parameter["name"] for parameter in function["parameters"]]
                inner = Host(self._template, dict(zip(names, arguments, strict=True)))
                return inner.evaluator.evaluate_tree(function["output"]["value"])
        raise AssertionError(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_evaluate_as_the_engine_does(name: str) -> None:
    case = json.loads((cases_folder() / f"conformance/arm/templates/eval_{name}.json").read_bytes())
    host = Host(case["template"], case["parameters"])
    outputs = case["expected"].get("outputs", {})
    variables = case["expected"].get("variables", {})
    assert outputs or variables
    for output, expected in outputs.items():
        assert same(host.evaluator.evaluate_tree(case["template"]["outputs"][output]["value"]), expected) is True
    for variable, expected in variables.items():
        assert same(host.call("variables", [variable], 0), expected) is True


def test_items_are_sorted_as_the_engine_does() -> None:
    case = json.loads((cases_folder() / "conformance/arm/templates/eval_items_order.json").read_bytes())
    host = Host(case["template"], case["parameters"])
    for part, name in (("key", "keys"), ("value", "values")):
        text = f"[map(items(parameters('inputObj')), lambda('item', lambdaVariables('item').{part}))]"
        assert host.evaluator.evaluate_text(text) == case["expected"]["outputs"][name]


def test_a_bracket_that_does_not_end_the_string_opens_no_expression() -> None:
    case = json.loads((cases_folder() / "conformance/arm/templates/scenario_json_newlines.json").read_bytes())
    host = Host(case["template"], {})
    assert host.call("variables", ["a"], 0) == host.call("variables", ["b"], 0) == ["one", "two", "three"]
