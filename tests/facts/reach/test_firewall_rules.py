"""Rules of Azure Firewall: the documented order, and the engine of sets against a plain evaluator of packets."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reach.world import HOLE, NETWORK, made, pip, ref, subnet, subnet_id, vnet, world

from everward.estate import Resource
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.firewall_rules import kept_source
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks
from everward.facts.reach.services import Service
from everward.facts.reach.witness import check_firewall, translated_by

FIREWALL = f"{NETWORK}/azureFirewalls"
POLICY = f"{NETWORK}/firewallPolicies"
GROUPS = f"{POLICY}/ruleCollectionGroups"


def wall(policy: str | None = "p", public: str | None = "fip", **more: Any) -> Resource:
    configuration: dict[str, Any] = {"subnet": subnet_id("hub", "AzureFirewallSubnet"), "privateIPAddress": "10.0.0.4"}
    if public is not None:
        configuration["publicIPAddress"] = ref(f"{NETWORK}/publicIPAddresses", public)
    body: dict[str, Any] = {"ipConfigurations": [{"name": "one", "properties": configuration}], **more}
    if policy is not None:
        body["firewallPolicy"] = ref(POLICY, policy)
    return made(FIREWALL, "wall", body)


def policy(name: str = "p", base: str | None = None, **more: Any) -> Resource:
    return made(POLICY, name, {**({} if base is None else {"basePolicy": ref(POLICY, base)}), **more})


def group(name: str, priority: Any, *collections: dict[str, Any], of: str = "p") -> Resource:
    return made(GROUPS, f"{of}/{name}", {"priority": priority, "ruleCollections": list(collections)})


def collection(name: str, priority: Any, action: Any, *rules: dict[str, Any], nat: bool = False) -> dict[str, Any]:
    kind = "FirewallPolicyNatRuleCollection" if nat else "FirewallPolicyFilterRuleCollection"
    return {
        "name": name,
        "priority": priority,
        "action": {"type": action},
        "rules": list(rules),
        "ruleCollectionType": kind,
    }


def net(
    name: str, source: Any = "*", destination: Any = "*", ports: Any = "*", protocol: Any = "TCP"
) -> dict[str, Any]:
    return {
        "ruleType": "NetworkRule",
        "name": name,
        "ipProtocols": [protocol],
        "sourceAddresses": [source],
        "destinationAddresses": [destination],
        "destinationPorts": [ports],
    }


def app(name: str, *fqdns: str, port: int = 443, kind: str = "Https", **more: Any) -> dict[str, Any]:
    return {
        "ruleType": "ApplicationRule",
        "name": name,
        "sourceAddresses": ["*"],
        "protocols": [{"protocolType": kind, "port": port}],
        "targetFqdns": list(fqdns),
        **more,
    }


def hub(*resources: Resource, firewall: Resource | None = None, services: tuple[Service, ...] = ()) -> Networks:
    network = vnet("hub", "10.0.0.0/16", subnet("AzureFirewallSubnet", "10.0.0.0/26"), subnet("s", "10.0.1.0/24"))
    return world(firewall or wall(), network, pip("fip", "203.0.113.9"), *resources, services=services)


def held(text: str) -> Addresses:
    found = parse_addresses(text)
    assert found is not None
    return found


def asked(made_world: Networks, port: int = 443, names: tuple[str, ...] | None = None, to: str = "10.9.0.4") -> str:
    """What the firewall does with TCP from 10.0.1.4."""
    [firewall] = made_world.firewalls.all
    mask = made_world.space.mask(Service("tcp", ports=((port, port),)))
    found = made_world.rule_book(firewall, names).crossing(held("10.0.1.4"), held(to), mask)
    assert found.whole.least & ~found.whole.most == 0
    return "allow" if found.whole.least == mask else "deny" if not found.whole.most else "unknown"


def test_what_no_rule_matches_is_denied() -> None:
    services = (Service("tcp", ports=((443, 443),)),)
    assert asked(hub(policy(), services=services)) == "deny"
    allowed = hub(policy(), group("g", 100, collection("c", 100, "Allow", net("web", ports="443"))))
    assert asked(allowed) == "allow"
    assert asked(allowed, port=444) == "deny"


def test_the_documented_order() -> None:
    """The groups of the parent stand first, whatever their priority; then those of the policy; the lowest first."""
    above = group("a", 65000, collection("c", 65000, "Deny", net("no", ports="443")), of="base")
    below = group("b", 100, collection("c", 100, "Allow", net("yes", ports="443")))
    assert asked(hub(policy(), policy("base"), above, below)) == "allow"
    assert asked(hub(policy(base="base"), policy("base"), above, below)) == "deny"
    first = group("first", 200, collection("c", 900, "Deny", net("no")))
    second = group("second", 300, collection("c", 100, "Allow", net("yes")))
    assert asked(hub(policy(), second, first), port=443) == "deny"


def test_network_rules_stand_before_application_rules() -> None:
    early = group("early", 100, collection("c", 100, "Deny", app("no", "*")))
    late = group("late", 200, collection("c", 100, "Allow", net("yes", ports="443")))
    assert asked(hub(policy(), early, late), names=("a.contoso.com",)) == "allow"


def test_names_of_application_rules() -> None:
    made_world = hub(policy(), group("g", 100, collection("c", 100, "Allow", app("blob", "*.blob.core.windows.net"))))
    assert asked(made_world, names=("st1.blob.core.windows.net",)) == "allow"
    assert asked(made_world, names=("kv1.vault.azure.net",)) == "deny"
    assert asked(made_world) == "unknown"
    assert asked(made_world, port=80, names=("st1.blob.core.windows.net",)) == "deny"
    assert asked(hub(policy(), group("g", 100, collection("c", 100, "Allow", app("any", "*"))))) == "allow"
    tagged = app("tag", fqdnTags=["WindowsUpdate"])
    assert asked(hub(policy(), group("g", 100, collection("c", 100, "Allow", tagged))), names=("a",)) == "unknown"


def test_any_with_ports_is_tcp_and_udp() -> None:
    ported = hub(policy(), group("g", 100, collection("c", 100, "Allow", net("a", ports="53", protocol="Any"))))
    whole = hub(policy(), group("g", 100, collection("c", 100, "Allow", net("a", protocol="Any"))))
    for made_world, expected in ((ported, {"tcp", "udp"}), (whole, {"*"})):
        [firewall] = made_world.firewalls.all
        found = made_world.rule_book(firewall).crossing(held("10.0.1.4"), held("10.9.0.4"), made_world.space.everything)
        assert {service.protocol for service in made_world.space.describe(found.whole.least)} == expected


def test_groups_of_addresses() -> None:
    rule = {**net("a", ports="443"), "sourceAddresses": [], "sourceIpGroups": [ref(f"{NETWORK}/ipGroups", "ips")["id"]]}
    rules = group("g", 100, collection("c", 100, "Allow", rule))
    inside = made(f"{NETWORK}/ipGroups", "ips", {"ipAddresses": ["10.0.1.0/24"]})
    outside = made(f"{NETWORK}/ipGroups", "ips", {"ipAddresses": ["10.0.2.0-10.0.2.9"]})
    assert asked(hub(policy(), rules, inside)) == "allow"
    assert asked(hub(policy(), rules, outside)) == "deny"
    assert asked(hub(policy(), rules)) == "unknown"


def test_what_is_not_read_is_not_known() -> None:
    allowed = group("g", 100, collection("c", 100, "Allow", net("web")))
    services = (Service("tcp", ports=((443, 443),)),)
    assert asked(hub(allowed, services=services)) == "unknown", "the policy is in no source"
    assert asked(hub(policy(base="base"), allowed)) == "unknown", "the policy above is in no source"
    listed = policy(ruleCollectionGroups=[{"id": "/other/group"}])
    assert asked(hub(listed, allowed)) == "unknown", "a group is in no source"
    circle = [policy(base="q"), policy("q", base="p")]
    assert asked(hub(*circle, allowed)) == "unknown"
    assert asked(hub(firewall=wall(policy=None, firewallPolicy=HOLE), services=services)) == "unknown"
    for broken in (HOLE, [HOLE], [{"name": "c", "rules": HOLE}], ["text"], [{"rules": [{"ruleType": "Other"}]}]):
        odd = made(GROUPS, "p/odd", {"priority": 100, "ruleCollections": broken})
        assert asked(hub(policy(), odd, services=services)) == "unknown", broken


def test_a_priority_that_is_not_known_may_come_first() -> None:
    deny = group("d", HOLE, collection("c", 100, "Deny", net("no", ports="443")))
    allow = group("a", 200, collection("c", 100, "Allow", net("yes", ports="443")))
    assert asked(hub(policy(), deny, allow)) == "unknown"
    assert asked(hub(policy(), allow)) == "allow"
    undecided = group("a", 200, collection("c", 100, HOLE, net("yes", ports="443")))
    assert asked(hub(policy(), undecided)) == "unknown"


def test_rules_of_a_firewall_without_a_policy() -> None:
    rules = [net("web", ports="443") | {"protocols": ["TCP"]}]
    classic = {"name": "c", "properties": {"priority": 100, "action": {"type": "Allow"}, "rules": rules}}
    assert asked(hub(firewall=wall(policy=None, networkRuleCollections=[classic]))) == "allow"
    broken = wall(policy=None, networkRuleCollections=[HOLE, 5])
    assert asked(hub(firewall=broken, services=(Service("tcp", ports=((443, 443),)),))) == "unknown"


def test_notes_of_what_drops_besides_the_rules() -> None:
    made_world = hub(policy(threatIntelMode="Deny", intrusionDetection={"mode": "Deny"}))
    [firewall] = made_world.firewalls.all
    assert [note.partition(" of ")[0] for note in firewall.notes] == ["threat intelligence", "intrusion detection"]
    assert hub(policy(threatIntelMode="Alert")).firewalls.all[0].notes == ()


def test_whose_sender_is_kept() -> None:
    private, public = held("10.9.0.4"), held("8.8.8.8")
    [plain] = hub(policy()).firewalls.all
    assert (kept_source(plain, private), kept_source(plain, public)) == (True, False)
    [always] = hub(policy(snat={"privateRanges": ["255.255.255.255/32"]})).firewalls.all
    assert kept_source(always, private) is False
    [own] = hub(policy(snat={"privateRanges": ["IANAPrivateRanges", "8.8.8.0/24"]})).firewalls.all
    assert (kept_source(own, private), kept_source(own, public)) == (True, True)
    [classic] = hub(
        firewall=wall(policy=None, additionalProperties={"Network.SNAT.PrivateRanges": "8.8.8.0/24, 9.9.9.9"})
    ).firewalls.all
    assert (kept_source(classic, private), kept_source(classic, public)) == (False, True)
    [odd] = hub(policy(snat={"privateRanges": HOLE})).firewalls.all
    assert kept_source(odd, private) not in (True, False)
    assert kept_source(plain, private.union(public)) not in (True, False)


def test_the_plain_evaluator_translates() -> None:
    rule = {
        "ruleType": "NatRule",
        "name": "ssh",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "destinationAddresses": ["203.0.113.9"],
        "destinationPorts": ["2222"],
        "translatedAddress": "10.0.1.4",
        "translatedPort": "22",
    }
    made_world = hub(policy(), group("g", 100, collection("c", 100, "DNAT", rule, nat=True)))
    [firewall] = made_world.firewalls.all
    sent = Packet("198.51.100.7", "203.0.113.9", "tcp", 2222)
    assert translated_by(made_world, firewall.resource, sent) == ("ssh", Packet(sent.source, "10.0.1.4", "tcp", 22))
    assert translated_by(made_world, firewall.resource, sent._replace(port=22)) == ("", None)


ADDRESSES = ["10.0.1.4", "10.0.1.0/24", "10.9.0.0/30", "10.9.0.4", "*", "10.0.1.3-10.0.1.5"]
rules = st.one_of(
    st.builds(
        net,
        st.text("abc", min_size=1, max_size=4),
        st.sampled_from(ADDRESSES),
        st.sampled_from(ADDRESSES),
        st.sampled_from(["443", "*", "80-90", "22"]),
        st.sampled_from(["TCP", "UDP", "Any", "ICMP"]),
    ),
    st.builds(
        app,
        st.text("xyz", min_size=1, max_size=4),
        st.sampled_from(["*", "*.a.com", "b.a.com", "c.com"]),
        port=st.sampled_from([443, 80, 22]),
    ),
)
collections_ = st.builds(
    lambda name, priority, action, listed: collection(name, priority, action, *listed),
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from([100, 200, 300, 400]),
    st.sampled_from(["Allow", "Deny"]),
    st.lists(rules, max_size=3),
)
groups_ = st.tuples(
    st.sampled_from(["p", "base"]), st.sampled_from([100, 200, 300]), st.lists(collections_, max_size=3)
)


@settings(max_examples=120, deadline=None)
@given(st.lists(groups_, max_size=4), st.sampled_from([None, "b.a.com", "c.com", "d.com"]))
def test_the_engine_and_the_plain_evaluator_agree(listed: list[Any], name: str | None) -> None:
    resources = [
        group(f"g{index}", priority, *held_, of=owner) for index, (owner, priority, held_) in enumerate(listed)
    ]
    wanted = [Service(protocol, ports=((port, port),)) for protocol in ("tcp", "udp") for port in (22, 80, 85, 443, 9)]
    wanted.append(Service("icmp"))
    made_world = hub(policy(base="base"), policy("base"), *resources, services=tuple(wanted))
    [firewall] = made_world.firewalls.all
    book = made_world.rule_book(firewall, None if name is None else (name,))
    for source in ("10.0.1.4", "10.0.1.3", "10.0.2.1"):
        for destination in ("10.9.0.1", "10.9.0.4", "10.8.0.1"):
            for service in wanted:
                mask = made_world.space.mask(service)
                found = book.crossing(held(source), held(destination), mask)
                port = service.ports[0][0] if service.protocol != "icmp" else 0
                said = check_firewall(
                    made_world, firewall.resource, Packet(source, destination, service.protocol, port), name
                )
                told = "Allow" if found.whole.least == mask else "Deny" if not found.whole.most else "Unknown"
                # Where collections share a place the engine allows for either order, the other takes one of them.
                assert told == said.access or (told == "Unknown" and not _apart(listed)), (said, found)


def _apart(listed: list[Any]) -> bool:
    """Whether every collection has a place of its own."""
    places = [(owner, priority, item["priority"]) for owner, priority, held_ in listed for item in held_]
    return len(set(places)) == len(places)


def test_what_is_not_known_of_protocols_and_ports() -> None:
    def one(**more: Any) -> str:
        return asked(hub(policy(), group("g", 100, collection("c", 100, "Allow", {**net("a", ports="443"), **more}))))

    assert one(ipProtocols=HOLE) == "unknown"
    assert one(destinationPorts=[HOLE]) == "unknown"
    assert one(destinationPorts=["nonsense"]) == "unknown"
    assert one(destinationPorts=["9" * 5000]) == "unknown"
    assert one(ipProtocols=["SCTP"]) == "deny"
    assert one(sourceIpGroups=[HOLE], sourceAddresses=[]) == "unknown"
    assert one(destinationAddresses=[], destinationFqdns=["*"]) == "allow"
    assert one(destinationAddresses=[], destinationFqdns=[HOLE]) == "unknown"
    for port, expected in ((HOLE, "unknown"), ("443", "allow"), (None, "allow"), ("9" * 5000, "deny"), (10**9, "deny")):
        rule = app("a", "*") | {"protocols": [{"protocolType": "Https", "port": port}]}
        world_ = hub(policy(), group("g", 100, collection("c", 100, "Allow", rule)), services=(WEB_SERVICE,))
        assert asked(world_) == expected, port


WEB_SERVICE = Service("tcp", ports=((443, 443),))


def test_names_that_only_some_of_a_service_have() -> None:
    rules_ = group("g", 100, collection("c", 100, "Allow", app("a", "*.blob.core.windows.net")))
    names = ("st.blob.core.windows.net", "st.dfs.core.windows.net")
    assert asked(hub(policy(), rules_), names=names) == "unknown"


def test_the_plain_evaluator_of_strange_rules() -> None:
    made_world = hub(policy(), group("g", 100, collection("c", 100, "Allow", app("a", "*", kind="Mssql", port=1433))))
    [firewall] = made_world.firewalls.all
    sent = Packet("10.0.1.4", "10.9.0.4", "tcp", 1433)
    assert check_firewall(made_world, firewall.resource, sent).access == "Allow"
    assert check_firewall(made_world, firewall.resource, sent._replace(protocol="udp")).access == "Deny"
    holes = hub(policy(), group("g", 100, collection("c", HOLE, "Allow", net("a", protocol=HOLE))))
    assert check_firewall(holes, holes.firewalls.all[0].resource, sent).access == "Unknown"
