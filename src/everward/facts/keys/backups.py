"""Backups of vaults: what pipelines run, what tags record, and where a backup can be restored.

A backup of a vault is one of each of its objects. It is encrypted, and comes to life again only in a vault of the same
subscription and geography (MicrosoftDocs/azure-docs key-vault/general/backup, read 2026-11).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.keys.items import CERTIFICATE, KEY, SECRET, Vault, Vaults
from everward.facts.keys.reference import geography_of
from everward.facts.keys.times import moment
from everward.facts.shape import inner, items, properties, text_in
from everward.sources.pipelines.operations import TYPE
from everward.values import Unknown

_BACKUP: Final = re.compile(r"\bbackup\b", re.IGNORECASE)
_KINDS: Final = {SECRET: "secret", KEY: "key", CERTIFICATE: "certificate"}
_TAGS: Final = ("lastbackup", "backupdate", "lastbackupdate", "backedupat", "backupon")
"""Names of tags, in small letters, that record when a vault was backed up last."""
_NOT_LOOKED: Final = Unknown(
    reason="no repository was read, only what is deployed", decided_by=("a repository with its pipelines",)
)
_DEPLOYED: Final = frozenset({"inventory", "state"})
"""Sources beside which no pipelines stand."""
_SERVICES: Final = {
    "microsoft.keyvault/vaults": "Microsoft.KeyVault/vaults",
    "microsoft.keyvault/managedhsms": "Microsoft.KeyVault/managedHSMs",
}


@dataclass(frozen=True)
class Command:
    """A command of a pipeline that backs something up."""

    record: Resource
    target: str | Unknown | None
    """The name of the vault, a hole, or None where the command does not say."""
    kinds: frozenset[str]
    """What it backs up: `secret`, `key`, `certificate`; all of them for a module as a whole."""
    every: int | None
    """Days after which it runs again at the latest; None when nothing starts it but somebody."""

    @property
    def place(self) -> str:
        """Where it stands."""
        return str(self.record.origin)


@dataclass
class Backup:
    """What is known of the backups of one vault."""

    commands: list[Command] = field(default_factory=list)
    possible: list[Command] = field(default_factory=list)
    """Commands of which it is not known whether they are for this vault."""
    recorded: datetime | Unknown | None = None
    """When it was backed up last, by its tags."""
    looked: bool = True
    """Whether anything was read in which pipelines could stand."""

    @property
    def state(self) -> str | Unknown:
        """`scheduled`, `manual` (a pipeline that somebody starts), `recorded` (by a tag alone), or `none`."""
        if any(command.every is not None for command in self.commands):
            return "scheduled"
        if self.commands:
            return "manual"
        if isinstance(self.recorded, Unknown):
            return self.recorded
        if self.recorded is not None:
            return "recorded"
        if self.possible:
            return Unknown(reason="a pipeline backs up a vault that it names when it runs",
                           decided_by=tuple(command.place for command in self.possible))  # fmt: skip
        return "none" if self.looked else _NOT_LOOKED

    @property
    def every(self) -> int | None:
        """Days after which it is backed up again at the latest."""
        return min((command.every for command in self.commands if command.every is not None), default=None)

    def missing(self, vault: Vault) -> list[str]:
        """Kinds of objects that are in a vault, and that no command backs up."""
        covered = {kind for command in self.commands for kind in command.kinds}
        return [kind for kind in _KINDS if vault.holding(kind) and kind not in covered]


MOST_TARGETS: Final = 20
"""Vaults that are named as targets of a restore."""


class Backups:
    """The backups of an estate."""

    def __init__(self, estate: Estate, vaults: Vaults) -> None:
        self._vaults = vaults
        records = (item for reading in estate.readings for item in reading.elsewhere if item.type == TYPE)
        self._commands = [command for record in records if (command := _command(record)) is not None]
        self._looked = any(reading.source not in _DEPLOYED for reading in estate.readings)

    def of(self, vault: Vault) -> Backup:
        """What is known of the backups of a vault."""
        found = Backup(recorded=_recorded(vault.resource.tags), looked=self._looked)
        service = _SERVICES[vault.resource.type_key]
        same = [command for command in self._commands if _service(command) == service]
        alone = self._counts[vault.managed_hsm] == 1
        for command in same:
            if isinstance(command.target, str):
                if command.target.lower() == vault.resource.name.lower():
                    found.commands.append(command)
            elif alone:
                # There is no other that it could mean.
                found.commands.append(command)
            else:
                found.possible.append(command)
        return found

    def targets(self, vault: Vault) -> list[Vault]:
        """Other vaults to which a backup of this one can be restored, the first `MOST_TARGETS` of them."""
        place = _place(vault)
        found = self._places.get(place, ()) if place is not None else ()
        return list(islice((other for other in found if other is not vault), MOST_TARGETS))

    @cached_property
    def _counts(self) -> Counter[bool]:
        return Counter(vault.managed_hsm for vault in self._vaults.all.values())

    @cached_property
    def _places(self) -> dict[tuple[str, str, bool], list[Vault]]:
        """Vaults by where backups of them can be restored: an estate can have very many."""
        index: dict[tuple[str, str, bool], list[Vault]] = {}
        for vault in self._vaults.all.values():
            place = _place(vault)
            if place is not None:
                index.setdefault(place, []).append(vault)
        return index


def _place(vault: Vault) -> tuple[str, str, bool] | None:
    geography = geography_of(vault.resource.location)
    return None if geography is None else ((vault.resource.subscription or "").lower(), geography, vault.managed_hsm)


def _service(command: Command) -> str:
    return str(inner(properties(command.record.body), "service"))


def _command(record: Resource) -> Command | None:
    body = properties(record.body)
    name = text_in(body, "operation")
    if not isinstance(name, str) or not _BACKUP.search(name) or inner(body, "service") not in _SERVICES.values():
        return None
    lower = name.lower()
    kinds = frozenset(kind for kind, word in _KINDS.items() if word in lower.replace("keyvault", ""))
    every = [days for cron in items(inner(body, "schedules")) if (days := days_between(cron)) is not None]
    return Command(record, text_in(body, "target"), kinds or frozenset(_KINDS), min(every, default=None))


def days_between(cron: Any) -> int | None:
    """Days between two runs of a schedule at the most: 1, 7, 31 or 366; None for what is no schedule of five fields."""
    fields = cron.split() if isinstance(cron, str) else []
    if len(fields) != 5:
        return None
    day, month, weekday = (field_ in ("*", "?", "*/1") for field_ in fields[2:])
    if not month:
        return 366
    if day and weekday:
        return 1
    return 7 if not weekday else 31


def _recorded(tags: Any) -> datetime | Unknown | None:
    if isinstance(tags, Unknown):
        return None
    given = tags if isinstance(tags, dict) else {}
    for name, value in given.items():
        if isinstance(name, str) and re.sub(r"[^a-z]", "", name.lower()) in _TAGS:
            if isinstance(value, Unknown):
                return value
            found = moment(value)
            if found is not None:
                return found
    return None
