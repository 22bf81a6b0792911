subscription_id     = "5ab5c21b-7c0e-4f5a-9d55-0d2f0c6a1e01"
tenant_id           = "7e11a000-41c8-4b39-8c57-5a1b7d9f2a02"
environment         = "prod"
management_group_id = "/providers/Microsoft.Management/managementGroups/ferry"
global_location     = "swedencentral"

stamps = {
  swedencentral = {
    short         = "sdc"
    address_space = "10.10.0.0/16"
    priority      = 0
  }
  northeurope = {
    short         = "neu"
    address_space = "10.20.0.0/16"
    priority      = 1
  }
}

host_name             = "tickets.ferryline.example"
pipeline_principal_id = "c1cd0000-3c56-4a0f-8a7f-64f4b8b10a03"
operators_group_id    = "09e7a705-5b0e-49cd-b6a7-2f13f70d4c04"
approvers_group_id    = "a99705e7-88d2-4c22-9f0e-7b1e58a35d05"
alert_email           = "on-call@ferryline.example"
