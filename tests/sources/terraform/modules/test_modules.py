"""Folders to declarations: files, overrides, providers."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import write

from everward.estate import Unresolved
from everward.sources.terraform.modules import ModuleLoader, Requirements, is_local, read_requirements
from everward.sources.terraform.modules.declarations import reference_text
from everward.sources.terraform.syntax import Literal, parse_expression
from everward.sources.tree import Tree


def loader_of(folder: Path, files: dict[str, str | bytes]) -> ModuleLoader:
    return ModuleLoader(Tree(write(folder, files)))


def told(items: list[Unresolved]) -> list[tuple[str, int | None]]:
    assert all(item.incomplete for item in items)
    return [(item.reason, item.origin.line if item.origin else None) for item in items]


def test_declarations_are_gathered_from_all_files(tmp_path: Path) -> None:
    loader = loader_of(
        tmp_path,
        {
            "a.tf": 'variable "v" {}\nlocals {\n  l = 1\n}\nresource "a_b" "c" {}\n',
            "b.tf": 'data "a_b" "c" {}\noutput "o" {}\nmodule "m" {\n  source = "./m"\n}\nprovider "a" {}\n'
            'moved {\n  from = a_b.x\n  to = a_b.c\n}\ncheck "x" {}\nterraform {\n  required_providers {\n    a = { source = "x/a" }\n  }\n}\n',
            ".hidden.tf": "nonsense",
            "readme.md": "x",
        },
    )
    module = loader.load(tmp_path)
    assert module.unresolved == []
    assert list(module.variables) == ["v"]
    assert list(module.locals) == ["l"]
    assert list(module.resources) == [("managed", "a_b", "c"), ("data", "a_b", "c")]
    assert (list(module.outputs), list(module.calls), len(module.providers)) == (["o"], ["m"], 1)
    assert list(module.required_providers) == ["a"]
    assert module.files == 2
    assert loader.load(tmp_path / "." / "x" / "..") is module


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a = 1\n", "an argument is not expected here", 1),
        ('resource "x" {}\n', "needs 2 labels, not 1", 1),
        ("variable {}\n", "needs 1 labels, not 0", 1),
        ("nope {}\n", "this kind of block is not known", 1),
        ('check "k" {\n  data "x" {}\n}\n', "needs 2 labels, not 1", 2),
        ('provider "a" {}\nprovider "a" {\n  x = 1\n}\n', "configured twice", 2),
        ("moved {\n  from = a_b.c\n}\n", "needs `to`", 1),
        ('output "o" {}\noutput "o" {}\n', "declared twice", 2),
        ('variable "o" {}\nvariable "o" {}\n', "declared twice", 2),
        ("locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n", "declared twice", 5),
        ('resource "a" "b" {}\nresource "a" "b" {}\n', "declared twice", 2),
        ('variable "v" {\n  type = nope\n}\n', "type: `nope` is not a type", 2),
        ("x = [\n", "syntax error", 1),
        (b"\x00", "is not text in UTF-8", None),
    ],
)
def test_what_does_not_belong_is_told(tmp_path: Path, text: str | bytes, reason: str, line: int | None) -> None:
    module = loader_of(tmp_path, {"main.tf": text}).load(tmp_path)
    ((found, at),) = told(module.unresolved)
    assert reason in found
    assert at == line


def test_stacks_are_told(tmp_path: Path) -> None:
    module = loader_of(tmp_path, {"x.tfcomponent.hcl": "", "x.tfdeploy.hcl": "", "y.tfvars": "", "z.hcl": ""}).load(
        tmp_path
    )
    assert told(module.unresolved) == [("stacks of Terraform are not read", None)] * 2
    assert module.files == 0


def test_files_of_opentofu_stand_in_for_those_of_terraform(tmp_path: Path) -> None:
    module = loader_of(
        tmp_path,
        {
            "main.tf": 'resource "a" "terraform" {}\n',
            "main.tofu": 'resource "a" "tofu" {}\n',
            "json.tf.json": '{"resource": {"a": {"json_terraform": {}}}}',
            "json.tofu.json": '{"resource": {"a": {"json_tofu": {}}}}',
            "other.tf": 'resource "a" "other" {}\n',
            "only.tofu": 'resource "a" "only" {}\n',
            "override.tofu": 'resource "a" "other" {\n  x = 1\n}\n',
            ".hidden.tofu": "nonsense",
            "#main.tf#": "nonsense",
        },
    ).load(tmp_path)
    assert module.unresolved == []
    assert {name for _, _, name in module.resources} == {"tofu", "json_tofu", "other", "only"}
    assert module.replaced == ["json.tf.json", "main.tf"]
    assert list(module.resources["managed", "a", "other"].body.attributes) == ["x"]
    assert module.files == 5


def test_folders_and_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    loader = loader_of(tmp_path, {"m/main.tf": 'resource "a" "b" {}\n'})
    ((reason, _),) = told(loader.load(tmp_path / "nowhere").unresolved)
    assert "no such file" in reason
    os.symlink(tmp_path / "gone.tf", tmp_path / "dangling.tf")
    ((reason, _),) = told(loader.load(tmp_path).unresolved)
    assert "link" in reason


def test_a_file_that_vanishes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = loader_of(tmp_path, {"main.tf": ""})
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )
    ((reason, _),) = told(loader.load(tmp_path).unresolved)
    assert "permission denied" in reason


def test_override_files_are_laid_over(tmp_path: Path) -> None:
    module = loader_of(
        tmp_path,
        {
            "main.tf": 'resource "a" "b" {\n  x = 1\n  y = 1\n  in {}\n  out {}\n}\ndata "a" "b" {\n  x = 1\n}\n'
            'locals {\n  l = 1\n}\nvariable "v" {\n  default = 1\n}\nvariable "w" {\n  default = 1\n}\n'
            'module "m" {\n  source = "./a"\n}\noutput "o" {\n  value = 1\n}\n',
            "main_override.tf": 'resource "a" "b" {\n  x = 2\n  in {\n    z = 2\n  }\n}\ndata "a" "b" {\n  x = 2\n}\n'
            'locals {\n  l = 2\n}\nvariable "v" {\n  default = 2\n}\nvariable "w" {}\nmodule "m" {\n  source = "./b"\n}\n'
            'output "o" {\n  value = 2\n}\n',
            "override.tf": 'resource "a" "new" {}\n',
        },
    ).load(tmp_path)

    def plain(expression: Any) -> Any:
        assert isinstance(expression, Literal)
        return expression.value

    assert told(module.unresolved) == [("an override file changes what is not there", 1)]
    body = module.resources["managed", "a", "b"].body
    assert {name: plain(attribute.value) for name, attribute in body.attributes.items()} == {"x": 2, "y": 1}
    assert [(block.type, list(block.body.attributes)) for block in body.blocks] == [("out", []), ("in", ["z"])]
    assert plain(module.resources["data", "a", "b"].body.attributes["x"].value) == 2
    assert plain(module.locals["l"].value) == 2
    assert plain(module.variables["v"].default) == 2
    assert plain(module.variables["w"].default) == 1
    assert plain(module.calls["m"].body.attributes["source"].value) == "./b"
    assert plain(module.outputs["o"].body.attributes["value"].value) == 2
    assert ("managed", "a", "new") in module.resources


@pytest.mark.parametrize(
    ("source", "local"), [("./x", True), ("../x", True), (".", True), ("x/y/z", False), ("/abs", False), (".\\x", True)]
)
def test_local_sources_are_told_apart(source: str, local: bool) -> None:
    assert is_local(source) is local


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, Requirements(None, None)),
        (
            {"main.tf": 'terraform {\n  required_providers {\n    azurerm = { source = "hashicorp/azurerm", version = "3.1" }\n  }\n}\n'},
            Requirements("3.1", None),
        ),
        (
            {"main.tf": 'terraform {\n  required_providers {\n    az = { source = "registry.terraform.io/hashicorp/azurerm", version = "~> 4.0" }\n  }\n}\n'},
            Requirements("~> 4.0", None),
        ),
        ({"main.tf": 'terraform {\n  required_providers {\n    azurerm = "2.9"\n  }\n}\n'}, Requirements("2.9", None)),
        ({"main.tf": 'terraform {\n  required_providers {\n    azurerm = var.x\n  }\n}\n'}, Requirements(None, None)),
        ({"main.tf": 'terraform {\n  required_providers {\n    azurerm = { source = "other/azurerm", version = "1" }\n  }\n}\n'}, Requirements(None, None)),
        ({"main.tf": 'provider "azurerm" {\n  version = "=2.0"\n}\n'}, Requirements("=2.0", None)),
        (
            {"main.tf": "", ".terraform.lock.hcl": 'provider "registry.terraform.io/hashicorp/random" {\n  version = "3.0.0"\n}\n'
             'provider "registry.terraform.io/hashicorp/azurerm" {\n  version = "3.116.0"\n}\n'},
            Requirements(None, "3.116.0"),
        ),
        ({"main.tf": "", ".terraform.lock.hcl": 'provider "x/hashicorp/azurerm" {\n  version = 3\n}\n'}, Requirements(None, None)),
        ({"main.tf": "", ".terraform.lock.hcl": b"\x00"}, Requirements(None, None)),
    ],
)  # fmt: skip
def test_the_version_of_a_provider_is_read(
    tmp_path: Path, files: dict[str, str | bytes], expected: Requirements
) -> None:
    loader = loader_of(tmp_path, files)
    assert read_requirements(loader.load(tmp_path), loader) == expected


def test_a_lock_file_that_cannot_be_read_locks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loader = loader_of(tmp_path, {".terraform.lock.hcl": "", "main.tf": ""})
    root = loader.load(tmp_path)
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )
    assert read_requirements(root, loader).locked is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("azurerm", "azurerm"),
        ("azurerm.hub", "azurerm.hub"),
        ('"azurerm.old"', "azurerm.old"),
        ("a[0]", None),
        ("1", None),
    ],
)
def test_provider_references_are_read(text: str, expected: str | None) -> None:
    assert reference_text(parse_expression(text, "test")) == expected
