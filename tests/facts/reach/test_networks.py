"""Networks, peerings, gateways, routes, and what names mean at a subnet."""

from typing import Any

import pytest
from tests.facts.reach.world import GROUP, HOLE, NETWORK, made, nic, nsg, pip, ref, rule, subnet, subnet_id, vnet, world

from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.gateways import PRIVATE, behind, gateway_networks, sites
from everward.facts.reach.paths import Networks
from everward.facts.reach.routes import Hop, Origin, choose, effective_routes
from everward.facts.reach.rules import Extent
from everward.facts.reach.tags import FIXED, published, tag_addresses
from everward.facts.reach.topology import STAND_INS, endpoint_policies, prefixes
from everward.values import Unknown

NETWORKS = f"{NETWORK}/virtualNetworks"


def cidr(text: str) -> Addresses:
    found = parse_addresses(text)
    assert found is not None
    return found


def subnet_of(made_world: Networks, name: str) -> Any:
    return next(item for item in made_world.topology.subnets.values() if item.name == name)


def hops(made_world: Networks, name: str, address: str) -> tuple[Any, ...]:
    place = cidr(address).first()
    assert place is not None
    return tuple(
        route.hop for route in choose(effective_routes(made_world.topology, subnet_of(made_world, name)), *place)
    )


def test_subnets_stand_in_their_network_wherever_they_are_declared() -> None:
    child = made(f"{NETWORKS}/subnets", "v/two", {"addressPrefixes": ["10.0.2.0/24", "fd00::/64"]})
    lonely = made(f"{NETWORKS}/subnets", "other/three", {"addressPrefix": "10.9.0.0/24"})
    found = world(vnet("v", "10.0.0.0/16", subnet("one", "10.0.1.0/24")), child, lonely)
    names = {item.name: item for item in found.topology.subnets.values()}
    assert set(names) == {"one", "two", "three"}
    assert names["two"].network is names["one"].network
    assert names["two"].addresses == cidr("10.0.2.0/24").union(cidr("fd00::/64"))
    assert not names["three"].network.known
    assert names["three"].network.name == "other"
    assert found.topology.subnet_of(0x0A000105) is names["one"]
    assert found.topology.subnet_of(0x08080808) is None


def test_a_subnet_that_is_declared_twice_is_one() -> None:
    child = made(f"{NETWORKS}/subnets", "v/one", {"addressPrefix": "10.0.1.0/24"})
    found = world(vnet("v", "10.0.0.0/16", subnet("one", "10.0.1.0/24")), child)
    assert len(found.topology.subnets) == 1


def test_unknown_prefixes_get_stand_ins_that_any_prefix_may_hold() -> None:
    found = world(vnet("v", HOLE, subnet("one", HOLE)), vnet("w", "10.1.0.0/16", subnet("two", "10.1.0.0/24")))
    one, two = subnet_of(found, "one"), subnet_of(found, "two")
    assert not one.known
    assert two.known
    assert STAND_INS.covers(one.addresses)
    assert one.network.addresses.covers(one.addresses)
    wide = found.topology.literal(cidr("10.0.0.0/8"))
    assert not wide.exact
    assert wide.most.covers(one.addresses)
    everything = Addresses().complement()
    assert found.topology.literal(everything) == Extent(everything, everything)
    assert world().topology.literal(cidr("10.0.0.0/8")).exact


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (None, (False, False)),
        ("Disabled", (False, False)),
        ("Enabled", (True, True)),
        ("NetworkSecurityGroupEnabled", (True, False)),
        ("RouteTableEnabled", (False, True)),
        (HOLE, (HOLE, HOLE)),
    ],
)
def test_what_acts_on_private_endpoints(said: Any, found: tuple[Any, Any]) -> None:
    assert endpoint_policies({"privateEndpointNetworkPolicies": said}) == found


