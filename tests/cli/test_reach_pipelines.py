"""`everward reach pipelines`."""

import json
from pathlib import Path

import pytest

from everward.cli.run import main

TERRAFORM = """
resource "azurerm_key_vault" "kv" {
  name                          = "kv"
  resource_group_name           = "rg"
  location                      = "westeurope"
  public_network_access_enabled = PUBLIC
}
"""
PIPELINE = """
trigger: none
pool:
  POOL
steps:
- script: az keyvault secret list --vault-name kv
"""


def repository(folder: Path, public: str, pool: str) -> Path:
    (folder / ".git").mkdir()
    (folder / "main.tf").write_text(TERRAFORM.replace("PUBLIC", public))
    (folder / "azure-pipelines.yml").write_text(PIPELINE.replace("POOL", pool))
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["reach", "pipelines", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    ("public", "pool", "code", "word"),
    [
        ("false", "vmImage: ubuntu-22.04", 1, "FAILS"),
        ("true", "vmImage: ubuntu-22.04", 0, "PUBLIC"),
        ("var.x", "name: own", 3, "UNKNOWN"),
    ],
)
def test_each_command_is_told_with_its_outcome(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], public: str, pool: str, code: int, word: str
) -> None:
    folder = repository(tmp_path, public, pool)
    ended, out = run(capsys, str(folder))
    assert ended == code
    assert f"{word:8} kv (vaults)" in out
    assert "az keyvault secret list (" in out
    assert "azure-pipelines.yml:6)" in out
    assert "1 command at data planes" in out
    assert ("  needs   own" in out) is (code == 3)


def test_the_document_has_the_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, str(repository(tmp_path, "false", "name: own")), "-o", "json")
    [fact] = json.loads(out)["deployments"]
    assert fact["properties"]["outcome"] == "fails"
    assert fact["origin"]["line"] == 4
