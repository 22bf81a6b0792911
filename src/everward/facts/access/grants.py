"""Rights that somebody holds: role assignments, PIM schedules, access policies of vaults, data roles of Cosmos DB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.access.principals import Principal, Principals
from everward.facts.access.roles import Permission, Role, Roles
from everward.facts.shape import first, flag, id_in, inner, items, properties, text_in, texts_in
from everward.policy.hierarchy import scope_of
from everward.values import Origin, Truth, Unknown, all_of

ASSIGNMENT_TYPE: Final = "Microsoft.Authorization/roleAssignments"
DENY_TYPE: Final = "Microsoft.Authorization/denyAssignments"
VAULT_TYPE: Final = "Microsoft.KeyVault/vaults"
COSMOS_TYPE: Final = "Microsoft.DocumentDB/databaseAccounts"
COSMOS_ROLE_TYPE: Final = f"{COSMOS_TYPE}/sqlRoleDefinitions"
COSMOS_ASSIGNMENT_TYPE: Final = f"{COSMOS_TYPE}/sqlRoleAssignments"

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
    """`role assignment`, `access policy`, `data role`."""
    condition: str | None = None
    resource: Resource | None = None
    """The assignment, or the vault whose policy it is."""
    origin: Origin | None = None
    active: Truth = True
    """Whether the grant counts: access policies do not where a vault uses roles, and the other way round."""
    approval: Truth | None = None
    """For an eligible one, whether activation needs approval; None when no rule says."""
    multi_factor: Truth | None = None
    group: Principal | None = None
    """The group through which it is held."""

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


class Grants:
    """Every grant of an estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.roles = Roles(estate)
        self.principals = Principals(estate)
        self.unread: list[tuple[Resource, str]] = []
        """Assignments that could not be read, and why."""
        self.all: list[Grant] = [
            *self._assignments(scheduled := list(self._scheduled())),
            *scheduled,
            *self._vault_policies(),
            *self._cosmos(),
        ]

    def _role(self, resource: Resource, value: Any) -> Role | None:
        id_ = id_in(value)
        role = self.roles.find(id_) if isinstance(id_, str) else None
        if role is None:
            shown = f"`{id_}`" if isinstance(id_, str) else "(not known yet)"
            self.unread.append((resource, f"its role {shown} is in no source"))
        return role

    def _assignments(self, scheduled: Sequence[Grant]) -> Iterator[Grant]:
        # What PIM activates, or gives for a time, stands among the assignments too, as if it lasted.
        lasting = {
            (grant.principal.key, grant.role.id, grant.scope.lower()): grant.standing
            for grant in scheduled
            if grant.standing is not Standing.ELIGIBLE
        }
        for resource in self.estate.of_type(ASSIGNMENT_TYPE):
            body = properties(resource.body)
            role = self._role(resource, inner(body, "roleDefinitionId"))
            if role is None:
                continue
            kind = text_in(body, "principalType")
            principal = self.principals.of(inner(body, "principalId"), kind if isinstance(kind, str) else "")
            condition = text_in(body, "condition")
            scope = id_in(inner(body, "scope"))
            where = scope if isinstance(scope, str) else scope_of(resource.id)
            yield Grant(
                principal,
                role,
                where,
                lasting.get((principal.key, role.id, where.lower()), Standing.PERMANENT),
                condition=condition if isinstance(condition, str) and condition else None,
                resource=resource,
                origin=resource.origin,
                active=all_of([resource.condition, *_holes(condition)]),
            )

    def _scheduled(self) -> Iterator[Grant]:
        rules = _policies(self.estate)
        for type_, eligible in _SCHEDULES.items():
            for resource in self.estate.of_type(type_):
                body = properties(resource.body)
                in_force = _in_force(body)
                role = None if in_force is False else self._role(resource, inner(body, "roleDefinitionId"))
                if role is None:
                    continue
                scope = id_in(inner(body, "scope"))
                where = scope if isinstance(scope, str) else scope_of(resource.id)
                approval, factor = rules.get((where.lower(), role.id), (None, None))
                condition = text_in(body, "condition")
                yield Grant(
                    self.principals.of(inner(body, "principalId"), str(inner(body, "principalType") or "")),
                    role,
                    where,
                    Standing.ELIGIBLE if eligible else _standing(body),
                    condition=condition if isinstance(condition, str) and condition else None,
                    resource=resource,
                    origin=resource.origin,
                    active=all_of([resource.condition, in_force, *_holes(condition)]),
                    approval=approval,
                    multi_factor=factor,
                )

    def _vault_policies(self) -> Iterator[Grant]:
        for vault in self.estate.of_type(VAULT_TYPE):
            body = properties(vault.body)
            by_role = flag(body, "enableRbacAuthorization", default=False)
            active: Truth = by_role if isinstance(by_role, Unknown) else not by_role
            for index, item in enumerate(items(inner(body, "accessPolicies"))):
                if not isinstance(item, dict):
                    if active is not False:
                        self.unread.append((vault, "an access policy of it is not known yet"))
                    continue
                principal = self.principals.of(inner(item, "objectId"))
                listed = inner(item, "permissions")
                permission = policy_permission(listed)
                holes = tuple(policy_holes(listed))
                role = Role(f"{vault.key}#policy{index}", "access policy", (permission,), False, holes, vault.origin)
                place = vault.origin_of(f"properties.accessPolicies[{index}]")
                yield Grant(principal, role, vault.id, Standing.PERMANENT, "access policy", None, vault, place, active)

    def _cosmos(self) -> Iterator[Grant]:
        own = {item.key: item for item in self.estate.of_type(COSMOS_ROLE_TYPE)}
        for resource in self.estate.of_type(COSMOS_ASSIGNMENT_TYPE):
            body = properties(resource.body)
            id_ = id_in(inner(body, "roleDefinitionId"))
            role = _cosmos_role(id_, own) if isinstance(id_, str) else None
            if role is None:
                self.unread.append((resource, "its role is in no source"))
                continue
            scope = id_in(inner(body, "scope"))
            account = resource.id.rsplit("/", 2)[0]
            yield Grant(
                self.principals.of(inner(body, "principalId")),
                role,
                scope if isinstance(scope, str) else account,
                Standing.PERMANENT,
                "data role",
                None,
                resource,
                resource.origin,
                resource.condition,
            )


