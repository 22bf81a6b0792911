"""Compares resources with the bodies that the real provider sent, leaf by leaf."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from everward.estate import Reading, Resource
from everward.values import Unknown, is_symbolic, member

CASES = os.environ.get("EVERWARD_CASES")
MCO = os.environ.get("EVERWARD_MCO")
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"

# What the recording has and no reading can have: the recorder's own answers, and the time at which it ran.
EXCLUDED_SUFFIXES = ("tags.lastdeployedat",)
EXCLUDED_VALUES = ("tok",)
EXCLUDED_HOSTS = (".fakearm.test", ".z01.azurefd.net")
EXCLUDED_CATEGORIES = ("properties.logs", "properties.metrics")
EXCLUDED_TYPES_OF_CATEGORIES = "/providers/microsoft.insights/diagnosticsettings/"
# The billing features have no name in the provider's request; everywhere else in ARM they have one.
RENAMED = {"/currentbillingfeatures": "/currentbillingfeatures/basic"}


def cases_file(name: str) -> Path:
    """A file of the shared cases, or a skipped test."""
    if CASES is None:
        pytest.skip("EVERWARD_CASES is not set")
    return Path(CASES) / name


def workload(root: str) -> Path:
    """A root of the reference workload, or a skipped test."""
    if MCO is None:
        pytest.skip("EVERWARD_MCO is not set")
    return Path(MCO) / "src" / "infra" / "workload" / root


def unpacked_plan(root: str, folder: Path) -> Path:
    """The real plan of a root of the reference workload, as a file that a source can find."""
    packed = cases_file(f"conformance/terraform/mco-plan-{root}-3.116.0.json.gz")
    path = folder / f"{root}.json"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def recorded_bodies() -> dict[str, dict[str, Any]]:
    """By lower-case id: what the provider sent last (earlier requests for the same id are steps towards it)."""
    packed = cases_file("conformance/terraform/mco-golden-globalresources-3.116.0.jsonl.gz")
    bodies: dict[str, dict[str, Any]] = {}
    for line in gzip.decompress(packed.read_bytes()).splitlines():
        request = json.loads(line)
        key = request["path"].lower()
        for old, new in RENAMED.items():
            if key.endswith(old):
                key = key.removesuffix(old) + new
        bodies[key] = request["body"]
    return bodies


@dataclass
class Comparison:
    """How the leaves of all bodies compare."""

    equal: int = 0
    unknown: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Equal leaves of all leaves."""
        return self.equal / max(self.equal + len(self.unknown) + len(self.wrong), 1)


_ABSENT = object()


def compare(recorded: dict[str, dict[str, Any]], resources: list[Resource]) -> Comparison:
    """Every recorded leaf with what the reading has, and every leaf that the reading has and the record lacks."""
    result = Comparison()
    by_id = {resource.key: resource for resource in resources}
    matched = set(recorded) & set(by_id)
    for key, body in recorded.items():
        resource = by_id.get(key) or _may_be(key, [one for one in resources if one.key not in matched])
        if resource is None:
            result.wrong[key] = (body, _ABSENT)
            continue
        matched.add(resource.key)
        ours = {"name": resource.name, **resource.body} if "name" in body else resource.body
        _both(result, key, "", body, ours)
    for key in by_id.keys() - matched:
        result.wrong[key] = (_ABSENT, by_id[key].body)
    return result


def _may_be(key: str, resources: list[Resource]) -> Resource | None:
    """The only resource whose id has unknown parts and may be this one."""
    fitting = []
    for resource in resources:
        parts = re.split(r"\{[^}]*\}", resource.key)
        if len(parts) > 1 and re.fullmatch(".+".join(re.escape(part) for part in parts), key):
            fitting.append(resource)
    return fitting[0] if len(fitting) == 1 else None


def _both(result: Comparison, key: str, path: str, theirs: Any, ours: Any) -> None:
    if _excluded(key, path, theirs):
        return
    if isinstance(ours, Unknown):
        for leaf in _leaves(key, path, theirs):
            result.unknown[f"{key} {leaf}"] = ours.reason
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in dict.fromkeys([*theirs, *(one for one in ours if not _has(theirs, one))]):
            below = f"{path}.{name}" if path else name
            _both(result, key, below, theirs.get(name, member(theirs, name) or None), _get(ours, name))
    elif isinstance(theirs, list) and isinstance(ours, list):
        _lists(result, key, path, theirs, ours)
    elif _empty(theirs) and _empty(ours):
        return
    elif _same(theirs, ours):
        result.equal += 1
    else:
        result.wrong[f"{key} {path}"] = (theirs, ours)


