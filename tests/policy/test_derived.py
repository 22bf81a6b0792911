"""Which analyses a policy reads, and what it says of facts that may be none."""

from typing import Any

import pytest
from tests.policy.make import ORIGIN, estate, hole, policy, resource

from everward.estate import Resource
from everward.policy import Outcome, State
from everward.policy.derived import settled

TYPE = "Everward.Reach/exposures"


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"field": "type", "equals": TYPE}, {"reach"}),
        ({"field": "type", "in": ["Microsoft.KeyVault/vaults", "Everward.Keys/vaults"]}, {"keys"}),
        ({"field": "type", "like": "everward.access/*"}, {"access"}),
        ({"not": {"field": f"{TYPE}/port", "equals": 22}}, {"reach"}),
        ({"value": f"[field('{TYPE}/port')]", "equals": "x"}, {"reach"}),
        ({"count": {"field": "Everward.Keys/items/ends[*]"}, "greater": 0}, {"keys"}),
        ({"count": {"value": ["Everward.Access/rights"], "name": "x"}, "greater": 0}, {"access"}),
        ({"field": "type", "equals": "[parameters('t')]"}, {"access"}),
        ({"field": "type", "equals": "Everward.Kubernetes/Namespace"}, set()),
        ({"field": "name", "equals": "everward."}, set()),
        ({"field": "type", "equals": "Microsoft.KeyVault/vaults"}, set()),
    ],
    ids=range(11),
)
def test_the_analyses_that_a_policy_names(condition: Any, names: set[str]) -> None:
    given = (
        {"t": {"type": "string", "defaultValue": "Everward.Access/grants"}} if "parameters" in str(condition) else {}
    )
    assert policy(condition, parameters=given).analyses == names


def test_what_is_looked_for_beside_the_resource_is_read_too() -> None:
    made = policy(
        {"field": "type", "equals": "Microsoft.KeyVault/vaults"},
        "auditIfNotExists",
        details={
            "type": "Everward.Keys/vaults",
            "existenceCondition": {"field": "Everward.Access/rights/x", "equals": "y"},
        },
    )
    assert made.analyses == {"keys", "access"}


def test_a_policy_that_names_no_types_is_about_facts_only_where_it_names_them() -> None:
    fact = Resource(f"/a/providers/{TYPE}/1", TYPE, "1", {"properties": {"port": 22}}, ORIGIN)
    here = estate(fact)
    assert policy({"field": "name", "exists": True}).evaluate(fact, here).state is State.NOT_APPLICABLE
    assert policy({"field": "type", "like": "Everward.Reach/*"}).evaluate(fact, here).state is State.NON_COMPLIANT
    assert policy({"field": "type", "like": "Everward.Keys/*"}).evaluate(fact, here).state is State.NOT_APPLICABLE


def test_what_may_be_no_fact_is_no_fault_yet() -> None:
    bad, good = Outcome(State.NON_COMPLIANT, "audit"), Outcome(State.COMPLIANT, "audit")
    vault = resource("Microsoft.KeyVault/vaults", "kv", condition=hole("var.vault"))
    fact = Resource(f"{vault.id}/providers/{TYPE}/1", TYPE, "1", {}, ORIGIN, condition=hole("var.open"))
    here = estate(vault, fact)
    outcome = settled(bad, fact, here)
    assert (outcome.state, outcome.hole) == (State.UNKNOWN, fact.condition)
    assert settled(good, fact, here) is good
    assert settled(bad, vault, here) is bad
    fact.condition = vault.condition
    assert settled(bad, fact, here) is bad
    vault.condition = True
    vault.cardinality = hole("var.stamps")
    fact.condition = hole("var.stamps")
    assert settled(bad, fact, here) is bad
    assert settled(bad, fact, estate(fact)).state is State.UNKNOWN


def test_the_explanation_says_the_same() -> None:
    fact = Resource(f"/a/providers/{TYPE}/1", TYPE, "1", {"properties": {}}, ORIGIN, condition=hole("var.open"))
    made = policy({"field": "type", "equals": TYPE})
    explanation = made.explain(fact, estate(fact))
    assert explanation.outcome == made.evaluate(fact, estate(fact))
    assert explanation.outcome.state is State.UNKNOWN
    assert explanation.reasons
