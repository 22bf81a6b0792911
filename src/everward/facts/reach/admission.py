"""Who may connect to the public endpoint of a service, by its own firewall. Authentication is another matter.

Each reader follows the service's page in MicrosoftDocs/azure-docs or its type in Azure/bicep-types-az, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import EVERYWHERE, NOWHERE, Addresses, is_anybody, parse_addresses
from everward.facts.reach.rules import Extent
from everward.facts.shape import id_in, inner, items, properties, text_in
from everward.values import Truth, Unknown, combine


class Openness(StrEnum):
    """How open a public endpoint is."""

    PUBLIC = "public"
    """To every address."""
    WIDE = "wide"
    """To so many addresses by its rules that anybody has one of them: `0.0.0.0/0`, or what comes to it."""
    AZURE = "azure"
    """To every address of Azure, other customers' included."""
    RESTRICTED = "restricted"
    """To some public addresses."""
    ENDPOINTS = "serviceEndpoints"
    """To subnets with service endpoints only."""
    CLOSED = "closed"
    """To none: private endpoints at most."""
    UNKNOWN = "unknown"


@dataclass
class Admission:
    """What the firewall of a service lets in at its public endpoint."""

    plane: str = "data"
    """Which door: `data`, `scm`, `api`."""
    listens: Truth = True
    """Whether there is a public endpoint at all."""
    everyone: Truth = False
    """Whether every address is let in."""
    azure: Truth = False
    """Whether every address of Azure is let in."""
    addresses: Extent = field(default_factory=lambda: Extent(NOWHERE, NOWHERE))
    """Public addresses that rules let in."""
    subnets: tuple[tuple[str | Unknown, Truth], ...] = ()
    """Subnets that rules let in, and whether the service endpoint is needed there (False: it is not)."""
    trusted: tuple[str, ...] = ()
    """Services of Azure that come in past the rules."""
    deciding: tuple[str, ...] = ()
    """Paths of the properties that decide, the most telling first."""
    holes: tuple[Unknown, ...] = ()

    @property
    def openness(self) -> Openness:
        """How open it is."""
        if self.listens is False:
            return Openness.CLOSED
        if self.listens is True and self.everyone is True:
            return Openness.PUBLIC
        if self.listens is True and is_anybody(self.addresses.sure):
            return Openness.WIDE
        if self.listens is not True or self.everyone is not False or self.azure not in (True, False):
            return Openness.UNKNOWN
        if self.azure is True:
            return Openness.AZURE
        if self.addresses.sure:
            return Openness.RESTRICTED
        if self.addresses.most:
            return Openness.UNKNOWN
        return Openness.ENDPOINTS if self.subnets else Openness.CLOSED

    def admits(self, address: Addresses, *, from_azure: bool = False) -> Truth:
        """Whether every one of some public addresses is let in."""
        if self.listens is False:
            return False
        wide: Truth = self.azure if from_azure else False
        answer: Truth
        if self.everyone is True or wide is True or self.addresses.sure.covers(address):
            answer = True
        elif self.everyone is False and wide is False and not self.addresses.most.meets(address):
            answer = False
        else:
            answer = _hole(self)
        if answer is True and self.listens is not True:
            return self.listens
        return answer

    def admits_subnet(self, id: str) -> Truth:
        """Whether a subnet with the service endpoint is let in."""
        if self.listens is not True:
            return self.listens
        if self.everyone is True:
            return True
        wanted = id.lower()
        if any(isinstance(subnet, str) and subnet.lower() == wanted for subnet, _ in self.subnets):
            return True
        holes = [subnet for subnet, _ in self.subnets if isinstance(subnet, Unknown)]
        if holes or self.everyone is not False:
            return combine([*holes, *([self.everyone] if isinstance(self.everyone, Unknown) else [])])
        if self.azure is not False:
            return Unknown(reason="whether a rule for all of Azure lets in who comes by a service endpoint decides")
        return False


def _hole(admission: Admission) -> Unknown:
    own = [item for item in (admission.listens, admission.everyone, admission.azure) if isinstance(item, Unknown)]
    holes = [*own, *admission.holes]
    return combine(holes) if holes else Unknown(reason="only some of the addresses are let in")


