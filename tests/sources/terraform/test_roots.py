"""Roots that look at one another: data sources of what another declares, and outputs in states."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import write

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree
from everward.values import Unknown

AZURE = 'terraform {\n  required_providers {\n    azurerm = { source = "hashicorp/azurerm", version = "4.1.0" }\n  }\n'
VERSION = AZURE + "}\n"
GROUP = 'resource "azurerm_resource_group" "g" {\n  name     = "shared"\n  location = "swedencentral"\n  tags = { a = "b" }\n}\n'
SEEN = 'resource "azurerm_storage_account" "s" {\n  name = "sa"\n  resource_group_name = "x"\n  location = LOCATION\n  account_tier = "Standard"\n  account_replication_type = "ZRS"\n}\n'


def readings(folder: Path, files: dict[str, str | bytes], **options: Any) -> dict[str, Reading]:
    source, tree = TerraformSource(), Tree(write(folder, files))
    given = ReadOptions(**options)
    return {item.path.name: source.read(item, tree, given) for item in source.find(tree)}


def location(reading: Reading) -> Any:
    (account,) = [one for one in reading.resources if one.type == "Microsoft.Storage/storageAccounts"]
    return account.location


def told(reading: Reading) -> list[str]:
    return [item.reason for item in reading.unresolved if item.subject != "version of azurerm"]


def seen(expression: str) -> str:
    return SEEN.replace("LOCATION", expression)


# Data sources


def test_a_data_source_of_what_the_root_declares_is_known(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'variable "p" {}\n'
        + GROUP.replace('"shared"', '"${var.p}-rg"')
        + 'data "azurerm_resource_group" "d" {\n  name = "${var.p}-rg"\n}\n'
        + seen("data.azurerm_resource_group.d.location")
    )
    for options in ({}, {"variables": {"p": "x"}}, {"subscription": "s"}):
        reading = readings(tmp_path, {"one/main.tf": text}, **options)["one"]
        assert location(reading) == "swedencentral"


def test_a_data_source_finds_defaults_and_what_stands_in_blocks(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'resource "azurerm_key_vault" "k" {\n  name = "kv"\n  location = "l"\n  resource_group_name = "g"\n  sku_name = "premium"\n  tenant_id = "t"\n'
        + '  network_acls {\n    bypass = "None"\n    default_action = "Deny"\n  }\n}\n'
        + 'data "azurerm_key_vault" "d" {\n  name = "kv"\n  resource_group_name = "g"\n}\n'
        + 'resource "azurerm_resource_group" "r" {\n  name = "r"\n  location = "l"\n  tags = {\n    sku = data.azurerm_key_vault.d.sku_name\n'
        + "    open = data.azurerm_key_vault.d.public_network_access_enabled\n    acl = data.azurerm_key_vault.d.network_acls[0].bypass\n    uri = data.azurerm_key_vault.d.vault_uri\n  }\n}\n"
    )
    (group,) = [one for one in readings(tmp_path, {"one/main.tf": text})["one"].resources if one.name == "r"]
    tags = group.body["tags"]
    assert isinstance(tags, dict)
    assert {name: value for name, value in tags.items() if name != "uri"} == {
        "sku": "premium",
        "open": "true",
        "acl": "None",
    }
    assert isinstance(tags["uri"], Unknown)


def test_a_data_source_of_what_another_root_declares_is_known_when_its_name_is(tmp_path: Path) -> None:
    data = 'data "azurerm_resource_group" "d" {\n  name = "shared"\n}\n' + seen(
        "data.azurerm_resource_group.d.location"
    )
    files: dict[str, str | bytes] = {
        "a/main.tf": VERSION + data,
        "b/main.tf": VERSION + 'module "m" {\n  source = "../modules/m"\n}\n' + 'data "azurerm_resource_group" "gone" {\n  name = "gone"\n}\n' + seen("data.azurerm_resource_group.gone.location"),
        "modules/m/main.tf": GROUP,
    }  # fmt: skip
    found = readings(tmp_path, files, subscription="s")
    assert location(found["a"]) == "swedencentral"
    assert isinstance(location(found["b"]), Unknown)
    # Where the subscription is not known, both may stand in different ones.
    assert isinstance(location(readings(tmp_path, {})["a"]), Unknown)


def test_what_another_root_does_not_know_is_open(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/main.tf": VERSION + 'data "azurerm_resource_group" "d" {\n  name = "shared"\n}\n' + seen("data.azurerm_resource_group.d.location"),
        "b/main.tf": VERSION + 'variable "l" {}\n' + GROUP.replace('"swedencentral"', "var.l"),
    }  # fmt: skip
    hole = location(readings(tmp_path, files, subscription="s")["a"])
    assert isinstance(hole, Unknown)
    assert hole.decided_by == ("data.azurerm_resource_group.d.location",)


def test_roots_that_look_at_one_another_end(tmp_path: Path) -> None:
    def root(own: str, other: str) -> str:
        return (
            VERSION
            + f'data "azurerm_resource_group" "d" {{\n  name = "{other}"\n}}\n'
            + f'resource "azurerm_resource_group" "g" {{\n  name = "{own}"\n  location = data.azurerm_resource_group.d.location\n}}\n'
        )

    found = readings(tmp_path, {"a/main.tf": root("a", "b"), "b/main.tf": root("b", "a")}, subscription="s")
    assert all(isinstance(reading.resources[0].location, Unknown) for reading in found.values())


def state(resource_id: str, **more: Any) -> str:
    attributes = {"id": resource_id, "location": "polandcentral", "tags": {"a": "b"}, "secret": "x"}
    instance = {
        "attributes": attributes,
        "sensitive_attributes": [[{"type": "get_attr", "value": "secret"}], "odd"],
        **more,
    }
    data = {"mode": "data", "type": "azurerm_resource_group", "instances": [{"attributes": {"id": resource_id}}]}
    managed = {"mode": "managed", "type": "azurerm_resource_group", "instances": [instance, 1]}
    return json.dumps({"version": 4, "resources": [data, managed, "odd"]})


OWN = "/subscriptions/S/resourceGroups/Shared"


@pytest.mark.parametrize(
    ("files", "attribute", "expected"),
    [
        ({"x/a.tfstate": state(OWN)}, "location", "polandcentral"),
        ({"x/a.tfstate": state(OWN)}, "secret", None),
        ({"x/a.tfstate": state(OWN), "x/b.tfstate": state(OWN)}, "location", None),
        ({"x/a.tfstate": state(OWN, deposed="1")}, "location", None),
        ({"x/a.tfstate": state("/subscriptions/t/resourceGroups/shared")}, "location", None),
        ({"x/a.tfstate": '{"version": 3}'}, "location", None),
        ({"x/a.tfstate": '{"version": 4, "resources": 1}'}, "location", None),
        ({"x/a.tfstate": "{"}, "location", None),
    ],
)
def test_a_data_source_of_what_a_state_has_is_known(
    tmp_path: Path, files: dict[str, str], attribute: str, expected: str | None
) -> None:
    text = 'data "azurerm_resource_group" "d" {\n  name = "shared"\n}\n' + seen(
        f"data.azurerm_resource_group.d.{attribute}"
    )
    value = location(readings(tmp_path, {"a/main.tf": VERSION + text, **files}, subscription="s")["a"])
    assert isinstance(value, Unknown) if expected is None else value == expected


# Outputs in states

OUTPUTS = (
    'locals {\n  name = "global"\n}\n'
    'variable "open" {}\noutput "l" {\n  value = "norwayeast"\n}\noutput "list" {\n  value = ["x", var.open]\n}\n'
    'output "id" {\n  value = azurerm_resource_group.g.id\n}\noutput "secret" {\n  value = "hush"\n  sensitive = true\n}\n'
)


def remote(config: str, backend: str = "azurerm", name: str = "l") -> str:
    return (
        VERSION
        + f'data "terraform_remote_state" "r" {{\n  backend = "{backend}"\n  config = {config}\n}}\n'
        + seen(f"data.terraform_remote_state.r.outputs.{name}")
    )


def backed(settings: str, kind: str = "azurerm") -> str:
    return AZURE + f'  backend "{kind}" {{\n{settings}\n  }}\n}}\n' + GROUP + OUTPUTS


@pytest.mark.parametrize(
    ("settings", "config", "known"),
    [
        ('key = "global.tfstate"', '{ key = "global.tfstate", storage_account_name = "s" }', True),
        ('key = "global.tfstate"\nstorage_account_name = "s"', '{ key = "global.tfstate", storage_account_name = "s" }', True),
        ('key = "global.tfstate"\nstorage_account_name = "t"', '{ key = "global.tfstate", storage_account_name = "s" }', False),
        ('key = "other.tfstate"', '{ key = "global.tfstate" }', False),
        # What a pipeline adds is not in the files: nothing names this state.
        ("", '{ key = "global.tfstate" }', False),
        ('key = "global.tfstate"', "{ key = var.key }", False),
        ('key = "global.tfstate"', '"x"', False),
        # OpenTofu lets variables and locals name a backend.
        ('key = "${local.name}.tfstate"', '{ key = "global.tfstate" }', True),
        ("key = var.open", '{ key = "global.tfstate" }', False),
        ("key = 1", '{ key = "1" }', False),
    ],
)  # fmt: skip
def test_outputs_of_the_root_that_writes_the_state_are_known(
    tmp_path: Path, settings: str, config: str, known: bool
) -> None:
    files: dict[str, str | bytes] = {
        "a/main.tf": remote(config) + 'variable "key" {}\n',
        "b/main.tf": backed(settings),
    }
    value = location(readings(tmp_path, files)["a"])
    assert (value == "norwayeast") if known else isinstance(value, Unknown)


def test_what_is_open_in_another_root_has_no_name_here(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/main.tf": remote('{ key = "k" }', name="list[1]")
        + 'resource "azurerm_resource_group" "x" {\n  name = "x"\n  location = "l"\n'
        "  tags = { id = data.terraform_remote_state.r.outputs.id, secret = data.terraform_remote_state.r.outputs.secret, first = data.terraform_remote_state.r.outputs.list[0] }\n}\n",
        "b/main.tf": backed('key = "k"'),
    }
    reading = readings(tmp_path, files)["a"]
    hole = location(reading)
    assert (hole.decided_by, hole.text) == (("var.open",), "{data.terraform_remote_state.r.outputs.list}")
    (group,) = [one for one in reading.resources if one.name == "x"]
    tags = group.body["tags"]
    assert isinstance(tags, dict)
    assert tags["first"] == "x"
    own, secret = tags["id"], tags["secret"]
    assert isinstance(own, Unknown)
    # The subscription is open in both, and an open part of an id means something else in another root.
    assert own.reference is None
    assert isinstance(secret, Unknown)
    (group,) = [one for one in readings(tmp_path, {}, subscription="s")["a"].resources if one.name == "x"]
    tags = group.body["tags"]
    assert isinstance(tags, dict)
    assert tags["id"] == "/subscriptions/s/resourceGroups/shared"


@pytest.mark.parametrize(
    ("files", "path", "known"),
    [
        ({"b/main.tf": VERSION + GROUP + OUTPUTS}, "../b/terraform.tfstate", True),
        ({"b/main.tf": VERSION + GROUP + OUTPUTS}, "../b/other.tfstate", False),
        ({"b/main.tf": backed('path = "states/b.tfstate"', "local")}, "../b/terraform.tfstate", False),
        ({"b/main.tf": backed('path = "b.tfstate"', "local")}, "../b/b.tfstate", True),
        ({"s/x.tfstate": '{"version": 4, "outputs": {"l": {"value": "norwayeast"}}}'}, "../s/x.tfstate", True),
        ({"s/x.tfstate": '{"version": 4, "outputs": {"l": {"value": "norwayeast", "sensitive": true}}}'}, "../s/x.tfstate", False),
        ({"s/x.tfstate": '{"version": 3, "outputs": {"l": {"value": "norwayeast"}}}'}, "../s/x.tfstate", False),
        ({"s/x.tfstate": "[" * 100_000}, "../s/x.tfstate", False),
        ({}, "../nowhere/x.tfstate", False),
        ({}, "terraform.tfstate", False),
        ({}, "/etc/terraform.tfstate", False),
        ({}, "~/terraform.tfstate", False),
    ],
)  # fmt: skip
def test_outputs_of_a_local_state_are_known(tmp_path: Path, files: dict[str, str], path: str, known: bool) -> None:
    value = location(readings(tmp_path, {"a/main.tf": remote(f'{{ path = "{path}" }}', "local"), **files})["a"])
    assert (value == "norwayeast") if known else isinstance(value, Unknown)


def test_the_old_form_of_the_configuration_is_read(tmp_path: Path) -> None:
    text = remote("{}").replace("config = {}", 'config {\n    key = "k"\n  }')
    files: dict[str, str | bytes] = {"a/main.tf": text, "b/main.tf": backed('key = "k"')}
    assert location(readings(tmp_path, files)["a"]) == "norwayeast"


def test_states_that_name_one_another_end(tmp_path: Path) -> None:
    def root(own: str, other: str) -> str:
        return (
            AZURE + f'  backend "azurerm" {{\n    key = "{own}"\n  }}\n}}\n'
            f'data "terraform_remote_state" "r" {{\n  backend = "azurerm"\n  config = {{ key = "{other}" }}\n}}\n'
            'output "l" {\n  value = data.terraform_remote_state.r.outputs.l\n}\n'
            + seen("data.terraform_remote_state.r.outputs.l")
        )  # fmt: skip

    found = readings(tmp_path, {"a/main.tf": root("a", "b"), "b/main.tf": root("b", "a"), "c/main.tf": root("c", "c")})
    assert all(isinstance(location(reading), Unknown) for reading in found.values())


def test_outputs_pass_through_several_roots(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/main.tf": remote('{ key = "b" }'),
        "b/main.tf": AZURE + '  backend "azurerm" {\n    key = "b"\n  }\n}\n'
        'data "terraform_remote_state" "r" {\n  backend = "azurerm"\n  config = { key = "c" }\n}\n'
        'output "l" {\n  value = data.terraform_remote_state.r.outputs.l\n}\n',
        "c/main.tf": backed('key = "c"'),
    }
    assert location(readings(tmp_path, files)["a"]) == "norwayeast"


@pytest.mark.parametrize(("length", "known"), [(5, True), (12, False)])
def test_a_row_of_roots_is_followed_for_a_while(tmp_path: Path, length: int, known: bool) -> None:
    def root(number: int) -> str:
        return (
            AZURE + f'  backend "azurerm" {{\n    key = "r{number}"\n  }}\n}}\n'
            f'data "terraform_remote_state" "r" {{\n  backend = "azurerm"\n  config = {{ key = "r{number + 1}" }}\n}}\n'
            'output "l" {\n  value = data.terraform_remote_state.r.outputs.l\n}\n'
            + (seen("data.terraform_remote_state.r.outputs.l") if number == 0 else "")
        )  # fmt: skip

    files: dict[str, str | bytes] = {f"r{number:02}/main.tf": root(number) for number in range(length)}
    files["end/main.tf"] = backed(f'key = "r{length}"')
    value = location(readings(tmp_path, files)["r00"])
    assert (value == "norwayeast") if known else isinstance(value, Unknown)


# What is said of a root


def test_blocks_without_an_instance_are_addresses_with_a_reason(tmp_path: Path) -> None:
    text = (
        VERSION
        + GROUP.replace("{\n  name", "{\n  count = 0\n  name")
        + 'data "azurerm_resource_group" "d" {\n  count = 0\n}\n'
    )
    reading = readings(tmp_path, {"one/main.tf": text})["one"]
    assert [(item.address, str(item.disposition), item.reason) for item in reading.dispositions] == [
        ("azurerm_resource_group.g", "none", "`count` is 0")
    ]
    assert told(reading) == []


def test_files_that_opentofu_does_not_read_are_named(tmp_path: Path) -> None:
    reading = readings(tmp_path, {"one/main.tf": "nonsense", "one/main.tofu": VERSION + GROUP})["one"]
    assert told(reading) == []
    assert [(Path(item.path).name, item.used) for item in reading.inputs] == [("one", True), ("main.tf", False)]


def test_files_that_test_a_root_are_named(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "one/main.tf": VERSION + GROUP,
        "one/unit.tofutest.hcl": "run {}",
        "one/tests/plan.tftest.hcl": "run {}",
        "one/tests/notes.md": "",
    }
    reading = readings(tmp_path, files)["one"]
    named = [(Path(item.path).name, item.role, item.used) for item in reading.inputs[1:]]
    assert named == [("unit.tofutest.hcl", "test", False), ("plan.tftest.hcl", "test", False)]
    assert told(reading) == []


def test_a_folder_that_a_variable_names_is_no_root(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "live/main.tofu": 'variable "kind" {\n  default = "m"\n}\nvariable "open" {}\nlocals {\n  up = ".."\n}\n'
        'module "m" {\n  source = "${local.up}/modules/${var.kind}"\n}\nmodule "n" {\n  source = "../modules/${var.open}"\n}\n',
        "modules/m/main.tofu": GROUP,
        "modules/n/main.tofu": GROUP,
    }
    found = readings(tmp_path, files, variables={"open": "n"})
    # What only the user's value leads to is not known when roots are looked for.
    assert list(found) == ["live", "n"]
    assert [item.address for item in found["live"].dispositions] == [
        "module.m.azurerm_resource_group.g",
        "module.n.azurerm_resource_group.g",
    ]


def test_a_root_in_json_is_found(tmp_path: Path) -> None:
    content = {"resource": {"azurerm_resource_group": {"g": {"name": "g", "location": "l"}}}}
    (reading,) = readings(tmp_path, {"one/main.tf.json": json.dumps(content)}).values()
    assert [one.name for one in reading.resources] == ["g"]
