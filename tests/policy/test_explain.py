from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.policy.make import GROUP, ORIGIN, THING, explain, hole, policy, resource

from everward.estate import Resource
from everward.policy import Explanation, Reason, State
from everward.policy.explain import MAX_REASONS, _telling
from everward.values import Origin, Unknown

PLACES = {
    "properties": Origin(source="terraform", file="main.tf", line=10),
    "properties.acl": Origin(source="terraform", file="main.tf", line=20),
    "properties.rules[1]": Origin(source="terraform", file="rules.tf", line=5),
}
IS_THING = {"field": "type", "equals": THING}


def subject(**options: Any) -> Resource:
    properties = {
        "acl": {"Default": "Allow"},
        "rules": [{"port": 80}, {"port": 22}, {"port": 443}],
        "open": hole("var.o"),
    }
    return resource(properties=properties, origins=PLACES, tags={"env": "prod"}, **options)


def reasons(condition: Any, *others: Resource, **options: Any) -> tuple[Reason, ...]:
    return explain(policy(condition, **options), subject(), *others).reasons


def brief(found: tuple[Reason, ...]) -> list[tuple[str, str, Any, Any]]:
    return [(reason.path, reason.operator, reason.expected, reason.actual) for reason in found]


ACL = {"field": "properties.acl.default", "equals": "allow"}
ENV = {"field": "tags.env", "equals": "test"}


def test_a_reason_has_path_operator_values_and_place() -> None:
    assert reasons({"allOf": [IS_THING, ACL]}) == (
        Reason("properties.acl.default", "equals", "allow", "Allow", PLACES["properties.acl"]),
    )


def test_the_type_is_given_when_there_is_nothing_else() -> None:
    assert brief(reasons(IS_THING)) == [("type", "equals", THING, THING)]


def test_what_is_missing_is_null() -> None:
    (reason,) = reasons({"field": "properties.none", "exists": False})
    assert (reason.actual, reason.origin) == (None, PLACES["properties"])


@pytest.mark.parametrize(
    ("condition", "state", "paths"),
    [
        (
            {"allOf": [ACL, {"field": "tags.env", "equals": "prod"}]},
            State.NON_COMPLIANT,
            ["properties.acl.default", "tags.env"],
        ),
        ({"allOf": [ACL, ENV]}, State.COMPLIANT, ["tags.env"]),
        ({"anyOf": [ENV, ACL]}, State.NON_COMPLIANT, ["properties.acl.default"]),
        ({"anyOf": [ENV, {"not": ACL}]}, State.COMPLIANT, ["tags.env", "properties.acl.default"]),
        ({"allOf": [ACL, {"field": "properties.open", "equals": 1}]}, State.UNKNOWN, ["properties.open"]),
        ({"field": "name", "exists": True}, State.NON_COMPLIANT, ["name"]),
        ({"field": "fullName", "exists": True}, State.NON_COMPLIANT, ["fullName"]),
    ],
    ids=range(7),
)
def test_the_comparisons_that_decide_are_given(condition: Any, state: State, paths: list[str]) -> None:
    found = explain(policy(condition), subject())
    assert found.outcome.state is state
    assert [reason.path for reason in found.reasons] == paths


def test_a_negation_is_told() -> None:
    assert [reason.negated for reason in reasons({"not": {"anyOf": [ENV, {"not": ACL}]}})] == [True, False]


def test_the_element_that_fails_is_named() -> None:
    (reason,) = reasons({"not": {"field": "properties.rules[*].port", "notEquals": 22}})
    assert (reason.path, reason.actual, reason.negated) == ("properties.rules[1].port", 22, True)
    assert reason.origin == PLACES["properties.rules[1]"]


def test_elements_that_all_pass_are_given_together() -> None:
    (reason,) = reasons({"field": "properties.rules[*].port", "greater": 1})
    assert (reason.path, reason.actual) == ("properties.rules[*].port", [80, 22, 443])
    (reason,) = reasons({"field": "properties.rules[*].none", "exists": False})
    assert reason.actual == [None, None, None]


def test_elements_that_are_open_are_given() -> None:
    made = policy({"field": "properties.rules[*].port", "equals": 22})
    x, more = hole("var.x"), hole("var.m", many=True)
    found = explain(made, resource(properties={"rules": [{"port": x}, more, {"port": 22}]}))
    assert [reason.path for reason in found.reasons] == ["properties.rules[0].port", "properties.rules[1].port"]
    opaque = explain(made, resource(opaque=True))
    assert [reason.path for reason in opaque.reasons] == ["properties.rules[*].port"]
    always = policy({"field": "properties.rules[*]", "exists": False})
    found = explain(always, resource(properties={"rules": [hole(many=True, present=True)]}))
    assert found.outcome.state is State.UNKNOWN
    assert [reason.path for reason in found.reasons] == ["properties.rules[0]"]


