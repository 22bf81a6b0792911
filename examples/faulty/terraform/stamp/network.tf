locals {
  nodes_prefix     = cidrsubnet(var.address_space, 6, 0)
  endpoints_prefix = cidrsubnet(var.address_space, 8, 4)
}

resource "azurerm_virtual_network" "stamp" {
  name                = "${var.name}-vnet"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  address_space       = [var.address_space]
  tags                = var.tags
}

resource "azurerm_subnet" "nodes" {
  name                            = "nodes"
  resource_group_name             = azurerm_resource_group.stamp.name
  virtual_network_name            = azurerm_virtual_network.stamp.name
  address_prefixes                = [local.nodes_prefix]
  default_outbound_access_enabled = false
}

resource "azurerm_subnet" "endpoints" {
  name                              = "endpoints"
  resource_group_name               = azurerm_resource_group.stamp.name
  virtual_network_name              = azurerm_virtual_network.stamp.name
  address_prefixes                  = [local.endpoints_prefix]
  private_endpoint_network_policies = "Enabled"
  default_outbound_access_enabled   = false
}

resource "azurerm_network_security_group" "nodes" {
  name                = "${var.name}-nodes-nsg"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  tags                = var.tags
}

# Requests of passengers.
resource "azurerm_network_security_rule" "ingress" {
  name                        = "AllowHttps"
  resource_group_name         = azurerm_resource_group.stamp.name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "Internet"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "443"
}

resource "azurerm_network_security_rule" "probes" {
  name                        = "AllowLoadBalancer"
  resource_group_name         = azurerm_resource_group.stamp.name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 110
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = "AzureLoadBalancer"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_network_security_rule" "nodes_among_themselves" {
  name                        = "AllowNodes"
  resource_group_name         = azurerm_resource_group.stamp.name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 120
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = local.nodes_prefix
  source_port_range           = "*"
  destination_address_prefix  = local.nodes_prefix
  destination_port_range      = "*"
}

resource "azurerm_network_security_rule" "nodes_deny" {
  name                        = "DenyInbound"
  resource_group_name         = azurerm_resource_group.stamp.name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nodes.id
}

resource "azurerm_network_security_group" "endpoints" {
  name                = "${var.name}-endpoints-nsg"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  tags                = var.tags

  security_rule {
    name                       = "AllowNodes"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = local.nodes_prefix
    source_port_range          = "*"
    destination_address_prefix = local.endpoints_prefix
    destination_port_ranges    = ["443", "5671"]
  }

  security_rule {
    name                       = "DenyInbound"
    priority                   = 4096
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_address_prefix      = "*"
    source_port_range          = "*"
    destination_address_prefix = "*"
    destination_port_range     = "*"
  }
}

resource "azurerm_subnet_network_security_group_association" "endpoints" {
  subnet_id                 = azurerm_subnet.endpoints.id
  network_security_group_id = azurerm_network_security_group.endpoints.id
}

# The address behind Front Door.
resource "azurerm_public_ip" "ingress" {
  name                = "${var.name}-ingress-pip"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  sku                 = "Standard"
  allocation_method   = "Static"
  zones               = ["1", "2", "3"]
  tags                = var.tags
}

resource "azurerm_network_watcher_flow_log" "stamp" {
  name                 = "${var.name}-flow"
  network_watcher_name = "NetworkWatcher_${var.location}"
  resource_group_name  = "NetworkWatcherRG"
  location             = var.location
  target_resource_id   = azurerm_virtual_network.stamp.id
  storage_account_id   = azurerm_storage_account.stamp.id
  enabled              = true
  version              = 2
  tags                 = var.tags

  retention_policy {
    enabled = true
    days    = 90
  }

  traffic_analytics {
    enabled               = true
    workspace_id          = azurerm_log_analytics_workspace.stamp.workspace_id
    workspace_region      = azurerm_log_analytics_workspace.stamp.location
    workspace_resource_id = azurerm_log_analytics_workspace.stamp.id
    interval_in_minutes   = 10
  }
}
