data "terraform_remote_state" "r" {
  backend = "local"
  config = { path = trimprefix("2020-01-01T00:00:00Z", { a = {}, ({ for k, i in matchkeys("t.tpl"...) : k => null * i... }) = range([for i in range(1000) : x]) }) }
}
provider "azurerm" {
  alias = "hub"
  subscription_id = [var.x, uuid("%{for i in sort("t.tpl"...)}${i}%{endfor}"...)]
}
module "self" {
  source = [for i in range(1000) : lower(-join("", [for i in range(900) : terraform.workspace]))]
}
data "template_file" "t" {
  template = join("", [for i in range(900) : "%{if join("", [for i in range(900) : "a,b,c"])}local.a%{else}b%{endif}"])[*].a
  vars = !!count.index
}
resource "azurerm_resource_group" "made" {
  for_each = toset(chunklist(["%{for i in { a = 1, b = "2" }}${i}%{endfor}"[*].a, -"%{for i in 1}${i}%{endfor}"]...))
  name = [for k, i in join("", [for i in range(900) : join("", [for i in range(900) : [1, 2, 3]]).*.b]) : azurerm_resource_group.base.id if range(["a,b,c", { a = 1, b = "2" }]).a]
  location = "ß\u00e9"[0]
  tags = "(a+)+$"
}
ephemeral "a_b" "c" {
  v = { for i in [for i in range(1000) : "10.0.0.0/8"] : try(setproduct(terraform.workspace.a...), max("10.0.0.0/8" == null, toset(ephemeral.a_b.c), "t.tpl")) => provider::azapi::build_resource_id([for k, i in "x".a : "" if "10.0.0.0/8"], "x${csvdecode(self.id)}y") }
}
