"""What stops when a vault or a key is gone, out of reach, read-only or throttled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from everward.estate import Resource
from everward.facts.keys.effects import Effect, effects_of
from everward.facts.keys.items import Item, Vault
from everward.facts.keys.keyring import Keys
from everward.facts.keys.load import Load
from everward.facts.keys.uses import Use
from everward.values import UsageError

Named = TypeVar("Named", Item, Vault)
_SHOWN = 8


@dataclass
class Impact:
    """What hangs on a vault, or on one item of it."""

    vault: Vault | None
    name: str
    """What was asked for."""
    item: Item | None = None
    effects: list[Effect] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    load: Load = field(default_factory=Load)
    """What is asked of the vault, as far as it is known."""

    @property
    def dependants(self) -> list[Resource]:
        """Each resource that depends on it, once."""
        return list({use.consumer.key: use.consumer for use in self.uses}.values())


def impact_of(keys: Keys, text: str) -> Impact:
    """What hangs on a vault or an item that a user means: an id, a name, or `VAULT/NAME`.

    Raises:
        UsageError: when nothing is called so, or several are: each stamp has a vault with the same names in it.

    """
    key = text.strip().rstrip("/").lower()
    vaults = [vault for vault in keys.vaults.all.values() if key in (vault.key, vault.resource.name.lower())]
    if vaults:
        return _whole(keys, _only(vaults, text), text)
    found = [item for item in keys.vaults.items.values() if key in _names(item)]
    if found:
        return _single(keys, _only(found, text), text)
    apart = sorted({use.vault for use in keys.uses if key and key in (use.vault, use.vault.rpartition("/")[2])})
    if apart:
        uses = [use for name in apart for use in keys.of_vault(name)]
        return Impact(None, text, effects=effects_of(uses), uses=uses, load=keys.loads.of(apart[0]))
    names = sorted({vault.resource.name for vault in keys.vaults.all.values()})
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    advice = f"there are {shown}{more}" if len(names) > 1 else f"there is {shown}" if names else "no source has a vault"
    raise UsageError(f"no vault and no key is called `{text}`", help=advice)


def _names(item: Item) -> tuple[str, str, str]:
    vault = item.vault.rpartition("/")[2]
    return item.resource.key, item.name.lower(), f"{vault}/{item.name.lower()}"


def _whole(keys: Keys, vault: Vault, text: str) -> Impact:
    found = keys.of_vault(vault.key)
    return Impact(vault, text, None, effects_of(found, vault), found, keys.loads.of(vault.key))


def _single(keys: Keys, item: Item, text: str) -> Impact:
    found = keys.of_item(item)
    vault = keys.vaults.all.get(item.vault)
    return Impact(vault, text, item, effects_of(found, vault, item), found, keys.loads.of(item.vault))


def _only(found: Sequence[Named], text: str) -> Named:
    if len(found) > 1:
        ids = ", ".join(f"`{one.resource.id}`" for one in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise UsageError(f"`{text}` are {len(found)} things", help=f"give the id: {ids}{more}")
    return found[0]
