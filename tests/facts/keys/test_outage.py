"""Who keeps what it reads while a vault is away, which way back takes longer, and what facts say of it."""

from typing import Any

import pytest
from tests.facts.keys.objects import deployment, pods, provider_class, rotating, scaler, secret
from tests.facts.keys.test_keys import HOLE, RG, STORE, VAULT, encrypted, key, made, vault

from everward.estate import Estate, Reading, Resource
from everward.facts.interface import with_facts
from everward.facts.keys.facts import KeysAnalysis
from everward.facts.keys.outage import Links, admits_services
from everward.values import Origin, Unknown

SITE = "Microsoft.Web/sites"


def facts(kind: str, *resources: Resource) -> list[Resource]:
    estate = with_facts(Estate([Reading("terraform", "test", list(resources))]), [KeysAnalysis()])
    return list(estate.of_type(f"Everward.Keys/{kind}"))


def link(target: Any, *groups: str, manual: bool = False) -> Resource:
    connection = {"properties": {"privateLinkServiceId": target, "groupIds": list(groups)}}
    name = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
    return made("Microsoft.Network/privateEndpoints", "pe", {name: [connection]})


@pytest.mark.parametrize(
    ("resources", "private"),
    [
        ([], False),
        ([link(vault().id.upper(), "vault")], True),
        ([link(vault().id, "vault", manual=True)], True),
        ([link(vault("other").id, "vault")], False),
        ([link(HOLE, "vault")], HOLE),
        ([link(HOLE, "blob")], False),
        ([link(HOLE)], HOLE),
    ],
)
def test_which_vaults_have_a_private_link(resources: list[Resource], private: Any) -> None:
    links = Links(Estate([Reading("terraform", "test", [vault(), *resources])]))
    assert links.private(vault()) == private


SETTING = "@Microsoft.KeyVault(VaultName=kv;SecretName=s)"


def asking(type_: str, properties: Any) -> Resource:
    """The only use of a vault by a resource."""
    name = "one/two" if type_.count("/") == 2 else "one"
    [use] = facts("uses", vault(), made(type_, name, properties))
    return use


def test_who_keeps_what_it_reads() -> None:
    resolved = asking(SITE, {"siteConfig": {"appSettings": [{"name": "A", "value": SETTING}]}})
    assert (resolved.get("kind"), resolved.get("properties.kept")) == ("reference", True)
    address = "https://kv.vault.azure.net/"
    asked = asking(SITE, {"siteConfig": {"appSettings": [{"name": "VAULT", "value": address}]}})
    hole = asked.get("properties.kept")
    assert isinstance(hole, Unknown)
    assert hole.decided_by == ("how `one` caches what it reads",)
    each_run = asking("Microsoft.DataFactory/factories/linkedservices", {"typeProperties": {"baseUrl": address}})
    assert each_run.get("properties.kept") is False
    [store] = facts("uses", vault(), key("cmk"), encrypted("https://kv.vault.azure.net/keys/cmk"))
    assert store.get("properties.kept") is None


def test_how_long_a_vault_may_be_away() -> None:
    use = made(SITE, "app", {"siteConfig": {"appSettings": [{"name": "A", "value": SETTING}]}})
    [short] = facts("uses", vault(), use)
    assert short.get("properties.outage") == "a few minutes"
    [long] = facts("uses", vault(), use, link(vault().id, "vault"))
    assert long.get("properties.outage") == "a few minutes, and up to 20 more over its private link"
    [elsewhere] = facts("uses", use)
    assert elsewhere.get("properties.privateLink") is None


