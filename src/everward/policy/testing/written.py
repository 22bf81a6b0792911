"""Resources as people write them in test files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from everward.estate import RESOURCE_GROUP_TYPE, Resource
from everward.values import Origin, ProblemError, Unknown, Value, build_id, parse_id

SUBSCRIPTION: Final = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP: Final = f"{SUBSCRIPTION}/resourceGroups/stamp-rg"
"""Where resources of cases stand unless they say otherwise."""

_GROUP_TYPES: Final = frozenset({"microsoft.resources/resourcegroups", RESOURCE_GROUP_TYPE.lower()})
_OWN: Final = ("id", "type", "name", "scope")


def make_resource(written: Mapping[str, Any], origin: Origin) -> Resource:
    """A resource of the estate from one that is written in a case: its body with `type` and `name`.

    The name of a child has all its segments. Where neither `id` nor `scope` stands, it is in the group of
    cases, a resource group in their subscription.

    Raises:
        ProblemError: when it lacks its type or name, or its id is not one.

    """
    body = {key: with_holes(value) for key, value in written.items() if key not in _OWN}
    kind, name = written.get("type"), written.get("name")
    if not isinstance(kind, str) or not isinstance(name, str):
        raise ProblemError(
            "a resource of a case needs `type` and `name`", origin=origin, help="write its ARM body with both"
        )
    names = tuple(name.split("/"))
    if kind.lower() in _GROUP_TYPES:
        # Templates and the API call it otherwise than policies do.
        kind = RESOURCE_GROUP_TYPE
    usual = SUBSCRIPTION if kind == RESOURCE_GROUP_TYPE else GROUP
    made = written.get("id")
    if made is not None and not isinstance(made, str):
        raise ProblemError("the `id` of a resource of a case is not a text", origin=origin, help="write its ARM id")
    try:
        made = made or build_id(str(written.get("scope", usual)), kind, names)
        parse_id(made)
    except ValueError as error:
        raise ProblemError(
            f"a resource of a case has no id: {error}",
            origin=origin,
            help="give the name as many segments as the type, or an `id`",
        ) from error
    return Resource(id=made, type=kind, name=names[-1], body=body, origin=origin)


def with_holes(value: Any) -> Value:
    """A value in which `{$unknown: …}` stands for a hole.

    Raises:
        ProblemError: when a hole gives no reason.

    """
    # One call a level, without comprehensions: what readers let through nests half as deep as calls may.
    if isinstance(value, list):
        return list(map(with_holes, value))
    if not isinstance(value, dict):
        plain: Value = value
        return plain
    if "$unknown" not in value:
        return dict(zip(value, map(with_holes, value.values()), strict=True))
    hole = value["$unknown"]
    if not isinstance(hole, dict) or not isinstance(hole.get("reason"), str):
        raise ProblemError("a hole gives no reason", help="write {$unknown: {reason: …, decidedBy: [var.x]}}")
    deciders = hole.get("decidedBy", ())
    return Unknown(
        reason=hole["reason"],
        decided_by=tuple(map(str, deciders)) if isinstance(deciders, list | tuple) else (str(deciders),),
        present=bool(hole.get("present", False)),
        many=bool(hole.get("many", False)),
        reference=hole.get("reference"),
        text=hole.get("text"),
    )
