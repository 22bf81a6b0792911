"""Adapters answer records that nobody published: of every kind, about other resources, packets, roles and operations.

They are told what an adapter may know, and nothing else: whoever looks for more fails.
"""

import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.conformance.cases import read_cases
from tests.conformance.kinds import IDENTITIES, KINDS, NETWORKS

CASES = os.environ.get("EVERWARD_CASES")
OWN = {**NETWORKS, **IDENTITIES}
GROUP = "/subscriptions/s1/resourceGroups/lab"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
TOLD = frozenset({"kind", "question", "resources"})


class Told(dict[str, Any]):
    """A case of which an adapter may read what is asked, and nothing of what is expected."""

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key) if key in TOLD else self._forbidden(key)

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, default) if key in TOLD else self._forbidden(key)

    def _forbidden(self, key: str) -> NoReturn:
        raise AssertionError(f"an adapter looks at `{key}`")

    def items(self) -> Any:
        return self._forbidden("everything")

    values = items


def ask(kind: str, question: Any, resources: Any) -> Any:
    case = Told(kind=kind, question=question, resources=resources, id="made", expected="nothing", note="no")
    return OWN[kind](case, Path())


def value(kind: str, question: Any, resources: Any) -> Any:
    return ask(kind, question, resources).get("value")


def rule(name: str, priority: int, access: str = "Allow", **more: Any) -> dict[str, Any]:
    body = {
        "priority": priority,
        "access": access,
        "direction": "Inbound",
        "protocol": "Tcp",
        "sourcePortRange": "*",
        "destinationPortRange": "*",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
    }
    return {"name": name, "id": f"/r/{name}", "properties": {**body, **more}}


def nsg(name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    type_ = "Microsoft.Network/networkSecurityGroups"
    return {
        "id": f"{NETWORK}/networkSecurityGroups/{name}",
        "type": type_,
        "name": name,
        "properties": {"securityRules": list(rules)},
    }


def subnet(name: str, prefix: str, group: str = "", **more: Any) -> dict[str, Any]:
    held = {"networkSecurityGroup": {"id": f"{NETWORK}/networkSecurityGroups/{group}"}} if group else {}
    return {
        "id": f"{NETWORK}/virtualNetworks/lab/subnets/{name}",
        "name": name,
        "properties": {"addressPrefix": prefix, **held, **more},
    }


def vnet(*subnets: dict[str, Any], spaces: tuple[str, ...] = ("172.28.0.0/16", "fd10::/48")) -> dict[str, Any]:
    body = {"addressSpace": {"addressPrefixes": list(spaces)}, "subnets": list(subnets)}
    type_ = "Microsoft.Network/virtualNetworks"
    return {"id": f"{NETWORK}/virtualNetworks/lab", "type": type_, "name": "lab", "properties": body}


def nic(name: str, place: str, address: str, group: str = "", asg: str = "", public: str = "") -> dict[str, Any]:
    item: dict[str, Any] = {
        "subnet": {"id": f"{NETWORK}/virtualNetworks/lab/subnets/{place}"},
        "privateIPAddress": address,
    }
    if asg:
        item["applicationSecurityGroups"] = [{"id": f"{NETWORK}/applicationSecurityGroups/{asg}"}]
    if public:
        item["publicIPAddress"] = {"id": f"{NETWORK}/publicIPAddresses/{public}"}
    body: dict[str, Any] = {"ipConfigurations": [{"name": "one", "properties": item}]}
    if group:
        body["networkSecurityGroup"] = {"id": f"{NETWORK}/networkSecurityGroups/{group}"}
    type_ = "Microsoft.Network/networkInterfaces"
    return {"id": f"{NETWORK}/networkInterfaces/{name}", "type": type_, "name": name, "properties": body}


def pip(name: str, address: str) -> dict[str, Any]:
    type_ = "Microsoft.Network/publicIPAddresses"
    return {
        "id": f"{NETWORK}/publicIPAddresses/{name}",
        "type": type_,
        "name": name,
        "properties": {"ipAddress": address},
    }


def routes(*written: dict[str, Any]) -> dict[str, Any]:
    listed = [{"name": f"r{index}", "properties": item} for index, item in enumerate(written)]
    type_ = "Microsoft.Network/routeTables"
    return {"id": f"{NETWORK}/routeTables/t", "type": type_, "name": "t", "properties": {"routes": listed}}


BY_TABLE: dict[str, Any] = {"routeTable": {"id": f"{NETWORK}/routeTables/t"}}
AWAY = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "172.28.9.4"}
DEAD = {"addressPrefix": "203.0.113.0/24", "nextHopType": "None"}
LAB = [
    nsg("edge", rule("rdp", 300, destinationPortRange="3389"), rule("ping", 310, protocol="Icmp")),
    nsg("own", rule("no", 200, "Deny", destinationPortRange="3000-4000"), rule("all", 210, protocol="*")),
    vnet(subnet("front", "172.28.1.0/24", "edge"), subnet("back", "172.28.2.0/24", **BY_TABLE)),
    routes(AWAY, DEAD),
    nic("web", "front", "172.28.1.7", group="own", asg="webs", public="p"),
    nic("db", "front", "172.28.1.8"),
    nic("job", "back", "172.28.2.9"),
    pip("p", "198.51.100.77"),
]

