"""Questions, the matrix, ways out, protection of addresses, and all of it as facts."""

from typing import Any

import pytest
from tests.facts.reach.world import (
    HOLE,
    NETWORK,
    estate,
    made,
    nic,
    nsg,
    pip,
    ref,
    rule,
    subnet,
    subnet_id,
    vnet,
    world,
)

from everward.facts.interface import with_facts
from everward.facts.reach.ddos import coverage
from everward.facts.reach.egress import Way, ways_out
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.paths import Networks
from everward.facts.reach.publicips import Protection
from everward.facts.reach.questions import Reply, Verdict, ask
from everward.facts.reach.services import Service
from everward.values import Origin, Unknown, UsageError

HTTPS = Service("tcp", ports=((443, 443),))
SSH = Service("tcp", ports=((22, 22),))
DENY_IN = rule("no", 4000, "Deny", protocol="*")


def two(*rules: Any, **more: Any) -> Networks:
    """An app and a store in one network, the store behind a group; a vault beside them."""
    return world(
        nsg("g", *rules),
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24"), subnet("data", "10.0.2.0/24", "g"), **more),
        vnet("w", "10.1.0.0/16", subnet("far", "10.1.0.0/24")),
        nic("app", "v", "apps", "10.0.1.4"),
        nic("db", "v", "data", "10.0.2.4"),
        nic("alien", "w", "far", "10.1.0.4"),
        made("Microsoft.KeyVault/vaults", "kv", {}),
        services=(HTTPS, SSH),
    )


def one(made_world: Networks, source: str, target: str, service: Service = HTTPS) -> Reply:
    [reply] = ask(made_world, source, target, service)
    return reply


def test_inside_a_network_the_groups_decide() -> None:
    open_ = one(two(), "app", "db")
    assert (open_.verdict, open_.ways[0].confirmed) == (Verdict.OPEN, True)
    assert str(open_.ways[0].witness) == "tcp 10.0.1.4 -> 10.0.2.4:443"
    closed = one(two(DENY_IN), "app", "db")
    assert closed.verdict is Verdict.CLOSED
    assert [step.what for step in closed.ways[0].decided_by] == ["rule `no`, priority 4000"]
    web = one(two(rule("web", 100, destinationPortRange="443"), DENY_IN), "app", "db")
    assert [step.what for step in web.ways[0].decided_by] == ["rule `web`, priority 100"]
    hole = one(two(rule("web", 100, HOLE), DENY_IN), "app", "db")
    assert [step.what for step in hole.ways[0].decided_by] == ["groups of the destination"]
    assert one(two(rule("ssh", 100, destinationPortRange="22"), DENY_IN), "apps", "db", SSH).verdict is Verdict.OPEN
    assert one(two(rule("open", 100, "Deny", sourceAddressPrefix=HOLE)), "app", "db").verdict is Verdict.UNKNOWN


def test_another_network_is_not_reached() -> None:
    reply = one(two(), "alien", "db")
    assert reply.verdict is Verdict.CLOSED
    assert "routes" in [step.what for step in reply.ways[0].decided_by]


def test_a_subnet_without_endpoints_can_be_asked_for() -> None:
    made_world = world(
        nsg("g", rule("no", 100, "Deny", direction="Outbound", protocol="*")),
        vnet("v", "10.0.0.0/16", subnet("empty", "10.0.1.0/24", "g"), subnet("data", "10.0.2.0/24")),
        nic("db", "v", "data", "10.0.2.4"),
        services=(HTTPS,),
    )
    assert one(made_world, "empty", "db").verdict is Verdict.CLOSED


def test_the_internet_reaches_public_doors() -> None:
    reply = one(two(), "internet", "kv")
    assert (reply.verdict, reply.ways[0].name) == (Verdict.OPEN, "public")
    assert one(two(), "Internet", "db").verdict is Verdict.CLOSED
    made_world = world(
        made(
            "Microsoft.Storage/storageAccounts",
            "st",
            {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}]}},
        )
    )
    [way] = one(made_world, "internet", "st").ways
    assert way.notes == ("only from some public addresses",)
    [way] = one(made_world, "internet", "st", SSH).ways
    assert (way.holds, way.notes) == (False, ("it answers on tcp/443 only",))


