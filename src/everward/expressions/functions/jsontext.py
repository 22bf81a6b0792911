"""JSON as the engine's reader takes it: comments, single quotes, bare names, trailing commas and open lines too."""

from __future__ import annotations

from typing import Any

import msgspec

from everward.expressions.limits import MAX_JSON_DEPTH, bounds
from everward.expressions.problem import Failure
from everward.values import Value


def parse_json(text: str) -> Value:
    """The value that a JSON text stands for. Dates stay strings.

    Raises:
        Failure: when it is no JSON, or nested deeper than `MAX_JSON_DEPTH`.

    """
    try:
        # Strict text is the rule, and read much faster.
        value: Value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        from everward.expressions.functions.jsonreader import Reader

        # It goes from character to character.
        bounds().spend(len(text) >> 3)
        return Reader(text).read()
    return _held(value)


def _held(value: Value) -> Value:
    level = _containers([value])
    for _ in range(MAX_JSON_DEPTH):
        if not level:
            return value
        level = _containers([below for item in level for below in (item.values() if isinstance(item, dict) else item)])
    if level:
        raise Failure(f"the JSON is nested deeper than {MAX_JSON_DEPTH} levels")
    return value


def _containers(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, (list, dict))]