TO_DB: dict[str, Any] = {"sourceApplicationSecurityGroups": [{"id": f"{NETWORK}/applicationSecurityGroups/webs"}]}
ASGS = [
    nsg(
        "edge",
        rule("from webs", 500, destinationPortRange="6379", sourceAddressPrefix="", **TO_DB),
        rule("closed", 510, "Deny", protocol="*"),
    ),
    *LAB[1:],
]
RECORDS: list[tuple[str, Any, Any, Any]] = [
    ("nsg-verdict", "inbound TCP/3389 from the Internet: per VM", LAB, {"web": "Deny", "db": "Allow", "job": "Allow"}),
    ("nsg-verdict", "outbound UDP/53 to the Internet: per VM", LAB, {"web": "Allow", "db": "Allow", "job": "Allow"}),
    ("nsg-verdict", "may job open TCP/3389 to web?", LAB, "Deny"),
    ("nsg-verdict", "may job open UDP/500 to db in another subnet?", LAB, "Allow"),
    (
        "flow",
        "web -> db Tcp/6379 inbound at destination: verdict",
        ASGS,
        {"access": "Allow", "rule": "from webs"},
    ),
    ("flow", "job -> db Tcp/6379 inbound at destination: verdict", ASGS, {"access": "Deny", "rule": "closed"}),
    ("flow", "172.28.1.7 -> db Udp/6379 inbound at destination: x", ASGS, {"access": "Deny", "rule": "closed"}),
    ("flow", "Internet -> db Icmp inbound at destination: verdict", LAB, {"access": "Allow", "rule": "ping"}),
    (
        "flow",
        "db -> Internet Tcp/25 outbound at source: verdict",
        LAB,
        {"access": "Allow", "rule": "AllowInternetOutBound"},
    ),
    (
        "next-hop",
        "next hop type (and route) for traffic from back to 203.0.113.9",
        LAB,
        {"nextHopType": "None", "route": "r1"},
    ),
    (
        "next-hop",
        "next hop type (and route) for traffic from back to 9.9.9.9",
        LAB,
        {"nextHopType": "VirtualAppliance", "route": "r0"},
    ),
    ("lpm", "which route prefix is chosen for fd00:1::5?", {"routes": ["fd00::/16", "fd00:1::/32"]}, "fd00:1::/32"),
    (
        "route-choice",
        "which next hop for 10.3.0.1?",
        {
            "routes": [
                {"source": "Default", "prefix": "10.3.0.0/16", "nextHop": "VNetPeering"},
                {"source": "BGP", "prefix": "10.3.0.0/16", "nextHop": "VirtualNetworkGateway"},
                {"source": "User", "prefix": "10.0.0.0/8", "nextHop": "None"},
            ]
        },
        "VNetPeering",
    ),
    (
        "route-choice",
        "which next hop for 9.9.9.9?",
        {
            "routes": [
                {"source": "Default", "prefix": "0.0.0.0/0", "nextHop": "Internet"},
                {"source": "BGP", "prefix": "0.0.0.0/0", "nextHop": "VirtualNetworkGateway"},
            ]
        },
        "VirtualNetworkGateway",
    ),
    ("reasoning", "with a table, are resources of back directly reachable from the Internet?", LAB, False),
    ("reasoning", "without one, are resources of front directly reachable from the Internet?", LAB, True),
    ("admin-rule", "final verdict", {"adminRuleAction": "Deny", "nsgVerdict": "Allow"}, "Deny"),
    ("admin-rule", "final verdict", {"adminRuleAction": None, "nsgVerdict": "Deny"}, "Deny"),
    (
        "admin-rule",
        "final verdict for both",
        {
            "adminRules": [{"priority": 9, "access": "Deny"}, {"priority": 7, "access": "AlwaysAllow"}],
            "nsgVerdict": "Deny",
        },
        "Allow",
    ),
    (
        "pe-policy",
        "do they apply?",
        {"subnet": {"properties": {"privateEndpointNetworkPolicies": "RouteTableEnabled"}}},
        [False, True],
    ),
    (
        "pe-policy",
        "does it override?",
        {"vnetPrefix": "10.1.0.0/16", "policy": "Disabled", "udr": ["10.1.0.0/16"]},
        False,
    ),
    (
        "pe-policy",
        "does it override?",
        {"vnetPrefix": "10.1.0.0/16", "policy": "Enabled", "udr": ["10.0.0.0/8"]},
        False,
    ),
    ("appservice-access", "main site request from 192.0.2.1", {"siteConfig": {}}, "Allow"),
    (
        "appservice-access",
        "scm site request from 192.0.2.1",
        {
            "publicNetworkAccess": "Enabled",
            "siteConfig": {"scmIpSecurityRestrictions": [{"ipAddress": "192.0.2.0/31", "action": "Allow"}]},
        },
        "Allow",
    ),
    (
        "appservice-access",
        "scm site request from 192.0.2.9",
        {
            "publicNetworkAccess": "Enabled",
            "siteConfig": {
                "scmIpSecurityRestrictionsUseMain": True,
                "ipSecurityRestrictions": [{"ipAddress": "192.0.2.0/31", "action": "Allow", "priority": 5}],
            },
        },
        "Deny",
    ),
    ("appservice-access", "main site request from via-private-endpoint", {"siteConfig": {}}, "Deny"),
    (
        "frontdoor-bypass",
        "can a request that did not come through OUR Front Door profile be accepted?",
        {"frontDoorId": "22222222-0000-0000-0000-000000000000", "publicNetworkAccess": "Disabled", "siteConfig": {}},
        False,
    ),
    (
        "paas-access",
        "data-plane network admission from 192.0.2.4",
        {"properties": {"publicNetworkAccess": "Disabled"}},
        "Deny",
    ),
    (
        "paas-access",
        "data-plane network admission from 192.0.2.4",
        {"properties": {"ipRules": [{"ipAddressOrRange": "192.0.2.0/29"}]}},
        "Allow",
    ),
    (
        "aks-api",
        "API server connection from 192.0.2.4 (Standard LB, public cluster)",
        {"properties": {"apiServerAccessProfile": {"authorizedIPRanges": ["192.0.2.0/28"]}}},
        "Allow",
    ),
    (
        "aks-api",
        "API server connection from 192.0.2.4 (private cluster)",
        {"properties": {"apiServerAccessProfile": {"enablePrivateCluster": True}}},
        "Deny",
    ),
    (
        "pip-inbound",
        "inbound UDP/443 from the Internet to a VM NIC with this public IP",
        {"publicIP": {"sku": {"name": "Basic"}}, "effectiveNsg": "allow-80"},
        "Deny",
    ),
    (
        "pip-inbound",
        "inbound TCP/8080 from the Internet to a VM NIC with this public IP",
        {"publicIP": {"sku": "Basic"}, "effectiveNsg": "deny-all"},
        "Deny",
    ),
    (
        "pip-inbound",
        "inbound ICMP from the Internet",
        {"publicIP": {"sku": "Basic"}, "effectiveNsg": "default"},
        "Deny",
    ),
    ("ddos", "state", {"sku": "Standard", "attachedTo": "natGateway", "protectionMode": "Enabled"}, "notProtectable"),
    ("ddos", "state", {"sku": "Standard", "attachedTo": "virtualHub"}, "notProtectable"),
    (
        "ddos",
        "state",
        {"sku": "Basic", "attachedTo": "bastion", "vnet": {"enableDdosProtection": False}},
        "unprotected",
    ),
    ("ddos", "state", {"sku": "Standard", "attachedTo": "vm", "protectionMode": "Enabled"}, "protected"),
    (
        "nsg-port-exposed",
        "does this NSG alone let ICMP in from anywhere (probes 2001:db8::7, and 2001:db8::9) to fd10::4?",
        [nsg("g", rule("v6", 100, protocol="*", sourceAddressPrefix="2001:db8::/32"))],
        True,
    ),
    (
        "nsg-port-exposed",
        "does this NSG alone let TCP/22 in from arbitrary Internet sources (probe 2001:db8::7) to 10.0.0.4?",
        [nsg("g", rule("all", 100))],
        False,
    ),
    ("flow-trace", "TCP/3389 172.28.2.9 -> 172.28.1.7", LAB, "DENIED"),
    ("flow-trace", "UDP/53 172.28.2.9 -> 172.28.1.7", LAB, "ACCEPTED"),
    ("flow-trace", "TCP/443 8.8.8.8 -> 198.51.100.77", LAB, "DENIED"),
    ("flow-trace", "ICMP echo 8.8.4.4 -> 198.51.100.77", LAB, "ACCEPTED"),
    ("flow-trace", "172.28.1.8 -> 172.28.3.3", LAB, "NO_ROUTE"),
    ("flow-trace", "172.28.1.8 -> 172.28.2.77", LAB, "DELIVERED_TO_SUBNET"),
    ("flow-trace", "172.28.2.9 -> 203.0.113.3", LAB, "NO_ROUTE"),
    ("flow-trace", "8.8.8.8 -> 9.9.9.9", LAB, "NO_ROUTE"),
    ("abac-eval", "?", {"condition": "@Resource[a] NumericGreaterThan 4", "context": {"resource": {"a": 5}}}, True),
    (
        "abac-eval",
        "?",
        {
            "condition": "@Environment[utcNow] DateTimeLessThan '2024-01-01T00:00:00Z' AND ActionMatches{'a/*'}",
            "defaultContext": {"environment": {"utcNow": "2023-01-01T00:00:00Z"}, "action": "a/b"},
            "contextOverrides": {"environment": {"utc_now": "2025-01-01T00:00:00Z"}},
        },
        False,
    ),
    (
        "abac-eval",
        "?",
        {
            "condition": "@Principal[department] StringEquals 'ops' AND @Resource[id] StringStartsWith '/x'",
            "defaultContext": {"principal": {"department": "eng"}, "resource": {"id": "/y"}},
            "contextOverrides": {
                "principal_custom_security_attributes": {"department": "ops"},
                "resource_id": "/x/1",
                "data_action": "a/b",
            },
        },
        True,
    ),
    (
        "abac-parse",
        "?",
        {"condition": "NOT @Request[a] BoolEquals true"},
        {
            "type": "Unary",
            "operator": "Not",
            "operand": {
                "type": "Binary",
                "operator": "BoolEquals",
                "left": {"type": "AttributeReference", "source": "Request", "attribute": "a"},
                "right": {"type": "BooleanLiteral", "value": True},
            },
        },
    ),
    ("abac-parse-error", "?", {"condition": "@Request[a] BoolEquals OR true"}, "error"),
    ("wildcard", "?", {"pattern": "*/disks/*", "action": "Microsoft.Compute/disks/write"}, True),
    ("wildcard", "?", {"pattern": "Microsoft.Compute/*/read", "action": "Microsoft.Compute/read"}, False),
    (
        "effective",
        "does this role allow the data-plane action?",
        {"role": {"dataActions": ["*"], "notDataActions": ["X.Y/z/delete"]}, "action": "X.Y/z/Delete"},
        False,
    ),
    ("effective", "does Reader allow the control-plane action?", {"role": "Reader", "action": "X.Y/z/read"}, True),
    (
        "plane",
        "can she read the blob?",
        {"role": {"actions": ["*"]}, "action": "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"},
        False,
    ),
    (
        "additive",
        "allowed?",
        {
            "assignments": [
                {"role": {"actions": ["X.Y/*"], "notActions": ["X.Y/z/write"]}, "scope": "/subscriptions/s"},
                {"role": {"actions": ["X.Y/z/write"]}, "scope": "/subscriptions/s/resourceGroups/other"},
            ],
            "action": "X.Y/z/write",
            "scope": "/subscriptions/s/resourceGroups/rg",
        },
        False,
    ),
    (
        "deny",
        "allowed for 3f-a@b.c at the group?",
        {
            "roleActions": ["*"],
            "denyAssignment": {
                "permissions": [{"actions": ["*"], "notActions": ["*/read"]}],
                "principals": ["3f-a@b.c"],
                "scope": "/subscriptions/s",
            },
            "action": "Microsoft.Compute/disks/write",
            "scope": "/subscriptions/s/resourceGroups/rg",
        },
        False,
    ),
]


