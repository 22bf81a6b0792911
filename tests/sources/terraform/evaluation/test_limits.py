"""Configurations that mean harm end soon, with words."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.sources.terraform.workspace import instances_of, session_of

from everward.sources.limits import Limits, limit_help
from everward.sources.terraform.evaluation import Session
from everward.values import Unknown


def growing(first: str, step: str, count: int = 60) -> str:
    lines = [f"  l{level} = {step.replace('@', f'local.l{level - 1}')}" for level in range(1, count)]
    return "locals {\n  l0 = " + first + "\n" + "\n".join(lines) + "\n}\n"


@pytest.mark.parametrize(
    ("first", "step", "reason"),
    [
        ('"xxxxxxxxxx"', '"${@}${@}"', "too large"),
        ("[1, 2, 3]", "concat(@, @)", "too large"),
        ('["x"]', "[@, @]", "too large"),
        ('{ a = "x" }', "{ a = @, b = @ }", "too large"),
        ("9", "@ * @", "too large"),
        ('"\\n\\n"', 'indent(9999, replace(@, "\\n", "\\n\\n"))', "too large"),
    ],
)
def test_values_that_double_are_stopped(tmp_path: Path, first: str, step: str, reason: str) -> None:
    session = session_of(tmp_path, growing(first, step) + 'resource "a_b" "c" {\n  v = local.l59\n}\n')
    assert session.unresolved
    assert all(reason in item.reason for item in session.unresolved)
    assert len(session.instances) == 1


def test_comprehensions_over_comprehensions_are_stopped(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'locals {\n  a = [for a in range(1000) : [for b in range(1000) : a]]\n  t = "%{ for a in range(1000) }.%{ endfor }"\n}\n',
        Limits(steps=5_000),
    )
    assert {item.subject for item in session.unresolved} == {"local.a", "local.t"}
    assert all("5,000 steps of work" in item.reason for item in session.unresolved)


def test_long_chains_of_references_are_followed(tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    session = session_of(tmp_path, growing("1", "@ + 1", 1_500) + 'resource "a_b" "c" {\n  v = local.l1499\n}\n')
    assert session.unresolved == []
    assert instances_of(session)["a_b.c"].attributes["v"] == 1500
    assert sys.getrecursionlimit() == before


def test_chains_without_end_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("everward.sources.terraform.depth.FRAMES", 2_500)
    text = 'resource "a_b" "c" {\n  v = local.l899\n}\n' + growing("1", "@ + 1", 900)
    session: Session = session_of(tmp_path, text)
    assert session.unresolved
    assert all("too deeply" in item.reason for item in session.unresolved)


def test_two_hundred_levels_are_fine(tmp_path: Path) -> None:
    deep = "[" * 200 + "1" + "]" * 200
    blocks = "x {\n" * 200 + "y = 1\n" + "}\n" * 200
    session = session_of(
        tmp_path, f'resource "a_b" "c" {{\n  v = flatten({deep})\n  j = jsonencode({deep})\n{blocks}}}\n'
    )
    assert session.unresolved == []
    seen = instances_of(session)["a_b.c"].attributes
    assert seen["v"] == [1]
    assert seen["j"] == deep


def test_modules_that_multiply_are_stopped(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        {
            "main.tf": 'module "m" {\n  count  = 10\n  source = "./m"\n}\n',
            "m/main.tf": 'resource "a_b" "c" {\n  count = 6\n}\n',
        },
        Limits(instances=20),
    )
    assert len(session.instances) < 40
    assert any("instances" in item.reason and item.incomplete for item in session.unresolved)


SMALL = Limits(
    nesting=60, modules=4, expansion=50, instances=200, steps=20_000, elements=5_000, text=50_000, blanks=900
)
BOMBS = {
    "expansion": 'resource "a_b" "c" {\n  count = 10000000\n}\n',
    "expansion of keys": 'resource "a_b" "c" {\n  for_each = toset([for i in range(999) : tostring(i)])\n}\n',
    "instances": 'module "m" {\n  count = 20\n  source = "./m"\n}\n',
    "modules": 'module "m" {\n  source = "./deep"\n}\n',
    "steps": "locals {\n  a = length([for a in range(1000) : [for b in range(1000) : a]])\n}\n",
    "steps of templates": 'locals {\n  a = length("%{ for a in range(1000) }%{ for b in range(1000) }%{ endfor }%{ endfor }")\n}\n',
    "steps of text": 'locals {\n  a = [for i in range(1000) : length(join("", [for j in range(1000) : "xxxxxxxxxxxxxxxxxxxx"]))]\n}\n',
    "elements": "locals {\n  a = [for i in range(90) : range(90)]\n}\n",
    "elements in one another": growing("[1, 2, 3]", "[@, @]"),
    "elements of blocks": 'resource "a_b" "c" {\n  dynamic "x" {\n    for_each = range(99)\n    content {\n      dynamic "y" {\n        for_each = range(99)\n        content {}\n      }\n    }\n  }\n}\n',
    "elements of combinations": "locals {\n  a = setproduct(range(99), range(99))\n}\n",
    "text": 'locals {\n  a = join("", [for i in range(999) : "' + "x" * 99 + '"])\n}\n',
    "text of a width": 'locals {\n  a = format("%1000000000s", "x")\n}\n',
    "text that doubles": growing('"xxxxxxxxxx"', '"${@}${@}"'),
    "nesting": "locals {\n  a = " + "[" * 100 + "]" * 100 + "\n}\n",
    "nesting of blocks": 'resource "a_b" "c" {\n' + "x {\n" * 100 + "}\n" * 100 + "}\n",
    "nesting of JSON": 'locals {\n  a = jsondecode("' + "[" * 200 + '")\n}\n',
    "blanks": "locals {\n  a =" + " " * 2_000 + "1\n}\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_every_limit_is_named_with_the_way_to_raise_it(tmp_path: Path, name: str) -> None:
    files = {
        "main.tf": BOMBS[name],
        "m/main.tf": 'resource "a_b" "c" {\n  count = 30\n}\n',
        **{f"{'deep/' * level}main.tf": 'module "m" {\n  source = "./deep"\n}\n' for level in range(1, 7)},
    }
    session = session_of(tmp_path, files, SMALL)
    told = [item.help or "" for item in [*session.root.unresolved, *session.unresolved]]
    limit = name.split()[0].replace("_", "-")
    assert any(f"--limit {limit}=N" in text for text in told), told


@pytest.mark.parametrize(
    ("name", "limit", "most"),
    [("expansion of keys", "expansion", 1_000), ("elements", "elements", 10_000), ("nesting", "nesting", 200), ("blanks", "blanks", 3_000)],
)  # fmt: skip
def test_what_is_meant_can_be_allowed(tmp_path: Path, name: str, limit: str, most: int) -> None:
    raised = Limits.given([(limit, str(most)), ("instances", "2000"), ("steps", "200000")])
    session = session_of(tmp_path, BOMBS[name], raised)
    assert [*session.root.unresolved, *session.unresolved] == []


def test_no_attempt_makes_something_else_of_what_is_too_large(tmp_path: Path) -> None:
    session = session_of(
        tmp_path,
        'locals {\n  big = [for a in range(1000) : [for b in range(1000) : a]]\n}\n'
        'resource "a_b" "c" {\n  tried = try([for a in range(900) : [for b in range(900) : a]], "small")\n}\n'
        'resource "a_b" "d" {\n  could = can([for a in range(900) : [for b in range(900) : a]])\n}\n'
        'resource "a_b" "e" {\n  chosen = var.open ? [for a in range(900) : [for b in range(900) : a]] : []\n}\nvariable "open" {}\n',
        SMALL,
    )  # fmt: skip
    assert all(isinstance(value, Unknown) for item in session.instances for value in item.attributes.values())
    assert {item.help for item in session.unresolved if "steps of work" in item.reason} == {limit_help("steps")}


@pytest.mark.parametrize(
    "expression",
    [
        'regex("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")',
        'regexall("(x+x+)+y", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")',
        'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "/(a|a)*b/", "")',
        'regexall("(a?){40}a{40}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
        'regex("(((a{1000}){1000}){1000}){1000}", "a")',
    ],
)
def test_patterns_that_run_away_elsewhere_end_here(tmp_path: Path, expression: str) -> None:
    session_of(tmp_path, f'locals {{\n  a = try({expression}, "none")\n}}\n')
