"""Who takes a new version of a key, secret or certificate by themselves."""

from typing import Any

import pytest
from tests.facts.keys.test_keys import HOLE, RG, VAULT, VERSION, encrypted, key, keys, made, vault

from everward.estate import Resource
from everward.facts.keys.following import Following
from everward.facts.keys.uses import Delivery, Use
from everward.values import Unknown

CERT = "https://kv.vault.azure.net/secrets/tls"
KEY = "https://kv.vault.azure.net/keys/cmk"


def following(*resources: Resource) -> list[tuple[Any, float | None]]:
    world = keys(vault(), key("cmk"), *resources)
    found = [world.following(use) for use in world.uses]
    return [(None if isinstance(one.follows, Unknown) else one.follows, one.within) for one in found]


def named(name: str, vault_: Any = "https://kv.vault.azure.net", version: Any = None) -> dict[str, Any]:
    return {"keyName": name, "keyVaultUri": vault_, **({} if version is None else {"keyVersion": version})}


def stored(name: str, version: Any = None) -> Resource:
    parts = {"keyVaultProperties": named(name, version=version)}
    return made("Microsoft.Storage/storageAccounts", "st", {"encryption": parts})


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (encrypted(KEY), (True, 86400)),
        (encrypted(f"{KEY}/{VERSION}"), (False, None)),
        (stored("cmk"),
         (True, 86400)),
        (stored("cmk", version=""),
         (True, 86400)),
        (stored("cmk", version="1"),
         (False, None)),
        (stored("cmk", version=HOLE), (None, None)),
        (made("Microsoft.Compute/diskEncryptionSets", "des", {"activeKey": {"keyUrl": f"{KEY}/{VERSION}"}}),
         (False, None)),
        (made("Microsoft.Compute/diskEncryptionSets", "des",
              {"activeKey": {"keyUrl": f"{KEY}/{VERSION}"}, "rotationToLatestKeyVersionEnabled": True}), (True, 3600)),
        (made("Microsoft.Compute/diskEncryptionSets", "des",
              {"activeKey": {"keyUrl": KEY}, "rotationToLatestKeyVersionEnabled": HOLE}), (None, None)),
        (made("Microsoft.ContainerService/managedClusters", "aks",
              {"securityProfile": {"azureKeyVaultKms": {"enabled": True, "keyId": KEY}}}), (False, None)),
        (made("Microsoft.Network/applicationGateways", "agw",
              {"sslCertificates": [{"properties": {"keyVaultSecretId": CERT}}]}), (True, 14400)),
        (made("Microsoft.Network/applicationGateways", "agw",
              {"sslCertificates": [{"properties": {"keyVaultSecretId": f"{CERT}/{VERSION}"}}]}), (False, None)),
        (made("Microsoft.ApiManagement/service", "api", {"hostnameConfigurations": [{"keyVaultId": CERT}]}),
         (True, 14400)),
        (made("Microsoft.ApiManagement/service/namedValues", "api/n", {"keyVault": {"secretIdentifier": CERT}}),
         (True, 14400)),
        (made("Microsoft.Web/sites", "web", {"siteConfig": {"appSettings": [
            {"name": "a", "value": f"@Microsoft.KeyVault(SecretUri={CERT}/)"}]}}), (True, 86400)),
        (made("Microsoft.Web/sites/config", "web/appsettings",
              {"a": f"@Microsoft.KeyVault(SecretUri={CERT}/{VERSION})"}), (False, None)),
        (made("Microsoft.App/containerApps", "app", {"configuration": {"secrets": [{"keyVaultUrl": CERT}]}}),
         (True, None)),
        (made("Microsoft.AppConfiguration/configurationStores/keyValues", "cfg/k",
              {"value": '{"uri": "https://kv.vault.azure.net/secrets/s"}'}), (None, None)),
        (made("Microsoft.Compute/virtualMachines/extensions", "vm/kv", {"settings": {"secretsManagementSettings": {
            "pollingIntervalInS": "600", "observedCertificates": [CERT]}}}), (True, 600)),
        (made("Microsoft.Compute/virtualMachines/extensions", "vm/kv", {"settings": {"secretsManagementSettings": {
            "pollingIntervalInS": HOLE, "observedCertificates": [f"{CERT}/{VERSION}"]}}}), (False, None)),
        (made("Microsoft.Compute/virtualMachines/extensions", "vm/kv", {"settings": {"secretsManagementSettings": {
            "observedCertificates": [CERT]}}}), (True, None)),
        (made("Microsoft.Compute/virtualMachines", "vm", {"osProfile": {"secrets": [
            {"vaultCertificates": [{"certificateUrl": CERT}]}]}}), (False, None)),
    ],
)  # fmt: skip
def test_who_follows(resource: Resource, found: tuple[Any, float | None]) -> None:
    assert following(resource) == [found]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"useLatestVersion": True}, (True, 259200)),
        ({"useLatestVersion": False}, (False, None)),
        ({"useLatestVersion": HOLE}, (None, None)),
        ({}, (True, 259200)),
        ({"secretVersion": "1"}, (False, None)),
        ({"useLatestVersion": True, "secretVersion": "1"}, (True, 259200)),
        ({"secretVersion": HOLE}, (None, None)),
    ],
)
def test_front_door_takes_the_latest_or_what_it_names(parameters: dict[str, Any], found: Any) -> None:
    source = {"id": f"{RG}/providers/{VAULT}/kv/secrets/tls"}
    secret = made("Microsoft.Cdn/profiles/secrets", "fd/tls", {"parameters": {"secretSource": source, **parameters}})
    assert following(secret) == [found]


