"""Asks the real Terraform: values, types, marks and errors of many expressions in one plan."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
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
    """Every function of the binary and of its own provider, without names that are the same under `core::`."""
    signatures = json.loads(run(["metadata", "functions", "-json"], folder).stdout)["function_signatures"]
    own = folder / "provider"
    if not own.exists():
        own.mkdir()
        (own / "main.tf").write_text(_HEAD, encoding="utf-8")
        _initialize(own)
    schemas = json.loads(run(["providers", "schema", "-json"], own).stdout)["provider_schemas"]
    provided = schemas["terraform.io/builtin/terraform"]["functions"]
    names = [name for name in signatures if not name.startswith("core::")]
    return sorted([*names, *(f"provider::terraform::{name}" for name in provided)])


def ask(expressions: Sequence[str], folder: Path) -> list[Answer]:
    """The answers to expressions. `folder` is where file functions look; what stands in it as `.tf` goes."""
    broken = _screen(dict(enumerate(expressions)), folder)
    kept = [at for at in range(len(expressions)) if at not in broken]
    answers = [ERROR] * len(expressions)
    for start in range(0, len(kept), _PART):
        part = kept[start : start + _PART]
        for at, answer in zip(part, _ask([expressions[at] for at in part], folder), strict=True):
            answers[at] = answer
    return answers


def broken_files(texts: Sequence[str], folder: Path) -> list[bool]:
    """Whether each of some files has a syntax that is wrong."""
    found = syntax_errors({f"c{at}.tf": text.encode() for at, text in enumerate(texts)}, folder)
    return [not _AFTER_READING.match(found.get(f"c{at}.tf", "Unsupported argument")) for at in range(len(texts))]


_AFTER_READING = re.compile(
    r"Duplicate |Unsupported (argument|block)|Unexpected \".*\" block|Reserved argument|Missing (name|type) for"
    r"|Invalid (resource|variable|output|data|local|module).* name|Extraneous label"
)
"""What Terraform says of a file that is well formed, and means nothing."""


def syntax_errors(files: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    """What is wrong with the syntax of files, by their names."""
    # One file that is never well formed keeps Terraform from looking any further than at the syntax.
    found = _problems({**files, "broken.tf": b"}\n"}, folder)
    return {name: text for name, text in found.items() if name in files}


def _screen(expressions: dict[int, str], folder: Path) -> set[int]:
    """Expressions that are wrong before anything is worked out, which would spoil a plan for all others."""
    files = {
        f"c{at}.tf": f'output "c{at}" {{\n  sensitive = true\n  value = (\n{text}\n)\n}}\n'.encode()
        for at, text in expressions.items()
    }
    wrong = set(syntax_errors(files, folder))
    rest = {name: content for name, content in files.items() if name not in wrong}
    main = f"{_HEAD}locals {{{LOCALS}}}\n".encode()
    wrong |= _problems({**rest, "main.tf": main}, folder).keys() & rest.keys()
    return {at for at in expressions if f"c{at}.tf" in wrong}


def _problems(files: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    for path in folder.glob("*.tf"):
        path.unlink()
    if "main.tf" in files:
        (folder / "main.tf").write_bytes(files["main.tf"])
        _initialize(folder)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    told = json.loads(run(["validate", "-json", "-no-color"], folder, check=False).stdout)["diagnostics"]
    for name in files:
        (folder / name).unlink()
    found: dict[str, str] = {}
    for problem in told:
        place = problem.get("range", {}).get("filename", "")
        # Places in texts that are read as files of their own, such as those of a template, are told otherwise.
        found.setdefault(place, f"{problem['summary']}: {problem.get('detail', '')}")
    return found


def _initialize(folder: Path) -> None:
    if not (folder / ".terraform.lock.hcl").exists():
        run(["init", "-no-color", "-input=false"], folder)


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
    _initialize(folder)
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
