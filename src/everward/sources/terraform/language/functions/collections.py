"""Functions over lists, maps and objects. Where only elements are holes, the rest stays known."""

from __future__ import annotations

import re
from typing import Any

from everward.sources.terraform.language import graphemes, numbers
from everward.sources.terraform.language.functions.registry import (
    Context,
    function,
    hole_of_call,
    mark,
    open_call,
    sequence,
    strings,
    whole,
)
from everward.sources.terraform.language.operations import as_truth, equal, is_many
from everward.sources.terraform.language.types import ANY, STRING, Type
from everward.sources.terraform.language.unify import unify
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    MapValue,
    Sensitive,
    SetValue,
    ValueProblem,
    bared,
    convert,
    freeze,
    has_hole,
    holes_of,
    is_null,
    kind_name,
    null_of,
    shorten,
    type_of,
)
from everward.values import Unknown, all_of, any_of


def some_many(*lists: list[Data]) -> bool:
    """Whether an element of the lists stands for any number of them."""
    return any(is_many(item) for items in lists for item in items)


@function("length", "a", "shallow", marks="top")
def length(value: Data) -> Data:
    """How many elements or characters."""
    if isinstance(value, str):
        return numbers.sized(graphemes.count(value))
    if isinstance(value, dict):
        return numbers.sized(len(value))
    items = sequence(value)
    if some_many(items) or (isinstance(value, SetValue) and len(items) > 1 and has_hole(value)):
        return open_call("length", value)
    return numbers.sized(len(items))


@function("keys", "m", "shallow", marks="top")
def keys(value: dict[str, Data]) -> Data:
    """The keys in order."""
    names = sorted(value)
    return strings(names) if isinstance(value, MapValue) else names


@function("values", "m", "shallow", marks="top")
def values(value: dict[str, Data]) -> Data:
    """The values in the order of the keys."""
    items = [value[name] for name in sorted(value)]
    return ListValue(items, value.of) if isinstance(value, MapValue) else items


@function("lookup", "ms*A", "raw", nullable=True, marks="own")
def lookup(value: Data, key: Data, *default: Data) -> Data:
    """The value under a key, else the default."""
    marked = isinstance(value, Sensitive) or isinstance(key, Sensitive)
    found = _looked_up(bared(value), bared(key), default)
    return mark(found) if marked else found


def _looked_up(value: Data, key: Data, default: tuple[Data, ...]) -> Data:
    if len(default) > 1:
        raise ValueProblem("fewer arguments are needed")
    if isinstance(value, Unknown) or isinstance(key, Unknown):
        everything = [value, key, *default]
        return hole_of_call("lookup", everything, holes_of(everything), present=False)
    if not isinstance(value, dict):
        raise ValueProblem(f"a map is needed, not a {kind_name(value)}")
    fallback = [convert(item, value.of) for item in default] if isinstance(value, MapValue) else list(default)
    if key in value:
        return value[key]
    if not fallback:
        raise ValueProblem(f"there is no key `{shorten(key)}`, and no default")
    return fallback[0]


@function("element", "an", "shallow", nullable=True, marks="top")
def element(value: Data, index: Any) -> Data:
    """An element by position, counted round and round."""
    items = sequence(value, sets=False)
    position = whole(index)
    if some_many(items):
        return hole_of_call("element", [value, index], holes_of([value, index]), present=False)
    if not items:
        raise ValueProblem("an empty list has no elements")
    if position < 0 and position % len(items) and not isinstance(value, ListValue):
        raise ValueProblem("the position is negative, which only lists allow")
    return items[position % len(items)]


@function("index", "aa", "shallow")
def index(value: Data, wanted: Data) -> Data:
    """The position of a value."""
    for position, item in enumerate(sequence(value, sets=False)):
        same = equal(item, wanted)
        if isinstance(same, Unknown):
            return open_call("index", value, wanted)
        if same:
            return numbers.sized(position)
    raise ValueProblem("the list does not have the value")


