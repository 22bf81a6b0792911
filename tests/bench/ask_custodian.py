"""Asks Cloud Custodian the cases of a file: `PYTHON -I ask_custodian.py CASES`, by the interpreter that has it.

Prints JSON: the version, and an answer for each case; null where the peer has no filter for what is asked. The filters
are those of policies as a user writes them; nothing is fetched.
"""

import copy
import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

GROUPS, INTERFACES = "azure.networksecuritygroup", "azure.networkinterface"
TYPES = {
    GROUPS: "microsoft.network/networksecuritygroups",
    INTERFACES: "microsoft.network/networkinterfaces",
}
MATCHED = ("c7n:matched-ingress-security-rules", "c7n:matched-egress-security-rules")
EVERYBODY = ("*", "Internet", "0.0.0.0/0")
"""How rules write everybody. The filter compares texts, so that each is a filter of its own."""


class Peer:
    """The peer, loaded once."""

    def __init__(self) -> None:
        import_module("c7n.resources").load_resources((GROUPS, INTERFACES))
        self.loader = import_module("c7n.loader").PolicyLoader(import_module("c7n.config").Config.empty())

    def kept(self, type_: str, filters: list[Any], resources: list[Any], routes: list[Any]) -> list[Any]:
        """The resources that the filters of a policy keep."""
        content = {"policies": [{"name": "asked", "resource": type_, "filters": filters}]}
        [policy] = self.loader.load_data(content, "memory://", validate=True)
        manager = policy.resource_manager
        # The one answer of the service that a filter asks for: the routes that the case records.
        manager.get_client = lambda *_arguments, **_more: _service(routes)
        return list(manager.filter_resources(copy.deepcopy(resources)))


def _service(routes: list[Any]) -> Any:
    table = SimpleNamespace(serialize=lambda: {"value": routes})
    begun = SimpleNamespace(result=lambda: table)
    return SimpleNamespace(network_interfaces=SimpleNamespace(begin_get_effective_route_table=lambda *_: begun))


def exposed(peer: Peer, question: str, resources: list[Any]) -> bool | None:
    """Whether a group lets everybody in to an address on a port."""
    found = re.search(r"let (\w+)/(\d+) in from .* to (\S+)\?", question)
    if found is None:
        return None
    asked = {"type": "ingress", "access": "Allow", "match": "any", "ipProtocol": found[1].upper(), "ports": found[2]}
    ends = [{"source": source, "destination": destination} for source in EVERYBODY for destination in ("*", found[3])]
    whole = [_as_answered(item) for item in resources]
    return bool(peer.kept(GROUPS, [{"or": [{**asked, **end} for end in ends]}], whole, []))


def _as_answered(group: dict[str, Any]) -> dict[str, Any]:
    """A group with what the service always answers: an id, and lists even where one value is written."""
    lists = [f"{end}{what}" for end in ("source", "destination") for what in ("AddressPrefixes", "PortRanges")]
    rules = [
        {**rule, "properties": {**{key: [] for key in lists}, **rule["properties"]}}
        for rule in group["properties"].get("securityRules", ())
    ]
    return {"id": f"/case/{group['name']}", **group, "properties": {**group["properties"], "securityRules": rules}}


def filtered(peer: Peer, question: dict[str, Any], resources: list[Any]) -> dict[str, Any] | None:
    """How many resources a policy keeps, and which rules its filters name."""
    type_ = TYPES.get(question["resource"])
    if type_ is None:
        return None
    # A later answer of the service about a resource replaces an earlier one.
    listed = {item["id"]: item for item in resources if str(item.get("type", "")).lower() == type_}
    whole = [{**item, "resourceGroup": item["id"].split("/")[4]} for item in listed.values()]
    routes = [item for item in resources if "nextHopType" in item]
    kept = peer.kept(question["resource"], question["filters"], whole, routes)
    return {"count": len(kept), "matched": [rule["name"] for item in kept for rule in _rules(item)]}


def _rules(item: dict[str, Any]) -> Iterator[Any]:
    for key in MATCHED:
        yield from sorted(item.get(key, ()), key=lambda rule: int(rule["properties"]["priority"]))


def main() -> None:
    """Answer."""
    peer = Peer()
    answers: list[Any] = []
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    for case in cases:
        kind, question = case["kind"], case["question"]
        ask: Any = {"nsg-port-exposed": exposed, "filter": filtered}.get(kind)
        answers.append(None if ask is None else ask(peer, question, case["resources"]))
    sys.stdout.write(json.dumps({"version": version("c7n_azure"), "answers": answers}) + "\n")


if __name__ == "__main__":
    main()
