"""Rights that somebody holds: role assignments, PIM schedules, access policies of vaults, what services keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.access.activation import Activation, activation_rules, rule_for, schedule_of
from everward.facts.access.dataroles import held_in_services
from everward.facts.access.principals import Principal, Principals
from everward.facts.access.roles import Role, Roles
from everward.facts.access.runtime import id_written
from everward.facts.access.vaults import VAULT_TYPE, policy_holes, policy_permission, uses_roles
from everward.facts.shape import inner, place_in, properties, text_in
from everward.facts.vaultlists import access_policies
from everward.policy.hierarchy import scope_of
from everward.values import Origin, Truth, Unknown, all_of

ASSIGNMENT_TYPE: Final = "Microsoft.Authorization/roleAssignments"


_SCHEDULES: Final = {
    "microsoft.authorization/roleeligibilityscheduleinstances": True,
    "microsoft.authorization/roleeligibilityschedules": True,
    "microsoft.authorization/roleeligibilityschedulerequests": True,
    "microsoft.authorization/roleassignmentscheduleinstances": False,
    "microsoft.authorization/roleassignmentschedules": False,
    "microsoft.authorization/roleassignmentschedulerequests": False,
}
"""Objects of PIM, and whether what they give must first be activated."""


class Standing(StrEnum):
    """How lasting a grant is."""

    PERMANENT = "permanent"
    BOUNDED = "timeBound"
    ACTIVATED = "activated"
    ELIGIBLE = "eligible"


@dataclass(frozen=True, eq=False)
class Grant:
    """What somebody may do somewhere."""

    principal: Principal
    role: Role
    scope: str
    """The id of the scope; parts in braces are not known yet."""
    standing: Standing
    kind: str = "role assignment"
    """`role assignment`, `access policy`, `data role`, `administrator`, `key`."""
    condition: str | None = None
    resource: Resource | None = None
    """The assignment, or the vault whose policy it is."""
    origin: Origin | None = None
    active: Truth = True
    """Whether the grant counts: access policies do not where a vault uses roles, and the other way round."""
    activation: Activation | None = None
    """For an eligible one, what an activation asks for."""
    expires: str | Unknown | None = None
    """When it ends, as ISO 8601 has it; None when it does not, or when that is not told."""
    expired: bool = False
    """Whether its end is over: it stands in the sources, and gives nothing any more."""
    group: Principal | None = None
    """The group of which its holder can become a member for a time."""

    @property
    def kept_by_service(self) -> bool:
        """Whether a service keeps it itself, so that nothing of Azure's own access control takes it away."""
        return self.kind != "role assignment"

    @property
    def dead(self) -> bool:
        """Whether nobody can make use of it: only people can activate what is eligible."""
        return self.standing is Standing.ELIGIBLE and self.principal.kind in _NO_PEOPLE

    @property
    def privileged(self) -> bool:
        """Whether it is one of the roles that can do everything, or give rights to others."""
        return self.role.id in PRIVILEGED or any(
            next(self.role.grants(operation), None) is not None for operation in _PRIVILEGED_OPERATIONS
        )


PRIVILEGED: Final = frozenset(
    {
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",  # Role Based Access Control Administrator
    }
)
"""Azure's page on best practices calls these privileged administrator roles (read 2026-11)."""

_PRIVILEGED_OPERATIONS: Final = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleDefinitions/write",
)

_NO_PEOPLE: Final = frozenset({"application", "managed identity", "system identity", "kubelet identity", "deployer"})
"""Kinds that cannot activate: learn.microsoft.com/entra/id-governance/privileged-identity-management, read 2026-11."""


