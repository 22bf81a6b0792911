from datetime import UTC, datetime
from typing import Any

import pytest
from tests.policy.make import GROUP, estate, holds, hole, judge, policy, resource

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Resource
from everward.policy import EvaluationContext, State, compile_definition, load_definition
from everward.policy.effects import evaluate_request
from everward.values import Unknown, Value

RULES: dict[str, Any] = {
    "ipRules": [{"value": "127.0.0.1", "action": "Allow"}, {"value": "192.168.1.1", "action": "Allow"}]
}
VALUE = "properties.ipRules[*].value"


def not_(condition: Any) -> dict[str, Any]:
    return {"not": condition}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": VALUE, "equals": "127.0.0.1"}, False),
        ({"field": VALUE, "notEquals": "127.0.0.1"}, False),
        ({"field": VALUE, "notEquals": "10.0.4.1"}, True),
        (not_({"field": VALUE, "equals": "127.0.0.1"}), True),
        (not_({"field": VALUE, "notEquals": "127.0.0.1"}), True),
        (not_({"field": VALUE, "notEquals": "10.0.4.1"}), False),
        ({"field": "properties.ipRules[*].action", "equals": "allow"}, True),
        ({"field": VALUE, "in": ["127.0.0.1", "192.168.1.1"]}, True),
    ],
)
def test_a_field_of_elements_must_hold_for_all(condition: Any, expected: bool) -> None:
    assert holds(condition, resource(properties=RULES)) is expected


@pytest.mark.parametrize(
    ("properties", "condition", "expected"),
    [
        ({}, {"equals": "x"}, False),
        ({}, {"notEquals": "x"}, True),
        ({}, {"exists": False}, True),
        ({"a": None}, {"exists": True}, False),
        ({"a": []}, {"exists": True}, True),
        ({"a": []}, {"equals": "x"}, True),
        ({"a": [{}]}, {"equals": "x"}, False),
        ({"a": [{}]}, {"exists": False}, True),
    ],
)
def test_arrays_that_are_missing_or_empty(properties: Any, condition: Any, expected: bool) -> None:
    assert holds({"field": "properties.a[*].b", **condition}, resource(properties=properties)) is expected


def test_a_missing_array_can_be_taken_for_an_empty_one() -> None:
    condition = {"field": "properties.a[*].b", "equals": "x"}
    context = EvaluationContext(missing_array=False)
    assert holds(condition, resource(properties={}), context=context) is True


X = hole("var.x")


@pytest.mark.parametrize(
    ("elements", "condition", "expected"),
    [
        ([{"b": "x"}, X], {"equals": "x"}, None),
        ([{"b": "y"}, X], {"equals": "x"}, False),
        ([{"b": X}], {"exists": True}, None),
        ([{"b": hole(present=True)}], {"exists": True}, True),
        ([hole(many=True)], {"equals": "x"}, None),
        ([hole(many=True), {"b": "y"}], {"equals": "x"}, False),
        (X, {"equals": "x"}, None),
    ],
)
def test_elements_that_are_not_known(elements: Any, condition: Any, expected: bool | None) -> None:
    truth = holds({"field": "properties.a[*].b", **condition}, resource(properties={"a": elements}))
    assert isinstance(truth, Unknown) if expected is None else truth is expected


def test_many_elements_that_all_exist_decide_nothing_when_there_may_be_none() -> None:
    subject = resource(properties={"a": [hole(many=True, present=True)]})
    assert holds({"field": "properties.a[*]", "exists": True}, subject) is True
    assert isinstance(holds({"field": "properties.a[*]", "exists": False}, subject), Unknown)


BODY: dict[str, Any] = {
    "a": ["x", "y", "z"],
    "objects": [{"name": "one", "nested": [1, 2]}, {"name": "two", "nested": [3]}, {"name": "three"}],
}