def exposed(*rules: Any, **more: Any) -> Networks:
    """A machine with a public address behind a group."""
    machine = {"networkProfile": {"networkInterfaces": [ref(f"{NETWORK}/networkInterfaces", "n")]}}
    return world(
        nsg("g", *rules),
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24", "g")),
        pip("p", "20.1.2.3"),
        nic("n", "v", "apps", "10.0.1.4", "p"),
        made("Microsoft.Compute/virtualMachines", "vm", machine),
        **more,
    )


def test_some_of_what_is_asked_for_is_open() -> None:
    wide = Service("tcp", ports=((1, 1000),))
    made_world = exposed(rule("web", 100, destinationPortRange="443"), services=(wide,))
    reply = one(made_world, "internet", "n", wide)
    assert (reply.verdict, reply.ways[0].notes) == (Verdict.OPEN, ("only on tcp/443",))
    # What is open over TCP is not open over UDP.
    assert one(made_world, "internet", "n", Service("udp")).verdict is Verdict.CLOSED


@pytest.mark.parametrize("target", ["vm", "p", "n"])
def test_a_machine_is_reached_at_its_interfaces_and_by_its_address(target: str) -> None:
    made_world = exposed(rule("web", 100, destinationPortRange="443"), services=(SSH, HTTPS))
    assert one(made_world, "internet", target).verdict is Verdict.OPEN
    [way] = one(made_world, "internet", target, SSH).ways
    assert (way.holds, way.notes) == (False, ("nothing on the way lets anybody in on tcp/22",))


@pytest.mark.parametrize(
    ("here", "there", "verdict"),
    [
        ({}, None, Verdict.UNKNOWN),
        ({}, {}, Verdict.OPEN),
        ({"peeringState": "Connected"}, None, Verdict.OPEN),
        ({"peeringState": "Initiated"}, {}, Verdict.CLOSED),
    ],
)
def test_one_side_of_a_peering_connects_nothing(here: Any, there: Any, verdict: Verdict) -> None:
    def peered(name: str, more: Any) -> Any:
        return {"name": name, "properties": {"remoteVirtualNetwork": ref(f"{NETWORK}/virtualNetworks", name), **more}}

    made_world = world(
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24"), virtualNetworkPeerings=[peered("w", here)]),
        vnet(
            "w",
            "10.1.0.0/16",
            subnet("data", "10.1.1.0/24"),
            virtualNetworkPeerings=[] if there is None else [peered("v", there)],
        ),
        nic("app", "v", "apps", "10.0.1.4"),
        nic("db", "w", "data", "10.1.1.4"),
        services=(HTTPS,),
    )
    assert one(made_world, "app", "db").verdict is verdict


def test_what_is_not_modelled_is_not_closed() -> None:
    made_world = world(
        made("Microsoft.Cdn/profiles", "edge", {}),
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24")),
    )
    assert one(made_world, "internet", "edge").verdict is Verdict.UNKNOWN
    assert one(made_world, "apps", "edge").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, Verdict.OPEN),
        ({"networkSecurityGroup": ref(f"{NETWORK}/networkSecurityGroups", "shut")}, Verdict.CLOSED),
        ({"routeTable": ref(f"{NETWORK}/routeTables", "drop")}, Verdict.CLOSED),
        ({"routeTable": ref(f"{NETWORK}/routeTables", "hub")}, Verdict.UNKNOWN),
    ],
)
def test_what_does_not_leave_does_not_arrive_at_a_public_door(more: Any, verdict: Verdict) -> None:
    def table(name: str, hop: str) -> Any:
        route = {"addressPrefix": "0.0.0.0/0", "nextHopType": hop, "nextHopIpAddress": "10.9.0.4"}
        return made(f"{NETWORK}/routeTables", name, {"routes": [{"name": "all", "properties": route}]})

    made_world = world(
        nsg("shut", rule("no", 100, "Deny", direction="Outbound", protocol="*")),
        table("drop", "None"),
        table("hub", "VirtualAppliance"),
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24", **more)),
        nic("app", "v", "apps", "10.0.1.4"),
        made("Microsoft.KeyVault/vaults", "kv", {}),
        services=(HTTPS, SSH),
    )
    assert one(made_world, "app", "kv").verdict is verdict
    assert one(made_world, "app", "kv", SSH).verdict is Verdict.CLOSED


