"""What the firewalls of services let in."""

import dataclasses
from typing import Any

import pytest
from tests.facts.reach.world import GROUP, HOLE, NETWORK, estate, made

from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.admission import Admission, Openness, admissions, approved, has_private_endpoint
from everward.values import Unknown

STORAGE = "Microsoft.Storage/storageAccounts"
VAULT = "Microsoft.KeyVault/vaults"
COSMOS = "Microsoft.DocumentDB/databaseAccounts"
HUBS = "Microsoft.EventHub/namespaces"
SUBNET = f"{GROUP}/providers/{NETWORK}/virtualNetworks/v/subnets/s"


def cidr(text: str) -> Addresses:
    found = parse_addresses(text)
    assert found is not None
    return found


def door(type_: str, body: Any, *others: Any) -> Admission:
    resource = made(type_, "x", body)
    [found] = admissions(resource, estate(resource, *others))
    return found


DENY = {"defaultAction": "Deny"}
ONE = {"value": "1.2.3.4"}
EVERYBODY = {"authorizedIPRanges": ["0.0.0.0/0"]}
INJECTED = {"delegatedSubnetResourceId": SUBNET}


@pytest.mark.parametrize(
    ("type_", "body", "openness"),
    [
        (STORAGE, {}, Openness.PUBLIC),
        (STORAGE, {"networkAcls": {"defaultAction": "Allow"}}, Openness.PUBLIC),
        (STORAGE, {"networkAcls": DENY}, Openness.CLOSED),
        (STORAGE, {"networkAcls": {**DENY, "ipRules": [{"value": "203.0.113.0/24"}]}}, Openness.RESTRICTED),
        (STORAGE, {"networkAcls": {**DENY, "virtualNetworkRules": [{"id": SUBNET}]}}, Openness.ENDPOINTS),
        (STORAGE, {"publicNetworkAccess": "Disabled"}, Openness.CLOSED),
        (STORAGE, {"publicNetworkAccess": "SecuredByPerimeter"}, Openness.UNKNOWN),
        (STORAGE, {"publicNetworkAccess": HOLE}, Openness.UNKNOWN),
        (STORAGE, {"networkAcls": HOLE}, Openness.UNKNOWN),
        (STORAGE, {"networkAcls": {"defaultAction": HOLE}}, Openness.UNKNOWN),
        (STORAGE, {"networkAcls": {**DENY, "ipRules": [{"value": HOLE}]}}, Openness.UNKNOWN),
        (STORAGE, {"networkAcls": {**DENY, "ipRules": [{"value": "203.0.113.7", "action": "Deny"}]}}, Openness.CLOSED),
        (VAULT, {}, Openness.PUBLIC),
        (VAULT, {"networkAcls": {**DENY, "bypass": "AzureServices"}}, Openness.CLOSED),
        ("Microsoft.CognitiveServices/accounts", {"networkAcls": DENY}, Openness.CLOSED),
        (COSMOS, {}, Openness.PUBLIC),
        (COSMOS, {"ipRangeFilter": "203.0.113.7,198.51.100.0/24"}, Openness.RESTRICTED),
        (COSMOS, {"ipRules": [{"ipAddressOrRange": "0.0.0.0"}]}, Openness.AZURE),
        (COSMOS, {"isVirtualNetworkFilterEnabled": True, "virtualNetworkRules": [{"id": SUBNET}]}, Openness.ENDPOINTS),
        (COSMOS, {"isVirtualNetworkFilterEnabled": HOLE}, Openness.UNKNOWN),
        (COSMOS, {"ipRules": HOLE}, Openness.UNKNOWN),
        ("Microsoft.ContainerRegistry/registries", {}, Openness.PUBLIC),
        ("Microsoft.ContainerRegistry/registries", {"networkRuleSet": DENY}, Openness.CLOSED),
        ("Microsoft.ContainerRegistry/registries", {"networkRuleSet": HOLE}, Openness.UNKNOWN),
        (HUBS, {}, Openness.PUBLIC),
        (HUBS, {"networkRuleSets": HOLE}, Openness.UNKNOWN),
        ("Microsoft.Search/searchServices", {}, Openness.PUBLIC),
        (
            "Microsoft.Search/searchServices",
            {"networkRuleSet": {"ipRules": [{"value": "1.2.3.4"}]}},
            Openness.RESTRICTED,
        ),
        ("Microsoft.Cache/redis", {}, Openness.PUBLIC),
        ("Microsoft.Cache/redis", {"subnetId": SUBNET}, Openness.CLOSED),
        ("Microsoft.AppConfiguration/configurationStores", {}, Openness.PUBLIC),
        ("Microsoft.OperationalInsights/workspaces", {"publicNetworkAccessForIngestion": "Disabled"}, Openness.CLOSED),
        ("Microsoft.ApiManagement/service", {}, Openness.PUBLIC),
        ("Microsoft.ApiManagement/service", {"virtualNetworkType": "Internal"}, Openness.CLOSED),
        ("Microsoft.ApiManagement/service", {"virtualNetworkType": HOLE}, Openness.UNKNOWN),
        ("Microsoft.ContainerService/managedClusters", {}, Openness.PUBLIC),
        (
            "Microsoft.ContainerService/managedClusters",
            {"apiServerAccessProfile": {"enablePrivateCluster": True}},
            Openness.CLOSED,
        ),
        (
            "Microsoft.ContainerService/managedClusters",
            {"apiServerAccessProfile": {"authorizedIPRanges": ["0.0.0.0/32"]}},
            Openness.CLOSED,
        ),
        ("Microsoft.ContainerService/managedClusters", {"apiServerAccessProfile": HOLE}, Openness.UNKNOWN),
        (
            "Microsoft.ContainerService/managedClusters",
            {"apiServerAccessProfile": {"authorizedIPRanges": HOLE}},
            Openness.UNKNOWN,
        ),
        ("Microsoft.Sql/servers", {}, Openness.CLOSED),
        (
            "Microsoft.DBforPostgreSQL/flexibleServers",
            {"network": {"delegatedSubnetResourceId": SUBNET}},
            Openness.CLOSED,
        ),
        (
            "Microsoft.DBforPostgreSQL/flexibleServers",
            {"network": {"delegatedSubnetResourceId": HOLE}},
            Openness.UNKNOWN,
        ),
        # Rules that list every address close nothing.
        (
            VAULT,
            {"networkAcls": {**DENY, "ipRules": [{"value": "0.0.0.0/1"}, {"value": "128.0.0.0/1"}]}},
            Openness.WIDE,
        ),
        (COSMOS, {"ipRules": [{"ipAddressOrRange": "0.0.0.0/0"}]}, Openness.WIDE),
        ("Microsoft.ContainerService/managedClusters", {"apiServerAccessProfile": EVERYBODY}, Openness.WIDE),
        ("Microsoft.Cache/redis", {"subnetId": HOLE}, Openness.UNKNOWN),
        # What stands in a rule and is no address may let anybody in.
        (STORAGE, {"networkAcls": {**DENY, "ipRules": [{"value": "office"}]}}, Openness.UNKNOWN),
        (STORAGE, HOLE, Openness.UNKNOWN),
    ],
)
def test_how_open_a_service_is(type_: str, body: Any, openness: Openness) -> None:
    assert door(type_, body).openness is openness


