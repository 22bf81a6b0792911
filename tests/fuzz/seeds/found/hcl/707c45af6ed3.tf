resource "azurerm_network_security_group" "made" {
  
  dynamic "security_rule" {
    for_each = [for i in range(1000) : []]
    content {
      name = security_rule.value
      priority = join("", [for i in range(900) : "(a+)+$"])
    }
  }
}
module "m" {
  provider = azurerm.hub
  source = "./m"
  x = "ß\u00e9"
}
