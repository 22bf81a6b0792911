"""JSON patches."""

from __future__ import annotations

from typing import Any

import pytest

from everward.sources.manifests.kustomize.pointers import PatchError, apply_operations, measured
from everward.sources.manifests.placed import copied, plain


def patched(value: dict[str, Any], *operations: Any) -> Any:
    target = copied(value)
    apply_operations(target, [copied(item) for item in operations], lambda _value, depth: depth < 50)
    return plain(target)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/a/-", "value": 3}, {"a": [1, 2, 3], "b": {"c": 1}}),
        ({"op": "add", "path": "/a/0", "value": 0}, {"a": [0, 1, 2], "b": {"c": 1}}),
        ({"op": "replace", "path": "/a/1", "value": 9}, {"a": [1, 9], "b": {"c": 1}}),
        ({"op": "replace", "path": "/a/-1", "value": 9}, {"a": [1, 9], "b": {"c": 1}}),
        ({"op": "remove", "path": "/a/0"}, {"a": [2], "b": {"c": 1}}),
        ({"op": "remove", "path": "/b/c"}, {"a": [1, 2], "b": {}}),
        ({"op": "move", "from": "/b/c", "path": "/d"}, {"a": [1, 2], "b": {}, "d": 1}),
        ({"op": "copy", "from": "/a", "path": "/b/a"}, {"a": [1, 2], "b": {"c": 1, "a": [1, 2]}}),
        ({"op": "test", "path": "/b", "value": {"c": 1}}, {"a": [1, 2], "b": {"c": 1}}),
        ({"op": "add", "path": "/x~1y~0", "value": 1}, {"a": [1, 2], "b": {"c": 1}, "x/y~": 1}),
    ],
)
def test_operations(operation: dict[str, Any], expected: Any) -> None:
    assert patched({"a": [1, 2], "b": {"c": 1}}, operation) == expected


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"op": "remove", "path": "/c"}, "`c` is not there"),
        ({"op": "remove", "path": "/c/d"}, "`c` is not there"),
        ({"op": "add", "path": "/a/7", "value": 1}, "no element `7`"),
        ({"op": "add", "path": "/a/x/y", "value": 1}, "no element `x`"),
        ({"op": "test", "path": "/a", "value": 1}, "the test of `/a` fails"),
        ({"op": "add", "path": 5, "value": 1}, "`5` is no path"),
        ({"op": "x", "path": "/a"}, "`x` is no operation"),
        ({"op": "add", "path": "/a" * 60, "value": 1}, "too much"),
        (5, "is no object"),
    ],
)
def test_what_is_refused(operation: Any, message: str) -> None:
    with pytest.raises(PatchError, match=message):
        patched({"a": [1, 2], "b": {"c": 1}}, operation)


def test_values_are_measured() -> None:
    assert measured(1) == (1, 1)
    assert measured({"a": [1, {"b": 2}], "c": 3}) == (6, 4)
