"""Both engines of patterns find the same, and none of them takes long."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.terraform.workspace import value_of

from everward.sources.terraform.language.functions.globbing import matches
from everward.sources.terraform.language.regular import compiled
from everward.sources.terraform.language.regular.syntax import PatternProblem
from everward.sources.terraform.language.scope import EvaluationError


def spend(_steps: int) -> None:
    """Nothing here costs too much."""


ATOMS = ("a", "b", "c", ".", "[ab]", "[^a]", "\\w", "\\d", "\\b", "^", "$", "é", "\\pL", "(?i:A)", "")


def pattern(draw: random.Random, depth: int) -> str:
    if depth <= 0:
        return draw.choice(ATOMS)
    inner = pattern(draw, depth - 1)
    return draw.choice(
        (
            inner + pattern(draw, depth - 1),
            f"(?:{inner}|{pattern(draw, depth - 1)})",
            f"({inner})",
            f"(?:{inner}){draw.choice(('*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{1,}', '{0,1}?'))}",
        )
    )


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.text("abcé1 \n", max_size=7))
def test_both_engines_find_the_same(draw: random.Random, text: str) -> None:
    regular = compiled(pattern(draw, 3))
    own = regular.search_program(text, 0, spend)
    if regular.search(text, 0, spend) is None:
        assert own is None
    else:
        found = regular.search(text, 0, spend)
        assert own is not None
        assert found is not None
        groups = range(len(regular.names) + 1)
        assert [own.group(number) for number in groups] == [found.group(number) for number in groups]


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.text("abc", max_size=6))
def test_what_has_no_empty_loops_is_found_as_python_finds_it(draw: random.Random, text: str) -> None:
    parts = [draw.choice("abc.") + draw.choice(("", "?", "*", "+", "*?", "{2}")) for _ in range(draw.randint(1, 4))]
    written = "|".join("".join(parts[at : at + 2]) for at in range(0, len(parts), 2))
    expected = re.compile(written).search(text)
    found = compiled(written).search_program(text, 0, spend)
    assert ((found.start, found.end) if found else None) == (expected.span() if expected else None)


@pytest.mark.parametrize(
    "expression",
    [
        'length(regexall("(a*)*b", join("", [for i in range(1000) : "aaaaaaaaaa"])))',
        'can(regex("^(?:a?){100}a{100}$", join("", [for i in range(100) : "a"])))',
        'can(regex("(x+x+)+y", join("", [for i in range(500) : "xx"])))',
        'can(regex("(?:(?:a|b)*(?:b|c)*)*d", join("", [for i in range(300) : "abc"])))',
        'length(regexall("", join("", [for i in range(1000) : "a"])))',
        'length(replace(join("", [for i in range(1000) : "ab"]), "/(a|b|ab)*?b/", "x"))',
        'can(regex("(?:[a-z]+[0-9]*)+!", join("", [for i in range(900) : "a1"])))',
    ],
)
def test_patterns_that_backtrack_for_ever_elsewhere_end(expression: str) -> None:
    assert value_of(expression) is not None


@pytest.mark.parametrize(
    "written",
    ["(?:(?:x{100}){100}){100}", "x{1000}{1000}", "(" * 2000 + "a" + ")" * 2000, "[" * 5000, "a{1001}", "(?:" * 3000],
)
def test_patterns_that_are_too_large_are_told(written: str) -> None:
    with pytest.raises(EvaluationError):
        value_of(f'regex("{written}", "a")')


def test_the_reader_of_patterns_says_what_is_wrong() -> None:
    for written in ("a)", "(a", "[b-a]", "\\y", "(?=a)", "*", "a{2}{1001}", "\\p{Nothing}"):
        with pytest.raises(PatternProblem):
            compiled(written)


def matches_plainly(pattern_: str, name: str) -> bool:
    """`*`, `?` and letters alone, worked out in the plainest way."""
    if not pattern_:
        return not name
    if pattern_[0] == "*":
        return any(matches_plainly(pattern_[1:], name[at:]) for at in range(len(name) + 1))
    return bool(name) and pattern_[0] in ("?", name[0]) and matches_plainly(pattern_[1:], name[1:])


@settings(deadline=None)
@given(st.text("ab*?", max_size=7), st.text("ab", max_size=7))
def test_names_fit_patterns_as_they_plainly_do(written: str, name: str) -> None:
    if written and not written.endswith("***"):
        assert matches(written, name) is matches_plainly(re.sub(r"\*+", "*", written), name)


def test_three_stars_at_the_end_want_one_more_character() -> None:
    # As in Terraform, whose `fileset` finds `plain.txt` by `plain.txt**` and not by `plain.txt***`.
    assert matches("a**", "a")
    assert not matches("a***", "a")
    assert matches("a***", "ab")


def test_patterns_of_names_do_not_backtrack_for_ever() -> None:
    assert not matches("*a" * 12 + "b", "a" * 60)
    assert matches("{a,b}" * 12, "ab" * 6)
