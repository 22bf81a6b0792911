resource "azurerm_kubernetes_cluster" "stamp" {
  name                = "${var.name}-aks"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  node_resource_group = "${var.name}-nodes-rg"
  dns_prefix          = "${var.name}-aks"
  sku_tier            = "Standard"
  tags                = var.tags

  automatic_upgrade_channel = "stable"
  node_os_upgrade_channel   = "NodeImage"

  private_cluster_enabled             = true
  private_cluster_public_fqdn_enabled = false
  private_dns_zone_id                 = "System"
  local_account_disabled              = false
  role_based_access_control_enabled   = true
  run_command_enabled                 = false
  azure_policy_enabled                = true
  oidc_issuer_enabled                 = true
  workload_identity_enabled           = true
  image_cleaner_enabled               = true
  image_cleaner_interval_hours        = 48

  azure_active_directory_role_based_access_control {
    tenant_id              = var.tenant_id
    azure_rbac_enabled     = true
    admin_group_object_ids = [var.cluster_admins_id]
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.cluster.id]
  }

  kubelet_identity {
    client_id                 = azurerm_user_assigned_identity.kubelet.client_id
    object_id                 = azurerm_user_assigned_identity.kubelet.principal_id
    user_assigned_identity_id = azurerm_user_assigned_identity.kubelet.id
  }

  default_node_pool {
    name                         = "system"
    vm_size                      = "Standard_D4ads_v5"
    vnet_subnet_id               = azurerm_subnet.nodes.id
    auto_scaling_enabled         = true
    min_count                    = 3
    max_count                    = 6
    max_pods                     = 50
    os_disk_type                 = "Ephemeral"
    os_sku                       = "AzureLinux"
    only_critical_addons_enabled = true
    host_encryption_enabled      = true
    node_public_ip_enabled       = false
    temporary_name_for_rotation  = "systemtmp"
    tags                         = var.tags

    upgrade_settings {
      max_surge = "33%"
    }
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = "loadBalancer"
  }

  key_vault_secrets_provider {
    secret_rotation_enabled  = true
    secret_rotation_interval = "30m"
  }

  oms_agent {
    log_analytics_workspace_id      = azurerm_log_analytics_workspace.stamp.id
    msi_auth_for_monitoring_enabled = true
  }

  microsoft_defender {
    log_analytics_workspace_id = azurerm_log_analytics_workspace.stamp.id
  }

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Tuesday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Wednesday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  # The cluster hands the kubelet its identity, and can do so only once it may.
  depends_on = [azurerm_role_assignment.cluster_kubelet, azurerm_role_assignment.cluster_subnet]
}

resource "azurerm_kubernetes_cluster_node_pool" "tickets" {
  name                        = "tickets"
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.stamp.id
  mode                        = "User"
  vm_size                     = "Standard_D8ads_v5"
  vnet_subnet_id              = azurerm_subnet.nodes.id
  zones                       = ["1", "2", "3"]
  auto_scaling_enabled        = true
  min_count                   = 3
  max_count                   = 30
  max_pods                    = 50
  os_disk_type                = "Ephemeral"
  os_sku                      = "AzureLinux"
  host_encryption_enabled     = true
  node_public_ip_enabled      = false
  temporary_name_for_rotation = "ticketstmp"
  node_taints                 = ["ferry/tickets=true:NoSchedule"]
  tags                        = var.tags

  upgrade_settings {
    max_surge = "33%"
  }
}
