"""Which blocks wait for assignments of roles: what follows them in one run may find that they do not count yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from everward.estate import Resource
from everward.sources.terraform.language.free_names import references
from everward.sources.terraform.modules import Module
from everward.sources.terraform.syntax import Block, Body, Expression, Traversal, TupleCons
from everward.sources.tree import display
from everward.values import Origin

TYPE: Final = "Terraform/ordering"
"""The type of the record of a root: blocks that come after assignments of roles."""
ASSIGNMENTS: Final = frozenset({"azurerm_role_assignment"})
PAUSE: Final = "time_sleep"
"""The resource of the provider hashicorp/time that lets time pass."""

MAX_STEPS: Final = 100_000
"""References that are followed for one module."""


def ordering(modules: Iterable[Module]) -> Iterator[Resource]:
    """For each module with assignments of roles, the blocks that depend on them, and whether a pause lies between."""
    for module in modules:
        if not any(mode == "managed" and kind in ASSIGNMENTS for mode, kind, _ in module.resources):
            continue
        blocks = list(_after(module))
        if blocks:
            folder = display(module.folder)
            properties: dict[str, Any] = {"folder": folder, "blocks": blocks}
            origin = Origin(source="terraform", file=folder)
            yield Resource(f"terraform:{folder}", TYPE, module.folder.name, {"properties": properties}, origin)


def _after(module: Module) -> Iterator[dict[str, Any]]:
    needs = {
        f"{kind}.{name}": dict.fromkeys(_needed(block))
        for (mode, kind, name), block in module.resources.items()
        if mode == "managed"
    }
    for address, block in ((f"{kind}.{name}", item) for (_, kind, name), item in module.resources.items()):
        if address not in needs or address.partition(".")[0] in (*ASSIGNMENTS, PAUSE):
            continue
        reached = _reached(address, needs)
        if reached:
            explicit = set(_explicit(block))
            yield {
                "block": address,
                "assignments": sorted(reached),
                "paused": sorted(name for name, paused in reached.items() if paused),
                "explicit": sorted(explicit & reached.keys()),
            }


def _reached(start: str, needs: Mapping[str, Mapping[str, None]]) -> dict[str, bool]:
    """The assignments that come before a block, and whether a pause lies on any way to them."""
    found: dict[str, bool] = {}
    pending = [(start, False)]
    seen: set[tuple[str, bool]] = set()
    while pending and len(seen) < MAX_STEPS:
        here, paused = pending.pop()
        if (here, paused) in seen:
            continue
        seen.add((here, paused))
        if here.partition(".")[0] in ASSIGNMENTS:
            found[here] = found.get(here, False) or paused
            continue
        pending += [(one, paused or here.startswith(f"{PAUSE}.")) for one in needs.get(here, ())]
    return found


def _needed(block: Block) -> Iterator[str]:
    for expression in _expressions(block.body):
        for names in references(expression):
            if len(names) > 1 and names[0] not in ("var", "local", "each", "count", "path", "data", "module", "self"):
                yield ".".join(names[:2])


def _explicit(block: Block) -> Iterator[str]:
    """What a block says itself that it waits for."""
    attribute = block.body.attributes.get("depends_on")
    value = attribute.value if attribute is not None else None
    for item in value.items if isinstance(value, TupleCons) else ():
        if isinstance(item, Traversal):
            yield from (".".join(names[:2]) for names in references(item))


def _expressions(body: Body) -> Iterator[Expression]:
    pending = [body]
    while pending:
        one = pending.pop()
        yield from (attribute.value for attribute in one.attributes.values())
        pending += [block.body for block in one.blocks]
