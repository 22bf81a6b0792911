variable "subscription_id" {
  description = "The subscription that holds the workload."
  type        = string
}

variable "tenant_id" {
  description = "The Entra tenant of the subscription."
  type        = string
}

variable "environment" {
  description = "The stage of the lifecycle: prod, int or e2e."
  type        = string
}

variable "management_group_id" {
  description = "The management group above all subscriptions of the workload."
  type        = string
}

variable "global_location" {
  description = "The region of what the workload has only once."
  type        = string
}

variable "stamps" {
  description = "One deployment stamp a region: its abbreviation, its network, and its rank for the database."
  type = map(object({
    short         = string
    address_space = string
    priority      = number
  }))
}

variable "host_name" {
  description = "The name under which passengers buy tickets."
  type        = string
}

variable "pipeline_principal_id" {
  description = "Object id of the service principal that releases the workload (federated, without a secret)."
  type        = string
}

variable "operators_group_id" {
  description = "Object id of the group whose members may activate rights for operations."
  type        = string
}

variable "approvers_group_id" {
  description = "Object id of the group that approves such activations."
  type        = string
}

variable "alert_email" {
  description = "The mailbox of whoever is on call."
  type        = string
}
