"""append and modify: what each operation does to each shape of body."""

from typing import Any

import pytest
from tests.policy.effects.requests import TYPE, append, modify, operation, replace, request, results, thing, told
from tests.policy.make import hole, policy, resource

from everward.policy import EvaluationContext
from everward.policy.effects import RequestContext, Result, Verdict, evaluate_request
from everward.values import Unknown

# Append.


def test_append_adds_what_is_absent() -> None:
    decision = request(thing({}), append("properties.a.b", 5))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.body == {"properties": {"a": {"b": 5}}}
    assert told(decision) == {"properties.a.b": (None, 5)}
    assert results(decision) == [Result.CHANGED]


def test_append_does_nothing_where_the_value_stands_already() -> None:
    decision = request(thing({"a": "X"}), append("properties.a", "x"))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.changes == ()
    assert decision.events == ()


def test_append_that_would_override_denies() -> None:
    decision = request(thing({"a": 1}), append("properties.a", 2))
    assert decision.verdict is Verdict.DENIED
    assert decision.body == {"properties": {"a": 1}}
    assert results(decision) == [Result.CONFLICT]
    assert decision.events[0].message == "`properties.a` has another value already"


def test_append_takes_null_for_absent() -> None:
    assert request(thing({"a": None}), append("properties.a", 2)).body == {"properties": {"a": 2}}


def test_append_of_an_array_sets_the_whole_array_only_where_there_is_none() -> None:
    rules = [{"value": "1.2.3.4"}]
    assert request(thing(), append("properties.rules", rules)).body == {"properties": {"rules": rules}}
    assert request(thing({"rules": [{"value": "5"}]}), append("properties.rules", rules)).verdict is Verdict.DENIED


def test_append_to_elements_adds_one_and_makes_the_array() -> None:
    rule = {"value": "1.2.3.4"}
    added = request(thing({"acls": {"rules": [{"value": "5"}]}}), append("properties.acls.rules[*]", rule))
    assert added.body == {"properties": {"acls": {"rules": [{"value": "5"}, rule]}}}
    assert told(added) == {"properties.acls.rules[1]": (None, rule)}
    made = request(thing({}), append("properties.acls.rules[*]", rule))
    assert made.body == {"properties": {"acls": {"rules": [rule]}}}
    blocked = request(thing({"acls": {"rules": "none"}}), append("properties.acls.rules[*]", rule))
    assert blocked.verdict is Verdict.DENIED
    assert blocked.events[0].message == "`properties.acls.rules` is a single value, not an array"


def test_append_below_elements_sets_it_in_each() -> None:
    decision = request(thing({"rules": [{}, {"a": 1}]}), append("properties.rules[*].a", 1))
    assert decision.body == {"properties": {"rules": [{"a": 1}, {"a": 1}]}}
    assert told(decision) == {"properties.rules[0].a": (None, 1)}
    assert request(thing({}), append("properties.rules[*].a", 1)).changes == ()


def test_append_of_tags() -> None:
    decision = request(thing(), append("[concat('tags[', 'cost centre', ']')]", "[concat('a', 'b')]"))
    assert decision.body["tags"] == {"cost centre": "ab"}
    assert told(decision) == {"tags['cost centre']": (None, "ab")}


def test_something_in_the_way_denies() -> None:
    decision = request(thing({"a": "text"}), append("properties.a.b", 1))
    assert decision.verdict is Verdict.DENIED
    assert decision.events[0].message == "`properties.a.b` is in the way of `properties.a.b`"


# Modify.


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("add", {}, {"a": 1}),
        ("add", {"a": 1}, {"a": 1}),
        ("addOrReplace", {}, {"a": 1}),
        ("addOrReplace", {"a": 2}, {"a": 1}),
        ("addOrReplace", {"A": 2}, {"A": 1}),
        ("addOrReplace", {"a": None}, {"a": 1}),
    ],
)
def test_modify_sets(kind: str, before: Any, after: Any) -> None:
    decision = request(thing(before), modify(operation(kind, "properties.a", 1)))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.body == {"properties": after}


def test_add_conflicts_with_another_value() -> None:
    assert request(thing({"a": 2}), modify(operation("add", "properties.a", 1))).verdict is Verdict.DENIED
    for effect in ("audit", "disabled"):
        decision = request(thing({"a": 2}), modify(operation("add", "properties.a", 1), conflict=effect))
        assert decision.verdict is Verdict.ALLOWED
        assert decision.body == {"properties": {"a": 2}}
        assert results(decision) == [Result.SKIPPED]


