"""Vaults and what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.reference import reference
from everward.facts.keys.times import moment, span
from everward.facts.shape import first, flag, inner, items, properties, text_in
from everward.values import Truth, Unknown

VAULT_TYPES: Final = ("Microsoft.KeyVault/vaults", "Microsoft.KeyVault/managedHSMs")
KINDS: Final = {
    "microsoft.keyvault/vaults/secrets": "secret",
    "microsoft.keyvault/vaults/keys": "key",
    "microsoft.keyvault/vaults/certificates": "certificate",
    "microsoft.keyvault/managedhsms/keys": "key",
}
SECRET: Final = KINDS["microsoft.keyvault/vaults/secrets"]
KEY: Final = KINDS["microsoft.keyvault/vaults/keys"]
CERTIFICATE: Final = KINDS["microsoft.keyvault/vaults/certificates"]

_MANUAL_ISSUERS: Final = ("unknown",)
"""Issuers of whom Key Vault asks for nothing: somebody has the certificate signed and merges it."""
_KEY_TYPES: Final = (("keyProperties", "keyType"), ("keyProperties", "kty"), ("keyProps", "kty"))
_OWN_ISSUER: Final = "self"


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
    def body(self) -> Any:
        """Its properties."""
        return properties(self.resource.body)

    @property
    def enabled(self) -> Truth:
        """Whether it may be used."""
        return flag(self.body, "attributes", "enabled", default=True)

    @property
    def expires(self) -> Any:
        """When it ends, as written (seconds or a time), a hole, or None."""
        found = inner(self.body, "attributes", "exp")
        return found if found is not None else inner(self.body, "attributes", "expires")

    @property
    def ends(self) -> datetime | None:
        """When it ends; None where that is not known or it has no end."""
        return moment(self.expires)

    def expiry(self, now: datetime, near: timedelta) -> str | Unknown:
        """`passed`, `near`, `later` or `none`; a hole where the end is not known. It is what the next version gets.

        A key without an end whose policy gives new versions one counts as one that has an end later. A certificate
        always ends.
        """
        written = self.expires
        if isinstance(written, Unknown):
            return written
        end = self.ends
        if end is None:
            if written is not None:
                return Unknown(reason="the time of expiry is not readable")
            if self.expires_after is None and self.kind == CERTIFICATE:
                return Unknown(reason="no source says how long the certificate holds", decided_by=(self.resource.id,))
            return "later" if self.expires_after is not None else "none"
        if end <= now:
            return "passed"
        return "near" if end - now <= near else "later"

    @property
    def expires_after(self) -> float | None:
        """Seconds after which new versions end: by the rotation policy of a key, the validity of a certificate."""
        if self.kind == KEY:
            return span(inner(self.body, "rotationPolicy", "attributes", "expiryTime"))
        if self.kind == CERTIFICATE:
            months = first(
                inner(self.policy, "x509Properties", "validityInMonths"),
                inner(self.policy, "x509CertificateProperties", "validityInMonths"),
                inner(self.body, "validityInMonths"),
            )
            known = isinstance(months, int) and not isinstance(months, bool) and 0 < months < 10**4
            return float(months) * 30 * 86400 if known else None
        return None

    @property
    def policy(self) -> Any:
        """The policy of a certificate, wherever its source has it."""
        body = self.body
        return first(inner(body, "certificatePolicy"), inner(body, "policy"), self.resource.body)

    @property
    def issuer(self) -> str | Unknown | None:
        """Who signs a certificate, as written."""
        if self.kind != CERTIFICATE:
            return None
        return text_in(first(inner(self.policy, "issuer"), inner(self.policy, "issuerParameters")), "name")

    @property
    def issued_by_vault(self) -> Truth:
        """Whether Key Vault gets the certificate from its issuer by itself."""
        issuer = self.issuer
        if isinstance(issuer, Unknown):
            return issuer
        return issuer is not None and issuer.strip().lower() not in _MANUAL_ISSUERS

    @property
    def self_signed(self) -> Truth:
        """Whether the vault itself signs the certificate."""
        issuer = self.issuer
        return issuer if isinstance(issuer, Unknown) else issuer is not None and issuer.strip().lower() == _OWN_ISSUER

    @property
    def actions(self) -> Any:
        """What happens in the life of a version, as written."""
        if self.kind == KEY:
            return inner(self.body, "rotationPolicy", "lifetimeActions")
        if self.kind == CERTIFICATE:
            return first(inner(self.policy, "lifetimeActions"), inner(self.policy, "lifetimeAction"))
        return None

    @property
    def rotates(self) -> Truth:
        """Whether the vault makes a new version by itself: a key by its policy, a certificate by its issuer."""
        if self.kind == KEY:
            return _has_action(self.actions, "rotate")
        if self.kind == CERTIFICATE:
            issued = self.issued_by_vault
            if not isinstance(issued, Unknown) and not issued:
                return False
            return _has_action(self.actions, "autorenew")
        return False

    @property
    def notifies(self) -> Truth:
        """Whether somebody is told before it ends: an event of the vault, or mail to its contacts."""
        return _has_action(self.actions, "emailcontacts" if self.kind == CERTIFICATE else "notify")

    @property
    def rotation(self) -> str | Unknown:
        """`automatic`, `notify` (somebody is told, and has to do it), or `none`."""
        rotates, notifies = self.rotates, self.notifies
        if isinstance(rotates, Unknown):
            return rotates
        if rotates:
            return "automatic"
        if isinstance(notifies, Unknown):
            return notifies
        return "notify" if notifies else "none"

    @property
    def hardware(self) -> Truth:
        """Whether its private part never leaves a hardware security module."""
        kind = self.key_type
        if isinstance(kind, Unknown):
            return kind
        return kind is not None and kind.upper().endswith("-HSM")

    @property
    def key_type(self) -> str | Unknown | None:
        """`RSA`, `RSA-HSM`, `EC` … of a key, or of the key of a certificate."""
        if self.kind == CERTIFICATE:
            found = [text_in(self.policy, holder, name) for holder, name in _KEY_TYPES]
            return next((kind for kind in found if kind is not None), None)
        return text_in(self.body, "kty")

    @property
    def size_class(self) -> str | None:
        """What limits count the key as: `rsa-2048`, `ec` and the like; None where that is not known."""
        kind = self.key_type
        if not isinstance(kind, str):
            return None
        family = kind.upper().removesuffix("-HSM")
        if family == "EC":
            return "ec"
        size = first(inner(self.body, "keySize"), inner(self.policy, "keyProperties", "keySize"))
        name = f"rsa-{size}" if family == "RSA" and isinstance(size, int) else ""
        return name if name in reference().limits.keys else None

    @property
    def operations(self) -> int | None:
        """Operations with it that a vault takes in ten seconds, where kind and size are known."""
        size, hardware = self.size_class, self.hardware
        if self.kind != KEY or size is None or isinstance(hardware, Unknown):
            return None
        return reference().limits.keys[size]["hsm" if hardware else "software"]


def _has_action(listed: Any, wanted: str) -> Truth:
    single = [listed] if isinstance(listed, dict) else items(listed)
    for item in single:
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

    def holding(self, kind: str) -> list[Item]:
        """What is known to be in it of one kind."""
        return [item for item in self.items if item.kind == kind]


class Vaults:
    """The vaults of an estate, by id and by name."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.all: dict[str, Vault] = {}
        self.items: dict[str, Item] = {}
        self._names: dict[str, Vault] = {}
        self._by_name: dict[tuple[str, str], list[Item]] = {}
        for type_ in VAULT_TYPES:
            for resource in estate.of_type(type_):
                self.all[resource.key] = Vault(resource)
                self._names.setdefault(resource.name.lower(), self.all[resource.key])
        for type_, kind in KINDS.items():
            for resource in estate.of_type(type_):
                item = Item(kind, resource, resource.key.rsplit("/", 2)[0])
                self.items[resource.key] = item
                self._by_name.setdefault((item.vault, item.name.lower()), []).append(item)
                if item.vault in self.all:
                    self.all[item.vault].items.append(item)

    def named(self, name: str) -> Vault | None:
        """The vault of a name: names are the same nowhere else in Azure."""
        return self._names.get(name.lower())

    def item(self, vault: str, kind: str, name: str) -> Item | None:
        """An item of a vault. A certificate is read as the secret, and used as the key, of its name."""
        same = self._by_name.get((vault, name.lower()), [])
        return next((item for item in same if item.kind == kind), None) or next(
            (item for item in same if item.kind == CERTIFICATE or not kind), None
        )

    def fips(self, item: Item) -> str | Unknown | None:
        """The level of what protects a key; None for what is no key.

        New keys of a Premium vault are made on the platform of level 3; older ones say theirs in `hsmPlatform`.
        """
        if item.kind != KEY:
            return None
        levels = reference().fips
        vault = self.all.get(item.vault)
        if vault is not None and vault.managed_hsm:
            return levels["managedHsm"]
        platform = first(inner(item.body, "hsmPlatform"), inner(item.body, "attributes", "hsmPlatform"))
        if isinstance(platform, str | int) and str(platform) in levels:
            return levels[str(platform)]
        hardware = item.hardware
        if isinstance(hardware, Unknown):
            return hardware
        return levels["2" if hardware else "0"]
