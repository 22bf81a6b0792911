# The only door of the workload: every request passes Front Door and its firewall.

resource "azurerm_cdn_frontdoor_profile" "edge" {
  name                     = "${local.name}-edge"
  resource_group_name      = azurerm_resource_group.global.name
  sku_name                 = "Premium_AzureFrontDoor"
  response_timeout_seconds = 30
  tags                     = local.tags
}

resource "azurerm_cdn_frontdoor_endpoint" "edge" {
  name                     = "${local.name}-tickets"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.edge.id
  tags                     = local.tags
}

resource "azurerm_cdn_frontdoor_custom_domain" "tickets" {
  name                     = "tickets"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.edge.id
  dns_zone_id              = azurerm_dns_zone.tickets.id
  host_name                = var.host_name

  tls {
    certificate_type = "ManagedCertificate"
    minimum_version  = "TLS12"
  }
}

resource "azurerm_cdn_frontdoor_origin_group" "stamps" {
  name                     = "stamps"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.edge.id
  session_affinity_enabled = false

  health_probe {
    protocol            = "Https"
    request_type        = "GET"
    path                = "/health/stamp"
    interval_in_seconds = 30
  }

  load_balancing {
    sample_size                        = 4
    successful_samples_required        = 2
    additional_latency_in_milliseconds = 500
  }
}

resource "azurerm_cdn_frontdoor_origin" "stamp" {
  for_each = var.stamps

  name                           = each.key
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.stamps.id
  host_name                      = "${each.value.short}.origin.${var.host_name}"
  origin_host_header             = "${each.value.short}.origin.${var.host_name}"
  certificate_name_check_enabled = true
  priority                       = 1
  weight                         = 500
}

resource "azurerm_cdn_frontdoor_route" "tickets" {
  name                            = "tickets"
  cdn_frontdoor_endpoint_id       = azurerm_cdn_frontdoor_endpoint.edge.id
  cdn_frontdoor_origin_group_id   = azurerm_cdn_frontdoor_origin_group.stamps.id
  cdn_frontdoor_origin_ids        = [for origin in azurerm_cdn_frontdoor_origin.stamp : origin.id]
  cdn_frontdoor_custom_domain_ids = [azurerm_cdn_frontdoor_custom_domain.tickets.id]
  patterns_to_match               = ["/*"]
  supported_protocols             = ["Http", "Https"]
  https_redirect_enabled          = true
  forwarding_protocol             = "HttpsOnly"
  link_to_default_domain          = false
}

resource "azurerm_cdn_frontdoor_custom_domain_association" "tickets" {
  cdn_frontdoor_custom_domain_id = azurerm_cdn_frontdoor_custom_domain.tickets.id
  cdn_frontdoor_route_ids        = [azurerm_cdn_frontdoor_route.tickets.id]
}

resource "azurerm_cdn_frontdoor_security_policy" "edge" {
  name                     = "edge"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.edge.id

  security_policies {
    firewall {
      cdn_frontdoor_firewall_policy_id = azurerm_cdn_frontdoor_firewall_policy.edge.id

      association {
        patterns_to_match = ["/*"]

        domain {
          cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_endpoint.edge.id
        }
      }
    }
  }
}
