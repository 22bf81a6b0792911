"""Versions of definitions, and the ranges that ask for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.policy.versions import choose, is_in_range, parse_version


@pytest.mark.parametrize("text", ["", "1", "1.2", "*.1.1", "1.2.3.4", "v1.2.3", "1.2.x"])
def test_other_texts_are_no_versions(text: str) -> None:
    assert parse_version(text) is None


@pytest.mark.parametrize(
    ("version", "wanted", "taken"),
    [
        ("1.2.3", "1.*.*", True),
        ("1.2.3", "1.2.*", True),
        ("1.2.3", "1.3.*", False),
        ("2.0.0", "1.*.*", False),
        ("1.2.3", "1.2.3", True),
        ("1.2.3", "1.2.4", False),
        ("1.0.0-preview", "1.*.*", False),
        ("1.0.0-PREVIEW", "1.*.*-preview", True),
        ("1.0.0", "1.*.*-preview", True),
        ("1.0.0-deprecated", "1.*.*", True),
    ],
)
def test_a_range_takes_a_version_in_or_not(version: str, wanted: str, taken: bool) -> None:
    one, other = parse_version(version), parse_version(wanted)
    assert one is not None
    assert other is not None
    assert is_in_range(one, other) is taken


def test_the_newest_that_fits_is_chosen() -> None:
    held = [(text, text) for text in ("1.2.0", "1.10.0", "2.0.0", "1.3.0-preview", "3.0.0-preview", "3.0.0", "")]
    assert choose("1.*.*", held) == "1.10.0"
    assert choose("1.2.*", held) == "1.2.0"
    assert choose("", held) == "3.0.0"
    assert choose("4.*.*", held) is None
    assert choose("nonsense", held) is None


def test_what_has_no_version_satisfies_no_range() -> None:
    assert choose("", [("", "it")]) == "it"
    assert choose("1.*.*", [("", "it")]) is None


def test_of_two_with_one_version_the_first_counts() -> None:
    assert choose("1.*.*", [("1.0.0", "first"), ("1.0.0", "second")]) == "first"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1), st.integers(0, 3))
def test_what_is_chosen_fits_and_nothing_newer_does(held: list[tuple[int, int, int]], major: int) -> None:
    found = choose(f"{major}.*.*", ((".".join(map(str, one)), one) for one in held))
    fitting = [one for one in held if one[0] == major]
    assert found == (max(fitting) if fitting else None)
