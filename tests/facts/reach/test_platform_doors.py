"""Doors that Azure runs: Application Gateway, Bastion, VPN gateways, and sites of the company."""

from typing import Any

import pytest
from tests.facts.reach.world import HOLE, NETWORK, made, nic, nsg, pip, ref, rule, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.exposures import Exposure, Grade, exposures
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import Reply, Verdict, ask
from everward.facts.reach.services import Service, format_service
from everward.values import Unknown

GATEWAY = f"{NETWORK}/applicationGateways"
WAF = f"{NETWORK}/ApplicationGatewayWebApplicationFirewallPolicies"
WEB = Service("tcp", ports=((443, 443),))
SSH = Service("tcp", ports=((22, 22),))
APP = Service("tcp", ports=((8080, 8080),))
BASE = made(GATEWAY, "agw", {}).id


def part(kind: str, name: str) -> dict[str, str]:
    return {"id": f"{BASE}/{kind}/{name}"}


def listener(name: str, port: str = "p443", front: str = "public", **more: Any) -> dict[str, Any]:
    body = {
        "frontendIPConfiguration": part("frontendIPConfigurations", front),
        "frontendPort": part("frontendPorts", port),
        **more,
    }
    return {"name": name, "properties": body}


def gateway(*listeners: dict[str, Any], **more: Any) -> Resource:
    body: dict[str, Any] = {
        "sku": {"tier": "WAF_v2"},
        "gatewayIPConfigurations": [{"name": "g", "properties": {"subnet": subnet_id("v", "gw")}}],
        "frontendIPConfigurations": [
            {"name": "public", "properties": {"publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "gip")}},
            {"name": "private", "properties": {"privateIPAddress": "10.0.5.9", "subnet": subnet_id("v", "gw")}},
        ],
        "frontendPorts": [
            {"name": "p443", "properties": {"port": 443}},
            {"name": "p80", "properties": {"port": 80}},
        ],
        "httpListeners": list(listeners or (listener("web"),)),
        "backendAddressPools": [{"name": "pool", "properties": {"backendAddresses": [{"ipAddress": "10.0.1.4"}]}}],
        "backendHttpSettingsCollection": [{"name": "s", "properties": {"port": 8080}}],
        "requestRoutingRules": [
            {
                "name": "r",
                "properties": {
                    "backendAddressPool": part("backendAddressPools", "pool"),
                    "backendHttpSettings": part("backendHttpSettingsCollection", "s"),
                },
            }
        ],
        **more,
    }
    return made(GATEWAY, "agw", body)


def networks(*resources: Resource, group: str | None = None) -> Networks:
    return world(
        vnet("v", "10.0.0.0/16", subnet("gw", "10.0.5.0/24", group), subnet("s", "10.0.1.0/24", "machines")),
        pip("gip", "203.0.113.20"),
        nic("web", "v", "s", "10.0.1.4"),
        *resources,
        *(() if any(item.name == "machines" for item in resources) else (nsg("machines"),)),
        services=(WEB, SSH, APP),
    )


def gates(made_world: Networks, kind: str = "application gateway") -> list[Exposure]:
    return [item for item in exposures(made_world) if item.kind == kind]


def test_a_gateway_without_a_group_is_open() -> None:
    [one] = gates(networks(gateway(listener("web"), listener("plain", "p80"))))
    assert (one.target.name, one.grade, one.certain, one.confirmed) == ("agw", Grade.INTERNET, True, True)
    assert [format_service(item) for item in one.services] == ["tcp/80", "tcp/443"]
    assert [step.what for step in one.path] == [
        "public address",
        "listeners `web`, `plain`",
        "application gateway in `gw`",
    ]
    assert one.notes == ("no web application firewall looks at `web`, `plain`",)
    [lead] = one.leads
    assert (lead.resource.name, lead.how, lead.reached) == ("web", "backend pool `pool`", True)


MANAGERS = rule("managers", 110, sourceAddressPrefix="GatewayManager", destinationPortRange="65200-65535")


def test_the_group_of_its_subnet_decides() -> None:
    edge = rule("edge", 100, sourceAddressPrefix="AzureFrontDoor.Backend", destinationPortRange="443")
    [one] = gates(networks(gateway(), nsg("g", edge, MANAGERS), group="g"))
    assert (one.grade, one.confirmed) == (Grade.AZURE, True)
    assert gates(networks(gateway(), nsg("g", MANAGERS), group="g")) == []
    assert not any("GatewayManager" in note for note in one.notes)


def test_a_group_that_keeps_the_platform_out_is_told() -> None:
    anybody = rule("web", 100, destinationPortRange="443")
    [one] = gates(networks(gateway(), nsg("g", anybody, rule("no", 200, "Deny", protocol="*")), group="g"))
    assert "its group keeps `GatewayManager` out of 65200-65535: the platform cannot manage the gateway" in one.notes


def test_a_shared_port_shows_groups_the_frontend_addresses() -> None:
    """With a public and a private listener on one port groups see the frontends, else the subnet of the gateway."""
    to_public = rule("web", 100, destinationPortRange="443", destinationAddressPrefix="203.0.113.20")
    to_subnet = rule("web", 100, destinationPortRange="443", destinationAddressPrefix="10.0.5.0/24")
    alone, both = gateway(), gateway(listener("web"), listener("inside", front="private"))
    assert gates(networks(alone, nsg("g", to_public), group="g")) == []
    assert len(gates(networks(alone, nsg("g", to_subnet), group="g"))) == 1
    assert len(gates(networks(both, nsg("g", to_public), group="g"))) == 1
    assert gates(networks(both, nsg("g", to_subnet), group="g")) == []
    odd = gateway(listener("web"), listener("inside", front="private"), frontendPorts=HOLE)
    [one] = gates(networks(odd, nsg("g", to_subnet), group="g"))
    assert isinstance(one.certain, Unknown)


def test_private_frontends_are_no_way_in() -> None:
    assert gates(networks(gateway(listener("inside", front="private")))) == []
    [reply] = ask(networks(gateway(listener("inside", front="private"))), "internet", "agw", WEB)
    assert reply.verdict is Verdict.CLOSED


def waf(mode: Any = "Prevention", *rules: Any, state: str = "Enabled") -> Resource:
    settings = {"mode": mode, "state": state}
    return made(WAF, "w", {"policySettings": settings, "customRules": list(rules)})


def header_rule(value: Any = "id-1", **more: Any) -> dict[str, Any]:
    condition = {
        "matchVariables": [{"variableName": "RequestHeaders", "selector": "X-Azure-FDID"}],
        "operator": "Equal",
        "negationConditon": True,
        "matchValues": [value],
    }
    return {"name": "edge", "action": "Block", "ruleType": "MatchRule", "matchConditions": [condition], **more}


def test_what_looks_at_requests() -> None:
    behind = gateway(firewallPolicy=ref(WAF, "w"))
    [one] = gates(networks(behind, waf()))
    assert [guard.value for guard in one.guards] == ["Prevention"]
    [watching] = gates(networks(behind, waf("Detection")))
    assert "its mode is Detection" in watching.notes[0]
    [off] = gates(networks(behind, waf(state="Disabled")))
    assert "is disabled" in off.notes[0]
    [missing] = gates(networks(behind))
    assert "is in no source" in missing.notes[0]
    [open_] = gates(networks(behind, waf(HOLE)))
    assert "not known" in open_.notes[0]
    [old] = gates(
        networks(gateway(webApplicationFirewallConfiguration={"enabled": True, "firewallMode": "Prevention"}))
    )
    assert [guard.value for guard in old.guards] == ["Prevention"]
    [own] = gates(networks(gateway(listener("web", firewallPolicy=ref(WAF, "w"))), waf()))
    assert [guard.value for guard in own.guards] == ["Prevention"]


def test_a_rule_about_the_header_of_the_edge() -> None:
    behind = gateway(firewallPolicy=ref(WAF, "w"))
    [one] = gates(networks(behind, waf("Prevention", header_rule())))
    [guard] = [item for item in one.guards if item.header]
    assert (guard.value, guard.meaning) == ("id-1", "refuses requests whose `X-Azure-FDID` is not `id-1`")
    assert "that stops requests, not connections: whoever connects still reaches the gateway" in one.notes
    for broken in (
        header_rule(action="Log"),
        header_rule(state="Disabled"),
        header_rule(matchConditions=[]),
        header_rule(matchConditions=[{"matchVariables": [{"selector": "Host"}]}]),
        HOLE,
    ):
        [plain] = gates(networks(behind, waf("Prevention", broken)))
        assert [item for item in plain.guards if item.header] == [], broken
    [watching] = gates(networks(behind, waf("Detection", header_rule())))
    assert [item for item in watching.guards if item.header] == []
    odd = header_rule(matchConditions=[{**header_rule()["matchConditions"][0], "operator": "Contains"}])
    [unread] = gates(networks(behind, waf("Prevention", odd)))
    assert [isinstance(item.value, Unknown) for item in unread.guards if item.header] == [True]


def test_requests_are_handed_on() -> None:
    [reply] = ask(networks(gateway()), "internet", "web", APP)
    [way] = reply.ways
    assert (reply.verdict, way.name) == (Verdict.OPEN, "application gateway")
    assert way.steps[-1].what == "backend pool `pool`"
    assert "requests get there, not connections" in way.notes
    assert ask(networks(gateway()), "internet", "web", SSH)[0].verdict is Verdict.CLOSED
    shut = nsg("machines", rule("no", 100, "Deny", protocol="*"))
    assert ask(networks(gateway(), shut), "internet", "web", APP)[0].verdict is Verdict.CLOSED


def test_backends_by_name_and_by_interface() -> None:
    site = made("Microsoft.Web/sites", "app1", {"publicNetworkAccess": "Disabled"})
    named = [{"name": "pool", "properties": {"backendAddresses": [{"fqdn": "app1.azurewebsites.net"}]}}]
    [one] = gates(networks(gateway(backendAddressPools=named), site))
    assert [lead.resource.name for lead in one.leads] == ["app1"]
    pools = [{"name": "pool", "properties": {}}]
    machine = nic(
        "m", "v", "s", "10.0.1.7", ip={"applicationGatewayBackendAddressPools": [part("backendAddressPools", "pool")]}
    )
    [two] = gates(networks(gateway(backendAddressPools=pools), machine))
    assert [lead.resource.name for lead in two.leads] == ["m"]
    paths = {
        "requestRoutingRules": [{"properties": {"urlPathMap": part("urlPathMaps", "m")}}],
        "urlPathMaps": [
            {
                "properties": {
                    "defaultBackendAddressPool": part("backendAddressPools", "pool"),
                    "defaultBackendHttpSettings": part("backendHttpSettingsCollection", "s"),
                    "pathRules": [{"properties": {"backendAddressPool": part("backendAddressPools", "pool")}}],
                }
            }
        ],
    }
    [three] = gates(networks(gateway(**paths)))
    assert {format_service(service) for lead in three.leads for service in lead.services} == {"tcp/8080", "tcp"}


@pytest.mark.parametrize(
    "broken",
    [
        {"httpListeners": HOLE},
        {"httpListeners": [5, "x", None, HOLE]},
        {"frontendIPConfigurations": HOLE},
        {"frontendPorts": [{"name": "p443", "properties": {"port": HOLE}}]},
        {"frontendPorts": "text"},
        {"gatewayIPConfigurations": None},
        {"gatewayIPConfigurations": HOLE},
        {"backendAddressPools": [HOLE, 7, {"properties": {"backendAddresses": [HOLE, 7, {"ipAddress": "nonsense"}]}}]},
        {"requestRoutingRules": [{"properties": "text"}], "urlPathMaps": [HOLE]},
        {"firewallPolicy": HOLE},
        {"sku": 5},
    ],
)
def test_what_is_broken_or_open_is_never_silent(broken: Any) -> None:
    found = gates(networks(gateway(**broken)))
    assert found, "an entry point that is not known whole is still one"
    assert all(item.confirmed or item.certain is not True for item in found)


def bastion(**more: Any) -> Resource:
    configuration = {"subnet": subnet_id("v", "gw"), "publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "gip")}
    body = {"ipConfigurations": [{"name": "one", "properties": configuration}], **more.pop("properties", {})}
    return made(f"{NETWORK}/bastionHosts", "b", body, **more)


def test_bastion_is_a_guarded_way_to_machines() -> None:
    made_world = networks(bastion())
    [one] = gates(made_world, "bastion")
    assert (one.target.name, one.confirmed) == ("b", True)
    assert [format_service(item) for item in one.services] == ["tcp/443"]
    assert sorted(format_service(service) for lead in one.leads for service in lead.services) == ["tcp/22", "tcp/3389"]
    [reply] = ask(made_world, "internet", "web", SSH)
    assert (reply.verdict, [(way.name, way.guarded) for way in reply.ways]) == (Verdict.CLOSED, [("bastion", True)])
    facts = ReachAnalysis().derive(made_world.estate).facts
    [fact] = [item for item in facts if item.get("properties.kind") == "bastion"]
    assert fact.get("properties.management") is False


def test_groups_close_bastion_and_what_it_reaches() -> None:
    made_world = networks(bastion(), nsg("machines", rule("no", 100, "Deny", protocol="*")))
    assert gates(made_world, "bastion")[0].leads == ()
    assert gates(networks(bastion(), nsg("g"), group="g"), "bastion") == []


def test_kinds_of_bastion() -> None:
    linked = gates(networks(bastion(properties={"enableShareableLink": True})), "bastion")
    assert "shareable link" in linked[0].notes[0]
    doubtful = gates(networks(bastion(properties={"enableShareableLink": HOLE})), "bastion")
    assert len(doubtful[0].notes) == 2
    inside = {"ipConfigurations": [{"name": "one", "properties": {"subnet": subnet_id("v", "gw")}}]}
    assert gates(networks(bastion(properties=inside)), "bastion") == [], "private only"
    hosted = {"ipConfigurations": [], "virtualNetwork": ref(f"{NETWORK}/virtualNetworks", "v")}
    [shared] = gates(networks(bastion(properties=hosted, sku={"name": "Developer"})), "bastion")
    assert shared.path[-1].what == "Bastion that Azure hosts for many customers"


VPN = f"{NETWORK}/virtualNetworkGateways"
LOCAL = f"{NETWORK}/localNetworkGateways"


def vpn(name: str = "vpn", network: str = "v", **more: Any) -> Resource:
    configuration = {"subnet": subnet_id(network, "gw"), "publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "gip")}
    body = {"gatewayType": "Vpn", "ipConfigurations": [{"name": "one", "properties": configuration}], **more}
    return made(VPN, name, body)


def connection(name: str = "c", of: str = "vpn", **more: Any) -> Resource:
    body = {"virtualNetworkGateway1": ref(VPN, of), "localNetworkGateway2": ref(LOCAL, "site"), **more}
    return made(f"{NETWORK}/connections", name, body)


def site(*prefixes: Any, **more: Any) -> Resource:
    return made(LOCAL, "site", {"localNetworkAddressSpace": {"addressPrefixes": list(prefixes)}, **more})


def test_a_vpn_gateway_answers_tunnels() -> None:
    [one] = gates(networks(vpn(), nsg("g"), group="g"), "vpn gateway")
    assert [format_service(item) for item in one.services] == ["udp/500", "udp/4500", "esp"]
    assert (one.certain, one.confirmed) == (True, True), "groups do not act on the subnet of a gateway"
    clients = {"vpnClientProtocols": ["OpenVPN"], "vpnAuthenticationTypes": ["AAD"]}
    [two] = gates(networks(vpn(vpnClientConfiguration=clients)), "vpn gateway")
    assert "tcp/443" in [format_service(item) for item in two.services]
    assert "clients sign in by AAD" in two.notes
    [three] = gates(networks(vpn(vpnClientConfiguration={"vpnClientProtocols": ["IkeV2"]})), "vpn gateway")
    assert "tcp/443" not in [format_service(item) for item in three.services]
    assert gates(networks(vpn(gatewayType="ExpressRoute")), "vpn gateway") == []
    [four] = gates(networks(vpn(gatewayType=HOLE)), "vpn gateway")
    assert isinstance(four.certain, Unknown)


def from_sites(made_world: Networks, target: str = "web", service: Service = WEB) -> Reply:
    [found] = ask(made_world, "onprem", target, service)
    return found


def test_sites_come_in_by_what_their_gateway_says() -> None:
    known = from_sites(networks(vpn(), connection(), site("192.168.0.0/16")))
    [way] = known.ways
    assert (known.source, known.verdict, way.confirmed) == ("on-premises", Verdict.OPEN, True)
    assert str(way.witness) == "tcp 192.168.0.0 -> 10.0.1.4:443"
    shut = nsg("machines", rule("no", 100, "Deny", sourceAddressPrefix="192.168.0.0/16", protocol="*"))
    assert from_sites(networks(vpn(), connection(), site("192.168.0.0/16"), shut)).verdict is Verdict.CLOSED
    partly = nsg("machines", rule("no", 100, "Deny", sourceAddressPrefix="192.168.0.0/24", protocol="*"))
    assert from_sites(networks(vpn(), connection(), site("192.168.0.0/16"), partly)).verdict is Verdict.UNKNOWN
    assert from_sites(networks(vpn(), connection())).verdict is Verdict.UNKNOWN, "the site is in no source"
    everything = nsg("machines", rule("no", 100, "Deny", protocol="*"))
    assert from_sites(networks(vpn(), connection(), everything)).verdict is Verdict.CLOSED
    assert [way.holds for way in from_sites(networks()).ways] == [False]


def test_clients_of_a_vpn() -> None:
    pool = {"vpnClientAddressPool": {"addressPrefixes": ["172.20.0.0/24"]}}
    assert from_sites(networks(vpn(vpnClientConfiguration=pool))).verdict is Verdict.OPEN
    shut = nsg("machines", rule("no", 100, "Deny", sourceAddressPrefix="172.20.0.0/24", protocol="*"))
    assert from_sites(networks(vpn(vpnClientConfiguration=pool), shut)).verdict is Verdict.CLOSED
    open_ = {"vpnClientAddressPool": {"addressPrefixes": HOLE}}
    assert from_sites(networks(vpn(vpnClientConfiguration=open_))).verdict is Verdict.UNKNOWN


def peered(uses: Any, gives: Any) -> Networks:
    def side(of: str, other: str, **more: Any) -> Resource:
        body = {"remoteVirtualNetwork": ref(f"{NETWORK}/virtualNetworks", other), "peeringState": "Connected", **more}
        return made(f"{NETWORK}/virtualNetworks/virtualNetworkPeerings", f"{of}/to-{other}", body)

    return networks(
        vnet("hub", "10.9.0.0/16", subnet("gw", "10.9.5.0/24")),
        vpn(network="hub"),
        connection(),
        site("192.168.0.0/16"),
        side("v", "hub", useRemoteGateways=uses),
        side("hub", "v", allowGatewayTransit=gives),
    )


def test_gateways_that_are_lent() -> None:
    assert from_sites(peered(True, True)).verdict is Verdict.OPEN
    assert from_sites(peered(True, False)).verdict is Verdict.CLOSED
    assert from_sites(peered(True, HOLE)).verdict is Verdict.UNKNOWN
    assert [way.holds for way in from_sites(peered(False, True)).ways] == [False]


CIRCUIT = f"{NETWORK}/expressRouteCircuits"


def circuit(*peerings: dict[str, Any]) -> Resource:
    return made(CIRCUIT, "er", {"peerings": [{"name": "p", "properties": item} for item in peerings]})


def test_circuits() -> None:
    private, microsoft = {"peeringType": "AzurePrivatePeering"}, {"peeringType": "MicrosoftPeering"}
    gateway_ = vpn("er-gw", gatewayType="ExpressRoute")
    joined = connection(of="er-gw", localNetworkGateway2=None, peer=ref(CIRCUIT, "er"))
    loose = from_sites(networks(gateway_, circuit(private)))
    assert "is connected to is in no source" in str(loose.ways[-1].holds)
    assert from_sites(networks(gateway_, joined, circuit(private))).verdict is Verdict.UNKNOWN
    announced = {"microsoftPeeringConfig": {"advertisedPublicPrefixes": ["198.51.100.0/24"]}}
    acl = {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.0/24"}]}
    account = made("Microsoft.Storage/storageAccounts", "st1", {"networkAcls": acl})
    found = from_sites(networks(joined, circuit({**microsoft, **announced}), account), "st1")
    assert (found.ways[0].name, found.ways[0].holds) == ("microsoft peering", True)
    closed = made("Microsoft.Storage/storageAccounts", "st1", {"publicNetworkAccess": "Disabled"})
    shut = from_sites(networks(joined, circuit({**microsoft, **announced}), closed), "st1")
    assert shut.verdict is Verdict.CLOSED


def management(tier: str = "Premium", **more: Any) -> Resource:
    body = {
        "virtualNetworkType": "External",
        "virtualNetworkConfiguration": {"subnetResourceId": subnet_id("v", "gw")["id"]},
        **more,
    }
    return made("Microsoft.ApiManagement/service", "apim", body, sku={"name": tier})


def ways_into_management(*resources: Resource, group: str | None = "g") -> list[Exposure]:
    return [item for item in exposures(networks(*resources, group=group)) if item.target.name == "apim"]


def test_management_in_a_network_is_met_by_its_subnets_group() -> None:
    anybody = nsg("g", rule("web", 100, destinationPortRange="443"))
    [one] = ways_into_management(management(), anybody)
    assert (one.kind, one.confirmed, [format_service(item) for item in one.services]) == (
        "api management",
        True,
        ["tcp/443"],
    )
    assert ways_into_management(management(), nsg("g")) == []
    assert len(ways_into_management(management(), group=None)) == 1
    named = management(publicIpAddressId=ref(f"{NETWORK}/publicIPAddresses", "gip")["id"])
    assert ways_into_management(named, anybody)[0].path[0].what == "public address"
    assert ways_into_management(management(publicNetworkAccess="Disabled"), anybody) == []
    [open_] = ways_into_management(management(publicNetworkAccess=HOLE), anybody)
    assert isinstance(open_.certain, Unknown)


def test_other_modes_of_management() -> None:
    [second] = ways_into_management(management("StandardV2"), nsg("g"))
    assert second.kind == "service", "in the second generation the subnet is only a way out"
    assert ways_into_management(management(virtualNetworkType="Internal"), nsg("g")) == []
    [plain] = ways_into_management(management(virtualNetworkType="None", virtualNetworkConfiguration=None), nsg("g"))
    assert plain.kind == "service"


def test_nat_gateways_take_no_connections() -> None:
    nat = made(f"{NETWORK}/natGateways", "nat", {"publicIpAddresses": [ref(f"{NETWORK}/publicIPAddresses", "gip")]})
    for target in ("nat", "gip"):
        assert ask(networks(nat), "internet", target, WEB)[0].verdict is Verdict.CLOSED, target
    assert ask(networks(), "internet", "gip", WEB)[0].verdict is Verdict.UNKNOWN, "nobody read what uses it"
