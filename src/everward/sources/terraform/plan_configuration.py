"""The configuration part of a plan: which attributes were written, and what their expressions refer to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_MODULE = re.compile(r'module\.([\w-]+)(\["(?:[^"\\]|\\.)*"\]|\[\d+\]|\[\*\])?\.?')
MAX_MODULES = 64


@dataclass(slots=True)
class ConfiguredModule:
    """One module as it is written, whatever number of instances it has."""

    resources: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """By mode, type and name."""
    outputs: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The arguments of each module call."""
    modules: dict[str, ConfiguredModule] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    """The module as the plan has it."""


def read_module(source: Any, depth: int = 0) -> ConfiguredModule:
    """A module of the configuration. What is not of the expected kind is left out: references then lead nowhere."""
    module = ConfiguredModule()
    if not isinstance(source, dict) or depth > MAX_MODULES:
        return module
    module.source = source
    for resource in _list(source.get("resources")):
        if isinstance(resource, dict):
            key = (str(resource.get("mode")), str(resource.get("type")), str(resource.get("name")))
            module.resources[key] = resource
    module.outputs = _dict(source.get("outputs"))
    for name, call in _dict(source.get("module_calls")).items():
        if isinstance(call, dict):
            module.calls[name] = _dict(call.get("expressions"))
            module.modules[name] = read_module(call.get("module"), depth + 1)
    return module


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def module_names(address: str) -> list[tuple[str, str]]:
    """The names and instance keys of a module address: `module.a["x"].module.b` is `a`, `["x"]` and `b`, ``."""
    return [(name, key) for name, key in _MODULE.findall(address)]


def find_module(root: ConfiguredModule, address: str) -> ConfiguredModule | None:
    """The module that an instance's address leads to."""
    module: ConfiguredModule | None = root
    for name, _ in module_names(address):
        module = module.modules.get(name) if module is not None else None
    return module


def parent_address(address: str) -> tuple[str, str]:
    """The address of the calling module instance, and the name of the call."""
    parts = list(_MODULE.finditer(address))
    last = parts[-1]
    return address[: last.start()].rstrip("."), last[1]


def references(expression: Any) -> list[str]:
    """What an expression refers to, without the shorter forms of the same reference that plans list as well."""
    given = expression.get("references") if isinstance(expression, dict) else None
    names = [name for name in _list(given) if isinstance(name, str)]
    return [
        name
        for name in dict.fromkeys(names)
        if not any(other != name and other.startswith(name) and other[len(name)] in ".[" for other in names)
    ]


def below(expressions: Any, name: str, index: int, count: int, ordered: bool) -> Any:
    """The expressions of one of `count` blocks; None when it cannot be told which block of the source it is.

    Dynamic blocks are not in a plan's configuration at all, and sets are sorted in the plan.
    """
    written = expressions.get(name) if isinstance(expressions, dict) else None
    if isinstance(written, dict):
        return written
    if isinstance(written, list) and len(written) == count and (ordered or count == 1):
        return written[index]
    return None


def first_of(expressions: Any, name: str, index: int, count: int) -> Any:
    """The expressions of one of `count` interchangeable blocks, of which dynamic blocks gave all but the written ones.

    The written ones are somewhere among them; where is not to be told and makes no difference.
    """
    written = expressions.get(name) if isinstance(expressions, dict) else None
    return written[index] if isinstance(written, list) and index < len(written) < count else None
