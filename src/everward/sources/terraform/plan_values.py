"""The attributes of one planned resource: what is known, what is not yet, and what nobody configured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from everward.sources.terraform.mapping.facts import AttributeFact
from everward.sources.terraform.plan_configuration import below, first_of, references
from everward.sources.terraform.plan_json import withheld
from everward.values import Origin, Unknown, Value

_NOT_CONFIGURED = object()

Join = Callable[[str, str, list[str], bool], "Value"]
"""Attribute path, its last name, references, and whether it is a list, to what is known of the value."""


@dataclass(slots=True)
class Overlay:
    """Lays what is unknown and what is sensitive over the planned values of one resource."""

    address: str
    origin: Origin
    facts: dict[str, AttributeFact]
    join: Join
    open_blocks: bool
    """Whether blocks that nobody seems to have written may come from a dynamic block whose number is not known."""

    def attributes(self, after: Any, unknown: Any, sensitive: Any, expressions: Any) -> dict[str, Value]:
        """The attributes that are configured, in the shape of the plan."""
        return self._object(after, unknown, sensitive, expressions, "", "")

    def _object(
        self, after: Any, unknown: Any, sensitive: Any, expressions: Any, path: str, fact_path: str
    ) -> dict[str, Value]:
        after = after if isinstance(after, dict) else {}
        unknown = unknown if isinstance(unknown, dict) else {}
        marks = sensitive if isinstance(sensitive, dict) else {}
        result: dict[str, Value] = {}
        for name in dict.fromkeys([*after, *unknown]):
            value = self._value(
                after.get(name), unknown.get(name), marks.get(name), expressions, path, fact_path, str(name)
            )
            if value is not _NOT_CONFIGURED and value is not None:
                result[str(name)] = value
        return result

    def _value(
        self, after: Any, unknown: Any, sensitive: Any, expressions: Any, path: str, fact_path: str, name: str
    ) -> Any:
        fact = self.facts.get(fact_path + name)
        if unknown is True:
            return self._unknown(fact, expressions, path, name)
        if sensitive is True:
            return None if after is None else self._withheld(after, path + name)
        if isinstance(after, list) and fact is not None and fact.is_block:
            return self._blocks(after, unknown, sensitive, expressions, path, fact_path, name, fact)
        return self._plain(after, unknown, sensitive, self._names(expressions, name), path + name, name)

    def _blocks(
        self,
        after: list[Any],
        unknown: Any,
        sensitive: Any,
        expressions: Any,
        path: str,
        fact_path: str,
        name: str,
        fact: AttributeFact,
    ) -> list[Value]:
        result: list[Value] = []
        # Where the plan tells nothing apart, any order of the blocks is as true as theirs.
        ordered = not fact.kind.startswith("set:") or _alike(after, unknown, sensitive)
        for index, item in enumerate(after):
            place = f"{path}{name}[{index}]"
            hidden = _at(unknown, index)
            mark = _at(sensitive, index)
            if hidden is True or not isinstance(item, dict):
                result.append(self._hole(place, "known after apply") if hidden is True else None)
            elif mark is True:
                result.append(self._withheld(item, place))
            else:
                written = below(expressions, name, index, len(after), ordered)
                if written is None and _alike(after, unknown, sensitive):
                    written = first_of(expressions, name, index, len(after))
                result.append(self._object(item, hidden, mark, written, f"{place}.", f"{fact_path}{name}."))
        return result

    def _plain(self, after: Any, unknown: Any, sensitive: Any, names: list[str], path: str, name: str) -> Value:
        """A value that is no block: maps and lists of it may hold holes."""
        if unknown is True:
            return self.join(path, name, names, False)
        if sensitive is True:
            return None if after is None else self._withheld(after, path)
        if isinstance(after, dict):
            hidden = unknown if isinstance(unknown, dict) else {}
            marks = sensitive if isinstance(sensitive, dict) else {}
            return {
                str(key): self._plain(after.get(key), hidden.get(key), marks.get(key), [], f"{path}.{key}", name)
                for key in dict.fromkeys([*after, *hidden])
            }
        if isinstance(after, list):
            # Elements of a list stand in the order of their references only when there are as many of both.
            each = names if len(names) == len(after) else []
            return [
                self._plain(
                    item, _at(unknown, index), _at(sensitive, index), each[index : index + 1], f"{path}[{index}]", name
                )
                for index, item in enumerate(after)
            ]
        kept: Value = after
        return kept

    def _unknown(self, fact: AttributeFact | None, expressions: Any, path: str, name: str) -> Any:
        """A wholly unknown attribute or block: configured, or left to the provider."""
        configured = isinstance(expressions, dict) and name in expressions
        if fact is None:
            # The id is no attribute that anybody writes; what else a schema lacks is another provider's.
            return _NOT_CONFIGURED if path + name == "id" else self._hole(path + name, "known after apply")
        if not configured:
            if not fact.optional and not fact.required:
                return _NOT_CONFIGURED
            if fact.is_block:
                # A dynamic block is not in the plan's configuration; only the provider's own blocks can be left out.
                return self._hole(path + name, "known after apply") if self._may_be_dynamic(fact) else _NOT_CONFIGURED
            if fact.computed and isinstance(expressions, dict):
                return _NOT_CONFIGURED
        if fact.is_block:
            return self._hole(path + name, "known after apply")
        return self.join(path + name, name, self._names(expressions, name), fact.kind.startswith(("list(", "set(")))

    def _may_be_dynamic(self, fact: AttributeFact) -> bool:
        return not fact.computed or self.open_blocks

    def _names(self, expressions: Any, name: str) -> list[str]:
        return references(expressions.get(name)) if isinstance(expressions, dict) else []

    def _hole(self, path: str, reason: str) -> Unknown:
        return Unknown(reason=reason, decided_by=(f"{self.address}.{path}",), origin=self.origin)

    def _withheld(self, value: Any, path: str) -> Unknown:
        return withheld(value, f"{self.address}.{path}", self.origin)


def _at(marks: Any, index: int) -> Any:
    if isinstance(marks, list):
        return marks[index] if index < len(marks) else None
    return None


def _alike(after: list[Any], unknown: Any, sensitive: Any) -> bool:
    """Whether the plan says the same of every block in a list."""
    return all(
        item == after[0] and _at(unknown, index) == _at(unknown, 0) and _at(sensitive, index) == _at(sensitive, 0)
        for index, item in enumerate(after)
    )


def proves_dynamic(unknown: Any, expressions: Any, facts: dict[str, AttributeFact]) -> bool:
    """Whether a block is unknown that the provider never fills in: only a dynamic block of unknown number can be."""
    if not isinstance(unknown, dict):
        return False
    written = expressions if isinstance(expressions, dict) else {}
    for name, hidden in unknown.items():
        fact = facts.get(name)
        left_out = hidden is True and name not in written and fact is not None and fact.is_block
        if left_out and fact is not None and (fact.optional or fact.required) and not fact.computed:
            return True
    return False
