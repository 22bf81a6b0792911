"""Configurations written by tests, and a provider that knows no defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from everward.sources.limits import Limits
from everward.sources.terraform.evaluation import GivenValue, Session
from everward.sources.terraform.evaluation.files import Files
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.scope import Scope
from everward.sources.terraform.language.values import ValueProblem
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.terraform.syntax import Expression, Step, parse_expression
from everward.sources.tree import Tree
from everward.values import Unknown, Value


class StandInProvider:
    """Gives every attribute that is not configured a hole; ids carry a reference."""

    def attribute(self, instance: Instance, name: str) -> Value:
        reference = f"/fake/{instance.address}" if name == "id" else None
        return Unknown(
            reason="known after apply",
            decided_by=(f"{instance.address}.{name}",),
            present=name == "id",
            reference=reference,
        )

    def nests(self, instance: Instance, path: str) -> bool:
        return path.rpartition(".")[2].endswith("_block")


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def session_of(
    folder: Path, files: Mapping[str, str | bytes] | str, limits: Limits | None = None, **given: Any
) -> Session:
    """Evaluate a configuration; keyword arguments are values of variables."""
    write(folder, {"main.tf": files} if isinstance(files, str) else files)
    loader = ModuleLoader(Tree(folder), limits)
    values = {name: GivenValue(value, "test") for name, value in given.items()}
    session = Session(loader.load(folder), loader, StandInProvider(), values)
    session.run()
    return session


def instances_of(session: Session) -> dict[str, Instance]:
    """Instances by address."""
    return {instance.address: instance for instance in session.instances}


class _Names:
    def resolve(self, name: str, steps: tuple[Step, ...]) -> tuple[Any, int]:
        raise ValueProblem(f"`{name}` is not declared")

    def computed(self, instance: Instance, path: str) -> Any:
        raise AssertionError("nothing here has a provider")


def value_of(text: str | Expression, folder: Path | None = None, limits: Limits | None = None, **names: Any) -> Any:
    """The value of one expression; keyword arguments are what it may refer to."""
    place = folder or Path(__file__).parent
    expression = parse_expression(text, "test") if isinstance(text, str) else text
    return evaluate(expression, Scope(_Names(), Files(place, Tree(place), limits), names))


def hole(name: str, **more: Any) -> Unknown:
    """A hole that one name decides."""
    return Unknown(reason="a test's hole", decided_by=(name,), **more)
