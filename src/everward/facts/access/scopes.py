"""Grants by where they are held, so that a question looks at those alone that can be about its scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from everward.facts.access.grants import Grant
from everward.policy.hierarchy import Hierarchy, scope_key
from everward.values import is_symbolic

_GROUPS = "/providers/microsoft.management/managementgroups/"


class Near(NamedTuple):
    """Grants that may hold at a scope, in their order."""

    grants: tuple[Grant, ...]
    by_principal: Mapping[str, list[Grant]]
    answers: dict[tuple[str, bool], tuple[Any, ...]] | None = None
    """What was answered at a scope with these, by operation and plane; None where other scopes have other answers."""


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
        self._known: dict[tuple[str, tuple[int, ...]], Near] = {}
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
        near = self._near(target)
        self._last = (target, near)
        return near

    def _near(self, target: str) -> Near:
        indexes = self._indexes(target)
        if self._open or is_symbolic(target):
            return self._made(indexes)
        # INVARIANT: these hold at every scope below what they are held at, and at all of a subscription or at none of
        # it, so that scopes with the same ones in the same subscription are alike.
        key = (_head(target), tuple(indexes))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._made(indexes)._replace(answers={})
        return found

    def _made(self, indexes: Iterable[int]) -> Near:
        found = tuple(self._grants[index] for index in indexes)
        by_principal: dict[str, list[Grant]] = {}
        for grant in found:
            by_principal.setdefault(grant.principal.key, []).append(grant)
        return Near(found, by_principal)

    def _indexes(self, target: str) -> Sequence[int]:
        if is_symbolic(target):
            return range(len(self._grants))
        found = [*self._open, *self._managed(target)]
        for ancestor in _ancestors(target):
            found += self._at.get(ancestor, ())
        return sorted(found)

    def _managed(self, target: str) -> list[int]:
        """Grants at management groups: the same for all that stands in one subscription."""
        head = _head(target)
        found = self._above.get(head)
        if found is None:
            held = ((index, self._grants[index].scope) for index in self._groups)
            found = [index for index, scope in held if self.hierarchy.contains(scope, head) is not False]
            self._above[head] = found
        return found


def _head(target: str) -> str:
    return "/".join(target.split("/")[:3]) if target.startswith("/subscriptions/") else target


def _ancestors(target: str) -> Iterator[str]:
    """A lower-case id, and what is left of it before each slash: the tenant is what is left before the first."""
    yield target
    while target:
        target = target.rpartition("/")[0]
        yield target
