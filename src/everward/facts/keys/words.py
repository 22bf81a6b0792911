"""What facts about keys say, in sentences without a full stop."""

from __future__ import annotations

from typing import Any, Final

from everward.estate import Resource
from everward.facts.keys.items import Item
from everward.facts.keys.rotation import Reach
from everward.facts.keys.stores import Store
from everward.facts.keys.uses import Use
from everward.values import Unknown, try_parse_id

_ROTATION: Final = {
    "automatic": "gets new versions by itself",
    "notify": "is not rotated; somebody is told before it ends",
    "none": "is not rotated by anything",
}
_EXPIRY: Final = {
    "passed": "has ended",
    "near": "ends soon",
    "none": "never ends",
}


def short(name: str) -> str:
    """A resource by its names; anything else as it is."""
    parsed = try_parse_id(name)
    return name if parsed is None else "/".join(parsed.names)


def what(use: Use) -> str:
    """What a use is of: `key `cmk` of vault `kv``."""
    vault = f"vault `{short(use.vault)}`" if use.vault else "a vault that is not known"
    return vault if use.item is None else f"{use.kind or 'item'} `{use.item}` of {vault}"


def item_words(item: Item, reach: Reach, expiry: str | Unknown, end: str | None) -> str:
    """How an item is rotated, who does not follow, and when it ends."""
    rotation = item.rotation
    parts = [f"whether it is rotated is not known ({rotation.reason})" if isinstance(rotation, Unknown)
             else _ROTATION[rotation]]  # fmt: skip
    if reach.others:
        users = "one user does" if reach.others == 1 else f"{reach.others} users do"
        parts.append(f"{users} not take new versions by themselves")
    if isinstance(expiry, str) and expiry in _EXPIRY:
        parts.append(_EXPIRY[expiry] + (f" ({end})" if end else ""))
    elif isinstance(expiry, Unknown):
        parts.append("its end is not known")
    return f"{item.kind} `{item.name}` of vault `{short(item.vault)}` {'; '.join(parts)}"


def use_words(use: Use, how: str) -> str:
    """Who takes what out of which vault, and what becomes of new versions."""
    encrypted = "is encrypted with" if use.encrypts else "takes"
    return f"`{short(use.consumer.id)}` {encrypted} {what(use)}: {how}"


def vault_words(vault: Resource, told: dict[str, Any]) -> str:
    """Who hangs on a vault, who shares it, and what is asked of it."""
    dependants, stamps = told["dependants"], told["usedByStamps"]
    parts = [f"{dependants} {'resource depends' if dependants == 1 else 'resources depend'} on vault `{vault.name}`"]
    if told["shared"]:
        parts.append(f"{len(stamps)} stamps{' and what they share' if told['usedByGlobal'] else ''} use it")
    if told["crossRegion"]:
        parts.append(f"{told['crossRegion']} of them from another region")
    if told["pollingMost"] is not None:
        parts.append(f"clusters read it up to {told['pollingMost']:.3g} times in ten seconds")
    if told["burst"]:
        parts.append(f"{told['burst']:,} times when all pods start at once")
    if told["items"] and told["backup"] == "none":
        parts.append("nothing backs it up")
    return ", ".join(parts)


def store_words(store: Store, reason: Any) -> str:
    """Whose key encrypts a store, and whether a reason is recorded."""
    name = f"`{short(store.resource.id)}`"
    if isinstance(store.owner, Unknown):
        return f"it is not known whose key encrypts {name}"
    if store.owner == "service":
        return f"{name} is encrypted with a key of the service"
    which = what(store.uses[0]) if store.uses else "a key of the customer's"
    recorded = f"demanded by {reason}" if isinstance(reason, str) else "no tag says what demands it"
    return f"{name} is encrypted with {which}, {recorded}"


def stamp_words(told: dict[str, Any]) -> str:
    """Whether a stamp has a vault of its own."""
    name = "what stamps share" if told["stamp"] is None else f"stamp `{short(told['stamp'])}`"
    own = [f"`{short(vault)}`" for vault in told["vaults"]]
    foreign = [f"`{short(vault)}`" for vault in told["foreign"]]
    has = f"has the vault {', '.join(own)}" if len(own) == 1 else f"has the vaults {', '.join(own)}"
    parts = [has if own else "has no vault of its own"]
    if foreign:
        parts.append(f"uses {', '.join(foreign)} from elsewhere")
    return f"{name} {' and '.join(parts)}"
