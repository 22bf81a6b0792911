import os
from pathlib import Path

import pytest

from everward.sources.pipelines.files import environment_in, load_yaml
from everward.sources.terraform.pipelines import discover

PROD = """
trigger: none
parameters:
- name: extra
  default: '-var=from_parameter=1'
variables:
- name: environment
  value: prod
- template: config/values-${{ variables.environment }}.yaml
- name: extraArguments
  ${{ if ne(variables.domain, '') }}:
    value: '-var=domain=www.$(domain)'
  ${{ else }}:
    value: ''
stages:
- template: templates/release.yaml
  parameters:
    extra: ${{ parameters.extra }}
    folders: [global]
"""

VALUES = """
variables:
  prefix: shop
  domain: example.org
"""

RELEASE = """
parameters:
- name: extra
  type: string
- name: folders
  type: object
- name: unset
  type: string
stages:
- stage: deploy
  variables:
    TF_VAR_owner: team
  jobs:
  - deployment: apply
    strategy:
      runOnce:
        deploy:
          steps:
          - ${{ each folder in parameters.folders }}:
            - template: apply.yaml
              parameters:
                folder: infra/${{ folder }}
                arguments: >-
                  -var=stage="${{ parameters.unset }}"
                  $(extraArguments)
                  ${{ parameters.extra }}
          - template: elsewhere.yaml@shared
          - template: missing.yaml
"""

APPLY = """
parameters:
  folder: ''
  arguments: ''
steps:
- ${{ if eq(parameters.folder, '') }}:
  - bash: terraform plan -var=wrong=1
- ${{ elseif eq(parameters.folder, 'x') }}:
  - bash: terraform plan -var=wrong=2
- ${{ else }}:
  - task: Bash@3
    env:
      TF_VAR_token: $(secretToken)
    inputs:
      workingDirectory: $(Build.SourcesDirectory)/${{ parameters.folder }}
      script: |
        terraform plan -var prefix="$(prefix)$(suffix)" -var-file="values-$(environment).tfvars" \\
          -var-file="absent.tfvars" ${{ parameters.arguments }}
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        {
            ".ado/release-prod.yaml": PROD,
            ".ado/config/values-prod.yaml": VALUES,
            ".ado/templates/release.yaml": RELEASE,
            ".ado/templates/apply.yaml": APPLY,
            "infra/global/main.tf": "",
            "infra/global/values-prod.tfvars": "",
            "infra/global/other/int.tfvars": "",
            "infra/global/terraform.tfvars": "",
            "infra/stamp/main.tf": "",
        },
    )


def test_values_are_followed_through_templates_to_the_root_they_are_for(repository: Path) -> None:
    found = discover(repository, repository / "infra" / "global", "prod")
    settled = {name: value.text for name, value in found.values.items() if not value.open}
    assert settled == {"domain": "www.example.org", "from_parameter": "1", "owner": "team"}
    still_open = {name: value.text for name, value in found.values.items() if value.open}
    assert still_open == {
        "prefix": "shop$(suffix)",
        "stage": "${{parameters.unset}}",
        "token": "$(secretToken)",
    }
    assert [path.name for path in found.pipelines] == ["release-prod.yaml", "release.yaml", "apply.yaml"]
    origin = found.values["prefix"].origin
    assert origin.file is not None
    assert origin.file.endswith(".ado/templates/apply.yaml")
    assert origin.line == 17


def test_a_named_file_comes_before_those_beside_the_root(repository: Path) -> None:
    found = discover(repository, repository / "infra" / "global", "prod")
    assert [(file.path.name, file.named, file.environment) for file in found.files] == [
        ("values-prod.tfvars", True, "prod"),
        ("int.tfvars", False, "int"),
    ]


def test_with_several_environments_the_user_chooses(repository: Path) -> None:
    found = discover(repository, repository / "infra" / "global", None)
    assert found.environments == ("int", "prod")
    assert found.environment is None
    assert found.values == {}


def test_another_root_gets_nothing(repository: Path) -> None:
    found = discover(repository, repository / "infra" / "stamp", "prod")
    assert (found.values, found.files, found.pipelines, found.environments) == ({}, [], [], ())


def test_one_environment_alone_is_chosen(repository: Path) -> None:
    (repository / "infra" / "global" / "other" / "int.tfvars").unlink()
    found = discover(repository, repository / "infra" / "global", None)
    assert found.environment == "prod"
    assert "domain" in found.values


def test_workflows_give_inputs_by_argument_and_environment(tmp_path: Path) -> None:
    workflow = """
