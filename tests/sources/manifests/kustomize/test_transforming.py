"""What kustomizations change in all of their objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, read, reasons

from everward.sources.limits import Limits
from everward.sources.manifests.kustomize.transforming import split_image

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template: {spec: {containers: [{name: c, image: "nginx:1"}]}}
"""


def changed(folder: Path, objects: str = WEB, **fields: Any) -> Any:
    return read(folder, {"kustomization.yaml": json.dumps({"resources": ["all.yaml"], **fields}), "all.yaml": objects})


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("a.b:5000/x", ("a.b:5000/x", "", "")),
        ("a.b:5000/x:1", ("a.b:5000/x", "1", "")),
        ("x:1@sha256:0", ("x", "1", "sha256:0")),
        ("x@sha256:0", ("x", "", "sha256:0")),
    ],
)
def test_images_are_split(image: str, parts: tuple[str, str, str]) -> None:
    assert split_image(image) == parts


@pytest.mark.parametrize(
    ("entry", "image"),
    [
        ({"name": "nginx", "newTag": "2"}, "nginx:2"),
        ({"name": "nginx", "newName": "m/n", "tagSuffix": "-x"}, "m/n:1-x"),
        ({"name": "nginx", "digest": "sha256:1"}, "nginx@sha256:1"),
        ({"name": "other", "newTag": "2"}, "nginx:1"),
        ({"newTag": "2"}, "nginx:1"),
    ],
)
def test_images_are_changed(entry: dict[str, str], image: str, tmp_path: Path) -> None:
    web = find(changed(tmp_path, images=[entry]), "Deployment", "web")
    assert web.get("properties.spec.template.spec.containers[0].image") == image


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"commonLabels": {"a": "b"}}, "in Deployment `web`, `spec` is looked for in something"),
        ({"images": [{"name": "nginx", "newTag": "2"}]}, "is looked for in something that is no object"),
        ({"replicas": [{"name": "web", "count": 2}]}, "is looked for in something that is no object"),
    ],
)
def test_fields_that_cannot_be_there_are_said(fields: dict[str, Any], reason: str, tmp_path: Path) -> None:
    broken = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: [nothing]\n"
    assert reasons(changed(tmp_path, broken, **fields))


def test_labels_that_are_no_object_are_said(tmp_path: Path) -> None:
    broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: [a]}\n"
    reading = changed(tmp_path, broken, labels=[{"pairs": {"a": "b"}}])
    assert "in Pod `p`, `labels` is no object" in reasons(reading)


def test_labels_go_to_selectors_templates_or_fields_of_their_own(tmp_path: Path) -> None:
    entries = [
        {"pairs": {"a": "1"}, "includeSelectors": True},
        {"pairs": {"b": "2"}, "includeTemplates": True},
        {"pairs": {"c": "3"}, "fields": [{"path": "spec/x\\/y", "create": True}]},
    ]
    spec: Any = find(changed(tmp_path, labels=entries), "Deployment", "web").body["properties"]
    assert spec["metadata"]["labels"] == {"a": "1", "b": "2", "c": "3"}
    assert spec["spec"]["selector"] == {"matchLabels": {"a": "1"}}
    assert spec["spec"]["template"]["metadata"]["labels"] == {"a": "1", "b": "2"}
    assert spec["spec"]["x/y"] == {"c": "3"}


def test_a_namespace_moves_all_and_two_of_one_name_are_said(tmp_path: Path) -> None:
    twin = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: %s}\n"
    account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
    binding = (
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\n"
        "roleRef: {kind: Role, name: r, apiGroup: rbac.authorization.k8s.io}\n"
        "subjects: [{kind: ServiceAccount, name: default}]\n"
    )
    reading = changed(tmp_path, twin % "x" + twin % "y" + account + binding, namespace="shop")
    assert "two objects become ConfigMap `c` of one namespace" in reasons(reading)
    assert find(reading, "RoleBinding", "b").get("properties.subjects[0].namespace") == "shop"


def test_a_namespace_comes_to_what_has_no_metadata(tmp_path: Path) -> None:
    assert reasons(changed(tmp_path, "apiVersion: v1\nkind: Pod\nspec: {}\n", namespace="shop"))


def test_many_labels_in_many_places_meet_a_limit(tmp_path: Path) -> None:
    labels = {f"l{index}": "x" for index in range(60)}
    files = {
        "kustomization.yaml": json.dumps({"resources": ["all.yaml"], "commonLabels": labels}),
        "all.yaml": "---".join(WEB.replace("name: web", f"name: w{index}") for index in range(20)),
    }
    reading = read(tmp_path, files, limits=Limits(elements=1_000))
    assert any("the limit `elements` is met" in item for item in reasons(reading))
