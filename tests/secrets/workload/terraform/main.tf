
terraform {
  required_providers { azurerm = { source = "hashicorp/azurerm", version = "~> 4.0" } }
  backend "azurerm" {
    access_key = "⟦key hcl: backend⟧"
  }
}
provider "azurerm" {
  features {}
  client_secret = "⟦word hcl: provider⟧"
}
variable "hidden" {
  type      = string
  sensitive = true
  default   = "⟦word hcl: sensitive variable⟧"
}
variable "given" {
  type      = string
  sensitive = true
}
variable "typed" {
  type      = string
  sensitive = true
}
variable "from_environment" {
  sensitive = true
}
variable "number" {
  type      = number
  sensitive = true
  default   = "⟦word hcl: sensitive variable of another type⟧"
}
variable "checked" {
  type      = string
  sensitive = true
  default   = "⟦word hcl: sensitive variable with a check⟧"
  validation {
    condition     = length(var.checked) > 100
    error_message = "It is ${var.checked}."
  }
}
variable "db_password" {
  type    = string
  default = "⟦word hcl: variable by its name⟧"
}
variable "api_token" {
  type    = number
  default = "⟦word hcl: variable by its name of another type⟧"
}
variable "hidden_list" {
  type      = list(string)
  sensitive = true
  default   = ["⟦word hcl: element of a sensitive list⟧"]
}
locals {
  admin_password = "⟦word hcl: local by its name⟧"
  connection     = "⟦connection hcl: connection string⟧"
  token          = "⟦jwt hcl: token⟧"
  joined         = "x-${var.hidden}-${local.admin_password}"
  upper          = [for item in var.hidden_list : upper(item)]
  wrong          = var.hidden + 1
  wronger        = tonumber(var.hidden)
  missing        = { a = 1 }[var.hidden]
  open           = "${var.hidden}${azurerm_storage_account.st.id}"
}
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "uksouth"
  tags = {
    plain    = "shown"
    hidden   = var.hidden
    encoded  = base64encode(var.hidden)
    escaped  = urlencode(var.hidden)
    json     = jsonencode({ a = var.hidden })
    named    = var.db_password
    given    = var.given
    environ  = var.from_environment
    typed    = var.typed
    local    = local.admin_password
    joined   = local.joined
    upper    = join(",", local.upper)
    wrong    = local.wrong
    wronger  = local.wronger
    missing  = local.missing
    open     = local.open
    database = local.connection
    twice    = base64encode(local.connection)
    token    = local.token
    link     = "⟦signed hcl: signed address⟧"
    mongo    = "⟦address hcl: address with a password⟧"
    key      = "⟦pem hcl: private key⟧"
    account  = "⟦key hcl: key of a storage account⟧"
    command  = "az login --password ⟦word hcl: command⟧"
    number   = var.number
    checked  = var.checked
    api      = var.api_token
  }
}
resource "azurerm_storage_account" "st" {
  name                     = "st${var.hidden}"
  resource_group_name      = azurerm_resource_group.rg.name
  location                 = "uksouth"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
resource "azurerm_storage_account" "each" {
  for_each                 = toset(var.hidden_list)
  name                     = each.value
  resource_group_name      = azurerm_resource_group.rg.name
  location                 = "uksouth"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
resource "azurerm_key_vault_secret" "s" {
  name         = "s"
  value        = "⟦word hcl: secret of a vault⟧"
  key_vault_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
}
resource "azurerm_linux_web_app" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "uksouth"
  service_plan_id     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Web/serverFarms/p"
  site_config {}
  app_settings = {
    ANYTHING = "⟦word hcl: app setting⟧"
  }
  connection_string {
    name  = "db"
    type  = "SQLAzure"
    value = "⟦word hcl: connection string of an app⟧"
  }
}
resource "azurerm_mssql_server" "sql" {
  name                         = "sql"
  resource_group_name          = azurerm_resource_group.rg.name
  location                     = "uksouth"
  version                      = "12.0"
  administrator_login          = "app"
  administrator_login_password = "⟦word hcl: password of a server⟧"
}
resource "azurerm_linux_virtual_machine" "vm" {
  name                = "vm"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "uksouth"
  size                = "Standard_D2s_v5"
  admin_password      = local.admin_password
  custom_data         = base64encode("#!/bin/sh\nexport DB=⟦word hcl: script of a machine⟧\n")
}
module "stamp" {
  source   = "./stamp"
  password = var.hidden
  label    = var.hidden
}
module "far" {
  source = "git::https://app:⟦git hcl: source of a module⟧@example.org/m.git"
}
output "hidden" {
  value = var.hidden
}
