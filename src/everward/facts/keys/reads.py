"""What data sources of Terraform take out of vaults when a deployment runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from everward.facts.keys.items import Vault, Vaults
from everward.facts.shape import properties, text_in
from everward.sources.terraform.elsewhere import VAULT_READS
from everward.values import Unknown


class Read(NamedTuple):
    """What a data source reads."""

    vault: str
    """The lower-case id or name of the vault; empty where it is not known."""
    item: str | None
    kind: str
    """`secret`, `key`, `certificate`; empty for a vault itself."""


def reads_of(vaults: Vaults, holders: Mapping[Any, Vault]) -> dict[str, Read]:
    """What data sources read; vaults first, for the others may lead to them."""
    records = [item for reading in vaults.estate.readings for item in reading.elsewhere if item.type == VAULT_READS]
    found: dict[str, Read] = {}
    for record in sorted(records, key=lambda record: text_in(properties(record.body), "kind") != ""):
        body = properties(record.body)
        kind, name = text_in(body, "kind"), text_in(body, "name")
        called = name if isinstance(name, str) else None
        if not isinstance(kind, str):
            continue
        if not kind:
            vault = vaults.named(called) if called is not None else None
            found[record.name] = Read(vault.key if vault is not None else (called or "").lower(), None, "")
        else:
            found[record.name] = Read(_read_from(text_in(body, "vault"), holders, found), called, kind)
    return found


def _read_from(written: str | Unknown | None, holders: Mapping[Any, Vault], found: Mapping[str, Read]) -> str:
    if isinstance(written, Unknown):
        owner = written.decided_by[0].rpartition(".")[0] if len(written.decided_by) == 1 else ""
        if owner in holders:
            return holders[owner].key
        if owner in found:
            return found[owner].vault
        written = written.reference
    return written.rstrip("/").lower() if written is not None else ""
