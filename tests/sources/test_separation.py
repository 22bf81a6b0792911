from pathlib import Path
from typing import Any

from everward.criteria import Catalogue
from everward.estate import Disposed, Disposition, Estate, Reading, Resource
from everward.sources import ReadOptions, read_workload
from everward.sources.separation import separate
from everward.values import Origin, Unknown

GROUP = "/subscriptions/{subscription}/resourceGroups/{var.prefix}-rg"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{var.prefix}}-kv"
HERE = Origin(source="terraform")


def reading(label: str, resource_id: str = VAULT, **properties: Any) -> Reading:
    resource = Resource(
        id=resource_id,
        type="Microsoft.KeyVault/vaults",
        name=resource_id.rsplit("/", 1)[-1],
        body={"properties": properties},
        origin=HERE,
    )
    disposed = Disposed("azurerm_key_vault.a", Disposition.RESOURCE, into=resource_id)
    return Reading("terraform", label, [resource], [disposed, Disposed("x", Disposition.NONE)])


def ids(*readings: Reading) -> list[str]:
    separate(readings)
    return [resource.id for item in readings for resource in item.resources]


def test_the_same_open_name_in_two_readings_is_two_resources() -> None:
    first, second, third = reading("infra/a"), reading("infra/b"), reading("infra/c")
    found = ids(first, second, third)
    assert len(set(found)) == 3
    assert found[0] == VAULT
    assert "{var.prefix @ infra|b}-kv" in found[1]
    assert "/subscriptions/{subscription}/" in found[1]
    assert second.dispositions[0].into == found[1]
    assert len(list(Estate([first, second, third]).of_type("Microsoft.KeyVault/vaults"))) == 3


def test_known_ids_and_those_open_only_in_the_subscription_meet() -> None:
    shared = "/subscriptions/{subscription}/resourceGroups/{resource-group}/providers/Microsoft.KeyVault/vaults/kv"
    known = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
    assert ids(reading("a", shared), reading("b", shared)) == [shared, shared]
    assert ids(reading("a", known), reading("b", known)) == [known, known]


def test_references_are_renamed_with_the_ids_and_other_text_is_not() -> None:
    hole = Unknown(reason="known after apply", reference=VAULT, text="{var.prefix}-kv")
    second = reading("b", ids=[hole, {VAULT: {}}], script="echo {var.prefix}", plain=Unknown(reason="r"), count=3)
    second.resources[0].cardinality = Unknown(reason="many", text="{var.stamps}")
    second.resources[0].condition = Unknown(reason="perhaps", reference=VAULT)
    separate([reading("a"), second])
    resource = second.resources[0]
    listed: Any = resource.get("properties.ids")
    assert listed[0].reference == resource.id
    assert list(listed[1]) == [resource.id]
    assert resource.get("properties.script") == "echo {var.prefix}"
    assert resource.get("properties.plain") == Unknown(reason="r")
    assert isinstance(resource.condition, Unknown)
    assert resource.condition.reference == resource.id
    assert resource.cardinality is not None
    assert resource.cardinality.text == "{var.stamps @ b}"


def test_renaming_twice_changes_nothing_more() -> None:
    first, second = reading("a"), reading("b")
    once = ids(first, second)
    assert ids(first, second) == once


def test_two_roots_with_the_same_open_name_are_both_read(tmp_path: Path) -> None:
    for root in ("a", "b"):
        folder = tmp_path / root
        folder.mkdir()
        (folder / "main.tf").write_text(
            'variable "p" {}\nresource "azurerm_resource_group" "g" {\n  name = "${var.p}-rg"\n}\n'
        )
    estate = Estate(read_workload([tmp_path], ReadOptions()))
    assert len(estate.of_type("Microsoft.Resources/subscriptions/resourceGroups")) == 2


def test_a_resource_of_an_export_keeps_its_place_under_another_body(tmp_path: Path) -> None:
    path = tmp_path / "inventory.json"
    path.write_text(
        '[{"id": "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v",\n'
        '  "type": "Microsoft.Network/virtualNetworks", "name": "v", "properties": {"subnets": [{"name": "a"}]}},\n'
        ' {"id": "/subscriptions/0/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/a",\n'
        '  "type": "Microsoft.Network/virtualNetworks/subnets", "name": "a", "properties": {}}]\n'
    )
    (read,) = read_workload([path], ReadOptions())
    network = read.resources[0]
    other = network.with_body({"properties": {}})
    assert (other.id, other.origin, other.body) == (network.id, network.origin, {"properties": {}})
    estate = Estate([read])
    for criterion in Catalogue.load():
        if criterion.kind == "policy":
            assert all(criterion.policy().evaluate(resource, estate).state for resource in estate)
