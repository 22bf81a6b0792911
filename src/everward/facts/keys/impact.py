"""What stops when a vault or a key is gone, out of reach, read-only or throttled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from everward.estate import Estate, Resource
from everward.facts.keys.items import Item, Vault, Vaults
from everward.facts.keys.uses import Use, uses
from everward.facts.shape import flag, inner, properties, text_in
from everward.values import Truth, Unknown, UsageError


class Event(StrEnum):
    """What can happen to a vault or a key."""

    DISABLED = "disabled"
    """Disabled, deleted or expired."""
    UNREACHABLE = "unreachable"
    """No path, or no answer, for minutes: a failover of the vault, a private endpoint that reconnects."""
    READ_ONLY = "readOnly"
    """During a failover a vault answers reads only."""
    THROTTLED = "throttled"
    """More requests than a vault takes."""


THROTTLE: Final = 4000
"""Reads of secrets that a vault takes in ten seconds, in one region: MicrosoftDocs/azure-docs key-vault/general/
service-limits, as of 2026-11."""
WINDOW: Final = 10.0
"""Seconds over which requests are counted."""


@dataclass(frozen=True)
class Effect:
    """What happens to one resource."""

    event: Event
    consumer: Resource
    what: str
    use: Use


@dataclass
class Impact:
    """What hangs on a vault, or on one item of it."""

    vault: Vault | None
    name: str
    """What was asked for."""
    item: Item | None = None
    effects: list[Effect] = field(default_factory=list)
    rate: float | None = None
    """Requests in ten seconds that polling makes, where it is known."""

    @property
    def dependants(self) -> list[Resource]:
        """Each resource that depends on it, once."""
        return list({effect.consumer.key: effect.consumer for effect in self.effects}.values())


class Keys:
    """Vaults, items and uses of an estate."""

    def __init__(self, estate: Estate, others: Iterable[Use] = ()) -> None:
        """`others` are uses that bodies do not tell, such as those by a right."""
        self.estate = estate
        self.vaults = Vaults(estate)
        self.uses = [*uses(estate, self.vaults), *others]

    def of_vault(self, key: str) -> list[Use]:
        """The uses of a vault, by its lower-case id or name."""
        return [use for use in self.uses if use.vault == key]

    def impact(self, text: str) -> Impact:
        """What hangs on a vault or an item that a user means: an id, or a name.

        Raises:
            UsageError: when nothing is called so, or several are: each stamp has a vault with the same names in it.

        """
        key = text.strip().rstrip("/").lower()
        vaults = [vault for vault in self.vaults.all.values() if key in (vault.key, vault.resource.name.lower())]
        if vaults:
            return self._whole(_only(vaults, text), text)
        found = [item for item in self.vaults.items.values() if key in (item.resource.key, item.name.lower())]
        if found:
            return self._single(_only(found, text), text)
        if any(use.vault == key for use in self.uses):
            return Impact(None, text, effects=effects_of(self.of_vault(key)))
        names = sorted({vault.resource.name for vault in self.vaults.all.values()})[:8]
        shown = ", ".join(f"`{name}`" for name in names)
        advice = f"there are {shown}" if names else "no source has a vault"
        raise UsageError(f"no vault and no key is called `{text}`", help=advice)

    def _whole(self, vault: Vault, text: str) -> Impact:
        found = self.of_vault(vault.key)
        return Impact(vault, text, effects=effects_of(found), rate=polling(self.estate, found))

    def _single(self, item: Item, text: str) -> Impact:
        found = [use for use in self.of_vault(item.vault) if use.item is None or use.item.lower() == item.name.lower()]
        return Impact(self.vaults.all.get(item.vault), text, item, effects_of(found))


Named = TypeVar("Named", Item, Vault)


def _only(found: Sequence[Named], text: str) -> Named:
    if len(found) > 1:
        ids = ", ".join(f"`{one.resource.id}`" for one in found[:8])
        raise UsageError(f"`{text}` are {len(found)} things", help=f"give the id: {ids}")
    return found[0]


def effects_of(found: Sequence[Use]) -> list[Effect]:
    """What each event does to each resource that uses a vault."""
    made: list[Effect] = []
    for event in Event:
        for use in found:
            what = _effect(event, use)
            if what:
                made.append(Effect(event, use.consumer, what, use))
    return made


def _effect(event: Event, use: Use) -> str:
    if use.encrypts:
        return {
            Event.DISABLED: "its data cannot be read or written until the key is back",
            Event.UNREACHABLE: "it keeps working for as long as it caches the key, then its data is out of reach",
        }.get(event, "")
    if use.kind == "certificate":
        return {
            Event.DISABLED: "it serves no renewed certificate: connections fail when the old one ends",
            Event.UNREACHABLE: "it keeps the certificate that it has",
            Event.READ_ONLY: "the certificate is not renewed",
        }.get(event, "")
    if event is Event.READ_ONLY:
        return "rotation and deployments that write secrets fail"
    if event is Event.THROTTLED:
        return "reads are refused: what starts or refreshes then has no secret"
    return "what runs keeps the value that it has; what starts has none and does not come up"


def polling(estate: Estate, found: Sequence[Use]) -> float | None:
    """Requests in ten seconds that mounted secrets make, by the rotation interval of the clusters."""
    classes = [use for use in found if use.consumer.type_key.endswith("/secretproviderclasses")]
    if not classes:
        return None
    intervals = [interval for cluster in _clusters(estate) if (interval := rotation_interval(cluster)) is not None]
    if not intervals:
        return None
    return len(classes) * WINDOW / min(intervals)


def _clusters(estate: Estate) -> Sequence[Resource]:
    return estate.of_type("Microsoft.ContainerService/managedClusters")


def rotation_interval(cluster: Resource) -> float | None:
    """Seconds after which the driver of a cluster asks for secrets again; None where it does not, or nobody knows."""
    addon = inner(properties(cluster.body), "addonProfiles", "azureKeyvaultSecretsProvider")
    if flag(addon, "enabled", default=False) is not True:
        return None
    if flag(inner(addon, "config"), "enableSecretRotation", default=False) is not True:
        return None
    written = text_in(inner(addon, "config"), "rotationPollInterval")
    return None if isinstance(written, Unknown) else seconds("2m" if written is None else written)


def seconds(text: str) -> float | None:
    """A duration such as `5m`, `1h30m` or `90s`; None for anything else."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    total, number = 0.0, ""
    for character in text.strip().lower():
        if character.isdigit() or character == ".":
            number += character
        elif character in units and number.strip("."):
            total += float(number) * units[character]
            number = ""
        else:
            return None
    return total if total and not number else None


def follows_rotation(item: Item, found: Sequence[Use]) -> Truth:
    """Whether everybody who uses an item takes its new versions: nobody names one version."""
    mine = [use for use in found if use.item is not None and use.item.lower() == item.name.lower()]
    return not any(use.pinned for use in mine)
