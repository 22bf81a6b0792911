"""`everward policy library` and `everward assess --initiative`."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.policy.governing import (
    PREFIX,
    assignment_document,
    definition_document,
    initiative_document,
    reference,
)

from everward.cli import main

VAULTS = "Microsoft.KeyVault/vaults"
CODE = """
resource "azurerm_key_vault" "main" {
  name                     = "kv1"
  resource_group_name      = "rg"
  location                 = "swedencentral"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "standard"
  purge_protection_enabled = false
}
"""
PURGE = definition_document(
    "purge",
    effect="[parameters('effect')]",
    condition={"field": f"{VAULTS}/enablePurgeProtection", "notEquals": "true"},
    of=VAULTS,
    parameters={"effect": {"type": "String", "defaultValue": "Audit", "allowedValues": ["Audit", "Disabled"]}},
    description="Vaults must not be purged.",
    metadata={"category": "Key Vault", "severity": "High"},
    version="1.0.0",
)
ASKED = definition_document("asked", effect="Manual", of="Microsoft.Resources/subscriptions", description="Is it so?")
HELD = definition_document("held", policyType="Static")
SET = initiative_document(
    "set",
    reference("purge", "r1", parameters={"effect": {"value": "[parameters('how')]"}}, groupNames=["C-1"]),
    reference("asked", "r2"),
    reference("held", "r3"),
    parameters={"how": {"type": "String"}},
    description="A set.",
    policyDefinitionGroups=[{"name": "C-1"}],
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("EVERWARD_CACHE", str(tmp_path / "cache"))
    put("infra/main.tf", CODE.encode())
    put("policies/purge.json", PURGE)
    put("policies/asked.json", ASKED)
    put("policies/held.json", HELD)
    put("policies/set.json", SET)
    put("audit.json", {"how": "Audit"})
    return tmp_path


def put(name: str, document: Any) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document if isinstance(document, bytes) else msgspec.json.encode(document))
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def library(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return run(capsys, "policy", "library", *arguments)


def test_what_is_added_is_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert library(capsys, "add", "policies") == (0, "3 definitions, 1 initiative\n", "")
    code, out, _ = library(capsys, "list")
    assert code == 0
    assert out.startswith("definitions\n  Title of asked\n    asked\n")
    assert "definitions, Key Vault\n  Title of purge (1.0.0)" in out
    assert "4 objects" in out
    _, out, _ = library(capsys, "list", "--kind", "initiative", "--find", "SET")
    assert out.startswith("initiatives\n  Title of set\n    set\n")
    _, out, _ = library(capsys, "list", "--find", "nothing")
    assert out == "nothing in the library is like that\n"
    _, out, _ = library(capsys, "show", "title of purge")
    assert "types     microsoft.keyvault/vaults" in out
    assert 'effect: string, one of Audit, Disabled; "Audit"' in out
    assert '      "effect": "[parameters(\'effect\')]"' in out
    _, out, _ = library(capsys, "show", "set")
    assert "Policies (3)\n  r1: Title of purge\n" in out
    assert "how: string; no default" in out


def test_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    library(capsys, "add", "policies")
    _, out, _ = library(capsys, "list", "-o", "json")
    listed = json.loads(out)
    assert listed["schema"] == "everward/library/1"
    assert [item["name"] for item in listed["objects"]] == ["asked", "held", "purge", "set"]
    assert listed["objects"][2]["types"] == [VAULTS.lower()]
    _, out, _ = library(capsys, "show", "purge", "-o", "json")
    assert json.loads(out)["objects"][0]["document"] == PURGE


def test_what_leads_nowhere_and_what_cannot_be_read_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    put("more/broken.json", b'{"policyRule": ')
    loose = [*[reference(f"gone{number}") for number in range(49)], reference("gone0", "again"), reference("purge")]
    put("more/set.json", initiative_document("i", *loose))
    put("more/a.json", assignment_document("a", "policySetDefinitions/i"))
    library(capsys, "add", "policies")
    code, out, _ = library(capsys, "add", "more")
    assert code == 3
    lost = f"there is no definition `{PREFIX}/policyDefinitions/gone0` (`gone0` of `Title of i` and 1 more)"
    assert out.startswith(f"1 initiative, 1 assignment\n50 references lead nowhere:\n  {lost}\n")
    assert "  and 9 more (--full)\n1 could not be read:\n  broken.json: file `broken.json`: " in out
    _, out, _ = library(capsys, "add", "more", "--full")
    assert "more (--full)" not in out
    _, out, _ = library(capsys, "show", "i")
    assert f"gone1: ! there is no definition `{PREFIX}/policyDefinitions/gone1`" in out
    _, out, _ = library(capsys, "show", "a")
    assert '"scope": "/subscriptions/s1"' in out


def test_one_reference_that_leads_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    put("more/set.json", initiative_document("i", reference("gone")))
    out = library(capsys, "add", "more")[1]
    assert "1 reference leads nowhere:\n  there is no definition" in out
    assert out.endswith("(`gone` of `Title of i`)\n")


def test_an_empty_library_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    put("empty/readme.md", b"")
    assert library(capsys, "add", "empty")[:2] == (0, "no policy objects\n")
    assert "policy library add PATH" in library(capsys, "list")[1]
    code, _, err = library(capsys, "show", "x")
    assert code == 2
    assert "the library has no `x`" in err


def test_several_objects_of_one_name_are_shown_each(capsys: pytest.CaptureFixture[str]) -> None:
    put("more/purge.json", {**PURGE, "id": "/other/policyDefinitions/purge"})
    library(capsys, "add", "policies", "more")
    assert library(capsys, "show", "purge")[1].count("Title of purge") == 2


def test_what_is_removed_is_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    library(capsys, "add", "policies")
    code, _, err = library(capsys, "remove", "infra")
    assert code == 2
    assert "is not in the library" in err
    assert library(capsys, "remove", "policies")[0] == 0
    assert "the library is empty" in library(capsys, "list")[1]


def test_the_bench_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "policy", "--help")
    for name in ("eval", "test", "lint", "explain", "diff", "whatif", "library"):
        assert f"\n  {name} " in out


def assess(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code, out, err = run(capsys, "assess", "infra", *arguments, "-o", "json")
    assert err == ""
    return code, json.loads(out)


@pytest.mark.parametrize("name", ["set", "Title of SET", f"{PREFIX}/policySetDefinitions/set", "policies/set.json"])
def test_a_workload_is_assessed_by_an_initiative(capsys: pytest.CaptureFixture[str], name: str) -> None:
    library(capsys, "add", "policies")
    code, found = assess(capsys, "--initiative", name, "--parameters", "audit.json")
    assert code == 1
    assert found["initiative"] == name
    (finding,) = found["findings"]
    assert (finding["criterion"], finding["severity"], finding["title"]) == ("purge", "high", "Title of purge")
    assert (finding["chapter"], finding["rows"], finding["why"]) == ("Key Vault", ["C-1"], "Vaults must not be purged.")
    assert finding["origin"]["file"] == "infra/main.tf"
    assert [item["question"] for item in found["attestations"]] == ["Is it so?"]
    assert [item["criterion"] for item in found["inherited"]] == ["held"]
    assert found["summary"]["criteria"] == 3


def test_disabled_policies_are_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    put("off.json", {"how": {"value": "Disabled"}})
    code, found = assess(capsys, "--initiative", "set", "--parameters", "off.json", "--library", "policies")
    assert code == 0
    assert found["findings"] == []
    assert found["inputs"][-1]["files"][0]["detail"] == "3 policies, 1 of them disabled"


def test_the_first_screen_says_what_was_judged_by(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(
        capsys, "assess", "infra", "--initiative", "set", "--parameters", "audit.json", "--library", "policies"
    )
    text = " ".join(out.split())
    assert "initiative `Title of set`: 3 policies" in text
    assert "HIGH Title of purge" in text
    assert "Next everward policy library show purge" in text


def test_a_reference_that_leads_nowhere_makes_it_incomplete(capsys: pytest.CaptureFixture[str]) -> None:
    put("policies/loose.json", initiative_document("loose", reference("gone", "r1"), reference("purge", "r2")))
    code, found = assess(capsys, "--initiative", "loose", "--library", "policies")
    assert code == 3
    (gap,) = [item for item in found["unresolved"] if item.get("incomplete")]
    assert gap["subject"] == "reference `r1` of the initiative `Title of loose`"
    code, found = assess(capsys, "--initiative", "loose", "--library", "policies", "--allow-incomplete")
    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--initiative", "set"), "error: the parameter `how` of `Title of set` has no value"),
        (("--initiative", "set", "--parameters", "audit.json", "--criteria", "x"), "exclude each other"),
        (("--initiative", "sett", "--parameters", "audit.json"), "did you mean `set`"),
        (("--initiative", "set", "--parameters", "bad.json"), "the initiative has no parameter `hwo`"),
        (("--initiative", "set", "--parameters", "wrong.json"), "the value of the parameter `how` is no string"),
    ],
)
def test_what_cannot_be_asked_is_told(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    put("bad.json", {"how": "Audit", "hwo": "Audit"})
    put("wrong.json", {"how": 5})
    code, _, err = run(capsys, "assess", "infra", "--library", "policies", *arguments)
    assert code == 2
    assert message in err


@pytest.mark.parametrize("option", [("--parameters", "audit.json"), ("--library", "policies")])
def test_options_of_an_initiative_need_one(capsys: pytest.CaptureFixture[str], option: tuple[str, str]) -> None:
    code, _, err = run(capsys, "assess", "infra", *option)
    assert code == 2
    assert f"`{option[0]}` goes with `--initiative`" in err