def count(field: str, where: Any = None, **rest: Any) -> dict[str, Any]:
    inner = {"field": field} if where is None else {"field": field, "where": where}
    return {"count": inner, **rest}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (count("properties.a[*]", equals=3), True),
        (count("properties.a[*]", equals="3"), True),
        (count("properties.none[*]", equals=0), True),
        (count("properties.objects[*].nested[*]", equals=3), True),
        (count("properties.objects[*].name", equals=3), True),
        (count("properties.a[*]", {"field": "properties.a[*]", "equals": "y"}, equals=1), True),
        (count("properties.a[*]", {"value": "[current()]", "equals": "y"}, equals=1), True),
        (count("properties.a[*]", {"value": "[current('properties.a[*]')]", "like": "?"}, equals=3), True),
        (count("properties.objects[*]", {"field": "properties.objects[*].nested[*]", "greater": 2}, equals=1), True),
        (
            count(
                "properties.objects[*]",
                {
                    "allOf": [
                        count("properties.objects[*].nested[*]", greaterOrEquals=1),
                        {"field": "tags.env", "equals": "prod"},
                    ]
                },
                equals=2,
            ),
            True,
        ),
        (
            count(
                "properties.objects[*]", {"value": "[current('properties.objects[*].name')]", "like": "t*"}, equals=2
            ),
            True,
        ),
        (
            count(
                "properties.objects[*]",
                {"value": "[length(current('properties.objects[*].nested[*]'))]", "equals": 2},
                equals=1,
            ),
            True,
        ),
        # `field` in an expression sees the current element as an array of one.
        (
            count(
                "properties.objects[*]",
                {"value": "[first(field('properties.objects[*].name'))]", "equals": "two"},
                equals=1,
            ),
            True,
        ),
        (
            count(
                "properties.objects[*]", {"value": "[current('properties.objects[*].none')]", "equals": ""}, equals=3
            ),
            True,
        ),
        # Outside the counted array the whole resource is seen.
        (count("properties.a[*]", {"field": "properties.objects[*].name", "notEquals": "four"}, equals=3), True),
        ({"count": {"value": [1, 2, 3], "where": {"value": "[current()]", "greater": 1}}, "equals": 2}, True),
        ({"count": {"value": "[field('properties.a')]"}, "equals": 3}, True),
        ({"count": {"value": "text"}, "equals": 0}, True),
        (
            {
                "count": {
                    "value": ["one", "four"],
                    "name": "wanted",
                    "where": count(
                        "properties.objects[*]",
                        {"field": "properties.objects[*].name", "equals": "[current('WANTED')]"},
                        equals=1,
                    ),
                },
                "equals": 1,
            },
            True,
        ),
        (count("[concat('properties.', 'a[*]')]", equals=3), True),
        (count("[concat('properties.', field('tags.list'), '[*]')]", equals=3), True),
        (
            count(
                "[concat('properties.', field('tags.list'), '[*]')]",
                {"field": "properties.a[*]", "notEquals": "x"},
                equals=2,
            ),
            True,
        ),
    ],
    ids=range(22),
)
def test_counts(condition: Any, expected: bool) -> None:
    assert holds(condition, resource(properties=BODY, tags={"env": "prod", "list": "a"})) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (count("properties.a[*]", greater=0), True),
        (count("properties.a[*]", less=1), False),
        (count("properties.a[*]", equals=2), None),
        (count("properties.a[*]", {"field": "properties.a[*]", "equals": "x"}, greaterOrEquals=1), True),
        (count("properties.a[*]", {"field": "properties.a[*]", "equals": "y"}, less=2), None),
        (count("properties.open[*]", greaterOrEquals=0), True),
        ({"count": {"value": "[field('properties.open')]"}, "less": 0}, False),
        (count("[concat('properties.', field('properties.open'), '[*]')]", less=0), None),
    ],
)
def test_counts_of_what_is_not_known(condition: Any, expected: bool | None) -> None:
    subject = resource(properties={"a": ["x", hole(many=True)], "open": X})
    truth = holds(condition, subject)
    assert isinstance(truth, Unknown) if expected is None else truth is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "type", "equals": "case.test/THINGS/parts"}, True),
        ({"field": "type", "match": "case.test/things/parts"}, False),
        ({"field": "type", "match": "Case.Test/things/parts"}, True),
        ({"field": "type", "like": "case.*"}, True),
        ({"field": "name", "equals": "CHILD"}, True),
        ({"field": "fullName", "equals": "parent/child"}, True),
        ({"field": "id", "contains": "/things/parent/parts/child"}, True),
        ({"field": "location", "equals": "eastus2"}, True),
        ({"field": "location", "in": ["West Europe", "EAST US 2"]}, True),
        ({"field": "[concat('loc', 'ation')]", "notIn": ["East US 2"]}, False),
        ({"field": "[concat('loc', field('tags.tail'))]", "equals": "East US 2"}, True),
        ({"field": "[concat('properties.list', field('tags.each'))]", "equals": 1}, True),
        ({"field": "kind", "equals": "Web"}, True),
        ({"field": "identity.type", "contains": "SystemAssigned"}, True),
        ({"field": "tags", "containsKey": "ENV"}, True),
        ({"field": "tags['Env']", "equals": "prod"}, True),
        ({"field": "tags.missing", "exists": False}, True),
        ({"field": "[concat('tags[', 'env', ']')]", "equals": "prod"}, True),
        ({"field": "[concat('tags[', field('tags.name'), ']')]", "equals": "prod"}, True),
        ({"value": "[field('tags.none')]", "equals": ""}, True),
        ({"value": "[length(field('properties.none[*]'))]", "equals": 0}, True),
        ({"value": "[length(field('properties.list[*].a'))]", "equals": 0}, True),
        ({"value": "[field('fullName')]", "equals": "parent/child"}, True),
        ({"field": "tags.env", "in": ["[concat('pr', 'od')]", "x"]}, True),
        ({"field": "tags.env", "equals": "[field('tags.same')]"}, True),
        ({"allOf": []}, True),
        ({"anyOf": []}, False),
        ({"anyOf": [{"value": 1, "equals": 2}, {"value": "[subscription().subscriptionId]", "equals": "s1"}]}, True),
    ],
    ids=range(28),
)
def test_fields_and_values(condition: Any, expected: bool) -> None:
    subject = resource(
        "Case.Test/things/parts",
        "parent/child",
        {"list": [1, 1]},
        location="East US 2",
        kind="web",
        identity={"type": "SystemAssigned, UserAssigned"},
        tags={"env": "prod", "name": "env", "same": "PROD", "tail": "ation", "each": "[*]"},
    )
    assert holds(condition, subject) is expected


