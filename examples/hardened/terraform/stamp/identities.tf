# One identity a purpose, each with the least that its purpose needs, and none with a secret.

resource "azurerm_user_assigned_identity" "cluster" {
  name                = "${var.name}-cluster-id"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  tags                = var.tags
}

resource "azurerm_user_assigned_identity" "kubelet" {
  name                = "${var.name}-kubelet-id"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  tags                = var.tags
}

resource "azurerm_user_assigned_identity" "tickets" {
  name                = "${var.name}-tickets-id"
  resource_group_name = azurerm_resource_group.stamp.name
  location            = azurerm_resource_group.stamp.location
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "tickets" {
  name                      = "tickets"
  user_assigned_identity_id = azurerm_user_assigned_identity.tickets.id
  issuer                    = azurerm_kubernetes_cluster.stamp.oidc_issuer_url
  subject                   = "system:serviceaccount:tickets:tickets"
  audience                  = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "cluster_subnet" {
  scope                = azurerm_subnet.nodes.id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "cluster_kubelet" {
  scope                = azurerm_user_assigned_identity.kubelet.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.cluster.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "kubelet_images" {
  scope                = var.registry_id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.kubelet.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "tickets_secrets" {
  scope                = azurerm_key_vault.stamp.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.tickets.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "tickets_events_out" {
  scope                = azurerm_eventhub.orders.id
  role_definition_name = "Azure Event Hubs Data Sender"
  principal_id         = azurerm_user_assigned_identity.tickets.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "tickets_events_in" {
  scope                = azurerm_eventhub.orders.id
  role_definition_name = "Azure Event Hubs Data Receiver"
  principal_id         = azurerm_user_assigned_identity.tickets.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "tickets_blobs" {
  scope                = azurerm_storage_account.stamp.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.tickets.principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_cosmosdb_sql_role_assignment" "tickets" {
  resource_group_name = var.global_resource_group
  account_name        = var.cosmos_account_name
  role_definition_id  = "${var.cosmos_account_id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002"
  scope               = "${var.cosmos_account_id}/dbs/sales/colls/tickets"
  principal_id        = azurerm_user_assigned_identity.tickets.principal_id
}

resource "azurerm_role_assignment" "pipeline_secrets" {
  scope              = azurerm_key_vault.stamp.id
  role_definition_id = var.secret_writer_role_id
  principal_id       = var.pipeline_principal_id
  principal_type     = "ServicePrincipal"
}
