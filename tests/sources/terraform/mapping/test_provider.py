"""What the provider says of attributes that nobody configured."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sources.terraform.mapping.make import GROUP, SUBSCRIPTION, data, hole, instance, provider

from everward.sources.terraform.mapping import AzureProvider
from everward.values import Unknown


def attribute(made: Any, name: str, **options: Any) -> Any:
    return provider(**options).attribute(made, name)


def test_id_whose_parts_are_known_is_text() -> None:
    assert attribute(instance("azurerm_key_vault", "kv"), "id") == f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
    assert attribute(instance("azurerm_resource_group", "rg"), "id") == GROUP


def test_id_with_open_parts_is_a_hole_that_names_them() -> None:
    made = attribute(instance("azurerm_key_vault", "kv", name=hole("{var.p}-kv", by="var.p")), "id")
    assert isinstance(made, Unknown)
    assert made.present
    assert made.reference == f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{var.p}}-kv"
    assert made.decided_by == ("var.p",)


def test_id_without_subscription() -> None:
    made = attribute(instance("azurerm_key_vault", "kv"), "id", subscription=None)
    assert isinstance(made, Unknown)
    assert made.reference == "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
    assert made.decided_by == ("--subscription",)


def test_id_that_the_provider_makes_is_decided_by_the_resource() -> None:
    made = attribute(instance("azurerm_role_assignment", "a", name=None, scope=GROUP), "id")
    assert made.decided_by == ("azurerm_role_assignment.a.id",)
    assert made.reference == f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{{azurerm_role_assignment.a}}"


def test_subscription_of_a_provider_configuration() -> None:
    one = AzureProvider.for_root(None, "4.1.0", SUBSCRIPTION, subscriptions={"azurerm.hub": "hub"})
    made = instance("azurerm_key_vault", "kv")
    made.provider = "azurerm.hub"
    assert str(one.attribute(made, "id")).startswith("/subscriptions/hub/")
    made.computed.clear()
    made.provider = "azurerm"
    assert str(one.attribute(made, "id")).startswith(f"/subscriptions/{SUBSCRIPTION}/")


@pytest.mark.parametrize(("version", "value"), [("3.100.0", True), ("4.1.0", True), ("5.1.0", False)])
def test_defaults_follow_the_version(version: str, value: bool) -> None:
    made = instance("azurerm_storage_account", "st")
    assert attribute(made, "allow_nested_items_to_be_public", version=version) is value


def test_defaults_inside_blocks() -> None:
    made = instance("azurerm_storage_account", "st", blob_properties=[{}])
    assert attribute(made, "blob_properties[0].versioning_enabled") is False
    assert attribute(made, "blob_properties.0.versioning_enabled") is False


def test_optional_attribute_without_default_is_null() -> None:
    assert attribute(instance("azurerm_key_vault", "kv"), "tags") is None


def test_computed_attributes_are_holes() -> None:
    made = attribute(instance("azurerm_kubernetes_cluster", "k"), "identity[0].principal_id")
    assert (made.reason, made.present) == ("known after apply", False)
    assert made.decided_by == ("azurerm_kubernetes_cluster.k.identity[0].principal_id",)
    sure = attribute(instance("azurerm_user_assigned_identity", "u"), "principal_id")
    assert sure.present


def test_answers_are_kept() -> None:
    made = instance("azurerm_key_vault", "kv")
    one = provider()
    assert one.attribute(made, "id") is one.attribute(made, "id")
    assert set(made.computed) == {"id"}


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("azurerm_key_vault", "no_such_attribute"),
        ("azurerm_no_such_type", "name"),
        ("random_password", "result"),
        ("null_resource", "id"),
    ],
)
def test_what_is_not_known_of_a_type_is_a_hole(type_name: str, name: str) -> None:
    made = attribute(instance(type_name, "x"), name)
    assert isinstance(made, Unknown)
    assert made.decided_by == (f"{type_name}.x.{name}",)


def test_ids_that_are_not_arm_ids() -> None:
    secret = instance("azurerm_key_vault_secret", "s", key_vault_id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv")
    url = attribute(secret, "id")
    assert isinstance(url, Unknown)
    assert (url.text, url.reference) == ("https://vault/secrets/s", None)
    assert attribute(secret, "resource_versionless_id") == (f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv/secrets/s")
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    association = instance("azurerm_subnet_network_security_group_association", "a", subnet_id=subnet)
    assert attribute(association, "id") == subnet
    association = instance("azurerm_subnet_network_security_group_association", "b")
    assert isinstance(attribute(association, "id"), Unknown)
    assert isinstance(attribute(instance("azurerm_storage_blob", "b"), "id"), Unknown)
    assert isinstance(attribute(instance("azurerm_storage_table_entity", "b"), "id"), Unknown)


def test_type_without_mapping_has_an_id_to_refer_to() -> None:
    made = attribute(instance("azurerm_kusto_cluster", "c"), "id")
    assert made == f"{GROUP}/providers/Microsoft.Kusto/clusters/c"
    child = attribute(instance("azurerm_kusto_database", "d", resource_group_name=None), "id")
    assert child.reference == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Kusto/clusters/{{azurerm_kusto_database.d}}/databases/d"
    )


def test_data_sources_know_their_id_by_their_arguments() -> None:
    registry = data("azurerm_container_registry", "r", name="cr", resource_group_name="rg")
    assert attribute(registry, "id") == f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/cr"
    location = attribute(registry, "location")
    assert (location.reason, location.present) == ("read from Azure when planning", True)
    assert not attribute(registry, "login_server").present
    assert isinstance(attribute(data("azurerm_monitor_diagnostic_categories", "d"), "id"), Unknown)


def test_who_is_signed_in() -> None:
    config = data("azurerm_client_config", "c")
    assert attribute(config, "subscription_id") == SUBSCRIPTION
    assert isinstance(attribute(data("azurerm_client_config", "c"), "subscription_id", subscription=None), Unknown)
    tenant = attribute(config, "tenant_id")
    assert isinstance(tenant, Unknown)
    assert tenant.present
    assert isinstance(attribute(config, "id"), Unknown)


def test_subscriptions() -> None:
    assert attribute(data("azurerm_subscription", "s"), "id") == f"/subscriptions/{SUBSCRIPTION}"
    assert attribute(data("azurerm_subscription", "s", subscription_id="other"), "id") == "/subscriptions/other"
    missing = attribute(data("azurerm_subscription", "s"), "id", subscription=None)
    assert missing.reference == "/subscriptions/{subscription}"


def test_built_in_roles() -> None:
    reader = data("azurerm_role_definition", "r", name="reader")
    tail = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
    assert attribute(reader, "id") == tail
    scoped = data("azurerm_role_definition", "r", name="Reader", scope=GROUP)
    assert attribute(scoped, "id") == f"/subscriptions/{SUBSCRIPTION}{tail}"
    assert attribute(scoped, "role_definition_id") == "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    own = data("azurerm_role_definition", "o", name="our own")
    assert isinstance(attribute(own, "id"), Unknown)
    assert isinstance(attribute(own, "role_definition_id"), Unknown)


def test_azapi() -> None:
    made = instance(
        "azapi_resource", "a", type="Microsoft.App/jobs@2024-03-01", parent_id=GROUP, resource_group_name=None
    )
    assert attribute(made, "id") == f"{GROUP}/providers/Microsoft.App/jobs/a"
    assert isinstance(attribute(made, "output"), Unknown)
    read = data("azapi_resource", "d", type="Microsoft.App/jobs@2024-03-01", parent_id=GROUP, name="d")
    assert attribute(read, "id") == f"{GROUP}/providers/Microsoft.App/jobs/d"


def test_guessed_version_is_said() -> None:
    assert provider(version=None).edition.assumed == "no version of azurerm is required or locked"
    assert provider(version="3.1.0").edition.assumed is None
