"""Asks the real Terraform: values, types, marks and errors of many expressions in one plan."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.interop.answers import ERROR, INFINITE, UNKNOWN, Answer
from tests.interop.workspace import LOCALS

TERRAFORM = shutil.which("terraform")
_HEAD = """terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}
"""
_PART = 400
"""Expressions in one plan: few enough that an error of the whole is found soon."""


class TerraformError(Exception):
    """Terraform ended in a way that says nothing about the expressions."""


def run(arguments: Sequence[str], folder: Path, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """One call of the binary, offline and without the user's settings."""
    assert TERRAFORM is not None
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TF_CLI_CONFIG_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }
    done = subprocess.run(
        [TERRAFORM, *arguments], capture_output=True, text=True, cwd=folder, env=environment, check=False, timeout=600
    )
    if check and done.returncode:
        raise TerraformError(f"terraform {arguments[0]}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done


def version(folder: Path) -> str:
    """The version of the binary."""
    return str(json.loads(run(["version", "-json"], folder).stdout)["terraform_version"])


def functions(folder: Path) -> list[str]:
    """Every function of the binary, without the names that are the same under `core::`."""
    signatures = json.loads(run(["metadata", "functions", "-json"], folder).stdout)["function_signatures"]
    return sorted(name for name in signatures if not name.startswith("core::"))


def ask(expressions: Sequence[str], folder: Path) -> list[Answer]:
    """The answers to expressions, none of which refers to anything. `folder` is where file functions look."""
    answers: list[Answer] = []
    for start in range(0, len(expressions), _PART):
        answers += _ask(expressions[start : start + _PART], folder)
    return answers


def _ask(expressions: Sequence[str], folder: Path) -> list[Answer]:
    try:
        rows = _plan(expressions, folder, set())
    except TerraformError as error:
        if "cannot serialize infinity" not in str(error):
            raise
        if len(expressions) == 1:
            return [INFINITE]
        middle = len(expressions) // 2
        return [*_ask(expressions[:middle], folder), *_ask(expressions[middle:], folder)]
    unknown = {at for at, row in enumerate(rows) if row is None}
    if unknown:
        # An output with an open part has no type in the plan: the others are asked once more.
        rows = _plan(expressions, folder, unknown)
    return [UNKNOWN if row is None else row for row in rows]


def _plan(expressions: Sequence[str], folder: Path, left_out: set[int]) -> list[Answer | None]:
    rows = [
        f"[nonsensitive(can(\n{text}\n)), nonsensitive(issensitive(try(\n{text}\n, null))), "
        f"nonsensitive(issensitive(jsonencode(try(\n{text}\n, null)))), try(\n{text}\n, null)],\n"
        for at, text in enumerate(expressions)
        if at not in left_out
    ]
    (folder / "main.tf").write_text(
        f'{_HEAD}locals {{{LOCALS}}}\noutput "all" {{\n  sensitive = true\n  value = [\n{"".join(rows)}]\n}}\n',
        encoding="utf-8",
    )
    if not (folder / ".terraform.lock.hcl").exists():
        run(["init", "-no-color", "-input=false"], folder)
    run(["plan", "-no-color", "-input=false", "-refresh=false", "-out=plan"], folder)
    shown = run(["show", "-json", "plan"], folder).stdout
    plan = json.loads(shown, parse_float=Decimal, parse_int=Decimal)
    change = plan["output_changes"]["all"]
    kept = [at for at in range(len(expressions)) if at not in left_out]
    found: list[Answer | None] = [None] * len(expressions)
    if "value" not in plan["planned_values"]["outputs"]["all"]:
        for at, after in zip(kept, _unknown_parts(change["after_unknown"], len(kept)), strict=True):
            if not after:
                found[at] = ERROR
        return found
    output = plan["planned_values"]["outputs"]["all"]
    for at, (can, whole, part, value), kind in zip(kept, output["value"], output["type"][1], strict=True):
        marks = "whole" if whole else "part" if part else ""
        found[at] = Answer(type=kind[1][3], value=value, sensitive=marks) if can else ERROR
    return found


def _unknown_parts(after: Any, count: int) -> list[bool]:
    if isinstance(after, bool):
        return [after] * count
    return [_any_true(item) for item in after]


def _any_true(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_any_true, value.values()))
    if isinstance(value, list):
        return any(map(_any_true, value))
    return value is True
