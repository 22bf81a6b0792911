"""Functions that encode and decode: base64, JSON, YAML, CSV, URLs."""

from __future__ import annotations

import base64
import binascii
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from everward.sources.terraform.language.functions.registry import function
from everward.sources.terraform.language.values import (
    Data,
    ListValue,
    ValueProblem,
    number_text,
    shorten,
    tidy,
)
from everward.values import Unknown

_MOST_NODES = 500_000


def json_text(value: Data) -> str:
    """JSON as Terraform writes it: keys in order, no spaces, `<`, `>` and `&` escaped."""
    parts: list[str] = []
    _write_json(value, parts)
    return "".join(parts)


def _write_json(value: Data, parts: list[str]) -> None:
    if isinstance(value, dict):
        parts.append("{")
        for position, name in enumerate(sorted(value)):
            parts.append(("," if position else "") + _json_string(name) + ":")
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
        parts.append(_json_string(value))
    elif value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    else:
        parts.append(number_text(value))


def _json_string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    for char, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        if char in quoted:
            quoted = quoted.replace(char, escape)
    return quoted.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@function("jsonencode", "A")
def jsonencode(value: Data) -> Data:
    """As JSON."""
    return json_text(value)


@function("jsondecode", "s", nullable=True)
def jsondecode(text: str) -> Data:
    """From JSON."""
    try:
        return json.loads(text, parse_float=_decimal, parse_int=_decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueProblem(f"this is not JSON: {shorten(str(error))}") from None


def _decimal(text: str) -> int | Decimal:
    try:
        return tidy(Decimal(text))
    except InvalidOperation:
        raise ValueError(f"`{shorten(text)}` is too large") from None


def _no_constant(text: str) -> Any:
    raise ValueError(f"`{text}` is no JSON")


@function("yamldecode", "s", nullable=True)
def yamldecode(text: str) -> Data:
    """From YAML."""
    import yaml

    try:
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise ValueProblem(f"this is not YAML: {shorten(str(error))}") from None
    if loaded is None and not text.strip():
        raise ValueProblem("an empty text is no YAML")
    return _from_yaml(loaded, [0])


def _from_yaml(value: Any, count: list[int]) -> Data:
    count[0] += 1
    if count[0] > _MOST_NODES:
        raise ValueProblem("this YAML is too large")
    if isinstance(value, dict):
        return {_yaml_key(name): _from_yaml(item, count) for name, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_from_yaml(item, count) for item in value]
    if isinstance(value, float):
        return tidy(Decimal(repr(value)))
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    text = str(value.isoformat())
    if "T" not in text:
        return f"{text}T00:00:00Z"
    return text.replace("+00:00", "Z") if value.tzinfo is not None else f"{text}Z"


def _yaml_key(name: Any) -> str:
    if isinstance(name, bool):
        return "true" if name else "false"
    return "" if name is None else str(name)


@function("yamlencode", "A")
def yamlencode(value: Data) -> Data:
    """As YAML in blocks."""
    return "".join(f"{line}\n" for line in _yaml_lines(value))


def _yaml_lines(value: Data) -> list[str]:
    if isinstance(value, dict) and value:
        lines: list[str] = []
        for name in sorted(value):
            item = value[name]
            inner = _yaml_lines(item)
            key = json.dumps(name, ensure_ascii=False)
            if isinstance(item, dict) and item:
                lines += [f"{key}:", *(f"  {line}" if line else line for line in inner)]
            elif isinstance(item, list) and item:
                lines += [f"{key}:", *inner]
            else:
                lines += [f"{key}: {inner[0]}", *(f"  {line}" if line else line for line in inner[1:])]
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = _yaml_lines(item)
            lines += [f"- {first}", *(f"  {line}" if line else line for line in rest)]
        return lines
    return _yaml_scalar(value)


def _yaml_scalar(value: Data) -> list[str]:
    if isinstance(value, dict):
        return ["{}"]
    if isinstance(value, list):
        return ["[]"]
    if isinstance(value, str):
        if "\n" not in value:
            return [json.dumps(value, ensure_ascii=False)]
        body = value.split("\n")
        ending = "|-"
        if body[-1] == "":
            body.pop()
            ending = "|+" if body and body[-1] == "" else "|"
        if body and body[0].startswith(" "):
            ending = ending.replace("|", "|2")
        return [ending, *body]
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [number_text(value)]


@function("csvdecode", "s")
def csvdecode(text: str) -> Data:
    """Rows as objects, named by the first row."""
    import csv
    import io

    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise ValueProblem(f"this is not CSV: {error}") from None
    rows = [row for row in rows if row]
    if not rows:
        raise ValueProblem("a row of names is needed")
    names, *body = rows
    if len(set(names)) != len(names):
        raise ValueProblem("a name stands twice in the first row")
    if any(len(row) != len(names) for row in body):
        raise ValueProblem("a row has more or fewer fields than the first")
    return ListValue(dict(zip(names, row, strict=True)) for row in body)


@function("base64encode", "s")
def base64encode(text: str) -> Data:
    """As base64."""
    return base64.b64encode(text.encode()).decode()


@function("base64decode", "s")
def base64decode(text: str) -> Data:
    """From base64."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise ValueProblem(f"`{shorten(text)}` is not text in base64") from None


@function("base64gzip", "s")
def base64gzip(_text: str) -> Data:
    """Compressed: how exactly depends on the library that does it."""
    return Unknown(reason="compressed when Terraform runs", present=True)


@function("textencodebase64", "ss")
def textencodebase64(text: str, encoding: str) -> Data:
    """As base64 of another encoding."""
    try:
        return base64.b64encode(text.encode(encoding)).decode()
    except (LookupError, UnicodeError, ValueError):
        raise ValueProblem(f"`{shorten(encoding)}` cannot encode the text") from None


@function("textdecodebase64", "ss")
def textdecodebase64(text: str, encoding: str) -> Data:
    """From base64 of another encoding."""
    try:
        return base64.b64decode(text, validate=True).decode(encoding)
    except (LookupError, UnicodeError, ValueError):
        raise ValueProblem(f"`{shorten(text)}` is not text in base64 of `{shorten(encoding)}`") from None


@function("urlencode", "s")
def urlencode(text: str) -> Data:
    """For the query of a URL."""
    from urllib.parse import quote_plus

    return quote_plus(text, safe="~")
