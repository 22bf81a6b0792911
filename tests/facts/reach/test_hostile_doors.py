"""Whatever stands in firewalls, gateways, bastions and Front Doors, answers say something and never fail."""

import random
from contextlib import suppress
from typing import Any

from tests.facts.reach.test_firewall_rules import app, collection, group, net, policy, wall
from tests.facts.reach.test_front_door import (
    LABEL,
    classic,
    endpoint,
    linked,
    origin,
    profile,
    record,
    route,
    site,
    tagged,
)
from tests.facts.reach.test_front_door import group as origins
from tests.facts.reach.test_front_door import policy as security
from tests.facts.reach.test_front_door import wall as edge_wall
from tests.facts.reach.test_platform_doors import (
    bastion,
    circuit,
    connection,
    gateway,
    header_rule,
    listener,
    vpn,
    waf,
)
from tests.facts.reach.test_platform_doors import site as local
from tests.facts.reach.test_walls import peering, ssh, table
from tests.facts.reach.world import NETWORK, estate, made, nic, nsg, pip, ref, rule, subnet, vnet
from tests.facts.test_hostile import STRANGE, changed, places

from everward.estate import Resource
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import ask
from everward.facts.reach.services import Service
from everward.values import UsageError

WEB = Service("tcp", ports=((443, 443),))


def seeds() -> list[Resource]:
    """A hub with everything that answers, and spokes."""
    named = app("name", "*.blob.core.windows.net", fqdnTags=["WindowsUpdate"], sourceIpGroups=[])
    grouped = {**net("grouped"), "sourceIpGroups": [ref(f"{NETWORK}/ipGroups", "ips")["id"]], "destinationFqdns": ["a"]}
    rules = {"priority": 100, "action": {"type": "Allow"}, "rules": [net("x") | {"protocols": ["TCP"]}]}
    clients = {
        "vpnClientAddressPool": {"addressPrefixes": ["172.20.0.0/24"]},
        "vpnClientProtocols": ["OpenVPN"],
        "vpnAuthenticationTypes": ["AAD"],
        "vngClientConnectionConfigurations": [{"properties": {"vpnClientAddressPool": {"addressPrefixes": []}}}],
    }
    microsoft = {
        "peeringType": "MicrosoftPeering",
        "microsoftPeeringConfig": {"advertisedPublicPrefixes": ["1.2.3.0/24"]},
    }
    routed: dict[str, Any] = {"routeTable": ref(f"{NETWORK}/routeTables", "t")}
    return [
        wall(threatIntelMode="Deny", additionalProperties={"Network.SNAT.PrivateRanges": "10.0.0.0/8"}),
        made(f"{NETWORK}/azureFirewalls", "classic", {"networkRuleCollections": [{"name": "c", "properties": rules}]}),
        policy(base="base", snat={"privateRanges": ["IANAPrivateRanges"]}, intrusionDetection={"mode": "Deny"}),
        policy("base", ruleCollectionGroups=[]),
        group("g", 100, collection("n", 200, "Allow", grouped, named), collection("d", 100, "DNAT", ssh(), nat=True)),
        made(f"{NETWORK}/ipGroups", "ips", {"ipAddresses": ["10.1.0.0/16", "10.2.0.1-10.2.0.9"]}),
        pip("fip", "203.0.113.9"),
        pip("gip", "203.0.113.20", dnsSettings={"domainNameLabel": "api"}),
        vnet("hub", "10.0.0.0/16", subnet("AzureFirewallSubnet", "10.0.0.0/26")),
        vnet("v", "10.1.0.0/16", subnet("gw", "10.1.5.0/24", "g"), subnet("one", "10.1.1.0/24", **routed)),
        nsg("g", rule("web", 100, destinationPortRange="443")),
        vnet("b", "10.2.0.0/16", subnet("two", "10.2.1.0/24", **routed)),
        table("t", "0.0.0.0/0"),
        *(peering("hub", name, allowForwardedTraffic=True, allowGatewayTransit=True) for name in ("v", "b")),
        *(peering(name, "hub", allowForwardedTraffic=True, useRemoteGateways=True) for name in ("v", "b")),
        nic("client", "v", "one", "10.1.1.4"),
        nic("server", "b", "two", "10.2.1.4"),
        gateway(listener("web"), listener("in", front="private"), firewallPolicy=ref(waf().type, "w")),
        waf("Prevention", header_rule()),
        bastion(properties={"enableShareableLink": True}),
        vpn(vpnClientConfiguration=clients),
        connection(),
        local("192.168.0.0/16"),
        circuit({"peeringType": "AzurePrivatePeering"}, microsoft),
        profile(),
        endpoint(enabledState="Enabled"),
        route(customDomains=[ref("Microsoft.Cdn/profiles/customDomains", "fd/d")]),
        origins(),
        origin(LABEL, "one"),
        origin("app1.azurewebsites.net", "two", **linked(status="Approved")),
        security(ref("Microsoft.Cdn/profiles/afdEndpoints", "fd/e")["id"]),
        edge_wall(),
        site(tagged("a")),
        classic(),
        record("A", "o", ARecords=[{"ipv4Address": "203.0.113.20"}], targetResource={}),
        made("Microsoft.Storage/storageAccounts", "st1", {"networkAcls": {"defaultAction": "Deny"}}),
    ]


def asked(resources: list[Resource]) -> None:
    """Everything that is asked of an estate."""
    made_estate = estate(*resources)
    ReachAnalysis().derive(made_estate)
    world = Networks(made_estate, [WEB])
    list(Matrix(world).cells())
    for source, target in (
        ("internet", "agw"),
        ("internet", "server"),
        ("onprem", "server"),
        ("onprem", "st1"),
        ("client", "server"),
        ("client", "st1"),
    ):
        # What is called otherwise by a strange value, or stands in no subnet, is told to the user.
        with suppress(UsageError):
            ask(world, source, target, WEB)


def test_the_seeds_are_answered() -> None:
    derived = ReachAnalysis().derive(estate(*seeds()))
    kinds = {item.get("properties.kind") for item in derived.facts}
    assert kinds >= {"firewall", "application gateway", "bastion", "vpn gateway", "front door"}
    assert any(item.type == "Everward.Reach/origins" for item in derived.facts)


def test_whatever_stands_at_any_place_nothing_fails() -> None:
    originals = seeds()
    chance = random.Random(3)
    for index, original in enumerate(originals):
        for path in places(original.body):
            mine = original.with_body(changed(original.body, path, chance.choice(STRANGE)))
            if chance.random() < 0.35:
                asked([*originals[:index], mine, *originals[index + 1 :]])


def test_what_is_cut_off_is_answered() -> None:
    originals = seeds()
    chance = random.Random(4)
    for _ in range(25):
        asked(chance.sample(originals, chance.randrange(1, len(originals))))


def test_many_rules_and_deep_policies_end() -> None:
    many: list[dict[str, Any]] = [net(f"r{index}", ports=str(index % 60000 + 1)) for index in range(1500)]
    chain = [policy(f"p{index}", base=f"p{index + 1}") for index in range(30)]
    deep = [wall(policy="p0"), *chain, group("g", 100, collection("c", 100, "Allow", *many), of="p0")]
    asked([*deep, *seeds()[6:]])
