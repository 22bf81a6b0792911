"""Functions of providers. What azurerm and azapi give is taken from the tests of their own source, November 2026."""

# ruff: noqa: E501 - ids read best in one piece

from __future__ import annotations

from typing import Any

import pytest
from tests.sources.terraform.workspace import hole, value_of

from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.values import Sensitive
from everward.values import Unknown

S = "/subscriptions/12345678-1234-9876-4563-123456789012"
G = f"{S}/resourceGroups/resGroup1"
Z = "/subscriptions/00000000-0000-0000-0000-000000000000"


def azurerm(**parts: Any) -> dict[str, Any]:
    plain = dict.fromkeys(
        ("resource_name", "resource_provider", "resource_group_name", "resource_type", "resource_scope"), ""
    )
    return {**plain, "full_resource_type": "", "subscription_id": "", "parent_resources": {}, **parts}


@pytest.mark.parametrize(
    ("resource_id", "expected"),
    [
        (
            f"{G}/providers/Microsoft.ApiManagement/service/service1/gateways/gateway1/hostnameConfigurations/config1",
            azurerm(
                subscription_id=S[15:],
                resource_provider="Microsoft.ApiManagement",
                resource_group_name="resGroup1",
                resource_type="hostnameConfigurations",
                resource_name="config1",
                full_resource_type="Microsoft.ApiManagement/service/gateways/hostnameConfigurations",
                parent_resources={"service": "service1", "gateways": "gateway1"},
            ),
        ),
        (
            f"{G}/providers/Microsoft.Chaos/targets/target1",
            azurerm(
                resource_provider="Microsoft.Chaos",
                resource_type="targets",
                resource_name="target1",
                full_resource_type="Microsoft.Chaos/targets",
                resource_scope=G,
            ),
        ),
        (
            f"{G}/providers/Microsoft.Storage/storageAccounts/a/providers/Microsoft.EventGrid/eventSubscriptions/event1",
            azurerm(
                resource_provider="Microsoft.EventGrid",
                resource_type="eventSubscriptions",
                resource_name="event1",
                full_resource_type="Microsoft.EventGrid/eventSubscriptions",
                resource_scope=f"{G}/providers/Microsoft.Storage/storageAccounts/a",
            ),
        ),
        (
            G,
            azurerm(
                resource_group_name="resGroup1",
                subscription_id=S[15:],
                resource_type="resourceGroups",
                full_resource_type="/resourceGroups",
            ),
        ),
        (S, azurerm(subscription_id=S[15:], resource_type="subscriptions", full_resource_type="/subscriptions")),
    ],
)
def test_azurerm_takes_ids_apart(resource_id: str, expected: dict[str, Any]) -> None:
    assert value_of(f'provider::azurerm::parse_resource_id("{resource_id}")') == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (f"{S.replace('subscriptions', 'SUBSCRIPTIONS')}/resourcegroups/resGroup1/providers/Microsoft.web/siTes/site1", f"{G}/providers/Microsoft.Web/sites/site1"),
        (f"{S}/ResourceGroups/resGroup1/PROVIDERS/Microsoft.APIManagement/service/service1/gateWays/gateway1/hostnameconfigurations/config1", f"{G}/providers/Microsoft.ApiManagement/service/service1/gateways/gateway1/hostnameConfigurations/config1"),
        (f"{S}/resourceGROUPS/resGroup1/providers/microsoft.apiManagement/Service/service1/apis/api1", f"{G}/providers/Microsoft.ApiManagement/service/service1/apis/api1"),
        (f"{S}/resourcegroups/resGroup1/providers/microsoft.chaos/Targets/target1", f"{G}/providers/Microsoft.Chaos/targets/target1"),
        (f"{G[1:]}/providers/microsoft.storage/STORAGEACCOUNTS/a/providers/microsoft.authorization/LOCKS/l", f"{G}/providers/Microsoft.Storage/storageAccounts/a/providers/Microsoft.Authorization/locks/l"),
    ],
)  # fmt: skip
def test_azurerm_spells_ids_as_they_are_spelt(given: str, expected: str) -> None:
    assert value_of(f'provider::azurerm::normalise_resource_id("{given}")') == expected


