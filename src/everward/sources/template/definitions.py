"""What a template says of the types of its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from everward.values import MISSING, Unknown, Value, member

_REF: Final = "#/definitions/"
_MAX_REFERENCES: Final = 20
_MAX_DEPTH: Final = 40

_SECURE: Final = ("securestring", "secureobject")


@dataclass(frozen=True, slots=True)
class Definition:
    """A type, with everything that the types it refers to add."""

    raw: dict[str, Any]

    def get(self, key: str) -> Any:
        """A member of the definition, or `MISSING`."""
        return member(self.raw, key)

    @property
    def type(self) -> str:
        """The type's name in lower case; empty when there is none."""
        kind = self.get("type")
        return kind.lower() if isinstance(kind, str) else ""

    @property
    def secure(self) -> bool:
        """Whether values of it must not be shown."""
        return self.type in _SECURE

    @property
    def nullable(self) -> bool:
        """Whether it may be null, or not given at all."""
        return self.get("nullable") is True


class Definitions:
    """The parameters and named types of a template."""

    def __init__(self, template: dict[str, Any]) -> None:
        parameters = member(template, "parameters")
        self.parameters: dict[str, Any] = parameters if isinstance(parameters, dict) else {}
        named = member(template, "definitions")
        self._named: dict[str, Any] = named if isinstance(named, dict) else {}
        self._resolved: dict[int, tuple[Any, Definition]] = {}
        self._hides: dict[int, bool] = {}

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

    def mask(self, value: Value, definition: Definition, name: str) -> Value:
        """The value of a parameter with holes in the place of everything that its type calls secure."""
        if not definition.secure and not (
            isinstance(value, dict | list) and value and self._hides_something(definition.raw)
        ):
            return value
        return self._mask(
            value, definition, Unknown(reason="secure value", present=True, text=f"[parameters('{name}')]"), 0
        )

    def _mask(self, value: Value, definition: Definition, hole: Unknown, depth: int) -> Value:
        if value is None or value == "" or isinstance(value, Unknown):
            return value
        if definition.secure:
            return hole
        if depth > _MAX_DEPTH or not isinstance(value, dict | list) or not self._hides_something(definition.raw):
            return value
        if isinstance(value, list):
            return [
                self._mask(item, self._item(definition, index), hole, depth + 1) for index, item in enumerate(value)
            ]
        masked = {
            key: self._mask(item, self._property(definition, key), hole, depth + 1) for key, item in value.items()
        }
        return masked if type(value) is dict else value

    def _item(self, definition: Definition, index: int) -> Definition:
        first = definition.get("prefixItems")
        if isinstance(first, list) and index < len(first):
            return self.resolve(first[index])
        return self.resolve(definition.get("items"))

    def _property(self, definition: Definition, key: str) -> Definition:
        properties = definition.get("properties")
        found = member(properties, key) if isinstance(properties, dict) else MISSING
        if found is MISSING:
            found = self._variant_property(definition, key)
        return self.resolve(definition.get("additionalProperties") if found is MISSING else found)

    def _variant_property(self, definition: Definition, key: str) -> Any:
        """The property as any variant of a discriminated type has it."""
        discriminator = definition.get("discriminator")
        mapping = member(discriminator, "mapping") if isinstance(discriminator, dict) else MISSING
        for variant in mapping.values() if isinstance(mapping, dict) else ():
            properties = self.resolve(variant).get("properties")
            found = member(properties, key) if isinstance(properties, dict) else MISSING
            if found is not MISSING:
                return found
        return MISSING

    def _hides_something(self, raw: dict[str, Any]) -> bool:
        """Whether a type has anything secure inside: most have not, and need no walk."""
        known = self._hides.get(id(raw))
        if known is None:
            known = self._hides[id(raw)] = self._search(raw)
        return known

    def _search(self, raw: Any) -> bool:
        stack: list[Any] = [raw]
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
