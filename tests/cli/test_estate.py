"""`everward estate show`: what was read, before anything is judged."""

import json
from pathlib import Path

import pytest

from everward.cli import main

SOURCE = """
resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "swedencentral"
}

resource "azurerm_key_vault" "main" {
  name                = "kv1"
  resource_group_name = azurerm_resource_group.main.name
  location            = var.location
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "standard"
}

variable "location" {}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SOURCE)
    return tmp_path


def show(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["estate", "show", "infra", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


def test_resources_stand_by_type_with_place_and_holes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = show(capsys)
    assert code == 0
    assert "infra (terraform): 2 resources" in out
    assert "Microsoft.KeyVault/vaults (1)\n  kv1 infra/main.tf:7\n    1 unknown: var.location\n" in out
    assert "2 addresses: 2 resource" in out


def test_json_has_everything_that_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = show(capsys, "-o", "json")
    document = json.loads(out)
    assert (code, document["schema"]) == (0, "everward/estate/1")
    assert {item["address"]: item["disposition"] for item in document["addresses"]} == {
        "azurerm_resource_group.main": "resource",
        "azurerm_key_vault.main": "resource",
    }
    vault = next(item for item in document["resources"] if item["name"] == "kv1")
    assert vault["location"]["$unknown"]["decidedBy"] == ["var.location"]
    assert vault["origins"]["location"]["line"] == 10
    assert document["inputs"][0]["source"] == "terraform"


def test_a_type_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = show(capsys, "--type", "microsoft.keyvault/VAULTS", "-o", "json")
    assert [item["name"] for item in json.loads(out)["resources"]] == ["kv1"]


@pytest.mark.parametrize("wanted", ["KV1", "azurerm_key_vault.main"])
def test_one_resource_is_shown_whole(wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = show(capsys, "--id", wanted)
    assert code == 0
    assert out.startswith("/subscriptions/")
    assert '"$unknown"' in out
    assert "location   infra/main.tf:10" in out
    identity = out.splitlines()[0]
    assert show(capsys, "--id", identity.upper())[1] == out


def test_a_resource_that_does_not_exist_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estate", "show", "infra", "--id", "nothing"]) == 2
    assert "there is no resource `nothing`" in capsys.readouterr().err


def test_what_could_not_be_read_decides_the_exit_code(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "infra" / "broken.tf").write_text("locals {\n")
    code, out = show(capsys)
    assert code == 3
    assert "infra/broken.tf:" in out
    assert show(capsys, "--allow-incomplete")[0] == 0


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("vaults", "near it: `Microsoft.KeyVault/vaults`"),
        ("Microsoft.KeyVault/vault", "near it: `Microsoft.KeyVault/vaults`"),
        ("zzz", "`everward estate show` lists all"),
    ],
)
def test_a_type_that_nothing_is_of_is_told(name: str, help: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estate", "show", "infra", "--type", name]) == 0
    captured = capsys.readouterr()
    assert captured.err == f"there is no resource of type `{name}`\nhelp: {help}\n"


def test_an_id_that_nothing_has_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estate", "show", "infra", "--id", "nope"]) == 2
    assert "there is no resource `nope`" in capsys.readouterr().err
