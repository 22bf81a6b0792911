"""A whole configuration of Terraform's built-in resources, evaluated by us and planned by Terraform itself."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import session_of, write

from everward.sources.interface import ReadOptions
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree
from everward.values import Unknown

TERRAFORM = shutil.which("terraform")

FILES: dict[str, str | bytes] = {
    "main.tf": r"""
variable "prefix" {
  type = string
}
variable "regions" {
  type    = set(string)
  default = ["west", "north", "west"]
}
variable "settings" {
  type = map(object({
    size  = optional(number, 2)
    zones = optional(list(string), ["1"])
    tags  = optional(map(string))
  }))
  default = {
    a = {}
    b = { size = "5", zones = [1, 2], tags = { k = true } }
  }
}
locals {
  names  = { for key, item in var.settings : key => "${var.prefix}-${key}-${item.size}" if item.size > 1 }
  byzone = { for pair in flatten([for key, item in var.settings : [for zone in item.zones : { key = key, zone = zone }]]) : pair.zone => pair.key... }
  text = <<-EOT
    %{for key, name in local.names~}
    ${key} = ${name}
    %{endfor~}
    end
  EOT
}
resource "terraform_data" "one" {
  input = merge({ text = local.text, zones = local.byzone }, { sum = sum([for s in var.settings : s.size]) })
}
resource "terraform_data" "counted" {
  count = length(var.regions) > 1 ? length(var.settings) : 0
  input = { index = count.index, region = sort(var.regions)[count.index], first = count.index == 0 ? "yes" : null }
}
resource "terraform_data" "keyed" {
  for_each = var.settings
  input    = { key = each.key, zones = each.value.zones, name = local.names[each.key], all = values(local.names) }
}
module "stamp" {
  source   = "./stamp"
  for_each = var.regions
  region   = each.value
  size     = one(terraform_data.keyed["b"].input.zones[*] == [] ? [] : [3])
}
module "twice" {
  source = "./stamp"
  count  = 2
  region = upper(element(tolist(var.regions), count.index + 1))
}
resource "terraform_data" "joined" {
  input = {
    names  = [for name, stamp in module.stamp : "${name}:${stamp.name}"]
    twice  = module.twice[*].name
    nested = { for name, stamp in module.stamp : name => stamp.nets if name != "west" }
    try    = try(module.twice[7].name, module.stamp["north"].name, "none")
    null   = null
    same   = terraform_data.one.input.sum == 7 ? "seven" : "other"
    path   = "${path.module}/${basename(path.root)}"
    file   = templatefile("${path.module}/hello.tpl", { names = keys(local.names), who = var.prefix })
    set    = fileset(path.module, "{hello,nope}.*")
    hash   = filemd5("hello.tpl")
  }
}
""",
    "hello.tpl": "Hello ${who}\n%{ for name in names ~}\n- ${name}\n%{ endfor ~}\n",
    "stamp/main.tf": r"""
variable "region" {
  type = string
}
variable "size" {
  type    = number
  default = 1
}
resource "terraform_data" "net" {
  count = var.size
  input = cidrsubnet("10.0.0.0/16", 4, count.index)
}
output "name" {
  value = "${substr(var.region, 0, 3)}${var.size}"
}
output "nets" {
  value = terraform_data.net[*].input
}
""",
}


def planned(folder: Path) -> dict[str, Any]:
    assert TERRAFORM is not None
    environment = {"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [TERRAFORM or "", *arguments], capture_output=True, text=True, cwd=folder, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "-input=false", "-no-color")
    run("plan", "-input=false", "-no-color", "-out=p", "-var=prefix=af")
    changes = json.loads(run("show", "-json", "p"))["resource_changes"]
    return {change["address"]: change["change"]["after"]["input"] for change in changes}


OTHER_FORMS: dict[str, str | bytes] = {
    "main.tf": r"""
variable "prefix" {
  type    = string
  default = "default"
}
variable "number" {
  type    = number
  default = 1
}
variable "auto" {
  type = list(string)
}
locals {
  kept  = "kept"
  other = "base"
}
resource "terraform_data" "laid" {
  count = 2
  input = ["base", local.other, var.prefix]
}
""",
    "override.tf.json": json.dumps(
        {
            "resource": {"terraform_data": {"laid": {"count": "${var.number}", "input": ["over", "${local.kept}", "${local.other}"]}}},
            "locals": {"other": "${upper(local.kept)}"},
            "variable": {"number": {"default": "3"}},
        }
    ),
    "z_override.tf": 'resource "terraform_data" "laid" {\n  input = concat(["last"], var.auto)\n}\n',
    "more.tf.json": json.dumps(
        {
            "//": "a comment",
            "resource": {
                "terraform_data": {
                    "json": [{
                        "for_each": "${toset(var.auto)}",
                        "input": {
                            "text": "x ${each.key} $${y} %{if var.number > 1}many%{else}one%{endif}",
                            "sole": "${each.value}",
                            "number": "${var.number + 1}",
                            "list": ["${var.prefix}", 1, 2.5, True, None],
                            "key ${var.prefix}": {"//": "kept", "n": "${null}"},
                        },
                        "depends_on": ["terraform_data.laid"],
                        "lifecycle": {"ignore_changes": ["input"], "precondition": [{"condition": "${var.number == 3}", "error_message": "no"}]},
                        "//": {"metadata": "x"},
                    }],
                    "plain": {"input": "${module.m}"},
                }
            },
            "module": {"m": {"source": "./m", "a": "${local.other}"}},
            "output": {"o": {"value": "${terraform_data.laid[0].input}", "sensitive": True}},
        }
    ),
    "m/main.tf.json": '[{"variable": {"a": {"type": "string"}}}, {"output": {"b": {"value": "<${var.a}>"}}}]',
    "terraform.tfvars": 'auto = ["from tfvars"]\n',
    "a.auto.tfvars": 'auto = ["from a"]\n',
    "b.auto.tfvars.json": '{"auto": ["b", "${not a template}", "a"]}',
}  # fmt: skip


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on PATH")
def test_json_overrides_and_files_of_values_come_out_as_terraform_plans_them(tmp_path: Path) -> None:
    write(tmp_path, OTHER_FORMS)
    source, tree = TerraformSource(), Tree(tmp_path)
    (item,) = source.find(tree)
    session, _, inputs = source.evaluate(item, tree, ReadOptions(variables={"prefix": "af"}))
    assert (session.unresolved, inputs.unresolved, session.root.unresolved) == ([], [], [])
    ours = {instance.address: instance.attributes["input"] for instance in session.instances}
    assert ours == planned(tmp_path)


@pytest.mark.skipif(TERRAFORM is None, reason="terraform is not on PATH")
def test_a_configuration_comes_out_as_terraform_plans_it(tmp_path: Path) -> None:
    session = session_of(tmp_path, FILES, prefix="af")
    ours = {instance.address: instance.attributes["input"] for instance in session.instances}
    assert session.unresolved == []
    assert not any(isinstance(value, Unknown) for value in ours.values())
    assert ours == planned(tmp_path)
