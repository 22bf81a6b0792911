"""YAML as Terraform reads it."""

from __future__ import annotations

import re
from typing import Any

from everward.sources.terraform.language.functions.dates import yaml_moment
from everward.sources.terraform.language.functions.encoding import from_base64
from everward.sources.terraform.language.functions.registry import Context, function
from everward.sources.terraform.language.numbers import INFINITY, sized
from everward.sources.terraform.language.types import STRING
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    Null,
    ValueProblem,
    nfc,
    shorten,
    to_number,
    to_string,
)

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_TRUTHS = {
    **{text: True for word in ("y", "yes", "true", "on") for text in (word, word.capitalize(), word.upper())},
    **{text: False for word in ("n", "no", "false", "off") for text in (word, word.capitalize(), word.upper())},
}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INFINITE = frozenset(f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF"))
_NO_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
_LONG = "tag:yaml.org,2002:"
_MERGE = object()
"""The key `<<`."""


@function("yamldecode", "s", nullable=True, context=True)
def yamldecode(context: Context, text: str) -> Data:
    """From YAML."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Reader(yaml.parse(text or "\n", Loader=loader), context.limits.elements).document()
    except (yaml.YAMLError, ValueError, RecursionError, StopIteration) as error:
        raise ValueProblem(f"this is not YAML: {shorten(str(error))}") from None


class _Reader:
    """Makes values of the events of a parser."""

    def __init__(self, events: Any, most: int) -> None:
        self._events = iter(events)
        self._anchors: dict[str, Data] = {}
        self._sizes: dict[int, int] = {}
        self._most = most
        self._count = 0

    def document(self) -> Data:
        self._next()
        if self._next()[0] != "DocumentStart":
            raise ValueError("a document is missing")
        value = self._value(*self._next())
        self._next()
        if self._next()[0] != "StreamEnd":
            raise ValueError("there is more than one document")
        return value

    def _next(self) -> tuple[str, Any]:
        event = next(self._events)
        return type(event).__name__.removesuffix("Event"), event

    def _spend(self, count: int) -> None:
        self._count += count
        if self._count > self._most:
            raise LimitProblem(f"this YAML is too large: more than {self._most:,} elements", "elements")

    def _value(self, kind: str, event: Any) -> Data:
        if kind == "Alias":
            if event.anchor not in self._anchors:
                raise ValueError(f"the anchor `{shorten(event.anchor)}` is not known")
            value = self._anchors[event.anchor]
            self._spend(self._sizes[id(value)] if isinstance(value, list | dict) else 1)
            return value
        before = self._count
        self._spend(1)
        if kind == "Scalar":
            value = self._scalar(event)
            value = "<<" if value is _MERGE else value
            if event.tag is None and not event.implicit[0]:
                # What stands in quotes or in a block is text, whatever it looks like.
                value = Null(STRING) if value is None else to_string(value)
        elif kind == "MappingStart":
            value = self._mapping(event)
        else:
            value = self._sequence(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
            self._sizes[id(value)] = self._count - before
        return value

    def _mapping(self, event: Any) -> Data:
        if event.tag not in (None, f"{_LONG}map"):
            raise ValueError(f"a mapping is not `{shorten(event.tag)}`")
        result: dict[str, Data] = {}
        while True:
            kind, inner = self._next()
            if kind == "MappingEnd":
                return {name: result[name] for name in sorted(result)}
            if kind != "Scalar":
                raise ValueError("keys must be text")
            key = self._scalar(inner)
            value = self._value(*self._next())
            if key is _MERGE:
                if not isinstance(value, dict):
                    raise ValueError("only a mapping can be merged")
                result.update(value)
            elif key is None:
                raise ValueError("a key must not be null")
            else:
                result[nfc(to_string(key))] = value

    def _sequence(self, event: Any) -> Data:
        if event.tag not in (None, f"{_LONG}seq"):
            raise ValueError(f"a sequence is not `{shorten(event.tag)}`")
        items: list[Data] = []
        while True:
            kind, inner = self._next()
            if kind == "SequenceEnd":
                return items
            items.append(self._value(kind, inner))

    def _scalar(self, event: Any) -> Data:
        """The value of a scalar by its tag, or by how it looks."""
        text, tag = event.value, event.tag or ""
        tag = tag.removeprefix(_LONG) if tag.startswith(_LONG) else tag
        if tag not in ("", "str", "bool", "int", "float", "null", "timestamp", "binary"):
            raise ValueError(f"the tag `{shorten(tag)}` is not known")
        if tag in ("str", "binary"):
            if tag == "binary":
                from_base64(text)
            return nfc(text)
        if event.style in ("'", '"') and (not text or text[0] in "+-0123456789yYnNtTfFoO~."):
            return nfc(text)
        return self._plain(text, tag)

    def _plain(self, text: str, tag: str) -> Data:
        if text in _TRUTHS:
            return _TRUTHS[text]
        if text in _NULLS:
            return None
        if text in _INFINITE:
            return -INFINITY if text.startswith("-") else INFINITY
        if not tag and text in _NO_NUMBER:
            raise ValueError("this is not a number")
        if text.startswith("."):
            try:
                return to_number(text)
            except ValueProblem:
                pass
        elif text[0] in "+-0123456789":
            moment = yaml_moment(text) if tag in ("", "timestamp") else None
            if moment is not None:
                return moment
            if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
                return _number(text)
        if not tag and text == "<<":
            return _MERGE
        return _tagged(text, tag)


def _tagged(text: str, tag: str) -> Data:
    if tag == "null":
        return None
    if not tag:
        return nfc(text)
    if tag in ("int", "float"):
        return _number(text)
    raise ValueError(f"`{shorten(text)}` is not of the tag `{tag}`")


def _number(text: str) -> Data:
    plain = text.replace("_", "")
    try:
        return to_number(plain)
    except ValueProblem:
        sign = plain[0] if plain[:1] in "+-" else ""
        value = int(plain, 0)
        if not -(2**63) <= value < 2**64 or (sign and value > 2**63):
            raise
        return sized(value)
