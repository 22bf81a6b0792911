"""Role definitions: the built-in ones by data, custom ones by the estate."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Any, Final

import msgspec

from everward.estate import Estate, Resource
from everward.facts.access.patterns import covers, shortened
from everward.facts.shape import inner, items, properties, text_in, texts_in
from everward.values import Origin, Unknown, data_file

ROLE_TYPE: Final = "Microsoft.Authorization/roleDefinitions"
FILE: Final = "builtin-roles.json.gz"
OPERATIONS_FILE: Final = "provider-operations.json.gz"


@dataclass(frozen=True)
class Permission:
    """One permission object of a role. Its subtractions concern its own grants only."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str | None = None
    doubts: tuple[Unknown, ...] = ()
    """What is not known of what it withholds, and of its condition: with them nothing that it grants is certain."""

    def grants(self, operation: str, *, data: bool = False) -> str | None:
        """The pattern that grants an operation; None when none does."""
        granted, withheld = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        found = next((pattern for pattern in granted if covers(pattern, operation)), None)
        if found is None:
            found = next((pattern for pattern in granted if _means(pattern, operation, data=data)), None)
        if found is None or any(covers(pattern, operation) for pattern in withheld):
            return None
        return found


def _means(pattern: str, operation: str, *, data: bool) -> bool:
    """Whether a pattern that covers no operation at all by the letter is meant for this one.

    The role Managed Identity Operator has `userAssignedIdentities/*/assign/action`, and is what gives the operation
    `userAssignedIdentities/assign/action`: Azure's errors name that, and are mended with the role (Azure/
    aad-pod-identity and Azure/secrets-store-csi-driver-provider-azure, 2019 and 2020).
    """
    short = shortened(pattern)
    return short is not None and covers(short, operation) and _is_empty(pattern.strip().lower(), data)


@cache
def _is_empty(pattern: str, data: bool) -> bool:
    """Whether a pattern covers no operation of the catalogue."""
    return not any(covers(pattern, operation) for operation in operations()[data])


@dataclass(frozen=True, eq=False)
class Role:
    """A role definition."""

    id: str
    """Its GUID or name, lower case: the last part of its id."""
    name: str
    permissions: tuple[Permission, ...]
    built_in: bool = False
    holes: tuple[Unknown, ...] = ()
    """What is not known of its permissions."""
    origin: Origin | None = None

    def grants(self, operation: str, *, data: bool = False) -> Iterator[tuple[Permission, str]]:
        """The permission objects that grant an operation, each with its pattern."""
        for permission in self.permissions:
            pattern = permission.grants(operation, data=data)
            if pattern is not None:
                yield permission, pattern

    @cached_property
    def is_ambiguous(self) -> bool:
        """Whether it matters that each permission object is judged by itself.

        Azure's page does not say whether what one object subtracts concerns the grants of another; no built-in role
        depends on it.
        """
        return len(self.permissions) > 1 and any(item.not_actions or item.not_data_actions for item in self.permissions)


@cache
def built_in_roles() -> Mapping[str, Role]:
    """Azure's own roles by GUID. Their source and date stand in the file."""
    data = msgspec.json.decode(gzip.decompress(data_file(FILE).read_bytes()))
    made = (_made(entry["id"], entry["roleName"], entry["permissions"], built_in=True) for entry in data["roles"])
    return {role.id: role for role in made}


@cache
def operations() -> tuple[frozenset[str], frozenset[str]]:
    """The known operations of the control plane and of the data plane, in lower case. New ones appear every day."""
    data = msgspec.json.decode(gzip.decompress(data_file(OPERATIONS_FILE).read_bytes()))
    return frozenset(map(str.lower, data["actions"])), frozenset(map(str.lower, data["dataActions"]))


def is_known_operation(operation: str) -> bool:
    """Whether the catalogue has an operation, of either plane. It lags behind Azure: a new operation may be missing."""
    key = operation.strip().lower()
    return any(key in plane for plane in operations()) or key in _OF_SERVICES


