"""Azure DevOps pipelines: templates are followed as the service expands them, as far as files tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from everward.sources.pipelines.files import environment_in, load_yaml
from everward.sources.pipelines.step import Step
from everward.sources.pipelines.templating import (
    Undecided,
    as_text,
    evaluate,
    expand_macros,
    substitute,
    truthy,
)

MAX_DEPTH: Final = 40
"""Levels of templates and nesting that are followed."""
MAX_NODES: Final = 50_000
"""Nodes that one pipeline may expand to."""

_SCRIPT_KEYS = ("script", "bash", "pwsh", "powershell")
_CONDITION = re.compile(r"^\$\{\{\s*(?P<word>if|elseif|else|each)\b(?P<rest>.*)\}\}$", re.DOTALL)
_EACH = re.compile(r"^\s*(?P<name>\w+)\s+in\s+(?P<list>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where expansion stands."""

    file: Path
    files: tuple[Path, ...]
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    loops: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0
    pool: Any = None
    guard: str | None = None
    """The environment that a deployment job around it deploys to."""

    @property
    def scope(self) -> dict[str, Any]:
        return {"parameters": self.parameters, "variables": self.variables, **self.loops}


def steps_of(entry: Path, repository: Path) -> list[Step]:
    """The steps with scripts or tasks that starting this pipeline leads to, in order."""
    document = load_yaml(entry)
    if not isinstance(document, dict):
        return []
    expansion = _Expansion(entry, repository)
    place = _Place(entry, (entry,), _defaults(document), {})
    return list(expansion.pipeline(document, place))


def is_entry(document: Any) -> bool:
    """Whether a document is a pipeline that can be started, rather than a template of one."""
    if not isinstance(document, dict):
        return False
    starts = {"trigger", "pr", "schedules", "resources", "extends", "pool", "name", "variables"}
    return bool(starts & document.keys()) and bool({"stages", "jobs", "steps", "extends"} & document.keys())


def _defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    declared = document.get("parameters")
    if isinstance(declared, dict):
        return {str(name).lower(): value for name, value in declared.items()}
    if isinstance(declared, list):
        return {
            str(item["name"]).lower(): item["default"]
            for item in declared
            if isinstance(item, dict) and "name" in item and "default" in item
        }
    return {}


