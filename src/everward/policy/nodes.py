"""The parsed form of a policy rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import msgspec

from everward.expressions import Expression
from everward.policy.positions import JsonPath
from everward.values import Value


class Operand(msgspec.Struct, frozen=True, eq=False, gc=False):
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


class Field(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The left side `field`: a name of the language, a tag, or an alias."""

    name: Operand


class Computed(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The left side `value`."""

    value: Operand


class FieldCount(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The left side `count` over the elements of an array property."""

    field: Operand
    where: Condition | None


class ValueCount(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The left side `count` over the elements of a value."""

    value: Operand
    name: str
    """The label that `current('…')` uses."""
    where: Condition | None


Subject: TypeAlias = Field | Computed | FieldCount | ValueCount


class Leaf(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One comparison."""

    subject: Subject
    operator: str
    """As the language documents it, whatever the spelling was."""
    expected: Operand
    path: JsonPath
    """Where it stands in the definition."""


class AllOf(msgspec.Struct, frozen=True, eq=False, gc=False):
    """True when all parts are; true when there are none."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True, eq=False, gc=False):
    """True when some part is; false when there are none."""

    parts: tuple[Condition, ...]


class Not(msgspec.Struct, frozen=True, eq=False, gc=False):
    """True when the part is not."""

    part: Condition


Condition: TypeAlias = Leaf | AllOf | AnyOf | Not


class Existence(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What auditIfNotExists and deployIfNotExists look for."""

    type: Operand
    name: Operand | None = None
    kind: Operand | None = None
    resource_group: Operand | None = None
    scope: Operand | None = None
    condition: Condition | None = None


class Rule(msgspec.Struct, frozen=True, eq=False, gc=False):
    """`if` and `then`."""

    condition: Condition
    effect: Operand
    path: JsonPath
    """Where `then` stands in the definition."""
    details: Any = None
    """`then.details` as written; its meaning depends on the effect."""
    existence: Existence | None = None
    """Set when the details name a related resource."""


class Operation(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One change that append or modify makes."""

    kind: str
    """`append`, `add`, `addOrReplace` or `remove`."""
    field: Operand
    value: Operand
    """What is set; nothing for `remove`."""
    condition: Operand | None
    """When the change is made; always, without one."""
    path: JsonPath
    """Where it stands in the definition."""


class Details(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What an effect is told besides the related resource; empty where the effect has no use for it."""

    operations: tuple[Operation, ...] = ()
    conflict: Operand | None = None
    """What happens when a property is modified by several policies, or cannot be: audit, deny, disabled."""
    roles: tuple[Operand, ...] = ()
    """Role definitions that a remediation needs."""
    delay: Operand | None = None
    deployment_scope: Operand | None = None
    deployment: Mapping[str, Any] | None = None
    """As written: the deployment engine evaluates it, except for its parameters."""
    deployment_parameters: Mapping[str, Operand] = {}
    actions: tuple[str, ...] = ()
    """Lower-case actions that denyAction denies."""
    cascade: Mapping[str, Operand] = {}
    """What denyAction does when a container is deleted, by the lower-case name of the container."""
    default_state: Operand | None = None
    """The state of a manual policy that nobody attested."""
    network_group: Operand | None = None
    """The network group that addToNetworkGroup makes resources members of."""


NO_DETAILS = Details()


class Parameter(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A declared parameter."""

    name: str
    type: str
    """Lower-case: string, array, object, boolean, integer, float, datetime."""
    default: Value = None
    has_default: bool = False
    allowed: tuple[Value, ...] | None = None
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Definition(msgspec.Struct, frozen=True, eq=False, gc=False):
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
    details: Details = NO_DETAILS
    """What the effect is told, read."""


def conditions_in(condition: Condition, *, counts: bool = True) -> Iterator[Condition]:
    """Yield a condition and every one below it; those inside counts, which are about elements, when `counts`."""
    stack = [condition]
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, AllOf | AnyOf):
            stack.extend(reversed(item.parts))
        elif isinstance(item, Not):
            stack.append(item.part)
        elif counts and isinstance(item.subject, FieldCount | ValueCount) and item.subject.where is not None:
            stack.append(item.subject.where)
