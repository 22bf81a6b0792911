"""Modules: arguments, outputs, instances, and those that cannot be read."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import StandInProvider, hole, instances_of, session_of, write

from everward.sources.limits import Limits
from everward.sources.terraform.evaluation import GivenValue, Session
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.tree import Tree
from everward.values import Unknown

STAMP = """
variable "location" { type = string }
variable "size" {
  type    = number
  default = 3
}
resource "a_b" "c" {
  name = "${var.location}-${var.size}"
}
output "name" { value = a_b.c.name }
output "id" { value = a_b.c.id }
output "secret" {
  value     = "hunter2"
  sensitive = true
}
output "empty" { value = null }
"""


def test_modules_are_expanded_and_their_outputs_followed(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": """
            module "stamp" {
              source   = "./modules/stamp"
              for_each = toset(["west", "north"])
              location = each.key
            }
            module "twice" {
              source   = "./modules/stamp"
              count    = 2
              location = "l${count.index}"
              size     = "7"
            }
            module "one" {
              source   = "./modules/stamp"
              location = module.stamp["west"].name
            }
            resource "a_x" "y" {
              names  = [for stamp in module.stamp : stamp.name]
              all    = module.twice[*].name
              one    = module.one.name
              bykey  = module.one["name"]
              secret = module.one.secret
              empty  = module.one.empty
              id     = module.stamp["north"].id
              whole  = keys(module.one)
              pairs  = { for k, v in module.one : k => 1 }
            }
            """,
            "modules/stamp/main.tf": STAMP,
        },
    )
    found = instances_of(session)
    assert session.unresolved == []
    assert set(found) == {
        'module.stamp["north"].a_b.c', 'module.stamp["west"].a_b.c', "module.twice[0].a_b.c", "module.twice[1].a_b.c",
        "module.one.a_b.c", "a_x.y",
    }  # fmt: skip
    seen = found["a_x.y"].attributes
    assert seen["names"] == ["north-3", "west-3"]
    assert seen["all"] == ["l0-7", "l1-7"]
    assert seen["one"] == seen["bykey"] == "west-3-3"
    assert isinstance(seen["secret"], Unknown)
    assert seen["secret"].reason == "sensitive value"
    assert seen["empty"] is None
    assert isinstance(seen["id"], Unknown)
    assert seen["id"].reference == '/fake/module.stamp["north"].a_b.c'
    assert seen["whole"] == ["empty", "id", "name", "secret"]
    assert seen["pairs"] == dict.fromkeys(["empty", "id", "name", "secret"], 1)
    assert found["module.one.a_b.c"].module == "module.one"


def test_instances_of_an_unknown_number_of_modules_say_so(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'variable "s" {}\nmodule "stamp" {\n  source = "./m"\n  for_each = toset(var.s)\n  location = each.value\n}\n'
            'output "x" {\n  value = module.stamp["q"].name\n}\n',
            "m/main.tf": STAMP.replace('resource "a_b" "c" {', 'resource "a_b" "c" {\n  count = 2'),
        },
    )
    assert [instance.address for instance in session.instances] == [
        "module.stamp[*].a_b.c[0]",
        "module.stamp[*].a_b.c[1]",
    ]
    for instance in session.instances:
        assert instance.cardinality is not None
        assert instance.cardinality.decided_by == ("var.s",)
        name = instance.attributes["name"]
        assert isinstance(name, Unknown)
        assert name.text == "{module.stamp[*] value}-3"
    assert [item.subject for item in session.unresolved if item.incomplete] == ["module.stamp"]


def test_providers_are_handed_down(tmp_path: Path) -> None:
    inner = 'resource "p_b" "c" {}\nresource "p_b" "d" {\n  provider = p.other\n}\nresource "q_b" "e" {}\n'
    session = session_of(
        tmp_path,
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  providers = {\n    p = p.hub\n    p.other = p\n  }\n}\n'
            'resource "p_b" "root" {\n  provider = "p.old"\n}\n',
            "m/main.tf": inner + 'module "n" {\n  source = "../n"\n  providers = { p = p.other }\n}\n',
            "n/main.tf": inner,
        },
    )
    found = {address: instance.provider for address, instance in instances_of(session).items()}
    assert found["p_b.root"] == "p.old"
    assert found["module.m.p_b.c"] == "p.hub"
    assert found["module.m.p_b.d"] == "p"
    assert found["module.m.q_b.e"] == "q"
    assert found["module.m.module.n.p_b.c"] == "p"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('"x/y/azurerm"', "`x/y/azurerm` is not in the repository"),
        ('"git::https://example.com/x.git"', "is not in the repository"),
        ('"./nowhere"', "`./nowhere` does not exist"),
        ('"./empty"', "`./empty` has no Terraform files"),
        ('"./"', "`./` calls itself"),
        ("7", "its source is not text"),
        ('"./${sensitive("hunter2")}"', "its source is not known: it is sensitive"),
        ("path.cwd", "its source is not known: depends on the machine that runs Terraform"),
    ],
)
def test_a_module_that_cannot_be_read_is_told_and_its_outputs_are_holes(
    tmp_path: Path, source: str, reason: str
) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": f'module "m" {{\n  source = {source}\n}}\nresource "a_b" "c" {{\n  v = module.m.cidr["x"]\n'
            '  w = module.m["k"].cidr\n  x = module.m\n  y = [for o in module.m : o]\n}\n',
            "empty/readme.md": "",
        },
    )
    (item,) = session.unresolved
    assert reason in item.reason
    assert item.subject == "module `m`"
    assert item.incomplete
    assert item.origin is not None
    seen = instances_of(session)["a_b.c"].attributes
    assert isinstance(seen["v"], Unknown)
    assert seen["v"].decided_by == ("module.m.cidr",)
    assert isinstance(seen["w"], Unknown)
    assert isinstance(seen["x"], Unknown)
    assert isinstance(seen["y"], list)


def test_a_module_that_only_calculates_hides_no_resource(tmp_path: Path) -> None:
    session = session_of(tmp_path, 'module "m" {\n  source = "hashicorp/subnets/cidr"\n}\n')
    (item,) = session.unresolved
    assert item.reason == "`hashicorp/subnets/cidr` is not in the repository"
    assert not item.incomplete


def test_a_vendored_module_is_read(tmp_path: Path) -> None:
    entries = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "m", "Source": "x/y/z", "Dir": ".terraform/modules/m"},
        {"Key": "m.n", "Source": "q/r/s", "Dir": ".terraform/modules/m.n"},
    ]
    session = session_of(
        tmp_path,
        {
            "main.tf": 'module "m" {\n  source = "x/y/z"\n  version = "1.0"\n}\nresource "a_b" "c" {\n  v = module.m.o\n}\n',
            ".terraform/modules/modules.json": json.dumps({"Modules": entries}),
            ".terraform/modules/m/main.tf": 'module "n" {\n  source = "q/r/s"\n}\noutput "o" {\n  value = module.n.o\n}\n',
            ".terraform/modules/m.n/main.tf": 'output "o" {\n  value = 7\n}\n',
        },
    )
    assert session.unresolved == []
    assert instances_of(session)["a_b.c"].attributes["v"] == 7


@pytest.mark.parametrize("manifest", ["", "[]", '{"Modules": 1}', '{"Modules": [1]}', "[" * 10_000])
def test_a_broken_manifest_vendors_nothing(tmp_path: Path, manifest: str) -> None:
    session = session_of(
        tmp_path,
        {"main.tf": 'module "m" {\n  source = "x/y/z"\n}\n', ".terraform/modules/modules.json": manifest},
    )
    broken, missing = session.unresolved
    assert (broken.subject.rpartition("/")[2], broken.incomplete) == ("modules.json`", True)
    assert broken.help == "run `terraform init` again"
    assert missing.subject == "module `m`"


def test_a_module_outside_of_the_workload_is_left_alone(tmp_path: Path) -> None:
    manifest = '{"Modules": [{"Key": "m", "Source": "x/y/z", "Dir": "../../../../../../../../../../../etc"}]}'
    session = session_of(
        tmp_path / "a" / "b" / "c" / "d",
        {
            "main.tf": 'module "m" {\n  source = "x/y/z"\n}\nmodule "up" {\n  source = "../up"\n}\n',
            "../up/main.tf": 'resource "a_b" "c" {}\n',
            ".terraform/modules/modules.json": manifest,
        },
    )
    assert list(instances_of(session)) == ["module.up.a_b.c"]
    (item,) = session.unresolved
    assert (item.reason, item.incomplete) == ("`x/y/z` leads out of the workload", True)


def test_modules_that_call_one_another_end(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\n',
            "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
            "b/main.tf": 'module "a" {\n  source = "../a"\n}\nresource "a_b" "c" {}\n',
        },
    )
    (item,) = session.unresolved
    assert item.subject == "module `a.b.a`"
    assert item.reason == "`../a` calls itself"
    assert [instance.address for instance in session.instances] == ["module.a.module.b.a_b.c"]


def test_modules_nest_only_so_deep(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"m{level}/main.tf": f'module "n" {{\n  source = "../m{level + 1}"\n}}\n'
        for level in range(Limits().modules + 3)
    }
    session = session_of(tmp_path, {"main.tf": 'module "n" {\n  source = "./m0"\n}\n', **files})
    (item,) = session.unresolved
    assert f"nest more than {Limits().modules} deep" in item.reason


def test_arguments_are_held_against_variables(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {"main.tf": 'module "m" {\n  source = "./m"\n  size = "x"\n  nope = 1\n}\n', "m/main.tf": STAMP},
    )
    told = {(item.subject, item.reason) for item in session.unresolved}
    assert told == {
        ("module `m`", "it has no variable `nope`"),
        ("module.m.var.location", "the module needs it, and the call does not give it"),
        ("module.m.var.size", "the value does not fit the type: `x` is not a number"),
    }
    (instance,) = session.instances
    assert isinstance(instance.attributes["name"], Unknown)
    assert instance.attributes["name"].text == "{module.m.var.location}-{module.m.var.size}"


def test_holes_pass_through_modules_with_their_names(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'variable "p" {}\nmodule "m" {\n  source = "./m"\n  location = lower(var.p)\n}\n',
            "m/main.tf": STAMP,
        },
    )
    (instance,) = session.instances
    name = instance.attributes["name"]
    assert isinstance(name, Unknown)
    assert name.decided_by == ("var.p",)
    assert name.text == "{var.p}-3"


def test_errors_in_files_of_modules_are_told_once(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'module "m" {\n  source = "./m"\n  count = 3\n}\n',
            "m/main.tf": 'resource "a_b" "c" {}\nresource "a_b" "d" {\n  x = ]\n}\n',
        },
    )
    (item,) = session.unresolved
    assert "syntax error" in item.reason
    assert item.incomplete
    assert len(session.instances) == 3


@pytest.mark.parametrize(
    ("declaration", "given", "expected"),
    [
        ("type = number", "7", 7),
        ("type = bool", "true", True),
        ("type = list(string)", [1], ["1"]),
        ('type = object({ a = optional(string, "d"), b = optional(number) })', {}, {"a": "d", "b": None}),
        ('type = list(object({ a = optional(list(string), ["x"]) }))', [{}], [{"a": ["x"]}]),
        ("default = 5", None, None),
        ("default = 5\n  nullable = false", None, 5),
        ("type = map(string)\n  default = { a = 1 }", ..., {"a": "1"}),
        ("type = string\n  default = null", ..., None),
    ],
)
def test_variables_have_the_value_that_their_declaration_makes_of_it(
    tmp_path: Path, declaration: str, given: object, expected: object
) -> None:
    values: dict[str, Any] = {} if given is ... else {"v": given}
    session = session_of(
        tmp_path, f'variable "v" {{\n  {declaration}\n}}\nresource "a_b" "c" {{\n  v = var.v\n}}\n', **values
    )
    assert session.unresolved == []
    assert instances_of(session)["a_b.c"].attributes["v"] == expected


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        ("type = number", "the value does not fit the type: `x` is not a number"),
        ('validation {\n    condition = length(var.v) > 3\n    error_message = "Too short: ${var.v}."\n  }', "the value is not valid: Too short: x"),
        ("validation {\n    condition = false\n  }", "the value is not valid: the condition is false"),
        ("validation {\n    condition = false\n    error_message = local.no\n  }", "the value is not valid: the condition is false"),
        ("validation {\n    condition = var.v.nope\n    error_message = \"\"\n  }", "its validation fails: a text has no attribute `nope`"),
        ("validation {\n    condition = \"maybe\"\n    error_message = \"\"\n  }", "its validation fails: true or false is needed, not a text"),
    ],
)  # fmt: skip
def test_values_that_the_declaration_refuses_are_told(tmp_path: Path, declaration: str, reason: str) -> None:
    session = session_of(tmp_path, f'variable "v" {{\n  {declaration}\n}}\n', v="x")
    (item,) = session.unresolved
    assert item.reason == reason
    assert item.subject == "var.v"
    assert not item.incomplete


def test_a_check_over_a_hole_says_nothing(tmp_path: Path) -> None:
    text = 'variable "v" {\n  sensitive = true\n  validation {\n    condition = var.v == "a"\n    error_message = ""\n  }\n}\n'
    assert session_of(tmp_path, text, v=hole("var.q")).unresolved == []
    assert session_of(tmp_path, text, v="a").unresolved == []


def test_a_default_that_has_no_value_is_told(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'variable "v" {\n  default = upper([])\n}\nvariable "o" {\n  type = object({ a = optional(string, [][0]) })\n}\n',
        o={},
    )
    assert {item.subject for item in session.unresolved} == {"var.v", "var.o"}


def test_a_workspace_that_is_given_is_known(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'resource "a_b" "c" {\n  count = terraform.workspace == "prod" ? 1 : 0\n}\n'})
    loader = ModuleLoader(Tree(tmp_path))
    session = Session(loader.load(tmp_path), loader, StandInProvider(), {}, workspace="prod")
    session.run()
    assert [instance.address for instance in session.instances] == ["a_b.c[0]"]
    given = {"x": GivenValue(1, "a test")}
    assert Session(loader.load(tmp_path), loader, StandInProvider(), given).given["x"].place == "a test"