_COSMOS: Final = "microsoft.documentdb/databaseaccounts"
_OF_SERVICES: Final = frozenset(
    {
        f"{_COSMOS}/readmetadata",
        f"{_COSMOS}/sqldatabases/containers/executequery",
        f"{_COSMOS}/sqldatabases/containers/readchangefeed",
        f"{_COSMOS}/sqldatabases/containers/executestoredprocedure",
        f"{_COSMOS}/sqldatabases/containers/manageconflicts",
        *(
            f"{_COSMOS}/sqldatabases/containers/items/{word}"
            for word in ("create", "read", "replace", "upsert", "delete")
        ),
    }
)
"""Operations of data planes whose roles the service keeps itself: the catalogue of Azure lacks them.

MicrosoftDocs/azure-docs cosmos-db/how-to-setup-rbac, read 2026-11.
"""


def operations_like(operation: str, most: int = 3) -> list[str]:
    """Operations of the catalogue that are spelt almost so, nearest first, in lower case."""
    control, data = operations()
    key = operation.strip().lower()
    provider = key.partition("/")[0]
    same = [name for name in (*control, *data) if name.startswith(f"{provider}/")]
    return get_close_matches(key, sorted(same), n=most, cutoff=0.8)


def is_data_operation(operation: str) -> bool:
    """Whether an operation is one of the data plane only, by the catalogue."""
    control, data = operations()
    key = operation.strip().lower()
    return (key in data or key in _OF_SERVICES) and key not in control


def _made(id_: str, name: str, listed: Any, *, built_in: bool = False, origin: Origin | None = None) -> Role:
    holes: list[Unknown] = []
    found = []
    for item in items(listed):
        if isinstance(item, Unknown):
            holes.append(item)
            continue
        parts = {}
        condition = text_in(item, "condition")
        doubts = [condition] if isinstance(condition, Unknown) else []
        for key, field in _FIELDS.items():
            values = texts_in(inner(item, key))
            unknown = [value for value in values if isinstance(value, Unknown)]
            (doubts if key.startswith("not") else holes).extend(unknown)
            # One built-in role has a pattern with a blank behind it.
            parts[field] = tuple(value.strip() for value in values if isinstance(value, str))
        said = condition if isinstance(condition, str) and condition else None
        found.append(Permission(**parts, condition=said, doubts=tuple(doubts)))
    return Role(id_.lower(), name, tuple(found), built_in, tuple(holes), origin)


_FIELDS: Final = {
    "actions": "actions",
    "notActions": "not_actions",
    "dataActions": "data_actions",
    "notDataActions": "not_data_actions",
}


class Roles:
    """The roles that assignments of an estate can name."""

    def __init__(self, estate: Estate) -> None:
        self._own: dict[str, Role] = {}
        for resource in estate.of_type(ROLE_TYPE):
            role = _custom(resource)
            self._own[role.id] = role

    def find(self, definition_id: str) -> Role | None:
        """The role with an id, however it is scoped; None when nobody knows it."""
        key = definition_id.rstrip("/").rpartition("/")[2].lower()
        return self._own.get(key) or built_in_roles().get(key)

    def named(self, name: str) -> Role | None:
        """The role with a name or id."""
        key = name.strip().lower()
        for role in self:
            if role.name.lower() == key or role.id == key:
                return role
        return None

    def __iter__(self) -> Iterator[Role]:
        yield from self._own.values()
        yield from (role for key, role in built_in_roles().items() if key not in self._own)


def _custom(resource: Resource) -> Role:
    body = properties(resource.body)
    title = text_in(body, "roleName")
    own = text_in(body, "type")
    return _made(
        resource.name,
        title if isinstance(title, str) else resource.name,
        inner(body, "permissions"),
        built_in=isinstance(own, str) and own.lower() == "builtinrole",
        origin=resource.origin,
    )


def custom_role(name: str, *permissions: Permission) -> Role:
    """A role made of permission objects."""
    return Role(name.lower(), name, permissions)
