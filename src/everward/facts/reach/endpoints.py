"""Where packets start and end inside networks: interfaces, node pools, injected services, private endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.names import Places
from everward.facts.reach.rules import Extent
from everward.facts.reach.topology import Subnet, Topology
from everward.facts.shape import flag, id_in, ids_in, inner, items, properties, text_in
from everward.values import Truth, Unknown

PUBLIC_IP_TYPE: Final = "Microsoft.Network/publicIPAddresses"


@dataclass(eq=False)
class Endpoint:
    """One place in a subnet that sends or receives packets."""

    kind: str
    """`interface`, `scale set`, `nodes`, `private endpoint`, `load balancer`, `gateway`, `firewall`, `bastion`, …"""
    resource: Resource
    name: str
    """The part of the resource, such as an IP configuration; empty for the whole."""
    subnet: Subnet | None
    subnet_id: str | Unknown | None
    addresses: Addresses
    single: bool
    """Whether these are its own addresses; otherwise it has some of its subnet's."""
    group: str | Unknown | None = None
    """The id of the network security group of the interface."""
    asgs: tuple[str | Unknown, ...] = ()
    public: tuple[str | Unknown, ...] = ()
    """Ids of its public addresses."""
    receives: bool = True
    """Whether connections come in; services that only call out of a subnet take none."""
    filtered: Truth = True
    """Whether the subnet's group acts on what comes in."""
    routed: Truth = True
    """Whether the subnet's routes act on it."""
    forwards: Truth = False
    """Whether it lets packets through that are not meant for it."""
    zones: tuple[str, ...] | Unknown | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the resource, with the part of it that this is."""
        return f"{self.resource.id}#{self.name}" if self.name else self.resource.id


class Endpoints:
    """The endpoints of an estate, and what rules can refer to."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.places = Places()
        self.all: list[Endpoint] = []
        self.public: dict[str, Addresses] = {}
        """Addresses of public IP resources by lower-case id; stand-ins where they are not known."""
        for resource in topology.estate.of_type(PUBLIC_IP_TYPE):
            self._public(resource)
        for type_, reader in _READERS.items():
            for resource in topology.estate.of_type(type_):
                self.all.extend(reader(topology, resource))
        for endpoint in self.all:
            self._note(endpoint)
        for subnet in topology.subnets.values():
            self.places.of[subnet.key] = Extent(subnet.addresses, subnet.addresses)
        for network in topology.networks.values():
            self.places.of[network.key] = Extent(network.addresses, network.addresses)

    def _public(self, resource: Resource) -> None:
        written = text_in(properties(resource.body), "ipAddress")
        found = parse_addresses(written) if isinstance(written, str) else None
        addresses = found if found is not None else self.topology.stand_in()
        self.public[resource.key] = addresses
        self.places.of[resource.key] = Extent(addresses, addresses)
        if resource.origin.address is not None:
            self.places.declared[resource.origin.address] = resource.key

    def _note(self, endpoint: Endpoint) -> None:
        extent = Extent(endpoint.addresses, endpoint.addresses)
        if not endpoint.single:
            extent = Extent(Addresses(), endpoint.addresses)
        for group in endpoint.asgs:
            if isinstance(group, str):
                self.places.groups.setdefault(group.lower(), []).append(extent)
        key = endpoint.resource.key
        before = self.places.of.get(key)
        self.places.of[key] = extent if before is None else _both(before, extent)
        if endpoint.resource.origin.address is not None:
            self.places.declared.setdefault(endpoint.resource.origin.address, key)

    @cached_property
    def by_public(self) -> Mapping[str, Endpoint]:
        """The first endpoint that has a public address, by the lower-case id of that."""
        found: dict[str, Endpoint] = {}
        for endpoint in self.all:
            for id_ in endpoint.public:
                if isinstance(id_, str):
                    found.setdefault(id_.lower(), endpoint)
        return found

    @cached_property
    def by_subnet(self) -> Mapping[str, list[Endpoint]]:
        """The endpoints of each subnet by its key."""
        found: dict[str, list[Endpoint]] = {}
        for endpoint in self.all:
            if endpoint.subnet is not None:
                found.setdefault(endpoint.subnet.key, []).append(endpoint)
        return found

    def at(self, address: int, version: int = 4) -> list[Endpoint]:
        """The endpoints that have an address for certain."""
        alone, others = self._singles
        found = [*alone.get((address, version), ()), *(item for item in others if item.addresses.has(address, version))]
        # The order is that of all endpoints, whatever they are found by.
        return sorted(found, key=self._places.__getitem__) if len(found) > 1 else found

    @cached_property
    def _singles(self) -> tuple[Mapping[tuple[int, int], list[Endpoint]], list[Endpoint]]:
        """Endpoints of one address by it, and those of several."""
        alone: dict[tuple[int, int], list[Endpoint]] = {}
        others: list[Endpoint] = []
        for item in self.all:
            first = item.addresses.first() if item.single else None
            if first is not None and item.addresses.size() + item.addresses.size(6) == 1:
                alone.setdefault(first, []).append(item)
            elif item.single:
                others.append(item)
        return alone, others

    @cached_property
    def _places(self) -> Mapping[Endpoint, int]:
        return {item: index for index, item in enumerate(self.all)}

    def of(self, id: str) -> list[Endpoint]:
        """The endpoints of a resource, or the part of one that an id names."""
        return list(self._by_id.get(id.lower(), ()))

    @cached_property
    def _by_id(self) -> Mapping[str, list[Endpoint]]:
        found: dict[str, list[Endpoint]] = {}
        for endpoint in self.all:
            for key in dict.fromkeys((endpoint.resource.key, endpoint.id.lower())):
                found.setdefault(key, []).append(endpoint)
        return found


