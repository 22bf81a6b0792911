"""Access policies of vaults, wherever they are written: in the vault, or in a resource of a template that adds some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.shape import inner, items, properties

_ADDED_TYPE: Final = "Microsoft.KeyVault/vaults/accessPolicies"
_TAKES_AWAY: Final = "remove"
"""The name of a resource that takes policies away; `add` and `replace` give them: schema of Microsoft.KeyVault/vaults/
accessPolicies, Azure/bicep-types-az, read 2026-11."""


class Listed(NamedTuple):
    """One access policy."""

    entry: Any
    """What is written, or a hole."""
    holder: Resource
    """The resource in which it is written."""
    number: int

    @property
    def path(self) -> str:
        """Where it stands in the body of its holder."""
        return f"properties.accessPolicies[{self.number}]"


def access_policies(estate: Estate, vault: Resource) -> Iterator[Listed]:
    """The access policies of a vault, those in it first."""
    added = [item for item in estate.below(vault.id, _ADDED_TYPE) if item.name.lower() != _TAKES_AWAY]
    for holder in (vault, *added):
        for index, entry in enumerate(items(inner(properties(holder.body), "accessPolicies"))):
            yield Listed(entry, holder, index)
