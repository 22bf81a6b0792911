"""Small configurations of nothing but values, modules and Terraform's own resource: planned by both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.interop import ours, terraform
from tests.interop.answers import ERROR, UNKNOWN, Answer, from_json, to_json
from tests.sources.terraform.workspace import StandInProvider, write

from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.inputs.tfvars import read_variable_file
from everward.sources.terraform.language.values import inward
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.tree import Tree
from everward.values import ProblemError

WRITTEN = Path(__file__).parent / "written" / "configurations"
_CASE = re.compile(r"^=== (.*)\n", re.MULTILINE)
_FILE = re.compile(r"^--- (.*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Files by name, under what they are there for."""

    name: str
    files: dict[str, str]


@dataclass(slots=True)
class Planned:
    """What becomes of a configuration: its outputs, and what its resources are given; or that it is wrong."""

    outputs: dict[str, Answer] = field(default_factory=dict)
    inputs: dict[str, Answer] = field(default_factory=dict)
    """The `input` of every instance, by address; its type is that of the value alone."""
    error: bool = False


def written() -> Iterator[Configuration]:
    """All configurations. In a file `===` begins one, and `---` each file after its `main.tf`."""
    for path in sorted(WRITTEN.glob("*.txt")):
        _, *parts = _CASE.split(path.read_text(encoding="utf-8"))
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            main, *others = _FILE.split(body)
            yield Configuration(name, {"main.tf": main, **dict(zip(others[::2], others[1::2], strict=True))})


def plan(configuration: Configuration, folder: Path) -> Planned:
    """What Terraform plans, in a folder of its own."""
    write(folder, configuration.files)
    if any("module " in text for text in configuration.files.values()):
        done = terraform.run(["init", "-no-color", "-input=false"], folder, check=False)
        if done.returncode:
            return Planned(error=True)
    done = terraform.run(["plan", "-no-color", "-input=false", "-refresh=false", "-out=plan"], folder, check=False)
    if done.returncode:
        return Planned(error=True)
    shown = terraform.run(["show", "-json", "plan"], folder).stdout
    made = json.loads(shown, parse_float=Decimal, parse_int=Decimal)
    result = Planned()
    for name, output in made["planned_values"].get("outputs", {}).items():
        known = "type" in output
        marks = "whole" if output["sensitive"] else ""
        result.outputs[name] = Answer(output["type"], output.get("value"), marks) if known else UNKNOWN
    for name in made.get("output_changes", {}):
        result.outputs.setdefault(name, UNKNOWN)
    _collect(made["planned_values"].get("root_module", {}), result)
    return result


def _collect(module: dict[str, Any], result: Planned) -> None:
    for resource in module.get("resources", []):
        result.inputs[resource["address"]] = Answer(value=resource["values"].get("input"))
    for child in module.get("child_modules", []):
        _collect(child, result)


def evaluate(configuration: Configuration, folder: Path) -> Planned:
    """What we make of it, in a folder of its own."""
    write(folder, configuration.files)
    loader = ModuleLoader(Tree(folder))
    values = folder / "terraform.tfvars"
    given = read_variable_file(values, loader) if values.exists() else None
    try:
        session = Session(loader.load(folder), loader, StandInProvider(), given.values if given else {})
        session.run()
    except ProblemError:
        return Planned(error=True)
    wrong = [*session.unresolved, *(item for module in session.modules.values() for item in module.unresolved)]
    if wrong or (given and given.problems):
        return Planned(error=True)
    result = Planned()
    for name in session.root.outputs:
        result.outputs[name] = ours.answer_of(session.top.output(name))
    for instance in session.instances:
        known = ours.answer_of(inward(instance.attributes.get("input")))
        result.inputs[instance.address] = Answer(value=known.value) if known.state == "known" else known
    return result


def recorded(planned: Planned) -> dict[str, Any]:
    """As it is kept in a file."""
    if planned.error:
        return {"error": True}
    return {
        "outputs": {name: to_json(answer) for name, answer in sorted(planned.outputs.items())},
        "inputs": {name: to_json(answer) for name, answer in sorted(planned.inputs.items())},
    }


def read(kept: dict[str, Any]) -> Planned:
    """The inverse of `recorded`."""
    if "error" in kept:
        return Planned(error=True)
    return Planned(
        {name: from_json(item) for name, item in kept["outputs"].items()},
        {name: from_json(item) for name, item in kept["inputs"].items()},
    )


def difference(theirs: Planned, own: Planned) -> str | None:
    """What is not the same, in words; None when nothing is."""
    if theirs.error or own.error:
        return None if theirs.error == own.error else f"an error for {'Terraform' if theirs.error else 'us'} alone"
    for what, left, right in (("output", theirs.outputs, own.outputs), ("input of", theirs.inputs, own.inputs)):
        for name in sorted(left.keys() | right.keys()):
            one, two = left.get(name, ERROR), right.get(name, ERROR)
            if one.state == two.state == "known" and one.value is two.value is None:
                # Whatever type a null has, a plan does not keep it.
                continue
            if one != two and one.state != "unknown":
                return f"{what} {name}: {to_json(one)} for Terraform, {to_json(two)} for us"
    return None
