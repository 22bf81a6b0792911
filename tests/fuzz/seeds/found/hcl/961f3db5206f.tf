removed {
  from = azurerm_key_vault.made
  lifecycle {
    destroy = false
  }
}
resource "azapi_resource" "made" {
  count = { for i in range(local.a[path.module][{ for i in "%999999999d" : -1 => 99999999999999999999 }]) : provider::azapi::build_resource_id()[0] => { for k, i in can(<<-EOT
    a ${x}
  EOT
[*].a) : k => 1... } }
  type = startswith(join("", [for i in range(900) : self.id]), <<-EOT
    a ${x}
  EOT
, "x${"x${"%s %d %5.2f"[module.m.o]}y"}y")
  parent_id = can(range(join("", [for i in range(900) : terraform.workspace]))) && { a = provider::azurerm::parse_resource_id(-[1, 2, 3]), (cidrsubnet(1e400["ß\u00e9"], [1, 2, 3][data.azurerm_client_config.c.tenant_id])) = [for i in "(a+)+$" : "t.tpl"] }
  body = "t.tpl"[provider::azurerm::parse_resource_id([for i in can(azurerm_resource_group.base) : keys([1, 2, 3], "x")])]
}
data "terraform_remote_state" "r" {
  backend = "local"
  config = { path = provider::terraform::encode_tfvars(local.base.*.b, -range([1, 2, 3]).a, module.m.o) }
}
module "self" {
  source = [for i in range(1000) : try(join("", [for i in range(900) : can("ß\u00e9")]), [for i in range(1000) : [for i in range(1000) : terraform.workspace]])]
}
