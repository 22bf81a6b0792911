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
from everward.facts.reach.services import Service, parse_ports
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
    two = re.match(r"may (\S+) open (\w+)/(\S+) to ([^\s?]+)", question)
    if two is None:
        return puzzled(case)
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
    form = r"(\S+) -> (\S+) (\w+)(?:/(\S+))? (inbound|outbound) at (destination|source)"
    found = re.match(form, case["question"])
    if found is None:
        return puzzled(case)
    asked = service(found[3], found[4])
    world = networks(case, asked)
    at = endpoint_of(world, found[2] if found[6] == "destination" else found[1])
    one, two = (_end(world, found[index], at) for index in (1, 2))
    gate = world.gate(at, found[5])
    mask = world.space.mask(asked)
    return {"value": {"access": verdict(gate, one, two, mask), "rule": decided_by(gate.gate, one, two, mask)}}


def _end(world: Networks, name: str, at: Endpoint) -> Addresses:
    """What one end of a flow is: the Internet, as another endpoint sees it, an address, or an endpoint by its name."""
    if name == "Internet":
        return internet(world, at)
    written = parse_addresses(name)
    return written if written is not None else endpoint_of(world, name).addresses


def next_hop(case: Case, _folder: Path) -> Answer:
    found = re.match(r"next hop type \(and route\) for traffic from (\S+) to (\S+)", case["question"])
    if found is None:
        return puzzled(case)
    world = networks(case)
    subnet = next(item for item in world.topology.subnets.values() if item.name == found[1])
    address = _named_address(found[2])
    if address is None:
        return puzzled(case)
    chosen = choose(effective_routes(world.topology, subnet), *address)
    if len(chosen) != 1:
        return {"error": "open", "message": f"it is not certain which of {len(chosen)} routes"}
    [route] = chosen
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
    return puzzled(case) if route is None else {"value": route.name}


def route_choice(case: Case, _folder: Path) -> Answer:
    route = _choice(case)
    return puzzled(case) if route is None else {"value": str(route.hop)}


def reasoning(case: Case, _folder: Path) -> Answer:
    found = re.search(r"are resources of (\S+) directly reachable from the Internet", case["question"])
    if found is None:
        return puzzled(case)
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
    body = {key: given.get(key) for key in ("publicNetworkAccess", "siteConfig")}
    site = made("Microsoft.Web/sites", "site", {"properties": body})
    connection = {"properties": {"privateLinkServiceId": site.id}}
    link = made(
        "Microsoft.Network/privateEndpoints", "e", {"properties": {"privateLinkServiceConnections": [connection]}}
    )
    return Estate([Reading("inventory", "case", [site, *([link] if given.get("privateEndpointApproved") else [])])])


def app_service(case: Case, _folder: Path) -> Answer:
    found = re.match(r"(main|scm) site request from (\S+)", case["question"])
    if found is None:
        return puzzled(case)
    estate = _site(case["resources"])
    door = next(
        item for item in doors(next(iter(estate)), estate) if item.name == ("site" if found[1] == "main" else "scm")
    )
    private = found[2] == "via-private-endpoint"
    if private and not case["resources"].get("privateEndpointApproved"):
        # Nothing comes through an endpoint that nobody approved.
        return {"value": "Deny"}
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
    found = re.search(r" from (.+?)(?: \(.*)?$", case["question"])
    if found is None:
        return puzzled(case)
    resource = made(type_, "x", case["resources"])
    [admission] = admissions(resource, Estate([Reading("inventory", "case", [resource])]))
    who = found[1].rstrip("?")
    azure = tag_addresses("AzureCloud")
    assert azure is not None
    address = parse_addresses(who)
    if address is not None:
        return {"value": _word(admission.admits(address, from_azure=azure.covers(address)))}
    if "subnet" in who:
        listed = [id_ for id_, _ in admission.subnets if isinstance(id_, str)]
        other = re.match(r"an(?:other| unlisted)\b", who) is not None or not listed
        named = next((id_ for id_ in listed if id_.lower() in who.lower()), f"{GROUP}/another" if other else listed[0])
        return {"value": _word(admission.admits_subnet(named))}
    if "trusted" in who:
        past = admission.everyone is True or "AzureServices" in admission.trusted
        return {"value": _word(past and admission.listens is True)}
    if "Azure" in who:
        # Of somebody whose address only Azure knows.
        some = Addresses(azure.v4[:1], ())
        return {"value": _word(admission.admits(some, from_azure=True))}
    return puzzled(case)


