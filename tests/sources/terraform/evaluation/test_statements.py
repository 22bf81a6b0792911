"""Blocks that say something about resources: imported, removed, moved, conditions, ephemeral, and those that are off."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources.terraform.workspace import instances_of, session_of

from everward.sources.terraform.evaluation import Session
from everward.values import Unknown

ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv"


def told(session: Session) -> list[tuple[str, str, bool]]:
    return [(item.subject, item.reason, item.incomplete) for item in session.unresolved]


def value(session: Session, address: str, name: str = "v") -> Any:
    return instances_of(session)[address].attributes[name]


# Imported


def test_an_imported_resource_has_the_id_that_is_already_there(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'locals {\n  sub = "s"\n}\n'
            f'import {{\n  to = a_b.c\n  id = "{ID.replace("/s/", "/${local.sub}/")}"\n}}\n'
            'import {\n  for_each = { x = "1", y = "2" }\n  to = a_b.keyed[each.key]\n'
            '  id = "/subscriptions/${each.value}/resourceGroups/g/providers/A.B/cs/${each.key}"\n}\n'
            'import {\n  for_each = toset(["p"])\n  to = module.m.a_b.c[0]\n  id = "/subscriptions/${each.value}/resourceGroups/g"\n}\n'
            'resource "a_b" "c" {}\nresource "a_b" "keyed" {\n  for_each = toset(["x", "y", "z"])\n}\n'
            'resource "a_b" "d" {\n  v = [a_b.c.id, a_b.keyed["x"].id, a_b.keyed["z"].id]\n}\n'
            'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": 'resource "a_b" "c" {\n  count = 1\n}\n',
        },
    )
    assert told(session) == []
    known, keyed, other = value(session, "a_b.d")
    assert (known, keyed) == (ID, "/subscriptions/1/resourceGroups/g/providers/A.B/cs/x")
    assert isinstance(other, Unknown)
    assert instances_of(session)["module.m.a_b.c[0]"].computed["id"] == "/subscriptions/p/resourceGroups/g"


def test_an_id_that_needs_the_resource_itself_is_not_known(tmp_path: Path) -> None:
    session = session_of(tmp_path, 'import {\n  to = a_b.c\n  id = a_b.c.v\n}\nresource "a_b" "c" {\n  v = "x"\n}\n')
    assert told(session) == []
    assert "id" not in instances_of(session)["a_b.c"].computed


def test_what_is_imported_without_a_block_is_missing(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        f'import {{\n  to = a_b.gone\n  id = "{ID}"\n}}\nimport {{\n  to = a_b.off\n  identity = {{ x = 1 }}\n}}\n'
        f'import {{\n  to = a_b.open["k"]\n  id = "{ID}"\n}}\n'
        'variable "v" {}\nresource "a_b" "off" {\n  count = 0\n}\nresource "a_b" "open" {\n  for_each = var.v\n}\n'
        f'import {{\n  for_each = var.v\n  to = a_b.open[each.key]\n  id = "{ID}"\n}}\n',
    )
    assert told(session)[-1] == ("a_b.gone", "it is imported, and no block says what it is like", True)
    assert [subject for subject, _, _ in told(session)] == ["a_b.open", "a_b.gone"]


@pytest.mark.parametrize("to", ["a_b.c[*]", "1", "upper(a_b.c)", "a_b.c[local.nope]"])
def test_an_address_that_is_none_is_told(tmp_path: Path, to: str) -> None:
    session = session_of(tmp_path, f'import {{\n  to = {to}\n  id = "{ID}"\n}}\nresource "a_b" "c" {{}}\n')
    assert told(session) == [("`import`", "`to` is not the address of a resource", False)]


# Removed and moved


def test_what_stays_in_azure_is_told(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        "removed {\n  from = a_b.c\n  lifecycle {\n    destroy = false\n  }\n}\n"
        "removed {\n  from = a_b.d\n  lifecycle {\n    destroy = true\n  }\n}\nremoved {\n  from = a_b.e\n}\n",
    )
    assert told(session) == [
        ("a_b.c", "it is left in Azure when it is removed from the configuration, and not read here", False)
    ]


def test_moves_are_read_and_change_nothing(tmp_path: Path) -> None:
    session = session_of(
        tmp_path, 'moved {\n  from = a_b.c\n  to = module.m["x"].a_b.c[0]\n}\nmoved {\n  from = 1\n  to = a_b.c\n}\n'
    )
    assert told(session) == [("`moved`", "`from` is not the address of a resource", False)]


@pytest.mark.parametrize(("block", "name"), [("moved", "from"), ("moved", "to"), ("import", "to"), ("removed", "from")])
def test_a_statement_without_its_address_is_told(tmp_path: Path, block: str, name: str) -> None:
    other = "".join(f"  {key} = a_b.c\n" for key in ("from", "to") if key != name)
    session = session_of(tmp_path, f"{block} {{\n{other}}}\n")
    assert (f"`{block}`", f"needs `{name}`") in [(item.subject, item.reason) for item in session.root.unresolved]


# Conditions


@pytest.mark.parametrize(
    ("condition", "message", "reason"),
    [
        ("1 > 2", '"too small."', "is false: too small"),
        ("var.no", '"because ${var.no}"', "is false: because false"),
        ("1 > 2", "local.nope", "is false: no message"),
        ("1 > 2", None, "is false: no message"),
        ("sensitive(false)", '"x"', "is false: x"),
        ("true", '"x"', None),
        ("var.open", '"x"', None),
        ('"x"', '"x"', "cannot be worked out: true or false is needed, not a text"),
        ("1 + null", '"x"', "cannot be worked out: a number is needed"),
        (None, '"x"', "has no `condition`"),
    ],
)
@pytest.mark.parametrize(
    ("around", "what", "subject"),
    [
        (
            'resource "a_b" "c" {{\n  lifecycle {{\n    precondition {{\n{}\n    }}\n  }}\n}}\n',
            "a precondition",
            "a_b.c",
        ),
        (
            'data "a_b" "c" {{\n  lifecycle {{\n    postcondition {{\n{}\n    }}\n  }}\n}}\n',
            "a postcondition",
            "data.a_b.c",
        ),
        ('output "o" {{\n  value = 1\n  precondition {{\n{}\n  }}\n}}\n', "a precondition", "output.o"),
        ('check "k" {{\n  assert {{\n{}\n  }}\n}}\n', "an assertion", "check.k"),
    ],
)
def test_conditions_that_do_not_hold_are_told(
    tmp_path: Path, around: str, what: str, subject: str, condition: str | None, message: str | None, reason: str | None
) -> None:
    body = "" if condition is None else f"      condition = {condition}\n"
    body += "" if message is None else f"      error_message = {message}\n"
    declared = 'variable "no" {\n  default = false\n}\nvariable "open" {}\n'
    session = session_of(tmp_path, declared + around.format(body))
    assert told(session) == ([] if reason is None else [(subject, f"{what} {reason}", False)])


def test_a_postcondition_sees_its_own_resource(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'resource "a_b" "c" {\n  count = 2\n  v = count.index\n  lifecycle {\n    postcondition {\n'
        '      condition     = self.v == 0\n      error_message = "not ${self.v}"\n    }\n  }\n}\n',
    )
    assert told(session) == [("a_b.c[1]", "a postcondition is false: not 1", False)]


def test_the_data_source_of_a_check_is_evaluated(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'check "k" {\n  data "a_b" "d" {\n    v = 1 + 1\n  }\n  assert {\n'
        '    condition = data.a_b.d.v == 3\n    error_message = "it is ${data.a_b.d.v}"\n  }\n}\n',
    )
    assert value(session, "data.a_b.d") == 2
    assert told(session) == [("check.k", "an assertion is false: it is 2", False)]


# Ephemeral and write-only


def test_ephemeral_values_are_holes_and_their_blocks_are_evaluated(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'ephemeral "a_b" "e" {\n  count = 1\n  v = 1 + "x"\n}\nresource "a_b" "c" {\n  v    = ephemeral.a_b.e[0].v\n'
        '  v_wo = "secret"\n  n_wo = null\n  w    = ephemeral.a_b.nope\n}\n'
        'resource "a_b" "d" {\n  v = a_b.c.v_wo\n}\n',
    )
    assert list(instances_of(session)) == ["a_b.c", "a_b.d"]
    assert value(session, "a_b.c").decided_by == ("ephemeral.a_b.e",)
    assert value(session, "a_b.c", "v_wo").reason == "sensitive value"
    assert value(session, "a_b.c", "n_wo") is None
    # What is only written cannot be read back.
    assert value(session, "a_b.d") is None
    assert told(session) == [
        ("ephemeral.a_b.e", "`v`: `x` is not a number", False),
        ("a_b.c", "`w`: `ephemeral.a_b.nope` is not declared", True),
    ]


# Blocks without an instance


def test_blocks_without_an_instance_are_noted_with_all_below(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'resource "a_b" "c" {\n  count = 0\n}\ndata "a_b" "d" {\n  for_each = {}\n}\n'
            'module "m" {\n  source = "./m"\n  count = 0\n}\nmodule "on" {\n  source = "./n"\n}\n',
            "m/main.tf": 'resource "a_b" "c" {}\nephemeral "a_b" "e" {}\nmodule "n" {\n  source = "../n"\n}\n'
            'module "self" {\n  source = "./"\n}\nmodule "far" {\n  source = "x/y/z"\n}\nmodule "gone" {\n  source = "./gone"\n}\n',
            "n/main.tf": 'resource "a_b" "c" {\n  lifecycle {\n    enabled = false\n  }\n}\n',
        },
    )
    assert [(item.address, item.mode, item.reason) for item in session.absent] == [
        ("a_b.c", "managed", "`count` is 0"),
        ("data.a_b.d", "data", "`for_each` is empty"),
        ("module.m", "module", "`count` is 0"),
        ("module.m.a_b.c", "managed", "`module.m` has no instance"),
        ("module.m.ephemeral.a_b.e", "ephemeral", "`module.m` has no instance"),
        ("module.m.module.n", "module", "`module.m` has no instance"),
        ("module.m.module.n.a_b.c", "managed", "`module.m` has no instance"),
        ("module.m.module.self", "module", "`module.m` has no instance"),
        ("module.m.module.far", "module", "`module.m` has no instance"),
        ("module.m.module.gone", "module", "`module.m` has no instance"),
        ("module.on.a_b.c", "managed", "`enabled` is false"),
    ]
    assert told(session) == []


def test_what_is_wrong_in_a_module_without_an_instance_is_told(tmp_path: Path) -> None:
    session = session_of(
        tmp_path, {"main.tf": 'module "m" {\n  source = "./m"\n  count = 0\n}\n', "m/main.tf": 'resource "a" {}\n'}
    )
    assert told(session) == [("`resource`", "needs 2 labels, not 1", True)]


# `enabled`, as OpenTofu has it


@pytest.mark.parametrize(("text", "there"), [("true", True), ('"true"', True), ("var.on", True), ("!var.on", False)])
def test_enabled_says_whether_there_is_an_instance(tmp_path: Path, text: str, there: bool) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'variable "on" {\n  default = true\n}\n'
            f'resource "a_b" "c" {{\n  v = 1\n  lifecycle {{\n    enabled = {text}\n  }}\n}}\n'
            f'module "m" {{\n  source = "./m"\n  lifecycle {{\n    enabled = {text}\n  }}\n}}\n'
            'resource "a_b" "d" {\n  v = [try(a_b.c.v, "off"), a_b.c == null, [for k, x in a_b.c[*] : k], try(module.m.o, "off")]\n}\n',
            "m/main.tf": 'output "o" {\n  value = 2\n}\n',
        },
    )
    assert told(session) == []
    assert ("a_b.c" in instances_of(session)) is there
    assert value(session, "a_b.d") == ([1, False, [0], 2] if there else ["off", True, [], "off"])


def test_an_open_enabled_leaves_it_open_whether_there_is_one(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'variable "on" {}\nresource "a_b" "c" {\n  v = 1\n  lifecycle {\n    enabled = var.on\n  }\n}\n'
            'module "m" {\n  source = "./m"\n  lifecycle {\n    enabled = var.on\n  }\n}\n'
            'resource "a_b" "d" {\n  v = a_b.c.v\n}\nresource "a_b" "e" {\n  lifecycle {\n    enabled = "x"\n  }\n}\n',
            "m/main.tf": 'resource "a_b" "c" {}\n',
        },
    )
    seen = instances_of(session)
    for address in ("a_b.c", "module.m.a_b.c"):
        cardinality = seen[address].cardinality
        assert cardinality is not None
        assert cardinality.decided_by == ("var.on",)
    assert seen["a_b.e"].cardinality is None
    assert seen["a_b.d"].attributes["v"] == 1
    assert told(session) == [("a_b.e", "`enabled`: true or false is needed, not a text", True)]
