"""Stores as facts: whose key encrypts each, where it is, and whether a reason for a key of one's own is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.keys.following import Following
from everward.facts.keys.keyring import Keys
from everward.facts.keys.need import met, needed
from everward.facts.keys.outage import admits_services
from everward.facts.keys.reference import of_type, reference
from everward.facts.keys.stores import Store
from everward.facts.keys.uses import Use
from everward.facts.keys.words import store_words
from everward.values import Unknown

STORE: Final = "Keys/stores"
REASONS: Final = ("regulation", "cmk-reason", "cmkReason")
"""Tags that name what demands a key of one's own, in order: the first is what criteria ask for by default."""


def store_facts(keys: Keys) -> Iterator[Resource]:
    """One for each store of data, whoever owns its key.

    Properties that are not plain from their names:

    - `owner`: `service` or `customer`; `customerManaged` is whether it is the latter.
    - `vault`, `key`: the customer's key, null where the service owns it or no source says which; `keys` how many.
    - `through`: what holds the key for it: a disk encryption set, a cluster.
    - `double`: whether the platform encrypts once more beneath, with a key of its own (infrastructure encryption).
    - `pinned`: whether a version of the key is named; `follows`: whether a rotation of the key reaches it.
    - `keyRotates`: whether the vault makes new versions of the key by itself; null where the key is in no source.
    - `fips`: the level of what protects the customer's key; `fipsNeeded` the level that a tag (`fips`) of the store
      asks for, a number; `fipsMet` whether the key has that; null where nothing is asked for or the service owns the
      key.
    - `reason`: what the tag says that demands a key of one's own; null where no tag does. `tags` are all tags.
    - `sameRegion`: whether the vault of the key stands in the region of the store; a hole where no source has that
      vault.
    - `admitted`: whether the vault lets the service in that encrypts the store; null where the service owns the key.
    - `stopsWithinMinutes`: after which it stops without its key, where Azure says so.
    """
    for store in keys.stores:
        sort = "unknown" if isinstance(store.owner, Unknown) else store.owner
        yield fact(store.resource, STORE, "store", _told(keys, store), sort=sort)


def _told(keys: Keys, store: Store) -> dict[str, Any]:
    use = store.uses[0] if store.uses else None
    follows = [keys.following(one) for one in store.uses]
    item = keys.vaults.item(use.vault, use.kind, use.item) if use is not None and use.item is not None else None
    vault = keys.vaults.all.get(use.vault) if use is not None else None
    loss = of_type(reference().losses, store.resource.type_key)
    reason = _reason(store.resource.tags)
    fips = keys.vaults.fips(item) if item is not None else None
    need = needed(store.resource.tags)
    told = {
        "store": store.resource.id,
        "storeType": store.resource.type,
        "owner": store.owner,
        "customerManaged": store.customer_managed,
        "vault": vault.resource.id if vault is not None else (use.vault or None) if use is not None else None,
        "vaultKnown": vault is not None,
        "key": use.item if use is not None else None,
        "keys": len({(one.vault, one.item) for one in store.uses}),
        "through": store.through.id if store.through is not None else None,
        "double": store.double,
        "pinned": store.versioned,
        "follows": _follows(follows),
        "keyRotates": item.rotates if item is not None else None,
        "hardware": item.hardware if item is not None else None,
        "fips": fips,
        "fipsNeeded": need,
        "fipsMet": met(need, fips),
        "purgeProtected": vault.purge_protected if vault is not None else None,
        "sameRegion": keys.stamps.same_region(store.resource, vault.resource) if vault is not None else _unread(use),
        "admitted": admits_services(vault.resource) if vault is not None else _unread(use),
        "reason": reason,
        "tags": store.resource.tags,
        "stopsWithinMinutes": loss.minutes if loss is not None and store.owner != "service" else None,
    }
    return {"summary": f"{store_words(store, reason)}{_risks(told)}", **told}


def _risks(told: Mapping[str, Any]) -> str:
    """What can part a store from its key, as far as it is certain."""
    parts = [
        said
        for name, said in (
            ("sameRegion", "the vault stands in another region"),
            ("follows", "one version of the key is named"),
            ("admitted", "the vault lets no service in"),
        )
        if told[name] is False
    ]
    return f"; {', '.join(parts)}" if parts else ""


def _unread(use: Use | None) -> Unknown | None:
    """Why nothing is known of the vault of a store's key; None where there is no such key."""
    if use is None:
        return None
    shown = f"vault `{use.vault}`" if use.vault else "its vault"
    return Unknown(reason=f"no source has the {shown.removeprefix('its ')}", decided_by=(shown,))


def _follows(found: list[Following]) -> Any:
    """Whether every key of a store follows; null where there is none."""
    if not found:
        return None
    if any(one.follows is False for one in found):
        return False
    return next((one.follows for one in found if isinstance(one.follows, Unknown)), True)


def _reason(tags: Any) -> Any:
    """The text of the first tag that names a reason, a hole where tags are not known, or None."""
    if isinstance(tags, Unknown):
        return tags
    if not isinstance(tags, dict):
        return None
    given = {name.lower(): value for name, value in tags.items() if isinstance(name, str)}
    for name in REASONS:
        value = given.get(name.lower())
        if isinstance(value, Unknown) or (isinstance(value, str) and value.strip()):
            return value
    return None
