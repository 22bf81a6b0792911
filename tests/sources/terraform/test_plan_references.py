"""What a plan's references lead to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.planned import GROUP, change, configured, only, plan, read

from everward.sources.terraform.plan_references import fits
from everward.values import Unknown

# References


SUBNET = {"name": "s", "resource_group_name": "rg", "virtual_network_name": "v", "address_prefixes": ["10.0.0.0/24"]}
SUBNET_ID = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
ENDPOINT = {"name": "e", "resource_group_name": "rg"}


def endpoint_subnet(tmp_path: Path, references: list[str], *more: Any, **options: Any) -> Any:
    resources = [
        configured("azurerm_private_endpoint.e", subnet_id=references),
        configured("azurerm_subnet.s", name="s"),
        *options.pop("resources", []),
    ]
    content = plan(
        change("azurerm_private_endpoint.e", ENDPOINT, {"subnet_id": True, "id": True}),
        change("azurerm_subnet.s", SUBNET, {"id": True}),
        *more,
        resources=resources,
        **options,
    )
    return only(read(content, tmp_path), "Microsoft.Network/privateEndpoints").get("properties.subnet.id")


def test_reference_to_an_id_is_that_id(tmp_path: Path) -> None:
    assert endpoint_subnet(tmp_path, ["azurerm_subnet.s.id", "azurerm_subnet.s"]) == SUBNET_ID


def test_reference_beside_known_values_is_that_id(tmp_path: Path) -> None:
    variables = {"private": {"value": True}}
    references = ["var.private", "each.key", "azurerm_subnet.s.name", "azurerm_subnet.s.id", "azurerm_subnet.s"]
    assert endpoint_subnet(tmp_path, references, variables=variables) == SUBNET_ID


@pytest.mark.parametrize(
    "references",
    [
        ["azurerm_subnet.s.id", "azurerm_subnet.s", "local.suffix"],
        ["azurerm_subnet.s"],
        ["azurerm_subnet.none.id"],
        ["azurerm_private_endpoint.e.id"],
        ["local.subnet"],
        ["module.none.id"],
        [],
    ],
)
def test_reference_that_may_be_something_else_stays_a_hole(references: list[str], tmp_path: Path) -> None:
    found = endpoint_subnet(tmp_path, references)
    assert isinstance(found, Unknown)
    assert found.reference is None
    assert found.decided_by


def test_two_sources_stay_a_hole(tmp_path: Path) -> None:
    other = change("azurerm_subnet.t", {**SUBNET, "name": "t"}, {"id": True})
    found = endpoint_subnet(tmp_path, ["azurerm_subnet.s.id", "azurerm_subnet.t.id"], other)
    assert isinstance(found, Unknown)


def test_id_with_open_parts_is_referred_to(tmp_path: Path) -> None:
    open_subnet = {key: value for key, value in SUBNET.items() if key != "name"}
    resources = [configured("azurerm_private_endpoint.e", subnet_id=["azurerm_subnet.s.id"])]
    resources.append(configured("azurerm_subnet.s", name=["random_id.x.hex"]))
    content = plan(
        change("azurerm_private_endpoint.e", ENDPOINT, {"subnet_id": True}),
        change("azurerm_subnet.s", open_subnet, {"id": True, "name": True}),
        change("random_id.x", {}, {"hex": True}),
        resources=resources,
    )
    found = only(read(content, tmp_path), "Microsoft.Network/privateEndpoints").get("properties.subnet.id")
    assert found.reference == SUBNET_ID.removesuffix("/s") + "/{random_id.x.hex}"
    assert found.decided_by == ("random_id.x.hex",)


def test_references_through_modules(tmp_path: Path) -> None:
    network = {
        "resources": [configured("azurerm_subnet.s", name="s")],
        "outputs": {"subnet": {"expression": {"references": ["azurerm_subnet.s.id", "azurerm_subnet.s"]}}},
    }
    service = {"resources": [configured("azurerm_private_endpoint.e", subnet_id=["var.subnet"])]}
    root = {
        "module_calls": {
            "network": {"expressions": {}, "module": network},
            "service": {
                "expressions": {"subnet": {"references": ["module.network[0].subnet", "module.network"]}},
                "module": service,
            },
        }
    }
    content = plan(
        change(
            'module.service["a"].azurerm_private_endpoint.e',
            ENDPOINT,
            {"subnet_id": True},
            module='module.service["a"]',
        ),
        change("module.network[0].azurerm_subnet.s", SUBNET, {"id": True}, module="module.network[0]"),
        root=root,
    )
    reading = read(content, tmp_path)
    assert only(reading, "Microsoft.Network/privateEndpoints").get("properties.subnet.id") == SUBNET_ID
    assert {one.address for one in reading.dispositions} == {
        'module.service["a"].azurerm_private_endpoint.e',
        "module.network[0].azurerm_subnet.s",
    }


@pytest.mark.parametrize(
    "argument",
    [
        {"references": ["module.network.subnet.x", "module.network"]},
        {"references": ["module.nowhere.subnet"]},
        {"references": ["local.subnet"]},
        {"references": ["var.whole.subnet"]},
        "nonsense",
    ],
)
def test_references_through_modules_that_lead_nowhere(argument: Any, tmp_path: Path) -> None:
    service = {"resources": [configured("azurerm_private_endpoint.e", subnet_id=["var.subnet"])]}
    root = {"module_calls": {"service": {"expressions": {"subnet": argument}, "module": service}, "odd": 3}}
    content = plan(
        change("module.service.azurerm_private_endpoint.e", ENDPOINT, {"subnet_id": True}, module="module.service"),
        root=root,
    )
    found = only(read(content, tmp_path), "Microsoft.Network/privateEndpoints").get("properties.subnet.id")
    assert isinstance(found, Unknown)


def test_references_in_a_circle(tmp_path: Path) -> None:
    inner = {
        "resources": [configured("azurerm_private_endpoint.e", subnet_id=["var.subnet"])],
        "outputs": {"subnet": {"expression": {"references": ["var.subnet"]}}},
    }
    root = {
        "module_calls": {"m": {"expressions": {"subnet": {"references": ["module.m.subnet"]}}, "module": inner}},
    }
    content = plan(
        change("module.m.azurerm_private_endpoint.e", ENDPOINT, {"subnet_id": True}, module="module.m"), root=root
    )
    found = only(read(content, tmp_path), "Microsoft.Network/privateEndpoints").get("properties.subnet.id")
    assert isinstance(found, Unknown)


def test_resources_that_need_one_another(tmp_path: Path) -> None:
    resources = [
        configured("azurerm_private_endpoint.e", subnet_id=["azurerm_subnet.s.id"]),
        configured("azurerm_subnet.s", virtual_network_name=["azurerm_private_endpoint.e.name"]),
    ]
    content = plan(
        change("azurerm_private_endpoint.e", {"resource_group_name": "rg"}, {"subnet_id": True, "name": True}),
        change("azurerm_subnet.s", {"name": "s", "resource_group_name": "rg"}, {"virtual_network_name": True}),
        resources=resources,
    )
    assert len(read(content, tmp_path).resources) == 2


def test_list_of_one_reference_may_hold_more(tmp_path: Path) -> None:
    policy = change(
        "azurerm_cdn_frontdoor_custom_domain.d", {"name": "d", "cdn_frontdoor_profile_id": f"{GROUP}/providers/M.C/p/f"}
    )
    route = change("azurerm_cdn_frontdoor_route.r", {"name": "r"}, {"cdn_frontdoor_custom_domain_ids": True})
    references = ["azurerm_cdn_frontdoor_custom_domain.d.id", "azurerm_cdn_frontdoor_custom_domain.d"]
    resources = [configured("azurerm_cdn_frontdoor_route.r", cdn_frontdoor_custom_domain_ids=references)]
    reading = read(plan(policy, route, resources=resources), tmp_path)
    first, more = only(reading, "Microsoft.Cdn/profiles/afdEndpoints/routes").get("properties.customDomains")
    assert first == {"id": f"{GROUP}/providers/M.C/p/f/customDomains/d"}
    assert more.many


def test_elements_of_a_list_in_order(tmp_path: Path) -> None:
    alert = {"name": "a", "resource_group_name": "rg", "network_interface_ids": [None, None]}
    machine = change("azurerm_linux_virtual_machine.m", alert, {"network_interface_ids": [True, True]})
    interfaces = [
        change(f"azurerm_network_interface.{name}", {"name": name, "resource_group_name": "rg"}) for name in "ab"
    ]
    references = ["azurerm_network_interface.b.id", "azurerm_network_interface.a.id"]
    resources = [configured("azurerm_linux_virtual_machine.m", network_interface_ids=references)]
    made = only(read(plan(machine, *interfaces, resources=resources), tmp_path), "Microsoft.Compute/virtualMachines")
    heads = [one["id"].rpartition("/")[2] for one in made.get("properties.networkProfile.networkInterfaces")]
    assert heads == ["b", "a"]


@pytest.mark.parametrize(
    ("attribute", "type_name", "result"),
    [
        ("subnet_id", "azurerm_subnet", True),
        ("vnet_subnet_id", "azurerm_subnet", True),
        ("workspace_id", "azurerm_log_analytics_workspace", True),
        ("action_group", "azurerm_monitor_action_group", True),
        ("target_resource_id", "azurerm_key_vault", True),
        ("scopes", "azurerm_eventhub_namespace", True),
        ("scope", "azurerm_storage_account", False),
        ("subnet_id", "azurerm_virtual_network", False),
        ("net_id", "azurerm_subnet", False),
        ("cdn_frontdoor_domain_id", "azurerm_cdn_frontdoor_endpoint", True),
        ("cdn_frontdoor_domain_id", "azurerm_cdn_frontdoor_custom_domain", True),
        ("cdn_frontdoor_domain_id", "azurerm_cdn_frontdoor_profile", False),
    ],
)
def test_which_attributes_hold_ids_of_which_types(attribute: str, type_name: str, result: bool) -> None:
    assert fits(attribute, type_name) is result


PROFILE_ID = f"{GROUP}/providers/Microsoft.Cdn/profiles/f"


def protected_domains(tmp_path: Path, blocks: list[Any], unknown: list[Any], written: list[Any]) -> list[Any]:
    """The domains of a security policy whose configuration has `written` blocks and whose plan has `blocks`."""
    firewall = {"association": [{"domain": blocks, "patterns_to_match": ["/*"]}]}
    hidden = {"association": [{"domain": unknown, "patterns_to_match": [False]}]}
    policy = configured("azurerm_cdn_frontdoor_security_policy.p")
    expressions = {"firewall": [{"association": [{"domain": written}]}]}
    policy["expressions"]["security_policies"] = [expressions]
    content = plan(
        change(
            "azurerm_cdn_frontdoor_security_policy.p",
            {"name": "p", "cdn_frontdoor_profile_id": PROFILE_ID, "security_policies": [{"firewall": [firewall]}]},
            {"security_policies": [{"firewall": [hidden]}]},
        ),
        change("azurerm_cdn_frontdoor_endpoint.e", {"name": "e", "cdn_frontdoor_profile_id": PROFILE_ID}, {"id": True}),
        resources=[policy, configured("azurerm_cdn_frontdoor_endpoint.e")],
    )
    found = only(read(content, tmp_path), "Microsoft.Cdn/profiles/securityPolicies")
    associations = found.get("properties.parameters.associations")
    return [domain.get("id") for domain in associations[0]["domains"]]


OPEN = {"active": True, "cdn_frontdoor_domain_id": True}
WRITTEN = {"cdn_frontdoor_domain_id": {"references": ["azurerm_cdn_frontdoor_endpoint.e.id"]}}


def test_a_written_block_is_one_of_those_that_the_plan_does_not_tell_apart(tmp_path: Path) -> None:
    first, second = protected_domains(tmp_path, [{}, {}], [OPEN, OPEN], [WRITTEN])
    assert first == f"{PROFILE_ID}/afdEndpoints/e"
    assert isinstance(second, Unknown)
    assert second.reference is None


def test_a_written_block_among_different_ones_is_not_guessed(tmp_path: Path) -> None:
    known = {"cdn_frontdoor_domain_id": f"{PROFILE_ID}/customDomains/d"}
    first, second = protected_domains(tmp_path, [{}, known], [OPEN, {"active": True}], [WRITTEN])
    assert isinstance(first, Unknown)
    assert first.reference is None
    assert second == f"{PROFILE_ID}/customDomains/d"
