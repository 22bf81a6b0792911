# Where releases come from: build agents in a network of their own, with private ways to what is global.

resource "azurerm_virtual_network" "operations" {
  name                = "${local.name}-ops-vnet"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  address_space       = ["10.1.0.0/24"]
  tags                = local.tags
}

resource "azurerm_subnet" "agents" {
  name                            = "agents"
  resource_group_name             = azurerm_resource_group.global.name
  virtual_network_name            = azurerm_virtual_network.operations.name
  address_prefixes                = ["10.1.0.0/26"]
  default_outbound_access_enabled = false

  delegation {
    name = "pools"

    service_delegation {
      name    = "Microsoft.DevOpsInfrastructure/pools"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_subnet" "operations_endpoints" {
  name                              = "endpoints"
  resource_group_name               = azurerm_resource_group.global.name
  virtual_network_name              = azurerm_virtual_network.operations.name
  address_prefixes                  = ["10.1.0.64/26"]
  private_endpoint_network_policies = "Enabled"
  default_outbound_access_enabled   = false
}

resource "azurerm_network_security_group" "operations" {
  name                = "${local.name}-ops-nsg"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "ssh" {
  name                        = "AllowSsh"
  resource_group_name         = azurerm_resource_group.global.name
  network_security_group_name = azurerm_network_security_group.operations.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "10.1.0.0/26"
  destination_port_range      = "22"
}

resource "azurerm_network_security_rule" "agents_to_endpoints" {
  name                        = "AllowAgentsToEndpoints"
  resource_group_name         = azurerm_resource_group.global.name
  network_security_group_name = azurerm_network_security_group.operations.name
  priority                    = 200
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "10.1.0.0/26"
  source_port_range           = "*"
  destination_address_prefix  = "10.1.0.64/26"
  destination_port_range      = "443"
}

resource "azurerm_network_security_rule" "operations_deny" {
  name                        = "DenyInbound"
  resource_group_name         = azurerm_resource_group.global.name
  network_security_group_name = azurerm_network_security_group.operations.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_subnet_network_security_group_association" "agents" {
  subnet_id                 = azurerm_subnet.agents.id
  network_security_group_id = azurerm_network_security_group.operations.id
}

resource "azurerm_subnet_network_security_group_association" "operations_endpoints" {
  subnet_id                 = azurerm_subnet.operations_endpoints.id
  network_security_group_id = azurerm_network_security_group.operations.id
}

locals {
  operations_endpoints = {
    vault = {
      target = azurerm_key_vault.global.id
      group  = "vault"
      zone   = "privatelink.vaultcore.azure.net"
    }
    archive = {
      target = azurerm_storage_account.archive.id
      group  = "blob"
      zone   = "privatelink.blob.core.windows.net"
    }
    registry = {
      target = azurerm_container_registry.global.id
      group  = "registry"
      zone   = "privatelink.azurecr.io"
    }
    cosmos = {
      target = azurerm_cosmosdb_account.global.id
      group  = "Sql"
      zone   = "privatelink.documents.azure.com"
    }
  }
}

resource "azurerm_private_dns_zone" "operations" {
  for_each = local.operations_endpoints

  name                = each.value.zone
  resource_group_name = azurerm_resource_group.global.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "operations" {
  for_each = local.operations_endpoints

  name                  = "operations"
  resource_group_name   = azurerm_resource_group.global.name
  private_dns_zone_name = azurerm_private_dns_zone.operations[each.key].name
  virtual_network_id    = azurerm_virtual_network.operations.id
  tags                  = local.tags
}

resource "azurerm_private_endpoint" "operations" {
  for_each = local.operations_endpoints

  name                = "${local.name}-ops-${each.key}-pe"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  subnet_id           = azurerm_subnet.operations_endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.target
    subresource_names              = [each.value.group]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.operations[each.key].id]
  }
}

resource "azurerm_network_watcher_flow_log" "operations" {
  name                 = "${local.name}-ops-flow"
  network_watcher_name = "NetworkWatcher_${var.global_location}"
  resource_group_name  = "NetworkWatcherRG"
  location             = var.global_location
  target_resource_id   = azurerm_virtual_network.operations.id
  storage_account_id   = azurerm_storage_account.archive.id
  enabled              = true
  version              = 2
  tags                 = local.tags

  retention_policy {
    enabled = true
    days    = 90
  }

  traffic_analytics {
    enabled               = true
    workspace_id          = azurerm_log_analytics_workspace.global.workspace_id
    workspace_region      = azurerm_log_analytics_workspace.global.location
    workspace_resource_id = azurerm_log_analytics_workspace.global.id
    interval_in_minutes   = 10
  }
}
