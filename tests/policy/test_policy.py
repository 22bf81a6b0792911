from typing import Any

import pytest
from tests.policy.make import GROUP, ORIGIN, THING, estate, hole, judge, policy, resource

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Resource
from everward.policy import DefinitionError, State, compile_definition, load_definition
from everward.policy.applicability import is_indexed, is_judged
from everward.values import Unknown

FAILS = {"field": "properties.a", "equals": 1}
IS_THING = {"field": "type", "equals": THING}


@pytest.mark.parametrize(
    ("effect", "state", "spelt"),
    [
        ("Audit", State.NON_COMPLIANT, "audit"),
        ("DENY", State.NON_COMPLIANT, "deny"),
        ("append", State.NON_COMPLIANT, "append"),
        ("modify", State.NON_COMPLIANT, "modify"),
        ("auditAction", State.NON_COMPLIANT, "auditAction"),
        ("denyAction", State.PROTECTED, "denyAction"),
        ("manual", State.MANUAL, "manual"),
        ("disabled", State.COMPLIANT, "disabled"),
        ("mutate", State.UNKNOWN, "mutate"),
        ("addToNetworkGroup", State.UNKNOWN, "addToNetworkGroup"),
    ],
)
def test_what_a_condition_that_holds_means(effect: str, state: State, spelt: str) -> None:
    outcome = judge(policy(FAILS, effect), resource(properties={"a": 1}))
    assert (outcome.state, outcome.effect) == (state, spelt)
    if state is State.UNKNOWN:
        assert outcome.hole is not None
        assert f"the effect `{effect}`" in outcome.hole.reason


@pytest.mark.parametrize("effect", ["audit", "deny", "manual", "denyAction", "modify", "mutate"])
def test_what_a_condition_that_does_not_hold_means(effect: str) -> None:
    assert judge(policy(FAILS, effect), resource(properties={"a": 2})).state is State.COMPLIANT


@pytest.mark.parametrize(
    ("effect", "given", "value", "state"),
    [
        ("[parameters('effect')]", {"effect": "Deny"}, 1, State.NON_COMPLIANT),
        ("[parameters('effect')]", {"effect": "Disabled"}, 1, State.COMPLIANT),
        ("[parameters('effect')]", {}, 1, State.UNKNOWN),
        ("[parameters('effect')]", {}, 2, State.COMPLIANT),
        ("[parameters('effect')]", {"effect": "none"}, 2, State.ERROR),
        ("[if(equals(field('name'), 'one'), 'deny', 'x')]", {}, 1, State.NON_COMPLIANT),
        ("[concat(field('name'), 's')]", {}, 1, State.ERROR),
        ("[length(field('name'))]", {}, 1, State.ERROR),
    ],
)
def test_the_effect_may_be_an_expression(effect: str, given: dict[str, Any], value: int, state: State) -> None:
    made = policy(FAILS, effect, parameters={"effect": {"type": "string"}}, given=given)
    outcome = judge(made, resource(properties={"a": value}))
    assert outcome.state is state
    if state is State.ERROR:
        assert "is no effect" in (outcome.error or "")


def test_an_effect_that_is_not_decided_names_what_would_decide_it() -> None:
    outcome = judge(
        policy(FAILS, "[parameters('effect')]", parameters={"effect": {"type": "string"}}),
        resource(properties={"a": 1}),
    )
    assert outcome.hole is not None
    assert outcome.hole.decided_by == ("parameter effect",)
    assert outcome.effect == ""
    related = policy(FAILS, "[parameters('effect')]", {"type": "a/b"}, parameters={"effect": {"type": "string"}})
    assert judge(related, resource(properties={"a": 2})).state is State.NOT_APPLICABLE
    assert judge(related, resource(properties={"a": 1})).state is State.UNKNOWN


def test_a_hole_is_passed_on() -> None:
    x = hole("var.a")
    outcome = judge(policy(FAILS, "deny"), resource(properties={"a": x}))
    assert (outcome.state, outcome.effect) == (State.UNKNOWN, "deny")
    assert outcome.hole is not None
    assert outcome.hole.decided_by == ("var.a",)


OTHER = resource("Case.Test/others", properties={"a": 1})


