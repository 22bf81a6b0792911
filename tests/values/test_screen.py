import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import clean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kv-1 tür", "kv-1 tür"),
        ("a\nb\rc\td", "a b c\td"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("abc\u202egpj", "abc\\u202egpj"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_would_change_the_screen_is_shown_as_what_it_is(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_the_result_is_one_line_that_can_be_written(text: str) -> None:
    shown = clean(text)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode("utf-8")
    assert clean(shown) == shown
