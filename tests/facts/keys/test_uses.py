"""Ways to name what a vault holds."""

from pathlib import Path
from typing import Any

import pytest
from tests.facts.keys.test_keys import HOLE, RG, VAULT, VERSION, key, keys, made, vault

from everward.estate import Estate, Reading, Resource
from everward.facts.keys.keyring import Keys
from everward.facts.keys.parts import parts_in
from everward.facts.keys.uses import Use
from everward.sources import ReadOptions, read_workload
from everward.sources.terraform.elsewhere import VAULT_READS
from everward.values import Origin, Unknown

STORE = "Microsoft.Storage/storageAccounts"
DECLARED = Unknown(reason="known after apply", decided_by=("azurerm_key_vault_key.cmk.id",))
FREE = Unknown(reason="known after apply", decided_by=("azurerm_key_vault_key.cmk.versionless_id",))
ADDRESS = Unknown(reason="known after apply", decided_by=("azurerm_key_vault.kv.vault_uri",))


def store(**parts: Any) -> Resource:
    return made(STORE, "st", {"encryption": {"keyVaultProperties": parts}})


def uses(*resources: Resource) -> list[Use]:
    return keys(vault(), key("cmk"), *resources).uses


def shown(*resources: Resource) -> list[tuple[Any, ...]]:
    return [
        (use.vault.rpartition("/")[2], use.item, use.kind, use.pinned is True, use.encrypts) for use in uses(*resources)
    ]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"keyName": "cmk", "keyVaultUri": "https://kv.vault.azure.net/"}, ("kv", "cmk", "key", False, True)),
        ({"KEYNAME": "cmk", "keyvaultURI": "https://KV.vault.azure.net"}, ("kv", "cmk", "key", False, True)),
        ({"keyName": "cmk", "vaultBaseUrl": "https://far.vault.azure.net"}, ("far", "cmk", "key", False, True)),
        ({"keyName": "cmk", "keyVaultResourceId": vault().id}, ("kv", "cmk", "key", False, True)),
        ({"keyName": "cmk", "keyVaultName": "kv"}, ("kv", "cmk", "key", False, True)),
        ({"keyName": DECLARED, "keyVaultUri": DECLARED, "keyVersion": DECLARED}, ("kv", "cmk", "key", True, True)),
        ({"keyName": FREE, "keyVaultUri": FREE, "keyVersion": FREE}, ("kv", "cmk", "key", False, True)),
        ({"keyName": "cmk", "keyVaultUri": ADDRESS}, ("kv", "cmk", "key", False, True)),
        ({"keyName": "cmk", "keyVaultUri": HOLE}, ("kv", "cmk", "key", False, True)),
        ({"keyName": "else", "keyVaultUri": HOLE}, ("", "else", "key", False, True)),
        (
            {"keyName": "cmk", "keyVaultUri": Unknown(reason="x", reference=vault("b").id)},
            ("b", "cmk", "key", False, True),
        ),
        ({"secretName": "s", "vault": {"id": vault().id}, "secretVersion": "1"}, ("kv", "s", "secret", True, False)),
        ({"keyVaultSecretName": "s", "keyVaultId": vault().id}, ("kv", "s", "certificate", False, False)),
        ({"keyVaultCertName": "s", "vaultUri": "https://kv.vault.azure.net"}, ("kv", "s", "certificate", False, False)),
    ],
)
def test_keys_by_their_parts(parts: dict[str, Any], found: Any) -> None:
    assert shown(store(**parts)) == [found]


@pytest.mark.parametrize(
    "parts",
    [
        {"keyName": HOLE, "keyVaultUri": HOLE},
        {"keyName": "cmk"},
        {"keyName": "", "keyVaultUri": "https://x"},
        {"keyName": 7, "keyVaultUri": "x"},
        {"keyName": "cmk", "keyVaultUri": 7},
        {"keyName": "cmk", "vault": {"name": "x"}},
        {"secretName": "s", "hosts": []},
    ],
)
def test_parts_that_name_nothing(parts: dict[str, Any]) -> None:
    assert shown(store(**parts)) == []


def test_an_item_that_only_one_vault_has_is_not_certain() -> None:
    [one] = uses(store(keyName="cmk", keyVaultUri=HOLE))
    assert isinstance(one.certain, Unknown)
    [open_] = uses(store(keyName="cmk", keyVaultUri="https://kv.vault.azure.net", keyVersion=HOLE))
    assert open_.pinned is HOLE
    twice = made(f"{VAULT}/keys", "kv2/cmk", {})
    assert [use.vault for use in uses(store(keyName="cmk", keyVaultUri=HOLE), twice)] == [""]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"{RG}/providers/{VAULT}/kv/secrets/s", ("kv", "s", "secret", False, False)),
        (f"{RG}/providers/{VAULT}/FAR/certificates/s", ("far", "s", "certificate", False, False)),
        (f"{RG}/providers/{VAULT}/kv/keys/cmk/versions/{VERSION}", ("kv", "cmk", "key", True, True)),
        (f"{RG}/providers/Microsoft.KeyVault/managedHSMs/hsm", ("hsm", None, "", False, False)),
        ("https://hsm.managedhsm.azure.net/keys/k", ("hsm", "k", "key", False, True)),
        ("https://{var.x}-kv.vault.azure.net/secrets/{var.y}", ("{var.x}-kv", "{var.y}", "secret", False, False)),
        ("https://kv.vault.azure.net:443/secrets/s", ("kv", "s", "secret", False, False)),
        ("https://kv.vault.usgovcloudapi.net/secrets/s", ("kv", "s", "secret", False, False)),
    ],
)
def test_addresses_and_ids(value: str, found: Any) -> None:
    assert shown(made(STORE, "st", {"encryption": {"a": value}})) == [found]