def test_what_is_symbolic_is_not_known() -> None:
    subject = resource(name="{var.prefix}-kv", scope="/subscriptions/s1/resourceGroups/{azurerm_resource_group.a|b}")
    truth = holds({"field": "name", "equals": "app-kv"}, subject)
    assert isinstance(truth, Unknown)
    assert truth.decided_by == ("var.prefix",)
    truth = holds({"field": "id", "equals": "/subscriptions/s1"}, subject)
    assert isinstance(truth, Unknown)
    assert truth.decided_by == ("azurerm_resource_group.a/b", "var.prefix")
    assert holds({"field": "id", "equals": "[field('id')]"}, subject) is True
    assert holds({"field": "fullName", "exists": True}, subject) is True


def test_an_id_that_is_a_hole_equals_the_id_of_the_same_resource() -> None:
    other = f"{GROUP}/providers/Case.Test/others/{{var.name}}"
    subject = resource(properties={"target": hole(present=True, reference=other), "same": hole(reference=other)})
    assert holds({"field": "properties.target", "equals": "[field('properties.same')]"}, subject) is True
    assert isinstance(holds({"field": "properties.target", "equals": f"{GROUP}/x"}, subject), Unknown)


def test_of_an_opaque_resource_only_the_identity_is_known() -> None:
    subject = resource(opaque=True, location="eastus")
    for condition in (
        {"field": "properties.a", "exists": True},
        {"field": "tags.env", "equals": "x"},
        {"field": "properties.list[*].x", "equals": "x"},
        count("properties.list[*]", greater=0),
        {"value": "[field('kind')]", "equals": "x"},
    ):
        truth = holds(condition, subject)
        assert isinstance(truth, Unknown)
        assert "no mapping" in truth.reason
    assert holds({"field": "name", "equals": "one"}, subject) is True
    assert holds({"field": "location", "equals": "eastus"}, subject) is True


