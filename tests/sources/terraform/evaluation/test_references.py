"""References between resources, data sources, modules and locals."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import hole, instances_of, session_of

from everward.values import Unknown


def attributes(
    folder: Path, text: str | dict[str, str | bytes], address: str = "a_b.c", **given: Any
) -> dict[str, Any]:
    session = session_of(folder, text, **given)
    assert session.unresolved == []
    return instances_of(session)[address].attributes


def test_configured_attributes_are_followed_and_others_asked_of_the_provider(tmp_path: Path) -> None:
    found = attributes(
        tmp_path,
        """
        resource "a_x" "one" {
          name = "n"
          gone = null
          tags = { k = "v" }
          block { inner = 1 }
          block { inner = 2 }
        }
        resource "a_b" "c" {
          name   = a_x.one.name
          id     = a_x.one.id
          gone   = a_x.one.gone
          tag    = a_x.one.tags.k
          first  = a_x.one.block[0].inner
          second = a_x.one.block.1.inner
          deep   = a_x.one.block[0].computed
          all    = a_x.one.block[*].inner
          one    = a_x.one.*.name
          byname = a_x.one["name"]
          pairs  = [for k, v in a_x.one : k if k == "name"]
          open   = a_x.one[a_x.one.id]
          each   = [for b in a_x.one.block : b.inner]
        }
        """,
    )
    assert found["name"] == "n"
    assert found["id"].reference == "/fake/a_x.one"
    assert found["gone"].decided_by == ("a_x.one.gone",)
    assert found["tag"] == "v"
    assert (found["first"], found["second"]) == (1, 2)
    assert found["deep"].decided_by == ("a_x.one.block[0].computed",)
    assert found["all"] == found["each"] == [1, 2]
    assert found["one"] == ["n"]
    assert found["byname"] == "n"
    assert found["pairs"] == ["name"]
    assert isinstance(found["open"], Unknown)


def test_instances_are_reached_by_key_position_and_splat(tmp_path: Path) -> None:
    found = attributes(
        tmp_path,
        """
        resource "a_x" "counted" {
          count = 2
          name  = "n${count.index}"
        }
        resource "a_x" "keyed" {
          for_each = { b = "B", a = "A" }
          name     = "${each.key}${each.value}"
        }
        resource "a_b" "c" {
          at     = a_x.counted[1].name
          old    = a_x.counted.0.name
          names  = a_x.counted[*].name
          oldish = a_x.counted.*.name
          key    = a_x.keyed["b"].name
          dotted = a_x.keyed.a.name
          values = values(a_x.keyed)[*].name
          map    = { for k, v in a_x.keyed : k => v.name }
          many   = length(a_x.counted) + length(a_x.keyed)
          first  = one([for v in a_x.counted : v.name if v.name == "n0"])
        }
        """,
    )
    assert found["at"] == "n1"
    assert found["old"] == found["first"] == "n0"
    assert found["names"] == found["oldish"] == ["n0", "n1"]
    assert (found["key"], found["dotted"]) == ("bB", "aA")
    assert found["values"] == ["aA", "bB"]
    assert found["map"] == {"a": "aA", "b": "bB"}
    assert found["many"] == 4


def test_what_is_not_known_to_exist_is_still_known_by_its_configuration(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        """
        variable "on" {}
        variable "set" {}
        resource "a_x" "counted" {
          count = var.on ? 1 : 0
          name  = "n"
          index = count.index
        }
        resource "a_x" "sole" {
          for_each = toset(["s"])
          name     = each.key
        }
        resource "a_x" "pair" {
          count = 2
          name  = "p${count.index}"
        }
        resource "a_x" "keyed" {
          for_each = var.set
          name     = "fixed"
          key      = "k-${each.key}"
        }
        resource "a_b" "c" {
          at    = a_x.counted[0].name
          all   = a_x.counted[*].name
          size  = length(a_x.counted)
          key   = a_x.keyed["q"].name
          bykey = a_x.keyed["q"].key
          some  = a_x.keyed[var.on].name
          seen  = [for v in a_x.counted : v.name]
          both  = [for k, v in a_x.pair : v.name]
          sole  = a_x.sole[var.on].name
          any   = a_x.pair[var.on].name
          list  = a_x.counted
          whole = a_x.keyed
          names = [for k, v in a_x.keyed : v.name]
        }
        """,
    )
    found = instances_of(session)
    assert set(found) == {"a_x.counted[*]", "a_x.keyed[*]", 'a_x.sole["s"]', "a_x.pair[0]", "a_x.pair[1]", "a_b.c"}
    assert found["a_x.counted[*]"].cardinality is not None
    assert found["a_x.counted[*]"].cardinality.decided_by == ("var.on",)
    seen: Any = found["a_b.c"].attributes
    assert seen["at"] == "n"
    assert seen["all"][0].many
    assert seen["all"][0].text == '"n"'
    assert isinstance(seen["size"], Unknown)
    assert seen["key"] == seen["some"] == "fixed"
    assert seen["bykey"].text == "k-{a_x.keyed[*] key}"
    assert seen["whole"].decided_by == ("var.set",)
    assert seen["names"][0].many
    assert seen["seen"][0].many
    assert seen["both"] == ["p0", "p1"]
    assert seen["sole"] == "s"
    assert seen["any"].decided_by == ("var.on",)
    assert seen["list"][0].many
    open_ones = [item for item in session.unresolved if item.incomplete]
    assert [(item.subject, item.decided_by) for item in open_ones] == [
        ("a_x.counted", ("var.on",)),
        ("a_x.keyed", ("var.set",)),
    ]
    assert open_ones[0].help == "give it a value: `--var on=…` or `--var-file FILE`"


def test_a_set_that_is_partly_known_keeps_what_is(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        """
        variable "x" {}
        resource "a_x" "k" {
          for_each = toset(["a", "b", var.x])
          name     = each.key
        }
        """,
    )
    found = instances_of(session)
    assert list(found) == ['a_x.k["a"]', 'a_x.k["b"]', "a_x.k[*]"]
    assert isinstance(found["a_x.k[*]"].attributes["name"], Unknown)
    assert found["a_x.k[*]"].attributes["name"].text == "{var.x}"


def test_data_sources_are_instances_of_their_own(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        """
        data "a_d" "d" {
          count = 1
          name  = "q"
        }
        resource "a_b" "c" {
          name = data.a_d.d[0].name
          id   = data.a_d.d[0].id
        }
        """,
    )
    found = instances_of(session)
    assert found["data.a_d.d[0]"].mode == "data"
    assert found["a_b.c"].attributes["name"] == "q"
    assert isinstance(found["a_b.c"].attributes["id"], Unknown)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("var.nope", "`var.nope` is not declared"),
        ("local.nope", "`local.nope` is not declared"),
        ("a_x.nope.id", "`a_x.nope` is not declared"),
        ("data.a_x.nope.id", "`data.a_x.nope` is not declared"),
        ("module.nope.x", "`module.nope` is not declared"),
        ("each.key", "`each` is not known here"),
        ("path.nope", "`path.nope` does not exist"),
        ("terraform.nope", "`terraform.nope` does not exist"),
        ("nope", "`nope` refers to nothing"),
        ("data.x", "`data.x` refers to nothing"),
        ("a_x.list.name", "has `count`: name one instance"),
        ("a_x.list[7].name", "`a_x.list` has no instance 7"),
        ('a_x.map["q"].name', '`a_x.map` has no instance "q"'),
        ("a_x.one[0].name", "has neither `count` nor `for_each`"),
        ("module.m.nope", "`module.m` has no output `nope`"),
    ],
)
def test_what_leads_nowhere_is_told_with_its_place(tmp_path: Path, expression: str, reason: str) -> None:
    text = f"""
