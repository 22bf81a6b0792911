
variable "password" { type = string }
variable "label" { type = string }
resource "azurerm_resource_group" "rg" {
  name     = "stamp"
  location = "uksouth"
  tags     = { a = var.password, b = "${var.label}!", c = sha256(var.label) }
}
output "label" {
  value     = var.label
  sensitive = true
}
