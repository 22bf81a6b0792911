"""What stands on the way from an entrance to the data of the same region, and whether one zone takes it down.

A path begins at a public address, a load balancer or an application, leads to what answers, out by the gateway of its
subnet, and to the stores of its region: those are what a request needs while it is served.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from everward.estate import Resource, Unresolved
from everward.facts.interface import fact
from everward.facts.reach.appliances import Appliances, appliance_of, nat_gateway
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import entries
from everward.facts.reach.ingress import CLUSTER_TYPE, ingresses
from everward.facts.reach.paths import Networks
from everward.facts.reach.zones import Spread, has_zones, short_region, spread
from everward.facts.shape import id_in, inner, items, properties, text_in
from everward.values import Truth, Unknown

PATH_ZONES: Final = "Reach/pathZones"

GATEWAY_TYPES: Final = ("Microsoft.Network/applicationGateways", "Microsoft.ApiManagement/service")
PLAN_TYPE: Final = "Microsoft.Web/serverfarms"
SITE_TYPE: Final = "Microsoft.Web/sites"
POOL_TYPE: Final = "Microsoft.ContainerService/managedClusters/agentPools"
EDGE_TYPES: Final = (
    "Microsoft.Cdn/profiles/originGroups/origins",
    "Microsoft.Network/frontDoors",
    "Microsoft.Network/trafficManagerProfiles",
    "Microsoft.Network/applicationGateways",
)
"""What leads clients to applications."""
STORE_TYPES: Final = (
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Sql/servers/databases",
    "Microsoft.Sql/managedInstances",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.DBforMySQL/flexibleServers",
    "Microsoft.Cache/redis",
)


class Part(NamedTuple):
    """One resource on a path, with what it does there."""

    resource: Resource
    role: str
    """`entrance`, `compute`, `egress`, `store`."""


class CriticalPath(NamedTuple):
    """A way from an entrance to the data of a region."""

    region: str | Unknown | None
    parts: tuple[Part, ...]


def critical_paths(world: Networks) -> Iterator[CriticalPath]:
    """Every path, in a stable order."""
    appliances = Appliances(world)
    seen: set[tuple[str, ...]] = set()
    stores = _stores(world)
    reached: set[str] = set()
    for parts, endpoint in _entrances(world):
        head = endpoint.resource.key.partition("/agentpools/")[0]
        if not parts and head in reached:
            continue
        reached.add(head)
        ways = [*parts, *_computes(world, endpoint.resource)]
        nat = nat_gateway(world, endpoint.subnet)
        ways += [] if nat is None else [Part(nat, "egress")]
        ways += [Part(item, "egress") for item in appliance_of(appliances, endpoint)]
        yield from _whole(world, ways, endpoint.resource, seen, stores)
    for type_ in GATEWAY_TYPES:
        for item in world.estate.of_type(type_):
            yield from _whole(world, [*_public(world, item), Part(item, "entrance")], item, seen, stores)
    for site in world.estate.of_type(SITE_TYPE):
        plan = id_in(inner(properties(site.body), "serverFarmId"))
        found = world.estate.find(plan) if isinstance(plan, str) else None
        if found is not None and _serves(world, site):
            yield from _whole(world, [Part(site, "entrance"), Part(found, "compute")], site, seen, stores)


def _serves(world: Networks, site: Resource) -> bool:
    """Whether clients are led to an application; where nothing leads clients anywhere, each is an entrance itself."""
    edges = [item for type_ in EDGE_TYPES for item in world.estate.of_type(type_)]
    return not edges or any(edge in edges for edge in world.estate.referrers.get(site.key, ()))


def _entrances(world: Networks) -> Iterator[tuple[list[Part], Endpoint]]:
    for entry in (*entries(world), *ingresses(world)):
        found = [world.estate.find(step.id) for step in entry.path if step.id]
        parts = [Part(item, "entrance") for item in found if item is not None and item is not entry.endpoint.resource]
        yield parts, entry.endpoint
    # Clusters serve too where the ways into them end inside a network, as those over Private Link do.
    for cluster in world.estate.of_type(CLUSTER_TYPE):
        for endpoint in world.endpoints.of(cluster.id)[:1]:
            yield [], endpoint


def _public(world: Networks, gateway: Resource) -> Iterator[Part]:
    for item in items(inner(properties(gateway.body), "frontendIPConfigurations")):
        id_ = id_in(inner(properties(item), "publicIPAddress"))
        found = world.estate.find(id_) if isinstance(id_, str) else None
        if found is not None:
            yield Part(found, "entrance")


def _computes(world: Networks, resource: Resource) -> Iterator[Part]:
    yield Part(resource, "compute")
    head = resource.id.lower().partition("/agentpools/")[0]
    cluster = world.estate.find(head)
    if cluster is not None and cluster.type_key == CLUSTER_TYPE.lower():
        if cluster is not resource:
            yield Part(cluster, "compute")
        for pool in world.estate.below(cluster.id, POOL_TYPE):
            if pool is not resource:
                yield Part(pool, "compute")


_Stores = dict[str, dict[str, Resource]]


def _whole(
    world: Networks, parts: list[Part], anchor: Resource, seen: set[tuple[str, ...]], held: _Stores
) -> Iterator[CriticalPath]:
    region = _region(world, anchor)
    stores = [Part(item, "store") for item in held.get(region, {}).values()] if isinstance(region, str) else []
    path = CriticalPath(region, tuple(dict.fromkeys((*parts, *stores))))
    key = tuple(part.resource.key for part in path.parts)
    if key not in seen:
        seen.add(key)
        yield path


def _region(world: Networks, resource: Resource) -> str | Unknown | None:
    """The region of a resource; a pool of nodes stands where its cluster does."""
    found = short_region(resource.location)
    if found is None:
        owner = world.estate.find(resource.id.rsplit("/", 2)[0])
        found = short_region(owner.location) if owner is not None else None
    return found


def _stores(world: Networks) -> _Stores:
    """The stores of each region, by their keys."""
    found: _Stores = {}
    serving = set(_serving(world))
    working = {_group(item) for type_ in _WORKING for item in world.estate.of_type(type_)} - serving
    for type_ in STORE_TYPES:
        for item in world.estate.of_type(type_):
            spoken = [text_in(one, "locationName") for one in items(inner(properties(item.body), "locations"))]
            apart = _stands_apart(world, item, working)
            for region in (short_region(place) for place in (item.location, *spoken)):
                if isinstance(region, str) and not apart:
                    found.setdefault(region, {})[item.key] = item
    return found


_WORKING: Final = (
    SITE_TYPE,
    "Microsoft.ContainerInstance/containerGroups",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Compute/virtualMachineScaleSets",
)
"""What computes, and may serve nobody: tools of tests do."""


def _serving(world: Networks) -> Iterator[str]:
    """The resource groups of what answers clients."""
    found = [endpoint.resource for _, endpoint in _entrances(world)]
    found += [item for type_ in GATEWAY_TYPES for item in world.estate.of_type(type_)]
    found += [site for site in world.estate.of_type(SITE_TYPE) if _serves(world, site)]
    for item in found:
        yield _group(item)


def _group(resource: Resource) -> str:
    return resource.key.partition("/providers/")[0]


def _stands_apart(world: Networks, store: Resource, working: set[str]) -> bool:
    """Whether a store is that of something which serves nobody: they share a group, which nothing outside refers to."""
    group = _group(store)
    return group in working and all(_group(item) == group for item in world.estate.referrers.get(store.key, ()))


def path_facts(world: Networks) -> Iterator[Resource | Unresolved]:
    """A fact for each resource on a path of which it is known how zones take it down."""
    found: dict[str, tuple[Part, list[CriticalPath]]] = {}
    for path in critical_paths(world):
        for part in path.parts:
            found.setdefault(part.resource.key, (part, []))[1].append(path)
    for part, paths in found.values():
        standing = spread(part.resource)
        if standing is not None:
            yield fact(part.resource, PATH_ZONES, "zones", _body(world, part, paths, standing))


def _body(world: Networks, part: Part, paths: list[CriticalPath], standing: Spread) -> dict[str, Any]:
    region = _region(world, part.resource)
    zoned: Truth = has_zones(region)
    return {
        "resource": part.resource.id,
        "resourceType": part.resource.type,
        "name": part.resource.name,
        "role": part.role,
        "location": region,
        "regionHasZones": zoned,
        "redundant": standing.redundant,
        "zones": list(standing.zones) if isinstance(standing.zones, tuple) else standing.zones,
        "reason": standing.reason,
        "path": [{"id": item.resource.id, "role": item.role} for item in paths[0].parts[:_SHOWN]],
        "paths": len(paths),
    }


_SHOWN: Final = 30
