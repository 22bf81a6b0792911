"""Vaults and what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.shape import first, flag, inner, items, properties, text_in
from everward.values import Truth, Unknown

VAULT_TYPES: Final = ("Microsoft.KeyVault/vaults", "Microsoft.KeyVault/managedHSMs")
KINDS: Final = {
    "microsoft.keyvault/vaults/secrets": "secret",
    "microsoft.keyvault/vaults/keys": "key",
    "microsoft.keyvault/vaults/certificates": "certificate",
    "microsoft.keyvault/managedhsms/keys": "key",
}


@dataclass(eq=False)
class Item:
    """A key, secret or certificate."""

    kind: str
    """`secret`, `key` or `certificate`."""
    resource: Resource
    vault: str
    """The lower-case id of its vault."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.resource.name

    @property
    def expires(self) -> Any:
        """When it ends, as written (seconds or a time), a hole, or None."""
        body = properties(self.resource.body)
        found = inner(body, "attributes", "exp")
        return found if found is not None else inner(body, "attributes", "expires")

    @property
    def rotates(self) -> Truth:
        """Whether the vault makes a new version by itself: a key by its policy, a certificate by its issuer."""
        body = properties(self.resource.body)
        if self.kind == "key":
            return _has_action(inner(body, "rotationPolicy", "lifetimeActions"), "rotate")
        if self.kind == "certificate":
            policy = first(inner(body, "certificatePolicy"), inner(body, "policy"))
            issuer = text_in(first(inner(policy, "issuer"), inner(policy, "issuerParameters")), "name")
            if isinstance(issuer, str) and issuer.lower() == "unknown":
                return False
            return _has_action(inner(policy, "lifetimeActions"), "autorenew")
        return False

    @property
    def hardware(self) -> Truth:
        """Whether its private part never leaves a hardware security module."""
        kind = text_in(properties(self.resource.body), "kty")
        if isinstance(kind, Unknown):
            return kind
        return kind is not None and kind.upper().endswith("-HSM")


def _has_action(listed: Any, wanted: str) -> Truth:
    for item in items(listed):
        if isinstance(item, Unknown):
            return item
        action = inner(item, "action")
        said = action if isinstance(action, str | Unknown) else None
        name = first(said, text_in(action, "type"), text_in(action, "actionType"))
        if isinstance(name, Unknown):
            return name
        if name is not None and name.lower() == wanted:
            return True
    return False


@dataclass(eq=False)
class Vault:
    """A vault and what is known to be in it."""

    resource: Resource
    items: list[Item] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its id as ids compare."""
        return self.resource.key

    @property
    def managed_hsm(self) -> bool:
        """Whether it is a managed HSM."""
        return self.resource.type_key == "microsoft.keyvault/managedhsms"

    @property
    def premium(self) -> Truth:
        """Whether it can keep keys in hardware."""
        name = text_in(properties(self.resource.body), "sku", "name")
        if isinstance(name, Unknown):
            return name
        return self.managed_hsm or (name is not None and name.lower() == "premium")

    @property
    def purge_protected(self) -> Truth:
        """Whether nobody can destroy what was deleted before its time."""
        return flag(properties(self.resource.body), "enablePurgeProtection", default=False)


class Vaults:
    """The vaults of an estate, by id and by name."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.all: dict[str, Vault] = {}
        self.items: dict[str, Item] = {}
        for type_ in VAULT_TYPES:
            for resource in estate.of_type(type_):
                self.all[resource.key] = Vault(resource)
        for type_, kind in KINDS.items():
            for resource in estate.of_type(type_):
                item = Item(kind, resource, resource.key.rsplit("/", 2)[0])
                self.items[resource.key] = item
                if item.vault in self.all:
                    self.all[item.vault].items.append(item)

    def named(self, name: str) -> Vault | None:
        """The vault of a name: names are the same nowhere else in Azure."""
        wanted = name.lower()
        return next((vault for vault in self.all.values() if vault.resource.name.lower() == wanted), None)
