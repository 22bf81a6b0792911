"""The types of a template: of its parameters, outputs and functions, and those that it names."""

from __future__ import annotations

from typing import Any, Final

from everward.values import MISSING, Unknown, Value, is_empty, is_secret_name, member
from everward.values.secrecy import is_harmless

_REF: Final = "#/definitions/"
_MAX_REFERENCES: Final = 20
_MAX_DEPTH: Final = 40

_SECURE: Final = ("securestring", "secureobject")
_BOUNDS: Final = ("minvalue", "maxvalue", "minlength", "maxlength")
_PLAIN: Final[dict[str, type]] = {"string": str, "int": int, "bool": bool, "array": list, "object": dict}
KINDS: Final = frozenset({*_PLAIN, *_SECURE})
"""The types that there are, but for those that a template names."""
_INSIDE: Final = ("properties", "additionalproperties", "items", "prefixitems", "discriminator")


class Definition:
    """A type, with everything that the types it refers to add. Keys are looked up without case."""

    __slots__ = (
        "_keys",
        "allowed",
        "bounded",
        "default",
        "discriminator",
        "has_parts",
        "nullable",
        "plain",
        "secure",
        "type",
    )

    def __init__(self, raw: dict[str, Any]) -> None:
        keys: dict[str, Any] = {}
        for key, value in raw.items():
            keys.setdefault(key.lower(), value)
        self._keys = keys
        kind = keys.get("type")
        self.type: str = kind.lower() if isinstance(kind, str) else ""
        """The type's name in lower case; empty when there is none."""
        self.secure = self.type in _SECURE
        """Whether values of it must not be shown."""
        self.nullable = keys.get("nullable") is True
        """Whether it may be null, or not given at all."""
        self.default = keys.get("defaultvalue", MISSING)
        """The value without one, or `MISSING`."""
        allowed = keys.get("allowedvalues")
        self.allowed: list[Any] | None = allowed if isinstance(allowed, list) else None
        """The only values that it takes."""
        self.bounded = any(key in keys for key in _BOUNDS)
        """Whether it has a least or a most."""
        self.has_parts = any(key in keys for key in _INSIDE)
        """Whether it says something of what is inside its values."""
        constrained = self.allowed is not None or self.bounded or self.has_parts
        self.plain: type | None = None if constrained else _PLAIN.get(self.type)
        """What every value is of which nothing else is asked."""
        self.discriminator = _discriminator(keys.get("discriminator"))
        """The property that tells its variants apart, and these by its values."""

    def get(self, key: str) -> Any:
        """A member of the definition (its key in lower case), or None."""
        return self._keys.get(key)


def _discriminator(raw: Any) -> tuple[str, dict[str, Any]] | None:
    name = member(raw, "propertyName") if isinstance(raw, dict) else None
    mapping = member(raw, "mapping") if isinstance(raw, dict) else None
    return (name, mapping) if isinstance(name, str) and isinstance(mapping, dict) else None


