"""What a Service of type LoadBalancer makes in Azure: a frontend with rules, and rules of a network security group.

The behaviour is that of cloud-provider-azure (kubernetes-sigs, commit 7b31c76 of 2026-08-19; `pkg/consts`,
`pkg/provider/loadbalancer/accesscontrol.go`, `pkg/provider/securitygroup`), which AKS runs.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any, Final, TypeAlias

from everward.estate import Resource
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.facts.frontends import PREFIX, annotation, frontend, is_on
from everward.sources.manifests.facts.others import Others
from everward.sources.manifests.kinds import NAMESPACE
from everward.sources.manifests.objects import Manifest, derived_resource
from everward.sources.manifests.placed import map_of
from everward.values import Truth, Unknown, all_of, combine, placeholder

FRONTEND: Final = f"{NAMESPACE}/LoadBalancerFrontend"
RULE: Final = f"{NAMESPACE}/SecurityRule"
BEHAVIOUR: Final = "cloud-provider-azure 7b31c76, 2026-08-19"
LOWEST_PRIORITY: Final = 500
HIGHEST_PRIORITY: Final = 4096
_PROTOCOLS: Final = {"TCP": "Tcp", "UDP": "Udp", "SCTP": "*"}

Network: TypeAlias = "IPv4Network | IPv6Network"


def facts(cluster: Cluster, manifest: Manifest, resource: Resource, others: Others) -> Iterator[Resource]:
    """The frontend of a service and the security rules that open it."""
    spec = map_of(manifest.value.get("spec"))
    kind = spec.get("type")
    if manifest.value.get("kind") != "Service" or not (kind == "LoadBalancer" or isinstance(kind, Unknown)):
        return
    if spec.get("loadBalancerClass") is not None:
        # Another controller makes the load balancer.
        return
    condition: Truth = kind if isinstance(kind, Unknown) else True
    if manifest.condition is not True:
        condition = all_of([manifest.condition, condition])
    properties = frontend(cluster, manifest, others)
    rules = list(_rules(manifest, properties))
    properties |= {"service": resource.id, "cluster": cluster.id, "behaviour": BEHAVIOUR,
                   "allowedSources": _sources_of(rules)}  # fmt: skip
    own = f"{resource.id}/providers/{FRONTEND}/{resource.name}"
    yield derived_resource(own, FRONTEND, properties, resource.origin, condition)
    for name, rule in rules:
        given = {**rule, "service": resource.id, "cluster": cluster.id, "behaviour": BEHAVIOUR,
                 "networkSecurityGroup": _group(cluster, properties)}  # fmt: skip
        yield derived_resource(f"{resource.id}/providers/{RULE}/{name}", RULE, given, resource.origin, condition)


def _sources_of(rules: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    found: list[Any] = []
    for _, rule in rules:
        if rule["access"] == "Allow":
            prefixes = rule.get("sourceAddressPrefixes") or [rule.get("sourceAddressPrefix")]
            found += [item for item in prefixes if item not in found]
    return found


def _group(cluster: Cluster, properties: Mapping[str, Any]) -> Unknown:
    """The security group that AKS manages: its name has a part that AKS makes up."""
    group = properties["loadBalancer"]["resourceGroup"]
    shown = group if isinstance(group, str) else "{node resource group}"
    return Unknown(
        reason="AKS makes up a part of the name", decided_by=(cluster.id,), present=True, filled=True,
        text=f"{shown}/aks-agentpool-{{made up}}-nsg",
    )  # fmt: skip


# Security rules


def _rules(manifest: Manifest, properties: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rules, by name, in the order in which they are added."""
    annotations = map_of(manifest.value.get("metadata")).get("annotations")
    off = is_on(annotation(annotations, f"{PREFIX}azure-disable-load-balancer-nsg-rule"))
    if off is True:
        return
    access = _Access(manifest.value, annotations)
    if access.conflict:
        # The controller refuses both together and leaves the group as it is.
        return
    ports = _ports(properties)
    for protocol in ("Tcp", "Udp", "*"):
        if protocol not in ports:
            continue
        for tag in access.tags:
            yield _rule(protocol, [tag], ports[protocol], properties)
        for ranges in access.ranges_by_family():
            yield _rule(protocol, ranges, ports[protocol], properties)
    if access.denies_others:
        yield "k8s-azure-lb_deny-all_IPv4", {
            "protocol": "*", "access": "Deny", "direction": "Inbound", "priority": HIGHEST_PRIORITY - 1,
            "sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationPortRange": "*",
            "destinationAddressPrefix": properties["address"],
        }  # fmt: skip