on: push
env:
  REGION: westeurope
  TF_VAR_region: ${{ env.REGION }}
defaults:
  run:
    working-directory: infra
jobs:
  plan:
    environment: {name: staging}
    steps:
    - uses: actions/checkout@v4
    - run: terraform plan -var size=$SIZE -var secret=${{ secrets.X }}
      env: {SIZE: 3}
    - run: terraform apply -var size=4
      working-directory: other
  broken: text
"""
    write(tmp_path, {".github/workflows/deploy.yml": workflow, "infra/main.tf": ""})
    found = discover(tmp_path, tmp_path / "infra", None)
    assert found.environment == "staging"
    assert {name: (value.text, value.open) for name, value in found.values.items()} == {
        "size": ("3", False),
        "secret": ("${{secrets.X}}", True),
        "region": ("westeurope", False),
    }


def test_a_terraform_task_takes_its_options(tmp_path: Path) -> None:
    pipeline = """
pool: x
variables:
- ${{ if true }}:
  - name: size
    value: 3
- group: secrets
steps:
- task: TerraformTaskV4@4
  inputs: {command: plan, commandOptions: '-var size=$(size)', workingDirectory: infra}
"""
    write(tmp_path, {"azure-pipelines.yml": pipeline, "infra/main.tf": ""})
    assert discover(tmp_path, tmp_path / "infra", None).values["size"].text == "3"


def test_a_run_whose_folder_is_not_known_gives_no_root_its_inputs(tmp_path: Path) -> None:
    plan = "- script: terraform plan -var a=1\n"
    pipeline = f"pool: x\nsteps:\n{plan}{plan}  workingDirectory: $(x)\n"
    write(tmp_path, {"azure-pipelines.yml": pipeline, "main.tf": ""})
    assert discover(tmp_path, tmp_path, None).values == {}


def test_templates_that_include_themselves_end(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "azure-pipelines.yml": "pool: x\nextends: {template: loop.yml}\n",
            "loop.yml": "variables:\n- template: loop.yml\nsteps:\n- template: loop.yml\n- template: loop.yml\n",
        },
    )
    assert discover(tmp_path, tmp_path, None).values == {}


@pytest.mark.parametrize(
    "text", ["- just\n- a list\n", "a: [", "\0", "extends: 3\ntrigger: x\n", "pool: 1\nsteps: 5\n"]
)
def test_files_that_are_no_pipelines_are_passed_over(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"azure-pipelines.yml": text, ".github/workflows/x.yml": text})
    assert discover(tmp_path, tmp_path, None).pipelines == []


def test_each_over_an_object_and_over_what_is_not_known(tmp_path: Path) -> None:
    pipeline = """
pool: x
parameters:
- {name: roots, default: {a: one}}
steps:
- ${{ each root in parameters.roots }}:
  - script: terraform plan -var key=${{ root.key }} -var value=${{ root.value }}
    workingDirectory: infra
- ${{ each root in parameters.unset }}:
  - script: terraform plan -var never=1
- ${{ each nonsense }}:
  - script: terraform plan -var never=2
"""
    write(tmp_path, {"azure-pipelines.yml": pipeline, "infra/main.tf": ""})
    found = discover(tmp_path, tmp_path / "infra", None)
    assert {name: value.text for name, value in found.values.items()} == {"key": "a", "value": "one"}


def test_yaml_that_cannot_be_read_is_nothing(tmp_path: Path) -> None:
    assert load_yaml(tmp_path / "absent.yml") is None
    deep = tmp_path / "deep.yml"
    deep.write_text("[" * 20_000)
    assert load_yaml(deep) is None


def test_the_last_word_names_the_environment() -> None:
    assert environment_in("azure-release-prod") == "prod"
    assert environment_in("prod-to-INT") == "int"
    assert environment_in("integrity") is None


def test_the_reference_workload_keeps_its_inputs_in_its_pipelines() -> None:
    folder = os.environ.get("EVERWARD_MCO")
    if folder is None:
        pytest.skip("EVERWARD_MCO does not name a checkout of the reference workload")
    repository = Path(folder)
    found = discover(repository, repository / "src" / "infra" / "workload" / "releaseunit", "prod")
    assert found.environments == ("e2e", "int", "prod")
    assert found.values["stamps"].text == '["swedencentral", "brazilsouth"]'
    assert found.values["prefix"].open