@function("contains", "aa", "shallow")
def contains(value: Data, wanted: Data) -> Data:
    """Whether a list has a value."""
    items = sequence(value)
    if type(wanted) is str and all(type(item) is str for item in items):
        return wanted in items
    return any_of(equal(item, wanted) for item in items)


@function("concat", "*a", "shallow", marks="top")
def concat(*lists: Data) -> Data:
    """One list after the other."""
    if not lists:
        raise ValueProblem("at least one list is needed")
    if all(isinstance(items, ListValue) for items in lists):
        common = unify(type_of(items) for items in lists)
        if common is not None and common.element is not None:
            return ListValue((item for items in lists for item in convert(items, common)), common.element)
    return [item for items in lists for item in sequence(items, sets=False)]


@function("flatten", "a", "shallow", marks="own")
def flatten(value: Data) -> Data:
    """Lists inside lists laid open; a hole inside may be a list, and stands for any number of elements."""
    marked = isinstance(value, Sensitive)
    out: list[Data] = []
    stack = list(reversed(sequence(bared(value))))
    while stack:
        item = stack.pop()
        bare = bared(item)
        if isinstance(bare, list):
            marked = marked or isinstance(item, Sensitive)
            stack.extend(reversed(bare))
        elif isinstance(bare, Unknown) and not bare.many and not _is_text(bare):
            out.append(spread(bare))
        else:
            out.append(item)
    return mark(out) if marked else out


def _is_text(hole: Unknown) -> bool:
    """Whether a hole is an id, or a text of which a part is known: no list in any case."""
    text = hole.text
    return hole.reference is not None or (text is not None and _ONE_PLACE.fullmatch(text) is None)


_ONE_PLACE = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


def spread(hole: Unknown) -> Unknown:
    """A hole that may turn out to be any number of elements."""
    return Unknown(
        reason=hole.reason,
        decided_by=hole.decided_by,
        many=True,
        reference=hole.reference,
        text=hole.text,
        origin=hole.origin,
    )


@function("merge", "*A", "raw", marks="own")
def merge(*maps: Data) -> Data:
    """Maps put together; later ones win. What nulls give is nothing."""
    bare = [bared(item) for item in maps]
    if any(isinstance(item, Unknown) for item in bare):
        return open_call("merge", *maps)
    result: dict[str, Data] = {}
    for item in bare:
        if isinstance(item, dict):
            result.update(item)
        elif item is not None and not (is_null(item) and type_of(item).kind in ("map", "object")):
            raise ValueProblem(f"a map is needed, not a {kind_name(item)}")
    merged: Data = {name: result[name] for name in sorted(result)}
    if not any(isinstance(item, dict) and not isinstance(item, MapValue) for item in bare):
        # Only maps of one type give a map; the type of an object takes long to tell, and would say no.
        kinds = {type_of(item) for item in bare}
        kind = kinds.pop() if len(kinds) == 1 else ANY
        merged = MapValue(merged, kind.element or ANY) if kind.kind == "map" else merged
    return mark(merged) if any(isinstance(item, Sensitive) for item in maps) else merged


@function("zipmap", "ta", "shallow", marks="top")
def zipmap(names: list[Data], items: Data) -> Data:
    """A map from keys and values."""
    listed = sequence(items, sets=False)
    marked = any(isinstance(name, Sensitive) for name in names)
    bare = [bared(name) for name in names]
    if any(isinstance(name, Unknown) for name in bare) or some_many(listed):
        return open_call("zipmap", names, items)
    if len(bare) != len(listed):
        raise ValueProblem(f"there are {len(bare)} keys and {len(listed)} values")
    if any(is_null(name) for name in bare):
        raise ValueProblem("a key is null")
    result = dict(zip(bare, listed, strict=True))
    zipped = MapValue(result, items.of) if isinstance(items, ListValue) else result
    return mark(zipped) if marked else zipped


