"""App Service, admin rules, public addresses, private endpoints."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
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

from everward.estate import Estate
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.admin import Action, AdminGate, AdminRule, admin_rules, combined, first_action
from everward.facts.reach.apps import around_front_door, configuration, doors, site_doors
from everward.facts.reach.exposures import exposures
from everward.facts.reach.filters import Filter, Gate, Passage
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.names import PlainNames
from everward.facts.reach.paths import Networks
from everward.facts.reach.privatelink import links, overrides_endpoint, reaches, resolves, zones_of
from everward.facts.reach.publicips import Protection, open_without_group, protection, sku_name
from everward.facts.reach.rules import INBOUND, rules_of
from everward.facts.reach.services import Service, Space
from everward.facts.reach.topology import Topology
from everward.values import Unknown

ANYBODY = Addresses(((0xC6336409, 0xC6336409),), ())
SITE = "Microsoft.Web/sites"
FDID = "11111111-1111-1111-1111-111111111111"
EDGE = {"ipAddress": "AzureFrontDoor.Backend", "tag": "ServiceTag", "action": "Allow", "priority": 100}


def site(config: Any = None, *others: Any, **body: Any) -> Any:
    resource = made(SITE, "app", {"siteConfig": config or {}, **body})
    return doors(resource, estate(resource, *others))


def test_restrictions_are_met_by_priority() -> None:
    rules = [
        {"name": "late", "ipAddress": "0.0.0.0/0", "action": "Allow", "priority": 300},
        {"name": "early", "ipAddress": "198.51.100.0/24,203.0.113.0/24", "action": "Deny", "priority": 100},
    ]
    main, scm = site({"ipSecurityRestrictions": rules, "scmIpSecurityRestrictionsUseMain": True})
    assert [rule.name for rule in main.rules] == ["early", "late"]
    assert main.admits(ANYBODY) is False
    assert scm.rules == main.rules
    other = parse_addresses("192.0.2.1")
    assert other is not None
    assert main.admits(other) is True


@pytest.mark.parametrize("listed", [[HOLE], HOLE, [HOLE, EDGE]])
@pytest.mark.parametrize("default", [None, "Deny", "Allow"])
def test_restrictions_that_are_not_known_decide_nothing(listed: Any, default: str | None) -> None:
    main, _ = site({"ipSecurityRestrictions": listed, "ipSecurityRestrictionsDefaultAction": default})
    assert isinstance(main.admits(ANYBODY), Unknown)


def test_the_deployment_site_is_a_door_of_its_own() -> None:
    main, scm = site({"ipSecurityRestrictions": [EDGE]})
    assert (main.name, scm.name) == ("site", "scm")
    assert main.admits(ANYBODY) is False
    assert scm.admits(ANYBODY) is True
    unsure = site({"scmIpSecurityRestrictionsUseMain": HOLE})[1]
    assert isinstance(unsure.admits(ANYBODY), Unknown)


@pytest.mark.parametrize(
    ("config", "answer"),
    [
        ({}, True),
        ({"ipSecurityRestrictionsDefaultAction": "Deny"}, False),
        ({"ipSecurityRestrictionsDefaultAction": HOLE}, None),
        ({"ipSecurityRestrictions": HOLE}, None),
        ({"ipSecurityRestrictions": [{"ipAddress": HOLE, "action": "Deny", "priority": 1}]}, None),
        ({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": HOLE, "priority": 1}]}, None),
        ({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Deny", "priority": 1}]}, False),
        ({"ipSecurityRestrictions": [{"ipAddress": "NoTag", "tag": "ServiceTag", "action": "Deny"}]}, None),
        ({"ipSecurityRestrictions": [{"ipAddress": "AnyVnets", "action": "Allow", "priority": 1}]}, False),
        ({"ipSecurityRestrictions": [{"vnetSubnetResourceId": "/s", "action": "Allow"}]}, False),
        ({"ipSecurityRestrictions": [{"ipAddress": "nonsense", "action": "Allow", "priority": 1}]}, None),
        ({"publicNetworkAccess": "Disabled"}, False),
    ],
)
def test_whom_a_site_lets_in(config: dict[str, Any], answer: bool | None) -> None:
    found = site(config)[0].admits(ANYBODY)
    assert (None if isinstance(found, Unknown) else found) is answer


def test_headers_of_a_rule_must_all_be_there() -> None:
    rule = {"ipAddress": "Any", "action": "Allow", "priority": 1, "headers": {"X-Azure-FDID": [FDID.upper()]}}
    door = site({"ipSecurityRestrictions": [rule]})[0]
    assert door.admits(ANYBODY) is False
    assert door.admits(ANYBODY, {"x-azure-fdid": FDID}) is True
    assert door.admits(ANYBODY, {"x-azure-fdid": "another"}) is False
    open_ = site({"ipSecurityRestrictions": [{**rule, "headers": {"x-azure-fdid": [HOLE]}}]})[0]
    assert isinstance(open_.admits(ANYBODY, {"x-azure-fdid": FDID}), Unknown)


def test_a_private_endpoint_closes_a_site_that_says_nothing_and_passes_its_rules() -> None:
    app = made(SITE, "app", {})
    connection = {"properties": {"privateLinkServiceId": app.id}}
    link = made(f"{NETWORK}/privateEndpoints", "pe", {"privateLinkServiceConnections": [connection]})
    door = doors(app, estate(app, link))[0]
    assert door.admits(ANYBODY) is False
    assert door.admits(ANYBODY, private=True) is True
    open_ = doors(made(SITE, "app", {"publicNetworkAccess": HOLE}), estate())[0]
    assert isinstance(open_.admits(ANYBODY), Unknown)


def test_the_configuration_below_a_site_wins() -> None:
    app = made(SITE, "app", {"siteConfig": {"a": 1, "b": 1}})
    web = made(f"{SITE}/config", "app/web", {"b": 2})
    logs = made(f"{SITE}/config", "app/logs", {"b": 3})
    assert configuration(app, estate(app, web, logs)) == {"a": 1, "b": 2}
    assert [door.name for _, door in site_doors(estate(app))] == ["site", "scm"]


def test_only_tag_and_header_together_keep_others_out() -> None:
    def around(*rules: dict[str, Any], id_: Any = FDID, **config: Any) -> Any:
        return around_front_door(site({"ipSecurityRestrictions": list(rules), **config})[0], id_)

    header = {"headers": {"x-azure-fdid": [FDID]}}
    assert around() is True
    assert around(EDGE) is True
    assert around({**EDGE, **header}) is False
    assert isinstance(around({**EDGE, **header, "ipAddress": "0.0.0.0/0", "tag": "Default"}), Unknown)
    assert around({**EDGE, "headers": {"x-azure-fdid": ["another"]}}) is True
    assert isinstance(around({**EDGE, **header}, id_=HOLE), Unknown)
    assert around({**EDGE, "headers": {"x-azure-fdid": [HOLE]}}, id_=HOLE) is False
    assert around({**EDGE, **header}, {"ipAddress": "Any", "action": "Deny", "priority": 200}) is False
    assert around({**EDGE, **header}, publicNetworkAccess="Disabled") is False
    assert isinstance(around({**EDGE, **header}, ipSecurityRestrictionsDefaultAction=HOLE), Unknown)
    body = {"publicNetworkAccess": HOLE, "siteConfig": {"ipSecurityRestrictions": [{**EDGE, **header}]}}
    open_ = doors(made(SITE, "a", body), estate())
    assert isinstance(around_front_door(open_[0], FDID), Unknown)


def admin(name: str, priority: Any, access: Any, **more: Any) -> Any:
    body = {
        "priority": priority,
        "access": access,
        "direction": "Inbound",
        "protocol": "Tcp",
        "destinationPortRanges": ["22"],
        "sources": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}],
        **more,
    }
    return made(f"{NETWORK}/networkManagers/securityAdminConfigurations/ruleCollections/rules", f"m/c/r/{name}", body)


def managed(*rules: Any, member: Any = "v") -> Estate:
    manager = f"{NETWORK}/networkManagers"
    group = made(f"{manager}/networkGroups", "m/g", {})
    target = made(f"{NETWORK}/virtualNetworks", member, {}).id
    joined = made(f"{manager}/networkGroups/staticMembers", "m/g/one", {"resourceId": target})
    collection = made(
        f"{manager}/securityAdminConfigurations/ruleCollections",
        "m/c/r",
        {"appliesToGroups": [{"networkGroupId": group.id}]},
    )
    return estate(vnet("v", "10.0.0.0/16"), group, joined, collection, *rules)


def test_admin_rules_are_met_before_groups() -> None:
    assert [combined(action, "Deny") for action in (Action.DENY, Action.ALWAYS, Action.ALLOW, None)] == [
        "Deny",
        "Allow",
        "Deny",
        "Deny",
    ]
    assert first_action([(20, Action.ALLOW), (10, Action.DENY)]) is Action.DENY
    assert first_action([]) is None


def test_admin_rules_of_a_network() -> None:
    found = managed(admin("no", 10, "Deny"), admin("yes", 20, "AlwaysAllow", protocol="Any", destinationPortRanges=[]))
    [network] = Topology(found).networks.values()
    rules = list(admin_rules(found, network))
    assert {item.action for item in rules} == {Action.DENY, Action.ALWAYS}
    assert all(isinstance(item.applies, Unknown) for item in rules)
    elsewhere = managed(admin("no", 10, "Deny"), member="w")
    assert list(admin_rules(elsewhere, network)) == []
    lonely = estate(vnet("v", "10.0.0.0/16"), admin("no", 10, HOLE, protocol=HOLE, direction=HOLE))
    [rule] = admin_rules(lonely, network)
    assert (rule.action, rule.rule.direction, rule.rule.services) == (None, None, ())


def test_admin_rules_bound_what_groups_decide() -> None:
    found = managed(admin("no", 10, "Deny"), admin("yes", 20, "AlwaysAllow"))
    [network] = Topology(found).networks.values()
    perhaps = list(admin_rules(found, network))
    sure = [item._replace(applies=True) for item in perhaps]
    space = Space([Service("tcp", ports=((22, 22),))])
    ssh = space.mask(Service("tcp", ports=((22, 22),)))
    everything = Passage(space.everything, space.everything)
    one = parse_addresses("8.8.8.8")
    assert one is not None
    for rules, least, most in ((sure, 0, 0), (perhaps, 0, ssh)):
        gate = AdminGate(rules, PlainNames(), space)
        denied, always = (next(iter(Gate([item], space).passages(one, one)))[2] for item in gate.filters)
        after = gate.after(denied, always, everything)
        assert (after.least & ssh, after.most & ssh) == (least, most)


MANAGER = f"{NETWORK}/networkManagers"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([], "deployed"),
        ([made(f"{MANAGER}/networkGroups/staticMembers", "m/g/two", {"resourceId": HOLE})], "deployed"),
    ],
)
def test_a_listed_member_is_under_rules_that_may_be_deployed(more: list[Any], reason: str) -> None:
    found = managed(admin("no", 10, "Deny"), *more)
    [network] = Topology(found).networks.values()
    [one] = admin_rules(found, network)
    assert isinstance(one.applies, Unknown)
    assert reason in one.applies.reason


def adding(group: Any, effect: Any = "addToNetworkGroup") -> Any:
    then = {"effect": effect, "details": {"networkGroupId": group}}
    return made("Microsoft.Authorization/policyDefinitions", "p", {"policyRule": {"if": {}, "then": then}})


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([], None),
        ([made(f"{MANAGER}/networkGroups/staticMembers", "m/g/two", {"resourceId": HOLE})], "variable without value"),
        ([made(f"{MANAGER}/networkGroups/staticMembers", "m/g/two", {})], "a member"),
        ([adding(made(f"{MANAGER}/networkGroups", "m/g", {}).id)], "a policy decides"),
        ([adding(HOLE)], "a policy decides"),
        ([adding(made(f"{MANAGER}/networkGroups", "m/other", {}).id)], None),
        ([adding(None, "audit")], None),
        ([adding(None, HOLE)], None),
    ],
)
def test_a_network_that_is_not_listed_may_be_in_the_group_all_the_same(more: list[Any], reason: str | None) -> None:
    found = managed(admin("no", 10, "Deny"), *more, member="w")
    [network] = Topology(found).networks.values()
    rules = list(admin_rules(found, network))
    if reason is None:
        assert rules == []
    else:
        assert isinstance(rules[0].applies, Unknown)
        assert reason in rules[0].applies.reason


def test_a_subnet_may_be_the_member() -> None:
    target = f"{made(f'{NETWORK}/virtualNetworks', 'v', {}).id}/subnets/s"
    joined = made(f"{MANAGER}/networkGroups/staticMembers", "m/g/two", {"resourceId": target})
    found = managed(admin("no", 10, "Deny"), joined, member="w")
    [network] = Topology(found).networks.values()
    assert len(list(admin_rules(found, network))) == 1


def test_a_group_that_is_in_no_source_leaves_it_open() -> None:
    applied = {"appliesToGroups": [{"networkGroupId": "/elsewhere/group"}, {"networkGroupId": HOLE}, HOLE, {}]}
    collection = made(f"{MANAGER}/securityAdminConfigurations/ruleCollections", "m/c/r", applied)
    found = estate(vnet("v", "10.0.0.0/16"), collection, admin("no", 10, "Deny"))
    [network] = Topology(found).networks.values()
    [one] = admin_rules(found, network)
    assert isinstance(one.applies, Unknown)


def decided(rules: list[AdminRule], in_force: tuple[bool, ...], group: bool) -> bool:
    """What becomes of a packet that every rule is about, with those in force that are."""
    for item, there in sorted(zip(rules, in_force, strict=True), key=lambda pair: pair[0].rule.priority or 0):
        if there and item.action is Action.DENY:
            return False
        if there and item.action is Action.ALWAYS:
            return True
        if there:
            return group
    return group


@given(
    st.lists(st.tuples(st.sampled_from(list(Action)), st.booleans()), min_size=1, max_size=5),
    st.booleans(),
)
def test_rules_that_may_be_in_force_are_bounded_exactly(listed: list[tuple[Action, bool]], group: bool) -> None:
    found = managed(admin("x", 10, "Deny"))
    [network] = Topology(found).networks.values()
    [model] = admin_rules(found, network)
    doubt = Unknown(reason="whether it is deployed")
    rules = [
        model._replace(rule=model.rule._replace(priority=index), action=action, applies=True if sure else doubt)
        for index, (action, sure) in enumerate(listed, 1)
    ]
    space = Space([Service("tcp", ports=((22, 22),))])
    ssh = space.mask(Service("tcp", ports=((22, 22),)))
    one = parse_addresses("8.8.8.8")
    assert one is not None
    gate = AdminGate(rules, PlainNames(), space)
    denied, always = (next(iter(Gate([item], space).passages(one, one)))[2] for item in gate.filters)
    word = ssh if group else 0
    after = gate.after(denied, always, Passage(word, word))
    possible = {
        decided(rules, tuple(force), group)
        for force in product(*([True] if sure else [True, False] for _, sure in listed))
    }
    assert bool(after.least & ssh) == (possible == {True})
    assert bool(after.most & ssh) == (True in possible)


def networks(*rules: Any) -> Networks:
    """Two subnets, one with an address of its own, under a manager."""
    found = managed(*rules)
    own = [item for item in found if item.type_key != "microsoft.network/virtualnetworks"]
    open_ = nsg("g", rule("ssh", 100, destinationPortRange="22"), rule("web", 110, destinationPortRange="443"))
    placed = vnet("v", "10.0.0.0/16", subnet("s", "10.0.1.0/24", "g"), subnet("t", "10.0.2.0/24"))
    return world(open_, placed, pip("p", "203.0.113.5"), nic("n", "v", "s", "10.0.1.4", "p"), *own)


def test_an_admin_rule_that_may_be_in_force_makes_a_way_in_uncertain() -> None:
    def shown(made_world: Networks) -> dict[str, bool]:
        return {
            f"tcp/{port}": one.certain is True
            for one in exposures(made_world)
            for port in (22, 443, 3389)
            if one.has_port(frozenset({port}))
        }

    assert shown(networks()) == {"tcp/22": True, "tcp/443": True}
    assert shown(networks(admin("no", 10, "Deny"))) == {"tcp/22": False, "tcp/443": True}
    [doubt] = [one for one in exposures(networks(admin("no", 10, "Deny"))) if one.certain is not True]
    assert isinstance(doubt.certain, Unknown)
    assert "whether the configuration is deployed is in no source" in doubt.certain.reason
    passing = networks(admin("yes", 10, "AlwaysAllow", destinationPortRanges=["3389"]))
    assert shown(passing) == {"tcp/22": True, "tcp/443": True, "tcp/3389": False}


def test_admin_rules_in_the_matrix() -> None:
    def ssh(made_world: Networks) -> tuple[bool, bool]:
        [cell] = [cell for cell in Matrix(made_world).cells() if cell.source.name == "t"]
        mask = made_world.space.mask(Service("tcp", ports=((22, 22),)))
        return bool(cell.every & mask), bool(cell.perhaps & mask)

    assert ssh(networks()) == (True, True)
    assert ssh(networks(admin("no", 10, "Deny"))) == (False, True)
    assert ssh(networks(admin("no", 10, "Deny", destinationPortRanges=["80"]))) == (True, True)


def test_sku_of_addresses() -> None:
    assert sku_name({}) == "Basic"
    assert sku_name({"sku": {"name": "standard"}}) == "Standard"
    assert sku_name({"sku": {"name": HOLE}}) is HOLE
    assert open_without_group("Basic") is True
    assert open_without_group(HOLE) is HOLE


@pytest.mark.parametrize(
    ("sku", "settings", "network", "attached", "state"),
    [
        ("Standard", {"protectionMode": "Enabled"}, None, "", Protection.PROTECTED),
        ("Basic", {"protectionMode": "Enabled"}, None, "", Protection.UNPROTECTED),
        ("Basic", {"protectionMode": "Enabled", "ddosProtectionPlan": {"id": "/p"}}, None, "", Protection.PROTECTED),
        (HOLE, {"protectionMode": "Enabled"}, None, "", Protection.UNKNOWN),
        ("Standard", {"protectionMode": "Disabled"}, {}, "", Protection.UNPROTECTED),
        ("Standard", {"protectionMode": HOLE}, {}, "", Protection.UNKNOWN),
        ("Standard", None, None, "", Protection.UNKNOWN),
        ("Standard", None, {}, "", Protection.UNPROTECTED),
        ("Standard", None, {"enableDdosProtection": HOLE}, "", Protection.UNKNOWN),
        ("Standard", {}, {"enableDdosProtection": True}, "NatGateway", Protection.IMPOSSIBLE),
    ],
)
def test_ddos_protection(sku: Any, settings: Any, network: Any, attached: str, state: Protection) -> None:
    assert protection(sku, settings, network, attached) is state


ZONE = made(f"{NETWORK}/privateDnsZones", "privatelink.vaultcore.azure.net", {})


def linked(**network: Any) -> Any:
    vault = made("Microsoft.KeyVault/vaults", "kv", {})
    connection = {"name": "c", "properties": {"privateLinkServiceId": vault.id, "groupIds": ["vault"]}}
    endpoint = made(
        f"{NETWORK}/privateEndpoints",
        "pe",
        {"subnet": subnet_id("v", "s"), "privateLinkServiceConnections": [connection]},
    )
    configs = [{"properties": {"privateDnsZoneId": ZONE.id}}]
    group = made(f"{NETWORK}/privateEndpoints/privateDnsZoneGroups", "pe/default", {"privateDnsZoneConfigs": configs})
    return [vault, endpoint, group, ZONE, vnet("v", "10.0.0.0/16", subnet("s", "10.0.0.0/24"), **network)]


def zone_link(network: str) -> Any:
    body = {"virtualNetwork": ref(f"{NETWORK}/virtualNetworks", network)}
    return made(f"{NETWORK}/privateDnsZones/virtualNetworkLinks", f"{ZONE.name}/l", body)


def test_private_endpoints_lead_somewhere() -> None:
    found = world(*linked(), zone_link("v"))
    [link] = links(found.estate)
    [network] = found.topology.networks.values()
    assert (link.groups, link.approved) == (("vault",), True)
    assert reaches(found.topology, network, link.subnet) is True
    assert zones_of(found.estate, link.endpoint) == ["privatelink.vaultcore.azure.net"]
    assert resolves(found.estate, network, link.endpoint) is True


def test_names_may_lead_elsewhere() -> None:
    found = world(*linked())
    [link] = links(found.estate)
    [network] = found.topology.networks.values()
    assert resolves(found.estate, network, link.endpoint) is False
    own = world(*linked(dhcpOptions={"dnsServers": ["10.0.0.4"]}))
    [network] = own.topology.networks.values()
    assert isinstance(resolves(own.estate, network, link.endpoint), Unknown)
    bare = world(*[item for item in linked() if "ZoneGroups" not in item.type])
    assert resolves(bare.estate, network, link.endpoint) is False


def test_from_which_networks_an_endpoint_is_reached() -> None:
    body = {"remoteVirtualNetwork": ref(f"{NETWORK}/virtualNetworks", "v"), "peeringState": "Connected"}
    peer = vnet("w", "10.1.0.0/16", virtualNetworkPeerings=[{"name": "p", "properties": body}])
    found = world(*linked(), peer, vnet("x", "10.2.0.0/16"))
    networks = {item.name: item for item in found.topology.networks.values()}
    [link] = links(found.estate)
    assert reaches(found.topology, networks["w"], link.subnet) is True
    assert reaches(found.topology, networks["x"], link.subnet) is False
    assert isinstance(reaches(found.topology, networks["x"], "/gone"), Unknown)
    assert reaches(found.topology, networks["x"], HOLE) is HOLE


def test_routes_that_take_traffic_from_an_endpoint() -> None:
    assert overrides_endpoint(["10.0.0.0/16"], ["10.0.0.0/16"], routed=True) is True
    assert overrides_endpoint(["0.0.0.0/0"], ["10.0.0.0/16"], routed=True) is False
    assert overrides_endpoint(["10.0.0.0/16"], ["10.0.0.0/16"], routed=False) is False
    assert overrides_endpoint(["10.0.0.4/32"], ["10.0.0.0/16"], routed=HOLE) is HOLE


def test_flattened_rules_are_read() -> None:
    everywhere = {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "sourcePortRange": "*"}
    flat = {"name": "a", "priority": "100", "access": "Allow", "direction": "Inbound", "protocol": "Tcp"}
    listed = [{**flat, **everywhere, "destinationPortRange": 22}, HOLE, "text"]
    group = made(f"{NETWORK}/networkSecurityGroups", "g", {"securityRules": listed})
    body = {"priority": 110, "access": "Deny", "protocol": "Ah"}
    child = made(f"{NETWORK}/networkSecurityGroups/securityRules", "g/b", body)
    found = rules_of(group, estate(group, child))
    named = {rule.name: rule for rule in found if not rule.default}
    assert (named["a"].priority, named["a"].services) == (100, (Service("tcp", ports=((22, 22),)),))
    assert (named["b"].allows, named["b"].services, named["b"].possible) == (False, (), ())
    assert named[""].allows is None
    hole = made(f"{NETWORK}/networkSecurityGroups", "g", {"securityRules": HOLE})
    assert rules_of(hole)[0].holes == (HOLE,)
    kept = [rule for rule in found if rule.direction in (INBOUND, None)]
    made_filter = Filter(kept, PlainNames(), Space([Service()]))
    assert len(made_filter.rules) == len(kept)


def test_addresses_of_tests_are_made_as_they_are_written() -> None:
    assert pip("p").body["sku"] == {"name": "Standard"}
    assert "sku" not in pip("p", sku=None).body
