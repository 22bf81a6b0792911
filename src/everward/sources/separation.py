"""Keeps apart what only looks the same: ids of several readings whose open parts have the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from everward.estate import Disposed, Reading, Resource
from everward.values import Unknown

_OPEN: Final = re.compile(r"\{([^{}]*)\}")
_SHARED: Final = re.compile(r"(subscription|resource-group|management-group)( .*)?", re.DOTALL)
"""Open parts that the user would settle once for all readings: they mean the same wherever they stand."""


def separate(readings: Iterable[Reading]) -> None:
    """Give the open parts of ids the name of their reading where an earlier reading has the same id.

    `{var.prefix}` of one root module is not `{var.prefix}` of another: a resource must never stand for one that it
    only shares a placeholder with. Ids that are wholly known, or open only in what the user says once (the
    subscription), still meet.
    """
    taken: set[str] = set()
    for reading in readings:
        own = {resource.key for resource in reading.resources if _is_local(resource.id)}
        if not own.isdisjoint(taken):
            _Renaming(reading.label).apply(reading)
            own = {resource.key for resource in reading.resources if _is_local(resource.id)}
        taken |= own


def _is_local(resource_id: str) -> bool:
    return "{" in resource_id and any(_SHARED.fullmatch(part) is None for part in _OPEN.findall(resource_id))


class _Renaming:
    def __init__(self, label: str) -> None:
        self.tail = " @ " + re.sub(r"[{}/]", "|", label)

    def apply(self, reading: Reading) -> None:
        for resource in reading.resources:
            self._resource(resource)
        reading.dispositions[:] = [self._disposed(item) for item in reading.dispositions]

    def _resource(self, resource: Resource) -> None:
        resource.id = self.text(resource.id)
        resource.name = self.text(resource.name)
        resource.body = self.value(resource.body)
        if isinstance(resource.condition, Unknown):
            resource.condition = self.value(resource.condition)
        if resource.cardinality is not None:
            resource.cardinality = self.value(resource.cardinality)

    def _disposed(self, item: Disposed) -> Disposed:
        return item if item.into is None else msgspec.structs.replace(item, into=self.text(item.into))

    def text(self, text: str) -> str:
        return _OPEN.sub(self._part, text) if "{" in text else text

    def _part(self, match: re.Match[str]) -> str:
        if _SHARED.fullmatch(match[1]) is not None or match[1].endswith(self.tail):
            return match[0]
        return f"{{{match[1]}{self.tail}}}"

    def value(self, value: Any) -> Any:
        """A copy of a value with its ids renamed; other text is left as it is, whatever braces stand in it."""
        if isinstance(value, dict):
            return {self._id(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, Unknown):
            reference = None if value.reference is None else self.text(value.reference)
            text = None if value.text is None else self.text(value.text)
            return msgspec.structs.replace(value, reference=reference, text=text)
        return self._id(value) if isinstance(value, str) else value

    def _id(self, text: str) -> str:
        return self.text(text) if "{" in text and text[:1] in "/{" and "/" in text else text