class Grants:
    """Every grant of an estate."""

    def __init__(self, estate: Estate, now: datetime | None = None) -> None:
        self.estate = estate
        self.now = now if now is not None else datetime.now(UTC)
        self.roles = Roles(estate)
        self.principals = Principals(estate, self.now)
        self.unread: list[tuple[Resource, str]] = []
        """Assignments that could not be read, and why."""
        held = [
            *self._assignments(scheduled := list(self._scheduled())),
            *scheduled,
            *self._vault_policies(),
            *self._services(),
        ]
        self.all: list[Grant] = [*held, *self._of_groups(held)]

    def _role(self, resource: Resource, value: Any) -> Role | None:
        id_ = _role_id(value)
        role = self.roles.find(id_) if id_ is not None else None
        if role is None:
            shown = f"`{id_}`" if id_ is not None else "(not known yet)"
            self.unread.append((resource, f"its role {shown} is in no source"))
        return role

    def _assignments(self, scheduled: Sequence[Grant]) -> Iterator[Grant]:
        # What PIM activates, or gives for a time, stands among the assignments too, as if it lasted.
        timed = {
            (grant.principal.key, grant.role.id, grant.scope.lower()): grant
            for grant in scheduled
            if grant.standing is not Standing.ELIGIBLE and grant.active is not False
        }
        for resource in self.estate.of_type(ASSIGNMENT_TYPE):
            body = properties(resource.body)
            role = self._role(resource, inner(body, "roleDefinitionId"))
            if role is None:
                continue
            kind = text_in(body, "principalType")
            principal = self.principals.of(inner(body, "principalId"), kind if isinstance(kind, str) else "")
            condition = text_in(body, "condition")
            where = _scope(resource, body)
            same = timed.get((principal.key, role.id, where.lower()))
            yield Grant(
                principal,
                role,
                where,
                same.standing if same is not None else Standing.PERMANENT,
                condition=condition if isinstance(condition, str) and condition else None,
                resource=resource,
                origin=resource.origin,
                active=all_of([resource.condition, *_holes(condition)]),
                expires=same.expires if same is not None else None,
            )

    def _scheduled(self) -> Iterator[Grant]:
        rules = activation_rules(self.estate)
        for type_, eligible in _SCHEDULES.items():
            for resource in self.estate.of_type(type_):
                body = properties(resource.body)
                schedule = schedule_of(body, self.now)
                if schedule.asked is False:
                    continue
                role = self._role(resource, inner(body, "roleDefinitionId"))
                if role is None:
                    continue
                where = _scope(resource, body)
                condition = text_in(body, "condition")
                yield Grant(
                    self.principals.of(inner(body, "principalId"), str(inner(body, "principalType") or "")),
                    role,
                    where,
                    Standing.ELIGIBLE if eligible else _standing(body, bounded=schedule.bounded),
                    condition=condition if isinstance(condition, str) and condition else None,
                    resource=resource,
                    origin=resource.origin,
                    active=all_of([resource.condition, schedule.in_force, *_holes(condition)]),
                    activation=rule_for(rules, where, role.id) if eligible else None,
                    expires=schedule.expires,
                    expired=schedule.ended,
                )

    def _vault_policies(self) -> Iterator[Grant]:
        for vault in self.estate.of_type(VAULT_TYPE):
            by_role = uses_roles(vault)
            active: Truth = by_role if isinstance(by_role, Unknown) else not by_role
            for number, listing in enumerate(access_policies(self.estate, vault)):
                item = listing.entry
                if not isinstance(item, dict):
                    if active is not False:
                        self.unread.append((vault, "an access policy of it is not known yet"))
                    continue
                principal = self.principals.of(inner(item, "objectId"))
                listed = inner(item, "permissions")
                permission = policy_permission(listed)
                holes = tuple(policy_holes(listed))
                role = Role(f"{vault.key}#policy{number}", "access policy", (permission,), False, holes, vault.origin)
                place = place_in(listing.holder, listing.path)
                held = all_of([active, listing.holder.condition])
                yield Grant(principal, role, vault.id, Standing.PERMANENT, "access policy", None, vault, place, held)

    def _services(self) -> Iterator[Grant]:
        for held in held_in_services(self.estate):
            if held.role is None:
                self.unread.append((held.resource, "its role is in no source"))
                continue
            principal = (
                self.principals.add(f"{held.role.id}:holder", held.key, "key", held.resource)
                if held.key is not None
                else self.principals.of(held.principal, held.principal_kind)
            )
            yield Grant(
                principal, held.role, held.scope, Standing.PERMANENT, held.kind,
                resource=held.resource, origin=held.resource.origin, active=held.active,
            )  # fmt: skip

    def _of_groups(self, held: Sequence[Grant]) -> Iterator[Grant]:
        """What those can get who may make themselves members of a group for a time."""
        for member, group, schedule in self.principals.directory.eligible:
            above = {group.key, *group.groups}
            for grant in held:
                if grant.principal.key in above and member.key not in above:
                    yield replace(
                        grant, principal=member, standing=Standing.ELIGIBLE, activation=Activation(), group=group,
                        active=all_of([grant.active, schedule.in_force]), expires=schedule.expires,
                        expired=schedule.ended,
                    )  # fmt: skip


def _scope(resource: Resource, body: Any) -> str:
    scope = id_written(inner(body, "scope"))
    return scope if isinstance(scope, str) else scope_of(resource.id)


def _role_id(value: Any) -> str | None:
    """The id of a role. Of one that is not known whole the end may be: that tells the role."""
    id_ = id_written(value)
    if isinstance(id_, Unknown):
        last = (id_.text or "").rpartition("/roleDefinitions/")[2]
        named = _GUID.findall(last)
        if len(named) == 1:
            # The only one behind the word is the role, whatever function of a template joins them.
            return str(named[0])
        return id_.text if last and "{" not in last else None
    return id_


_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _holes(value: Any) -> list[Unknown]:
    return [value] if isinstance(value, Unknown) else []


def _standing(body: Any, *, bounded: bool) -> Standing:
    kind = text_in(body, "assignmentType")
    asked = text_in(body, "requestType")
    if (isinstance(kind, str) and kind.lower() == "activated") or (
        isinstance(asked, str) and asked.lower().startswith("self")
    ):
        return Standing.ACTIVATED
    return Standing.BOUNDED if bounded else Standing.PERMANENT
