"""Whether a resource survives the loss of an availability zone.

MicrosoftDocs/azure-docs articles/reliability (reliability-firewall, -nat-gateway, -application-gateway-v2,
-virtual-network-gateway, -load-balancer) and virtual-network/ip-services/public-ip-addresses, read 2026-11: gateways of
the second version and Standard addresses without zones are spread by themselves, firewalls, internal frontends and NAT
gateways of the first version are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from everward.estate import Resource
from everward.facts.reach.publicips import sku_name
from everward.facts.shape import first, flag, id_in, inner, items, properties, text_in
from everward.values import Truth, Unknown, all_of, data_file


class Spread(NamedTuple):
    """How a resource stands in zones."""

    redundant: Truth
    zones: tuple[str, ...] | Unknown
    reason: str


@lru_cache(maxsize=1)
def zone_regions() -> frozenset[str]:
    """The regions that have zones, by their short names (`data/zone-regions.txt`)."""
    lines = data_file("zone-regions.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def short_region(location: Any) -> str | Unknown | None:
    """A region by its short name: `swedencentral` for `Sweden Central`."""
    return "".join(location.split()).lower() if isinstance(location, str) else location if _hole(location) else None


def _hole(value: Any) -> bool:
    return isinstance(value, Unknown)


def has_zones(location: Any) -> Truth:
    """Whether a region has zones."""
    region = short_region(location)
    if isinstance(region, Unknown):
        return region
    return region in zone_regions() if region is not None else Unknown(reason="the region is in no source")


def spread(resource: Resource) -> Spread | None:
    """How a resource stands in zones; None for types that no zone takes down by itself, or of which it is not known."""
    rule = _RULES.get(resource.type_key)
    return None if rule is None else rule(resource)


def listed_zones(value: Any) -> tuple[str, ...] | Unknown:
    """The zones of a list, in order and each once."""
    if isinstance(value, Unknown):
        return value
    found = list(items(value))
    holes = [item for item in found if isinstance(item, Unknown)]
    if holes:
        return holes[0]
    return tuple(sorted({str(item) for item in found if isinstance(item, str | int)}))


def by_list(zones: tuple[str, ...] | Unknown, *, without: tuple[Truth, str]) -> Spread:
    """By a list of zones; `without` says what is so where none are written."""
    if isinstance(zones, Unknown):
        return Spread(zones, zones, "its zones are not known")
    if not zones:
        return Spread(without[0], zones, without[1])
    if len(zones) == 1:
        return Spread(False, zones, f"it stands in zone {zones[0]} alone")
    return Spread(True, zones, f"it stands in zones {', '.join(zones)}")


def _own(resource: Resource) -> tuple[str, ...] | Unknown:
    return listed_zones(inner(resource.body, "zones"))


_NOWHERE_SAID: Final = (False, "it names no zones, so all of it may stand in one")
_BY_ITSELF: Final = (True, "without zones it is spread over those of its region")


def _named(resource: Resource) -> Spread:
    return by_list(_own(resource), without=_NOWHERE_SAID)


def _address(resource: Resource) -> Spread:
    sku = sku_name(resource.body)
    if isinstance(sku, Unknown):
        return Spread(sku, _own(resource), "its SKU is not known")
    if sku.lower() == "basic":
        return Spread(False, (), "addresses of the Basic SKU stand in no more than one zone")
    return by_list(_own(resource), without=_BY_ITSELF)


def _nat(resource: Resource) -> Spread:
    sku = sku_name(resource.body)
    if isinstance(sku, Unknown):
        return Spread(sku, _own(resource), "its SKU is not known")
    if sku.lower() == "standardv2":
        return Spread(True, _own(resource), "NAT gateways of the second version stand in every zone")
    zones = _own(resource)
    place = f"zone {zones[0]}" if isinstance(zones, tuple) and zones else "one zone, which Azure chooses"
    return Spread(False, zones, f"a NAT gateway of the SKU Standard stands in {place}")


def _gateway(resource: Resource) -> Spread:
    """An Application Gateway."""
    tier = text_in(first(inner(properties(resource.body), "sku"), inner(resource.body, "sku")), "tier")
    if isinstance(tier, str) and not tier.lower().endswith("_v2"):
        return Spread(False, (), "gateways of the first version know no zones")
    return by_list(_own(resource), without=_BY_ITSELF)


def _hybrid(resource: Resource) -> Spread:
    """A gateway for VPN or ExpressRoute, by its SKU."""
    sku = text_in(properties(resource.body), "sku", "name")
    if not isinstance(sku, str):
        hole = sku if isinstance(sku, Unknown) else Unknown(reason="its SKU is in no source")
        return Spread(hole, (), "its SKU is not known")
    kind = text_in(properties(resource.body), "gatewayType")
    express = isinstance(kind, str) and kind.lower() == "expressroute"
    name = sku.lower()
    good = name.endswith("az") or name == "ergwscale" or (not express and name.startswith("vpngw"))
    return Spread(good, (), f"gateways of the SKU {sku} {'stand' if good else 'do not stand'} in several zones")


def _balancer(resource: Resource) -> Spread:
    """A load balancer, by its frontends; those with public addresses stand where these do."""
    fronts = list(items(inner(properties(resource.body), "frontendIPConfigurations")))
    inside = [item for item in fronts if id_in(inner(properties(item), "publicIPAddress")) is None]
    basic = sku_name(resource.body)
    if isinstance(basic, str) and basic.lower() == "basic":
        return Spread(False, (), "load balancers of the Basic SKU know no zones")
    if not inside:
        return Spread(True, (), "it stands where its public addresses do")
    return _all_of(by_list(listed_zones(inner(item, "zones")), without=_NOWHERE_SAID) for item in inside)


def _all_of(parts: Iterable[Spread]) -> Spread:
    found = list(parts)
    truth = all_of(part.redundant for part in found)
    return next((part for part in found if part.redundant is truth), found[0])._replace(redundant=truth)


def _cluster(resource: Resource) -> Spread | None:
    """A cluster with pools of its own."""
    pools = list(items(inner(properties(resource.body), "agentPoolProfiles")))
    return _all_of(_pool_of(inner(pool, "availabilityZones")) for pool in pools) if pools else None


def _pool(resource: Resource) -> Spread:
    return _pool_of(inner(properties(resource.body), "availabilityZones"))


def _pool_of(zones: Any) -> Spread:
    return by_list(listed_zones(zones), without=_NOWHERE_SAID)


def _storage(resource: Resource) -> Spread:
    sku = text_in(inner(resource.body, "sku"), "name")
    if not isinstance(sku, str):
        hole = sku if isinstance(sku, Unknown) else Unknown(reason="its SKU is in no source")
        return Spread(hole, (), "its SKU is not known")
    good = "zrs" in sku.lower()
    return Spread(good, (), f"{sku} keeps copies in {'several zones' if good else 'one datacentre of the region'}")


def _cosmos(resource: Resource) -> Spread:
    listed = list(items(inner(properties(resource.body), "locations")))
    if not listed:
        return Spread(Unknown(reason="its regions are in no source"), (), "its regions are not known")
    parts = []
    for item in listed:
        said = flag(item, "isZoneRedundant", default=False)
        region = text_in(item, "locationName")
        where = region if isinstance(region, str) else "a region"
        words = f"{'spread over the zones of' if said is True else 'not spread over zones in'} {where}"
        parts.append(Spread(said, (), words))
    return _all_of(parts)


def _flagged(default: bool) -> Callable[[Resource], Spread]:
    def read(resource: Resource) -> Spread:
        said = flag(properties(resource.body), "zoneRedundant", default=default)
        return Spread(said, (), f"`zoneRedundant` is {'on' if said is True else 'off'}")

    return read


def _server(resource: Resource) -> Spread:
    mode = text_in(properties(resource.body), "highAvailability", "mode")
    if isinstance(mode, Unknown):
        return Spread(mode, (), "how it is kept available is not known")
    good = mode is not None and mode.lower() == "zoneredundant"
    words = "a standby stands in another zone" if good else "no standby stands in another zone"
    return Spread(good, (), words)


def _redis(resource: Resource) -> Spread:
    tier = text_in(properties(resource.body), "sku", "name")
    if isinstance(tier, str) and tier.lower() == "basic":
        return Spread(False, (), "a cache of the tier Basic is one node")
    doubt = Unknown(reason="whether a cache without zones is spread depends on its tier and its region")
    return by_list(_own(resource), without=(doubt, "it names no zones"))


_RULES: Final[dict[str, Callable[[Resource], Spread | None]]] = {
    "microsoft.network/publicipaddresses": _address,
    "microsoft.network/loadbalancers": _balancer,
    "microsoft.network/applicationgateways": _gateway,
    "microsoft.network/azurefirewalls": _named,
    "microsoft.network/natgateways": _nat,
    "microsoft.network/virtualnetworkgateways": _hybrid,
    "microsoft.compute/virtualmachinescalesets": _named,
    "microsoft.containerservice/managedclusters": _cluster,
    "microsoft.containerservice/managedclusters/agentpools": _pool,
    "microsoft.apimanagement/service": _named,
    "microsoft.web/serverfarms": _flagged(default=False),
    "microsoft.app/managedenvironments": _flagged(default=False),
    "microsoft.sql/servers/databases": _flagged(default=False),
    "microsoft.sql/managedinstances": _flagged(default=False),
    "microsoft.storage/storageaccounts": _storage,
    "microsoft.documentdb/databaseaccounts": _cosmos,
    "microsoft.dbforpostgresql/flexibleservers": _server,
    "microsoft.dbformysql/flexibleservers": _server,
    "microsoft.cache/redis": _redis,
}
