"""Policy objects as people may see them: without the secrets that somebody wrote into them."""

from __future__ import annotations

from typing import Any, Final

from everward.values import REDACTED, Unknown, conceal
from everward.values.secrecy import conceal_at

_OPEN: Final = frozenset({"field", "exists"})
"""Members of a condition that are no secret, whatever field it is about."""
_DEPTH: Final = 120
"""Levels that a policy object may have."""


def as_shown(document: Any) -> Any:
    """A document of JSON in which a word stands for every secret: what has the name or shape of one, what a condition
    compares a field for secrets with.
    """
    return _without_holes(conceal(_without_literals(document, _DEPTH)), _DEPTH)


def shown_default(value: Any, name: str) -> Any:
    """The default of a parameter as it may be shown."""
    return _without_holes(conceal(value, name), _DEPTH)


def _without_literals(value: Any, depth: int) -> Any:
    if not depth:
        return value
    if isinstance(value, list):
        return [_without_literals(item, depth - 1) for item in value]
    if not isinstance(value, dict):
        return value
    field = value.get("field")
    if not isinstance(field, str):
        return {key: _without_literals(item, depth - 1) for key, item in value.items()}
    return {
        key: item if key.lower() in _OPEN else conceal_at(_without_literals(item, depth - 1), field)
        for key, item in value.items()
    }


def _without_holes(value: Any, depth: int) -> Any:
    if isinstance(value, Unknown):
        return REDACTED
    if not depth:
        return value
    if isinstance(value, list):
        return [_without_holes(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {key: _without_holes(item, depth - 1) for key, item in value.items()}
    return value
