terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

resource "azurerm_resource_group" "stamp" {
  name     = "${var.name}-rg"
  location = var.location
  tags     = var.tags
}

resource "azurerm_management_lock" "vault" {
  name       = "keep-vault"
  scope      = azurerm_key_vault.stamp.id
  lock_level = "CanNotDelete"
  notes      = "Without its vault the stamp cannot start."
}

resource "azurerm_management_lock" "storage" {
  name       = "keep-storage"
  scope      = azurerm_storage_account.stamp.id
  lock_level = "CanNotDelete"
  notes      = "Holds tickets that are paid but not yet sailed."
}
