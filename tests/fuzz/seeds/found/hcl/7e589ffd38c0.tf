locals {
  a = null
  b = "%{for i in strcontains(ephemeral.a_b.c...).*.b}${i}%{endfor}" >= range("%999999999d")
}
data "terraform_remote_state" "r" {
  backend = "local"
  config = { path = [for k, i in max([for i in { a = var.y, (each.value) = local.b } : [for i in range(1000) : path.module]]) : try(join("", [for i in range(900) : "2020-01-01T00:00:00Z"]) - "x${each.value}y", 1e9) if "x${provider::azapi::build_resource_id()}y"] }
}
module "loop" {
  for_each = ceil(1e400, { a = trim(range("t.tpl"), setsubtract(99999999999999999999, terraform.workspace, 1)), ({ a = floor(path.module), (join("", [for i in range(900) : count.index])) = templatefile("t.tpl", { x = "a,b,c" }) }) = try(filebase64(1e9), "%s %d %5.2f".*.b) })
  source = "./m/loop"
}
resource "azurerm_key_vault" "made" {
  count = each.value
  name = anytrue([for k, i in 99999999999999999999 : provider::azurerm::parse_resource_id(1e400) if x][*].a)
  tenant_id = "deep.json"
  network_acls {
    bypass = "{\"a\": [1]}"
    ip_rules = [for i in range(1000) : can([for i in range(1000) : 1[0]])]
  }
}
