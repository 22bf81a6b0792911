"""What a grant lets its holder do, in the few words that criteria ask for: give rights, purge, write documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from everward.estate import Resource
from everward.facts.access.conditions import Context
from everward.facts.access.dataroles import COSMOS_TYPE
from everward.facts.access.grants import PRIVILEGED, Grant
from everward.facts.access.principals import IDENTITY_TYPE, Principal, Principals
from everward.facts.access.rights import Rights
from everward.facts.access.vaults import VAULT_TYPE
from everward.values import Truth, Unknown, any_of, is_symbolic, try_parse_id

_GRANT: Final = "Microsoft.Authorization/roleAssignments/write"
_REQUEST: Final = "Microsoft.Authorization/roleAssignments"
_PURGES: Final = tuple(f"Microsoft.KeyVault/vaults/{kind}/purge/action" for kind in ("secrets", "keys", "certificates"))
_PURGE_VAULT: Final = "Microsoft.KeyVault/locations/deletedVaults/purge/action"
_DELETES: Final = tuple(f"Microsoft.KeyVault/vaults/{kind}/delete" for kind in ("secrets", "keys", "certificates"))
READ_SECRETS: Final = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
_WRITES: Final = tuple(
    f"Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/{word}"
    for word in ("create", "upsert", "replace", "delete")
)
_ANYTHING: Final = "Everward.Example/anything/delete"
"""An operation that no provider has: only a role that grants every deletion grants it."""
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST: Final = 64
"""Ids of a condition that are tried as the one who gets a role: conditions of Azure are short."""


class Powers:
    """What grants of an estate let their holders do."""

    def __init__(self, rights: Rights) -> None:
        self.rights = rights
        self._vaults = rights.estate.of_type(VAULT_TYPE)
        self._contexts: dict[tuple[int, str | None], tuple[Context, ...]] = {}

    def grants_rights(self, grant: Grant) -> Truth:
        """Whether its holder can give a privileged role to somebody.

        A condition that lets only harmless roles be given takes that away: roles, kinds of principals and principals
        that a condition can tell apart are tried in turn.
        """
        if next(grant.role.grants(_GRANT), None) is None and not grant.role.holes:
            return False
        key = (id(grant.role), grant.condition)
        if key not in self._contexts:
            self._contexts[key] = tuple(_requests(grant))
        return any_of(
            self.rights.gives(grant, _GRANT, grant.scope, data=False, context=context)
            for context in self._contexts[key]
        )

    def purges(self, grant: Grant) -> Truth:
        """Whether its holder can destroy what was deleted from a vault, or a deleted vault.

        Roles that can do everything are not meant here: who holds one is asked elsewhere. Deleted vaults stand in the
        subscription, so that what is granted in a group of it does not reach them.
        """
        found = [self._in_vaults(grant, operation) for operation in _PURGES]
        if _is_above_groups(grant.scope) and self.changes_everything(grant) is False:
            found.append(self.rights.gives(grant, _PURGE_VAULT, grant.scope, data=False))
        return any_of(found)

    def purging(self, grant: Grant) -> list[str]:
        """The operations by which its holder surely purges what vaults hold."""
        return [operation for operation in _PURGES if self._in_vaults(grant, operation) is True]

    def deletes(self, grant: Grant) -> Truth:
        """Whether its holder can delete secrets, keys or certificates."""
        return any_of(self._in_vaults(grant, operation) for operation in _DELETES)

    def changes_everything(self, grant: Grant) -> Truth:
        """Whether its holder can delete whatever there is, of whatever provider."""
        return self.rights.gives(grant, _ANYTHING, grant.scope, data=False)

    def writes_documents(self, grant: Grant) -> Truth:
        """Whether its holder can write documents of Cosmos DB."""
        return any_of(self.rights.gives(grant, operation, grant.scope, data=True) for operation in _WRITES)

    def _in_vaults(self, grant: Grant, operation: str) -> Truth:
        """Whether a grant gives a data operation on a vault that it reaches.

        A vault takes either roles or access policies: where all vaults at hand take the other, nothing is given.
        """
        whole = self.rights.gives(grant, operation, grant.scope, data=True)
        if whole is False or grant.kind != "role assignment":
            return whole
        reached = [vault for vault in self._vaults if self.rights.hierarchy.contains(grant.scope, vault.id) is True]
        if not reached:
            return whole
        return any_of(self.rights.gives(grant, operation, vault.id, data=True) for vault in reached)


def _requests(grant: Grant) -> Iterator[Context]:
    """Requests for a role that the conditions of a grant can tell apart; one, where there are none."""
    texts = [item.condition for item in grant.role.permissions if item.condition is not None]
    if grant.condition is not None:
        texts.append(grant.condition)
    if not texts:
        yield Context(_GRANT)
        return
    named = dict.fromkeys(guid.lower() for text in texts for guid in _GUID.findall(text))
    somebody = [*list(named)[:_MOST], "00000000-0000-0000-0000-0000000000ff"]
    for role, kind, one in product(sorted(PRIVILEGED), ("ServicePrincipal", "User", "Group"), somebody):
        asked = {
            f"{_REQUEST}:RoleDefinitionId": role,
            f"{_REQUEST}:PrincipalType": kind,
            f"{_REQUEST}:PrincipalId": one,
        }
        yield Context(_GRANT, attributes={"Request": asked})


_CODE: Final = (
    "microsoft.app/",
    "microsoft.automation/automationaccounts",
    "microsoft.batch/batchaccounts",
    "microsoft.compute/",
    "microsoft.containerinstance/containergroups",
    "microsoft.datafactory/factories",
    "microsoft.hybridcompute/machines",
    "microsoft.logic/workflows",
    "microsoft.machinelearningservices/",
    "microsoft.servicefabric/",
    "microsoft.synapse/workspaces",
    "microsoft.web/",
)
"""Types on which somebody's code runs with the identity of the resource, as their lower-case names begin.

