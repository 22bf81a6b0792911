"""Front Door as it is written: profiles with endpoints, routes and origins; the classic resource has them inside it.

MicrosoftDocs/azure-docs frontdoor/front-door-routing-architecture, origin-security, private-link and
web-application-firewall/afds/afds-overview; Azure/bicep-types-az Microsoft.Cdn 2024-02 and Microsoft.Network/frontDoors
2021-06, read 2026-11. A route is served where its endpoint and it itself are enabled; an origin takes part where it is
enabled. Without `supportedProtocols` a route takes HTTP and HTTPS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.shape import flag, id_in, ids_in, inner, items, name_of, place_in, properties, text_in, texts_in
from everward.values import Origin, Truth, Unknown, all_of

PROFILE_TYPE: Final = "Microsoft.Cdn/profiles"
CLASSIC_TYPE: Final = "Microsoft.Network/frontDoors"
ENDPOINT_TYPE: Final = f"{PROFILE_TYPE}/afdEndpoints"
ROUTE_TYPE: Final = f"{ENDPOINT_TYPE}/routes"
GROUP_TYPE: Final = f"{PROFILE_TYPE}/originGroups"
ORIGIN_TYPE: Final = f"{GROUP_TYPE}/origins"
POLICY_TYPE: Final = f"{PROFILE_TYPE}/securityPolicies"
WAF_TYPE: Final = "Microsoft.Network/frontDoorWebApplicationFirewallPolicies"
_TIERS: Final = {"standard_azurefrontdoor": "standard", "premium_azurefrontdoor": "premium"}


class Backend(NamedTuple):
    """One origin of an edge."""

    resource: Resource
    """The origin, or the classic resource that it stands in."""
    name: str
    group: str
    """The lower-case name of its group."""
    host: str | Unknown | None
    enabled: Truth
    http: int
    https: int
    private_link: str | Unknown | None
    """The id of what a private link leads to."""
    approved: Truth
    """Whether the owner of the target approved the link."""
    origin: Origin


class Entrance(NamedTuple):
    """A name that an edge answers to, with a route of it."""

    resource: Resource
    """The endpoint, or the classic resource."""
    name: str
    route: str
    enabled: Truth
    http: Truth
    https: Truth
    group: str
    """The lower-case name of the group of origins that it leads to."""
    domains: tuple[str, ...]
    """Lower-case ids of the names that it answers to: custom domains, and the endpoint's own."""
    origin: Origin


class Wall(NamedTuple):
    """A policy of a web application firewall, and the names that it stands before."""

    id: str | Unknown
    domains: frozenset[str]
    whole: bool
    """Whether the names are known whole."""


@dataclass
class Edge:
    """One profile, or one classic Front Door."""

    resource: Resource
    tier: str
    """`standard`, `premium` or `classic`."""
    identity: str | Unknown
    """What it puts into `X-Azure-FDID`."""
    entrances: list[Entrance] = field(default_factory=list)
    backends: list[Backend] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)

    def routes_to(self, backend: Backend) -> list[Entrance]:
        """The entrances whose route leads to an origin."""
        return [item for item in self.entrances if item.group == backend.group]

    def serves(self, backend: Backend) -> Truth:
        """Whether requests get to an origin by some route."""
        routed = [all_of([item.enabled, backend.enabled]) for item in self.routes_to(backend)]
        if True in routed:
            return True
        return next((item for item in routed if isinstance(item, Unknown)), False)


def edges(estate: Estate) -> Iterator[Edge]:
    """Every Front Door."""
    for profile in estate.of_type(PROFILE_TYPE):
        sku = text_in(profile.body, "sku", "name")
        tier = _TIERS.get(sku.lower()) if isinstance(sku, str) else None
        if tier is None and not isinstance(sku, Unknown) and not estate.below(profile.id, ENDPOINT_TYPE):
            continue
        yield _profile(estate, profile, tier or "standard")
    for classic in estate.of_type(CLASSIC_TYPE):
        yield _classic(classic)


def other_networks(estate: Estate) -> Iterator[Resource]:
    """Profiles of content delivery networks that are no Front Door."""
    for profile in estate.of_type(PROFILE_TYPE):
        sku = text_in(profile.body, "sku", "name")
        known = isinstance(sku, str) and sku.lower() in _TIERS
        if not known and not isinstance(sku, Unknown) and not estate.below(profile.id, ENDPOINT_TYPE):
            yield profile


def _identity(resource: Resource, *names: str) -> str | Unknown:
    for name in names:
        found = text_in(properties(resource.body), name)
        if found is not None:
            return found
    own = resource.origin.address or resource.id
    return Unknown(reason="Azure makes up the id of a Front Door", decided_by=(f"{own}.resource_guid",), filled=True)


def _state(body: Any, name: str = "enabledState") -> Truth:
    return flag(body, name, default=True)


def _last(value: Any) -> str:
    found = id_in(value)
    if isinstance(found, Unknown):
        found = found.text
    return found.rpartition("/")[2].lower() if isinstance(found, str) else ""


# Standard and Premium


