from typing import Any

import pytest
from tests.policy.make import GROUP, ORIGIN, THING, agree, estate, hole, judge, policy, resource

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Estate, Resource, Unresolved
from everward.policy import Outcome, Policy, State
from everward.values import Unknown

IS_THING = {"field": "type", "equals": THING}
SETTING = "Microsoft.Insights/diagnosticSettings"
SUBSCRIPTION = "/subscriptions/s1"


def related(details: dict[str, Any], condition: Any = IS_THING, **options: Any) -> Policy:
    return policy(condition, "auditIfNotExists", details, **options)


def setting(on: str, name: str = "logs", enabled: Any = True, **options: Any) -> Resource:
    return resource(SETTING, name, {"enabled": enabled}, id=f"{on}/providers/{SETTING}/{name}", **options)


ENABLED = {"field": "properties.enabled", "equals": True}
LOGS = related({"type": SETTING, "existenceCondition": ENABLED})


@pytest.mark.parametrize(
    ("others", "state"),
    [
        ([], State.NON_COMPLIANT),
        ([setting(resource().id)], State.COMPLIANT),
        ([setting(resource().id, enabled=False)], State.NON_COMPLIANT),
        ([setting(resource().id, enabled=False), setting(resource().id, "more")], State.COMPLIANT),
        ([setting(resource().id, enabled=hole())], State.UNKNOWN),
        ([setting(resource().id, enabled=hole()), setting(resource().id, "more")], State.COMPLIANT),
        ([resource(SETTING, "logs", id=f"{resource().id}/providers/{SETTING}/logs", opaque=True)], State.UNKNOWN),
        # What protects another resource says nothing about this one.
        ([setting(resource(name="two").id)], State.NON_COMPLIANT),
        ([setting(f"{resource().id}/parts/x")], State.NON_COMPLIANT),
    ],
    ids=range(9),
)
def test_any_extension_of_the_resource_that_meets_the_condition_will_do(others: list[Resource], state: State) -> None:
    outcome = judge(LOGS, resource(), resource(name="two"), *others)
    assert (outcome.state, outcome.effect) == (state, "auditIfNotExists")


def test_when_the_condition_does_not_hold_nothing_is_looked_for() -> None:
    made = related({"type": "[int('x')]"}, {"field": "tags.a", "exists": True})
    assert judge(made, resource()).state is State.NOT_APPLICABLE
    assert judge(made, resource(tags={"a": hole()})).state is State.UNKNOWN


def test_deploy_if_not_exists_and_a_condition_that_is_empty() -> None:
    made = policy(IS_THING, "deployIfNotExists", {"type": SETTING, "existenceCondition": {}})
    assert judge(made, resource()).state is State.NON_COMPLIANT
    assert judge(made, resource(), setting(resource().id, enabled=False)).state is State.COMPLIANT


def child(name: str, **properties: Any) -> Resource:
    return resource(f"{THING}/parts", f"one/{name}", properties)


@pytest.mark.parametrize(
    ("details", "others", "state"),
    [
        ({"type": f"{THING}/parts"}, [child("a")], State.COMPLIANT),
        ({"type": f"{THING}/parts", "name": "A"}, [child("a")], State.COMPLIANT),
        ({"type": f"{THING}/parts", "name": "b"}, [child("a")], State.NON_COMPLIANT),
        ({"type": f"{THING}/parts", "name": "one/a"}, [child("a")], State.COMPLIANT),
        ({"type": f"{THING}/parts", "name": "two/a"}, [child("a")], State.NON_COMPLIANT),
        ({"type": f"{THING}/parts", "name": "one/?"}, [child("a")], State.COMPLIANT),
        ({"type": f"{THING}/parts", "name": "x/one/a"}, [child("a")], State.NON_COMPLIANT),
        ({"type": f"{THING}/parts", "name": "[concat(field('name'), '/a')]"}, [child("a")], State.COMPLIANT),
        ({"type": f"{THING}/parts", "resourceGroupName": "elsewhere"}, [child("a")], State.COMPLIANT),
        ({"type": f"{THING}/parts/bits"}, [resource(f"{THING}/parts/bits", "one/a/b")], State.COMPLIANT),
        ({"type": f"{THING}/parts/bits"}, [resource(f"{THING}/parts/bits", "two/a/b")], State.NON_COMPLIANT),
        ({"type": f"{THING}/parts", "name": "{var.n}"}, [child("{var.n}")], State.COMPLIANT),
        ({"type": f"{THING}/parts", "name": "a"}, [child("{var.n}")], State.UNKNOWN),
        ({"type": f"{THING}/parts", "name": "[parameters('open')]"}, [child("a")], State.UNKNOWN),
        ({"type": f"{THING}/parts", "name": "[parameters('open')]"}, [], State.NON_COMPLIANT),
        ({"type": "[parameters('open')]"}, [child("a")], State.UNKNOWN),
        ({"type": "[length(field('name'))]"}, [], State.ERROR),
        ({"type": f"{THING}/parts", "kind": "web"}, [child("a")], State.NON_COMPLIANT),
    ],
    ids=range(18),
)
def test_children_and_their_names(details: Any, others: list[Resource], state: State) -> None:
    made = related(details, parameters={"open": {"type": "string"}})
    assert judge(made, resource(), *others).state is state


