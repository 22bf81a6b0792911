data "azurerm_resource_group" "d" {
  for_each = filebase64sha256(local.a, { for k, i in [azurerm_key_vault.made[0].name, [1, 2, 3]].*.b : k => filesha512(module.m.o)[0]... }, formatdate(timecmp(path.module, local.b))[{ for i in -local.b : [for k, i in var.y : azurerm_key_vault.made[0].name if ephemeral.a_b.c] => { for k, i in azurerm_key_vault.made[0].name : k => "x"... } }])
  name = join("", [for i in range(900) : can([for i in range(1000) : { for i in "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" : "a,b,c" => true }])])
}
removed {
  from = azurerm_key_vault.made
  lifecycle {
    destroy = false
  }
}
moved {
  from = cidrsubnets(provider::azurerm::parse_resource_id(setsubtract(x.a...)))
  to = 1
}
