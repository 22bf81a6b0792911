"""A file under lint: its text, its value with the place of every part, and as much of the policy as can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from everward.expressions import is_expression
from everward.policy.lint.remark import Edit
from everward.policy.lint.tree import Node, Reader
from everward.policy.nodes import Operand, Rule
from everward.policy.parser import EFFECT_NAMES, Fault, RuleParser
from everward.policy.positions import JsonPath
from everward.policy.problem import DefinitionError
from everward.sources.jsontext import JsonError, Lines
from everward.sources.jsontext import Node as Place
from everward.sources.jsontext import parse as parse_json
from everward.values import Origin, member

INITIATIVE_KEYS: Final = frozenset({"policydefinitions"})


@dataclass(frozen=True, slots=True)
class Member:
    """A value of an object found without regard to case."""

    key: str
    value: Any
    path: JsonPath


@dataclass(eq=False)
class Document:
    """A definition or an initiative, read with patience."""

    file: str
    text: str
    value: dict[str, Any]
    place: Place
    lines: Lines
    kind: str
    """`definition`, `rule` (a bare `{if, then}`) or `initiative`."""
    body: dict[str, Any]
    """The properties."""
    body_path: JsonPath
    faults: list[Fault] = field(default_factory=list)
    """What the language does not allow, in the order of reading."""

    @property
    def root(self) -> Mapping[str, Any]:
        """The whole value."""
        return self.value

    def part(self, name: str) -> Member | None:
        """A part of the properties: `mode`, `parameters`, `policyRule`."""
        return member_of(self.body, name, self.body_path)

    @cached_property
    def mode(self) -> str:
        """The mode, `Indexed` when there is none, as Azure reads it."""
        if self.kind == "rule":
            return "All"
        found = self.part("mode")
        if found is None or not isinstance(found.value, str) or not found.value:
            return "Indexed"
        return {"all": "All", "indexed": "Indexed"}.get(found.value.lower(), found.value)

    @property
    def of_provider(self) -> bool:
        """Whether a resource provider judges it."""
        return self.mode not in ("All", "Indexed")

    @cached_property
    def parameters(self) -> dict[str, Member]:
        """Declared parameters by lower-case name; those that are no objects are left out."""
        found = self.part("parameters")
        if found is None or not isinstance(found.value, dict):
            return {}
        return {
            name.lower(): Member(name, value, (*found.path, name))
            for name, value in found.value.items()
            if isinstance(value, dict)
        }

    @cached_property
    def rule(self) -> Member | None:
        """`policyRule`."""
        if self.kind == "rule":
            return Member("", self.value, ())
        found = self.part("policyRule")
        return found if found is not None and isinstance(found.value, dict) else None

    @cached_property
    def then(self) -> Member | None:
        """`then`."""
        found = member_of(self.rule.value, "then", self.rule.path) if self.rule is not None else None
        return found if found is not None and isinstance(found.value, dict) else None

    @cached_property
    def effect(self) -> Member | None:
        """`then.effect`, when it is a text."""
        found = member_of(self.then.value, "effect", self.then.path) if self.then is not None else None
        return found if found is not None and isinstance(found.value, str) else None

    @cached_property
    def details(self) -> Member | None:
        """`then.details`."""
        return member_of(self.then.value, "details", self.then.path) if self.then is not None else None

    def detail(self, name: str) -> Member | None:
        """A part of `then.details`."""
        if self.details is None or not isinstance(self.details.value, dict):
            return None
        return member_of(self.details.value, name, self.details.path)

    @cached_property
    def effects(self) -> tuple[str, ...]:
        """The effects that the policy can have, as the language spells them: the literal one, or those of a parameter.

        Empty when an expression that is more than one parameter decides.
        """
        if self.effect is None:
            return ()
        text = self.effect.value
        if not is_expression(text):
            name = EFFECT_NAMES.get(text.lower())
            return (name,) if name is not None else ()
        parameter = self.effect_parameter
        if parameter is None:
            return ()
        values = [member(parameter.value, "defaultValue")]
        allowed = member(parameter.value, "allowedValues")
        values += allowed if isinstance(allowed, list) else []
        names = [EFFECT_NAMES.get(value.lower()) for value in values if isinstance(value, str)]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @cached_property
    def effect_parameter(self) -> Member | None:
        """The parameter that is the effect."""
        import re

        text = self.effect.value if self.effect is not None else ""
        found = re.fullmatch(r"\[\s*parameters\(\s*'([^']+)'\s*\)\s*\]", text, re.IGNORECASE)
        return self.parameters.get(found[1].lower()) if found is not None else None

    @cached_property
    def conditions(self) -> tuple[Node, ...]:
        """`if`, and `existenceCondition` where there is one. Reading it fills `faults`."""
        reader = Reader()
        roots: list[Node] = []
        if self.rule is not None:
            found = member_of(self.rule.value, "if", self.rule.path)
            if found is not None:
                self._read(reader, found, roots, existence=False)
        condition = self.detail("existenceCondition")
        if condition is not None and condition.value not in (None, {}):
            self._read(reader, condition, roots, existence=True)
        self.faults.extend(reader.faults)
        return tuple(roots)

    @staticmethod
    def _read(reader: Reader, found: Member, roots: list[Node], *, existence: bool) -> None:
        node = reader.condition(found.value, found.path, existence=existence)
        if node is not None:
            roots.append(node)

    @cached_property
    def parsed_rule(self) -> Rule | None:
        """`then` as the parser reads it, whatever is wrong with the conditions; None when `then` itself is wrong."""
        if self.rule is None or self.then is None:
            return None
        then = dict(self.then.value)
        if self.details is not None and isinstance(self.details.value, dict):
            then[self.details.key] = {
                key: value for key, value in self.details.value.items() if key.lower() != "existencecondition"
            }
        try:
            return RuleParser().rule({"if": {"value": True, "equals": True}, self.then.key: then}, self.rule.path)
        except Fault as fault:
            self.faults.append(fault)
            return None

    def texts(self) -> Iterator[tuple[str, JsonPath]]:
        """Every text that the policy engine evaluates, with its place; deployment templates are left out."""
        roots: list[tuple[Any, JsonPath]] = []
        if self.kind == "initiative":
            found = self.part("policyDefinitions")
            roots += [(found.value, found.path)] if found is not None else []
        elif self.rule is not None:
            roots.append((self.rule.value, self.rule.path))
        while roots:
            value, path = roots.pop()
            if isinstance(value, str):
                yield value, path
            elif isinstance(value, list):
                roots.extend((item, (*path, index)) for index, item in reversed(list(enumerate(value))))
            elif isinstance(value, dict):
                roots.extend(
                    (item, (*path, key)) for key, item in reversed(value.items()) if not _is_template((*path, key))
                )

    # Places in the text.

    def at(self, path: JsonPath) -> Place:
        """The place of the value at a path, or of the deepest part of the path that exists."""
        node = self.place
        for step in path:
            below = _below(node, step)
            if below is None:
                break
            node = below
        return node

    def line(self, path: JsonPath) -> int:
        """The line of a value: of its key, where it has one on another line."""
        if path and isinstance(path[-1], str):
            edit = self.key_span(path)
            if edit is not None:
                return self.lines.line(edit[0])
        return self.lines.line(self.at(path).start)

    def key_span(self, path: JsonPath) -> tuple[int, int] | None:
        """Where the key of a value stands, quotes included."""
        place = self.at(path)
        holder = self.at(path[:-1])
        if place is holder:
            return None
        # Between the key's closing quote and the value stand a colon and, perhaps, gaps; a comment there is no key.
        end = self.text.rfind('"', holder.start, place.start) + 1
        start = self.text.rfind('"', holder.start, end - 1)
        if start < 0 or self.text[start + 1 : end - 1] != path[-1]:
            return None
        return start, end

    def replace_key(self, path: JsonPath, name: str) -> Edit | None:
        """The edit that spells the last key of a path `name`; None when it is not written plainly."""
        span = self.key_span(path)
        return Edit(*span, f'"{name}"') if span is not None else None

    def replace_value(self, path: JsonPath, value: Any) -> Edit | None:
        """The edit that puts a scalar in place of the one at a path; None when nothing stands there."""
        import json

        place = self.at(path)
        if place is self.at(path[:-1]) and path:
            return None
        return Edit(place.start, place.end, json.dumps(value, ensure_ascii=False))


def read_document(text: str, file: str) -> Document:
    """Read a definition, a bare rule or an initiative.

    Raises:
        DefinitionError: when the text is not JSON, or none of these.

    """
    try:
        value, place = parse_json(text)
    except JsonError as error:
        line = text.count("\n", 0, error.offset) + 1
        raise DefinitionError(
            f"not readable as JSON: {error.message}",
            origin=Origin(source="policy", file=file, line=line),
            help="a definition is one JSON object",
        ) from None
    kind, body, path = _kind(value)
    if kind is None:
        raise DefinitionError(
            "this is neither a policy definition nor an initiative",
            origin=Origin(source="policy", file=file),
            help="give an object with `policyRule`, `policyDefinitions`, or `if` and `then`",
        )
    return Document(file, text, value, place, Lines(text), kind, body, path)


def _kind(value: Any) -> tuple[str | None, dict[str, Any], JsonPath]:
    """What a value is: `definition`, `rule`, `initiative`, or None; its properties and where they stand."""
    if not isinstance(value, dict):
        return None, {}, ()
    found = member_of(value, "properties", ())
    body, path = (found.value, found.path) if found is not None and isinstance(found.value, dict) else (value, ())
    keys = {key.lower() for key in body}
    if "policyrule" in keys:
        return "definition", body, path
    if keys & INITIATIVE_KEYS:
        return "initiative", body, path
    if not path and keys & {"if", "then"}:
        return "rule", body, path
    return None, {}, ()


def is_policy(value: Any) -> bool:
    """Whether a value looks like something that lint reads."""
    return _kind(value)[0] is not None


def member_of(holder: Any, name: str, path: JsonPath) -> Member | None:
    """A member of an object without regard to case."""
    if not isinstance(holder, dict):
        return None
    lowered = name.lower()
    key = name if name in holder else next((key for key in holder if key.lower() == lowered), None)
    return None if key is None else Member(key, holder[key], (*path, key))


def _below(node: Place, step: str | int) -> Place | None:
    if isinstance(step, str):
        found = node.keys.get(step) if node.keys is not None else None
        return found if isinstance(found, Place) else None
    return node.items[step] if node.items is not None and step < len(node.items) else None


def _is_template(path: JsonPath) -> bool:
    """Whether a path is that of a template that the deployment engine evaluates."""
    return [str(step).lower() for step in path[-3:]] == ["deployment", "properties", "template"]


def literal(operand: Operand) -> Any:
    """The value of an operand that is what is written; None for an expression."""
    return operand.raw if operand.literal else None