def test_what_has_no_public_endpoint_of_its_own() -> None:
    resource = made(f"{NETWORK}/networkInterfaces", "x", {})
    assert admissions(resource, estate(resource)) == []


def sql(name: str, first: Any, last: Any) -> Any:
    return made("Microsoft.Sql/servers/firewallRules", f"x/{name}", {"startIpAddress": first, "endIpAddress": last})


def test_rules_of_database_servers_stand_below_them() -> None:
    link = made(
        "Microsoft.Sql/servers/virtualNetworkRules",
        "x/v",
        {"virtualNetworkSubnetId": SUBNET, "ignoreMissingVnetServiceEndpoint": True},
    )
    assert door("Microsoft.Sql/servers", {}, sql("a", "0.0.0.0", "0.0.0.0")).openness is Openness.AZURE
    assert door("Microsoft.Sql/servers", {}, sql("a", "0.0.0.0", "255.255.255.255")).openness is Openness.WIDE
    assert door("Microsoft.Sql/servers", {}, sql("a", HOLE, "1.2.3.4")).openness is Openness.UNKNOWN
    found = door("Microsoft.Sql/servers", {}, sql("a", "203.0.113.7", "203.0.113.9"), link)
    assert found.openness is Openness.RESTRICTED
    assert found.subnets == ((SUBNET, False),)
    assert found.admits(cidr("203.0.113.8")) is True
    assert found.admits(cidr("203.0.113.10")) is False


