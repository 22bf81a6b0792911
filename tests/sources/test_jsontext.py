import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.jsontext import MAX_DEPTH, JsonError, Lines, Outline, decode_text, depth_within, load, parse
from everward.values import UnreadableError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=20,
)


def read(text: str) -> Any:
    return load(text.encode(), source="template", file="x.json")


@given(VALUES)
def test_strict_json_reads_as_everybody_reads_it(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert parse(text)[0] == json.loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('// a\n{"a": /* b */ 1, // c\n}\n', {"a": 1}),
        ("[1, 2,]", [1, 2]),
        ('{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}),
        ('\ufeff{"a": []}', {"a": []}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"": {"": null}}', {"": {"": None}}),
        ('["\\u00e9", "\\ud83d\\ude00"]', ["é", "😀"]),
        ("[-0.5e2, 1E3, -7]", [-50.0, 1000.0, -7]),
        ("/**/ true", True),
    ],
)
def test_what_people_write_is_read(text: str, value: Any) -> None:
    assert parse(text)[0] == value
    assert read(text) == value


def test_half_a_character_becomes_the_replacement_character() -> None:
    assert parse('"a\\ud800b"')[0] == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("[1,2", "the text ends where `,` or `]` should stand", 4),
        ('{"a":', "the text ends where a value should stand", 5),
        ('{"a" 1}', "expected `:`, not `1`", 5),
        ("[1,,2]", "expected a value, not `,`", 3),
        ("/* x", "comment that does not end", 0),
        ("[/ 1]", "unexpected `/`", 1),
        ('"a', "string that does not end", 0),
        ("1 2", "text after the end", 2),
        ('"\\q"', "unknown escape in a string", 1),
        ("-", "unexpected `-`", 0),
        ("01", "unexpected `01`", 0),
        ("NaN", "unexpected `NaN`", 0),
        ("1e999", "number out of range: `1e999`", 0),
        ("9" * 500, "number with too many digits", 0),
        ("", "the text ends where a value should stand", 0),
        ("{,}", "expected a key in quotes or `}`, not `,`", 1),
        ("[1}", "expected `,` or `]`, not `}`", 2),
        ("{'a': 1}", "expected a key in quotes or `}`, not `'`", 1),
    ],
)
def test_an_error_says_what_and_where(text: str, message: str, offset: int) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert (caught.value.message, caught.value.offset) == (message, offset)


def test_nesting_is_bounded_and_never_a_recursion_error() -> None:
    assert parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)[0] is not None
    for depth in (MAX_DEPTH + 1, 900, 100_000):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            with pytest.raises(UnreadableError, match="nested deeper than 500 levels"):
                read(opening * depth + "1" + closing * depth)


def test_an_error_keeps_what_was_read_before_it() -> None:
    with pytest.raises(JsonError) as caught:
        parse('{"value": [{"a": 1}, {"b": 2')
    error = caught.value
    assert error.root == {"value": [{"a": 1}, {"b": 2}]}
    assert [type(holder) for holder in error.open] == [dict, list, dict]
    assert error.top is not None
    assert error.top.start == 0


@given(VALUES, st.data())
def test_a_file_that_breaks_off_is_an_error_or_a_value(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        parse(cut)
    except JsonError as error:
        offset = error.offset
    else:
        return
    assert 0 <= offset <= len(cut)


@given(st.text(alphabet='{}[],:"/*\\ \n1a-t', max_size=30))
def test_noise_is_an_error_or_a_value(text: str) -> None:
    try:
        value = parse(text)[0]
    except JsonError:
        return
    assert depth_within(value, MAX_DEPTH)


def test_bytes_become_text() -> None:
    assert decode_text(b"\xef\xbb\xbfa") == "a"
    assert decode_text("aé".encode("utf-16")) == "aé"
    with pytest.raises(ValueError):
        decode_text(b"\xff\xff")


def test_a_file_that_cannot_be_read_says_file_and_line() -> None:
    with pytest.raises(UnreadableError, match=r"`x.json` is not readable as JSON: expected a value") as caught:
        read('{\n  "a":\n  ]\n}')
    assert str(caught.value.origin) == "x.json:3"
    with pytest.raises(UnreadableError, match=r"`x.json` is not text in UTF-8"):
        load(b'{"a": "\xff"}', source="template", file="x.json")


def test_places_are_found_by_path_without_case() -> None:
    outline = Outline(b'{\n "Resources": [\n  {"name": "a"},\n  {\n   "name": "b"\n  }\n ]\n}\n')
    assert outline.exact(("resources", 1)) == (4, 6)
    assert outline.exact(("resources", 1, "NAME")) == (5, 5)
    assert outline.exact(("resources", 2)) is None
    assert outline.exact(("resources", "x")) is None
    assert outline.exact((0,)) is None
    assert outline.nearest(("resources", 1, "tags", "x")) == (4, 6)
    assert outline.exact(()) == (1, 8)


def test_places_before_an_error_are_known() -> None:
    outline = Outline(b'{"a": 1,\n "b": [1,\n')
    assert outline.exact(("b",)) == (2, 2)
    assert Outline(b"\xff\xff").exact(()) is None
    assert Outline(b"").nearest(("a",)) is None


def test_lines_are_counted_from_one() -> None:
    lines = Lines("ab\n\nc")
    assert [lines.line(offset) for offset in range(5)] == [1, 1, 1, 2, 3]