@pytest.mark.parametrize(
    "value",
    ["/providers/microsoft.keyvault/vaults", f"{RG}/providers/{VAULT}/kv/secrets",
     f"{RG}/providers/{VAULT}/kv/storage/x",
     "https://kv.vault.azure.net.example.org", "https://.vault.azure.net", "kv.vault.azure.net/secrets/s", "/" * 3000,
     "https://" + "a" * 5000 + ".vault.azure.net", "https://" + "{a}" * 3000, "@Microsoft.KeyVault(SecretName=s)"],
)  # fmt: skip
def test_what_only_looks_like_one(value: str) -> None:
    assert shown(made(STORE, "st", {"a": value})) == []


def test_holes_that_lead_to_an_attribute() -> None:
    def hole(attribute: str) -> Resource:
        decided = Unknown(reason="x", decided_by=(f"azurerm_key_vault_key.cmk.{attribute}",))
        return made(STORE, "st", {"encryption": {"a": decided}})

    assert [(use.pinned, str(use.delivery)) for use in uses(hole("public_key_pem"))] == [(True, "deployment")]
    assert uses(hole("name")) == []
    assert uses(hole("tags")) == []


def test_types_that_repeat_or_guard_are_no_users() -> None:
    body = {"vault": vault().id, "address": "https://kv.vault.azure.net/secrets/s"}
    for type_ in ("Everward.Kubernetes/PodTemplate", "Everward.Kubernetes/Release", "Everward.Reach/exposures"):
        assert uses(made(type_, "x", body)) == []
    assert shown(made("Microsoft.Network/privateEndpoints", "x", {"a": vault().id})) == []


def read(address: str, kind: Any, name: Any, in_vault: Any = None) -> Resource:
    told = {"kind": kind, "name": name, "vault": in_vault}
    return Resource(f"terraform:{address}", VAULT_READS, address, {"properties": told}, Origin(source="terraform"))


def copied(attribute: str, *reads: Resource) -> list[tuple[Any, ...]]:
    hole = Unknown(reason="read from Azure when planning", decided_by=(f"data.azurerm_key_vault_secret.s.{attribute}",))
    site = made("Microsoft.Web/sites", "web", {"a": hole})
    estate = Estate([Reading("terraform", "test", [vault(), site], elsewhere=list(reads))])
    return [(use.vault.rpartition("/")[2], use.item, use.kind, str(use.delivery)) for use in Keys(estate).uses]


@pytest.mark.parametrize(
    ("in_vault", "found"),
    [
        (vault().id, "kv"),
        (Unknown(reason="x", reference=vault().id), "kv"),
        (Unknown(reason="x", decided_by=("azurerm_key_vault.kv.id",)), "kv"),
        (Unknown(reason="x", decided_by=("data.azurerm_key_vault.shared.id",)), "shared"),
        (HOLE, ""),
        (None, ""),
        (7, ""),
    ],
)
def test_deployments_copy_what_they_read(in_vault: Any, found: str) -> None:
    reads = (read("data.azurerm_key_vault_secret.s", "secret", "s", in_vault),
             read("data.azurerm_key_vault.shared", "", "shared"))  # fmt: skip
    assert copied("value", *reads) == [(found, "s", "secret", "deployment")]


def test_what_is_read_of_a_vault_itself_is_no_copy() -> None:
    assert copied("value") == []
    assert copied("version", read("data.azurerm_key_vault_secret.s", "secret", "s", vault().id)) == []
    assert copied("value", read("data.azurerm_key_vault_secret.s", 7, "s")) == []
    assert copied("value", read("data.azurerm_key_vault_secret.s", "", HOLE)) == []
    assert copied("value", read("data.azurerm_key_vault_secret.s", "secret", HOLE)) == [
        ("", None, "secret", "deployment")
    ]


def test_data_sources_of_terraform_are_handed_on(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
        provider "azurerm" {
          features {}
        }
        data "azurerm_key_vault" "shared" {
          name                = "shared"
          resource_group_name = "rg"
        }
        data "azurerm_key_vault_secret" "s" {
          name         = "s"
          key_vault_id = data.azurerm_key_vault.shared.id
        }
        resource "azurerm_linux_web_app" "w" {
          name                = "web"
          location            = "northeurope"
          resource_group_name = "rg"
          service_plan_id     = "x"
          site_config {}
          app_settings = {
            TOKEN = data.azurerm_key_vault_secret.s.value
          }
        }
        """
    )
    found = Keys(Estate(read_workload([tmp_path], ReadOptions())))
    [use] = found.uses
    assert (use.vault.rpartition("/")[2], use.item, str(use.delivery)) == ("shared", "s", "deployment")
    assert found.following(use).follows is False


@pytest.mark.parametrize("value", [{}, {"a": 1}, {"keyName": "x"}, {"keyName": None, "vault": "x"}, {1: 2, 3: 4}])
def test_objects_without_parts(value: Any) -> None:
    assert parts_in(value) is None
