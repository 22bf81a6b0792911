"""Expands templates that tests write down as values."""

import json
from pathlib import Path
from typing import Any

from everward.estate import Reading, Resource
from everward.sources.interface import ReadOptions
from everward.sources.template import TemplateSource
from everward.sources.tree import Tree

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/{}deploymentTemplate.json#"
PARAMETERS = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
OPTIONS = ReadOptions(subscription=SUBSCRIPTION, resource_group="rg", management_group="mg", location="westeurope")


def template(resources: Any = (), level: str = "", **sections: Any) -> dict[str, Any]:
    return {
        "$schema": SCHEMA.format(level),
        "contentVersion": "1.0.0.0",
        **sections,
        "resources": list(resources) if isinstance(resources, tuple) else resources,
    }


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def parameters(**values: Any) -> dict[str, Any]:
    return {"$schema": PARAMETERS, "parameters": {name: {"value": value} for name, value in values.items()}}


def read(path: Path, options: ReadOptions = OPTIONS) -> Reading:
    tree = Tree(path)
    source = TemplateSource()
    (item,) = source.find(tree)
    return source.read(item, tree, options)


def expand(folder: Path, content: Any, options: ReadOptions = OPTIONS, **values: Any) -> Reading:
    path = write(folder, "main.json", content)
    if values:
        write(folder, "main.parameters.json", parameters(**values))
    return read(path, options)


def clean(folder: Path, content: Any, options: ReadOptions = OPTIONS, **values: Any) -> dict[str, Resource]:
    """The resources by their ids from the resource group on, of a template without any problem."""
    reading = expand(folder, content, options, **values)
    assert not reading.unresolved
    return by_id(reading)


def by_id(reading: Reading) -> dict[str, Resource]:
    return {resource.id.removeprefix(f"{GROUP}/providers/"): resource for resource in reading.resources}


def output(folder: Path, expression: Any, options: ReadOptions = OPTIONS, **sections: Any) -> Any:
    """The value of an expression in a template, through a property of a resource."""
    resource = {"type": "A.B/c", "apiVersion": "1", "name": "probe", "properties": {"value": expression}}
    content = template((*sections.pop("resources", ()), resource), **sections)
    reading = expand(folder, content, options)
    probe = next(item for item in reading.resources if item.name == "probe")
    return probe.get("properties.value")


def reasons(reading: Reading) -> list[str]:
    return [note.reason for note in reading.unresolved]


def nested(name: str, inner: Any, *, outer: bool = False, **more: Any) -> dict[str, Any]:
    """A nested deployment with its own parameters, or one whose strings its parent evaluates."""
    properties = {"mode": "Incremental", "template": inner, **more.pop("properties", {})}
    if not outer:
        properties["expressionEvaluationOptions"] = {"scope": "inner"}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": name,
        **more,
        "properties": properties,
    }
