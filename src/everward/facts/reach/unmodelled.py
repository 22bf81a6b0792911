"""Entry points of kinds that are not looked at: said, so that nobody takes silence for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource, Unresolved
from everward.facts.reach.frontdoor import other_networks
from everward.facts.reach.paths import Networks
from everward.facts.shape import flag, id_in, inner, properties, text_in
from everward.values import Unknown

NOT_LOOKED_AT: Final = "ways in through it are not looked at"
"""What the reason begins with."""

_ALWAYS: Final = {
    "Microsoft.Network/virtualHubs": "a hub of Virtual WAN, with what is connected to it",
    "Microsoft.Network/vpnGateways": "a VPN gateway of Virtual WAN",
    "Microsoft.Network/p2sVpnGateways": "a VPN gateway of Virtual WAN for clients",
    "Microsoft.Network/networkVirtualAppliances": "an appliance in a hub of Virtual WAN",
    "Microsoft.Network/trafficManagerProfiles": "names that lead to endpoints by DNS",
    "Microsoft.ServiceNetworking/trafficControllers": "Application Gateway for Containers",
    "Microsoft.Web/staticSites": "a static web site",
    "Microsoft.Logic/workflows": "a workflow that requests may trigger",
    "Microsoft.HDInsight/clusters": "the gateway of a cluster",
    "Microsoft.Databricks/workspaces": "a workspace",
    "Microsoft.Kusto/clusters": "a cluster for queries",
    "Microsoft.MachineLearningServices/workspaces": "a workspace",
    "Microsoft.Compute/cloudServices": "a cloud service",
    "Microsoft.DBforMariaDB/servers": "a database server",
    "Microsoft.Cache/redisEnterprise": "a cache",
    "Microsoft.NotificationHubs/namespaces": "a namespace for notifications",
    "Microsoft.Relay/namespaces": "a namespace for relays",
}
"""Types whose resources have, or may have, a public endpoint that is not looked at, and what they are."""


def unmodelled(world: Networks) -> Iterator[Resource | Unresolved]:
    """Every entry point of a kind that is not looked at."""
    for type_, what in _ALWAYS.items():
        for resource in world.estate.of_type(type_):
            yield _said(resource, what)
    for profile in other_networks(world.estate):
        yield _said(profile, "a content delivery network")
    yield from _containers(world)
    yield from _others(world)


def _said(resource: Resource, what: str) -> Unresolved:
    kind = resource.type.rpartition("/")[2]
    return Unresolved(
        subject=f"{kind} `{resource.name}`",
        reason=f"{NOT_LOOKED_AT}: {what}",
        origin=resource.origin,
        help="its own settings say who may reach it; exposures do not tell",
    )


def _containers(world: Networks) -> Iterator[Unresolved]:
    for resource in world.estate.of_type("Microsoft.App/containerApps"):
        external: Any = flag(properties(resource.body), "configuration", "ingress", "external", default=False)
        if external is not False:
            yield _said(resource, "an ingress of Container Apps")
    for resource in world.estate.of_type("Microsoft.ContainerInstance/containerGroups"):
        word = text_in(properties(resource.body), "ipAddress", "type")
        if isinstance(word, Unknown) or (word or "").lower() == "public":
            yield _said(resource, "containers with a public address")


def _others(world: Networks) -> Iterator[Unresolved]:
    for resource in world.estate.of_type("Microsoft.Sql/managedInstances"):
        if flag(properties(resource.body), "publicDataEndpointEnabled", default=False) is not False:
            yield _said(resource, "a managed instance with a public endpoint")
    for resource in world.estate.of_type("Microsoft.Network/azureFirewalls"):
        hub = id_in(inner(properties(resource.body), "virtualHub"))
        if hub is not None:
            yield _said(resource, "a firewall in a hub of Virtual WAN")
