"""Adapters for cases about networks: a question in words, resources as ARM has them, an answer.

What a question varies (addresses, ports, names, directions) is read from it, so that other questions of the same form,
about other resources, are answered as well.
"""

import re
from pathlib import Path
from typing import Any

from tests.conformance.cases import Answer, Case

from everward.estate import Estate, Reading, Resource
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.admin import Action, combined, first_action
from everward.facts.reach.admission import admissions
from everward.facts.reach.apps import around_front_door, doors
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.filters import Gate
from everward.facts.reach.names import SubnetNames
from everward.facts.reach.paths import Networks, OpenGate
from everward.facts.reach.privatelink import overrides_endpoint
from everward.facts.reach.publicips import open_without_group, protection, sku_name
from everward.facts.reach.routes import SERVICE_TAGS, Hop, Origin, Route, choose, effective_routes
from everward.facts.reach.rules import GROUP_TYPE, INBOUND, OUTBOUND
from everward.facts.reach.services import Service, join_ports, parse_ports
from everward.facts.reach.tags import tag_addresses
from everward.facts.reach.topology import Subnet, endpoint_policies
from everward.values import Origin as Place
from everward.values import Unknown

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
HERE = Place(source="inventory")


def made(type_: str, name: str, body: dict[str, Any], id_: str = "") -> Resource:
    return Resource(id_ or f"{GROUP}/providers/{type_}/{name}", type_, name, body, HERE)


def absolute(value: Any) -> Any:
    """Ids of cases that begin at the resource group, as ids of one subscription."""
    if isinstance(value, dict):
        return {key: absolute(item) for key, item in value.items()}
    if isinstance(value, list):
        return [absolute(item) for item in value]
    if isinstance(value, str) and value.startswith("resourceGroups/"):
        return f"/subscriptions/00000000-0000-0000-0000-000000000001/{value}"
    return value


def estate_of(resources: list[dict[str, Any]]) -> Estate:
    found = [
        made(item["type"], item.get("name", "x"), absolute(item), absolute(item.get("id", "")))
        for item in resources
        if "type" in item
    ]
    return Estate([Reading("inventory", "case", [*found, *_gateways(found)])])


def _gateways(resources: list[Resource]) -> list[Resource]:
    """A gateway of a case names its network, and is connected to every site of the case."""
    gateways = [item for item in resources if item.type_key == "microsoft.network/virtualnetworkgateways"]
    sites = [item for item in resources if item.type_key == "microsoft.network/localnetworkgateways"]
    found: list[Resource] = []
    for gateway in gateways:
        network = next((item for item in resources if item.name == gateway.body.get("vnet")), None)
        if network is None:
            continue
        subnet = f"{network.id}/subnets/GatewaySubnet"
        found.append(made(f"{network.type}/subnets", "GatewaySubnet", {"properties": {}}, subnet))
        properties: dict[str, Any] = gateway.body["properties"]  # type: ignore[assignment]
        properties["ipConfigurations"] = [{"name": "one", "properties": {"subnet": {"id": subnet}}}]
        for site in sites:
            body = {"virtualNetworkGateway1": {"id": gateway.id}, "localNetworkGateway2": {"id": site.id}}
            found.append(made("Microsoft.Network/connections", site.name, {"properties": body}))
    return found


def service(protocol: str, port: str | None) -> Service:
    ports = None if port is None else parse_ports(port)
    return Service(protocol.lower()) if ports is None else Service(protocol.lower(), ports=ports)


def verdict(gate: OpenGate, one: Addresses, two: Addresses, mask: int) -> str:
    """`Allow` when all of it passes between all addresses, `Deny` when none does."""
    parts = gate.parts(one, two)
    if all(part.passage.least & mask == mask for part in parts):
        return "Allow"
    return "Deny" if not any(part.passage.most & mask for part in parts) else "Unknown"


