"""Fields: from the name that a policy writes to the place in a resource, and the values that stand there."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

import msgspec

from everward.policy.aliases import Aliases
from everward.values import EACH, MISSING, Step, Unknown, combine, member, parse_path


class Root(Enum):
    """Where a field's path begins."""

    BODY = "body"
    """The resource's body."""
    TYPE = "type"
    NAME = "name"
    FULL_NAME = "fullName"
    ID = "id"


_NAMED: Final = {"type": Root.TYPE, "name": Root.NAME, "fullname": Root.FULL_NAME, "id": Root.ID}
_PATHS: Final = frozenset({"kind", "location", "tags", "identity"})


class Ref(msgspec.Struct, frozen=True):
    """A field of resources of one type."""

    root: Root
    steps: tuple[Step, ...] = ()
    """The path in the body; empty for what the resource itself knows."""

    @property
    def collects(self) -> bool:
        """Whether it names the elements of arrays."""
        # INVARIANT: a tag's name is never taken for `[*]`: what stands between its brackets has none.
        return EACH in self.steps

    @property
    def is_location(self) -> bool:
        """Whether its values are regions, which compare without spaces."""
        return self.steps == ("location",) and self.root is Root.BODY


def resolve_field(text: str, type_key: str, aliases: Aliases, api_version: str | None = None) -> Ref | None:
    """The field that a name stands for on resources of a lower-case type; None when it is no field and no alias."""
    lowered = text.lower()
    root = _NAMED.get(lowered)
    if root is not None:
        return Ref(root)
    if lowered in _PATHS:
        return Ref(Root.BODY, (lowered,))
    if lowered.startswith(("tags.", "tags[")):
        name = tag_name(text)
        return None if name is None else Ref(Root.BODY, ("tags", name))
    if lowered.startswith(("identity.", "identity[")):
        steps = _parse(text)
    else:
        steps = aliases.steps(type_key, text, api_version)
    return None if steps is None else Ref(Root.BODY, steps)


def _parse(text: str) -> tuple[Step, ...] | None:
    try:
        return parse_path(text)
    except ValueError:
        return None


def tag_name(text: str) -> str | None:
    """The tag that `tags.x`, `tags[x]` or `tags['x']` names; None when it names none.

    Everything between the first and the last bracket is the name; between quotes, a doubled quote is one.
    """
    if text[4:5] == ".":
        return text[5:] or None
    if not text.endswith("]"):
        return None
    name = text[5:-1]
    if len(name) >= 2 and name[0] == name[-1] == "'":
        name = name[1:-1].replace("''", "'")
    return name or None


def below(hole: Unknown) -> Unknown:
    """What is known of a part of a hole: the same reason, but neither presence nor text nor id of the whole."""
    if hole.present or hole.text is not None or hole.reference is not None or hole.many:
        return combine([hole])
    return hole


def any_number(hole: Unknown) -> Unknown:
    """What the elements of a hole are: any number of holes."""
    return Unknown(reason=hole.reason, decided_by=hole.decided_by, many=True, origin=hole.origin)


def look(value: Any, steps: tuple[Step, ...]) -> Any:
    """The value at a path without `[*]`: it, a hole met on the way, or `MISSING`."""
    current = value
    for step in steps:
        if current.__class__ is dict:
            found = current.get(step, MISSING)
            current = member(current, step) if found is MISSING and step.__class__ is str else found
        elif isinstance(current, Unknown):
            return below(current)
        elif isinstance(current, dict) and isinstance(step, str):
            current = member(current, step)
        elif isinstance(current, list) and isinstance(step, int):
            current = current[step] if step < len(current) else MISSING
        else:
            return MISSING
    return current


def collect(value: Any, steps: tuple[Step, ...], *, absent: bool = True) -> list[Any]:
    """The values at a path with `[*]`, one for each combination of elements.

    An array that is missing, null or no array gives one missing value when `absent`, else nothing; an empty array
    gives nothing; an element without the property gives a missing value. A hole with `many` among the values stands
    for any number of values.
    """
    try:
        cut = steps.index(EACH)
    except ValueError:
        return [look(value, steps)]
    array = look(value, steps[:cut]) if cut else value
    rest = steps[cut + 1 :]
    if isinstance(array, Unknown):
        return [any_number(array)]
    if not isinstance(array, list):
        return [MISSING] if absent else []
    if not rest:
        return array
    out: list[Any] = []
    for element in array:
        if isinstance(element, Unknown) and element.many:
            out.append(any_number(element))
        elif EACH in rest:
            out.extend(collect(element, rest, absent=absent))
        else:
            out.append(look(element, rest))
    return out


def collect_places(
    value: Any, steps: tuple[Step, ...], *, absent: bool = True
) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Like `collect`, each value with its path from `value`, indexes in place of `[*]`."""
    if EACH not in steps:
        yield steps, look(value, steps)
        return
    cut = steps.index(EACH)
    head, rest = steps[:cut], steps[cut + 1 :]
    array = look(value, head)
    if isinstance(array, Unknown):
        yield (*head, EACH, *rest), any_number(array)
    elif not isinstance(array, list):
        if absent:
            yield head, MISSING
    else:
        for index, element in enumerate(array):
            place = (*head, index)
            if isinstance(element, Unknown) and element.many:
                yield (*place, *rest), any_number(element) if rest else element
            else:
                for inner, found in collect_places(element, rest, absent=absent):
                    yield (*place, *inner), found


def squeeze(value: Any) -> Any:
    """A region as regions compare: lower case, no spaces; in a list, each."""
    if isinstance(value, str):
        return value.replace(" ", "").lower()
    if isinstance(value, list):
        return [squeeze(item) for item in value]
    return value
