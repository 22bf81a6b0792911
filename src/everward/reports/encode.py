"""Values as JSON text: fast for what is plain, careful for what is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from everward.assessment import may_hold_secret, redact
from everward.estate import Resource

_OWN = frozenset({"id", "type", "name", "origin", "origins", "exists", "cardinality", "opaque"})
_HOLE = b'"decided_by":'
"""Stands in the text of every hole that was encoded as it is, because `Unknown` keeps its defaults."""


def _plain(value: object) -> object:
    """Sequences that work out their entries when asked."""
    if isinstance(value, Sequence):
        return list(value)
    raise NotImplementedError(f"a report cannot hold a value of type {type(value).__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def encode(value: Any) -> bytes:
    """JSON text of a value made of plain data and records.

    Text that is not Unicode (a lone surrogate from a broken escape) is written as its escape: a report is never lost
    to one strange value.
    """
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value, enc_hook=_plain), separators=(",", ":")).encode("ascii")


def encode_resource(resource: Resource, *, origins: bool = False) -> bytes:
    """JSON text of a resource: the body as ARM has it, and where it comes from; no secrets.

    With `origins`, the place of every property whose place is known.
    """
    shown: dict[str, Any] = {"id": resource.id, "type": resource.type, "name": resource.name}
    shown.update((key, value) for key, value in resource.body.items() if key not in _OWN)
    shown["origin"] = resource.origin
    if origins and resource.origins:
        shown["origins"] = dict(resource.origins)
    if resource.condition is not True:
        shown["exists"] = resource.condition
    if resource.cardinality is not None:
        shown["cardinality"] = resource.cardinality
    if resource.opaque:
        shown["opaque"] = True
    try:
        text = _encoder.encode(shown)
    except (UnicodeEncodeError, RecursionError):
        text = None
    if text is None or _HOLE in text or may_hold_secret(text):
        return encode(redact(shown))
    return text