@pytest.mark.parametrize(
    ("kind", "resource_id", "expected"),
    [
        (
            "Microsoft.Network/virtualNetworks@2022-07-01",
            f"{Z}/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/vnet1",
            {
                "name": "vnet1",
                "type": "Microsoft.Network/virtualNetworks",
                "parent_id": f"{Z}/resourceGroups/rg1",
                "resource_group_name": "rg1",
                "subscription_id": Z[15:],
                "provider_namespace": "Microsoft.Network",
                "parts": {
                    "subscriptions": Z[15:],
                    "resourceGroups": "rg1",
                    "providers": "Microsoft.Network",
                    "virtualNetworks": "vnet1",
                },
            },
        ),
        (
            "Microsoft.Billing/billingAccounts@2018-11-01-preview",
            "/providers/Microsoft.Billing/billingAccounts/ba1",
            {
                "name": "ba1",
                "type": "Microsoft.Billing/billingAccounts",
                "parent_id": "/",
                "resource_group_name": "",
                "subscription_id": "",
                "provider_namespace": "Microsoft.Billing",
                "parts": {"billingAccounts": "ba1", "providers": "Microsoft.Billing"},
            },
        ),
        (
            "Microsoft.Resources/subscriptions@2021-04-01",
            Z,
            {
                "name": Z[15:],
                "type": "Microsoft.Resources/subscriptions",
                "parent_id": "/",
                "resource_group_name": "",
                "subscription_id": Z[15:],
                "provider_namespace": "Microsoft.Resources",
                "parts": {"subscriptions": Z[15:]},
            },
        ),
        (
            "Microsoft.Management/managementGroups@2021-04-01",
            "/providers/Microsoft.Management/managementGroups/mg1",
            {
                "name": "mg1",
                "type": "Microsoft.Management/managementGroups",
                "parent_id": "/providers/Microsoft.Management",
                "resource_group_name": "",
                "subscription_id": "",
                "provider_namespace": "Microsoft.Management",
                "parts": {"managementGroups": "mg1", "providers": "Microsoft.Management"},
            },
        ),
    ],
)
def test_azapi_takes_ids_apart(kind: str, resource_id: str, expected: dict[str, Any]) -> None:
    value = value_of(f'provider::azapi::parse_resource_id("{kind}", "{resource_id}")')
    assert value == {"id": resource_id, **expected}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (f'build_resource_id("{Z}/resourceGroups/g", "Microsoft.Network/virtualNetworks", "v")', f"{Z}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"),
        (f'build_resource_id("{Z}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v", "Microsoft.Network/virtualNetworks/subnets@2024-01-01", "s")', f"{Z}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s"),
        (f'extension_resource_id("{Z}/resourceGroups/g", "Microsoft.Authorization/locks", ["l"])', f"{Z}/resourceGroups/g/providers/Microsoft.Authorization/locks/l"),
        ('resource_group_resource_id("s", "g", "Microsoft.Network/virtualNetworks/subnets", ["v", "n"])', "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n"),
        ('subscription_resource_id("s", "Microsoft.Resources/resourceGroups", ["g"])', "/subscriptions/s/resourceGroups/g"),
        ('management_group_resource_id("m", "Microsoft.Authorization/policyDefinitions", ["p"])', "/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/policyDefinitions/p"),
        ('tenant_resource_id("Microsoft.Billing/billingAccounts", ["b"])', "/providers/Microsoft.Billing/billingAccounts/b"),
        (f'unique_string(["{Z}", "resource-id"])', "cwvxuqg24sifi"),
        ('parse_resource_id("Microsoft.Network/virtualNetworks", null)', None),
        ('parse_resource_id("Microsoft.Network/virtualNetworks", "")', None),
    ],
)  # fmt: skip
def test_azapi_puts_ids_together(call: str, expected: str | None) -> None:
    assert value_of(f"provider::azapi::{call}") == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("azurerm::parse_resource_id()", "needs 1 argument, not 0"),
        ('azurerm::parse_resource_id("x")', "`x` is not a resource id"),
        ("azurerm::parse_resource_id(null)", "text is needed"),
        ('azurerm::normalise_resource_id("/subscriptions/s/x")', "is not a resource id"),
        ('azurerm::normalise_resource_id("/subscriptions/s/providers/No.Such/things/x")', "the type of"),
        ('azurerm::normalise_resource_id("/subscriptions/s/providers/Microsoft.Web/sites/x/y")', "the type of"),
        (f'azapi::parse_resource_id("Invalid/ResourceType", "{G}/providers/Microsoft.Network/virtualNetworks/v")', "not of `Invalid/ResourceType`"),
        (f'azapi::parse_resource_id("", "{G}")', "is no type"),
        (f'azapi::build_resource_id("{G}", "x", "n")', "is no type"),
        (f'azapi::extension_resource_id("{G}", "A.B/c", "n")', "a list of text is needed"),
        (f'azapi::extension_resource_id("{G}", "A.B/c", ["n", "m"])', "needs 1 names, not 2"),
        ('azapi::unique_string("x", "y")', "needs 1 argument, not 2"),
        ('azapi::tenant_resource_id(["x"], ["y"])', "text is needed"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit_are_told(call: str, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        value_of(f"provider::{call}")


def test_of_an_id_that_is_not_known_wholly_the_known_parts_are_told() -> None:
    vault = f"{S}/resourceGroups/{{var.prefix}}-rg/providers/Microsoft.KeyVault/vaults/kv"
    known = hole("var.prefix", reference=vault, present=True)
    parsed = value_of("provider::azurerm::parse_resource_id(v)", v=known)
    assert (parsed["resource_name"], parsed["subscription_id"]) == ("kv", S[15:])
    assert parsed["resource_group_name"].text == "{var.prefix}-rg"
    assert parsed["resource_group_name"].decided_by == ("var.prefix",)
    below = value_of('provider::azapi::build_resource_id(v, "Microsoft.KeyVault/vaults/keys", "k")', v=known)
    assert below.reference == f"{vault}/keys/k"
    assert value_of("provider::azapi::unique_string([v])", v=known).text.startswith("{unique_string(")
    assert isinstance(
        value_of('provider::azapi::parse_resource_id("A.B/c", v)', v=hole("var.x", text="{var.x}")), Unknown
    )
    assert isinstance(value_of("provider::azurerm::parse_resource_id(v)", v=hole("var.x")), Unknown)


def test_what_is_sensitive_stays_so_and_what_is_not_known_is_a_hole() -> None:
    assert isinstance(value_of(f'provider::azurerm::parse_resource_id(sensitive("{G}"))'), Sensitive)
    assert isinstance(value_of('provider::other::f("x")'), Unknown)
