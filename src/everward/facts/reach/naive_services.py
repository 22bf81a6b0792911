"""A plain look at the firewalls of services, to check what is said of them: whether one client gets in.

INVARIANT: it shares no code with what it checks.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from everward.values import Unknown

Child: TypeAlias = tuple[str, Mapping[str, Any]]
"""The last part of a type, in lower case, and the body of a resource below the service."""
InAzure: TypeAlias = Callable[[str], bool]
"""Whether an address is one of Azure."""

_RANGES = ("IP", "IpAddress", "IPv6Address")
_ANYWHERE = "0.0.0.0"  # noqa: S104 - a rule of the services, not a socket


def lets_in(
    type_: str, body: Mapping[str, Any], children: Iterable[Child], client: str, in_azure: InAzure
) -> bool | None:
    """Whether the public endpoint of a service lets a client in; None when that is not known here."""
    kind = type_.lower()
    own = _get(body, "properties")
    below = list(children)
    inline = _get(own, "networkRuleSets")
    below += [("networkrulesets", {"properties": inline})] if isinstance(inline, Mapping) else []
    if _holes(own) or any(_holes(item) for _, item in below):
        return None
    said = str(_said(own, below)).lower()
    if said == "securedbyperimeter":
        return None
    if said == "disabled" or _get(_get(own, "network"), "delegatedSubnetResourceId") is not None:
        return False
    for types, look in _LOOKS:
        if kind in types:
            return look(own, below, client, in_azure)
    return True


def site_lets_in(
    bodies: Iterable[Mapping[str, Any]], *, scm: bool, client: str, tagged: Callable[[str, str], bool | None]
) -> bool | None:
    """Whether a site, or its deployment site, lets a client in without any header; None when that is not known here.

    `bodies` are those of the site and of its configuration, which wins; `tagged` says whether a tag has an address.
    """
    known: dict[str, Any] = {}
    for body in bodies:
        own = _get(body, "properties")
        for holder in (own, _get(own, "siteConfig")):
            found = holder if isinstance(holder, Mapping) else {}
            known.update({str(key).lower(): item for key, item in found.items()})
    field = "scmIpSecurityRestrictions" if scm and known.get("scmipsecurityrestrictionsusemain") is not True else ""
    field = (field or "ipSecurityRestrictions").lower()
    listed, default = known.get(field), known.get(f"{field}defaultaction")
    # Without a header the client meets none of the rules that ask for one.
    every = listed if isinstance(listed, list) else []
    rules = [rule for rule in every if not isinstance(_get(rule, "headers"), Mapping) or _get(rule, "headers") == {}]
    if (
        isinstance(listed, Unknown)
        or _open(rules)
        or isinstance(default, Unknown)
        or isinstance(known.get("publicnetworkaccess"), Unknown)
    ):
        return None
    if str(known.get("publicnetworkaccess")).lower() == "disabled":
        return False
    for rule in sorted(rules, key=_place):
        text = str(_get(rule, "ipAddress") or "")
        tag = str(_get(rule, "tag") or "Default").lower()
        matched = tagged(text, client) if tag == "servicetag" else None
        if tag != "default" and matched is None:
            return None
        if matched or text.lower() in ("any", "*") or _means(text, client):
            return str(_get(rule, "action") or "Allow").lower() == "allow"
    return str(default).lower() == "allow" if default else not every


def _place(rule: Any) -> int:
    found = _get(rule, "priority")
    return found if isinstance(found, int) else 2**31


def _said(own: Any, below: list[Child]) -> Any:
    """What is said of public access, wherever a service has it."""
    inside = _get(own, "network")
    for holder in (*(_get(item, "properties") for name, item in below if name == "networkrulesets"), own, inside):
        for name in ("publicNetworkAccess", "publicNetworkAccessForIngestion"):
            value = _get(holder, name)
            if value is not None and str(value).lower() != "enabled":
                return value
    return None


def _search(own: Any, client: str) -> bool:
    rules = _many(_get(own, "networkRuleSet"), "ipRules")
    return not rules or any(_means(_get(rule, "value"), client) for rule in rules)


def _cache(own: Any, below: list[Child], client: str) -> bool:
    ranges = [item for name, item in below if name == "firewallrules"]
    return _get(own, "subnetId") is None and (not ranges or any(_between(item, client) for item in ranges))


def _database(below: list[Child], client: str, in_azure: InAzure) -> bool:
    return any(_row(item, client, in_azure) for name, item in below if name.endswith("firewallrules"))


def _listed(acl: Any, client: str) -> bool:
    if str(_get(acl, "defaultAction") or "Allow").lower() == "allow":
        return True
    rules = [*_many(acl, "ipRules"), *_many(acl, "ipv6Rules")]
    return any(
        _means(_get(rule, "value"), client) for rule in rules if str(_get(rule, "action") or "Allow").lower() == "allow"
    )


def _cosmos(own: Any, client: str, in_azure: InAzure) -> bool:
    old = _get(own, "ipRangeFilter")
    listed = [_get(rule, "ipAddressOrRange") for rule in _many(own, "ipRules")]
    listed += [text.strip() for text in old.split(",") if text.strip()] if isinstance(old, str) else []
    if not listed:
        return _get(own, "isVirtualNetworkFilterEnabled") is not True
    return any(in_azure(client) if text == _ANYWHERE else _means(text, client) for text in listed)


def _messaging(below: list[Child], client: str) -> bool:
    for name, item in below:
        if name == "networkrulesets":
            rules = _get(item, "properties")
            addresses, networks = _many(rules, "ipRules"), _many(rules, "virtualNetworkRules")
            if str(_get(rules, "defaultAction") or "Allow").lower() == "deny" and (addresses or networks):
                return any(_means(_get(rule, "ipMask"), client) for rule in addresses)
    return True


def _cluster(own: Any, client: str) -> bool:
    profile = _get(own, "apiServerAccessProfile")
    ranges = _many(profile, "authorizedIPRanges")
    return _get(profile, "enablePrivateCluster") is not True and (
        not ranges or any(_means(text, client) for text in ranges)
    )


def _row(item: Any, client: str, in_azure: InAzure) -> bool:
    rule = _get(item, "properties")
    if _get(rule, "startIpAddress") == _get(rule, "endIpAddress") == _ANYWHERE:
        return in_azure(client)
    return _between(item, client)


def _between(item: Any, client: str) -> bool:
    rule = _get(item, "properties")
    first, last = (
        next((found for name in _RANGES if (found := _get(rule, f"{end}{name}"))), "") for end in ("start", "end")
    )
    try:
        low, high, mine = (ipaddress.ip_address(text) for text in (first, last, client))
    except ValueError:
        return False
    return low.version == mine.version and int(low) <= int(mine) <= int(high)


def _means(text: Any, client: str) -> bool:
    """Whether a written address, prefix or list of them means a client."""
    for part in str(text).split(","):
        try:
            if ipaddress.ip_address(client) in ipaddress.ip_network(part.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


_TELLING = (
    "publicnetworkaccess",
    "network",
    "iprules",
    "iprangefilter",
    "isvirtualnetworkfilterenabled",
    "virtualnetworktype",
    "apiserveraccessprofile",
    "subnetid",
)
"""What the names of the properties that decide begin with."""


def _holes(value: Any) -> bool:
    """Whether something that decides is not known."""
    if isinstance(value, Unknown):
        return True
    if not isinstance(value, Mapping):
        return False
    inside = [item for key, item in value.items() if str(key).lower().startswith(_TELLING)]
    return any(_open(item) for item in (*inside, _get(value, "properties")))


def _open(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        # Which subnets get in is another question.
        return any(_open(item) for key, item in value.items() if str(key).lower() != "virtualnetworkrules")
    return isinstance(value, list) and any(_open(item) for item in value)


def _many(value: Any, name: str) -> list[Any]:
    found = _get(value, name)
    return found if isinstance(found, list) else []


def _get(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return next((found for key, found in value.items() if isinstance(key, str) and key.lower() == name.lower()), None)


_LOOKS: tuple[tuple[frozenset[str], Callable[[Any, list[Child], str, InAzure], bool]], ...] = (
    (
        frozenset(
            {
                "microsoft.storage/storageaccounts",
                "microsoft.keyvault/vaults",
                "microsoft.keyvault/managedhsms",
                "microsoft.cognitiveservices/accounts",
            }
        ),
        lambda own, _, client, __: _listed(_get(own, "networkAcls"), client),
    ),
    (
        frozenset({"microsoft.containerregistry/registries"}),
        lambda own, _, client, __: _listed(_get(own, "networkRuleSet"), client),
    ),
    (
        frozenset({"microsoft.documentdb/databaseaccounts"}),
        lambda own, _, client, in_azure: _cosmos(own, client, in_azure),
    ),
    (
        frozenset({"microsoft.eventhub/namespaces", "microsoft.servicebus/namespaces"}),
        lambda _, below, client, __: _messaging(below, client),
    ),
    (frozenset({"microsoft.search/searchservices"}), lambda own, _, client, __: _search(own, client)),
    (frozenset({"microsoft.cache/redis"}), lambda own, below, client, _: _cache(own, below, client)),
    (
        frozenset(
            {
                "microsoft.sql/servers",
                "microsoft.dbforpostgresql/servers",
                "microsoft.dbforpostgresql/flexibleservers",
                "microsoft.dbformysql/flexibleservers",
            }
        ),
        lambda _, below, client, in_azure: _database(below, client, in_azure),
    ),
    (frozenset({"microsoft.containerservice/managedclusters"}), lambda own, _, client, __: _cluster(own, client)),
    (
        frozenset({"microsoft.apimanagement/service"}),
        lambda own, _, __, ___: str(_get(own, "virtualNetworkType")).lower() != "internal",
    ),
)
"""What is looked at, by type; all others only say whether they are public."""
