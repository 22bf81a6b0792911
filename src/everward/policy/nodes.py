"""The parsed form of a policy rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from everward.expressions import Expression
from everward.policy.positions import JsonPath
from everward.values import Value


class Operand(msgspec.Struct, frozen=True, eq=False):
    """A value of a rule: a literal, an expression, or an array or object in which expressions stand."""

    raw: Value
    """As written; a literal text has lost its escape."""
    expression: Expression | None = None
    """Set when the whole value is one expression."""
    tree: bool = False
    """Whether expressions stand inside it."""

    @property
    def literal(self) -> bool:
        """Whether the value is what is written."""
        return self.expression is None and not self.tree


class Field(msgspec.Struct, frozen=True, eq=False):
    """The left side `field`: a name of the language, a tag, or an alias."""

    name: Operand


class Computed(msgspec.Struct, frozen=True, eq=False):
    """The left side `value`."""

    value: Operand


class FieldCount(msgspec.Struct, frozen=True, eq=False):
    """The left side `count` over the elements of an array property."""

    field: Operand
    where: Condition | None


class ValueCount(msgspec.Struct, frozen=True, eq=False):
    """The left side `count` over the elements of a value."""

    value: Operand
    name: str
    """The label that `current('…')` uses."""
    where: Condition | None


Subject: TypeAlias = Field | Computed | FieldCount | ValueCount


class Leaf(msgspec.Struct, frozen=True, eq=False):
    """One comparison."""

    subject: Subject
    operator: str
    """As the language documents it, whatever the spelling was."""
    expected: Operand
    path: JsonPath
    """Where it stands in the definition."""


class AllOf(msgspec.Struct, frozen=True, eq=False):
    """True when all parts are; true when there are none."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True, eq=False):
    """True when some part is; false when there are none."""

    parts: tuple[Condition, ...]


class Not(msgspec.Struct, frozen=True, eq=False):
    """True when the part is not."""

    part: Condition


Condition: TypeAlias = Leaf | AllOf | AnyOf | Not


class Existence(msgspec.Struct, frozen=True, eq=False):
    """What auditIfNotExists and deployIfNotExists look for."""

    type: Operand
    name: Operand | None = None
    kind: Operand | None = None
    resource_group: Operand | None = None
    scope: Operand | None = None
    condition: Condition | None = None


class Rule(msgspec.Struct, frozen=True, eq=False):
    """`if` and `then`."""

    condition: Condition
    effect: Operand
    path: JsonPath
    """Where `then` stands in the definition."""
    details: Any = None
    """`then.details` as written; its meaning depends on the effect."""
    existence: Existence | None = None
    """Set when the details name a related resource."""


class Parameter(msgspec.Struct, frozen=True, eq=False):
    """A declared parameter."""

    name: str
    type: str
    """Lower-case: string, array, object, boolean, integer, float, datetime."""
    default: Value = None
    has_default: bool = False
    allowed: tuple[Value, ...] | None = None
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Definition(msgspec.Struct, frozen=True, eq=False):
    """A policy definition."""

    name: str
    """Its name or id as the source has it; empty for a bare rule."""
    display_name: str
    description: str
    mode: str
    """`All`, `Indexed`, or that of a resource provider such as `Microsoft.Kubernetes.Data`."""
    parameters: Mapping[str, Parameter]
    """By lower-case name."""
    rule: Rule
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)
    version: str = ""
    policy_type: str = ""
    file: str | None = None
    bare: bool = False
    """Whether only a rule was given: parameters are not declared then."""


def conditions_in(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and every one below it; those inside counts are about elements, and are not among them."""
    stack = [condition]
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, AllOf | AnyOf):
            stack.extend(reversed(item.parts))
        elif isinstance(item, Not):
            stack.append(item.part)