def decided_by(gate: Gate, one: Addresses, two: Addresses, mask: int) -> str:
    """The rule that decides, for addresses that no rule tells apart: of the group that denies, else of the last."""
    name = ""
    for item in gate.filters:
        sure = item.sources(one)[0].sure & item.destinations(two)[0].sure
        bound = next(bound for index, bound in enumerate(item.rules) if sure >> index & 1 and bound.sure & mask)
        name = bound.rule.name
        if not bound.rule.allows:
            break
    return name


def networks(case: Case, *services: Service) -> Networks:
    return Networks(estate_of(case["resources"]), services)


def endpoint_of(world: Networks, name: str) -> Endpoint:
    return next(item for item in world.endpoints.all if item.resource.name.lower() == name.lower())


def internet(world: Networks, endpoint: Endpoint) -> Addresses:
    """Public addresses that no tag of the product tells apart from others: of the documentation's blocks."""
    found = parse_addresses("198.51.100.0/24")
    assert found is not None
    extent = world.names(endpoint.subnet).tag("Internet")
    assert extent is not None
    return found.intersection(extent.sure)


def nsg_verdict(case: Case, _folder: Path) -> Answer:
    question = case["question"]
    one = re.match(r"(inbound|outbound) (\w+)/(\S+) (?:from|to) the Internet", question)
    if one is not None:
        asked = service(one[2], one[3])
        world = networks(case, asked)
        answers = {}
        for endpoint in world.endpoints.all:
            gate = world.gate(endpoint, one[1])
            far, near = internet(world, endpoint), endpoint.addresses
            ends = (far, near) if one[1] == INBOUND else (near, far)
            answers[endpoint.resource.name] = verdict(gate, *ends, world.space.mask(asked))
        return {"value": answers}
    two = re.match(r"may (\S+) open (\w+)/(\S+) to (\S+) ", question)
    if two is None:
        return _puzzled(case)
    asked = service(two[2], two[3])
    world = networks(case, asked)
    return {"value": between(world, endpoint_of(world, two[1]), endpoint_of(world, two[4]), asked)}


def between(world: Networks, source: Endpoint, target: Endpoint, asked: Service) -> str:
    mask = world.space.mask(asked)
    ways = [
        verdict(world.gate(item, direction), source.addresses, target.addresses, mask)
        for item, direction in ((source, OUTBOUND), (target, INBOUND))
    ]
    return "Deny" if "Deny" in ways else "Unknown" if "Unknown" in ways else "Allow"


def flow(case: Case, _folder: Path) -> Answer:
    found = re.match(r"(\S+) -> (\S+) (\w+)/(\S+) (inbound|outbound) at (destination|source)", case["question"])
    if found is None:
        return _puzzled(case)
    asked = service(found[3], found[4])
    world = networks(case, asked)
    ends = []
    for name, other in ((found[1], found[2]), (found[2], found[1])):
        if name == "Internet":
            ends.append(internet(world, endpoint_of(world, other)))
        else:
            ends.append(endpoint_of(world, name).addresses)
    at = endpoint_of(world, found[2] if found[6] == "destination" else found[1])
    gate = world.gate(at, found[5])
    mask = world.space.mask(asked)
    rule = decided_by(gate.gate, ends[0], ends[1], mask)
    return {"value": {"access": verdict(gate, ends[0], ends[1], mask), "rule": rule}}


def next_hop(case: Case, _folder: Path) -> Answer:
    found = re.match(r"next hop type \(and route\) for traffic from (\S+) to (\S+)", case["question"])
    if found is None:
        return _puzzled(case)
    world = networks(case)
    subnet = next(item for item in world.topology.subnets.values() if item.name == found[1])
    address = _named_address(found[2])
    if address is None:
        return _puzzled(case)
    [route, *others] = choose(effective_routes(world.topology, subnet), *address)
    if others:
        return {"error": "open", "message": f"it is not certain which of {len(others) + 1} routes"}
    name = route.name if route.origin is Origin.USER else "Default"
    name = "(service endpoint route)" if route.hop is Hop.ENDPOINT else name
    return {"value": {"nextHopType": str(route.hop), "route": name}}


