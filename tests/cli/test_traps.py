"""Traps that others fall into: each ends with the exit code that it deserves, never with a traceback or a pass."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from everward.cli import main

VAULT = """
resource "azurerm_key_vault" "main" {
  name                     = "kv1"
  resource_group_name      = "rg"
  location                 = "swedencentral"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "standard"
  purge_protection_enabled = true
}
"""


class Run:
    """What a run of the command line said and how it ended."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(["assess", *arguments])
        captured = capsys.readouterr()
        self.out, self.err = captured.out, captured.err
        assert "Traceback" not in self.out + self.err
        assert self.code != 4, self.err

    @property
    def text(self) -> str:
        return " ".join((self.out + self.err).split())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def test_a_syntax_error_has_file_and_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "infra" / "good.tf", VAULT)
    write(here / "infra" / "broken.tf", 'locals {\n  a = 1\n}\nresource "azurerm_key_vault" "b" {\n  name = = "x"\n}\n')
    run = Run(capsys, "infra")
    assert run.code == 3
    assert re.search(r"infra/broken\.tf:[45]\b", run.text)
    assert "INCOMPLETE" in run.text
    allowed = Run(capsys, "infra", "--allow-incomplete")
    assert allowed.code in (0, 1)
    assert "infra/broken.tf" in allowed.text


def test_a_missing_path(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "nowhere")
    assert (run.code, run.out) == (2, "")
    assert "`nowhere` does not exist" in run.err
    write(here / "main.tf", VAULT)
    assert Run(capsys, "main.tf", "nowhere").code == 2


def test_an_unknown_criterion(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "main.tf", VAULT)
    run = Run(capsys, ".", "--criteria", "key-vault-purge-protecton")
    assert (run.code, run.out) == (2, "")
    assert "did you mean `key-vault-purge-protection`" in run.err
    assert Run(capsys, ".", "--criteria", "key-vault-purge-protection,nothing").code == 2


def test_an_empty_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, ".")
    assert run.code == 3
    assert "nothing to read" in run.text
    write(here / "notes.md", "hello")
    assert Run(capsys, ".").code == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("main.tf", ""),
        ("main.tf", 'variable "a" {\n  default = 1\n}\n'),
        ("main.tf", 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n'),
        ("main.json", '{"$schema": "SCHEMA", "contentVersion": "1.0.0.0", "resources": []}'),
        ("all.json", "[]"),
    ],
)
def test_an_input_without_anything_of_azure(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, content: str
) -> None:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    write(here / "infra" / name, content.replace("SCHEMA", schema))
    run = Run(capsys, "infra")
    assert run.code == 3
    assert "Nothing was judged" in run.text
    assert re.search("nothing of Azure was found in it|no resources|nothing to read", run.text)
    assert Run(capsys, "infra", "--allow-incomplete").code == 0
    # Beside a workload it is nothing to worry about.
    write(here / "infra" / "stack" / "main.tf", VAULT)
    assert Run(capsys, "infra", "--fail-on", "never").code == 0


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (VAULT.replace('"kv1"', "var.nope"), 3),
        (VAULT.replace('"kv1"', "local.nope"), 3),
        (VAULT.replace('"rg"', "azurerm_resource_group.nope.name"), 4),
        (
            VAULT.replace('"kv1"', "azurerm_key_vault.b.name")
            + VAULT.replace("main", "b").replace('"kv1"', "azurerm_key_vault.main.name"),
            12,
        ),
    ],
)
def test_a_configuration_that_terraform_refuses(
    here: Path, capsys: pytest.CaptureFixture[str], source: str, line: int
) -> None:
    write(here / "main.tf", source)
    run = Run(capsys, ".")
    assert run.code == 3
    first_screen = run.text.partition("Findings, worst first")[0]
    assert f"main.tf:{line}" in first_screen
    assert re.search("is not declared|depends on itself", first_screen)


def test_an_environment_that_nobody_knows(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / ".git" / "HEAD", "")
    write(here / "main.tf", VAULT)
    run = Run(capsys, ".", "--environment", "nope", "--fail-on", "never")
    assert run.code == 0
    assert "no inputs for environment `nope` were found" in run.text
    write(here / "prod.tfvars", "a = 1\n")
    write(here / "int.tfvars", "a = 1\n")
    run = Run(capsys, ".", "--environment", "nope")
    assert (run.code, run.out) == (2, "")
    assert "there are inputs for `int`, `prod`" in run.text
    run = Run(capsys, ".", "--environment", "prod", "--fail-on", "never")
    assert run.code == 0
    assert "no inputs" not in run.text


