# file: terraform.tfvars
x = [1, 2, 3] + 1e9
y = x
z = [for i in range(1000) : can(range(1e9))]