def test_replacing_changes_case_as_well() -> None:
    assert request(thing({"a": "prod"}), modify(replace("properties.a", "Prod"))).body == {"properties": {"a": "Prod"}}


def test_a_value_may_be_null() -> None:
    decision = request(thing({"auth": {"x": 1}}), modify(replace("properties.auth", None)))
    assert decision.body == {"properties": {"auth": None}}


def test_a_value_of_another_kind_replaces_as_well() -> None:
    assert request(thing({"a": {"b": 1}}), modify(replace("properties.a", ["x"]))).body == {"properties": {"a": ["x"]}}


def test_remove_takes_tags_away() -> None:
    decision = request(thing(tags={"Temp": "x", "b": "y"}), modify(operation("Remove", "tags['temp']")))
    assert decision.body["tags"] == {"b": "y"}
    assert told(decision) == {"tags.temp": ("x", None)}
    assert request(thing(), modify(operation("remove", "tags.temp"))).changes == ()


def test_only_tags_are_removed() -> None:
    decision = request(thing({"a": 1}), modify(operation("remove", "[concat('properties.', 'a')]")))
    assert decision.verdict is Verdict.DENIED
    assert "`properties.a` is no tag, and only tags can be removed" in decision.events[0].message


def test_operations_follow_one_another() -> None:
    decision = request(
        thing(tags={"env": "x"}),
        modify(operation("remove", "tags.env"), operation("add", "tags.env", "prod"), replace("tags.b", "1")),
    )
    assert decision.body["tags"] == {"env": "prod", "b": "1"}
    assert told(decision) == {"tags.env": ("x", "prod"), "tags.b": (None, "1")}


def test_arrays_as_a_whole() -> None:
    assert request(thing({"r": [1]}), modify(replace("properties.r", []))).body == {"properties": {"r": []}}
    assert request(thing(), modify(operation("add", "properties.r", [1]))).body == {"properties": {"r": [1]}}
    assert request(thing({"r": [2]}), modify(operation("add", "properties.r", [1]))).verdict is Verdict.DENIED


def test_elements_of_arrays() -> None:
    one = {"name": "one"}
    assert request(thing({"r": [1]}), modify(operation("add", "properties.r[*]", one))).body["properties"] == {
        "r": [1, one]
    }
    assert request(thing({"r": [1, 2]}), modify(replace("properties.r[*]", one))).body["properties"] == {"r": [one]}
    assert request(thing({}), modify(replace("properties.r[*]", one))).body["properties"] == {"r": [one]}


def test_below_elements_of_arrays() -> None:
    body = {"r": [{"p": 1}, {"q": 2}], "n": [{"r": [{}, {}]}, {"r": "x"}, {}]}
    assert request(thing(body), modify(replace("properties.r[*].p", 5))).body["properties"]["r"] == [
        {"p": 5},
        {"q": 2, "p": 5},
    ]
    assert request(thing(body), modify(replace("properties.n[*].r[*].p", 5))).body["properties"]["n"] == [
        {"r": [{"p": 5}, {"p": 5}]},
        {"r": "x"},
        {},
    ]
    assert request(thing(body), modify(operation("add", "properties.r[*].p", 5), conflict="audit")).body["properties"][
        "r"
    ] == [{"p": 1}, {"q": 2, "p": 5}]
    assert request(thing({"n": [{"r": [1]}, {}]}), modify(operation("add", "properties.n[*].r[*]", 2))).body[
        "properties"
    ] == {"n": [{"r": [1, 2]}, {"r": [2]}]}


def test_a_property_whose_parent_is_absent_is_skipped() -> None:
    for body in ({}, {"acls": None}):
        decision = request(thing(body), modify(replace("properties.acls.action", "Deny")))
        assert decision.verdict is Verdict.ALLOWED
        assert decision.body == {"properties": body}
        assert results(decision) == [Result.SKIPPED]
        assert decision.events[0].message == "what holds `properties.acls.action` is not in the request"
    assert request(thing({}), modify(operation("add", "properties.acls.rules[*]", 1))).changes == ()


