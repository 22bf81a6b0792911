resource "azurerm_cosmosdb_account" "global" {
  name                = "${local.name}-cosmos"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  offer_type          = "Standard"
  kind                = "GlobalDocumentDB"
  minimal_tls_version = "Tls12"
  tags                = local.tags

  local_authentication_enabled       = false
  access_key_metadata_writes_enabled = false
  public_network_access_enabled      = false
  automatic_failover_enabled         = true
  multiple_write_locations_enabled   = true

  consistency_policy {
    consistency_level = "Session"
  }

  dynamic "geo_location" {
    for_each = var.stamps
    content {
      location          = geo_location.key
      failover_priority = geo_location.value.priority
      zone_redundant    = true
    }
  }

  backup {
    type = "Continuous"
    tier = "Continuous30Days"
  }
}

resource "azurerm_cosmosdb_sql_database" "sales" {
  name                = "sales"
  resource_group_name = azurerm_resource_group.global.name
  account_name        = azurerm_cosmosdb_account.global.name
}

resource "azurerm_cosmosdb_sql_container" "tickets" {
  name                = "tickets"
  resource_group_name = azurerm_resource_group.global.name
  account_name        = azurerm_cosmosdb_account.global.name
  database_name       = azurerm_cosmosdb_sql_database.sales.name
  partition_key_paths = ["/sailingId"]

  autoscale_settings {
    max_throughput = 10000
  }
}

resource "azurerm_container_registry" "global" {
  name                = "${local.compact_name}acr"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  sku                 = "Premium"
  tags                = local.tags

  admin_enabled                 = false
  anonymous_pull_enabled        = false
  data_endpoint_enabled         = true
  export_policy_enabled         = false
  public_network_access_enabled = false
  zone_redundancy_enabled       = true
  retention_policy_in_days      = 30

  network_rule_set {
    default_action = "Deny"
  }

  dynamic "georeplications" {
    for_each = [for region in keys(var.stamps) : region if region != var.global_location]
    content {
      location                  = georeplications.value
      regional_endpoint_enabled = true
      zone_redundancy_enabled   = true
      tags                      = local.tags
    }
  }
}

# What is global keeps its secrets apart from those of the stamps.
resource "azurerm_key_vault" "global" {
  name                = "${local.name}-glb-kv"
  resource_group_name = azurerm_resource_group.global.name
  location            = azurerm_resource_group.global.location
  tenant_id           = var.tenant_id
  sku_name            = "premium"
  tags                = local.tags

  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = false

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

# The archive of the activity log: written once, kept for a year, deleted by nobody.
resource "azurerm_storage_account" "archive" {
  name                     = "${local.compact_name}archive"
  resource_group_name      = azurerm_resource_group.global.name
  location                 = azurerm_resource_group.global.location
  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
  min_tls_version          = "TLS1_2"
  tags                     = local.tags

  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  allow_nested_items_to_be_public   = false
  public_network_access_enabled     = false
  https_traffic_only_enabled        = true
  infrastructure_encryption_enabled = true
  cross_tenant_replication_enabled  = false
  local_user_enabled                = false

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 90
    }

    container_delete_retention_policy {
      days = 90
    }
  }

  immutability_policy {
    state                         = "Locked"
    period_since_creation_in_days = 365
    allow_protected_append_writes = true
  }
}