def test_the_group_of_a_private_endpoint_decides_where_the_subnet_says_so() -> None:
    def asked(policies: str) -> Reply:
        connection = {"privateLinkServiceId": ref("Microsoft.KeyVault/vaults", "kv")["id"], "groupIds": ["vault"]}
        return one(
            world(
                nsg("shut", DENY_IN),
                vnet(
                    "v",
                    "10.0.0.0/16",
                    subnet("apps", "10.0.1.0/24"),
                    subnet("ends", "10.0.2.0/24", "shut", privateEndpointNetworkPolicies=policies),
                ),
                nic("app", "v", "apps", "10.0.1.4"),
                made("Microsoft.KeyVault/vaults", "kv", {"publicNetworkAccess": "Disabled"}),
                made(
                    f"{NETWORK}/privateEndpoints",
                    "pe",
                    {
                        "subnet": subnet_id("v", "ends"),
                        "privateLinkServiceConnections": [{"name": "c", "properties": connection}],
                    },
                ),
                services=(HTTPS,),
            ),
            "app",
            "kv",
        )

    assert asked("Disabled").verdict is Verdict.OPEN
    assert asked("Enabled").verdict is Verdict.CLOSED


def test_a_name_that_several_subnets_have_means_all_of_them() -> None:
    made_world = world(
        vnet("v", "10.0.0.0/16", subnet("nodes", "10.0.1.0/24")),
        vnet("w", "10.1.0.0/16", subnet("nodes", "10.1.1.0/24")),
        nic("db", "v", "nodes", "10.0.1.9"),
        services=(HTTPS,),
    )
    assert [reply.verdict for reply in ask(made_world, "nodes", "db", HTTPS)] == [Verdict.OPEN, Verdict.CLOSED]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("{var.vault}", Verdict.UNKNOWN), ("other-{var.suffix}", Verdict.CLOSED), (HOLE, Verdict.UNKNOWN)],
)
def test_an_endpoint_whose_target_is_partly_known_may_lead_there(name: Any, verdict: Verdict) -> None:
    target = name if name is HOLE else made("Microsoft.KeyVault/vaults", name, {}).id
    connection = {"privateLinkServiceId": target, "groupIds": ["vault"]}
    made_world = world(
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24")),
        nic("app", "v", "apps", "10.0.1.4"),
        made("Microsoft.KeyVault/vaults", "kv", {"publicNetworkAccess": "Disabled"}),
        made(
            f"{NETWORK}/privateEndpoints",
            "pe",
            {
                "subnet": subnet_id("v", "apps"),
                "privateLinkServiceConnections": [{"name": "c", "properties": connection}],
            },
        ),
        services=(HTTPS,),
    )
    assert one(made_world, "app", "kv").verdict is verdict


def test_a_subnet_that_nobody_read_is_not_out_of_reach() -> None:
    made_world = world(
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24")),
        nic("app", "v", "apps", "10.0.1.4"),
        nic("db", "elsewhere", "data"),
        services=(HTTPS,),
    )
    assert one(made_world, "app", "db").verdict is Verdict.UNKNOWN


