import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from everward.policy.positions import first_duplicate, format_json_path, line_of, lines_in, places, plain

TEXT = """{
  "a": [
    1,
    {"b": "x{}[]:,\\"", "c": []}
  ],
  "d": {"e":
    null}
}"""


def test_lines_of_keys_and_elements() -> None:
    assert line_of(TEXT, ()) == 1
    assert line_of(TEXT, ("a",)) == 2
    assert line_of(TEXT, ("a", 0)) == 3
    assert line_of(TEXT, ("a", 1, "c")) == 4
    assert line_of(TEXT, ("d", "e")) == 6


def test_the_closest_thing_around_is_named_when_the_path_goes_on() -> None:
    assert line_of(TEXT, ("d", "missing", 5)) == 6
    assert line_of(TEXT, ("nowhere",)) == 1


def test_a_key_that_stands_twice_is_found_where_it_stands_again() -> None:
    text = '{"x": {"a": 1},\n "y": {"a": 1,\n "b": 2, "a": 3}}'
    assert first_duplicate(text) == (("y", "a"), 3)
    assert first_duplicate(TEXT) is None


def test_paths_in_words() -> None:
    assert format_json_path(("policyRule", "if", "allOf", 1, "field")) == "policyRule.if.allOf[1].field"
    assert format_json_path(()) == ""


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def expected_paths(value: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found |= {(*path, key)} | expected_paths(item, (*path, key))
    return found


@given(json_values, st.sampled_from([None, 1]))
def test_every_value_has_a_place(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert {path for path, _, _ in places(text)} == expected_paths(value)


@given(json_values)
def test_lines_worked_out_at_once_are_those_of_each(value: Any) -> None:
    text = json.dumps(value, indent=1)
    for place, line in lines_in(text).items():
        assert line == line_of(text, place)


def test_comments_and_trailing_commas_are_blanked_where_they_stand() -> None:
    text = '{ // one "x"\n"a": [1, /* two\n */ 2,\n], "b": "// no, ] /* comment",}'
    bare = plain(text)
    assert json.loads(bare) == {"a": [1, 2], "b": "// no, ] /* comment"}
    assert [len(line) for line in bare.split("\n")] == [len(line) for line in text.split("\n")]
    assert lines_in(bare)["a", 1] == 3


@given(json_values)
def test_strict_json_stays_as_it_is(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert plain(text) == text
