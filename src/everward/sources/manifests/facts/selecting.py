"""Label selectors: whether they choose labels, with what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from everward.sources.manifests.placed import list_of, map_of
from everward.values import Truth, Unknown, all_of, any_of, negate


def matches(selector: Any, labels: Any, *, empty: bool) -> Truth:
    """Whether a selector chooses what has these labels. One that says nothing chooses all if `empty`, else none."""
    if isinstance(selector, Unknown):
        return selector
    if not isinstance(selector, dict):
        return False
    conditions = list(_conditions(selector))
    if not conditions:
        return empty
    if isinstance(labels, Unknown):
        return labels
    known = map_of(labels)
    return all_of(item if isinstance(item, Unknown) else _holds(*item, known) for item in conditions)


_Condition = tuple[str, str, list[Any]]


def _conditions(selector: dict[str, Any]) -> Iterator[_Condition | Unknown]:
    """What a selector asks for; a hole in the place of a condition is one that may be any."""
    labels, expressions = selector.get("matchLabels"), selector.get("matchExpressions")
    yield from (value for value in (labels, expressions) if isinstance(value, Unknown))
    for key, value in map_of(labels).items():
        yield key, "In", [value]
    for item in list_of(expressions):
        if isinstance(item, Unknown):
            yield item
        elif isinstance(item, dict):
            parts = [item.get(name) for name in ("key", "operator", "values")]
            hole = next((part for part in parts if isinstance(part, Unknown)), None)
            yield hole if hole is not None else (str(parts[0]), str(parts[1]), list_of(parts[2]))


def _holds(key: str, operator: str, values: list[Any], labels: dict[str, Any]) -> Truth:
    if operator in ("Exists", "DoesNotExist"):
        return (key in labels) is (operator == "Exists")
    if key not in labels:
        return operator == "NotIn"
    found = any_of(_equal(labels[key], value) for value in values)
    return found if operator == "In" else negate(found)


def _equal(first: Any, second: Any) -> Truth:
    for value in (first, second):
        if isinstance(value, Unknown):
            if isinstance(first, Unknown) and isinstance(second, Unknown) and first.text and first == second:
                return True
            return value
    return str(first) == str(second)