@pytest.mark.parametrize(("kind", "question", "resources", "answer"), RECORDS)
def test_records_that_nobody_published(kind: str, question: Any, resources: Any, answer: Any) -> None:
    assert value(kind, question, resources) == answer


def test_services_behind_endpoints_and_for_trusted_services() -> None:
    app = f"{NETWORK}/virtualNetworks/v/subnets/app"
    acls = {"defaultAction": "Deny", "bypass": "AzureServices", "virtualNetworkRules": [{"id": app, "action": "Allow"}]}
    body = {"properties": {"networkAcls": acls}}
    asked = "data-plane network admission from {}"
    assert value("paas-access", asked.format("another subnet with the service endpoint"), body) == "Deny"
    assert value("paas-access", asked.format("the listed subnet with the service endpoint"), body) == "Allow"
    assert value("paas-access", asked.format("a trusted service"), body) == "Allow"
    closed = {"properties": {"networkAcls": {**acls, "bypass": "None"}}}
    assert value("paas-access", asked.format("a trusted service"), closed) == "Deny"
    assert ask("paas-access", asked.format("somewhere"), body)["error"] == "question"
    cosmos = {"properties": {"ipRules": [{"ipAddressOrRange": "0.0.0.0"}], "isVirtualNetworkFilterEnabled": False}}
    assert value("paas-access", asked.format("40.76.54.131"), cosmos) == "Allow"
    assert value("paas-access", asked.format("198.51.100.9"), cosmos) == "Deny"
    assert value("paas-access", asked.format("an Azure VM of another customer"), cosmos) == "Allow"


