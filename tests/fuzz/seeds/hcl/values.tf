# file: terraform.tfvars
x = { a = [1, "two", true, null], b = <<EOT
text
EOT
}
y = [for i in [1, 2] : i * 2]
z = "plain ${1 + 1}"
