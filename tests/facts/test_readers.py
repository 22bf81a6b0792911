"""Who depends on a vault by a right."""

from typing import Any

import pytest
from tests.facts.keys.test_keys import vault
from tests.facts.reach.world import HOLE, estate, made, subnet, subnet_id, vnet

from everward.facts.keys.impact import impact_of
from everward.facts.keys.keyring import Keys
from everward.facts.readers import Approach, approaches, readers


def test_who_only_names_a_vault_does_not_hang_on_it() -> None:
    """Alerts, rights and private endpoints lead to a vault; the identity that reads its secrets depends on it."""
    app = made("Microsoft.ManagedIdentity/userAssignedIdentities", "app", {"principalId": "aaaa"})
    right = made(
        "Microsoft.Authorization/roleAssignments",
        "r",
        {
            "principalId": "aaaa",
            "roleDefinitionId": "/providers/x/4633458b-17de-408a-b874-0445c86b69e6",
            "scope": vault().id,
        },
    )
    alert = made("Microsoft.Insights/metricAlerts", "a", {"scopes": [vault().id]})
    door = made("Microsoft.Network/privateEndpoints", "p", {"privateLinkServiceId": vault().id})
    made_estate = estate(vault(enableRbacAuthorization=True), app, right, alert, door)
    found = impact_of(Keys(made_estate, readers(made_estate)), "kv")
    assert impact_of(Keys(made_estate), "kv").dependants == []
    assert [item.name for item in found.dependants] == ["app"]
    assert found.effects[0].use.path == "may read secrets, by `Key Vault Secrets User`"


def test_without_vaults_nobody_is_asked() -> None:
    assert list(readers(estate())) == []


def test_how_a_vault_is_reached() -> None:
    cluster = made("Microsoft.ContainerService/managedClusters", "aks", {"agentPoolProfiles": [
        {"name": "p", "vnetSubnetID": subnet_id("hub", "nodes")}]})  # fmt: skip
    network = vnet("hub", "10.0.0.0/16", subnet("nodes", "10.0.0.0/24"), subnet("ends", "10.0.1.0/24"))
    shut = vault(publicNetworkAccess="Disabled", privateEndpointConnections=[])
    site = made("Microsoft.Web/sites", "web", {})
    world = estate(shut, cluster, network, site)
    found = {
        approach.source.rpartition("/")[2]: approach for approach in approaches(world, shut, [cluster, cluster, site])
    }
    assert set(found) == {"internet", "aks"}
    assert dict(found["internet"].ways) == {"public": False}
    assert found["aks"].reconnects is None


@pytest.mark.parametrize(
    ("ways", "minutes"),
    [
        ((("private endpoint", True),), 20),
        ((("private endpoint", HOLE), ("public", False)), 20),
        ((("private endpoint", True), ("public", True)), None),
        ((("private endpoint", False), ("public", True)), None),
        ((), None),
    ],
)
def test_a_private_link_alone_needs_longer(ways: tuple[tuple[str, Any], ...], minutes: int | None) -> None:
    assert Approach("x", ways).reconnects == minutes
