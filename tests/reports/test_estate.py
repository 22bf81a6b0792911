"""The estate as it was read, for people and for machines."""

import json
from typing import Any

from tests.reports.sample import HOSTILE, estate, vault

from everward.estate import Estate, Reading, Resource
from everward.reports import Look
from everward.reports.estate import estate_json, estate_text, resource_text
from everward.values import Origin


def lines(given: Estate, **look: Any) -> list[str]:
    return b"".join(estate_text(given, list(given), Look(**look))).decode().splitlines()


def test_everything_is_said_of_each_resource() -> None:
    shown = lines(estate())
    text = "\n".join(shown)
    assert shown[0] == "infra (terraform): 8 resources"
    for words in (
        "Microsoft.KeyVault/vaults (6)",
        "  swedencentral modules/stamp/key vault.tf:12",
        "    1 unknown: var.access",
        "    exists if var.access",
        "    any number: var.access",
        "    no mapping: only its existence is known",
        "4 addresses: 1 resource, 1 merged, 1 opaque, 1 none",
        "  random_pet.a: nothing in ARM",
        "  azurerm_foo.b: no mapping: only its existence is known",
        "! main.tf:44: module.registry: the module is not on this machine",
        "- variables.tf:3: var.access: variable without value",
    ):
        assert words in text, words
    assert "azurerm_link.a: folded into" in text
    assert "\x1b" not in text
    assert all(len(line) <= 80 for line in shown)


def test_versions_that_differ_are_marked() -> None:
    one, two = vault("kv"), vault("kv")
    one.origin, two.origin = Origin("inventory", "a.json", 2), Origin("inventory", "b.json", 2)
    two.body = {"properties": {"other": True}}
    given = Estate([Reading("inventory", "a.json", [one]), Reading("inventory", "b.json", [two])])
    shown = lines(given)
    assert "    also b.json:2" in shown
    assert any(line.startswith("    readings differ: location and properties.") for line in shown)
    assert "readings differ on 1 resource: everward estate diff" in shown
    assert any(line.startswith("- 1 resource: what inputs say of the same resource differs") for line in shown)
    document = json.loads(b"".join(estate_json(given, list(given))))
    assert [item["subject"] for item in document["unresolved"]] == ["1 resource"]
    (resource,) = [item for item in document["resources"] if item["name"] == "kv"]
    assert [item["reading"] for item in resource["readings"]] == ["a.json", "b.json"]
    assert "properties.other" in resource["differs"]


def test_long_lists_are_shortened_and_full_shows_all() -> None:
    many = Estate([Reading("terraform", "infra", [vault(f"kv{number}") for number in range(40)])])
    assert "  ... 15 more: --full shows all" in lines(many)
    assert sum(" modules/" in line for line in lines(many, full=True)) == 40


def test_json_keeps_the_chosen_resources_only() -> None:
    read = estate()
    chosen = [resource for resource in read if resource.name == "open"]
    document = json.loads(b"".join(estate_json(read, chosen)))
    assert [item["name"] for item in document["resources"]] == ["open"]
    assert len(document["addresses"]) == 4
    assert len(document["unresolved"]) == 2
    assert document["inputs"][0]["files"][1]["used"] is False
    assert "hunter2" not in json.dumps(document)


def test_one_resource_is_shown_with_places_and_without_secrets() -> None:
    read = estate()
    text = b"".join(resource_text(read, next(item for item in read if item.name == "open"))).decode()
    assert text.splitlines()[2] == 'modules/stamp/key vault.tf:12  module.stamp["open"].azurerm_key_vault.stamp'
    assert "(redacted)" in text
    assert "hunter2" not in text
    assert "  properties.enablepurgeprotection   modules/stamp/key vault.tf:20" in text
    bare = Resource("/a", "T/t", HOSTILE, {"a": HOSTILE}, Origin("inventory"))
    shown = b"".join(resource_text(read, bare)).decode()
    assert "\x1b" not in shown
    assert "Where it is written" not in shown
