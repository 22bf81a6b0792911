"""Types whose rules depend on one another: what is sent for one attribute is decided by another."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.sources.terraform.mapping.make import GROUP, Mapped, hole, instance

from everward.sources.terraform.mapping.coverage import State, report
from everward.values import Unknown, unknowns_in

MACHINE = "Microsoft.Compute/virtualMachines"


def machine(**more: Any) -> dict[str, Any]:
    """The properties of a Linux machine."""
    disk = {"caching": "ReadWrite", "storage_account_type": "Premium_LRS", **more.pop("disk", {})}
    made = instance("azurerm_linux_virtual_machine", "vm", location="x", os_disk=[disk], **more)
    properties: dict[str, Any] = Mapped(made).only(MACHINE).body["properties"]
    return properties


def test_a_machine_has_the_provider_s_own_defaults() -> None:
    found = machine()
    assert found["osProfile"]["computerName"] == "vm"
    assert found["osProfile"]["linuxConfiguration"]["disablePasswordAuthentication"] is True
    assert found["osProfile"]["linuxConfiguration"]["patchSettings"]["patchMode"] == "ImageDefault"
    assert found["storageProfile"]["osDisk"]["createOption"] == "FromImage"
    assert "securityProfile" not in found
    assert "billingProfile" not in found


def test_a_machine_on_a_disk_of_its_own_says_nothing_of_its_system() -> None:
    disk = f"{GROUP}/providers/Microsoft.Compute/disks/d"
    found = machine(os_managed_disk_id=disk)
    assert "osProfile" not in found
    assert found["storageProfile"]["osDisk"]["createOption"] == "Attach"
    assert found["storageProfile"]["osDisk"]["managedDisk"]["id"] == disk


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"secure_boot_enabled": True}, "TrustedLaunch"),
        ({"vtpm_enabled": True}, "TrustedLaunch"),
        (
            {"vtpm_enabled": True, "disk": {"security_encryption_type": "VMGuestStateOnly"}},
            "ConfidentialVM",
        ),
    ],
)
def test_the_kind_of_security_follows_from_what_is_on(more: dict[str, Any], kind: str) -> None:
    assert machine(**more)["securityProfile"]["securityType"] == kind


def test_keys_of_storage_lie_over_its_account() -> None:
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    mapped = Mapped(
        instance(
            "azurerm_storage_account", "st", location="x", account_tier="Standard", account_replication_type="ZRS"
        ),
        instance(
            "azurerm_storage_account_customer_managed_key",
            "k",
            storage_account_id=account,
            key_vault_key_id="https://kv.vault.azure.net/keys/cmk/1",
        ),
    )
    encryption = mapped.only("Microsoft.Storage/storageAccounts").body["properties"]["encryption"]
    assert encryption["keySource"] == "Microsoft.Keyvault"
    assert encryption["keyvaultproperties"] == {
        "keyvaulturi": "https://kv.vault.azure.net/", "keyname": "cmk", "keyversion": "1",
    }  # fmt: skip


def test_an_address_that_the_provider_looks_up_is_a_hole() -> None:
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
    mapped = Mapped(
        instance("azurerm_storage_account", "st", location="x"),
        instance(
            "azurerm_storage_account_customer_managed_key",
            "k",
            storage_account_id=account,
            key_vault_id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
            key_name="cmk",
        ),
        version="3.100.0",
    )
    encryption = mapped.only("Microsoft.Storage/storageAccounts").body["properties"]["encryption"]
    assert isinstance(encryption["keyvaultproperties"]["keyvaulturi"], Unknown)
    assert encryption["keyvaultproperties"]["keyname"] == "cmk"


def test_a_flexible_server() -> None:
    server = instance(
        "azurerm_postgresql_flexible_server",
        "pg",
        location="x",
        sku_name="GP_Standard_D2ds_v5",
        storage_mb=65536,
        customer_managed_key=[{"key_vault_key_id": "https://kv.vault.azure.net/keys/k/1"}],
        administrator_password="SECRET",
    )
    body = Mapped(server).only("Microsoft.DBforPostgreSQL/flexibleServers").body
    assert body["sku"] == {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}
    properties = body["properties"]
    assert properties["storage"]["storageSizeGB"] == 64
    assert properties["highAvailability"] == {"mode": "Disabled"}
    assert properties["dataEncryption"]["type"] == "AzureKeyVault"
    assert properties["network"]["publicNetworkAccess"] == "Enabled"
    assert "SECRET" not in repr(body)


def test_rules_of_a_role_that_has_to_be_activated() -> None:
    policy = instance(
        "azurerm_role_management_policy",
        "p",
        name=None,
        resource_group_name=None,
        scope=GROUP,
        role_definition_id="owner",
        activation_rules=[
            {
                "maximum_duration": "PT1H",
                "require_multifactor_authentication": True,
                "require_justification": False,
                "require_ticket_info": True,
                "require_approval": True,
                "approval_stage": [{"primary_approver": [{"object_id": "o", "type": "Group"}]}],
            }
        ],
        eligible_assignment_rules=[{"expiration_required": True, "expire_after": "P90D"}],
    )
    made = Mapped(policy).only("Microsoft.Authorization/roleManagementPolicies")
    rules = {rule["id"]: rule for rule in made.body["properties"]["rules"]}
    assert rules["Enablement_EndUser_Assignment"]["enabledRules"] == ["MultiFactorAuthentication", "Ticketing"]
    assert rules["Expiration_EndUser_Assignment"]["maximumDuration"] == "PT1H"
    approval = rules["Approval_EndUser_Assignment"]["setting"]
    assert approval["isApprovalRequired"] is True
    assert approval["approvalStages"] == [{"primaryApprovers": [{"id": "o", "userType": "Group"}]}]
    assert rules["Expiration_Admin_Eligibility"]["maximumDuration"] == "P90D"
    assert "AuthenticationContext_EndUser_Assignment" not in rules
    assert made.id.startswith(f"{GROUP}/providers/Microsoft.Authorization/roleManagementPolicies/")


def test_events_with_an_identity_are_delivered_below_it() -> None:
    hook = {"url": "https://example.com/?code=SECRET", "max_events_per_batch": 1}
    plain = instance("azurerm_eventgrid_event_subscription", "e", scope=GROUP, webhook_endpoint=[hook])
    properties = Mapped(plain).only("Microsoft.EventGrid/eventSubscriptions").body["properties"]
    assert properties["destination"] == {"endpointType": "WebHook", "properties": {"maxEventsPerBatch": 1}}
    signed = instance(
        "azurerm_eventgrid_event_subscription",
        "e",
        scope=GROUP,
        webhook_endpoint=[hook],
        delivery_identity=[{"type": "SystemAssigned"}],
        advanced_filter=[{"bool_equals": [{"key": "a", "value": True}]}],
    )
    body = Mapped(signed).only("Microsoft.EventGrid/eventSubscriptions").body
    assert "destination" not in body["properties"]
    delivery = body["properties"]["deliveryWithResourceIdentity"]
    assert delivery["destination"]["endpointType"] == "WebHook"
    (unread,) = unknowns_in(body["properties"]["filter"]["advancedFilters"])
    assert unread.reason == "what this becomes is not read"
    assert "SECRET" not in repr(body)


def test_the_first_front_door_and_its_parts() -> None:
    door = instance(
        "azurerm_frontdoor",
        "fd",
        routing_rule=[
            {
                "name": "all",
                "accepted_protocols": ["Https"],
                "frontend_endpoints": ["web"],
                "patterns_to_match": ["/*"],
                "forwarding_configuration": [{"backend_pool_name": "pool", "forwarding_protocol": "HttpsOnly"}],
            }
        ],
    )
    (rule,) = Mapped(door).only("Microsoft.Network/frontDoors").body["properties"]["routingRules"]
    own = f"{GROUP}/providers/Microsoft.Network/frontDoors/fd"
    assert [one["id"].lower() for one in rule["properties"]["frontendEndpoints"]] == [
        f"{own}/frontendendpoints/web".lower()
    ]
    configuration = rule["properties"]["routeConfiguration"]
    assert configuration["backendPool"]["id"].lower() == f"{own}/backendpools/pool".lower()
    assert "cacheConfiguration" not in configuration


def test_ciphers_are_off_where_nothing_is_said() -> None:
    service = instance(
        "azurerm_api_management", "a", location="x", sku_name="Developer_1", security=[{"backend_tls10_enabled": True}]
    )
    body = Mapped(service, version="5.2.0").only("Microsoft.ApiManagement/service").body
    custom = body["properties"]["customProperties"]
    head = "Microsoft.WindowsAzure.ApiManagement.Gateway.Security"
    assert custom[f"{head}.Backend.Protocols.Tls10"] == "true"
    assert custom[f"{head}.Protocols.Tls10"] == "false"
    assert body["sku"] == {"name": "Developer", "capacity": 1}


def test_a_slot_is_a_child_of_its_site_with_a_configuration_of_its_own() -> None:
    site = f"{GROUP}/providers/Microsoft.Web/sites/app"
    slot = instance(
        "azurerm_windows_web_app_slot",
        "blue",
        resource_group_name=None,
        app_service_id=site,
        https_only=True,
        site_config=[{"ftps_state": "Disabled", "application_stack": [{"dotnet_version": "v8.0"}]}],
        app_settings={"KEY": "SECRET", "WHERE": "@Microsoft.KeyVault(VaultName=kv;SecretName=s)"},
    )
    mapped = Mapped(slot)
    found = mapped.only("Microsoft.Web/sites/slots")
    assert found.id == f"{site}/slots/blue"
    assert found.get("properties.siteConfig.netFrameworkVersion") == "v8.0"
    configuration = [one for one in mapped.of("Microsoft.Web/sites/slots/config") if one.name == "web"]
    assert [one.get("properties.ftpsState") for one in configuration] == ["Disabled"]
    assert "SECRET" not in repr([one.body for one in mapped.resources])
    [settings] = [one for one in mapped.of("Microsoft.Web/sites/slots/config") if one.name == "appsettings"]
    assert settings.get("properties.WHERE") == "@Microsoft.KeyVault(VaultName=kv;SecretName=s)"


def test_a_hole_in_a_condition_is_a_hole_in_the_value() -> None:
    lookup = hole("{var.host}")
    properties = machine(priority=lookup, max_bid_price=1)
    assert isinstance(properties["billingProfile"]["maxPrice"], Unknown)


def test_no_value_of_a_secret_reaches_a_body() -> None:
    """Every attribute that is called a secret is set, wherever it stands, and none of the values is in a body."""
    checked = 0
    for one in report():
        if not one.has_mapping:
            continue
        found = list(one.editions.values())[-1]
        version = "4.81.0" if found.edition.startswith("azuread") else found.edition.partition(" ")[2]
        attributes: dict[str, Any] = {}
        for attribute in found.attributes:
            if attribute.state is State.NAMED and "secret" in attribute.reason:
                *above, leaf = attribute.path.split(".")
                blocks = attributes
                for name in above:
                    blocks = blocks.setdefault(name, [{}])[0]
                blocks[leaf] = "hunter2"
                checked += 1
        made = Mapped(instance(one.name, "x", location="x", **attributes), version=version)
        assert "hunter2" not in repr([each.body for each in made.resources]), one.name
    assert checked > 250


def backup_policy(**more: Any) -> dict[str, Any]:
    """The properties of a policy for backups of machines."""
    made = instance("azurerm_backup_policy_vm", "p", recovery_vault_name="rv", **more)
    properties: dict[str, Any] = (
        Mapped(made, version="4.81.0").only("Microsoft.RecoveryServices/vaults/backupPolicies").body["properties"]
    )
    return properties


def test_the_two_kinds_of_backup_policy_say_their_schedule_in_different_places() -> None:
    first = backup_policy(backup=[{"frequency": "Weekly", "time": "23:00", "weekdays": ["Sunday"]}])
    assert first["schedulePolicy"] == {
        "schedulePolicyType": "SimpleSchedulePolicy",
        "scheduleRunFrequency": "Weekly",
        "scheduleRunTimes": ["23:00:00Z"],
        "scheduleRunDays": ["Sunday"],
    }
    hourly = {"frequency": "Hourly", "time": "23:00", "hour_interval": 4, "hour_duration": 8}
    second = backup_policy(policy_type="V2", backup=[hourly])
    assert second["schedulePolicy"] == {
        "schedulePolicyType": "SimpleSchedulePolicyV2",
        "scheduleRunFrequency": "Hourly",
        "hourlySchedule": {"interval": 4, "scheduleWindowStartTime": "23:00:00Z", "scheduleWindowDuration": 8},
    }


def test_how_long_backups_are_kept_is_read_by_days_and_by_weeks() -> None:
    by_days = backup_policy(retention_monthly=[{"count": 12, "days": [1]}])["retentionPolicy"]["monthlySchedule"]
    assert by_days["retentionDuration"] == {"count": 12, "durationType": "Months"}
    assert by_days["retentionScheduleFormatType"] == "Daily"
    assert by_days["retentionScheduleDaily"] == {"daysOfTheMonth": [{"date": 1, "isLast": False}]}
    yearly = [{"count": 2, "months": ["May"], "weekdays": ["Sunday"], "weeks": ["First"]}]
    by_weeks = backup_policy(retention_yearly=yearly)["retentionPolicy"]["yearlySchedule"]
    assert by_weeks["retentionScheduleFormatType"] == "Weekly"
    assert by_weeks["retentionScheduleWeekly"] == {"daysOfTheWeek": ["Sunday"], "weeksOfTheMonth": ["First"]}
    last = backup_policy(retention_monthly=[{"count": 1, "days": [1], "include_last_days": True}])
    last_days = last["retentionPolicy"]["monthlySchedule"]["retentionScheduleDaily"]["daysOfTheMonth"]
    assert isinstance(last_days, Unknown)


@pytest.mark.parametrize(
    ("version", "tier", "place"),
    [
        ("3.115.0", None, ["retentionPolicy"]),
        ("5.2.0", None, ["retentionPolicy"]),
        ("5.2.0", "vault-standard", ["vaultRetentionPolicy", "vaultRetention"]),
    ],
)
def test_the_tier_decides_where_backups_of_shares_are_kept(version: str, tier: str | None, place: list[str]) -> None:
    policy = instance("azurerm_backup_policy_file_share", "p", recovery_vault_name="rv", retention_daily=[{"count": 9}])
    if tier:
        policy.attributes["backup_tier"] = tier
    found = Mapped(policy, version=version).only("Microsoft.RecoveryServices/vaults/backupPolicies").body["properties"]
    other = {"retentionPolicy", "vaultRetentionPolicy"} - set(place)
    assert not other & found.keys()
    for name in place:
        found = found[name]
    assert found["dailySchedule"]["retentionDuration"] == {"count": 9, "durationType": "Days"}


def test_a_protected_machine_has_an_id_with_the_names_of_the_machine_and_its_group() -> None:
    machine_id = GROUP.replace("/rg", "/Other") + "/providers/Microsoft.Compute/virtualMachines/web"
    made = instance("azurerm_backup_protected_vm", "x", name=None, recovery_vault_name="rv", source_vm_id=machine_id)
    found = Mapped(made).resources[0]
    assert found.id == (
        f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/rv/backupFabrics/Azure/protectionContainers/"
        "iaasvmcontainer;iaasvmcontainerv2;Other;web/protectedItems/VM;iaasvmcontainerv2;Other;web"
    )


def test_the_endpoints_of_a_traffic_manager_are_enabled_unless_they_say_otherwise() -> None:
    profile = f"{GROUP}/providers/Microsoft.Network/trafficManagerProfiles/t"
    made = instance("azurerm_traffic_manager_external_endpoint", "e", profile_id=profile, target="example.org")
    above = instance("azurerm_traffic_manager_profile", "t", traffic_routing_method="Priority")
    mapped = Mapped(above, made, version="5.2.0")
    found = mapped.only("Microsoft.Network/trafficManagerProfiles/externalEndpoints")
    assert found.id == f"{profile}/externalEndpoints/e"
    listed = mapped.only("Microsoft.Network/trafficManagerProfiles").get("properties.endpoints")
    assert [(one["name"], one["properties"]["target"]) for one in listed] == [("e", "example.org")]
    assert found.body["properties"]["endpointStatus"] == "Enabled"
    assert found.body["properties"]["alwaysServe"] == "Disabled"
    assert "priority" not in found.body["properties"]


PERIMETER = f"{GROUP}/providers/Microsoft.Network/networkSecurityPerimeters/p"


def test_what_is_in_a_perimeter_belongs_to_it_and_names_a_profile() -> None:
    made = instance(
        "azurerm_network_security_perimeter_association",
        "kv",
        network_security_perimeter_profile_id=f"{PERIMETER}/profiles/inner",
        resource_id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
        access_mode="Learning",
    )
    found = Mapped(made, version="5.2.0").only("Microsoft.Network/networkSecurityPerimeters/resourceAssociations")
    assert found.id == f"{PERIMETER}/resourceAssociations/kv"
    assert found.get("properties.profile.id") == f"{PERIMETER}/profiles/inner"


@pytest.mark.parametrize(("version", "moves"), [({}, True), ({"version": "1.2.3"}, False)])
def test_an_extension_of_a_cluster_moves_unless_its_version_is_fixed(version: dict[str, str], moves: bool) -> None:
    cluster = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks"
    settings = {"configuration_settings": {"a.b": "c"}, "configuration_protected_settings": {"key": "hunter2"}}
    made = instance("azurerm_kubernetes_cluster_extension", "flux", cluster_id=cluster, **settings, **version)
    found = Mapped(made, version="5.2.0").only("Microsoft.KubernetesConfiguration/extensions")
    assert found.id == f"{cluster}/providers/Microsoft.KubernetesConfiguration/extensions/flux"
    assert found.get("properties.autoUpgradeMinorVersion") is moves
    assert found.get("properties.configurationSettings") == {"a.b": "c"}
    assert "hunter2" not in repr(found.body)


def test_keys_of_databricks_are_told_in_parts() -> None:
    key = "https://kv.vault.azure.net/keys/k/v1"
    made = instance("azurerm_databricks_workspace", "d", managed_disk_cmk_key_vault_key_id=key)
    entities = (
        Mapped(made, version="5.2.0").only("Microsoft.Databricks/workspaces").get("properties.encryption.entities")
    )
    parts = {"keyVaultUri": "https://kv.vault.azure.net/", "keyName": "k", "keyVersion": "v1"}
    assert entities == {"managedDisk": {"keySource": "Microsoft.Keyvault", "keyVaultProperties": parts}}


def test_replication_stands_below_the_account_that_is_written_to() -> None:
    accounts = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
    rules = [
        {"source_container_name": "a", "destination_container_name": "b", "copy_blobs_created_after": "Everything"}
    ]
    made = instance(
        "azurerm_storage_object_replication",
        "r",
        name=None,
        source_storage_account_id=f"{accounts}/from",
        destination_storage_account_id=f"{accounts}/to",
        rules=rules,
    )
    (found,) = Mapped(made, version="5.2.0").resources
    assert found.id.startswith(f"{accounts}/to/objectReplicationPolicies/")
    (rule,) = cast("list[Any]", found.get("properties.rules"))
    assert rule["filters"] == {"minCreationTime": "1601-01-01T00:00:00Z"}
