"""Override files: what they change, and what they cannot."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import instances_of, session_of, write

from everward.sources.terraform.modules import Module, ModuleLoader
from everward.sources.terraform.modules.loader import is_override
from everward.sources.tree import Tree


def load(folder: Path, base: str, over: str, name: str = "x_override.tf") -> Module:
    return ModuleLoader(Tree(write(folder, {"main.tf": base, name: over}))).load(folder)


def attributes(tmp_path: Path, files: dict[str, str | bytes], address: str = "a_b.c") -> dict[str, Any]:
    session = session_of(tmp_path, files)
    assert session.root.unresolved == []
    assert session.unresolved == []
    return instances_of(session)[address].attributes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("override.tf", True), ("x_override.tf", True), ("override.tf.json", True), ("x_override.tofu", True),
        ("override.tofu.json", True), ("xoverride.tf", False), ("override_x.tf", False), ("main.tf", False),
    ],
)  # fmt: skip
def test_the_name_says_whether_a_file_overrides(name: str, expected: bool) -> None:
    assert is_override(name) is expected


def test_arguments_are_replaced_and_blocks_by_their_type(tmp_path: Path) -> None:
    base = (
        'resource "a_b" "c" {\n  x = 1\n  y = 1\n  keep {\n    v = 1\n  }\n  gone {\n    v = 1\n  }\n  gone {\n    v = 2\n  }\n'
        '  made {\n    v = 1\n  }\n  dynamic "both" {\n    for_each = [1]\n    content {\n      v = 1\n    }\n  }\n}\n'
    )
    over = (
        'resource "a_b" "c" {\n  y = 2\n  gone {\n    v = 3\n  }\n  dynamic "made" {\n    for_each = [7]\n    content {\n      v = made.value\n    }\n  }\n'
        "  both {\n    v = 9\n  }\n}\n"
    )
    assert attributes(tmp_path, {"main.tf": base, "override.tf": over}) == {
        "x": 1,
        "y": 2,
        "keep": [{"v": 1}],
        "gone": [{"v": 3}],
        "made": [{"v": 7}],
        "both": [{"v": 9}],
    }


def test_an_argument_takes_the_place_of_blocks_and_blocks_of_an_argument(tmp_path: Path) -> None:
    base = 'resource "a_b" "c" {\n  one {\n    v = 1\n  }\n  two = 1\n}\n'
    over = 'resource "a_b" "c" {\n  one = [{ v = 2 }]\n  two {\n    v = 2\n  }\n}\n'
    assert attributes(tmp_path, {"main.tf": base, "override.tf": over}) == {"one": [{"v": 2}], "two": [{"v": 2}]}


def test_lifecycle_is_laid_over_argument_by_argument(tmp_path: Path) -> None:
    base = 'resource "a_b" "c" {\n  lifecycle {\n    prevent_destroy = true\n    ignore_changes = [x]\n  }\n}\n'
    over = 'resource "a_b" "c" {\n  lifecycle {\n    ignore_changes = all\n  }\n}\n'
    (lifecycle,) = load(tmp_path, base, over).resources["managed", "a_b", "c"].body.blocks
    assert list(lifecycle.body.attributes) == ["prevent_destroy", "ignore_changes"]
    assert lifecycle.body.attributes["ignore_changes"].origin.line == 3


def test_override_files_are_laid_over_in_order_and_in_json_too(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "main.tf": 'resource "a_b" "c" {\n  x = 1\n  y = 1\n  z = 1\n}\n',
        "a_override.tf": 'resource "a_b" "c" {\n  x = 2\n  y = 2\n}\n',
        "b_override.tf.json": '{"resource": {"a_b": {"c": {"y": 3}}}}',
    }
    assert attributes(tmp_path, files) == {"x": 2, "y": 3, "z": 1}


def test_variables_keep_what_is_not_overridden(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "main.tf": 'variable "v" {\n  type = number\n  default = 1\n}\nvariable "w" {\n  default = "w"\n}\n'
        'locals {\n  l = 1\n}\nresource "a_b" "c" {\n  v = [var.v, var.w, local.l]\n}\n',
        "override.tf": 'variable "v" {\n  default = "2"\n}\nvariable "w" {\n  type = string\n}\nlocals {\n  l = 2\n}\n',
    }
    assert attributes(tmp_path, files) == {"v": [2, "w", 2]}


def test_modules_outputs_data_and_providers_are_laid_over(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "main.tf": 'module "m" {\n  source = "./m"\n  v = 1\n}\noutput "o" {\n  value = 1\n}\ndata "a_b" "d" {\n  v = 1\n}\n'
        'ephemeral "a_b" "e" {\n  v = 1\n}\nprovider "a" {\n  alias = "x"\n  subscription_id = "1"\n}\nresource "a_b" "c" {\n  v = [module.m.o, data.a_b.d.v]\n}\n',
        "override.tf": 'module "m" {\n  source = "./n"\n}\noutput "o" {\n  value = 2\n}\ndata "a_b" "d" {\n  v = 2\n}\n'
        'ephemeral "a_b" "e" {\n  v = 2\n}\nprovider "a" {\n  alias = "x"\n  subscription_id = "2"\n}\nprovider "b" {\n  subscription_id = "3"\n}\n',
        "m/main.tf": 'variable "v" {}\noutput "o" {\n  value = "m${var.v}"\n}\n',
        "n/main.tf": 'variable "v" {}\noutput "o" {\n  value = "n${var.v}"\n}\n',
    }
    session = session_of(tmp_path, files)
    assert (session.root.unresolved, session.unresolved) == ([], [])
    assert instances_of(session)["a_b.c"].attributes["v"] == ["n1", 2]
    assert session.configurations.value("a.x", "subscription_id") == "2"
    # A default configuration is there whether or not anybody wrote it.
    assert session.configurations.value("b", "subscription_id") == "3"
    assert session.top.output("o") == 2


def test_settings_replace_the_backend_and_single_providers(tmp_path: Path) -> None:
    base = 'terraform {\n  required_version = ">= 1"\n  backend "azurerm" {\n    key = "k"\n  }\n  required_providers {\n    a = "1"\n    b = "1"\n  }\n}\n'
    over = 'terraform {\n  backend "local" {}\n  required_providers {\n    b = "2"\n  }\n}\n'
    module = load(tmp_path, base, over)
    assert module.unresolved == []
    backends = [inner.labels for block in module.settings for inner in block.body.blocks_of("backend")]
    assert backends == [("local",)]
    assert {name: item.origin.line for name, item in module.required_providers.items()} == {"a": 7, "b": 4}


@pytest.mark.parametrize(
    ("over", "subject", "reason"),
    [
        ('resource "a_b" "x" {}\n', "`resource.a_b.x`", "an override file changes what is not there"),
        ('variable "x" {}\n', "`variable.x`", "an override file changes what is not there"),
        ('provider "a" {\n  alias = "x"\n}\n', "`provider.a`", "an override file changes what is not there"),
        ('provider "a" {\n  region = "x"\n}\n', "provider `a`", None),
        ("locals {\n  x = 1\n}\n", "`local.x`", "an override file changes what is not there"),
        ("moved {\n  from = a_b.x\n  to = a_b.c\n}\n", "`moved`", "an override file cannot have it"),
        ("removed {\n  from = a_b.x\n}\n", "`removed`", "an override file cannot have it"),
        ('check "c" {}\n', "`check`", "an override file cannot have it"),
        ("x = 1\n", "`x`", "an argument is not expected here"),
        ('nonsense "x" {}\n', "`nonsense.x`", "an override file changes what is not there"),
    ],
)
def test_what_cannot_be_overridden_is_told(tmp_path: Path, over: str, subject: str, reason: str | None) -> None:
    told = [(item.subject, item.reason) for item in load(tmp_path, 'resource "a_b" "c" {}\n', over).unresolved]
    assert told[:1] == ([] if reason is None else [(subject, reason)])


def test_what_is_not_there_is_kept_all_the_same(tmp_path: Path) -> None:
    module = load(tmp_path, "", 'resource "a_b" "x" {}\nlocals {\n  l = 1\n}\n')
    assert list(module.resources) == [("managed", "a_b", "x")]
    assert list(module.locals) == ["l"]