def test_properties_that_are_not_known_as_a_whole() -> None:
    truth = holds({"field": "properties.a", "exists": True}, resource(properties=hole(present=True)))
    assert isinstance(truth, Unknown)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["hole", "false"], False),
        (["hole", "true"], None),
        (["hole", "error"], None),
        (["false", "error"], False),
        (["true", "error"], "error"),
        (["error", "false"], "error"),
    ],
)
def test_holes_errors_and_the_rest_in_order(parts: list[str], expected: Any) -> None:
    conditions = {
        "hole": {"field": "properties.open", "equals": 1},
        "true": {"field": "properties.a", "equals": 1},
        "false": {"field": "properties.a", "equals": 2},
        "error": {"value": "[int(field('name'))]", "equals": 1},
    }
    opposite = {"true": "false", "false": "true"}
    for key, names in (("allOf", parts), ("anyOf", [opposite.get(name, name) for name in parts])):
        made = policy({key: [conditions[name] for name in names]})
        outcome = judge(made, resource(properties={"open": X, "a": 1}))
        if expected == "error":
            assert outcome.state is State.ERROR
        elif expected is None:
            assert outcome.state is State.UNKNOWN
        else:
            assert outcome.state is (State.COMPLIANT if key == "allOf" else State.NON_COMPLIANT)


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({"value": "[substring(field('name'), 0, 9)]", "equals": "x"}, "substring"),
        ({"value": "[int('x')]", "equals": 1}, "int"),
        ({"field": "name", "equals": "[int('x')]"}, "int"),
        ({"field": "name", "less": 5}, "the text `one` and the number 5 have no order"),
        ({"field": "properties.list[*]", "less": 5}, "the text `a` and the number 5 have no order"),
        (count("properties.list[*]", less="many"), "the number 1 and the text `many` have no order"),
        ({"count": {"value": [1]}, "less": "many"}, "the number 1 and the text `many` have no order"),
        ({"field": "[int('1')]", "equals": 1}, "the name of a field is not a text"),
        ({"count": {"field": "[concat('properties')]"}, "equals": 1}, "names no elements"),
        (count("[int('x')]", equals=1), "int"),
        ({"count": {"value": "[range(0, 101)]"}, "equals": 1}, "visits 101 elements: at most 100"),
        ({"value": "[parameters('none')]", "equals": 1}, "the policy has no parameter `none`"),
        ({"value": "[field(5)]", "equals": 1}, "`field` takes one text"),
        ({"value": "[field('[')]", "equals": 1}, "`[` is no field and no alias"),
        ({"field": "[concat(field('name'), '[')]", "equals": 1}, "`one[` is no field and no alias"),
        (count("[concat(field('name'), '[')]", equals=1), "`one[` is no field and no alias"),
        (count("[concat(field('name'), 's')]", equals=1), "`ones` names no elements"),
        (count("properties.list[*]", {"value": "[current('properties.x[*]')]", "equals": 1}, equals=1), "is named"),
        ({"value": "[current()]", "equals": 1}, "no count around it"),
        (
            count(
                "[concat('properties.', 'list[*]', substring(field('name'), 0, 0))]",
                {"field": "bad[", "equals": 1},
                equals=1,
            ),
            "`bad[` is no field and no alias",
        ),
    ],
    ids=range(20),
)
def test_a_failure_is_an_error_and_says_what_failed(condition: Any, says: str) -> None:
    made = policy(condition, strict=False)
    outcome = judge(made, resource(properties={"list": ["a"]}))
    assert outcome.state is State.ERROR
    assert says in (outcome.error or "")


def nested_counts(outer: int, inner: int) -> Any:
    again = {"value": "[current('b')]", "equals": 1}
    within = {"count": {"value": f"[range(0, {inner})]", "name": "b", "where": again}, "greater": 0}
    return {"count": {"value": f"[range(0, {outer})]", "name": "a", "where": within}, "greater": 0}


