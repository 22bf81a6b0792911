"""Changes of a body, and how they are shown."""

import pytest
from tests.policy.make import hole

from everward.policy.effects.changes import BlockedError, Change, Kind, change, combined, put, render_changes
from everward.values import EACH, MISSING


def test_put_copies_what_lies_on_the_path_alone() -> None:
    body = {"properties": {"a": {"b": 1}, "c": [{"d": 1}]}, "tags": {"x": "1"}}
    made = put(body, ("properties", "c", 0, "d"), 2)
    assert made == {"properties": {"a": {"b": 1}, "c": [{"d": 2}]}, "tags": {"x": "1"}}
    assert body["properties"] == {"a": {"b": 1}, "c": [{"d": 1}]}
    assert made["properties"]["a"] is body["properties"]["a"]


def test_put_keeps_spellings_and_makes_objects() -> None:
    assert put({"Properties": {"HttpsOnly": False}}, ("properties", "httpsOnly"), True) == {
        "Properties": {"HttpsOnly": True}
    }
    assert put({"a": None}, ("a", "b", "c"), 1) == {"a": {"b": {"c": 1}}}


def test_put_takes_away() -> None:
    assert put({"tags": {"Env": "x", "b": "y"}}, ("tags", "env"), MISSING) == {"tags": {"b": "y"}}
    assert put({"tags": {}}, ("tags", "env"), MISSING) == {"tags": {}}


@pytest.mark.parametrize(
    ("body", "steps", "at"),
    [
        ({"a": 1}, ("a", "b"), "a.b"),
        ({"a": [1]}, ("a", "b"), "a.b"),
        ({"a": [1]}, ("a", 3), "a[3]"),
        ({"a": {}}, ("a", 0), "a[0]"),
        ({"a": {}}, ("a", EACH), "a[*]"),
    ],
)
def test_put_says_what_is_in_the_way(body: dict[str, object], steps: tuple[str | int, ...], at: str) -> None:
    with pytest.raises(BlockedError) as error:
        put(body, steps, 1)
    assert str(error.value) == at


def test_changes_of_one_path_are_one() -> None:
    at = ("properties", "a")
    assert combined([change(at, MISSING, 1), change(at, 1, 2)]) == (Change("properties.a", Kind.ADD, None, 2),)
    assert combined([change(at, 1, 2), change(at, 2, MISSING)]) == (Change("properties.a", Kind.REMOVE, 1, None),)
    assert combined([change(at, 1, 2), change(at, 2, 3)]) == (Change("properties.a", Kind.REPLACE, 1, 3),)
    assert combined([change(at, 1, 2), change(at, 2, 1)]) == ()
    assert combined([change(at, MISSING, 1), change(at, 1, MISSING)]) == ()
    assert combined([change(at, 1, MISSING), change(at, MISSING, 2)]) == (Change("properties.a", Kind.REPLACE, 1, 2),)


def test_changes_are_rendered_as_a_diff() -> None:
    changes = [
        change(("properties", "httpsOnly"), MISSING, True),
        change(("properties", "tls", 0), "1.0", {"b": [1], "a": None}),
        change(("tags", "cost-centre"), "x", MISSING),
        change(("tags", "a.b"), "x", hole("var.tag")),
    ]
    assert render_changes(changes) == [
        "+ properties.httpsOnly: true",
        '~ properties.tls[0]: "1.0" -> {"a":null,"b":[1]}',
        '- tags.cost-centre: "x"',
        '~ tags[\'a.b\']: "x" -> "unknown: var.tag"',
    ]


def test_what_is_shown_of_a_value_is_bounded() -> None:
    deep: object = 1
    for _ in range(50_000):
        deep = [deep]
    (line,) = render_changes([change(("a",), "x" * 1000, deep)])
    assert line.startswith('~ a: "xxx')
    assert '…"' in line
    assert len(line) < 400