def test_public_doors_from_inside() -> None:
    assert one(two(), "app", "kv").verdict is Verdict.OPEN
    sealed = vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24", defaultOutboundAccess=False))
    kept = {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}]}}
    others = [nic("app", "v", "apps", "10.0.1.4"), made("Microsoft.KeyVault/vaults", "kv", {})]
    assert one(world(sealed, *others), "app", "kv").verdict is Verdict.CLOSED
    some = made("Microsoft.KeyVault/vaults", "kv", kept)
    network = vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24"))
    assert one(world(network, others[0], some), "app", "kv").verdict is Verdict.UNKNOWN
    shut = made("Microsoft.KeyVault/vaults", "kv", {"publicNetworkAccess": "Disabled"})
    assert one(world(network, others[0], shut), "app", "kv").verdict is Verdict.CLOSED
    none = made("Microsoft.KeyVault/vaults", "kv", {"networkAcls": {"defaultAction": "Deny"}})
    assert one(world(network, others[0], none), "app", "kv").verdict is Verdict.CLOSED
    site = made("Microsoft.Web/sites", "web", {})
    assert one(world(network, others[0], site), "app", "web").verdict is Verdict.UNKNOWN


def test_a_service_endpoint_lets_in_the_subnets_that_are_named() -> None:
    endpoints = [{"service": "Microsoft.KeyVault"}]
    network = vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24", serviceEndpoints=endpoints))
    rules = {"defaultAction": "Deny", "virtualNetworkRules": [subnet_id("v", "apps")]}
    named = made("Microsoft.KeyVault/vaults", "kv", {"networkAcls": rules})
    [way] = one(world(network, nic("app", "v", "apps", "10.0.1.4"), named), "app", "kv").ways
    assert (way.name, way.holds) == ("service endpoint", True)


def test_a_private_endpoint_is_a_way_of_its_own() -> None:
    vault = made("Microsoft.KeyVault/vaults", "kv", {"publicNetworkAccess": "Disabled"})
    link = {"properties": {"privateLinkServiceId": vault.id, "groupIds": ["vault"]}}
    body = {"subnet": subnet_id("v", "pe"), "privateLinkServiceConnections": [link]}
    made_world = world(
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24"), subnet("pe", "10.0.3.0/24")),
        nic("app", "v", "apps", "10.0.1.4"),
        vault,
        made(f"{NETWORK}/privateEndpoints", "pe", body),
        services=(HTTPS,),
    )
    reply = one(made_world, "app", "kv")
    ways = {way.name: way for way in reply.ways}
    assert (reply.verdict, ways["private endpoint"].holds, ways["public"].holds) == (Verdict.OPEN, True, False)
    assert ways["private endpoint"].notes[0].startswith("names lead to the public address")


def test_what_is_called_like_nothing() -> None:
    with pytest.raises(UsageError, match="nothing is called `kvx`"):
        one(two(), "internet", "kvx")
    with pytest.raises(UsageError) as caught:
        one(two(), "internet", "k")
    assert "did you mean `kv`" in str(caught.value.help)
    with pytest.raises(UsageError, match="`kv` stands in no subnet"):
        one(two(), "kv", "db")


def test_routes_between_places() -> None:
    def through(hop: Any, prefix: str = "10.0.2.0/24") -> Verdict:
        listed = [{"name": "r", "properties": {"addressPrefix": prefix, "nextHopType": hop}}]
        table = made(f"{NETWORK}/routeTables", "t", {"routes": listed})
        own = subnet("apps", "10.0.1.0/24", routeTable=ref(f"{NETWORK}/routeTables", "t"))
        network = vnet("v", "10.0.0.0/16", own, subnet("data", "10.0.2.0/24"))
        places = [nic("app", "v", "apps", "10.0.1.4"), nic("db", "v", "data", "10.0.2.4")]
        return one(world(network, table, *places, services=(HTTPS,)), "app", "db").verdict

    assert through("VnetLocal") is Verdict.OPEN
    assert through("None") is Verdict.CLOSED
    assert through("Internet") is Verdict.CLOSED
    assert through("VirtualAppliance") is Verdict.UNKNOWN
    assert through(HOLE) is Verdict.UNKNOWN


