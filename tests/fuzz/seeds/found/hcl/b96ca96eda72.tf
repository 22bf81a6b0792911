resource "azurerm_network_security_group" "made" {
  count = join("", [for i in range(900) : ({ for i in path.module[-1] : try(module.m, var.y) => toset(self.id) } ? templatefile("t.tpl", { x = 1e9 }) : [data.azurerm_client_config.c.tenant_id, var.x])])
  dynamic "security_rule" {
    for_each = [for i in range(1000) : "2020-01-01T00:00:00Z"]
    content {
      name = security_rule.value
      priority = join("", [for i in range(900) : var.y])
    }
  }
}
data "terraform_remote_state" "r" {
  backend = "local"
  config = { path = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" }
}
check "k" {
  assert {
    condition = { for k, i in templatefile("t.tpl", { x = [1, 2, 3].*.b[*].a }) : k => [for k, i in tostring("$${x}".a, ("deep.json" ? true : "2020-01-01T00:00:00Z"), "") : !("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" ? 0 : i) if count.index]... }
    error_message = ephemeral.a_b.c
  }
}
resource "azurerm_resource_group" "made" {
  for_each = toset({ for k, i in join("", [for i in range(900) : 0 != try([], i)]) : k => "{\"a\": [1]}"... })
  name = toset("%{for i in toset(templatefile("t.tpl", { x = "10.0.0.0/8" }))}${i}%{endfor}")
  location = jsonencode(-1 && -x.a, "%s %d %5.2f")
  tags = {}
}
resource "azurerm_resource_group" "made" {
  provider = azurerm.hub
  name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".*.b[try(false, [merge(), 1])]
  location = { a = "deep.json", (rsadecrypt(provider::azurerm::parse_resource_id(core::length()))) = { a = min(templatefile("t.tpl", { x = azurerm_key_vault.made[0].name })), (!1e400) = [for i in templatefile("t.tpl", { x = "x" }) : !{}] } }
  tags = {}
}
