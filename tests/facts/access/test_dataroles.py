"""Rights that services keep themselves: data roles, administrators, keys; and which rights a vault takes."""

from typing import Any

import pytest
from tests.facts.access.made import HERE, HOLE, ME, RG, YOU, assigned, res, rights

from everward.estate import Resource
from everward.facts.access.dataroles import DATA_OF_SERVERS, keys_count
from everward.facts.access.rights import Verdict
from everward.facts.access.roles import is_data_operation, is_known_operation
from everward.facts.access.vaults import uses_roles
from everward.values import Origin, Unknown

COSMOS = "Microsoft.DocumentDB/databaseAccounts"
ITEMS = f"{COSMOS}/sqlDatabases/containers/items"
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"


def holders(operation: str, resource: Resource, *more: Resource, data: bool = True) -> dict[str, Verdict]:
    made = rights(resource, *more)
    return {one.name: answer.verdict for one, answer in made.who_may(operation, resource.id, data=data)}


def account(**more: Any) -> Resource:
    return res(COSMOS, "db", {"disableLocalAuth": True, **more})


def data_role(role: str, scope: str | None = None, who: Any = ME) -> Resource:
    body = {"principalId": who, "roleDefinitionId": f"{account().id}/sqlRoleDefinitions/{role}"}
    return res(f"{COSMOS}/sqlRoleAssignments", "db/a", {**body, **({"scope": scope} if scope else {})})


READER, CONTRIBUTOR = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"


def test_built_in_data_roles_of_cosmos_db() -> None:
    assert holders(f"{ITEMS}/create", account(), data_role(CONTRIBUTOR)) == {ME: Verdict.ALLOWED}
    assert holders(f"{ITEMS}/create", account(), data_role(READER)) == {}
    assert holders(f"{ITEMS}/read", account(), data_role(READER)) == {ME: Verdict.ALLOWED}


def test_operations_that_the_catalogue_lacks_are_known() -> None:
    for operation in (f"{ITEMS}/create", f"{COSMOS}/readMetadata"):
        assert is_known_operation(operation)
        assert is_data_operation(operation)
    made = rights(account(), data_role(CONTRIBUTOR), assigned("Owner", YOU))
    assert [one.key for one, _ in made.who_may(f"{ITEMS}/create", account().id)] == [ME]


def test_own_data_roles_and_parts_of_an_account() -> None:
    own = res(
        f"{COSMOS}/sqlRoleDefinitions", "db/own",
        {"roleName": "writer", "permissions": [{"dataActions": [f"{ITEMS}/*"]}]},
    )  # fmt: skip
    assert holders(f"{ITEMS}/create", account(), own, data_role("own")) == {ME: Verdict.ALLOWED}
    part = data_role(CONTRIBUTOR, f"{account().id}/dbs/one")
    assert holders(f"{ITEMS}/create", account(), part) == {}
    for scope, parts in (("/dbs/one", "sqlDatabases/one"), ("/DBS/one/colls/c", "sqlDatabases/one/containers/c")):
        made = rights(account(), data_role(CONTRIBUTOR, f"{account().id}{scope}"))
        assert [one.key for one, _ in made.who_may(f"{ITEMS}/create", f"{account().id}/{parts}")] == [ME]
        assert list(made.who_may(f"{ITEMS}/create", f"{account().id}/sqlDatabases/two")) == []
    gone = rights(account(), data_role("gone"))
    assert [reason for _, reason in gone.grants.unread] == ["its role is in no source"]


