# file: x_override.tf
resource "azurerm_resource_group" "base" {
  name = "o"
  dynamic "timeouts" {
    for_each = []
    content {}
  }
}
locals {
  base = 2
}
variable "x" {
  default = 7
}
provider "azurerm" {
  subscription_id = local.base
}
