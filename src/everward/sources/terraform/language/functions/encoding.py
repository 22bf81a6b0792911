"""Functions that encode and decode: base64, JSON, CSV, URLs."""

from __future__ import annotations

import base64
import binascii
import json
import re
from functools import lru_cache
from typing import Any

from everward.sources.limits import Limits
from everward.sources.terraform.language.functions.registry import Context, function
from everward.sources.terraform.language.numbers import is_finite
from everward.sources.terraform.language.types import STRING, object_of
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    ValueProblem,
    is_null,
    nfc,
    number_text,
    shorten,
    to_number,
)
from everward.values import Unknown

# JSON


def json_text(value: Data) -> str:
    """JSON as Terraform writes it: keys in order, no spaces, `<`, `>` and `&` escaped."""
    parts: list[str] = []
    _write_json(value, parts)
    return "".join(parts)


def _write_json(value: Data, parts: list[str]) -> None:
    if isinstance(value, dict):
        parts.append("{")
        for position, name in enumerate(sorted(value)):
            parts.append(("," if position else "") + quoted(name) + ":")
            _write_json(value[name], parts)
        parts.append("}")
    elif isinstance(value, list):
        parts.append("[")
        for position, item in enumerate(value):
            if position:
                parts.append(",")
            _write_json(item, parts)
        parts.append("]")
    elif isinstance(value, str):
        parts.append(quoted(value))
    elif is_null(value):
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif not is_finite(value):
        raise ValueProblem("an infinite number has no JSON")
    else:
        parts.append(number_text(value))


_ESCAPED = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def quoted(text: str) -> str:
    """Text as JSON has it."""
    return json.dumps(text, ensure_ascii=False).translate(_ESCAPED)


@function("jsonencode", "A")
def jsonencode(value: Data) -> Data:
    """As JSON."""
    return json_text(value)


@function("jsondecode", "s", nullable=True, context=True)
def jsondecode(context: Context, text: str) -> Data:
    """From JSON."""
    return from_json_text(text, context.limits)


def from_json_text(text: str, limits: Limits) -> Data:
    """The value of a text in JSON.

    Raises:
        ValueProblem: when it is not JSON.
        LimitProblem: when it nests too deeply.

    """
    if len(text) <= _REPEATED:
        # The same few files are decoded again in every instance of a module.
        return _from_short_text(text, limits.nesting)
    return _from_text(text, limits.nesting)


_REPEATED = 65_536
"""Characters of a text whose value is kept."""


@lru_cache(maxsize=512)
def _from_short_text(text: str, deepest: int) -> Data:
    return _from_text(text, deepest)


def _from_text(text: str, deepest: int) -> Data:
    # INVARIANT: checked before the reader of JSON sees it, which takes the machine's stack for each level.
    if _depth(text) > deepest:
        raise LimitProblem(f"this JSON nests more than {deepest} levels deep", "nesting")
    try:
        return _from_json(_DECODER.decode(text))
    except (ValueError, RecursionError) as error:
        raise ValueProblem(f"this is not JSON: {shorten(str(error))}") from None


def _number(text: str) -> Any:
    try:
        return to_number(text)
    except ValueProblem as problem:
        raise ValueError(str(problem)) from None


def _depth(text: str) -> int:
    """How deep arrays and objects nest in a text, if it is JSON."""
    if text.count("[") + text.count("{") < _SHALLOW:
        return 0
    depth = deepest = 0
    for mark in _NESTING.findall(text):
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        deepest = max(deepest, depth)
    return deepest


_SHALLOW = 100
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def _no_constant(text: str) -> Any:
    raise ValueError(f"`{text}` is no JSON")


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=_no_constant)
_SURROGATES = re.compile("[\ud800-\udfff]")


def _from_json(value: Any) -> Data:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {_clean(name): _from_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    return value


def _clean(text: str) -> str:
    # Half a pair of surrogates stands for no character.
    return nfc(_SURROGATES.sub("\ufffd", text) if not text.isascii() else text)


# CSV


@function("csvdecode", "s")
def csvdecode(text: str) -> Data:
    """Rows as objects, named by the first row."""
    rows = _records(text)
    if not rows:
        raise ValueProblem("a row of names is needed")
    names, *body = rows
    if len(set(names)) != len(names):
        raise ValueProblem("a name stands twice in the first row")
    if any(len(row) != len(names) for row in body):
        raise ValueProblem("a row has more or fewer fields than the first")
    of = object_of((name, STRING) for name in names)
    return ListValue((dict(sorted(zip(names, row, strict=True))) for row in body), of)


_FIELD = re.compile(r'"(?P<quoted>(?:[^"]|"")*)"(?=,|\n|\Z)|(?P<plain>[^",\n]*)(?=,|\n|\Z)')


def _records(text: str) -> list[list[str]]:
    """The rows of a text, as Go reads them: empty lines are none, quotes stand around whole fields."""
    text = text.replace("\r\n", "\n")
    text = text.removesuffix("\r") if text.endswith("\r") else text
    records: list[list[str]] = []
    position = 0
    while position < len(text):
        if text[position] == "\n":
            position += 1
            continue
        record: list[str] = []
        while True:
            match = _FIELD.match(text, position)
            if match is None:
                raise ValueProblem("this is not CSV: a quote is not closed, or stands inside a field")
            inner = match["quoted"]
            record.append(nfc(match["plain"] if inner is None else inner.replace('""', '"')))
            position = match.end()
            if position >= len(text) or text[position] == "\n":
                break
            position += 1
        position += 1
        records.append(record)
    return records


# Base64 and encodings of text


def from_base64(text: str) -> bytes:
    """The bytes that a text in base64 stands for; line ends in it mean nothing.

    Raises:
        ValueProblem: when it is none.

    """
    plain = text.replace("\n", "").replace("\r", "")
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        raise ValueProblem(f"`{shorten(text)}` is not base64") from None


@function("base64encode", "s")
def base64encode(text: str) -> Data:
    """As base64."""
    return base64.b64encode(text.encode()).decode()


@function("base64decode", "s")
def base64decode(text: str) -> Data:
    """From base64."""
    try:
        return from_base64(text).decode()
    except UnicodeDecodeError:
        raise ValueProblem(f"`{shorten(text)}` is not text in base64") from None


@function("base64gzip", "s")
def base64gzip(_text: str) -> Data:
    """Compressed: how exactly depends on the library that does it."""
    return Unknown(reason="compressed when Terraform runs", present=True)


@function("textencodebase64", "ss")
def textencodebase64(text: str, encoding: str) -> Data:
    """As base64 of another encoding."""
    from everward.sources.terraform.language.functions.charsets import charset

    try:
        return base64.b64encode(charset(encoding).encode(text)).decode()
    except UnicodeError:
        raise ValueProblem(f"`{shorten(encoding)}` cannot encode the text") from None


@function("textdecodebase64", "ss")
def textdecodebase64(text: str, encoding: str) -> Data:
    """From base64 of another encoding."""
    from everward.sources.terraform.language.functions.charsets import charset

    found = charset(encoding)
    try:
        decoded = found.decode(from_base64(text))
    except UnicodeError:
        raise ValueProblem(f"`{shorten(text)}` is not text in base64 of `{shorten(encoding)}`") from None
    if "\ufffd" in decoded:
        raise ValueProblem(f"`{shorten(text)}` is not text in base64 of `{shorten(encoding)}`")
    return decoded


@function("urlencode", "s")
def urlencode(text: str) -> Data:
    """For the query of a URL."""
    from urllib.parse import quote_plus

    return quote_plus(text, safe="~")