def count(**where: Any) -> dict[str, Any]:
    return {"field": "properties.rules[*]", "where": {"field": "properties.rules[*].port", **where}}


def test_a_count_gives_the_number_and_what_was_counted() -> None:
    found = reasons({"count": count(equals=22), "greater": 0})
    assert brief(found) == [
        ("properties.rules[*]", "count greater", 0, 1),
        ("properties.rules[1].port", "equals", 22, 22),
    ]
    assert found[1].origin == PLACES["properties.rules[1]"]


def test_a_count_shows_few_of_what_was_counted() -> None:
    made = policy({"count": count(greater=0), "greater": 0})
    found = explain(made, resource(properties={"rules": [{"port": port} for port in range(1, 9)]}))
    assert [reason.path for reason in found.reasons] == [
        "properties.rules[*]",
        *(f"properties.rules[{index}].port" for index in range(3)),
    ]


def test_a_count_that_is_open_shows_its_range() -> None:
    found = explain(
        policy({"count": count(equals=22), "equals": 1}),
        resource(properties={"rules": [{"port": 22}, {"port": hole("var.p")}]}),
    )
    assert isinstance(found.reasons[0].actual, Unknown)
    assert found.reasons[0].actual.text == "1 to 2"
    assert found.reasons[2].path == "properties.rules[1].port"
    found = explain(policy({"count": {"field": "properties.rules[*]"}, "equals": 1}), resource(properties=hole()))
    assert isinstance(found.reasons[0].actual, Unknown)
    assert found.reasons[0].actual.text == "0 to any number"


def test_inner_counts_name_the_outer_element() -> None:
    inner = {
        "count": {
            "field": "properties.rules[*].froms[*]",
            "where": {"field": "properties.rules[*].froms[*]", "equals": "*"},
        },
        "greater": 0,
    }
    found = explain(
        policy({"count": {"field": "properties.rules[*]", "where": inner}, "greater": 0}),
        resource(properties={"rules": [{"froms": ["a"]}, {"froms": ["b", "*"]}]}),
    )
    assert [reason.path for reason in found.reasons] == [
        "properties.rules[*]",
        "properties.rules[*].froms[*]",
        "properties.rules[1].froms[1]",
    ]


def test_values_are_given_with_the_place_of_the_field_that_they_read() -> None:
    (reason,) = reasons({"value": "[toLower(field('properties.acl.default'))]", "equals": "allow"})
    assert (reason.path, reason.actual) == ("[toLower(field('properties.acl.default'))]", "allow")
    assert reason.origin == PLACES["properties.acl"]
    (reason,) = reasons({"value": "[length(subscription().subscriptionId)]", "equals": 2})
    assert reason.origin is None
    (reason,) = reasons(
        {"value": "[concat(parameters('p'), if(true, 'a', field('bad[')))]", "equals": "ba"},
        parameters={"p": {"type": "string"}},
        given={"p": "b"},
        strict=False,
    )
    assert reason.origin is None
    found = reasons(
        {
            "count": {"value": "[field('properties.rules')]", "where": {"value": "[current().port]", "less": 100}},
            "equals": 2,
        }
    )
    assert brief(found)[0] == ("[field('properties.rules')]", "count equals", 2, 2)


def test_names_of_fields_that_are_open() -> None:
    options: dict[str, Any] = {"parameters": {"p": {"type": "string"}}}
    (reason,) = reasons({"field": "[parameters('p')]", "equals": 1}, **options)
    assert reason.path == "[parameters('p')]"
    (reason,) = reasons({"count": {"field": "[parameters('p')]"}, "equals": 1}, **options)
    assert (reason.path, reason.operator) == ("[parameters('p')]", "count equals")


def test_nothing_is_said_twice() -> None:
    assert len(reasons({"allOf": [ACL, ACL, {"anyOf": [ACL]}]})) == 1


def test_at_most_so_many_reasons_are_given() -> None:
    parts = [{"field": f"properties.p{number}", "exists": False} for number in range(40)]
    assert len(reasons({"allOf": parts})) == 24


def test_verdicts_without_reasons() -> None:
    for made in (policy({"allOf": [{"field": "type", "equals": "A/b"}, ACL]}), policy(ACL, "disabled")):
        assert explain(made, subject()).reasons == ()
    made = policy({"allOf": [{"field": "name", "equals": "two"}, ACL]})
    assert explain(made, subject()) == Explanation(explain(made, subject()).outcome)
    assert explain(made, subject()).outcome.state is State.NOT_APPLICABLE