def _ports(properties: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The ports that are opened, by protocol: those of the frontend, or of the nodes where floating IP is off."""
    found: dict[str, list[Any]] = defaultdict(list)
    for rule in properties["rules"]:
        port = rule["frontendPort"] if rule["enableFloatingIP"] is True else rule["backendPort"]
        found[_PROTOCOLS.get(rule["serviceProtocol"], "*")].append(port)
    return found


def _rule(
    protocol: str, sources: list[Any], ports: list[Any], properties: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    texts = sorted(str(item) for item in sources)
    rule: dict[str, Any] = {
        "protocol": protocol,
        "access": "Allow",
        "direction": "Inbound",
        "priority": Unknown(
            reason=f"the first free priority from {LOWEST_PRIORITY} on is taken", present=True, filled=True
        ),
        "sourcePortRange": "*",
        "destinationAddressPrefix": properties["address"],
        "destinationPortRanges": [str(port) if isinstance(port, int) else port for port in ports],
    }
    if len(sources) == 1:
        rule["sourceAddressPrefix"] = sources[0]
    else:
        rule["sourceAddressPrefixes"] = texts if all(isinstance(item, str) for item in sources) else sources
    return _rule_name(protocol, sources, ports), rule


def _rule_name(protocol: str, sources: list[Any], ports: list[Any]) -> str:
    if any(isinstance(item, Unknown) for item in (*sources, *ports)):
        return f"k8s-azure-lb_allow_IPv4_{placeholder('digest')}"
    family = "IPv6" if any(":" in str(item) for item in sources) else "IPv4"
    text = "_".join((protocol, ",".join(sorted(map(str, sources))), ",".join(sorted(map(str, ports)))))
    return f"k8s-azure-lb_allow_{family}_{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"


class _Access:
    """Who may reach a service, as the controller reads it."""

    def __init__(self, service: Mapping[str, Any], annotations: Any) -> None:
        spec = map_of(service.get("spec"))
        self.open: list[Unknown] = []
        self.invalid = False
        self.ranges: list[Network] = []
        self.internal = is_on(annotation(annotations, f"{PREFIX}azure-load-balancer-internal"))
        self.tags: list[Any] = self._texts(annotation(annotations, f"{PREFIX}azure-allowed-service-tags"))
        given = spec.get("loadBalancerSourceRanges")
        own = self._networks(given if isinstance(given, list) else self._texts(given))
        named = [
            item
            for name in ("azure-allowed-ip-ranges", "load-balancer-source-ranges")
            for item in self._networks(self._texts(annotation(annotations, f"{PREFIX}{name}")))
        ]
        self.conflict = bool(own) and bool(named)
        self.ranges = [*own, *named]
        strict = is_on(annotation(annotations, f"{PREFIX}azure-deny-all-except-load-balancer-source-ranges"))
        self.denies_others = (strict is True and bool(self.ranges)) or self.invalid
        self._open_to_all()

    def _texts(self, value: Any) -> list[Any]:
        if isinstance(value, Unknown):
            self.open.append(value)
            return []
        return [part.strip() for part in value.strip().split(",")] if isinstance(value, str) else []

    def _networks(self, texts: list[Any]) -> list[Network]:
        found: list[Network] = []
        for text in texts:
            if isinstance(text, Unknown):
                self.open.append(text)
                continue
            try:
                found.append(ip_network(str(text).strip()))
            except ValueError:
                self.invalid = True
        return found

    def _open_to_all(self) -> None:
        """Add what stands for everybody, where nothing narrower is said."""
        everybody = any(item.prefixlen == 0 for item in self.ranges)
        if isinstance(self.internal, Unknown):
            self.open.append(self.internal)
        if self.open:
            # What is not known may be what narrows it, or may open it to all.
            self.tags = [*self.tags, combine(self.open, present=True)]
            return
        if self.tags or (self.ranges and not everybody) or self.invalid:
            return
        if not everybody and self.internal is not True:
            self.tags = ["Internet"]

    def ranges_by_family(self) -> Iterator[list[Any]]:
        """The ranges for IPv4, then those for IPv6; overlapping and neighbouring ones are one."""
        four = [item for item in self.ranges if isinstance(item, IPv4Network)]
        six = [item for item in self.ranges if isinstance(item, IPv6Network)]
        for found in (collapse_addresses(four), collapse_addresses(six)):
            texts = sorted(map(str, found))
            if texts:
                yield list(texts)