class Definitions:
    """The parameters and named types of a template."""

    def __init__(self, template: dict[str, Any]) -> None:
        parameters = member(template, "parameters")
        self.parameters: dict[str, Any] = parameters if isinstance(parameters, dict) else {}
        named = member(template, "definitions")
        self._named: dict[str, Any] = named if isinstance(named, dict) else {}
        self._resolved: dict[int, tuple[Any, Definition]] = {}
        self._hiding: dict[Definition, bool] = {}
        self._required: dict[Definition, tuple[str, ...]] = {}

    def resolve(self, raw: Any) -> Definition:
        """A definition with the types it refers to; what it says itself wins."""
        known = self._resolved.get(id(raw))
        if known is None:
            # INVARIANT: what is kept is what its key is the identity of.
            known = self._resolved[id(raw)] = (raw, self._merge(raw))
        return known[1]

    def _merge(self, raw: Any) -> Definition:
        if not isinstance(raw, dict):
            return Definition({})
        merged = raw
        for _ in range(_MAX_REFERENCES):
            reference = member(merged, "$ref")
            if not isinstance(reference, str) or not reference.startswith(_REF):
                return Definition(merged)
            named = member(self._named, reference[len(_REF) :])
            rest = {key: value for key, value in merged.items() if key.lower() != "$ref"}
            merged = {**(named if isinstance(named, dict) else {}), **rest}
        # Types that refer to each other in a circle say nothing.
        return Definition({key: value for key, value in merged.items() if key.lower() != "$ref"})

    # What is inside

    def item(self, definition: Definition, index: int) -> Definition:
        """The type of an element of an array."""
        first = definition.get("prefixitems")
        if isinstance(first, list) and index < len(first):
            return self.resolve(first[index])
        return self.resolve(definition.get("items"))

    def property(self, definition: Definition, key: str) -> Definition | None:
        """The type of a property of an object, or None when it may not have one of that name."""
        properties = definition.get("properties")
        found = member(properties, key) if isinstance(properties, dict) else MISSING
        if found is not MISSING:
            return self.resolve(found)
        others = definition.get("additionalproperties")
        return None if others is False else self.resolve(others)

    def required(self, definition: Definition) -> tuple[str, ...]:
        """The properties that an object must have: those whose type is known and may not be null."""
        known = self._required.get(definition)
        if known is None:
            properties = definition.get("properties")
            declared = (
                {key: self.resolve(raw) for key, raw in properties.items()} if isinstance(properties, dict) else {}
            )
            known = tuple(key for key, one in declared.items() if not one.nullable and one.type in KINDS)
            self._required[definition] = known
        return known

    def variant(self, definition: Definition, value: dict[str, Value]) -> Definition | None:
        """The variant of a discriminated type that a value is of, when it can be told."""
        if definition.discriminator is None:
            return None
        name, mapping = definition.discriminator
        chosen = member(value, name)
        found = mapping.get(chosen, MISSING) if isinstance(chosen, str) else MISSING
        return None if found is MISSING else self.resolve(found)

    # Secrets

    def mask(self, value: Value, definition: Definition, name: str) -> Value:
        """The value of a parameter with holes in the place of everything that its type calls secure.

        A text that is given under the name of a secret is one, whatever its type.
        """
        called = isinstance(value, str) and is_secret_name(name) and not is_harmless(value)
        inside = isinstance(value, dict | list) and bool(value) and self._hides(definition)
        if not (definition.secure or called or inside):
            return value
        hole = Unknown(reason="secure value", present=True, filled=True, secret=True, text=f"[parameters('{name}')]")
        return hole if called else self._mask(value, definition, hole, 0)

    def _mask(self, value: Value, definition: Definition, hole: Unknown, depth: int) -> Value:
        if is_empty(value) or isinstance(value, Unknown):
            return value
        if definition.secure:
            return hole
        if depth > _MAX_DEPTH or not isinstance(value, dict | list) or not self._hides(definition):
            return value
        if isinstance(value, list):
            return [self._mask(item, self.item(definition, index), hole, depth + 1) for index, item in enumerate(value)]
        masked = {
            key: self._mask(item, self._any_property(definition, key), hole, depth + 1) for key, item in value.items()
        }
        return masked if type(value) is dict else value

    def _any_property(self, definition: Definition, key: str) -> Definition:
        """The type of a property; of a discriminated type, the one that any variant gives it."""
        properties = definition.get("properties")
        if not isinstance(properties, dict) or member(properties, key) is MISSING:
            for variant in definition.discriminator[1].values() if definition.discriminator is not None else ():
                below = self.resolve(variant).get("properties")
                found = member(below, key) if isinstance(below, dict) else MISSING
                if found is not MISSING:
                    return self.resolve(found)
        return self.property(definition, key) or self.resolve(None)

    def _hides(self, definition: Definition) -> bool:
        """Whether a type has anything secure inside: most have not, and need no walk."""
        if not definition.has_parts:
            return False
        known = self._hiding.get(definition)
        if known is None:
            known = self._hiding[definition] = self._search([definition.get(key) for key in _INSIDE])
        return known

    def _search(self, raw: list[Any]) -> bool:
        stack: list[Any] = [*raw]
        seen: set[str] = set()
        while stack:
            item = stack.pop()
            if isinstance(item, list):
                stack.extend(item)
            elif isinstance(item, dict):
                kind = member(item, "type")
                if isinstance(kind, str) and kind.lower() in _SECURE:
                    return True
                reference = member(item, "$ref")
                if isinstance(reference, str) and reference not in seen:
                    seen.add(reference)
                    stack.append(member(self._named, reference[len(_REF) :]))
                stack.extend(item.values())
        return False
