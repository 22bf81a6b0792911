"""Pods that manifests declare, and what network policies let through between them and to places outside.

What passes is bounded from both sides, as in `filters`: what certainly passes, and what perhaps does. Only TCP and UDP
are looked at: what policies do to other protocols is left to the engine. Groups, routes and firewalls outside the
cluster are not part of the answer, and neither is a node, which always reaches the pods on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.filters import Passage, classes
from everward.facts.reach.podpolicies import (
    DIRECTIONS,
    EGRESS,
    INGRESS,
    UNMODELLED,
    Block,
    Named,
    Peer,
    Policy,
    PolicyRule,
    Port,
    Selected,
    cluster_of,
    namespace_of,
    policies,
    port_services,
)
from everward.facts.reach.services import Service, Space
from everward.facts.shape import first, flag, id_in, inner, items, properties, text_in
from everward.sources.manifests.facts.selecting import matches
from everward.values import Truth, Unknown, all_of, any_of, combine, unknowns_in

TEMPLATE_TYPE: Final = "Everward.Kubernetes/PodTemplate"
CLUSTER_TYPE: Final = "Microsoft.ContainerService/managedClusters"
POOL_TYPE: Final = f"{CLUSTER_TYPE}/agentPools"
NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
ENGINES: Final = frozenset({"azure", "calico", "cilium"})
"""What enforces policies in AKS (MicrosoftDocs/azure-aks-docs use-network-policies, read 2026-11)."""


def _of(*prefixes: str) -> Addresses:
    return union_of(found for text in prefixes if (found := parse_addresses(text)) is not None)


METADATA: Final = _of("169.254.169.254/32")
"""The instance metadata service, which gives tokens of the node's identities."""
_SPECIAL: Final = _of(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "168.63.129.16/32", "224.0.0.0/3",
)  # fmt: skip
INTERNET: Final = Addresses(_SPECIAL.complement().v4, ())
"""Public addresses of IPv4."""


class Pods(NamedTuple):
    """The pods of one workload: they have the same labels and the same rules."""

    resource: Resource
    """The fact of the manifests about them."""
    cluster: str
    """The lower-case id of the cluster."""
    namespace: str
    """The lower-case id of the namespace."""
    labels: Any
    named: Named
    addresses: Addresses | None
    """Where they may stand; None when that is not known."""
    on_host: Truth
    """Whether they share the network of their node: policies then do not act on them as written."""

    @property
    def name(self) -> str:
        """Namespace and name, for people."""
        return f"{self.namespace.rpartition('/')[2]}/{self.resource.name}"


class Cluster(NamedTuple):
    """What a cluster does with policies."""

    engine: str | Unknown | None
    """What enforces them; None when nothing does."""
    metadata: Truth
    """Whether pods are let to the metadata service when policies do not speak of it."""
    addresses: Addresses | None


