"""References as a tree, as JSON, and for programs that draw."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
from tests.reports.sample import HOSTILE

from everward.estate import Estate, Graph, Reading, Resource
from everward.estate import graph as kinds
from everward.reports import Look
from everward.reports.estate_graph import graph_dot, graph_json, graph_mermaid, graph_text
from everward.values import Origin, Unknown

GROUP = "/subscriptions/1/resourceGroups/rg/providers"
CLUSTER = f"{GROUP}/Microsoft.ContainerService/managedClusters/aks"
NETWORK = f"{GROUP}/Microsoft.Network/virtualNetworks/v"
IDENTITY = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/id"
LOGS = f"{GROUP}/Microsoft.OperationalInsights/workspaces/log"
SETTING = f"{CLUSTER}/providers/Microsoft.Insights/diagnosticSettings/d"


def resource(resource_id: str, properties: Any = None, **body: Any) -> Resource:
    parts = resource_id.rsplit("/providers/", 1)[-1].split("/")
    kind = "/".join([parts[0], *parts[1::2]])
    name = resource_id.rsplit("/", 1)[-1]
    return Resource(
        resource_id, kind, name, {"properties": properties or {}, **body}, Origin("terraform", "main.tf", 1)
    )


def workload() -> Graph:
    cluster = resource(
        CLUSTER,
        {
            "agentPoolProfiles": [
                {"vnetSubnetID": f"{NETWORK}/subnets/k8s"},
                {"vnetSubnetID": f"{NETWORK}/SUBNETS/other"},
            ],
            "own": CLUSTER,
            "group": "/subscriptions/1/resourceGroups/rg",
            "missing": Unknown(reason="r", reference=f"{GROUP}/Microsoft.Cdn/profiles/p"),
            "hole": Unknown(reason="r"),
            "text": "no id",
            "open": "{module.x.id}/providers/Microsoft.Network/loadBalancers/lb",
        },
        identity={"userAssignedIdentities": {IDENTITY.upper(): {}}},
    )
    setting = resource(SETTING, {"workspaceId": LOGS})
    rest = [resource(NETWORK), resource(f"{NETWORK}/subnets/k8s"), resource(IDENTITY), resource(LOGS)]
    federated = resource(f"{IDENTITY}/federatedIdentityCredentials/f", {"identity": IDENTITY})
    return Graph(Estate([Reading("terraform", "x", [cluster, setting, *rest, federated])]))


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {
        (graph.id_of(edge.source).rsplit("/", 1)[-1], edge.kind, graph.id_of(edge.target).rsplit("/", 1)[-1])
        for edge in graph.edges
    }


def test_references_have_kinds_and_parts_that_were_not_read_mean_their_holder() -> None:
    assert edges(workload()) == {
        ("aks", kinds.SUBNET, "k8s"),
        ("aks", kinds.SUBNET, "v"),
        ("aks", kinds.IDENTITY, "id"),
        ("aks", kinds.REFERENCE, "p"),
        ("aks", kinds.REFERENCE, "lb"),
        ("d", kinds.SCOPE, "aks"),
        ("d", kinds.LOGS, "log"),
        ("k8s", kinds.PARENT, "v"),
        ("f", kinds.PARENT, "id"),
        ("f", kinds.IDENTITY, "id"),
    }


def shown(graph: Graph, focus: str | None = None, depth: int = 2, **look: Any) -> list[str]:
    chosen = graph.estate.find(focus) if focus else None
    return b"".join(graph_text(graph, chosen, depth, Look(**look))).decode().splitlines()


def test_a_tree_goes_both_ways_to_its_depth() -> None:
    graph = workload()
    text = shown(graph, CLUSTER)
    assert text[0] == "aks (Microsoft.ContainerService/managedClusters) main.tf:1"
    assert "It names" in text
    joined = " ".join(" ".join(text).split())
    assert "identity: id (Microsoft.ManagedIdentity/userAssignedIdentities) by" in joined
    assert "reference: p (Microsoft.Cdn/profiles, not read) by properties.missing" in joined
    assert "subnet: v/k8s (Microsoft.Network/virtualNetworks/subnets) by properties.agentPoolProfiles[0]" in joined
    assert "vnetSubnetID parent: v (Microsoft.Network/virtualNetworks)" in joined
    assert "It is named by scope: d (Microsoft.Insights/diagnosticSettings)" in joined
    assert "parent: v " not in " ".join(shown(graph, CLUSTER, depth=1))
    assert "It names nothing" in shown(graph, LOGS)
    assert "Nothing names it" in shown(graph, SETTING)


def test_all_resources_with_what_they_name() -> None:
    text = shown(workload(), depth=1)
    assert text[0].startswith("8 resources, 10 references: ")
    assert "  scope: aks (Microsoft.ContainerService/managedClusters)" in text


def test_circles_end_and_long_lists_are_shortened() -> None:
    ring = [f"{GROUP}/Microsoft.Cdn/profiles/p{number}" for number in range(40)]
    made = [resource(name, {"to": ring[(number + 1) % 40], "all": ring}) for number, name in enumerate(ring)]
    graph = Graph(Estate([Reading("terraform", "x", made)]))
    text = shown(graph, ring[0], depth=100)
    assert any("(above)" in line for line in text)
    assert any("more: --full shows all" in line for line in text)
    assert len(shown(graph, ring[0], depth=2, full=True)) > len(shown(graph, ring[0], depth=2))
    every = shown(graph, depth=1)
    assert "... 15 more resources: --full shows all, --from ID one" in every
    assert not any("more:" in line for line in shown(graph, depth=1, full=True))


def test_a_resource_without_an_id_of_arm_names_all_the_same() -> None:
    odd = Resource("odd", "T/t", "odd", {"a": IDENTITY}, Origin("terraform"))
    graph = Graph(Estate([Reading("terraform", "x", [odd])]))
    assert edges(graph) == {("odd", kinds.IDENTITY, "id")}
    assert "odd" in shown(graph, depth=1)


@pytest.mark.parametrize("focus", [None, CLUSTER])
def test_json_has_nodes_and_edges(focus: str | None) -> None:
    graph = workload()
    chosen = graph.estate.find(focus) if focus else None
    document = json.loads(b"".join(graph_json(graph, chosen, 1)))
    assert document["schema"] == "everward/estate-graph/1"
    assert document["from"] == focus
    names = {node["id"] for node in document["nodes"]}
    assert all({edge["from"], edge["to"]} <= names for edge in document["edges"])
    assert {node["read"] for node in document["nodes"]} == {True, False}
    assert len(document["edges"]) == (6 if focus else 10)


def hostile() -> Graph:
    name = HOSTILE.replace("/", "") + '"]\\ <b>{|}'
    return Graph(
        Estate([Reading("terraform", "x", [resource(f"{GROUP}/Microsoft.Cdn/profiles/{name}", {"a": IDENTITY})])])
    )


def test_names_cannot_break_out_of_a_drawing() -> None:
    for graph in (hostile(), workload()):
        focus = next(iter(graph.resources.values()))
        for chosen in (None, focus):
            dot = b"".join(graph_dot(graph, chosen, 2)).decode()
            mermaid = b"".join(graph_mermaid(graph, chosen, 2)).decode()
            for text in (dot, mermaid):
                assert "\x1b" not in text
            assert "<b>" not in mermaid
            for line in mermaid.splitlines()[1:]:
                assert line.count('"') in (0, 2), line
            for line in dot.splitlines():
                assert line.replace("\\\\", "").replace('\\"', "").count('"') in (0, 2), line


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("graph", [hostile(), workload()])
def test_graphviz_reads_the_drawing(graph: Graph) -> None:
    done = subprocess.run(["dot", "-Tsvg"], input=b"".join(graph_dot(graph, None, 1)), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
