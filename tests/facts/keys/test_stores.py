"""How stores are encrypted at rest."""

from typing import Any

import pytest
from tests.facts.keys.test_keys import HOLE, VERSION, facts, key, made, vault

from everward.estate import Resource
from everward.values import Unknown

KEY = "https://kv.vault.azure.net/keys/cmk"
PARTS = {"keyName": "cmk", "keyVaultUri": "https://kv.vault.azure.net/", "keyVersion": VERSION}
LEFT = Unknown(reason="variable without value", decided_by=("var.x",), present=True)


def told(*resources: Resource) -> dict[str, dict[str, Any]]:
    found = facts(vault(), key("cmk"), *resources).of_type("Everward.Keys/stores")
    return {str(item.get("properties.store")).rpartition("/")[2]: dict(item.properties) for item in found}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("Microsoft.Storage/storageAccounts", {"encryption": {"keySource": "Microsoft.Storage"}}),
        ("Microsoft.Storage/storageAccounts", {}),
        ("Microsoft.DocumentDB/databaseAccounts", {"keyVaultKeyUri": ""}),
        ("Microsoft.ContainerRegistry/registries", {"encryption": {"status": "disabled"}}),
        ("Microsoft.DBforPostgreSQL/flexibleServers", {"dataEncryption": {"type": "SystemManaged"}}),
        ("Microsoft.Cache/redis", {}),
        ("Microsoft.AppConfiguration/configurationStores", {"encryption": {}}),
        ("Microsoft.ContainerService/managedClusters", {"securityProfile": {"azureKeyVaultKms": {"enabled": False}}}),
        ("Microsoft.Compute/disks", {"encryption": {"type": "EncryptionAtRestWithPlatformKey"}}),
        ("Microsoft.DataFactory/factories", {"encryption": {"identity": {}}}),
    ],
)
def test_keys_of_the_service(type_: str, body: dict[str, Any]) -> None:
    [one] = told(made(type_, "store", body)).values()
    assert (one["owner"], one["customerManaged"], one["key"], one["double"]) == ("service", False, None, False)
    assert one["summary"].endswith("is encrypted with a key of the service")
    assert one["follows"] is None


@pytest.mark.parametrize(
    ("type_", "body", "double"),
    [
        ("Microsoft.Storage/storageAccounts",
         {"encryption": {"keySource": "Microsoft.Keyvault", "keyvaultproperties": PARTS}}, False),
        ("Microsoft.Storage/storageAccounts",
         {"encryption": {"keyvaultproperties": PARTS, "requireInfrastructureEncryption": True}}, True),
        ("Microsoft.DocumentDB/databaseAccounts", {"keyVaultKeyUri": f"{KEY}/{VERSION}"}, True),
        ("Microsoft.ContainerRegistry/registries",
         {"encryption": {"keyVaultProperties": {"keyIdentifier": f"{KEY}/{VERSION}"}}}, False),
        ("Microsoft.EventHub/namespaces",
         {"encryption": {"keyVaultProperties": [PARTS], "requireInfrastructureEncryption": True}}, True),
        ("Microsoft.DBforPostgreSQL/flexibleServers", {"dataEncryption": {"primaryKeyURI": f"{KEY}/{VERSION}"}}, False),
        ("Microsoft.Compute/diskEncryptionSets", {"activeKey": {"keyUrl": f"{KEY}/{VERSION}"}}, False),
        ("Microsoft.Compute/diskEncryptionSets",
         {"activeKey": {"keyUrl": f"{KEY}/{VERSION}"},
          "encryptionType": "EncryptionAtRestWithPlatformAndCustomerKeys"}, True),
        ("Microsoft.Cache/redisEnterprise",
         {"encryption": {"customerManagedKeyEncryption": {"keyEncryptionKeyUrl": f"{KEY}/{VERSION}"}}}, False),
        ("Microsoft.RecoveryServices/vaults",
         {"encryption": {"keyVaultProperties": {"keyUri": f"{KEY}/{VERSION}"}, "infrastructureEncryption": "Enabled"}},
         True),
        ("Microsoft.Synapse/workspaces", {"encryption": {"cmk": {"key": {"keyVaultUrl": f"{KEY}/{VERSION}"}}}}, False),
        ("Microsoft.DataFactory/factories",
         {"encryption": {"keyName": "cmk", "vaultBaseUrl": "https://kv.vault.azure.net", "keyVersion": VERSION}},
         False),
        ("Microsoft.OperationalInsights/clusters",
         {"keyVaultProperties": PARTS, "isDoubleEncryptionEnabled": True}, True),
    ],
)  # fmt: skip
def test_keys_of_the_customer(type_: str, body: dict[str, Any], double: bool) -> None:
    [one] = told(made(type_, "store", body)).values()
    assert (one["owner"], one["key"], one["keys"], one["pinned"], one["double"]) == ("customer", "cmk", 1, True, double)
    assert one["vault"] == vault().id
    assert one["keyRotates"] is False


