from typing import Any

import pytest

from everward.estate import RESOURCE_GROUP_TYPE, SUBSCRIPTION_TYPE, Estate, Reading, Resource, Unresolved, references_in
from everward.values import MISSING, Origin, Unknown

SUBSCRIPTION = "/subscriptions/0000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg1"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
HERE = Origin(source="terraform", file="main.tf", line=1)


def resource(resource_id: str, kind: str, body: dict[str, Any] | None = None, **more: Any) -> Resource:
    return Resource(
        id=resource_id, type=kind, name=resource_id.rsplit("/", 1)[-1], body=body or {}, origin=HERE, **more
    )


def reading(*resources: Resource, label: str = "src", **more: Any) -> Reading:
    return Reading(source="terraform", label=label, resources=list(resources), **more)


def vault(**properties: Any) -> Resource:
    return resource(VAULT, "Microsoft.KeyVault/vaults", {"location": "swedencentral", "properties": properties})


def test_a_resource_answers_by_path_without_case() -> None:
    kv = vault(enablePurgeProtection=True)
    assert kv.get("Properties.ENABLEPURGEPROTECTION") is True
    assert kv.get("properties.sku") is MISSING
    assert kv.get("") is MISSING
    assert (kv.location, kv.tags, kv.properties) == ("swedencentral", None, {"enablePurgeProtection": True})
    assert (kv.resource_group, kv.subscription, kv.type_key) == ("rg1", "0000", "microsoft.keyvault/vaults")
    assert kv.resource_id.names == ("kv1",)


def test_a_resource_whose_id_is_no_arm_id_stands_nowhere() -> None:
    odd = resource("{unknown}", "Opaque/thing")
    assert odd.resource_group is None
    assert odd.subscription is None
    assert list(Estate([reading(odd)])) == [odd]


def test_the_closest_known_place_of_a_property_wins() -> None:
    rules = Origin(source="terraform", file="main.tf", line=9)
    first = Origin(source="terraform", file="main.tf", line=12)
    kv = vault()
    kv.origins = {"properties.networkacls": rules, "properties.networkacls.iprules[0]": first}
    assert kv.origin_of("properties.networkAcls.ipRules[0].value") == first
    assert kv.origin_of("properties.networkAcls.ipRules[1].value") == rules
    assert kv.origin_of("properties.sku.name") == HERE
    assert kv.origin_of("") == HERE


def test_ids_merge_without_case_and_keep_every_version_in_order() -> None:
    mine, theirs = vault(a=1), vault(a=2)
    theirs.id = VAULT.upper()
    estate = Estate([reading(mine), reading(theirs, label="live.json")])
    assert estate.find(VAULT.lower() + "/") is mine
    assert list(estate.versions(VAULT)) == [mine, theirs]
    assert estate.find(GROUP) is None
    assert list(estate.versions(GROUP)) == []
    assert next(entity.resource for entity in estate.entities) is mine


def test_what_stands_in_a_subscription_implies_it_once() -> None:
    estate = Estate([reading(vault(), resource(f"{VAULT}2", "Microsoft.KeyVault/vaults"))])
    (subscription,) = estate.of_type(SUBSCRIPTION_TYPE)
    assert (subscription.id, subscription.name) == (SUBSCRIPTION, "0000")
    assert len(estate) == 3


def test_a_stated_subscription_is_not_implied_again() -> None:
    stated = resource(SUBSCRIPTION.upper().replace("SUBSCRIPTIONS", "subscriptions"), SUBSCRIPTION_TYPE)
    estate = Estate([reading(vault(), stated)])
    assert estate.of_type("microsoft.resources/SUBSCRIPTIONS") == [stated]


def test_resources_are_found_below_and_within_their_scopes() -> None:
    secret = resource(f"{VAULT}/secrets/s1", "Microsoft.KeyVault/vaults/secrets")
    setting = resource(
        f"{VAULT}/providers/Microsoft.Insights/diagnosticSettings/d1", "Microsoft.Insights/diagnosticSettings"
    )
    defender = resource(
        f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/KeyVaults", "Microsoft.Security/pricings"
    )
    odd = resource("{odd}", "Microsoft.KeyVault/vaults/secrets")
    tenant = resource("/providers/Microsoft.Management/managementGroups/m", "Microsoft.Management/managementGroups")
    estate = Estate([reading(vault(), secret, setting, defender, odd, tenant)])
    assert estate.below(VAULT.upper(), "microsoft.keyvault/vaults/secrets") == [secret]
    assert estate.below(VAULT, "Microsoft.Insights/diagnosticSettings") == [setting]
    assert estate.in_resource_group(GROUP, "Microsoft.KeyVault/vaults/secrets") == [secret]
    assert estate.in_resource_group(GROUP, "Microsoft.Security/pricings") == ()
    assert estate.in_subscription(SUBSCRIPTION, "Microsoft.Security/pricings") == [defender]
    assert estate.in_subscription("/subscriptions/other", "Microsoft.Security/pricings") == ()
    assert estate.in_subscription(SUBSCRIPTION, "Microsoft.Management/managementGroups") == ()


def test_a_resource_group_stands_in_itself() -> None:
    group = resource(GROUP, RESOURCE_GROUP_TYPE)
    assert Estate([reading(group)]).in_resource_group(GROUP, RESOURCE_GROUP_TYPE) == [group]


def test_references_are_values_keys_and_symbolic_ids() -> None:
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1"
    symbolic = "{sub}/providers/Microsoft.Network/virtualNetworks/{vnet}"
    user = resource(
        f"{GROUP}/providers/Microsoft.App/apps/a1",
        "Microsoft.App/apps",
        {
            "identity": {"userAssignedIdentities": {identity: {}}},
            "properties": {
                "vault": VAULT.upper(),
                "own": f"{GROUP}/providers/Microsoft.App/apps/a1",
                "network": Unknown(reason="known after apply", reference=symbolic),
                "hole": Unknown(reason="known after apply"),
                "list": [1, None, "text", VAULT],
            },
        },
    )
    assert list(references_in(user)) == [identity.lower(), VAULT.lower(), symbolic.lower(), VAULT.lower()]
    estate = Estate([reading(user, vault())])
    assert estate.referrers == {VAULT.lower(): [user]}


@pytest.mark.parametrize("incomplete", [True, False])
def test_an_estate_is_as_incomplete_as_its_readings(incomplete: bool) -> None:
    item = Unresolved(subject="module.network", reason="not vendored", incomplete=incomplete)
    assert Estate([reading(), reading(unresolved=[item])]).incomplete is incomplete


def test_a_resource_with_another_body_keeps_where_it_stands() -> None:
    from everward.sources.located import LocatedResource

    class Here:
        source = "inventory"

        def file(self, mark: object) -> str:
            return "a.json"

        def origin(self, mark: object) -> Origin:
            return Origin(source="inventory", file="a.json", line=3)

        def property_origin(self, mark: object, steps: object) -> Origin | None:
            return Origin(source="inventory", file="a.json", line=4)

    one = LocatedResource("/x", "A/b", "x", {"a": 1}, Here(), None, opaque=True)
    two = one.with_body({"a": 2})
    assert (two.id, two.body, one.body, two.opaque) == ("/x", {"a": 2}, {"a": 1}, True)
    assert (two.origin.line, two.origin_of("a").line) == (3, 4)
