"""Takes secrets out of what was read, before anybody judges it or prints it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from everward.estate import Reading, Resource
from everward.values import Origin, Unknown, conceal, scrub
from everward.values.secrecy import conceal_body

S = TypeVar("S", bound=msgspec.Struct)


def conceal_readings(readings: Iterable[Reading]) -> None:
    """Put holes in the place of secrets in every resource, and take them out of every text that people may see.

    Sources mark what their language calls sensitive; here it is told by name, place and shape, for all of them alike.
    """
    for reading in readings:
        for resource in (*reading.resources, *reading.evidence):
            conceal_resource(resource)
        reading.label = scrub(reading.label)
        reading.outputs = conceal(reading.outputs)
        reading.unresolved[:] = map(_scrubbed, reading.unresolved)
        reading.inputs[:] = map(_scrubbed, reading.inputs)
        reading.dispositions[:] = map(_scrubbed, reading.dispositions)


def conceal_resource(resource: Resource) -> None:
    """The same for one resource."""
    resource.body = conceal_body(resource.body, resource.type, resource.name)
    if isinstance(resource.condition, Unknown):
        resource.condition = conceal(resource.condition)
    if resource.cardinality is not None:
        resource.cardinality = conceal(resource.cardinality)


def _scrubbed(record: S) -> S:
    """A record of texts without secrets in them; the same one when there are none."""
    changes: dict[str, Any] = {}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        new = _text(value)
        if new is not value:
            changes[name] = new
    return msgspec.structs.replace(record, **changes) if changes else record


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, tuple):
        scrubbed = tuple(map(_text, value))
        return value if scrubbed == value else scrubbed
    return _scrubbed(value) if isinstance(value, Origin) else value
