# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.limits import Limits
from everward.sources.manifests.placed import PlacedMap, copied, plain
from everward.sources.manifests.scalars import resolve, resolve_text
from everward.sources.manifests.yamltext import Document, read_documents
from everward.values import UnreadableError

SMALL = Limits(nesting=20, elements=900, file_bytes=10_000)


def read(text: str, limits: Limits | None = None) -> list[Document]:
    return list(read_documents(text, "f.yaml", limits or Limits()))


def refused(text: str, limits: Limits = SMALL) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read(text, limits)
    return caught.value


def test_documents_have_lines() -> None:
    first, second = read("# note\na: 1\nb:\n- x\n- c: 2\n---\nd: 3\n")
    assert (first.value, first.spot, first.end) == ({"a": 1, "b": ["x", {"c": 2}]}, ("f.yaml", 2), 5)
    assert first.value.spot_of("b") == ("f.yaml", 3)
    assert first.value["b"].spot_of(1) == ("f.yaml", 5)
    assert second.spot == ("f.yaml", 7)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("On", True), ("n", False), ("off", False), ("true", True), ("~", None), ("", None), ("null", None),
        ("nulL", "nulL"), ("0x1F", 31), ("0o17", 15), ("017", 15), ("08", 8), ("0b11", 3), ("1_000", 1000),
        ("1e3", 1000), ("1.5", 1.5), ("-.5", -0.5), (".inf", float("inf")), ("2020-01-01", "2020-01-01"),
        ("1:30", "1:30"), ("99999999999999999999", 1e20), ("+3", 3), ("trUe", "trUe"), ("9" * 500, "9" * 500),
        ("1e999", float("inf")), (".", "."), ("-", "-"), ("Y", True), ("-.inf", float("-inf")),
    ],
)  # fmt: skip
def test_plain_scalars_mean_what_they_mean_to_kubectl(text: str, value: Any) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_to_kustomize_only_true_and_false_are_booleans() -> None:
    assert [resolve_text(text) for text in ("yes", "on", "y", "true", "False", "3")] == [
        "yes",
        "on",
        "y",
        True,
        False,
        3,
    ]


def test_tags_and_quotes_say_what_is_a_text() -> None:
    (one,) = read(
        "a: !!str 5\nb: '5'\nc: !!int \"5\"\nd: ! 5\ne: !!binary aGk=\nf: !!binary =\ng: !own x\nh: !!binary //8=\n"
    )
    assert one.value == {"a": "5", "b": "5", "c": 5, "d": "5", "e": "hi", "f": "=", "g": "x", "h": "\ufffd\ufffd"}


def test_merges_take_in_what_is_not_there() -> None:
    (one,) = read("a: &a {x: 1, w: 2}\nb: {<<: *a, w: 3}\nc: {<<: [*a, {z: 4}]}\nd: {<<: text}\n")
    assert one.value["b"] == {"w": 3, "x": 1}
    assert one.value["c"] == {"x": 1, "w": 2, "z": 4}
    assert one.value["d"] == {}
    assert one.value["b"].spot_of("x") == ("f.yaml", 1)


def test_keys_are_texts() -> None:
    (one,) = read("1: a\ntrue: b\nnull: c\n1.5: d\n")
    assert list(one.value) == ["1", "true", "null", "1.5"]


def test_a_key_that_stands_twice_is_noted_and_the_later_one_counts() -> None:
    (one,) = read("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert one.value == {"a": 3, "b": {"c": 2}}
    assert one.repeated == [("c", ("f.yaml", 2)), ("a", ("f.yaml", 3))]


def test_documents_before_a_mistake_are_given() -> None:
    found: list[Any] = []
    with pytest.raises(UnreadableError, match="not readable as YAML"):
        found.extend(item.value for item in read_documents("a: 1\n---\nb: [\n", "f", Limits()))
    assert [next(read_documents("a: 1\n---\nb: [\n", "f", Limits())).value] == [{"a": 1}]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(12)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "the limit `elements` is met"),
        (BOMB.replace("x,x,x,x,x,x,x,x,x", ""), "the limit `elements` is met"),
        ("[" * 5_000, "the limit `nesting` is met"),
        ("- " * 3_000, "the limit `nesting` is met"),
        ("\n".join(" " * at + "a:" for at in range(60)), "the limit `nesting` is met"),
        ("a: &a []\n" + "".join(f"b{at}: &b{at} [*{'a' if not at else f'b{at - 1}'}]\n" for at in range(40)),
         "the limit `nesting` is met"),
        ("a: " + "x" * 20_000, "the limit `file-bytes` is met"),
        ("".join(f"a{at}: 1\n" for at in range(500)), "the limit `elements` is met"),
        ("a: *b", "undefined alias"),
        ("&a [*a]", "stands for nothing"),
        ("a: \0", "character that no text may have"),
        ("a: \ud800", "character that no text may have"),
        ("a:\n\tb: 1", "cannot start any token"),
        ("a: 'x", "unexpected end"),
        ("a: b: c", "not allowed in this context"),
        ("{[a]: 1}", "a key is an object or a list"),
        ("%x", "directive"),
    ],
)  # fmt: skip
def test_what_could_do_harm_ends_with_what_is_wrong(text: str, message: str) -> None:
    error = refused(text)
    assert message in error.message or "stands for nothing" in error.message
    assert error.help is not None
    assert error.origin is not None


def test_brackets_in_texts_are_not_counted_as_nesting_too_soon() -> None:
    text = "a: '" + "[" * 60 + "'\n"
    assert read(text, SMALL)[0].value == {"a": "[" * 60}


def test_a_raised_limit_lets_it_be_read() -> None:
    text = "\n".join(" " * at + "a:" for at in range(60))
    assert read(text, Limits(nesting=80))


def test_an_alias_is_the_value_it_stands_for() -> None:
    (one,) = read("a: &a {b: &b [1, &c x]}\nd: [*a, *b, *c]\n")
    assert one.value["d"] == [{"b": [1, "x"]}, [1, "x"], "x"]


def test_a_copy_shares_nothing() -> None:
    (one,) = read("a: {b: [1, {c: 2}]}\n")
    other = copied(one.value)
    other["a"]["b"][1]["c"] = 3
    assert one.value == {"a": {"b": [1, {"c": 2}]}}
    assert other["a"].spot_of("b") == ("f.yaml", 1)
    assert isinstance(copied({"a": [1]}), PlacedMap)


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"]), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    (document,) = read_documents(text, "f", Limits())
    assert plain(document.value) == value


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%#\n ?,<~", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UnreadableError):
        assert all(document.spot[1] >= 1 for document in read(text, SMALL))
