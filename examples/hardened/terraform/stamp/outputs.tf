output "resource_group_id" {
  description = "The resource group of the stamp."
  value       = azurerm_resource_group.stamp.id
}

output "ingress_ip_id" {
  description = "The public address that Front Door sends requests to."
  value       = azurerm_public_ip.ingress.id
}
