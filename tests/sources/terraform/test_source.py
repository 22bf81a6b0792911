"""Terraform folders as a source: roots, readings, and everything that must not pass in silence."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import write

from everward.estate import Reading
from everward.sources.interface import ReadOptions
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree, display
from everward.values import Unknown, UsageError

GROUP = 'resource "azurerm_resource_group" "g" {\n  name     = "g"\n  location = "westeurope"\n}\n'
VERSION = (
    'terraform {\n  required_providers {\n    azurerm = { source = "hashicorp/azurerm", version = "3.116.0" }\n  }\n}\n'
)


def roots(folder: Path) -> list[str]:
    tree = Tree(folder)
    return [os.path.relpath(item.path, tree.root) for item in TerraformSource().find(tree)]


def read(folder: Path, files: dict[str, str | bytes], **options: Any) -> Reading:
    source, tree = TerraformSource(), Tree(write(folder, files))
    (item,) = source.find(tree)
    return source.read(item, tree, ReadOptions(**options))


def test_folders_that_others_call_are_no_roots(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "live/main.tf": 'module "a" {\n  source = "../modules/a"\n}\nmodule "r" {\n  source = "x/y/z"\n}\n',
            "live/notes.txt": "",
            "modules/a/main.tf": 'module "b" {\n  source = "./b"\n}\n',
            "modules/a/b/main.tf": GROUP,
            "other/main.tf": GROUP,
            "json/main.tf.json": "{}",
            "docs/readme.md": "",
            ".terraform/modules/x/main.tf": GROUP,
        },
    )
    assert roots(tmp_path) == ["json", "live", "other"]
    assert roots(tmp_path / "modules") == ["a"]


def test_the_named_folder_is_a_root_whoever_calls_it(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": GROUP, "examples/x/main.tf": 'module "m" {\n  source = "../.."\n}\n'})
    assert roots(tmp_path) == [".", "examples/x"]
    write(tmp_path / "self", {"main.tf": 'module "m" {\n  source = "./"\n}\n'})
    assert roots(tmp_path / "self") == ["."]


def test_a_single_file_stands_for_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": GROUP, "more.tf": "locals {\n  a = 1\n}\n"})
    source, tree = TerraformSource(), Tree(tmp_path / "main.tf")
    (item,) = source.find(tree)
    assert len(source.read(item, tree, ReadOptions()).resources) == 1


def test_a_reading_has_resources_dispositions_and_inputs(tmp_path: Path) -> None:
    reading = read(tmp_path, {"main.tf": VERSION + GROUP}, subscription="s")
    (resource,) = reading.resources
    assert resource.id == "/subscriptions/s/resourceGroups/g"
    assert resource.origin.address == "azurerm_resource_group.g"
    assert resource.origin.file == display(tmp_path / "main.tf")
    assert [item.address for item in reading.dispositions] == ["azurerm_resource_group.g"]
    assert (reading.inputs[0].role, reading.inputs[0].detail) == ("root module", "1 files, 1 instances")
    assert reading.unresolved == []
    assert not reading.incomplete


def test_subscriptions_of_provider_configurations_are_read(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'locals {\n  hub = "h"\n}\nprovider "azurerm" {\n  features {}\n}\n'
        + 'provider "azurerm" {\n  alias = "hub"\n  subscription_id = local.hub\n}\n'
        + 'provider "azurerm" {\n  alias = "open"\n  subscription_id = var.nope\n}\n'
        + GROUP
        + GROUP.replace('"g" {', '"h" {\n  provider = azurerm.hub')
        + GROUP.replace('"g" {', '"o" {\n  provider = azurerm.open').replace('= "g"', '= "o"')
    )
    reading = read(tmp_path, {"main.tf": text}, subscription="s")
    assert {resource.id for resource in reading.resources} == {
        "/subscriptions/s/resourceGroups/g",
        "/subscriptions/h/resourceGroups/g",
        "/subscriptions/{azurerm.open}/resourceGroups/o",
    }


def test_variables_without_value_are_told_with_what_hangs_on_them(tmp_path: Path) -> None:
    text = (
        VERSION
        + 'variable "idle" {}\nvariable "p" {}\nvariable "each" {}\nvariable "d" {\n  default = 1\n}\n'
        + 'resource "azurerm_resource_group" "g" {\n  for_each = var.each\n  name = "${var.p}-rg"\n  location = var.p\n}\n'
    )
    reading = read(tmp_path, {"main.tf": text})
    told = {
        item.subject: (item.reason, item.origin.line if item.origin else None, item.incomplete)
        for item in reading.unresolved
    }
    first = VERSION.count("\n") + 1
    assert told["var.p"] == ("variable without value; decides 2 values of 1 resource", first + 1, False)
    assert told["var.each"] == ("variable without value; decides 1 value of 1 resource", first + 2, False)
    assert told["var.idle"] == ("variable without value; no resource needs it", first, False)
    assert "var.d" not in told
    assert told["azurerm_resource_group.g"][2]
    assert reading.incomplete
    (resource,) = reading.resources
    assert resource.cardinality is not None
    assert isinstance(resource.location, Unknown)


def test_values_that_a_pipeline_leaves_open_are_told_too(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(
        tmp_path,
        {
            "azure-pipelines.yml": "trigger: none\nsteps:\n  - script: terraform -chdir=infra plan -var p=x$(y)\n",
            "infra/main.tf": VERSION + 'variable "p" {}\n' + GROUP.replace('"g"\n', "var.p\n"),
        },
    )
    source, tree = TerraformSource(), Tree(tmp_path / "infra")
    (item,) = source.find(tree)
    reading = source.read(item, tree, ReadOptions())
    (told,) = reading.unresolved
    assert told.subject == "var.p"
    assert told.reason == "set while the pipeline runs; decides 1 value of 1 resource"


def test_the_workspace_can_be_given(tmp_path: Path) -> None:
    text = VERSION + GROUP.replace("{\n  name", '{\n  count = terraform.workspace == "prod" ? 2 : 0\n  name')
    assert len(read(tmp_path, {"main.tf": text}, variables={"terraform.workspace": "prod"}).dispositions) == 2
    assert read(tmp_path, {"main.tf": text}).incomplete


def test_a_missing_file_of_values_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read(tmp_path, {"main.tf": GROUP}, var_files=(tmp_path / "nope",))


@pytest.mark.parametrize(
    ("files", "place", "incomplete"),
    [
        ({"main.tf": GROUP + 'resource "a" "b" {\n  x = ]\n}\n'}, ("main.tf", 6), True),
        ({"main.tf": b"\x7fELF\x00\x01"}, ("main.tf", None), True),
        ({"main.tf.json": "{"}, ("main.tf.json", 1), True),
        ({"main.tf.json": '{"resource": {"a": 1}}'}, ("main.tf.json", 1), True),
        ({"main.tf": "locals {\n  a = local.b\n  b = local.a\n}\n"}, ("main.tf", 2), True),
        ({"main.tf": "locals {\n  a = " + "[" * 100_000 + "]" * 100_000 + "\n}\n"}, ("main.tf", 2), True),
        ({"main.tf": 'module "m" {\n  source = "./"\n}\n'}, ("main.tf", 2), True),
        ({"main.tf": 'resource "azurerm_resource_group" "g" {\n  count = 99999999\n}\n'}, ("main.tf", 2), True),
        ({"main.tf": 'resource "azurerm_resource_group" "g" {\n  name = local.x\n}\n'}, ("main.tf", 2), True),
        ({"main.tf": 'resource "azurerm_resource_group" "g" {\n  name = 1 + "x"\n}\n'}, ("main.tf", 2), False),
    ],
)
def test_nothing_is_dropped_in_silence(
    tmp_path: Path, files: dict[str, str | bytes], place: tuple[str, int | None], incomplete: bool
) -> None:
    reading = read(tmp_path, files)
    places = [(Path(item.origin.file or "").name, item.origin.line) for item in reading.unresolved if item.origin]
    assert place in places
    assert reading.incomplete is incomplete


def test_links_that_loop_end(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": VERSION + GROUP})
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "loop" / "loop")
    reading = read(tmp_path, {})
    assert len(reading.resources) == 1
    assert not reading.incomplete


def test_strange_names_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "näme with [brackets] & more"
    reading = read(folder, {"ü x.tf": VERSION + GROUP.replace('"g" {', '"ü-_1" {')})
    assert [item.address for item in reading.dispositions] == ["azurerm_resource_group.ü-_1"]
    assert reading.label == display(folder)


def test_modules_that_only_call_one_another_are_not_lost(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "live/main.tf": GROUP,
            "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
            "b/main.tf": 'module "a" {\n  source = "../a"\n}\nmodule "c" {\n  source = "../c"\n}\n',
            "c/main.tf": GROUP,
        },
    )
    assert roots(tmp_path) == ["a", "live"]
    source, tree = TerraformSource(), Tree(tmp_path)
    (item,) = [item for item in source.find(tree) if item.path.name == "a"]
    reading = source.read(item, tree, ReadOptions())
    (told,) = [item for item in reading.unresolved if "calls itself" in item.reason]
    assert told.incomplete
    assert told.help == "break the cycle: a module cannot call one that calls it"
