"""Pods as segments: what isolates them, whom they reach and who reaches them, as facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.filters import Passage
from everward.facts.reach.paths import Networks
from everward.facts.reach.podpolicies import EGRESS, INGRESS
from everward.facts.reach.pods import INTERNET, METADATA, PodNetworks, Pods
from everward.facts.reach.services import Service, format_service
from everward.values import Truth, Unknown, combine

PODS: Final = "Reach/pods"
_LISTED: Final = 200
"""How many neighbours a fact lists; the count says how many there are."""


def pod_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for the pods of each workload."""
    networks = PodNetworks(world.estate)
    for item in networks.unmodelled.values():
        yield Unresolved(
            subject=f"`{item.type.rpartition('/')[2]}` `{item.name}`",
            reason="policies of the engine are not followed, so what it lets through is not known",
            origin=item.origin,
            help="network policies of Kubernetes (networking.k8s.io/v1) are followed",
        )
    for pods in networks.all:
        yield _fact(networks, pods)


def _fact(networks: PodNetworks, pods: Pods) -> Resource:
    cluster = networks.cluster(pods.cluster)
    others = list(networks.neighbours(pods))
    reaches = [row for other in others if (row := _row(networks, other, networks.between(pods, other)))]
    reached = [row for other in others if (row := _row(networks, other, networks.between(other, pods)))]
    internet = networks.to_place(pods, INTERNET)
    chosen = {way: [policy.resource.id for policy, _ in networks.selecting(pods, way)] for way in (INGRESS, EGRESS)}
    return fact(
        pods.resource,
        PODS,
        "pods",
        {
            "pods": pods.name,
            "workload": pods.resource.get("properties.workload"),
            "cluster": pods.cluster,
            "namespace": pods.namespace.rpartition("/")[2],
            "engine": cluster.engine,
            "hostNetwork": pods.on_host,
            "ingressIsolated": networks.isolated(pods, INGRESS),
            "egressIsolated": networks.isolated(pods, EGRESS),
            "ingressPolicies": chosen[INGRESS],
            "egressPolicies": chosen[EGRESS],
            "anyPodServices": services(networks, networks.filtered(pods, INGRESS, None)),
            "internet": touched(networks, pods, internet),
            "internetServices": services(networks, internet),
            "internetUnrestricted": _all(networks, pods, internet),
            "metadata": reaches_metadata(networks, pods),
            "reaches": reaches[:_LISTED],
            "reachesCount": len(reaches),
            "reachedBy": reached[:_LISTED],
            "reachedByCount": len(reached),
        },
    )


def _row(networks: PodNetworks, other: Pods, passage: Passage) -> dict[str, Any]:
    """Other pods and what may pass; empty where nothing does."""
    if not passage.most:
        return {}
    row: dict[str, Any] = {"pods": other.name, "services": services(networks, passage)}
    return row if passage.least == passage.most else {**row, "certain": False}


def services(networks: PodNetworks, passage: Passage) -> list[str]:
    """What may pass, for people: `any` where all of TCP and UDP does."""
    if passage.most == networks.everything:
        return ["any"]
    return [format_service(item) for item in networks.space.describe(passage.most)]


def touched(networks: PodNetworks, pods: Pods, passage: Passage, service: Service | None = None) -> Truth:
    """Whether anything leaves pods, or one service does."""
    mask = networks.everything if service is None else networks.space.mask(service)
    if passage.least & mask:
        return True
    return networks.doubt(pods, EGRESS) if passage.most & mask else False


def _all(networks: PodNetworks, pods: Pods, passage: Passage) -> Truth:
    """Whether every service passes to the Internet."""
    if passage.least == networks.everything:
        return True
    return networks.doubt(pods, EGRESS) if passage.most == networks.everything else False


def reaches_metadata(networks: PodNetworks, pods: Pods) -> Truth:
    """Whether pods get to the metadata service of their node, which answers on port 80."""
    allowed = networks.cluster(pods.cluster).metadata
    if allowed is False and pods.on_host is False:
        return False
    passes = touched(networks, pods, networks.to_place(pods, METADATA), Service("tcp", ports=((80, 80),)))
    holes = [item for item in (allowed, passes) if isinstance(item, Unknown)]
    return passes if passes is False or not holes else combine(holes)
