import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import clean, without_credentials


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`git::https://bob:secret@example.org/m.git?ref=v1`", "`git::https://…@example.org/m.git?ref=v1`"),
        ("`https://token@example.org/m`", "`https://…@example.org/m`"),
        ("`https://example.org/m.zip?a=1&sig=abc%3D`", "`https://example.org/m.zip?a=1&sig=…`"),
        ("`git::ssh://git@example.org/m.git`", "`git::ssh://git@example.org/m.git`"),
        ("`git@example.org:m.git`", "`git@example.org:m.git`"),
        ("needs a@b and 1 > 0", "needs a@b and 1 > 0"),
    ],
)
def test_an_address_is_shown_without_who_asks(text: str, shown: str) -> None:
    assert without_credentials(text) == shown
