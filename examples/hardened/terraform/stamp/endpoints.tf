# Private ways from the nodes to everything that they read or write. Each stamp resolves names for itself: a stamp
# whose neighbour is gone keeps working.

locals {
  endpoints = {
    vault = {
      target = azurerm_key_vault.stamp.id
      group  = "vault"
      zone   = "privatelink.vaultcore.azure.net"
    }
    events = {
      target = azurerm_eventhub_namespace.stamp.id
      group  = "namespace"
      zone   = "privatelink.servicebus.windows.net"
    }
    blobs = {
      target = azurerm_storage_account.stamp.id
      group  = "blob"
      zone   = "privatelink.blob.core.windows.net"
    }
    registry = {
      target = var.registry_id
      group  = "registry"
      zone   = "privatelink.azurecr.io"
    }
    cosmos = {
      target = var.cosmos_account_id
      group  = "Sql"
      zone   = "privatelink.documents.azure.com"
    }
  }
}

resource "azurerm_private_dns_zone" "stamp" {
  for_each = local.endpoints

  name                = each.value.zone
  resource_group_name = azurerm_resource_group.stamp.name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "stamp" {
  for_each = local.endpoints

  name                  = "stamp"
  resource_group_name   = azurerm_resource_group.stamp.name
  private_dns_zone_name = azurerm_private_dns_zone.stamp[each.key].name
  virtual_network_id    = azurerm_virtual_network.stamp.id
  tags                  = var.tags
}

resource "azurerm_private_endpoint" "stamp" {
  for_each = local.endpoints

  name                = "${var.name}-${each.key}-pe"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = var.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.target
    subresource_names              = [each.value.group]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.stamp[each.key].id]
  }
}
