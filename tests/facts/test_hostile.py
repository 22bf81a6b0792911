"""Whatever stands in resources, analyses say something or nothing, and never fail."""

import gzip
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from tests.facts.access.test_rights import assigned, denied, machine, policy, schedule, vault
from tests.facts.keys.test_keys import cluster, encrypted, key
from tests.facts.reach import clusters
from tests.facts.reach.test_doors import admin, linked, zone_link
from tests.facts.reach.test_networks import HUB, connection, gateway, peering, site, table
from tests.facts.reach.world import NETWORK, made, nic, nsg, pip, ref, rule, subnet, subnet_id, vnet

from everward.estate import Estate, Reading, Resource
from everward.facts.access.facts import AccessAnalysis
from everward.facts.interface import with_facts
from everward.facts.keys.facts import KeysAnalysis
from everward.facts.reach.facts import ReachAnalysis
from everward.facts.reach.matrix import Matrix
from everward.facts.reach.paths import Networks
from everward.values import Origin, Unknown

PIPELINES = [
    Resource(
        f"pipelines:x#{name}",
        "Pipelines/operations",
        name,
        {"properties": {"service": service, "operation": name, "target": target, "pool": pool, "poolKind": kind}},
        Origin(source="pipelines", file="a.yaml", line=1),
    )
    for name, service, target, pool, kind in (
        ("az storage blob upload", "Microsoft.Storage/storageAccounts", "st", "agents", "selfHosted"),
        ("az keyvault secret list", "Microsoft.KeyVault/vaults", None, "other", "selfHosted"),
        ("kubectl apply", "Microsoft.ContainerService/managedClusters", None, "ubuntu-latest", "hosted"),
    )
]
ANALYSES = (ReachAnalysis(), AccessAnalysis(), KeysAnalysis())
STRANGE: tuple[Any, ...] = (
    Unknown(reason="a hole", decided_by=("var.x",)),
    Unknown(reason="an id", reference="/subscriptions/s/resourceGroups/r/providers/A/b/c"),
    Unknown(reason="many", many=True),
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    "",
    "*",
    "0.0.0.0/0",
    "nonsense",
    "\x00\x1b[31m",
    [],
    [[]],
    {},
    {"id": 5},
    {"properties": []},
)


def seeds() -> list[Resource]:
    own = subnet("s", "10.0.1.0/24", "g", serviceEndpoints=[{"service": "Microsoft.Storage"}])
    own["properties"]["routeTable"] = ref(f"{NETWORK}/routeTables", "t")
    site_config = {
        "ipSecurityRestrictions": [{"ipAddress": "1.2.3.4", "headers": {"x-azure-fdid": ["a"]}, "priority": 1}]
    }
    front = {"name": "f", "properties": {"publicIPAddress": ref(f"{NETWORK}/publicIPAddresses", "p")}}
    balanced = {
        "frontendIPConfigurations": [front],
        "loadBalancingRules": [
            {"properties": {"frontendIPConfiguration": {"id": "/f"}, "backendAddressPool": {"id": "/p"}}}
        ],
        "outboundRules": [{"properties": {"backendAddressPool": {"id": "/p"}}}],
    }
    return [
        HUB,
        vnet("v", "10.0.0.0/16", own, virtualNetworkPeerings=[peering("hub")]),
        nsg("g", rule("ssh", 100, destinationPortRange="22"), rule("no", 110, "Deny")),
        pip("p"),
        nic("n", "v", "s", "10.0.1.4", "p", ip={"loadBalancerBackendAddressPools": [{"id": "/p"}]}),
        table("t", ("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")),
        gateway("gw", "hub"),
        site("office", "192.168.7.0/24"),
        connection("c", "gw", "office"),
        admin("a", 10, "Deny"),
        *linked(),
        zone_link("v"),
        made(
            "Microsoft.Web/sites",
            "app",
            {"siteConfig": site_config, "virtualNetworkSubnetId": subnet_id("v", "s")["id"]},
        ),
        made(f"{NETWORK}/loadBalancers", "b", balanced),
        made(
            "Microsoft.Storage/storageAccounts",
            "st",
            {"networkAcls": {"ipRules": [{"value": "1.2.3.4", "action": "Allow"}]}},
        ),
        made("Microsoft.DocumentDB/databaseAccounts", "db", {"ipRules": [{"ipAddressOrRange": "1.2.3.4"}]}),
        made("Microsoft.EventHub/namespaces/networkRuleSets", "eh/default", {"ipRules": [{"ipMask": "1.2.3.4"}]}),
        made("Microsoft.EventHub/namespaces", "eh", {}),
        made("Microsoft.Sql/servers", "sql", {}),
        made("Microsoft.Sql/servers/firewallRules", "sql/a", {"startIpAddress": "1.2.3.4", "endIpAddress": "1.2.3.5"}),
        assigned("Owner", condition="@Resource[a] StringEquals 'x'"),
        denied([{"id": "x"}]),
        schedule("roleEligibilitySchedules"),
        vault(None, policy(secrets=["get"])),
        machine(type="SystemAssigned", principalId="x"),
        encrypted("https://kv.vault.azure.net/keys/cmk"),
        key("cmk", rotationPolicy={"lifetimeActions": [{"action": {"type": "Rotate"}}]}),
        cluster(enableSecretRotation="true"),
        *segments(),
        *spreads(),
    ]


