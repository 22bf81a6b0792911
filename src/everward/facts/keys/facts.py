"""What is found about keys, as facts.

- `Everward.Keys/items`, one for each key, secret and certificate: how it is rotated, whether users follow, when it
  ends, what protects it.
- `Everward.Keys/uses`, one for each place that uses one: how it gets there, whether a version is named, what becomes of
  a new one.
- `Everward.Keys/vaults`, one for each vault and managed HSM: who hangs on it, which stamps share it, what is asked of
  it beside its limits.
- `Everward.Keys/stores`, one for each store of data: whose key encrypts it, where that is, whether a reason is
  recorded.
- `Everward.Keys/stamps`, one for each stamp and one for what they share: the vaults that it has and uses.
- `Everward.Keys/permissions`, one for each access policy of a vault and each local role of a managed HSM.

Each has a `summary`, one sentence. A property that is null is known to be nothing; one that is not known is a hole.
What each means stands at the function that makes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.interface import Analysis, Derived, fact
from everward.facts.keys.items import Item, Vault
from everward.facts.keys.keyring import Keys
from everward.facts.keys.need import met, needed
from everward.facts.keys.outage import Links, kept, outage
from everward.facts.keys.permissions import PERMISSION, permission_facts
from everward.facts.keys.rotation import follow_all
from everward.facts.keys.stampfacts import STAMP, stamp_facts
from everward.facts.keys.storefacts import STORE, store_facts
from everward.facts.keys.times import text_of
from everward.facts.keys.uses import Use
from everward.facts.keys.vaultfacts import VAULT, vault_facts
from everward.facts.keys.words import item_words, use_words
from everward.facts.shape import place_in
from everward.values import Unknown

ITEM: Final = "Keys/items"
USE: Final = "Keys/uses"
NEAR: Final = timedelta(days=30)
"""How soon an end is near, when nobody says otherwise."""


class KeysAnalysis(Analysis):
    """What hangs on which key."""

    name = "keys"

    def __init__(self, now: datetime | None = None, near: timedelta = NEAR) -> None:
        """`now` is when ends are judged, by default when facts are made; `near` how soon one counts as near."""
        self._now = now
        self._near = near

    def derive(self, estate: Estate) -> Derived:
        """The facts of an estate."""
        keys = Keys(estate)
        now = self._now if self._now is not None else datetime.now(UTC)
        return Derived(
            [
                *self.kept(_items(keys, now, self._near), ITEM),
                *self.kept(_uses(keys), USE),
                *self.kept(vault_facts(keys, now, self._near), VAULT),
                *self.kept(store_facts(keys), STORE),
                *self.kept(stamp_facts(keys), STAMP),
                *self.kept(permission_facts(keys), PERMISSION),
            ]
        )


def _items(keys: Keys, now: datetime, near: timedelta) -> Iterator[Resource]:
    """One for each item.

    Properties that are not plain from their names:

    - `rotation`: `automatic` (a new version by itself), `notify` (somebody is told), `none`; `rotates` is the first.
    - `rotationFollowed`: whether everybody who names it takes new versions; true when nobody names it.
    - `followers`: how many users take new versions; `pinned`: how many do not, or not before a start or deployment.
    - `expiry`: `passed`, `near`, `later`, `none`, judged when the facts are made; `expiresAt` is the end itself,
      `expiresInDays` counts whole days from then and is negative for what has ended.
    - `issuer`, `issuedByVault`, `selfSigned`: of certificates; null for others.
    - `hardware`: whether the private part is in a hardware module; `fips` the level of what protects a key.
    - `fipsNeeded`: the level that a tag (`fips`) of it or of its vault asks for, a number; `fipsMet` whether it has
      that.
    - `operationsLimit`: operations with a key that its vault takes in ten seconds, by kind and size; null for others.
    - `encrypts`: whether a store is encrypted with it.
    """
    for item in keys.vaults.items.values():
        found = keys.of_item(item)
        follows = follow_all(keys, item)
        end, expiry = item.ends, item.expiry(now, near)
        fips = keys.vaults.fips(item)
        holder = keys.vaults.all.get(item.vault)
        need = needed(item.resource.tags, holder.resource.tags if holder is not None else None)
        yield fact(
            item.resource,
            ITEM,
            "item",
            {
                "summary": item_words(item, follows, expiry, text_of(end)),
                "item": item.resource.id,
                "name": item.name,
                "kind": item.kind,
                "vault": item.vault,
                "enabled": item.enabled,
                "expires": item.expires,
                "expiresAt": item.expires if isinstance(item.expires, Unknown) else text_of(end),
                "expiresInDays": (end - now).days if end is not None else None,
                "expiry": expiry,
                "hasExpiry": item.expires is not None,
                "rotation": item.rotation,
                "rotates": item.rotates,
                "notifies": item.notifies,
                "hardware": item.hardware,
                "fips": fips,
                "fipsNeeded": need,
                "fipsMet": met(need, fips),
                "operationsLimit": item.operations,
                "used": bool(found),
                "users": len({use.consumer.key for use in found}),
                "rotationFollowed": follows.all_follow,
                "followers": follows.followers,
                "pinned": follows.others,
                "encrypts": any(use.encrypts for use in found),
                **_of_certificate(item),
            },
            sort=item.kind,
        )


def _of_certificate(item: Item) -> dict[str, Any]:
    if item.kind != "certificate":
        return {"issuer": None, "issuedByVault": None, "selfSigned": None}
    return {"issuer": item.issuer, "issuedByVault": item.issued_by_vault, "selfSigned": item.self_signed}


def _uses(keys: Keys) -> Iterator[Resource]:
    """One for each use.

    Properties that are not plain from their names:

    - `delivery`: how it gets there, see `Delivery`.
    - `vault`: the id of the vault, or its name where no source has it (`vaultKnown`), or null.
    - `pinned`: whether one version is named; `follows`: whether a new version arrives without anybody's doing, `how`
      why, and `withinSeconds` after how long at the latest, where Azure says so.
    - `certain`: a hole where it is this vault only because nothing else would fit; the fact is not certain then.
    - `sameRegion`: whether vault and consumer stand in one region; null where either has none, as what is global.
    - `stamp`, `vaultStamp`: the stamps of both; null for what stamps share.
    - `kept`: whether what runs keeps the value while the vault is away; null where nothing is read.
    - `privateLink`: whether one leads to the vault; `outage` how long the vault may be away, in words.
    """
    links = Links(keys.estate)
    for use in keys.uses:
        vault = keys.vaults.all.get(use.vault)
        follows = keys.following(use)
        private = links.private(vault.resource) if vault is not None else None
        yield fact(
            use.consumer,
            USE,
            _name(use),
            {
                "summary": use_words(use, follows.how),
                "consumer": use.consumer.id,
                "consumerType": use.consumer.type,
                "path": use.path,
                "vault": vault.resource.id if vault is not None else use.vault or None,
                "vaultKnown": vault is not None,
                "item": use.item,
                "kind": use.kind,
                "delivery": str(use.delivery),
                "pinned": use.pinned,
                "follows": follows.follows,
                "how": follows.how,
                "withinSeconds": follows.within,
                "encrypts": use.encrypts,
                "certain": use.certain,
                "sameRegion": _same_region(keys, use, vault),
                "stamp": keys.stamps.of(use.consumer),
                "vaultStamp": keys.stamps.of(vault.resource) if vault is not None else None,
                "kept": kept(use),
                "privateLink": private,
                "outage": outage(private),
            },
            origin=place_in(use.consumer, use.path),
            condition=use.certain,
            sort=str(use.delivery),
        )


def _name(use: Use) -> str:
    told = "\0".join((*map(str, use.told), use.via.id if use.via is not None else ""))
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def _same_region(keys: Keys, use: Use, vault: Vault | None) -> Any:
    return None if vault is None else keys.stamps.same_region(use.consumer, vault.resource)