def _lists(result: Comparison, key: str, path: str, theirs: list[Any], ours: list[Any]) -> None:
    """Arrays as sets: equal elements first, then what is left in order."""
    rest = list(ours)
    left = []
    for element in theirs:
        match = next((one for one in rest if _equal(element, one)), _ABSENT)
        if match is _ABSENT:
            left.append(element)
        else:
            rest.remove(match)
            result.equal += sum(1 for _ in _leaves(key, path, element))
    many = next((one for one in rest if isinstance(one, Unknown) and one.many), None)
    if many is not None:
        rest = [one for one in rest if not (isinstance(one, Unknown) and one.many)]
        rest += [many] * (len(left) - len(rest))
    for index in range(max(len(left), len(rest))):
        mine = rest[index] if index < len(rest) else None
        _both(result, key, f"{path}[{index}]", left[index] if index < len(left) else None, mine)


def _equal(theirs: Any, ours: Any) -> bool:
    probe = Comparison()
    _both(probe, "", "", theirs, ours)
    return not probe.wrong and not probe.unknown and (probe.equal > 0 or (_empty(theirs) and _empty(ours)))


def _has(mapping: dict[str, Any], name: str) -> bool:
    return any(one.lower() == name.lower() for one in mapping)


def _get(mapping: dict[str, Any], name: str) -> Any:
    return next((value for key, value in mapping.items() if key.lower() == name.lower()), None)


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, (dict, list)) and all(_empty(one) for one in _values(value)))


def _values(value: Any) -> Iterator[Any]:
    yield from value.values() if isinstance(value, dict) else value


def _same(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, str) and isinstance(ours, str) and theirs.startswith("/subscriptions/"):
        return theirs.lower() == ours.lower()
    return bool(theirs == ours) and isinstance(theirs, bool) == isinstance(ours, bool)


def _excluded(key: str, path: str, value: Any) -> bool:
    lowered = path.lower()
    if lowered.endswith(EXCLUDED_SUFFIXES):
        return True
    if EXCLUDED_TYPES_OF_CATEGORIES in key and lowered.startswith(EXCLUDED_CATEGORIES):
        return True
    return isinstance(value, str) and (value in EXCLUDED_VALUES or value.endswith(EXCLUDED_HOSTS))


def _leaves(key: str, path: str, value: Any) -> Iterator[str]:
    """The paths of the leaves of a value; empty containers, nulls and what is excluded are none."""
    if _empty(value) or _excluded(key, path, value):
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(key, f"{path}.{name}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(key, f"{path}[{index}]", item)
    else:
        yield path


def contradictions(one: Reading, other: Reading) -> list[tuple[str, str, Any, Any]]:
    """Leaves that two readings of the same thing both know, and know differently; and resources only one has."""
    found: list[tuple[str, str, Any, Any]] = []
    first = {resource.id: resource for resource in one.resources}
    rest = {resource.id: resource for resource in other.resources}
    named = {disposed.address: disposed.into for disposed in other.dispositions}
    # What one address became is the same resource, even where one of the two does not know its whole id yet.
    same = {disposed.into: named.get(disposed.address) for disposed in one.dispositions if disposed.into in first}
    for own, resource in first.items():
        match = rest.pop(same.get(own) or own, None)
        if match is None:
            found.append((own, "", resource.body, None))
        else:
            if not is_symbolic(own) and not is_symbolic(match.id) and own.lower() != match.key:
                found.append((own, "id", own, match.id))
            _differ(found, own, "", resource.body, match.body)
    found.extend((own, "", None, resource.body) for own, resource in rest.items())
    return found


def _differ(found: list[tuple[str, str, Any, Any]], key: str, path: str, one: Any, other: Any) -> None:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            _differ(found, key, f"{path}.{name}", one.get(name), other.get(name))
    elif isinstance(one, list) and isinstance(other, list):
        rest = list(other)
        left = []
        for item in one:
            match = next((candidate for candidate in rest if _alike(item, candidate)), _ABSENT)
            if match is _ABSENT:
                left.append(item)
            else:
                rest.remove(match)
        if any(isinstance(item, Unknown) and item.many for item in [*left, *rest]):
            return
        for index in range(max(len(left), len(rest))):
            pair = [items[index] if index < len(items) else None for items in (left, rest)]
            _differ(found, key, f"{path}[{index}]", pair[0], pair[1])
    elif not (_empty(one) and _empty(other)) and not _same(one, other):
        found.append((key, path, one, other))


def _alike(one: Any, other: Any) -> bool:
    found: list[tuple[str, str, Any, Any]] = []
    _differ(found, "", "", one, other)
    return not found and not (isinstance(one, Unknown) and one.many) and not (isinstance(other, Unknown) and other.many)
