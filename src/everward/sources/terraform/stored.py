"""What states in the tree say, for data sources: outputs, and resources as they were deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from everward.sources.jsontext import decode_text, parse
from everward.sources.terraform.language.values import Data, Sensitive, inward
from everward.sources.tree import Tree
from everward.values import Value

_ENDING = ".tfstate"


class Stored:
    """The state files of a tree, version 4, each read once and only when asked for."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._contents: dict[Path, Mapping[str, Any] | None] = {}
        self._resources: dict[tuple[str, str], Mapping[str, Value]] | None = None

    def _content(self, place: Path) -> Mapping[str, Any] | None:
        if place not in self._contents:
            self._contents[place] = _read(place)
        return self._contents[place]

    def outputs(self, place: Path) -> dict[str, Data] | None:
        """The outputs in a state file; None when there is none, or it is not one that can be read."""
        content = self._content(place)
        outputs = content.get("outputs", {}) if content is not None else None
        if not isinstance(outputs, dict):
            return None
        return {
            str(name): Sensitive(inward(item["value"])) if item.get("sensitive") else inward(item["value"])
            for name, item in outputs.items()
            if isinstance(item, dict) and "value" in item
        }

    def attributes(self, kind: str, resource_id: str) -> Mapping[str, Value] | None:
        """The attributes of a resource that a state has, without sensitive ones; by type and lower-case id."""
        if self._resources is None:
            self._resources = {}
            for path in self._tree.files:
                if path.name.endswith(_ENDING):
                    content = self._content(path)
                    for key, attributes in _managed(content) if content is not None else ():
                        # Where two states have it, nobody knows which of them is older.
                        self._resources[key] = {} if key in self._resources else attributes
        return self._resources.get((kind, resource_id))


def _read(place: Path) -> Mapping[str, Any] | None:
    try:
        # INVARIANT: read without recursion, for the stack of an evaluation is deep already.
        content = parse(decode_text(place.read_bytes()), placed=False)[0]
    except (OSError, ValueError):
        # Whoever reads states as an input says what is wrong with it.
        return None
    return content if isinstance(content, dict) and content.get("version") == 4 else None


def _managed(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Mapping[str, Value]]]:
    for resource in _dicts(content.get("resources")):
        if resource.get("mode") == "managed":
            for instance in _dicts(resource.get("instances")):
                attributes = instance.get("attributes")
                if isinstance(attributes, dict) and isinstance(attributes.get("id"), str) and "deposed" not in instance:
                    hidden = _hidden(instance.get("sensitive_attributes"))
                    known = {name: value for name, value in attributes.items() if name not in hidden}
                    yield (str(resource.get("type")), attributes["id"].lower()), known


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _hidden(paths: Any) -> set[str]:
    """The attributes in which something sensitive stands, at any depth."""
    found: set[str] = set()
    for path in paths if isinstance(paths, list) else []:
        first = path[0] if isinstance(path, list) and path else path
        name = first.get("value") if isinstance(first, dict) else None
        if isinstance(name, str):
            found.add(name)
    return found
