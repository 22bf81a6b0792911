"""What is recorded is what the installed Terraform says; `make interop` asks it everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.interop import comparing, recording, terraform
from tests.interop.corpus import cases
from tests.interop.recipes import CALLS
from tests.interop.workspace import prepare

pytestmark = pytest.mark.skipif(terraform.TERRAFORM is None, reason="terraform is not on PATH")


def test_every_function_of_terraform_is_asked_for(tmp_path: Path) -> None:
    assert terraform.functions(tmp_path) == sorted(CALLS)


def test_the_recorded_answers_are_those_of_the_installed_terraform(tmp_path: Path) -> None:
    header, kept = recording.read_expressions()
    if terraform.version(tmp_path) != header["terraform"]:
        pytest.skip(f"the answers are those of Terraform {header['terraform']}")
    sample = [(case, answer) for case, answer in kept[::40] if answer.state != "unknown"]
    answers = terraform.ask([case.expression for case, _ in sample], prepare(tmp_path / "expressions"))
    assert answers == [answer for _, answer in sample]


def test_expressions_that_were_never_recorded_agree_as_well(tmp_path: Path) -> None:
    fresh = [case for case in cases(20261129, 3, 150) if case.subject == "nested" or case.subject in CALLS][::13]
    folder = prepare(tmp_path / "expressions")
    result = comparing.compare(fresh, terraform.ask([case.expression for case in fresh], folder), folder)
    assert [case.expression for case, _, _ in result.disagreements] == []
    assert result.values >= 50