def _named_address(text: str) -> tuple[int, int] | None:
    """An address, or `storage-service-ip`: some address of a service."""
    found = parse_addresses(text)
    if found is None and text.endswith("-service-ip"):
        tag = next((tag for name, tag in SERVICE_TAGS.items() if name.endswith(text.removesuffix("-service-ip"))), "")
        found = tag_addresses(tag)
    return None if found is None else found.first()


def _routes(listed: list[Any]) -> list[Route]:
    found = []
    for item in listed:
        entry = {"prefix": item} if isinstance(item, str) else item
        prefix = entry["prefix"]
        addresses = parse_addresses(prefix)
        assert addresses is not None
        origin = {"User": Origin.USER, "BGP": Origin.GATEWAY, "VirtualNetworkGateway": Origin.GATEWAY}
        chosen = origin.get(entry.get("source", "Default"), Origin.SYSTEM)
        found.append(Route(prefix, Hop(entry.get("nextHop", "Internet")), chosen, (prefix,), addresses))
    return found


def _choice(case: Case) -> Route | None:
    found = re.search(r"for (\S+)\?", case["question"])
    address = None if found is None else _named_address(found[1])
    chosen = () if address is None else choose(_routes(case["resources"]["routes"]), *address)
    return chosen[0] if len(chosen) == 1 else None


def longest_prefix(case: Case, _folder: Path) -> Answer:
    route = _choice(case)
    return _puzzled(case) if route is None else {"value": route.name}


def route_choice(case: Case, _folder: Path) -> Answer:
    route = _choice(case)
    return _puzzled(case) if route is None else {"value": str(route.hop)}


def reasoning(case: Case, _folder: Path) -> Answer:
    found = re.search(r"are resources of (\S+) directly reachable from the Internet", case["question"])
    if found is None:
        return _puzzled(case)
    world = networks(case)
    subnet = next(item for item in world.topology.subnets.values() if item.name == found[1])
    return {"value": world.answers_internet(subnet)}