def test_the_table_of_a_subnet_shows_what_it_does_not_use() -> None:
    own = vnet(subnet("front", "172.28.1.0/24"), subnet("back", "172.28.2.0/24", **BY_TABLE), spaces=("172.28.0.0/16",))
    listed = [own, routes({**AWAY, "addressPrefix": "172.28.0.0/16"})]
    system = [
        [["172.28.0.0/16"], "VnetLocal", "Default", "Active"],
        [["0.0.0.0/0"], "Internet", "Default", "Active"],
        [["10.0.0.0/8"], "None", "Default", "Active"],
        [["100.64.0.0/10"], "None", "Default", "Active"],
        [["192.168.0.0/16"], "None", "Default", "Active"],
    ]
    assert value("effective-routes", "of a NIC in subnet front", listed) == system
    hidden = [item if item[1] != "VnetLocal" else [*item[:3], "Invalid"] for item in system]
    found = value("effective-routes", "of a NIC", [*listed, nic("job", "back", "172.28.2.9")])
    assert found == [*hidden, [["172.28.0.0/16"], "VirtualAppliance", "User", "Active"]]
    assert ask("effective-routes", "of some NIC", listed)["error"] == "question"


def policy(resource: str, *filters: dict[str, Any]) -> dict[str, Any]:
    return {"name": "p", "resource": resource, "filters": list(filters)}


