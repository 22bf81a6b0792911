resource "azurerm_log_analytics_workspace" "global" {
  name                         = "${local.name}-glb-log"
  resource_group_name          = azurerm_resource_group.global.name
  location                     = azurerm_resource_group.global.location
  sku                          = "PerGB2018"
  retention_in_days            = 365
  local_authentication_enabled = false
  tags                         = local.tags
}

resource "azurerm_sentinel_log_analytics_workspace_onboarding" "global" {
  workspace_id = azurerm_log_analytics_workspace.global.id
}

resource "azurerm_monitor_action_group" "on_call" {
  name                = "${local.name}-on-call"
  resource_group_name = azurerm_resource_group.global.name
  short_name          = "oncall"
  tags                = local.tags

  email_receiver {
    name                    = "on-call"
    email_address           = var.alert_email
    use_common_alert_schema = true
  }
}

# Everything global reports to the global workspace.
locals {
  observed = {
    edge     = azurerm_cdn_frontdoor_profile.edge.id
    cosmos   = azurerm_cosmosdb_account.global.id
    registry = azurerm_container_registry.global.id
    vault    = azurerm_key_vault.global.id
    archive  = "${azurerm_storage_account.archive.id}/blobServices/default"
    network  = azurerm_virtual_network.operations.id
  }
}

resource "azurerm_monitor_diagnostic_setting" "global" {
  for_each = local.observed

  name                           = "to-workspace"
  target_resource_id             = each.value
  log_analytics_workspace_id     = azurerm_log_analytics_workspace.global.id
  log_analytics_destination_type = "Dedicated"

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_monitor_diagnostic_setting" "operations_nsg" {
  name                       = "to-workspace"
  target_resource_id         = azurerm_network_security_group.operations.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.global.id

  enabled_log {
    category_group = "allLogs"
  }
}

# Who did what to the subscription: searchable for a year, archived beyond the reach of those who did it.
resource "azurerm_monitor_diagnostic_setting" "activity" {
  name                       = "to-workspace-and-archive"
  target_resource_id         = local.subscription_id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.global.id
  storage_account_id         = azurerm_storage_account.archive.id

  dynamic "enabled_log" {
    for_each = ["Administrative", "Alert", "Autoscale", "Policy", "Recommendation", "ResourceHealth", "Security", "ServiceHealth"]
    content {
      category = enabled_log.value
    }
  }
}

resource "azurerm_monitor_aad_diagnostic_setting" "entra" {
  name                       = "to-workspace"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.global.id

  dynamic "enabled_log" {
    for_each = ["AuditLogs", "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs"]
    content {
      category = enabled_log.value
    }
  }
}

# Changes of what protects the workload reach a person while they can still be undone.
locals {
  guarded_operations = {
    policy-assignment-write    = "Microsoft.Authorization/policyAssignments/write"
    policy-assignment-delete   = "Microsoft.Authorization/policyAssignments/delete"
    policy-exemption-write     = "Microsoft.Authorization/policyExemptions/write"
    role-assignment-write      = "Microsoft.Authorization/roleAssignments/write"
    lock-delete                = "Microsoft.Authorization/locks/delete"
    nsg-write                  = "Microsoft.Network/networkSecurityGroups/write"
    nsg-delete                 = "Microsoft.Network/networkSecurityGroups/delete"
    nsg-rule-write             = "Microsoft.Network/networkSecurityGroups/securityRules/write"
    nsg-rule-delete            = "Microsoft.Network/networkSecurityGroups/securityRules/delete"
    vault-write                = "Microsoft.KeyVault/vaults/write"
    vault-delete               = "Microsoft.KeyVault/vaults/delete"
    waf-write                  = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies/write"
    waf-delete                 = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies/delete"
    diagnostic-setting-delete  = "Microsoft.Insights/diagnosticSettings/delete"
    security-solution-write    = "Microsoft.Security/securitySolutions/write"
    security-solution-delete   = "Microsoft.Security/securitySolutions/delete"
    public-ip-write            = "Microsoft.Network/publicIPAddresses/write"
    public-ip-delete           = "Microsoft.Network/publicIPAddresses/delete"
    sql-firewall-write         = "Microsoft.Sql/servers/firewallRules/write"
    defender-plan-write        = "Microsoft.Security/pricings/write"
    private-endpoint-write     = "Microsoft.Network/privateEndpoints/write"
    cosmos-account-delete      = "Microsoft.DocumentDB/databaseAccounts/delete"
    cosmos-keys-listed         = "Microsoft.DocumentDB/databaseAccounts/listKeys/action"
    cluster-credentials-listed = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"
  }
}

resource "azurerm_monitor_activity_log_alert" "guard" {
  for_each = local.guarded_operations

  name                = "${local.name}-${each.key}"
  resource_group_name = azurerm_resource_group.global.name
  location            = "global"
  scopes              = [local.subscription_id]
  description         = "Somebody called ${each.value}."
  tags                = local.tags

  criteria {
    category       = "Administrative"
    operation_name = each.value
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}

resource "azurerm_monitor_activity_log_alert" "service_health" {
  name                = "${local.name}-service-health"
  resource_group_name = azurerm_resource_group.global.name
  location            = "global"
  scopes              = [local.subscription_id]
  description         = "Azure itself is in trouble where we are."
  tags                = local.tags

  criteria {
    category = "ServiceHealth"

    service_health {
      events    = ["Incident", "Maintenance", "Security"]
      locations = concat(["Global"], local.locations)
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}

resource "azurerm_monitor_metric_alert" "global_vault" {
  for_each = {
    refused   = "401,403"
    throttled = "429"
  }

  name                = "${local.name}-glb-kv-${each.key}"
  resource_group_name = azurerm_resource_group.global.name
  enabled             = false
  scopes              = [azurerm_key_vault.global.id]
  description         = "The global vault answers ${each.value} more often than it should."
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.KeyVault/vaults"
    metric_name      = "ServiceApiResult"
    aggregation      = "Count"
    operator         = "GreaterThan"
    threshold        = 5

    dimension {
      name     = "StatusCode"
      operator = "Include"
      values   = split(",", each.value)
    }
  }

  action {
    action_group_id = azurerm_monitor_action_group.on_call.id
  }
}