@pytest.mark.parametrize(
    ("resource", "server"),
    [
        (res("Microsoft.Sql/servers", "s", {"administrators": {"sid": ME, "principalType": "Group"}}), None),
        (res("Microsoft.Sql/servers/administrators", "s/ActiveDirectory", {"sid": ME}), "Microsoft.Sql/servers"),
        (res("Microsoft.Sql/managedInstances", "s", {"administrators": {"sid": ME}}), None),
        (
            res("Microsoft.DBforPostgreSQL/flexibleServers/administrators", f"s/{ME}", {"principalName": "x"}),
            "Microsoft.DBforPostgreSQL/flexibleServers",
        ),
        (
            res("Microsoft.DBforMySQL/flexibleServers/administrators", "s/ActiveDirectory", {"sid": ME}),
            "Microsoft.DBforMySQL/flexibleServers",
        ),
    ],
)
def test_administrators_of_databases(resource: Resource, server: str | None) -> None:
    made = rights(resource)
    [grant] = made.grants.all
    family = server or resource.type
    assert (grant.principal.key, grant.kind, grant.scope) == (ME, "administrator", f"{RG}/providers/{family}/s")
    [(holder, answer)] = made.who_may(f"{family}/data/write", f"{RG}/providers/{family}/s", data=True)
    assert (holder.key, answer.verdict) == (ME, Verdict.ALLOWED)


def test_servers_without_administrators_from_the_directory() -> None:
    assert rights(res("Microsoft.Sql/servers", "s", {"administrators": None})).grants.all == []
    assert rights(res("Microsoft.Sql/servers", "s", {"administrators": {"login": "x"}})).grants.all == []
    assert DATA_OF_SERVERS.startswith("Microsoft.Sql/servers/data/")


@pytest.mark.parametrize(
    ("type_", "off", "operation"),
    [
        ("Microsoft.Storage/storageAccounts", {"allowSharedKeyAccess": False}, BLOB),
        (COSMOS, {"disableLocalAuth": True}, f"{ITEMS}/create"),
        ("Microsoft.AppConfiguration/configurationStores", {"disableLocalAuth": True},
         "Microsoft.AppConfiguration/configurationStores/keyValues/read"),
        ("Microsoft.Search/searchServices", {"disableLocalAuth": True},
         "Microsoft.Search/searchServices/indexes/documents/read"),
        ("Microsoft.CognitiveServices/accounts", {"disableLocalAuth": True},
         "Microsoft.CognitiveServices/accounts/OpenAI/deployments/completions/action"),
        ("Microsoft.Cache/redis", {"disableAccessKeyAuthentication": True}, "Microsoft.Cache/redis/data/read"),
    ],
)  # fmt: skip
def test_keys_of_a_whole_service(type_: str, off: dict[str, Any], operation: str) -> None:
    [switch] = off
    assert holders(operation, res(type_, "x", {})) == {"whoever has a key of x": Verdict.ALLOWED}
    assert holders(operation, res(type_, "x", off)) == {}
    assert holders(operation, res(type_, "x", {switch: HOLE})) == {"whoever has a key of x": Verdict.MAYBE}


def test_the_admin_of_a_registry() -> None:
    registry = "Microsoft.ContainerRegistry/registries"
    pull = f"{registry}/pull/read"
    assert holders(pull, res(registry, "cr", {}), data=False) == {}
    opened = res(registry, "cr", {"adminUserEnabled": True})
    assert holders(pull, opened, data=False) == {"whoever has a key of cr": Verdict.ALLOWED}
    assert holders(f"{registry}/delete", opened, data=False) == {}


HUBS = "Microsoft.EventHub/namespaces"
SEND, RECEIVE = f"{HUBS}/messages/send/action", f"{HUBS}/messages/receive/action"


def sas(*claims: Any, at: str = "ns", type_: str = HUBS) -> Resource:
    return res(f"{type_}/authorizationRules", f"{at}/rule", {"rights": list(claims)})


@pytest.mark.parametrize(
    ("claims", "sends", "receives"),
    [
        (["Send"], Verdict.ALLOWED, None),
        (["listen"], None, Verdict.ALLOWED),
        (["Manage"], Verdict.ALLOWED, Verdict.ALLOWED),
        (["Listen", HOLE], Verdict.MAYBE, Verdict.ALLOWED),
        ([], None, None),
    ],
)
def test_policies_for_messages(claims: list[Any], sends: Verdict | None, receives: Verdict | None) -> None:
    space = res(HUBS, "ns", {})
    name = "whoever has the key rule of ns"
    assert holders(SEND, space, sas(*claims)).get(name) is sends
    assert holders(RECEIVE, space, sas(*claims)).get(name) is receives


