"""Interprets the rules of one type on the attributes of one instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping.facts import AttributeFact
from everward.sources.terraform.mapping.ids import id_of
from everward.sources.terraform.mapping.table import Const, Rule
from everward.sources.terraform.mapping.values import coerce, flagged, formatted, table_key, transform
from everward.values import Origin, Unknown, Value, is_symbolic

_META = frozenset({"id", "timeouts", "name", "resource_group_name"})
"""Attributes that say where a resource is, or only steer the provider."""


@dataclass(slots=True)
class Body:
    """The body of one resource while it is being filled."""

    instance: Instance
    facts: dict[str, AttributeFact]
    computed: Callable[[Instance, str], Value]
    """The provider's answer for an attribute that is not configured."""
    settle: Callable[[Unknown], Value]
    """What is known by now of a hole: the text of an id, or the hole."""
    own: str = ""
    """The resource's own id, which parts of it refer to."""
    content: dict[str, Value] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    strange: list[tuple[str, str]] = field(default_factory=list)
    """Attributes that did not make it into the body, and why."""

    def fill(self, rules: list[Rule], constants: list[Const], known: frozenset[str]) -> None:
        """Apply a type's rules to the instance's attributes."""
        place = Place(self.instance.attributes, self.content, "", "", "")
        self._apply(rules, place, known)
        self._constants(constants, self.content)

    def fill_block(
        self, rules: list[Rule], constants: list[Const], block: dict[str, Value], name: str, at: int
    ) -> None:
        """Apply rules to one block of the instance, as the whole body of a resource of its own."""
        place = Place(block, self.content, f"{name}.", f"{name}[{at}].", "")
        self._apply(rules, place, frozenset())
        self._constants(constants, self.content)

    def _apply(self, rules: list[Rule], place: Place, known: frozenset[str]) -> None:
        seen = set(known)
        for rule in rules:
            seen.update(rule.attr)
            if rule.to or rule.many is not None or rule.one is not None:
                self._rule(rule, place)
        for name, value in place.attributes.items():
            if name in seen or _is_empty(value) or (name in _META and not place.attr_path):
                continue
            fact = self.facts.get(place.fact_path + name)
            if fact is None or fact.optional or fact.required:
                self.strange.append((place.attr_path + name, "no rule says what it is in ARM"))

    def _rule(self, rule: Rule, place: Place) -> None:
        given, met = self._met(rule.given, place), self._met(rule.when, place)
        if given is False:
            return
        hole = given if isinstance(given, Unknown) else met
        if isinstance(hole, Unknown):
            self._set(rule, place, hole, rule.attr[0], True)
        elif rule.fmt is not None or rule.flags is not None:
            if met:
                self._set(rule, place, self._composed(rule, place), rule.attr[0], True)
        else:
            found = self._read(rule, place) if met else (rule.attr[0], self._default(rule, place), False)
            self._value(rule, place, *found)

    def _value(self, rule: Rule, place: Place, name: str, value: Value, configured: bool) -> None:
        """Write what a rule makes of an attribute's value."""
        if rule.unread:
            self._set(rule, place, self._unread(place, name, value) if not _is_empty(value) else None, name, True)
            return
        if rule.one is not None or rule.many is not None:
            self._blocks(rule, place, name, value)
            return
        try:
            result = transform(rule, value) if value is not None else None
        except ValueError as error:
            self.strange.append((place.attr_path + name, str(error)))
            result = Unknown(reason=str(error), decided_by=(f"{self.instance.address}.{place.attr_path}{name}",))
        if value is None:
            configured = False
            if rule.computed:
                result = self._computed(place, name)
            elif rule.nil is not msgspec.UNSET:
                result = self._constant(rule.nil)
        if rule.below and result is not None:
            result = self._parts(rule.below, result)
        self._set(rule, place, result, name, configured)

    def _unread(self, place: Place, name: str, value: Value) -> Unknown:
        """A hole that says what is written, where that is a single text or hole: an address leads somewhere."""
        written = place.attr_path + name
        only = _only(value)
        told = only.decided_by if isinstance(only, Unknown) else ()
        return Unknown(
            reason="what this becomes is not read",
            decided_by=told or (f"{self.instance.address}.{written}",),
            present=True,
            text=only if isinstance(only, str) else None,
            origin=self.instance.origins.get(written.lower()) or self.instance.origins.get(f"{written}[0]".lower()),
        )

    def _composed(self, rule: Rule, place: Place) -> Value:
        """A value that several attributes make."""
        read = partial(self._sibling, place)
        if rule.flags is not None:
            return transform(rule, flagged(rule.flags, read))
        value = formatted(rule.fmt or "", read)
        return transform(rule, value) if value is not None else None

    def _parts(self, kind: str, names: Value) -> Value:
        """Objects with the ids of parts of this resource, of which only the names are given."""
        if isinstance(names, Unknown):
            return msgspec.structs.replace(names, reference=None, text=None)
        own = self._own_id()
        result: list[Value] = []
        for name in names if isinstance(names, list) else []:
            if isinstance(name, Unknown) and name.many:
                result.append(name)
            else:
                read = {"@id": own, "$": name}
                result.append({"id": formatted(f"{{@id}}/{kind}/{{$}}", read.__getitem__)})
        return result

    def _computed(self, place: Place, name: str) -> Value:
        return self.settled(self.computed(self.instance, place.attr_path + name))

    def _read(self, rule: Rule, place: Place) -> tuple[str, Value, bool]:
        for name in rule.attr:
            value = place.attributes.get(name)
            if value is not None:
                fact = self.facts.get(place.fact_path + name)
                return name, self.settled(coerce(value, fact.kind) if fact is not None else value), True
        return rule.attr[0], self._default(rule, place), False

    def _default(self, rule: Rule, place: Place) -> Value:
        for name in rule.attr:
            fact = self.facts.get(place.fact_path + name)
            if fact is not None and fact.default is not None:
                return fact.default
        return None

    def settled(self, value: Value) -> Value:
        """A value in which the ids that are known by now are text."""
        if isinstance(value, Unknown):
            return self.settle(value) if value.reference is not None else value
        if isinstance(value, list) and any(isinstance(item, Unknown) for item in value):
            return [self.settled(item) if isinstance(item, Unknown) else item for item in value]
        return value

    def _sibling(self, place: Place, name: str) -> Value:
        if name == "@id":
            return self._own_id()
        if name == "@subscription":
            return self._subscription()
        if name.startswith("@"):
            # An attribute of the instance as a whole, seen from inside a block.
            place, name = Place(self.instance.attributes, self.content, "", "", ""), name[1:]
        value = place.attributes.get(name)
        fact = self.facts.get(place.fact_path + name)
        if value is None:
            return fact.default if fact is not None else None
        return self.settled(coerce(value, fact.kind) if fact is not None else value)

    def _subscription(self) -> Value:
        """The subscription of the resource, as the beginning of an id."""
        head = "/".join(self.own.split("/")[:3])
        if not head.lower().startswith("/subscriptions/"):
            return None
        decided_by = (f"{self.instance.address}.id",)
        return (
            Unknown(reason="its id is not known yet", decided_by=decided_by, text=head) if is_symbolic(head) else head
        )

    def _own_id(self) -> Value:
        if not is_symbolic(self.own):
            return self.own
        decided_by = (f"{self.instance.address}.id",)
        return Unknown(reason="its id is not known yet", decided_by=decided_by, present=True, text=self.own)

    def _met(self, conditions: dict[str, Any] | None, place: Place) -> bool | Unknown:
        for name, wanted in (conditions or {}).items():
            value = self._sibling(place, name)
            if isinstance(value, Unknown):
                if value.present and isinstance(wanted, str):
                    if wanted == "unset":
                        return False
                    continue
                return msgspec.structs.replace(value, present=False, reference=None, text=None)
            is_set = not _is_empty(value)
            met = is_set == (wanted == "set") if isinstance(wanted, str) else table_key(value) in map(table_key, wanted)
            if not met:
                return False
        return True

    def _blocks(self, rule: Rule, place: Place, name: str, value: Value) -> None:
        if isinstance(value, dict):
            value = [value]
        if isinstance(value, Unknown):
            self._cover(rule, place, value, name)
        elif not isinstance(value, list):
            if value is not None:
                self.strange.append((place.attr_path + name, "not a block"))
            self._constants(rule.absent, place.target)
            if rule.computed:
                self._cover(rule, place, self.computed(self.instance, place.attr_path + name), name)
        elif not [item for item in value if item is not None]:
            self._constants(rule.absent, place.target)
        elif rule.one is not None:
            self._one(rule, place, name, value)
        else:
            self._many(rule, place, name, value)

    def _one(self, rule: Rule, place: Place, name: str, items: list[Any]) -> None:
        item, *others = (item for item in items if item is not None)
        if others and isinstance(item, dict):
            self.strange.append((place.attr_path + name, "more than one block where one is allowed: the first is read"))
        if not isinstance(item, dict):
            if isinstance(item, Unknown):
                self._cover(rule, place, item, name)
            else:
                self.strange.append((place.attr_path + name, "not a block"))
            return
        assert rule.one is not None  # noqa: S101 - the caller's condition
        for path in rule.to or [[]]:
            target = self._object(place.target, path)
            if target is None:
                continue
            inner = place.inside(item, target, name, 0, path)
            self._note(place, name, path)
            self._apply(rule.one, inner, frozenset(item) if rule.partial else frozenset())
            self._constants(rule.const, target)

    def _many(self, rule: Rule, place: Place, name: str, items: list[Any]) -> None:
        assert rule.many is not None  # noqa: S101 - the caller's condition
        for path in rule.to:
            if rule.key:
                self._keyed(rule, place, name, items, path)
                continue
            result: list[Value] = []
            for index, item in enumerate(items):
                if isinstance(item, Unknown):
                    result.append(item)
                elif isinstance(item, dict):
                    target: dict[str, Value] = {}
                    inner = place.inside(item, target, name, index, path, element=len(result))
                    if rule.only is not None and self._met(rule.only, inner) is False:
                        continue
                    self._note(place, name, path, index, len(result))
                    if rule.nest:
                        result.append(self._nested(rule, inner))
                        continue
                    self._apply(rule.many, inner, frozenset(item) if rule.partial else frozenset())
                    self._constants(rule.const, target, index + 1)
                    result.append(target)
            if rule.flat:
                existing = _look(place.target, path)
                result = [*existing, *result] if isinstance(existing, list) else result
            _assign(place.target, path, result, weak=False)
            self._note(place, name, path)

    def _nested(self, rule: Rule, place: Place) -> Value:
        """The array that one of several blocks holds."""
        self._blocks(
            Rule(attr=[rule.nest], to=[["items"]], many=rule.many), place, rule.nest, place.attributes.get(rule.nest)
        )
        return place.target.get("items", [])

    def _keyed(self, rule: Rule, place: Place, name: str, items: list[Any], path: list[str]) -> None:
        """Blocks as an object: each under a key made of its attributes."""
        result: dict[str, Value] = {}
        for index, item in enumerate(items):
            if isinstance(item, Unknown):
                # Which keys there are is open, so the whole object is.
                self._cover(rule, place, item, name)
                return
            if isinstance(item, dict):
                target: dict[str, Value] = {}
                inner = place.inside(item, target, name, index, path)
                key = formatted(rule.key, partial(self._sibling, inner))
                text = key.text if isinstance(key, Unknown) else key
                inner.arm_path = f"{inner.arm_path}.{text}"
                self._apply(rule.many or [], inner, frozenset())
                self._constants(rule.const, target)
                result[str(text)] = target
        _assign(place.target, path, result, weak=False)
        self._note(place, name, path)

    def _cover(self, rule: Rule, place: Place, hole: Value, name: str) -> None:
        """A hole instead of blocks covers everything that the blocks would say."""
        if not isinstance(hole, Unknown):
            return
        hole = msgspec.structs.replace(hole, present=hole.present and rule.many is None, many=False)
        for path in rule.to or [[]]:
            if path:
                _assign(place.target, path, hole, weak=False)
                self._note(place, name, path)
            else:
                uncertain = msgspec.structs.replace(hole, present=False)
                for inner in rule.one or []:
                    self._cover(inner, place, uncertain, inner.attr[0])
                for inner_path, _ in [*rule.const, *rule.absent]:
                    _assign(place.target, inner_path, uncertain, weak=True)

    def _set(self, rule: Rule, place: Place, value: Value, name: str, configured: bool) -> None:
        if value is None:
            # What the provider does not send is written all the same: that line is where the absence comes from.
            for path in rule.to if configured else ():
                self._note(place, name, path)
            return
        if rule.entry:
            self._enter(rule, place, value)
            return
        paths = rule.to
        if rule.single:
            if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], Unknown):
                paths, value = [rule.single], value[0]
            elif isinstance(value, Unknown) or (isinstance(value, list) and any(isinstance(x, Unknown) for x in value)):
                # How many there are decides where they stand.
                first = value if isinstance(value, Unknown) else next(x for x in value if isinstance(x, Unknown))
                value = msgspec.structs.replace(first, present=False, many=False)
                paths = [*rule.to, rule.single]
        for path in paths:
            if path:
                existing = _look(place.target, path) if rule.flat else None
                if isinstance(existing, list) and isinstance(value, list):
                    value = [*existing, *value]
                _assign(place.target, path, value, weak=not configured and not isinstance(existing, list))
                if configured:
                    self._note(place, name, path)

    def _enter(self, rule: Rule, place: Place, value: Value) -> None:
        key, entry = rule.entry
        named = id_of(value)
        for path in rule.to:
            if named is not None:
                _assign(place.target, [*path, key.replace("$", named)], entry, weak=False)
            elif isinstance(value, Unknown):
                _assign(place.target, path, msgspec.structs.replace(value, reference=None, text=None), weak=True)

    def _note(self, place: Place, name: str, path: list[str], index: int | None = None, element: int = 0) -> None:
        if not self.instance.origins:
            return
        written = place.attr_path + name
        if index is not None:
            origin = self.instance.origins.get(f"{written}[{index}]".lower())
        else:
            origin = self.instance.origins.get(written.lower()) or self.instance.origins.get(f"{written}[0]".lower())
        if origin is not None:
            key = ".".join([place.arm_path, *path] if place.arm_path else path).lower()
            self.origins[f"{key}[{element}]" if index is not None else key] = origin

    def _object(self, target: dict[str, Value], path: list[str]) -> dict[str, Value] | None:
        for key in path:
            below = target.get(key)
            if below is None:
                below = target[key] = {}
            if not isinstance(below, dict):
                return None
            target = below
        return target

    def _constants(self, constants: list[Const], target: dict[str, Value], number: int = 1) -> None:
        for path, value in constants:
            if isinstance(value, str) and "{#}" in value:
                value = value.replace("{#}", str(number))
            _assign(target, path, self._constant(value), weak=True)

    def _constant(self, value: Any) -> Value:
        """A fresh copy: bodies are changed while the reading is put together."""
        if isinstance(value, dict):
            if "$hole" in value:
                return Unknown(reason=value["$hole"], decided_by=(self.instance.address,), origin=self.instance.origin)
            return {key: self._constant(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._constant(item) for item in value]
        constant: Value = value
        return constant


@dataclass(slots=True)
class Place:
    """Where interpretation stands: in which block, and in which object of the body."""

    attributes: dict[str, Value]
    target: dict[str, Value]
    fact_path: str
    attr_path: str
    arm_path: str

    def inside(
        self,
        block: dict[str, Value],
        target: dict[str, Value],
        name: str,
        index: int,
        path: list[str],
        element: int | None = None,
    ) -> Place:
        """The place of one block below this one."""
        arm = ".".join([self.arm_path, *path] if self.arm_path else path)
        if element is not None:
            arm = f"{arm}[{element}]"
        return Place(block, target, f"{self.fact_path}{name}.", f"{self.attr_path}{name}[{index}].", arm)


def _is_empty(value: Value) -> bool:
    return value is None or (not isinstance(value, (Unknown, bool, int, float)) and not value)


def _only(value: Value) -> Value:
    """The text or hole that stands in blocks alone; None where there are several things, or none."""
    while isinstance(value, dict | list) and len(value) == 1:
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    return value if isinstance(value, str | Unknown) else None


def _look(target: dict[str, Value], path: list[str]) -> Value:
    current: Value = target
    for key in path:
        if not isinstance(current, dict):
            return current if isinstance(current, Unknown) else None
        current = current.get(key)
    return current


def _assign(target: dict[str, Value], path: list[str], value: Value, *, weak: bool) -> None:
    """Set a value. A weak one (a default) never replaces; a hole on the way already covers it."""
    for key in path[:-1]:
        below = target.get(key)
        if below is None:
            below = target[key] = {}
        if not isinstance(below, dict):
            return
        target = below
    if weak and path[-1] in target:
        return
    target[path[-1]] = value
