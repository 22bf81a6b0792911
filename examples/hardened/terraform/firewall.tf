resource "azurerm_cdn_frontdoor_firewall_policy" "edge" {
  name                       = "${local.compact_name}edge"
  resource_group_name        = azurerm_resource_group.global.name
  sku_name                   = azurerm_cdn_frontdoor_profile.edge.sku_name
  enabled                    = true
  mode                       = "Prevention"
  request_body_check_enabled = true
  tags                       = local.tags

  # One client may ask often, but not so often that others wait.
  custom_rule {
    name                           = "LimitRate"
    type                           = "RateLimitRule"
    action                         = "Block"
    priority                       = 100
    rate_limit_duration_in_minutes = 1
    rate_limit_threshold           = 600

    match_condition {
      match_variable     = "SocketAddr"
      operator           = "IPMatch"
      negation_condition = true
      match_values       = ["192.0.2.0/24"]
    }
  }

  managed_rule {
    type    = "Microsoft_DefaultRuleSet"
    version = "2.1"
    action  = "Block"
  }

  managed_rule {
    type    = "Microsoft_BotManagerRuleSet"
    version = "1.1"
    action  = "Block"
  }
}
