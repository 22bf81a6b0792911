"""Whether a module may have dynamic blocks of unknown number, which a plan's configuration does not show.

A block that the provider fills in when nobody writes it is unknown in a plan both when nobody wrote it and when a
dynamic block stands for it whose `for_each` is not known yet. The plan does list every attribute that it depends on
(`relevant_attributes`): one that is unknown, and that no expression of the module mentions, can only stand in what
the configuration leaves out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.plan_configuration import ConfiguredModule, find_module

_INDEX = re.compile(r"\[[^\]]*\]")
_LAST_INDEX = re.compile(r"\[[^\]]*\]$")


def open_modules_of(
    content: Mapping[str, Any],
    root: ConfiguredModule,
    instances: Mapping[str, Instance],
    unknown: Mapping[str, Any],
    proven: Mapping[str, int],
) -> set[str]:
    """The addresses of module instances in which a block that nobody seems to have written may still be written.

    `unknown` is each instance's `after_unknown`; `proven` counts, by module, the resources that certainly have a
    dynamic block of unknown number: they account for as many hidden resources.
    """
    hidden: dict[str, set[str]] = defaultdict(set)
    found: dict[str, set[str] | None] = {}
    relevant = content.get("relevant_attributes")
    for item in relevant if isinstance(relevant, list) else []:
        address = item.get("resource") if isinstance(item, dict) else None
        path = item.get("attribute") if isinstance(item, dict) else None
        instance = instances.get(address) if isinstance(address, str) else None
        if instance is None or not isinstance(path, list) or not path:
            continue
        marks = unknown.get(instance.address)
        if not isinstance(marks, dict) or marks.get(path[0]) in (None, False):
            continue
        if instance.module not in found:
            module = find_module(root, instance.module)
            found[instance.module] = mentions(module.source) if module is not None else None
        known = found[instance.module]
        if known is not None and not _is_mentioned(known, instance, str(path[0])):
            hidden[instance.module].add(_LAST_INDEX.sub("", instance.address))
    return {module for module, resources in hidden.items() if len(resources) > proven.get(module, 0)}


def _is_mentioned(found: set[str], instance: Instance, name: str) -> bool:
    base = f"{'data.' if instance.mode == 'data' else ''}{instance.type}.{instance.name}"
    return base in found or f"{base}.{name}" in found


def mentions(source: Any) -> set[str]:
    """Every reference below a part of the configuration, without indices: whole resources and their attributes."""
    found: set[str] = set()
    pending = [source]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            for key, value in item.items():
                if key == "references" and isinstance(value, list):
                    found.update(_shortened(value))
                elif key != "module":
                    pending.append(value)
    return found


def _shortened(references: list[Any]) -> set[str]:
    """References cut after the attribute; the shorter forms that plans list beside a longer one say nothing new."""
    names = [name for name in references if isinstance(name, str)]
    kept: set[str] = set()
    for name in names:
        if any(other != name and other.startswith((f"{name}.", f"{name}[")) for other in names):
            continue
        parts = _INDEX.sub("", name).split(".")
        kept.add(".".join(parts[: 4 if parts[0] == "data" else 3]))
    return kept