def _holes(value: Any) -> list[Unknown]:
    return [value] if isinstance(value, Unknown) else []


_TAKES_AWAY: Final = frozenset({"adminremove", "selfdeactivate"})
_REFUSED: Final = frozenset(
    {"admindenied", "canceled", "denied", "failed", "failedasresourceislocked", "invalid", "revoked", "timedout"}
)


def _in_force(body: Any) -> Truth:
    """Whether an object of PIM gives anything: requests may take away, wait, or have been refused.

    Values of `requestType` and `status`: RoleManagementScheduleRequestType and RoleManagementScheduleStatus of Azure's
    SDK for .NET, read 2026-11-29.
    """
    asked, status = text_in(body, "requestType"), text_in(body, "status")
    if isinstance(asked, str) and asked.lower() in _TAKES_AWAY:
        return False
    word = status.lower() if isinstance(status, str) else ""
    if word in _REFUSED:
        return False
    if word.startswith("pending"):
        return Unknown(reason=f"its request waits: `{status}`")
    return all_of([*_holes(asked), *_holes(status)])


def _standing(body: Any) -> Standing:
    kind = text_in(body, "assignmentType")
    asked = text_in(body, "requestType")
    if (isinstance(kind, str) and kind.lower() == "activated") or (
        isinstance(asked, str) and asked.lower().startswith("self")
    ):
        return Standing.ACTIVATED
    end = first(inner(body, "endDateTime"), inner(body, "scheduleInfo", "expiration", "endDateTime"))
    limit = text_in(body, "scheduleInfo", "expiration", "type")
    bounded = isinstance(limit, str) and limit.lower() != "noexpiration"
    return Standing.BOUNDED if end is not None or bounded else Standing.PERMANENT


