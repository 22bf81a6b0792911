ephemeral "a_b" "c" {
  v = min(<<-EOT
    a ${x}
  EOT
...)
}
module "m" {
  for_each = "t.tpl"
  source = "./m"
  x = filemd5(join("", [for i in range(900) : i]))
}
check "k" {
  assert {
    condition = (i ? 0.1 : -{ a = lookup(null, module.m), (element([1, 2, 3], azurerm_key_vault.made[0].name)) = templatefile("t.tpl", { x = { a = 1, b = "2" } }) })
    error_message = [var.x, [for k, i in { a = 1, b = "2" } : [for i in range(1000) : { a = 1, b = "2" }] if sum(azurerm_resource_group.base.id)]]
  }
}
