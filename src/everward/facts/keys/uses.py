"""Who uses what a vault holds: by an address, a reference of an app setting, an id, or a secret store class."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.keys.items import KINDS, VAULT_TYPES, Item, Vault, Vaults
from everward.facts.shape import first, inner, properties
from everward.values import Unknown, format_path

_ADDRESS: Final = re.compile(
    r"https://(?P<vault>[A-Za-z0-9-]+)\.(?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)"
    r"(?:/(?P<kind>keys|secrets|certificates)/(?P<name>[A-Za-z0-9-]+)(?:/(?P<version>[0-9a-fA-F]{32}))?)?",
    re.IGNORECASE,
)
_SETTING: Final = re.compile(r"@Microsoft\.KeyVault\((?P<inside>[^)]*)\)", re.IGNORECASE)
_OWN: Final = frozenset({*KINDS, *(type_.lower() for type_ in VAULT_TYPES)})
_ENCRYPTION: Final = ("encrypt", "keyvaultkey", "keyvaulturi", "activekey", "serverkey", "customermanagedkey")
"""Parts of paths at which a key stands that encrypts a store."""


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


class Use(NamedTuple):
    """One place at which a resource uses what a vault holds."""

    consumer: Resource
    path: str
    """Where in its body."""
    vault: str
    """The lower-case id of the vault; its name, where no source has it."""
    item: str | None = None
    """The name of what is used; None for the vault as a whole."""
    kind: str = ""
    """`secret`, `key`, `certificate`, or empty."""
    pinned: bool = False
    """Whether one version is named: the consumer does not follow a rotation."""
    encrypts: bool = False
    """Whether it is the key that a store is encrypted with."""


def uses(estate: Estate, vaults: Vaults) -> Iterator[Use]:
    """Every use of what vaults hold, in a stable order."""
    declared = {item.resource.origin.address: item for item in vaults.items.values() if item.resource.origin.address}
    holders = {vault.resource.origin.address: vault for vault in vaults.all.values() if vault.resource.origin.address}
    for resource in estate:
        if resource.type_key in _OWN:
            continue
        seen: set[tuple[str, str | None]] = set()
        for path, value in _leaves(resource.body):
            for use in _of(resource, path, value, vaults, declared, holders):
                if use.item is None and resource.type_key.startswith(_ONLY_NAME):
                    continue
                if (use.vault, use.item) not in seen:
                    seen.add((use.vault, use.item))
                    yield use
        yield from _store_class(resource, vaults, seen)


def _leaves(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every text and hole of a body with its path, without recursion."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [((key,), value) for key, value in reversed(list(body.items()))]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*path, key), item) for key, item in reversed(list(value.items())))
        elif isinstance(value, list):
            stack.extend(((*path, index), item) for index, item in reversed(list(enumerate(value))))
        elif isinstance(value, str | Unknown):
            yield format_path(path), value


def _of(
    resource: Resource,
    path: str,
    value: str | Unknown,
    vaults: Vaults,
    declared: Mapping[Any, Item],
    holders: Mapping[Any, Vault],
) -> Iterator[Use]:
    encrypts = any(word in path.lower() for word in _ENCRYPTION)
    if isinstance(value, Unknown):
        yield from _of_hole(resource, path, value, declared, holders, encrypts=encrypts)
        texts = [text for text in (value.reference, value.text) if text]
    else:
        texts = [value]
    for text in texts:
        for found in _ADDRESS.finditer(text):
            vault = vaults.named(found["vault"])
            kind = (found["kind"] or "").rstrip("s").lower()
            where = vault.key if vault is not None else found["vault"].lower()
            yield Use(
                resource, path, where, found["name"], kind, found["version"] is not None, encrypts and kind == "key"
            )
        for setting in _SETTING.finditer(text):
            yield from _of_setting(resource, path, setting["inside"], vaults)
        yield from _of_id(resource, path, text, vaults, encrypts=encrypts)


def _of_setting(resource: Resource, path: str, inside: str, vaults: Vaults) -> Iterator[Use]:
    """`VaultName=…;SecretName=…`; with `SecretUri=` the address was found already."""
    parts = dict(part.split("=", 1) for part in inside.split(";") if "=" in part)
    named = {key.strip().lower(): value.strip() for key, value in parts.items()}
    if "vaultname" in named:
        vault = vaults.named(named["vaultname"])
        where = vault.key if vault is not None else named["vaultname"].lower()
        yield Use(resource, path, where, named.get("secretname"), "secret", bool(named.get("secretversion")))


def _of_id(resource: Resource, path: str, text: str, vaults: Vaults, *, encrypts: bool) -> Iterator[Use]:
    key = text.rstrip("/").lower()
    if key in vaults.items:
        item = vaults.items[key]
        yield Use(resource, path, item.vault, item.name, item.kind, False, encrypts and item.kind == "key")
    elif key in vaults.all:
        yield Use(resource, path, key)


def _of_hole(
    resource: Resource,
    path: str,
    hole: Unknown,
    declared: Mapping[Any, Item],
    holders: Mapping[Any, Vault],
    *,
    encrypts: bool,
) -> Iterator[Use]:
    """What a hole will hold, where one attribute of an item or of a vault decides it."""
    if len(hole.decided_by) != 1:
        return
    owner, _, attribute = hole.decided_by[0].rpartition(".")
    item = declared.get(owner)
    if item is not None:
        pinned = attribute in ("id", "version", "secret_id", "versioned_secret_id")
        yield Use(resource, path, item.vault, item.name, item.kind, pinned, encrypts and item.kind == "key")
    elif owner in holders and attribute in ("id", "vault_uri"):
        yield Use(resource, path, holders[owner].key)


def _store_class(resource: Resource, vaults: Vaults, seen: set[tuple[str, str | None]]) -> Iterator[Use]:
    """A SecretProviderClass of Kubernetes: the vault that the driver of the cluster mounts secrets from."""
    if not resource.type_key.endswith("/secretproviderclasses"):
        return
    for holder in (resource.body, properties(resource.body)):
        name = first(inner(holder, "spec", "parameters", "keyvaultName"), inner(holder, "parameters", "keyvaultName"))
        if isinstance(name, str) and name:
            vault = vaults.named(name)
            where = vault.key if vault is not None else name.lower()
            if (where, None) not in seen:
                yield Use(resource, "spec.parameters.keyvaultName", where, None, "secret")
            return
