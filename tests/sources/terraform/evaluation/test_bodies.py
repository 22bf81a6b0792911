"""Blocks, dynamic blocks and the places of attributes."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import instances_of, session_of

from everward.sources.terraform.evaluation import Session
from everward.values import Unknown


def body(folder: Path, text: str, **given: Any) -> tuple[Any, Session]:
    session = session_of(folder, f'variable "x" {{}}\nresource "a_b" "c" {{\n{text}\n}}\n', **given)
    return instances_of(session)["a_b.c"], session


def test_blocks_are_lists_and_places_are_kept(tmp_path: Path) -> None:
    instance, session = body(tmp_path, "name = 1\nAcls {\n  Default = 2\n  rule {}\n  rule {\n    p = 3\n  }\n}", x=1)
    assert instance.attributes == {"name": 1, "Acls": [{"Default": 2, "rule": [{}, {"p": 3}]}]}
    lines = {path: origin.line for path, origin in instance.origins.items()}
    assert lines == {
        "name": 3,
        "acls[0]": 4,
        "acls[0].default": 5,
        "acls[0].rule[0]": 6,
        "acls[0].rule[1]": 7,
        "acls[0].rule[1].p": 8,
    }
    assert instance.origin.address == "a_b.c"
    assert (instance.origin.line, instance.origin.end_line) == (2, 11)
    assert session.unresolved == []


def test_meta_arguments_are_no_attributes(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        """
        resource "a_b" "c" {
          count      = 1
          provider   = a.hub
          depends_on = [a_b.d]
          lifecycle {
            ignore_changes = [tags]
          }
          provisioner "local-exec" {
            command = self.x
          }
          connection {}
          timeouts {
            create = "1h"
          }
          in {
            count = 2
          }
        }
        """,
    )
    instance = instances_of(session)["a_b.c[0]"]
    assert instance.attributes == {"in": [{"count": 2}]}
    assert instance.provider == "a.hub"


def test_what_is_a_meta_argument_of_modules_only_is_an_attribute(tmp_path: Path) -> None:
    text = 'resource "a_b" "c" {\n  version = "12.0"\n  source = "x"\n  providers = ["y"]\n}\n'
    (instance,) = session_of(tmp_path, text).instances
    assert instance.attributes == {"version": "12.0", "source": "x", "providers": ["y"]}


def test_dynamic_blocks_add_to_written_ones(tmp_path: Path) -> None:
    instance, _ = body(
        tmp_path,
        """
  rule {
    port = 22
  }
  dynamic "rule" {
    for_each = [80, 443]
    content {
      port = rule.value
      at   = rule.key
    }
  }
  dynamic "rule" {
    iterator = r
    for_each = { b = 2, a = 1 }
    content {
      port = "${r.key}${r.value}"
      dynamic "in" {
        for_each = toset(["q"])
        content {
          v = "${in.key}${r.key}"
        }
      }
    }
  }
