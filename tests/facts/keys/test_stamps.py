"""Which stamp has, uses and shares which vault."""

from typing import Any

import pytest
from tests.facts.keys.test_keys import facts

from everward.estate import Estate, Reading, Resource
from everward.facts.keys.stamps import Stamps
from everward.values import Origin, Unknown

SUB = "/subscriptions/11111111-1111-1111-1111-111111111111"
REGION = Unknown(reason="variable without value", decided_by=("var.stamps",), text="{module.stamp[*] value}")


def at(group: str, type_: str, name: str, address: str | None = None, location: Any = None, **body: Any) -> Resource:
    namespace, *types = type_.split("/")
    parts = "".join(f"/{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
    origin = Origin(source="terraform", file="main.tf", line=1, address=address)
    id_ = f"{SUB}/resourceGroups/{group}/providers/{namespace}{parts}"
    return Resource(id_, type_, name.rpartition("/")[2], {"properties": body, "location": location}, origin)


def cluster(group: str, region: Any = "westeurope", address: str | None = None) -> Resource:
    return at(group, "Microsoft.ContainerService/managedClusters", "aks", address, region)


def vault(group: str, name: str, region: Any = "westeurope", address: str | None = None) -> Resource:
    return at(group, "Microsoft.KeyVault/vaults", name, address, region)


def store(group: str, name: str, uses: str, region: Any = "westeurope", address: str | None = None) -> Resource:
    uri = f"https://{uses}.vault.azure.net/keys/cmk"
    return at(group, "Microsoft.DocumentDB/databaseAccounts", name, address, region, keyVaultKeyUri=uri)


def by(estate: Estate, kind: str, key: str) -> dict[Any, dict[str, Any]]:
    found = estate.of_type(f"Everward.Keys/{kind}")
    return {str(item.get(f"properties.{key}")).rpartition("/")[2]: dict(item.properties) for item in found}  # type: ignore[arg-type]


def test_each_stamp_with_a_vault_of_its_own() -> None:
    found = facts(
        cluster("one"), vault("one", "kv1"), store("one", "db1", "kv1"),
        cluster("two", "northeurope"), vault("two", "kv2", "northeurope"), store("two", "db2", "kv2", "northeurope"),
        vault("global", "kvg"), store("global", "dbg", "kvg"),
    )  # fmt: skip
    vaults = by(found, "vaults", "vault")
    assert {name: told["shared"] for name, told in vaults.items()} == {"kv1": False, "kv2": False, "kvg": False}
    assert (vaults["kvg"]["stamp"], vaults["kvg"]["usedByGlobal"]) == (None, True)
    stamps = by(found, "stamps", "stamp")
    assert {name: (told["ownVault"], told["vaultInRegion"]) for name, told in stamps.items()} == {
        "one": (True, True), "two": (True, True), "None": (True, None),
    }  # fmt: skip
    assert stamps["one"]["summary"] == "stamp `one` has the vault `kv1`"


def test_one_vault_for_all() -> None:
    found = facts(
        cluster("one"), store("one", "db1", "kv1"), vault("one", "kv1"),
        cluster("two", "northeurope"), store("two", "db2", "kv1", "northeurope"),
        store("global", "dbg", "kv1"),
    )  # fmt: skip
    told = by(found, "vaults", "vault")["kv1"]
    assert (told["shared"], told["usedByGlobal"], told["crossRegion"], len(told["usedByStamps"])) == (True, True, 1, 2)
    assert "2 stamps and what they share use it, 1 of them from another region" in told["summary"]
    stamps = by(found, "stamps", "stamp")
    assert (stamps["two"]["ownVault"], len(stamps["two"]["foreign"]), stamps["two"]["vaultInRegion"]) == (
        False,
        1,
        None,
    )
    assert stamps["two"]["summary"].endswith("has no vault of its own and uses `kv1` from elsewhere")
    uses = by(found, "uses", "consumer")
    assert [uses[name]["sameRegion"] for name in ("db1", "db2")] == [True, False]


def test_a_vault_in_another_region_than_its_stamp() -> None:
    found = facts(cluster("one"), vault("one", "kv1", "swedencentral"))
    assert by(found, "stamps", "stamp")["one"]["vaultInRegion"] is False
    hole = facts(cluster("one"), vault("one", "kv1", Unknown(reason="x")))
    assert isinstance(by(hole, "stamps", "stamp")["one"]["vaultInRegion"], Unknown)
    nowhere = facts(cluster("one", None), vault("one", "kv1"))
    assert by(nowhere, "stamps", "stamp")["one"]["vaultInRegion"] is None


def test_a_used_by_another_stamp_alone_is_shared() -> None:
    found = facts(cluster("one"), vault("one", "kv1"), cluster("two"), store("two", "db", "kv1"))
    assert by(found, "vaults", "vault")["kv1"]["shared"] is True


def test_instances_of_a_module_are_stamps_though_they_share_a_group() -> None:
    one, two = 'module.stamp["a"].', 'module.stamp["b"].'
    found = facts(
        cluster("all", address=f"{one}azurerm_kubernetes_cluster.x"),
        at("all", "Microsoft.Web/serverfarms", "plan", f"{two}azurerm_service_plan.x", "westeurope"),
        vault("all", "kv1", address=f"{one}azurerm_key_vault.x"),
        store("all", "db", "kv1", address=f"{two}azurerm_cosmosdb_account.x"),
        store("all", "shared", "kv1", address="azurerm_cosmosdb_account.x"),
    )
    told = by(found, "vaults", "vault")["kv1"]
    assert (told["stamp"], told["usedByStamps"], told["usedByGlobal"]) == (
        'module.stamp["a"]',
        ['module.stamp["b"]'],
        True,
    )


def test_what_stands_in_the_group_of_one_instance_belongs_to_it() -> None:
    estate = Estate([Reading("x", "x", [
        cluster("one", address="module.stamp[*].azurerm_kubernetes_cluster.x"), vault("one", "kv1"),
        vault("two", "kv2"),
    ])])  # fmt: skip
    stamps = Stamps(estate)
    assert [stamps.of(item) for item in estate if "vaults" in item.type] == ["module.stamp[*]", None]


def test_regions_that_are_the_same_hole() -> None:
    address = "module.stamp[*]."
    estate = Estate([Reading("x", "x", [
        cluster("one", REGION, f"{address}a.b"), vault("one", "kv1", REGION, f"{address}a.c"),
        vault("two", "kv2", REGION),
    ])])  # fmt: skip
    stamps = Stamps(estate)
    one, two, other = (item for item in estate if "providers" in item.id)
    assert stamps.same_region(one, two) is True
    assert isinstance(stamps.same_region(one, other), Unknown)


def test_parts_stand_where_what_they_are_part_of_does() -> None:
    site = at("one", "Microsoft.Web/sites", "web", None, "westeurope")
    part = at("one", "Microsoft.Web/sites/config", "web/appsettings")
    edge = at("one", "Microsoft.Cdn/profiles", "fd", None, "Global")
    estate = Estate([Reading("x", "x", [site, part, edge])])
    stamps = Stamps(estate)
    assert [stamps.place(item) for item in (part, edge)] == ["westeurope", None]
    assert stamps.same_region(part, edge) is None


def test_without_anything_that_computes_there_are_no_stamps() -> None:
    found = facts(vault("one", "kv1"), store("two", "db", "kv1"))
    assert by(found, "stamps", "stamp") == {}
    assert by(found, "vaults", "vault")["kv1"]["shared"] is False


@pytest.mark.parametrize("address", [None, "module.x.y", "module.a[", 'module.a["', "module.a[*]", "." * 50])
def test_strange_addresses_make_no_stamps(address: str | None) -> None:
    estate = Estate([Reading("x", "x", [cluster("one", address=address)])])
    assert Stamps(estate).all == (f"{SUB}/resourcegroups/one",)


def test_many_stamps_are_told_in_one_pass() -> None:
    listed = [item for number in range(1200) for item in (
        cluster(f"g{number}"), vault(f"g{number}", f"kv{number}"), store(f"g{number}", f"db{number}", f"kv{number}"),
    )]  # fmt: skip
    found = facts(*listed)
    assert len(found.of_type("Everward.Keys/stamps")) == 1200
    assert {told["ownVault"] for told in by(found, "stamps", "stamp").values()} == {True}
