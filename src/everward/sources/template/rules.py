"""What Azure refuses in a template whatever its parameters are.

Limits: learn.microsoft.com/azure/azure-resource-manager/templates/best-practices, read 2026-01. Where `reference` and
`list*` may stand: the pages on these functions there. What is refused is expanded all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from everward.expressions import ExpressionError, calls_in, is_run_time, parse_expression
from everward.sources.template.declaration import Declaration
from everward.sources.template.document import Site
from everward.sources.template.parts import Copy, Part, Text, texts_in
from everward.values import MISSING, member

if TYPE_CHECKING:
    from everward.sources.template.blueprint import Blueprint

MAX_PARAMETERS: Final = 256
MAX_VARIABLES: Final = 512
MAX_RESOURCES: Final = 800
MAX_OUTPUTS: Final = 64
MAX_EXPRESSION: Final = 24_576

_SECTIONS: Final = (("parameters", dict), ("variables", dict), ("outputs", dict), ("functions", list))
"""Sections of a template, and what each has to be."""

_TYPES: Final = frozenset({"string", "securestring", "int", "bool", "array", "object", "secureobject"})

_STATIC: Final = ("condition", "type", "name", "scope", "subscriptionid", "resourcegroup")
"""Keys of a declaration that are settled before anything is deployed."""


def refused(blueprint: Blueprint) -> Iterator[tuple[Site, str]]:
    """Places in a template, and why Azure does not take them."""
    for section, kind in _SECTIONS:
        found = member(blueprint.template, section)
        if found is not MISSING and found is not None and not isinstance(found, kind):
            wanted = "an object" if kind is dict else "an array"
            yield blueprint.site.below(section), f"the {section} must be {wanted}, so none of them is read"
    for spelled in blueprint.parameters.values():
        given = blueprint.definition(spelled).get("type")
        if isinstance(given, str) and given.lower() not in _TYPES:
            yield blueprint.parameter_site(spelled), f"a parameter has a type that templates do not have: `{given}`"
    for section, count, most in (
        ("parameters", len(blueprint.parameters), MAX_PARAMETERS),
        ("variables", len(blueprint.variables), MAX_VARIABLES),
        ("outputs", len(blueprint.outputs), MAX_OUTPUTS),
    ):
        if count > most:
            yield blueprint.site.below(section), f"there are {count} {section}, more than the {most} that Azure takes"
    for part in _static_parts(blueprint):
        for text in texts_in(part):
            name = _run_time(text)
            if name is not None:
                yield text.site, f"`{name}` cannot stand here: Azure answers it in properties and outputs only"


def _static_parts(blueprint: Blueprint) -> Iterator[Part | Copy]:
    """What is settled before anything is deployed."""
    yield from blueprint.variables.values()
    for spelled in blueprint.parameters.values():
        default = blueprint.default(spelled)
        if default is not None:
            yield default
    pending: list[Any] = [declaration for declaration, _ in blueprint.resources]
    while pending:
        declaration = pending.pop()
        if not isinstance(declaration, Declaration) or declaration.foreign:
            continue
        yield from (part for key in _STATIC if (part := declaration.part(key)) is not None)
        if declaration.copy is not None:
            yield declaration.copy.count
        pending.extend(child for child, _ in declaration.children)


def _run_time(text: Text) -> str | None:
    """A function in an expression that only Azure answers while it deploys."""
    lowered = text.text.lower()
    if "reference" not in lowered and "list" not in lowered:
        return None
    try:
        calls = calls_in(parse_expression(text.text))
    except ExpressionError:
        # Whoever evaluates it says what is wrong.
        return None
    return next((call.name for call in calls if _is_answered_later(call.name)), None)


def _is_answered_later(name: str) -> bool:
    lowered = name.lower()
    return lowered in ("reference", "references") or (lowered.startswith("list") and is_run_time(name))
