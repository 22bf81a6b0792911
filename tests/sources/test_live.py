"""What templates refer to without declaring it is looked up in an inventory of the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from everward.estate import Reading
from everward.sources import Live, ReadOptions, read_workload
from everward.values import Unknown

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/app-rg"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
OPTIONS = ReadOptions(subscription=SUBSCRIPTION, resource_group="app-rg")

INVENTORY = [
    {
        "id": VAULT.upper(),
        "type": "microsoft.keyvault/vaults",
        "name": "kv1",
        "location": "swedencentral",
        "tags": {"env": "prod"},
        "properties": {
            "vaultUri": "https://kv1.vault.azure.net/",
            "networkAcls": {"defaultAction": "Deny"},
            "primaryKey": "3kX9vQ0sZt7Lr5Wm1Yb8Nc4Hd6Jf2Pg==",
        },
    },
    {
        "id": GROUP,
        "type": "Microsoft.Resources/subscriptions/resourceGroups",
        "name": "app-rg",
        "location": "norwayeast",
        "tags": {"owner": "sre"},
        "properties": {"provisioningState": "Succeeded"},
    },
]


def template(existing: bool, **values: Any) -> dict[str, Any]:
    declared = {"type": "Microsoft.KeyVault/vaults", "apiVersion": "2023-07-01", "name": "kv1", "existing": True}
    probe = {"type": "A.B/c", "apiVersion": "1", "name": "probe", "properties": values}
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "languageVersion": "2.0",
        "contentVersion": "1.0.0.0",
        "resources": {**({"vault": declared} if existing else {}), "probe": probe},
    }


def probe(folder: Path, existing: bool, inventory: bool = True, **values: Any) -> tuple[Any, list[Reading]]:
    (folder / "main.json").write_text(json.dumps(template(existing, **values)))
    if inventory:
        # The files of templates come first by name: what is deployed is read first all the same.
        (folder / "z-inventory.json").write_text(json.dumps(INVENTORY))
    readings = read_workload([folder], OPTIONS)
    found = [item for reading in readings for item in reading.resources if item.name == "probe"]
    return found[0].properties, readings


BY_ID = f"reference('{VAULT}', '2023-07-01')"


@pytest.mark.parametrize(("existing", "call"), [(True, "reference('vault')"), (False, BY_ID)])
def test_what_the_inventory_says_is_known(existing: bool, call: str, tmp_path: Path) -> None:
    full = call.replace(")", ", '2023-07-01', 'Full')") if existing else call.replace("')", "', 'Full')")
    found, _ = probe(
        tmp_path,
        existing,
        uri=f"[{call}.vaultUri]",
        action=f"[toUpper({call}.networkAcls.defaultAction)]",
        place=f"[{full}.location]",
        env=f"[{full}.tags.env]",
        unsaid=f"[{call}.networkAcls.bypass]",
    )
    assert (found["uri"], found["action"]) == ("https://kv1.vault.azure.net/", "DENY")
    assert (found["place"], found["env"]) == ("swedencentral", "prod")
    assert isinstance(found["unsaid"], Unknown)
    assert "inventory does not say" in found["unsaid"].reason
    assert (found["unsaid"].text or "").endswith(".networkAcls.bypass]")


@pytest.mark.parametrize("existing", [True, False])
def test_without_an_inventory_it_is_open(existing: bool, tmp_path: Path) -> None:
    call = "reference('vault')" if existing else BY_ID
    found, _ = probe(tmp_path, existing, inventory=False, uri=f"[{call}.vaultUri]")
    assert isinstance(found["uri"], Unknown)


def test_a_secret_of_the_inventory_does_not_travel(tmp_path: Path) -> None:
    found, readings = probe(tmp_path, False, shown=f"[concat('key=', {BY_ID}.primaryKey)]")
    assert isinstance(found["shown"], Unknown)
    assert INVENTORY[0]["properties"]["primaryKey"] not in repr(  # type: ignore[index]
        [resource.body for reading in readings for resource in reading.resources]
    )


def test_the_group_stands_where_the_inventory_has_it(tmp_path: Path) -> None:
    found, _ = probe(tmp_path, False, place="[resourceGroup().location]", owner="[resourceGroup().tags.owner]")
    assert found == {"place": "norwayeast", "owner": "sre"}


def test_what_a_template_declares_it_says_itself(tmp_path: Path) -> None:
    content = template(
        False, action="[reference('vault').networkAcls.defaultAction]", uri="[reference('vault').vaultUri]"
    )
    content["resources"]["vault"] = {
        "type": "Microsoft.KeyVault/vaults",
        "apiVersion": "2023-07-01",
        "name": "kv1",
        "properties": {"networkAcls": {"defaultAction": "Allow"}},
    }
    (tmp_path / "main.json").write_text(json.dumps(content))
    (tmp_path / "inventory.json").write_text(json.dumps(INVENTORY))
    readings = read_workload([tmp_path], OPTIONS)
    found: Any = next(item for reading in readings for item in reading.resources if item.name == "probe").properties
    assert found["action"] == "Allow"
    assert isinstance(found["uri"], Unknown)


def test_each_reading_is_there_once_and_in_its_order(tmp_path: Path) -> None:
    _, readings = probe(tmp_path, True, uri="[reference('vault').vaultUri]")
    assert [reading.source for reading in readings] == ["template", "inventory"]
    assert [resource.name for resource in readings[1].resources] == ["kv1", "app-rg"]


def test_what_is_deployed_is_found_by_its_id_alone() -> None:
    assert Live(()).find(VAULT) is None
    reading = Reading("inventory", "x")
    assert Live([reading]).find(VAULT) is None
