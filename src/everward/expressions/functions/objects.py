"""Functions on objects."""

from __future__ import annotations

from everward.expressions.access import access
from everward.expressions.functions.arrays import check_count
from everward.expressions.functions.registry import Family, Holes
from everward.expressions.holes import OpenObject, has_hole, has_many, holes_of
from everward.expressions.kinds import as_array, as_boolean, as_integer, as_object, is_number, kind_of
from everward.expressions.problem import Failure
from everward.expressions.text import fold, text_of
from everward.values import MISSING, Unknown, Value, combine, member

OBJECTS = Family()
TOLERANT = Family()
"""The same functions where a dialect gives null instead of failing."""


@OBJECTS.add("createObject", 0, None, holes=Holes.OWN)
def create_object(*values: Value) -> Value:
    """An object of names and values in turn. An unknown name leaves the whole object unknown."""
    if len(values) % 2:
        raise Failure("it takes names and values in turn, so an even number of arguments")
    names = values[::2]
    if any(isinstance(name, Unknown) for name in names):
        return combine(holes_of(names), present=True)
    return {property_name(name): value for name, value in zip(names, values[1::2], strict=True)}


def property_name(value: Value) -> str:
    """A known value as the name of a property.

    Raises:
        Failure: when it is neither a string nor a number.

    """
    if isinstance(value, str):
        return value
    if is_number(value):
        return text_of(value)
    raise Failure(f"the name of a property must be a string, not {kind_of(value)}")


@OBJECTS.add("items", 1, 1, holes=Holes.SHALLOW)
def items(value: Value) -> Value:
    """The properties as `{key, value}`, sorted by name without case."""
    given = as_object(value)
    if isinstance(given, OpenObject):
        return combine([given.hole], present=True)
    return [{"key": name, "value": given[name]} for name in sorted(given, key=fold)]


@OBJECTS.add("objectKeys", 1, 1, holes=Holes.SHALLOW)
def object_keys(value: Value) -> Value:
    """The names of the properties, in their order."""
    given = as_object(value)
    return combine([given.hole], present=True) if isinstance(given, OpenObject) else list(given)


@OBJECTS.add("shallowMerge", 1, 1, holes=Holes.OWN)
def shallow_merge(value: Value) -> Value:
    """The objects of an array merged at their first level; the later value wins, the first spelling stays."""
    if isinstance(value, Unknown):
        return combine([value], present=True)
    objects = as_array(value)
    if any(isinstance(item, (Unknown, OpenObject)) for item in objects):
        return combine(holes_of(objects), present=True)
    merged: dict[str, Value] = {}
    spelled: dict[str, str] = {}
    for item in objects:
        for name, below in as_object(item, "every element").items():
            merged[spelled.setdefault(name.lower(), name)] = below
    check_count(len(merged))
    return merged


@OBJECTS.add("tryGet", 2, None, holes=Holes.OWN, present=False)
def try_get(value: Value, *steps: Value) -> Value:
    """What stands at a property or index, and below it at further ones.

    Null when the value is null or has no such first property or element; the further ones must be there, as in
    `value.?first.second`.
    """
    step = steps[0]
    if isinstance(step, str) and len(steps) == 1:
        # Nearly all are a name in an object that is there, or not.
        if value is None:
            return None
        if isinstance(value, dict) and step in value:
            return value[step]
    return _descend(value, steps, forgiving=1)


@TOLERANT.add("tryGet", 2, None, holes=Holes.OWN, present=False)
def try_get_any(value: Value, *steps: Value) -> Value:
    """`tryGet` that gives null when anything on the way is missing."""
    return _descend(value, steps, forgiving=len(steps))


def _descend(value: Value, steps: tuple[Value, ...], forgiving: int) -> Value:
    current = value
    for index, step in enumerate(steps):
        if isinstance(current, Unknown) or has_hole(step):
            return combine(holes_of([current, step]))
        key = _key(step, current)
        if isinstance(key, Unknown):
            return combine([key])
        if index < forgiving:
            current = access(current, key, safe=True) if _fits(current, key) else None
            if current is None:
                return None
        else:
            current = access(current, key)
    return current


def _fits(current: Value, key: Value) -> bool:
    """Whether a kind of key goes with a kind of value at all."""
    return isinstance(key, str) if isinstance(current, dict) else isinstance(key, int)


def _key(step: Value, current: Value) -> Value:
    """A name or an index; `{value, fromEnd}` becomes an index from the start."""
    if not isinstance(step, dict):
        return step
    value, from_end = member(step, "value"), member(step, "fromEnd")
    place = as_integer(None if value is MISSING else value, "`value` of an index")
    backwards = from_end is not MISSING and as_boolean(from_end, "`fromEnd` of an index")
    if not backwards:
        return place
    items = as_array(current, "what is counted from the end") if current is not None else []
    if has_many(items):
        return combine(holes_of(items))
    return len(items) - place
