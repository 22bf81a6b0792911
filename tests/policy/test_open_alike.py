"""Whether a related resource is there when the judged one is: by the conditions that real sources give both."""

from __future__ import annotations

import json
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from everward.estate import Estate, Reading
from everward.policy import State, compile_definition, load_definition
from everward.policy.existence import presence
from everward.sources.interface import ReadOptions
from everward.sources.template import TemplateSource
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
OPTIONS = ReadOptions(subscription=SUBSCRIPTION, resource_group="g", location="westeurope")
ADDRESS, NETWORK = "Microsoft.Network/publicIPAddresses", "Microsoft.Network/virtualNetworks"

HEAD = """
terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "4.10.0" }
  }
}
"""
VARIABLES = 'variable "edge" {}\nvariable "env" {}\nvariable "stamps" {}\n'


def address(meta: str) -> str:
    return f"""
resource "azurerm_public_ip" "p" {{
  {meta}
  name                = "p"
  resource_group_name = "g"
  location            = "westeurope"
  allocation_method   = "Static"
}}
"""


def network(meta: str) -> str:
    return f"""
resource "azurerm_virtual_network" "v" {{
  {meta}
  name                = "v"
  resource_group_name = "g"
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}}
"""


def judged(*readings: Reading) -> State:
    """Whether the public address has a network beside it."""
    estate = Estate(readings)
    rule = {
        "if": {"field": "type", "equals": ADDRESS},
        "then": {"effect": "auditIfNotExists", "details": {"type": NETWORK}},
    }
    (subject,) = estate.of_type(ADDRESS)
    assert len(estate.of_type(NETWORK)) == 1
    return compile_definition(load_definition(rule)).evaluate(subject, estate).state


def terraform(folder: Path, **files: str) -> Reading:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    tree, source = Tree(folder), TerraformSource()
    item = next(item for item in source.find(tree))
    return source.read(item, tree, OPTIONS)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("count = var.edge ? 1 : 0", "count = var.edge ? 1 : 0", State.COMPLIANT),
        ("count = var.edge ? 1 : 0", "count   =  var.edge  ?  1 : 0", State.COMPLIANT),
        ("count = var.edge ? 0 : 1", "count = var.edge ? 1 : 0", State.UNKNOWN),
        ('count = var.env == "prod" ? 1 : 0', 'count = var.env == "dev" ? 1 : 0', State.UNKNOWN),
        ('count = var.env == "a b" ? 1 : 0', 'count = var.env == "a  b" ? 1 : 0', State.UNKNOWN),
        ("for_each = var.stamps", "for_each = var.stamps", State.COMPLIANT),
        (
            "for_each = var.stamps",
            'for_each = toset([for s in var.stamps : "KeyVaults" if s == "neverland"])',
            State.UNKNOWN,
        ),
        ("count = length(var.stamps)", "for_each = var.stamps", State.UNKNOWN),
    ],
)
def test_terraform_resources_are_open_alike_by_one_expression(
    tmp_path: Path, one: str, two: str, expected: State
) -> None:
    assert judged(terraform(tmp_path, main=HEAD + VARIABLES + address(one) + network(two))) is expected


def test_what_stands_in_one_module_instance_is_open_alike(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "./m"\n  count = var.edge ? 1 : 0\n  on = var.env\n}\n'
    inner = 'variable "on" {}\n'
    both = {"main": HEAD + VARIABLES + call, "m__main": inner + address("") + network("")}
    assert judged(terraform(tmp_path / "a", **both)) is State.COMPLIANT
    own = "count = var.on ? 1 : 0"
    both["m__main"] = inner + address(own) + network(own)
    assert judged(terraform(tmp_path / "b", **both)) is State.COMPLIANT
    both["m__main"] = inner + address("") + network(own)
    assert judged(terraform(tmp_path / "c", **both)) is State.UNKNOWN


def test_one_expression_in_two_modules_is_two(tmp_path: Path) -> None:
    inner, own = 'variable "edge" {}\n', "count = var.edge ? 1 : 0"
    files = {
        "main": HEAD + VARIABLES + 'module "m" {\n  source = "./m"\n  edge = !var.edge\n}\n' + address(own),
        "m__main": inner + network(own),
    }
    assert judged(terraform(tmp_path, **files)) is State.UNKNOWN