def segments() -> list[Resource]:
    """Pods and policies."""
    peers = [
        {"namespaceSelector": {"matchLabels": {"a": "b"}}},
        {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}},
    ]
    ports = [{"port": 80, "endPort": 90, "protocol": "TCP"}, {"port": "http"}]
    expressions = [{"key": "app", "operator": "In", "values": ["web"]}]
    spec = {
        "podSelector": {"matchExpressions": expressions},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": peers, "ports": ports}],
        "egress": [{"to": peers, "ports": ports}],
    }
    containers = [{"ports": [{"name": "http", "containerPort": 80}]}]
    return [
        clusters.cluster(podCidr="10.244.0.0/16", networkDataplane="azure"),
        clusters.namespace("shop", {"a": "b"}),
        clusters.pods("web", {"app": "web"}, containers=containers, hostNetwork=False),
        clusters.pods("data", {"app": "data"}, containers=containers),
        clusters.policy("p", spec),
    ]


def spreads() -> list[Resource]:
    """What stands in zones."""
    configuration = {"name": "c", "properties": {"subnet": subnet_id("v", "s"), "privateIPAddress": "10.0.9.4"}}
    pool = {"name": "p", "availabilityZones": ["1"], "vnetSubnetID": subnet_id("v", "s")["id"]}
    return [
        made(
            f"{NETWORK}/azureFirewalls",
            "f",
            {"ipConfigurations": [configuration], "sku": {"tier": "Basic"}},
            zones=["1"],
        ),
        made(f"{NETWORK}/natGateways", "nat", {}, sku={"name": "Standard"}, zones=["1"]),
        made("Microsoft.ContainerService/managedClusters", "k", {"agentPoolProfiles": [pool]}, location="westeurope"),
        made("Microsoft.Cache/redis", "r", {"sku": {"name": "Premium"}}, location="westeurope", zones=["1"]),
        made("Microsoft.DBforMySQL/flexibleServers", "m", {"highAvailability": {"mode": "SameZone"}}),
        made("Microsoft.Web/serverfarms", "asp", {"zoneRedundant": False}, sku={"capacity": 1}),
        made(
            "Microsoft.ApiManagement/service",
            "api",
            {
                "virtualNetworkType": "Internal",
                "virtualNetworkConfiguration": {"subnetResourceId": subnet_id("v", "s")["id"]},
            },
            sku={"name": "Premium"},
        ),
        made("Microsoft.Web/hostingEnvironments", "ase", {"virtualNetwork": subnet_id("v", "s")}, kind="ASEV2"),
        made(
            "Microsoft.Network/expressRouteCircuits",
            "er",
            {"peerings": [{"properties": {"peeringType": "MicrosoftPeering", "state": "Enabled"}}]},
        ),
        made(
            "Microsoft.DevOpsInfrastructure/pools",
            "agents",
            {"fabricProfile": {"networkProfile": {"subnetId": subnet_id("v", "s")["id"]}}},
        ),
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, item in value.items():
            found += places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict):
        return {name: changed(item, tuple(rest), new) if name == step else item for name, item in value.items()}
    return [changed(item, tuple(rest), new) if index == step else item for index, item in enumerate(value)]


def analysed(resources: list[Resource]) -> Estate:
    estate = Estate([Reading("inventory", "test", resources, elsewhere=PIPELINES)])
    found = with_facts(estate, ANALYSES)
    list(Matrix(Networks(estate)).cells())
    return found


def test_the_seeds_say_something() -> None:
    found = analysed(seeds())
    kinds = {item.type.partition("/")[0] for item in found if item.type.startswith("Everward.")}
    assert kinds >= {"Everward.Reach", "Everward.Access", "Everward.Keys"}


def test_whatever_stands_at_any_place_nothing_fails() -> None:
    originals = seeds()
    chance = random.Random(5)
    for index, original in enumerate(originals):
        for path in places(original.body):
            new = chance.choice(STRANGE)
            mine = original.with_body(changed(original.body, path, new))
            others = chance.sample([item for item in originals if item is not original], 12)
            analysed([mine, *others] if index % 2 else [*others, mine])


def test_several_strange_values_at_once() -> None:
    chance = random.Random(9)
    for _ in range(150):
        resources = []
        for original in seeds():
            body = original.body
            for path in chance.sample(places(body), min(2, len(places(body)))):
                body = changed(body, path, chance.choice(STRANGE)) if _there(body, path) else body
            resources.append(original.with_body(body))
        analysed(resources)


def _there(value: Any, path: tuple[Any, ...]) -> bool:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


@pytest.mark.skipif(not os.environ.get("EVERWARD_CASES"), reason="EVERWARD_CASES names no folder")
def test_recorded_bodies_are_analysed() -> None:
    packed = Path(os.environ["EVERWARD_CASES"]) / "corpus" / "arm-get-bodies.json.gz"
    resources = []
    for record in json.loads(gzip.decompress(packed.read_bytes())):
        body = record["body"]
        if body.get("id") and body.get("type"):
            resources.append(
                Resource(body["id"], body["type"], str(body.get("name")), body, Origin(source="inventory"))
            )
    assert len(analysed(resources)) > len(resources) / 2
