"""Rights that services keep themselves: data roles of Cosmos DB, administrators of SQL, and keys.

Whoever has a key may do what the key may, whoever that is: a key is a principal of its own here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.access.roles import Permission, Role
from everward.facts.access.runtime import id_written
from everward.facts.shape import first, flag, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown

COSMOS_TYPE: Final = "Microsoft.DocumentDB/databaseAccounts"
COSMOS_ROLE_TYPE: Final = f"{COSMOS_TYPE}/sqlRoleDefinitions"
COSMOS_ASSIGNMENT_TYPE: Final = f"{COSMOS_TYPE}/sqlRoleAssignments"
DATA_ROLE: Final = "data role"
ADMINISTRATOR: Final = "administrator"
KEY: Final = "key"


class Held(NamedTuple):
    """A right that a service keeps."""

    resource: Resource
    """What it is written in."""
    principal: Any
    """The object id of whoever holds it, or a hole."""
    principal_kind: str
    role: Role | None
    """None when it is in no source."""
    scope: str
    kind: str
    active: Truth = True
    key: str | None = None
    """Of a key: what to call it. Then there is no principal."""


def held_in_services(estate: Estate) -> Iterator[Held]:
    """Every right of this kind."""
    yield from _cosmos(estate)
    yield from _databases(estate)
    yield from _keys(estate)


def _cosmos(estate: Estate) -> Iterator[Held]:
    own = {item.key: item for item in estate.of_type(COSMOS_ROLE_TYPE)}
    for resource in estate.of_type(COSMOS_ASSIGNMENT_TYPE):
        body = properties(resource.body)
        id_ = id_written(inner(body, "roleDefinitionId"))
        role = _cosmos_role(id_, own) if isinstance(id_, str) else None
        scope = id_written(inner(body, "scope"))
        where = _as_id(scope) if isinstance(scope, str) else resource.id.rsplit("/", 2)[0]
        yield Held(resource, inner(body, "principalId"), "", role, where, DATA_ROLE, resource.condition)


def _as_id(scope: str) -> str:
    """The scope of a data role as an id: the data plane has short words for what stands in an account."""
    account, cut, rest = _DATABASES.sub("/sqlDatabases/", scope, count=1).partition("/sqlDatabases/")
    return f"{account}{cut}{_CONTAINERS.sub('/containers/', rest, count=1)}" if cut else scope


_DATABASES: Final = re.compile("/dbs/", re.IGNORECASE)
_CONTAINERS: Final = re.compile("/colls/", re.IGNORECASE)

_COSMOS_ROLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "00000000-0000-0000-0000-000000000001": (
        "Cosmos DB Built-in Data Reader",
        (
            f"{COSMOS_TYPE}/readMetadata",
            f"{COSMOS_TYPE}/sqlDatabases/containers/items/read",
            f"{COSMOS_TYPE}/sqlDatabases/containers/executeQuery",
            f"{COSMOS_TYPE}/sqlDatabases/containers/readChangeFeed",
        ),
    ),
    "00000000-0000-0000-0000-000000000002": (
        "Cosmos DB Built-in Data Contributor",
        (
            f"{COSMOS_TYPE}/readMetadata",
            f"{COSMOS_TYPE}/sqlDatabases/containers/*",
            f"{COSMOS_TYPE}/sqlDatabases/containers/items/*",
        ),
    ),
}
"""Built-in data roles of Cosmos DB: MicrosoftDocs/azure-docs cosmos-db/how-to-setup-rbac, read 2026-11."""


def _cosmos_role(id_: str, own: Mapping[str, Resource]) -> Role | None:
    key = id_.rpartition("/")[2].lower()
    built = _COSMOS_ROLES.get(key)
    if built is not None:
        return Role(key, built[0], (Permission(data_actions=built[1]),), built_in=True)
    resource = own.get(id_.lower())
    if resource is None:
        return None
    body = properties(resource.body)
    title = text_in(body, "roleName")
    permissions = []
    holes: list[Unknown] = []
    for item in items(inner(body, "permissions")):
        listed = (item,) if isinstance(item, Unknown) else texts_in(inner(item, "dataActions"))
        holes += [text for text in listed if isinstance(text, Unknown)]
        permissions.append(Permission(data_actions=tuple(text for text in listed if isinstance(text, str))))
    name = title if isinstance(title, str) else resource.name
    return Role(key, name, tuple(permissions), False, tuple(holes), resource.origin)


_SERVERS: Final = (
    ("Microsoft.Sql/servers", "administrators", ("sid",)),
    ("Microsoft.Sql/servers/administrators", None, ("sid",)),
    ("Microsoft.Sql/managedInstances", "administrators", ("sid",)),
    ("Microsoft.Sql/managedInstances/administrators", None, ("sid",)),
    ("Microsoft.DBforPostgreSQL/flexibleServers/administrators", None, ("objectId",)),
    ("Microsoft.DBforMySQL/flexibleServers/administrators", None, ("sid", "objectId")),
)
"""Where administrators from the directory stand: the type, the property that holds them (None: the resource itself),
and the properties with their object id. Schemas of Azure/bicep-types-az, read 2026-11."""


def _databases(estate: Estate) -> Iterator[Held]:
    for type_, key, fields in _SERVERS:
        for resource in estate.of_type(type_):
            body = properties(resource.body)
            found = body if key is None else inner(body, key)
            if not isinstance(found, dict):
                continue
            who = first(*(inner(found, field) for field in fields))
            server = resource.id if key is not None else resource.id.rsplit("/", 2)[0]
            if who is None and key is None:
                # The administrators of PostgreSQL are named by their object id.
                who = resource.name
            if who is None:
                continue
            name = "administrator of the server"
            family = "/".join(type_.split("/")[:2])
            role = Role(
                f"{server.lower()}#administrator", name, (Permission(data_actions=(f"{family}/data/*",)),), True
            )
            kind = text_in(found, "principalType")
            yield Held(
                resource, who, kind if isinstance(kind, str) else "", role, server, ADMINISTRATOR, resource.condition
            )


DATA_OF_SERVERS: Final = "Microsoft.Sql/servers/data/write"
"""What administrators of SQL may do: the catalogue has no operations for data in databases, so the name is ours."""


class _Keyed(NamedTuple):
    type: str
    switch: str
    off: bool
    """The value of the switch that makes the keys worth nothing."""
    default: bool
    """The value of the switch where nothing is written."""
    actions: tuple[str, ...]
    """What a key allows, of the data plane."""
    control: tuple[str, ...] = ()
    """What it allows that the catalogue has in the control plane."""


_KEYED: Final = (
    _Keyed(
        "Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", False, True,
        ("Microsoft.Storage/storageAccounts/*",),
    ),
    _Keyed(COSMOS_TYPE, "disableLocalAuth", True, False, (f"{COSMOS_TYPE}/*",)),
    _Keyed("Microsoft.Search/searchServices", "disableLocalAuth", True, False, ("Microsoft.Search/searchServices/*",)),
    _Keyed("Microsoft.CognitiveServices/accounts", "disableLocalAuth", True, False, ("Microsoft.CognitiveServices/*",)),
    _Keyed(
        "Microsoft.AppConfiguration/configurationStores", "disableLocalAuth", True, False,
        ("Microsoft.AppConfiguration/*",),
    ),
    _Keyed("Microsoft.Cache/redis", "disableAccessKeyAuthentication", True, False, ("Microsoft.Cache/redis/*",)),
    _Keyed(
        "Microsoft.ContainerRegistry/registries", "adminUserEnabled", False, False,
        ("Microsoft.ContainerRegistry/registries/*",),
        ("Microsoft.ContainerRegistry/registries/pull/read", "Microsoft.ContainerRegistry/registries/push/write"),
    ),
)  # fmt: skip
"""Services with keys for everything, and the switch that turns them off: each API's own description of it."""

