"""`everward data mapping coverage`: what of Terraform is read."""

import json
from typing import Any

import pytest

from everward.cli import main


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["data", "mapping", "coverage", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(capsys, "-o", "json", *arguments))
    return found


def test_the_overview_has_a_line_for_every_mapped_type(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys)
    out = run(capsys)
    lines = out.splitlines()
    for one in found["types"]:
        of_type = [line for line in lines if line.split()[-1:] == [one["type"]] and not line.startswith("of")]
        assert len(of_type) == one["mapped"], one["type"]
        if of_type:
            assert ("*" in of_type[0].split()) == one["priority"]
    vault = next(line for line in lines if line.endswith(" azurerm_key_vault"))
    counts = next(one for one in found["types"] if one["type"] == "azurerm_key_vault")["editions"].values()
    assert vault.split()[:3] == [f"{one['mapped']}+{one['named']}+{one['unmapped']}" for one in counts]
    managed = next(line for line in lines if line.endswith(" azurerm_managed_redis"))
    assert managed.split()[0] == "-"


def test_totals_are_the_sums_of_the_types(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys)
    assert found["schema"] == "everward/mapping-coverage/1"
    assert [name.partition(" ")[0] for name in found["totals"]] == ["azurerm"] * 3 + ["azuread"]
    for edition, total in found["totals"].items():
        there = [one for one in found["types"] if edition in one["editions"]]
        mapped = [one["editions"][edition] for one in there if one["mapped"]]
        assert (total["types"], total["mappedTypes"]) == (len(there), len(mapped))
        for state, number in total["attributes"].items():
            assert number == sum(one[state] for one in mapped)
        assert total["attributes"]["mapped"] > 0


def test_every_priority_type_is_mapped_and_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    first = [one for one in document(capsys)["types"] if one["priority"]]
    assert len(first) > 100
    assert all(one["mapped"] for one in first)
    assert f"of the {len(first)} types that matter most, {len(first)} have a mapping" in run(capsys)


def test_a_type_with_what_is_left_out_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "--type", "azurerm_key_vault")
    assert out.startswith("azurerm_key_vault -> Microsoft.KeyVault/vaults (matters most)\n")
    assert "  contact.email: Certificate contacts are set through the data plane\n" in out
    assert "  name: says which resource it is\n" in out
    assert "access_policy" not in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_secret_is_named_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = document(capsys, "--type", "azurerm_mssql_server")["types"]
    newest = list(one["editions"].values())[-1]
    assert newest["leftOut"]["administrator_login_password"] == "is, or carries, a secret, which is never read"
    assert "minimum_tls_version" not in newest["leftOut"]


def test_types_by_pattern_and_types_without_a_mapping(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "--type", "azurerm_kusto_c*", "--type", "azuread_group")["types"]
    assert found[0]["type"] == "azuread_group"
    cluster = next(one for one in found if one["type"] == "azurerm_kusto_cluster")
    assert (cluster["mapped"], cluster["arm"]) == (False, "Microsoft.Kusto/clusters")
    newest = list(cluster["editions"].values())[-1]
    assert newest["unmapped"] > 5
    assert newest["leftOut"] == {}
    assert "no mapping: its resources are known to exist, no more" in run(capsys, "--type", "azurerm_kusto_cluster")


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [("azurerm_keyvault", "did you mean `azurerm_key_vault`?"), ("zzz*", "types are named as in Terraform")],
)
def test_a_type_that_does_not_exist_ends_with_2(wrong: str, advice: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "mapping", "coverage", "--type", wrong]) == 2
    said = capsys.readouterr().err
    assert f"`{wrong}`" in said
    assert advice in said


def test_the_groups_say_what_they_have(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--help"]) == 0
    assert "mapping" in capsys.readouterr().out
    assert main(["data", "mapping", "--help"]) == 0
    assert "coverage" in capsys.readouterr().out
