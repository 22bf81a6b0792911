"""What Azure says of keys, with sources and dates: limits, what follows a new version, what stops without a key."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from everward.values import data_file

FILE: Final = "key-vault.json"

Item = TypeVar("Item")


class Limits(msgspec.Struct, frozen=True, rename="camel"):
    """Transactions that one vault takes in one region."""

    window: float
    """Seconds over which they are counted."""
    reads: int
    """Of secrets, certificates and the vault itself."""
    writes: int
    """New secrets, imported certificates and imported keys together."""
    subscription_factor: int
    """How many times the limit of a vault all vaults of a subscription may take together."""
    backup_versions: int
    """Versions of one object that a backup takes."""
    keys: dict[str, dict[str, int]]
    """Operations with keys, by `rsa-2048` and the like, then by `software` and `hsm`."""


class Failover(msgspec.Struct, frozen=True, rename="camel"):
    """What happens to a vault when its region is lost."""

    minutes: str
    private_link_minutes: int
    """How much longer a private link may need."""
    not_replicated: tuple[str, ...]
    """Regions that have a pair to which vaults are not replicated."""


class Follower(msgspec.Struct, frozen=True):
    """A service that takes new versions by itself."""

    hours: float
    source: str
    restart: str = ""
    """What makes it do so sooner."""


class Driver(msgspec.Struct, frozen=True, rename="camel"):
    """The secrets store driver of clusters."""

    poll_seconds: float
    """How often it asks when nothing is said."""
    source: str
    requests: str
    requests_source: str


class Loss(msgspec.Struct, frozen=True, rename="camel"):
    """A store without its key."""

    minutes: float
    """After which it stops."""
    source: str
    heal_minutes: float | None = None
    """Until then it comes back by itself when the key does."""


class HsmRole(msgspec.Struct, frozen=True):
    """A built-in role of local RBAC."""

    name: str
    manages: tuple[str, ...]


class Region(msgspec.Struct, frozen=True):
    """A region of the public cloud."""

    geography: str
    pair: str | None = None


class Reference(msgspec.Struct, frozen=True, rename="camel"):
    """The whole file."""

    provenance: dict[str, Any] = msgspec.field(name="_provenance")
    limits: Limits
    failover: Failover
    followers: dict[str, Follower]
    """By lower-case type; a part of a resource follows as the whole does."""
    csi: Driver
    losses: dict[str, Loss]
    """By lower-case type."""
    hsm_roles: dict[str, HsmRole]
    """By the id of the definition."""
    fips: dict[str, str]
    """Level by `hsmPlatform`, and of Managed HSM."""
    regions: dict[str, Region]
    """By programmatic name."""


@cache
def reference() -> Reference:
    """What the product carries.

    Raises:
        msgspec.ValidationError: when the file has another shape.

    """
    return msgspec.json.decode(data_file(FILE).read_bytes(), type=Reference)


def of_type(table: dict[str, Item], type_key: str) -> Item | None:
    """The entry of a type, or of what it is a part of."""
    parts = type_key.split("/")
    for length in range(len(parts), 1, -1):
        found = table.get("/".join(parts[:length]))
        if found is not None:
            return found
    return None


def region_name(written: Any) -> str | None:
    """A region as Azure's tools name it: `West Europe` is `westeurope`."""
    return written.replace(" ", "").lower() if isinstance(written, str) and written.strip() else None


def replica_of(written: Any) -> str | None:
    """The region to which a vault in a region is replicated; empty where to none, None where that is not known."""
    name = region_name(written) or ""
    region = reference().regions.get(name)
    if region is None:
        return None
    return "" if region.pair is None or name in reference().failover.not_replicated else region.pair


def geography_of(written: Any) -> str | None:
    """The geography in which a region stands: a backup can be restored there and nowhere else."""
    region = reference().regions.get(region_name(written) or "")
    return region.geography if region is not None else None
