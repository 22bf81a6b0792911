"""Values of variables: files, command lines, and what pipelines give."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import write

from everward.sources.interface import ReadOptions
from everward.sources.terraform.inputs import InputValues, gather_values
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.tree import Tree
from everward.values import Unknown, UsageError

VARIABLES = 'variable "a" {}\nvariable "b" {\n  type = list(string)\n}\nvariable "c" {\n  default = "default"\n}\n'


def gather(folder: Path, files: dict[str, str | bytes], root: str = ".", **options: Any) -> InputValues:
    write(folder, files)
    loader = ModuleLoader(Tree(folder / root))
    return gather_values(loader.load(folder / root), loader, ReadOptions(**options))


def plain(found: InputValues) -> dict[str, Any]:
    return {name: given.value for name, given in found.values.items()}


def test_files_are_taken_in_the_order_of_their_strength(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "main.tf": 'variable "a" {}\nvariable "b" {}\nvariable "c" {}\nvariable "d" {}\nvariable "e" {}\nvariable "f" {}\n',
        "terraform.tfvars": "a = 1\nb = 1\nc = 1\nd = 1\ne = 1\nf = 1\nz = 1\n",
        "terraform.tfvars.json": '{"b": 2, "c": 2, "d": 2, "e": 2, "f": 2}',
        "x.auto.tfvars": "c = 3\nd = 3\ne = 3\nf = 3\n",
        "y.auto.tfvars.json": '{"d": 4, "e": 4, "f": 4}',
        "mine.tfvars": "e = 5\nf = 5\n",
    }
    found = gather(tmp_path, files, var_files=(tmp_path / "mine.tfvars",), variables={"f": "6"})
    assert plain(found) == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": "6"}
    assert found.unresolved == []
    assert [Path(item.path).name for item in found.inputs] == [
        "terraform.tfvars", "terraform.tfvars.json", "x.auto.tfvars", "y.auto.tfvars.json", "mine.tfvars", "--var",
    ]  # fmt: skip
    assert found.inputs[0].detail == "6 values; not declared by this root: z"
    assert found.values["e"].place.endswith("mine.tfvars:1")


def test_values_on_the_command_line_are_text_or_expressions_by_type(tmp_path: Path) -> None:
    found = gather(tmp_path, {"main.tf": VARIABLES}, variables={"a": "[1]", "b": '["x"]', "nope": "1"})
    assert plain(found) == {"a": "[1]", "b": ["x"]}
    assert found.inputs[-1].detail == "not declared by this root: nope"


@pytest.mark.parametrize("text", ["[", "local.x", '[file("x")]', "", "[" * 2_000, "[" + "[" * 400 + "]" * 400 + "].x"])
def test_a_value_that_is_no_expression_is_told(tmp_path: Path, text: str) -> None:
    found = gather(tmp_path, {"main.tf": VARIABLES}, variables={"b": text})
    assert "b" not in found.values
    assert found.unresolved[0].reason.startswith("`--var b`: ")
    assert found.unresolved[0].incomplete


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        gather(tmp_path, {"main.tf": VARIABLES}, var_files=(tmp_path / "nope.tfvars",))


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("v.tfvars", "a = [\n", "syntax error"),
        ("v.tfvars", "a = var.x\n", "`a`: a value must not refer to anything, and it names `var`"),
        ("v.tfvars", 'a = file("x")\n', "must not read files"),
        ("v.tfvars", 'a = fileexists("x")\n', "must not read files"),
        ("v.tfvars", 'a = templatestring("x", {})\n', "the template must be a reference"),
        (
            "v.tfvars",
            "a = [for x in range(1000) : [for y in range(1000) : 1]]\n",
            "1,000,000 steps of work in these values",
        ),
        ("v.tfvars", "x {}\n", "a block `x` has no place"),
        ("v.tfvars", b"\xff", "not text in UTF-8"),
        ("v.tfvars.json", "[]", "an object of values is needed"),
        ("v.tfvars.json", "{", "this is not JSON"),
        ("v.tfvars.json", b"\xff", "not text in UTF-8"),
    ],
)
def test_a_broken_file_is_told_and_makes_the_reading_incomplete(
    tmp_path: Path, name: str, text: str | bytes, reason: str
) -> None:
    found = gather(tmp_path, {"main.tf": VARIABLES, name: text}, var_files=(tmp_path / name,))
    assert reason in found.unresolved[0].reason
    assert found.unresolved[0].incomplete
    assert found.unresolved[0].origin is not None


PIPELINE = """
trigger: none
variables:
  - name: region
    value: west
stages:
  - stage: s
    jobs:
      - job: j
        steps:
          - script: |
              cd infra
              terraform plan -var a="pre-$(region)-$(Build.BuildId)" -var 'b=["$(region)"]' -var c=$(Build.Reason) {more}
