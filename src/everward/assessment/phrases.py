"""Conditions in words: what stands there, said so that one sees why it decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from everward.assessment.model import Reason

_LONG: Final = 60
"""Characters after which a value is cut."""

_FIELD = re.compile(r"field\('([^']+)'\)")

_OPPOSITE: Final = {
    "equals": "notEquals",
    "in": "notIn",
    "contains": "notContains",
    "containsKey": "notContainsKey",
    "like": "notLike",
    "match": "notMatch",
    "matchInsensitively": "notMatchInsensitively",
    "less": "greaterOrEquals",
    "greater": "lessOrEquals",
}
_OPPOSITES: Final = {**_OPPOSITE, **{right: left for left, right in _OPPOSITE.items()}}


def value_text(value: Any, most: int = _LONG) -> str:
    """A JSON value for people: `not set` for null, holes by their reason, long ones cut."""
    if value is None:
        return "not set"
    if isinstance(value, dict) and set(value) == {"$unknown"}:
        return f"unknown ({value['$unknown'].get('reason', '')})"
    text = f'"{value}"' if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8", "replace")
    return text if len(text) <= most else text[: most - 3] + "..."


def listed(items: Sequence[str], most: int, last: str = "and") -> str:
    """`a, b and c`; beyond `most`: `a, b and 7 more`."""
    shown = list(items[:most])
    if len(items) > most:
        shown.append(f"{len(items) - most:,} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def reason_text(reason: Reason) -> str:
    """One condition in words, such as ``properties.enablePurgeProtection is not set, so not true``.

    The condition holds as said: the one under a `not` is turned round.
    """
    if reason.message:
        return reason.message
    operator, counted = reason.operator, False
    if operator.startswith("count "):
        operator, counted = operator.removeprefix("count "), True
    expected = reason.expected
    if reason.negated:
        if operator == "exists":
            expected = not _is_true(expected)
        else:
            operator = _OPPOSITES.get(operator, f"not {operator}")
    if counted:
        return f"{_counted(reason.actual)} of {path_text(reason.path)} {_number(operator, expected)}".rstrip()
    path = path_text(reason.path)
    actual = value_text(reason.actual)
    say = _SENTENCES.get(operator)
    if say is None or isinstance(reason.actual, dict):
        return f"{path} is {actual} ({operator} {value_text(expected)})"
    return f"{path} {say(actual, expected, reason.actual is None)}"


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def path_text(path: str) -> str:
    """A path as people read it; of an expression, the fields that it reads."""
    if not path.startswith("["):
        return path
    fields = dict.fromkeys(_FIELD.findall(path))
    names = [re.split(r"[/.]", field)[-1] for field in fields]
    return f"{listed(names, 2)} (computed)" if names else "a computed value"


def _counted(actual: Any) -> str:
    if isinstance(actual, int):
        return "none" if actual == 0 else f"{actual:,}"
    if isinstance(actual, dict):
        shown = actual.get("$unknown", {})
        return str(shown.get("text") or "an unknown number")
    return value_text(actual)


def _number(operator: str, expected: Any) -> str:
    words = {
        "equals": "",
        "notEquals": "not",
        "greater": "more than",
        "greaterOrEquals": "at least",
        "less": "fewer than",
        "lessOrEquals": "at most",
    }
    word = words.get(operator, operator)
    # "more than none" says nothing that the number did not say.
    if not word or (operator == "greater" and expected == 0):
        return "counts"
    return f"count, {word} {value_text(expected)}"


def _choices(expected: Any) -> str:
    items = expected if isinstance(expected, list) else [expected]
    return listed([value_text(item) for item in items], 4, "or")


_Sentence: TypeAlias = Callable[[str, Any, bool], str]

_SENTENCES: Final[dict[str, _Sentence]] = {
    "equals": lambda actual, _, __: f"is {actual}",
    "in": lambda actual, _, __: f"is {actual}",
    "like": lambda actual, _, __: f"is {actual}",
    "match": lambda actual, _, __: f"is {actual}",
    "matchInsensitively": lambda actual, _, __: f"is {actual}",
    "notEquals": lambda actual, expected, unset: f"is {actual}, {'so ' if unset else ''}not {value_text(expected)}",
    "notIn": lambda actual, expected, unset: f"is {actual}, {'so ' if unset else ''}not {_choices(expected)}",
    "notLike": lambda actual, expected, _: f"is {actual}, not like {value_text(expected)}",
    "notMatch": lambda actual, expected, _: f"is {actual}, not like {value_text(expected)}",
    "notMatchInsensitively": lambda actual, expected, _: f"is {actual}, not like {value_text(expected)}",
    "contains": lambda _, expected, __: f"contains {value_text(expected)}",
    "notContains": lambda actual, expected, _: f"is {actual}, without {value_text(expected)}",
    "containsKey": lambda _, expected, __: f"has {value_text(expected)}",
    "notContainsKey": lambda _, expected, __: f"has no {value_text(expected)}",
    "exists": lambda actual, expected, _: f"is {actual}" if _is_true(expected) else "is not set",
    "less": lambda actual, expected, _: f"is {actual}, less than {value_text(expected)}",
    "lessOrEquals": lambda actual, expected, _: f"is {actual}, at most {value_text(expected)}",
    "greater": lambda actual, expected, _: f"is {actual}, more than {value_text(expected)}",
    "greaterOrEquals": lambda actual, expected, _: f"is {actual}, at least {value_text(expected)}",
}