def _profile(estate: Estate, profile: Resource, tier: str) -> Edge:
    edge = Edge(profile, tier, _identity(profile, "frontDoorId"))
    for endpoint in estate.below(profile.id, ENDPOINT_TYPE):
        for route in estate.below(endpoint.id, ROUTE_TYPE):
            edge.entrances.append(_route(endpoint, route))
    for group in estate.below(profile.id, GROUP_TYPE):
        edge.backends += [_backend(item, group.name.lower()) for item in estate.below(group.id, ORIGIN_TYPE)]
    for policy in estate.below(profile.id, POLICY_TYPE):
        edge.walls.append(_wall(policy))
    return edge


def _route(endpoint: Resource, route: Resource) -> Entrance:
    body = properties(route.body)
    words = texts_in(inner(body, "supportedProtocols"))
    domains = [id_.lower() for id_ in ids_in(inner(body, "customDomains")) if isinstance(id_, str)]
    linked = flag(body, "linkToDefaultDomain", default=False)
    if linked is not False or not domains:
        domains.append(endpoint.key)
    truths = [_state(properties(endpoint.body)), _state(body), endpoint.condition, route.condition]
    return Entrance(
        endpoint,
        endpoint.name,
        route.name,
        all_of(truths),
        _speaks(words, "http"),
        _speaks(words, "https"),
        _last(inner(body, "originGroup")),
        tuple(domains),
        route.origin,
    )


def _speaks(words: tuple[str | Unknown, ...], word: str) -> Truth:
    if any(isinstance(item, str) and item.lower() == word for item in words):
        return True
    holes = [item for item in words if isinstance(item, Unknown)]
    return holes[0] if holes else not words


def _port(body: Any, name: str, default: int) -> int:
    found = inner(body, name)
    return found if isinstance(found, int) and 0 < found <= 65535 else default


def _backend(origin: Resource, group: str) -> Backend:
    body = properties(origin.body)
    shared = inner(body, "sharedPrivateLinkResource")
    link = shared if isinstance(shared, Unknown) else id_in(inner(shared, "privateLink"))
    return Backend(
        origin,
        origin.name,
        group,
        text_in(body, "hostName"),
        all_of([_state(body), origin.condition]),
        _port(body, "httpPort", 80),
        _port(body, "httpsPort", 443),
        link,
        _approved(shared),
        origin.origin,
    )


def _approved(shared: Any) -> Truth:
    status = text_in(shared, "status")
    if isinstance(status, str):
        return status.lower() == "approved"
    return Unknown(reason="the owner of the target must approve the private link")


def _wall(policy: Resource) -> Wall:
    parameters = inner(properties(policy.body), "parameters")
    found: set[str] = set()
    whole = not isinstance(parameters, Unknown)
    for item in items(inner(parameters, "associations")):
        for domain in items(inner(item, "domains")):
            id_ = id_in(domain)
            if isinstance(id_, str):
                found.add(id_.lower())
            else:
                whole = False
    waf = id_in(inner(parameters, "wafPolicy"))
    hole = Unknown(reason="the policy of the web application firewall is not known", decided_by=(policy.id,))
    return Wall(hole if waf is None else waf, frozenset(found), whole)


# Classic


def _classic(resource: Resource) -> Edge:
    body = properties(resource.body)
    edge = Edge(resource, "classic", _identity(resource, "frontdoorId"))
    state = _state(body)
    fronts = {name_of(item).lower(): item for item in items(inner(body, "frontendEndpoints"))}
    for item in items(inner(body, "routingRules")):
        edge.entrances.append(_classic_route(resource, item, state, sorted(fronts)))
    for pool in items(inner(body, "backendPools")):
        for index, item in enumerate(items(inner(properties(pool), "backends"))):
            edge.backends.append(_classic_backend(resource, name_of(pool), index, item))
    for name, item in fronts.items():
        link = id_in(inner(properties(item), "webApplicationFirewallPolicyLink"))
        if link is not None:
            edge.walls.append(Wall(link, frozenset({f"{resource.key}/frontendendpoints/{name}"}), whole=True))
    return edge


def _classic_route(resource: Resource, item: Any, state: Truth, fronts: list[str]) -> Entrance:
    body = properties(item)
    words = texts_in(inner(body, "acceptedProtocols"))
    named = [_last(one) for one in items(inner(body, "frontendEndpoints"))] or fronts
    group = _last(inner(body, "routeConfiguration", "backendPool"))
    return Entrance(
        resource,
        resource.name,
        name_of(item),
        all_of([state, _state(body), resource.condition]),
        _speaks(words, "http"),
        _speaks(words, "https"),
        group,
        tuple(f"{resource.key}/frontendendpoints/{name}" for name in named),
        resource.origin,
    )


def _classic_backend(resource: Resource, pool: str, index: int, item: Any) -> Backend:
    # Of a backend that is a hole nothing is known, a private link as little as a name.
    link = None if isinstance(item, Unknown) else id_in(inner(item, "privateLinkResourceId"))
    status = text_in(item, "privateEndpointStatus")
    doubt = Unknown(reason="the owner of the target must approve the private link")
    host = item if isinstance(item, Unknown) else text_in(item, "address")
    return Backend(
        resource,
        f"{pool}/{index}",
        pool.lower(),
        host,
        _state(item),
        _port(item, "httpPort", 80),
        _port(item, "httpsPort", 443),
        link,
        status.lower() == "approved" if isinstance(status, str) else doubt,
        place_in(resource, f"properties.backendPools[{pool}].properties.backends[{index}]"),
    )
