"""Questions between pods."""

from typing import Any

import pytest
from tests.facts.reach.clusters import CLUSTER, cluster, pods, policy
from tests.facts.reach.world import HOLE

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import Reply, Verdict, ask
from everward.facts.reach.services import Service
from everward.values import UsageError

WEB, DATA = {"app": "web"}, {"app": "data"}
HTTPS = Service("tcp", ports=((443, 443),))


def asked(*resources: Resource, source: str = "web", target: str = "data", service: Service = HTTPS) -> list[Reply]:
    world = Networks(Estate([Reading("kubernetes", "test", list(resources))]), [service])
    return ask(world, source, target, service)


def opened(port: Any) -> Resource:
    spec = {"podSelector": {"matchLabels": DATA}, "ingress": [{"ports": [{"port": port}]}]}
    return policy("in", spec)


@pytest.mark.parametrize(("port", "verdict"), [(443, Verdict.OPEN), (80, Verdict.CLOSED), (HOLE, Verdict.UNKNOWN)])
def test_policies_answer_between_workloads(port: Any, verdict: Verdict) -> None:
    [reply] = asked(cluster(), pods("web", WEB), pods("data", DATA), opened(port))
    assert reply.verdict is verdict
    [way] = reply.ways
    assert way.name == "pod network"
    assert [step.what for step in way.decided_by] == ["policy `in` about what comes in `shop/data`"]
    assert way.notes[0] == "by network policies of the cluster alone"


@pytest.mark.parametrize(
    "name", ["web", "SHOP/web", pods("web", WEB).id, pods("web", WEB).id.rsplit("/providers", 1)[0]]
)
def test_workloads_are_meant_by_name_and_by_id(name: str) -> None:
    assert len(asked(cluster(), pods("web", WEB), pods("data", DATA), source=name)) == 1


def test_some_of_the_ports_are_told() -> None:
    [reply] = asked(cluster(), pods("web", WEB), pods("data", DATA), opened(443), service=Service("tcp"))
    assert reply.verdict is Verdict.OPEN
    assert reply.ways[0].notes[-1] == "only on tcp/443"


def test_what_enforces_policies_is_told() -> None:
    [reply] = asked(cluster(None), pods("web", WEB), pods("data", DATA), opened(80))
    assert reply.verdict is Verdict.OPEN
    assert reply.ways[0].notes[-1] == "nothing enforces network policies in this cluster"
    [reply] = asked(cluster(HOLE), pods("web", WEB), pods("data", DATA), opened(80))
    assert reply.verdict is Verdict.UNKNOWN
    assert "not known" in reply.ways[0].notes[-1]


def test_each_cluster_gets_an_answer_of_its_own() -> None:
    second = f"{CLUSTER}2"
    far = [cluster(id=second), pods("web", WEB, at=second), pods("data", DATA, at=second)]
    assert len(asked(cluster(), pods("web", WEB), pods("data", DATA), *far)) == 2


def test_what_is_no_workload_is_asked_for_as_before() -> None:
    with pytest.raises(UsageError):
        asked(cluster(), pods("web", WEB), target="nothing")
