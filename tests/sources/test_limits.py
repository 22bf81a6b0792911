"""Limits are settings: raised by name, and a name or a number that is none is told."""

from __future__ import annotations

from dataclasses import fields

import pytest

from everward.sources import Limits, ReadOptions
from everward.sources.limits import limit_help
from everward.values import UsageError


def test_every_limit_can_be_raised_by_the_name_that_its_help_gives() -> None:
    for item in fields(Limits):
        name = limit_help(item.name).split("--limit ")[1].split("=")[0]
        raised = Limits.given([(name, "7_000_000_000")])
        assert getattr(raised, item.name) == 7_000_000_000
        assert all(getattr(raised, other.name) == other.default for other in fields(Limits) if other is not item)


def test_reading_has_limits_without_being_told() -> None:
    assert ReadOptions().limits == Limits.given([])


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "many", "٣", "9" * 40, "_"])
def test_a_limit_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no number for the limit `steps`"):
        Limits.given([("steps", text)])


def test_a_limit_that_does_not_exist_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(UsageError) as caught:
        Limits.given([("patience", "1")])
    assert "file-bytes" in (caught.value.help or "")
