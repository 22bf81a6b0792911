"""Replacements: what is copied where, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, read, reasons

from everward.sources.limits import Limits
from everward.sources.manifests.kustomize.replacing import split

OBJECTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: from, labels: {app: a}}
data: {host: shop.example.org, port: "8080", empty: {}}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden}
data: {password: aHVudGVyMg==}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: w}}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: main, image: "a:1", env: [{name: HOST, value: x}, {name: PORT, value: y}]}
      - {name: side, image: "b:1"}
"""
IMAGES = "spec.template.spec.containers"


def replaced(folder: Path, source: dict[str, Any], *targets: dict[str, Any], **options: Any) -> Any:
    """The reading with one replacement."""
    kustomization = {"resources": ["all.yaml"], "replacements": [{"source": source, "targets": list(targets)}]}
    return read(folder, {"kustomization.yaml": json.dumps(kustomization), "all.yaml": OBJECTS}, **options)


def to(*paths: str, select: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return {"select": select or {"kind": "Deployment"}, "fieldPaths": list(paths), "options": options}


HOST = {"kind": "ConfigMap", "fieldPath": "data.host"}


@pytest.mark.parametrize(
    ("source", "target", "path", "expected"),
    [
        (HOST, to(f"{IMAGES}.[name=main].env.[name=HOST].value"), f"{IMAGES}[0].env[0].value", "shop.example.org"),
        (HOST, to(f"{IMAGES}.*.image", delimiter=":", index=0), f"{IMAGES}[1].image", "shop.example.org:1"),
        (HOST, to(f"{IMAGES}.0.image", delimiter=":", index=-1), f"{IMAGES}[0].image", "shop.example.org:a:1"),
        (HOST, to(f"{IMAGES}.0.image", delimiter=":", index=9), f"{IMAGES}[0].image", "a:1:shop.example.org"),
        ({**HOST, "options": {"delimiter": "."}}, to(f"{IMAGES}.0.image"), f"{IMAGES}[0].image", "shop"),
        ({**HOST, "fieldPath": "data.port"}, to("spec.replicas"), "spec.replicas", 8080),
        ({**HOST, "fieldPath": "data.port"}, to("spec.new.deep", create=True), "spec.new.deep", 8080),
        (HOST, to("spec.list.0.x", create=True), "spec.list[0].x", "shop.example.org"),
        (HOST, to("spec.list.[name=n].x", create=True), "spec.list[0].name", "n"),
        (HOST, to("metadata.annotations.[a.b/c]", create=True), "metadata.annotations['a.b/c']", "shop.example.org"),
        ({"kind": "ConfigMap", "fieldPath": "data"}, to("spec.all", create=True), "spec.all.port", "8080"),
        ({"kind": "ConfigMap", "name": "from", "version": "v1"}, to("spec.all", create=True), "spec.all", "from"),
        (HOST, to("spec.x", select={"labelSelector": "app=w"}, create=True), "spec.x", "shop.example.org"),
    ],
)
def test_a_value_is_copied(
    source: dict[str, Any], target: dict[str, Any], path: str, expected: Any, tmp_path: Path
) -> None:
    reading = replaced(tmp_path, source, target)
    value = find(reading, "Deployment", "web").body["properties"]
    for step in path.replace("['", ".").replace("']", "").replace("[", ".").replace("]", "").split("."):
        if path.startswith("metadata.annotations"):
            value = value["metadata"]["annotations"]["a.b/c"]  # type: ignore[index,call-overload]
            break
        value = value[int(step) if step.isdecimal() else step]  # type: ignore[index]
    assert value == expected
    assert not reading.incomplete


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ({"kind": "Job"}, to("spec"), "the source of a replacement, Job `*`, is no object"),
        ({"version": "v1"}, to("spec"), "the source of a replacement, any kind `*`, is more than one object"),
        ({**HOST, "fieldPath": "data.none"}, to("spec"), "`data.none` of ConfigMap `*`, which is to be copied, is not"),
        ({**HOST, "fieldPath": "data.empty"}, to("spec"), "`data.empty` of ConfigMap `*`, which is to be copied"),
        ({**HOST, "fieldPath": "data.*"}, to("spec"), "the source of a replacement cannot have a wildcard"),
        (
            {**HOST, "fieldPath": "data.host.x"},
            to("spec"),
            "`x` of a path of a replacement is looked for in what is no",
        ),
        (
            {**HOST, "fieldPath": "data.[x]"},
            to("spec"),
            "`[x]` of a path of a replacement says not what is to be equal",
        ),
        ({**HOST, "fieldPath": "data.0"}, to("spec"), "goes to an element of something that is no list"),
        ({**HOST, "options": {"delimiter": ".", "index": 7}}, to("spec"), "the source of a replacement has no part 7"),
        (
            {"kind": "ConfigMap", "fieldPath": "data", "options": {"delimiter": "."}},
            to("spec"),
            "only a text can be taken apart at a delimiter",
        ),
        (HOST, to("spec", delimiter="."), "only a text can be taken apart at a delimiter"),
        (HOST, to("spec.none"), "`spec.none` of Deployment `web`, which is to be replaced, is not there"),
        (HOST, to("spec.replicas"), "a replacement puts a text where `2` is"),
        (HOST, to("spec.replicas.x"), "`x` of a path of a replacement is looked for in what is no object"),
        (HOST, to(f"{IMAGES}.7.image"), "a path of a replacement goes to element 7 of 2"),
        (HOST, to(f"{IMAGES}.[name=(a*)*].image"), "the pattern `(a*)*` is not read here"),
        (HOST, {"fieldPaths": ["spec"]}, "a target of a replacement needs `select`"),
    ],
)
def test_what_is_refused_is_said(source: dict[str, Any], target: dict[str, Any], reason: str, tmp_path: Path) -> None:
    reading = replaced(tmp_path, source, target)
    assert any(reason in item for item in reasons(reading)), reasons(reading)
    assert reading.incomplete