_BUSES: Final = ("Microsoft.EventHub/namespaces", "Microsoft.ServiceBus/namespaces", "Microsoft.Relay/namespaces")
_RIGHTS: Final = {"listen": ("messages/receive/action", "messages/listen/action"), "send": ("messages/send/action",)}
"""What the claims of a SAS policy are as operations; `Manage` includes both: learn.microsoft.com/azure/event-hubs/
authorize-access-shared-access-signature, read 2026-11."""


def keys_count(resource: Resource) -> Truth:
    """Whether the keys of a service open its data plane. Of what is not listed, they do."""
    row = _ROWS.get(resource.type_key)
    if row is None:
        return True
    value = flag(properties(resource.body), row.switch, default=row.default)
    return value if isinstance(value, Unknown) else value is not row.off


_ROWS: Final = {
    **{row.type.lower(): row for row in _KEYED},
    **{name.lower(): _Keyed(name, "disableLocalAuth", True, False, ()) for name in _BUSES},
}


def _keys(estate: Estate) -> Iterator[Held]:
    for row in _KEYED:
        for resource in estate.of_type(row.type):
            works = keys_count(resource)
            if works is not False:
                role = Role(f"{resource.key}#keys", "key", (Permission(row.control, data_actions=row.actions),), True)
                yield _key(resource, role, resource.id, works, f"a key of {resource.name}")
    for family in _BUSES:
        for namespace in estate.of_type(family):
            yield from _root_policy(estate, family, namespace)
        for parent in (family, *(f"{family}/{kind}" for kind in _ENTITIES)):
            for rule in estate.of_type(f"{parent}/authorizationRules"):
                yield from _policy(estate, family, rule)