def cells(made_world: Networks) -> dict[tuple[str, str], Any]:
    return {(cell.source.name, cell.destination.name): cell for cell in Matrix(made_world).cells()}


def test_the_matrix_of_subnets() -> None:
    made_world = two(rule("ssh", 100, destinationPortRange="22", sourceAddressPrefix="10.0.1.4"), DENY_IN)
    everything = made_world.space.everything
    found = cells(made_world)
    assert len(found) == 6
    back = found["data", "apps"]
    assert (back.some, back.every, back.route) == (everything, everything, True)
    there = found["apps", "data"]
    assert Matrix(made_world).services(there.some)[0].ports == ((22, 22),)
    assert there.every == 0
    assert (found["apps", "far"].perhaps, found["apps", "far"].route) == (0, False)


def test_the_matrix_says_what_is_not_known() -> None:
    table = made(
        f"{NETWORK}/routeTables",
        "t",
        {"routes": [{"name": "r", "properties": {"addressPrefix": "10.0.0.0/16", "nextHopType": "VirtualAppliance"}}]},
    )
    network = vnet(
        "v",
        "10.0.0.0/16",
        subnet("a", "10.0.1.0/24", routeTable=ref(f"{NETWORK}/routeTables", "t")),
        subnet("b", "10.0.2.0/24", networkSecurityGroup={"id": HOLE}),
        subnet("c", "10.0.3.0/24", "gone"),
        subnet("d", HOLE),
    )
    found = cells(world(network, table))
    assert isinstance(found["a", "b"].route, Unknown)
    for pair in (("c", "b"), ("b", "c"), ("a", "b")):
        assert found[pair].some == 0
        assert found[pair].perhaps
    assert found["b", "d"].perhaps


def test_peered_networks_in_the_matrix() -> None:
    body = {"remoteVirtualNetwork": ref(f"{NETWORK}/virtualNetworks", "w"), "peeringState": "Connected"}
    found = cells(two(virtualNetworkPeerings=[{"name": "p", "properties": body}]))
    assert found["apps", "far"].some
    assert found["far", "apps"].some == 0


def ways(*resources: Any) -> dict[tuple[str, str, str], Any]:
    return {(item.subnet.name, str(item.way), item.service): item for item in ways_out(world(*resources))}


def test_ways_out_of_subnets() -> None:
    endpoints = [{"service": name} for name in ("Microsoft.Storage", "Microsoft.KeyVault", "Microsoft.AzureCosmosDB")]
    rules = {"isVirtualNetworkFilterEnabled": True, "virtualNetworkRules": [subnet_id("v", "apps")]}
    found = ways(
        vnet("v", "10.0.0.0/16", subnet("apps", "10.0.1.0/24", serviceEndpoints=[*endpoints, HOLE])),
        nic("app", "v", "apps", "10.0.1.4"),
        made("Microsoft.DocumentDB/databaseAccounts", "db", rules),
    )
    assert found["apps", Way.STORAGE, "Microsoft.Storage"].consumed is False
    assert found["apps", Way.SERVICE, "Microsoft.KeyVault"].consumed is False
    assert found["apps", Way.SERVICE, "Microsoft.AzureCosmosDB"].consumed is True
    assert found["apps", Way.INTERNET, ""].certain is True
    policy = [{"id": "/policy"}]
    kept = ways(
        vnet(
            "v",
            "10.0.0.0/16",
            subnet("s", "10.0.1.0/24", serviceEndpoints=endpoints[:1], serviceEndpointPolicies=policy),
        )
    )
    assert kept == {}


