"""A value that a reading cannot know yet, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeAlias

import msgspec

from everward.values.origin import Origin

MAX_DECIDERS = 12
"""How many deciding names an unknown keeps: enough to act on, bounded when unknowns combine."""


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A hole in a reading: a value with a reason and the names of what would decide it.

    It has no truth value: code that would branch on it must ask what it means to do instead.
    """

    reason: str
    """Why the value is not known: a short phrase, lower case, without a full stop."""
    decided_by: tuple[str, ...] = ()
    """Names of the inputs that would settle it, such as `var.prefix` or `module.network.subnet_id`."""
    present: bool = False
    """True when the value is known not to be null, whatever it is."""
    many: bool = False
    """As an element of an array: True when it stands for any number of elements, none included."""
    reference: str | None = None
    """The (possibly symbolic) ARM id that the value will hold, when it is the id of a resource in the reading."""
    text: str | None = None
    """The partially evaluated form, for people: `afprod-{var.suffix}-rg`."""
    origin: Origin | None = None
    """Where the hole arises."""
    filled: bool = False
    """True when the value is known not to be an empty text, array or object."""
    secret: bool = False
    """True when the value was read and is withheld, or is made of one that is: it is shown nowhere."""

    def __bool__(self) -> NoReturn:
        # INVARIANT: nothing decides on a hole by accident.
        raise TypeError("an unknown value has no truth value")


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | Unknown | None"
"""A JSON value in which holes may stand."""


def unknowns_in(value: Value) -> Iterator[Unknown]:
    """Yield every hole in `value`, depth first, without recursion (deep input is user input)."""
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Unknown):
            yield item
        elif isinstance(item, dict):
            stack.extend(reversed(item.values()))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def is_known(value: Value) -> bool:
    """Whether `value` holds no hole at any depth."""
    return next(unknowns_in(value), None) is None


def is_empty(value: Any) -> bool:
    """Whether a known value is what a hole that is `filled` cannot be: null, or an empty text, array or object."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def combine(
    holes: Iterable[Unknown],
    *,
    reason: str | None = None,
    present: bool = False,
    text: str | None = None,
    reference: str | None = None,
) -> Unknown:
    """One hole that stands for a result which depends on all of `holes`.

    The first hole gives reason and origin; deciding names are united in order, at most `MAX_DECIDERS`.

    Raises:
        ValueError: when `holes` is empty and no reason is given.

    """
    kept = list(holes)
    if not kept and reason is None:
        raise ValueError("an unknown needs a reason")
    if len(kept) == 1 and reason is None and len(kept[0].decided_by) <= 1:
        only = kept[0]
        return Unknown(
            reason=only.reason,
            decided_by=only.decided_by,
            present=present,
            reference=reference,
            text=text,
            origin=only.origin,
            secret=only.secret,
        )
    deciders: dict[str, None] = {}
    for hole in kept:
        deciders.update(dict.fromkeys(hole.decided_by))
    return Unknown(
        reason=reason if reason is not None else kept[0].reason,
        decided_by=tuple(deciders)[:MAX_DECIDERS],
        present=present,
        reference=reference,
        text=text,
        origin=next((hole.origin for hole in kept if hole.origin is not None), None),
        secret=any(hole.secret for hole in kept),
    )