def _both(one: Extent, two: Extent) -> Extent:
    return Extent(one.sure.union(two.sure), one.most.union(two.most))


def _placed(
    topology: Topology, subnet_id: str | Unknown | None, address: str | Unknown | None
) -> tuple[Subnet | None, Addresses, bool]:
    """The subnet, the addresses, and whether these are its own."""
    subnet = topology.subnet(subnet_id)
    own = parse_addresses(address) if isinstance(address, str) else None
    if own is not None:
        return subnet, own, True
    if subnet is not None:
        return subnet, subnet.addresses, False
    return None, topology.stand_in(), True


def _configuration(topology: Topology, resource: Resource, item: Any, kind: str, **more: Any) -> Endpoint | None:
    if not isinstance(item, Mapping):
        return None
    body = properties(item)
    subnet_id = id_in(inner(body, "subnet"))
    if subnet_id is None:
        return None
    subnet, addresses, single = _placed(topology, subnet_id, text_in(body, "privateIPAddress"))
    name = text_in(item, "name")
    public = id_in(inner(body, "publicIPAddress"))
    return Endpoint(
        kind,
        resource,
        name if isinstance(name, str) else "",
        subnet,
        subnet_id,
        addresses,
        single,
        asgs=tuple(ids_in(inner(body, "applicationSecurityGroups"))),
        public=() if public is None else (public,),
        **more,
    )


