"""Provider configurations: which one a resource uses, and which subscription it stands in."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.terraform.workspace import instances_of, session_of, write

from everward.sources.interface import ReadOptions
from everward.sources.terraform.evaluation.configurations import NOT_GIVEN, Subscriptions
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree
from everward.values import Unknown

VERSION = (
    'terraform {\n  required_providers {\n    azurerm = { source = "hashicorp/azurerm", version = "4.1.0" }\n  }\n}\n'
)


def group(name: str, more: str = "") -> str:
    return (
        f'resource "azurerm_resource_group" "{name}" {{\n  name     = "{name}"\n  location = "westeurope"\n{more}}}\n'
    )


def ids(folder: Path, files: dict[str, str], subscription: str | None = None, **variables: str) -> dict[str, str]:
    """Name of each group to its id."""
    source, tree = TerraformSource(), Tree(write(folder, files))
    options = ReadOptions(subscription=subscription, variables=variables)
    readings = [source.read(item, tree, options) for item in source.find(tree)]
    return {resource.name: resource.id for reading in readings for resource in reading.resources}


def test_a_subscription_belongs_to_its_alias(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'variable "hub" {}\nvariable "spoke" {}\n'
        + 'provider "azurerm" {\n  subscription_id = var.spoke\n  features {}\n}\n'
        + 'provider "azurerm" {\n  alias = "hub"\n  subscription_id = var.hub\n  features {}\n}\n'
        + 'provider "azurerm" {\n  alias = "null"\n  subscription_id = null\n  features {}\n}\n'
        + 'provider "azurerm" {\n  alias = "sensitive"\n  subscription_id = sensitive("x")\n  features {}\n}\n'
        + group("own")
        + group("far", "  provider = azurerm.hub\n")
        + group("plain", "  provider = azurerm.null\n")
        + group("hidden", "  provider = azurerm.sensitive\n")
    )
    assert ids(tmp_path, {"main.tf": text}, hub="h", spoke="s") == {
        "own": "/subscriptions/s/resourceGroups/own",
        "far": "/subscriptions/h/resourceGroups/far",
        "plain": "/subscriptions/{subscription}/resourceGroups/plain",
        "hidden": "/subscriptions/x/resourceGroups/hidden",
    }
    # An alias whose subscription is open stands in another one than the rest; of the default one the user speaks.
    assert ids(tmp_path, {}, "given") == {
        "own": "/subscriptions/given/resourceGroups/own",
        "far": "/subscriptions/{var.hub}/resourceGroups/far",
        "plain": "/subscriptions/given/resourceGroups/plain",
        "hidden": "/subscriptions/x/resourceGroups/hidden",
    }


def test_an_id_in_an_open_subscription_says_what_decides_it(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'variable "hub" {}\nprovider "azurerm" {\n  alias = "hub"\n  subscription_id = var.hub\n}\n'
        + group("far", "  provider = azurerm.hub\n")
        + group("near", "  tags = { id = azurerm_resource_group.far.id }\n")
    )
    source, tree = TerraformSource(), Tree(write(tmp_path, {"main.tf": text}))
    (item,) = source.find(tree)
    (near,) = [one for one in source.read(item, tree, ReadOptions()).resources if one.name == "near"]
    tags = near.body["tags"]
    assert isinstance(tags, dict)
    hole = tags["id"]
    assert isinstance(hole, Unknown)
    assert (hole.decided_by, hole.reference) == (("var.hub",), "/subscriptions/{var.hub}/resourceGroups/far")


def test_modules_use_what_they_are_passed(tmp_path: Path) -> None:
    aliases = 'terraform {\n  required_providers {\n    azurerm = {\n      source = "hashicorp/azurerm"\n      configuration_aliases = [azurerm.there]\n    }\n  }\n}\n'
    files = {
        "main.tf": VERSION
        + 'provider "azurerm" {\n  subscription_id = "s"\n}\nprovider "azurerm" {\n  alias = "hub"\n  subscription_id = "h"\n}\n'
        + 'module "m" {\n  source = "./m"\n  providers = {\n    azurerm.there = azurerm.hub\n  }\n}\n'
        + 'module "swap" {\n  source = "./n"\n  providers = { azurerm = azurerm.hub, azurerm.there = azurerm }\n}\n'
        + 'module "legacy" {\n  source = "./legacy"\n}\n',
        "m/main.tf": aliases + group("m-here") + group("m-there", "  provider = azurerm.there\n")
        + 'module "n" {\n  source = "../n2"\n  providers = { azurerm.there = azurerm.there }\n}\n',
        "n/main.tf": aliases + group("n-here") + group("n-there", "  provider = azurerm.there\n"),
        "n2/main.tf": aliases + group("n2-here") + group("n2-there", "  provider = azurerm.there\n"),
        "legacy/main.tf": 'provider "azurerm" {\n  subscription_id = "l"\n}\nprovider "azurerm" {\n  alias = "hub"\n  subscription_id = "lh"\n}\n'
        + group("l-here") + group("l-hub", "  provider = azurerm.hub\n") + 'module "below" {\n  source = "../below"\n}\n',
        "below/main.tf": group("b-here"),
    }  # fmt: skip
    seen = {name: own.split("/")[2] for name, own in ids(tmp_path, files).items()}
    assert seen == {
        "m-here": "s", "m-there": "h", "n2-here": "s", "n2-there": "h",
        "n-here": "h", "n-there": "s",
        "l-here": "l", "l-hub": "lh", "b-here": "l",
    }  # fmt: skip


def test_what_nobody_passes_is_open(tmp_path: Path) -> None:
    files = {
        "main.tf": VERSION
        + 'provider "azurerm" {\n  alias = "hub"\n  subscription_id = "h"\n}\n'
        + 'module "m" {\n  source = "./m"\n}\n'
        + group("root", "  provider = azurerm.elsewhere\n"),
        "m/main.tf": group("m", "  provider = azurerm.hub\n"),
    }
    # An alias does not reach a module by itself: that it has the same name as one outside means nothing.
    assert ids(tmp_path, files) == {
        "m": "/subscriptions/{azurerm.hub in module.m}/resourceGroups/m",
        "root": "/subscriptions/{azurerm.elsewhere}/resourceGroups/root",
    }
    session = session_of(tmp_path / "m", {})
    value = session.configurations.value(instances_of(session)["azurerm_resource_group.m"].provider, "subscription_id")
    assert isinstance(value, Unknown)
    assert value.reason == NOT_GIVEN


def test_a_configuration_for_each_key_is_that_of_the_key(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'variable "open" {}\nlocals {\n  subs = { a = "1", "b in module.x" = "2" }\n}\n'
        + 'provider "azurerm" {\n  alias = "by"\n  for_each = local.subs\n  subscription_id = "${each.key}-${each.value}"\n}\n'
        + 'provider "azurerm" {\n  alias = "open"\n  for_each = var.open\n  subscription_id = each.value\n}\n'
        + 'provider "azurerm" {\n  alias = "set"\n  for_each = toset(["k"])\n  subscription_id = each.value\n}\n'
        + 'resource "azurerm_resource_group" "g" {\n  for_each = local.subs\n  provider = azurerm.by[each.key]\n  name = "g-${each.value}"\n}\n'
        + group("gone", '  provider = azurerm.by["nope"]\n')
        + group("open", '  provider = azurerm.open["k"]\n')
        + group("set", '  provider = azurerm.set["k"]\n')
        + group("unknown", "  provider = azurerm.by[var.open]\n")
        + group("broken", "  provider = azurerm.by[local.nope]\n")
    )
    seen = {name: own.split("/")[2] for name, own in ids(tmp_path, {"main.tf": text}).items()}
    assert (seen["g-1"], seen["g-2"]) == ("a-1", "b in module.x-2")
    assert seen["set"] == "k"
    assert seen["open"] == "{var.open}"
    assert all("{" in seen[name] for name in ("gone", "unknown", "broken"))


def test_a_configuration_that_needs_its_own_resources_is_open(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'provider "azurerm" {\n  alias = "hub"\n  subscription_id = azurerm_resource_group.g.id\n}\n'
        + group("g", "  provider = azurerm.hub\n")
    )
    (own,) = ids(tmp_path, {"main.tf": text}).values()
    assert own.startswith("/subscriptions/{")


@pytest.mark.parametrize("name", ["tenant_id", "client_id"])
def test_what_a_configuration_says_of_the_caller_is_known(tmp_path: Path, name: str) -> None:
    text = (
        f'provider "azurerm" {{\n  {name} = "said"\n}}\ndata "azurerm_client_config" "c" {{}}\n'
        f'resource "a_b" "c" {{\n  v = data.azurerm_client_config.c.{name}\n  w = data.azurerm_client_config.c.object_id\n}}\n'
    )
    seen = instances_of(session_of(tmp_path, text))["a_b.c"].attributes
    assert seen["v"] == "said"
    assert isinstance(seen["w"], Unknown)


def test_subscriptions_can_only_be_asked_for() -> None:
    subscriptions = Subscriptions()
    assert (list(subscriptions), len(subscriptions), subscriptions.get("azurerm")) == ([], 0, None)