def test_properties_tags_and_identity_are_made() -> None:
    bare = resource("Microsoft.Compute/virtualMachines")
    where = {"field": "type", "equals": "Microsoft.Compute/virtualMachines"}
    decision = request(
        bare,
        modify(
            replace("identity.type", "SystemAssigned"),
            replace("tags.a", "b"),
            replace("properties.c", 1),
            replace("sku.name", "P1"),
            condition=where,
        ),
    )
    assert decision.body == {"identity": {"type": "SystemAssigned"}, "tags": {"a": "b"}, "properties": {"c": 1}}
    assert results(decision) == [Result.CHANGED, Result.SKIPPED]


def test_identity_types_of_others_than_virtual_machines_make_the_policy_not_applicable() -> None:
    made = modify(replace("identity.type", "SystemAssigned"), replace("tags.a", "b"))
    assert request(thing(), made).changes == ()
    assert made.evaluate(thing(), _estate()).state == "notApplicable"
    scale_set = resource("Microsoft.Compute/virtualMachineScaleSets", identity={"type": "None"})
    anything = modify(replace("identity.type", "SystemAssigned"), condition={"allOf": []})
    assert request(scale_set, anything).body["identity"] == {"type": "SystemAssigned"}


def _estate() -> Any:
    from tests.policy.make import estate

    return estate(thing())


def test_conditions_of_operations_choose_by_the_version_of_the_request() -> None:
    made = modify(
        replace("properties.a", 1, condition="[greaterOrEquals(requestContext().apiVersion, '2021-04-01')]"),
        replace("properties.b", 1, condition="[less(requestContext().apiVersion, '2021-04-01')]"),
        replace("properties.c", 1, condition=True),
        replace("properties.d", 1, condition="false"),
    )
    for version, expected in (("2021-04-01", {"a": 1, "c": 1}), ("2020-01-01", {"b": 1, "c": 1})):
        context = RequestContext(evaluation=EvaluationContext(api_version=version))
        assert request(thing(), made, context=context).body["properties"] == expected


def test_a_condition_that_is_neither_true_nor_false_denies() -> None:
    decision = request(thing(), modify(replace("tags.a", "b", condition="[string(5)]")))
    assert decision.verdict is Verdict.DENIED
    assert results(decision) == [Result.FAILED]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("type", "`type` cannot be changed"),
        ("[string('no.such')]", "`no.such` is no field and no alias"),
        ("[createArray('a')]", "the name of a field is not a text"),
    ],
)
def test_names_that_cannot_be_changed_deny(field: str, message: str) -> None:
    decision = request(thing(), modify(replace(field, 1), raw=False))
    assert decision.verdict is Verdict.DENIED
    assert message in decision.events[0].message


def test_a_name_made_late_may_be_a_plain_path() -> None:
    made = modify(replace("[concat('properties.', 'a')]", 1), raw=False)
    assert request(thing(), made).body["properties"] == {"a": 1}
    wrong = modify(replace("[concat('properties.', '')]", 1), raw=False)
    assert request(thing(), wrong).verdict is Verdict.DENIED


def test_nothing_to_change_is_a_failure() -> None:
    decision = request(thing(), policy(TYPE, "modify"))
    assert decision.verdict is Verdict.DENIED
    assert "the details name nothing to change" in decision.events[0].message


def test_aliases_of_the_catalogue() -> None:
    account = "Microsoft.Storage/storageAccounts"
    made = modify(
        replace(f"{account}/networkAcls.defaultAction", "Deny"),
        replace(f"{account}/supportsHttpsTrafficOnly", True),
        operation("add", f"{account}/networkAcls.ipRules[*]", {"value": "1.2.3.4", "action": "Allow"}),
        condition={"field": "type", "equals": account},
        raw=False,
    )
    decision = request(resource(account, properties={"networkAcls": {"ipRules": []}}), made)
    assert decision.body["properties"] == {
        "networkAcls": {"ipRules": [{"value": "1.2.3.4", "action": "Allow"}], "defaultAction": "Deny"},
        "supportsHttpsTrafficOnly": True,
    }


# Holes.


def test_a_hole_is_replaced_by_a_certain_value() -> None:
    decision = request(thing({"a": hole("var.a")}), modify(replace("properties.a", 1)))
    assert decision.verdict is Verdict.ALLOWED
    assert decision.body == {"properties": {"a": 1}}


