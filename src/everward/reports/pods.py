"""Pods of clusters as segments, beside the subnets of the matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from everward.facts.reach.filters import Passage
from everward.facts.reach.podfacts import reaches_metadata, services
from everward.facts.reach.pods import INTERNET, PodNetworks, Pods
from everward.reports.layout import Layout
from everward.values import Truth, Unknown

MOST_ROWS = 40
"""Clusters with more workloads than this are told in the JSON only."""


def pods_text(networks: PodNetworks, layout: Layout) -> Iterator[str]:
    """Each cluster: who reaches whom, the Internet, and the metadata service of the node."""
    for key, own in networks.by_cluster.items():
        yield ""
        yield from layout.plain(f"pods of {key.rpartition('/')[2]}: {_enforced(networks, key)}")
        if len(own) > MOST_ROWS:
            yield from layout.plain(f"{len(own)} workloads are more than fit here: -o json lists them")
            continue
        for index, pods in enumerate(own):
            yield from layout.plain(pods.name, f"{index + 1:>4}  ", " " * 6)
        yield "      " + "".join(f"{index + 1:>6}" for index in range(len(own))) + "   internet   metadata"
        for index, pods in enumerate(own):
            row = [_sign(networks, None if other is pods else networks.between(pods, other)) for other in own]
            outside = _sign(networks, networks.to_place(pods, INTERNET))
            yield (
                f"{index + 1:>6}"
                + "".join(f"{sign:>6}" for sign in row)
                + f"{outside:>11}{_metadata(networks, pods):>11}"
            )
        yield from _some(networks, own, layout)


def _some(networks: PodNetworks, own: list[Pods], layout: Layout) -> Iterator[str]:
    for pods in own:
        for other in own:
            passage = networks.between(pods, other)
            if other is not pods and passage.least and passage.least != networks.everything:
                listed = ", ".join(services(networks, passage))
                yield from layout.plain(f"{pods.name} -> {other.name}: {listed}", "some  ", " " * 6)


def _enforced(networks: PodNetworks, key: str) -> str:
    engine = networks.cluster(key).engine
    if isinstance(engine, Unknown):
        return f"whether network policies are enforced is not known ({engine.reason})"
    return "nothing enforces network policies" if engine is None else f"{engine} enforces network policies"


def _sign(networks: PodNetworks, passage: Passage | None) -> str:
    if passage is None:
        return "."
    if passage.least == networks.everything:
        return "all"
    return "some" if passage.least else "?" if passage.most else "-"


def _metadata(networks: PodNetworks, pods: Pods) -> str:
    truth: Truth = reaches_metadata(networks, pods)
    return "?" if isinstance(truth, Unknown) else "open" if truth else "-"


def pods_rows(networks: PodNetworks) -> list[dict[str, Any]]:
    """Each pair of workloads between which something passes, or may; and what each reaches outside."""
    rows: list[dict[str, Any]] = []
    for pods in networks.all:
        rows.append(_row(networks, pods, "internet", networks.to_place(pods, INTERNET)))
        for other in networks.neighbours(pods):
            passage = networks.between(pods, other)
            if passage.most:
                rows.append(_row(networks, pods, other.resource.id, passage))
    return rows


def _row(networks: PodNetworks, pods: Pods, destination: str, passage: Passage) -> dict[str, Any]:
    sure = Passage(passage.least, passage.least)
    return {
        "source": pods.resource.id,
        "destination": destination,
        "some": services(networks, sure) if passage.least else [],
        "perhaps": services(networks, passage) if passage.most else [],
    }
