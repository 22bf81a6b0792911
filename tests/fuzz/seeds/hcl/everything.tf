terraform {
  required_version = ">= 1.5"
  required_providers {
    azurerm = {
      source                = "hashicorp/azurerm"
      version               = "~> 4.0"
      configuration_aliases = [azurerm.hub]
    }
  }
  backend "azurerm" {
    key = "k"
  }
}

provider "azurerm" {
  alias           = "hub"
  subscription_id = var.open
  features {}
}

variable "open" {}

variable "settings" {
  type = map(object({
    size  = optional(number, 2)
    zones = optional(list(string), ["1"])
  }))
  default = { a = {}, b = { size = "5" } }
  validation {
    condition     = alltrue([for s in var.settings : s.size > 0])
    error_message = "size"
  }
}

locals {
  names = { for key, item in var.settings : key => "${var.open}-${key}-${item.size}" if item.size > 1 }
  zones = { for pair in flatten([for k, s in var.settings : [for z in s.zones : { k = k, z = z }]]) : pair.z => pair.k... }
  text  = <<-EOT
    %{for key, name in local.names~}
    ${key} = ${name}
    %{endfor~}
  EOT
  cond  = var.open == null ? [] : try(tolist(var.open), [var.open])
  parts = provider::azurerm::parse_resource_id(azurerm_key_vault.kv["a"].id).resource_name
}

resource "azurerm_resource_group" "g" {
  name     = "${lower(var.open)}-rg"
  location = "westeurope"
  tags     = merge(local.names, { text = local.text })
  lifecycle {
    ignore_changes = [tags]
    precondition {
      condition     = length(local.names) > 0
      error_message = "none of ${jsonencode(local.names)}"
    }
  }
}

resource "azurerm_key_vault" "kv" {
  for_each            = var.settings
  provider            = azurerm.hub
  name                = substr("kv${each.key}${each.value.size}", 0, 24)
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  tenant_id           = data.azurerm_client_config.c.tenant_id
  sku_name            = "premium"
  dynamic "network_acls" {
    for_each = each.value.size > 2 ? [1] : []
    iterator = it
    content {
      bypass         = "AzureServices"
      default_action = "Deny"
      ip_rules       = [for i in range(it.value + 1) : cidrhost("10.0.0.0/24", i)]
    }
  }
}

data "azurerm_client_config" "c" {}

data "azurerm_resource_group" "d" {
  name = azurerm_resource_group.g.name
}

ephemeral "random_password" "p" {
  length = 20
}

module "m" {
  source    = "./m"
  count     = 2
  x         = [azurerm_key_vault.kv["a"].vault_uri, data.azurerm_resource_group.d.location, count.index]
  providers = { azurerm = azurerm.hub }
}

import {
  for_each = { a = "1" }
  to       = azurerm_key_vault.kv[each.key]
  id       = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv${each.value}"
}

moved {
  from = azurerm_key_vault.old
  to   = azurerm_key_vault.kv["a"]
}

removed {
  from = azurerm_key_vault.gone
  lifecycle {
    destroy = false
  }
}

check "c" {
  data "azurerm_subscription" "s" {}
  assert {
    condition     = data.azurerm_subscription.s.display_name != ""
    error_message = "unnamed"
  }
}

output "o" {
  value     = [for m in module.m : m.o]
  sensitive = true
}
