"""Who may do what inside a vault by the vault's own lists: access policies, and the roles of Managed HSM.

Rights by roles of Azure are told as grants. These two are kept by the vault or the module alone: Resource Manager shows
policies, and knows nothing of a module's roles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.keys.items import Vault
from everward.facts.keys.keyring import Keys
from everward.facts.keys.reference import reference
from everward.facts.keys.words import short
from everward.facts.shape import first, flag, inner, items, place_in, properties, text_in, texts_in
from everward.facts.vaultlists import access_policies
from everward.values import Truth, Unknown

PERMISSION: Final = "Keys/permissions"
_CLASSES: Final = ("secrets", "keys", "certificates", "storage")
_ADMINISTRATOR: Final = "a290e904-7015-4bba-90c8-60543313cdb4"
_ROLES: Final = "Microsoft.KeyVault/managedHSMs/roleAssignments"
_DEFINITIONS: Final = "Microsoft.KeyVault/managedHSMs/roleDefinitions"


def permission_facts(keys: Keys) -> Iterator[Resource]:
    """One for each access policy of a vault, and each role that a module gives.

    Properties that are not plain from their names:

    - `kind`: `access policy`, or `local role` of a module; `role` is the name of the latter, or its id where it is a
      role of the module's own.
    - `principal`: the object id of who holds it.
    - `secrets`, `keys`, `certificates`, `storage`: permissions of an access policy, in small letters.
    - `manages`: what a local role manages: `keys`, `roles`, `backup`, `purge` …
    - `purges`: whether it lets somebody destroy what was deleted; `backsUp`: whether it lets somebody take a backup.
    - `effective`: whether it counts: access policies do not where a vault uses roles of Azure.
    - `scope`: of a local role, `/` for the whole module.
    """
    for vault in keys.vaults.all.values():
        if vault.managed_hsm:
            yield from _local(keys, vault)
        else:
            yield from _policies(keys, vault)


def _policies(keys: Keys, vault: Vault) -> Iterator[Resource]:
    body = properties(vault.resource.body)
    roles = flag(body, "enableRbacAuthorization", default=False)
    effective: Truth = roles if isinstance(roles, Unknown) else not roles
    for entry, holder, number in access_policies(keys.estate, vault.resource):
        if isinstance(entry, Unknown):
            continue
        given = {name: _permissions(inner(entry, "permissions", name)) for name in _CLASSES}
        every = [permission for listed in given.values() if isinstance(listed, list) for permission in listed]
        holes = [listed for listed in given.values() if isinstance(listed, Unknown)]
        told = {
            "kind": "access policy",
            "principal": text_in(entry, "objectId"),
            "application": text_in(entry, "applicationId"),
            "role": None,
            "scope": None,
            **given,
            "manages": [],
            "purges": True if "purge" in every else holes[0] if holes else False,
            "backsUp": True if {"backup", "all"} & set(every) else holes[0] if holes else False,
            "effective": effective,
        }
        yield _fact(vault, told, f"properties.accessPolicies[{number}]", holder)


def _permissions(listed: Any) -> list[str] | Unknown:
    """Permissions in small letters; a hole where any of them is one."""
    found = texts_in(listed)
    hole = next((value for value in found if isinstance(value, Unknown)), None)
    return hole if hole is not None else [value.lower() for value in found if isinstance(value, str)]


def _local(keys: Keys, vault: Vault) -> Iterator[Resource]:
    body = properties(vault.resource.body)
    for principal in texts_in(inner(body, "initialAdminObjectIds")):
        yield _fact(vault, _role(principal, _ADMINISTRATOR, "/"), "properties.initialAdminObjectIds")
    own = {
        definition.name.lower(): properties(definition.body)
        for definition in keys.estate.below(vault.resource.id, _DEFINITIONS)
    }
    for assignment in keys.estate.below(vault.resource.id, _ROLES):
        given = properties(assignment.body)
        role = text_in(given, "roleDefinitionId")
        scope = first(text_in(given, "scope"), "/")
        made = _role(text_in(given, "principalId"), role, scope, own)
        yield _fact(vault, made, "", assignment)


def _role(principal: Any, role: Any, scope: Any, own: dict[str, Any] | None = None) -> dict[str, Any]:
    key = role.rstrip("/").rpartition("/")[2].lower() if isinstance(role, str) else ""
    known = reference().hsm_roles.get(key)
    custom = (own or {}).get(key)
    name = known.name if known is not None else first(text_in(custom, "roleName"), role)
    manages: Any = list(known.manages) if known is not None else _managed(custom) if custom is not None else role
    hole = Unknown(reason="what the role manages is not known", decided_by=(str(name),))
    if not isinstance(manages, list):
        manages = hole
    return {
        "kind": "local role",
        "principal": principal,
        "application": None,
        "role": name,
        "scope": scope,
        **{kind: [] for kind in _CLASSES},
        "manages": manages,
        "purges": "purge" in manages if isinstance(manages, list) else hole,
        "backsUp": bool({"backup", "keys"} & set(manages)) if isinstance(manages, list) else hole,
        "effective": True,
    }


def _managed(custom: Any) -> list[str] | Unknown:
    """What a role of a module's own manages, by its data actions."""
    actions: list[str] = []
    for permission in items(inner(custom, "permissions")):
        for action in texts_in(inner(permission, "dataActions")):
            if isinstance(action, Unknown):
                return action
            actions.append(action.lower())
    words = {
        "purge": "/purge",
        "backup": "/backup",
        "restore": "/restore",
        "roles": "/roleassignments",
        "keys": "/keys/",
    }
    return [name for name, part in words.items() if any(part in action for action in actions)]


def _fact(vault: Vault, told: dict[str, Any], path: str, holder: Resource | None = None) -> Resource:
    source = holder if holder is not None else vault.resource
    who = told["principal"]
    name = f"{who}\0{told['application']}\0{told['role']}\0{told['scope']}\0{path if not isinstance(who, str) else ''}"
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    body = {"summary": _words(vault, told), "vault": vault.resource.id, **told}
    return fact(vault.resource, PERMISSION, digest, body, origin=place_in(source, path))


def _words(vault: Vault, told: dict[str, Any]) -> str:
    who = f"`{told['principal']}`" if isinstance(told["principal"], str) else "somebody who is not known yet"
    if told["kind"] == "local role":
        role = told["role"] if isinstance(told["role"], str) else "a role that is not known yet"
        return f"{who} holds `{role}` at `{told['scope']}` of module `{short(vault.key)}`"
    parts = [f"{name} {', '.join(told[name])}" for name in _CLASSES if isinstance(told[name], list) and told[name]]
    idle = " (without effect: the vault uses roles)" if told["effective"] is False else ""
    return f"{who} may by an access policy of vault `{short(vault.key)}`: {'; '.join(parts) or 'nothing'}{idle}"
