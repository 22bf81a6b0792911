resource "azurerm_key_vault" "stamp" {
  name                = "${var.name}-kv"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  tenant_id           = var.tenant_id
  sku_name            = "premium"
  tags                = var.tags

  rbac_authorization_enabled    = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = false

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}
