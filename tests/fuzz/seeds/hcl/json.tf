# file: main.tf.json
{"variable": {"v": {"type": "list(object({n = string, p = optional(number, 80)}))", "default": [{"n": "a"}, {"n": "b", "p": 443}]}},
 "locals": {"t": {"//": "x", "e": "${upper(\"prod\")}"}, "l": ["${var.v[0].n}", 1, 1.5, true, null]},
 "resource": {"azurerm_network_security_group": {"nsg": {"count": "${length(var.v)}", "name": "n${count.index}", "location": "westeurope", "resource_group_name": "g", "tags": "${local.t}",
  "dynamic": {"security_rule": {"for_each": "${var.v}", "iterator": "r", "content": {"name": "${r.value.n}", "priority": "${100 + r.key}", "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "destination_port_range": "${r.value.p}"}}},
  "lifecycle": {"ignore_changes": ["tags"]}}}},
 "module": {"m": {"source": "./m", "x": "${local.l}"}},
 "output": {"o": {"value": "${azurerm_network_security_group.nsg[*].id}"}}}