A cluster of Kubernetes is none: its own identity is that of Azure's control plane; pods have the kubelet's, or
federated ones.
"""
_FEDERATED: Final = f"{IDENTITY_TYPE}/federatedIdentityCredentials"


class Runners:
    """Which identities the code of a workload acts as."""

    def __init__(self, rights: Rights) -> None:
        self._principals: Principals = rights.grants.principals
        self._carriers: dict[str, list[Resource]] = {}
        for resource in rights.estate:
            for principal in self._principals.attached(resource):
                self._carriers.setdefault(principal.key, []).append(resource)
        self._federated = {item.key.rsplit("/", 2)[0] for item in rights.estate.of_type(_FEDERATED)}

    def runs(self, principal: Principal) -> bool:
        """Whether code acts as it: one that a resource runs with, the kubelet's, or one that pods are federated to."""
        if principal.kind == "kubelet identity":
            return True
        if principal.kind not in ("managed identity", "system identity"):
            return False
        carriers = self._carriers.get(principal.key, [])
        if principal.key in self._federated or any(one.type_key.startswith(_CODE) for one in carriers):
            return True
        # An identity that nothing carries yet is made for code; one of a store or of an assignment of policies is not.
        return principal.kind == "managed identity" and not carriers


def _is_above_groups(scope: str) -> bool:
    """Whether a scope is, or may be, a subscription or what holds some."""
    parsed = try_parse_id(scope)
    return parsed is None or parsed.type.lower() in ("microsoft.resources/subscriptions", _MANAGEMENT)


_MANAGEMENT: Final = "microsoft.management/managementgroups"


def level(scope: str | Unknown | None) -> str | Unknown:
    """How much of an account of Cosmos DB a scope of its data plane covers: `account`, `database` or `container`."""
    if isinstance(scope, Unknown):
        return scope
    lowered = (scope or "").lower()
    if "/colls/" in lowered or "/containers/" in lowered:
        return "container"
    if "/dbs/" in lowered or "/sqldatabases/" in lowered:
        return "database"
    if is_symbolic(lowered) and COSMOS_TYPE.lower() not in lowered:
        return Unknown(reason="the scope of the data role is not known yet", decided_by=(scope or "",))
    return "account"


def person(principal: Principal) -> Truth:
    """Whether people act as a principal; a hole where nothing says who it is."""
    if principal.is_human:
        return True
    if principal.kind in ("principal", "nobody"):
        return Unknown(
            reason="nothing says whether a person or a program holds it",
            decided_by=(f"the type of the principal `{principal.name}`",),
        )
    return False
