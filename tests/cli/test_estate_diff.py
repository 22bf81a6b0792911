"""`everward estate diff` and `everward estate graph`: several readings of the same resources, on the command line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from everward.cli import main

SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/app-rg"
SOURCE = """
variable "prefix" {}

resource "azurerm_resource_group" "main" {
  name     = "${var.prefix}-rg"
  location = "Sweden Central"
}

resource "azurerm_key_vault" "main" {
  name                          = "${var.prefix}-kv"
  resource_group_name           = azurerm_resource_group.main.name
  location                      = azurerm_resource_group.main.location
  tenant_id                     = "00000000-0000-0000-0000-000000000000"
  sku_name                      = "standard"
  public_network_access_enabled = false
}
"""


def vault(**properties: Any) -> dict[str, Any]:
    return {
        "id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/app-kv",
        "type": "Microsoft.KeyVault/vaults",
        "name": "app-kv",
        "location": "swedencentral",
        "properties": {
            "publicNetworkAccess": "Enabled",
            "sku": {"family": "A", "name": "standard"},
            "tenantId": "00000000-0000-0000-0000-000000000000",
            "vaultUri": "https://app-kv",
            **properties,
        },
    }


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SOURCE)
    (tmp_path / "live.json").write_text(json.dumps({"value": [vault()]}, indent=1))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["estate", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_configuration_and_an_export_are_one_estate(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "diff", "infra", "live.json")
    assert (code, err) == (0, "")
    assert out.startswith("Readings differ on 1 of 1 resource that several have, in 1 property; 1 only in some")
    assert "var.prefix is app" in out
    assert "properties.publicNetworkAccess" in out
    assert '"Disabled"  infra/main.tf:15 (terraform)' in out
    assert '"Enabled"   live.json:9 (inventory)' in out
    assert "vaultUri" not in out
    assert "In terraform, not in inventory: 1 resource\n  app-rg" in out
    assert "added by the service" in run(capsys, "diff", "infra", "live.json", "--noise")[1]


def test_the_exit_code_says_whether_they_differ_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "diff", "infra", "live.json", "--exit-code")[0] == 1
    assert run(capsys, "diff", "live.json", "live.json", "--exit-code")[0] == 0


def test_two_of_several_can_be_compared(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "old.json").write_text(json.dumps([vault(publicNetworkAccess="Disabled")]))
    paths = ("infra", "live.json", "old.json")
    code, out, _ = run(capsys, "diff", *paths, "--between", "live.json", "old.json", "-o", "json")
    document = json.loads(out)
    assert code == 0
    assert [side["name"] for side in document["sides"]] == ["live.json", "old.json"]
    ((entry,)) = document["differing"]
    assert [item["value"] for item in entry["differences"][0]["statements"]] == ["Enabled", "Disabled"]
    assert document["only"] == []
    for one, two in (("terraform", "inventory"), ("infra", "live.json"), (str(here / "infra"), "old.json")):
        assert run(capsys, "diff", *paths, "--between", one, two)[0] == 0
    code, _, err = run(capsys, "diff", *paths, "--between", "infra", "nothing")
    assert code == 2
    assert "there is no reading `nothing`" in err
    assert "`infra` (terraform), `live.json` (inventory)" in err
    assert "both mean infra" in run(capsys, "diff", *paths, "--between", "infra", "terraform")[2]


def test_one_resource_or_type_can_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    for wanted in ("app-kv", "azurerm_key_vault.main", f"{GROUP}/providers/Microsoft.KeyVault/vaults/APP-KV"):
        assert "properties.publicNetworkAccess" in run(capsys, "diff", "infra", "live.json", "--id", wanted)[1]
    symbolic = (
        "/subscriptions/{subscription}/resourceGroups/{var.prefix}-rg"
        "/providers/Microsoft.KeyVault/vaults/{var.prefix}-kv"
    )
    assert "properties.publicNetworkAccess" in run(capsys, "diff", "infra", "live.json", "--id", symbolic)[1]
    _, out, err = run(capsys, "diff", "infra", "live.json", "--type", "Microsoft.Storage/storageAccounts")
    assert "there is no resource of type" in err
    assert out.startswith("No resource is in several readings")
    assert run(capsys, "diff", "infra", "live.json", "--id", "nothing")[0] == 2


def test_what_could_not_be_read_decides_the_exit_code(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "cut.json.gz").write_bytes(gzip.compress(json.dumps([vault()]).encode())[:-10])
    for command in ("diff", "graph", "show"):
        code, out, err = run(capsys, command, "infra", "cut.json.gz")
        assert code == 3
        told = out if command == "show" else err
        assert "cut.json.gz: `cut.json.gz` is not a readable gzip file" in told
        assert "it may have been cut off" in told
        assert run(capsys, command, "infra", "cut.json.gz", "--allow-incomplete")[0] == 0


def test_of_much_that_could_not_be_read_some_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.json").write_text(json.dumps([vault(), *range(9)]))
    for arguments in (("diff",), ("graph",), ("show", "--id", "app-kv")):
        code, _, err = run(capsys, arguments[0], "bad.json", *arguments[1:])
        lines = err.splitlines()
        assert code == 3
        assert lines[0] == "not read: bad.json:1: bad.json row 2: not read as a resource: it is no object"
        assert lines[1] == "help: export whole resources, with `id` and `type`"
        assert lines[-1] == "not read: 4 more; `everward estate show` lists all"
        assert len(lines) == 7
    out = run(capsys, "show", "bad.json")[1]
    assert out.count("-> export whole resources") == 1


def test_show_says_who_says_it_and_where_they_differ(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "show", "infra", "live.json")
    assert "joined: infra: 1 by type, name and scope: so subscription is 1111" in out
    assert "readings differ on 1 resource: everward estate diff" in out
    assert "    also infra/main.tf:9" in out
    _, out, _ = run(capsys, "show", "infra", "live.json", "--id", "app-kv")
    assert "Who says it\n  infra/main.tf:9 (terraform)\n  live.json:3 (inventory)  (shown above)" in out
    assert 'Where they differ\n  properties.publicNetworkAccess\n    "Disabled"  infra/main.tf:15 (terraform)' in out
    _, out, _ = run(capsys, "show", "infra", "live.json", "--source", "inventory", "-o", "json")
    document = json.loads(out)
    assert [item["name"] for item in document["resources"]] == ["app-kv"]
    assert document["joins"][0]["how"] == "name"
    assert run(capsys, "show", "infra", "--source", "plan")[0] == 2


def test_records_are_shown_in_numbers(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = {
        "resourceId": vault()["id"],
        "policyAssignmentId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a",
        "policyDefinitionId": "d",
        "complianceState": "NonCompliant",
    }
    (here / "states.json").write_text(json.dumps([state]))
    code, out, _ = run(capsys, "show", "live.json", "states.json")
    assert code == 0
    assert "1 record about resources\n  Microsoft.PolicyInsights/policyStates (1)" in out
    _, out, _ = run(capsys, "show", "live.json", "states.json", "-o", "json")
    assert json.loads(out)["evidence"][0]["properties"]["complianceState"] == "NonCompliant"


def test_the_graph_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "graph", "infra", "live.json")
    assert out.startswith("3 resources, 0 references")
    _, out, _ = run(capsys, "graph", "infra", "live.json", "--from", "app-kv", "--depth", "1")
    assert out.startswith("app-kv (Microsoft.KeyVault/vaults)")
    assert json.loads(run(capsys, "graph", "infra", "live.json", "-o", "json")[1])["edges"] == []
    assert run(capsys, "graph", "infra", "live.json", "-o", "dot")[1].startswith("digraph estate {")
    assert run(capsys, "graph", "infra", "live.json", "-o", "mermaid")[1].startswith("flowchart LR\n")
    assert run(capsys, "graph", "infra", "live.json", "--depth", "0")[0] == 2


def test_a_name_that_several_have_is_a_usage_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {**vault(), "id": vault()["id"].replace("app-rg", "other-rg")}
    (here / "two.json").write_text(json.dumps([vault(), other]))
    code, _, err = run(capsys, "graph", "two.json", "--from", "app-kv")
    assert code == 2
    assert "2 resources are called `app-kv`" in err
    assert "other-rg" in err


def test_odd_names_of_readings_are_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "show", "live.json", "--source", "\x00\x1b[31m")
    assert code == 2
    assert "\x1b" not in err
    (here / "a").mkdir()
    (here / "a" / "x.json").write_text(json.dumps([vault()]))
    assert run(capsys, "show", "a", "live.json", "--source", "a")[0] == 0
