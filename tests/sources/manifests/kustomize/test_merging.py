"""Strategic merges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.sources.manifests.kustomize.merging import MergeError, merge
from everward.sources.manifests.placed import copied, plain

POD: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod"}


def merged(base: dict[str, Any], patch: dict[str, Any], *, room: bool = True) -> Any:
    return plain(merge(copied({**POD, **base}), copied({**POD, **patch}), lambda _: room))


def containers(*items: Any) -> dict[str, Any]:
    return {"spec": {"containers": list(items)}}


@pytest.mark.parametrize(
    ("base", "patch", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None, "d": 3}}, {"a": {"c": 2, "d": 3}}),
        ({"a": {"b": 1}}, {"a": {"$patch": "replace", "c": 2}}, {"a": {"c": 2}}),
        ({"a": {"b": 1}}, {"a": {"$patch": "delete"}}, {}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": "5"}, {"a": 7}, {"a": "7"}),
        (
            containers({"name": "a", "image": "x"}, {"name": "b"}),
            containers({"name": "c"}, {"name": "a", "image": "y"}),
            containers({"name": "c"}, {"name": "a", "image": "y"}, {"name": "b"}),
        ),
        (
            containers({"name": "a"}, {"name": "b"}),
            containers({"name": "a", "$patch": "delete"}),
            containers({"name": "b"}),
        ),
        (containers({"name": "a"}), containers({"name": "b"}, {"$patch": "replace"}), containers({"name": "b"})),
        (
            {"metadata": {"finalizers": ["a", "b"]}},
            {"metadata": {"finalizers": ["c"]}},
            {"metadata": {"finalizers": ["c", "a", "b"]}},
        ),
    ],
)
def test_merges(base: dict[str, Any], patch: dict[str, Any], expected: dict[str, Any]) -> None:
    assert merged(base, patch) == {**POD, **expected}


def test_a_patch_that_replaces_the_whole_object_leaves_it_as_it_is() -> None:
    assert merged({"a": 1}, {"$patch": "replace", "b": 2}) == {**POD, "a": 1}


def test_a_patch_deletes() -> None:
    assert merge(copied(POD), copied({**POD, "$patch": "delete"}), lambda _: True) is None


@pytest.mark.parametrize(
    ("base", "patch", "message"),
    [
        ({"a": {}}, {"a": [1]}, "the patch has a list where there is a object"),
        ({"a": {}}, {"a": {"$patch": "x"}}, "`x` is no directive"),
        (containers({"name": "a"}, 5), containers({"name": "b"}), "not of one form"),
        (
            containers(*[{"name": "a"}] * 600),
            containers(*[{"name": "a"}] * 600),
            "lists of 1,200 elements are too much",
        ),
    ],
)
def test_what_is_refused(base: dict[str, Any], patch: dict[str, Any], message: str) -> None:
    with pytest.raises(MergeError, match=message):
        merged(base, patch)


def test_odd_lists_are_merged_only_while_there_is_time() -> None:
    with pytest.raises(MergeError, match="too much"):
        merged(containers({"name": "a"}, {"name": "a"}), containers({"name": "b"}), room=False)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "env", "ports", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_any_two_values_are_merged_or_refused(base: Any, patch: Any) -> None:
    try:
        result = merged({"spec": {"containers": base}}, {"spec": {"containers": patch}})
    except MergeError:
        return
    assert isinstance(result, dict)