def test_what_lies_in_a_hole_stays_open() -> None:
    for change in (replace("properties.a.b", 1), operation("add", "properties.a.b[*]", 1), below_elements()):
        for conflict, verdict in (("deny", Verdict.UNKNOWN), ("audit", Verdict.ALLOWED)):
            decision = request(thing({"a": hole("var.a")}), modify(change, conflict=conflict))
            assert decision.verdict is verdict
            assert isinstance(decision.body["properties"]["a"], Unknown)
            assert results(decision) == [Result.UNKNOWN]
            assert decision.events[0].hole is not None
            assert decision.events[0].hole.decided_by == ("var.a",)


def below_elements() -> dict[str, Any]:
    return replace("properties.a[*].b", 1)


def test_adding_to_what_is_not_known_is_not_decided() -> None:
    decision = request(thing({"a": hole("var.a")}), append("properties.a", 1))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.hole is not None
    assert decision.hole.decided_by == ("var.a",)
    audited = request(thing({"a": hole("var.a")}), modify(operation("add", "properties.a", 1), conflict="audit"))
    assert audited.verdict is Verdict.ALLOWED
    assert isinstance(audited.body["properties"]["a"], Unknown)


def test_elements_beside_a_hole() -> None:
    decision = request(thing({"r": hole("var.r")}), modify(operation("add", "properties.r[*]", 1)))
    assert isinstance(decision.body["properties"]["r"], Unknown)
    within = request(thing({"r": [hole("var.r"), {}]}), modify(replace("properties.r[*].a", 1)))
    assert within.body["properties"]["r"][1] == {"a": 1}
    assert results(within) == [Result.UNKNOWN, Result.CHANGED]


def test_whether_it_applies_is_not_known() -> None:
    where = {"field": "properties.env", "equals": "prod"}
    made = modify(replace("properties.a", 1), operation("add", "properties.r[*]", 1), condition=where)
    decision = request(thing({"env": hole("var.env"), "r": [], "b": 2}), made)
    assert decision.verdict is Verdict.ALLOWED
    assert isinstance(decision.body["properties"]["a"], Unknown)
    (element,) = decision.body["properties"]["r"]
    assert element.many
    assert decision.body["properties"]["b"] == 2
    assert results(decision) == [Result.UNKNOWN]
    clash = request(
        thing({"env": hole("var.env"), "a": 5}), modify(operation("add", "properties.a", 1), condition=where)
    )
    assert clash.verdict is Verdict.UNKNOWN


def test_the_condition_of_an_operation_may_not_be_known() -> None:
    made = modify(replace("properties.a", 1, condition="[parameters('on')]"), parameters={"on": {"type": "boolean"}})
    decision = request(thing({"a": 2}), made)
    assert isinstance(decision.body["properties"]["a"], Unknown)
    assert decision.events[0].hole is not None
    assert decision.events[0].hole.decided_by == ("parameter on",)


def test_the_name_may_not_be_known() -> None:
    made = modify(replace("[concat('tags[', parameters('tag'), ']')]", 1), parameters={"tag": {"type": "string"}})
    decision = request(thing({"a": 2}, location="here"), made, policy({"field": "properties.a", "equals": 2}, "deny"))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.body["location"] == "here"
    assert isinstance(decision.body["tags"], Unknown)


def test_the_conflict_effect_may_not_be_known_or_be_none() -> None:
    made = policy(
        TYPE,
        "modify",
        {"conflictEffect": "[parameters('c')]", "operations": [operation("add", "properties.a", 1)]},
        parameters={"c": {"type": "string"}},
    )
    assert request(thing({"a": 2}), made).verdict is Verdict.UNKNOWN
    assert request(thing({"a": 1}), made).verdict is Verdict.ALLOWED
    wrong = policy(TYPE, "modify", {"conflictEffect": "[string(1)]", "operations": [replace("tags.a", 1)]})
    assert request(thing(), wrong).verdict is Verdict.DENIED


def test_a_request_is_left_as_it_was_sent() -> None:
    subject = thing({"a": {"b": 1}}, tags={"x": "1"})
    evaluate_request(subject, [modify(replace("properties.a.b", 2), operation("remove", "tags.x"))], _estate())
    assert subject.body == {"properties": {"a": {"b": 1}}, "tags": {"x": "1"}}
