"""Pipelines and the connections by which they act, as a repository has them."""

from pathlib import Path
from typing import Any

import pytest

from everward.sources import ReadOptions, read_workload
from everward.sources.pipelines.connections import MAX_CONFIG, connections_of, repository_name
from everward.values import Unknown

RELEASE = """
trigger: none
pr: none
variables:
- name: environment
  value: prod
- name: connection
  value: app-${{ variables.environment }}
stages:
- stage: check
  jobs:
  - job: lint
    steps:
    - task: AzureCLI@2
      inputs:
        azureSubscription: $(connection)
        inlineScript: az account show
- template: deploy.yaml
"""
DEPLOY = """
stages:
- stage: deploy
  jobs:
  - deployment: infra
    environment:
      name: $(environment).cluster
    strategy:
      runOnce:
        deploy:
          steps:
          - task: AzureCLI@2
            inputs:
              azureSubscription: $(connection)
              addSpnToEnvironment: true
              inlineScript: |
                echo "##vso[task.setvariable variable=ARM_CLIENT_SECRET]$servicePrincipalKey"
          - script: terraform -chdir=infra apply -auto-approve
"""
GITHUB = """
on:
  push:
    branches: [main]
env:
  NAME: production
jobs:
  ship:
    runs-on: ubuntu-latest
    environment: ${{ env.NAME }}
    steps:
    - uses: azure/login@v2
      with:
        client-id: ${{ vars.AZURE_CLIENT_ID }}
        tenant-id: t
    - run: az deployment group create -f main.bicep -g rg
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return write(tmp_path, **{".ado__release-prod_yaml": RELEASE, ".ado__deploy_yaml": DEPLOY})


def only(folder: Path, **more: Any) -> dict[str, Any]:
    [record] = connections_of(folder, **more)
    properties = record.body["properties"]
    assert isinstance(properties, dict)
    return {**properties, "line": record.origin.line, "at": Path(str(record.origin.file)).name}


def test_a_pipeline_of_azure_devops(repository: Path) -> None:
    found = only(repository)
    assert found["connection"] == "app-prod"
    assert (found["platform"], found["pipelineName"]) == ("azureDevOps", "release-prod.yaml")
    assert (found["scheme"], Path(found["schemeFile"]).name, found["schemeLine"]) == ("secret", "deploy.yaml", 17)
    assert (found["guards"], found["unguarded"]) == (["prod"], True)
    assert (found["branches"], found["pullRequests"]) == ([], False)
    assert (found["deploys"], found["environment"]) == (True, "prod")
    assert [Path(root).name for root in found["roots"]] == ["infra"]
    assert (found["at"], found["line"]) == ("release-prod.yaml", 16)


def test_the_environment_that_is_asked_for(repository: Path) -> None:
    assert connections_of(repository, "int") == []
    assert len(connections_of(repository, "PROD")) == 1


def test_a_workflow_of_github(tmp_path: Path) -> None:
    write(tmp_path, **{".github__workflows__ship_yaml": GITHUB})
    found = only(tmp_path)
    assert (found["platform"], found["scheme"], found["connection"]) == ("github", "workloadIdentityFederation", None)
    assert isinstance(found["client"], Unknown)
    assert found["client"].decided_by == ("${{ vars.AZURE_CLIENT_ID }}",)
    assert (found["guards"], found["unguarded"], found["branches"]) == (["production"], False, ["main"])
    assert found["deploys"] is True


def test_tasks_that_apply(tmp_path: Path) -> None:
    steps = """
pool: x
steps:
- task: TerraformTaskV4@4
  inputs: {command: apply, environmentServiceNameAzureRM: sc, workingDirectory: "$(System.DefaultWorkingDirectory)/a"}
- task: AzureResourceManagerTemplateDeployment@3
  inputs: {azureResourceManagerConnection: other}
"""
    write(tmp_path, **{".ado__p_yaml": steps})
    first, second = connections_of(tmp_path)
    assert (first.name, second.name) == ("sc", "other")
    body = first.body["properties"]
    assert isinstance(body, dict)
    assert body["roots"] == [str(tmp_path / "a")]
    assert body["deploys"] is True


def test_a_source_of_its_own(repository: Path, tmp_path: Path) -> None:
    write(
        tmp_path, **{"infra__main.tf": 'resource "azurerm_resource_group" "a" {\n  name = "a"\n  location = "b"\n}\n'}
    )
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)
    readings = {reading.source: reading for reading in read_workload([link], ReadOptions(environment="prod"))}
    found = readings["pipelines"]
    assert not found.resources
    [record] = found.elsewhere
    body = record.body["properties"]
    assert isinstance(body, dict)
    # Roots and files are called as the user called them, so that they meet those of Terraform.
    assert body["roots"] == [readings["terraform"].label]
    [told] = found.inputs
    assert told.detail == "signs in by `app-prod`"


def test_pipelines_alone_are_no_workload(repository: Path) -> None:
    [reading, *_] = [item for item in read_workload([repository], ReadOptions()) if item.source == "pipelines"]
    assert reading.incomplete


def test_a_repository_without_sign_ins_is_no_input(tmp_path: Path) -> None:
    write(tmp_path, **{".ado__p_yaml": "pool: x\nsteps:\n- script: echo\n", "main.tf": ""})
    assert "pipelines" not in {reading.source for reading in read_workload([tmp_path], ReadOptions())}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/app.git", "acme/app"),
        ("git@github.com:acme/app", "acme/app"),
        ("ssh://git@gitlab.com/acme/group/app.git", "acme/group/app"),
        ("https://token@github.com/acme/app/", "acme/app"),
        ("https://example.org/acme/app", None),
        ("/somewhere/acme/app", None),
    ],
)
def test_the_name_of_a_repository(url: str, name: str | None, tmp_path: Path) -> None:
    write(tmp_path, **{".git__config": f'[remote "origin"]\n\turl = {url}\n'})
    assert repository_name(tmp_path) == name


def test_a_repository_without_a_name(tmp_path: Path) -> None:
    assert repository_name(tmp_path) is None
    write(tmp_path, **{".git__config": "url = https://github.com/a/b\n" + " " * MAX_CONFIG})
    assert repository_name(tmp_path) is None


def test_files_that_went_away_have_no_line(repository: Path) -> None:
    assert len(connections_of(repository)) == 1
    (repository / ".ado" / "release-prod.yaml").write_bytes(b"\xff\xfe\x00")
    assert connections_of(repository) == []


def test_what_is_secret_is_shown_nowhere(tmp_path: Path) -> None:
    text = """
on: push
jobs:
  ship:
    runs-on: x
    steps:
    - uses: azure/login@v2
      with: {creds: '{"clientSecret": "very secret"}'}
    - run: |
        az login --service-principal -u me -p "very secret" -t t
        az role assignment create --role Reader --scope x
        az storage blob list --account-key "very secret"
"""
    write(tmp_path, **{".github__workflows__ship_yaml": text})
    records = connections_of(tmp_path)
    assert [record.name for record in records] == ["azure/login", "me", "ship.yaml"]
    assert "very secret" not in repr(records)
