"""Service endpoints as ways out, and whether anybody needs them; private endpoints to what is somebody else's."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, estate, made, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.egress import Egress, Way, ways_out
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.telling import tell
from everward.values import Origin, Unknown

STORAGE = "Microsoft.Storage/storageAccounts"


def consumed(rules: Any, service: str = "Microsoft.Storage") -> Any:
    own = subnet("s", "10.0.0.0/24", serviceEndpoints=[{"service": service}])
    account = made(STORAGE, "st", {"networkAcls": {"defaultAction": "Deny", "virtualNetworkRules": rules}})
    [way] = [item for item in ways_out(world(vnet("v", "10.0.0.0/16", own), account)) if item.way is not Way.INTERNET]
    return way.consumed


@pytest.mark.parametrize(
    ("rules", "expected"),
    [([], False), ([subnet_id("v", "s")], True), ([subnet_id("v", "t")], False), ([{"id": HOLE}], None)],
)
def test_an_endpoint_is_needed_where_a_service_lets_the_subnet_in(rules: Any, expected: bool | None) -> None:
    found = consumed(rules)
    assert isinstance(found, Unknown) if expected is None else found is expected


def test_of_a_service_that_no_source_shows_nobody_needs_it() -> None:
    assert consumed([subnet_id("v", "s")], "Microsoft.KeyVault") is False


OWN, OTHER = "5ab5c21b-7c0e-4f5a-9d55-0d2f0c6a1e01", "99999999-7c0e-4f5a-9d55-0d2f0c6a1e01"
VAULT = f"/subscriptions/{OTHER}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv"


def foreign(target: Any, *others: Resource, list_: str = "privateLinkServiceConnections") -> list[Egress]:
    connection = {"name": "c", "properties": {"privateLinkServiceId": target, "groupIds": ["vault"]}}
    endpoint = made(f"{NETWORK}/privateEndpoints", "pe", {"subnet": subnet_id("v", "s"), list_: [connection]})
    found = ways_out(world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")), endpoint, *others))
    return [item for item in found if item.way is Way.PRIVATE]


def subscription(id_: str, tenant: str) -> Resource:
    return Resource(
        id=f"/subscriptions/{id_}",
        type="Microsoft.Resources/subscriptions",
        name=id_,
        body={"properties": {"tenantId": tenant}},
        origin=Origin(source="test"),
    )


def own_subscription() -> str:
    return made(STORAGE, "st", {}).id.split("/")[2]


def test_a_private_endpoint_to_what_no_source_shows_may_lead_to_another_tenant() -> None:
    [way] = foreign(VAULT)
    assert (way.by is not None and way.by.name, way.target) == ("pe", VAULT)
    assert isinstance(way.foreign, Unknown)
    assert OTHER in way.foreign.reason
    [manual] = foreign("pls.1234.westeurope.azure.privatelinkservice", list_="manualPrivateLinkServiceConnections")
    assert isinstance(manual.foreign, Unknown)
    assert "alias" in manual.foreign.reason


def test_a_private_endpoint_to_what_is_the_workloads_own_is_no_way_out() -> None:
    own = made("Microsoft.KeyVault/vaults", "kv", {})
    for found in (foreign(own.id, own), foreign(own.id), foreign(VAULT.replace(OTHER, "{subscription}"))):
        assert [way.foreign for way in found] == [False]
    assert foreign(HOLE) == []


def test_tenants_of_subscriptions_tell_whose_the_target_is() -> None:
    mine = subscription(own_subscription(), "t1")
    for tenant, expected in (("t1", False), ("t2", True)):
        [way] = foreign(VAULT, mine, subscription(OTHER, tenant))
        assert way.foreign is expected


def test_a_way_to_another_tenant_is_a_fact_of_the_subnet_at_the_endpoints_place() -> None:
    connection = {"name": "c", "properties": {"privateLinkServiceId": VAULT}}
    own = {"subnet": subnet_id("v", "s"), "privateLinkServiceConnections": [connection]}
    endpoint = made(f"{NETWORK}/privateEndpoints", "pe", own)
    estate_ = estate(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")), endpoint)
    facts = [item for item in ReachAnalysis().derive(estate_).facts if item.get("kind") == "privateEndpoint"]
    [fact] = facts
    assert (fact.get("properties.endpoint"), fact.get("properties.target")) == (endpoint.id, VAULT)
    assert tell(fact).what == "`s` reaches `kv`, perhaps of another tenant, by private endpoint `pe`"