class PodNetworks:
    """All pods of an estate and their policies."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._policies: dict[tuple[str, str], list[Policy]] = {}
        for direction in DIRECTIONS:
            for policy in policies(estate, direction):
                self._policies.setdefault((direction, policy.namespace), []).append(policy)
        self._clusters: dict[str, Cluster] = {}
        self._selecting: dict[tuple[str, str], list[tuple[Policy, Truth]]] = {}
        self._between: dict[tuple[str, str], Passage] = {}
        self.all = [self._pods(item) for item in estate.of_type(TEMPLATE_TYPE)]
        self.unmodelled = {item.key: item for type_ in UNMODELLED for item in estate.of_type(type_)}
        """Policies of engines, which are not followed."""

    def _pods(self, item: Resource) -> Pods:
        body = properties(item.body)
        namespace = namespace_of(item)
        cluster = cluster_of(namespace)
        on_host = flag(body, "hostNetwork", default=False)
        labels = inner(body, "labels")
        found = self.cluster(cluster).addresses
        return Pods(item, cluster, namespace, labels if labels is not None else {}, _named(body), found, on_host)

    @cached_property
    def space(self) -> Space:
        """The services that policies tell apart."""
        found: list[Service | None] = []
        names = {str(pods.named): pods.named for pods in self.all}
        for listed in self._policies.values():
            rules = [rule for policy in listed if isinstance(policy.rules, tuple) for rule in policy.rules]
            for port in (port for rule in rules for port in rule.ports or ()):
                by_name = isinstance(port, Port) and isinstance(port.first, str)
                for named in names.values() if by_name else (None,):
                    found += port_services(port, named)
        return Space(service for service in found if service is not None)

    @cached_property
    def everything(self) -> int:
        """All of TCP and UDP."""
        return self.space.mask(Service("tcp")) | self.space.mask(Service("udp"))

    def cluster(self, key: str) -> Cluster:
        """What a cluster does with policies, by its lower-case id."""
        found = self._clusters.get(key)
        if found is None:
            resource = self.estate.find(key)
            managed = resource is not None and resource.type_key == CLUSTER_TYPE.lower()
            found = self._clusters[key] = _cluster(self.estate, resource) if managed and resource else _NO_CLUSTER
        return found

    def selecting(self, pods: Pods, direction: str) -> list[tuple[Policy, Truth]]:
        """The policies that select pods in a direction, or may."""
        key = (direction, pods.resource.key)
        if key not in self._selecting:
            self._selecting[key] = list(self._chosen(pods, direction))
        return self._selecting[key]

    def _chosen(self, pods: Pods, direction: str) -> Iterator[tuple[Policy, Truth]]:
        for policy in self._policies.get((direction, pods.namespace), ()):
            doubt: Truth = True
            if not policy.certain:
                reason = "the directions of a network policy are not known"
                doubt = Unknown(reason=reason, decided_by=(policy.resource.id,))
            truth = all_of([doubt, policy.resource.condition, matches(policy.selector, pods.labels, empty=True)])
            if truth is not False:
                yield policy, truth

    def isolated(self, pods: Pods, direction: str) -> Truth:
        """Whether only what rules name passes in a direction: a policy is about the pods, and is enforced."""
        engine = self.cluster(pods.cluster).engine
        enforced: Truth = engine if isinstance(engine, Unknown) else engine is not None
        found = any_of([truth for _, truth in self.selecting(pods, direction)])
        if found is not True and self._other(pods):
            found = any_of([found, self.doubt(pods, direction)])
        if pods.on_host is not False and found is not False:
            reason = "policies do not act as written on pods in the network of their node"
            found = Unknown(reason=reason, decided_by=(pods.resource.id,))
        return all_of([enforced, found])

    def doubt(self, pods: Pods, direction: str) -> Unknown:
        """Why it is not known what policies let through in a direction."""
        engine = self.cluster(pods.cluster).engine
        holes = [engine] if isinstance(engine, Unknown) else []
        for policy, truth in self.selecting(pods, direction):
            holes += [truth] if isinstance(truth, Unknown) else []
            holes += unknowns_in(properties(policy.resource.body))
        if holes:
            return combine(holes)
        reason = "policies of the engine are not followed" if self._other(pods) else "where pods stand is not known"
        return Unknown(reason=reason, decided_by=(pods.resource.id,))

    def _other(self, pods: Pods) -> bool:
        """Whether policies that are not followed may be about pods."""
        for key, item in self.unmodelled.items():
            wide = next(wide for type_, wide in UNMODELLED.items() if type_.lower() == item.type_key)
            if key.startswith(f"{pods.cluster}/") and (wide or namespace_of(item) == pods.namespace):
                return True
        return False

    def filtered(self, pods: Pods, direction: str, peer: Pods | Addresses | None) -> Passage:
        """What policies let through between pods and a peer: other pods, addresses that no rule splits, or anybody."""
        engine = self.cluster(pods.cluster).engine
        if engine is None:
            return Passage(self.everything, self.everything)
        if self._other(pods):
            return Passage(0, self.everything)
        chosen = self.selecting(pods, direction)
        if not chosen:
            return Passage(self.everything, self.everything)
        found = self._united(pods, direction, peer, chosen, engine)
        loose = isinstance(engine, Unknown) or pods.on_host is not False
        return Passage(found.least, self.everything) if loose else found

    def _united(
        self,
        pods: Pods,
        direction: str,
        peer: Pods | Addresses | None,
        chosen: Sequence[tuple[Policy, Truth]],
        engine: str | Unknown,
    ) -> Passage:
        least = most = 0
        fewest = self.everything
        sure = False
        for policy, truth in chosen:
            found = self._policy(policy, pods, direction, peer, engine)
            most |= found.most
            if truth is True:
                sure = True
                least |= found.least
            else:
                fewest &= found.least
        # Where no policy certainly selects them, either none does and everything passes, or one of these decides.
        return Passage(least, most) if sure else Passage(fewest, self.everything)

    def _policy(
        self, policy: Policy, pods: Pods, direction: str, peer: Pods | Addresses | None, engine: str | Unknown
    ) -> Passage:
        if isinstance(policy.rules, Unknown):
            return Passage(0, self.everything)
        least = most = 0
        for rule in policy.rules:
            found = self._rule(policy, rule, pods, direction, peer, engine)
            least |= found.least
            most |= found.most
        return Passage(least, most)

    def _rule(
        self,
        policy: Policy,
        rule: PolicyRule,
        pods: Pods,
        direction: str,
        peer: Pods | Addresses | None,
        engine: str | Unknown,
    ) -> Passage:
        meant = True if rule.peers is None else any_of(self._is(policy, one, peer, engine) for one in rule.peers)
        if meant is False:
            return Passage(0, 0)
        if rule.ports is None:
            return Passage(self.everything if meant is True else 0, self.everything)
        receiver = pods if direction == INGRESS else peer
        named = receiver.named if isinstance(receiver, Pods) else None
        least = most = 0
        for port in rule.ports:
            sure, perhaps = port_services(port, named)
            least |= self.space.mask(sure) if sure is not None else 0
            most |= self.space.mask(perhaps) if perhaps is not None else 0
        return Passage(least & self.everything if meant is True else 0, most & self.everything)

    def _is(self, policy: Policy, peer: Peer, other: Pods | Addresses | None, engine: str | Unknown) -> Truth:
        """Whether a peer of a rule means other pods, or addresses; None stands for pods of which nothing is known."""
        if isinstance(peer, Unknown):
            return peer
        if isinstance(peer, Block):
            return _in_block(peer, other, engine)
        if not isinstance(other, Pods):
            everybody = peer.namespaces == {} and peer.pods in (None, {})
            return other is None and everybody
        return self._selects(policy, peer, other)

    def _selects(self, policy: Policy, peer: Selected, other: Pods) -> Truth:
        if cluster_of(policy.namespace) != other.cluster:
            return False
        if peer.namespaces is None:
            inside: Truth = policy.namespace == other.namespace
        else:
            inside = self._namespace_matches(peer.namespaces, other.namespace)
        chosen: Truth = True if peer.pods is None else matches(peer.pods, other.labels, empty=True)
        if other.on_host is not False:
            chosen = all_of([chosen, Unknown(reason="pods in the network of their node are met by its address")])
        return all_of([inside, chosen])

    def _namespace_matches(self, selector: Any, namespace: str) -> Truth:
        resource = self.estate.find(namespace)
        labels = None if resource is None else inner(properties(resource.body), "metadata", "labels")
        name = namespace.rpartition("/")[2]
        if isinstance(labels, dict):
            labels = {NAMESPACE_NAME: name, **labels}
        elif _asks_name_only(selector) and "{" not in name:
            # Whatever else labels it: the cluster labels each namespace with its name.
            labels = {NAMESPACE_NAME: name}
        elif not isinstance(labels, Unknown):
            labels = Unknown(reason="the labels of the namespace are in no source", decided_by=(namespace,))
        return matches(selector, labels, empty=True)

    def between(self, source: Pods, destination: Pods) -> Passage:
        """What passes from pods to other pods of their cluster: out of one and into the other."""
        key = (source.resource.key, destination.resource.key)
        if key not in self._between:
            into = self.filtered(destination, INGRESS, source)
            out = self.filtered(source, EGRESS, destination) if into.most else into
            self._between[key] = Passage(out.least & into.least, out.most & into.most)
        return self._between[key]

    def to_place(self, pods: Pods, addresses: Addresses) -> Passage:
        """What policies let out of pods to some of the addresses outside the cluster."""
        least = most = 0
        blocks = [
            (peer.sure, peer.most)
            for policy, _ in self.selecting(pods, EGRESS)
            for rule in (policy.rules if isinstance(policy.rules, tuple) else ())
            for peer in rule.peers or ()
            if isinstance(peer, Block)
        ]
        for part in classes(addresses, blocks):
            whole = Addresses(part.intervals, ()) if part.version == 4 else Addresses((), part.intervals)
            found = self.filtered(pods, EGRESS, whole)
            least |= found.least
            most |= found.most
        return Passage(least, most)

    @cached_property
    def by_cluster(self) -> dict[str, list[Pods]]:
        """Pods by the lower-case id of their cluster."""
        found: dict[str, list[Pods]] = {}
        for pods in self.all:
            found.setdefault(pods.cluster, []).append(pods)
        return found

    def neighbours(self, pods: Pods) -> Iterator[Pods]:
        """The other pods of a cluster."""
        return (other for other in self.by_cluster[pods.cluster] if other is not pods)


def _in_block(block: Block, other: Pods | Addresses | None, engine: str | Unknown) -> Truth:
    if other is None:
        return False
    if isinstance(other, Pods):
        if engine == "cilium":
            # It knows pods and nodes by what they are, never by their addresses: azure-cni-powered-by-cilium, 2026-11.
            return False
        if isinstance(engine, Unknown) and block.most:
            return Unknown(reason="whether blocks of addresses mean pods depends on the engine")
        addresses = other.addresses if other.addresses is not None else _ANY
    else:
        addresses = other
    if block.sure.covers(addresses):
        return True
    if not block.most.meets(addresses):
        return False
    return Unknown(reason="which addresses the pods get decides whether a block of addresses means them")


_ANY: Final = Addresses(((0, 2**32 - 1),), ())


def _asks_name_only(selector: Any) -> bool:
    if not isinstance(selector, dict):
        return False
    labels = first(selector.get("matchLabels"), {})
    keys = [*labels] if isinstance(labels, dict) else [None]
    keys += [inner(item, "key") for item in items(selector.get("matchExpressions"))]
    return all(isinstance(key, str) and key == NAMESPACE_NAME for key in keys)


def _named(body: Any) -> Named:
    """The ports that containers name."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    containers = inner(body, "containers")
    for container in items(containers):
        if isinstance(container, Unknown):
            return container
        for port in items(inner(container, "ports")):
            name, number = inner(port, "name"), inner(port, "containerPort")
            if isinstance(port, Unknown) or isinstance(name, Unknown) or isinstance(number, Unknown):
                return Unknown(reason="the ports of a container are not known")
            if isinstance(name, str) and isinstance(number, int):
                protocol = text_in(port, "protocol")
                word = protocol.lower() if isinstance(protocol, str) else "tcp"
                found[name] = (*found.get(name, ()), (word, number))
    return found