class _Doors:
    """Helps readers: what was met on the way is remembered."""

    def __init__(self, resource: Resource, estate: Estate) -> None:
        self.resource = resource
        self.estate = estate
        body = properties(resource.body)
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        self.holes: list[Unknown] = [body] if isinstance(body, Unknown) else []
        if resource.opaque:
            self.holes.append(Unknown(reason="nothing but its existence is known", decided_by=(resource.id,)))

    @property
    def unread(self) -> Unknown | None:
        """Set when nothing is known of the body."""
        return self.holes[0] if self.holes else None

    def enabled(self, *path: str, default: bool = True) -> Truth:
        """A switch that says `Enabled`, `Disabled` or, of perimeters, `SecuredByPerimeter`."""
        value = inner(self.body, *(path or ("publicNetworkAccess",)))
        if isinstance(value, Unknown | bool):
            return value
        if not isinstance(value, str):
            return default
        if value.lower() == "securedbyperimeter":
            return Unknown(reason="a network security perimeter decides, which is not modelled")
        return value.lower() not in ("disabled", "false")

    def default_allows(self, *path: str, otherwise: bool) -> Truth:
        """A default action."""
        value = text_in(self.body, *path)
        if isinstance(value, Unknown):
            return value
        return otherwise if value is None else value.lower() == "allow"

    def addresses(self, listed: Any, *keys: str) -> Extent:
        """The addresses of rules: texts, or objects with one of the keys."""
        sure = most = NOWHERE
        for item in items(listed):
            value = item
            if isinstance(item, dict):
                value = next((found for key in keys if (found := inner(item, key)) is not None), None)
                action = inner(item, "action")
                if isinstance(action, Unknown):
                    self.holes.append(action)
                    most = EVERYWHERE
                    continue
                if isinstance(action, str) and action.lower() != "allow":
                    continue
            for text in value.split(",") if isinstance(value, str) else [value]:
                parsed = parse_addresses(text) if isinstance(text, str) and text.strip() else None
                if parsed is not None:
                    sure = sure.union(parsed)
                elif isinstance(text, Unknown):
                    self.holes.append(text)
                    most = EVERYWHERE
                elif isinstance(text, str) and text.strip():
                    self.holes.append(Unknown(reason=f"`{text.strip()}` is no address that is known here"))
                    most = EVERYWHERE
        return Extent(sure, most.union(sure))

    def subnets(self, listed: Any, *keys: str) -> tuple[tuple[str | Unknown, Truth], ...]:
        """The subnets of rules."""
        found: list[tuple[str | Unknown, Truth]] = []
        for item in items(listed):
            if isinstance(item, Unknown):
                found.append((item, True))
                continue
            id_ = next((made for key in keys if (made := id_in(inner(item, *key.split(".")))) is not None), None)
            ignore = inner(item, "ignoreMissingVnetServiceEndpoint")
            if id_ is not None:
                found.append((id_, not ignore if isinstance(ignore, bool) else True))
        return tuple(found)

    def bypass(self, *path: str, default: str) -> tuple[str, ...]:
        """Services that come in past the rules."""
        value = text_in(self.body, *path)
        if isinstance(value, Unknown):
            self.holes.append(value)
            return ()
        words = (value if value is not None else default).split(",")
        return tuple(word.strip() for word in words if word.strip() and word.strip().lower() != "none")


Reader = Callable[[_Doors], Iterator[Admission]]


def _acl(default_bypass: str, closed_by_default: bool = False) -> Reader:
    """Services with `networkAcls`: absent ones, or ones that allow by default, let everyone in."""

    def read(doors: _Doors) -> Iterator[Admission]:
        acl = inner(doors.body, "networkAcls")
        everyone: Truth
        if isinstance(acl, Unknown):
            everyone = acl
        else:
            everyone = doors.default_allows("networkAcls", "defaultAction", otherwise=not closed_by_default)
        yield Admission(
            listens=doors.enabled(),
            everyone=everyone,
            addresses=doors.addresses([*items(inner(acl, "ipRules")), *items(inner(acl, "ipv6Rules"))], "value"),
            subnets=doors.subnets(inner(acl, "virtualNetworkRules"), "id"),
            trusted=doors.bypass("networkAcls", "bypass", default=default_bypass),
            deciding=("properties.networkAcls.defaultAction", "properties.publicNetworkAccess"),
        )

    return read


