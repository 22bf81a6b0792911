"""Access to nested values by path, with ARM's casing rules: keys compare without case, and keep theirs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, TypeAlias

from everward.values.unknown import Unknown, Value

Step: TypeAlias = "str | int"
"""A key, an index, or `EACH`."""

EACH: Final = "[*]"
"""The step that stands for every element of an array."""


class Missing:
    """The type of `MISSING`: no value at all, which is not the same as null."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


@lru_cache(maxsize=65_536)
def parse_path(text: str) -> tuple[Step, ...]:
    """Split `properties.ipRules[*].value` into its steps. An index such as `[0]` becomes an integer.

    Raises:
        ValueError: on an empty step or an unclosed bracket.

    """
    steps: list[Step] = []
    for part in text.split("."):
        name, bracket, rest = part.partition("[")
        if name:
            steps.append(name)
        elif not bracket:
            raise ValueError(f"empty step in path `{text}`")
        while bracket:
            inner, closed, rest = rest.partition("]")
            if not closed or (inner != "*" and not inner.isdecimal()):
                raise ValueError(f"bad index in path `{text}`")
            steps.append(EACH if inner == "*" else int(inner))
            if rest and not rest.startswith("["):
                raise ValueError(f"text after an index in path `{text}`")
            bracket, rest = rest[:1], rest[1:]
    return tuple(steps)


def format_path(steps: tuple[Step, ...]) -> str:
    """The inverse of `parse_path`."""
    out = ""
    for step in steps:
        if isinstance(step, int):
            out += f"[{step}]"
        elif step == EACH:
            out += EACH
        else:
            out += f".{step}" if out else step
    return out


def member(mapping: dict[str, Any], key: str) -> Any:
    """The value under `key` compared without case, or `MISSING`. An exact match wins."""
    if key in mapping:
        return mapping[key]
    folded = key.lower()
    for name, value in mapping.items():
        if len(name) == len(key) and name.lower() == folded:
            return value
    return MISSING


def key_of(mapping: dict[str, Any], key: str) -> str | None:
    """The spelling under which `mapping` holds `key`, or None."""
    if key in mapping:
        return key
    folded = key.lower()
    return next((name for name in mapping if name.lower() == folded), None)


def walk(value: Value, steps: tuple[Step, ...]) -> Any:
    """The value at `steps` (no `EACH`), a hole met on the way, or `MISSING`.

    A hole on the way decides everything below it: the hole itself is the answer.
    """
    current: Any = value
    for step in steps:
        if isinstance(current, dict) and isinstance(step, str):
            current = member(current, step)
        elif isinstance(current, list) and isinstance(step, int):
            current = current[step] if step < len(current) else MISSING
        elif isinstance(current, Unknown):
            return current
        else:
            return MISSING
    return current


def assign(target: dict[str, Value], steps: tuple[Step, ...], value: Value) -> None:
    """Set `value` at `steps` (keys only), making objects on the way; existing spellings are kept.

    Raises:
        ValueError: when a step is not a key or something other than an object stands in the way.

    """
    current: dict[str, Value] = target
    for step in steps[:-1]:
        if not isinstance(step, str) or step == EACH:
            raise ValueError(f"cannot assign through `{step}`")
        name = key_of(current, step) or step
        below = current.get(name)
        if below is None:
            below = current[name] = {}
        if not isinstance(below, dict):
            raise ValueError(f"`{name}` is not an object")
        current = below
    last = steps[-1]
    if not isinstance(last, str) or last == EACH:
        raise ValueError(f"cannot assign to `{last}`")
    current[key_of(current, last) or last] = value