def test_visits_of_nested_value_counts_multiply() -> None:
    outcome = judge(policy(nested_counts(60, 60)), resource())
    assert outcome.state is State.ERROR
    assert outcome.error == "a count over a value visits 60 elements for each of 60: at most 100 may be"
    assert holds(nested_counts(10, 10), resource()) is True
    assert judge(policy(nested_counts(10, 11)), resource()).state is State.ERROR
    # Counts beside one another do not multiply, neither do elements of fields, and what is not reached does not count.
    assert holds({"allOf": [nested_counts(10, 10), nested_counts(10, 10)]}, resource()) is True
    listed = resource(properties={"list": ["a"] * 5})
    assert holds(count("properties.list[*]", nested_counts(10, 10), equals=5), listed) is True
    assert holds(nested_counts(0, 200), resource()) is False


def test_what_policies_may_ask_of_their_context() -> None:
    context = EvaluationContext(
        now=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
        identity={"idtyp": "app"},
        assignment_id="/a",
        definition_id="/d",
        set_definition_id="/s",
        definition_reference_id="r",
    )
    for expression, value in (
        ("[utcNow()]", "2026-05-04T03:02:01.0000000Z"),
        ("[requestContext().apiVersion]", "2026-05-04"),
        ("[requestContext().identity.idtyp]", "app"),
        ("[claims().idtyp]", "app"),
        ("[policy().assignmentId]", "/a"),
        ("[policy().definitionId]", "/d"),
        ("[policy().setDefinitionId]", "/s"),
        ("[policy().definitionReferenceId]", "r"),
        ("[resourceGroup().name]", "app-rg"),
        ("[resourceGroup().location]", "westeurope"),
        ("[resourceGroup().tags.team]", "core"),
        ("[subscription().subscriptionId]", "s1"),
        ("[subscription().displayName]", "Main"),
    ):
        group = Resource(
            GROUP,
            RESOURCE_GROUP_TYPE,
            "app-rg",
            {"location": "westeurope", "tags": {"team": "core"}},
            origin=resource().origin,
        )
        subscription = Resource(
            "/subscriptions/s1", SUBSCRIPTION_TYPE, "s1", {"displayName": "Main"}, origin=resource().origin
        )
        made = policy({"value": expression, "equals": value}, context=context)
        subject = resource()
        here = estate(subject, group, subscription)
        assert made.evaluate(subject, here).state is State.NON_COMPLIANT, expression
    given = EvaluationContext(
        api_version="2020-01-01", resource_group={"name": "g"}, subscription={"subscriptionId": "z"}
    )
    condition = {
        "allOf": [
            {"value": "[requestContext().apiVersion]", "equals": "2020-01-01"},
            {"value": "[resourceGroup().name]", "equals": "g"},
            {"value": "[subscription().subscriptionId]", "equals": "z"},
        ]
    }
    assert holds(condition, resource(), context=given) is True


def test_what_was_not_read_of_the_scopes_is_not_known() -> None:
    subject = resource()
    for expression in ("[resourceGroup().location]", "[resourceGroup().tags]", "[subscription().displayName]"):
        assert isinstance(holds({"value": expression, "equals": "x"}, subject), Unknown)
    outside = resource(id="/providers/Case.Test/things/one")
    for expression in ("[resourceGroup().location]", "[subscription().displayName]"):
        assert judge(policy({"value": expression, "equals": "x"}), outside).state is State.ERROR
    group = Resource(GROUP, RESOURCE_GROUP_TYPE, "app-rg", {"location": "eu"}, origin=subject.origin)
    made = policy({"value": "[length(resourceGroup().tags)]", "equals": 0})
    assert made.evaluate(subject, estate(subject, group)).state is State.NON_COMPLIANT


def test_parameters_fold_into_the_policy() -> None:
    declared = {"names": {"type": "array"}, "open": {"type": "string"}, "field": {"type": "string"}}
    subject = resource(tags={"env": "a"})
    given = {"names": ["a", "b"], "field": "tags.env"}

    def ask(condition: Any) -> Any:
        return holds(condition, subject, parameters=declared, given=given)

    assert ask({"field": "tags.env", "in": "[parameters('NAMES')]"}) is True
    assert ask({"value": "[length(parameters('names'))]", "equals": 2}) is True
    assert ask({"field": "[parameters('field')]", "equals": "a"}) is True
    for condition in (
        {"field": "tags.env", "equals": "[parameters('open')]"},
        {"value": "[parameters('open')]", "equals": "x"},
        {"field": "[parameters('open')]", "equals": "x"},
        {"field": "[concat(parameters('open'), field('name'))]", "equals": "x"},
    ):
        truth = ask(condition)
        assert isinstance(truth, Unknown)
        assert truth.decided_by == ("parameter open",)