_RULES_OF: Final = "Microsoft.Authorization/roleManagementPolicyAssignments"
_RULES: Final = "Microsoft.Authorization/roleManagementPolicies"


def _policies(estate: Estate) -> Mapping[tuple[str, str], tuple[Truth | None, Truth | None]]:
    """What rules of PIM ask of an activation, by scope and role: approval, and a second factor.

    The rules stand in a policy, which an assignment ties to a role; an inventory shows them in the assignment as well.
    """
    policies: dict[str, Any] = {}
    for policy in estate.of_type(_RULES):
        rules = _rules_in(policy)
        policies[policy.key] = rules
        if policy.origin.address is not None:
            policies[policy.origin.address] = rules
    found: dict[tuple[str, str], tuple[Truth | None, Truth | None]] = {}
    for resource in (*estate.of_type(_RULES_OF), *estate.of_type(_RULES)):
        body = properties(resource.body)
        role, tied, scope = (id_in(inner(body, name)) for name in ("roleDefinitionId", "policyId", "scope"))
        rules = _rules_in(resource)
        if rules is None:
            # What comes of one block of code has its address.
            rules = policies.get(tied.lower() if isinstance(tied, str) else resource.origin.address or "")
        where = scope if isinstance(scope, str) else scope_of(resource.id)
        if isinstance(role, str) and rules is not None:
            found[where.lower(), role.rpartition("/")[2].lower()] = _activation(rules)
    return found


def _rules_in(resource: Resource) -> Any:
    body = properties(resource.body)
    return first(inner(body, "effectiveRules"), inner(body, "rules"))


def _activation(rules: Any) -> tuple[Truth | None, Truth | None]:
    approval: Truth | None = None
    factor: Truth | None = None
    for rule in items(rules):
        name = text_in(rule, "id")
        if not isinstance(name, str):
            continue
        lowered = name.lower()
        if lowered == "approval_enduser_assignment":
            approval = flag(inner(rule, "setting"), "isApprovalRequired", default=False)
        elif lowered == "enablement_enduser_assignment":
            factor = any(
                str(word).lower() == "multifactorauthentication" for word in texts_in(inner(rule, "enabledRules"))
            )
        elif lowered == "authenticationcontext_enduser_assignment" and flag(rule, "isEnabled", default=False) is True:
            factor = True
    return approval, factor