def test_databases_say_it_on_their_server() -> None:
    server = made("Microsoft.Sql/servers", "sql", {})
    protector = made("Microsoft.Sql/servers/encryptionProtector", "sql/current", {"serverKeyType": "AzureKeyVault",
                     "uri": f"{KEY}/{VERSION}", "autoRotationEnabled": True})  # fmt: skip
    one = told(server, protector)["sql"]
    assert (one["owner"], one["key"], one["follows"], one["stopsWithinMinutes"]) == ("customer", "cmk", True, 10)
    own = protector.with_body({"properties": {"serverKeyType": "ServiceManaged"}})
    assert told(server, own)["sql"]["owner"] == "service"
    lost = protector.with_body({"properties": {"serverKeyType": "AzureKeyVault"}})
    found = told(server, lost)["sql"]
    assert (found["owner"], found["vault"]) == ("customer", None)
    assert found["summary"] == "`sql` is encrypted with a key of the customer's, no tag says what demands it"
    hidden = protector.with_body({"properties": {"serverKeyType": HOLE}})
    assert isinstance(told(server, hidden)["sql"]["owner"], Unknown)


def test_disks_have_their_key_from_a_set() -> None:
    des = made("Microsoft.Compute/diskEncryptionSets", "des", {"activeKey": {"keyUrl": KEY},
               "encryptionType": "EncryptionAtRestWithPlatformAndCustomerKeys"})  # fmt: skip
    disk = made("Microsoft.Compute/disks", "disk", {"encryption": {"diskEncryptionSetId": des.id}})
    machine = made("Microsoft.Compute/virtualMachines", "vm", {"storageProfile": {"dataDisks": [
        {"managedDisk": {"diskEncryptionSet": {"id": des.id}}}]}})  # fmt: skip
    found = told(des, disk, machine)
    for name in ("disk", "vm"):
        assert (found[name]["owner"], found[name]["key"], found[name]["through"]) == ("customer", "cmk", des.id)
        assert found[name]["double"] is True
    apart = told(disk)["disk"]
    assert isinstance(apart["owner"], Unknown)
    assert apart["owner"].decided_by == (des.id,)
    hole = told(disk.with_body({"properties": {"encryption": {"diskEncryptionSetId": HOLE}}}))["disk"]
    assert isinstance(hole["owner"], Unknown)
    assert hole["summary"] == "it is not known whose key encrypts `disk`"


def test_workspaces_have_their_key_from_a_cluster_that_may_have_none() -> None:
    cluster = made("Microsoft.OperationalInsights/clusters", "logs", {})
    space = made("Microsoft.OperationalInsights/workspaces", "space", {"features": {"clusterResourceId": cluster.id}})
    assert told(cluster, space)["space"]["owner"] == "service"
    assert (
        told(made("Microsoft.OperationalInsights/clusters", "logs", {"keyVaultProperties": PARTS}), space)["space"][
            "owner"
        ]
        == "customer"
    )


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        ({"encryption": {"keySource": HOLE}}, None),
        ({"encryption": {"keySource": "Microsoft.Keyvault"}}, "customer"),
        ({"encryption": HOLE}, None),
        ({"encryption": {"keyvaultproperties": LEFT}}, "customer"),
        (HOLE, None),
        (7, "service"),
        ({"encryption": [1]}, "service"),
    ],
)
def test_what_is_not_known_is_not_guessed(body: Any, owner: str | None) -> None:
    [one] = told(made("Microsoft.Storage/storageAccounts", "store", body)).values()
    assert (None if isinstance(one["owner"], Unknown) else one["owner"]) == owner


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"regulation": "PCI DSS 3.6"}, "PCI DSS 3.6"),
        ({"CMK-Reason": "contract 7"}, "contract 7"),
        ({"regulation": " "}, None),
        ({"regulation": 7}, None),
        ({}, None),
        (None, None),
        ("nonsense", None),
        (HOLE, HOLE),
        ({"regulation": HOLE}, HOLE),
    ],
)
def test_reasons_stand_in_tags(tags: Any, reason: Any) -> None:
    body = {"encryption": {"keyvaultproperties": PARTS}}
    [one] = told(made("Microsoft.Storage/storageAccounts", "store", body, tags=tags)).values()
    assert one["reason"] == reason
    assert one["tags"] == tags
    assert (
        one["summary"]
        .partition(";")[0]
        .endswith(f"demanded by {reason}" if isinstance(reason, str) else "no tag says what demands it")
    )


def test_two_keys_of_one_store() -> None:
    body = {"encryption": {"keyVaultProperties": [PARTS, {**PARTS, "keyName": "other", "keyVersion": None}]}}
    one = told(made("Microsoft.ServiceBus/namespaces", "bus", body))["bus"]
    assert (one["keys"], one["pinned"], one["follows"]) == (2, True, False)
    open_ = {"encryption": {"keyVaultProperties": [{**PARTS, "keyVersion": HOLE}]}}
    hidden = told(made("Microsoft.ServiceBus/namespaces", "bus", open_))["bus"]
    assert isinstance(hidden["pinned"], Unknown)
    assert isinstance(hidden["follows"], Unknown)


def test_a_store_that_needs_a_key_in_hardware() -> None:
    body = {"encryption": {"keyvaultproperties": PARTS}}
    [one] = told(made("Microsoft.Storage/storageAccounts", "store", body, tags={"fips": "Level 3"})).values()
    assert (one["fips"], one["fipsNeeded"], one["fipsMet"]) == ("FIPS 140-2 Level 1", 3, False)
    [own] = told(made("Microsoft.Storage/storageAccounts", "store", {}, tags={"fips": "Level 3"})).values()
    assert (own["fips"], own["fipsMet"]) == (None, None)
