"""Stamps as facts: whether each has a vault of its own, and what the stamps share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.keys.keyring import Keys
from everward.facts.keys.stamps import COMPUTES, group_of
from everward.facts.keys.uses import Delivery
from everward.facts.keys.words import stamp_words
from everward.values import Truth, Unknown

STAMP: Final = "Keys/stamps"


def stamp_facts(keys: Keys) -> Iterator[Resource]:
    """One for each stamp, on what computes in it, and one for what stamps share, on its first vault or user.

    - `stamp`: the instance of a module or the resource group that makes it; null for what stamps share.
    - `vaults`: ids of the vaults that stand in it; `ownVault` whether there are any.
    - `uses`: ids (or names, where no source has them) of the vaults that it uses; `foreign` those that stand elsewhere.
    - `vaultInRegion`: whether one of its vaults stands in its region; null where it has none or regions are not known.
    """
    members = _members(keys)
    for stamp in (*keys.stamps.all, None):
        if stamp is None and not keys.stamps.all:
            return
        anchor = members.get(stamp)
        own = [vault for vault in keys.vaults.all.values() if keys.stamps.of(vault.resource) == stamp]
        used: dict[str, None] = {}
        for use in keys.uses:
            if use.delivery is not Delivery.RIGHT and keys.stamps.of(use.consumer) == stamp and use.vault:
                used[use.vault] = None
                anchor = anchor if anchor is not None else use.consumer
        anchor = anchor if anchor is not None else own[0].resource if own else None
        if anchor is None:
            continue
        known = {vault.key: vault.resource.id for vault in keys.vaults.all.values()}
        mine = {vault.key for vault in own}
        near = [keys.stamps.same_region(anchor, vault.resource) for vault in own] if stamp is not None else []
        told = {
            "stamp": stamp,
            "region": keys.stamps.place(anchor) if stamp is not None else None,
            "vaults": [vault.resource.id for vault in own],
            "ownVault": bool(own),
            "uses": [known.get(vault, vault) for vault in used],
            "foreign": [known.get(vault, vault) for vault in used if vault not in mine],
            "vaultInRegion": _any(near),
        }
        name = hashlib.sha256(str(stamp).encode("utf-8", "backslashreplace")).hexdigest()[:12]
        scope = group_of(anchor) or anchor
        yield fact(scope, STAMP, name, {"summary": stamp_words(told), **told}, origin=anchor.origin)


def _members(keys: Keys) -> dict[str | None, Resource]:
    """What computes in each stamp: the first of it."""
    found: dict[str | None, Resource] = {}
    for resource in keys.estate:
        if resource.type_key in COMPUTES:
            stamp = keys.stamps.of(resource)
            if stamp is not None:
                found.setdefault(stamp, resource)
    return found


def _any(near: list[Truth | None]) -> Truth | None:
    known = [one for one in near if one is not None]
    if not known:
        return None
    if any(one is True for one in known):
        return True
    return next((one for one in known if isinstance(one, Unknown)), False)
