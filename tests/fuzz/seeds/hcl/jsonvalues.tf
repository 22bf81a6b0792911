# file: terraform.tfvars.json
{"x": {"a": [1, 1e400, "two", true, null]}, "y": [{}], "z": "${no}"}
