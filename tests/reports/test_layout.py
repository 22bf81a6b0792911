import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.reports import Look
from everward.reports.layout import Layout, fold


def test_words_are_kept_and_long_ones_broken_at_a_joint() -> None:
    assert fold("a b c", 80, "- ", "  ") == ["- a b c"]
    assert fold("aaaa bbbb cccc", 10) == ["aaaa bbbb", "cccc"]
    address = 'module.stamp_monitoring["swedencentral"].azurerm_log_analytics_workspace.stamp'
    assert fold(address, 60, "  - ", "    ") == [
        '  - module.stamp_monitoring["swedencentral"].',
        "    azurerm_log_analytics_workspace.stamp",
    ]
    assert fold("see " + "x" * 100, 40) == ["see " + "x" * 36, "x" * 40, "x" * 24]
    assert fold("", 80, "- ") == []


@given(
    st.text(st.characters(codec="ascii"), max_size=300), st.integers(12, 100), st.sampled_from(["", "  ", "label   "])
)
def test_nothing_is_lost_and_every_line_fits(text: str, width: int, lead: str) -> None:
    lines = fold(text, width, lead, " " * len(lead))
    assert all(len(line) <= width for line in lines)
    said = "".join(line[len(lead) :] for line in lines)
    assert re.sub(r"\s", "", said) == "".join(text.split())


def test_rows_have_a_label_and_are_cut_at_a_word() -> None:
    layout = Layout(Look(width=40))
    assert list(layout.row("Read", "")) == []
    assert list(layout.row("Read", "one two")) == ["Read       one two"]
    lines = list(layout.row("  so", "word " * 40, most=2))
    assert len(lines) == 2
    assert lines[1].endswith(" word ...")
    assert all(len(line) <= 40 for line in lines)
    assert next(layout.row("  so", "x" * 400, most=1)).endswith("x ...")


@pytest.mark.parametrize("kind", ["critical", "head", None])
def test_colours_surround_and_do_not_move(kind: str | None) -> None:
    plain, coloured = Layout(Look(width=30)), Layout(Look(width=30, colour=True))
    for line, painted in zip(
        plain.row("  x", "a b c " * 9, kind), coloured.row("  x", "a b c " * 9, kind), strict=True
    ):
        assert re.sub("\x1b\\[[0-9;]*m", "", painted) == line
    assert ("\x1b" in next(coloured.row("  x", "a", kind))) == (kind is not None)
    assert "\x1b" not in next(plain.row("  x", "a", kind))