def _cosmos(doors: _Doors) -> Iterator[Admission]:
    rules = inner(doors.body, "ipRules")
    old = inner(doors.body, "ipRangeFilter")
    listed = [*items(rules), *(old.split(",") if isinstance(old, str) and old else items(old))]
    wide = False
    kept = []
    for item in listed:
        text = inner(item, "ipAddressOrRange") if isinstance(item, dict) else item
        if isinstance(text, str) and text.strip() == "0.0.0.0":  # noqa: S104 - a rule of the service, not a socket
            wide = True
        else:
            kept.append(text)
    filtered = inner(doors.body, "isVirtualNetworkFilterEnabled")
    subnets = doors.subnets(inner(doors.body, "virtualNetworkRules"), "id")
    everyone: Truth = not listed and filtered is not True
    if isinstance(rules, Unknown):
        everyone = rules
    elif isinstance(filtered, Unknown) and not listed:
        everyone = filtered
    yield Admission(
        listens=doors.enabled(),
        everyone=everyone,
        azure=wide,
        addresses=doors.addresses(kept, "ipAddressOrRange"),
        subnets=subnets,
        trusted=doors.bypass("networkAclBypass", default="None"),
        deciding=("properties.ipRules", "properties.isVirtualNetworkFilterEnabled", "properties.publicNetworkAccess"),
    )


def _sql(child_type: str, *, subnets: str | None = None, network: bool = False) -> Reader:
    """Database servers: rules are resources below them, none means closed, and 0.0.0.0 means all of Azure."""

    def read(doors: _Doors) -> Iterator[Admission]:
        path = ("network", "publicNetworkAccess") if network else ("publicNetworkAccess",)
        listens = doors.enabled(*path)
        delegated = id_in(inner(doors.body, "network", "delegatedSubnetResourceId")) if network else None
        if isinstance(delegated, Unknown):
            # Perhaps null: then the server is public.
            listens = delegated if listens is not False else False
        elif delegated is not None:
            listens = False
        sure = most = NOWHERE
        azure: Truth = False
        for rule in doors.estate.below(doors.resource.id, child_type):
            body = properties(rule.body)
            first, last = text_in(body, "startIpAddress"), text_in(body, "endIpAddress")
            if first == last == "0.0.0.0":  # noqa: S104 - a rule of the service, not a socket
                azure = azure if azure is True else rule.condition
                continue
            extent = _range_of(doors, rule, "startIpAddress", "endIpAddress")
            sure, most = sure.union(extent.sure), most.union(extent.most)
        for rule in doors.estate.below(doors.resource.id, "Microsoft.Sql/servers/ipv6FirewallRules") if subnets else ():
            extent = _range_of(doors, rule, "startIPv6Address", "endIPv6Address")
            sure, most = sure.union(extent.sure), most.union(extent.most)
        children = doors.estate.below(doors.resource.id, subnets) if subnets is not None else ()
        found: list[tuple[str | Unknown, Truth]] = []
        for child in children:
            id_ = id_in(inner(properties(child.body), "virtualNetworkSubnetId"))
            ignore = inner(properties(child.body), "ignoreMissingVnetServiceEndpoint")
            if id_ is not None:
                found.append((id_, not ignore if isinstance(ignore, bool) else True))
        yield Admission(
            listens=listens,
            azure=azure,
            addresses=Extent(sure, most.union(sure)),
            subnets=tuple(found),
            deciding=("properties." + ".".join(path),),
        )

    return read


def _none_of(conditions: Sequence[Truth]) -> Truth:
    """Whether none of some resources is there."""
    holes = [item for item in conditions if isinstance(item, Unknown)]
    if True in conditions:
        return False
    return combine(holes) if holes else True


def _range_of(doors: _Doors, rule: Resource, first: str, last: str) -> Extent:
    """The addresses of a rule that is a resource of its own; all perhaps, where it cannot be read or may not be."""
    ends = [text_in(properties(rule.body), name) for name in (first, last)]
    holes = [item for item in (*ends, rule.condition) if isinstance(item, Unknown)]
    parsed = parse_addresses(f"{ends[0]}-{ends[1]}") if not holes else None
    if parsed is not None:
        return Extent(parsed, parsed)
    doors.holes += holes or [Unknown(reason=f"the addresses of `{rule.name}` are no addresses")]
    return Extent(NOWHERE, EVERYWHERE)


def _messaging(doors: _Doors) -> Iterator[Admission]:
    """Event Hubs and Service Bus: rules stand in `networkRuleSets/default`; without any, everyone comes in."""
    type_ = f"{doors.resource.type}/networkRuleSets"
    sets = list(doors.estate.below(doors.resource.id, type_))
    body = properties(sets[0].body) if sets else inner(doors.body, "networkRuleSets")
    rules = body if isinstance(body, dict) else {}
    addresses = doors.addresses(inner(rules, "ipRules"), "ipMask", "value")
    subnets = doors.subnets(inner(rules, "virtualNetworkRules"), "subnet", "subnet.id", "id")
    action = text_in(rules, "defaultAction")
    everyone: Truth = action if isinstance(action, Unknown) else (action or "Allow").lower() == "allow"
    if isinstance(body, Unknown):
        everyone = body
    elif everyone is False and not addresses.most and not subnets:
        # Event Hubs, network security: "if there are no IP and virtual network rules, all the traffic flows".
        everyone = True
    listens = doors.enabled()
    own = doors.enabled("publicNetworkAccess") if not rules else _switch(rules, listens)
    trusted = inner(rules, "trustedServiceAccessEnabled")
    yield Admission(
        listens=own,
        everyone=everyone,
        addresses=addresses,
        subnets=subnets,
        trusted=("AzureServices",) if trusted is True else (),
        deciding=("properties.publicNetworkAccess",),
    )


