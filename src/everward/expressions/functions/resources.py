"""Functions that build resource ids."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from everward.expressions.functions.registry import Family, Holes
from everward.expressions.holes import holes_of
from everward.expressions.kinds import as_string
from everward.expressions.problem import ExpressionError, Failure
from everward.expressions.symbols import scope_symbol, symbolic
from everward.values import MISSING, Unknown, Value, build_id, combine, member

if TYPE_CHECKING:
    from everward.expressions.frame import Frame

RESOURCES = Family()

_GROUP = "microsoft.resources/resourcegroups"
_SUBSCRIPTION = "microsoft.resources/subscriptions"
_MANAGEMENT_GROUP = "microsoft.management/managementgroups"

Place = tuple[str, tuple[Unknown, ...]]
"""The id of a scope, and what is not known of it."""


def _segment(value: Value) -> str:
    """A segment of an id: text as it is, and in the place of a hole what stands for it in symbolic ids."""
    return symbolic(value) if isinstance(value, Unknown) else as_string(value, "every argument")


@RESOURCES.add("resourceId", 2, None, holes=Holes.OWN, framed=True)
def resource_id(frame: Frame, *values: Value) -> Value:
    """The id of a resource: in the scope that is deployed to, or in a given subscription and resource group."""
    index = _type_index(values)
    before = values[:index]
    if len(before) > 2:
        raise Failure("at most a subscription and a resource group come before the type")
    if len(before) == 2:
        place: Place = (f"/subscriptions/{_segment(before[0])}/resourceGroups/{_segment(before[1])}", ())
    elif before:
        subscription, holes = _id_of(frame, "subscription")
        place = (f"{subscription}/resourceGroups/{_segment(before[0])}", holes)
    else:
        place = _group(frame)
    return _identify(place, values, index)


@RESOURCES.add("subscriptionResourceId", 2, None, holes=Holes.OWN, framed=True)
def subscription_resource_id(frame: Frame, *values: Value) -> Value:
    """The id of a resource in a subscription: the one deployed to, or a given one."""
    index = _type_index(values)
    if index > 1:
        raise Failure("only a subscription comes before the type")
    place = (f"/subscriptions/{_segment(values[0])}", ()) if index else _id_of(frame, "subscription")
    return _identify(place, values, index)


@RESOURCES.add("managementGroupResourceId", 2, None, holes=Holes.OWN, framed=True)
def management_group_resource_id(frame: Frame, *values: Value) -> Value:
    """The id of a resource in a management group: the one deployed to, or a given one."""
    index = _type_index(values)
    if index > 1:
        raise Failure("only a management group comes before the type")
    if index:
        place: Place = (f"/providers/Microsoft.Management/managementGroups/{_segment(values[0])}", ())
    else:
        place = _id_of(frame, "managementGroup")
    return _identify(place, values, index)


@RESOURCES.add("tenantResourceId", 2, None, holes=Holes.OWN)
def tenant_resource_id(*values: Value) -> Value:
    """The id of a resource of the tenant."""
    if _type_index(values):
        raise Failure("the type comes first")
    return _identify(("", ()), values, 0)


@RESOURCES.add("extensionResourceId", 3, None, holes=Holes.OWN)
def extension_resource_id(*values: Value) -> Value:
    """The id of a resource that extends another one, whose id comes first."""
    return _identify((_base(values[0]), ()), values, 1)


def _base(value: Value) -> str:
    """An id, or the symbolic one that stands for a hole."""
    if isinstance(value, Unknown):
        return symbolic(value)
    return as_string(value, "the id of the resource that is extended").rstrip("/")


def _type_index(values: tuple[Value, ...]) -> int:
    """Where the type stands: the first argument with a slash."""
    for index, value in enumerate(values):
        if isinstance(value, str) and "/" in value:
            return index
    if any(isinstance(value, Unknown) for value in values):
        return 0
    raise Failure("no argument is a resource type such as `Microsoft.KeyVault/vaults`")


def _identify(place: Place, values: tuple[Value, ...], index: int) -> Value:
    names = [_segment(value) for value in values[index + 1 :]]
    kind = values[index]
    if isinstance(kind, Unknown):
        return combine(holes_of(values), present=True)
    scope, unknown = place
    text = _build(scope, as_string(kind).strip("/"), tuple(names))
    holes = [*holes_of(values), *unknown]
    return combine(holes, present=True, reference=text) if holes else text


def _build(scope: str, kind: str, names: tuple[str, ...]) -> str:
    count, well_formed, special = _form_of(kind)
    if count != len(names) or not well_formed:
        raise Failure(
            f"incorrect segment lengths: the type `{kind}` needs {count} names, not {len(names)}",
            help="there is one name for every part of the type behind its namespace",
        )
    if special is None:
        return f"{scope}/providers/{kind}/{names[0]}" if count == 1 else build_id(scope, kind, names)
    if special == _GROUP:
        return build_id("/".join(scope.split("/")[:3]), kind, names)
    # They stand in the tenant wherever the deployment runs.
    return build_id("", kind, names)


@lru_cache(maxsize=4_096)
def _form_of(kind: str) -> tuple[int, bool, str | None]:
    """How many names a type needs, whether it is well formed, and which one it is of those with ids of their own."""
    types = kind.split("/")[1:]
    lowered = kind.lower()
    special = lowered if lowered in (_MANAGEMENT_GROUP, _SUBSCRIPTION, _GROUP) else None
    return len(types), all(types), special


def _group(frame: Frame) -> Place:
    """The resource group, else the subscription, else the tenant: what a deployment's scope allows."""
    for name in ("resourceGroup", "subscription"):
        try:
            return _id_of(frame, name)
        except ExpressionError:
            continue
    return "", ()


def _id_of(frame: Frame, name: str) -> Place:
    """The id of a scope that the host knows.

    Raises:
        ExpressionError: when there is no such scope here.

    """
    try:
        scope = frame.evaluator.host.call(name, [], 0)
    except ExpressionError as error:
        if error.text is None:
            # The call stands nowhere in the text: the position is that of the call that needs it.
            error.position = None
        raise
    found = member(scope, "id") if isinstance(scope, dict) else scope
    if isinstance(found, Unknown):
        # The scope's shape is known even where the scope is not.
        return found.reference or scope_symbol(name), (found,)
    if found is MISSING or not isinstance(found, str):
        raise ExpressionError(f"`{name}()` has no id here")
    return found.rstrip("/"), ()