def _interface(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
    body = properties(resource.body)
    group = id_in(inner(body, "networkSecurityGroup"))
    forwards = flag(body, "enableIPForwarding", default=False)
    for item in items(inner(body, "ipConfigurations")):
        made = _configuration(topology, resource, item, "interface", group=group, forwards=forwards)
        if made is not None:
            yield made


def _scale_set(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
    profile = inner(properties(resource.body), "virtualMachineProfile", "networkProfile")
    for nic in items(inner(profile, "networkInterfaceConfigurations")):
        body = properties(nic)
        group = id_in(inner(body, "networkSecurityGroup"))
        forwards = flag(body, "enableIPForwarding", default=False)
        for item in items(inner(body, "ipConfigurations")):
            made = _configuration(topology, resource, item, "scale set", group=group, forwards=forwards)
            if made is not None:
                own = inner(properties(item), "publicIPAddressConfiguration")
                made.extra = {"publicAddresses": own is not None}
                yield made


def _private_endpoint(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
    body = properties(resource.body)
    subnet_id = id_in(inner(body, "subnet"))
    listed = [item for item in items(inner(body, "ipConfigurations")) if isinstance(item, Mapping)]
    address = text_in(properties(listed[0]), "privateIPAddress") if listed else None
    subnet, addresses, single = _placed(topology, subnet_id, address)
    filtered, routed = subnet.private_endpoint_policies if subnet is not None else (False, False)
    yield Endpoint(
        "private endpoint",
        resource,
        "",
        subnet,
        subnet_id,
        addresses,
        single,
        asgs=tuple(ids_in(inner(body, "applicationSecurityGroups"))),
        filtered=filtered,
        routed=routed,
    )


def _frontends(kind: str, field_name: str = "frontendIPConfigurations") -> Callable[..., Iterator[Endpoint]]:
    def read(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
        for item in items(inner(properties(resource.body), field_name)):
            made = _configuration(topology, resource, item, kind)
            if made is not None:
                yield made

    return read


def _in_subnet(kind: str, *path: str, receives: bool = True) -> Callable[..., Iterator[Endpoint]]:
    """Services that are put into a subnet, which their body names."""

    def read(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
        subnet_id = id_in(inner(properties(resource.body), *path))
        if subnet_id is not None:
            subnet, addresses, single = _placed(topology, subnet_id, None)
            yield Endpoint(kind, resource, "", subnet, subnet_id, addresses, single, receives=receives)

    return read


def _container_group(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
    body = properties(resource.body)
    address = text_in(inner(body, "ipAddress"), "ip")
    for subnet_id in ids_in(inner(body, "subnetIds")):
        subnet, addresses, single = _placed(topology, subnet_id, address)
        yield Endpoint("containers", resource, "", subnet, subnet_id, addresses, single)


def _cluster(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
    for item in items(inner(properties(resource.body), "agentPoolProfiles")):
        name = text_in(item, "name")
        yield from _pool(topology, resource, item, name if isinstance(name, str) else "")


def _agent_pool(topology: Topology, resource: Resource) -> Iterator[Endpoint]:
    yield from _pool(topology, resource, properties(resource.body), "")


def _pool(topology: Topology, resource: Resource, body: Any, name: str) -> Iterator[Endpoint]:
    subnet_id = id_in(inner(body, "vnetSubnetID"))
    if subnet_id is not None:
        subnet, addresses, single = _placed(topology, subnet_id, None)
        yield Endpoint("nodes", resource, name, subnet, subnet_id, addresses, single)


_READERS: Final[dict[str, Callable[..., Iterator[Endpoint]]]] = {
    "Microsoft.Network/networkInterfaces": _interface,
    "Microsoft.Compute/virtualMachineScaleSets": _scale_set,
    "Microsoft.Network/privateEndpoints": _private_endpoint,
    "Microsoft.Network/loadBalancers": _frontends("load balancer"),
    "Microsoft.Network/applicationGateways": _frontends("gateway", "gatewayIPConfigurations"),
    "Microsoft.Network/azureFirewalls": _frontends("firewall", "ipConfigurations"),
    "Microsoft.Network/bastionHosts": _frontends("bastion", "ipConfigurations"),
    "Microsoft.ContainerService/managedClusters": _cluster,
    "Microsoft.ContainerService/managedClusters/agentPools": _agent_pool,
    "Microsoft.ContainerInstance/containerGroups": _container_group,
    "Microsoft.DBforPostgreSQL/flexibleServers": _in_subnet("database", "network", "delegatedSubnetResourceId"),
    "Microsoft.DBforMySQL/flexibleServers": _in_subnet("database", "network", "delegatedSubnetResourceId"),
    "Microsoft.Sql/managedInstances": _in_subnet("database", "subnetId"),
    "Microsoft.Cache/redis": _in_subnet("cache", "subnetId"),
    "Microsoft.App/managedEnvironments": _in_subnet("containers", "vnetConfiguration", "infrastructureSubnetId"),
    "Microsoft.ApiManagement/service": _in_subnet("gateway", "virtualNetworkConfiguration", "subnetResourceId"),
    "Microsoft.Web/hostingEnvironments": _in_subnet("apps", "virtualNetwork", "id"),
    "Microsoft.Web/sites": _in_subnet("apps", "virtualNetworkSubnetId", receives=False),
}
