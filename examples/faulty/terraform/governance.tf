# The engineering criteria that Azure itself enforces: a change that breaks one is refused before it exists.

locals {
  built_in = "/providers/Microsoft.Authorization/policyDefinitions"

  denied = {
    vault-purge-protection = "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
    vault-public-access    = "405c5871-3e91-4644-8a63-58e19d68ff5b"
    storage-shared-key     = "8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54"
    storage-public-access  = "b2982f36-99f2-4db5-8eff-283140c09693"
    cosmos-local-auth      = "5450f5bd-9c72-4390-a9c4-a7aba4edfdd2"
    cosmos-public-access   = "797b37f7-06b8-444c-b1ad-fc62867f335a"
    eventhub-local-auth    = "5d4e3c65-4873-47be-94f3-6f8b953a3598"
    eventhub-public-access = "0602787f-9896-402a-a6e1-39ee63ee435e"
    aks-local-accounts     = "993c2fcd-2b29-49d2-9eb0-df2c3a730c32"
    aks-private-cluster    = "040732e8-d947-40b8-95d6-854c95024bf8"
    registry-admin-account = "dc921057-6b28-4fbe-9b83-f7bec05db6c2"
  }
}

resource "azurerm_subscription_policy_assignment" "deny" {
  for_each = local.denied

  name                 = each.key
  display_name         = "Ferry: ${replace(each.key, "-", " ")}"
  subscription_id      = local.subscription_id
  policy_definition_id = "${local.built_in}/${each.value}"
  enforce              = true

  parameters = jsonencode({
    effect = { value = "Deny" }
  })

  non_compliance_message {
    content = "The engineering criteria of the ferry workload forbid this."
  }
}

resource "azurerm_subscription_policy_assignment" "locations" {
  name                 = "allowed-locations"
  display_name         = "Ferry: allowed locations"
  subscription_id      = local.subscription_id
  policy_definition_id = "${local.built_in}/e56962a6-4747-49cd-b67b-bf8b01975c4c"
  enforce              = true

  parameters = jsonencode({
    listOfAllowedLocations = { value = concat(local.locations, ["global"]) }
  })

  non_compliance_message {
    content = "Passenger data stays in the regions of the workload."
  }
}

resource "azurerm_subscription_policy_assignment" "tags" {
  for_each = local.tags

  name                 = "require-tag-${each.key}"
  display_name         = "Ferry: every resource names its ${each.key}"
  subscription_id      = local.subscription_id
  policy_definition_id = "${local.built_in}/871b6d14-10aa-478d-b590-94f262ecfa99"
  enforce              = true

  parameters = jsonencode({
    tagName = { value = each.key }
  })

  non_compliance_message {
    content = "Add the tag ${each.key}."
  }
}

resource "azurerm_subscription_policy_assignment" "benchmark" {
  name                 = "cloud-security-benchmark"
  display_name         = "Microsoft cloud security benchmark"
  subscription_id      = local.subscription_id
  policy_definition_id = "/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
  enforce              = true
}

# Plans that somebody switches off come back by themselves.
resource "azurerm_subscription_policy_assignment" "defender" {
  name                 = "defender-plans"
  display_name         = "Ferry: Defender plans stay on"
  subscription_id      = local.subscription_id
  policy_definition_id = "/providers/Microsoft.Authorization/policySetDefinitions/f08c57cd-dbd6-49a4-a85e-9ae77ac959b0"
  location             = var.global_location
  enforce              = true

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_role_assignment" "defender_remediation" {
  scope                = local.subscription_id
  role_definition_name = "Security Admin"
  principal_id         = azurerm_subscription_policy_assignment.defender.identity[0].principal_id
  principal_type       = "ServicePrincipal"
  description          = "Lets the assignment defender-plans switch plans on again."
}

# What pods should not do: run as root, reach into their node, gain rights.
resource "azurerm_subscription_policy_assignment" "pod_security" {
  name                 = "pod-security"
  display_name         = "Ferry: pods keep to the restricted standard"
  subscription_id      = local.subscription_id
  policy_definition_id = "/providers/Microsoft.Authorization/policySetDefinitions/42b8ef37-b724-4e24-bbc8-7a7708edfe00"
  enforce              = true

  parameters = jsonencode({
    effect = { value = "Audit" }
  })

  non_compliance_message {
    content = "Pods of the ferry workload keep to the restricted standard."
  }
}
