"""What is sensitive, or called like a secret, leaves an evaluation in no value and in no message."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.sources.terraform.workspace import instances_of, session_of, value_of

from everward.sources.terraform.language.functions.registry import FUNCTIONS
from everward.sources.terraform.language.scope import EvaluationError
from everward.sources.terraform.language.values import Sensitive, ValueProblem, outward
from everward.values import Unknown, unknowns_in

WORD = "hunter2"
OPERANDS = ("s", "[s]", "{ a = s }", "l", "m", "n", '"x"', "1", "q")


def told(expression: str) -> str:
    """Everything that an expression says: its value as the product has it, or what is wrong with it."""
    try:
        value = value_of(
            expression,
            s=Sensitive(WORD),
            l=Sensitive([WORD, "b"]),
            m=Sensitive({"a": WORD}),
            n=Sensitive(7),
            q=Unknown(reason="open", decided_by=("var.q",), text="{var.q}"),
        )
    except (EvaluationError, ValueProblem) as problem:
        return f"{problem} {getattr(problem, 'help', '')}"
    return repr(outward(value))


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"nonsensitive"}))
def test_no_function_tells_what_is_sensitive(name: str) -> None:
    calls = [f"{name}({operand})" for operand in OPERANDS]
    calls += [f"{name}({', '.join(pair)})" for pair in itertools.product(OPERANDS, repeat=2)]
    calls += [f"{name}({one}, {two}, s)" for one, two in itertools.product(OPERANDS[:5], repeat=2)]
    for call in calls:
        assert WORD not in told(call).lower(), call


@pytest.mark.parametrize(
    "expression",
    [
        "s + 1", "-s", "!s", "s > 1", "s && true", "true || s", "s ? 1 : 2", '{ a = 1 }[s]', "[1][s]", "s.a", "s[0]",
        "s[*].a", "[for v in s : v]", "[for v in l : v + 1]", "[for v in l : upper(v)]", "{ for v in l : v => 1 }",
        "{ for v in [s, s] : v => 1 }", "{ for k, v in m : v => k if v > 1 }", '"${q}-${s}"', '"${s == q}"', "s == q",
        '"%{ for v in l }${v}%{ endfor }"', '"%{ if s }a%{ endif }"', "l[5]", "m[s]", "merge(m, { b = q })",
        "[s, q][1]", "{ for v in concat(l, [q]) : v => 1 }", "cidrsubnet(s, 8, 1)", "[for v in l : v if q]",
        "q ? s : l[0]",
    ],
)  # fmt: skip
def test_no_operation_tells_what_is_sensitive(expression: str) -> None:
    assert WORD not in told(expression).lower()


CONFIGURATION = """
variable "marked" {
  type      = string
  sensitive = true
  default   = "hunter2a"
}
variable "counted" {
  type      = number
  sensitive = true
  default   = "hunter2b"
}
variable "db_password" {
  default = "hunter2c"
}
variable "pin_token" {
  type    = number
  default = "hunter2d"
}
variable "enable_token" {
  type    = bool
  default = true
}
variable "tokens" {
  type    = list(string)
  default = ["a"]
}
variable "vault_secret" {
  default = "https://kv.vault.azure.net/secrets/x"
}
locals {
  api_key = "hunter2e"
  made    = "${var.db_password}-${upper(local.api_key)}"
}
resource "a_b" "c" {
  count = var.db_password != "" && var.enable_token ? 1 : 0
  tags = {
    one   = var.marked
    two   = base64encode(var.db_password)
    three = local.made
    four  = var.counted
    five  = var.pin_token
    six   = var.vault_secret
    seven = var.enable_token
  }
  dynamic "each_block" {
    for_each = var.tokens
    content {
      name = each_block.value
    }
  }
}
"""


def test_what_is_called_like_a_secret_is_followed(tmp_path: Path) -> None:
    session = session_of(tmp_path, CONFIGURATION)
    instances = instances_of(session)
    assert set(instances) == {"a_b.c[0]"}
    attributes = instances["a_b.c[0]"].attributes
    assert WORD not in repr(attributes).lower()
    tags = attributes["tags"]
    assert isinstance(tags, dict)
    secret = [name for name, value in tags.items() if isinstance(value, Unknown) and value.secret]
    assert secret == ["one", "two", "three"]
    assert tags["six"] == "https://kv.vault.azure.net/secrets/x"
    assert tags["seven"] is True
    told = " ".join(f"{item.subject} {item.reason} {item.help}" for item in session.unresolved)
    assert "var.counted" in told
    assert "var.pin_token" in told
    assert WORD not in told.lower()


def test_what_is_given_is_followed_into_modules(tmp_path: Path) -> None:
    files = {
        "main.tf": (
            'variable "x" {\n  sensitive = true\n}\n'
            'module "m" {\n  source = "./m"\n  label = var.x\n  admin_password = "hunter2"\n}\n'
            'resource "a_b" "c" {\n  name = module.m.made\n}\n'
        ),
        "m/main.tf": (
            'variable "label" {}\nvariable "admin_password" {}\n'
            'output "made" {\n  value = "${var.label}/${var.admin_password}"\n}\n'
            'resource "a_b" "d" {\n  name = var.admin_password\n}\n'
        ),
    }
    session = session_of(tmp_path, files, x=WORD)
    attributes = {address: instance.attributes for address, instance in instances_of(session).items()}
    assert WORD not in repr(attributes)
    assert all(hole.secret for value in attributes.values() for hole in unknowns_in(value))
