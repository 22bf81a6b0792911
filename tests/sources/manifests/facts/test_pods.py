from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.manifests.repository import find, read

from everward.estate import Resource
from everward.sources.manifests.facts.pods import image_parts, policy_types
from everward.sources.manifests.facts.selecting import matches
from everward.values import Unknown

ALL = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      serviceAccountName: web
      hostNetwork: true
      securityContext: {runAsNonRoot: true, fsGroup: 1}
      initContainers: [{name: i, image: busybox}]
      containers:
      - {name: a, image: "r.azurecr.io/x/a:1", securityContext: {privileged: true}}
      - {name: b, image: "b@sha256:00", securityContext: {runAsNonRoot: false}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: pdb, namespace: shop}
spec: {selector: {matchLabels: {app: web}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: other, namespace: elsewhere}
spec: {selector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: front, namespace: shop}
spec: {podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}, ingress: []}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: back, namespace: shop}
spec: {podSelector: {matchLabels: {tier: back}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: hpa, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: web}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: job, namespace: shop}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: j, image: j}]}}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: odd, namespace: shop}
spec: {template: {spec: text}}
"""


@pytest.fixture
def web(tmp_path: Path) -> Resource:
    return find(read(tmp_path, {"a.yaml": ALL}), "PodTemplate", "web")


def names(found: Any) -> list[str]:
    return [item.rpartition("/")[2] for item in found]


def test_containers_are_one_list_with_what_they_take_from_the_pod(web: Resource) -> None:
    containers: Any = web.get("properties.containers")
    assert [(item["name"], item["kind"]) for item in containers] == [
        ("a", "container"),
        ("b", "container"),
        ("i", "initContainer"),
    ]
    assert containers[0]["securityContext"] == {"runAsNonRoot": True, "privileged": True}
    assert containers[1]["securityContext"] == {"runAsNonRoot": False}
    assert containers[2]["securityContext"] == {"runAsNonRoot": True}
    assert containers[0]["imageParts"]["registry"] == "r.azurecr.io"
    assert web.get("properties.hostNetwork") is True
    assert web.get("properties.replicas") == 3
    assert web.get("properties.path") == "properties.spec.template.spec"


def test_parts_of_pods_stand_where_the_workload_has_them(web: Resource) -> None:
    assert web.origin_of("properties.containers[1].securityContext.runAsNonRoot").line == 16
    assert web.origin_of("properties.containers[2].image").line == 13
    assert web.origin_of("properties.hostNetwork").line == 11
    assert web.origin_of("properties.containers[9]").line == 14
    for path in ("properties", "kind", "properties.absent", "x..y"):
        assert web.origin_of(path).line == 2
    assert dict(web.origins) == {}
    assert len(web.origins) == 0


def test_what_selects_the_pods_is_named(web: Resource) -> None:
    assert names(web.get("properties.disruptionBudgets")) == ["pdb"]
    assert names(web.get("properties.ingressPolicies")) == ["deny", "front"]
    assert names(web.get("properties.egressPolicies")) == ["deny"]
    assert names(web.get("properties.autoscalers")) == ["hpa"]
    account: Any = web.get("properties.serviceAccount")
    assert account.endswith("/Namespace/shop/providers/Everward.Kubernetes/ServiceAccount/web")


def test_every_kind_of_workload_has_pods(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": ALL})
    job = find(reading, "PodTemplate", "job")
    assert job.get("properties.path") == "properties.spec.jobTemplate.spec.template.spec"
    assert job.get("properties.serviceAccountName") == "default"
    odd = find(reading, "PodTemplate", "odd")
    assert odd.get("properties.spec") == "text"


def test_what_is_open_in_a_pod_is_open_in_its_containers(tmp_path: Path) -> None:
    chart = {
        "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "c/templates/a.yaml": (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: {{ .Values.label | quote }}}}\n"
            "spec:\n  securityContext: {{ toYaml .Values.context | nindent 4 }}\n"
            "  containers:\n  - {name: a, securityContext: {runAsUser: 1}}\n"
            "  - name: b\n    securityContext: {{ toYaml .Values.own | nindent 6 }}\n"
            "  initContainers: {{ toYaml .Values.init | nindent 4 }}\n---\n"
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: pdb}\n"
            "spec: {selector: {matchLabels: {app: web}}}\n"
        ),
        "azure-pipelines.yml": (
            "pool: x\nsteps:\n- script: helm upgrade a c --set context=$(c),own=$(o),init=$(i),label=$(l)\n"
        ),
    }
    pod = find(read(tmp_path, chart), "PodTemplate", "p")
    first, second, rest = pod.get("properties.containers")  # type: ignore[misc]
    assert isinstance(first["securityContext"]["runAsNonRoot"], Unknown)
    assert first["securityContext"]["runAsUser"] == 1
    assert isinstance(second["securityContext"], Unknown)
    assert rest.many
    (budget,) = pod.get("properties.disruptionBudgets")  # type: ignore[misc]
    assert isinstance(budget, Unknown)


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("nginx", ("docker.io", "nginx", "latest", None)),
        ("library/nginx:1", ("docker.io", "library/nginx", "1", None)),
        ("r.io/a/b:1@sha256:00", ("r.io", "a/b", "1", "sha256:00")),
        ("localhost:5000/a", ("localhost:5000", "a", "latest", None)),
        ("a@sha256:00", ("docker.io", "a", None, "sha256:00")),
    ],
)
def test_images_are_taken_apart(image: str, parts: tuple[object, ...]) -> None:
    assert tuple(image_parts(image).values()) == parts
    assert image_parts(None) is None


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("r.io/a/b:{tag}", {"registry": "r.io", "repository": "a/b", "digest": None}),
        ("{acr}/a:1", {"tag": "1", "digest": None}),
        ("{image}", {"digest": None}),
        ("r.io/{name}@sha256:00", {"registry": "r.io", "tag": None, "digest": "sha256:00"}),
    ],
)
def test_of_an_image_that_is_known_in_part_the_parts_are_known(text: str, known: dict[str, Any]) -> None:
    parts = image_parts(Unknown(reason="open", decided_by=("x",), text=text))
    found = {key: value for key, value in parts.items() if not isinstance(value, Unknown)}
    if text == "{image}":
        found.pop("tag")
    assert found == known


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, ["Ingress"]),
        ({"egress": [{}]}, ["Ingress", "Egress"]),
        ({"policyTypes": ["Egress"]}, ["Egress"]),
        ({"policyTypes": []}, ["Ingress"]),
    ],
)
def test_directions_of_policies(spec: dict[str, Any], found: list[str]) -> None:
    assert policy_types(spec) == found


OPEN = Unknown(reason="open")


@pytest.mark.parametrize(
    ("selector", "labels", "found"),
    [
        ({}, {"a": "b"}, True),
        (None, {"a": "b"}, False),
        ({"matchLabels": {"a": "b"}}, {"a": "b", "c": "d"}, True),
        ({"matchLabels": {"a": "b"}}, {"a": "c"}, False),
        ({"matchLabels": {"a": 1}}, {"a": "1"}, True),
        ({"matchLabels": {"a": "b"}}, None, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["x", "b"]}]}, {"a": "b"}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]}, {"a": "b"}, False),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]}, {}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"a": "b"}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, {"a": "b"}, False),
        ({"matchLabels": {"a": OPEN}}, {"a": "b"}, None),
        ({"matchLabels": {"a": "b"}}, {"a": OPEN}, None),
        ({"matchLabels": {"a": "b"}}, OPEN, None),
        (OPEN, {}, None),
        ({"matchLabels": {"a": OPEN, "c": "x"}}, {"a": "b", "c": "d"}, False),
        ({"matchLabels": {"a": Unknown(reason="o", text="{x}")}}, {"a": Unknown(reason="o", text="{x}")}, True),
    ],
)
def test_selectors_choose_labels(selector: Any, labels: Any, found: bool | None) -> None:
    truth = matches(selector, labels, empty=True)
    assert isinstance(truth, Unknown) if found is None else truth is found


def test_an_empty_selector_of_some_kinds_chooses_nothing() -> None:
    assert matches({}, {"a": "b"}, empty=False) is False