""",
        x=1,
    )
    assert instance.attributes["rule"] == [
        {"port": 22},
        {"port": 80, "at": 0},
        {"port": 443, "at": 1},
        {"port": "a1", "in": [{"v": "qa"}]},
        {"port": "b2", "in": [{"v": "qb"}]},
    ]
    assert instance.origins["rule[1].port"].line == 10


def test_a_dynamic_block_over_a_hole_stands_for_any_number(tmp_path: Path) -> None:
    instance, session = body(
        tmp_path,
        'rule {\n  port = 22\n}\ndynamic "rule" {\n  for_each = var.x\n  content {}\n}\n'
        'dynamic "some" {\n  for_each = concat(["a"], a_b.o[*].id)\n  content {\n    v = some.value\n  }\n}\n}\n'
        'resource "a_b" "o" {\n  count = var.x',
    )
    written, more = instance.attributes["rule"]
    assert written == {"port": 22}
    assert isinstance(more, Unknown)
    assert more.many
    assert more.decided_by == ("var.x",)
    assert instance.origins["rule[1]"].line == 6
    first, rest = instance.attributes["some"]
    assert first == {"v": "a"}
    assert rest.many
    assert [item.subject for item in session.unresolved if item.incomplete] == ["a_b.o"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('dynamic "r" {\n  content {}\n}', "needs `for_each` and `content`"),
        ('dynamic "r" {\n  for_each = []\n}', "needs `for_each` and `content`"),
        ('dynamic "r" {\n  for_each = null\n  content {}\n}', "needs a collection, not a null"),
        ('dynamic "r" {\n  for_each = 7\n  content {}\n}', "needs a collection, not a number"),
        ("r = 1\nr {}", "is both an argument and a block"),
        ('dynamic "r" {\n  for_each = local.no\n  content {}\n}', "`for_each`: `local.no` is not declared"),
    ],
)
def test_blocks_that_make_no_sense_are_told(tmp_path: Path, text: str, reason: str) -> None:
    _, session = body(tmp_path, text, x=1)
    (item,) = session.unresolved
    assert reason in item.reason
    assert item.origin is not None


@pytest.mark.parametrize("inside", ["for_each = 7\n  content {}", "for_each = null\n  content {}", "for_each = []"])
def test_blocks_of_a_loop_that_cannot_run_are_open(tmp_path: Path, inside: str) -> None:
    instance, _ = body(tmp_path, f'r {{\n  v = 1\n}}\ndynamic "r" {{\n  {inside}\n}}', x=1)
    written, rest = instance.attributes["r"]
    assert written == {"v": 1}
    assert isinstance(rest, Unknown)
    assert rest.many


def test_a_loop_without_a_turn_leaves_a_block_to_the_provider(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'resource "azurerm_kubernetes_cluster" "c" {\n  name = "c"\n'
        '  dynamic "kubelet_identity" {\n    for_each = []\n    content {}\n  }\n}\n'
        'resource "a_b" "user" {\n  id = azurerm_kubernetes_cluster.c.kubelet_identity[0].object_id\n}\n',
    )
    user = next(item for item in session.instances if item.type == "a_b")
    assert isinstance(user.attributes["id"], Unknown)
    assert not session.unresolved


def test_a_sensitive_for_each_of_blocks_is_followed(tmp_path: Path) -> None:
    instance, _ = body(tmp_path, 'dynamic "r" {\n  for_each = sensitive(["a"])\n  content {\n    v = 1\n  }\n}', x=1)
    assert instance.attributes["r"] == [{"v": 1}]


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("count = -1", "whole number, zero or more"),
        ("count = 1.5", "whole number, zero or more"),
        ("count = null", "must not be null"),
        ('count = "x"', "`x` is not a number"),
        ("count = 10001", "more than 10,000 instances"),
        ('for_each = ["a"]', "needs a map or a set of text, not a tuple"),
        ("for_each = toset([1])", "has a number in it"),
        ('for_each = sensitive({ a = 1 })', "must not be sensitive"),
        ("for_each = null", "not a null"),
        ('for_each = toset(["a"])\n  count = 2', "`count` and `for_each` cannot stand together"),
        ("for_each = { for i in range(1000) : i => i }", None),
        ("for_each = merge([for i in range(11) : { for j in range(1000) : \"${i}.${j}\" => 1 }]...)", "more than 10,000"),
        ("for_each = toset(flatten([for i in range(11) : [for j in range(1000) : \"${i}.${j}\"]]))", "more than 10,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_expanded_keeps_one_instance(tmp_path: Path, argument: str, reason: str | None) -> None:
    session = session_of(tmp_path, f'resource "a_b" "c" {{\n  {argument}\n  name = "n"\n}}\n')
    if reason is None:
        assert len(session.instances) == 1000
        return
    (instance,) = session.instances
    assert instance.address == "a_b.c[*]"
    assert instance.cardinality is not None
    assert instance.attributes["name"] == "n"
    (item,) = session.unresolved
    assert reason in item.reason
    assert item.incomplete
    assert item.origin is not None
    assert item.origin.line == 2


def test_sensitive_counts_count(tmp_path: Path) -> None:
    session = session_of(tmp_path, 'resource "a_b" "c" {\n  count = sensitive("2")\n}\n')
    assert [instance.address for instance in session.instances] == ["a_b.c[0]", "a_b.c[1]"]


def test_keys_are_written_as_terraform_writes_them(tmp_path: Path) -> None:
    session = session_of(tmp_path, 'resource "a_b" "c" {\n  for_each = toset(["q\\"", "$${x}", "a.b", "é"])\n}\n')
    assert [instance.address for instance in session.instances] == [
        'a_b.c["$${x}"]',
        'a_b.c["a.b"]',
        'a_b.c["q\\""]',
        'a_b.c["é"]',
    ]
