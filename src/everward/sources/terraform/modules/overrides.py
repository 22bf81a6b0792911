"""Override files: their blocks are laid over those of the same name, argument by argument."""

from __future__ import annotations

from collections.abc import Iterable

from everward.sources.terraform.modules.declarations import (
    Module,
    complain,
    declare,
    provider_name,
    variable_of,
)
from everward.sources.terraform.syntax import Block, Body

_MERGED = frozenset({"lifecycle"})
"""Nested blocks that are laid over argument by argument, too; all others replace those of their type."""


def lay_over(module: Module, body: Body) -> None:
    """Lay one override file over its module. What it changes must be there, except provider configurations."""
    for attribute in body.attributes.values():
        complain(module, f"`{attribute.name}`", "an argument is not expected here", attribute.origin)
    for block in body.blocks:
        _lay(module, block)


def _lay(module: Module, block: Block) -> None:
    kind = block.type
    if kind == "locals":
        _locals(module, block)
    elif kind == "terraform":
        _settings(module, block)
    elif kind in ("moved", "import", "removed", "check"):
        complain(module, f"`{kind}`", "an override file cannot have it", block.origin)
    else:
        target = _target(module, block)
        if target is not None:
            _merge(module, target, block)
        elif kind == "provider" and "." not in provider_name(block):
            # A configuration without alias is there whether or not anybody wrote it.
            declare(module, Body(blocks=[block]))
            return
        else:
            label = ".".join([kind, *block.labels])
            complain(module, f"`{label}`", "an override file changes what is not there", block.origin)
            # Whether it was meant to be there is not ours to say: what it declares is kept.
            declare(module, Body(blocks=[block]))
            return
    module.blocks.append(block)


def _merge(module: Module, target: Block, block: Block) -> None:
    target.body = merged(target.body, block.body)
    if block.type == "variable":
        module.variables[block.labels[0]] = variable_of(module, target)


def _target(module: Module, block: Block) -> Block | None:
    kind, labels = block.type, block.labels
    if kind == "provider":
        name = provider_name(block)
        return next((other for other in module.providers if provider_name(other) == name), None)
    if len(labels) == 2:
        mode = {"resource": "managed", "data": "data", "ephemeral": "ephemeral"}.get(kind)
        keys = (key for key in module.resources if key == (mode, *labels))
        return next((module.resources[key] for key in keys), None)
    if len(labels) == 1 and kind in ("module", "output"):
        return (module.calls if kind == "module" else module.outputs).get(labels[0])
    if len(labels) == 1 and kind == "variable" and labels[0] in module.variables:
        return module.variables[labels[0]].block
    return None


def _locals(module: Module, block: Block) -> None:
    for name, attribute in block.body.attributes.items():
        if name not in module.locals:
            complain(module, f"`local.{name}`", "an override file changes what is not there", attribute.origin)
        module.locals[name] = attribute


def _settings(module: Module, block: Block) -> None:
    """Providers are required one by one; a backend takes the place of the one that was there, of whatever kind."""
    if any(inner.type in ("backend", "cloud") for inner in block.body.blocks):
        for other in module.settings:
            kept = [inner for inner in other.body.blocks if inner.type not in ("backend", "cloud")]
            other.body = Body(other.body.attributes, kept)
    module.settings.append(block)
    for inner in block.body.blocks_of("required_providers"):
        module.required_providers.update(inner.body.attributes)


def merged(base: Body, over: Body) -> Body:
    """Two bodies as one: arguments of the second win, and its nested blocks replace all of their type."""
    replaced = _types(over.blocks) - _MERGED
    blocks = [block for block in base.blocks if _type(block) not in replaced | over.attributes.keys()]
    attributes = {name: item for name, item in base.attributes.items() if name not in replaced}
    for block in over.blocks:
        same = next((one for one in blocks if block.type in _MERGED and one.type == block.type), None)
        if same is None:
            blocks.append(block)
        else:
            at = blocks.index(same)
            blocks[at] = Block(same.type, same.labels, merged(same.body, block.body), same.origin)
    return Body({**attributes, **over.attributes}, blocks)


def _types(blocks: Iterable[Block]) -> set[str]:
    return {_type(block) for block in blocks}


def _type(block: Block) -> str:
    """The type of the blocks that a block gives: a dynamic one gives those of its label."""
    return block.labels[0] if block.type == "dynamic" and len(block.labels) == 1 else block.type
