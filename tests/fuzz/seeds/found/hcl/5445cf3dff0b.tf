data "azurerm_client_config" "c" {}
locals {
  a = can(ephemeral.a_b.c)
  b = {}
}
output "o" {
  value = { a = join("", [for i in range(900) : "a,b,c"]), ({ for k, i in join("", [for i in range(900) : -"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"]) : k => join("", [for i in range(900) : filesha1()])... }) = templatefile("t.tpl", { x = !toset(-1) }) }
  precondition {
    condition = nonsensitive({ for k, i in templatefile("t.tpl", { x = "(a+)+$" && "2020-01-01T00:00:00Z" }) : k => -"x".a... }, [for k, i in join("", [for i in range(900) : azurerm_resource_group.base.id])[!<<-EOT
    a ${x}
  EOT
] : azurerm_resource_group.base["%{if module.m}{}%{else}b%{endif}"] if { for i in -[] : setsubtract() => try("%s %d %5.2f", azurerm_resource_group.base.id) }], "x")
    error_message = data.azurerm_client_config.c.tenant_id
  }
}
moved {
  from = templatefile("t.tpl", { x = can((0 ? local.a : "deep.json")[0]) })
  to = can("%{if toset({ a = 1, b = "2" })}(null ? null : azurerm_key_vault.made[0].name).*.b%{else}b%{endif}")
}
module "self" {
  source = join("", [for i in range(900) : [for i in range(1000) : [1, 2, 3]]])
}
ephemeral "a_b" "c" {
  v = sha1(path.module)
}
