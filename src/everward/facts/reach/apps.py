"""App Service: access restrictions of the site and of its deployment site, and whether only one Front Door gets in.

MicrosoftDocs/azure-docs app-service/overview-access-restrictions and app-service-ip-restrictions, read 2026-11:
rules are met by priority; what no rule matches is let in where there are none, else kept out, unless a default action
is written. Requests through a private endpoint meet no rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import EVERYWHERE, NOWHERE, Addresses, parse_addresses, union_of
from everward.facts.reach.admission import has_private_endpoint
from everward.facts.reach.rules import OPEN, Extent
from everward.facts.reach.tags import tag_addresses
from everward.facts.shape import first, flag, id_in, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown, combine

SITE_TYPES: Final = ("Microsoft.Web/sites", "Microsoft.Web/sites/slots")
FRONT_DOOR: Final = "AzureFrontDoor.Backend"
FRONT_DOOR_HEADER: Final = "x-azure-fdid"
_ANY_NETWORK: Final = "anyvnets"
_LAST: Final = 2**31


@dataclass(frozen=True)
class Restriction:
    """One rule of a site."""

    name: str
    priority: int
    allows: Truth
    addresses: Extent
    """The public addresses that it is about."""
    subnet: str | Unknown | None = None
    tag: str = ""
    """The service tag, where one is named."""
    headers: Mapping[str, tuple[str | Unknown, ...]] | None = None
    """Headers of which one value each must be there, by lower-case name."""


@dataclass(frozen=True)
class Door:
    """The site, or its deployment site."""

    name: str
    """`site` or `scm`."""
    listens: Truth
    """Whether it answers at its public address."""
    rules: tuple[Restriction, ...]
    unmatched: Truth
    """Whether what no rule matches is let in."""

    def admits(self, address: Addresses, headers: Mapping[str, str] | None = None, *, private: bool = False) -> Truth:
        """Whether a request is let in. `headers` are those that it carries, by lower-case name."""
        if private:
            return True
        if self.listens is False:
            return False
        holes: list[Unknown] = [] if self.listens is True else [self.listens]
        for rule in self.rules:
            match = _matches(rule, address, headers or {})
            if match is False:
                continue
            if match is not True or not isinstance(rule.allows, bool):
                holes += [item for item in (match, rule.allows) if isinstance(item, Unknown)]
                continue
            return combine(holes) if holes else rule.allows
        if isinstance(self.unmatched, Unknown):
            holes.append(self.unmatched)
        return combine(holes) if holes else self.unmatched


def _matches(rule: Restriction, address: Addresses, headers: Mapping[str, str]) -> Truth:
    if rule.subnet is not None or not rule.addresses.most.meets(address):
        return False
    for name, wanted in (rule.headers or {}).items():
        given = headers.get(name)
        if given is None:
            return False
        if not any(isinstance(value, str) and value.lower() == given.lower() for value in wanted):
            holes = [value for value in wanted if isinstance(value, Unknown)]
            if not holes:
                return False
            return combine(holes)
    if rule.addresses.sure.covers(address):
        return True
    return Unknown(reason="the addresses of a restriction are not known whole")


def doors(site: Resource, estate: Estate) -> list[Door]:
    """The site and its deployment site, as they answer at their public addresses."""
    body = properties(site.body)
    config = configuration(site, estate)
    private = bool(has_private_endpoint(site, estate))
    listens = _listens(body, config, private)
    main = _rules(config, "ipSecurityRestrictions")
    own = flag(config, "scmIpSecurityRestrictionsUseMain", default=False)
    found = [Door("site", listens, main, _unmatched(config, "ipSecurityRestrictions", main))]
    if own is True:
        found.append(Door("scm", listens, main, found[0].unmatched))
    else:
        rules = _rules(config, "scmIpSecurityRestrictions")
        unmatched = _unmatched(config, "scmIpSecurityRestrictions", rules)
        found.append(Door("scm", listens, rules, unmatched if own is False else own))
    return found


def configuration(site: Resource, estate: Estate) -> dict[str, Any]:
    """The configuration of a site: inside it, or in its child `config/web`, which is written later and wins."""
    inside = inner(properties(site.body), "siteConfig")
    found: dict[str, Any] = dict(inside) if isinstance(inside, dict) else {}
    for child in estate.below(site.id, f"{site.type}/config"):
        own = properties(child.body)
        if child.name.lower() == "web" and isinstance(own, dict):
            found.update(own)
    return found


def _listens(body: Any, config: Mapping[str, Any], private: bool) -> Truth:
    """Without a word a site is public, unless it has a private endpoint."""
    for holder in (body, config):
        value = text_in(holder, "publicNetworkAccess")
        if isinstance(value, Unknown):
            return value
        if value:
            return value.lower() != "disabled"
    return not private


def _unmatched(config: Mapping[str, Any], field: str, rules: tuple[Restriction, ...]) -> Truth:
    value = text_in(config, f"{field}DefaultAction")
    if isinstance(value, Unknown):
        return value
    listed = inner(config, field)
    if isinstance(listed, Unknown):
        return listed
    return value.lower() == "allow" if value else not rules


def _rules(config: Mapping[str, Any], field: str) -> tuple[Restriction, ...]:
    listed = [item for item in items(inner(config, field)) if isinstance(item, dict | Unknown)]
    # A rule of which nothing is known may stand before all others, and may be about anybody.
    found = [Restriction("", -1, item, OPEN) if isinstance(item, Unknown) else _rule(item) for item in listed]
    # The rule that services show where nobody wrote one says what happens anyway.
    return tuple(sorted(found, key=lambda rule: rule.priority))


def _rule(item: Mapping[str, Any]) -> Restriction:
    action = text_in(item, "action")
    priority = inner(item, "priority")
    tag = text_in(item, "tag")
    written = text_in(item, "ipAddress")
    subnet = first(id_in(inner(item, "vnetSubnetResourceId")), id_in(inner(item, "virtualNetworkSubnetId")))
    headers = inner(item, "headers")
    if isinstance(written, str) and written.strip().lower() == _ANY_NETWORK:
        subnet = written
    named = written if isinstance(written, str) and isinstance(tag, str) and tag.lower() == "servicetag" else ""
    return Restriction(
        str(inner(item, "name") or ""),
        priority if isinstance(priority, int) else _LAST,
        action if isinstance(action, Unknown) else (action or "Allow").lower() == "allow",
        _extent(written, named),
        subnet,
        named,
        {name.lower(): texts_in(values) for name, values in headers.items()} if isinstance(headers, dict) else None,
    )


def _extent(written: str | Unknown | None, tag: str) -> Extent:
    if isinstance(written, Unknown):
        return OPEN
    if tag:
        found = tag_addresses(tag)
        return OPEN if found is None else Extent(found, found)
    parts = [text.strip() for text in (written or "").split(",") if text.strip()]
    if any(text.lower() in ("any", "*") for text in parts):
        return Extent(EVERYWHERE, EVERYWHERE)
    parsed = [parse_addresses(text) for text in parts]
    sure = union_of(item for item in parsed if item is not None)
    return Extent(sure, sure if None not in parsed else EVERYWHERE)


def around_front_door(door: Door, front_door_id: str | Unknown | None) -> Truth:
    """Whether a request that did not come through one Front Door profile may be let in.

    Only a rule that asks for Front Door's addresses and for the id of the profile keeps all others out. A hole means
    that the id alone protects: whoever learns it gets in.
    """
    if door.listens is False:
        return False
    answers = [_lets_around(rule, front_door_id) for rule in door.rules if rule.allows is not False]
    if door.unmatched is not False:
        answers.append(door.unmatched)
    if True in answers:
        return True
    holes = [item for item in answers if isinstance(item, Unknown)]
    if isinstance(door.listens, Unknown):
        holes.append(door.listens)
    return combine(holes) if holes else False


def _lets_around(rule: Restriction, front_door_id: str | Unknown | None) -> Truth:
    ids = (rule.headers or {}).get(FRONT_DOOR_HEADER)
    if not ids:
        return rule.addresses.most != NOWHERE and rule.subnet is None
    if isinstance(front_door_id, Unknown) or any(isinstance(item, Unknown) for item in ids):
        holes = [item for item in (front_door_id, *ids) if isinstance(item, Unknown)]
        same = front_door_id in ids if isinstance(front_door_id, Unknown) else False
        if not same:
            return combine(holes)
    elif any(str(item).lower() != str(front_door_id).lower() for item in ids):
        return True
    if rule.tag.lower() == FRONT_DOOR.lower():
        return False
    return Unknown(reason="only the header protects: whoever learns the id of the profile can send it")


def site_doors(estate: Estate) -> Iterator[tuple[Resource, Door]]:
    """Every door of every site and slot."""
    for type_ in SITE_TYPES:
        for site in estate.of_type(type_):
            for door in doors(site, estate):
                yield site, door
