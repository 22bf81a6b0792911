"""Who depends on a vault by a right, and how it is reached: what two analyses only tell together.

Analyses stay apart, each sees the estate as it was read. A question may put them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from everward.estate import Estate, Resource
from everward.facts.access.rights import Rights, Verdict
from everward.facts.keys.items import Vaults
from everward.facts.keys.reference import reference
from everward.facts.keys.uses import Delivery, Use
from everward.facts.reach.paths import Networks
from everward.facts.reach.questions import INTERNET, Reply, ask
from everward.facts.reach.services import Service
from everward.values import Truth, UsageError

READING: Final = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
_HTTPS: Final = Service("tcp", ports=((443, 443),))
PRIVATE: Final = "private endpoint"


def readers(estate: Estate) -> Iterator[Use]:
    """Identities of the workload that may read the secrets of a vault: what runs as them depends on it."""
    vaults = Vaults(estate)
    if not vaults.all:
        return
    rights = Rights(estate)
    for vault in vaults.all.values():
        for principal, answer in rights.who_may(READING, vault.resource.id, data=True):
            if principal.resource is not None and answer.verdict is Verdict.ALLOWED:
                role = answer.proofs[0].grant.role.name
                path = f"may read secrets, by `{role}`"
                yield Use(principal.resource, path, vault.key, None, "secret", delivery=Delivery.RIGHT)


@dataclass(frozen=True)
class Approach:
    """How a vault is reached from somewhere."""

    source: str
    """`internet`, or the id of what asks."""
    ways: tuple[tuple[str, Truth], ...]
    """`public`, `service endpoint`, `private endpoint`, `network`, and whether each holds."""

    @property
    def reconnects(self) -> int | None:
        """Minutes that the only way may need after the vault has failed over, beyond those of the vault itself.

        A private link has to reconnect to the other region; where a public way holds too, nobody waits for that.
        """
        open_ways = [name for name, holds in self.ways if holds is not False]
        return reference().failover.private_link_minutes if open_ways == [PRIVATE] else None


def approaches(estate: Estate, vault: Resource, askers: Iterable[Resource]) -> Iterator[Approach]:
    """How a vault is reached from the Internet, and from each that asks and has a place in a network."""
    world = Networks(estate)
    for source in (INTERNET, *dict.fromkeys(asker.id for asker in askers)):
        try:
            replies = ask(world, source, vault.id, _HTTPS)
        except UsageError:
            # It stands in no subnet: services of the platform come from addresses of their own.
            continue
        yield Approach(source, tuple(_ways(replies)))


def _ways(replies: Iterable[Reply]) -> Iterator[tuple[str, Truth]]:
    seen: dict[str, Truth] = {}
    for reply in replies:
        for way in reply.ways:
            if way.name not in seen or seen[way.name] is False:
                seen[way.name] = way.holds
    yield from seen.items()
