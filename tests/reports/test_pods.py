"""Pods beside the subnets of the matrix."""

import json
from typing import Any

from tests.facts.reach.clusters import cluster, namespace, pods, policy
from tests.facts.reach.world import HOLE

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.paths import Networks
from everward.facts.reach.pods import PodNetworks
from everward.reports.interface import Look
from everward.reports.reach_matrix import matrix_json, matrix_text

DENY: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def shown(*resources: Resource) -> tuple[list[str], dict[str, Any]]:
    estate = Estate([Reading("kubernetes", "test", list(resources))])
    matrix, found = Matrix(Networks(estate)), PodNetworks(estate)
    text = b"".join(matrix_text(matrix, Look(width=120, colour=False), found)).decode()
    return text.splitlines(), json.loads(b"".join(matrix_json(matrix, found)))


def test_pods_are_rows_of_the_matrix() -> None:
    spec = {
        "podSelector": {"matchLabels": {"app": "data"}},
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 5432}]}],
    }
    lines, document = shown(
        cluster(), namespace("shop"), pods("web", {"app": "web"}), pods("data", {"app": "data"}), policy("p", spec)
    )
    assert "pods of aks: calico enforces network policies" in lines
    assert [line.split() for line in lines[-3:]] == [
        ["1", ".", "some", "all", "open"],
        ["2", "all", ".", "all", "open"],
        ["some", "shop/web", "->", "shop/data:", "tcp/5432"],
    ]
    inside = [row for row in document["pods"] if row["destination"] != "internet"]
    assert [row["some"] for row in inside] == [["tcp/5432"], ["any"]]
    assert all(row["source"] and row["perhaps"] == row["some"] for row in inside)


def test_what_is_closed_and_what_is_not_known_is_told_apart() -> None:
    lines, document = shown(cluster(), pods("web", {}), pods("data", {}), policy("p", DENY))
    assert lines[-1].split() == ["2", "-", ".", "-", "-"]
    assert document["pods"][0]["perhaps"] == []
    lines, _ = shown(cluster(), pods("web", {}), pods("data", {}), policy("p", HOLE))
    assert lines[-1].split() == ["2", "?", ".", "?", "?"]
    lines, _ = shown(pods("web", {}), policy("p", DENY))
    assert any("is not known" in line for line in lines)
    lines, _ = shown(cluster(None), pods("web", {}))
    assert "pods of aks: nothing enforces network policies" in lines


def test_large_clusters_are_told_in_the_document_alone() -> None:
    lines, document = shown(cluster(), *(pods(f"p{index}", {}) for index in range(41)))
    assert lines[-1] == "41 workloads are more than fit here: -o json lists them"
    assert len(document["pods"]) == 41 * 41
