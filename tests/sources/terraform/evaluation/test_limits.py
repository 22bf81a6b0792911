"""Configurations that mean harm end soon, with words."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.sources.terraform.workspace import instances_of, session_of

from everward.sources.limits import Limits
from everward.sources.terraform.evaluation import Session


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