def admin_rule(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    if "adminRules" in given:
        action = first_action((item["priority"], Action(item["access"])) for item in given["adminRules"])
    else:
        action = None if given["adminRuleAction"] is None else Action(given["adminRuleAction"])
    return {"value": combined(action, given["nsgVerdict"])}


def endpoint_policy(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    if "subnet" in given:
        return {"value": list(endpoint_policies(given["subnet"]["properties"]))}
    routed = endpoint_policies({"privateEndpointNetworkPolicies": given["policy"]})[1]
    return {"value": overrides_endpoint(given["udr"], [given["vnetPrefix"]], routed=routed)}


def _site(given: dict[str, Any]) -> Estate:
    body = {key: given[key] for key in ("publicNetworkAccess", "siteConfig")}
    site = made("Microsoft.Web/sites", "site", {"properties": body})
    connection = {"properties": {"privateLinkServiceId": site.id}}
    link = made(
        "Microsoft.Network/privateEndpoints", "e", {"properties": {"privateLinkServiceConnections": [connection]}}
    )
    return Estate([Reading("inventory", "case", [site, *([link] if given["privateEndpointApproved"] else [])])])


def app_service(case: Case, _folder: Path) -> Answer:
    found = re.match(r"(main|scm) site request from (\S+)", case["question"])
    if found is None:
        return _puzzled(case)
    estate = _site(case["resources"])
    door = next(
        item for item in doors(next(iter(estate)), estate) if item.name == ("site" if found[1] == "main" else "scm")
    )
    private = found[2] == "via-private-endpoint"
    address = parse_addresses(found[2])
    answer = door.admits(Addresses() if address is None else address, private=private)
    return {"value": _word(answer)}


def front_door(case: Case, _folder: Path) -> Answer:
    estate = _site(case["resources"])
    [door, *_] = doors(next(iter(estate)), estate)
    answer = around_front_door(door, case["resources"]["frontDoorId"])
    return {"value": None if isinstance(answer, Unknown) else answer}


def _word(answer: Any) -> str:
    return "Unknown" if isinstance(answer, Unknown) else "Allow" if answer else "Deny"


def paas(type_: str, case: Case) -> Answer:
    found = re.search(r"from (another subnet with the service endpoint|\S+)", case["question"])
    if found is None:
        return _puzzled(case)
    resource = made(type_, "x", case["resources"])
    [admission] = admissions(resource, Estate([Reading("inventory", "case", [resource])]))
    if found[1].startswith("another subnet"):
        return {"value": _word(admission.admits_subnet(f"{GROUP}/another"))}
    address = parse_addresses(found[1])
    return _puzzled(case) if address is None else {"value": _word(admission.admits(address))}


TYPES = {
    "networkAcls": "Microsoft.Storage/storageAccounts",
    "ipRules": "Microsoft.DocumentDB/databaseAccounts",
    "isVirtualNetworkFilterEnabled": "Microsoft.DocumentDB/databaseAccounts",
}
"""Which service a body without a type is of."""


def paas_access(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    named = given.get("type") or next((TYPES[key] for key in TYPES if key in given["properties"]), "")
    return paas(named, case)


def aks_api(case: Case, _folder: Path) -> Answer:
    return paas("Microsoft.ContainerService/managedClusters", case)


def public_address(case: Case, _folder: Path) -> Answer:
    """A group is named by what it does with the port that is asked for: `allow-80`."""
    given = case["resources"]
    asked = re.match(r"inbound (\w+)/(\S+) from", case["question"])
    if asked is None:
        return _puzzled(case)
    if given["effectiveNsg"] is None:
        return {"value": _word(open_without_group(sku_name(given["publicIP"])))}
    access, _, port = given["effectiveNsg"].partition("-")
    body = {"priority": 100, "direction": "Inbound", "access": access.capitalize(), "protocol": "*"}
    ports = {"sourcePortRange": "*", "destinationPortRange": port or "*"}
    rest = {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    group = made(
        GROUP_TYPE, "g", {"properties": {"securityRules": [{"name": "a", "properties": {**body, **ports, **rest}}]}}
    )
    return {"value": "Allow" if _exposed(group, service(asked[1], asked[2]), ["198.51.100.7"], "10.0.0.4") else "Deny"}


def ddos(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    settings = {key: given[key] for key in ("protectionMode", "ddosProtectionPlan") if key in given}
    found = protection(sku_name({"sku": given["sku"]}), settings, given.get("vnet"), given.get("attachedTo", ""))
    return {"value": str(found)}


def _exposed(group: Resource, asked: Service, probes: list[str], target: str) -> bool:
    estate = Estate([Reading("inventory", "case", [group])])
    world = Networks(estate, [asked])
    names = SubnetNames(world.topology, None, world.endpoints.places)
    # A group alone: its network holds the target, and nothing else is known of it.
    parsed = parse_addresses(target)
    assert parsed is not None
    names.network = names.network._replace(sure=parsed, most=parsed)
    found = world.filter(group.id, INBOUND, None, names)
    assert found is not None
    mask = world.space.mask(asked)
    for probe in probes:
        source = parse_addresses(probe)
        assert source is not None
        [(_, _, passage)] = Gate([found], world.space).passages(source, parsed)
        if passage.least & mask != mask:
            return False
    return True


def nsg_port_exposed(case: Case, _folder: Path) -> Answer:
    found = re.search(r"let (\w+)/(\S+) in from .*\(probes (.*)\) to (\S+)\?", case["question"])
    if found is None:
        return _puzzled(case)
    [group] = estate_of(case["resources"]).of_type(GROUP_TYPE)
    return {"value": _exposed(group, service(found[1], found[2]), found[3].split(" and "), found[4])}


def effective(case: Case, _folder: Path) -> Answer:
    """The route table as the service shows it: prefixes, next hop, source, state."""
    world = networks(case)
    [subnet] = world.topology.subnets.values()
    return {"value": _table(world, subnet)}


def _table(world: Networks, subnet: Subnet) -> list[list[Any]]:
    # IPv6 is shown where the network has it.
    six = bool(subnet.network.addresses.v6)
    routes = [route for route in effective_routes(world.topology, subnet) if route.certain is True]
    shown = [route for route in routes if six or not route.addresses.v6]
    return [[list(route.prefixes), str(route.hop), str(route.origin), "Active"] for route in shown]


def flow_trace(case: Case, _folder: Path) -> Answer:
    found = re.match(r"(?:(ICMP echo|any|TCP|UDP)(?:/(\d+))? )?([\d.]+) -> ([\d.]+)", case["question"])
    if found is None:
        return _puzzled(case)
    protocol = {"ICMP echo": "icmp", None: "*", "any": "*"}.get(found[1], str(found[1]).lower())
    asked = service(protocol, found[2])
    world = networks(case, asked)
    one, two = parse_addresses(found[3]), parse_addresses(found[4])
    assert one is not None
    assert two is not None
    return {"value": _traced(world, one, two, asked)}


def _at(world: Networks, place: tuple[int, int]) -> Endpoint | None:
    """The endpoint with an address: its own, or one of its subnet's that no other has."""
    found = world.endpoints.at(*place)
    found += [item for item in world.endpoints.all if not item.single and item.addresses.has(*place)]
    return found[0] if found else None


def _traced(world: Networks, one: Addresses, two: Addresses, asked: Service) -> str:
    """What becomes of a packet, in the words of the network analyser that the cases come from."""
    place = one.first()
    assert place is not None
    source = _at(world, place)
    if source is None:
        return "NO_SOURCE"
    mask = world.space.mask(asked)
    if verdict(world.gate(source, OUTBOUND), one, two, mask) != "Allow":
        return "DENIED"
    assert source.subnet is not None
    place = two.first()
    assert place is not None
    [hop] = {route.hop for route in choose(effective_routes(world.topology, source.subnet), *place)}
    if hop in (Hop.LOCAL, Hop.PEERING):
        found = _at(world, place)
        if found is None:
            return "NO_ROUTE"
        return "ACCEPTED" if verdict(world.gate(found, INBOUND), one, two, mask) == "Allow" else "DENIED"
    if world.way_out(source) is False:
        return "DENIED_OUT"
    inside = [key for key, addresses in world.endpoints.public.items() if addresses.covers(two)]
    for target in world.endpoints.all:
        if any(isinstance(id_, str) and id_.lower() in inside for id_ in target.public):
            gate = world.gate(target, INBOUND)
            return "ACCEPTED" if verdict(gate, one, target.addresses, mask) == "Allow" else "DENIED"
    return "EXITS_NETWORK"


def custodian(case: Case, _folder: Path) -> Answer:
    """Filters of Cloud Custodian on groups and interfaces, with the meaning that its documentation gives them."""
    question = case["question"]
    resources = [absolute(item) for item in case["resources"]]
    wanted = {"azure.networksecuritygroup": "networksecuritygroups", "azure.networkinterface": "networkinterfaces"}
    kind = wanted.get(question["resource"], "")
    kept = [item for item in resources if str(item.get("type", "")).lower().endswith(f"/{kind}")]
    matched: list[str] = []
    for item in question["filters"]:
        if item["type"] == "value":
            kept = [one for one in kept if str(one.get(item["key"], "")).strip().lower() == item["value"]]
        elif item["type"] in ("ingress", "egress"):
            kept, matched = _by_rules(kept, item)
        elif item["type"] == "effective-route-table":
            kept = [one for one in kept if item["value"] in _hops_of(one, resources)]
        else:
            return _puzzled(case)
    return {"value": {"count": len(kept), "matched": matched}}


def _ports_of(rule: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    body = rule["properties"]
    texts = [body.get("destinationPortRange"), *(body.get("destinationPortRanges") or ())]
    parsed = [parse_ports(text) for text in texts if text]
    return join_ports(item for ports in parsed if ports is not None for item in ports)


def _by_rules(groups: list[dict[str, Any]], item: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Groups by what their rules do with ports: `all` of them, or `any`; what no rule names is denied."""
    # A later answer of the service about a group replaces an earlier one.
    latest = {str(group.get("id", index)): group for index, group in enumerate(groups)}
    direction = "inbound" if item["type"] == "ingress" else "outbound"
    asked = join_ports(range_ for text in item.get("ports", "0-65535").split(",") for range_ in parse_ports(text) or ())
    spared = item.get("exceptPorts")
    kept, names = [], []
    for group in latest.values():
        rules = [rule for rule in group["properties"]["securityRules"] if _named(rule, "direction") == direction]
        if "Cidr" in item:
            rules = [rule for rule in rules if _within(rule, item["Cidr"])]
            if not any(_named(rule, "access") == item["access"].lower() for rule in rules):
                continue
        wanted = {port for first, last in asked for port in range(first, last + 1)}
        if spared:
            wanted -= {
                port
                for text in spared.split(",")
                for first, last in parse_ports(text) or ()
                for port in range(first, last + 1)
            }
        allowed = _allowed(rules, wanted)
        chosen = allowed if item["access"] == "Allow" else wanted - allowed
        if chosen == wanted if item.get("match", "all") == "all" else chosen:
            kept.append(group)
            names += [
                rule["name"]
                for rule in sorted(rules, key=lambda rule: int(rule["properties"]["priority"]))
                if _named(rule, "access") == item["access"].lower()
                and any(first <= port <= last for first, last in _ports_of(rule) for port in wanted)
            ]
    return kept, names


def _named(rule: dict[str, Any], key: str) -> str:
    return str(rule["properties"][key]).lower()


def _within(rule: dict[str, Any], wanted: dict[str, Any]) -> bool:
    side = wanted.get("ipType", "source")
    body = rule["properties"]
    texts = [body.get(f"{side}AddressPrefix"), *(body.get(f"{side}AddressPrefixes") or ())]
    own = [parse_addresses(text) for text in texts if text]
    outer = [parse_addresses(text) for text in wanted["value"]]
    return bool(own) and all(any(one and two and two.covers(one) for two in outer) for one in own)


def _allowed(rules: list[dict[str, Any]], wanted: set[int]) -> set[int]:
    found: set[int] = set()
    left = set(wanted)
    for rule in sorted(rules, key=lambda rule: int(rule["properties"]["priority"])):
        mine = {port for port in left if any(first <= port <= last for first, last in _ports_of(rule))}
        left -= mine
        if _named(rule, "access") == "allow":
            found |= mine
    return found


def _hops_of(interface: dict[str, Any], resources: list[dict[str, Any]]) -> set[str]:
    """Where the effective routes of an interface lead, by its own network's addresses."""
    shown = [item for item in resources if "nextHopType" in item]
    local = next(item["addressPrefix"][0] for item in shown if item["nextHopType"] == "VnetLocal")
    address = interface["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
    inside, own = parse_addresses(local), parse_addresses(address)
    assert inside is not None
    assert own is not None
    body = {
        "addressSpace": {"addressPrefixes": [local]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": local}}],
    }
    network = made("Microsoft.Network/virtualNetworks", "v", {"properties": body})
    world = Networks(Estate([Reading("inventory", "case", [network])]))
    [subnet] = world.topology.subnets.values()
    return (
        {str(hop) for _, hops in world.hops(subnet, Addresses().complement()) for hop in hops}
        if inside.covers(own)
        else set()
    )


def _puzzled(case: Case) -> Answer:
    return {"error": "question", "message": f"the question is of no known form: {case['question']}"}


def judge(answer: Answer, expected: Any) -> bool:
    wanted = expected["value"]
    given = answer.get("value")
    if isinstance(wanted, dict) and isinstance(given, dict):
        return wanted.items() <= given.items()
    return "value" in answer and bool(given == wanted) and type(given) is type(wanted)
