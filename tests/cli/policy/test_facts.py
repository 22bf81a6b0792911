"""Policies over facts at the bench: facts are derived when a policy reads them, in every command and in test files."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.policy.authoring import policy, write

HERE = Path()
pytestmark = pytest.mark.usefixtures("alone")
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
NETWORK = f"{SUBSCRIPTION}/resourceGroups/stamp-rg/providers/Microsoft.Network"
EXPOSURE = "Everward.Reach/exposures"
SSH = {
    "name": "ssh",
    "properties": {
        "displayName": "SSH is closed",
        "mode": "All",
        "policyRule": {
            "if": {
                "allOf": [
                    {"field": "type", "equals": EXPOSURE},
                    {"field": f"{EXPOSURE}/management", "equals": True},
                ]
            },
            "then": {"effect": "audit"},
        },
    },
}


def machine(access: str = "Allow", source: Any = "*") -> list[dict[str, Any]]:
    rule = {
        "priority": 100,
        "direction": "Inbound",
        "access": access,
        "protocol": "Tcp",
        "sourceAddressPrefix": source,
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "22",
    }
    subnet = {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": f"{NETWORK}/networkSecurityGroups/nsg1"}}
    address = {
        "subnet": {"id": f"{NETWORK}/virtualNetworks/vnet1/subnets/nodes"},
        "publicIPAddress": {"id": f"{NETWORK}/publicIPAddresses/pip1"},
        "privateIPAddress": "10.0.0.4",
    }
    named: dict[str, Any] = {
        "networkSecurityGroups": ("nsg1", {"securityRules": [{"name": "ssh", "properties": rule}]}),
        "virtualNetworks": (
            "vnet1",
            {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "nodes", "properties": subnet}],
            },
        ),
        "publicIPAddresses": ("pip1", {}),
        "networkInterfaces": ("nic1", {"ipConfigurations": [{"name": "one", "properties": address}]}),
    }
    return [
        {"type": f"Microsoft.Network/{kind}", "name": name, "sku": {"name": "Standard"}, "properties": properties}
        for kind, (name, properties) in named.items()
    ]


@pytest.fixture(autouse=True)
def files(alone: None) -> None:
    write(HERE / "ssh.json", SSH)
    write(HERE / "r.json", machine())


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = policy(*arguments)
    return code, capsys.readouterr().out


def test_facts_are_judged_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "eval", "ssh.json", "r.json")
    assert code == 1
    assert f"nonCompliant (audit)  {EXPOSURE} interface-one-internet (r.json:" in out
    assert "properties.management equals true" in out
    code, out = run(capsys, "explain", "ssh.json", "r.json")
    assert (code, "interface-one-internet" in out) == (0, True)
    assert "interface-one-internet" in run(capsys, "whatif", "ssh.json", "r.json")[1]


def test_two_versions_are_compared_on_the_facts_that_either_reads(capsys: pytest.CaptureFixture[str]) -> None:
    off = json.loads(json.dumps(SSH))
    off["properties"]["policyRule"]["then"]["effect"] = "disabled"
    write(HERE / "off.json", off)
    code, out = run(capsys, "diff", "off.json", "ssh.json", "r.json")
    assert code == 1
    assert "1 compliant -> nonCompliant" in out


def test_an_initiative_and_its_assignment_read_facts_too(capsys: pytest.CaptureFixture[str]) -> None:
    definition = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/ssh"
    write(
        HERE / "set.json",
        {
            "name": "set",
            "properties": {
                "displayName": "Set",
                "policyDefinitions": [
                    {"policyDefinitionId": definition, "policyDefinitionReferenceId": "one"},
                    {"policyDefinitionId": f"{definition}-gone", "policyDefinitionReferenceId": "two"},
                ],
            },
        },
    )
    assert "interface-one-internet" in run(capsys, "eval", "set.json", "r.json")[1]
    assignment = {
        "id": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a",
        "name": "a",
        "properties": {"policyDefinitionId": definition, "scope": SUBSCRIPTION},
    }
    write(HERE / "a.json", assignment)
    assert "interface-one-internet" in run(capsys, "eval", "a.json", "r.json")[1]
    assignment["properties"]["policyDefinitionId"] = f"{definition}-gone"  # type: ignore[index]
    write(HERE / "a.json", assignment)
    assert "interface-one-internet" not in run(capsys, "eval", "a.json", "r.json")[1]


def test_cases_give_the_resources_that_facts_follow_from(capsys: pytest.CaptureFixture[str]) -> None:
    hole = {"$unknown": {"reason": "variable without value", "decidedBy": ["var.source"]}}
    cases: list[dict[str, Any]] = [
        {"name": "open", "expect": "bad", "estate": machine()},
        {"name": "closed", "expect": "notApplicable", "estate": machine("Deny")},
        {
            "name": "who knows",
            "expect": {"state": "unknown", "decidedBy": ["var.source"]},
            "estate": machine("Allow", hole),
        },
        {"name": "one", "expect": "bad", "estate": machine(), "select": {"name": "interface-one-internet"}},
    ]
    write(HERE / "ssh.test.yaml", json.dumps(cases))
    code, out = run(capsys, "test", "ssh.test.yaml", "-v")
    assert (code, out.splitlines()[-1]) == (0, "4 of 4 cases passed in 1 file")
    cases[1]["expect"] = "good"
    write(HERE / "ssh.test.yaml", json.dumps(cases))
    code, out = run(capsys, "test", "ssh.test.yaml")
    assert code == 1
    assert "no resource was judged" in out
