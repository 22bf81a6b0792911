"""Label selectors: whether they choose labels, with what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from everward.sources.manifests.placed import list_of, map_of, maps_in
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
    return all_of(_holds(key, operator, values, known) for key, operator, values in conditions)


def _conditions(selector: dict[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    for key, value in map_of(selector.get("matchLabels")).items():
        yield key, "In", [value]
    for item in maps_in(selector.get("matchExpressions")):
        yield str(item.get("key")), str(item.get("operator")), list_of(item.get("values"))


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