@function("coalesce", "*A", "raw", nullable=True)
def coalesce(*options: Data) -> Data:
    """The first that is neither null nor empty text, in the type of all."""
    common = unify({type_of(item): None for item in options}) if options else None
    if common is None:
        raise ValueProblem("all values must have one type" if options else "at least one value is needed")
    converted = [convert(item, common) for item in options]
    for position, item in enumerate(converted):
        if isinstance(item, Unknown):
            # It could be null: only when it is known not to be, later ones do not matter.
            return item if item.present and position == len(converted) - 1 else _coalesced(converted, item)
        if not is_null(item) and not (common.kind in ("string", "hole") and item == ""):
            return item
    raise ValueProblem("all values are null or empty")


def _coalesced(options: list[Data], first: Unknown) -> Data:
    return first if len(options) == 1 else open_call("coalesce", *options)


@function("coalescelist", "*A", "raw")
def coalescelist(*lists: Data) -> Data:
    """The first list that has elements."""
    if not lists:
        raise ValueProblem("at least one list is needed")
    for items in lists:
        if isinstance(items, Unknown):
            break
        if not is_null(items) or type_of(items).kind not in ("list", "tuple"):
            sequence(items, sets=False)
    for items in lists:
        if isinstance(items, Unknown) or (isinstance(items, list) and items and all(map(is_many, items))):
            return open_call("coalescelist", *lists)
        if isinstance(items, list) and items:
            return items
    raise ValueProblem("all lists are empty")


@function("compact", "t", "shallow")
def compact(items: list[Data]) -> Data:
    """Text without nulls and empty ones."""
    kept: list[Data] = []
    for item in items:
        if isinstance(item, Unknown):
            # It may turn out empty, and drop out.
            kept.append(item if item.many else spread(item))
        elif not is_null(item) and item:
            kept.append(item)
    return ListValue(kept, STRING)


@function("distinct", "l", "shallow")
def distinct(items: ListValue) -> Data:
    """Every value once, in the order of their first appearance."""
    seen: set[Any] = set()
    out: list[Data] = []
    some_known = not all(isinstance(item, Unknown) for item in items)
    for item in items:
        frozen = freeze(item)
        if frozen is None or frozen not in seen:
            seen.add(frozen)
            # What a hole turns out to be may stand elsewhere as well.
            doubtful = isinstance(item, Unknown) and not item.many and (out or some_known)
            out.append(spread(item) if doubtful else item)
    return ListValue(out, items.of)


@function("reverse", "a", "shallow", marks="top")
def reverse(value: Data) -> Data:
    """Back to front."""
    turned = sequence(value)[::-1]
    return ListValue(turned, value.of) if isinstance(value, ListValue | SetValue) else turned


@function("slice", "ann", "shallow", marks="top")
def slice_list(value: Data, start: Any, end: Any) -> Data:
    """The elements from a position up to, and without, another."""
    items = sequence(value, sets=False)
    first, last = whole(start), whole(end)
    if some_many(items):
        return open_call("slice", value, start, end)
    if not 0 <= first <= last <= len(items):
        raise ValueProblem(f"{first} to {last} does not lie in a list of {len(items)}")
    part = items[first:last]
    return ListValue(part, value.of) if isinstance(value, ListValue) else part


@function("chunklist", "ln", "shallow", marks="top")
def chunklist(items: ListValue, size: Any) -> Data:
    """Parts of at most `size` elements."""
    step = whole(size)
    if step < 0:
        raise ValueProblem("the size is negative")
    if some_many(items):
        return open_call("chunklist", items, size)
    step = step or max(len(items), 1)
    parts = (ListValue(items[at : at + step], items.of) for at in range(0, len(items), step))
    return ListValue(parts, Type("list", items.of))


@function("one", "a", "shallow", nullable=True)
def one(value: Data) -> Data:
    """The only element, or null for none."""
    items = sequence(value)
    if any(is_many(item) for item in items):
        return open_call("one", value)
    if len(items) > 1:
        if isinstance(value, SetValue) and has_hole(value):
            return open_call("one", value)
        raise ValueProblem(f"there are {len(items)} elements, not one")
    if items:
        return items[0]
    return null_of(value.of) if isinstance(value, ListValue | SetValue) else None


@function("sort", "t")
def sort(items: list[str]) -> Data:
    """Text in order."""
    if any(is_null(item) for item in items):
        raise ValueProblem("an element is null")
    return strings(sorted(items))


