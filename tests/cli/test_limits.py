"""`--limit`: what a message names can be raised, and what is no limit is refused."""

from pathlib import Path

import pytest

from everward.cli import main

SOURCE = (
    'resource "azurerm_resource_group" "many" {\n  count    = 12000\n  name     = "rg${count.index}"\n'
    '  location = "swedencentral"\n}\n'
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SOURCE)


def test_the_way_that_a_message_names_leads_on(capsys: pytest.CaptureFixture[str]) -> None:
    main(["assess", "infra", "-o", "json"])
    told = capsys.readouterr().out
    assert "more than 10,000 instances" in told
    assert "`--limit expansion=N`" in told
    main(["estate", "show", "infra", "--limit", "expansion=12000"])
    assert "12000 resources" in capsys.readouterr().out.replace(",", "")


@pytest.mark.parametrize(
    ("limit", "message", "help"),
    [
        ("patience=1", "there is no limit `patience`", "the limits are "),
        ("steps=many", "`many` is no number for the limit `steps`", "write a whole number, 1 or more"),
    ],
)
def test_what_is_no_limit_is_refused(capsys: pytest.CaptureFixture[str], limit: str, message: str, help: str) -> None:
    assert main(["assess", "infra", "--limit", limit]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert help in captured.err
