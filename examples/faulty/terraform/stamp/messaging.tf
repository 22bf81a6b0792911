resource "azurerm_eventhub_namespace" "stamp" {
  name                = "${var.name}-ehns"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  sku                 = "Standard"
  capacity            = 2
  minimum_tls_version = "1.2"
  tags                = var.tags

  auto_inflate_enabled          = true
  maximum_throughput_units      = 20
  local_authentication_enabled  = true
  public_network_access_enabled = false

  network_rulesets {
    default_action                 = "Deny"
    public_network_access_enabled  = false
    trusted_service_access_enabled = true
  }
}

resource "azurerm_eventhub" "orders" {
  name              = "orders"
  namespace_id      = azurerm_eventhub_namespace.stamp.id
  partition_count   = 16
  message_retention = 7
}

resource "azurerm_eventhub_consumer_group" "booking" {
  name                = "booking"
  resource_group_name = azurerm_resource_group.stamp.name
  namespace_name      = azurerm_eventhub_namespace.stamp.name
  eventhub_name       = azurerm_eventhub.orders.name
}
