"""Who uses what a vault holds: by an address, a reference of a setting, an id, or the parts of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.keys.items import KINDS, VAULT_TYPES, Item, Vault, Vaults
from everward.facts.keys.parts import Parts, parts_in
from everward.facts.keys.reads import Read, reads_of
from everward.values import Truth, Unknown, format_path

_ADDRESS: Final = re.compile(
    r"https://(?P<vault>(?:\{[^{}]{1,200}\}|[A-Za-z0-9-]){1,120})\.(?:vault|managedhsm)\."
    r"(?:azure\.net|azure\.cn|usgovcloudapi\.net|chinacloudapi\.cn)(?![\w-]|\.\w)(?::443)?"
    r"(?:/(?P<kind>keys|secrets|certificates)/(?P<name>(?:\{[^{}]{1,200}\}|[A-Za-z0-9-]){1,127})"
    r"(?:/(?P<version>[0-9a-fA-F]{32}))?)?",
    re.IGNORECASE,
)
_SETTING: Final = re.compile(r"@Microsoft\.KeyVault\((?P<inside>[^)]*)\)", re.IGNORECASE)
_ID: Final = re.compile(
    r"(?P<vault>/.{1,900}/providers/microsoft\.keyvault/(?:vaults|managedhsms)/[^/]{1,300})"
    r"(?:/(?P<kind>keys|secrets|certificates)/(?P<name>[^/]{1,300})(?:/versions/(?P<version>[^/]{1,64}))?)?"
)
_OWN: Final = frozenset({*KINDS, *(type_.lower() for type_ in VAULT_TYPES)})
_ENCRYPTION: Final = (
    "encrypt", "keyvaultkey", "keyvaulturi", "activekey", "serverkey", "customermanagedkey", "azurekeyvaultkms",
    "keyvaultproperties", "managedcluster.keyid",
)  # fmt: skip
"""Parts of paths at which a key stands that encrypts a store."""
_STORES_OF_KEYS: Final = ("microsoft.sql/servers/encryptionprotector", "microsoft.sql/servers/keys",
                          "microsoft.sql/managedinstances/encryptionprotector", "microsoft.sql/managedinstances/keys",
                          "microsoft.dbforpostgresql/servers/keys", "microsoft.dbformysql/servers/keys")  # fmt: skip
"""Types that are the key of a store and nothing else."""

_ONLY_NAME: Final = (
    "microsoft.alertsmanagement/",
    "microsoft.authorization/",
    "microsoft.eventgrid/",
    "microsoft.insights/",
    "microsoft.network/privateendpoints",
    "microsoft.policyinsights/",
    "microsoft.resources/",
    "microsoft.security/",
)
"""Types that name a vault to watch it, to guard it or to lead to it: nothing of theirs stops without it."""

_SERVES_TLS: Final = (
    "microsoft.network/applicationgateways", "microsoft.network/frontdoors", "microsoft.network/firewallpolicies",
    "microsoft.cdn/", "microsoft.web/certificates", "microsoft.app/managedenvironments",
    "microsoft.apimanagement/service", "microsoft.app/connectedenvironments", "microsoft.signalrservice/",
)  # fmt: skip
"""Types that read certificates to serve TLS with them; named values of API Management are told apart by their path."""

_OBSERVED: Final = "observedcertificates"
"""Where the extension of machines names certificates, which it keeps on their disks and looks for again."""

_VERSIONED: Final = frozenset(
    {"id", "version", "secret_id", "versioned_secret_id", "resource_id", "versioned_id", "resource_versioned_id"}
)
_VERSIONLESS: Final = frozenset(
    {"versionless_id", "versionless_secret_id", "resource_versionless_id", "resource_manager_versionless_id", "name"}
)
_COPIES: Final = frozenset({"value", "value_wo", "certificate_data", "certificate_data_base64", "public_key_pem",
                            "public_key_openssh", "thumbprint", "n", "e", "x", "y"})  # fmt: skip
"""Attributes that take something out of a vault when a deployment runs."""


class Delivery(StrEnum):
    """How what a vault holds gets to who uses it."""

    ENCRYPTION = "encryption"
    """A service wraps the key of its data with it."""
    CERTIFICATE = "certificate"
    """A service keeps the certificate and asks for a newer one from time to time."""
    REFERENCE = "reference"
    """The platform resolves a setting when the application starts, and from time to time."""
    MOUNTED = "mounted"
    """The driver of a cluster mounts it into pods as files."""
    ENVIRONMENT = "environment"
    """It is in the environment of pods, which is read when they start."""
    CLIENT = "client"
    """The application asks the vault itself."""
    DEPLOYMENT = "deployment"
    """A deployment copies it: afterwards there are two."""
    RIGHT = "right"
    """An identity may read it; what runs as it may."""


class Use(NamedTuple):
    """One place at which a resource uses what a vault holds."""

    consumer: Resource
    path: str
    """Where in its body."""
    vault: str
    """The lower-case id of the vault; its name, where no source has it; empty when nobody says which one it is."""
    item: str | None = None
    """The name of what is used; None for the vault as a whole."""
    kind: str = ""
    """`secret`, `key`, `certificate`, or empty."""
    pinned: Truth = False
    """Whether one version is named."""
    encrypts: bool = False
    """Whether it is the key that a store is encrypted with."""
    delivery: Delivery = Delivery.CLIENT
    certain: Truth = True
    """A hole when it is this vault or item only because nothing else would fit."""
    via: Resource | None = None
    """What leads there: a secret provider class, a disk encryption set."""

    @property
    def told(self) -> tuple[str, str | None, str, bool]:
        """What tells it from other uses of its consumer: one may name a version where another does not."""
        return self.vault, self.item, str(self.delivery), self.pinned is True


class Known(NamedTuple):
    """What a use is looked up in."""

    vaults: Vaults
    declared: Mapping[Any, Item]
    """Items by the address at which Terraform declares them."""
    holders: Mapping[Any, Vault]
    """Vaults by that address."""
    reads: Mapping[str, Read]
    """What data sources of Terraform read, by their address."""


def known_in(vaults: Vaults) -> Known:
    """What uses are looked up in."""
    holders = {vault.resource.origin.address: vault for vault in vaults.all.values() if vault.resource.origin.address}
    return Known(
        vaults,
        {item.resource.origin.address: item for item in vaults.items.values() if item.resource.origin.address},
        holders,
        reads_of(vaults, holders),
    )


def uses(estate: Estate, vaults: Vaults) -> Iterator[Use]:
    """Every use of what vaults hold that bodies tell, in a stable order; what is used twice alike comes once."""
    known = known_in(vaults)
    for resource in estate:
        if resource.type_key in _OWN or is_apart(resource.type_key):
            continue
        seen: set[tuple[Any, ...]] = set()
        for use in _in_body(resource, known):
            if use.item is None and resource.type_key.startswith(_ONLY_NAME):
                continue
            if use.told not in seen:
                seen.add(use.told)
                yield use


def _in_body(resource: Resource, known: Known) -> Iterator[Use]:
    """Uses in one body, without recursion."""
    taken: set[tuple[str | int, ...]] = set()
    stack: list[tuple[tuple[str | int, ...], Any]] = [
        ((key,), value) for key, value in reversed(list(resource.body.items()))
    ]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            parts = parts_in(value)
            if parts is not None:
                taken.add(path)
                yield from _of_parts(resource, format_path(path), parts, known)
            stack.extend(((*path, key), item) for key, item in reversed(list(value.items())))
        elif isinstance(value, list):
            stack.extend(((*path, index), item) for index, item in reversed(list(enumerate(value))))
        elif _may_tell(value) and taken.isdisjoint((path[:-1], path[:-2])):
            yield from _of_leaf(resource, format_path(path), value, known)


def _may_tell(value: Any) -> bool:
    """Whether a value can lead to a vault at all: most texts cannot, and are told apart at once."""
    if isinstance(value, str):
        lower = value.lower()
        return "vault" in lower or "managedhsm" in lower
    return isinstance(value, Unknown)


def is_apart(type_key: str) -> bool:
    """Whether a type only repeats what other resources say, or is read by its own rules."""
    if not type_key.startswith("everward."):
        return type_key.endswith("/secretproviderclasses")
    if not type_key.startswith("everward.kubernetes"):
        return True
    return type_key.endswith(("/podtemplate", "/release", "/secretproviderclass"))


def encrypts_at(resource: Resource, path: str) -> bool:
    """Whether a key at a path of a resource encrypts its data."""
    lower = path.lower()
    if any(word in lower for word in _ENCRYPTION):
        return True
    if resource.type_key in _STORES_OF_KEYS:
        return True
    return resource.type_key.startswith("microsoft.sql/") and "keyid" in lower


def delivery_of(resource: Resource, path: str, kind: str, *, encrypts: bool) -> Delivery:
    """How what stands at a path of a resource is delivered."""
    lower, type_key = path.lower(), resource.type_key
    if encrypts:
        return Delivery.ENCRYPTION
    if type_key.startswith(_SERVES_TLS) and "namedvalues" not in type_key and "secrets[" not in lower:
        return Delivery.CERTIFICATE
    if _OBSERVED in lower:
        return Delivery.CERTIFICATE
    if kind == "certificate" and not type_key.startswith(("everward.kubernetes", "microsoft.web/sites")):
        return Delivery.CERTIFICATE
    if kind and type_key.startswith(("microsoft.web/", "microsoft.app/", "microsoft.apimanagement/")):
        # The address of a vault alone is for code that asks it.
        return Delivery.REFERENCE
    return Delivery.CLIENT


def _made(resource: Resource, path: str, vault: str, item: str | None, kind: str, pinned: Truth) -> Use:
    encrypts = kind == "key" and encrypts_at(resource, path)
    delivery = delivery_of(resource, path, kind, encrypts=encrypts)
    if delivery is Delivery.REFERENCE and item is None:
        # A setting that names no item is an address that the application asks.
        delivery = Delivery.CLIENT
    return Use(resource, path, vault, item, kind, pinned, encrypts, delivery)


def _of_leaf(resource: Resource, path: str, value: str | Unknown, known: Known) -> Iterator[Use]:
    if isinstance(value, Unknown):
        yield from _of_hole(resource, path, value, known)
        texts = [text for text in (value.reference, value.text) if text]
    else:
        texts = [value]
    for text in texts:
        lower = text.lower()
        if ".vault." in lower or ".managedhsm." in lower:
            for found in _ADDRESS.finditer(text):
                kind = (found["kind"] or "").rstrip("sS").lower()
                yield _made(
                    resource, path, _key_of(found["vault"], known), found["name"], kind, found["version"] is not None
                )
        if "@microsoft.keyvault" in lower:
            for setting in _SETTING.finditer(text):
                yield from _of_setting(resource, path, setting["inside"], known)
        yield from _of_id(resource, path, lower.rstrip("/"), known)


def _key_of(name: str, known: Known) -> str:
    vault = known.vaults.named(name)
    return vault.key if vault is not None else name.lower()


def _of_setting(resource: Resource, path: str, inside: str, known: Known) -> Iterator[Use]:
    """`VaultName=…;SecretName=…`; with `SecretUri=` the address was found already."""
    parts = dict(part.split("=", 1) for part in inside.split(";") if "=" in part)
    named = {key.strip().lower(): value.strip() for key, value in parts.items()}
    if named.get("vaultname"):
        vault = _key_of(named["vaultname"], known)
        use = _made(resource, path, vault, named.get("secretname"), "secret", bool(named.get("secretversion")))
        yield use._replace(delivery=Delivery.REFERENCE)


def _of_id(resource: Resource, path: str, key: str, known: Known) -> Iterator[Use]:
    """A vault, or what is in one, by its id; a vault that no source has counts too."""
    if not key.startswith("/") or "/providers/microsoft.keyvault/" not in key:
        return
    found = _ID.fullmatch(key)
    if found is None:
        return
    kind = (found["kind"] or "").rstrip("s")
    item = known.vaults.item(found["vault"], kind, found["name"]) if found["name"] else None
    name = item.name if item is not None else found["name"]
    yield _made(resource, path, found["vault"], name, kind, found["version"] is not None)


def _of_hole(resource: Resource, path: str, hole: Unknown, known: Known) -> Iterator[Use]:
    """What a hole will hold, where one attribute of an item or of a vault decides it."""
    read = _read_by(hole, known)
    if read is not None:
        yield Use(resource, path, read.vault, read.item, read.kind, True, delivery=Delivery.DEPLOYMENT)
        return
    found = decided_item(hole, known)
    if found is not None:
        item, attribute = found
        if attribute == "name":
            # What is called like it does not use it.
            return
        if attribute in _COPIES:
            yield Use(resource, path, item.vault, item.name, item.kind, True, delivery=Delivery.DEPLOYMENT)
        else:
            yield _made(resource, path, item.vault, item.name, item.kind, attribute not in _VERSIONLESS)
        return
    if len(hole.decided_by) == 1:
        owner, _, attribute = hole.decided_by[0].rpartition(".")
        if owner in known.holders and attribute in ("id", "vault_uri", "hsm_uri"):
            yield _made(resource, path, known.holders[owner].key, None, "", False)


def _read_by(hole: Unknown, known: Known) -> Read | None:
    """What a data source reads out of a vault, whose attribute decides a hole."""
    if len(hole.decided_by) != 1:
        return None
    owner, _, attribute = hole.decided_by[0].rpartition(".")
    read = known.reads.get(owner)
    return read if read is not None and read.kind and attribute in _COPIES else None


def decided_item(hole: Unknown, known: Known) -> tuple[Item, str] | None:
    """The item whose attribute decides a hole, and the attribute."""
    if len(hole.decided_by) != 1:
        return None
    owner, _, attribute = hole.decided_by[0].rpartition(".")
    item = known.declared.get(owner)
    return (item, attribute) if item is not None and attribute in _VERSIONED | _VERSIONLESS | _COPIES else None


def _of_parts(resource: Resource, path: str, parts: Parts, known: Known) -> Iterator[Use]:
    """A key, secret or certificate of which vault, name and version stand beside one another."""
    item, name = None, parts.name if isinstance(parts.name, str) else None
    for value in (parts.name, parts.vault, parts.version):
        found = decided_item(value, known) if isinstance(value, Unknown) else None
        if found is not None:
            item = found[0]
    if item is not None:
        pinned = _pinned_by(parts.version, known)
        yield _made(resource, path, item.vault, item.name, parts.kind or item.kind, pinned)
        return
    if name is None:
        return
    vault, certain = _vault_of(parts, name, known)
    yield _made(resource, path, vault, name, parts.kind, _pinned_by(parts.version, known))._replace(certain=certain)


def _pinned_by(version: Any, known: Known) -> Truth:
    if isinstance(version, Unknown):
        found = decided_item(version, known)
        return version if found is None else found[1] not in _VERSIONLESS
    return isinstance(version, str) and version.strip().lower() not in ("", "latest")


def _vault_of(parts: Parts, name: str, known: Known) -> tuple[str, Truth]:
    """The vault that parts of a key name: by address, id, name or hole; else the only one that has such an item."""
    value = parts.vault
    if isinstance(value, Unknown):
        if value.reference is not None:
            return value.reference.rstrip("/").lower(), True
        owner = value.decided_by[0].rpartition(".")[0] if len(value.decided_by) == 1 else ""
        if owner in known.holders:
            return known.holders[owner].key, True
        fitting = [item for item in known.vaults.items.values() if item.name.lower() == name.lower()]
        if len(fitting) == 1:
            return fitting[0].vault, Unknown(
                reason="it is the only vault that has such an item", decided_by=value.decided_by
            )
        return "", value
    address = _ADDRESS.search(value)
    if address is not None:
        return _key_of(address["vault"], known), True
    if value.startswith("/"):
        return value.rstrip("/").lower(), True
    return _key_of(value, known), True