def test_a_kind_can_be_asked_for() -> None:
    made = related({"type": f"{THING}/parts", "kind": "web"})
    assert judge(made, resource(), resource(f"{THING}/parts", "one/a", kind="WEB")).state is State.COMPLIANT


def test_the_name_of_a_symbolic_resource_is_that_of_itself() -> None:
    made = related({"type": THING, "name": "[field('name')]", "existenceCondition": ENABLED})
    assert judge(made, resource(name="{var.n}", properties={"enabled": True})).state is State.COMPLIANT
    assert judge(made, resource(name="{var.n}", properties={"enabled": False})).state is State.NON_COMPLIANT


LOG = "Microsoft.Network/networkWatchers/flowLogs"


def log(group: str = "app-rg", subscription: str = "s1", **properties: Any) -> Resource:
    return resource(LOG, "w/f", properties, scope=f"/subscriptions/{subscription}/resourceGroups/{group}")


@pytest.mark.parametrize(
    ("details", "others", "state"),
    [
        ({}, [log()], State.COMPLIANT),
        ({}, [log("other-rg")], State.NON_COMPLIANT),
        ({"resourceGroupName": "Other-RG"}, [log("other-rg")], State.COMPLIANT),
        ({"resourceGroupName": "[concat('other', '-rg')]"}, [log()], State.NON_COMPLIANT),
        ({"resourceGroupName": "[parameters('open')]"}, [log()], State.UNKNOWN),
        ({"resourceGroupName": ""}, [log()], State.COMPLIANT),
        ({"existenceScope": "Subscription"}, [log("other-rg")], State.COMPLIANT),
        ({"existenceScope": "[concat('sub', 'scription')]"}, [log("other-rg")], State.COMPLIANT),
        ({"existenceScope": "[parameters('open')]"}, [log()], State.UNKNOWN),
        ({"existenceScope": "subscription"}, [log(subscription="s2")], State.NON_COMPLIANT),
        ({"existenceScope": "resourceGroup"}, [log("other-rg")], State.NON_COMPLIANT),
    ],
    ids=range(11),
)
def test_where_is_looked_for_resources_of_other_types(details: Any, others: list[Resource], state: State) -> None:
    made = related({"type": LOG, **details}, parameters={"open": {"type": "string"}})
    assert judge(made, resource(), *others).state is state


def test_field_calls_read_the_judged_resource_and_field_conditions_the_related_one() -> None:
    condition = {
        "allOf": [
            {"field": "properties.target", "equals": "[field('id')]"},
            {"field": "name", "equals": "f"},
            {
                "count": {
                    "field": "properties.tags[*]",
                    "where": {"value": "[current()]", "equals": "[field('name')]"},
                },
                "equals": 1,
            },
        ]
    }
    made = related({"type": LOG, "existenceCondition": condition})
    assert judge(made, resource(), log(target=resource().id.upper(), tags=["x", "one"])).state is State.COMPLIANT
    assert judge(made, resource(), log(target=resource(name="two").id, tags=["one"])).state is State.NON_COMPLIANT


