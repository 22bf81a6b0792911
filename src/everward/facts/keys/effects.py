"""What each event does to each resource that uses a vault, and when: at once, later, at the next start, never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from everward.estate import Resource
from everward.facts.keys.items import Item, Vault
from everward.facts.keys.reference import of_type, reference, replica_of
from everward.facts.keys.uses import Delivery, Use


class Event(StrEnum):
    """What can happen to a vault or a key."""

    DISABLED = "disabled"
    """Disabled, deleted or expired."""
    UNREACHABLE = "unreachable"
    """No path, or no answer, for minutes: a failover of the vault, a private endpoint that reconnects."""
    READ_ONLY = "readOnly"
    """During a failover a vault answers reads only: no new versions, no changes of rights or of its firewall."""
    THROTTLED = "throttled"
    """More requests than a vault takes."""


class Timing(StrEnum):
    """When an effect is felt."""

    AT_ONCE = "atOnce"
    LATER = "later"
    """After some minutes or hours, though nothing else happens."""
    RESTART = "restart"
    """What runs lives on; what starts does not come up."""
    RENEWAL = "renewal"
    """It lives on until a new version is needed: the end of a certificate, the next deployment."""
    CONTINUES = "continues"
    """It goes on."""


@dataclass(frozen=True)
class Effect:
    """What happens to one resource."""

    event: Event
    consumer: Resource
    timing: Timing
    what: str
    use: Use
    minutes: float | None = None
    """After which it is felt at the latest, where Azure says so."""

    @property
    def stops(self) -> bool:
        """Whether anything of the consumer stops, now or later."""
        return self.timing is not Timing.CONTINUES


class _Said(NamedTuple):
    timing: Timing
    what: str
    minutes: float | None = None


_GATEWAY: Final = "microsoft.network/applicationgateways"
_DISKS: Final = ("microsoft.compute/", "microsoft.containerservice/managedclusters")
_LIVES: Final = "reads go on; new versions cannot be made"
_PODS: Final = "pods that start wait until the vault answers, so nothing scales out and no node is replaced"

_PLAIN: Final[dict[tuple[Delivery, Event], _Said]] = {
    (Delivery.CERTIFICATE, Event.DISABLED): _Said(
        Timing.RENEWAL, "it keeps the certificate that it has; connections fail when that one ends"
    ),
    (Delivery.CERTIFICATE, Event.UNREACHABLE): _Said(Timing.RENEWAL, "it keeps the certificate that it has"),
    (Delivery.CERTIFICATE, Event.READ_ONLY): _Said(Timing.RENEWAL, "the certificate is not renewed"),
    (Delivery.CERTIFICATE, Event.THROTTLED): _Said(Timing.CONTINUES, "it asks again later"),
    (Delivery.REFERENCE, Event.DISABLED): _Said(
        Timing.RESTART, "what runs keeps the value that it has; what starts gets the reference instead of the value"
    ),
    (Delivery.REFERENCE, Event.UNREACHABLE): _Said(
        Timing.RESTART, "what runs keeps the value that it has; what starts gets the reference instead of the value"
    ),
    (Delivery.REFERENCE, Event.READ_ONLY): _Said(Timing.CONTINUES, _LIVES),
    (Delivery.REFERENCE, Event.THROTTLED): _Said(Timing.RESTART, "what starts may get the reference instead"),
    (Delivery.MOUNTED, Event.DISABLED): _Said(Timing.RESTART, f"running pods keep their files; {_PODS}"),
    (Delivery.MOUNTED, Event.UNREACHABLE): _Said(Timing.RESTART, f"running pods keep their files; {_PODS}"),
    (Delivery.MOUNTED, Event.READ_ONLY): _Said(Timing.CONTINUES, _LIVES),
    (Delivery.MOUNTED, Event.THROTTLED): _Said(Timing.RESTART, f"running pods keep their files; {_PODS}"),
    (Delivery.ENVIRONMENT, Event.DISABLED): _Said(Timing.RESTART, f"running pods keep their environment; {_PODS}"),
    (Delivery.ENVIRONMENT, Event.UNREACHABLE): _Said(Timing.RESTART, f"running pods keep their environment; {_PODS}"),
    (Delivery.ENVIRONMENT, Event.READ_ONLY): _Said(Timing.CONTINUES, _LIVES),
    (Delivery.ENVIRONMENT, Event.THROTTLED): _Said(Timing.RESTART, f"running pods keep their environment; {_PODS}"),
    (Delivery.CLIENT, Event.DISABLED): _Said(Timing.AT_ONCE, "its requests fail; only what it caches lives on"),
    (Delivery.CLIENT, Event.UNREACHABLE): _Said(Timing.AT_ONCE, "its requests fail; only what it caches lives on"),
    (Delivery.CLIENT, Event.READ_ONLY): _Said(Timing.CONTINUES, "reads go on; what it writes is refused"),
    (Delivery.CLIENT, Event.THROTTLED): _Said(Timing.AT_ONCE, "requests are refused with 429"),
    (Delivery.DEPLOYMENT, Event.DISABLED): _Said(Timing.RENEWAL, "it keeps its copy; the next deployment fails"),
    (Delivery.DEPLOYMENT, Event.UNREACHABLE): _Said(Timing.RENEWAL, "it keeps its copy; the next deployment fails"),
    (Delivery.DEPLOYMENT, Event.READ_ONLY): _Said(Timing.CONTINUES, _LIVES),
    (Delivery.DEPLOYMENT, Event.THROTTLED): _Said(Timing.CONTINUES, "it keeps its copy"),
    (Delivery.RIGHT, Event.DISABLED): _Said(Timing.AT_ONCE, "what runs as it reads nothing more"),
    (Delivery.RIGHT, Event.UNREACHABLE): _Said(Timing.AT_ONCE, "what runs as it reads nothing more"),
    (Delivery.RIGHT, Event.READ_ONLY): _Said(Timing.CONTINUES, "what runs as it still reads"),
    (Delivery.RIGHT, Event.THROTTLED): _Said(Timing.AT_ONCE, "requests of what runs as it are refused with 429"),
}


def effects_of(found: Sequence[Use], vault: Vault | None = None, item: Item | None = None) -> list[Effect]:
    """What each event does to each use, and to the vault's own contents when a whole vault is asked for."""
    made: list[Effect] = []
    for event in _events(vault):
        for use in found:
            said = _said(event, use)
            made.append(Effect(event, use.consumer, said.timing, said.what, use, said.minutes))
        if event is Event.READ_ONLY:
            made += _writers(vault, item)
    return made


