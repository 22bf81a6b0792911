"""Functions on arrays, and those that take strings, arrays and objects alike."""

from __future__ import annotations

from typing import Any

from everward.expressions.equality import canonical, same
from everward.expressions.functions.registry import Family, Holes
from everward.expressions.holes import OpenObject, has_hole, has_many, holes_of
from everward.expressions.kinds import as_array, as_integer, as_object, as_string, is_number, kind_of
from everward.expressions.limits import bounds
from everward.expressions.problem import Failure
from everward.expressions.text import bounded, check_length, fold, text_of
from everward.values import Truth, Unknown, Value, any_of, combine, key_of

ARRAYS = Family()


def is_many(item: Value) -> bool:
    """Whether an element stands for any number of elements."""
    return isinstance(item, Unknown) and item.many


def many(hole: Unknown) -> Unknown:
    """The hole as an element that stands for any number of elements."""
    from msgspec.structs import replace

    return hole if hole.many else replace(hole, many=True)


def single(item: Value) -> Value:
    """An element taken out of its array, where a hole no longer stands for any number."""
    from msgspec.structs import replace

    if isinstance(item, Unknown) and item.many:
        return replace(item, many=False, present=False, text=None)
    return item


def check_count(count: int) -> None:
    """Hold that an array of this many elements may be made.

    Raises:
        Failure: when it may not.

    """
    most = bounds().elements
    if count > most:
        raise Failure(f"the result would have more than {most} elements", limit="elements")
    bounds().walk(count, count)


@ARRAYS.add("createArray", 0, None, holes=Holes.OWN)
def create_array(*values: Value) -> Value:
    """The arguments as an array."""
    return list(values)


@ARRAYS.add("array", 1, 1, holes=Holes.SHALLOW)
def to_array(value: Value) -> Value:
    """The value itself when it is an array, else an array of it."""
    return value if isinstance(value, list) else [value]


@ARRAYS.add("concat", 0, None, holes=Holes.OWN)
def concat(*values: Value) -> Value:
    """Strings, numbers and booleans put together as one string, or arrays as one array."""
    for value in values:
        if type(value) is not str:
            break
    else:
        return bounded("".join(values))  # type: ignore[arg-type]
    known = [value for value in values if not isinstance(value, Unknown)]
    if any(isinstance(value, list) for value in known):
        parts: list[Value] = []
        for value in values:
            if isinstance(value, Unknown):
                # It can only be an array, or Azure would fail: any number of elements that are not known.
                parts.append(many(value))
            else:
                parts.extend(as_array(value, "every argument"))
            check_count(len(parts))
        return parts
    texts = [_part(value) for value in known]
    if len(known) < len(values):
        return combine(holes_of(values), present=True)
    check_length(sum(map(len, texts)))
    return "".join(texts)


def _part(value: Value) -> str:
    if isinstance(value, (str, bool)) or is_number(value):
        return text_of(value)
    raise Failure(f"every argument must be a string, a number or a boolean, not {kind_of(value)}")


@ARRAYS.add("contains", 2, 2, holes=Holes.OWN)
def contains(container: Value, item: Value) -> Value:
    """Whether a string has a part, an array an element (both with case), or an object a property (without)."""
    return contained(container, item, folded=False)


def contained(container: Value, item: Value, *, folded: bool) -> Value:
    """`contains`, with or without case in strings."""
    if isinstance(container, list):
        return _has_element(container, item, folded)
    if isinstance(container, Unknown) or (isinstance(item, Unknown) and isinstance(container, (str, dict))):
        return _contains_hole(container, item)
    if isinstance(container, dict):
        name = text_of(item) if is_number(item) else as_string(item, "what to find")
        if key_of(container, name) is not None:
            return True
        return combine([container.hole], present=True) if isinstance(container, OpenObject) else False
    if isinstance(container, str):
        part = text_of(item) if is_number(item) else as_string(item, "what to find")
        return fold(part) in fold(container) if folded else part in container
    if container is None:
        return False
    raise Failure(f"its first argument must be a string, an array or an object, not {kind_of(container)}")


def _has_element(items: list[Value], wanted: Value, folded: bool) -> Truth:
    if isinstance(wanted, (str, int, float)) and not folded and wanted not in items and Unknown not in map(type, items):
        # What is equal to nothing here is equal to nothing there: the interpreter looks through long arrays faster.
        return False
    return any_of(same(item, wanted, folded=folded) for item in items)