GROUPS = "azure.networksecuritygroup"
WRITTEN = [
    nsg(
        "a",
        rule("late", 400, destinationPortRange="20-30"),
        rule("dns", 300, protocol="Udp", destinationPortRange="53", sourceAddressPrefix="10.4.0.0/16"),
        rule("shut", 200, "Deny", destinationPortRange="25"),
        rule("away", 200, direction="Outbound", protocol="*", destinationAddressPrefix="Internet"),
    ),
    nsg("B"),
]


@pytest.mark.parametrize(
    ("filter_", "count", "matched"),
    [
        ({"type": "ingress", "access": "Allow", "ports": "20-30"}, 0, []),
        ({"type": "ingress", "access": "Allow", "ports": "20-30", "exceptPorts": "25"}, 1, ["late"]),
        ({"type": "ingress", "access": "Allow", "ports": "20-60", "match": "any"}, 1, ["dns", "late"]),
        ({"type": "ingress", "access": "Allow", "ports": "53", "ipProtocol": "TCP"}, 0, []),
        ({"type": "ingress", "access": "Allow", "ports": "53", "ipProtocol": "UDP"}, 1, ["dns"]),
        ({"type": "ingress", "access": "Allow", "ports": "53", "source": "*"}, 0, []),
        ({"type": "ingress", "access": "Deny", "ports": "25"}, 2, ["shut"]),
        ({"type": "egress", "access": "Allow"}, 1, ["away"]),
        ({"type": "egress", "access": "Allow", "ports": "1", "destination": "Internet"}, 1, ["away"]),
        (
            {
                "type": "ingress",
                "access": "Allow",
                "Cidr": {"value": ["10.0.0.0/8"], "ipType": "source", "op": "in", "value_type": "cidr"},
            },
            1,
            ["dns"],
        ),
        (
            {
                "type": "ingress",
                "access": "Allow",
                "ports": "22",
                "Cidr": {"value": ["10.0.0.0/8"], "ipType": "Source"},
            },
            1,
            [],
        ),
        (
            {
                "type": "ingress",
                "access": "Allow",
                "ports": "22",
                "match-operator": "or",
                "Cidr": {"value": ["10.0.0.0/8"], "ipType": "Source"},
            },
            1,
            ["dns", "late"],
        ),
    ],
)
def test_policies_that_nobody_published(filter_: dict[str, Any], count: int, matched: list[str]) -> None:
    assert value("filter", policy(GROUPS, filter_), WRITTEN) == {"count": count, "matched": matched}


