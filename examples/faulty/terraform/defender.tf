# Defender plans, and their findings where people look.

locals {
  defender_plans = {
    Arm             = null
    CloudPosture    = null
    Containers      = null
    KeyVaults       = "PerKeyVault"
    StorageAccounts = "DefenderForStorageV2"
    VirtualMachines = "P2"
  }
}

resource "azurerm_security_center_subscription_pricing" "plan" {
  for_each = local.defender_plans

  resource_type = each.key
  tier          = "Standard"
  subplan       = each.value
}

resource "azurerm_security_center_contact" "on_call" {
  name                = "default"
  email               = var.alert_email
  alert_notifications = true
  alerts_to_admins    = true
}

resource "azurerm_security_center_automation" "export" {
  name                = "ExportToWorkspace"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  scopes              = [local.subscription_id]
  tags                = local.tags

  action {
    type        = "loganalytics"
    resource_id = azurerm_log_analytics_workspace.global.id
  }

  source {
    event_source = "Alerts"
  }

  source {
    event_source = "Assessments"
  }
}
