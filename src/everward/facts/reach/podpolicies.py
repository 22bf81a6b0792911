"""Network policies of Kubernetes: which pods they select, and what their rules let through.

kubernetes.io/docs/concepts/services-networking/network-policies and reference network-policy-v1, read 2026-11: policies
add up; pods that none selects in a direction let everything through in it; a rule without peers or ports is about all
of them; `policyTypes` that are not written are Ingress, and Egress where egress rules are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import NOWHERE, Addresses, parse_addresses, union_of
from everward.facts.reach.services import ALL_PORTS, LAST_PORT, Service
from everward.facts.shape import inner, items, properties, text_in
from everward.values import Unknown

POLICY_TYPE: Final = "Everward.Kubernetes.networking.k8s.io/NetworkPolicy"
INGRESS: Final = "ingress"
EGRESS: Final = "egress"
DIRECTIONS: Final = (INGRESS, EGRESS)

UNMODELLED: Final = {
    "Everward.Kubernetes.cilium.io/CiliumNetworkPolicy": False,
    "Everward.Kubernetes.cilium.io/CiliumClusterwideNetworkPolicy": True,
    "Everward.Kubernetes.projectcalico.org/NetworkPolicy": False,
    "Everward.Kubernetes.projectcalico.org/GlobalNetworkPolicy": True,
    "Everward.Kubernetes.crd.projectcalico.org/NetworkPolicy": False,
    "Everward.Kubernetes.crd.projectcalico.org/GlobalNetworkPolicy": True,
    "Everward.Kubernetes.policy.networking.k8s.io/AdminNetworkPolicy": True,
    "Everward.Kubernetes.policy.networking.k8s.io/BaselineAdminNetworkPolicy": True,
}
"""Policies of engines, which are not followed, and whether they are about the whole cluster."""


class Block(NamedTuple):
    """A peer by address."""

    sure: Addresses
    most: Addresses


class Selected(NamedTuple):
    """A peer by labels; a selector is None where none is written."""

    namespaces: Any
    pods: Any


Peer = Block | Selected | Unknown


class Port(NamedTuple):
    """The port of a rule: by number, as a range, or by the name that the container gives it."""

    protocol: str | Unknown
    first: int | str | Unknown | None
    last: int | Unknown | None = None


class PolicyRule(NamedTuple):
    """What one rule lets through."""

    peers: tuple[Peer, ...] | None
    """None: everybody."""
    ports: tuple[Port | Unknown, ...] | None
    """None: every port."""


class Policy(NamedTuple):
    """A network policy in one direction."""

    resource: Resource
    namespace: str
    """The lower-case id of its namespace."""
    selector: Any
    rules: tuple[PolicyRule, ...] | Unknown
    certain: bool
    """Whether it is certainly about this direction."""


def policies(estate: Estate, direction: str) -> Iterator[Policy]:
    """The policies of an estate that are about a direction, or may be."""
    for item in estate.of_type(POLICY_TYPE):
        spec = inner(properties(item.body), "spec")
        about = _about(spec, direction)
        if about is not False:
            selector = inner(spec, "podSelector")
            rules = inner(spec, direction)
            read = rules if isinstance(rules, Unknown) else tuple(_rule(rule, direction) for rule in items(rules))
            yield Policy(item, namespace_of(item), selector if selector is not None else {}, read, about is True)


def namespace_of(item: Resource) -> str:
    """The lower-case id of the namespace that an object of a cluster stands in."""
    head, middle, rest = item.key.partition(_NAMESPACE)
    return f"{head}{middle}{rest.partition('/')[0]}" if middle else head


def cluster_of(namespace: str) -> str:
    """The lower-case id of the cluster of a namespace."""
    return namespace.partition(_NAMESPACE)[0]


_NAMESPACE: Final = "/providers/everward.kubernetes/namespace/"


def _about(spec: Any, direction: str) -> bool | None:
    """Whether a policy is about a direction; None where that is not known."""
    if isinstance(spec, Unknown):
        return None
    types = inner(spec, "policyTypes")
    if isinstance(types, list) and types:
        words = [str(word).lower() if isinstance(word, str) else None for word in types]
        return True if direction in words else None if None in words else False
    if isinstance(types, Unknown):
        return None
    if direction == INGRESS:
        return True
    rules = inner(spec, EGRESS)
    return None if isinstance(rules, Unknown) else bool(rules)


def _rule(rule: Any, direction: str) -> PolicyRule:
    if isinstance(rule, Unknown):
        return PolicyRule((rule,), (rule,))
    peers = inner(rule, "from" if direction == INGRESS else "to")
    ports = inner(rule, "ports")
    return PolicyRule(
        tuple(_peer(peer) for peer in items(peers)) or None,
        tuple(_port(port) for port in items(ports)) or None,
    )


def _peer(peer: Any) -> Peer:
    if isinstance(peer, Unknown):
        return peer
    block = inner(peer, "ipBlock")
    if isinstance(block, Unknown):
        return block
    if block is not None:
        return _block(block)
    return Selected(inner(peer, "namespaceSelector"), inner(peer, "podSelector"))


_EVERYWHERE: Final = NOWHERE.complement()


def _block(block: Any) -> Block:
    written = text_in(block, "cidr")
    whole = parse_addresses(written) if isinstance(written, str) else None
    if isinstance(written, Unknown):
        return Block(NOWHERE, _EVERYWHERE)
    if whole is None:
        return Block(NOWHERE, NOWHERE)
    found, open_ = [], False
    for item in items(inner(block, "except")):
        part = parse_addresses(item) if isinstance(item, str) else None
        open_ = open_ or isinstance(item, Unknown)
        found.append(part if part is not None else NOWHERE)
    left = whole.difference(union_of(found))
    return Block(NOWHERE if open_ else left, left)


def _port(port: Any) -> Port | Unknown:
    if not isinstance(port, Mapping):
        return port if isinstance(port, Unknown) else Unknown(reason="the port of a network policy is not readable")
    protocol = text_in(port, "protocol")
    first, last = inner(port, "port"), inner(port, "endPort")
    if not isinstance(first, int | str | Unknown | None) or isinstance(first, bool):
        first = Unknown(reason="the port of a network policy is not readable")
    kept = last if isinstance(last, int | Unknown) and not isinstance(last, bool) else None
    word = protocol.lower() if isinstance(protocol, str) else "tcp" if protocol is None else protocol
    return Port(word, first, kept)


Named = Mapping[str, tuple[tuple[str, int], ...]] | Unknown | None
"""Ports that containers give names to; None for what is no pod, and has none."""


def port_services(port: Port | Unknown, named: Named) -> tuple[Service | None, Service | None]:
    """What a port certainly lets through and what perhaps: as services of TCP or UDP, or None."""
    if isinstance(port, Unknown):
        return None, Service()
    if isinstance(port.protocol, Unknown):
        _, most = port_services(port._replace(protocol="tcp"), named)
        return None, most._replace(protocol="*") if most is not None else None
    if port.protocol not in ("tcp", "udp"):
        return None, None
    every = Service(port.protocol)
    first, last = port.first, port.last
    if first is None:
        return every, every
    if isinstance(first, str) and not first.isdecimal():
        return _named(port.protocol, first, named)
    if isinstance(first, Unknown) or isinstance(last, Unknown):
        low = int(first) if isinstance(first, int) else 0
        return None, Service(port.protocol, ports=((low, LAST_PORT),)) if low <= LAST_PORT else None
    low = int(first)
    high = last if last is not None else low
    if not 0 <= low <= high <= LAST_PORT:
        return None, None
    found = Service(port.protocol, ports=((low, high),))
    return found, found


def _named(protocol: str, name: str, named: Named) -> tuple[Service | None, Service | None]:
    if named is None:
        return None, None
    if isinstance(named, Unknown):
        return None, Service(protocol, ports=ALL_PORTS)
    numbers = sorted({number for own, number in named.get(name, ()) if own == protocol})
    if not numbers:
        return None, None
    found = Service(protocol, ports=tuple((number, number) for number in numbers))
    return found, found
