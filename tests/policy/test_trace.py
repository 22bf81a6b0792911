"""The record of one evaluation, and the decisions that took part in it."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.make import estate, hole, policy, resource

from everward.policy import EvaluationContext, Policy
from everward.policy.decisions import DECISIONS, decisions_in
from everward.policy.nodes import Leaf
from everward.policy.testing.coverage import leaf_text
from everward.policy.trace import Step, Trace, trace
from everward.values import Unknown

IS = {"field": "properties.a", "equals": 1}
OTHER = {"field": "properties.b", "equals": 1}


def record(condition: Any, properties: Any, *others: Any, **options: Any) -> Trace:
    subject = resource(properties=properties)
    return trace(policy(condition, **options), subject, estate(subject, *others))


def told(step: Step) -> Any:
    """A step as nested words: what it said, and its parts."""
    word: Any = (
        "error" if step.error else "-" if not step.reached else "?" if isinstance(step.truth, Unknown) else step.truth
    )
    return (word, *map(told, step.below)) if step.below else word


def root(found: Trace) -> Step:
    assert found.condition is not None
    return found.condition


def test_every_part_is_there_and_says_whether_it_was_reached() -> None:
    condition = {"anyOf": [IS, {"allOf": [OTHER, IS]}, {"not": OTHER}, {"allOf": [IS, {"not": IS}]}]}
    assert told(root(record(condition, {"a": 2, "b": 2}))) == (
        True,
        False,
        (False, False, "-"),
        (True, False),
        ("-", "-", ("-", "-")),
    )
    assert told(root(record(condition, {"a": 2, "b": hole()}))) == (
        "?",
        False,
        (False, "?", False),
        ("?", "?"),
        (False, False, ("-", "-")),
    )


def test_the_verdict_is_that_of_the_explanation() -> None:
    found = record({"allOf": [IS, OTHER]}, {"a": 1, "b": 2})
    assert found.explanation.outcome.state == "compliant"
    leaf = root(found).below[1]
    assert leaf.reason is not None
    assert (leaf.reason.path, leaf.reason.actual) == ("properties.b", 2)


def test_a_failure_is_kept_where_it_happens() -> None:
    found = record({"allOf": [IS, {"value": "[substring('a', 5)]", "equals": "x"}, OTHER]}, {"a": 1})
    assert told(root(found)) == ("error", True, "error", "-")
    assert found.explanation.outcome.state == "error"


def test_a_count_has_its_condition_once_for_each_element() -> None:
    inner = {"field": "properties.l[*].x", "equals": 1}
    condition = {"count": {"field": "properties.l[*]", "where": {"anyOf": [inner, inner]}}, "greater": 1}
    found = root(record(condition, {"l": [{"x": 1}, {"x": 2}]}))
    assert told(found) == (False, (True, True, "-"), (False, False, False))


def test_related_resources_have_trees_of_their_own() -> None:
    details = {"type": "Case.Test/others", "existenceCondition": {"allOf": [IS, OTHER]}}
    others = [resource("Case.Test/others", name, {"a": 1, "b": number}) for name, number in (("x", 2), ("y", 1))]
    made = policy({"field": "type", "equals": "Case.Test/things"}, "auditIfNotExists", details)
    subject = resource(properties={})
    here = estate(subject, *others)
    found = trace(made, subject, here)
    assert [told(step) for step in found.related] == [(False, True, False), (True, True, True)]
    assert [step.resource for step in found.related] == [other.id for other in others]
    assert len(list(found.steps())) == 7
    assert [decision.id for decision in decisions_in(found, made, here)] == ["any-related-resource"]


def test_what_is_not_evaluated_has_no_tree() -> None:
    assert record(IS, {"a": 1}, effect="disabled").condition is None
    assert list(record({"field": "type", "equals": "Other/things"}, {}).steps()) == []


def decided(condition: Any, properties: Any, effect: str = "audit", details: Any = None, **options: Any) -> list[str]:
    made: Policy = policy(condition, effect, details, **options)
    subject = resource(properties=properties)
    here = estate(subject)
    return [decision.id for decision in decisions_in(trace(made, subject, here), made, here)]


def test_decisions_are_named_where_they_take_part() -> None:
    assert decided(IS, {"a": 1}) == []
    array = {"field": "properties.l[*].x", "notEquals": 1}
    assert decided(array, {}) == ["missing-array"]
    assert decided(array, {"l": []}) == ["empty-array"]
    assert decided(array, {"l": [{"x": 2}]}) == []
    assert decided({"value": "[field('properties.q')]", "equals": ""}, {}) == ["missing-field-in-expression"]
    assert decided({"value": "[field('properties.q')]", "equals": "x"}, {"q": "x"}) == []
    assert decided({"value": "[field(concat('properties.', 'q'))]", "equals": ""}, {}) == []
    tags = EvaluationContext(resource_group={"name": "g", "tags": {"a": "x"}})
    for written in ("[resourceGroup().tags.q]", "[resourceGroup()['tags']['q']]"):
        assert decided({"value": written, "equals": ""}, {}, context=tags) == ["missing-scope-tag"]
        assert decided({"field": "kind", "equals": written}, {}, context=tags) == ["missing-scope-tag"]
    assert decided({"value": "[resourceGroup().tags.a]", "equals": "x"}, {}, context=tags) == []
    assert decided({"value": "[equals('a', 'A')]", "equals": True}, {}) == ["function-case"]
    assert decided({"value": "[equals(length('a'), 1)]", "equals": True}, {}) == []
    assert decided({"value": "[greater(2, 1)]", "equals": True}, {}) == []
    assert decided({"field": "properties.a", "less": 5}, {"a": "x"}) == ["no-order"]
    assert decided({"field": "properties.a", "less": 5}, {}) == ["absent-order"]
    assert decided({"value": "[substring('a', 5)]", "equals": "x"}, {}) == ["function-failure"]
    assert decided({"field": "properties.a", "like": "a?"}, {"a": "ab"}) == ["like-question-mark"]
    assert decided({"value": "[dateTimeAdd('2026-01-01T00:00:00Z', 'P1D')]", "exists": True}, {}) == [
        "discouraged-function"
    ]
    assert decided(IS, {"a": 1}, mode="Indexed") == ["indexed-types"]
    operations = [{"operation": "add", "field": "properties.z", "value": 1}]
    assert decided(IS, {"a": 1}, "modify", {"roleDefinitionIds": ["x"], "operations": operations}) == [
        "modifiable-alias"
    ]
    assert decided(
        {"count": {"value": ["a"], "where": {"value": "[equals(current(), 'a')]", "equals": True}}, "equals": 1}, {}
    ) == ["function-case"]
    assert decided({"field": "[concat('tags.', field('properties.q'))]", "exists": False}, {"q": "a"}) == []
    assert decided({"count": {"field": "[concat('properties.l', '[*]')]"}, "equals": 0}, {}) == []


def test_decisions_have_ids_of_their_own() -> None:
    assert len({decision.id for decision in DECISIONS}) == len(DECISIONS) == 13
    assert all(decision.reading and decision.instead for decision in DECISIONS)


LEAVES = st.builds(
    lambda name, operator, value: {"field": f"properties.{name}", operator: value},
    st.sampled_from("abc"), st.sampled_from(["equals", "notEquals", "less"]), st.integers(0, 2),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"allOf": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"anyOf": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)
VALUES = st.dictionaries(
    st.sampled_from("abc"), st.one_of(st.integers(0, 2), st.just("x"), st.builds(hole)), max_size=3
)


@given(CONDITIONS, VALUES)
@settings(max_examples=200, deadline=None)
def test_the_record_agrees_with_the_evaluation(condition: Any, properties: Any) -> None:
    made, subject = policy(condition), resource(properties=properties)
    here = estate(subject)
    found = trace(made, subject, here)
    assert found.explanation == made.explain(subject, here)
    for step in found.steps():
        assert step.reached or not any(part.reached for part in step.below)
        assert not isinstance(step.condition, Leaf) or leaf_text(step.condition)
