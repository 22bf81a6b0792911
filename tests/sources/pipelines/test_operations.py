"""What pipelines do at data planes, as a repository has them."""

from pathlib import Path
from typing import Any

import pytest

from everward.sources import ReadOptions, read_workload
from everward.sources.pipelines.commands import CLUSTER, CONFIGURATION, REGISTRY, SQL, STORAGE, VAULT
from everward.sources.pipelines.operations import MAX_BYTES, TYPE, operations_of
from everward.values import Unknown

RELEASE = """
trigger: none
pool:
  name: prod-agents
variables:
- name: environment
  value: prod
stages:
- template: templates/deploy.yaml
- stage: tests
  pool:
    vmImage: ubuntu-22.04
  jobs:
  - job: images
    steps:
    - script: az acr login -n registry
  - job: waits
    pool: server
    steps:
    - script: az acr login -n registry
"""
DEPLOY = """
stages:
- stage: deploy
  jobs:
  - job: infra
    steps:
    - script: terraform apply -auto-approve
      workingDirectory: infra
    - task: AzureCLI@2
      inputs:
        inlineScript: |
          $kv = $stamp.key_vault_name
          az keyvault network-rule add --name $kv --ip-address 1.2.3.4
          az keyvault secret list --vault-name $kv
          az keyvault secret list --vault-name $kv --maxresults 5
    - task: HelmDeploy@0
      inputs:
        kubernetesCluster: $(cluster)
    - task: AzureCLI@2
      inputs:
        scriptPath: $(Build.SourcesDirectory)/scripts/load.sh
    - task: AzureCLI@2
      inputs:
        scriptPath: scripts/missing.sh
    - task: AzureCLI@2
      inputs:
        scriptPath: $(elsewhere)/x.sh
    - task: AzureCLI@2
      inputs:
        scriptPath: ../outside.sh
"""
TERRAFORM = """
resource "azurerm_key_vault_secret" "one" {
  name         = "a"
  key_vault_id = azurerm_key_vault.kv.id
}

resource "azurerm_storage_container" "by_name" {
  storage_account_name = "st"
}

resource "azurerm_storage_container" "by_id" {
  storage_account_id = azurerm_storage_account.st.id
}

resource "azurerm_app_configuration_key" "k" {
}

resource "helm_release" "chart" {
}

resource "azurerm_resource_group" "rg" {
}
"""
GITHUB = """
on: push
jobs:
  ship:
    runs-on: [self-hosted, linux]
    environment: prod
    steps:
    - uses: azure/k8s-deploy@v5
      with:
        cluster-name: aks
    - run: docker push reg.azurecr.io/app:1
"""


