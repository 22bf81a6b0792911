"""Questions between pods: whether network policies let one workload talk to another of its cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from everward.facts.reach.entrances import Step
from everward.facts.reach.paths import Networks
from everward.facts.reach.podpolicies import EGRESS, INGRESS
from everward.facts.reach.pods import TEMPLATE_TYPE, PodNetworks, Pods
from everward.facts.reach.services import Service, format_service
from everward.values import Truth, Unknown, combine


class Between(NamedTuple):
    """The answer for the pods of two workloads."""

    source: str
    target: str
    holds: Truth
    steps: tuple[Step, ...]
    decided_by: tuple[Step, ...]
    notes: tuple[str, ...]


def between_pods(world: Networks, source: str, target: str, asked: Service) -> Iterator[Between]:
    """Answers where both names are those of workloads; nothing where one of them is not."""
    if next(iter(world.estate.of_type(TEMPLATE_TYPE)), None) is None:
        return
    networks = PodNetworks(world.estate)
    sources = [pods for pods in networks.all if _is_called(pods, source)]
    targets = [pods for pods in networks.all if _is_called(pods, target)] if sources else []
    for one in sources:
        for two in targets:
            if one.cluster == two.cluster and one is not two:
                yield _answer(networks, one, two, asked)


def _is_called(pods: Pods, text: str) -> bool:
    """Whether people mean these pods: by an id, by the name of the workload, or by namespace and name."""
    key = text.strip().rstrip("/").lower()
    workload = pods.resource.get("properties.workload")
    ids = {pods.resource.key, workload.lower() if isinstance(workload, str) else ""}
    return key in ids or key in (pods.resource.name.lower(), pods.name.lower())


def _answer(networks: PodNetworks, source: Pods, target: Pods, asked: Service) -> Between:
    mask = networks.space.mask(asked) & networks.everything
    passage = networks.between(source, target)
    common, perhaps = passage.least & mask, passage.most & mask
    holds: Truth = bool(common)
    if perhaps and not common:
        holds = combine([networks.doubt(source, EGRESS), networks.doubt(target, INGRESS)])
    notes = ["by network policies of the cluster alone"]
    if common and common != mask:
        notes.append(f"only on {', '.join(format_service(item) for item in networks.space.describe(common))}")
    engine = networks.cluster(source.cluster).engine
    if engine is None:
        notes.append("nothing enforces network policies in this cluster")
    elif isinstance(engine, Unknown):
        notes.append(f"whether policies are enforced is not known: {engine.reason}")
    steps = (
        Step(source.resource.id, f"pods `{source.name}`", source.resource.origin),
        Step(target.resource.id, f"pods `{target.name}`", target.resource.origin),
    )
    return Between(
        source.resource.id, target.resource.id, holds, steps, tuple(_decided(networks, source, target)), tuple(notes)
    )


def _decided(networks: PodNetworks, source: Pods, target: Pods) -> Iterator[Step]:
    """The policies that are about the pods at both ends."""
    for pods, direction, words in ((source, EGRESS, "what leaves"), (target, INGRESS, "what comes in")):
        for policy, _ in networks.selecting(pods, direction):
            item = policy.resource
            yield Step(item.id, f"policy `{item.name}` about {words} `{pods.name}`", item.origin)