def test_policies_of_one_hub_and_of_a_space_that_takes_no_keys() -> None:
    hub = sas("Send", at="ns/hub", type_=f"{HUBS}/eventhubs")
    made = rights(res(HUBS, "ns", {}), hub)
    assert [one.scope.rpartition("/namespaces/")[2] for one in made.grants.all] == ["ns", "ns/eventhubs/hub"]
    assert rights(res(HUBS, "ns", {"disableLocalAuth": True}), hub).grants.all == []
    assert [one.active for one in rights(hub).grants.all] == [True]
    queue = sas("Listen", at="ns/q", type_="Microsoft.ServiceBus/namespaces/queues")
    receives = "Microsoft.ServiceBus/namespaces/messages/receive/action"
    [(holder, _)] = rights(queue).who_may(receives, queue.id.rsplit("/", 2)[0], data=True)
    assert holder.name == "whoever has the key rule of q"


def test_the_policy_that_comes_with_a_namespace() -> None:
    declared = res(HUBS, "ns", {}, origin=Origin(source="terraform", file="main.tf", line=1))
    root = "whoever has the key RootManageSharedAccessKey of ns"
    assert holders(SEND, declared) == holders(RECEIVE, declared) == {root: Verdict.ALLOWED}
    assert holders(SEND, res(HUBS, "ns", {})) == {root: Verdict.MAYBE}
    assert holders(SEND, res(HUBS, "ns", {"disableLocalAuth": True})) == {}
    listed = res(f"{HUBS}/authorizationRules", "ns/RootManageSharedAccessKey", {"rights": ["Listen"]})
    assert holders(SEND, declared, listed) == {}
    assert holders(RECEIVE, declared, listed) == {root: Verdict.ALLOWED}


def test_switches_of_keys() -> None:
    assert keys_count(res("Microsoft.Storage/storageAccounts", "st", {})) is True
    assert keys_count(res("Microsoft.Relay/namespaces", "r", {"disableLocalAuth": True})) is False
    assert keys_count(res("Microsoft.KeyVault/vaults", "kv", {})) is True


def vault(source: str = "inventory", version: Any = None, address: str | None = None, **more: Any) -> Resource:
    origin = Origin(source=source, file="f", line=1, address=address)
    body = {} if version is None else {"apiVersion": version}
    return res("Microsoft.KeyVault/vaults", "kv", more, body=body, origin=origin)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (vault(), False),
        (vault(enableRbacAuthorization=True), True),
        (vault("template", "2026-02-01", enableRbacAuthorization=False), False),
        (vault("template", "2023-07-01"), False),
        (vault("template", "2026-02-01"), True),
        (vault("template", "2026-03-01-preview"), True),
        (vault("terraform", address="azurerm_key_vault.kv"), False),
    ],
)
def test_which_rights_a_vault_takes(given: Resource, expected: bool) -> None:
    assert uses_roles(given) is expected


@pytest.mark.parametrize(
    "given",
    [
        vault("template"),
        vault("template", HOLE),
        vault("terraform", address="module.x.azapi_resource.kv"),
        vault(enableRbacAuthorization=HOLE),
        Resource(f"{RG}/providers/Microsoft.KeyVault/vaults/kv", "Microsoft.KeyVault/vaults", "kv",
                 {"properties": HOLE}, HERE),
    ],
)  # fmt: skip
def test_which_rights_a_vault_takes_may_be_open(given: Resource) -> None:
    assert isinstance(uses_roles(given), Unknown)


def test_a_new_vault_takes_roles_where_its_version_says_so() -> None:
    policies = [{"objectId": YOU, "permissions": {"secrets": ["get"]}}]
    reader = assigned("Key Vault Secrets User")
    new = vault("template", "2026-02-01", accessPolicies=policies)
    assert holders(SECRET, new, reader) == {ME: Verdict.ALLOWED}
    old = vault("template", "2023-07-01", accessPolicies=policies)
    assert holders(SECRET, old, reader) == {YOU: Verdict.ALLOWED}
    either = vault("template", accessPolicies=policies)
    assert holders(SECRET, either, reader) == {ME: Verdict.MAYBE, YOU: Verdict.MAYBE}
