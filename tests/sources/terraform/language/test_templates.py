"""Heredocs, strip markers, directives and escapes against the recorded answers of Terraform 1.11.4."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.language.test_expressions import needs_terraform, run
from tests.sources.terraform.workspace import session_of

from everward.sources.terraform.evaluation.module import ModuleInstance
from everward.sources.terraform.language.functions.encoding import json_text

_FOLDER = Path(__file__).parent
SOURCE = (_FOLDER / "templates.hcl").read_text(encoding="utf-8")
RECORDED: dict[str, Any] = json.loads((_FOLDER / "templates.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> ModuleInstance:
    session = session_of(tmp_path_factory.mktemp("templates"), SOURCE)
    assert session.unresolved == []
    return ModuleInstance.of_root(session)


@pytest.mark.parametrize("name", RECORDED)
def test_a_template_gives_what_terraform_gives(root: ModuleInstance, name: str) -> None:
    assert json.loads(json_text(root.local(name))) == RECORDED[name]


@needs_terraform
def test_the_recorded_answers_are_those_of_the_installed_terraform(tmp_path: Path) -> None:
    shutil.copy(_FOLDER / "templates.hcl", tmp_path / "main.tf")
    asked = ",".join(f"{name} = local.{name}" for name in RECORDED)
    assert json.loads(json.loads(run(["console", "-no-color"], tmp_path, f"jsonencode({{{asked}}})\n"))) == RECORDED
