"""The one type that values of several types can be brought to, and which types can be brought to which.

The rules are those of `cty`, the library of values behind Terraform (1.16, which Terraform 1.11.4 has). A conversion is
*safe* when no value of the type makes it fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from everward.sources.terraform.language.types import ANY, HOLE, Type

PRIMITIVES = frozenset({"string", "number", "bool"})
_SEQUENCES = frozenset({"list", "set"})


def convertible(source: Type, target: Type, *, unsafe: bool = True) -> bool:
    """Whether values of one type can be brought to another; with `unsafe`, also where some values cannot."""
    if source == target or target.kind in ("any", "hole") or source.kind == "hole":
        return True
    if source.kind == "any":
        return unsafe
    if source.kind in PRIMITIVES or target.kind in PRIMITIVES:
        return _primitive(source.kind, target.kind, unsafe)
    if target.kind == "object":
        return _to_object(source, target, unsafe)
    if target.kind == "map":
        return _to_map(source, target, unsafe)
    if target.kind == "tuple":
        return (
            source.kind == "tuple"
            and len(source.elements) == len(target.elements)
            and _all(zip(source.elements, target.elements, strict=True), unsafe)
        )
    return _to_sequence(source, target, unsafe)


def _all(pairs: Iterable[tuple[Type, Type]], unsafe: bool) -> bool:
    return all(convertible(one, two, unsafe=unsafe) for one, two in pairs)


def _primitive(source: str, target: str, unsafe: bool) -> bool:
    if target == "string":
        return source in PRIMITIVES
    return unsafe and source == "string" and target in PRIMITIVES


def _to_object(source: Type, target: Type, unsafe: bool) -> bool:
    optional = {name for name, _ in target.optional}
    if source.kind == "map" and source.element is not None:
        # Which keys a map has only its value says.
        return unsafe and all(
            convertible(source.element, part, unsafe=True) or name in optional for name, part in target.attributes
        )
    if source.kind != "object":
        return False
    given = dict(source.attributes)
    return all(
        convertible(given[name], part, unsafe=unsafe) if name in given else name in optional
        for name, part in target.attributes
    )


def _to_map(source: Type, target: Type, unsafe: bool) -> bool:
    element = target.element or ANY
    if source.kind == "map":
        return convertible(source.element or ANY, element, unsafe=unsafe)
    if source.kind != "object":
        return False
    return _gathered([part for _, part in source.attributes], element, unsafe, exact=False)


def _to_sequence(source: Type, target: Type, unsafe: bool) -> bool:
    element = target.element or ANY
    if source.kind == "tuple":
        return _gathered(source.elements, element, unsafe, exact=True)
    if source.kind not in _SEQUENCES or (source.kind == "list" and target.kind == "set" and not unsafe):
        return False
    return convertible(source.element or ANY, element, unsafe=unsafe)


def _gathered(parts: Sequence[Type], element: Type, unsafe: bool, *, exact: bool) -> bool:
    """Whether the parts of an object or tuple can become the elements of a collection."""
    if not parts:
        return True
    if element.kind == "any":
        common = unify(parts, unsafe=unsafe)
        if common is None:
            return False
        if exact and common.kind == "any":
            return all(part.kind in ("any", "hole") for part in parts)
        element = common
    return _all(((part, element) for part in dict.fromkeys(parts)), unsafe)


# Unification


def unify(types: Iterable[Type], *, unsafe: bool = True) -> Type | None:
    """The most general of the types that all can be brought to, or one made for them; None when there is none.

    Holes say nothing. Without types it is `any`.
    """
    given = list(types)
    kept = list(dict.fromkeys(kind for kind in given if kind.kind != "hole"))
    if not kept:
        return HOLE if given else ANY
    if len(kept) == 1:
        return kept[0]
    made = _structural(kept, unsafe)
    if made is not None:
        return made or None
    for wanted in _by_preference(kept):
        if all(convertible(kind, wanted, unsafe=unsafe) for kind in kept):
            return wanted
    return None


def _structural(types: list[Type], unsafe: bool) -> Type | Literal[False] | None:
    """The type made for several of one structure; False when there is none, None when they are of several."""
    kinds = {kind.kind for kind in types}
    bare = "any" in kinds
    kinds.discard("any")
    if len(kinds) == 1:
        (kind,) = kinds
        if kind in PRIMITIVES:
            return None
        # What a bare null will be is not known, and so neither is what all of them are.
        return ANY if bare else (_unify_alike(kind, types, unsafe) or False)
    if kinds == {"map", "object"}:
        return _through(types, "object", "map", unsafe)
    if kinds == {"list", "tuple"}:
        return _through(types, "tuple", "list", unsafe)
    return False if {"object", "tuple"} <= kinds else None


def _unify_alike(kind: str, types: list[Type], unsafe: bool) -> Type | None:
    if kind == "object":
        return _unify_objects(types, unsafe)
    if kind == "tuple":
        return _unify_tuples(types, unsafe)
    return _collection(kind, [item.element or ANY for item in types], types, unsafe)


def _collection(kind: str, parts: list[Type], types: list[Type], unsafe: bool) -> Type | None:
    element = unify(parts, unsafe=unsafe) if parts else None
    if element is None:
        return None
    made = Type(kind, element)
    return made if all(convertible(item, made, unsafe=unsafe) for item in types) else None


def _through(types: list[Type], loose: str, firm: str, unsafe: bool) -> Type | None:
    """Objects beside maps, or tuples beside lists: taken for collections first, if they can be."""
    structures = [kind for kind in types if kind.kind == loose]
    parts = [part for kind in structures for part in parts_of(kind)]
    collection = _collection(firm, parts, structures, unsafe)
    if collection is None:
        return None
    found = unify([collection if kind.kind == loose else kind for kind in types], unsafe=unsafe)
    return found if found is not None and found.kind == firm else None


def parts_of(kind: Type) -> tuple[Type, ...]:
    """The types of what stands in an object or a tuple."""
    return kind.elements or tuple(part for _, part in kind.attributes)


def _unify_objects(types: list[Type], unsafe: bool) -> Type | None:
    names = [name for name, _ in types[0].attributes]
    if any([name for name, _ in kind.attributes] != names for kind in types[1:]):
        return _collection("map", [part for kind in types for part in parts_of(kind)], types, unsafe)
    columns = [unify(column, unsafe=unsafe) for column in zip(*map(parts_of, types), strict=True)]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns):
        return None
    made = Type("object", attributes=tuple(zip(names, known, strict=True)))
    if all(convertible(kind, made, unsafe=unsafe) for kind in types):
        return made
    return _collection("map", [part for kind in types for part in parts_of(kind)], types, unsafe)


def _unify_tuples(types: list[Type], unsafe: bool) -> Type | None:
    if len({len(kind.elements) for kind in types}) > 1:
        return _collection("list", [part for kind in types for part in kind.elements], types, unsafe)
    columns = [unify(column, unsafe=unsafe) for column in zip(*map(parts_of, types), strict=True)]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns):
        return None
    made = Type("tuple", elements=tuple(known))
    if all(convertible(kind, made, unsafe=unsafe) for kind in types):
        return made
    return _collection("list", [part for kind in types for part in kind.elements], types, unsafe)


# Preference


def _by_preference(types: list[Type]) -> list[Type]:
    """The types with the more general ones first; those that cannot be compared keep their order."""
    below: list[list[int]] = [[] for _ in types]
    waiting = [0] * len(types)
    for one in range(len(types)):
        for two in range(one + 1, len(types)):
            rank = compare(types[one], types[two])
            if rank:
                high, low = (one, two) if rank < 0 else (two, one)
                below[high].append(low)
                waiting[low] += 1
    queue = [at for at, count in enumerate(waiting) if not count]
    for at in queue:
        for low in below[at]:
            waiting[low] -= 1
            if not waiting[low]:
                queue.append(low)
    # A circle of preferences leaves places empty; the first type stands in them.
    queue += [0] * (len(types) - len(queue))
    return [types[at] for at in queue]


def compare(one: Type, two: Type) -> int:
    """Which of two types is preferred: negative for the first, positive for the second, zero for neither."""
    if "any" in (one.kind, two.kind):
        return (one.kind == "any") - (two.kind == "any")
    if one.kind in PRIMITIVES and two.kind in PRIMITIVES:
        return (two.kind == "string") - (one.kind == "string")
    if one.kind == two.kind:
        if one.element is not None and two.element is not None:
            return compare(one.element, two.element)
        return _compare_parts(one, two)
    for general, special in (("set", "tuple"), ("set", "list"), ("list", "tuple"), ("map", "object")):
        if (one.kind, two.kind) == (special, general):
            return 1 if general != "set" else -1
        if (one.kind, two.kind) == (general, special):
            return -1 if general != "set" else 1
    return 0


def _compare_parts(one: Type, two: Type) -> int:
    if [name for name, _ in one.attributes] != [name for name, _ in two.attributes]:
        return 0
    if len(one.elements) != len(two.elements):
        return 0
    ranks = {compare(left, right) for left, right in zip(parts_of(one), parts_of(two), strict=True)}
    wins, loses = any(rank < 0 for rank in ranks), any(rank > 0 for rank in ranks)
    return (loses and not wins) - (wins and not loses)


def same_type(left: Type, right: Type, *, holes: bool = False) -> bool:
    """Whether values of the two types may be equal at all; a hole's type may be any.

    What has no type of its own, such as a bare null or the elements of `tolist([])`, is of another type than what has:
    unless there are `holes` inside, whose types nobody knows.
    """
    if "hole" in (left.kind, right.kind) or (holes and "any" in (left.kind, right.kind)):
        return True
    if left.kind != right.kind or len(left.attributes) != len(right.attributes):
        return False
    if left.element is not None and right.element is not None:
        return same_type(left.element, right.element, holes=holes)
    if left.kind == "object":
        other = dict(right.attributes)
        return all(name in other and same_type(kind, other[name], holes=holes) for name, kind in left.attributes)
    if left.kind == "tuple":
        return len(left.elements) == len(right.elements) and all(
            same_type(one, two, holes=holes) for one, two in zip(left.elements, right.elements, strict=True)
        )
    return True