TYPES = {
    "networkAcls": "Microsoft.Storage/storageAccounts",
    "ipRules": "Microsoft.DocumentDB/databaseAccounts",
    "isVirtualNetworkFilterEnabled": "Microsoft.DocumentDB/databaseAccounts",
}
"""Which service a body without a type is of."""


def paas_access(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    # A body that has no rules of its own is judged alike whatever it is of.
    named = given.get("type") or next((TYPES[key] for key in TYPES if key in given["properties"]), TYPES["networkAcls"])
    return paas(named, case)


def aks_api(case: Case, _folder: Path) -> Answer:
    return paas("Microsoft.ContainerService/managedClusters", case)


def public_address(case: Case, _folder: Path) -> Answer:
    """A group is named by what it does with a port, or with all: `allow-80`, `deny-all`; else it has no rules."""
    given = case["resources"]
    asked = re.match(r"inbound (\w+)(?:/(\S+))? from", case["question"])
    if asked is None:
        return puzzled(case)
    if given.get("effectiveNsg") is None:
        return {"value": _word(open_without_group(sku_name(given["publicIP"])))}
    access, _, port = given["effectiveNsg"].partition("-")
    body = {"priority": 100, "direction": "Inbound", "access": access.capitalize(), "protocol": "*"}
    ports = {"sourcePortRange": "*", "destinationPortRange": port if parse_ports(port) else "*"}
    rest = {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    written = [{"name": "a", "properties": {**body, **ports, **rest}}] if access in ("allow", "deny") else []
    estate = Estate([Reading("inventory", "case", [made(GROUP_TYPE, "g", {"properties": {"securityRules": written}})])])
    return {"value": _word(_exposed(estate, service(asked[1], asked[2]), ["198.51.100.7"], "10.0.0.4"))}


def ddos(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    settings = {key: given[key] for key in ("protectionMode", "ddosProtectionPlan") if key in given}
    found = protection(sku_name(given), settings, given.get("vnet"), given.get("attachedTo") or "")
    return {"value": str(found)}


def _exposed(estate: Estate, asked: Service, probes: list[str], target: str) -> bool:
    [group] = estate.of_type(GROUP_TYPE)
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
        passages = [passage for _, _, passage in Gate([found], world.space).passages(source, parsed)]
        # Between addresses of two versions nothing passes.
        if not passages or any(passage.least & mask != mask for passage in passages):
            return False
    return True


def nsg_port_exposed(case: Case, _folder: Path) -> Answer:
    found = re.search(r"let (\w+)(?:/(\S+))? in from .*\(probes? (.*)\) to ([^\s?]+)", case["question"])
    if found is None:
        return puzzled(case)
    probes = re.split(r",?\s+and\s+|,\s*", found[3])
    return {"value": _exposed(estate_of(case["resources"]), service(found[1], found[2]), probes, found[4])}


def effective(case: Case, _folder: Path) -> Answer:
    """The route table as the service shows it: prefixes, next hop, source, state."""
    world = networks(case)
    subnets = list(world.topology.subnets.values())
    if len(subnets) > 1:
        # Of several the one that an interface of the case is in, or that the question names.
        placed = {item.subnet.key for item in world.endpoints.all if item.kind == "interface" and item.subnet}
        asked = set(re.findall(r"[\w-]+", case["question"]))
        subnets = [item for item in subnets if item.key in placed] or [item for item in subnets if item.name in asked]
    return {"value": _table(world, subnets[0])} if len(subnets) == 1 else puzzled(case)


def _table(world: Networks, subnet: Subnet) -> list[list[Any]]:
    # IPv6 is shown where the network has it.
    six = bool(subnet.network.addresses.v6)
    routes = [route for route in effective_routes(world.topology, subnet) if route.certain is True]
    shown = [route for route in routes if six or not route.addresses.v6]
    taken = [route.addresses for route in shown if route.origin is Origin.USER]
    return [[list(route.prefixes), str(route.hop), str(route.origin), _state(route, taken)] for route in shown]


def _state(route: Route, taken: list[Addresses]) -> str:
    """A route for the very prefix that somebody wrote one for is shown, and not used."""
    return "Invalid" if route.origin is not Origin.USER and route.addresses in taken else "Active"


def flow_trace(case: Case, _folder: Path) -> Answer:
    form = r"(?:(ICMP echo|[A-Za-z]+)(?:/(\d+(?:-\d+)?))? )?([\dA-Fa-f.:]+) -> ([\dA-Fa-f.:]+)"
    found = re.match(form, case["question"])
    if found is None:
        return puzzled(case)
    protocol = {"ICMP echo": "icmp", None: "*", "any": "*"}.get(found[1], str(found[1]).lower())
    asked = service(protocol, found[2])
    world = networks(case, asked)
    one, two = parse_addresses(found[3]), parse_addresses(found[4])
    return puzzled(case) if one is None or two is None else {"value": _traced(world, one, two, asked)}


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
    mask = world.space.mask(asked)
    if source is None:
        # From outside: only what has a public address is reached.
        return _at_public(world, one, two, mask) or "NO_ROUTE"
    if verdict(world.gate(source, OUTBOUND), one, two, mask) != "Allow":
        return "DENIED"
    assert source.subnet is not None
    place = two.first()
    assert place is not None
    hops = {route.hop for route in choose(effective_routes(world.topology, source.subnet), *place)}
    if len(hops) != 1 or hops <= {Hop.NONE}:
        return "NO_ROUTE"
    [hop] = hops
    if hop in (Hop.LOCAL, Hop.PEERING):
        found = _at(world, place)
        if found is None:
            # The analyser follows a packet to the subnet, whether somebody is there or not.
            known = any(item.addresses.covers(two) for item in world.topology.subnets.values())
            return "DELIVERED_TO_SUBNET" if known else "NO_ROUTE"
        return "ACCEPTED" if verdict(world.gate(found, INBOUND), one, two, mask) == "Allow" else "DENIED"
    if world.way_out(source) is False:
        return "DENIED_OUT"
    return _at_public(world, one, two, mask) or "EXITS_NETWORK"


def _at_public(world: Networks, one: Addresses, two: Addresses, mask: int) -> str | None:
    """What becomes of a packet to the public address of an endpoint; None when no endpoint has it."""
    inside = [key for key, addresses in world.endpoints.public.items() if addresses.covers(two)]
    for target in world.endpoints.all:
        if any(isinstance(id_, str) and id_.lower() in inside for id_ in target.public):
            gate = world.gate(target, INBOUND)
            return "ACCEPTED" if verdict(gate, one, target.addresses, mask) == "Allow" else "DENIED"
    return None


def puzzled(case: Case) -> Answer:
    return {"error": "question", "message": f"the question is of no known form: {case['question']}"}


def judge(answer: Answer, expected: Any) -> bool:
    wanted = expected["value"]
    given = answer.get("value")
    if isinstance(wanted, dict) and isinstance(given, dict):
        return all(key in given and _alike(given[key], value) for key, value in wanted.items())
    return "value" in answer and bool(given == wanted) and type(given) is type(wanted)


def _alike(one: Any, two: Any) -> bool:
    """Whether two answers are the same: lists of names in any order."""
    if isinstance(one, list) and isinstance(two, list):
        return sorted(map(str, one)) == sorted(map(str, two))
    return bool(one == two)