def test_policies_about_names_and_routes() -> None:
    name = {"type": "value", "key": "name", "value": "b", "value_type": "normalize"}
    assert value("filter", policy(GROUPS, name), [*WRITTEN, WRITTEN[1]])["count"] == 1
    assert value("filter", policy(GROUPS, {**name, "value_type": "raw"}), WRITTEN)["count"] == 0
    assert value("filter", policy(GROUPS, {**name, "op": "ne"}), WRITTEN)["count"] == 1
    cards = [nic("one", "front", "172.28.1.4"), nic("two", "front", "192.0.2.4")]
    shown = [{"nextHopType": "VnetLocal", "addressPrefix": ["172.28.0.0/16"]}]
    by_route = {"type": "effective-route-table", "key": "routes.value[].source", "op": "in", "value": "Default"}
    assert value("filter", policy("azure.networkinterface", by_route), cards + shown)["count"] == 1
    user = {**by_route, "value": "User"}
    assert value("filter", policy("azure.networkinterface", user), cards + shown)["count"] == 0
    odd = {**by_route, "op": "difference"}
    assert ask("filter", policy("azure.networkinterface", odd), cards + shown)["error"] == "question"


@pytest.mark.parametrize("kind", ["nsg-verdict", "flow", "next-hop", "nsg-port-exposed", "flow-trace", "reasoning"])
def test_a_question_of_no_known_form_is_told(kind: str) -> None:
    assert ask(kind, "why?", LAB)["error"] == "question"


FILES = [
    *("network/azure_docs", "network/batfish_flows", "network/c7n_nsg", "network/nsg_matrix"),
    *("network/recorded_routes", "identity/abac_regorus", "identity/azure_docs"),
]


@pytest.mark.skipif(not CASES, reason="EVERWARD_CASES names no folder")
@pytest.mark.parametrize("name", FILES)
def test_answers_to_published_records_depend_on_nothing_else(name: str) -> None:
    asked = 0
    for case in read_cases(Path(CASES or "") / "conformance" / f"{name}.jsonl"):
        adapter, judge = KINDS[case["kind"]]
        alone = adapter({key: case[key] for key in TOLD}, Path())
        assert OWN[case["kind"]](Told(case), Path()) == alone
        other = {**case, "id": "another", "expected": "the contrary", "note": "", "source": "nowhere"}
        assert adapter(other, Path()) == alone
        assert not judge(alone, {"value": "the contrary"})
        asked += 1
    assert asked