def _switch(rules: dict[str, Any], otherwise: Truth) -> Truth:
    value = text_in(rules, "publicNetworkAccess")
    if value is None:
        return otherwise
    said: Truth = value if isinstance(value, Unknown) else value.lower() != "disabled"
    return said if otherwise is not False else False


def _registry(doors: _Doors) -> Iterator[Admission]:
    rules = inner(doors.body, "networkRuleSet")
    everyone = (
        rules if isinstance(rules, Unknown) else doors.default_allows("networkRuleSet", "defaultAction", otherwise=True)
    )
    yield Admission(
        listens=doors.enabled(),
        everyone=everyone,
        addresses=doors.addresses(inner(rules, "ipRules"), "value"),
        subnets=doors.subnets(inner(rules, "virtualNetworkRules"), "id"),
        trusted=doors.bypass("networkRuleBypassOptions", default="AzureServices"),
        deciding=("properties.networkRuleSet.defaultAction", "properties.publicNetworkAccess"),
    )


def _search(doors: _Doors) -> Iterator[Admission]:
    addresses = doors.addresses(inner(doors.body, "networkRuleSet", "ipRules"), "value")
    yield Admission(
        listens=doors.enabled(),
        everyone=not addresses.most,
        addresses=addresses,
        trusted=doors.bypass("networkRuleSet", "bypass", default="None"),
        deciding=("properties.networkRuleSet.ipRules", "properties.publicNetworkAccess"),
    )


def _cache(doors: _Doors) -> Iterator[Admission]:
    """A cache without rules is open; with rules, only their addresses come in; one in a subnet is private."""
    rules = list(doors.estate.below(doors.resource.id, f"{doors.resource.type}/firewallRules"))
    sure = most = NOWHERE
    for rule in rules:
        extent = _range_of(doors, rule, "startIP", "endIP")
        sure, most = sure.union(extent.sure), most.union(extent.most)
    subnet = id_in(inner(doors.body, "subnetId"))
    listens = doors.enabled()
    if subnet is not None and listens is not False:
        # Perhaps null: then the cache is public.
        listens = subnet if isinstance(subnet, Unknown) else False
    yield Admission(
        listens=listens,
        # The first rule closes the cache for all others, where it is made.
        everyone=_none_of([rule.condition for rule in rules]),
        addresses=Extent(sure, most.union(sure)),
        deciding=("properties.publicNetworkAccess",),
    )


def _configuration(doors: _Doors) -> Iterator[Admission]:
    """App Configuration: without a word, public access is on until a private endpoint exists."""
    value = inner(doors.body, "publicNetworkAccess")
    private = value is None and bool(has_private_endpoint(doors.resource, doors.estate))
    yield Admission(
        listens=False if private else doors.enabled(), everyone=True, deciding=("properties.publicNetworkAccess",)
    )


def _switched(*path: str) -> Reader:
    """Services whose public access is only on or off."""

    def read(doors: _Doors) -> Iterator[Admission]:
        names = path or ("publicNetworkAccess",)
        yield Admission(listens=doors.enabled(*names), everyone=True, deciding=(f"properties.{'.'.join(names)}",))

    return read


def _cluster(doors: _Doors) -> Iterator[Admission]:
    """The API server of AKS. Private clusters have no public endpoint; no ranges, or an empty list, let everyone in."""
    profile = inner(doors.body, "apiServerAccessProfile")
    private = inner(profile, "enablePrivateCluster")
    ranges = inner(profile, "authorizedIPRanges")
    listed = list(items(ranges))
    everyone: Truth = ranges if isinstance(ranges, Unknown) else not listed
    kept = [item for item in listed if not (isinstance(item, str) and item.strip() == "0.0.0.0/32")]
    listens: Truth
    if isinstance(profile, Unknown):
        listens = everyone = profile
    else:
        listens = private if isinstance(private, Unknown) else private is not True
    yield Admission(
        plane="api",
        listens=listens,
        everyone=everyone,
        addresses=doors.addresses(kept),
        deciding=(
            "properties.apiServerAccessProfile.authorizedIPRanges",
            "properties.apiServerAccessProfile.enablePrivateCluster",
        ),
    )