_NO_CLUSTER: Final = Cluster(
    Unknown(reason="the cluster is in no source, and neither is what enforces policies in it", decided_by=("cluster",)),
    True,
    None,
)


def _cluster(estate: Estate, resource: Resource) -> Cluster:
    profile = inner(properties(resource.body), "networkProfile")
    policy, plane = text_in(profile, "networkPolicy"), text_in(profile, "networkDataplane")
    engine: str | Unknown | None = None
    if isinstance(profile, Unknown):
        engine = profile
    elif isinstance(plane, str) and plane.lower() == "cilium":
        engine = "cilium"
    elif isinstance(policy, Unknown) or isinstance(plane, Unknown):
        engine = policy if isinstance(policy, Unknown) else plane
    if isinstance(policy, str) and policy.lower() in ENGINES and engine is None:
        engine = policy.lower()
    local = text_in(profile, "podLinkLocalAccess")
    metadata: Truth = local if isinstance(local, Unknown) else local is None or local.lower() != "none"
    return Cluster(engine, metadata, _pod_addresses(estate, resource, profile))


def _pod_addresses(estate: Estate, resource: Resource, profile: Any) -> Addresses | None:
    """Where pods may stand: the range of the overlay, or the subnets of the pools; None when that is not known."""
    written = [*items(inner(profile, "podCidrs")), *items([inner(profile, "podCidr")])]
    written = [text for text in written if text is not None]
    if written:
        parsed = [parse_addresses(text) if isinstance(text, str) else None for text in written]
        known = [item for item in parsed if item is not None]
        return union_of(known) if len(known) == len(parsed) else None
    plugin, mode = text_in(profile, "networkPlugin"), text_in(profile, "networkPluginMode")
    if plugin == "kubenet" or mode == "overlay":
        return _of("10.244.0.0/16")
    if plugin != "azure":
        return None
    pools = [properties(item) for item in items(inner(properties(resource.body), "agentPoolProfiles"))]
    pools += [properties(item.body) for item in estate.below(resource.id, POOL_TYPE)]
    return _subnets(estate, [id_in(first(inner(pool, "podSubnetID"), inner(pool, "vnetSubnetID"))) for pool in pools])


def _subnets(estate: Estate, ids: Sequence[str | Unknown | None]) -> Addresses | None:
    found = []
    for id_ in ids:
        subnet = estate.find(id_) if isinstance(id_, str) else None
        body = properties(subnet.body) if subnet is not None else {}
        listed = [*items(inner(body, "addressPrefixes")), *items([inner(body, "addressPrefix")])]
        prefixes = [text for text in listed if text is not None]
        parsed = [parse_addresses(text) if isinstance(text, str) else None for text in prefixes]
        if not parsed or None in parsed:
            return None
        found += [item for item in parsed if item is not None]
    return union_of(found) if found else None