_ENTITIES: Final = ("eventhubs", "queues", "topics", "hybridConnections", "wcfRelays")
"""What namespaces hold that can have policies of its own."""


_ROOT: Final = "RootManageSharedAccessKey"
"""The policy with every right that each new namespace gets, whatever it is made with: learn.microsoft.com/azure/
service-bus-messaging/service-bus-sas and event-hubs/authorize-access-shared-access-signature, read 2026-11."""


def _root_policy(estate: Estate, family: str, namespace: Resource) -> Iterator[Held]:
    """The policy that comes with a namespace, where no source writes it down."""
    works = keys_count(namespace)
    if works is False or estate.find(f"{namespace.id}/authorizationRules/{_ROOT}") is not None:
        return
    if works is True and namespace.source == "inventory":
        # It may have been deleted since: what Resource Graph exports has no policies at all.
        works = Unknown(reason=f"no source lists the policies of `{namespace.name}`", decided_by=(_ROOT,))
    actions = tuple(f"{family}/{name}" for names in _RIGHTS.values() for name in names)
    role = Role(f"{namespace.key}#keys", "key (Manage, Send, Listen)", (Permission(data_actions=actions),), True)
    yield _key(namespace, role, namespace.id, works, f"the key {_ROOT} of {namespace.name}")


def _policy(estate: Estate, family: str, rule: Resource) -> Iterator[Held]:
    """A SAS policy: whoever has one of its two keys may do what it claims, below what it is a policy of."""
    scope = rule.id.rsplit("/", 2)[0]
    namespace = estate.find("/".join(rule.id.split("/")[:9]))
    works = keys_count(namespace) if namespace is not None else True
    if works is False:
        return
    listed = inner(properties(rule.body), "rights")
    claims = texts_in(listed)
    holes = tuple(item for item in claims if isinstance(item, Unknown))
    words = {item.lower() for item in claims if isinstance(item, str)}
    words |= {"listen", "send"} if "manage" in words else set()
    actions = tuple(f"{family}/{name}" for word in _RIGHTS if word in words for name in _RIGHTS[word])
    shown = ", ".join(item for item in claims if isinstance(item, str)) or "rights not known"
    role = Role(f"{rule.key}#keys", f"key ({shown})", (Permission(data_actions=actions),), True, holes)
    yield _key(rule, role, scope, works, f"the key {rule.name} of {scope.rpartition('/')[2]}")


def _key(resource: Resource, role: Role, scope: str, works: Truth, name: str) -> Held:
    active = works if works is not True else resource.condition
    return Held(resource, None, "", role, scope, KEY, active, f"whoever has {name}")
