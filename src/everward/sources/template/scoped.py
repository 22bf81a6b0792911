"""Expressions whose value hangs on nothing but the scope that is deployed to: ids of roles, names of groups."""

from __future__ import annotations

from typing import Final

from everward.expressions import TEMPLATE, Call, Member, Node, nodes_in

_IDS: Final = frozenset(
    {
        "resourceid",
        "subscriptionresourceid",
        "managementgroupresourceid",
        "tenantresourceid",
        "extensionresourceid",
    }
)
_FORMS: Final = frozenset({"if", "and", "or", "coalesce"})
_ALLOWED: Final = _IDS | _FORMS | {name for name, function in TEMPLATE.functions.items() if not function.framed}
_EACH_TIME: Final = frozenset({"newguid", "utcnow"})
_MEMBERS: Final = {
    "resourcegroup": frozenset({"id", "name"}),
    "subscription": frozenset({"id", "subscriptionid"}),
}
"""What of a scope is a part of its id."""


def is_of_scope(root: Node) -> bool:
    """Whether an expression gives the same in every deployment to one scope."""
    settled: set[int] = set()
    calls: list[Call] = []
    for node in nodes_in(root):
        if isinstance(node, Member) and isinstance(node.target, Call):
            if node.name.lower() in _MEMBERS.get(node.target.name.lower(), ()):
                settled.add(id(node.target))
        elif isinstance(node, Call):
            calls.append(node)
    return all(id(call) in settled or _is_allowed(call.name.lower()) for call in calls)


def _is_allowed(name: str) -> bool:
    return name in _ALLOWED and name not in _EACH_TIME
