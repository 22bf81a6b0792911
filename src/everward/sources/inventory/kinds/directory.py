"""Objects of Microsoft Entra as Microsoft Graph gives them: users, groups, service principals, applications, roles.

They have no id in ARM. Here they get one at the tenant, below `Microsoft.Graph`, the namespace that Bicep gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from everward.sources.inventory.kinds.interface import Adapted, Kind, Row, signature, text_of

NAMESPACE: Final = "Microsoft.Graph"

_OWN: Final = "#microsoft.graph."


def _reader(kind: str) -> Callable[[Row], Adapted]:
    def adapt(row: Row) -> Adapted:
        return _object(row, kind)

    return adapt


def _object(row: Row, kind: str) -> Adapted:
    name = text_of(row, "id")
    if not name or "/" in name:
        return "the object of the directory has no `id`"
    given = {
        key: value for key, value in row.items() if key != "id" and not key.startswith("@odata") and value is not None
    }
    full = f"{NAMESPACE}/{kind}"
    return [{"id": f"/providers/{full}/{name}", "type": full, "name": name, "properties": given}]


_BY_WORD: Final = {
    "user": "users",
    "group": "groups",
    "serviceprincipal": "servicePrincipals",
    "application": "applications",
    "directoryrole": "directoryRoles",
    "device": "devices",
}


def _typed(row: Row) -> Adapted:
    """An object that says of which type it is, as members of groups do."""
    word = text_of(row, "@odata.type").removeprefix(_OWN)
    kind = _BY_WORD.get(word.lower())
    return f"objects of the type `{word}` are not read" if kind is None else _object(row, kind)


def _is_typed(row: Row) -> bool:
    return text_of(row, "@odata.type").startswith(_OWN)


def _has_guid(row: Row) -> bool:
    name = text_of(row, "id")
    return len(name) == 36 and name.count("-") == 4


def _of(kind: str, *signatures: frozenset[str]) -> Kind:
    return Kind("object of the directory", signatures, _reader(kind), certain=_has_guid)


KINDS: Final = (
    Kind("object of the directory", (signature("@odata.type", "id"),), _typed, certain=_is_typed),
    _of(
        "servicePrincipals",
        signature("id", "appId", "servicePrincipalType"),
        signature("id", "appId", "servicePrincipalNames"),
    ),
    _of("applications", signature("id", "appId", "signInAudience"), signature("id", "appId", "identifierUris")),
    _of("groups", signature("id", "securityEnabled", "mailEnabled"), signature("id", "groupTypes", "displayName")),
    _of("users", signature("id", "userPrincipalName")),
    _of("conditionalAccessPolicies", signature("id", "grantControls", "conditions", "state")),
    _of("roleEligibilitySchedules", signature("id", "directoryScopeId", "principalId", "scheduleInfo")),
    _of("roleAssignments", signature("id", "directoryScopeId", "principalId", "roleDefinitionId")),
    _of("directoryRoles", signature("id", "roleTemplateId", "displayName")),
)
