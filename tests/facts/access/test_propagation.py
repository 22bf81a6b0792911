"""Rights that are used in the run that gives them."""

from pathlib import Path
from typing import Any

import pytest

from everward.estate import Estate
from everward.facts.access.facts import AccessAnalysis
from everward.sources import ReadOptions, read_workload

VAULT = """
data "azurerm_client_config" "me" {}
resource "azurerm_key_vault" "kv" {
  name                       = "kv"
  resource_group_name        = "rg"
  location                   = "swedencentral"
  tenant_id                  = data.azurerm_client_config.me.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = ROLES
}
resource "azurerm_role_assignment" "me" {
  scope                = azurerm_key_vault.kv.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = data.azurerm_client_config.me.object_id
}
resource "time_sleep" "wait" {
  create_duration = "120s"
  depends_on      = [azurerm_role_assignment.me]
}
resource "azurerm_key_vault_secret" "s" {
  name         = "s"
  value        = "x"
  key_vault_id = azurerm_key_vault.kv.id
  AFTER
}
"""
BEFORE = """
resource "azurerm_role_assignment" "more" {
  scope                = "/subscriptions/11111111-1111-1111-1111-111111111111"
  role_definition_name = "Key Vault Administrator"
  principal_id         = data.azurerm_client_config.me.object_id
}
data "azurerm_client_config" "me" {}
"""
APP = """
resource "azurerm_linux_web_app" "app" {
  name                = "app"
  resource_group_name = "rg"
  location            = "swedencentral"
  service_plan_id     = "x"
  depends_on          = [AFTER]
}
"""


def found(folder: Path, **files: str) -> list[dict[str, Any]]:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".tf").write_text(text)
    estate = Estate(read_workload([folder], ReadOptions(subscription="11111111-1111-1111-1111-111111111111")))
    facts = AccessAnalysis().derive(estate).facts
    made = [item.body["properties"] for item in facts if item.type == "Everward.Access/propagation"]
    return [item for item in made if isinstance(item, dict)]


def vault(after: str = "", roles: str = "true") -> str:
    return VAULT.replace("AFTER", after).replace("ROLES", roles)


@pytest.mark.parametrize(
    ("after", "waits", "ordered"),
    [
        ("", False, False),
        ("depends_on = [azurerm_role_assignment.me]", False, True),
        ("depends_on = [time_sleep.wait]", True, True),
    ],
)
def test_secrets_that_need_a_right_of_the_same_root(after: str, waits: bool, ordered: bool, tmp_path: Path) -> None:
    [fact] = found(tmp_path, infra__main=vault(after))
    assert (fact["kind"], fact["waits"], fact["ordered"], fact["longest"]) == ("dataPlane", waits, ordered, 10)
    assert fact["assignments"] == ["azurerm_role_assignment.me"]
    assert fact["needs"] == "Microsoft.KeyVault/vaults/secrets/setSecret/action"
    word = "with a pause between" if waits else ("right after" if ordered else "in the same run as")
    assert word in fact["summary"]


def test_access_policies_and_earlier_rights_count_at_once(tmp_path: Path) -> None:
    assert found(tmp_path, infra__main=vault(roles="false")) == []
    assert found(tmp_path, infra__main=vault(), before__main=BEFORE) == []


def test_what_says_that_it_waits_for_an_assignment(tmp_path: Path) -> None:
    app = APP.replace("AFTER", "azurerm_role_assignment.me")
    facts = {item["targetType"]: item for item in found(tmp_path, infra__main=vault(roles="false"), infra__app=app)}
    fact = facts["Microsoft.Web/sites"]
    assert (fact["kind"], fact["waits"], fact["ordered"], fact["needs"]) == ("dependsOn", False, True, None)
    paused = APP.replace("AFTER", "azurerm_role_assignment.me, time_sleep.wait")
    facts = {item["targetType"]: item for item in found(tmp_path, infra__main=vault(roles="false"), infra__app=paused)}
    assert facts["Microsoft.Web/sites"]["waits"] is True


def test_pipelines_that_give_themselves_rights(tmp_path: Path) -> None:
    pipeline = tmp_path / ".ado" / "release.yaml"
    pipeline.parent.mkdir()
    text = """
pool: x
steps:
- task: AzureCLI@2
  inputs:
    azureSubscription: prod
    inlineScript: |
      az role assignment create --role Reader --scope $id
      PAUSE
      az storage blob list --auth-mode login
"""
    for pause, waits in (("sleep 600", True), ("echo", False)):
        pipeline.write_text(text.replace("PAUSE", pause))
        [fact] = found(tmp_path, infra__main="")
        assert (fact["kind"], fact["waits"], fact["commandLine"]) == ("pipeline", waits, 10)
        assert fact["pipelines"] == ["release.yaml"]
        assert ("waits before it goes on" in fact["summary"]) is waits


APPLY = """
pool: x
steps:
- task: AzureCLI@2
  inputs:
    azureSubscription: prod
    workingDirectory: infra
    inlineScript: terraform apply -auto-approve
- task: AzureCLI@2
  inputs:
    azureSubscription: prod
    inlineScript: |
      terraform -chdir=other init
      PAUSE
      az keyvault secret set --vault-name kv --name a --value b
"""


@pytest.mark.parametrize(("pause", "waits"), [("sleep 600", True), ("echo", False)])
def test_pipelines_that_go_on_after_terraform_gave_them_rights(pause: str, waits: bool, tmp_path: Path) -> None:
    pipeline = tmp_path / ".ado" / "release.yaml"
    pipeline.parent.mkdir()
    pipeline.write_text(APPLY.replace("PAUSE", pause))
    after = vault("depends_on = [time_sleep.wait]")
    [fact] = [one for one in found(tmp_path, infra__main=after) if one["kind"] == "pipeline"]
    assert (fact["assignments"], fact["waits"]) == (["Key Vault Secrets Officer"], waits)
    assert (fact["command"], Path(fact["root"]).name) == ("az keyvault secret set", "infra")
    # Access policies count at once.
    assert not [
        one
        for one in found(
            tmp_path,
            infra__main=vault(roles="false")
            .replace("Key Vault Secrets Officer", "Reader")
            .replace("data.azurerm_client_config.me.object_id", '"x"'),
        )
        if one["kind"] == "pipeline"
    ]
