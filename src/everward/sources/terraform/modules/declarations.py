"""The declarations of one module folder: variables, locals, resources, module calls, outputs, providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from everward.estate.reading import Unresolved
from everward.sources.terraform.language.types import ANY, Type, parse_type
from everward.sources.terraform.syntax import Attribute, Block, Body, Expression, Variable
from everward.sources.terraform.syntax import Literal as Written
from everward.values import Origin

Mode: TypeAlias = Literal["managed", "data", "ephemeral"]
ResourceKey: TypeAlias = tuple[Mode, str, str]
"""Mode, type and name."""


@dataclass(frozen=True, slots=True)
class Check:
    """A `validation` block of a variable."""

    condition: Expression
    message: Expression | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class VariableDeclaration:
    """A `variable` block."""

    name: str
    type: Type
    default: Expression | None
    nullable: bool
    sensitive: bool
    checks: tuple[Check, ...]
    origin: Origin
    block: Block
    """The whole of it."""
    literal: bool
    """Whether a value on the command line is text as it stands, not an expression."""


@dataclass(slots=True, eq=False)
class Module:
    """One folder's declarations."""

    folder: Path
    blocks: list[Block] = field(default_factory=list)
    """Every block of its files at the top, in order, those of override files last."""
    variables: dict[str, VariableDeclaration] = field(default_factory=dict)
    locals: dict[str, Attribute] = field(default_factory=dict)
    resources: dict[ResourceKey, Block] = field(default_factory=dict)
    calls: dict[str, Block] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    providers: list[Block] = field(default_factory=list)
    checks: dict[str, Block] = field(default_factory=dict)
    statements: list[Block] = field(default_factory=list)
    """`moved`, `import` and `removed` blocks."""
    settings: list[Block] = field(default_factory=list)
    """`terraform` blocks."""
    required_providers: dict[str, Attribute] = field(default_factory=dict)
    unresolved: list[Unresolved] = field(default_factory=list)
    """What could not be read of it."""
    files: int = 0
    """How many files it has."""
    replaced: list[str] = field(default_factory=list)
    """Files of Terraform in whose place OpenTofu reads others."""
    tests: list[Path] = field(default_factory=list)
    """Files that test it, here and in `tests`: they declare nothing that is deployed."""


_TAKEN = frozenset({"count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"})
"""Names that no variable can have, as a call could not give it a value."""
_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1, "check": 1}
_MODES: dict[str, Mode] = {"resource": "managed", "data": "data", "ephemeral": "ephemeral"}
_STATEMENTS = {"moved": ("from", "to"), "import": ("to",), "removed": ("from",)}
"""Blocks that say what became of resources, with the arguments that they need."""
_INSTRUCTIONS = frozenset({"action"})
"""Blocks for what is done beside deploying: they are no part of what resources are like."""


def declare(module: Module, body: Body) -> None:
    """Add the declarations of one file to its module."""
    for attribute in body.attributes.values():
        complain(module, f"`{attribute.name}`", "an argument is not expected here", attribute.origin)
    for block in body.blocks:
        module.blocks.append(block)
        _declare_block(module, block)


def _declare_block(module: Module, block: Block) -> None:
    kind, labels = block.type, block.labels
    if kind in _LABELS:
        if len(labels) == _LABELS[kind]:
            _declare_labelled(module, block)
        else:
            complain(module, f"`{kind}`", f"needs {_LABELS[kind]} labels, not {len(labels)}", block.origin)
    elif kind == "locals":
        for name, attribute in block.body.attributes.items():
            _once(module, module.locals, name, attribute)
    elif kind == "provider":
        _declare_provider(module, block)
    elif kind == "terraform":
        module.settings.append(block)
        for inner in block.body.blocks_of("required_providers"):
            module.required_providers.update(inner.body.attributes)
    elif kind in _STATEMENTS:
        module.statements.append(block)
        for name in _STATEMENTS[kind]:
            if name not in block.body.attributes:
                complain(module, f"`{kind}`", f"needs `{name}`", block.origin)
    elif kind not in _INSTRUCTIONS:
        complain(module, f"`{kind}`", "this kind of block is not known", block.origin)


