# ruff: noqa: E501 - files of a repository read best on one line

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.manifests.repository import kinds, read, reasons

from everward.sources.limits import Limits
from everward.sources.manifests.kinds import group_of, is_configuration, is_namespaced, name_of, pod_spec, type_of
from everward.sources.manifests.objects import Manifest, object_id, objects_in, part, to_resource
from everward.sources.manifests.placed import PlacedMap
from everward.sources.manifests.yamltext import read_documents
from everward.values import Unknown, parse_id

CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/aks"


def manifest(text: str, **given: Any) -> Manifest:
    (document,) = read_documents(text, "a.yaml", Limits())
    (value,) = objects_in(document.value)
    return Manifest(value, document.spot, document.end, **given)


def properties(text: str) -> dict[str, Any]:
    found = to_resource(CLUSTER, manifest(text)).body["properties"]
    assert isinstance(found, dict)
    return found


def test_an_object_stands_below_its_namespace_and_that_below_the_cluster() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 2}\n"
    resource = to_resource(CLUSTER, manifest(text))
    assert resource.type == "Everward.Kubernetes.apps/Deployment"
    assert resource.id == f"{CLUSTER}/providers/Everward.Kubernetes/Namespace/shop/providers/{resource.type}/web"
    parsed = parse_id(resource.id)
    assert (parsed.type, parsed.name) == (resource.type, "web")
    assert parse_id(parsed.scope).type == "Everward.Kubernetes/Namespace"
    assert resource.body["kind"] == "Deployment"
    assert resource.get("properties.spec.replicas") == 2
    assert resource.get("properties.cluster") == CLUSTER
    assert resource.origin.address == "Deployment shop/web"
    assert (resource.origin.line, resource.origin.end_line) == (1, 4)
    assert str(resource.origin_of("properties.spec.replicas")) == "a.yaml:4"
    assert str(resource.origin_of("properties.spec.absent")) == "a.yaml:4"
    assert str(resource.origin_of("properties.absent.deeper[0]")) == "a.yaml:1"
    assert str(resource.origin_of("kind")) == "a.yaml:1"


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}", "Everward.Kubernetes/Namespace/ns"),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r, namespace: x}",
            "Everward.Kubernetes.rbac.authorization.k8s.io/ClusterRole/r",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}",
            "Everward.Kubernetes/Namespace/default/providers/Everward.Kubernetes/Pod/p",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-}",
            "Everward.Kubernetes/Namespace/default/providers/Everward.Kubernetes/Pod/p-{generated}",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {}",
            "Everward.Kubernetes/Namespace/default/providers/Everward.Kubernetes/Pod/{name of Pod default|{name}}",
        ),
        (
            "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sPSP\nmetadata: {name: c}",
            "Everward.Kubernetes.constraints.gatekeeper.sh/K8sPSP/c",
        ),
    ],
)
def test_ids_say_where_an_object_stands(text: str, tail: str) -> None:
    found = object_id(CLUSTER, manifest(text)).removeprefix(f"{CLUSTER}/providers/")
    assert found == tail or ("(name)" in found and "Pod/{" in found)


def test_what_is_not_known_of_an_id_stands_in_braces() -> None:
    hole = Unknown(reason="open", decided_by=("x",), text="a-{x}")
    found = manifest("apiVersion: v1\nkind: Pod\nmetadata: {name: p}", namespace=hole)
    assert "/Namespace/a-{x}/" in object_id(CLUSTER, found)
    assert part(Unknown(reason="open", decided_by=("y",)), "f") == "{y}"
    assert part(Unknown(reason="open"), "f") == "{f}"
    assert part("a/{b}", "f") == "a%2F%7Bb%7D"
    assert part(None, "f") == "{f}"


def test_a_group_that_is_not_known_is_open() -> None:
    value = {"apiVersion": Unknown(reason="open"), "kind": "Thing"}
    assert group_of(value) == "{group of Thing}"
    assert type_of(value) == "Everward.Kubernetes.{group of Thing}/Thing"


def test_lists_are_the_objects_in_them() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
        "- apiVersion: v1\n  kind: ServiceList\n  items: [{metadata: {name: b}}, text]\n- 3\n"
    )
    (document,) = read_documents(text, "a.yaml", Limits())
    found = list(objects_in(document.value))
    assert [(item["kind"], item["apiVersion"], name_of(item)) for item in found] == [
        ("Pod", "v1", "a"),
        ("Service", "v1", "b"),
    ]
    assert list(objects_in(PlacedMap())) == []
    assert list(objects_in("text")) == []


def test_the_values_of_secrets_are_never_kept() -> None:
    text = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n"
        '    kubectl.kubernetes.io/last-applied-configuration: \'{"data": "aHVudGVyMg=="}\'\n'
        "type: Opaque\ndata: {password: aHVudGVyMg==}\nstringData: {other: hunter2}\n"
    )
    found = properties(text)
    assert "hunter2" not in str(found)
    assert "aHVudGVyMg" not in str(found)
    assert list(found["data"]) == ["password"]
    assert isinstance(found["data"]["password"], Unknown)
    assert found["data"]["password"].secret
    assert found["type"] == "Opaque"
    assert "hunter2" not in str(properties("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: hunter2\n"))