def test_one_expression_in_two_configurations_is_two(tmp_path: Path) -> None:
    own = "count = var.edge ? 1 : 0"
    one = terraform(tmp_path / "one", main=HEAD + VARIABLES + address(own))
    two = terraform(tmp_path / "two", main=HEAD + VARIABLES + network(own))
    assert judged(one, two) is State.UNKNOWN


def test_a_copy_that_is_judged_stands_for_what_the_estate_has(tmp_path: Path) -> None:
    own = "count = var.edge ? 1 : 0"
    estate = Estate([terraform(tmp_path, main=HEAD + VARIABLES + address(own) + network(own))])
    (subject,), (related,) = estate.of_type(ADDRESS), estate.of_type(NETWORK)
    assert presence(related, copy(subject), estate) is True
    elsewhere = copy(subject)
    elsewhere.id += "-other"
    assert presence(related, elsewhere, estate) is not True


def test_a_long_expression_is_told_apart_by_its_end(tmp_path: Path) -> None:
    listed = " || ".join(f"var.env == {number}" for number in range(60))
    one, two = (f"count = {listed} || var.env == {last} ? 1 : 0" for last in (98, 99))
    assert judged(terraform(tmp_path / "a", main=HEAD + VARIABLES + address(one) + network(one))) is State.COMPLIANT
    assert judged(terraform(tmp_path / "b", main=HEAD + VARIABLES + address(one) + network(two))) is State.UNKNOWN


def template(folder: Path, one: dict[str, Any], two: dict[str, Any], *, nested: tuple[Any, Any] | None = None) -> State:
    resources: list[dict[str, Any]] = [
        {"type": kind, "apiVersion": "2023-01-01", "name": name, "location": "westeurope", "properties": {}, **extra}
        for kind, name, extra in ((ADDRESS, "p", one), (NETWORK, "v", two))
    ]
    if nested is not None:
        resources = [
            {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2022-09-01",
                "name": f"d{index}",
                "condition": condition,
                "properties": {
                    "mode": "Incremental",
                    "template": {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [item]},
                },
            }
            for index, (item, condition) in enumerate(zip(resources, nested, strict=True))
        ]
    content = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"edge": {"type": "bool"}, "stamps": {"type": "int"}},
        "resources": resources,
    }
    folder.mkdir(exist_ok=True)
    (folder / "main.json").write_text(json.dumps(content))
    tree, source = Tree(folder), TemplateSource()
    (item,) = source.find(tree)
    return judged(source.read(item, tree, OPTIONS))


SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
ON, OFF = "[parameters('edge')]", "[not(parameters('edge'))]"


def loop(count: str) -> dict[str, Any]:
    return {"copy": {"name": "each", "count": count}}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({"condition": ON}, {"condition": ON}, State.COMPLIANT),
        ({"condition": OFF}, {"condition": OFF}, State.COMPLIANT),
        ({"condition": OFF}, {"condition": ON}, State.UNKNOWN),
        ({}, {"condition": ON}, State.UNKNOWN),
        ({"condition": ON}, {}, State.COMPLIANT),
        (loop("[parameters('stamps')]"), loop("[parameters('stamps')]"), State.COMPLIANT),
        (loop("[parameters('stamps')]"), loop("[sub(parameters('stamps'), 1)]"), State.UNKNOWN),
    ],
)
def test_template_resources_are_open_alike_by_one_expression(
    tmp_path: Path, one: dict[str, Any], two: dict[str, Any], expected: State
) -> None:
    assert template(tmp_path, one, two) is expected


@pytest.mark.parametrize(
    ("around", "expected"),
    [((ON, ON), State.COMPLIANT), ((ON, OFF), State.UNKNOWN), ((True, ON), State.UNKNOWN), ((ON, True), State.UNKNOWN)],
)
def test_the_condition_of_a_nested_deployment_is_part_of_it(
    tmp_path: Path, around: tuple[Any, Any], expected: State
) -> None:
    # The tags of the group are not known, so the condition inside is open as well.
    own = {"condition": "[equals(resourceGroup().tags.on, 'yes')]"}
    assert template(tmp_path, own, own, nested=around) is expected