def test_front_door_classic_names_its_certificate_by_parts() -> None:
    def told(version: str | None) -> Resource:
        source = {"vault": {"id": vault().id}, "secretName": "tls", "secretVersion": version}
        body = {"frontendEndpoints": [{"keyVaultCertificateSourceParameters": source}]}
        return made("Microsoft.Network/frontDoors", "fd", body)

    assert following(told("Latest")) == [(True, 259200)]
    assert following(told(None)) == [(True, 259200)]
    assert following(told(VERSION)) == [(False, None)]


@pytest.mark.parametrize(("switch", "found"), [(True, True), (False, False), (HOLE, None), (None, False)])
def test_the_protector_of_databases_decides(switch: Any, found: Any) -> None:
    server = made("Microsoft.Sql/servers", "sql", {"keyId": f"{KEY}/{VERSION}"})
    protector = made("Microsoft.Sql/servers/encryptionProtector", "sql/current", {
        "uri": f"{KEY}/{VERSION}", "serverKeyType": "AzureKeyVault", "autoRotationEnabled": switch})  # fmt: skip
    assert [follows for follows, _ in following(server, protector)] == [found, found]
    assert following(server) == [(False, None)]


def test_disks_follow_as_their_set_does() -> None:
    des = made("Microsoft.Compute/diskEncryptionSets", "des", {
        "activeKey": {"keyUrl": f"{KEY}/{VERSION}"}, "rotationToLatestKeyVersionEnabled": True})  # fmt: skip
    disk = made("Microsoft.Compute/disks", "disk", {"encryption": {"diskEncryptionSetId": des.id}})
    assert following(des, disk) == [(True, 3600), (True, 3600)]


def test_copies_stay_until_the_next_deployment() -> None:
    hole = Unknown(reason="known after apply", decided_by=("azurerm_key_vault_key.cmk.public_key_pem",))
    assert following(made("Microsoft.Web/sites", "web", {"a": hole})) == [(False, None)]


def test_rights_say_nothing_of_versions() -> None:
    world = keys(vault())
    use = Use(made("Microsoft.ManagedIdentity/userAssignedIdentities", "id", {}), "x", "kv", delivery=Delivery.RIGHT)
    found = world.following(use)
    assert isinstance(found, Following)
    assert isinstance(found.follows, Unknown)
