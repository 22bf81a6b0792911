output "endpoint" {
  description = "Where passengers buy tickets."
  value       = "https://${var.host_name}"
}

output "stamps" {
  description = "The resource group of each stamp."
  value       = { for region, stamp in module.stamp : region => stamp.resource_group_id }
}
