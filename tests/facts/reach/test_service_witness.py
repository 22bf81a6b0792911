"""Each public endpoint has a packet that shows it, and a plain evaluator that judges firewalls as the readers do."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.facts.reach.world import GROUP, HOLE, NETWORK, made, world

from everward.estate import Resource
from everward.facts.reach.addresses import parse_addresses
from everward.facts.reach.admission import admissions
from everward.facts.reach.exposures import Exposure, exposures
from everward.facts.reach.naive_services import lets_in, site_lets_in

SUBNET = f"{GROUP}/providers/{NETWORK}/virtualNetworks/v/subnets/s"
PREFIXES = ("203.0.113.0/24", "198.51.100.7", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "2001:db8::/32")
CLIENTS = ("198.51.100.7", "203.0.113.9", "8.8.8.8", "2001:db8::7")
ADMIT = {
    "Microsoft.Storage/storageAccounts": ("networkAcls", "value"),
    "Microsoft.KeyVault/vaults": ("networkAcls", "value"),
    "Microsoft.CognitiveServices/accounts": ("networkAcls", "value"),
    "Microsoft.ContainerRegistry/registries": ("networkRuleSet", "value"),
}


def found(*resources: Resource) -> list[Exposure]:
    return list(exposures(world(*resources)))


def same(resource: Resource, *children: Resource) -> None:
    """Both evaluators give the same answer for every client."""
    estate = world(resource, *children).estate
    [admission] = admissions(resource, estate)
    below = [(child.type.rpartition("/")[2].lower(), child.body) for child in children]
    for client in CLIENTS:
        address = parse_addresses(client)
        assert address is not None
        plain = lets_in(resource.type, resource.body, below, client, lambda _: False)
        assert plain is admission.admits(address), (client, resource.body, below)


SWITCH = st.sampled_from([None, "Enabled", "Disabled", "disabled"])


@given(
    st.sampled_from(sorted(ADMIT)),
    SWITCH,
    st.sampled_from([None, "Allow", "Deny"]),
    st.lists(st.sampled_from(PREFIXES)),
)
@settings(max_examples=200, deadline=None)
def test_both_judge_lists_alike(type_: str, public: str | None, action: str | None, listed: list[str]) -> None:
    name, key = ADMIT[type_]
    acl = {
        "defaultAction": action,
        "ipRules": [{key: text} for text in listed],
        "virtualNetworkRules": [{"id": SUBNET}],
    }
    same(made(type_, "x", {"publicNetworkAccess": public, name: acl}))


@given(SWITCH, st.lists(st.sampled_from(PREFIXES), max_size=3), st.booleans(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_both_judge_databases_and_clusters_alike(public: Any, listed: list[str], old: bool, filtered: bool) -> None:
    rules: dict[str, Any] = {"ipRules": [{"ipAddressOrRange": text} for text in listed]}
    body = {"ipRangeFilter": ",".join(listed)} if old else rules
    switches = {"publicNetworkAccess": public, "isVirtualNetworkFilterEnabled": filtered}
    same(made("Microsoft.DocumentDB/databaseAccounts", "x", {**switches, **body}))
    search = {"ipRules": [{"value": text} for text in listed]}
    same(made("Microsoft.Search/searchServices", "x", {"publicNetworkAccess": public, "networkRuleSet": search}))
    profile = {"authorizedIPRanges": listed, "enablePrivateCluster": filtered}
    same(made("Microsoft.ContainerService/managedClusters", "x", {"apiServerAccessProfile": profile}))
    namespaces = "Microsoft.EventHub/namespaces"
    body = {"defaultAction": "Deny" if filtered else "Allow", "ipRules": [{"ipMask": text} for text in listed]}
    same(
        made(namespaces, "x", {"publicNetworkAccess": public}),
        made(f"{namespaces}/networkRuleSets", "x/default", {**body, "publicNetworkAccess": "Enabled"}),
    )


@given(SWITCH, st.lists(st.sampled_from(PREFIXES), max_size=3))
@settings(max_examples=100, deadline=None)
def test_both_judge_rules_that_are_resources_alike(public: Any, listed: list[str]) -> None:
    for type_, first, last in (
        ("Microsoft.Sql/servers", "startIpAddress", "endIpAddress"),
        ("Microsoft.Cache/redis", "startIP", "endIP"),
    ):
        children = []
        for index, text in enumerate(item for item in listed if ":" not in item):
            network = ipaddress.ip_network(text)
            ends = {first: str(network[0]), last: str(network[-1])}
            children.append(made(f"{type_}/firewallRules", f"x/{index}", ends))
        same(made(type_, "x", {"publicNetworkAccess": public}), *children)


@pytest.mark.parametrize(
    ("resource", "children", "witness"),
    [
        (made("Microsoft.KeyVault/vaults", "kv", {}), (), "tcp 198.51.100.7 -> kv.vault.azure.net:443"),
        (
            made("Microsoft.Sql/servers", "db", {}),
            (
                made(
                    "Microsoft.Sql/servers/ipv6FirewallRules",
                    "db/a",
                    {"startIPv6Address": "2001:db8::7", "endIPv6Address": "2001:db8::9"},
                ),
            ),
            "tcp 2001:db8::7 -> db.database.windows.net:1433",
        ),
        (made("Microsoft.ApiManagement/service", "api", {}), (), "tcp 198.51.100.7 -> api.azure-api.net:443"),
        (made("Microsoft.EventGrid/topics", "t", {}), (), "tcp 198.51.100.7 -> t:443"),
    ],
)
def test_a_packet_shows_who_gets_to_a_service(resource: Resource, children: tuple[Resource, ...], witness: str) -> None:
    [one] = found(resource, *children)
    assert (str(one.witness), one.confirmed) == (witness, True)


def test_all_of_azure_is_shown_by_an_address_of_it() -> None:
    rule = {"startIpAddress": "0.0.0.0", "endIpAddress": "0.0.0.0"}
    server = made("Microsoft.Sql/servers", "db", {})
    [one] = found(server, made("Microsoft.Sql/servers/firewallRules", "db/a", rule))
    assert one.witness is not None
    assert one.confirmed is True
    [other] = found(made("Microsoft.DocumentDB/databaseAccounts", "c", {"ipRangeFilter": "0.0.0.0"}))
    assert (other.witness is not None, other.confirmed) == (True, True)


@pytest.mark.parametrize(
    "body", [HOLE, {"publicNetworkAccess": HOLE}, {"networkAcls": HOLE}, {"publicNetworkAccess": "SecuredByPerimeter"}]
)
def test_what_is_not_known_has_no_witness(body: Any) -> None:
    [one] = found(made("Microsoft.KeyVault/vaults", "kv", body))
    assert (one.witness, one.confirmed) == (None, False)
    assert lets_in("Microsoft.KeyVault/vaults", {"properties": body}, (), "8.8.8.8", bool) is None


def test_packets_show_who_gets_to_a_site_and_its_deployment_site() -> None:
    config = {"ipSecurityRestrictions": [{"ipAddress": "203.0.113.0/24", "priority": 1}]}
    site, scm = found(made("Microsoft.Web/sites", "app", {"siteConfig": config}))
    assert (str(site.witness), site.confirmed) == ("tcp 203.0.113.7 -> app.azurewebsites.net:443", True)
    assert (str(scm.witness), scm.confirmed) == ("tcp 198.51.100.7 -> app.scm.azurewebsites.net:443", True)
    edge = {"ipSecurityRestrictions": [EDGE], "ipSecurityRestrictionsDefaultAction": "Allow"}
    site, _ = found(made("Microsoft.Web/sites", "app", {"siteConfig": edge}))
    assert (site.confirmed, site.decided_by[0].what) == (True, "what no rule of the site matches is let in")
    child = made("Microsoft.Web/sites/config", "app/web", {"ipSecurityRestrictionsDefaultAction": "Deny"})
    [scm] = found(made("Microsoft.Web/sites", "app", {}), child)
    assert (scm.part, scm.confirmed) == ("scm", True)


def tagged(tag: str, _: str) -> bool | None:
    return {"AzureFrontDoor.Backend": False, "Own": True}.get(tag)


EDGE = {"ipAddress": "AzureFrontDoor.Backend", "tag": "ServiceTag"}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, True),
        ({"publicNetworkAccess": "Disabled"}, False),
        ({"publicNetworkAccess": HOLE}, None),
        ({"ipSecurityRestrictions": HOLE}, None),
        ({"ipSecurityRestrictionsDefaultAction": HOLE}, None),
        ({"ipSecurityRestrictionsDefaultAction": "Deny"}, False),
        ({"ipSecurityRestrictions": [EDGE]}, False),
        ({"ipSecurityRestrictions": [EDGE], "ipSecurityRestrictionsDefaultAction": "Allow"}, True),
        ({"ipSecurityRestrictions": [{**EDGE, "ipAddress": "Own"}]}, True),
        ({"ipSecurityRestrictions": [{**EDGE, "ipAddress": "Nobody"}]}, None),
        ({"ipSecurityRestrictions": [{"ipAddress": "8.8.8.8", "tag": "XffProxy"}]}, None),
        ({"ipSecurityRestrictions": [{**EDGE, "headers": {"x-azure-fdid": [HOLE]}}]}, False),
        ({"ipSecurityRestrictions": [{**EDGE, "headers": HOLE}]}, None),
        ({"ipSecurityRestrictions": [{"ipAddress": "Any", "headers": {"x": ["1"]}}]}, False),
        ({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Deny"}]}, False),
        ({"ipSecurityRestrictions": [{"vnetSubnetResourceId": SUBNET}]}, False),
        (
            {
                "ipSecurityRestrictions": [
                    {"ipAddress": "8.0.0.0/8", "priority": 2},
                    {"ipAddress": "8.8.8.8", "action": "Deny", "priority": 1},
                ]
            },
            False,
        ),
    ],
)
def test_a_plain_look_at_a_site(config: dict[str, Any], expected: bool | None) -> None:
    body = {"properties": {"siteConfig": config}}
    assert site_lets_in([body], scm=False, client="8.8.8.8", tagged=tagged) is expected
    shared = {"properties": {"siteConfig": {**config, "scmIpSecurityRestrictionsUseMain": True}}}
    assert site_lets_in([shared], scm=True, client="8.8.8.8", tagged=tagged) is expected
