"""The adapters for networks: the published cases, and other questions of the same forms."""

import os
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.cases import read_cases, run_file
from tests.conformance.deviations import read_deviations
from tests.conformance.kinds import KINDS, NETWORKS

CASES = os.environ.get("EVERWARD_CASES")
FOLDER = Path(CASES or "") / "conformance" / "network"
RULE: dict[str, Any] = {
    "protocol": "Tcp",
    "access": "Allow",
    "direction": "Inbound",
    "priority": 200,
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
}


@pytest.mark.skipif(not CASES, reason="EVERWARD_CASES names no folder")
@pytest.mark.parametrize("name", ["azure_docs", "batfish_flows", "c7n_nsg", "nsg_matrix", "recorded_routes"])
def test_published_cases(name: str) -> None:
    path = FOLDER / f"{name}.jsonl"
    own = frozenset(str(case["id"]) for case in read_cases(path) if case["kind"] in NETWORKS)
    failed = {failure.id: failure for failure in run_file(path, KINDS).failures if failure.id in own}
    assert own
    assert failed.keys() == read_deviations().keys() & own


def ask(kind: str, question: Any, resources: Any) -> Any:
    adapter, _ = KINDS[kind]
    return adapter({"kind": kind, "question": question, "resources": resources}, Path()).get("value")


def group(**rule: Any) -> dict[str, Any]:
    listed = [{"name": "a", "properties": {**RULE, **rule}}]
    return {"type": "Microsoft.Network/networkSecurityGroups", "name": "n", "properties": {"securityRules": listed}}


@pytest.mark.parametrize(
    ("rule", "probe", "exposed"),
    [
        ({"destinationPortRange": "3389", "sourceAddressPrefix": "203.0.113.0/24"}, "203.0.113.9", True),
        ({"destinationPortRange": "3389", "sourceAddressPrefix": "203.0.113.0/24"}, "198.51.100.9", False),
        ({"destinationPortRange": "3000-4000", "sourceAddressPrefix": "Internet"}, "198.51.100.9", True),
        ({"destinationPortRange": "22", "sourceAddressPrefix": "*"}, "198.51.100.9", False),
    ],
)
def test_another_port_and_probe(rule: dict[str, Any], probe: str, exposed: bool) -> None:
    question = f"does this NSG alone let TCP/3389 in from arbitrary Internet sources (probes {probe}) to 10.1.0.5?"
    assert ask("nsg-port-exposed", question, [group(**rule)]) is exposed


def test_another_network_and_next_hop() -> None:
    network = {
        "type": "Microsoft.Network/virtualNetworks",
        "name": "hub",
        "properties": {
            "addressSpace": {"addressPrefixes": ["172.20.0.0/16"]},
            "subnets": [{"name": "apps", "properties": {"addressPrefix": "172.20.1.0/24", "serviceEndpoints": []}}],
        },
    }
    question = "next hop type (and route) for traffic from apps to {}"
    assert ask("next-hop", question.format("172.20.9.9"), [network]) == {"nextHopType": "VnetLocal", "route": "Default"}
    assert ask("next-hop", question.format("1.1.1.1"), [network]) == {"nextHopType": "Internet", "route": "Default"}


def test_another_service() -> None:
    acl = {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}]}
    body = {"type": "Microsoft.KeyVault/vaults", "properties": {"networkAcls": acl}}
    assert ask("paas-access", "data-plane network admission from 203.0.113.7", body) == "Allow"
    assert ask("paas-access", "data-plane network admission from 203.0.113.8", body) == "Deny"


def test_a_question_of_another_form_is_not_answered() -> None:
    adapter, judge = KINDS["next-hop"]
    answer = adapter({"kind": "next-hop", "question": "what for?", "resources": []}, Path())
    assert answer["error"] == "question"
    assert not judge(answer, {"value": None})
