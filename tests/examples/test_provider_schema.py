"""The Terraform of the examples is what the provider accepts, although no provider is at hand to say so."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.examples.provider_schema import Module, Schema, load_schema

from everward.values import data_file

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TWINS = ("faulty", "hardened")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema(data_file("azurerm-facts-4.81.0.tsv.gz"))


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("module", ["", "stamp"])
def test_the_provider_knows_every_argument_and_every_reference_leads_somewhere(
    twin: str, module: str, schema: Schema
) -> None:
    read = Module.read(EXAMPLES / twin / "terraform" / module)
    assert sum(1 for _ in read.blocks("resource")) > 30
    assert list(read.problems(schema)) == []


@pytest.mark.parametrize("twin", TWINS)
def test_every_variable_has_a_value(twin: str) -> None:
    folder = EXAMPLES / twin / "terraform"
    values = (folder / "terraform.tfvars").read_text(encoding="utf-8")
    given = {line.split("=")[0].strip() for line in values.splitlines() if "=" in line and not line.startswith(" ")}
    assert given == {block.labels[0] for block in Module.read(folder).blocks("variable")}


@pytest.mark.parametrize("twin", TWINS)
def test_terraform_would_not_format_it_otherwise(twin: str) -> None:
    terraform = shutil.which("terraform")
    if terraform is None:
        pytest.skip("terraform is not installed")
    command = [terraform, "fmt", "-check", "-recursive", str(EXAMPLES / twin)]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('resource "azurerm_resource_group" "a" {\n  name = "a"\n}\n', ":1: location is missing"),
        (
            'resource "azurerm_resource_group" "a" {\n  name = "a"\n  location = "x"\n  nmae = "b"\n}\n',
            ":4: nmae is not an argument",
        ),
        (
            'resource "azurerm_resource_group" "a" {\n  name = "a"\n  location = "x"\n  id = "b"\n}\n',
            ":4: id is not an argument",
        ),
        ('resource "azurerm_resource_groupe" "a" {\n}\n', ":1: no type azurerm_resource_groupe"),
        (
            'resource "azurerm_resource_group" "a" {\n  name = "a"\n  location = "x"\n  tag {\n  }\n}\n',
            ":4: tag is not a block",
        ),
        (
            'resource "azurerm_resource_group" "a" {\n  name = var.name\n  location = local.here\n}\n',
            ":2: no variable name",
        ),
        (
            'resource "azurerm_resource_group" "a" {\n  name = "a"\n  location = azurerm_resource_group.b["c"].id\n}\n',
            ":3: no resource azurerm_resource_group.b",
        ),
        (
            'resource "azurerm_resource_group" "a" {\n  name = "a"\n'
            '  location = "${azurerm_resource_group.a.region}"\n}\n',
            ":3: azurerm_resource_group has no region",
        ),
        (
            'resource "azurerm_cosmosdb_account" "a" {\n  name = "a"\n  location = "x"\n  resource_group_name = "g"\n'
            '  offer_type = "Standard"\n  consistency_policy {\n    consistency_level = "Session"\n  }\n'
            '  dynamic "geo_location" {\n    for_each = []\n    content {\n      location = "x"\n    }\n  }\n}\n',
            ":9: geo_location.failover_priority is missing",
        ),
        (
            'resource "azurerm_cosmosdb_account" "a" {\n  consistency_policy = []\n}\n',
            ":2: consistency_policy is a block",
        ),
    ],
)
def test_the_check_finds_what_the_provider_would_refuse(
    text: str, problem: str, schema: Schema, tmp_path: Path
) -> None:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert f"{tmp_path.name}/main.tf{problem}" in list(Module.read(tmp_path).problems(schema))


def test_the_check_finds_wrong_inputs_of_a_module(schema: Schema, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "main.tf").write_text('variable "a" {}\nvariable "b" {\n  default = 1\n}\n', encoding="utf-8")
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "./below"\n  c = 1\n}\n', encoding="utf-8")
    assert list(Module.read(tmp_path).problems(schema)) == [
        f"{tmp_path.name}:1: no input c",
        f"{tmp_path.name}:1: input a is missing",
    ]


@pytest.mark.parametrize("twin", TWINS)
def test_the_templates_are_json_and_their_parameters_fit(twin: str) -> None:
    folder = EXAMPLES / twin / "arm"
    template = json.loads((folder / "main.json").read_text(encoding="utf-8"))
    parameters = json.loads((folder / "main.parameters.json").read_text(encoding="utf-8"))
    assert set(parameters["parameters"]) == set(template["parameters"])


def test_one_template_is_of_each_language_version() -> None:
    faulty = json.loads((EXAMPLES / "faulty" / "arm" / "main.json").read_text(encoding="utf-8"))
    hardened = json.loads((EXAMPLES / "hardened" / "arm" / "main.json").read_text(encoding="utf-8"))
    assert isinstance(faulty["resources"], list)
    assert "languageVersion" not in faulty
    assert isinstance(hardened["resources"], dict)
    assert hardened["languageVersion"] == "2.0"
