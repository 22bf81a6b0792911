"""Functions over lists, sets and maps. Where only elements are holes, the rest stays known."""

from __future__ import annotations

from typing import Any

from everward.sources.terraform.language.functions.registry import (
    function,
    hole_of_call,
    strings,
    unified,
    whole,
)
from everward.sources.terraform.language.operations import as_truth, equal, is_many, sequence
from everward.sources.terraform.language.types import ANY, STRING, Type
from everward.sources.terraform.language.values import (
    Data,
    ListValue,
    MapValue,
    SetValue,
    ValueProblem,
    convert,
    freeze,
    has_hole,
    holes_of,
    kind_name,
    make_set,
    shorten,
    to_string,
    unify_items,
)
from everward.values import Unknown, all_of, any_of

_LARGEST = 100_000
"""How many elements a product may have."""


def _open(name: str, *arguments: Data) -> Unknown:
    return hole_of_call(name, list(arguments), holes_of(arguments))


def _some_many(*lists: list[Data]) -> bool:
    return any(is_many(item) for items in lists for item in items)


@function("length", "a", "shallow")
def length(value: Data) -> Data:
    """How many elements or characters."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return len(value)
    items = sequence(value)
    if _some_many(items) or (isinstance(value, SetValue) and len(items) > 1 and has_hole(value)):
        return _open("length", value)
    return len(items)


@function("keys", "m", "shallow")
def keys(value: dict[str, Data]) -> Data:
    """The keys in order."""
    return strings(sorted(value))


@function("values", "m", "shallow")
def values(value: dict[str, Data]) -> Data:
    """The values in the order of the keys."""
    items = [value[name] for name in sorted(value)]
    return ListValue(items, value.of) if isinstance(value, MapValue) else items


@function("lookup", "ms*A", "shallow", nullable=True)
def lookup(value: dict[str, Data], key: str, *default: Data) -> Data:
    """The value under a key, else the default."""
    if len(default) > 1:
        raise ValueProblem("fewer arguments are needed")
    if key in value:
        return value[key]
    if not default:
        raise ValueProblem(f"there is no key `{shorten(key)}`, and no default")
    return convert(default[0], value.of) if isinstance(value, MapValue) else default[0]


@function("element", "an", "shallow", nullable=True)
def element(value: Data, index: Any) -> Data:
    """An element by position, counted round and round."""
    items = sequence(value)
    position = whole(index)
    if _some_many(items):
        return _open("element", value, index)
    if not items:
        raise ValueProblem("an empty list has no elements")
    if position < 0:
        raise ValueProblem("the position is negative")
    return items[position % len(items)]


@function("index", "la", "shallow")
def index(items: list[Data], value: Data) -> Data:
    """The position of a value."""
    for position, item in enumerate(items):
        same = equal(item, value)
        if isinstance(same, Unknown):
            return _open("index", items, value)
        if same:
            return position
    raise ValueProblem("the list does not have the value")


@function("contains", "la", "shallow")
def contains(items: list[Data], value: Data) -> Data:
    """Whether a list has a value."""
    return any_of(equal(item, value) for item in items)


@function("concat", "*l", "shallow")
def concat(*lists: list[Data]) -> Data:
    """One list after the other."""
    if not lists:
        raise ValueProblem("at least one list is needed")
    joined = [item for items in lists for item in items]
    if all(isinstance(items, ListValue) for items in lists):
        return unified(joined)
    return joined


@function("flatten", "l", "shallow")
def flatten(items: list[Data]) -> Data:
    """Lists inside lists laid open; a hole inside may be a list, and stands for any number of elements."""
    out: list[Data] = []
    stack = list(reversed(items))
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, Unknown) and not item.many and not item.present:
            out.append(_spread(item))
        else:
            out.append(item)
        if len(out) > _LARGEST:
            raise ValueProblem("too many elements")
    return out


def _spread(hole: Unknown) -> Unknown:
    return Unknown(
        reason=hole.reason,
        decided_by=hole.decided_by,
        many=True,
        reference=hole.reference,
        text=hole.text,
        origin=hole.origin,
    )


@function("merge", "*A", "raw")
def merge(*maps: Data) -> Data:
    """Maps put together; later ones win. What nulls give is nothing."""
    holes = [item for item in maps if isinstance(item, Unknown)]
    if holes:
        return hole_of_call("merge", list(maps), holes)
    result: dict[str, Data] = {}
    given = [item for item in maps if item is not None]
    for item in given:
        if not isinstance(item, dict):
            raise ValueProblem(f"a map is needed, not a {kind_name(item)}")
        result.update(item)
    if given and all(isinstance(item, MapValue) for item in given):
        names = list(result)
        try:
            items, of = unify_items([result[name] for name in names])
        except ValueProblem:
            return result
        return MapValue(zip(names, items, strict=True), of)
    return {name: result[name] for name in sorted(result)}


@function("zipmap", "ta", "shallow")
def zipmap(names: list[Data], items: Data) -> Data:
    """A map from keys and values."""
    listed = sequence(items)
    holes = [name for name in names if isinstance(name, Unknown)]
    if holes or _some_many(listed):
        return _open("zipmap", names, items)
    if len(names) != len(listed):
        raise ValueProblem(f"there are {len(names)} keys and {len(listed)} values")
    result = dict(zip(names, listed, strict=True))
    return MapValue(result, items.of) if isinstance(items, ListValue) else result


@function("coalesce", "*A", "raw", nullable=True)
def coalesce(*options: Data) -> Data:
    """The first that is neither null nor empty text, in the type of all."""
    if not options:
        raise ValueProblem("at least one value is needed")
    try:
        converted = unify_items(list(options))[0]
    except ValueProblem:
        converted = list(options)
    for item in converted:
        if isinstance(item, Unknown):
            # It could be null: only when it is known not to be, later ones do not matter.
            return item if item.present and item is converted[-1] else _coalesced(converted, item)
        if item is not None and item != "":
            return item
    raise ValueProblem("all values are null or empty")


def _coalesced(options: list[Data], first: Unknown) -> Data:
    holes = [item for item in options if isinstance(item, Unknown)]
    hole = hole_of_call("coalesce", options, holes)
    return first if len(options) == 1 else hole


@function("coalescelist", "*A", "raw")
def coalescelist(*lists: Data) -> Data:
    """The first list that has elements."""
    for items in lists:
        if isinstance(items, Unknown) or (isinstance(items, list) and items and all(map(is_many, items))):
            return _open("coalescelist", *lists)
        if items is not None and sequence(items):
            return items
    raise ValueProblem("all lists are empty")


@function("compact", "l", "shallow")
def compact(items: list[Data]) -> Data:
    """Text without nulls and empty ones."""
    kept: list[Data] = []
    for item in items:
        if isinstance(item, Unknown):
            # It may turn out empty, and drop out.
            kept.append(item if item.many else _spread(item))
        elif item is not None and to_string(item):
            kept.append(to_string(item))
    return ListValue(kept, STRING)


@function("distinct", "l", "shallow")
def distinct(items: list[Data]) -> Data:
    """Every value once, in the order of their first appearance."""
    kept, of = unify_items(items)
    seen: set[Any] = set()
    out: list[Data] = []
    for item in kept:
        mark = freeze(item)
        if mark is None or mark not in seen:
            seen.add(mark)
            out.append(item)
    return ListValue(out, of)


@function("reverse", "l", "shallow")
def reverse(items: list[Data]) -> Data:
    """Back to front."""
    turned = items[::-1]
    return ListValue(turned, items.of) if isinstance(items, ListValue | SetValue) else turned


@function("slice", "lnn", "shallow")
def slice_list(items: list[Data], start: Any, end: Any) -> Data:
    """The elements from a position up to, and without, another."""
    first, last = whole(start), whole(end)
    if _some_many(items):
        return _open("slice", items, start, end)
    if not 0 <= first <= last <= len(items):
        raise ValueProblem(f"{first} to {last} does not lie in a list of {len(items)}")
    part = items[first:last]
    return ListValue(part, items.of) if isinstance(items, ListValue) else part


@function("chunklist", "ln", "shallow")
def chunklist(items: list[Data], size: Any) -> Data:
    """Parts of at most `size` elements."""
    step = whole(size)
    if step < 0:
        raise ValueProblem("the size is negative")
    if _some_many(items):
        return _open("chunklist", items, size)
    kept, of = unify_items(items)
    step = step or max(len(kept), 1)
    return ListValue((ListValue(kept[at : at + step], of) for at in range(0, len(kept), step)), Type("list", of))


@function("one", "a", "shallow", nullable=True)
def one(value: Data) -> Data:
    """The only element, or null for none."""
    items = sequence(value)
    if any(is_many(item) for item in items):
        return _open("one", value)
    if len(items) > 1:
        raise ValueProblem(f"there are {len(items)} elements, not one")
    return items[0] if items else None


@function("sort", "t")
def sort(items: list[str]) -> Data:
    """Text in order."""
    if any(item is None for item in items):
        raise ValueProblem("an element is null")
    return strings(sorted(items))


@function("alltrue", "l", "shallow")
def alltrue(items: list[Data]) -> Data:
    """Whether all are true."""
    return all_of(False if item is None else as_truth(item) for item in items)


@function("anytrue", "l", "shallow")
def anytrue(items: list[Data]) -> Data:
    """Whether any is true."""
    return any_of(False if item is None else as_truth(item) for item in items)


@function("matchkeys", "lll")
def matchkeys(items: list[Data], names: list[Data], wanted: list[Data]) -> Data:
    """The elements whose key is wanted."""
    if len(items) != len(names):
        raise ValueProblem(f"there are {len(items)} values and {len(names)} keys")
    marks = {freeze(item) for item in unify_items([*wanted, *names])[0][: len(wanted)]}
    keys_ = unify_items([*wanted, *names])[0][len(wanted) :]
    return unified([item for item, name in zip(items, keys_, strict=True) if freeze(name) in marks])


@function("transpose", "m")
def transpose(value: dict[str, Data]) -> Data:
    """Keys and values changed over."""
    turned: dict[str, list[str]] = {}
    for name in sorted(value):
        for item in sequence(value[name]):
            turned.setdefault(to_string(item), []).append(name)
    of = Type("list", STRING)
    return MapValue({name: strings(turned[name]) for name in sorted(turned)}, of)


# Sets


def _sets(items: tuple[list[Data], ...]) -> tuple[list[SetValue], Type]:
    flat, of = unify_items([item for part in items for item in part])
    out, start = [], 0
    for part in items:
        out.append(make_set(flat[start : start + len(part)], of))
        start += len(part)
    return out, of


@function("setunion", "l*l", "shallow")
def setunion(*items: list[Data]) -> Data:
    """What stands in any."""
    sets, of = _sets(items)
    return make_set([item for part in sets for item in part], of)


@function("setintersection", "l*l")
def setintersection(*items: list[Data]) -> Data:
    """What stands in all."""
    sets, of = _sets(items)
    marks = [{freeze(item) for item in part} for part in sets[1:]]
    return make_set([item for item in sets[0] if all(freeze(item) in mark for mark in marks)], of)


@function("setsubtract", "ll")
def setsubtract(first: list[Data], second: list[Data]) -> Data:
    """What stands in the first alone."""
    (left, right), of = _sets((first, second))
    marks = {freeze(item) for item in right}
    return make_set([item for item in left if freeze(item) not in marks], of)


@function("setproduct", "*l", "shallow")
def setproduct(*items: list[Data]) -> Data:
    """Every combination."""
    if len(items) < 2:
        raise ValueProblem("at least two lists are needed")
    if _some_many(*items):
        return _open("setproduct", *items)
    rows: list[list[Data]] = [[]]
    for part in items:
        rows = [[*row, item] for row in rows for item in part]
        if len(rows) > _LARGEST:
            raise ValueProblem("too many combinations")
    if all(isinstance(part, SetValue) for part in items):
        return make_set(rows, ANY)
    return ListValue(rows)
