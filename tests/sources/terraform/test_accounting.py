"""No block is dropped in silence: the crude scan knows a block, or the product says why it is not there."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.sources.terraform.accounting import account, main, scan
from tests.sources.terraform.workspace import write

TREES = [
    Path(path) for name in ("EVERWARD_MCO", "EVERWARD_TREES") for path in os.environ.get(name, "").split(":") if path
]

EVERYTHING: dict[str, str | bytes] = {
    "live/main.tf": 'terraform {\n  backend "local" {}\n}\nprovider "azurerm" {\n  features {}\n}\nprovider "azurerm" {\n  alias = "x"\n}\n'
    'variable "open" {}\nvariable "v" {\n  default = <<EOT\nresource "not" "a block" {\nEOT\n}\nlocals {\n  l = { a = 1 }\n}\nlocals {\n  m = 2\n}\n'
    'resource "azurerm_resource_group" "one" {\n  name = "g"\n  location = "l" # resource "no" "block" {\n}\n'
    'resource "azurerm_resource_group" "off" {\n  count = 0\n}\nresource "azurerm_resource_group" "open" {\n  for_each = var.open\n}\n'
    '/*\nresource "no" "block" {\n*/\nresource "random_id" "r" {}\nresource "azurerm_nobody_knows" "k" {\n  name = "k"\n}\n'
    'resource "azurerm_subnet_network_security_group_association" "a" {\n  subnet_id = "x"\n  network_security_group_id = "y"\n}\n'
    'data "azurerm_client_config" "c" {}\ndata "azurerm_resource_group" "off" {\n  for_each = {}\n}\n'
    'ephemeral "random_password" "p" {}\nmodule "on" {\n  source = "../modules/on"\n}\nmodule "off" {\n  source = "../modules/off"\n  count = 0\n}\n'
    'module "far" {\n  source = "x/y/z"\n}\nmodule "gone" {\n  source = "./gone"\n}\noutput "o" {\n  value = 1\n}\n'
    "moved {\n  from = a_b.x\n  to = a_b.y\n}\nremoved {\n  from = a_b.z\n}\nimport {\n  to = azurerm_resource_group.one\n  id = \"/subscriptions/s/resourceGroups/g\"\n}\n"
    'check "k" {\n  assert {\n    condition = true\n    error_message = "x"\n  }\n}\nresource "azurerm_resource_group" "one" {}\nresource "one_label" {}\nnonsense "x" {}\n',
    "live/override.tf": 'resource "azurerm_resource_group" "one" {\n  location = "m"\n}\n',
    "live/more.tf.json": json.dumps({
        "//": "x",
        "resource": {"azurerm_resource_group": {"json": {"name": "j", "location": "l"}, "two": [{"count": 0}]}},
        "data": {"azurerm_subscription": {"s": {}}},
        "output": {"p": {"value": "${local.m}"}},
        "locals": {"j": 1},
    }),
    "live/replaced.tf": 'resource "azurerm_resource_group" "replaced" {}\n',
    "live/replaced.tofu": 'resource "azurerm_resource_group" "instead" {\n  name = "i"\n}\n',
    "live/broken.tf": 'resource "azurerm_resource_group" "broken" {\n  name = \n}\nresource "azurerm_resource_group" "beside" {\n  name = "b"\n}\n',
    "modules/on/main.tf": 'variable "v" {\n  default = 1\n}\nresource "azurerm_resource_group" "in" {\n  name = "in"\n}\nmodule "off" {\n  source = "../off"\n}\n',
    "modules/off/main.tf": 'resource "azurerm_resource_group" "sometimes" {\n  name = "s"\n}\noutput "o" {\n  value = 1\n}\nmodule "deep" {\n  source = "../deep"\n  for_each = {}\n}\n',
    "modules/deep/main.tf": 'resource "azurerm_resource_group" "deep" {}\ndata "azurerm_client_config" "c" {}\nlocals {\n  a = 1\n}\n',
    "loop/a/main.tf": 'module "b" {\n  source = "../b"\n}\nresource "azurerm_resource_group" "a" {}\n',
    "loop/b/main.tf": 'module "a" {\n  source = "../a"\n}\nresource "azurerm_resource_group" "b" {}\n',
}  # fmt: skip


def test_every_block_of_every_kind_is_accounted_for(tmp_path: Path) -> None:
    made = account(write(tmp_path, EVERYTHING))
    assert made.lost == []
    assert made.roots == 2
    assert len(made.blocks) == 50
    labels = {block.labels for block in made.blocks}
    assert ("azurerm_resource_group", "instead") in labels
    assert ("azurerm_resource_group", "replaced") not in labels
    assert ("not", "a block") not in labels
    assert ("no", "block") not in labels


def test_a_block_that_nothing_knows_of_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"main.tf": 'resource "azurerm_resource_group" "g" {\n  count = 0\n}\nlocals {\n  a = 1\n}\n'})
    assert account(tmp_path).lost == []
    monkeypatch.setattr("tests.sources.terraform.accounting._used", lambda _module: iter(()))
    assert [(block.kind, block.line) for block in account(tmp_path).lost] == [("locals", 4)]


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_every_block_of_a_public_tree_is_accounted_for(tree: Path) -> None:
    made = account(tree)
    assert made.lost == []
    assert made.roots
    assert len(made.blocks) == len(scan(tree))


def test_the_table_has_a_row_for_each_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, EVERYTHING)
    monkeypatch.setattr("sys.argv", ["accounting", str(tmp_path)])
    main()
    head, _, row, *rest = capsys.readouterr().out.splitlines()
    assert head.startswith("| tree | commit | roots | blocks |")
    assert row.split(" | ")[2] == "2"
    assert any("is not in the repository" in line for line in rest)