def written(folder: Path) -> Path:
    files = {
        ".git/HEAD": "ref: x",
        ".ado/pipelines/release-prod.yaml": RELEASE,
        ".ado/pipelines/templates/deploy.yaml": DEPLOY,
        ".github/workflows/ship.yaml": GITHUB,
        "infra/main.tf": TERRAFORM,
        "scripts/load.sh": "#!/bin/sh\nsqlcmd -S srv.database.windows.net -i load.sql\n",
        "scripts/large.sh": "az acr login -n big\n" + "#" * MAX_BYTES,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def records(folder: Path, environment: str | None = None) -> dict[str, Any]:
    found = {}
    for item in operations_of(folder, environment, folder):
        assert item.type == TYPE
        body = item.body["properties"]
        assert isinstance(body, dict)
        found[f"{str(body['pipeline']).rpartition('/')[2]} {body['operation']} {body['service']}"] = {
            **body,
            "origin": item.origin,
        }
    return found


def test_commands_are_recorded_with_their_pool_and_place(tmp_path: Path) -> None:
    found = records(written(tmp_path))
    vault = found[f"release-prod.yaml az keyvault secret list {VAULT}"]
    assert (vault["pool"], vault["poolKind"], vault["environment"]) == ("prod-agents", "selfHosted", "prod")
    assert isinstance(vault["target"], Unknown)
    assert vault["target"].decided_by == ("key_vault_name",)
    assert vault["opensFirewall"] is True
    assert vault["schedules"] == []
    assert [place["line"] for place in vault["places"]] == [14, 15]
    assert str(vault["origin"].file).endswith("templates/deploy.yaml")
    assert [Path(root).name for root in vault["roots"]] == ["infra"]
    registry = found[f"release-prod.yaml az acr login {REGISTRY}"]
    assert (registry["poolKind"], registry["pool"], registry["target"]) == ("hosted", "ubuntu-22.04", "registry")
    assert registry["poolLine"] == 12


def test_tasks_and_scripts_in_files_count_too(tmp_path: Path) -> None:
    found = records(written(tmp_path))
    assert found[f"release-prod.yaml helmdeploy {CLUSTER}"]["target"].decided_by == ("cluster",)
    sql = found[f"release-prod.yaml sqlcmd {SQL}"]
    assert sql["target"] == "srv"
    assert (str(sql["origin"].file).rpartition("/")[2], sql["origin"].line) == ("load.sh", 2)


def test_blocks_of_terraform_that_need_the_data_plane_are_recorded(tmp_path: Path) -> None:
    found = records(written(tmp_path))
    blocks = {
        key.rpartition(" ")[2]: [(item["block"], item["line"]) for item in body["blocks"]]
        for key, body in found.items()
        if "terraform apply" in key
    }
    assert blocks == {
        VAULT: [("azurerm_key_vault_secret.one", 2)],
        STORAGE: [("azurerm_storage_container.by_name", 7)],
        CONFIGURATION: [("azurerm_app_configuration_key.k", 15)],
        CLUSTER: [("helm_release.chart", 18)],
    }


def test_workflows_of_github_are_recorded(tmp_path: Path) -> None:
    found = records(written(tmp_path))
    assert found[f"ship.yaml azure/k8s-deploy {CLUSTER}"]["target"] == "aks"
    pushed = found[f"ship.yaml docker push {REGISTRY}"]
    assert (pushed["poolKind"], pushed["pool"], pushed["target"]) == ("selfHosted", "self-hosted, linux", "reg")


def test_only_the_environment_that_was_asked_for(tmp_path: Path) -> None:
    assert records(written(tmp_path), "int") == {}
    assert len(records(tmp_path, "PROD")) == len(records(tmp_path))


def test_folders_that_are_not_there_or_outside_hold_no_blocks(tmp_path: Path) -> None:
    outside = "trigger: none\nsteps:\n- script: terraform -chdir=../x apply\n- script: terraform -chdir=none plan\n"
    path = tmp_path / "azure-pipelines.yml"
    path.write_text(outside)
    assert records(tmp_path) == {}


def test_readings_hand_them_on(tmp_path: Path) -> None:
    readings = read_workload([written(tmp_path)], ReadOptions())
    found = [item for reading in readings for item in reading.elsewhere if item.type == TYPE]
    assert len(found) >= 8


HOSTILE = r"""
trigger: none
pool: [1, {name: x}]
steps:
- script: ["az acr login"]
- script: "az acr login -n a\0b"
- task: AzureCLI@2
  inputs: {scriptPath: "a\0b.sh"}
- task: AzureCLI@2
  inputs: {scriptPath: LONG.sh}
- script: terraform apply
  workingDirectory: "a\0b"
- script: terraform apply
  workingDirectory: LONG
- script: terraform apply
  workingDirectory: .
- task: 7
  inputs: [x]
- task: HelmDeploy@0
  inputs: {kubernetesCluster: [a]}
- script: az keyvault secret list --vault-name "unclosed
"""


def test_strange_pipelines_end_well(tmp_path: Path) -> None:
    (tmp_path / "azure-pipelines.yml").write_text(HOSTILE.replace("LONG", "x" * 5000))
    (tmp_path / "main.tf").write_bytes(b"\xff\xfe\x00resource")
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "copy.tf").write_text(TERRAFORM)
    found = records(tmp_path)
    assert {key.partition(" ")[2] for key in found} == {
        f"az acr login {REGISTRY}",
        f"az keyvault secret list {VAULT}",
        f"helmdeploy {CLUSTER}",
    }
    assert all(item["poolKind"] == "unknown" for item in found.values())


def test_only_so_many_files_are_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("everward.sources.pipelines.operations.MAX_FILES", 1)
    folder = written(tmp_path)
    (folder / "infra" / "a.tf").write_text("")
    (folder / "infra" / "more").mkdir()
    (folder / "infra" / "more" / "b.tf").write_text(TERRAFORM)
    assert not [key for key in records(folder) if "terraform apply" in key]


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert f"release-prod.yaml sqlcmd {SQL}" in records(folder)
    (folder / "scripts" / "load.sh").write_text("#!/bin/sh\necho nothing to load any more, and that is all\n")
    assert f"release-prod.yaml sqlcmd {SQL}" not in records(folder)