def group(name: str = "app-rg", **body: Any) -> Resource:
    return Resource(f"{SUBSCRIPTION}/resourceGroups/{name}", RESOURCE_GROUP_TYPE, name, body, ORIGIN)


LOCK = "Microsoft.Authorization/locks"


def test_groups_and_subscriptions_are_resources() -> None:
    lock = resource(LOCK, "keep", {}, scope=GROUP)
    inner = resource(LOCK, "keep", {}, scope=resource().id)
    made = related({"type": LOCK}, {"field": "type", "equals": RESOURCE_GROUP_TYPE})
    assert judge(made, group(), lock).state is State.COMPLIANT
    assert judge(made, group(), inner, resource()).state is State.NON_COMPLIANT
    plan = resource("Microsoft.Security/pricings", "vms", {"tier": "Standard"}, scope=SUBSCRIPTION)
    made = related(
        {
            "type": "Microsoft.Security/pricings",
            "name": "VMs",
            "existenceScope": "subscription",
            "existenceCondition": {"field": "properties.tier", "equals": "Standard"},
        },
        {"field": "type", "equals": SUBSCRIPTION_TYPE},
    )
    subscription = Resource(SUBSCRIPTION, SUBSCRIPTION_TYPE, "s1", {"properties": {}}, ORIGIN)
    assert judge(made, subscription, plan).state is State.COMPLIANT
    assert judge(made, subscription).state is State.NON_COMPLIANT
    default = related({"type": "Microsoft.Security/pricings"}, {"field": "type", "equals": SUBSCRIPTION_TYPE})
    assert judge(default, subscription, plan).state is State.COMPLIANT


def test_facts_are_looked_for_in_the_whole_estate() -> None:
    fact = Resource("/everward/exposures/1", "Everward.Reach/exposures", "1", {"properties": {"target": "x"}}, ORIGIN)
    made = related({"type": "Everward.Reach/exposures"})
    assert judge(made, resource(), fact).state is State.COMPLIANT
    assert judge(made, resource(id="/providers/Case.Test/things/one"), fact).state is State.COMPLIANT
    assert judge(made, resource()).state is State.NON_COMPLIANT


class TestWhetherItIsThere:
    def verdict(self, primary: Resource, other: Resource) -> Outcome:
        return judge(LOGS, primary, other)

    def test_a_related_resource_that_may_not_exist_decides_nothing(self) -> None:
        outcome = self.verdict(resource(), setting(resource().id, condition=hole("var.logs")))
        assert outcome.state is State.UNKNOWN
        assert outcome.hole is not None
        assert outcome.hole.decided_by == ("var.logs",)
        assert self.verdict(resource(), setting(resource().id, cardinality=hole("var.n"))).state is State.UNKNOWN

    def test_one_that_certainly_does_not_exist_is_not_there(self) -> None:
        assert self.verdict(resource(), setting(resource().id, condition=False)).state is State.NON_COMPLIANT

    def test_what_decides_both_alike_does_not_come_between_them(self) -> None:
        n, other = hole("var.n"), hole("var.m")
        primary = resource(cardinality=n, condition=other)
        assert self.verdict(primary, setting(primary.id, cardinality=n, condition=other)).state is State.COMPLIANT
        assert self.verdict(primary, setting(primary.id, cardinality=other)).state is State.UNKNOWN
        # The same input by another expression is another hole.
        primary = resource(cardinality=hole("var.on", text="count = var.on ? 1 : 0"))
        for text, state in (
            ("count = var.on ? 1 : 0", State.COMPLIANT),
            ("count = var.on ? 0 : 1", State.UNKNOWN),
            (None, State.UNKNOWN),
        ):
            related = setting(primary.id, cardinality=hole("var.on", text=text))
            assert self.verdict(primary, related).state is state
        nameless = Unknown(reason="open")
        primary = resource(cardinality=nameless)
        assert self.verdict(primary, setting(primary.id, cardinality=nameless)).state is State.UNKNOWN


