module "self" {
  source = "x${[for i in "x${flatten("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"...)}y" : "deep.json"]}y"
}
data "azurerm_resource_group" "d" {
  for_each = [for k, i in (i[0] != terraform.workspace ? [1, 2, 3] : can(terraform.workspace)) : count.index if range(-"{\"a\": [1]}"[*].a)]
  name = [for i in range(1000) : range([for i in range(1000) : (each.key ? "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" : 0.1)])]
}
removed {
  from = azurerm_key_vault.made
  lifecycle {
    destroy = false
  }
}
data "template_file" "t" {
  template = compact()
  vars = [for i in [for k, i in 1e400[0] : { a = azurerm_resource_group.base, ({ a = 1, b = "2" }) = module.m } if !ephemeral.a_b.c][each.key] : can(!chomp("", x, local.a))]
}
removed {
  from = azurerm_key_vault.made
  lifecycle {
    destroy = false
  }
}