def _events(vault: Vault | None) -> Iterator[Event]:
    """What can happen to a vault: what no region replicates is not read-only for a while, it is out of reach."""
    alone = vault is not None and (vault.managed_hsm or replica_of(vault.resource.location) == "")
    yield from (event for event in Event if not (alone and event is Event.READ_ONLY))


def _said(event: Event, use: Use) -> _Said:
    if use.delivery is Delivery.ENCRYPTION:
        return _encrypted(event, use)
    type_key = use.consumer.type_key
    if use.delivery is Delivery.CERTIFICATE and type_key == _GATEWAY:
        hours = reference().followers[_GATEWAY].hours
        if event is Event.DISABLED:
            what = f"its listener is switched off when it looks again, within {hours:g} hours, and comes back as late"
            return _Said(Timing.LATER, what, hours * 60)
        if event is Event.UNREACHABLE:
            what = "it keeps the certificate while the network fails; a firewall that shuts it out stops its listener"
            return _Said(Timing.RENEWAL, what)
    return _PLAIN[use.delivery, event]


def _encrypted(event: Event, use: Use) -> _Said:
    if event is Event.READ_ONLY:
        return _Said(Timing.CONTINUES, "the key can be used; it cannot be rotated")
    loss = of_type(reference().losses, use.consumer.type_key)
    if event is Event.THROTTLED:
        return _Said(
            Timing.LATER, "requests for the key are refused; data stays in reach for as long as the key is held"
        )
    until = "the key is back" if event is Event.DISABLED else "the vault answers"
    if "azurekeyvaultkms" in use.path.lower():
        return _Said(Timing.LATER, f"secrets of the cluster cannot be read until {until}: nothing new starts")
    if use.consumer.type_key.startswith(_DISKS):
        what = f"machines shut down within an hour for want of their disks, and do not start until {until}"
        return _Said(Timing.LATER, what, loss.minutes if loss is not None else None)
    if loss is None:
        return _Said(Timing.LATER, f"once the service asks for the key again, data is out of reach until {until}")
    if loss.minutes <= 0:
        return _Said(Timing.AT_ONCE, f"data cannot be read or written until {until}", 0)
    what = f"within {loss.minutes:g} minutes data is out of reach until {until}"
    if loss.heal_minutes is not None:
        what += f"; after {loss.heal_minutes:g} minutes without it, somebody has to bring the database back"
    return _Said(Timing.LATER, what, loss.minutes)


def _writers(vault: Vault | None, item: Item | None) -> Iterator[Effect]:
    """The deployment that writes what is declared: it cannot while a vault is read-only."""
    declared = [entry for entry in ([item] if item is not None else vault.items if vault is not None else [])
                if entry.resource.source in ("terraform", "template")]  # fmt: skip
    if not declared:
        return
    holder = vault.resource if vault is not None and item is None else declared[0].resource
    count = len(declared)
    what = f"the deployment that writes {'it' if count == 1 else f'its {count} items'} fails until the vault is back"
    use = Use(holder, "", declared[0].vault, None, delivery=Delivery.DEPLOYMENT)
    yield Effect(Event.READ_ONLY, holder, Timing.RENEWAL, what, use)
