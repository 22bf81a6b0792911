"""Who depends on a vault by a right: what two analyses only tell together.

Analyses stay apart, each sees the estate as it was read. A question may put them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from everward.estate import Estate
from everward.facts.access.rights import Rights, Verdict
from everward.facts.keys.items import Vaults
from everward.facts.keys.uses import Delivery, Use

READING: Final = "Microsoft.KeyVault/vaults/secrets/getSecret/action"


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