def test_rules_of_ipv6_open_a_database_server_too() -> None:
    type_ = "Microsoft.Sql/servers/ipv6FirewallRules"
    wide = made(type_, "x/a", {"startIPv6Address": "::", "endIPv6Address": "ffff:" * 7 + "ffff"})
    one = made(type_, "x/a", {"startIPv6Address": "2001:db8::1", "endIPv6Address": "2001:db8::9"})
    assert door("Microsoft.Sql/servers", {}, wide).openness is Openness.WIDE
    found = door("Microsoft.Sql/servers", {}, one)
    assert found.openness is Openness.RESTRICTED
    assert found.admits(cidr("2001:db8::8")) is True


def test_a_subnet_with_the_endpoint_and_the_rule_for_all_of_azure() -> None:
    found = door("Microsoft.Sql/servers", {}, sql("a", "0.0.0.0", "0.0.0.0"))
    assert isinstance(found.admits_subnet(SUBNET), Unknown)
    assert door("Microsoft.Sql/servers", {}).admits_subnet(SUBNET) is False


def test_rules_of_caches() -> None:
    cache, type_ = "Microsoft.Cache/redis", "Microsoft.Cache/redis/firewallRules"
    wide = made(type_, "x/a", {"startIP": "0.0.0.0", "endIP": "255.255.255.255"})
    one = made(type_, "x/a", {"startIP": "203.0.113.7", "endIP": "203.0.113.9"})
    broken = made(type_, "x/a", {"startIP": "203.0.113.7", "endIP": "?"})
    perhaps = dataclasses.replace(one, condition=HOLE)
    assert door(cache, {}, wide).openness is Openness.WIDE
    assert door(cache, {}, one).openness is Openness.RESTRICTED
    assert door(cache, {}, broken).openness is Openness.UNKNOWN
    assert door(cache, {}, perhaps).openness is Openness.UNKNOWN


@pytest.mark.parametrize("last", ["0.0.0.0", "255.255.255.255"])
def test_a_rule_that_is_perhaps_not_there_opens_nothing_for_certain(last: str) -> None:
    rule = sql("a", "0.0.0.0", last)
    rule.condition = HOLE
    assert door("Microsoft.Sql/servers", {}, rule).openness is Openness.UNKNOWN


def rule_set(**body: Any) -> Any:
    return made(f"{HUBS}/networkRuleSets", "x/default", body)


def test_event_hubs_without_rules_let_everybody_in_whatever_the_default_is() -> None:
    assert door(HUBS, {}, rule_set(defaultAction="Deny")).openness is Openness.PUBLIC
    kept = [{"ipMask": "203.0.113.0/24", "action": "Allow"}]
    assert door(HUBS, {}, rule_set(defaultAction="Deny", ipRules=kept)).openness is Openness.RESTRICTED
    only = [{"subnet": {"id": SUBNET}}]
    found = door(HUBS, {}, rule_set(defaultAction="Deny", virtualNetworkRules=only, trustedServiceAccessEnabled=True))
    assert (found.openness, found.trusted) == (Openness.ENDPOINTS, ("AzureServices",))
    assert door(HUBS, {}, rule_set(publicNetworkAccess="Disabled")).openness is Openness.CLOSED
    assert door(HUBS, {}, rule_set(publicNetworkAccess=HOLE)).openness is Openness.UNKNOWN
    assert door(HUBS, {"publicNetworkAccess": "Disabled"}, rule_set()).openness is Openness.CLOSED


