"""The condition of a policy in words, as a nested list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

OPERATORS: Final[Mapping[str, str]] = {
    "equals": "is",
    "notEquals": "is not",
    "in": "is one of",
    "notIn": "is none of",
    "contains": "contains",
    "notContains": "does not contain",
    "containsKey": "has the key",
    "notContainsKey": "lacks the key",
    "like": "matches",
    "notLike": "does not match",
    "match": "matches",
    "notMatch": "does not match",
    "less": "is less than",
    "lessOrEquals": "is at most",
    "greater": "is more than",
    "greaterOrEquals": "is at least",
}
"""What operators mean; `exists` is said in its own way."""


def describe_rule(rule: Mapping[str, Any]) -> str:
    """What a policy rule demands, as Markdown."""
    details = rule["then"].get("details", {})
    lines = ["A resource is non-compliant when:", "", *describe(rule["if"])]
    if "type" in details:
        where = "in its subscription" if details.get("existenceScope") else "on it, below it or in its resource group"
        named = f" with the name {_value(details['name'])}" if "name" in details else ""
        lines += ["", f"and no `{details['type']}`{named} exists {where}"]
        if "existenceCondition" in details:
            lines[-1] += " for which:"
            lines += ["", *describe(details["existenceCondition"])]
    return "\n".join(lines) + "\n"


def describe(condition: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """A condition as the lines of a nested list."""
    lead = f"{'  ' * depth}- "
    for key, words in (("allOf", "all of:"), ("anyOf", "any of:")):
        if key in condition:
            if len(condition[key]) == 1:
                yield from describe(condition[key][0], depth)
                return
            yield f"{lead}{words}"
            for part in condition[key]:
                yield from describe(part, depth + 1)
            return
    if "not" in condition:
        yield f"{lead}not:"
        yield from describe(condition["not"], depth + 1)
    elif "count" in condition:
        yield from _count(condition, lead, depth)
    else:
        subject = f"`{condition['field']}`" if "field" in condition else _value(condition["value"])
        yield f"{lead}{subject} {_comparison(condition)}"


def _count(condition: Mapping[str, Any], lead: str, depth: int) -> Iterator[str]:
    count = condition["count"]
    counted = (
        f"`{count['field']}`" if "field" in count else f"the elements `{count['name']}` of {_value(count['value'])}"
    )
    where = " for which:" if "where" in count else ""
    yield f"{lead}the number of {counted} {_comparison(condition)}{where and ', counting those' + where}"
    if "where" in count:
        yield from describe(count["where"], depth + 1)


def _comparison(condition: Mapping[str, Any]) -> str:
    operator = next(key for key in condition if key not in ("field", "value", "count"))
    if operator == "exists":
        return "is present" if str(condition[operator]).lower() == "true" else "is absent"
    return f"{OPERATORS[operator]} {_value(condition[operator])}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "empty" if value == "" else f"`{value}`"