def test_a_variable_that_decides_a_for_each(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = 'variable "stamps" {\n  type = set(string)\n}\n' + VAULT.replace(
        "{\n  name ", "{\n  for_each = var.stamps\n  name ", 1
    )
    write(here / "main.tf", source)
    run = Run(capsys, ".")
    assert run.code == 3
    assert "var.stamps decides which resources there are" in run.text
    assert re.search(r"main\.tf:\d+", run.text)
    assert Run(capsys, ".", "--var", 'stamps=["a"]', "--fail-on", "never").code == 0


def test_a_binary_file_called_tf(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "main.tf", bytes(range(256)) * 8)
    run = Run(capsys, ".")
    assert run.code == 3
    assert "main.tf" in run.text
    assert "not text" in run.text


def test_a_cycle_of_locals(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "main.tf", VAULT + "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n")
    run = Run(capsys, ".")
    assert run.code == 3
    assert "cycle" in run.text
    assert re.search(r"main\.tf:1\d", run.text)


def test_two_hundred_levels_of_nesting(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "hcl" / "main.tf", VAULT + f"locals {{\n  deep = {'[' * 200}1{']' * 200}\n}}\n")
    assert Run(capsys, "hcl").code in (0, 1)
    body = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/a", "name": "a"}
    deep = {
        **body,
        "type": "Microsoft.KeyVault/vaults",
        "location": "x",
        "properties": json.loads('{"a":' * 200 + "1" + "}" * 200),
    }
    write(here / "inventory" / "all.json", json.dumps([deep]))
    run = Run(capsys, "inventory", "-o", "json", "--fail-on", "never")
    assert run.code == 0
    assert json.loads(run.out)["summary"]["resources"] == 2


def test_nesting_beyond_all_measure_is_an_error_in_words(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "hcl" / "main.tf", VAULT + f"locals {{\n  deep = {'[' * 100_000}1{']' * 100_000}\n}}\n")
    assert Run(capsys, "hcl").code == 3
    write(here / "json" / "all.json", "[" * 100_000 + "]" * 100_000)
    assert Run(capsys, "json/all.json").code == 3


def test_a_folder_link_that_loops(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "infra" / "main.tf", VAULT)
    (here / "infra" / "again").symlink_to(here / "infra", target_is_directory=True)
    run = Run(capsys, "infra", "-o", "json", "--fail-on", "never")
    assert run.code == 0
    document = json.loads(run.out)
    assert [item["resources"] for item in document["inputs"]] == [1]


def test_a_template_of_language_version_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    resources = {
        name: {
            "type": "Microsoft.KeyVault/vaults",
            "apiVersion": "2023-07-01",
            "name": name,
            "location": "swedencentral",
            "properties": {"enablePurgeProtection": True},
        }
        for name in ("first", "second")
    }
    template = {"$schema": schema, "languageVersion": "2.0", "contentVersion": "1.0.0.0", "resources": resources}
    write(here / "main.json", json.dumps(template))
    run = Run(capsys, "main.json", "-o", "json", "--fail-on", "never")
    assert run.code == 0
    document = json.loads(run.out)
    assert {item["name"] for item in document["resources"] if item["type"] == "Microsoft.KeyVault/vaults"} == set(
        resources
    )
    assert document["inputs"][0]["resources"] == 2


def test_broken_json_and_half_a_template(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    write(here / "infra" / "main.json", f'{{\n"$schema": "{schema}",\n"resources": [\n')
    write(here / "infra" / "main.tf", VAULT)
    run = Run(capsys, "infra")
    assert run.code == 3
    assert "infra/main.json" in run.text


def big_inventory(path: Path, size: int, pad: int) -> int:
    """Write an inventory of at least `size` bytes whose resources are judged and differ; the number of its resources.

    Each has `pad` bytes of its own that no criterion looks at.
    """
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g"
    patterns = []
    for kind, properties in (
        ("Microsoft.KeyVault/vaults", {"enablePurgeProtection": True, "accessPolicies": [{"objectId": "NAME"}]}),
        ("Microsoft.Storage/storageAccounts", {"minimumTlsVersion": "TLS1_0", "allowBlobPublicAccess": True}),
        ("Microsoft.KeyVault/vaults", {"networkAcls": {"defaultAction": "Allow"}, "publicNetworkAccess": "Enabled"}),
        ("Microsoft.ContainerRegistry/registries", {"adminUserEnabled": True, "zoneRedundancy": "Disabled"}),
    ):
        body = {"id": f"{group}/providers/{kind}/NAME", "name": "NAME", "type": kind, "location": "swedencentral"}
        extra = {"owner": "team NAME", "more": [{"number": n, "of": "NAME"} for n in range(4)]}
        shown = {**properties, "vaultUri": "https://NAME.vault.azure.net/", "note": "NAME" + "x" * pad}
        patterns.append(json.dumps({**body, "tags": extra, "properties": shown}))
    written = count = 0
    with path.open("w", encoding="utf-8") as stream:
        while written < size:
            text = patterns[count % len(patterns)].replace("NAME", f"r{count}")
            written += stream.write(f"{',' if count else '['}{text}")
            count += 1
        stream.write("]")
    return count


def peak(*arguments: str) -> tuple[int, str, int]:
    """Exit code, standard error and peak memory (in kilobytes) of a Python process."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    with process.stderr as stream:
        errors = stream.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, errors, usage.ru_maxrss


@pytest.mark.parametrize(("size", "pad"), [(30_000_000, 300), (100_000_000, 6_000)])
def test_a_large_inventory_takes_bounded_memory(here: Path, size: int, pad: int) -> None:
    """Many resources in the smaller file, many bytes in the larger: every one is judged, and no two are alike."""
    count = big_inventory(here / "inventory.json", size, pad)
    code, errors, ours = peak("-m", "everward", "assess", "inventory.json", "-o", "text=report.txt")
    assert (code, errors) == (1, "")
    report = (here / "report.txt").read_text(encoding="utf-8")
    assert re.search(rf"on {count + 1:,} resources", " ".join(report.split()))
    parsing = "import msgspec; kept = msgspec.json.decode(open('inventory.json', 'rb').read())"
    _, _, bare = peak("-c", parsing)
    # Facts of the analyses are about as many again as the resources that they are about.
    assert ours < 3.5 * bare, f"{ours} kB, while parsing and keeping the same file takes {bare} kB"


@pytest.mark.parametrize("text", ["", ",", " , "])
def test_criteria_that_name_none_are_not_all(here: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    write(here / "infra" / "main.tf", VAULT)
    run = Run(capsys, "infra", "--criteria", text)
    assert run.code == 2
    assert "names no criterion" in run.err


def test_an_empty_path_is_not_the_current_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "main.tf", VAULT)
    run = Run(capsys, "")
    assert run.code == 2
    assert "it is empty" in run.err


def test_a_pipe_is_neither_a_workload_nor_a_file_of_values(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "infra" / "main.tf", VAULT)
    os.mkfifo(here / "p.tfvars")
    for arguments, words in (
        (["p.tfvars"], "neither a file nor a folder"),
        (["infra", "--var-file", "p.tfvars"], "not a regular file"),
        (["infra", "--var-file", "/dev/null"], "not a regular file"),
    ):
        run = Run(capsys, *arguments)
        assert (run.code, words in run.text) == (2, True)


def test_a_current_folder_that_is_gone_is_told(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = here / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    run = Run(capsys, ".")
    monkeypatch.chdir(here)
    assert run.code == 2
    assert "the current folder is gone" in run.err


def test_a_path_that_may_not_be_reached_is_incomplete(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def closed(path: Path, **options: bool) -> os.stat_result:
        if path.name == "inner":
            raise PermissionError(13, "Permission denied")
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", closed)
    run = Run(capsys, str(here / "inner"))
    assert run.code == 3
    assert "permission denied" in run.err


def test_a_closed_standard_output_is_a_usage_error(here: Path) -> None:
    write(here / "main.tf", VAULT)
    command = f'"{sys.executable}" -m everward assess . >&-'
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "standard output is closed" in done.stderr
