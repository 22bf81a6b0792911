"""Vaults as facts: who hangs on each, which stamps share it, and what is asked of it beside what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from everward.estate import Resource
from everward.facts.interface import fact
from everward.facts.keys.items import CERTIFICATE, KEY, SECRET, Vault
from everward.facts.keys.keyring import Keys
from everward.facts.keys.load import Load
from everward.facts.keys.reference import geography_of, reference, replica_of
from everward.facts.keys.times import text_of
from everward.facts.keys.uses import Delivery, Use
from everward.facts.keys.words import vault_words
from everward.values import Unknown

VAULT: Final = "Keys/vaults"


def vault_facts(keys: Keys, now: datetime, near: timedelta) -> Iterator[Resource]:
    """One for each vault and managed HSM.

    Properties that are not plain from their names:

    - The kind of the fact is `holding` where something is known to be in the vault, else `empty`.
    - `dependants`: resources that use it; `resourceGroups` theirs.
    - `stamp`: the stamp that has it, null for one that stands outside of all; `usedByStamps`: the stamps that use it;
      `usedByGlobal`: whether something outside of all stamps does; `shared`: whether more than one stamp, or a stamp
      and something outside, or another stamp than its own uses it.
    - `crossRegion`: how many users stand in another region.
    - `polling`, `pollingMost`: requests in ten seconds that clusters make of it, with the fewest and with the most
      pods; null where nothing is known to ask. `pollingShare`, `pollingMostShare`: parts of what a vault takes.
    - `burst`: requests when every pod starts at once; `burstShare` its part of what a vault takes in ten seconds.
    - `subscriptionShare`: what all vaults of its subscription and region are asked, as a part of what these take.
    - `loadComplete`: false when something asks of it that cannot be counted, so the numbers are least ones.
    - `loadShare`: the greatest of these shares, 0 where nothing is known to ask; `loadOpen`: 0, or a hole where
      something asks that cannot be counted.
    - `encrypts`: stores that are encrypted with its keys.
    - `hardwareKeys`, `softwareKeys`: of its keys those that are, and are not, in a hardware module.
    - `expired`, `ending`, `endless`: items that have ended, end soon, or never end.
    - `backup`: `scheduled` (a pipeline that the clock starts), `manual` (one that somebody starts), `recorded` (a tag
      says when), `none`; a hole when a pipeline backs up a vault that it names only when it runs.
    - `backupEveryDays`: days after which it is backed up again at the latest; `backupRecordedAt` and `backupAgeDays`:
      when it was, by its tag; null where nothing says so. `backupMissing`: kinds of objects in it that no command of a
      pipeline backs up; `backupPlaces`: where the commands stand.
    - `replica`: the region to which Azure replicates it, and that answers reads while its own is lost; empty where it
      stands in one region alone; null where that is not known, and for a managed HSM.
    - `geography`: where a backup of it can be restored, in its own subscription only; null when not known.
      `restoreTargets`: other vaults of the estate that stand there.
    """
    for vault in keys.vaults.all.values():
        found = keys.of_vault(vault.key)
        counts = {kind: len(vault.holding(kind)) for kind in (SECRET, KEY, CERTIFICATE)}
        ends = [item.expiry(now, near) for item in vault.items]
        told = {
            "vault": vault.resource.id,
            "items": len(vault.items),
            "secrets": counts[SECRET],
            "keys": counts[KEY],
            "certificates": counts[CERTIFICATE],
            "dependants": len({use.consumer.key for use in found}),
            "encrypts": len({use.consumer.key for use in found if use.encrypts}),
            "resourceGroups": sorted({use.consumer.resource_group or "" for use in found} - {""}),
            "premium": vault.premium,
            "managedHsm": vault.managed_hsm,
            "purgeProtected": vault.purge_protected,
            "hardwareKeys": sum(item.hardware is True for item in vault.holding(KEY)),
            "softwareKeys": sum(item.hardware is False for item in vault.holding(KEY)),
            "expired": ends.count("passed"),
            "ending": ends.count("near"),
            "endless": ends.count("none"),
            "geography": geography_of(vault.resource.location),
            "replica": _replica(vault),
            **_backup(keys, vault, now),
            **_load(keys, vault),
            **_stamps(keys, vault, found),
        }
        summary = vault_words(vault.resource, told)
        sort = "holding" if vault.items else "empty"
        yield fact(vault.resource, VAULT, "vault", {"summary": summary, **told}, sort=sort)


def _replica(vault: Vault) -> str | None:
    """Where a vault lives on when its region is lost."""
    return None if vault.managed_hsm else replica_of(vault.resource.location)


def _backup(keys: Keys, vault: Vault, now: datetime) -> dict[str, Any]:
    found = keys.backups.of(vault)
    recorded = found.recorded
    return {
        "backup": found.state,
        "backupEveryDays": found.every,
        "backupRecordedAt": recorded if isinstance(recorded, Unknown) else text_of(recorded),
        "backupAgeDays": (now - recorded).days if isinstance(recorded, datetime) else recorded,
        "backupMissing": found.missing(vault),
        "backupPlaces": [command.place for command in found.commands],
        "restoreTargets": [target.resource.id for target in keys.backups.targets(vault)],
    }


def _load(keys: Keys, vault: Vault) -> dict[str, Any]:
    load, limits = keys.loads.of(vault.key), reference().limits
    together = keys.loads.of_subscription(vault)
    shares = [
        _share(load.most if load.most is not None else load.least, limits.reads),
        _share(load.burst, limits.reads),
        _share(together, limits.reads * limits.subscription_factor),
    ]
    return {
        "polling": load.least,
        "pollingMost": load.most,
        "pollingShare": _share(load.least, limits.reads),
        "pollingMostShare": _share(load.most, limits.reads),
        "burst": load.burst,
        "burstShare": _share(load.burst, limits.reads),
        "subscriptionShare": _share(together, limits.reads * limits.subscription_factor),
        "loadComplete": load.complete,
        "loadShare": max((share for share in shares if share is not None), default=0),
        "loadOpen": _uncounted(keys, load, vault),
    }


def _uncounted(keys: Keys, load: Load, vault: Vault) -> int | Unknown:
    """Why what is asked of a vault cannot be counted; 0 where it can.

    A cluster with the driver in the stamp of the vault mounts something of it, whether or not its manifests were read.
    Where it is not known what a class mounts, everything in the vault is counted: the share is then the greatest one.
    """
    who = [part.who.name for part in load.parts if None in (part.most, part.burst)]
    open_ = [f"pods and mounted objects of `{name}`" for name in dict.fromkeys(who)]
    unread = keys.unread_clusters.get(keys.stamps.of(vault.resource) or "", ())
    open_ += [f"the manifests of what runs in `{cluster.name}`" for cluster in unread]
    if not open_:
        return 0
    return Unknown(
        reason="not everything that asks of this vault can be counted",
        decided_by=tuple(open_),
        origin=vault.resource.origin,
    )


def _share(amount: float | None, limit: float) -> float | None:
    return None if amount is None else round(amount / limit, 4)


def _stamps(keys: Keys, vault: Vault, found: Sequence[Use]) -> dict[str, Any]:
    own = keys.stamps.of(vault.resource)
    real = [use for use in found if use.delivery is not Delivery.RIGHT]
    users = [keys.stamps.of(use.consumer) for use in real]
    stamps = sorted({user for user in users if user is not None})
    outside = any(user is None for user in users)
    foreign = [stamp for stamp in stamps if own is not None and stamp != own]
    regions = [keys.stamps.same_region(use.consumer, vault.resource) for use in real]
    return {
        "stamp": own,
        "usedByStamps": stamps,
        "usedByGlobal": outside,
        "shared": len(stamps) > 1 or bool(foreign) or (bool(stamps) and outside),
        "crossRegion": sum(same is False for same in regions),
    }