def _contains_hole(container: Value, item: Value) -> Value:
    if isinstance(container, dict) and not container and not isinstance(container, OpenObject):
        return False
    return combine(holes_of([container, item]), present=True)


@ARRAYS.add("empty", 1, 1, holes=Holes.OWN)
def empty(value: Value) -> Value:
    """Whether a string, array or object has nothing in it; null is empty."""
    if isinstance(value, Unknown):
        return False if value.filled else combine([value], present=True)
    if isinstance(value, list) and value and all(is_many(item) for item in value):
        return combine(holes_of(value), present=True)
    if isinstance(value, OpenObject) and not value:
        return combine([value.hole], present=True)
    return value is None or (isinstance(value, (str, list, dict)) and not value)


@ARRAYS.add("length", 1, 1, holes=Holes.SHALLOW)
def length(value: Value) -> Value:
    """Characters of a string, elements of an array, properties of an object."""
    if not isinstance(value, (str, list, dict)):
        raise Failure(f"its argument must be a string, an array or an object, not {kind_of(value)}")
    if isinstance(value, OpenObject):
        return combine([value.hole], present=True)
    if isinstance(value, list) and has_many(value):
        return combine(holes_of(value), present=True)
    return len(value)


def _ends(value: Value, index: int) -> Value:
    if isinstance(value, str):
        return value[index] if value else ""
    items = as_array(value, "its argument")
    if not items:
        return None
    return single(items[index])


@ARRAYS.add("first", 1, 1, holes=Holes.SHALLOW, present=False)
def first(value: Value) -> Value:
    """The first character or element; of nothing the empty string or null."""
    return _ends(value, 0)


@ARRAYS.add("last", 1, 1, holes=Holes.SHALLOW, present=False)
def last(value: Value) -> Value:
    """The last character or element; of nothing the empty string or null."""
    return _ends(value, -1)


@ARRAYS.add("take", 2, 2, holes=Holes.SHALLOW)
def take(value: Value, count: Value) -> Value:
    """The first `count` characters or elements, or all when there are fewer."""
    number = max(0, as_integer(count, "the count"))
    if isinstance(value, str):
        return value[:number]
    items = as_array(value, "its first argument")
    head = items[:number]
    if has_many(head):
        # What stands behind an element of unknown number may or may not be among the first ones.
        return combine(holes_of(items), present=True)
    return head


@ARRAYS.add("skip", 2, 2, holes=Holes.SHALLOW)
def skip(value: Value, count: Value) -> Value:
    """Everything behind the first `count` characters or elements."""
    number = max(0, as_integer(count, "the count"))
    if isinstance(value, str):
        return value[number:]
    items = as_array(value, "its first argument")
    if has_many(items[:number]):
        return combine(holes_of(items), present=True)
    return items[number:]


def _search(value: Value, item: Value, last_one: bool) -> Value:
    if isinstance(value, list):
        indices = range(len(value) - 1, -1, -1) if last_one else range(len(value))
        for index in indices:
            truth = same(value[index], item)
            if isinstance(truth, Unknown) or is_many(value[index]):
                return combine(holes_of([value, item]), present=True)
            if truth:
                # Elements of unknown number before it shift it.
                return index if not has_many(value[:index]) else combine(holes_of(value), present=True)
        return -1
    if isinstance(value, Unknown) or isinstance(item, Unknown):
        return combine(holes_of([value, item]), present=True)
    text, part = as_string(value, "its first argument"), as_string(item, "what to find")
    return fold(text).rfind(fold(part)) if last_one else fold(text).find(fold(part))


@ARRAYS.add("indexOf", 2, 2, holes=Holes.OWN)
def index_of(value: Value, item: Value) -> Value:
    """The first position of a part in a string (without case) or of an element in an array (with case), or -1."""
    return _search(value, item, last_one=False)


@ARRAYS.add("lastIndexOf", 2, 2, holes=Holes.OWN)
def last_index_of(value: Value, item: Value) -> Value:
    """The last position of a part in a string (without case) or of an element in an array (with case), or -1."""
    return _search(value, item, last_one=True)


def _from_end(value: Value, index: Value) -> tuple[list[Value], int]:
    items, back = as_array(value, "its first argument"), as_integer(index, "the index")
    return items, back


