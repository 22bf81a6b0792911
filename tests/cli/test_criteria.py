"""`everward criteria`: the catalogue for people and for machines."""

import json

import pytest

from everward.cli import main
from everward.criteria import Catalogue


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["criteria", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_the_list_names_every_criterion_once(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "list")
    for item in Catalogue.load():
        assert sum(line.split()[1:2] == [item.id] for line in out.splitlines()) == 1, item.id
    assert f"{len(Catalogue.load())} criteria" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_an_edition_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    every = json.loads(run(capsys, "list", "-o", "json"))["criteria"]
    some = json.loads(run(capsys, "list", "-o", "json", "--edition", "2022"))["criteria"]
    assert [item["id"] for item in some] == [item["id"] for item in every if "2022" in item["editions"]]


@pytest.mark.parametrize("item", list(Catalogue.load()), ids=lambda item: item.id)
def test_every_criterion_can_be_shown(item: object, capsys: pytest.CaptureFixture[str]) -> None:
    name = item.id  # type: ignore[attr-defined]
    out = run(capsys, "show", name)
    assert out.splitlines()[1] == name
    for heading in ("Why", "How the workload goes down", "What the repair costs", "References"):
        assert f"\n{heading}\n" in out
    document = json.loads(run(capsys, "show", name, "-o", "json"))
    assert document["id"] == name
    kinds = {"policy": "definition", "manual": "manual", "inherited": "inherited"}
    assert document[kinds[document["kind"]]]


def test_what_only_people_know_is_asked_and_what_the_platform_holds_is_stated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    kinds = {item.kind: item.id for item in Catalogue.load()}
    assert "\nThe question\n" in run(capsys, "show", kinds["manual"])
    assert "\nWhat the platform holds\n" in run(capsys, "show", kinds["inherited"])


def test_an_unknown_id_ends_with_2_and_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["criteria", "show", "key-vault-purge-protecton"]) == 2
    assert "`key-vault-purge-protection`" in capsys.readouterr().err