def test_what_is_rejected_is_left(tmp_path: Path) -> None:
    for reject in ({"name": "web"}, {"labelSelector": "app=w"}):
        reading = replaced(tmp_path, HOST, {**to("spec.x", create=True), "reject": [reject]})
        assert "x" not in find(reading, "Deployment", "web").body["properties"]["spec"]  # type: ignore[index,call-overload,operator]


def test_what_a_secret_holds_stays_secret_where_it_is_copied(tmp_path: Path) -> None:
    source = {"kind": "Secret", "fieldPath": "data.password"}
    reading = replaced(tmp_path, source, to("spec.x", create=True), to(f"{IMAGES}.0.image", delimiter=":"))
    assert "aHVudGVyMg" not in str([item.body for item in reading.resources])


def test_copies_of_copies_meet_a_limit(tmp_path: Path) -> None:
    source = {"kind": "Deployment", "fieldPath": "spec"}
    many = [to(f"spec.x{index}", create=True) for index in range(40)]
    reading = replaced(tmp_path, source, *many, limits=Limits(elements=2_000))
    assert any("the limit `elements` is met" in item for item in reasons(reading))
    reading = replaced(tmp_path, source, *[to("spec.x", create=True)] * 40, limits=Limits(nesting=30))
    assert any("the limit `nesting` is met" in item for item in reasons(reading))


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a.b", ["a", "b"]),
        (".a.b", ["a", "b"]),
        ("a\\.b.c", ["a.b", "c"]),
        ("a.[b.c].d", ["a", "b.c", "d"]),
        ("a.[n=b.c].d", ["a", "[n=b.c]", "d"]),
        ("a.[b.c", ["a", "b.c"]),
    ],
)
def test_paths_are_split(path: str, steps: list[str]) -> None:
    assert split(path) == steps
