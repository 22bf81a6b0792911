"""Resources and parameters from files, as people have them at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from everward.estate import Reading, Resource
from everward.policy.testing.cases import load_yaml
from everward.policy.testing.written import make_resource
from everward.sources import ReadOptions, read_workload
from everward.sources.concealment import conceal_resource
from everward.sources.jsontext import JsonError, Lines, Node, decode_text
from everward.sources.jsontext import parse as parse_json
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError, UnreadableError, UsageError

WRITTEN = "resource"
"""The kind of source of resources that are written by hand."""
_YAML = (".yaml", ".yml")


def read_resources(paths: Sequence[Path], options: ReadOptions) -> list[Reading]:
    """Read resources: files with bodies that have `type` and `name` (JSON or YAML, one or a list), or any workload.

    Raises:
        UsageError: when a path does not exist.
        ProblemError: when a file of resources holds something else.

    """
    readings: list[Reading] = []
    for path in paths:
        written = None if path.is_dir() else _written(path)
        readings += [written] if written is not None else read_workload([path], options)
    return readings


def _written(path: Path) -> Reading | None:
    """The resources that are written in a file; None when it is an input of another kind."""
    tree = Tree(path)
    suffix = path.suffix.lower()
    if suffix in _YAML:
        document, node, lines = _yaml(tree, path), None, None
    elif suffix == ".json":
        try:
            text = decode_text(tree.read(path))
            document, node = parse_json(text)
            lines = Lines(text)
        except (JsonError, ValueError):
            return None  # the source that reads it says better what is wrong
    else:
        return None
    items = document if isinstance(document, list) else [document]
    if not items or not all(_is_body(item) for item in items):
        if suffix in _YAML:
            raise ProblemError(
                "this holds no resources",
                origin=Origin(source=WRITTEN, file=display(path)),
                help="write one resource or a list of them, each with `type` and `name`",
            )
        return None
    if suffix == ".json" and all("id" in item for item in items):
        return None  # what ARM answers is read as an inventory
    reading = Reading(WRITTEN, display(path))
    nodes = node.items if node is not None and isinstance(document, list) else [node]
    for item, place in zip(items, nodes or [None] * len(items), strict=False):
        resource = _resource(item, path, place, lines)
        conceal_resource(resource)
        reading.resources.append(resource)
    return reading


def _yaml(tree: Tree, path: Path) -> Any:
    import yaml

    try:
        return load_yaml(tree.text(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError(
            "not readable as YAML", origin=Origin(source=WRITTEN, file=display(path)), help=str(error).splitlines()[0]
        ) from error


def _is_body(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("type"), str) and isinstance(item.get("name"), str)


def _resource(item: dict[str, Any], path: Path, node: Node | None, lines: Lines | None) -> Resource:
    shown = display(path)
    line = lines.line(node.start) if node is not None and lines is not None else None
    resource = make_resource(item, Origin(source=WRITTEN, file=shown, line=line))
    if node is not None and lines is not None:
        resource.origins = _places(node, lines, shown)
    return resource


def _places(top: Node, lines: Lines, shown: str) -> dict[str, Origin]:
    """Where every property stands: lower-case path to place."""
    found: dict[str, Origin] = {}
    stack: list[tuple[str, Node]] = [("", top)]
    while stack:
        path, node = stack.pop()
        if path:
            found[path] = Origin(source=WRITTEN, file=shown, line=lines.line(node.start))
        for key, below in (node.keys or {}).items():
            stack.append((f"{path}.{key.lower()}" if path else key.lower(), below))
        stack.extend((f"{path}[{index}]", below) for index, below in enumerate(node.items or ()))
    return found


def read_parameters(files: Sequence[Path], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Values of parameters: from files (bare, `{"value": …}`, or as a parameter file of ARM), then single ones.

    A single value that is JSON is taken for it; anything else is a text.

    Raises:
        UsageError: when a file holds no values.

    """
    values: dict[str, Any] = {}
    for path in files:
        tree = Tree(path)
        document = _yaml(tree, path) if path.suffix.lower() in _YAML else _json(tree, path)
        inner = document.get("parameters") if isinstance(document, dict) else None
        found = inner if isinstance(inner, dict) and not _is_value(inner) else document
        if not isinstance(found, dict):
            raise UsageError(f"`{path}` holds no parameters", help="write an object: name to value")
        values |= {name: value for name, value in found.items() if name not in ("$schema", "contentVersion")}
    for name, text in pairs:
        values[name] = _typed(text)
    return {name: value["value"] if _is_value(value) else value for name, value in values.items()}


def _is_value(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"value"}


def _json(tree: Tree, path: Path) -> Any:
    from everward.sources.jsontext import load

    return load(tree.read(path), source="parameters", file=display(path))


def _typed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _no_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not JSON")
