"""Ways into clusters that Services of type LoadBalancer open, and what looks at requests behind them.

The frontends and the rules that the controller adds are facts of the manifests; this joins them to the public address,
the subnets of the nodes and their groups. kubernetes-sigs/cloud-provider-azure at 7b31c76 (2026-08-19): with floating
IP, which is the default, packets keep the public address and the port of the frontend as their destination.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.addresses import NOWHERE, Addresses, parse_addresses
from everward.facts.reach.balancers import FRONTEND_TYPE, passed_service
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import FLOATING, Entry, Guard, Step, public_address, subnet_name
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service
from everward.facts.reach.tags import tag_addresses
from everward.facts.shape import flag, id_in, inner, items, properties, text_in
from everward.values import Truth, Unknown

INGRESS_TYPE: Final = "Everward.Kubernetes.networking.k8s.io/Ingress"
RELEASE_TYPE: Final = "Everward.Kubernetes/Release"
CLUSTER_TYPE: Final = "Microsoft.ContainerService/managedClusters"
INGRESS_KIND: Final = "kubernetes service"
"""The kind of the ways that Services open."""
EDGE_HEADER: Final = "X-Azure-FDID"
"""The header in which Front Door names its profile.

MicrosoftDocs/azure-docs frontdoor/origin-security, read 2026-11.
"""


def ingresses(world: Networks) -> Iterator[Entry]:
    """An entry for each group of ports that a frontend opens, at each subnet of the nodes."""
    for front in world.estate.of_type(FRONTEND_TYPE):
        internal = flag(properties(front.body), "internal", default=False)
        if internal is not True:
            yield from _entries(world, front, internal)


def internal_fronts(world: Networks, cluster: Resource) -> Iterator[Step]:
    """The load balancers of a cluster that have no public address."""
    for front in world.estate.of_type(FRONTEND_TYPE):
        body = properties(front.body)
        named = text_in(body, "cluster")
        if isinstance(named, str) and cluster.key.startswith(named.lower()) and inner(body, "internal") is True:
            service = _last_part(text_in(body, "service"))
            yield Step(front.id, f"load balancer of the Service `{service}` is internal", front.origin)


class _Senders(NamedTuple):
    """Who may send, by the rules that the controller adds."""

    addresses: Addresses | None
    """None: everybody."""
    holes: tuple[Unknown, ...]


def _entries(world: Networks, front: Resource, internal: Truth) -> Iterator[Entry]:
    body = properties(front.body)
    senders = _senders(items(inner(body, "allowedSources")))
    if senders is None:
        return
    address, _, outside = public_address(world, _address_id(body))
    service = _last_part(text_in(body, "service"))
    opened = Step(front.id, "the cluster opens it in the group that it manages", front.origin)
    guards, unguarded = header_checks(world, text_in(body, "cluster"))
    holes = [*senders.holes, *([internal] if isinstance(internal, Unknown) else [])]
    if isinstance(front.condition, Unknown):
        holes.append(front.condition)
    for endpoint in nodes_of(world, front, text_in(body, "cluster")):
        where = f"nodes in `{subnet_name(endpoint)}`" if endpoint.subnet is not None else "nodes of the cluster"
        own = Step(endpoint.resource.id, where, endpoint.resource.origin)
        for floating, outer, behind in _ports(items(inner(body, "rules"))):
            kept = FLOATING if floating is True else ""
            middle = Step(front.id, f"load balancer of the Service `{service}`{kept}", front.origin)
            yield Entry(
                endpoint,
                address,
                (outside, middle, own),
                outer,
                outer if floating is True else behind,
                floating,
                kind=INGRESS_KIND,
                admitted=senders.addresses,
                admitted_by=(opened,),
                holes=(*holes, *_unplaced(endpoint)),
                notes=tuple(_notes(guards, unguarded)),
                guards=guards,
            )


def _address_id(body: Any) -> str | Unknown:
    found = id_in(inner(body, "publicIPAddress"))
    if found is None:
        return Unknown(reason="the cluster makes the public address", filled=True)
    return found.reference if isinstance(found, Unknown) and found.reference is not None else found


def _last_part(id_: str | Unknown | None) -> str:
    return id_.rpartition("/")[2] if isinstance(id_, str) else "not known"


def _senders(listed: Iterable[Any]) -> _Senders | None:
    """None where no rule lets anybody in."""
    found: Addresses = NOWHERE
    holes: list[Unknown] = []
    everybody = False
    for item in listed:
        if isinstance(item, Unknown):
            holes.append(item)
        elif isinstance(item, str) and item.lower() in ("internet", "*"):
            everybody = True
        elif isinstance(item, str):
            named = parse_addresses(item) or tag_addresses(item)
            if named is None:
                holes.append(Unknown(reason=f"the service tag `{item}` is not in the published list"))
            else:
                found = found.union(named)
    if everybody:
        return _Senders(None, ())
    if holes:
        return _Senders(None, tuple(holes))
    return _Senders(found, ()) if found else None


def nodes_of(world: Networks, front: Resource, cluster: str | Unknown | None) -> Iterator[Endpoint]:
    """One endpoint for each subnet that nodes of the cluster are in; one without a subnet, when none is known."""
    key = cluster.lower() if isinstance(cluster, str) else ""
    placed: dict[str, Endpoint] = {}
    unplaced: Endpoint | None = None
    for endpoint in world.endpoints.all:
        own = endpoint.resource.key
        if key and (own == key or own.startswith(f"{key}/agentpools/")):
            if endpoint.subnet is not None:
                placed.setdefault(endpoint.subnet.key, endpoint)
            else:
                unplaced = unplaced or endpoint
    # Pools that are not known one by one may be in the subnets of the others: they add nothing that is certain.
    yield from placed.values()
    if not placed and unplaced is not None:
        yield unplaced
    elif not placed:
        resource = world.estate.find(key) if key else None
        target = resource if resource is not None else front
        yield Endpoint("nodes", target, "", None, None, world.topology.stand_in(), single=True)


def _unplaced(endpoint: Endpoint) -> Iterator[Unknown]:
    """Why it is not known which groups stand before nodes that are in a subnet."""
    named = endpoint.subnet_id if endpoint.subnet is None else None
    if isinstance(named, Unknown):
        yield named
    elif named is not None:
        yield Unknown(reason="the subnet of the nodes is in no source", decided_by=(named,))


_Ports = tuple[Truth, tuple[Service, ...], tuple[Service, ...]]


def _ports(rules: Iterable[Any]) -> Iterator[_Ports]:
    """Ports outside and at the nodes, by whether the address floats."""
    found: dict[str, tuple[Truth, list[Service], list[Service]]] = {}
    for item in rules:
        floating = flag(item, "enableFloatingIP", default=True)
        word = str(floating) if isinstance(floating, bool) else "unknown"
        _, outer, behind = found.setdefault(word, (floating, [], []))
        outer.append(passed_service(item, "frontendPort"))
        behind.append(passed_service(item, "backendPort"))
    for floating, outer, behind in found.values():
        yield floating, tuple(outer), tuple(behind)


# What looks at requests


def header_checks(world: Networks, cluster: str | Unknown | None) -> tuple[tuple[Guard, ...], tuple[Resource, ...]]:
    """Ingresses of a cluster that ask for the header of the edge, and those that do not."""
    guards: list[Guard] = []
    unguarded: list[Resource] = []
    for item in world.estate.of_type(INGRESS_TYPE):
        body = properties(item.body)
        if not isinstance(cluster, str) or text_in(body, "cluster") != cluster:
            continue
        found = _guard(item, inner(body, "metadata", "annotations"))
        if found is None:
            unguarded.append(item)
        else:
            guards.append(found._replace(otherwise=_by_default(world, item, cluster)))
    return tuple(guards), tuple(unguarded)


_PATTERN: Final = re.compile(r"@rx\s+\^\(\?!(?P<value>[^)]*)\)")
"""A rule that refuses what does not begin with a value."""
_ABSENT: Final = re.compile(rf"SecRule\s+&REQUEST_HEADERS:{EDGE_HEADER}\b[^\n]*@eq\s+0", re.IGNORECASE)
_VARIABLE: Final = re.compile(rf"\$http_{EDGE_HEADER.replace('-', '_')}", re.IGNORECASE)


def _guard(item: Resource, annotations: Any) -> Guard | None:
    for value in annotations.values() if isinstance(annotations, Mapping) else ():
        text = value.text if isinstance(value, Unknown) else value
        if not isinstance(text, str):
            continue
        if not re.search(re.escape(EDGE_HEADER), text, re.IGNORECASE) and not _VARIABLE.search(text):
            continue
        match = _PATTERN.search(text)
        if match is None:
            return Guard(item.id, EDGE_HEADER, Unknown(reason="it is written in a way that is not read"), item.origin)
        asked = match["value"]
        if asked:
            meaning = f"refuses requests whose `{EDGE_HEADER}` does not begin with `{asked}`"
        elif _ABSENT.search(text):
            meaning = f"the value that it asks for is empty: any `{EDGE_HEADER}` is let in, only none is refused"
        else:
            meaning = "the value that it asks for is empty: it refuses nothing"
        return Guard(item.id, EDGE_HEADER, value if isinstance(value, Unknown) else asked, item.origin, meaning)
    return None


def _by_default(world: Networks, item: Resource, cluster: str) -> str:
    """What the same check comes to with the values of its chart, where somebody gave it others."""
    body = properties(item.body)
    deployment = text_in(body, "deployment")
    for release in world.estate.of_type(RELEASE_TYPE):
        own = properties(release.body)
        if text_in(own, "cluster") != cluster or text_in(own, "name") != deployment:
            continue
        for made in items(inner(own, "byDefault")):
            if text_in(made, "name") == item.name:
                found = _guard(item, inner(made, "annotations"))
                return "no check" if found is None else found.meaning
    return ""


def _notes(guards: tuple[Guard, ...], unguarded: tuple[Resource, ...]) -> Iterator[str]:
    for meaning in dict.fromkeys(guard.meaning for guard in guards if guard.meaning):
        names = ", ".join(f"`{_last_part(guard.id)}`" for guard in guards if guard.meaning == meaning)
        yield f"{names}: {meaning}"
    for meaning in dict.fromkeys(guard.otherwise for guard in guards if guard.otherwise not in ("", guard.meaning)):
        yield f"with the chart's own values: {meaning}"
    if guards:
        yield "that stops requests, not connections: whoever connects still reaches the controller"
    if unguarded:
        names = ", ".join(f"`{item.name}`" for item in unguarded)
        yield f"{names}: no check of `{EDGE_HEADER}`"
