"""Ids with open parts: matched with ids that are known, so that an open part gets the value that it must have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from everward.values import Unknown

OPEN: Final = re.compile(r"\{([^{}]*)\}")
"""An open part, named after what would decide it."""
SHARED: Final = re.compile(r"(subscription|resource-group|management-group)( .*)?", re.DOTALL)
"""Open parts that the user would settle once for all readings: they mean the same wherever they stand."""


def is_local(resource_id: str) -> bool:
    """Whether an id is open in a part that only its own reading knows."""
    return "{" in resource_id and any(SHARED.fullmatch(part) is None for part in OPEN.findall(resource_id))


def with_values(text: str, values: Mapping[str, str]) -> str:
    """A text with the open parts that have a value replaced by it."""
    if "{" not in text:
        return text
    made = OPEN.sub(lambda part: values.get(part[1], part[0]), text)
    return text if made == text else made


class Pattern:
    """An id with open parts, for matching known ids."""

    def __init__(self, resource_id: str) -> None:
        self.parts = resource_id.rstrip("/").split("/")
        self._shapes = [_shape(part) for part in self.parts]
        self.headless = OPEN.fullmatch(self.parts[0]) is not None
        """Whether the id of what it stands in is open as a whole: `{azurerm_storage_account.a.id}/providers/…`."""

    @property
    def telling(self) -> bool:
        """Whether it says enough to be told from others: where it stands, and a letter or digit of its name."""
        return not self.headless and any(mark.isalnum() for mark in OPEN.sub("", self.parts[-1]))

    @property
    def open_name(self) -> bool:
        """Whether its name is not wholly known."""
        return "{" in self.parts[-1]

    def match(self, resource_id: str) -> dict[str, str] | None:
        """The values that the open parts must have for this to be the same id; None when it cannot be.

        Of a part in which several stand, no value is told: there is more than one way to share it out.
        """
        parts = resource_id.rstrip("/").split("/")
        if self.headless and len(parts) > len(self.parts):
            head = len(parts) - len(self.parts) + 1
            parts = ["/".join(parts[:head]), *parts[head:]]
        if len(parts) != len(self.parts):
            return None
        values: dict[str, str] = {}
        for shape, part in zip(self._shapes, parts, strict=True):
            if shape.regex is None:
                if not _fits(shape.literals, part.lower()):
                    return None
                continue
            found = shape.regex.fullmatch(part)
            if found is None or values.setdefault(shape.name, found[1]).lower() != found[1].lower():
                return None
        return values


class _Shape(NamedTuple):
    """What a part of an id looks like."""

    literals: tuple[str, ...]
    """The texts between its open parts, in small letters."""
    name: str
    regex: re.Pattern[str] | None
    """The open part that stands in it, once or more, and what matches it; none when there are none or several."""


@lru_cache(maxsize=16_384)
def _shape(part: str) -> _Shape:
    pieces = OPEN.split(part)
    literals, names = pieces[::2], pieces[1::2]
    if len(set(names)) != 1:
        return _Shape(tuple(map(str.lower, literals)), "", None)
    # All of them have one value, so the text can be shared out in one way at most.
    text = "(.+?)".join(map(re.escape, literals[:2])) + "".join(rf"\1{re.escape(piece)}" for piece in literals[2:])
    return _Shape((), names[0], re.compile(text, re.IGNORECASE | re.DOTALL))


def _fits(literals: Sequence[str], text: str) -> bool:
    """Whether a text is these literals with something between each two of them. No way of sharing out is tried twice:
    names of configurations are made of many parts, and an expression would try all ways.
    """
    first, *middle = literals
    if not middle:
        return text == first
    *between, last = middle
    if not text.startswith(first) or not text.endswith(last):
        return False
    position = len(first)
    for literal in between:
        found = text.find(literal, position + 1)
        if found < 0:
            return False
        position = found + len(literal)
    return position < len(text) - len(last)


_INSIDE: Final = "/subscriptions/"
"""What the id of a resource inside another text has, as tags that link resources do."""
_MAX_DEPTH: Final = 400
"""Levels of a body in which open parts are filled in; no body of a resource is near it."""


class Renaming:
    """Gives open parts their values wherever a reading names them: in ids, references and keys."""

    def __init__(self, values: Mapping[str, str], whole: Mapping[str, str]) -> None:
        self.values = values
        self.whole = whole
        """Lower-case ids (with the values in them) that become others, because their parts cannot be told apart."""

    def text(self, text: str) -> str:
        """An id with its open parts filled in; an id below one that changes moves along."""
        text = with_values(text, self.values)
        if not self.whole or "{" not in text:
            return text
        lowered = text.lower()
        end = len(lowered)
        while end > 0:
            found = self.whole.get(lowered[:end])
            if found is not None:
                return with_values(found + text[end:], self.values)
            end = lowered.rfind("/", 0, end)
        return text

    def value(self, value: Any, depth: int = 0) -> Any:
        """A value with its ids filled in, the same object when there are none; other text is left as it is."""
        if isinstance(value, str):
            return self._id(value)
        if isinstance(value, Unknown):
            hole = self.hole(value)
            known = hole is not value and hole.reference is not None and "{" not in hole.reference
            # All that was missing of the id is known now.
            return hole.reference if known else hole
        if depth > _MAX_DEPTH or not isinstance(value, (dict, list)):
            return value
        changed = False
        if isinstance(value, list):
            items: list[Any] = []
            for item in value:
                new = self.value(item, depth + 1)
                changed = changed or new is not item
                items.append(new)
            return items if changed else value
        members: dict[str, Any] = {}
        for key, item in value.items():
            name, new = self._id(key), self.value(item, depth + 1)
            changed = changed or new is not item or name != key
            members[name] = new
        return members if changed else value

    def hole(self, hole: Unknown) -> Unknown:
        """A hole whose reference is filled in."""
        if hole.reference is None or "{" not in hole.reference:
            return hole
        reference = self.text(hole.reference)
        return hole if reference == hole.reference else msgspec.structs.replace(hole, reference=reference)

    def _id(self, text: str) -> str:
        # Braces in other text, such as a script, are not open parts.
        if "{" not in text or "/" not in text:
            return text
        return self.text(text) if text[0] in "/{" or _INSIDE in text else text