@function("alltrue", "o", "shallow")
def alltrue(items: list[Data]) -> Data:
    """Whether all are true."""
    return all_of(False if is_null(item) else as_truth(item) for item in items)


@function("anytrue", "o", "shallow")
def anytrue(items: list[Data]) -> Data:
    """Whether any is true."""
    return any_of(False if is_null(item) else as_truth(item) for item in items)


@function("matchkeys", "lll")
def matchkeys(items: ListValue, names: ListValue, wanted: ListValue) -> Data:
    """The elements whose key is wanted."""
    common = unify((type_of(names), type_of(wanted)))
    if common is None:
        raise ValueProblem("the keys and those wanted must have one type")
    if len(items) != len(names):
        raise ValueProblem(f"there are {len(items)} values and {len(names)} keys")
    marks = {freeze(item) for item in convert(wanted, common)}
    kept = (item for item, name in zip(items, convert(names, common), strict=True) if freeze(name) in marks)
    return ListValue(kept, items.of)


@function("transpose", "M")
def transpose(value: dict[str, Data]) -> Data:
    """Keys and values changed over."""
    turned: dict[str, list[str]] = {}
    for name in sorted(value):
        if is_null(value[name]) or any(is_null(item) for item in value[name]):
            raise ValueProblem("a list, or an element of one, is null")
        for item in value[name]:
            turned.setdefault(item, []).append(name)
    of = Type("list", STRING)
    return MapValue({name: strings(turned[name]) for name in sorted(turned)}, of)


# Sets


def _common_sets(items: tuple[SetValue, ...]) -> tuple[list[SetValue], Type]:
    found = {part.of: None for part in items if part or part.of.kind != "any"}
    common = unify(found) if found else ANY
    if common is None or (common.kind == "any" and len({part.of for part in items}) > 1):
        raise ValueProblem("the elements of all sets must have one type")
    return [convert(part, Type("set", common)) for part in items], common


@function("setunion", "e*e", "shallow")
def setunion(*items: SetValue) -> Data:
    """What stands in any."""
    sets, common = _common_sets(items)
    return convert(ListValue((item for part in sets for item in part), common), Type("set", common))


@function("setintersection", "e*e")
def setintersection(*items: SetValue) -> Data:
    """What stands in all."""
    sets, common = _common_sets(items)
    marks = [{freeze(item) for item in part} for part in sets[1:]]
    return SetValue((item for item in sets[0] if all(freeze(item) in seen for seen in marks)), common)


@function("setsubtract", "ee")
def setsubtract(*items: SetValue) -> Data:
    """What stands in the first alone."""
    (left, right), common = _common_sets(items)
    marks = {freeze(item) for item in right}
    return SetValue((item for item in left if freeze(item) not in marks), common)


@function("setproduct", "*a", "shallow", context=True, marks="top")
def setproduct(context: Context, *items: Data) -> Data:
    """Every combination."""
    if len(items) < 2:
        raise ValueProblem("at least two lists are needed")
    parts = [sequence(part) for part in items]
    kinds = [_element_type(part) for part in parts]
    if some_many(*parts):
        return open_call("setproduct", *items)
    total = 1
    for part in parts:
        total *= len(part)
    if total > context.limits.elements:
        raise LimitProblem(f"more than {context.limits.elements:,} combinations", "elements")
    context.spend(total // 16)
    rows: list[list[Data]] = [[]] if total else []
    for part, kind in zip(parts, kinds, strict=True):
        converted = [convert(item, kind) for item in part]
        rows = [[*row, item] for row in rows for item in converted]
    of = Type("tuple", elements=tuple(kinds))
    product = ListValue(rows, of)
    return convert(product, Type("set", of)) if any(isinstance(part, SetValue) for part in items) else product


def _element_type(part: list[Data]) -> Type:
    if isinstance(part, ListValue | SetValue):
        return part.of
    common = unify({type_of(item): None for item in part})
    if common is None:
        raise ValueProblem("all elements of a list must have one type")
    return ANY if common.kind == "hole" else common