class _Expansion:
    def __init__(self, entry: Path, repository: Path) -> None:
        self.entry = entry
        self.repository = repository
        self.left = MAX_NODES

    def pipeline(self, document: Mapping[str, Any], place: _Place) -> Iterator[Step]:
        place = replace(place, variables=self.variables(document.get("variables"), place))
        if "pool" in document:
            place = replace(place, pool=self.settle(document["pool"], place))
        extends = document.get("extends")
        if isinstance(extends, dict):
            yield from self.include(extends, place)
        for key in ("stages", "jobs", "steps"):
            if key in document:
                yield from self.walk(document[key], place)

    def walk(self, node: Any, place: _Place) -> Iterator[Step]:
        """Everything below a node, conditions and loops expanded, templates followed."""
        self.left -= 1
        if self.left < 0 or place.depth > MAX_DEPTH:
            return
        place = replace(place, depth=place.depth + 1)
        if isinstance(node, list):
            for item, inner in self.items(node, place):
                yield from self.walk(item, inner)
        elif isinstance(node, dict):
            node = self.resolve_keys(node, place)
            if "variables" in node:
                place = replace(place, variables=self.variables(node["variables"], place))
            if isinstance(node.get("template"), str):
                yield from self.include(node, place)
                return
            if "pool" in node:
                place = replace(place, pool=self.settle(node["pool"], place))
            if "deployment" in node:
                place = replace(place, guard=_guard(node.get("environment"), place))
            yield from self.step(node, place)
            for key, value in node.items():
                if key not in ("variables", "inputs", "env", "parameters", "pool") and isinstance(value, dict | list):
                    yield from self.walk(value, place)

    def items(self, nodes: list[Any], place: _Place) -> Iterator[tuple[Any, _Place]]:
        """The elements of a list, with `if` and `each` elements replaced by what they insert."""
        taken = False
        for item in nodes:
            key = next(iter(item)) if isinstance(item, dict) and len(item) == 1 else None
            match = _CONDITION.match(key) if isinstance(key, str) else None
            if match is None:
                yield item, place
                continue
            inserted = item[key]
            if match["word"] == "each":
                for inner in self.each(match["rest"], place):
                    yield inserted, inner
                continue
            taken = False if match["word"] == "if" else taken
            if not taken and self.holds(match, place):
                taken = True
                yield inserted, place

    def each(self, rest: str, place: _Place) -> Iterator[_Place]:
        match = _EACH.match(rest)
        if match is None:
            return
        try:
            values = evaluate(match["list"], place.scope)
        except Undecided:
            return
        pairs = [{"key": key, "value": value} for key, value in values.items()] if isinstance(values, dict) else values
        for value in pairs if isinstance(pairs, list) else []:
            yield replace(place, loops={**place.loops, match["name"].lower(): value})

    def holds(self, match: re.Match[str], place: _Place) -> bool:
        """Whether a branch is taken. A condition that files do not decide takes no branch: nothing is guessed."""
        if match["word"] == "else":
            return True
        try:
            return truthy(evaluate(match["rest"], place.scope))
        except Undecided:
            return False

    def resolve_keys(self, node: Mapping[Any, Any], place: _Place) -> dict[str, Any]:
        """An object with its `${{ if … }}` keys replaced by what the taken branch holds."""
        resolved: dict[str, Any] = {}
        taken = False
        for key, value in node.items():
            match = _CONDITION.match(key) if isinstance(key, str) else None
            if match is None or match["word"] == "each":
                resolved[str(key)] = value
                continue
            taken = False if match["word"] == "if" else taken
            if not taken and self.holds(match, place):
                taken = True
                if isinstance(value, dict):
                    resolved.update(self.resolve_keys(value, place))
        return resolved

    def variables(self, node: Any, place: _Place) -> dict[str, Any]:
        """The variables of a pipeline, stage or job, those of variable templates among them, in order."""
        found = dict(place.variables)
        if isinstance(node, dict):
            for name, value in self.resolve_keys(node, place).items():
                found[name.lower()] = self.settle(value, replace(place, variables=found))
            return found
        for item, inner in self.items(node, place) if isinstance(node, list) else ():
            here = replace(inner, variables=found, depth=inner.depth + 1)
            if isinstance(item, list):
                found = self.variables(item, here)
                continue
            if not isinstance(item, dict) or here.depth > MAX_DEPTH:
                continue
            item = self.resolve_keys(item, here)
            if isinstance(item.get("template"), str):
                included = self.open(item, here)
                if included is not None:
                    document, place_inside = included
                    found = self.variables(document.get("variables"), place_inside)
            elif "name" in item and "value" in item:
                found[str(item["name"]).lower()] = self.settle(item["value"], here)
        return found

    def settle(self, value: Any, place: _Place) -> Any:
        """A value with the expressions in it worked out as far as they can be."""
        if isinstance(value, str):
            return substitute(value, place.scope)
        if isinstance(value, dict):
            return {str(key): self.settle(item, place) for key, item in value.items()}
        if isinstance(value, list):
            return [self.settle(item, place) for item in value]
        return value

    def open(self, node: Mapping[str, Any], place: _Place) -> tuple[dict[str, Any], _Place] | None:
        """The template that a node names and the place inside it; None when it is not a file of this repository."""
        name = substitute(str(node.get("template", "")), place.scope)
        if not isinstance(name, str) or "${{" in name or "@" in name.removesuffix("@self"):
            return None
        name = name.removesuffix("@self")
        base = self.repository if name.startswith("/") else place.file.parent
        path = base / name.lstrip("/")
        document = load_yaml(path)
        if not isinstance(document, dict):
            return None
        given = node.get("parameters")
        settled = self.settle(self.resolve_keys(given, place), place) if isinstance(given, dict) else {}
        parameters = {**_defaults(document), **{str(key).lower(): value for key, value in settled.items()}}
        files = (*place.files, path) if path not in place.files else place.files
        inside = replace(place, file=path, files=files, parameters=parameters, depth=place.depth + 1)
        return document, inside

    def include(self, node: Mapping[str, Any], place: _Place) -> Iterator[Step]:
        included = self.open(node, place)
        if included is not None and included[1].depth <= MAX_DEPTH:
            document, inside = included
            yield from self.pipeline(document, inside)

    def step(self, node: Mapping[str, Any], place: _Place) -> Iterator[Step]:
        raw_inputs = node.get("inputs")
        inputs = self.resolve_keys(raw_inputs, place) if isinstance(raw_inputs, dict) else {}
        given = [node.get(key) for key in _SCRIPT_KEYS] + [inputs.get("script"), inputs.get("inlineScript")]
        scripts = tuple(script for script in given if isinstance(script, str))
        task = str(node.get("task", "")).lower().partition("@")[0]
        if not scripts and not task:
            return
        folder = node.get("workingDirectory") or inputs.get("workingDirectory") or inputs.get("cwd")
        env = node.get("env")
        environment = place.variables.get("environment", place.parameters.get("environment"))
        named = environment.lower() if isinstance(environment, str) and re.fullmatch(r"[\w-]+", environment) else None
        yield Step(
            entry=self.entry,
            files=place.files,
            text=partial(_text, place),
            folder=_text(place, folder) if isinstance(folder, str) else None,
            environment=named or environment_in(self.entry.stem),
            variables=place.variables,
            env={**place.variables, **(env if isinstance(env, dict) else {})},
            scripts=scripts,
            task=task,
            inputs=inputs,
            pool=place.pool,
            guard=place.guard,
            retries=retries if isinstance(retries := node.get("retryCountOnTaskFailure"), int) else 0,
        )


def _guard(environment: Any, place: _Place) -> str | None:
    """The environment of a deployment job: its name, or an object with it. `name.resource` is one resource of it."""
    named = environment.get("name") if isinstance(environment, dict) else environment
    return _text(place, named).partition(".")[0] if isinstance(named, str) and named.strip() else None


def _text(place: _Place, text: str) -> str:
    try:
        return expand_macros(as_text(substitute(text, place.scope)), place.variables)
    except Undecided:
        return text