_POLICY_ACTIONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "secrets": {
        "get": ("Microsoft.KeyVault/vaults/secrets/getSecret/action",),
        "list": ("Microsoft.KeyVault/vaults/secrets/readMetadata/action",),
        "set": ("Microsoft.KeyVault/vaults/secrets/setSecret/action",),
        "delete": ("Microsoft.KeyVault/vaults/secrets/delete",),
        "purge": ("Microsoft.KeyVault/vaults/secrets/purge/action",),
        "recover": ("Microsoft.KeyVault/vaults/secrets/recover/action",),
        "backup": ("Microsoft.KeyVault/vaults/secrets/backup/action",),
        "restore": ("Microsoft.KeyVault/vaults/secrets/restore/action",),
    },
    "keys": {
        "get": ("Microsoft.KeyVault/vaults/keys/read",),
        "list": ("Microsoft.KeyVault/vaults/keys/read",),
        "create": ("Microsoft.KeyVault/vaults/keys/create/action",),
        "update": ("Microsoft.KeyVault/vaults/keys/update/action",),
        "import": ("Microsoft.KeyVault/vaults/keys/import/action",),
        "delete": ("Microsoft.KeyVault/vaults/keys/delete",),
        "purge": ("Microsoft.KeyVault/vaults/keys/purge/action",),
        "recover": ("Microsoft.KeyVault/vaults/keys/recover/action",),
        "backup": ("Microsoft.KeyVault/vaults/keys/backup/action",),
        "restore": ("Microsoft.KeyVault/vaults/keys/restore/action",),
        "sign": ("Microsoft.KeyVault/vaults/keys/sign/action",),
        "verify": ("Microsoft.KeyVault/vaults/keys/verify/action",),
        "encrypt": ("Microsoft.KeyVault/vaults/keys/encrypt/action",),
        "decrypt": ("Microsoft.KeyVault/vaults/keys/decrypt/action",),
        "wrapkey": ("Microsoft.KeyVault/vaults/keys/wrap/action",),
        "unwrapkey": ("Microsoft.KeyVault/vaults/keys/unwrap/action",),
        "rotate": ("Microsoft.KeyVault/vaults/keys/rotate/action",),
        "getrotationpolicy": ("Microsoft.KeyVault/vaults/keyrotationpolicies/read",),
        "setrotationpolicy": ("Microsoft.KeyVault/vaults/keyrotationpolicies/write",),
        "release": ("Microsoft.KeyVault/vaults/keys/release/action",),
    },
    "certificates": {
        "get": ("Microsoft.KeyVault/vaults/certificates/read",),
        "list": ("Microsoft.KeyVault/vaults/certificates/read",),
        "create": ("Microsoft.KeyVault/vaults/certificates/create/action",),
        "update": ("Microsoft.KeyVault/vaults/certificates/update/action",),
        "import": ("Microsoft.KeyVault/vaults/certificates/import/action",),
        "delete": ("Microsoft.KeyVault/vaults/certificates/delete",),
        "purge": ("Microsoft.KeyVault/vaults/certificates/purge/action",),
        "recover": ("Microsoft.KeyVault/vaults/certificates/recover/action",),
        "backup": ("Microsoft.KeyVault/vaults/certificates/backup/action",),
        "restore": ("Microsoft.KeyVault/vaults/certificates/restore/action",),
        "managecontacts": ("Microsoft.KeyVault/vaults/certificatecontacts/write",),
        "getissuers": ("Microsoft.KeyVault/vaults/certificatecas/read",),
        "listissuers": ("Microsoft.KeyVault/vaults/certificatecas/read",),
        "setissuers": ("Microsoft.KeyVault/vaults/certificatecas/write",),
        "deleteissuers": ("Microsoft.KeyVault/vaults/certificatecas/delete",),
        "manageissuers": ("Microsoft.KeyVault/vaults/certificatecas/write",),
    },
}
"""What permissions of access policies are as operations of the data plane: MicrosoftDocs/azure-docs key-vault/general/
rbac-migration, read 2026-11."""


def policy_permission(listed: Any) -> Permission:
    """The permissions of an access policy as data actions. `all` is every one except purge."""
    found: dict[str, None] = {}
    for kind, known in _POLICY_ACTIONS.items():
        words = [word.lower() for word in texts_in(inner(listed, kind)) if isinstance(word, str)]
        for word in words:
            chosen = [name for name in known if name != "purge"] if word == "all" else [word]
            for name in chosen:
                found.update(dict.fromkeys(known.get(name, ())))
    return Permission(data_actions=tuple(found))


def policy_holes(listed: Any) -> Iterator[Unknown]:
    """What is not known of the permissions of an access policy."""
    if isinstance(listed, Unknown):
        yield listed
        return
    for kind in _POLICY_ACTIONS:
        yield from (word for word in texts_in(inner(listed, kind)) if isinstance(word, Unknown))


_COSMOS: Final = "Microsoft.DocumentDB/databaseAccounts"
_COSMOS_ROLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "00000000-0000-0000-0000-000000000001": (
        "Cosmos DB Built-in Data Reader",
        (
            f"{_COSMOS}/readMetadata",
            f"{_COSMOS}/sqlDatabases/containers/items/read",
            f"{_COSMOS}/sqlDatabases/containers/executeQuery",
            f"{_COSMOS}/sqlDatabases/containers/readChangeFeed",
        ),
    ),
    "00000000-0000-0000-0000-000000000002": (
        "Cosmos DB Built-in Data Contributor",
        (
            f"{_COSMOS}/readMetadata",
            f"{_COSMOS}/sqlDatabases/containers/*",
            f"{_COSMOS}/sqlDatabases/containers/items/*",
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