def test_what_a_subnet_says_of_itself() -> None:
    body: dict[str, Any] = {
        "serviceEndpoints": [{"service": "Microsoft.Storage"}, HOLE],
        "serviceEndpointPolicies": [{"id": "/p"}],
        "delegations": [{"properties": {"serviceName": "Microsoft.Web/serverFarms"}}],
        "natGateway": {"id": "/nat"},
        "routeTable": {"id": "/table"},
        "defaultOutboundAccess": False,
    }
    found = subnet_of(world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24", **body))), "s")
    assert found.service_endpoints == ("Microsoft.Storage", HOLE)
    assert found.endpoint_policies == ["/p"]
    assert found.delegations == ("Microsoft.Web/serverFarms",)
    assert (found.nat_gateway, found.route_table, found.group) == ("/nat", "/table", None)
    assert found.default_outbound is False


def test_ddos_plans_and_dns_servers_of_networks() -> None:
    plan = {"enableDdosProtection": True, "ddosProtectionPlan": {"id": "/plan"}}
    found = world(
        vnet("on", "10.0.0.0/16", **plan),
        vnet("off", "10.1.0.0/16", ddosProtectionPlan={"id": "/plan"}),
        vnet("open", "10.2.0.0/16", enableDdosProtection=HOLE, ddosProtectionPlan={"id": "/plan"}),
        vnet("dns", "10.3.0.0/16", dhcpOptions={"dnsServers": ["10.3.0.4"]}),
    ).topology.networks
    by_name = {item.name: item for item in found.values()}
    assert [by_name[name].ddos_plan for name in ("on", "off", "open", "dns")] == ["/plan", None, HOLE, None]
    assert by_name["dns"].dns_servers == ("10.3.0.4",)


def peering(remote: str, **more: Any) -> dict[str, Any]:
    body = {"remoteVirtualNetwork": ref(NETWORKS, remote), "peeringState": "Connected", **more}
    return {"name": f"to-{remote}", "properties": body}


def peered(**more: Any) -> Networks:
    return world(
        vnet("a", "10.1.0.0/16", subnet("sa", "10.1.0.0/24"), virtualNetworkPeerings=[peering("b", **more)]),
        vnet("b", "10.2.0.0/16", subnet("sb", "10.2.0.0/24"), virtualNetworkPeerings=[peering("a")]),
    )


def test_a_peering_is_a_route_and_part_of_the_network() -> None:
    found = peered()
    assert hops(found, "sa", "10.2.0.9") == (Hop.PEERING,)
    assert found.names(subnet_of(found, "sa")).network.sure.covers(cidr("10.2.0.0/16"))


@pytest.mark.parametrize("more", [{"peeringState": "Disconnected"}, {"allowVirtualNetworkAccess": False}])
def test_a_peering_that_does_not_carry_is_none(more: dict[str, Any]) -> None:
    found = peered(**more)
    assert hops(found, "sa", "10.2.0.9") == (Hop.NONE,)
    assert not found.names(subnet_of(found, "sa")).network.most.meets(cidr("10.2.0.0/16"))


def test_a_peering_that_is_not_known_may_carry() -> None:
    found = peered(allowVirtualNetworkAccess=HOLE)
    assert hops(found, "sa", "10.2.0.9") == (Hop.PEERING, Hop.NONE)
    names = found.names(subnet_of(found, "sa"))
    assert names.network.most.covers(cidr("10.2.0.0/16"))
    assert not names.network.sure.meets(cidr("10.2.0.0/16"))
    internet = names.tag("Internet")
    assert internet is not None
    # What is perhaps of the network is perhaps the Internet, and certainly one of them.
    assert internet.most.covers(cidr("10.2.0.0/16"))
    assert not internet.sure.meets(cidr("10.2.0.0/16"))


def test_the_other_side_of_a_peering_counts_and_one_that_is_not_read_is_open() -> None:
    one = vnet("a", "10.1.0.0/16", subnet("sa", "10.1.0.0/24"))
    link = made(f"{NETWORKS}/virtualNetworkPeerings", "a/to-b", peering("b")["properties"])
    other = vnet("b", "10.2.0.0/16", virtualNetworkPeerings=[peering("a", peeringState="Initiated")])
    assert hops(world(one, link, other), "sa", "10.2.0.9") == (Hop.NONE,)
    alone = world(one, link)
    assert alone.names(subnet_of(alone, "sa")).network.most.covers(PRIVATE)


def gateway(name: str, network: str, kind: str = "Vpn") -> Any:
    configuration = {"name": "one", "properties": {"subnet": subnet_id(network, "GatewaySubnet")}}
    body = {"gatewayType": kind, "ipConfigurations": [configuration]}
    return made(f"{NETWORK}/virtualNetworkGateways", name, body)


def site(name: str, prefix: Any, **more: Any) -> Any:
    body = {"localNetworkAddressSpace": {"addressPrefixes": [prefix]}, **more}
    return made(f"{NETWORK}/localNetworkGateways", name, body)


def connection(name: str, from_gateway: str, to: str) -> Any:
    body = {
        "virtualNetworkGateway1": ref(f"{NETWORK}/virtualNetworkGateways", from_gateway),
        "localNetworkGateway2": ref(f"{NETWORK}/localNetworkGateways", to),
    }
    return made(f"{NETWORK}/connections", name, body)


HUB = vnet("hub", "10.0.0.0/16", subnet("GatewaySubnet", "10.0.0.0/27"), subnet("apps", "10.0.1.0/24"))


def test_a_site_behind_a_gateway_is_a_route_and_part_of_the_network() -> None:
    found = world(HUB, gateway("gw", "hub"), site("office", "192.168.7.0/24"), connection("c", "gw", "office"))
    assert [network.name for _, network in gateway_networks(found.topology)] == ["hub"]
    assert hops(found, "apps", "192.168.7.1") == (Hop.GATEWAY,)
    assert hops(found, "apps", "192.168.8.1") == (Hop.NONE,)
    assert found.names(subnet_of(found, "apps")).network.sure.covers(cidr("192.168.7.0/24"))


def test_what_a_gateway_learns_is_not_known() -> None:
    for resources in (
        (gateway("gw", "hub"),),
        (gateway("gw", "hub", "ExpressRoute"), site("office", "192.168.7.0/24"), connection("c", "gw", "office")),
        (gateway("gw", "hub"), site("office", "192.168.7.0/24", bgpSettings={}), connection("c", "gw", "office")),
        (gateway("gw", "hub"), connection("c", "gw", "nowhere")),
    ):
        found = world(HUB, *resources)
        [(resource, _)] = gateway_networks(found.topology)
        assert behind(found.topology, resource).most.covers(PRIVATE)
        assert Hop.GATEWAY in hops(found, "apps", "172.20.0.1")


def test_a_peer_lends_its_gateway() -> None:
    spoke = vnet(
        "spoke",
        "10.5.0.0/16",
        subnet("s", "10.5.0.0/24"),
        virtualNetworkPeerings=[peering("hub", useRemoteGateways=True)],
    )
    found = world(HUB, spoke, gateway("gw", "hub"), site("office", "192.168.7.0/24"), connection("c", "gw", "office"))
    [lent] = sites(found.topology, found.topology.networks[spoke.key])
    assert lent.through is not None
    assert lent.through.name == "hub"


def table(name: str, *routes: tuple[Any, Any, Any], **more: Any) -> Any:
    listed = [
        {"name": f"r{index}", "properties": {"addressPrefix": prefix, "nextHopType": hop, "nextHopIpAddress": target}}
        for index, (prefix, hop, target) in enumerate(routes)
    ]
    return made(f"{NETWORK}/routeTables", name, {"routes": listed, **more})


def routed(*routes: tuple[Any, Any, Any], **more: Any) -> Networks:
    own = subnet("s", "10.0.1.0/24", routeTable=ref(f"{NETWORK}/routeTables", "t"))
    network = vnet("hub", "10.0.0.0/16", subnet("GatewaySubnet", "10.0.0.0/27"), own)
    return world(
        network,
        table("t", *routes, **more),
        gateway("gw", "hub"),
        site("office", "192.168.7.0/24"),
        connection("c", "gw", "office"),
    )


def test_routes_of_a_table_win_when_they_are_as_long() -> None:
    found = routed(("0.0.0.0/0", "VirtualAppliance", "10.0.9.4"), ("10.0.0.0/16", "None", None))
    assert hops(found, "s", "8.8.8.8") == (Hop.APPLIANCE,)
    assert hops(found, "s", "10.0.3.3") == (Hop.NONE,)
    assert hops(found, "s", "2001:db8::1") == (Hop.INTERNET,)
    assert found.answers_internet(subnet_of(found, "s")) is False


def test_routes_by_service_tag_give_way_to_prefixes_of_their_length() -> None:
    tag = tag_addresses("AzureKeyVault")
    assert tag is not None
    place = tag.first()
    assert place is not None
    found = routed(("AzureKeyVault", "Internet", None), ("0.0.0.0/0", "VirtualAppliance", "10.0.9.4"))
    [route] = choose(effective_routes(found.topology, subnet_of(found, "s")), *place)
    assert (route.hop, route.tag, route.origin) == (Hop.INTERNET, True, Origin.USER)


def test_announced_routes_can_be_switched_off() -> None:
    assert hops(routed(disableBgpRoutePropagation=True), "s", "192.168.7.1") == (Hop.NONE,)
    assert hops(routed(disableBgpRoutePropagation=HOLE), "s", "192.168.7.1") == (Hop.GATEWAY, Hop.NONE)


def test_what_a_table_says_in_holes_is_not_known() -> None:
    found = routed(("0.0.0.0/0", HOLE, None))
    assert hops(found, "s", "8.8.8.8") == (HOLE,)
    assert isinstance(found.answers_internet(subnet_of(found, "s")), Unknown)
    somewhere = routed((HOLE, "None", None), ("nonsense", "None", None), ("10.9.0.0/16", "nonsense", None))
    assert Hop.NONE in hops(somewhere, "s", "8.8.8.8")
    assert Hop.INTERNET in hops(somewhere, "s", "8.8.8.8")


def test_routes_as_resources_of_their_own_count() -> None:
    own = subnet("s", "10.0.1.0/24", routeTable=ref(f"{NETWORK}/routeTables", "t"))
    child = made(f"{NETWORK}/routeTables/routes", "t/out", {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"})
    found = world(vnet("v", "10.0.0.0/16", own), table("t"), child)
    assert hops(found, "s", "8.8.8.8") == (Hop.NONE,)
    network = found.names(subnet_of(found, "s")).network
    assert network.sure.covers(cidr("8.8.8.8"))


def test_a_service_endpoint_is_a_route_that_a_default_route_does_not_take() -> None:
    own = subnet(
        "s",
        "10.0.1.0/24",
        serviceEndpoints=[{"service": "Microsoft.KeyVault"}, {"service": "Microsoft.Unknown"}],
        routeTable=ref(f"{NETWORK}/routeTables", "t"),
    )
    found = world(vnet("v", "10.0.0.0/16", own), table("t", ("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")))
    tag = tag_addresses("AzureKeyVault")
    assert tag is not None
    place = tag.first()
    assert place is not None
    [route] = choose(effective_routes(found.topology, subnet_of(found, "s")), *place)
    assert route.hop is Hop.ENDPOINT


def test_the_doubtful_system_route_decides_nothing() -> None:
    found = world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24")))
    assert set(hops(found, "s", "172.16.0.1")) == {Hop.NONE, Hop.INTERNET}


def test_tags() -> None:
    assert tag_addresses("no such tag") is None
    assert tag_addresses("AzureLoadBalancer") == FIXED["azureloadbalancer"]
    assert published().change > 0
    names = world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24"))).names(None)
    assert not names.network.exact
    plain = world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")))
    own = plain.names(subnet_of(plain, "s"))
    internet = own.tag("Internet")
    assert internet is not None
    assert internet.sure.covers(cidr("8.8.8.8"))
    assert not internet.most.meets(cidr("10.0.0.0/16"))
    # The platform's host address is part of every network.
    assert own.network.sure.covers(cidr("168.63.129.16"))
    assert not internet.most.meets(cidr("168.63.129.16"))
    assert own.tag("nothing") is None
    licensing = own.tag("AzurePlatformLKM")
    assert licensing is not None
    assert not licensing.exact


def test_prefixes_of_lists() -> None:
    assert prefixes(["10.0.0.0/8", HOLE]) == (cidr("10.0.0.0/8"), False)
    assert prefixes(HOLE) == (Addresses(), False)
    assert prefixes(None) == (Addresses(), True)


def test_references_mean_the_address_of_what_they_name() -> None:
    web = made(f"{NETWORK}/applicationSecurityGroups", "web", {})
    public = pip("p", HOLE, declared="azurerm_public_ip.p")
    found = world(
        vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24")),
        web,
        public,
        nic("n", "v", "s", "10.0.0.4", ip={"applicationSecurityGroups": [{"id": web.id}]}),
        nic("m", "v", "s", HOLE, ip={"applicationSecurityGroups": [{"id": web.id}]}),
    )
    names = found.names(subnet_of(found, "s"))
    members = names.group(web.id)
    assert members.sure == cidr("10.0.0.4")
    assert members.most == cidr("10.0.0.0/24")
    by_address = names.hole(Unknown(reason="known after apply", decided_by=("azurerm_public_ip.p.ip_address",)))
    assert by_address is not None
    assert by_address.sure == found.endpoints.public[public.key]
    by_id = names.hole(Unknown(reason="x", reference=public.id))
    assert by_id == by_address
    assert names.hole(Unknown(reason="x", decided_by=("a", "b"))) is None
    assert names.hole(Unknown(reason="x", decided_by=("azurerm_public_ip.p.fqdn",))) is None


def test_groups_that_nobody_read_let_perhaps_everything_through() -> None:
    found = world(vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24", "gone")), nic("n", "v", "s", "10.0.0.4"))
    [endpoint] = found.endpoints.all
    gate = found.inbound(endpoint)
    assert gate.holes
    assert gate.passage(cidr("8.8.8.8"), endpoint.addresses) == (0, found.space.everything)


def test_a_group_acts_on_private_endpoints_only_where_its_subnet_says_so() -> None:
    closed = nsg("g", rule("no", 100, "Deny", protocol="*"))
    link = made(f"{NETWORK}/privateEndpoints", "pe", {"subnet": subnet_id("v", "s")})
    for said, filters in (("Disabled", 0), ("Enabled", 1)):
        own = subnet("s", "10.0.0.0/24", "g", privateEndpointNetworkPolicies=said)
        found = world(vnet("v", "10.0.0.0/16", own), closed, link)
        [endpoint] = found.endpoints.all
        assert len(found.inbound(endpoint).gate.filters) == filters
    own = subnet("s", "10.0.0.0/24", "g", privateEndpointNetworkPolicies=HOLE)
    found = world(vnet("v", "10.0.0.0/16", own), closed, link)
    assert found.inbound(found.endpoints.all[0]).holes
    assert GROUP in found.endpoints.all[0].id
