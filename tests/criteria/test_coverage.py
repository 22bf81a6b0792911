"""Which items of the guidance the criteria answer."""

import os
import re
from pathlib import Path

import pytest

from everward.criteria import Catalogue, answered_rows

ANSWERED = answered_rows(Catalogue.load())
ROW = re.compile(r"^\| ((?:IN|ZT|TM|NI|DI|PG)-[A-Z]\d{2}(?:[a-z]|\.\d)?) \|.*\| (.+?) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def guidance() -> dict[str, str]:
    """The items of the guidance, each with how far others verify it."""
    folder = os.environ.get("EVERWARD_CASES")
    if folder is None:
        pytest.skip("EVERWARD_CASES names no folder with the items of the guidance")
    text = (Path(folder) / "coverage.md").read_text(encoding="utf-8")
    return {row: peers.strip("* ").lower() for row, peers in ROW.findall(text)}


def test_every_row_exists(guidance: dict[str, str]) -> None:
    assert len(guidance) > 150
    assert set(ANSWERED) <= set(guidance)


def test_twenty_rows_are_answered_that_others_leave_open(guidance: dict[str, str]) -> None:
    open_elsewhere = [row for row in ANSWERED if guidance[row] in ("none", "partial")]
    assert len(open_elsewhere) >= 20
    assert len([row for row in ANSWERED if guidance[row] == "none"]) >= 20


def test_rows_stand_in_the_order_of_the_guidance_with_the_criteria_that_answer_them() -> None:
    chapters = [row[:2] for row in ANSWERED]
    assert chapters == sorted(chapters, key=("IN", "ZT", "TM", "NI", "DI", "PG").index)
    assert ANSWERED["NI-R05"] == ("public-ip-ddos-protection",)
    assert ANSWERED["DI-R02"] == ("encryption-key-near-its-data", "stamp-own-key-vault")
    for ids in ANSWERED.values():
        assert list(ids) == sorted(set(ids))
