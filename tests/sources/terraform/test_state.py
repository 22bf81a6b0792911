"""States, as Terraform shows and keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.state import StateSource
from everward.sources.tree import Tree
from everward.values import Unknown

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
VAULT_ID = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
VAULT: dict[str, Any] = {
    "id": VAULT_ID,
    "name": "kv",
    "resource_group_name": "rg",
    "location": "westeurope",
    "sku_name": "standard",
    "network_acls": [{"default_action": "Deny", "bypass": "None", "ip_rules": []}],
    "access_policy": [],
    "vault_uri": "https://kv.vault.azure.net/",
}


def read(content: Any, folder: Path, name: str = "state.json") -> Reading:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    tree = Tree(path)
    source = StateSource()
    (item,) = source.find(tree)
    return source.read(item, tree, ReadOptions())


def resource(address: str = "azurerm_key_vault.kv", values: Any = VAULT, **more: Any) -> dict[str, Any]:
    plain = address.rpartition("module.x.")[2].removeprefix("data.").split("[")[0]
    kind, name = plain.split(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values, **more}


def shown(*resources: Any, **module: Any) -> dict[str, Any]:
    root = {"resources": list(resources), **module}
    return {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": root}}


def kept(*resources: Any, **more: Any) -> dict[str, Any]:
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 3,
        "lineage": "x",
        "resources": list(resources),
        **more,
    }


def own(*instances: Any, **more: Any) -> dict[str, Any]:
    head = {"mode": "managed", "type": "azurerm_key_vault", "name": "kv", "provider": "provider[x]"}
    return {**head, "instances": list(instances), **more}


def only(reading: Reading) -> Any:
    (one,) = reading.resources
    return one


def test_state_as_it_is_shown(tmp_path: Path) -> None:
    reading = read(shown(resource()), tmp_path)
    vault = only(reading)
    assert vault.id == VAULT_ID
    assert vault.get("properties.networkAcls.defaultAction") == "Deny"
    assert vault.origin.source == "state"
    assert vault.origin.address == "azurerm_key_vault.kv"
    assert (reading.source, reading.unresolved) == ("state", [])


def test_modules(tmp_path: Path) -> None:
    inner = {"address": "module.x", "resources": [resource("module.x.azurerm_key_vault.kv")]}
    deep = {"child_modules": [{"child_modules": [inner]}]}
    reading = read(shown(**deep), tmp_path)
    assert [one.address for one in reading.dispositions] == ["module.x.azurerm_key_vault.kv"]


def test_data_and_deposed_objects(tmp_path: Path) -> None:
    read_only = resource("data.azurerm_key_vault.d", mode="data")
    deposed = resource(values={**VAULT, "id": f"{VAULT_ID}2", "name": "kv2"}, deposed_key="abc")
    reading = read(shown(resource(), read_only, deposed), tmp_path)
    assert [one.address for one in reading.dispositions] == [
        "azurerm_key_vault.kv",
        "azurerm_key_vault.kv (deposed abc)",
    ]
    assert len(reading.resources) == 2


@pytest.mark.parametrize("content", [{"format_version": "1.0"}, shown(), kept()])
def test_empty_states(content: Any, tmp_path: Path) -> None:
    reading = read(content, tmp_path)
    assert (reading.resources, reading.unresolved) == ([], [])


def test_secret_is_a_hole_and_its_text_nowhere(tmp_path: Path) -> None:
    values = {**VAULT, "tenant_id": "S3CRET", "tags": {"a": "b", "c": "S3CRET"}}
    reading = read(shown(resource(values=values, sensitive_values={"tenant_id": True, "tags": {"c": True}})), tmp_path)
    vault = only(reading)
    assert isinstance(vault.get("properties.tenantId"), Unknown)
    assert vault.tags["a"] == "b"
    assert "S3CRET" not in repr(vault.body)


def test_secrets_in_lists(tmp_path: Path) -> None:
    acls = [{"default_action": "Deny", "bypass": None, "ip_rules": ["S3CRET", "1.1.1.1"]}]
    marks = {"network_acls": [{"ip_rules": [True], "bypass": True}]}
    vault = only(read(shown(resource(values={**VAULT, "network_acls": acls}, sensitive_values=marks)), tmp_path))
    public, secret = vault.get("properties.networkAcls.ipRules")
    assert public == {"value": "1.1.1.1"}
    assert isinstance(secret["value"], Unknown)
    assert "bypass" not in vault.get("properties.networkAcls")


def test_own_file(tmp_path: Path) -> None:
    reading = read(kept(own({"attributes": VAULT})), tmp_path, "terraform.tfstate")
    assert only(reading).id == VAULT_ID
    assert reading.unresolved == []


def test_addresses_of_the_own_file(tmp_path: Path) -> None:
    def vault(name: str, **more: Any) -> dict[str, Any]:
        return {
            "attributes": {**VAULT, "id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/{name}", "name": name},
            **more,
        }

    content = kept(
        own(vault("a", index_key="x"), vault("b", index_key=1), module='module.m["k"]'),
        own(vault("c"), vault("d", deposed="abc")),
        own({"attributes": {}}, mode="data"),
    )
    assert [one.address for one in read(content, tmp_path).dispositions] == [
        'module.m["k"].azurerm_key_vault.kv["x"]',
        'module.m["k"].azurerm_key_vault.kv[1]',
        "azurerm_key_vault.kv",
        "azurerm_key_vault.kv (deposed abc)",
    ]


def test_secrets_of_the_own_file(tmp_path: Path) -> None:
    marks = [[{"type": "get_attr", "value": "tenant_id"}], [{"type": "get_attr", "value": "network_acls"}, 3], 3, []]
    instance = {"attributes": {**VAULT, "tenant_id": "S3CRET"}, "sensitive_attributes": marks}
    vault = only(read(kept(own(instance)), tmp_path))
    assert isinstance(vault.get("properties.tenantId"), Unknown)
    assert isinstance(vault.get("properties.networkAcls"), Unknown)
    assert "S3CRET" not in repr(vault.body)


def test_subscription_is_that_of_most_resources(tmp_path: Path) -> None:
    setting = {"name": "s", "target_resource_id": VAULT_ID, "id": f"{VAULT_ID}|s"}
    role = {"role_definition_name": "Reader", "scope": VAULT_ID, "id": "guid"}
    reading = read(
        shown(
            resource(),
            resource("azurerm_monitor_diagnostic_setting.s", setting),
            resource("azurerm_role_assignment.r", role),
        ),
        tmp_path,
    )
    assert all("{subscription}" not in repr(one.body) for one in reading.resources)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({**shown(), "format_version": "3.0"}, "the state has format version `3.0`, which is not known"),
        (shown(3), "not an object"),
        (shown(None), "not an object"),
        (shown({}), "an empty object"),
        (shown({"type": "x"}), "no `address`"),
        (shown({"address": "a.b", "type": "a", "name": "b"}), "it has no `values`"),
        (shown({"address": "a.b", "values": {}, "name": "b"}), "no `type`"),
        (shown(child_modules={}), "not an array"),
        ({**shown(), "values": []}, "not an object"),
        (kept(version=3), "the state has version `3`, only 4 can be read"),
        ({"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "YQ=="}, "the state is encrypted"),
        (kept(3), "not an object"),
        (kept({"type": "x"}), "no `name`"),
        (kept({"name": "x"}), "no `type`"),
        (kept(own(3)), "not an object"),
        (kept(None), "not an object"),
        (kept(own(None)), "not an object"),
        (kept(own({})), "an empty object"),
        (kept(own({"index_key": 1})), "it has no `attributes`"),
        (kept(own(instances={})), "not an array"),
    ],
)
def test_parts_that_are_not_as_they_should_be(content: Any, reason: str, tmp_path: Path) -> None:
    said = [one for one in read(content, tmp_path).unresolved if one.incomplete]
    assert [one.reason for one in said] == [reason]
    assert said[0].origin is not None


def test_cut_file(tmp_path: Path) -> None:
    reading = read(json.dumps(kept(own({"attributes": VAULT}))).encode()[:-40], tmp_path)
    (said,) = reading.unresolved
    assert said.incomplete
    assert "not readable as JSON" in said.reason
    assert said.origin is not None
    assert said.origin.line == 1


ODD: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["address", "values", "resources", "instances", "attributes", "type", "name"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(ODD, ODD)
def test_nothing_breaks_reading(tmp_path: Path, value: Any, other: Any) -> None:
    read(shown(value, resource(values={**VAULT, "tags": other}, sensitive_values=value), child_modules=other), tmp_path)
    read(kept(value, own({"attributes": other, "sensitive_attributes": value}, other, module=value)), tmp_path)
    read({**shown(), "values": value}, tmp_path)
