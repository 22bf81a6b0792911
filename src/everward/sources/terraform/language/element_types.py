"""Types of what steps lead to where there is no element that could be looked at."""

from __future__ import annotations

from collections.abc import Callable

from everward.sources.terraform.language.types import ANY, Type
from everward.sources.terraform.language.values import Data, ValueProblem
from everward.sources.terraform.syntax import Attr, Expression, Splat, Step

Keys = Callable[[Expression], Data]
"""Works out a key in brackets."""


def type_after(kind: Type, steps: tuple[Step, ...], keys: Keys) -> Type:
    """The type that steps from an element of a list would lead to: it is there even when no element is.

    Raises:
        ValueProblem: when no element of that type could have such steps.

    """
    for step in steps:
        if kind.kind in ("any", "hole"):
            return ANY
        if isinstance(step, Splat):
            found: Type | None = _type_of_splat(kind, step.steps, keys)
        elif isinstance(step, Attr):
            found = dict(kind.attributes).get(step.name) if kind.kind == "object" else kind.element
            found = None if kind.kind in ("list", "set") else found
        else:
            found = _type_of_index(kind, keys(step.key))
        if found is None:
            raise ValueProblem("the elements have no such part")
        kind = found
    return kind


def _type_of_splat(kind: Type, steps: tuple[Step, ...], keys: Keys) -> Type:
    if kind.kind in ("list", "set"):
        return Type("list", type_after(kind.element or ANY, steps, keys))
    if kind.kind == "tuple":
        return Type("tuple", elements=tuple(type_after(part, steps, keys) for part in kind.elements))
    type_after(kind, steps, keys)
    # It would be a list of one, or of none where the value is null.
    return ANY


def _type_of_index(kind: Type, key: Data) -> Type | None:
    if kind.kind == "tuple" and isinstance(key, int):
        return kind.elements[key] if 0 <= key < len(kind.elements) else None
    # Which attribute a key in brackets names is not looked at before there is an object.
    return ANY if kind.kind == "object" else None if kind.kind == "set" else kind.element
