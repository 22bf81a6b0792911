"""Service tags: what Azure publishes of them, by date. Tags that depend on a network are not among them."""

from __future__ import annotations

import gzip
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from everward.facts.reach.addresses import Addresses, parse_addresses, union_of
from everward.values import data_file

FILE: Final = "service-tags.json.gz"

HOST: Final = Addresses(((0xA83F8110, 0xA83F8110),), ())
"""168.63.129.16: probes of load balancers, DHCP and DNS of the platform."""
METADATA: Final = Addresses(((0xA9FEA9FE, 0xA9FEA9FE),), ())
"""169.254.169.254: the instance metadata service."""

FIXED: Final[dict[str, Addresses]] = {
    "azureloadbalancer": HOST,
    "azureplatformdns": HOST,
    "azureplatformimds": METADATA,
}
"""Tags that the published file lacks and that are the same everywhere. `AzurePlatformLKM` is published nowhere."""

VIRTUAL_NETWORK: Final = "virtualnetwork"
INTERNET: Final = "internet"
LICENSING: Final = "azureplatformlkm"
COMPUTED: Final = frozenset({VIRTUAL_NETWORK, INTERNET, LICENSING, *FIXED})
"""Tags that no file holds."""


class TagFile(NamedTuple):
    """Published tags and where they come from."""

    source: str
    date: str
    change: int
    """The number of the publication."""
    tags: dict[str, dict[str, Any]]
    """By lower-case name."""


@cache
def published() -> TagFile:
    """The tags that the product carries."""
    data = msgspec.json.decode(gzip.decompress(data_file(FILE).read_bytes()))
    about = data["_provenance"]
    tags = {name.lower(): entry for name, entry in data["tags"].items()}
    return TagFile(about["source"], about["date"], about["changeNumber"], tags)


@cache
def tag_addresses(name: str) -> Addresses | None:
    """The addresses of a published tag or of one that is the same everywhere; None when there is no such tag."""
    key = name.lower()
    fixed = FIXED.get(key)
    if fixed is not None:
        return fixed
    entry = published().tags.get(key)
    if entry is None:
        return None
    parsed = (parse_addresses(text) for text in (*entry.get("v4", ()), *entry.get("v6", ())))
    return union_of(item for item in parsed if item is not None)