@ARRAYS.add("indexFromEnd", 2, 2, holes=Holes.SHALLOW, present=False)
def index_from_end(value: Value, index: Value) -> Value:
    """The element at a position counted from the end, the last one being 1."""
    items, back = _from_end(value, index)
    if has_many(items[-back:] if back > 0 else []) or (has_many(items) and back > len(items)):
        return combine(holes_of(items))
    if not 1 <= back <= len(items):
        raise Failure(f"array index `{back}` from the end is out of bounds")
    return items[-back]


@ARRAYS.add("tryIndexFromEnd", 2, 2, holes=Holes.SHALLOW, present=False)
def try_index_from_end(value: Value, index: Value) -> Value:
    """The element at a position counted from the end, or null when there is none."""
    if value is None:
        return None
    items, back = _from_end(value, index)
    if has_many(items) and (back > len(items) or has_many(items[-back:] if back > 0 else [])):
        return combine(holes_of(items))
    return items[-back] if 1 <= back <= len(items) else None


@ARRAYS.add("flatten", 1, 1, holes=Holes.SHALLOW)
def flatten(value: Value) -> Value:
    """The elements of the arrays in an array, one level down."""
    flat: list[Value] = []
    for item in as_array(value):
        if isinstance(item, Unknown):
            flat.append(many(item))
        else:
            flat.extend(as_array(item, "every element"))
        check_count(len(flat))
    return flat


@ARRAYS.add("distinct", 1, 1)
def distinct(value: Value) -> Value:
    """Every element once, in the order of first appearance."""
    return unique(as_array(value))


def unique(items: list[Value]) -> list[Value]:
    """Every element of a known array once, in the order of first appearance."""
    seen: dict[Any, Value] = {}
    for item in items:
        seen.setdefault(canonical(item), item)
    return list(seen.values())


@ARRAYS.add("union", 1, None, holes=Holes.OWN)
def union(*values: Value) -> Value:
    """Arrays: every element once. Objects: merged at every level, the later value wins."""
    if all(isinstance(value, list) for value in values):
        if any(has_hole(value) for value in values):
            return combine(holes_of(values), present=True)
        return unique([item for value in values for item in as_array(value)])
    if any(isinstance(value, Unknown) for value in values):
        return combine(holes_of(values), present=True)
    if not all(isinstance(value, dict) for value in values):
        raise Failure("its arguments must be all arrays or all objects")
    merged: dict[str, Value] = {}
    if any(isinstance(value, OpenObject) for value in values):
        return combine(holes_of(values), present=True)
    for value in values:
        merge(merged, as_object(value))
    return merged


def merge(target: dict[str, Value], source: dict[str, Value]) -> None:
    """Put `source` over `target`, level by level; names keep the spelling they came with first."""
    stack: list[tuple[dict[str, Value], dict[str, Value]]] = [(target, source)]
    while stack:
        into, given = stack.pop()
        # Look names up in one go: merging large objects one by one would be quadratic.
        spelled = {name.lower(): name for name in into}
        for name, value in given.items():
            key = spelled.setdefault(name.lower(), name)
            old = into.get(key)
            if isinstance(old, dict) and isinstance(value, dict) and not isinstance(value, OpenObject):
                fresh = dict(old)
                into[key] = fresh
                stack.append((fresh, value))
            elif isinstance(old, (dict, Unknown)) and isinstance(value, (dict, Unknown)):
                # A hole may be an object, and then members of both are in the result.
                into[key] = combine(holes_of([old, value]))
            else:
                into[key] = value


@ARRAYS.add("intersection", 1, None)
def intersection(*values: Value) -> Value:
    """Elements that every array has, or properties that every object has with the same value."""
    if all(isinstance(value, list) for value in values):
        common = [{canonical(item) for item in as_array(value)} for value in values[1:]]
        return [item for item in unique(as_array(values[0])) if all(canonical(item) in items for items in common)]
    head = values[0]
    if not isinstance(head, dict) or not all(isinstance(value, dict) for value in values):
        raise Failure("its arguments must be all arrays or all objects")
    tables = [
        {name.lower(): canonical(item) for name, item in value.items()} for value in values if isinstance(value, dict)
    ]
    return {
        name: item
        for name, item in head.items()
        if all(name.lower() in table and table[name.lower()] == tables[0][name.lower()] for table in tables)
    }