def test_whether_the_internet_can_be_reached() -> None:
    def out(*resources: Any, **own: Any) -> Any:
        network = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g", **own))
        found = ways(network, nic("app", "v", "s", "10.0.1.4"), *resources)
        return found["s", Way.INTERNET, ""].certain if found else False

    no = rule("no", 100, "Deny", direction="Outbound", protocol="*")
    assert out(nsg("g")) is True
    assert out(nsg("g", no)) is False
    assert out(nsg("g"), defaultOutboundAccess=False) is False
    assert isinstance(out(nsg("g"), defaultOutboundAccess=HOLE), Unknown)
    assert isinstance(out(), Unknown)
    away = {"routes": [{"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}}]}
    table = ref(f"{NETWORK}/routeTables", "t")
    assert out(nsg("g"), made(f"{NETWORK}/routeTables", "t", away), routeTable=table) is False
    open_ = {"routes": [{"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": HOLE}}]}
    assert isinstance(out(nsg("g"), made(f"{NETWORK}/routeTables", "t", open_), routeTable=table), Unknown)
    perhaps = rule("open", 100, "Deny", direction="Outbound", destinationAddressPrefix=HOLE)
    assert isinstance(out(nsg("g", {**perhaps, "properties": {**perhaps["properties"], "protocol": "*"}})), Unknown)


PLAN = {"enableDdosProtection": True, "ddosProtectionPlan": {"id": "/plan"}}


def states(*resources: Any) -> dict[str, Any]:
    return {item.address.name: (item.state, item.reason) for item in coverage(world(*resources))}


def test_addresses_are_protected_by_the_network_of_what_they_are_attached_to() -> None:
    apps = subnet("s", "10.0.1.0/24")
    guarded, bare = vnet("v", "10.0.0.0/16", apps, **PLAN), vnet("v", "10.0.0.0/16", apps)
    attached = [pip("p"), nic("n", "v", "s", "10.0.1.4", "p")]
    assert states(guarded, *attached)["p"][0] is Protection.PROTECTED
    state, reason = states(bare, *attached)["p"]
    assert (state, reason) == (Protection.UNPROTECTED, "the network `v` that it stands in has no DDoS protection plan")


def test_addresses_of_load_balancers_gateways_and_nobody() -> None:
    apps = subnet("s", "10.0.1.0/24")
    guarded = vnet("v", "10.0.0.0/16", apps, **PLAN)
    pool = {"id": "/pool"}
    front = {"name": "f", "properties": {"publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "p")}}
    balancer = made(
        f"{NETWORK}/loadBalancers", "b", {"frontendIPConfigurations": [front], "backendAddressPools": [pool]}
    )
    member = nic("n", "v", "s", "10.0.1.4", ip={"loadBalancerBackendAddressPools": [pool]})
    assert states(guarded, pip("p"), balancer, member)["p"][0] is Protection.PROTECTED
    assert states(guarded, pip("p"), balancer)["p"][0] is Protection.UNKNOWN
    nat = made(f"{NETWORK}/natGateways", "n", {"publicIpAddresses": [ref(f"{NETWORK}/publicIPAddresses", "p")]})
    assert states(guarded, pip("p"), nat)["p"] == (
        Protection.IMPOSSIBLE,
        "nothing can protect the address of a NAT gateway",
    )
    configuration = {
        "properties": {"subnet": subnet_id("v", "s"), "publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "p")}
    }
    vpn = made(f"{NETWORK}/virtualNetworkGateways", "g", {"ipConfigurations": [configuration]})
    assert states(guarded, pip("p"), vpn)["p"][0] is Protection.PROTECTED
    firewall = made(f"{NETWORK}/azureFirewalls", "f", {"ipConfigurations": [configuration]})
    assert states(guarded, pip("p"), firewall)["p"][0] is Protection.PROTECTED
    lonely = made(f"{NETWORK}/virtualNetworkGateways", "g", {"other": ref(f"{NETWORK}/publicIPAddresses", "p")})
    assert states(guarded, pip("p"), lonely)["p"][0] is Protection.UNKNOWN


def test_an_address_that_nothing_uses() -> None:
    bare = vnet("v", "10.0.0.0/16")
    bare.body["location"] = "westeurope"
    state, reason = states(bare, pip("p"))["p"]
    assert (state, reason.endswith("no network of its region has a plan")) == (Protection.UNPROTECTED, True)
    exported, declared = pip("p"), pip("p")
    declared.origin = Origin("terraform", "main.tf", 1)
    assert states(declared)["p"][0] is Protection.UNPROTECTED
    elsewhere = pip("p", location="northeurope")
    assert states(bare, elsewhere)["p"][0] is Protection.UNPROTECTED
    state, reason = states(exported)["p"]
    assert (state, reason.startswith("nothing says what uses the address")) == (Protection.UNKNOWN, True)


def test_the_networks_of_a_region_decide_together() -> None:
    bare, guarded = vnet("v", "10.0.0.0/16"), vnet("w", "10.1.0.0/16", **PLAN)
    for network in (bare, guarded):
        network.body["location"] = "West Europe"
    address = pip("p", location="westeurope")
    assert states(guarded, address)["p"][0] is Protection.PROTECTED
    assert states(guarded, bare, address)["p"][0] is Protection.UNKNOWN
    record = made(f"{NETWORK}/dnsZones/A", "zone/www", {"targetResource": ref(f"{NETWORK}/publicIPAddresses", "p")})
    assert states(guarded, address, record)["p"][0] is Protection.PROTECTED
    egress = pip("p", natGateway={"id": "/nat"})
    assert states(bare, egress)["p"][0] is Protection.IMPOSSIBLE


def test_everything_stands_in_the_estate_as_facts() -> None:
    found = with_facts(
        estate(
            nsg("g", rule("ssh", 100, destinationPortRange="22"), rule("again", 110, destinationPortRange="22")),
            vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g", serviceEndpoints=[{"service": "Microsoft.Sql"}])),
            pip("p"),
            nic("n", "v", "s", "10.0.1.4", "p"),
            made("Microsoft.Cache/redis", "cache", {"publicNetworkAccess": HOLE}),
        ),
        [ReachAnalysis()],
    )
    ways_in = {str(item.get("properties.targetName")): item for item in found.of_type("Everward.Reach/exposures")}
    way = ways_in["n"]
    assert way.get("properties.management") is True
    assert way.get("properties.ports") == ["22"]
    assert way.get("properties.confirmed") is True
    assert way.id.startswith(f"{nic('n', 'v', 's').id}/providers/Everward.Reach/exposures/")
    assert isinstance(ways_in["cache"].condition, Unknown)
    assert {item.name for item in found.of_type("Everward.Reach/egress")} == {
        "internet",
        "serviceendpoint-microsoft-sql",
    }
    [address] = found.of_type("Everward.Reach/publicAddresses")
    assert address.get("properties.protection") == "unprotected"
    [remark] = found.of_type("Everward.Reach/ruleRemarks")
    assert (remark.get("properties.remark"), remark.get("properties.by")) == ("shadowed", ["ssh"])


def test_facts_about_what_is_not_known() -> None:
    found = with_facts(estate(pip("p", ddosSettings={"protectionMode": HOLE})), [ReachAnalysis()])
    [address] = found.of_type("Everward.Reach/publicAddresses")
    assert isinstance(address.get("properties.protection"), Unknown)


def test_two_facts_of_one_kind_have_two_names() -> None:
    configurations = [
        {
            "name": "one",
            "properties": {"subnet": subnet_id("v", "s"), "publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", name)},
        }
        for name in ("p", "q")
    ]
    interface = made(f"{NETWORK}/networkInterfaces", "n", {"ipConfigurations": configurations})
    network = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g"))
    ssh = nsg("g", rule("no", 100, "Deny", destinationPortRange="80"), rule("ssh", 110, destinationPortRange="22-90"))
    found = with_facts(estate(interface, network, ssh, pip("p"), pip("q")), [ReachAnalysis()])
    assert len(found.of_type("Everward.Reach/exposures")) == 2
    partly = [item for item in found.of_type("Everward.Reach/ruleRemarks") if item.get("properties.live")]
    assert len(partly) == 1
