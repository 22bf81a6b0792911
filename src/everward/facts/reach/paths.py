"""From one place to another: what leaves, which way it takes, and what is let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.facts.reach.admin import AdminGate, AdminRule, admin_rules
from everward.facts.reach.balancers import passed_services
from everward.facts.reach.doorports import door_services
from everward.facts.reach.endpoints import Endpoint, Endpoints
from everward.facts.reach.filters import Class, Filter, Gate, Passage
from everward.facts.reach.firewall_rules import RuleBook, services_of
from everward.facts.reach.firewalls import Firewall, Firewalls
from everward.facts.reach.gatewayparts import opened_ports
from everward.facts.reach.hostnames import HostNames
from everward.facts.reach.names import SubnetNames
from everward.facts.reach.routes import Choice, Hop, choices, effective_routes
from everward.facts.reach.rules import GROUP_TYPE, INBOUND, OUTBOUND, Extent, Names, Rule, rules_of
from everward.facts.reach.services import Service, Space
from everward.facts.reach.topology import Network, Subnet, Topology
from everward.facts.shape import flag, id_in, ids_in, inner, items, properties
from everward.values import Truth, Unknown, combine


class Part(NamedTuple):
    """Packets between classes of addresses, and what passes of them."""

    source: Class
    destination: Class
    passage: Passage


class Networks:
    """Everything that decides about packets in an estate."""

    def __init__(self, estate: Estate, services: Iterable[Service] = ()) -> None:
        self.estate = estate
        self.topology = Topology(estate)
        self.endpoints = Endpoints(self.topology)
        self.ways_in: tuple[Any, ...] | None = None
        """The ways in from the Internet, once somebody asked for them; see `exposures`."""
        self.kept: dict[tuple[Any, ...], Any] = {}
        """What was worked out for pairs of places, by what it hangs on; see `crossing`."""
        self._asked = tuple(services)
        self._rules: dict[str, list[Rule]] = {}
        self._names: dict[str, SubnetNames] = {}
        self._extents: dict[Extent, Extent] = {}
        self._filters: dict[tuple[str, str, Extent], Filter] = {}
        self._routes: dict[str, list[Choice]] = {}
        self._admin_rules: dict[str, list[AdminRule]] = {}
        self._books: dict[tuple[str, tuple[str, ...] | None], RuleBook] = {}
        self._admin_gates: dict[tuple[str, str, Extent], AdminGate] = {}

    @cached_property
    def space(self) -> Space:
        """The services that the rules of the estate tell apart, and those that were asked for."""
        services = [service for group in self.groups for rule in self.rules(group) for service in rule.possible]
        admin = [service for network in self.topology.networks.values() for service in self._admin_services(network)]
        gates = [*opened_ports(self.estate), *door_services(self.estate)]
        walls = [service for firewall in self.firewalls.all for service in services_of(firewall)]
        return Space([*services, *admin, *walls, *gates, *passed_services(self.estate), *self._asked])

    @cached_property
    def host_names(self) -> HostNames:
        """Which resource a host name belongs to."""
        return HostNames(self.estate)

    @cached_property
    def firewalls(self) -> Firewalls:
        """Every Azure Firewall."""
        return Firewalls(self.estate, self.endpoints)

    def rule_book(self, firewall: Firewall, asked: tuple[str, ...] | None = None) -> RuleBook:
        """The rules of a firewall, as they work where somebody asks for certain names; None: names are not known."""
        key = (firewall.resource.key, asked)
        found = self._books.get(key)
        if found is None:
            found = self._books[key] = RuleBook(firewall, self.names(firewall.subnet), self.space, asked)
        return found

    def _admin_services(self, network: Network) -> Iterator[Service]:
        for item in self.admin_rules(network):
            yield from item.rule.possible

    def admin_rules(self, network: Network) -> list[AdminRule]:
        """The security admin rules that are, or may be, in force at a network."""
        found = self._admin_rules.get(network.key)
        if found is None:
            found = self._admin_rules[network.key] = list(admin_rules(self.estate, network))
        return found

    def admin(self, direction: str, subnet: Subnet | None) -> AdminGate | None:
        """What is met before the groups at a subnet; None where nothing is."""
        rules = [] if subnet is None else self.admin_rules(subnet.network)
        own = [item for item in rules if item.rule.direction in (direction, None)]
        if subnet is None or not own:
            return None
        names = self.names(subnet, direction)
        key = (subnet.network.key, direction, names.network)
        found = self._admin_gates.get(key)
        if found is None:
            found = self._admin_gates[key] = AdminGate(own, names, self.space)
        return found

    @property
    def groups(self) -> list[Resource]:
        """Every network security group."""
        return list(self.estate.of_type(GROUP_TYPE))

    def rules(self, group: Resource) -> list[Rule]:
        """The rules of a group."""
        found = self._rules.get(group.key)
        if found is None:
            found = self._rules[group.key] = rules_of(group, self.estate)
        return found

    def names(self, subnet: Subnet | None, direction: str = OUTBOUND) -> SubnetNames:
        """What names mean at a subnet, for what goes out or comes in there."""
        key = subnet.key if subnet is not None else ""
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = SubnetNames(self.topology, subnet, self.endpoints.places)
            # One object for equal extents: they are compared often.
            for item in (found, found.inbound):
                item.network = self._extents.setdefault(item.network, item.network)
        return found.inbound if direction == INBOUND else found

    def filter(self, group_id: str, direction: str, subnet: Subnet | None, names: Names | None = None) -> Filter | None:
        """The rules of a group at a subnet; None when nobody read the group. `names` may say what its names mean."""
        group = self.estate.find(group_id)
        if group is None:
            return None
        if names is not None:
            return Filter(self._of(group, direction), names, self.space)
        # Subnets where every name means the same share their filters, and what was worked out for one.
        meant = self.names(subnet, direction)
        key = (group.key, direction, meant.network)
        found = self._filters.get(key)
        if found is None:
            found = self._filters[key] = Filter(self._of(group, direction), meant, self.space)
        return found

    def _of(self, group: Resource, direction: str) -> list[Rule]:
        return [rule for rule in self.rules(group) if rule.direction in (direction, None)]

    def gate(self, endpoint: Endpoint, direction: str) -> OpenGate:
        """What decides about packets into an endpoint (subnet, then interface) or out of it (the other way round)."""
        subnet = endpoint.subnet
        groups = [] if subnet is None else [subnet.group]
        acts = endpoint.filtered if direction == INBOUND else True
        groups = [] if acts is False else [acts if isinstance(acts, Unknown) and group else group for group in groups]
        groups = [*groups, endpoint.group] if direction == INBOUND else [endpoint.group, *groups]
        return self._gate(groups, direction, subnet)

    def _gate(self, groups: list[str | Unknown | None], direction: str, subnet: Subnet | None) -> OpenGate:
        filters: list[Filter] = []
        holes: list[Unknown] = []
        for group in groups:
            if isinstance(group, Unknown):
                holes.append(group)
            elif group is not None:
                made = self.filter(group, direction, subnet)
                if made is None:
                    holes.append(Unknown(reason="the network security group is in no source", decided_by=(group,)))
                else:
                    filters.append(made)
        return OpenGate(Gate(filters, self.space, self.admin(direction, subnet)), tuple(holes))

    def inbound(self, endpoint: Endpoint) -> OpenGate:
        """What decides about packets into an endpoint."""
        return self.gate(endpoint, INBOUND)

    def outbound(self, endpoint: Endpoint) -> OpenGate:
        """What decides about packets out of an endpoint."""
        return self.gate(endpoint, OUTBOUND)

    def routes(self, subnet: Subnet) -> list[Choice]:
        """The whole address space by the route that packets from a subnet take."""
        found = self._routes.get(subnet.key)
        if found is None:
            everywhere = Addresses().complement()
            found = self._routes[subnet.key] = list(choices(effective_routes(self.topology, subnet), everywhere))
        return found

    def hops(self, subnet: Subnet, addresses: Addresses) -> list[tuple[Addresses, tuple[Hop | Unknown, ...]]]:
        """Addresses by where their route leads; several hops where it is not certain which."""
        found = []
        for choice in self.routes(subnet):
            common = choice.addresses.intersection(addresses)
            if common:
                found.append((common, tuple(dict.fromkeys(route.hop for route in choice.routes))))
        return found

    def leads(self, subnet: Subnet, addresses: Addresses) -> frozenset[Hop | Unknown]:
        """Where routes lead packets to some addresses. Of a few, without working out the routes of all others."""
        key = ("leads", subnet.key, addresses)
        found = self.kept.get(key)
        if found is None:
            if subnet.key in self._routes or len(addresses.v4) + len(addresses.v6) > _FEW:
                found = frozenset(hop for _, hops in self.hops(subnet, addresses) for hop in hops)
            else:
                chosen = choices(effective_routes(self.topology, subnet), addresses)
                found = frozenset(route.hop for choice in chosen for route in choice.routes)
            self.kept[key] = found
        known: frozenset[Hop | Unknown] = found
        return known

    def answers_internet(self, subnet: Subnet) -> Truth:
        """Whether answers to the Internet leave a subnet the way that requests came in.

        Where routes send them through an appliance or a gateway, they come from another place than was asked, so
        connections that come straight in never stand.
        """
        public = self.names(subnet).tag("Internet")
        hops = self.leads(subnet, _PUBLIC) if public is not None else frozenset()
        if hops <= {Hop.INTERNET, Hop.ENDPOINT}:
            return True
        holes = [hop for hop in hops if isinstance(hop, Unknown)]
        if holes:
            return combine(holes)
        return False if Hop.INTERNET not in hops else Unknown(reason="routes treat parts of the Internet differently")

    def way_out(self, endpoint: Endpoint) -> Truth:
        """Whether an endpoint can reach the Internet as far as addresses go.

        It needs a public address of its own, a NAT gateway, a load balancer with outbound rules, or what subnets give
        by default.
        """
        subnet = endpoint.subnet
        if endpoint.public or subnet is None:
            return True
        if subnet.nat_gateway is not None:
            return subnet.nat_gateway if isinstance(subnet.nat_gateway, Unknown) else True
        if endpoint.resource.key in self._balanced:
            return True
        # The service says of an interface whether it has what subnets give by default.
        own = inner(properties(endpoint.resource.body), "defaultOutboundConnectivityEnabled")
        return own if isinstance(own, bool | Unknown) else subnet.default_outbound

    def pools_of(self, endpoint: Endpoint) -> set[str]:
        """The backend pools that an endpoint is in, in lower case."""
        return _memberships(endpoint.resource)

    def nat_of(self, endpoint: Endpoint) -> set[str]:
        """The inbound NAT rules and pools of load balancers that lead to an endpoint, in lower case."""
        return _memberships(endpoint.resource, "loadBalancerInboundNatRules", "loadBalancerInboundNatPools")

    @cached_property
    def by_gateway_pool(self) -> dict[str, list[Endpoint]]:
        """Endpoints by the lower-case ids of the pools of application gateways that they are in."""
        found: dict[str, list[Endpoint]] = {}
        for endpoint in self.endpoints.all:
            for pool in _memberships(endpoint.resource, "applicationGatewayBackendAddressPools"):
                found.setdefault(pool, []).append(endpoint)
        return found

    @cached_property
    def _balanced(self) -> set[str]:
        """Resources behind load balancers that let them out: by outbound rules, or by rules that do not forbid it."""
        found = set()
        for balancer in self.estate.of_type("Microsoft.Network/loadBalancers"):
            body = properties(balancer.body)
            pools = {id_ for rule in items(inner(body, "outboundRules")) for id_ in _pools(properties(rule))}
            for rule in items(inner(body, "loadBalancingRules")):
                if flag(properties(rule), "disableOutboundSnat", default=False) is not True:
                    pools |= _pools(properties(rule))
            for endpoint in self.endpoints.all:
                if pools & _memberships(endpoint.resource):
                    found.add(endpoint.resource.key)
        return found


_FEW: Final = 64
"""So many intervals are looked up in the routes of a subnet before these are worked out for all addresses."""
_PUBLIC: Final = union_of(
    found for text in ("1.0.0.0/8", "8.0.0.0/8", "80.0.0.0/8") if (found := parse_addresses(text)) is not None
)
"""Parts of the Internet that stand for all of it."""


def _pools(body: Any) -> set[str]:
    found = [id_in(inner(body, "backendAddressPool")), *ids_in(inner(body, "backendAddressPools"))]
    return {id_.lower() for id_ in found if isinstance(id_, str)}


def _memberships(resource: Resource, *fields: str) -> set[str]:
    """The backend pools that interfaces of a resource are in, or what other fields name, in lower case."""
    body = properties(resource.body)
    configurations = list(items(inner(body, "ipConfigurations")))
    profile = inner(body, "virtualMachineProfile", "networkProfile", "networkInterfaceConfigurations")
    for interface in items(profile):
        configurations += items(inner(properties(interface), "ipConfigurations"))
    found: set[str] = set()
    for item in configurations:
        for name in fields or ("loadBalancerBackendAddressPools",):
            found |= {id_.lower() for id_ in ids_in(inner(properties(item), name)) if isinstance(id_, str)}
    return found


class OpenGate(NamedTuple):
    """A gate of which some filters may not be known: those let perhaps everything through, perhaps nothing."""

    gate: Gate
    holes: tuple[Unknown, ...] = ()

    def parts(self, sources: Addresses, destinations: Addresses) -> list[Part]:
        """What passes between addresses, by classes."""
        return [
            Part(one, two, Passage(0, passage.most) if self.holes else passage)
            for one, two, passage in self.gate.passages(sources, destinations)
        ]

    def passage(self, sources: Addresses, destinations: Addresses) -> tuple[int, int]:
        """What certainly passes between some of the addresses, and what perhaps does."""
        least = most = 0
        for part in self.parts(sources, destinations):
            least |= part.passage.least
            most |= part.passage.most
        return least, most