@pytest.mark.parametrize(
    ("body", "admitted"),
    [
        ({}, True),
        ({"publicNetworkAccess": "Disabled"}, True),
        ({"networkAcls": {"defaultAction": "Deny"}}, True),
        ({"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}}, True),
        ({"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}, False),
        ({"publicNetworkAccess": "disabled", "networkAcls": {"bypass": "None"}}, False),
        ({"networkAcls": {"defaultAction": "Allow", "bypass": "None"}}, True),
        ({"networkAcls": {"defaultAction": HOLE, "bypass": "None"}}, HOLE),
        ({"networkAcls": {"defaultAction": "Deny", "bypass": HOLE}}, HOLE),
        ({"networkAcls": {"defaultAction": HOLE, "bypass": "AzureServices"}}, True),
    ],
)
def test_vaults_let_services_in(body: dict[str, Any], admitted: Any) -> None:
    assert admits_services(made(VAULT, "kv", body)) == admitted


def test_a_store_whose_vault_no_source_has_is_open() -> None:
    [store] = facts("stores", encrypted("https://else.vault.azure.net/keys/cmk"))
    for name in ("sameRegion", "admitted"):
        hole = store.get(f"properties.{name}")
        assert isinstance(hole, Unknown)
        assert hole.decided_by == ("vault `else`",)
    [own] = facts("stores", made(STORE, "st", {}))
    assert (own.get("properties.sameRegion"), own.get("properties.admitted")) == (None, None)


def test_what_a_vault_is_asked_is_open_where_it_cannot_be_counted() -> None:
    world = [vault(), rotating(), provider_class(), deployment(), pods(replicas=10)]
    [counted] = facts("vaults", *world)
    assert (counted.get("properties.loadShare"), counted.get("properties.loadOpen")) == (0.005, 0)
    grows = [*world[:-1], pods(autoscalers=[scaler().id]), scaler(minReplicas=1, maxReplicas=HOLE)]
    [open_] = facts("vaults", *grows)
    hole = open_.get("properties.loadOpen")
    assert isinstance(hole, Unknown)
    assert hole.decided_by
    [quiet] = facts("vaults", vault(), secret("a"))
    assert (quiet.get("properties.loadShare"), quiet.get("properties.loadOpen")) == (0, 0)


def plan(group: str, **more: Any) -> Resource:
    made_ = made(SITE, f"app-{group}", {"siteConfig": {"appSettings": [{"name": "A", "value": SETTING}]}}, **more)
    return Resource(made_.id.replace("/rg/", f"/{group}/"), SITE, made_.name, made_.body, made_.origin)


def moved(resource: Resource, group: str) -> Resource:
    return Resource(
        resource.id.replace("/rg/", f"/{group}/"), resource.type, resource.name, resource.body, resource.origin
    )


def test_stamps_that_use_vaults_from_elsewhere() -> None:
    assert "/rg" in RG
    [own] = facts("stamps", plan("rg", location="westeurope"), vault())
    assert (own.get("kind"), own.get("properties.foreignVaults")) == ("compute", 0)
    [far] = [
        item
        for item in facts("stamps", plan("one", location="westeurope"), vault())
        if item.get("properties.stamp") is not None
    ]
    assert far.get("properties.foreignVaults") == 1
    [open_] = facts("stamps", plan("one", location="westeurope"))
    hole = open_.get("properties.foreignVaults")
    assert isinstance(hole, Unknown)
    assert hole.decided_by == ("vault `kv`",)


def test_a_cluster_speaks_for_its_stamp() -> None:
    found = facts("stamps", plan("rg", location="westeurope"), rotating(), vault())
    assert [item.get("kind") for item in found] == ["cluster"]


def test_an_export_without_vaults_proves_nothing() -> None:
    cluster = rotating()
    exported = Resource(cluster.id, cluster.type, cluster.name, cluster.body, Origin(source="inventory"))
    other = moved(vault(), "other")
    [open_] = facts("stamps", exported)
    hole = open_.get("properties.ownVault")
    assert isinstance(hole, Unknown)
    assert hole.decided_by == ("an export of Microsoft.KeyVault/vaults",)
    found = [item for item in facts("stamps", exported, other) if item.get("kind") == "cluster"]
    assert [item.get("properties.ownVault") for item in found] == [False]
    [written] = facts("stamps", cluster)
    assert written.get("properties.ownVault") is False


def test_a_store_tells_what_can_part_it_from_its_key() -> None:
    far = made(VAULT, "kv", {"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}, location="northeurope")
    uri = f"https://kv.vault.azure.net/keys/cmk/{'0' * 32}"
    [store] = facts("stores", far, key("cmk"), encrypted(uri, location="westeurope"))
    summary = str(store.get("properties.summary"))
    for said in ("the vault stands in another region", "one version of the key is named", "lets no service in"):
        assert said in summary
    near = made(VAULT, "kv", {}, location="westeurope")
    [quiet] = facts("stores", near, key("cmk"), encrypted("https://kv.vault.azure.net/keys/cmk", location="westeurope"))
    assert ";" not in str(quiet.get("properties.summary"))
