"""Bicep from the command line: parameter files by name, and a compiler in PATH or none."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.template.bicep.test_compiler import program

from everward.cli import main

TEMPLATE: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}, "purge": {"type": "bool"}},
    "resources": [
        {
            "type": "Microsoft.KeyVault/vaults",
            "apiVersion": "2023-07-01",
            "name": "[parameters('name')]",
            "location": "uksouth",
            "properties": {"enablePurgeProtection": "[parameters('purge')]"},
        }
    ],
}
JUDGED = ["--criteria", "key-vault-purge-protection", "--resource-group", "rg"]


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.parametrize(
    ("purge", "code"), [("true", 0), ("false", 1), ("!(1 == 2)", 0), ("readEnvironmentVariable('NONE')", 0)]
)
def test_values_of_a_named_parameter_file_decide(purge: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.json").write_text(json.dumps(TEMPLATE))
    Path("prod.bicepparam").write_text(f"using 'main.json'\nparam name = 'kv1'\nparam purge = {purge}\n")
    assert main(["assess", "main.json", "--var-file", "prod.bicepparam", *JUDGED, "-o", "json"]) == code
    document = json.loads(capsys.readouterr().out)
    (verdict,) = document["verdicts"]
    assert verdict["state"] == ("nonCompliant" if code else "unknown" if "NONE" in purge else "compliant")
    if "NONE" in purge:
        assert verdict["decidedBy"] == ["environment variable NONE"]


def test_the_users_compiler_is_used_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = program(tmp_path / "bin", "bicep", f"print({json.dumps(json.dumps(TEMPLATE))})")
    monkeypatch.setenv("PATH", str(compiler.parent))
    Path("w").mkdir()
    Path("w/main.bicep").write_text("param name string\n")
    Path("w/main.bicepparam").write_text("using 'main.bicep'\nparam name = 'kv1'\nparam purge = false\n")
    assert main(["assess", "w", *JUDGED]) == 1
    text = capsys.readouterr().out
    assert "w/main.bicep (template): 1 resource; values from main.bicepparam" in " ".join(text.split())


def test_without_a_compiler_the_assessment_is_incomplete(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.bicep").write_text("param name string\n")
    assert main(["assess", "main.bicep"]) == 3
    text = " ".join(capsys.readouterr().out.split())
    assert "no compiler in PATH" in text
    assert "install Bicep (`az bicep install`), or compile it to JSON: `bicep build main.bicep`" in text


def test_a_mistake_in_a_parameter_file_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.json").write_text(json.dumps(TEMPLATE))
    Path("main.bicepparam").write_text("using 'main.json'\n\nparam name = 'kv1\nparam purge = tru\n")
    assert main(["assess", "main.bicepparam", *JUDGED]) == 3
    text = " ".join(capsys.readouterr().out.split())
    assert "main.bicepparam:3: main.bicepparam: a string is not closed" in text
