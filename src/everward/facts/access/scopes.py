"""Grants by where they are held, so that a question looks at those alone that can be about its scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from everward.facts.access.grants import Grant
from everward.policy.hierarchy import Hierarchy, scope_key
from everward.values import is_symbolic

_GROUPS = "/providers/microsoft.management/managementgroups/"


class Near(NamedTuple):
    """Grants that may hold at a scope, in their order."""

    grants: tuple[Grant, ...]
    by_principal: Mapping[str, list[Grant]]


class Scopes:
    """The grants of an estate by scope."""

    def __init__(self, grants: Sequence[Grant], hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self._grants = grants
        self._at: dict[str, list[int]] = {}
        self._groups: list[int] = []
        self._open: list[int] = []
        self._above: dict[str, list[int]] = {}
        self._last: tuple[str, Near] | None = None
        for index, grant in enumerate(grants):
            key = scope_key(grant.scope)
            if key.startswith(_GROUPS):
                self._groups.append(index)
            elif is_symbolic(key):
                self._open.append(index)
            else:
                self._at.setdefault(key, []).append(index)

    def over(self, scope: str) -> Near:
        """The grants that may hold at a scope.

        INVARIANT: of the others, `Hierarchy.contains` says that they do not; of these it still has to be asked.
        """
        target = scope.rstrip("/").lower()
        # Several questions about one scope come one after another.
        if self._last is not None and self._last[0] == target:
            return self._last[1]
        found = tuple(self._grants[index] for index in self._indexes(target))
        by_principal: dict[str, list[Grant]] = {}
        for grant in found:
            by_principal.setdefault(grant.principal.key, []).append(grant)
        near = Near(found, by_principal)
        self._last = (target, near)
        return near

    def _indexes(self, target: str) -> Sequence[int]:
        if is_symbolic(target):
            return range(len(self._grants))
        found = [*self._open, *self._managed(target)]
        for ancestor in _ancestors(target):
            found += self._at.get(ancestor, ())
        return sorted(found)

    def _managed(self, target: str) -> list[int]:
        """Grants at management groups: the same for all that stands in one subscription."""
        head = "/".join(target.split("/")[:3]) if target.startswith("/subscriptions/") else target
        found = self._above.get(head)
        if found is None:
            held = ((index, self._grants[index].scope) for index in self._groups)
            found = [index for index, scope in held if self.hierarchy.contains(scope, head) is not False]
            self._above[head] = found
        return found


def _ancestors(target: str) -> Iterator[str]:
    """A lower-case id, and what is left of it before each slash: the tenant is what is left before the first."""
    yield target
    while target:
        target = target.rpartition("/")[0]
        yield target
