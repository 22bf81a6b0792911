"""Rights to what vaults hold: by role or by access policy, and what the words of access policies stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from everward.estate import Resource
from everward.facts.access.roles import Permission
from everward.facts.shape import flag, inner, properties, text_in, texts_in
from everward.values import Truth, Unknown

VAULT_TYPE: Final = "Microsoft.KeyVault/vaults"
ROLES_SINCE: Final = "2026-02-01"
"""Versions of the API from here on make new vaults use roles where the request says nothing; before, access policies.

learn.microsoft.com/azure/key-vault/general/access-control-default, read 2026-11: it holds for creation alone, and
vaults that are there keep what they have.
"""


def uses_roles(vault: Resource) -> Truth:
    """Whether a vault takes roles for what it holds. What is written nowhere depends on who makes the vault."""
    body = properties(vault.body)
    if inner(body, "enableRbacAuthorization") is not None:
        return flag(body, "enableRbacAuthorization", default=False)
    if isinstance(body, Unknown):
        return body
    version = text_in(vault.body, "apiVersion")
    if vault.origin.source == "template":
        if isinstance(version, str):
            return version[: len(ROLES_SINCE)] >= ROLES_SINCE
        return Unknown(reason="the version of the API decides it", decided_by=(f"apiVersion of `{vault.name}`",))
    if "azapi_" in (vault.origin.address or ""):
        return Unknown(reason="the version of the API decides it", decided_by=(f"`type` of {vault.origin.address}",))
    return False


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
