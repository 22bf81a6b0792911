"""Cases that are policies of Cloud Custodian: filters on groups and interfaces, with the meaning of its documentation.

A filter on a group looks at written rules alone, in order: at those of one direction that name a protocol, a source and
a destination as the policy does, where it names them. A port that none of them is about counts as denied.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.conformance.cases import Answer, Case
from tests.conformance.networks import absolute, made, puzzled

from everward.estate import Estate, Reading
from everward.facts.reach.addresses import parse_addresses
from everward.facts.reach.paths import Networks
from everward.facts.reach.routes import effective_routes
from everward.facts.reach.services import join_ports, parse_ports

KINDS: Final = {
    "azure.networksecuritygroup": "networksecuritygroups",
    "azure.networkinterface": "networkinterfaces",
}
DIRECTIONS: Final = {"ingress": "inbound", "egress": "outbound"}


def custodian(case: Case, _folder: Path) -> Answer:
    """How many resources the filters keep, and which rules those on groups match."""
    question = case["question"]
    resources = [absolute(item) for item in case["resources"]]
    kind = KINDS.get(question["resource"], "")
    listed = [item for item in resources if str(item.get("type", "")).lower().endswith(f"/{kind}")]
    # A later answer of the service about a resource replaces an earlier one.
    kept = list({str(item.get("id", index)).lower(): item for index, item in enumerate(listed)}.values())
    matched: dict[str, list[str]] = {}
    for item in question.get("filters", ()):
        if item["type"] in DIRECTIONS:
            found = [(one, _matching(one, item)) for one in kept]
            kept = [one for one, names in found if names is not None]
            matched = {str(one.get("id")): names for one, names in found if names is not None}
        elif item["type"] == "value" and item.get("op", "eq") in ("eq", "equal", "ne", "not-equal"):
            kept = [one for one in kept if _is(one, item) is (item.get("op", "eq") in ("eq", "equal"))]
        elif item["type"] == "effective-route-table" and item["key"] in ROUTES and item.get("op") == "in":
            kept = [one for one in kept if item["value"] in _shown(one, resources, ROUTES[item["key"]])]
        else:
            return puzzled(case)
    names = [name for one in kept for name in matched.get(str(one.get("id")), ())]
    return {"value": {"count": len(kept), "matched": names}}


def _is(resource: dict[str, Any], item: dict[str, Any]) -> bool:
    """Whether a property is what a filter says; without regard to case and blanks where it says so."""
    value: Any = resource
    for part in item["key"].split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if item.get("value_type") == "normalize":
        value = str(value or "").strip().lower()
    return bool(value == item["value"])


def _matching(group: dict[str, Any], item: dict[str, Any]) -> list[str] | None:
    """The names of the rules that a filter matches, in their order; None when it does not match the group."""
    rules = sorted(_directed(group, DIRECTIONS[item["type"]]), key=lambda rule: int(rule["properties"]["priority"]))
    answers: list[list[str] | None] = []
    if "ports" in item or "Cidr" not in item:
        answers.append(_by_ports(rules, item))
    if "Cidr" in item:
        inside = [rule["name"] for rule in rules if _access(rule) == item["access"] and _within(rule, item["Cidr"])]
        answers.append(inside or None)
    either = item.get("match-operator", "and") != "and"
    found = [set(answer) for answer in answers if answer is not None]
    if not found or (len(found) < len(answers) and not either):
        return None
    names = set.union(*found) if either else set.intersection(*found)
    return [rule["name"] for rule in rules if rule["name"] in names]


def _by_ports(rules: list[dict[str, Any]], item: dict[str, Any]) -> list[str] | None:
    """By what rules do with ports: with `all` of them, or with `any`."""
    wanted = _numbers(item.get("ports", "0-65535")) - _numbers(item.get("exceptPorts", ""))
    said: dict[int, str] = {}
    about = [(rule, _ports_of(rule) & wanted) for rule in rules if _named_alike(rule, item)]
    for rule, ports in about:
        for port in ports:
            said.setdefault(port, _access(rule))
    chosen = {port for port in wanted if said.get(port, "Deny") == item["access"]}
    if not (chosen == wanted if item.get("match", "all") == "all" else chosen):
        return None
    return [rule["name"] for rule, ports in about if _access(rule) == item["access"] and ports & chosen]


def _named_alike(rule: dict[str, Any], item: dict[str, Any]) -> bool:
    """Whether a rule names the protocol and the ends that a filter is about. Ends are compared as they are written."""
    body = rule["properties"]
    protocol = str(body["protocol"]).lower()
    if "*" not in (protocol, asked := item.get("ipProtocol", "*").lower()) and protocol != asked:
        return False
    return all(
        not item.get(end) or item[end] == body.get(f"{end}AddressPrefix") or item[end] in _several(rule, end)
        for end in ("source", "destination")
    )


def _several(rule: dict[str, Any], end: str) -> list[str]:
    return list(rule["properties"].get(f"{end}AddressPrefixes") or ())


def _directed(group: dict[str, Any], direction: str) -> Iterator[dict[str, Any]]:
    for rule in group["properties"].get("securityRules") or ():
        if str(rule["properties"]["direction"]).lower() == direction:
            yield rule


def _access(rule: dict[str, Any]) -> str:
    return str(rule["properties"]["access"]).capitalize()


def _ports_of(rule: dict[str, Any]) -> set[int]:
    body = rule["properties"]
    texts = [body.get("destinationPortRange"), *(body.get("destinationPortRanges") or ())]
    return set().union(*(_numbers(text) for text in texts if text))


def _numbers(text: str) -> set[int]:
    """Ports as a policy or a rule writes them, with commas between several."""
    parsed = (parse_ports(part) for part in text.split(",") if part.strip())
    ranges = join_ports(range_ for ports in parsed for range_ in ports or ())
    return {port for first, last in ranges for port in range(first, last + 1)}


def _within(rule: dict[str, Any], wanted: dict[str, Any]) -> bool:
    end = wanted.get("ipType", "source").lower()
    texts = [rule["properties"].get(f"{end}AddressPrefix"), *_several(rule, end)]
    own = [parse_addresses(text) for text in texts if text]
    outer = [parse_addresses(text) for text in wanted["value"]]
    return bool(own) and all(any(one and two and two.covers(one) for two in outer) for one in own)


ROUTES: Final = {"routes.value[].nextHopType": "hop", "routes.value[].source": "origin"}
"""What a filter on effective routes looks at."""


def _shown(interface: dict[str, Any], resources: list[dict[str, Any]], what: str) -> set[str]:
    """What the effective routes of an interface say, by its own network's addresses."""
    shown = [item for item in resources if "nextHopType" in item]
    local = next(item["addressPrefix"][0] for item in shown if item["nextHopType"] == "VnetLocal")
    address = interface["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
    inside, own = parse_addresses(local), parse_addresses(address)
    if inside is None or own is None or not inside.covers(own):
        return set()
    body = {
        "addressSpace": {"addressPrefixes": [local]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": local}}],
    }
    network = made("Microsoft.Network/virtualNetworks", "v", {"properties": body})
    world = Networks(Estate([Reading("inventory", "case", [network])]))
    [subnet] = world.topology.subnets.values()
    return {str(getattr(route, what)) for route in effective_routes(world.topology, subnet)}
