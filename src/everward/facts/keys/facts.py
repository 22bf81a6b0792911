"""What is found about keys, as facts: items, uses, vaults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.interface import Analysis, Derived, fact
from everward.facts.keys.impact import THROTTLE, Keys, follows_rotation, polling
from everward.facts.keys.uses import Use

ITEM: Final = "Keys/items"
USE: Final = "Keys/uses"
VAULT: Final = "Keys/vaults"


class KeysAnalysis(Analysis):
    """What hangs on which key."""

    name = "keys"

    def derive(self, estate: Estate) -> Derived:
        """The facts of an estate."""
        keys = Keys(estate)
        return Derived([*_items(keys), *_uses(keys), *_vaults(keys)])


def _items(keys: Keys) -> Iterator[Resource]:
    for item in keys.vaults.items.values():
        found = [use for use in keys.of_vault(item.vault) if use.item is None or use.item.lower() == item.name.lower()]
        yield fact(
            item.resource,
            ITEM,
            "item",
            {
                "item": item.resource.id,
                "name": item.name,
                "kind": item.kind,
                "vault": item.vault,
                "expires": item.expires,
                "hasExpiry": item.expires is not None,
                "rotates": item.rotates,
                "hardware": item.hardware,
                "used": bool(found),
                "rotationFollowed": follows_rotation(item, found),
                "encrypts": any(use.encrypts for use in found),
            },
        )


def _uses(keys: Keys) -> Iterator[Resource]:
    for use in keys.uses:
        vault = keys.vaults.all.get(use.vault)
        yield fact(
            use.consumer,
            USE,
            hashlib.sha256(f"{use.vault}\0{use.item}".encode("utf-8", "backslashreplace")).hexdigest()[:12],
            {
                "consumer": use.consumer.id,
                "consumerType": use.consumer.type,
                "path": use.path,
                "vault": vault.resource.id if vault is not None else use.vault,
                "vaultKnown": vault is not None,
                "item": use.item,
                "kind": use.kind,
                "pinned": use.pinned,
                "encrypts": use.encrypts,
                "sameRegion": _same_region(use, keys),
            },
            origin=use.consumer.origin_of(use.path),
        )


def _same_region(use: Use, keys: Keys) -> Any:
    """Whether the vault stands where its consumer does; null where either has no region."""
    vault = keys.vaults.all.get(use.vault)
    if vault is None:
        return None
    one, two = use.consumer.location, vault.resource.location
    if not isinstance(one, str) or not isinstance(two, str):
        return None
    return one.replace(" ", "").lower() == two.replace(" ", "").lower()


def _vaults(keys: Keys) -> Iterator[Resource]:
    for vault in keys.vaults.all.values():
        found = keys.of_vault(vault.key)
        rate = polling(keys.estate, found)
        groups = sorted({use.consumer.resource_group or "" for use in found} - {""})
        yield fact(
            vault.resource,
            VAULT,
            "vault",
            {
                "vault": vault.resource.id,
                "items": len(vault.items),
                "dependants": len({use.consumer.key for use in found}),
                "resourceGroups": groups,
                "premium": vault.premium,
                "managedHsm": vault.managed_hsm,
                "purgeProtected": vault.purge_protected,
                "polling": rate,
                "pollingShare": None if rate is None else round(rate / THROTTLE, 4),
            },
        )
