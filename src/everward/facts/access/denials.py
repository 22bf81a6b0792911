"""Deny assignments: whom they keep from what, where, and whom they leave out.

MicrosoftDocs/azure-docs role-based-access-control/deny-assignments, read 2026-11: Azure makes them (for deployment
stacks and managed applications), they win over every role, they count below their scope unless they say otherwise, and
principals that are excluded, themselves or by a group, are not kept from anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from everward.estate import Resource
from everward.facts.access.conditions import Context, condition_holds
from everward.facts.access.names import Names
from everward.facts.access.principals import EVERYONE, Principal, Principals
from everward.facts.access.roles import Permission
from everward.facts.interface import fact
from everward.facts.shape import flag, id_in, inner, items, properties, text_in, texts_in
from everward.policy.hierarchy import Hierarchy, scope_of
from everward.values import Truth, Unknown, all_of, any_of, negate

DENY_TYPE: Final = "Microsoft.Authorization/denyAssignments"
DENIAL: Final = "Access/denials"


@dataclass(frozen=True, eq=False)
class Named:
    """Principals that a deny assignment names."""

    known: tuple[Principal, ...]
    everybody: bool
    holes: tuple[Unknown, ...]

    def holds(self, principal: Principal, principals: Principals) -> Truth:
        """Whether a principal is among them, itself or by a group."""
        if self.everybody:
            return True
        own = {principal.key, *principal.groups}
        if any(one.key in own for one in self.known):
            return True
        return any_of([False, *self.holes, *self._open(principal, principals)])

    def _open(self, principal: Principal, principals: Principals) -> Iterator[Unknown]:
        """Groups among them in which the principal may be, for all that is known."""
        for one in self.known:
            if one.kind == "group" and principal.kind not in ("key", "pipeline"):
                known = principals.directory.membership(one)
                if isinstance(known, Unknown):
                    yield known


@dataclass(frozen=True, eq=False)
class Denial:
    """A deny assignment."""

    resource: Resource
    scope: str
    permissions: tuple[Permission, ...]
    principals: Named
    excluded: Named
    own_only: Truth
    """Whether it counts at its own scope only, and not below."""
    protected: Truth
    """Whether Azure made it and keeps it: nobody else can take it away."""
    condition: str | Unknown | None = None
    holes: tuple[Unknown, ...] = ()
    """What is not known of its permissions: there may be more of them."""

    @property
    def name(self) -> str:
        """What it is called."""
        title = text_in(properties(self.resource.body), "denyAssignmentName")
        return title if isinstance(title, str) and title else self.resource.name

    def covers(self, operation: str, data: bool, context: Context) -> Truth:
        """Whether it is about an operation."""
        found = [
            all_of([*item.doubts, _holds(item.condition, context)])
            for item in self.permissions
            if item.grants(operation, data=data) is not None
        ]
        return all_of([any_of([False, *self.holes, *found]), _holds(self.condition, context)])

    def reaches(self, scope: str, hierarchy: Hierarchy) -> Truth:
        """Whether it counts at a scope."""
        reached = hierarchy.contains(self.scope, scope)
        if self.scope.rstrip("/").lower() == scope.rstrip("/").lower():
            return reached
        return all_of([reached, negate(self.own_only)])

    def keeps(self, principal: Principal, principals: Principals) -> Truth:
        """Whether it is about a principal. Whoever comes with a key is none that Azure knows."""
        if principal.kind == "key":
            return False
        left_out = self.excluded.holds(principal, principals)
        return all_of([self.principals.holds(principal, principals), negate(left_out)])


def _holds(condition: str | Unknown | None, context: Context) -> Truth:
    if condition is None or isinstance(condition, Unknown):
        return True if condition is None else condition
    return condition_holds(condition, context)


def denials(principals: Principals) -> list[Denial]:
    """Every deny assignment of an estate."""
    return [denial_of(resource, principals) for resource in principals.estate.of_type(DENY_TYPE)]


def denial_of(resource: Resource, principals: Principals) -> Denial:
    """A deny assignment of the estate."""
    body = properties(resource.body)
    scope = id_in(inner(body, "scope"))
    listed = inner(body, "permissions")
    condition = text_in(body, "condition")
    holes = [item for item in items(listed) if isinstance(item, Unknown)]
    return Denial(
        resource,
        scope if isinstance(scope, str) else scope_of(resource.id),
        tuple(_permissions(listed)),
        _named(inner(body, "principals"), principals),
        _named(inner(body, "excludePrincipals"), principals),
        flag(body, "doNotApplyToChildScopes", default=False),
        flag(body, "isSystemProtected", default=False),
        condition or None if isinstance(condition, str) else condition,
        tuple(holes),
    )


def _permissions(listed: Any) -> Iterator[Permission]:
    for item in items(listed):
        if isinstance(item, Unknown):
            continue
        doubts: list[Unknown] = []
        found = []
        for key in ("actions", "notActions", "dataActions", "notDataActions"):
            texts = texts_in(inner(item, key))
            doubts += [text for text in texts if isinstance(text, Unknown)]
            found.append(tuple(text for text in texts if isinstance(text, str)))
        condition = text_in(item, "condition")
        if isinstance(condition, Unknown):
            doubts.append(condition)
        said = condition if isinstance(condition, str) and condition else None
        yield Permission(found[0], found[1], found[2], found[3], said, tuple(doubts))


def _named(listed: Any, principals: Principals) -> Named:
    known: list[Principal] = []
    holes: list[Unknown] = []
    everybody = False
    for item in items(listed):
        value = item if isinstance(item, str | Unknown) else inner(item, "id")
        if isinstance(value, str) and value.lower() == EVERYONE:
            everybody = True
        elif isinstance(value, Unknown) and value.many:
            holes.append(value)
        elif isinstance(value, str | Unknown):
            kind = text_in(item, "type") if isinstance(item, dict) else None
            found = principals.of(value, kind if isinstance(kind, str) else "")
            known.append(found)
            if isinstance(value, Unknown) and found.resource is None and found.kind != "deployer":
                # A variable may turn out to be anybody.
                holes.append(value)
    return Named(tuple(known), everybody, tuple(holes))


def denial_facts(found: list[Denial], names: Names) -> Iterator[Resource]:
    """Each deny assignment: what it keeps whom from, and whom it leaves out."""
    for denial in found:
        out = [one.name for one in denial.excluded.known]
        whom = "everybody" if denial.principals.everybody else f"{len(denial.principals.known)} principals"
        yield fact(
            denial.scope,
            DENIAL,
            names.make(denial.scope, "denial", denial.resource.id),
            {
                "denial": denial.name,
                "scope": denial.scope,
                "everybody": denial.principals.everybody,
                "principals": [one.name for one in denial.principals.known],
                "excluded": out,
                "excludes": len(out) + len(denial.excluded.holes),
                "ownScopeOnly": denial.own_only,
                "systemProtected": denial.protected,
                "actions": sorted(_actions(denial)),
                "summary": f"deny assignment `{denial.name}` keeps {whom} from what it names"
                + (f", {len(out)} excluded" if out else ""),
            },
            origin=denial.resource.origin,
            condition=denial.resource.condition,
        )


def _actions(denial: Denial) -> set[str]:
    return {text for item in denial.permissions for text in (*item.actions, *item.data_actions)}
