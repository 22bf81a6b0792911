module "self" {
  source = join("", [for i in range(900) : join("", [for i in range(900) : "2020-01-01T00:00:00Z"])])
}
resource "azurerm_resource_group" "made" {
  for_each = { for k, i in { a = { a = 1, b = "2" }, ("{\"a\": [1]}") = "%{if count.index}path.module.*.b%{else}b%{endif}" } : k => null... }
  name = -"%s %d %5.2f"
  location = keys(textdecodebase64(ephemeral.a_b.c, toset(merge(var.x))))
  tags = "a,b,c"
}
resource "azurerm_key_vault" "made" {
  for_each = each.key
  name = try(99999999999999999999, regex(var.y, -var.x.*.b))
  tenant_id = "x"
  network_acls {
    bypass = "%{for i in { for i in { for k, i in local.base[0] : k => "%999999999d"... } : [azurerm_resource_group.base.id, azurerm_resource_group.base.id].a => split(local.b, "10.0.0.0/8").a }}${i}%{endfor}"
    ip_rules = [for i in "%{if substr()}can(floor(-1))%{else}b%{endif}" : templatefile(setunion(module.m.o...), "ß\u00e9", !ephemeral.a_b.c)[0]]
  }
}
variable "made" {
  type = object({a = optional(number, 1)})
  default = 0.1
  validation {
    condition = { for i in "%{if min(data.azurerm_client_config.c.tenant_id...)[*].a}"2020-01-01T00:00:00Z"%{else}b%{endif}" : length("%{for i in "2020-01-01T00:00:00Z"}${i}%{endfor}") => [for i in range(1000) : false] }
    error_message = i
  }
}