def test_what_looks_like_a_secret_elsewhere_is_taken_out() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
        "spec: {containers: [{name: c, env: [{name: DB_PASSWORD, value: hunter2}, {name: REGION, value: north}]}]}\n"
    )
    found = properties(text)
    assert "hunter2" not in str(found)
    assert "north" in str(found)


def test_schemas_of_definitions_are_not_kept() -> None:
    text = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: d}\n"
        "spec: {group: x.io, versions: [{name: v1, schema: {openAPIV3Schema: {type: object}}}]}\n"
    )
    (version,) = properties(text)["spec"]["versions"]
    assert isinstance(version["schema"], Unknown)
    assert version["name"] == "v1"


@pytest.mark.parametrize(
    ("version", "kind", "found"),
    [("v1", "Pod", True), ("v1", "Node", False), ("x.io/v1", "Thing", True), ("karpenter.sh/v1", "NodePool", False)],
)
def test_kinds_stand_in_namespaces_or_not(version: str, kind: str, found: bool) -> None:
    assert is_namespaced({"apiVersion": version, "kind": kind}) is found


def test_configurations_of_tools_are_no_objects(tmp_path: Path) -> None:
    assert is_configuration({"apiVersion": "v1", "kind": "Config", "clusters": []})
    assert not is_configuration({"apiVersion": "v1", "kind": "Config"})
    reading = read(
        tmp_path,
        {
            "kubeconfig.yaml": "apiVersion: v1\nkind: Config\nclusters: []\nusers: [{name: a, user: {token: hunter2}}]\n",
            "catalog.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\n",
            "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
        },
    )
    assert kinds(reading) == ["Pod p"]
    assert "hunter2" not in str(reading)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"kind": "Pod", "spec": {"a": 1}}, (("spec",), {"a": 1})),
        ({"kind": "CronJob", "spec": 3}, (("spec", "jobTemplate", "spec", "template", "spec"), 3)),
        ({"kind": "Service"}, None),
        ({"kind": "Deployment"}, None),
    ],
)
def test_the_pods_of_a_workload_are_found(value: dict[str, Any], found: Any) -> None:
    assert pod_spec(value) == found


def test_a_broken_file_is_said_and_what_stands_before_is_read(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\na: [\n"})
    assert kinds(reading) == ["Pod p"]
    assert any("not readable as YAML" in item for item in reasons(reading))
    assert reading.incomplete


def test_keys_that_stand_twice_are_said(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": "apiVersion: v1\nkind: Pod\nkind: Job\nmetadata: {name: p}\n"})
    assert kinds(reading) == ["Job p"]
    assert "the key stands twice in one object; the later one counts" in reasons(reading)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                        ["metadata", "name", "namespace", "spec", "data", "items", "kind", "versions", "annotations"]),
                        inner, max_size=4), max_leaves=12))  # fmt: skip
def test_objects_of_any_shape_become_resources(shape: Any) -> None:
    import json

    for kind in ("Secret", "CustomResourceDefinition", "Pod", "List"):
        value = {"apiVersion": "v1", "kind": kind, **(shape if isinstance(shape, dict) else {"spec": shape})}
        value["kind"] = kind
        try:
            documents = list(read_documents(json.dumps(value), "a.json", Limits()))
        except Exception as error:
            assert "character" in str(error)  # noqa: PT017 - texts may hold what no file may
            continue
        for item in objects_in(documents[0].value):
            resource = to_resource(CLUSTER, Manifest(item, ("a.json", 1), 1))
            assert parse_id(resource.id).name


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("kind: Service\nmetadata: {name: s}\n", 1, "an object needs an `apiVersion`"),
        ("apiVersion: v1\nmetadata: {name: s}\n", 1, "an object needs a `kind`"),
        ("apiVersion: v1\nkind: [Pod]\n", 1, "an object needs a `kind`"),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    spec:\n"
            "      containers: {name: a}\n",
            7,
            "`containers` must be a list, so none of them is read",
        ),
        ("apiVersion: v1\nkind: List\nitems: 5\n", 3, "a list of objects needs `items`, a list"),
        ("apiVersion: v1\nkind: List\nitems:\n- 5\n", 4, "an element of a list of objects is none"),
        ("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1}\n", 4, "an object needs a `kind`"),
    ],
)
def test_what_is_no_object_is_said_with_its_place(text: str, line: int, reason: str, tmp_path: Path) -> None:
    before = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\n"
    reading = read(tmp_path, {"a.yaml": before + text})
    told = [(item.reason, item.origin.line) for item in reading.unresolved if item.incomplete and item.origin]
    assert told == [(reason, line + 4)]
    assert "Pod p" in kinds(reading)


def test_lists_and_other_documents_are_no_faults(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    lists = "---\napiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: q}\n---\na: b\n---\n"
    reading = read(tmp_path, {"a.yaml": pod + lists})
    assert kinds(reading) == ["Pod p", "Pod q"]
    assert not reading.incomplete