@pytest.mark.parametrize(
    ("condition", "subject", "applies"),
    [
        # Type and others: the type counts.
        ({"allOf": [IS_THING, FAILS]}, OTHER, False),
        ({"allOf": [IS_THING, FAILS]}, resource(), True),
        ({"not": {"anyOf": [{"field": "type", "notEquals": THING}, {"field": "tags.x", "equals": 1}]}}, OTHER, False),
        (
            {"not": {"anyOf": [{"field": "type", "notEquals": THING}, {"field": "tags", "exists": True}]}},
            resource(tags={}),
            True,
        ),
        # Kind or name alone apply to all.
        ({"field": "kind", "equals": "web"}, resource(), True),
        ({"allOf": [{"field": "kind", "equals": "web"}, {"field": "name", "equals": "two"}]}, resource(), True),
        # With the type alone, kind and name do not count.
        ({"allOf": [IS_THING, {"field": "kind", "equals": "web"}]}, resource(), True),
        ({"allOf": [IS_THING, {"field": "name", "equals": "two"}]}, resource(), True),
        # With others they do.
        ({"allOf": [IS_THING, {"field": "kind", "equals": "web"}, FAILS]}, resource(), False),
        ({"allOf": [{"field": "name", "equals": "two"}, FAILS]}, resource(), False),
        ({"allOf": [{"field": "[parameters('f')]", "equals": "two"}, FAILS]}, resource(), False),
        # What is computed could match.
        ({"allOf": [IS_THING, {"value": "[field('kind')]", "equals": "x"}]}, resource(), True),
        ({"field": "[concat('t', field('tags.x'))]", "equals": "x"}, resource(tags={"x": "ype"}), True),
        ({"field": "[int('x')]", "equals": "x"}, resource(), None),
        ({"anyOf": [FAILS, {"field": "type", "equals": "[int('x')]"}]}, resource(), None),
        ({"allOf": [FAILS, {"field": "type", "equals": "[int('x')]"}]}, resource(), None),
    ],
    ids=range(16),
)
def test_applicability(condition: Any, subject: Resource, applies: bool | None) -> None:
    made = policy(condition, parameters={"f": {"type": "string", "defaultValue": "name"}})
    outcome = judge(made, subject)
    if applies is None:
        assert outcome.state is State.ERROR
    else:
        assert outcome.state is (State.COMPLIANT if applies else State.NOT_APPLICABLE)


def test_a_condition_on_location_leaves_subscriptions_alone() -> None:
    subscription = Resource("/subscriptions/s1", SUBSCRIPTION_TYPE, "s1", {"properties": {}}, ORIGIN)
    group = Resource(GROUP, RESOURCE_GROUP_TYPE, "app-rg", {"location": "eastus"}, ORIGIN)
    made = policy({"field": "location", "notIn": ["westeurope"]})
    assert judge(made, subscription).state is State.NOT_APPLICABLE
    assert judge(made, group).state is State.NON_COMPLIANT
    assert judge(policy({"field": "type", "equals": SUBSCRIPTION_TYPE}), subscription).state is State.NON_COMPLIANT


def test_an_open_name_leaves_nothing_violated() -> None:
    made = policy({"allOf": [{"field": "name", "equals": "two"}, FAILS]})
    assert judge(made, resource(name="{var.n}", properties={"a": 2})).state is State.COMPLIANT


@pytest.mark.parametrize(
    ("condition", "types"),
    [
        (IS_THING, {"case.test/things"}),
        ({"field": "type", "in": [THING, "A/b"]}, {"case.test/things", "a/b"}),
        ({"allOf": [IS_THING, FAILS]}, {"case.test/things"}),
        ({"anyOf": [IS_THING, {"field": "type", "equals": "A/b"}]}, {"case.test/things", "a/b"}),
        (
            {"allOf": [{"field": "type", "in": [THING, "A/b"]}, {"field": "type", "notEquals": "a/B"}]},
            {"case.test/things"},
        ),
        (
            {"allOf": [{"field": "type", "in": [THING, "A/b"]}, {"field": "type", "like": "case*"}]},
            {"case.test/things"},
        ),
        ({"not": {"field": "type", "notEquals": THING}}, {"case.test/things"}),
        ({"field": "type", "equals": "[parameters('t')]"}, {"case.test/default"}),
        ({"allOf": [IS_THING, {"field": "type", "equals": "A/b"}]}, set()),
        ({"anyOf": [IS_THING, FAILS]}, None),
        ({"field": "type", "like": "Case.Test/*"}, None),
        ({"field": "type", "notEquals": THING}, None),
        ({"not": IS_THING}, None),
        ({"field": "type", "equals": "[field('name')]"}, None),
        ({"field": "type", "equals": "[int('x')]"}, None),
        ({"field": "type", "in": [THING, 5]}, None),
        (FAILS, None),
        ({"count": {"field": "properties.x[*]", "where": IS_THING}, "equals": 1}, None),
    ],
    ids=range(18),
)
def test_types_that_are_known_in_advance(condition: Any, types: set[str] | None) -> None:
    made = policy(condition, parameters={"t": {"type": "string", "defaultValue": "Case.Test/Default"}})
    assert made.types == types


INDEXED = [
    (resource("Microsoft.KeyVault/vaults"), True),
    (resource("Microsoft.Network/virtualNetworks/subnets", "a/b"), False),
    (resource("Microsoft.Network/virtualNetworks/subnets", "a/b", location="eastus"), True),
    (resource("Microsoft.Web/sites/slots", "a/b"), True),
    (resource("Microsoft.Insights/diagnosticSettings", location=None), False),
    (resource("Microsoft.Authorization/roleAssignments"), False),
    (resource("Everward.Reach/exposures/paths", "a/b"), True),
    (Resource(GROUP, RESOURCE_GROUP_TYPE, "app-rg", {"location": "x", "tags": {}}, ORIGIN), False),
    (Resource("/subscriptions/s1", SUBSCRIPTION_TYPE, "s1", {}, ORIGIN), False),
]