"""


def repository(folder: Path, **files: str) -> dict[str, str | bytes]:
    (folder / ".git").mkdir()
    return {"infra/main.tf": VARIABLES, **{name.replace("__", "/"): text for name, text in files.items()}}


def pipeline(more: str = "") -> str:
    return PIPELINE.replace("{more}", more)


def test_values_come_from_the_pipeline_that_runs_this_root(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["azure-pipelines.yml"] = pipeline()
    found = gather(tmp_path, files, "infra")
    values = plain(found)
    assert values["b"] == ["west"]
    assert isinstance(values["a"], Unknown)
    assert values["a"].text == "pre-west-{Build.BuildId}"
    assert values["a"].decided_by == ("var.a",)
    assert values["a"].reason == "set while the pipeline runs"
    # The pipeline passes it, so the default does not hold; what it passes is wholly open.
    assert isinstance(values["c"], Unknown)
    assert values["c"].text == "{var.c}"
    (item,) = found.inputs
    assert item.role == "pipeline"
    assert item.detail == "b; set while the pipeline runs: a, c"


def test_where_the_user_gives_values_only_gaps_are_filled(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["azure-pipelines.yml"] = pipeline()
    found = gather(tmp_path, files, "infra", variables={"a": "mine"})
    assert plain(found) == {"a": "mine", "b": ["west"]}
    assert gather(tmp_path, files, "infra", variables={"a": "mine", "b": "[]"}).inputs[-1].role == "command line"


def test_another_roots_pipeline_gives_nothing(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["azure-pipelines.yml"] = pipeline()
    files["other/main.tf"] = VARIABLES
    assert plain(gather(tmp_path, files, "other")) == {}


def test_a_file_that_the_pipeline_names_is_used(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["azure-pipelines.yml"] = pipeline("-var-file=live.tfvars")
    files["infra/live.tfvars"] = 'a = "file"\nb = ["file"]\nc = "file"\n'
    files["infra/left.tfvars"] = 'c = "left"\n'
    found = gather(tmp_path, files, "infra")
    assert isinstance(plain(found)["a"], Unknown)
    details = {Path(item.path).name: (item.used, item.detail) for item in found.inputs}
    assert details["live.tfvars"] == (True, "named by a pipeline: a, b, c")
    assert details["left.tfvars"] == (False, "no pipeline names it; choose it with --var-file")


ENVIRONMENTS = {
    "infra/live-dev.tfvars": 'a = "dev"\nb = ["same"]\n',
    "infra/live-prod.tfvars": 'a = "prod"\nb = ["same"]\n',
}


def test_an_environment_must_be_chosen_where_there_are_several(tmp_path: Path) -> None:
    files = {**repository(tmp_path), **ENVIRONMENTS}
    found = gather(tmp_path, files, "infra")
    assert plain(found) == {"b": ["same"]}
    assert found.hint == "`--environment dev|prod`"
    assert {item.detail for item in found.inputs} == {
        "for dev; choose with --environment",
        "for prod; choose with --environment",
    }
    chosen = gather(tmp_path, files, "infra", environment="prod")
    assert plain(chosen) == {"a": "prod", "b": ["same"]}
    assert chosen.hint is None
    assert {(Path(item.path).name, item.used, item.detail) for item in chosen.inputs} == {
        ("live-prod.tfvars", True, "beside the root: a, b"),
        ("live-dev.tfvars", False, "for dev, not for prod"),
    }


def test_a_file_beside_the_root_does_not_replace_defaults(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["infra/only.tfvars"] = 'a = "x"\nc = "x"\n'
    found = gather(tmp_path, files, "infra")
    assert plain(found) == {"a": "x"}
    files["infra/only.tfvars"] = 'c = "x"\n'
    assert gather(tmp_path, files, "infra").inputs[0].detail == "beside the root; nothing in it was needed"


def test_a_broken_file_that_was_found_is_told(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["infra/only.tfvars"] = "a = \n"
    found = gather(tmp_path, files, "infra")
    assert "syntax error" in found.unresolved[0].reason


def test_environments_of_pipelines_are_told_with_what_they_share(tmp_path: Path) -> None:
    files = repository(tmp_path)
    for name in ("dev", "prod"):
        files[f".azure-pipelines/release-{name}.yml"] = pipeline().replace("west", "west" if name == "dev" else "north")
    files["infra/main.tf"] = VARIABLES + 'variable "d" {}\n'
    for name in ("dev", "prod"):
        files[f".azure-pipelines/release-{name}.yml"] = str(files[f".azure-pipelines/release-{name}.yml"]).replace(
            "-var c=", "-var d=same -var c="
        )
    found = gather(tmp_path, files, "infra")
    assert plain(found) == {"d": "same"}
    (item,) = found.inputs
    assert item.used
    assert item.detail == "inputs for dev, prod; choose with --environment; the same in all: d"


def test_a_text_that_only_the_shell_understands_is_a_hole(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["azure-pipelines.yml"] = PIPELINE.replace("""-var 'b=["$(region)"]'""", "-var b=[west").replace("{more}", "")
    found = gather(tmp_path, files, "infra")
    assert isinstance(plain(found)["b"], Unknown)


def test_pipelines_that_give_nothing_needed_are_named(tmp_path: Path) -> None:
    files = repository(tmp_path)
    files["release-prod-pipeline.yml"] = PIPELINE.split("-var a=")[0] + "-var other=1\n"
    found = gather(tmp_path, files, "infra")
    assert plain(found) == {}
    assert [(item.used, item.detail) for item in found.inputs] == [(False, "nothing in it was needed")]


def test_a_parameter_file_of_bicep_is_left_to_templates(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'variable "a" {}\n', "x.bicepparam": "using none\nparam a = 1\n"})
    loader = ModuleLoader(Tree(tmp_path))
    found = gather_values(loader.load(tmp_path), loader, ReadOptions(var_files=(tmp_path / "x.bicepparam",)))
    assert found.unresolved == []
    assert found.values == {}
    assert [(item.used, item.detail) for item in found.inputs] == [(False, "it is Bicep's")]