resource "a_x" "one" {{}}
resource "a_x" "list" {{
  count = 1
}}
resource "a_x" "map" {{
  for_each = {{ a = 1 }}
}}
module "m" {{
  source = "./m"
}}
resource "a_b" "c" {{
  name  = "kept"
  value = {expression}
}}
"""
    session = session_of(tmp_path, {"main.tf": text, "m/main.tf": "locals {}\n"})
    (item,) = session.unresolved
    assert reason in item.reason
    # What Terraform refuses as a whole deploys nothing; a wrong key may be right with other values.
    assert item.incomplete is any(
        word in reason for word in ("not declared", "no output", "not known here", "refers to nothing", "not exist")
    )
    assert item.subject == "a_b.c"
    assert item.origin is not None
    assert item.origin.line == 14
    seen = instances_of(session)["a_b.c"].attributes
    assert seen["name"] == "kept"
    assert isinstance(seen["value"], Unknown)


def test_the_same_failure_in_all_instances_is_told_once(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'resource "a_b" "c" {\n  for_each = toset(["a", "b]", "c\\"["])\n  name = upper(each.nope)\n}\n',
    )
    assert [item.subject for item in session.unresolved] == ["a_b.c"]
    assert len(session.instances) == 3


def test_paths_and_workspace(tmp_path: Path) -> None:
    text = 'resource "a_b" "c" {\n  m = path.module\n  r = path.root\n  c = path.cwd\n  w = terraform.workspace\n}\n'
    session = session_of(tmp_path, {"main.tf": text + 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": text})
    found = instances_of(session)
    assert (found["a_b.c"].attributes["m"], found["a_b.c"].attributes["r"]) == (".", ".")
    assert (found["module.m.a_b.c"].attributes["m"], found["module.m.a_b.c"].attributes["r"]) == ("m", ".")
    for name in ("c", "w"):
        assert isinstance(found["a_b.c"].attributes[name], Unknown)


def test_ephemeral_values_are_holes(tmp_path: Path) -> None:
    found = attributes(tmp_path, 'ephemeral "x_y" "z" {}\nresource "a_b" "c" {\n  v = ephemeral.x_y.z.token\n}\n')
    assert found["v"].reason == "a value that is never stored"


def test_an_instance_that_needs_itself_is_told(tmp_path: Path) -> None:
    session = session_of(
        tmp_path, 'resource "a_x" "p" {\n  v = a_x.q.v\n  w = 1\n}\nresource "a_x" "q" {\n  v = a_x.p.v\n}\n'
    )
    (item,) = session.unresolved
    assert "depends on itself: a_x.p → a_x.q → a_x.p" in item.reason
    assert instances_of(session)["a_x.p"].attributes["w"] == 1


@pytest.mark.parametrize(
    ("text", "ring"),
    [
        ("locals {\n  a = local.a\n}\n", "local.a → local.a"),
        ("locals {\n  b = local.c\n  c = local.a\n  a = local.b\n}\n", "local.a → local.b → local.c → local.a"),
        ('resource "a_b" "c" {\n  count = length(a_b.c)\n}\n', "a_b.c.count → a_b.c.count"),
        (
            'module "m" {\n  source = "./m"\n  v = module.m.o\n}\n',
            "module.m.output.o → module.m.var.v → module.m.output.o",
        ),
    ],
)
def test_cycles_are_told_and_end(tmp_path: Path, text: str, ring: str) -> None:
    module = 'variable "v" {}\noutput "o" {\n  value = var.v\n}\n'
    session = session_of(tmp_path, {"main.tf": text, "m/main.tf": module})
    told = [item for item in session.unresolved if "depends on itself" in item.reason]
    assert told[0].reason == f"depends on itself: {ring}"
    assert told[0].incomplete


def test_sensitive_values_do_not_reach_instances(tmp_path: Path) -> None:
    found = attributes(
        tmp_path,
        'variable "s" {\n  sensitive = true\n}\nresource "a_b" "c" {\n  v = "x${var.s}"\n  n = [var.s]\n}\n',
        s="hunter2",
    )
    assert found["v"].reason == "sensitive value"
    assert "hunter2" not in repr(found)


def test_a_known_branch_decides_whatever_the_provider_says(tmp_path: Path) -> None:
    found = attributes(
        tmp_path,
        'variable "f" {\n  default = ""\n}\nresource "a_x" "e" {}\n'
        'resource "a_b" "c" {\n  v = var.f != "" ? var.f : a_x.e.host\n  w = "https://${var.f == "" ? a_x.e.host : var.f}/p"\n}\n',
        f="www",
    )
    assert found == {"v": "www", "w": "https://www/p"}


def test_values_that_are_holes_stay_what_they_are(tmp_path: Path) -> None:
    gap = hole("var.q", present=True, text="a-{x}")
    found = attributes(tmp_path, 'variable "q" {}\nresource "a_b" "c" {\n  v = var.q\n}\n', q=gap)
    assert found["v"] is gap


@pytest.mark.parametrize("expression", ["try(var.nope, 1)", "can(local.nope)", "true ? 1 : var.nope", "[a_b.c.id]"])
def test_what_terraform_refuses_is_no_matter_of_trying(tmp_path: Path, expression: str) -> None:
    session = session_of(tmp_path, {"main.tf": f'resource "a_b" "c" {{\n  value = {expression}\n}}\n'})
    (item,) = session.unresolved
    assert item.incomplete
    assert item.origin is not None
    assert item.origin.line == 2
    assert item.help is not None
