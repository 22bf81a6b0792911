"""Steps in the directory: who can become a member of a group that holds rights, or give an application a credential.

Roles of the directory and permissions of Microsoft Graph by the ids that are the same in every tenant:
learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference and
learn.microsoft.com/graph/permissions-reference, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from everward.facts.access.directory import graph_grants
from everward.facts.access.principals import Principal, Principals
from everward.facts.shape import flag, properties
from everward.values import Truth, any_of, negate


class Power(NamedTuple):
    """What a role of the directory, or a permission of Graph, allows."""

    name: str
    applications: bool = False
    """Whether it can give every application a credential."""
    groups: bool = False
    """Whether it can change who is in groups to which no role of the directory can be assigned."""
    everything: bool = False
    """Whether it can give itself every role of the directory, and so elevate itself in Azure."""


POWERS: Final[Mapping[str, Power]] = {
    "62e90394-69f5-4237-9190-012177145e10": Power("Global Administrator", True, True, True),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": Power("Privileged Role Administrator", False, True, True),
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": Power("Application Administrator", applications=True),
    "158c047a-c907-4556-b7ef-446551a6b5f7": Power("Cloud Application Administrator", applications=True),
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": Power("Groups Administrator", groups=True),
    "fe930be7-5e62-47db-91af-98c3a49a38b1": Power("User Administrator", groups=True),
    "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8": Power("RoleManagement.ReadWrite.Directory", True, True, True),
    "06b708a9-e830-4db3-a914-8e69da51d44f": Power("AppRoleAssignment.ReadWrite.All", everything=True),
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9": Power("Application.ReadWrite.All", applications=True),
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7": Power("Directory.ReadWrite.All", groups=True),
    "62a82d76-70ea-41e2-9197-370581804d09": Power("Group.ReadWrite.All", groups=True),
    "dbaae8cf-10b5-4b86-a4a1-f871c94c6695": Power("GroupMember.ReadWrite.All", groups=True),
}


class DirectoryStep(NamedTuple):
    """One step that somebody can take in the directory."""

    principal: Principal
    what: str
    """The role, the permission, or `owner`."""
    gained: Principal | None
    """Whom they can act as afterwards; None for everything."""
    certain: Truth


def directory_steps(principals: Principals, holders: Mapping[str, Principal]) -> Iterator[DirectoryStep]:
    """The steps that lead to somebody who holds rights. `holders` are those, by key."""
    yield from _owners(principals, holders)
    for principal, role, resource in graph_grants(principals):
        power = POWERS.get(role)
        if power is None:
            continue
        if power.everything:
            yield DirectoryStep(principal, power.name, None, resource.condition)
        for holder in holders.values():
            able: Truth = False
            if holder.kind == "application":
                able = power.applications
            elif holder.kind == "group":
                able = any_of([power.everything, negate(_protected(holder)) if power.groups else False])
            if able is not False and holder.key != principal.key:
                yield DirectoryStep(principal, power.name, holder, able)


def _owners(principals: Principals, holders: Mapping[str, Principal]) -> Iterator[DirectoryStep]:
    directory = principals.directory
    for key, owners in directory.owners.items():
        owned = principals.all.get(key)
        if owned is None:
            continue
        gained = owned
        if owned.kind == "registration":
            service = directory.service_of(owned.resource.id) if owned.resource is not None else None
            if service is None:
                continue
            gained = service
        above = {gained.key, *gained.groups}
        if above & holders.keys():
            for owner in owners:
                yield DirectoryStep(owner, f"owner of `{owned.name}`", gained, True)


def _protected(group: Principal) -> Truth:
    """Whether roles of the directory can be assigned to a group: then only those who manage these change it."""
    if group.resource is None:
        return False
    return flag(properties(group.resource.body), "isAssignableToRole", default=False)
