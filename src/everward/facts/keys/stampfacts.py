"""Stamps as facts: whether each has a vault of its own, and what the stamps share."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Mapping
from typing import Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.keys.items import Vault
from everward.facts.keys.keyring import Keys
from everward.facts.keys.stamps import COMPUTES, group_of
from everward.facts.keys.uses import Delivery
from everward.facts.keys.words import stamp_words
from everward.values import Truth, Unknown

STAMP: Final = "Keys/stamps"
_CLUSTERS: Final = ("microsoft.containerservice/", "microsoft.servicefabric/")


def stamp_facts(keys: Keys) -> Iterator[Resource]:
    """One for each stamp, on what computes in it, and one for what stamps share, on its first vault or user.

    - `stamp`: the instance of a module or the resource group that makes it; null for what stamps share.
    - `vaults`: ids of the vaults that stand in it; `ownVault` whether there are any, a hole where an export shows what
      computes and no vault at all.
    - `uses`: ids (or names, where no source has them) of the vaults that it uses; `foreign` those that stand elsewhere;
      `foreignVaults` how many do, a hole where only vaults that no source has, or that are guessed, may.
    - `vaultInRegion`: whether one of its vaults stands in its region; null where it has none or regions are not known.
    """
    if not keys.stamps.all:
        return
    members, owned, used_by = _members(keys), _owned(keys), _used(keys)
    known = {vault.key: vault.resource.id for vault in keys.vaults.all.values()}
    exported = {vault.resource.subscription for vault in keys.vaults.all.values()}
    for stamp in (*keys.stamps.all, None):
        own = owned.get(stamp, [])
        used, first = used_by.get(stamp, ({}, None))
        anchor = members.get(stamp, first)
        anchor = anchor if anchor is not None else own[0].resource if own else None
        if anchor is None:
            continue
        mine = {vault.key for vault in own}
        near = [keys.stamps.same_region(anchor, vault.resource) for vault in own] if stamp is not None else []
        told = {
            "stamp": stamp,
            "region": keys.stamps.place(anchor) if stamp is not None else None,
            "vaults": [vault.resource.id for vault in own],
            "ownVault": bool(own) or _not_exported(exported, anchor),
            "uses": [known.get(vault, vault) for vault in used],
            "foreign": [known.get(vault, vault) for vault in used if vault not in mine],
            "foreignVaults": _foreign({vault: sure for vault, sure in used.items() if vault not in mine}, known),
            "vaultInRegion": _any(near),
        }
        name = hashlib.sha256(str(stamp).encode("utf-8", "backslashreplace")).hexdigest()[:12]
        scope = group_of(anchor) or anchor
        sort = "shared" if stamp is None else "cluster" if _is_cluster(anchor) else "compute"
        yield fact(scope, STAMP, name, {"summary": stamp_words(told), **told}, origin=anchor.origin, sort=sort)


def _owned(keys: Keys) -> dict[str | None, list[Vault]]:
    """The vaults of each stamp."""
    found: dict[str | None, list[Vault]] = {}
    for vault in keys.vaults.all.values():
        found.setdefault(keys.stamps.of(vault.resource), []).append(vault)
    return found


def _used(keys: Keys) -> dict[str | None, tuple[dict[str, bool], Resource]]:
    """The vaults that each stamp uses, with whether that is certain, and the first resource that does."""
    found: dict[str | None, tuple[dict[str, bool], Resource]] = {}
    for use in keys.uses:
        if use.delivery is not Delivery.RIGHT and use.vault:
            used, _ = found.setdefault(keys.stamps.of(use.consumer), ({}, use.consumer))
            used[use.vault] = used.get(use.vault, False) or use.certain is True
    return found


def _not_exported(exported: Container[str | None], anchor: Resource) -> Truth:
    """Why an export without vaults does not prove that there are none; False where it does, or where code was read."""
    if anchor.source != "inventory":
        return False
    if anchor.subscription in exported:
        return False
    return Unknown(
        reason="the inventory lists no vaults of this subscription, so their absence proves nothing",
        decided_by=("an export of Microsoft.KeyVault/vaults",),
        origin=anchor.origin,
    )


def _foreign(used: Mapping[str, bool], known: Mapping[str, str]) -> int | Unknown:
    """How many vaults from elsewhere are used, of those by id or name and whether it is certain that they are."""
    sure = [vault for vault, certain in used.items() if certain and vault in known]
    if sure or not used:
        return len(sure)
    shown = tuple(f"vault `{known.get(vault, vault)}`" for vault in used)
    return Unknown(reason="it is not known where the vault stands that it uses", decided_by=shown)


def _members(keys: Keys) -> dict[str | None, Resource]:
    """What computes in each stamp: a cluster, where there is one, else the first of it."""
    found: dict[str | None, Resource] = {}
    for resource in keys.estate:
        if resource.type_key in COMPUTES:
            stamp = keys.stamps.of(resource)
            held = found.get(stamp)
            if stamp is not None and (held is None or (_is_cluster(resource) and not _is_cluster(held))):
                found[stamp] = resource
    return found


def _is_cluster(resource: Resource) -> bool:
    return resource.type_key.startswith(_CLUSTERS)


def _any(near: list[Truth | None]) -> Truth | None:
    known = [one for one in near if one is not None]
    if not known:
        return None
    if any(one is True for one in known):
        return True
    return next((one for one in known if isinstance(one, Unknown)), False)