def test_rules_of_a_cache() -> None:
    rule = made("Microsoft.Cache/redis/firewallRules", "x/a", {"startIP": "203.0.113.1", "endIP": "203.0.113.2"})
    assert door("Microsoft.Cache/redis", {}, rule).openness is Openness.RESTRICTED
    open_ = made("Microsoft.Cache/redis/firewallRules", "x/a", {"startIP": HOLE, "endIP": "203.0.113.2"})
    assert door("Microsoft.Cache/redis", {}, open_).openness is Openness.UNKNOWN


def endpoint(target: Any, **state: Any) -> Any:
    link = {"properties": {"privateLinkServiceId": target.id, **state}}
    return made(f"{NETWORK}/privateEndpoints", "pe", {"privateLinkServiceConnections": [link]})


def test_a_private_endpoint_closes_a_store_that_says_nothing() -> None:
    store = made("Microsoft.AppConfiguration/configurationStores", "x", {})
    link = endpoint(store)
    [found] = admissions(store, estate(store, link))
    assert found.openness is Openness.CLOSED
    assert has_private_endpoint(store, estate(store, link)) == [link]
    waits = {"privateLinkServiceConnectionState": {"status": "Pending"}}
    assert has_private_endpoint(store, estate(store, endpoint(store, **waits))) == []


def test_connections_that_are_approved() -> None:
    auto, manual = "privateLinkServiceConnections", "manualPrivateLinkServiceConnections"
    assert approved({}, auto) is True
    assert isinstance(approved({}, manual), Unknown)
    state = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    assert approved(state, manual) is True
    assert approved({"properties": {"privateLinkServiceConnectionState": {"status": HOLE}}}, auto) is HOLE


def test_whether_addresses_and_subnets_come_in() -> None:
    open_ = door(STORAGE, {})
    assert open_.admits(cidr("8.8.8.8")) is True
    assert open_.admits_subnet(SUBNET) is True
    closed = door(STORAGE, {"publicNetworkAccess": "Disabled"})
    assert closed.admits(cidr("8.8.8.8")) is False
    assert closed.admits_subnet(SUBNET) is False
    some = door(STORAGE, {"networkAcls": {**DENY, "virtualNetworkRules": [{"id": SUBNET}, HOLE]}})
    assert some.admits_subnet(SUBNET.upper()) is True
    assert isinstance(some.admits_subnet("/another"), Unknown)
    wide = door(COSMOS, {"ipRules": [{"ipAddressOrRange": "0.0.0.0"}]})
    assert wide.admits(cidr("8.8.8.8")) is False
    assert wide.admits(cidr("8.8.8.8"), from_azure=True) is True
    assert isinstance(door(STORAGE, {"networkAcls": HOLE}).admits(cidr("8.8.8.8")), Unknown)
    assert isinstance(door(STORAGE, {"networkAcls": HOLE}).admits_subnet(SUBNET), Unknown)
    maybe = door(STORAGE, {"publicNetworkAccess": HOLE})
    assert maybe.admits(cidr("8.8.8.8")) is HOLE
    ranged = door(STORAGE, {"networkAcls": {**DENY, "ipRules": [{"value": "203.0.113.0/24"}]}})
    assert isinstance(ranged.admits(cidr("203.0.112.0/23")), Unknown)


def test_bypasses_are_told() -> None:
    assert door(VAULT, {"networkAcls": DENY}).trusted == ("AzureServices",)
    assert door(VAULT, {"networkAcls": {**DENY, "bypass": "None"}}).trusted == ()
    found = door(STORAGE, {"networkAcls": {**DENY, "bypass": HOLE}})
    assert (found.trusted, found.holes) == ((), (HOLE,))
    listed = door(STORAGE, {"networkAcls": {**DENY, "bypass": "Logging, Metrics"}})
    assert listed.trusted == ("Logging", "Metrics")


def test_an_opaque_service_is_not_known() -> None:
    resource = made(STORAGE, "x", {})
    resource.opaque = True
    [found] = admissions(resource, estate(resource))
    assert found.openness is Openness.UNKNOWN
