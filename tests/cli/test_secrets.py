"""No report shows a secret, in whichever place of whichever resource it stands."""

import json
from pathlib import Path

import pytest

from everward.cli import main

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g"
ROWS = [
    {
        "id": GROUP + "/providers/Microsoft.KeyVault/vaults/kv/secrets/s",
        "type": "Microsoft.KeyVault/vaults/secrets",
        "name": "s",
        "properties": {"value": "planted01"},
    },
    {
        "id": GROUP + "/providers/Microsoft.App/containerApps/a",
        "type": "Microsoft.App/containerApps",
        "name": "a",
        "properties": {
            "configuration": {
                "secrets": [{"name": "x", "value": "planted02"}],
                "registries": [{"passwordSecretRef": "x"}],
            }
        },
    },
    {
        "id": GROUP + "/providers/Microsoft.ContainerInstance/containerGroups/a",
        "type": "Microsoft.ContainerInstance/containerGroups",
        "name": "a",
        "properties": {
            "containers": [{"properties": {"environmentVariables": [{"name": "T", "secureValue": "planted03"}]}}],
            "diagnostics": {"logAnalytics": {"workspaceKey": "planted04"}},
        },
    },
    {
        "id": GROUP + "/providers/Microsoft.Web/sites/w/config/appsettings",
        "type": "Microsoft.Web/sites/config",
        "name": "appsettings",
        "properties": {
            "SQL_PWD": "planted05",
            "TWILIO_TOKEN": "planted06",
            "StorageKey": "planted07",
            "REDIS_KEY": "planted08",
            "API_KEY": "planted09",
            "Auth__ClientSecret": "planted10",
        },
    },
    {
        "id": GROUP + "/providers/Microsoft.Insights/components/w",
        "type": "Microsoft.Insights/components",
        "name": "w",
        "properties": {"InstrumentationKey": "planted11", "ConnectionString": "planted12"},
    },
    {
        "id": GROUP + "/providers/Microsoft.AppConfiguration/configurationStores/c/keyValues/k",
        "type": "Microsoft.AppConfiguration/configurationStores/keyValues",
        "name": "DbPassword",
        "properties": {"value": "planted13"},
    },
    {
        "id": GROUP + "/providers/Microsoft.Automation/automationAccounts/c/variables/k",
        "type": "Microsoft.Automation/automationAccounts/variables",
        "name": "k",
        "properties": {"value": '"planted14"', "isEncrypted": False},
    },
    {
        "id": GROUP + "/providers/Microsoft.Compute/virtualMachines/v",
        "type": "Microsoft.Compute/virtualMachines",
        "name": "v",
        "properties": {"osProfile": {"adminPassword": "planted15", "secrets": []}},
    },
    {
        "id": GROUP + "/providers/Microsoft.Compute/virtualMachines/v/extensions/e",
        "type": "Microsoft.Compute/virtualMachines/extensions",
        "name": "e",
        "properties": {
            "protectedSettings": {"commandToExecute": "planted16"},
            "settings": {"commandToExecute": "x -p planted17"},
        },
    },
    {
        "id": GROUP + "/providers/Microsoft.Network/connections/c",
        "type": "Microsoft.Network/connections",
        "name": "c",
        "properties": {"sharedKey": "planted18", "authorizationKey": "planted19"},
    },
    {
        "id": GROUP + "/providers/Microsoft.Logic/workflows/c",
        "type": "Microsoft.Logic/workflows",
        "name": "c",
        "properties": {
            "definition": {"actions": {"h": {"inputs": {"headers": {"Authorization": "Bearer planted20"}}}}},
            "accessEndpoint": "https://x/?sig=planted21planted21planted21planted21",
        },
    },
    {
        "id": GROUP + "/providers/Microsoft.OperationalInsights/workspaces/c",
        "type": "Microsoft.OperationalInsights/workspaces",
        "name": "c",
        "properties": {"primarySharedKey": "planted22"},
    },
    {
        "id": GROUP + "/providers/Microsoft.Resources/deployments/d",
        "type": "Microsoft.Resources/deployments",
        "name": "d",
        "properties": {
            "outputs": {
                "adminPassword": {"type": "String", "value": "planted23"},
                "key": {"type": "String", "value": "planted24"},
            },
            "parameters": {"sqlPassword": {"value": "planted25"}},
        },
    },
    {
        "id": GROUP + "/providers/Microsoft.Cache/redis/d",
        "type": "Microsoft.Cache/redis",
        "name": "d",
        "properties": {"accessKeys": {"primaryKey": "planted26"}},
    },
    {
        "id": GROUP + "/providers/Microsoft.DocumentDB/databaseAccounts/d",
        "type": "Microsoft.DocumentDB/databaseAccounts",
        "name": "d",
        "properties": {
            "x": "mongodb://user:planted27@host/db",
            "y": "https://user:planted28@host",
            "primaryReadonlyMasterKey": "planted29",
        },
    },
]
PLANTED = [f"planted{number:02d}" for number in range(1, 30)]


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    file = tmp_path / "all.json"
    text = json.dumps(ROWS)
    assert all(word in text for word in PLANTED)
    file.write_text(text)
    return str(file)


def shown(words: list[str], text: str) -> list[str]:
    return [word for word in words if word in text]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "html"])
def test_no_report_shows_a_secret(inventory: str, tmp_path: Path, form: str) -> None:
    report = tmp_path / "report"
    assert main(["assess", inventory, "-o", f"{form}={report}", "--full", "--fail-on", "never"]) == 0
    assert shown(PLANTED, report.read_text()) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_estate_shows_no_secret(inventory: str, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["estate", "show", inventory, "-o", form, "--full"]) == 0
    text = capsys.readouterr().out
    assert "containerApps" in text
    assert shown(PLANTED, text) == []


@pytest.mark.parametrize("resource", sorted({str(row["id"]) for row in ROWS}))
def test_one_resource_whole_shows_no_secret(inventory: str, capsys: pytest.CaptureFixture[str], resource: str) -> None:
    assert main(["estate", "show", inventory, "--id", resource]) == 0
    text = capsys.readouterr().out
    assert "(redacted)" in text
    assert shown(PLANTED, text) == []


@pytest.mark.parametrize(
    "command",
    [*(["assess", "-o", form] for form in ("text", "json", "sarif", "html")), ["estate", "show"]],
    ids=" ".join,
)
def test_the_address_of_a_module_is_shown_without_its_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "git::https://bob:planted@example.org/m.git"\n}\n')
    main([*command, str(tmp_path)])
    text = capsys.readouterr().out
    assert "example.org" in text
    assert "planted" not in text
