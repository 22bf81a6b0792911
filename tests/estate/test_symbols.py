"""Ids with open parts, matched with ids that are known."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.estate.symbols import OPEN, Pattern

SCOPE = "/subscriptions/1/resourceGroups/g/providers/A/b/"


@pytest.mark.parametrize(
    ("name", "known", "values"),
    [
        ("{p}-kv", "Prod-KV", {"p": "Prod"}),
        ("{p}-kv", "-kv", None),
        ("{p}{p}", "abab", {"p": "ab"}),
        ("{p}-{p}", "a-b-a-b", {"p": "a-b"}),
        ("{p}-{p}", "A-a", {"p": "A"}),
        ("{p}-{p}", "a-b", None),
        ("{p}x{q}", "xxb", {}),
        ("{p}x{q}", "xb", None),
        ("{p}{q}", "a", None),
        ("a", "A", {}),
        ("a", "b", None),
    ],
)
def test_an_id_with_open_parts_tells_their_values(name: str, known: str, values: dict[str, str] | None) -> None:
    assert Pattern(SCOPE + name).match(SCOPE + known) == values


@given(
    st.lists(st.sampled_from(["{p}", "{q}", "{r}", "a", "b", "ab"]), min_size=1, max_size=6),
    st.text("abA", min_size=1, max_size=8),
)
def test_several_open_parts_fit_what_an_expression_would_match(pieces: list[str], known: str) -> None:
    name = "".join(pieces)
    parts = set(OPEN.findall(name))
    text = re.escape(name)
    for part in parts:
        group = "(?:.+)" if len(parts) > 1 else f"(?P={part})"
        text = text.replace(re.escape(f"{{{part}}}"), f"(?P<{part}>.+)" if len(parts) == 1 else group, 1)
        text = text.replace(re.escape(f"{{{part}}}"), group)
    expected = re.fullmatch(text, known, re.IGNORECASE) is not None
    assert (Pattern(SCOPE + name).match(SCOPE + known) is not None) == expected


def test_a_name_of_many_open_parts_is_compared_at_once() -> None:
    """An expression would share the text out in every way, which no one would wait for."""
    name = "".join(f"{{v{index}}}" for index in range(40)) + "x"
    assert Pattern(SCOPE + name).match(SCOPE + "a" * 80) is None
    assert Pattern(SCOPE + name).match(SCOPE + "a" * 80 + "x") == {}