def test_an_error_has_no_reasons_but_a_message() -> None:
    found = explain(policy({"value": "[int(field('name'))]", "equals": 1}), subject())
    assert found.outcome.state is State.ERROR
    assert found.reasons == ()


SETTING = "Microsoft.Insights/diagnosticSettings"


def setting(name: str, enabled: Any) -> Resource:
    return resource(SETTING, name, {"enabled": enabled}, id=f"{subject().id}/providers/{SETTING}/{name}")


def related(**details: Any) -> Any:
    condition = {"field": "properties.enabled", "equals": True}
    return policy(
        {"allOf": [IS_THING, ACL]}, "auditIfNotExists", {"type": SETTING, "existenceCondition": condition, **details}
    )


def test_an_absence_says_what_was_looked_for_and_where() -> None:
    found = explain(related(), subject()).reasons
    assert found[0] == Reason(
        SETTING, "exists", True, False, ORIGIN, message=f"nothing found: `{SETTING}` below {subject().id}"
    )
    assert found[1].path == "properties.acl.default"
    named = explain(related(name="logs"), subject()).reasons[0]
    assert named.message == f"nothing found: `{SETTING}` named `logs` below {subject().id}"
    elsewhere = policy(IS_THING, "auditIfNotExists", {"type": "A/b"})
    assert explain(elsewhere, subject()).reasons[0].message == "nothing found: `A/b` in resource group app-rg"
    elsewhere = policy(IS_THING, "auditIfNotExists", {"type": "A/b", "existenceScope": "subscription"})
    assert explain(elsewhere, subject()).reasons[0].message == "nothing found: `A/b` in subscription s1"


def test_what_was_found_and_will_not_do_is_named() -> None:
    found = explain(related(), subject(), *(setting(f"s{number}", False) for number in range(5))).reasons
    assert found[0].message == f"5 found, none of which meets the condition: `{SETTING}` below {subject().id}"
    assert [(reason.resource or "").rsplit("/", 1)[1] for reason in found[1:4]] == ["s0", "s1", "s2"]
    assert [reason.actual for reason in found[1:4]] == [False, False, False]
    assert found[4].resource is None


def test_what_was_found_and_will_do_is_named() -> None:
    found = explain(related(), subject(), setting("bad", False), setting("good", True))
    assert found.outcome.state is State.COMPLIANT
    assert found.reasons[0].resource == setting("good", True).id
    assert (found.reasons[0].message or "").startswith("found ")
    assert [reason.actual for reason in found.reasons[1:]] == [True, "Allow"]


def test_what_may_do_is_named() -> None:
    found = explain(related(), subject(), setting("bad", False), setting("open", hole("var.e")))
    assert found.outcome.state is State.UNKNOWN
    assert (found.reasons[0].message or "").startswith("not known whether there is ")
    assert isinstance(found.reasons[0].actual, Unknown)
    assert [(reason.resource or "").rsplit("/", 1)[-1] for reason in found.reasons[1:]] == ["open", ""]
    open_type = policy(
        IS_THING, "auditIfNotExists", {"type": "[parameters('t')]"}, parameters={"t": {"type": "string"}}
    )
    assert explain(open_type, subject()).reasons[0].message == "not known whether there is the related resource"
    open_name = policy(
        IS_THING,
        "auditIfNotExists",
        {"type": "A/b", "name": "[concat('x', parameters('t'))]"},
        parameters={"t": {"type": "string"}},
    )
    other = resource("A/b", "x", scope=GROUP)
    assert "named `" in (explain(open_name, subject(), other).reasons[0].message or "")


def test_details_that_name_no_related_resource_are_an_error() -> None:
    made = policy(IS_THING, "[concat('auditIf', 'NotExists')]", {"roleDefinitionIds": []})
    found = explain(made, subject())
    assert found.outcome.state is State.ERROR
    assert found.outcome.error == "the details name no related resource"


def test_an_explanation_can_be_written_as_json() -> None:
    found = explain(policy(ACL), subject())
    written = msgspec.json.decode(msgspec.json.encode(found))
    assert written["outcome"] == {"state": "nonCompliant", "effect": "audit"}
    assert written["reasons"][0]["path"] == "properties.acl.default"
    assert written["reasons"][0]["origin"]["line"] == 20


def test_no_more_reasons_are_looked_at_than_are_kept() -> None:
    seen: list[Reason] = []

    class Counted(list[Reason]):
        def __iter__(self) -> Iterator[Reason]:
            for reason in list.__iter__(self):
                seen.append(reason)
                yield reason

    many = Counted(Reason(f"tags.k{index}", "notEquals", "v", None) for index in range(2000))
    assert _telling(many) == tuple(many[:MAX_REASONS])
    assert len(seen) == MAX_REASONS
