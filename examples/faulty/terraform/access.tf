# Who may change the workload.

locals {
  role_definitions = "${local.subscription_id}/providers/Microsoft.Authorization/roleDefinitions"
}

# Writes secrets, but reads none of them and deletes none of them for good.
resource "azurerm_role_definition" "secret_writer" {
  name               = "Ferry Secret Writer"
  role_definition_id = "5ec4e700-9a1d-4c6e-8f35-2b7a60d1e006"
  scope              = local.subscription_id
  assignable_scopes  = [local.subscription_id]
  description        = "Sets secrets in a vault."

  permissions {
    actions      = []
    data_actions = ["Microsoft.KeyVault/vaults/secrets/setSecret/action", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"]
  }
}

# The one role that may purge, activated for hours by people whom others approve.
resource "azurerm_role_definition" "vault_purger" {
  name               = "Ferry Vault Purger"
  role_definition_id = "d4961e00-6c2f-4d0b-9b1e-83a5f7c2d007"
  scope              = local.subscription_id
  assignable_scopes  = [local.subscription_id]
  description        = "Purges deleted secrets, keys and certificates."

  permissions {
    actions = []
    data_actions = [
      "Microsoft.KeyVault/vaults/certificates/purge/action",
      "Microsoft.KeyVault/vaults/keys/purge/action",
      "Microsoft.KeyVault/vaults/secrets/purge/action",
    ]
  }
}

resource "azurerm_pim_eligible_role_assignment" "operators" {
  scope              = local.subscription_id
  role_definition_id = "${local.role_definitions}/b24988ac-6180-42a0-ab88-20f7382dd24c"
  principal_id       = var.operators_group_id
  justification      = "Operators activate Contributor for an incident."

  schedule {
    expiration {
      duration_days = 180
    }
  }
}

resource "azurerm_pim_eligible_role_assignment" "purgers" {
  scope              = local.subscription_id
  role_definition_id = "${local.role_definitions}/${azurerm_role_definition.vault_purger.role_definition_id}"
  principal_id       = var.approvers_group_id
  justification      = "Purging ends the life of a secret for good."

  schedule {
    expiration {
      duration_days = 180
    }
  }
}

resource "azurerm_role_management_policy" "contributor" {
  scope              = local.subscription_id
  role_definition_id = "${local.role_definitions}/b24988ac-6180-42a0-ab88-20f7382dd24c"

  activation_rules {
    maximum_duration                   = "PT4H"
    require_approval                   = true
    require_justification              = true
    require_multifactor_authentication = true

    approval_stage {
      primary_approver {
        object_id = var.approvers_group_id
        type      = "Group"
      }
    }
  }

  active_assignment_rules {
    expiration_required = true
    expire_after        = "P15D"
  }
}

# The release pipeline works in the groups of the workload.
resource "azurerm_role_assignment" "pipeline" {
  for_each = merge(
    { global = azurerm_resource_group.global.id },
    { for region, stamp in module.stamp : region => stamp.resource_group_id },
  )

  scope                = each.value
  role_definition_name = "Contributor"
  principal_id         = var.pipeline_principal_id
  principal_type       = "ServicePrincipal"
  description          = "Releases the workload."
}

resource "azurerm_role_assignment" "pipeline_subscription" {
  scope                = local.subscription_id
  role_definition_name = "Owner"
  principal_id         = var.pipeline_principal_id
  principal_type       = "ServicePrincipal"
  description          = "Releases the workload."
}
