"""What has to go on working: who must reach a place from the Internet, as it is declared and as it is derived.

cert-manager's documentation, configuration/acme/http01, read 2026-11: the authority asks for the challenge over HTTP on
port 80, from addresses that it does not publish (Let's Encrypt, FAQ, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.exposures import Exposure, Grade
from everward.facts.reach.ingress import INGRESS_KIND
from everward.facts.reach.paths import Networks
from everward.facts.reach.tags import tag_addresses
from everward.facts.shape import inner, items, properties, text_in
from everward.values import Origin, Truth, Unknown, combine

ISSUER_TYPES: Final = (
    "Everward.Kubernetes.cert-manager.io/ClusterIssuer",
    "Everward.Kubernetes.cert-manager.io/Issuer",
)
INTERNET: Final = "internet"


@dataclass(frozen=True)
class Need:
    """Somebody who must reach a place."""

    name: str
    source: str
    """`internet`, a service tag, or prefixes."""
    target: str
    """The lower-case id of a resource; empty for every door into a cluster."""
    port: int
    origin: Origin | None = None


def derived_needs(world: Networks, listed: Iterable[Exposure]) -> Iterator[Need]:
    """Needs that the estate shows: challenges of certificates, for the doors of the cluster that asks for them."""
    doors = {exposure.target.key: exposure for exposure in listed if exposure.kind == INGRESS_KIND}
    for type_ in ISSUER_TYPES:
        for issuer in world.estate.of_type(type_):
            if not _by_http(issuer):
                continue
            cluster = text_in(properties(issuer.body), "cluster")
            key = cluster.lower() if isinstance(cluster, str) else ""
            for door in doors:
                if door == key or door.startswith(f"{key}/"):
                    yield Need(f"certificate challenge of `{issuer.name}` (HTTP-01)", INTERNET, door, 80, issuer.origin)


def _by_http(issuer: Resource) -> bool:
    body = properties(issuer.body)
    return any(inner(solver, "http01") is not None for solver in items(inner(body, "spec", "acme", "solvers")))


def source_addresses(text: str) -> Addresses | None:
    """The addresses that a need comes from; None for everybody, and for what nobody knows."""
    if text.strip().lower() in (INTERNET, "*"):
        return None
    found = [parse_addresses(part.strip()) or tag_addresses(part.strip()) for part in text.split(",")]
    return union_of(item for item in found if item is not None) if all(found) else None


def is_source(text: str) -> bool:
    """Whether a text names a source: the Internet, a published service tag, or prefixes."""
    return text.strip().lower() in (INTERNET, "*") or source_addresses(text) is not None


def met(need: Need, listed: Iterable[Exposure]) -> Truth:
    """Whether a need is met by ways in."""
    wanted = source_addresses(need.source)
    holes: list[Unknown] = []
    reached: list[Addresses] = []
    for exposure in listed:
        if not _concerns(need, exposure) or not exposure.has_port(frozenset({need.port})):
            continue
        if exposure.certain is not True:
            if isinstance(exposure.certain, Unknown):
                holes.append(exposure.certain)
            continue
        if exposure.grade is Grade.INTERNET:
            return True
        reached.append(exposure.sources)
    if wanted is not None and reached and union_of(reached).covers(_without_v6(wanted, reached)):
        return True
    return combine(holes) if holes else False


def _without_v6(wanted: Addresses, reached: list[Addresses]) -> Addresses:
    """A door of IPv4 only is asked over IPv4."""
    return wanted if any(item.v6 for item in reached) else Addresses(wanted.v4, ())


def _concerns(need: Need, exposure: Exposure) -> bool:
    if need.target:
        return exposure.target.key == need.target
    return exposure.kind == INGRESS_KIND