def _declare_provider(module: Module, block: Block) -> None:
    name = provider_name(block)
    if any(provider_name(other) == name for other in module.providers):
        complain(module, f"provider `{name}`", "configured twice", block.origin)
    module.providers.append(block)


def provider_name(block: Block) -> str:
    """`azurerm` or `azurerm.hub`, as references to a `provider` block have it."""
    name = ".".join(block.labels[:1])
    alias = block.body.attributes.get("alias")
    value = alias.value if alias is not None else None
    return f"{name}.{value.value}" if isinstance(value, Written) and isinstance(value.value, str) else name


def _declare_labelled(module: Module, block: Block) -> None:
    kind, labels = block.type, block.labels
    if kind in _MODES:
        _once(module, module.resources, (_MODES[kind], *labels), block)
    elif kind == "check":
        _once(module, module.checks, labels[0], block)
        for inner in block.body.blocks_of("data"):
            if len(inner.labels) == 2:
                _once(module, module.resources, ("data", *inner.labels), inner)
            else:
                complain(module, "`data`", f"needs 2 labels, not {len(inner.labels)}", inner.origin)
    elif kind == "output":
        _once(module, module.outputs, labels[0], block)
    elif kind == "module":
        _once(module, module.calls, labels[0], block)
    elif labels[0] in module.variables:
        complain(module, f"`variable.{labels[0]}`", "declared twice", block.origin)
    else:
        module.variables[labels[0]] = variable_of(module, block)


def _once(module: Module, table: dict[Any, Any], key: Any, item: Block | Attribute) -> None:
    if key in table:
        shown = ".".join(key).removeprefix("managed.") if isinstance(key, tuple) else str(key)
        complain(module, f"`{shown}`", "declared twice", item.origin)
    else:
        table[key] = item


def complain(module: Module, subject: str, reason: str, origin: Origin) -> None:
    """Note what Terraform would refuse: what the module is like cannot be told."""
    module.unresolved.append(
        Unresolved(subject, reason, origin, help="`terraform validate` shows the same place", incomplete=True)
    )


def variable_of(module: Module, block: Block) -> VariableDeclaration:
    """What a `variable` block says."""
    if block.labels[0] in _TAKEN:
        complain(module, f"variable `{block.labels[0]}`", "an argument of `module` blocks has this name", block.origin)
    attributes = block.body.attributes
    kind = ANY
    written = attributes.get("type")
    if written is not None:
        try:
            kind = parse_type(written.value)
        except ValueError as error:
            complain(module, f"variable `{block.labels[0]}`", f"type: {error}", written.origin)
    checks = tuple(
        Check(inner.body.attributes["condition"].value, _value(inner.body, "error_message"), inner.origin)
        for inner in block.body.blocks_of("validation")
        if "condition" in inner.body.attributes
    )
    return VariableDeclaration(
        name=block.labels[0],
        type=kind,
        default=_value(block.body, "default"),
        nullable=_flag(block.body, "nullable", default=True),
        sensitive=_flag(block.body, "sensitive", default=False),
        checks=checks,
        origin=block.origin,
        block=block,
        literal=written is None or kind.kind in ("string", "number", "bool"),
    )


def _value(body: Body, name: str) -> Expression | None:
    attribute = body.attributes.get(name)
    return attribute.value if attribute is not None else None


def _flag(body: Body, name: str, *, default: bool) -> bool:
    value = _value(body, name)
    return value.value is True if isinstance(value, Written) else default


def reference_text(expression: Expression) -> str | None:
    """`azurerm` or `azurerm.hub` from the expression of a `provider` argument; None for anything else."""
    from everward.sources.terraform.syntax import Attr, Traversal

    if isinstance(expression, Written) and isinstance(expression.value, str):
        return expression.value
    if isinstance(expression, Variable):
        return expression.name
    if isinstance(expression, Traversal) and isinstance(expression.source, Variable):
        names = [step.name for step in expression.steps if isinstance(step, Attr)]
        if len(names) == len(expression.steps):
            return ".".join([expression.source.name, *names])
    return None
