"""Expressions against the answers of Terraform itself: recorded, and asked anew where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.sources.terraform.workspace import value_of

from everward.sources.terraform.language.functions import FUNCTIONS
from everward.sources.terraform.language.functions.encoding import json_text
from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.values import ValueProblem, has_hole

_LINES = (Path(__file__).parent / "expressions.tsv").read_text(encoding="utf-8").splitlines()
RECORDED = [tuple(line.split("\t")) for line in _LINES if not line.startswith("# ")]
TERRAFORM = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on PATH")


def answer(expression: str) -> str:
    try:
        value = value_of(expression)
        assert not has_hole(value)
        return json_text(value)
    except (EvaluationError, ValueProblem):
        return "ERROR"


@pytest.mark.parametrize(("expression", "expected"), RECORDED, ids=range(len(RECORDED)))
def test_an_expression_gives_what_terraform_gives(expression: str, expected: str) -> None:
    assert answer(expression) == expected


def run(arguments: list[str], folder: Path, text: str = "") -> str:
    assert TERRAFORM is not None
    environment = {"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(
        [TERRAFORM, *arguments], input=text, capture_output=True, text=True, cwd=folder, env=environment, check=True
    )
    return done.stdout


@needs_terraform
def test_the_recorded_answers_are_those_of_the_installed_terraform(tmp_path: Path) -> None:
    asked = ",".join(f'try(jsonencode({expression}),"ERROR")' for expression, _ in RECORDED)
    printed = run(["console", "-no-color"], tmp_path, f"jsonencode([{asked}])\n")
    answers = json.loads(json.loads(printed))
    differing = [
        (expression, expected, given)
        for (expression, expected), given in zip(RECORDED, answers, strict=True)
        if expected != given
    ]
    assert differing == []


@needs_terraform
def test_every_function_of_the_installed_terraform_exists(tmp_path: Path) -> None:
    signatures = json.loads(run(["metadata", "functions", "-json"], tmp_path))["function_signatures"]
    # These three shape evaluation itself, or belong to the console alone.
    ours = {*FUNCTIONS, "try", "can", "type"}
    assert {name.removeprefix("core::") for name in signatures} - ours == set()
