"""The engine and the second evaluator agree; what is definite with holes stays so however they are filled."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.oracle.comparing import Tally, compare
from tests.oracle.evaluator import verdict
from tests.oracle.making import GROUP, PARAMETERS, THING, Case, Maker
from tests.policy.make import judge, policy, resource

from everward.policy import load_definition

SEEDED = 300


def test_made_cases_agree() -> None:
    tally = Tally()
    for number in range(SEEDED):
        rng = random.Random(number)
        problem = compare(Maker(rng).case(), rng, tally)
        assert problem is None, f"case {number}: {problem}"
    # The cases are worth something only when they end in all ways.
    assert tally.comparisons > SEEDED
    assert set(tally.states) == {"compliant", "nonCompliant", "notApplicable", "error", "unknown"}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(rng=st.randoms(use_true_random=False))
def test_found_cases_agree(rng: random.Random) -> None:
    problem = compare(Maker(rng).case(), rng, Tally())
    assert problem is None, problem


def test_a_disagreement_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = {"if": {"field": "kind", "equals": "a"}, "then": {"effect": "audit"}}
    document = {"mode": "All", "parameters": PARAMETERS, "policyRule": rule}
    case = Case(document, {"open": "a"}, resource(THING, scope=GROUP, kind="a"), ())
    assert compare(case, random.Random(1), Tally()) is None
    monkeypatch.setattr("tests.oracle.comparing.verdict", lambda *_: "compliant")
    assert "by the second evaluator" in str(compare(case, random.Random(1), Tally()))


OTHER_KIND = {"allOf": [{"field": "type", "equals": THING}, {"field": "kind", "equals": "b"}]}


def test_a_disabled_policy_has_no_verdict_on_what_it_is_not_about() -> None:
    condition = {"allOf": [*OTHER_KIND["allOf"], {"field": "properties.a", "exists": True}]}
    assert judge(policy(condition, "disabled"), resource(kind="b")).state == "compliant"
    assert judge(policy(condition, "disabled"), resource(kind="a")).state == "notApplicable"


def test_what_fails_says_nothing_about_what_the_policy_is_not_about() -> None:
    failing = {"value": "[first(1)]", "equals": 1}
    made = policy({"allOf": [failing, *OTHER_KIND["allOf"]]})
    assert judge(made, resource(kind="b")).state == "error"
    assert judge(made, resource(kind="a")).state == "notApplicable"
    definition = load_definition({"if": {"allOf": [failing, OTHER_KIND]}, "then": {"effect": "audit"}}, strict=False)
    assert verdict(definition, {}, resource(kind="a")) == "notApplicable"