def _management(doors: _Doors) -> Iterator[Admission]:
    kind = text_in(doors.body, "virtualNetworkType")
    internal: Truth = kind if isinstance(kind, Unknown) else (kind or "None").lower() == "internal"
    listens = doors.enabled()
    if internal is True:
        listens = False
    elif isinstance(internal, Unknown) and listens is True:
        listens = internal
    yield Admission(
        listens=listens,
        everyone=True,
        deciding=("properties.virtualNetworkType", "properties.publicNetworkAccess"),
    )


READERS: Final[dict[str, Reader]] = {
    "microsoft.storage/storageaccounts": _acl("AzureServices"),
    "microsoft.keyvault/vaults": _acl("AzureServices"),
    "microsoft.keyvault/managedhsms": _acl("AzureServices"),
    "microsoft.cognitiveservices/accounts": _acl("None"),
    "microsoft.documentdb/databaseaccounts": _cosmos,
    "microsoft.sql/servers": _sql(
        "Microsoft.Sql/servers/firewallRules", subnets="Microsoft.Sql/servers/virtualNetworkRules"
    ),
    "microsoft.dbforpostgresql/flexibleservers": _sql(
        "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", network=True
    ),
    "microsoft.dbformysql/flexibleservers": _sql("Microsoft.DBforMySQL/flexibleServers/firewallRules", network=True),
    "microsoft.dbforpostgresql/servers": _sql(
        "Microsoft.DBforPostgreSQL/servers/firewallRules",
        subnets="Microsoft.DBforPostgreSQL/servers/virtualNetworkRules",
    ),
    "microsoft.containerregistry/registries": _registry,
    "microsoft.eventhub/namespaces": _messaging,
    "microsoft.servicebus/namespaces": _messaging,
    "microsoft.search/searchservices": _search,
    "microsoft.cache/redis": _cache,
    "microsoft.appconfiguration/configurationstores": _configuration,
    "microsoft.containerservice/managedclusters": _cluster,
    "microsoft.apimanagement/service": _management,
    "microsoft.eventgrid/topics": _switched(),
    "microsoft.eventgrid/domains": _switched(),
    "microsoft.datafactory/factories": _switched(),
    "microsoft.synapse/workspaces": _switched(),
    "microsoft.automation/automationaccounts": _switched(),
    "microsoft.recoveryservices/vaults": _switched(),
    "microsoft.insights/components": _switched("publicNetworkAccessForIngestion"),
    "microsoft.operationalinsights/workspaces": _switched("publicNetworkAccessForIngestion"),
    "microsoft.monitor/accounts": _switched(),
    "microsoft.batch/batchaccounts": _switched(),
    "microsoft.signalrservice/signalr": _switched(),
    "microsoft.devices/iothubs": _switched(),
}
"""Services with a public endpoint of their own, by lower-case type. App Service stands in `apps`."""


def admissions(resource: Resource, estate: Estate) -> list[Admission]:
    """The doors of a service and what they let in; none for what has no public endpoint, or is not modelled."""
    reader = READERS.get(resource.type_key)
    if reader is None:
        return []
    doors = _Doors(resource, estate)
    unread = doors.unread
    if unread is not None:
        return [Admission(listens=unread, everyone=unread, holes=(unread,))]
    found = list(reader(doors))
    for admission in found:
        said = (admission.listens, admission.everyone, admission.azure)
        admission.holes = (*doors.holes, *(item for item in said if isinstance(item, Unknown)))
    return found


def has_private_endpoint(resource: Resource, estate: Estate) -> list[Resource]:
    """The approved private endpoints that lead to a resource."""
    found = []
    for endpoint in estate.of_type("Microsoft.Network/privateEndpoints"):
        body = properties(endpoint.body)
        for name in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
            for item in items(inner(body, name)):
                target = id_in(inner(properties(item), "privateLinkServiceId"))
                if isinstance(target, str) and target.lower() == resource.key and approved(item, name) is not False:
                    found.append(endpoint)
    return found


def approved(connection: Any, name: str) -> Truth:
    """Whether a connection carries traffic. One that its owner must approve by hand waits until it says so."""
    state = text_in(properties(connection), "privateLinkServiceConnectionState", "status")
    if isinstance(state, Unknown):
        return state
    if state is not None:
        return state.lower() == "approved"
    if name == "privateLinkServiceConnections":
        return True
    return Unknown(reason="the owner of the target must approve the connection")
