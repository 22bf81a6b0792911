"""`everward assess`: options, forms and exit codes on a small workload and on the examples."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from everward.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
VAULT = """
resource "azurerm_key_vault" "main" {
  name                     = "kv1"
  resource_group_name      = "rg"
  location                 = "swedencentral"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "standard"
  purge_protection_enabled = var.purge
}

variable "purge" {}
"""
PURGE = "key-vault-purge-protection"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(VAULT)
    return tmp_path


def assess(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["assess", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code, out = assess(capsys, *arguments, "-o", "json")
    return code, json.loads(out)


def test_a_fault_is_told_with_place_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = assess(capsys, "infra", "--var", "purge=false", "--criteria", PURGE)
    assert code == 1
    text = " ".join(out.split())
    assert "1 finding: 1 high" in text
    assert "azurerm_key_vault.main" in text
    assert re.search(r"infra/main\.tf:[28]\b", text)
    assert "properties.enablePurgeProtection" in text
    assert "break it set purge_protection_enabled = true" in text


@pytest.mark.parametrize(
    ("value", "fail_on", "expected"),
    [("true", "info", 0), ("false", "critical", 0), ("false", "never", 0), ("false", "low", 1)],
)
def test_the_threshold_decides(value: str, fail_on: str, expected: int, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("infra", "--var", f"purge={value}", "--criteria", PURGE, "--fail-on", fail_on)
    assert assess(capsys, *arguments)[0] == expected


def test_an_unknown_value_is_no_failure_and_says_what_settles_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = assess(capsys, "infra", "--criteria", PURGE)
    assert code == 0
    text = " ".join(out.split())
    assert "No findings, but 1 verdict could not be settled" in text
    assert "Giving var.purge settles 1 of them." in text


def test_variable_files_are_used_in_order(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.tfvars").write_text("purge = true\n")
    (here / "b.tfvars").write_text("purge = false\n")
    files = ("--var-file", "a.tfvars", "--var-file", "b.tfvars")
    assert assess(capsys, "infra", "--criteria", PURGE, *files)[0] == 1
    assert assess(capsys, "infra", "--criteria", PURGE, *files[2:], *files[:2])[0] == 0
    assert assess(capsys, "infra", "--criteria", PURGE, *files, "--var", "purge=true")[0] == 0


def test_several_forms_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = ("-o", "text", "-o", "json=a.json", "-o", "sarif=a.sarif", "-o", "html=a.html")
    code, out = assess(capsys, "infra", "--var", "purge=false", *targets)
    assert code == 1
    assert "How this workload goes down" in out
    assert json.loads((here / "a.json").read_text())["schema"] == "everward/assessment/1"
    assert json.loads((here / "a.sarif").read_text())["version"] == "2.1.0"
    assert (here / "a.html").read_text().startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_ends_with_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "closed").symlink_to(here / "nowhere" / "file")
    assert main(["assess", "infra", "-o", "json=closed"]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_the_edition_is_said_and_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    for edition in ("2022", "2026"):
        _, document = as_json(capsys, "infra", "--edition", edition)
        assert document["edition"] == edition
        assert document["summary"]["criteria"] > 30


def test_what_was_asked_for_stands_in_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    guid = "11111111-2222-3333-4444-555555555555"
    _, document = as_json(capsys, "infra", "--subscription", guid, "--environment", "int", "--var", "purge=true")
    assert document["subject"] == {"paths": ["infra"], "subscription": guid}
    assert document["environment"] == "int"
    assert any(guid in resource["id"] for resource in document["resources"])


def test_the_same_input_gives_the_same_report(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (str(EXAMPLES / "faulty" / "terraform"), "-o", "json")
    assert assess(capsys, *arguments) == assess(capsys, *arguments)


@pytest.mark.parametrize("form", ["terraform", "arm"])
def test_the_faulty_example_has_findings_with_places(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = as_json(capsys, str(EXAMPLES / "faulty" / form))
    assert code == 1
    for finding in document["findings"]:
        assert finding["origin"]["line"] > 0 or finding["resources"][0].count("/") == 2
        assert len(finding["resources"]) == len(finding["locations"])
    assert len({finding["id"] for finding in document["findings"]}) == len(document["findings"])
    causes = {
        (finding["criterion"], finding["origin"].get("file"), finding["origin"].get("line"), finding["cause"])
        for finding in document["findings"]
        if "file" in finding["origin"]
    }
    assert len(causes) == sum("file" in finding["origin"] for finding in document["findings"]), "a cause stands twice"


@pytest.mark.parametrize("form", ["terraform", "arm"])
def test_the_hardened_example_is_clean(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = as_json(capsys, str(EXAMPLES / "hardened" / form), "--fail-on", "info")
    assert (code, document["findings"]) == (0, [])
