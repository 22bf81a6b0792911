"""`count` and `for_each`: which instances a block stands for, and how references reach them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from msgspec.structs import replace

from everward.sources.terraform.language.operations import as_number
from everward.sources.terraform.language.scope import Lazy
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    Sensitive,
    SetValue,
    ValueProblem,
    describe,
    kind_name,
    shorten,
    to_string,
)
from everward.sources.terraform.syntax import Block
from everward.values import Unknown, combine, placeholder

Key: TypeAlias = "int | str"
Kind: TypeAlias = Literal["single", "count", "for_each"]
Allowed: TypeAlias = tuple[int, str]
"""How many instances there may be, and the limit that says so."""


@dataclass(slots=True, eq=False)
class Keys:
    """Which instances there are: their keys with the values of `each`, and a hole when there may be others."""

    kind: Kind
    values: dict[Key, Data] = field(default_factory=dict)
    hole: Unknown | None = None
    rest: Data = None
    """What `each.value` is in the instance that stands for the others."""
    doubt: Unknown | None = None
    """Set when it is open whether there is an instance at all."""

    def cardinality(self, at: Key | None, around: Unknown | None) -> Unknown | None:
        """Why it is not known how often an instance is there: because of its own keys, or of what is around it."""
        own = self.hole if at is None else self.doubt
        return around if own is None else own


def keys_of_count(value: Data, most: Allowed) -> Keys:
    """The instances of a `count`.

    Raises:
        ValueProblem: when it is not a whole number, zero or more.
        LimitProblem: when it is more than `most`.

    """
    if isinstance(value, Sensitive):
        value = value.value
    if value is None:
        raise ValueProblem("`count` must not be null")
    number = as_number(value)
    if isinstance(number, Unknown):
        return Keys("count", hole=number)
    if not isinstance(number, int) or number < 0:
        raise ValueProblem("`count` must be a whole number, zero or more")
    _check_number(number, most)
    return Keys("count", dict.fromkeys(range(number)))


def keys_of_for_each(value: Data, most: Allowed) -> Keys:
    """The instances of a `for_each`.

    Raises:
        ValueProblem: when it is neither a map nor a set of text.
        LimitProblem: when it has more than `most` elements.

    """
    if isinstance(value, Unknown):
        return Keys("for_each", hole=value)
    if isinstance(value, Sensitive):
        raise ValueProblem("`for_each` must not be sensitive")
    if isinstance(value, dict):
        _check_number(len(value), most)
        return Keys("for_each", {name: value[name] for name in sorted(value)})
    if isinstance(value, list) and (isinstance(value, SetValue) or not value):
        return _keys_of_set(value, most)
    raise ValueProblem(f"`for_each` needs a map or a set of text, not a {kind_name(value)}; `toset` makes one")


def _keys_of_set(value: list[Data], most: Allowed) -> Keys:
    keys = Keys("for_each")
    holes: list[Unknown] = []
    for item in value:
        if isinstance(item, Unknown):
            holes.append(item)
        elif not isinstance(item, str):
            raise ValueProblem(f"`for_each` needs a set of text, and has a {kind_name(item)} in it")
        else:
            keys.values[item] = item
    _check_number(len(value), most)
    if holes:
        keys.hole = combine(holes)
        keys.rest = combine(holes, present=True, text=holes[0].text)
    return keys


def _check_number(number: int, most: Allowed) -> None:
    allowed, limit = most
    if number > allowed:
        raise LimitProblem(f"more than {allowed:,} instances", limit)


def names_for(keys: Keys, key: Key) -> dict[str, Data]:
    """What `each` or `count` is in one instance."""
    if keys.kind == "single":
        return {}
    if keys.kind == "count":
        return {"count": {"index": key}}
    return {"each": {"key": key, "value": keys.values[key]}}


def names_for_rest(keys: Keys, address: str) -> dict[str, Data]:
    """What `each` or `count` is in the instance that stands for those that are not known."""
    if keys.hole is None:
        return {}
    if keys.kind == "count":
        index = combine([keys.hole], present=True, text=placeholder(f"{address}[*] index"))
        return {"count": {"index": index}}
    key = combine([keys.hole], present=True, text=placeholder(f"{address}[*] key"))
    value = keys.rest if keys.rest is not None else combine([keys.hole], text=placeholder(f"{address}[*] value"))
    if keys.rest is not None:
        key = value
    return {"each": {"key": key, "value": value}}


MAX_IDENTITY = 200
"""Longer expressions stand in the text of a hole by their beginning and a digest of the whole."""


def identify(hole: Unknown, name: str, written: str, module: str) -> Unknown:
    """The hole of an open `count` or `for_each`, whose text says which one: two of one text are open alike.

    The same expression in the same module instance has the same value. In another instance its variables may have
    other values, so the address of the instance is part of the text.
    """
    # Spaces inside quotes count.
    shown = written.strip() if '"' in written or "<<" in written else " ".join(written.split())
    if len(shown) > MAX_IDENTITY:
        digest = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        shown = f"{shown[:MAX_IDENTITY]}… ({digest})"
    text = f"{name} = {shown}"
    return replace(hole, text=f"{module}: {text}" if module else text)


def key_text(key: Key) -> str:
    """A key as addresses have it: `[0]`, `["west"]`."""
    if isinstance(key, int):
        return f"[{key}]"
    quoted = json.dumps(key, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return f"[{quoted}]"


class Expansion(Lazy):
    """All instances of one resource or module call in one module instance."""

    def __init__(self, address: str, keys: Keys, make: Callable[[Key | None], Lazy]) -> None:
        self.address = address
        self.keys = keys
        self._members: dict[Key, Lazy] = {key: make(key) for key in keys.values}
        self.listed = keys.kind == "count"
        self._rest = make(None) if keys.hole is not None else None

    @property
    def members(self) -> list[Lazy]:
        """Every instance, the one that stands for unknown ones last."""
        known = list(self._members.values())
        return known if self._rest is None else [*known, self._rest]

    def why_none(self, block: Block) -> str:
        """Why there is no instance."""
        attributes = block.body.attributes
        if self.keys.kind == "single":
            return "`enabled` is false"
        return "`count` is 0" if "count" in attributes else "`for_each` is empty"

    def attribute(self, name: str) -> Data:
        """What `.name` gives: of the instance itself when there is just one."""
        if self.keys.kind == "single":
            return self._members[0].attribute(name)
        if self.keys.kind == "for_each":
            return self.index(name)
        raise ValueProblem(f"`{self.address}` has `count`: name one instance, as in `{self.address}[0].{name}`")

    def index(self, key: Data) -> Data:
        """What `[key]` gives."""
        if self.keys.kind == "single":
            return self._members[0].index(key)
        if isinstance(key, Unknown):
            holes = [key] if self.keys.hole is None else [key, self.keys.hole]
            if len(self._members) == 1 and self._rest is None:
                # Whatever the key turns out to be, it can only be this one.
                return next(iter(self._members.values()))
            if self._rest is not None:
                return self._rest
            return combine(holes, text=placeholder(f"{self.address}[{describe(key)}]"))
        wanted = as_number(key) if self.keys.kind == "count" else to_string(key)
        found = self._members.get(wanted)
        if found is not None:
            return found
        if self._rest is not None:
            return self._rest
        raise ValueProblem(f"`{self.address}` has no instance {shorten(describe(key))}")

    def items(self) -> Iterator[tuple[Data, Data, Unknown | None]]:
        """Key and instance of each."""
        if self.keys.kind == "single":
            yield from self._members[0].items()
            return
        for key, member in self._members.items():
            yield key, member, None
        if self._rest is not None and self.keys.hole is not None:
            yield combine([self.keys.hole], present=True), self._rest, _as_rest(self.keys.hole, self.address)

    def settle(self) -> Data:
        """The whole as a plain value: an object, a tuple, or a map by key."""
        if self.keys.kind == "single":
            return self._members[0].settle()
        hole = self.keys.hole
        if self.keys.kind == "count":
            known = [member.settle() for member in self._members.values()]
            return known if hole is None else [*known, _as_rest(hole, self.address)]
        if hole is not None:
            return combine([hole], text=placeholder(self.address))
        return {str(key): member.settle() for key, member in self._members.items()}


def _as_rest(hole: Unknown, address: str) -> Unknown:
    return Unknown(
        reason=hole.reason,
        decided_by=hole.decided_by,
        present=True,
        many=True,
        text=placeholder(f"{address}[*]"),
        origin=hole.origin,
    )
