"""The objects that targets choose."""

from __future__ import annotations

from typing import Any

import pytest

from everward.sources.manifests.kustomize.names import Named
from everward.sources.manifests.kustomize.selecting import SelectorError, chooser, matcher
from everward.sources.manifests.placed import copied


def item(**labels: str) -> Named:
    meta = {"name": "web", "namespace": "shop", "labels": labels, "annotations": {"n": "5"}}
    return Named(copied({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta}), ("", 0), 0)


@pytest.mark.parametrize(
    ("target", "chosen"),
    [
        ({}, True),
        ({"kind": "Deployment", "name": "w.*", "group": "apps", "version": "v1", "namespace": "shop"}, True),
        ({"name": "we"}, False),
        ({"kind": "Job"}, False),
        ({"group": "batch"}, False),
        ({"labelSelector": "app=a"}, True),
        ({"labelSelector": "app==a, tier!=b,app,!none"}, True),
        ({"labelSelector": "app in (a, b)"}, True),
        ({"labelSelector": "app notin (a,b)"}, False),
        ({"labelSelector": "none notin (a)"}, True),
        ({"labelSelector": "none=a"}, False),
        ({"labelSelector": "!app"}, False),
        ({"annotationSelector": "n>4"}, True),
        ({"annotationSelector": "n<4"}, False),
        ({"annotationSelector": "none>4"}, False),
    ],
)
def test_a_target_chooses(target: dict[str, Any], chosen: bool) -> None:
    assert chooser(target)(item(app="a")) is chosen


@pytest.mark.parametrize("pattern", ["(a|b)+", "a++", "(?=a)a", "(a)\\1", "[", "x*" * 101])
def test_patterns_that_go_reads_otherwise_or_that_take_for_ever_are_refused(pattern: str) -> None:
    with pytest.raises(SelectorError):
        matcher(pattern)


def test_a_pattern_that_would_take_too_long_for_a_text_is_refused_for_it() -> None:
    meets = matcher("a*a*a*a*b")
    assert not meets("aaa")
    with pytest.raises(SelectorError, match="would take too long"):
        meets("a" * 250)


def test_a_pattern_is_for_the_whole_text_or_for_a_part() -> None:
    assert matcher("[a-z]+")("abc")
    assert not matcher("[a-z]+")("abc1")
    assert matcher("b", whole=False)("abc")
    assert not matcher("b")("abc")
    assert matcher("b[c]", whole=False)("abcd")
    assert matcher(None)("anything")
