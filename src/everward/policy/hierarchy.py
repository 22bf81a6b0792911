"""What stands in which scope: containment of ids, and management groups where their hierarchy is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from everward.estate import Estate, Resource
from everward.values import Truth, Unknown, is_symbolic, try_parse_id

GROUP_TYPE: Final = "Microsoft.Management/managementGroups"
MEMBER_TYPE: Final = "Microsoft.Management/managementGroups/subscriptions"
_SUBSCRIPTION_TYPE: Final = "microsoft.resources/subscriptions"
_GROUP_HEAD: Final = "/providers/microsoft.management/managementgroups/"
_SUBSCRIPTION_HEAD: Final = "/subscriptions/"


class Hierarchy:
    """Management groups and subscriptions with what they stand in. Names and ids compare without case."""

    def __init__(self, parents: Mapping[str, str] | None = None) -> None:
        """`parents` gives the management group of each subscription or group: ids, or names of groups."""
        self._parents = {scope_key(child): scope_key(parent) for child, parent in (parents or {}).items()}
        self._groups = {*self._parents, *self._parents.values()}

    @classmethod
    def of(cls, estate: Estate, parents: Mapping[str, str] | None = None) -> Hierarchy:
        """What the resources of an estate say, and `parents`, which win."""
        found: dict[str, str] = {}
        for item in (*estate.of_type(_SUBSCRIPTION_TYPE), *estate.of_type(GROUP_TYPE)):
            chain = list(_chain_of(item))
            below = f"{_SUBSCRIPTION_HEAD}{item.name}" if item.type_key == _SUBSCRIPTION_TYPE else item.id
            found.update(zip([below, *chain], chain, strict=False))
        for group in estate.of_type(GROUP_TYPE):
            parent = _parent_of(group)
            if parent is not None:
                found[group.id] = parent
        for member in estate.of_type(MEMBER_TYPE):
            holder, _, subscription = member.id.rpartition("/subscriptions/")
            found[f"/subscriptions/{subscription}"] = holder
        return cls({**found, **(parents or {})})

    def contains(self, scope: str, resource_id: str) -> Truth:
        """Whether a resource stands in a scope, or is it. Unknown where ids or management groups are not known."""
        key = scope_key(scope)
        if key == "":
            return True
        target = resource_id.rstrip("/").lower()
        if not key.startswith(_GROUP_HEAD):
            return _is_below(key, target)
        current: str | None = _outermost(target)
        if current is None:
            return False
        # INVARIANT: every step goes to another scope, so that a cycle in what was given ends.
        seen: set[str] = set()
        while current is not None and current not in seen:
            if current == key:
                return True
            seen.add(current)
            current = self._parents.get(current)
        return self._unsettled(key, target, seen)

    def _unsettled(self, key: str, target: str, seen: set[str]) -> Truth:
        """False when the group is known and the chain above the resource leads elsewhere, else a hole."""
        name = key.removeprefix(_GROUP_HEAD)
        if key in self._groups and seen & self._groups:
            return False
        where = _outermost(target) or target
        return Unknown(
            reason=f"it is not known whether management group `{name}` holds `{where.rpartition('/')[2]}`",
            decided_by=(f"the parent of {where}",),
        )


def scope_key(text: str) -> str:
    """What scopes are compared by; the bare name of a management group becomes its id."""
    key = text.rstrip("/").lower()
    if key and not key.startswith("/") and not is_symbolic(key):
        return _GROUP_HEAD + key
    return key


def _chain_of(item: Resource) -> Iterator[str]:
    """The management groups above a subscription or a group as Azure Resource Graph tells them, the nearest first."""
    body = item.properties if isinstance(item.properties, dict) else {}
    details = body.get("details")
    for held in (body, details if isinstance(details, dict) else {}):
        listed = held.get("managementGroupAncestorsChain")
        for one in listed if isinstance(listed, list) else ():
            name = one.get("name") if isinstance(one, dict) else None
            if not isinstance(name, str) or not name:
                # What stands above a group that is not named is not known to stand there.
                return
            yield name


def _parent_of(group: Resource) -> str | None:
    details = group.properties.get("details") if isinstance(group.properties, dict) else None
    parent = details.get("parent") if isinstance(details, dict) else None
    found = parent.get("id") if isinstance(parent, dict) else None
    if isinstance(found, Unknown):
        found = found.reference
    return found if isinstance(found, str) else None


def _outermost(target: str) -> str | None:
    """The subscription or management group that a lower-case id begins with."""
    for head in (_SUBSCRIPTION_HEAD, _GROUP_HEAD):
        if target.startswith(head):
            return head + target.removeprefix(head).split("/", 1)[0]
    return None


@lru_cache(maxsize=65_536)
def _is_below(scope: str, target: str) -> Truth:
    if target == scope or target.startswith(scope + "/"):
        return True
    if not (is_symbolic(scope) or is_symbolic(target)):
        return False
    if scope.startswith("{"):
        return _open(scope)
    wanted, has = scope.split("/"), target.split("/")
    if len(wanted) > len(has):
        return False
    for one, other in zip(wanted, has, strict=False):
        if one != other and not _may_be_equal(one, other):
            return False
    return _open(scope if is_symbolic(scope) else target)


def _may_be_equal(one: str, other: str) -> bool:
    """Whether two segments can turn out the same: what is written before and behind their open parts must agree."""
    if not (is_symbolic(one) or is_symbolic(other)):
        return False
    heads = [text.partition("{")[0] for text in (one, other)]
    tails = [text.rpartition("}")[2] if "{" in text else text for text in (one, other)]
    short, long = sorted(heads, key=len)
    behind, whole = sorted(tails, key=len)
    return long.startswith(short) and whole.endswith(behind)


def _open(text: str) -> Unknown:
    return Unknown(reason="a scope has parts that are not known yet", decided_by=(text,), text=text)


def scope_of(id: str) -> str:
    """The scope that an extension resource (an assignment, an exemption) stands on: its id's part before the last
    `/providers/`; empty for the tenant.

    """
    parsed = try_parse_id(id)
    return parsed.scope if parsed is not None else ""
