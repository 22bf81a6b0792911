locals {
  prefix          = "ferry"
  name            = "${local.prefix}-${var.environment}"
  compact_name    = "${local.prefix}${var.environment}"
  subscription_id = "/subscriptions/${var.subscription_id}"
  locations       = concat([var.global_location], [for region in sort(keys(var.stamps)) : region if region != var.global_location])

  tags = {
    workload    = "ferry"
    environment = var.environment
    criticality = "mission-critical"
    owner       = "ticketing"
  }
}

resource "azurerm_resource_group" "global" {
  name     = "${local.name}-global-rg"
  location = var.global_location
  tags     = local.tags
}

module "stamp" {
  source   = "./stamp"
  for_each = var.stamps

  name                  = "${local.name}-${each.value.short}"
  compact_name          = "${local.compact_name}${each.value.short}"
  location              = each.key
  address_space         = each.value.address_space
  tenant_id             = var.tenant_id
  registry_id           = azurerm_container_registry.global.id
  cosmos_account_id     = azurerm_cosmosdb_account.global.id
  cosmos_account_name   = azurerm_cosmosdb_account.global.name
  global_resource_group = azurerm_resource_group.global.name
  action_group_id       = azurerm_monitor_action_group.on_call.id
  secret_writer_role_id = "${local.role_definitions}/${azurerm_role_definition.secret_writer.role_definition_id}"
  pipeline_principal_id = var.pipeline_principal_id
  cluster_admins_id     = var.operators_group_id
  tags                  = local.tags
}
