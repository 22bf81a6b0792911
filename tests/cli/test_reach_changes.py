"""`everward reach diff` and `whatif`, as somebody who is about to change a rule uses them."""

import json
from pathlib import Path

import pytest
from tests.cli.test_reach import SOURCE

from everward.cli import main

PATCH = """
changes:
  - resource: g
    set:
      properties.securityRules[ssh].properties.sourceAddressPrefix: 203.0.113.0/24
needs:
  - name: administration
    from: 203.0.113.0/24
    to: n
    port: 22
  - from: internet
    to: n
    port: 22
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    source = SOURCE.replace("= var.public", "= false").replace('variable "public" {}', "")
    for name in ("infra", "after"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(source)
    (tmp_path / "patch.yaml").write_text(PATCH)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["reach", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_two_readings_that_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "diff", "infra", "after")
    assert (code, out) == (0, "0 doors opened, 0 doors narrowed or closed\n")


def test_what_opens_comes_first_and_ends_with_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written = (tmp_path / "after" / "main.tf").read_text()
    (tmp_path / "after" / "main.tf").write_text(
        written.replace("public_network_access_enabled = false", "public_network_access_enabled = true").replace(
            'source_address_prefix      = "*"', 'source_address_prefix      = "203.0.113.0/24"'
        )
    )
    code, out, _ = run(capsys, "diff", "infra", "after")
    assert code == 1
    assert out.startswith("OPENED  kv (vaults)\n  was     nobody\n  now     internet: tcp/443\n")
    assert "CHANGED n (networkInterfaces, one)\n  was     internet: tcp/22\n  now     ranges: tcp/22" in out
    assert out.endswith("1 door opened, 1 door narrowed or closed\n")
    code, out, _ = run(capsys, "diff", "after", "infra", "-o", "json")
    doors = json.loads(out)["doors"]
    assert {door["target"].rpartition("/")[2]: [len(door["opened"]), len(door["closed"])] for door in doors} == {
        "n": [1, 0],
        "kv": [0, 1],
    }
    assert code == 1


def test_what_is_gone_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "after" / "main.tf").write_text(SOURCE[: SOURCE.index('resource "azurerm_virtual_network"')])
    code, out, _ = run(capsys, "diff", "infra", "after")
    assert code == 0
    assert "it is not there any more" in out


def test_half_a_workload_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "after" / "gone.tf").write_text('module "gone" {\n  source = "./gone"\n}\n')
    code, _, err = run(capsys, "diff", "infra", "after")
    assert (code, "1 thing could not be read" in err) == (3, True)
    assert run(capsys, "diff", "infra", "after", "--allow-incomplete")[0] == 0


def test_a_change_that_breaks_a_need_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "whatif", "patch.yaml", "infra")
    assert code == 1
    assert out.startswith("changed `g`\nCHANGED n (networkInterfaces, one)\n")
    assert "BROKEN  internet to n\n  needs   internet must reach n on port 22\n" in out
    assert "administration" not in out
    assert out.endswith("0 doors opened, 1 door narrowed or closed; 1 need broken, 1 met\n")
    _, out, _ = run(capsys, "whatif", "patch.yaml", "infra", "-o", "json")
    document = json.loads(out)
    assert {need["name"]: need["state"] for need in document["needs"]} == {
        "administration": "met",
        "internet to n": "broken",
    }
    assert [name.rpartition("/")[2] for name in document["changed"]] == ["g"]


def test_a_change_of_what_an_inventory_holds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    vault = {
        "id": "/subscriptions/1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv",
        "type": "microsoft.keyvault/vaults",
        "name": "kv",
        "properties": {"publicNetworkAccess": "Enabled"},
    }
    (tmp_path / "inventory.json").write_text(json.dumps({"data": [vault]}))
    (tmp_path / "shut.yaml").write_text("changes: [{resource: kv, set: {properties.publicNetworkAccess: Disabled}}]")
    code, out, err = run(capsys, "whatif", "shut.yaml", "inventory.json")
    assert (code, err) == (0, "")
    assert out.startswith("changed `kv`\nCLOSED  kv (vaults)\n")


def test_a_change_that_breaks_nothing_ends_with_0(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "patch.yaml").write_text(PATCH.partition("needs:")[0])
    code, out, _ = run(capsys, "whatif", "patch.yaml", "infra")
    assert (code, "CHANGED n" in out) == (0, True)


def test_direct_calls_and_needs_that_were_never_met_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "infra" / "smoke.ps1").write_text('$h = @{\n  "X-Azure-FDID" = "$id"\n}\n')
    code, out, _ = run(capsys, "whatif", "patch.yaml", "infra")
    assert code == 1
    assert "UNMET   direct calls that set `X-Azure-FDID` themselves" in out
    assert "at      infra/smoke.ps1:2" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("changes: [", "`patch.yaml:2` is no YAML and no JSON"),
        ("[]", "has no `changes`"),
        ("changes: 1", "has `changes` that is no list"),
        ("changes: []", "has no `changes`"),
        ("changes: [{set: {a: 1}}]", "has a change without `resource`"),
        ("changes: [{resource: g}]", "has a change of `g` without `set`"),
        ("changes: [{resource: g, set: {tags.a: b}}]\nneeds: [{from: internet}]", "has a need without `to`"),
        (
            "changes: [{resource: g, set: {tags.a: b}}]\nneeds: [{from: nobody, to: n, port: 1}]",
            "has a need from `nobody`, which is no prefix and no service tag",
        ),
        ("changes: [{resource: g, set: {tags.a: b}}]\nneeds: [{to: n, port: 70000}]", "has a need with port `70000`"),
        ("changes: [{resource: zzz, set: {tags.a: b}}]", "nothing is called `zzz`"),
        ("changes: [{resource: g, set: {tags.a: b}}]\nneeds: [{to: zzz, port: 1}]", "nothing is called `zzz`"),
    ],
)
def test_a_patch_that_is_wrong_ends_with_2(
    text: str, message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "patch.yaml").write_text(text + "\n")
    code, _, err = run(capsys, "whatif", "patch.yaml", "infra")
    assert code == 2
    assert message in err
    assert "help: " in err


def test_wrong_use_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "diff", "infra")
    assert (code, "two things are compared, and 1 were given" in err) == (2, True)
