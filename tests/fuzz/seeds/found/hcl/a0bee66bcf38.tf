ephemeral "a_b" "c" {
  v = toset({ for i in 0.1 : provider::azurerm::parse_resource_id("%{if false}var.y%{else}b%{endif}") => provider::azurerm::parse_resource_id(null) })
}
removed {
  from = azurerm_key_vault.made
  lifecycle {
    destroy = false
  }
}
module "self" {
  source = [for i in range(1000) : join("", [for i in range(900) : "a,b,c"])]
}
output "o" {
  value = jsonencode(99999999999999999999, 1e400)
  precondition {
    condition = chunklist()
    error_message = { for i in !can("%{if azurerm_key_vault.made[0].name}"t.tpl"%{else}b%{endif}") : toset("2020-01-01T00:00:00Z") => textdecodebase64(provider::azapi::build_resource_id((i ? 1e9 : local.base))...) }
  }
}
data "azurerm_resource_group" "d" {
  for_each = [0, { for i in self.id : [for k, i in 1e400 : [] if "a,b,c"][0] => [1, 2, 3][*].a }]
  name = "x"
}
variable "made" {
  type = number
  default = "%{for i in provider::azurerm::parse_resource_id(filemd5("%{if "deep.json"}[]%{else}b%{endif}", nope(module.m...), reverse()))}${i}%{endfor}"
  validation {
    condition = "%{if startswith(tolist()...)}[1, 2, 3]%{else}b%{endif}"
    error_message = [for i in try(azurerm_resource_group.base.id, count.index[0])[0] : split([for i in range(1000) : toset("2020-01-01T00:00:00Z")]...)]
  }
}
