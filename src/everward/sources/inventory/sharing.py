"""Decoding that keeps equal values once: in an inventory most values are like those of a neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_KEPT_BYTES: Final = 1024
_KEPT_VALUES: Final = 200_000


class Sharer:
    """Decodes rows. Equal texts of root values and of members of `properties` give the same object.

    What it remembers is bounded: short texts only, and it starts afresh when it holds too many.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Any] = {}

    def row(self, raw: msgspec.Raw | bytes, columns: Sequence[str] | None) -> Any:
        """One row: an object, or the list of values of a table's row.

        Raises:
            msgspec.DecodeError, UnicodeDecodeError, RecursionError: when it is not strict JSON.

        """
        start = bytes(memoryview(raw)[:64]).lstrip()[:1]
        if start == b"{":
            return {key: self._member(key, value) for key, value in _OBJECT.decode(raw).items()}
        if start == b"[" and columns is not None:
            values = _LIST.decode(raw)
            names = columns if len(columns) == len(values) else [""] * len(values)
            return [self._member(key, value) for key, value in zip(names, values, strict=True)]
        return msgspec.json.decode(raw)

    def _member(self, key: str, raw: msgspec.Raw) -> Any:
        if key == "properties" and bytes(memoryview(raw)[:1]) == b"{":
            return {name: self._value(value) for name, value in _OBJECT.decode(raw).items()}
        return self._value(raw)

    def _value(self, raw: msgspec.Raw) -> Any:
        if len(memoryview(raw)) > _KEPT_BYTES:
            return msgspec.json.decode(raw)
        text = bytes(raw)
        known = self._known
        try:
            return known[text]
        except KeyError:
            pass
        value = msgspec.json.decode(text)
        if len(known) >= _KEPT_VALUES:
            known.clear()
        known[text] = value
        return value
