"""Roles that pipelines assign while they run."""

from pathlib import Path

import pytest

from everward.sources.pipelines import steps_of
from everward.sources.pipelines.assigning import MAX_COMMANDS, Assigning, assignings
from everward.sources.pipelines.connections import connections_of

ASSIGN = "az role assignment create --assignee $me --role Reader --scope $id"


def pipeline(folder: Path, *scripts: str, name: str = "release", more: str = "") -> Path:
    path = folder / ".ado" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    steps = "".join(
        f"- script: |\n{''.join(f'    {line}' + chr(10) for line in script.splitlines())}" for script in scripts
    )
    path.write_text(f"pool: x\ntrigger: none\nsteps:\n{steps}{more}")
    return folder


def only(folder: Path) -> Assigning:
    [found] = assignings(folder, steps_of(folder))
    return found


@pytest.mark.parametrize(
    ("after", "use", "waits"),
    [
        (["$x = az storage blob list --account-key abc --auth-mode login"], "az storage blob list", False),
        (["sleep 60", "az storage blob list"], "az storage blob list", True),
        (["until az storage blob list; do sleep 5; done"], "az storage blob list", True),
        (["do {", "az aks list", "} while ($x)"], "az aks list", True),
        (["Start-Sleep 60", "Start-AzVM -Name x"], "Start-AzVM", True),
        (["az account show", "echo az aks list", "# az aks list", "kubectl get pods"], "kubectl get pods", False),
        (["az role assignment list", ASSIGN.replace("Reader", "Reader")], None, False),
        (["echo done"], None, False),
    ],
)
def test_what_comes_next(after: list[str], use: str | None, waits: bool, tmp_path: Path) -> None:
    pipeline(tmp_path, "\n".join([ASSIGN, *after]))
    found = assignings(tmp_path, steps_of(tmp_path))[0]
    assert (found.role, found.line, found.use, found.waits) == ("Reader", 5, use, waits)


def test_the_next_command_may_be_in_another_step(tmp_path: Path) -> None:
    found = only(pipeline(tmp_path, ASSIGN, "sleep 60", "terraform init \\\n  -input=false"))
    assert (found.use, found.use_line, found.waits) == ("terraform init", 9, True)
    assert found.use_file is not None
    assert found.use_file.name == "release.yaml"


def test_files_that_steps_run(tmp_path: Path) -> None:
    more = """- task: AzureCLI@2
  retryCountOnTaskFailure: 3
  inputs:
    azureSubscription: prod
    scriptPath: $(System.DefaultWorkingDirectory)/scripts/do.ps1
- task: PowerShell@2
  inputs: {filePath: scripts/gone.ps1}
"""
    pipeline(tmp_path, more=more)
    pipeline(tmp_path, more=more, name="again")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "do.ps1").write_text(
        '$role = "Owner"\nNew-AzRoleAssignment -RoleDefinitionName $role\nGet-AzVM\n', encoding="utf-8-sig"
    )
    found = only(tmp_path)
    assert (found.file.name, found.line, found.role, found.use, found.retries) == ("do.ps1", 2, "Owner", "Get-AzVM", 3)
    assert [path.name for path in found.pipelines] == ["again.yaml", "release.yaml"]
    records = [item for item in connections_of(tmp_path) if item.type == "Pipelines/roleAssignments"]
    [record] = records
    assert (Path(str(record.origin.file)).name, record.origin.line) == ("do.ps1", 2)


def test_roles_by_name(tmp_path: Path) -> None:
    assert only(pipeline(tmp_path, 'role="Storage Blob Data Owner"\n' + ASSIGN.replace("Reader", "$role"))).role == (
        "Storage Blob Data Owner"
    )
    assert only(pipeline(tmp_path, ASSIGN.replace("Reader", "$role"))).role == "$role"
    assert only(pipeline(tmp_path, ASSIGN.replace("--role Reader", ""))).role is None


def test_long_scripts_end(tmp_path: Path) -> None:
    lines = [ASSIGN.replace("Reader", "$role")] * (MAX_COMMANDS * 4)
    pipeline(tmp_path, "\n".join(["role='Owner'", *lines, "az vm list"]), "terraform " * 20_000 + "\n" * 20_000)
    found = assignings(tmp_path, steps_of(tmp_path))
    # One place, however often: the lines are all the same.
    assert [one.use for one in found] == ["az vm list"]
    assert connections_of(tmp_path) == []
