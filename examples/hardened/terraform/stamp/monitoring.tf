# A stamp keeps its own telemetry: what happens to one region does not blind the other.
resource "azurerm_log_analytics_workspace" "stamp" {
  name                         = "${var.name}-log"
  resource_group_name          = azurerm_resource_group.stamp.name
  location                     = azurerm_resource_group.stamp.location
  sku                          = "PerGB2018"
  retention_in_days            = 90
  local_authentication_enabled = false
  tags                         = var.tags
}

locals {
  observed = {
    cluster = azurerm_kubernetes_cluster.stamp.id
    vault   = azurerm_key_vault.stamp.id
    events  = azurerm_eventhub_namespace.stamp.id
    blobs   = "${azurerm_storage_account.stamp.id}/blobServices/default"
    network = azurerm_virtual_network.stamp.id
    ingress = azurerm_public_ip.ingress.id
  }

  observed_groups = {
    nodes     = azurerm_network_security_group.nodes.id
    endpoints = azurerm_network_security_group.endpoints.id
  }
}

resource "azurerm_monitor_diagnostic_setting" "stamp" {
  for_each = local.observed

  name                       = "to-workspace"
  target_resource_id         = each.value
  log_analytics_workspace_id = azurerm_log_analytics_workspace.stamp.id

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

# Network security groups have no metrics.
resource "azurerm_monitor_diagnostic_setting" "groups" {
  for_each = local.observed_groups

  name                       = "to-workspace"
  target_resource_id         = each.value
  log_analytics_workspace_id = azurerm_log_analytics_workspace.stamp.id

  enabled_log {
    category_group = "allLogs"
  }
}

resource "azurerm_monitor_metric_alert" "vault" {
  for_each = {
    refused   = ["401", "403"]
    throttled = ["429"]
  }

  name                = "${var.name}-kv-${each.key}"
  resource_group_name = azurerm_resource_group.stamp.name
  scopes              = [azurerm_key_vault.stamp.id]
  description         = "The vault answers ${join(" or ", each.value)} more often than it should."
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = var.tags

  criteria {
    metric_namespace = "Microsoft.KeyVault/vaults"
    metric_name      = "ServiceApiResult"
    aggregation      = "Count"
    operator         = "GreaterThan"
    threshold        = 5

    dimension {
      name     = "StatusCode"
      operator = "Include"
      values   = each.value
    }
  }

  action {
    action_group_id = var.action_group_id
  }
}

resource "azurerm_monitor_metric_alert" "ddos" {
  name                = "${var.name}-ddos"
  resource_group_name = azurerm_resource_group.stamp.name
  scopes              = [azurerm_public_ip.ingress.id]
  description         = "The address of the stamp is under attack."
  severity            = 0
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = var.tags

  criteria {
    metric_namespace = "Microsoft.Network/publicIPAddresses"
    metric_name      = "IfUnderDDoSAttack"
    aggregation      = "Maximum"
    operator         = "GreaterThan"
    threshold        = 0
  }

  action {
    action_group_id = var.action_group_id
  }
}
