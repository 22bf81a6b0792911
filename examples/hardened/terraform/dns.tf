resource "azurerm_dns_zone" "tickets" {
  name                = var.host_name
  resource_group_name = azurerm_resource_group.global.name
  tags                = local.tags
}

resource "azurerm_dns_txt_record" "validation" {
  name                = "_dnsauth"
  zone_name           = azurerm_dns_zone.tickets.name
  resource_group_name = azurerm_resource_group.global.name
  ttl                 = 3600
  tags                = local.tags

  record {
    value = azurerm_cdn_frontdoor_custom_domain.tickets.validation_token
  }
}

resource "azurerm_dns_a_record" "apex" {
  name                = "@"
  zone_name           = azurerm_dns_zone.tickets.name
  resource_group_name = azurerm_resource_group.global.name
  ttl                 = 300
  target_resource_id  = azurerm_cdn_frontdoor_endpoint.edge.id
  tags                = local.tags
}

resource "azurerm_dns_a_record" "origin" {
  for_each = var.stamps

  name                = "${each.value.short}.origin"
  zone_name           = azurerm_dns_zone.tickets.name
  resource_group_name = azurerm_resource_group.global.name
  ttl                 = 300
  target_resource_id  = module.stamp[each.key].ingress_ip_id
  tags                = local.tags
}