class TestWhereItIs:
    def test_one_whose_place_is_open_may_be_the_one(self) -> None:
        adrift = setting("/{azurerm_kv.target}")
        outcome = judge(LOGS, resource(), adrift)
        assert outcome.state is State.UNKNOWN
        assert outcome.hole is not None
        assert outcome.hole.decided_by == ("azurerm_kv.target",)
        assert "`logs` may be the one" in outcome.hole.reason
        assert judge(LOGS, resource(), setting("/{azurerm_kv.target}", enabled=False)).state is State.NON_COMPLIANT

    def test_one_that_stands_on_another_resource_of_the_estate_is_not(self) -> None:
        other = resource(name="{var.n}")
        assert judge(LOGS, resource(), other, setting(other.id)).state is State.NON_COMPLIANT

    def test_one_that_stands_on_a_resource_of_another_type_is_not(self) -> None:
        other = f"{GROUP}/providers/Case.Test/others/{{var.n}}"
        assert judge(LOGS, resource(), setting(other)).state is State.NON_COMPLIANT
        same = f"{GROUP}/providers/{THING}/{{var.n}}"
        assert judge(LOGS, resource(), setting(same)).state is State.UNKNOWN

    def test_a_symbolic_resource_may_be_the_one_that_a_plain_id_names(self) -> None:
        primary = resource(name="{var.n}")
        plain = setting(resource(name="two").id)
        # The judged resource stands in the estate, so the plain id names another one.
        assert judge(LOGS, primary, plain).state is State.NON_COMPLIANT

    def test_groups_that_are_not_known(self) -> None:
        made = related({"type": LOG})
        primary = resource()
        assert judge(made, primary, log("{var.g}")).state is State.UNKNOWN
        assert judge(made, primary, group("{var.g}"), log("{var.g}")).state is State.NON_COMPLIANT
        open_primary = resource(scope=f"{SUBSCRIPTION}/resourceGroups/{{var.g}}")
        assert judge(made, open_primary, log("{var.g}")).state is State.COMPLIANT
        assert judge(made, open_primary, log()).state is State.UNKNOWN
        assert judge(made, open_primary, group(), log()).state is State.NON_COMPLIANT
        assert judge(made, primary, log("other-rg")).state is State.NON_COMPLIANT

    def test_a_group_named_by_a_symbolic_name(self) -> None:
        made = related({"type": LOG, "resourceGroupName": "[resourceGroup().name]"})
        primary = resource(scope=f"{SUBSCRIPTION}/resourceGroups/{{var.g}}")
        assert judge(made, primary, log("{var.g}")).state is State.COMPLIANT
        assert judge(made, primary).state is State.NON_COMPLIANT


def gap(subject: str = "module.logs", *deciders: str, incomplete: bool = True) -> Unresolved:
    return Unresolved(subject, "cannot be read", ORIGIN, decided_by=deciders, incomplete=incomplete)


class TestWhatCouldNotBeRead:
    def verdict(self, here: Estate, subject: Resource) -> Outcome:
        fast = LOGS.evaluate(subject, here)
        assert agree(fast, LOGS.explain(subject, here).outcome)
        return fast

    def test_an_absence_is_no_proof_when_part_of_the_reading_is_missing(self) -> None:
        subject = resource()
        outcome = self.verdict(estate(subject, unresolved=(gap(), gap("x", "var.a", "var.b"))), subject)
        assert outcome.state is State.UNKNOWN
        assert outcome.hole is not None
        assert outcome.hole.decided_by == ("module.logs", "var.a", "var.b")

    def test_what_is_found_is_enough(self) -> None:
        subject = resource()
        assert self.verdict(estate(subject, setting(subject.id), unresolved=(gap(),)), subject).state is State.COMPLIANT

    def test_values_that_are_open_hide_no_resources(self) -> None:
        subject = resource()
        here = estate(subject, unresolved=(gap(incomplete=False),))
        assert self.verdict(here, subject).state is State.NON_COMPLIANT

    def test_another_reading_does_not_matter(self) -> None:
        subject = resource()
        broken = estate(resource(name="two"), unresolved=(gap(),)).readings[0]
        here = Estate([estate(subject).readings[0], broken])
        assert self.verdict(here, subject).state is State.NON_COMPLIANT
