variable "name" {
  description = "The name of the stamp, which begins the names of its resources."
  type        = string
}

variable "compact_name" {
  description = "The same without hyphens, where Azure allows none."
  type        = string
}

variable "location" {
  description = "The region of the stamp."
  type        = string
}

variable "address_space" {
  description = "The stamp's own network, /16."
  type        = string
}

variable "tenant_id" {
  description = "The Entra tenant."
  type        = string
}

variable "registry_id" {
  description = "The registry that images come from."
  type        = string
}

variable "cosmos_account_id" {
  description = "The database account."
  type        = string
}

variable "cosmos_account_name" {
  description = "The name of the database account."
  type        = string
}

variable "global_resource_group" {
  description = "The resource group of what is global."
  type        = string
}

variable "action_group_id" {
  description = "Whom alerts reach."
  type        = string
}

variable "secret_writer_role_id" {
  description = "The role that may set secrets."
  type        = string
}

variable "pipeline_principal_id" {
  description = "Object id of the release pipeline."
  type        = string
}

variable "cluster_admins_id" {
  description = "Object id of the group that administers the cluster."
  type        = string
}

variable "tags" {
  description = "The tags of the workload."
  type        = map(string)
}
