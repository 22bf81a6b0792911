"""Annotations, and labels of patches with a target: kustomize makes a text of every one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from everward.sources.manifests.placed import PlacedMap, copied, map_of
from everward.values import Unknown


def with_texts(patch: PlacedMap, keys: Sequence[str] = ("labels", "annotations")) -> PlacedMap:
    """A patch as kustomize applies it to what it chooses: a null takes no label away, but becomes a text."""
    patch = copied(patch)
    for key in keys:
        make_texts(patch, key)
    return patch


def make_annotations(value: PlacedMap) -> None:
    """The annotations of an object that is built: texts, or none at all."""
    make_texts(value, "annotations")
    meta = value.get("metadata")
    if isinstance(meta, dict) and meta.get("annotations") == {}:
        del meta["annotations"]


def is_local(value: PlacedMap) -> bool:
    """Whether an object is only for kustomize, and not deployed."""
    text = map_of(map_of(value.get("metadata")).get("annotations")).get("config.kubernetes.io/local-config")
    return text is not None and text != "false"


def make_texts(value: PlacedMap, key: str) -> None:
    """Make texts of all labels or annotations of an object; what is no object is taken away."""
    meta = value.get("metadata")
    if not isinstance(meta, dict) or key not in meta:
        return
    held = meta[key]
    if not isinstance(held, dict):
        if not isinstance(held, Unknown):
            del meta[key]
        return
    for name, item in held.items():
        held[name] = _text(item)


def _text(value: Any) -> Any:
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, dict | list):
        return ""
    return Unknown(reason="kustomize makes a text of what is none as it is written: quote it", present=True)
