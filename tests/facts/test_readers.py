"""Who depends on a vault by a right."""

from tests.facts.keys.test_keys import vault
from tests.facts.reach.world import estate, made

from everward.facts.keys.impact import Keys
from everward.facts.readers import readers


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
    found = Keys(made_estate, readers(made_estate)).impact("kv")
    assert Keys(made_estate).impact("kv").dependants == []
    assert [item.name for item in found.dependants] == ["app"]
    assert found.effects[0].use.path == "may read secrets, by `Key Vault Secrets User`"


def test_without_vaults_nobody_is_asked() -> None:
    assert list(readers(estate())) == []
