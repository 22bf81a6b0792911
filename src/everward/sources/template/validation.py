"""Whether a value is of the type that a template asks for.

Rules: documentation of parameters and of user-defined types of ARM templates. Where a value is not known, nothing is
said of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from everward.expressions import OpenObject
from everward.sources.template.definitions import Definition, Definitions
from everward.values import MISSING, Unknown, Value, is_known, member

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "securestring": (str,),
    "int": (int,),
    "bool": (bool,),
    "array": (list,),
    "object": (dict,),
    "secureobject": (dict,),
}
_ARTICLES: Final = {"array": "an array", "object": "an object", "int": "an integer", "secureobject": "an object"}
_LISTED: Final = 20
"""Allowed values and properties that a message lists."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value."""

    message: str
    """Goes on a sentence that begins with what is wrong: `must be a string, not 5`."""
    path: str = ""
    """Where inside the value."""
    mistyped: bool = False
    """Whether the whole of it is of another type."""

    def of(self, name: str) -> str:
        """The end of a sentence about what has this name: the name, the place inside, and what is wrong."""
        where = f"`{name}`" if not self.path else f"`{name}` at `{self.path.lstrip('.')}`"
        return f"{where} {self.message}"

    def inside(self, step: str) -> Fault:
        """The same fault, of a value of which the faulty one is a part."""
        return replace(self, path=step + self.path, mistyped=False)


def convert(value: Value, kind: str) -> Value:
    """Numbers and booleans written as text, as pipelines hand them over."""
    if isinstance(value, str):
        if kind == "int" and value.strip().lstrip("-").isdecimal():
            return int(value)
        if kind == "bool" and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def find_fault(value: Value, definition: Definition, definitions: Definitions) -> Fault | None:
    """The first thing that is wrong with a value, or None."""
    if value.__class__ is definition.plain or isinstance(value, (Unknown, OpenObject)):
        return None
    if value is None:
        wanted = definition.type in _TYPES and not definition.nullable
        return Fault(f"must be {_kind(definition)}, not null", mistyped=True) if wanted else None
    fault = _mistyped(definition, value)
    if fault is None and definition.allowed is not None:
        fault = _outside_allowed(definition, value)
    if fault is None and definition.bounded:
        fault = _outside_bounds(definition, value)
    if fault is None and definition.has_parts:
        if isinstance(value, dict):
            return _find_in_object(value, definition, definitions)
        if isinstance(value, list):
            return _find_in_array(value, definition, definitions)
    return fault


def _kind(definition: Definition) -> str:
    return _ARTICLES.get(definition.type, f"a {definition.type}")


def _mistyped(definition: Definition, value: Value) -> Fault | None:
    wanted = _TYPES.get(definition.type)
    if wanted is None or (isinstance(value, wanted) and not (definition.type == "int" and isinstance(value, bool))):
        return None
    shown = "that" if definition.secure else shorten(value)
    return Fault(f"must be {_kind(definition)}, not {shown}", mistyped=True)


def _outside_allowed(definition: Definition, value: Value) -> Fault | None:
    allowed = definition.allowed or []
    if not is_known(value):
        return None
    items = value if isinstance(value, list) and value not in allowed else [value]
    # Whether Azure compares these with case is not documented: a difference in case alone is let pass.
    folded = [_fold(item) for item in allowed]
    wrong = [item for item in items if _fold(item) not in folded]
    if not wrong:
        return None
    if definition.secure:
        # Those that are allowed are secret as well.
        return Fault("is not one of those that are allowed")
    listed = ", ".join(shorten(item) for item in allowed[:_LISTED])
    return Fault(f"{shorten(wrong[0])} is not allowed; allowed are {listed}")


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _outside_bounds(definition: Definition, value: Value) -> Fault | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _bounds(definition, "value", value, "is")
    if isinstance(value, str):
        return _bounds(definition, "length", len(value), "has a length that is")
    if isinstance(value, list) and not any(isinstance(item, Unknown) and item.many for item in value):
        return _bounds(definition, "length", len(value), "has a length that is")
    return None


def _bounds(definition: Definition, what: str, measure: float, verb: str) -> Fault | None:
    low, high = definition.get(f"min{what}"), definition.get(f"max{what}")
    if isinstance(low, int | float) and measure < low:
        return Fault(f"{verb} below the minimum of {low}")
    if isinstance(high, int | float) and measure > high:
        return Fault(f"{verb} above the maximum of {high}")
    return None


def _find_in_array(value: list[Value], definition: Definition, definitions: Definitions) -> Fault | None:
    first = definition.get("prefixitems")
    count = len(first) if isinstance(first, list) else 0
    if definition.get("items") is False and len(value) > count:
        return Fault(f"has {len(value)} elements, more than the {count} of its type")
    for index, item in enumerate(value):
        if isinstance(item, Unknown) and item.many:
            # Which of the elements behind it is which is open.
            break
        fault = find_fault(item, definitions.item(definition, index), definitions)
        if fault is not None:
            return fault.inside(f"[{index}]")
    return None


def _find_in_object(value: dict[str, Value], definition: Definition, definitions: Definitions) -> Fault | None:
    if definition.discriminator is not None:
        name, mapping = definition.discriminator
        chosen = member(value, name)
        if isinstance(chosen, Unknown):
            return None
        variant = definitions.variant(definition, value)
        if variant is None:
            return _no_variant(name, chosen, mapping)
        return _find_in_object(value, variant, definitions)
    properties = definition.get("properties")
    for key in definitions.required(definition):
        if member(value, key) is MISSING:
            return Fault(f"lacks the property `{key}`")
    for key, item in value.items():
        below = definitions.property(definition, key)
        if below is None:
            known = list(properties)[:_LISTED] if isinstance(properties, dict) else ()
            names = ", ".join(f"`{name}`" for name in known) or "none"
            return Fault(f"has a property `{key}`, which its type does not have; it has {names}")
        fault = find_fault(item, below, definitions)
        if fault is not None:
            return fault.inside(f".{key}")
    return None


def _no_variant(name: str, chosen: Any, mapping: dict[str, Any]) -> Fault:
    if chosen is MISSING:
        return Fault(f"lacks the property `{name}`, which tells what it is")
    listed = ", ".join(f"`{key}`" for key in list(mapping)[:_LISTED])
    return Fault(f"is {shorten(chosen)}, not one of {listed}", path=f".{name}")


def shorten(value: Any) -> str:
    """A value for a message."""
    text = "null" if value is None else repr(value) if not isinstance(value, str) else f"`{value}`"
    return text if len(text) <= 80 else text[:79] + "…"