@pytest.mark.parametrize("kind", ["not", "allOf", "anyOf"])
def test_deep_conditions_are_judged(kind: str) -> None:
    condition: dict[str, Any] = {"field": "properties.a", "equals": 1}
    for _ in range(200):
        condition = {"not": condition} if kind == "not" else {kind: [condition]}
    assert holds(condition, resource(properties={"a": 1})) is True


def test_names_that_are_made_of_values_are_not_all_remembered() -> None:
    condition = {"field": "[concat('tags.', field('name'))]", "equals": "x"}
    made = policy(condition)
    for number in range(1100):
        subject = resource(name=f"n{number}", tags={f"n{number}": "x"})
        assert made.evaluate(subject, estate(subject)).state is State.NON_COMPLIANT


@pytest.mark.parametrize(
    ("operator", "limit", "expected"),
    [
        ("greater", 1, True),
        ("greaterOrEquals", 3, True),
        ("less", 3, False),
        ("equals", 2, False),
        ("notEquals", 2, True),
    ],
)
def test_a_count_may_stop_when_more_elements_do_not_matter(operator: str, limit: int, expected: bool) -> None:
    condition = count("properties.a[*]", {"field": "properties.a[*]", "exists": True}, **{operator: limit})
    assert holds(condition, resource(properties={"a": ["x", "y", "z"]})) is expected


@pytest.mark.parametrize("scope", ["resourceGroup()", "subscription()"])
@pytest.mark.parametrize("written", [".tags.{}", ".tags['{}']", "['tags'].{}", "['TAGS']['{}']"])
def test_a_tag_that_a_scope_lacks_is_the_empty_text(scope: str, written: str) -> None:
    tags = {"team": "core"}
    context = EvaluationContext(resource_group={"name": "g", "tags": tags}, subscription={"id": "s", "tags": tags})
    has, lacks = (f"[{scope}{written.format(name)}]" for name in ("team", "other"))
    assert holds({"value": has, "equals": "core"}, resource(), context=context) is True
    assert holds({"value": has, "notEquals": ""}, resource(), context=context) is True
    # Shipped policies that inherit tags ask this way whether there is one.
    assert holds({"value": lacks, "notEquals": ""}, resource(), context=context) is False
    for failing in (f"[{scope}.name2.x]", lacks[:-1] + ".x]", "[requestContext().nothing]"):
        assert judge(policy({"value": failing, "equals": "x"}, context=context), resource()).state is State.ERROR


def test_a_group_without_the_tag_that_is_inherited_denies_nothing() -> None:
    value = "[resourceGroup().tags[parameters('tagName')]]"
    details = {
        "roleDefinitionIds": ["x"],
        "operations": [{"operation": "add", "field": "[concat('tags[', parameters('tagName'), ']')]", "value": value}],
    }
    condition = {
        "allOf": [
            {"field": "[concat('tags[', parameters('tagName'), ']')]", "exists": False},
            {"value": value, "notEquals": ""},
        ]
    }
    document = {
        "mode": "All",
        "parameters": {"tagName": {"type": "String"}},
        "policyRule": {"if": condition, "then": {"effect": "modify", "details": details}},
    }
    subject = resource()
    wanted: list[tuple[Value, State]] = [
        ({}, State.COMPLIANT),
        ({"other": "x"}, State.COMPLIANT),
        ({"env": "p"}, State.NON_COMPLIANT),
    ]
    for tags, state in wanted:
        group = Resource(GROUP, RESOURCE_GROUP_TYPE, "app-rg", {"location": "eu", "tags": tags}, origin=subject.origin)
        made = compile_definition(load_definition(document), {"tagName": "env"})
        here = estate(subject, group)
        assert made.evaluate(subject, here).state is state
        assert evaluate_request(subject, [made], here).verdict == "allowed"