@pytest.mark.parametrize(("subject", "indexed"), INDEXED, ids=[subject.type for subject, _ in INDEXED])
def test_mode_indexed_looks_at_types_with_tags_and_location(subject: Resource, indexed: bool) -> None:
    assert is_indexed(subject) is indexed
    named = {"allOf": [{"field": "type", "equals": subject.type}, {"field": "name", "exists": True}]}
    made = policy(named, mode="Indexed")
    assert judge(made, subject).state is (State.NON_COMPLIANT if indexed else State.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("kind", "judged"),
    [
        ("Microsoft.Resources/deployments", False),
        ("Microsoft.Resources/subscriptions", True),
        ("Microsoft.Resources/subscriptions/resourceGroups", True),
        ("Microsoft.Resources/subscriptions/locations", False),
        ("Microsoft.Billing/accounts", False),
        ("Microsoft.Help/things", False),
        ("Microsoft.Capacity/reservationOrders/reservations", False),
        ("Microsoft.Capacity/others", True),
        ("Microsoft.Web/sites", True),
    ],
)
def test_some_types_are_never_judged(kind: str, judged: bool) -> None:
    subject = Resource("/x", kind, "x", {}, ORIGIN)
    assert is_judged(subject, "All") is judged
    assert judge(policy({"value": 1, "equals": 1}), subject).state is (
        State.NON_COMPLIANT if judged else State.NOT_APPLICABLE
    )


def test_data_modes_are_judged_inside_azure() -> None:
    made = policy(IS_THING, mode="Microsoft.Kubernetes.Data", details={"constraint": "x"})
    outcome = judge(made, resource())
    assert outcome.state is State.UNKNOWN
    assert outcome.hole is not None
    assert "policies of mode `Microsoft.Kubernetes.Data`" in outcome.hole.reason
    assert judge(made, OTHER).state is State.NOT_APPLICABLE
    manual = policy({"field": "tags.a", "equals": 1}, mode="Microsoft.Kubernetes.Data")
    assert judge(manual, resource()).state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    "condition",
    [
        {"allOf": [IS_THING, {"field": "Microsoft.No/such/alias", "equals": 1}]},
        {"allOf": [IS_THING, {"count": {"field": "Microsoft.No/such/alias[*]"}, "equals": 1}]},
        {"allOf": [IS_THING, {"field": "[concat('Microsoft.No/', 'such')]", "equals": 1}]},
    ],
)
def test_a_policy_with_an_unknown_alias_applies_to_nothing(condition: Any) -> None:
    assert judge(policy(condition, raw=False, strict=False), resource()).state is State.NOT_APPLICABLE


def test_an_unknown_alias_in_the_existence_condition_counts_as_well() -> None:
    details = {"type": "A/b", "existenceCondition": {"field": "Microsoft.No/such/alias", "equals": 1}}
    made = policy(IS_THING, "auditIfNotExists", details, raw=False, strict=False)
    assert judge(made, resource()).state is State.NOT_APPLICABLE


def test_aliases_are_those_of_the_type() -> None:
    condition = {"field": "Microsoft.Compute/imagePublisher", "equals": "Canonical"}
    made = policy(condition, raw=False)
    image = {"imageReference": {"publisher": "canonical"}}
    machine = resource("Microsoft.Compute/virtualMachines", properties={"storageProfile": image})
    scale_set = resource(
        "Microsoft.Compute/virtualMachineScaleSets",
        "two",
        {"virtualMachineProfile": {"storageProfile": image}},
    )
    assert judge(made, machine, scale_set).state is State.NON_COMPLIANT
    assert judge(made, scale_set, machine).state is State.NON_COMPLIANT
    assert judge(made, resource("Microsoft.Compute/disks", "three", {"storageProfile": image})).state is State.COMPLIANT


def test_facts_are_judged_like_any_other_resource() -> None:
    made = policy(
        {
            "allOf": [
                {"field": "type", "equals": "Everward.Reach/exposures"},
                {"field": "Everward.Reach/exposures/port", "equals": 22},
                {"field": "Everward.Reach/exposures/sources[*].kind", "equals": "internet"},
            ]
        },
        raw=False,
    )
    fact = Resource(
        "/everward/exposures/1",
        "Everward.Reach/exposures",
        "1",
        {"properties": {"port": 22, "sources": [{"kind": "Internet"}]}},
        ORIGIN,
    )
    assert judge(made, fact).state is State.NON_COMPLIANT


def test_compiling_says_what_is_wrong_with_parameters() -> None:
    definition = load_definition({"policyRule": {"if": IS_THING, "then": {"effect": "audit"}}})
    with pytest.raises(DefinitionError, match="the policy has no parameter `x`"):
        compile_definition(definition, {"x": 1})


def test_the_same_policy_gives_the_same_answers() -> None:
    made = policy({"value": "[utcNow()]", "less": "3000"})
    here = estate(resource())
    assert made.evaluate(resource(), here) == made.evaluate(resource(), here)
    assert made.bound.context.now == made.bound.context.now
    assert not isinstance(made.evaluate(resource(), here).hole, Unknown)
