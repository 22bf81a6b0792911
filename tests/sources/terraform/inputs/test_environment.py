"""Values and the workspace from the environment, and the order in which files of values win."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.terraform.workspace import write

from everward.sources.interface import ReadOptions
from everward.sources.terraform.inputs import find_workspace, gather_values
from everward.sources.terraform.inputs.environment import environment_values
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.tree import Tree

VARIABLES = (
    'variable "s" {\n  type = string\n}\nvariable "l" {\n  type = list(string)\n}\nvariable "d" {\n  default = 1\n}\n'
)


def test_the_environment_gives_values_as_the_command_line_does(tmp_path: Path) -> None:
    root = ModuleLoader(Tree(write(tmp_path, {"main.tf": VARIABLES}))).load(tmp_path)
    given = {"TF_VAR_s": "[1", "TF_VAR_l": '["a", "b"]', "TF_VAR_other": "x", "TF_VAR_": "x", "s": "y", "TF_VAR_d": "2"}
    values, problems = environment_values(root, given)
    assert problems == []
    assert {name: item.value for name, item in values.items()} == {"s": "[1", "l": ["a", "b"], "d": "2"}
    assert {item.place for item in values.values()} == {"TF_VAR"}


def test_a_value_that_is_no_expression_is_told(tmp_path: Path) -> None:
    root = ModuleLoader(Tree(write(tmp_path, {"main.tf": VARIABLES}))).load(tmp_path)
    values, (problem,) = environment_values(root, {"TF_VAR_l": "[1"})
    assert values == {}
    assert problem.message.startswith("`TF_VAR_l`: `[1` is not an expression")


def test_each_place_wins_over_those_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform's order: environment, terraform.tfvars, its JSON, auto files by name, then what the user names."""
    names = ["env", "tfvars", "json", "auto-a", "auto-b", "auto-c", "file", "var"]
    monkeypatch.setenv("TF_VAR_env", "env")
    monkeypatch.setenv("TF_VAR_l", "[")
    for name in names[1:]:
        monkeypatch.setenv(f"TF_VAR_{name}", "env")

    def lines(source: str, first: str) -> str:
        return "".join(f'{name} = "{source}"\n' for name in names[names.index(first) :])

    def as_json(source: str, first: str) -> str:
        return "{" + ", ".join(f'"{name}": "{source}"' for name in names[names.index(first) :]) + "}"

    write(
        tmp_path,
        {
            "main.tf": "".join(f'variable "{name}" {{\n  type = string\n}}\n' for name in names) + VARIABLES,
            "terraform.tfvars": lines("tfvars", "tfvars"),
            "terraform.tfvars.json": as_json("json", "json"),
            "a.auto.tfvars.json": as_json("auto-a", "auto-a"),
            "b.auto.tfvars": lines("auto-b", "auto-b"),
            "c.auto.tfvars.json": as_json("auto-c", "auto-c"),
            "other.tfvars": lines("nobody", "env"),
            "x/named.tfvars": lines("file", "file"),
        },
    )
    loader = ModuleLoader(Tree(tmp_path))
    options = ReadOptions(var_files=(tmp_path / "x" / "named.tfvars",), variables={"var": "var"})
    found = gather_values(loader.load(tmp_path), loader, options)
    assert {name: found.values[name].value for name in names} == {name: name for name in names}
    assert [item.subject for item in found.unresolved] == ["environment"]
    assert found.inputs[0].role == "environment"
    assert found.inputs[0].detail == "auto-a, auto-b, auto-c, env, file, json, tfvars, var"


@pytest.mark.parametrize(
    ("variables", "environment", "chosen", "expected"),
    [
        ({"terraform.workspace": "v"}, {"TF_WORKSPACE": "e"}, "f", "v"),
        ({}, {"TF_WORKSPACE": "e"}, "f", "e"),
        ({}, {"TF_WORKSPACE": ""}, "f\n", "f"),
        ({}, {}, "", None),
        ({}, {}, None, None),
        ({}, {}, b"\xff", None),
    ],
)
def test_the_workspace_is_the_one_that_was_chosen(
    tmp_path: Path,
    variables: dict[str, str],
    environment: dict[str, str],
    chosen: str | bytes | None,
    expected: str | None,
) -> None:
    if chosen is not None:
        write(tmp_path, {".terraform/environment": chosen})
    assert find_workspace(tmp_path, ReadOptions(variables=variables), environment) == expected
