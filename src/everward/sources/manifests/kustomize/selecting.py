"""The objects that the target of a patch chooses."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any, Final

from everward.sources.manifests.kustomize.names import Named
from everward.sources.manifests.placed import map_of

MAX_PATTERN: Final = 200
MAX_STEPS: Final = 1_000_000
"""How many ways there may be to read a text by a pattern: Python tries them one after the other, Go does not."""

_PLAIN: Final = re.compile(r"[\w /:@=-]*", re.ASCII)
_REPEATS: Final = re.compile(r"[*+?{]")
_NOT_READ: Final = re.compile(r"\)[*+?{]|[*+}?]\+|\(\?[^:]|\\[^\W_dDsSwWbB]")
"""What is repeated as a group, which can take for ever, and what Python reads otherwise than Go."""

_PART: Final = re.compile(
    r"\s*(?:(?P<not>!)\s*(?P<absent>[\w./-]+)"
    r"|(?P<key>[\w./-]+)\s*(?:(?P<sign>==|!=|=|>|<)\s*(?P<value>[\w.-]*)"
    r"|\s(?P<in>in|notin)\s*\((?P<values>[\w.,\s-]*)\))?)\s*(?:,|$)"
)


class SelectorError(Exception):
    """A selector that kustomize refuses."""


def chooser(target: dict[str, Any]) -> Callable[[Named], bool]:
    """Whether an object is chosen.

    Raises:
        SelectorError: when a selector cannot be read.

    """
    group, version, kind, name, namespace = (
        matcher(target.get(key)) for key in ("group", "version", "kind", "name", "namespace")
    )
    labels, annotations = selector(target.get("labelSelector")), selector(target.get("annotationSelector"))

    def chosen(item: Named) -> bool:
        """Raises SelectorError when a pattern takes too long."""
        own_group, own_version = item.version
        first, last = item.original, item.id
        meta = map_of(item.value.get("metadata"))
        return (
            (namespace(first.namespace) or namespace(last.namespace))
            and (name(first.name) or name(last.name))
            and group(own_group)
            and version(own_version)
            and kind(item.kind)
            and labels(map_of(meta.get("labels")))
            and annotations(map_of(meta.get("annotations")))
        )

    return chosen


def matcher(value: Any, *, whole: bool = True) -> Callable[[str], bool]:
    """Whether a text is like a pattern: a regular expression for the whole text, or for a part of it.

    Raises:
        SelectorError: when it is no pattern of Go, or one that is not read here.

    """
    if not isinstance(value, str) or not value:
        return lambda _: True
    pattern = value
    if _PLAIN.fullmatch(pattern):
        return lambda text: pattern == text if whole else pattern in text
    repeats = len(_REPEATS.findall(pattern))
    if len(pattern) > MAX_PATTERN or _NOT_READ.search(pattern):
        raise SelectorError(f"the pattern `{pattern[:100]}` is not read here")
    try:
        with warnings.catch_warnings():
            # What later versions of Python may read otherwise concerns whoever wrote the pattern, not its reader.
            warnings.simplefilter("ignore", FutureWarning)
            found = re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError):
        raise SelectorError(f"`{pattern[:100]}` is no pattern") from None
    match = found.fullmatch if whole else found.search

    def matches(text: str) -> bool:
        if (len(text) + 1) ** repeats > MAX_STEPS:
            raise SelectorError(f"the pattern `{pattern[:100]}` would take too long")
        return match(text) is not None

    return matches


def selector(value: Any) -> Callable[[dict[str, Any]], bool]:
    """Whether labels are as `a=b,c!=d,e,!f,g in (h,i)` has them."""
    if not isinstance(value, str) or not value.strip():
        return lambda _: True
    parts: list[re.Match[str]] = []
    at = 0
    while at < len(value):
        match = _PART.match(value, at)
        if match is None or match.end() == at:
            raise SelectorError(f"`{value[:100]}` is no selector")
        parts.append(match)
        at = match.end()
    return lambda held: all(_meets(part, held) for part in parts)


def _meets(part: re.Match[str], held: dict[str, Any]) -> bool:
    if part["not"]:
        return part["absent"] not in held
    key, sign = part["key"], part["sign"]
    own = held.get(key)
    if part["in"]:
        values = [item.strip() for item in part["values"].split(",")]
        return (key in held and own in values) if part["in"] == "in" else key not in held or own not in values
    if sign in ("=", "=="):
        return key in held and own == part["value"]
    if sign == "!=":
        return key not in held or own != part["value"]
    if sign in (">", "<"):
        return _compares(own, sign, part["value"])
    return key in held


def _compares(own: Any, sign: str, value: str) -> bool:
    try:
        one, other = int(own), int(value)
    except (TypeError, ValueError):
        return False
    return one > other if sign == ">" else one < other
