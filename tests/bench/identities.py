"""Scopes, roles and assignments for measuring: made by chance, the same every time, and by nobody's data."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tests.bench.networks import made

if TYPE_CHECKING:
    from everward.estate import Resource

AUTHORIZATION: Final = "Microsoft.Authorization"
MANAGEMENT: Final = "/providers/Microsoft.Management/managementGroups"
TENANT: Final = "tenant"
COMMON: Final = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
    "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",  # Reader
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",  # Virtual Machine Contributor
    "17d1049b-9a84-46fb-8f53-869881c3d3ab",  # Storage Account Contributor
)


def guid(kind: int, number: int) -> str:
    """An id; kinds keep those of people, roles and subscriptions apart."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def management_groups(count: int) -> Iterator[Resource]:
    """A tree of management groups, each with up to four below it, the first one on top."""
    for index in range(count):
        parent = f"{MANAGEMENT}/{TENANT}" if index == 0 else f"{MANAGEMENT}/mg{(index - 1) // 4}"
        name = f"mg{index}"
        yield made("Microsoft.Management/managementGroups", name, {"details": {"parent": {"id": parent}}}, group="")


def members(groups: int, subscriptions: int) -> Iterator[Resource]:
    """Subscriptions, in turns below the management groups."""
    from everward.estate import Resource
    from everward.values import Origin

    for index in range(subscriptions):
        name = guid(3, index)
        id_ = f"{MANAGEMENT}/mg{index % groups}/subscriptions/{name}"
        type_ = "Microsoft.Management/managementGroups/subscriptions"
        yield Resource(id_, type_, name, {}, Origin(source="inventory"))


def scopes(groups: int, subscriptions: int, each: int) -> list[list[str]]:
    """Management groups, subscriptions, and `each` resource groups of every subscription."""
    top = [f"{MANAGEMENT}/mg{index}" for index in range(groups)]
    middle = [f"/subscriptions/{guid(3, index)}" for index in range(subscriptions)]
    return [top, middle, [f"{scope}/resourceGroups/rg{number}" for scope in middle for number in range(each)]]


def custom_roles(rng: random.Random, count: int, actions: Sequence[str], data: Sequence[str]) -> Iterator[Resource]:
    """Roles as customers make them: some operations by name, some by everything below a part, some taken away."""
    for index in range(count):
        granted = [rng.choice(actions) for _ in range(rng.randrange(5, 40))]
        granted += [rng.choice(actions).rpartition("/")[0] + "/*" for _ in range(rng.randrange(4))]
        permission = {
            "actions": [*granted, "*/read"] if rng.random() < 0.2 else granted,
            "notActions": [rng.choice(actions) for _ in range(rng.randrange(4))],
            "dataActions": [rng.choice(data) for _ in range(rng.randrange(8))],
            "notDataActions": [],
        }
        properties = {"roleName": f"custom {index}", "type": "CustomRole", "permissions": [permission]}
        yield made(f"{AUTHORIZATION}/roleDefinitions", guid(2, index), properties, group="")


def assignments(
    rng: random.Random,
    count: int,
    roles: Sequence[str],
    principals: int,
    levels: Sequence[Sequence[str]],
    first: int = 0,
) -> Iterator[Resource]:
    """Assignments to people and workloads: half of them of common roles, most on the last level of scopes.

    Their names count from `first`.
    """
    weights = [2, 23, 75][-len(levels) :]
    for index in range(count):
        role = rng.choice(roles if rng.random() < 0.5 else COMMON)
        [scope] = rng.choices([rng.choice(level) for level in levels], weights)
        properties: dict[str, Any] = {
            "principalId": guid(1, rng.randrange(principals)),
            "principalType": rng.choice(("User", "ServicePrincipal")),
            "roleDefinitionId": f"/providers/{AUTHORIZATION}/roleDefinitions/{role}",
            "scope": scope,
        }
        yield made(f"{AUTHORIZATION}/roleAssignments", guid(4, first + index), properties, group=scope)


def directory(rng: random.Random, people: int, groups: int) -> Iterator[Resource]:
    """Groups of people: their ids come right behind those of the people."""
    for index in range(groups):
        listed = [{"id": guid(1, rng.randrange(people))} for _ in range(rng.randrange(5, 30))]
        name = guid(1, people + index)
        properties = {"id": name, "displayName": f"group {index}", "members": listed}
        yield made("Microsoft.Graph/groups", name, properties, group="")
