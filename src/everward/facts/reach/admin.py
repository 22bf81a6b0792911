"""Security admin rules of Azure Virtual Network Manager: they are met before any network security group.

MicrosoftDocs/azure-docs virtual-network-manager/concept-security-admins, read 2026-11: the first rule that matches
decides; Deny ends it, AlwaysAllow ends it past every group, Allow leaves the decision to the groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.filters import Filter, Passage
from everward.facts.reach.rules import INBOUND, Names, Rule, Side
from everward.facts.reach.services import ALL_PORTS, ANY_PROTOCOL, PROTOCOLS, Service, Space, join_ports, parse_ports
from everward.facts.reach.topology import Network
from everward.facts.shape import id_in, inner, items, properties, text_in, texts_in
from everward.values import Truth, Unknown, any_of

MANAGER_TYPE: Final = "Microsoft.Network/networkManagers"
CONFIGURATION_TYPE: Final = f"{MANAGER_TYPE}/securityAdminConfigurations"
COLLECTION_TYPE: Final = f"{CONFIGURATION_TYPE}/ruleCollections"
RULE_TYPE: Final = f"{COLLECTION_TYPE}/rules"
DEFINITION_TYPE: Final = "Microsoft.Authorization/policyDefinitions"
MEMBER_TYPE: Final = f"{MANAGER_TYPE}/networkGroups/staticMembers"


class Action(StrEnum):
    """What an admin rule does."""

    DENY = "Deny"
    ALWAYS = "AlwaysAllow"
    ALLOW = "Allow"


class AdminRule(NamedTuple):
    """An admin rule: its packets as a rule has them, and what it does with them."""

    rule: Rule
    action: Action | None
    """None when it is not known."""
    applies: Truth = True
    """Whether it is in force at the network that is looked at."""


def combined(action: Action | None, group: str) -> str:
    """What becomes of a packet: by the action of the admin rule that it matches, and the word of the groups."""
    if action is Action.DENY:
        return "Deny"
    return "Allow" if action is Action.ALWAYS else group


def first_action(rules: Iterable[tuple[int, Action]]) -> Action | None:
    """The action of the first of the rules that match."""
    ordered = sorted(rules, key=lambda item: item[0])
    return ordered[0][1] if ordered else None


class AdminGate:
    """The admin rules of one direction at one network, before the groups."""

    def __init__(self, rules: Iterable[AdminRule], names: Names, space: Space) -> None:
        self.rules = sorted(rules, key=lambda item: item.rule.priority if item.rule.priority is not None else -1)
        self._denying = self._filter(names, space, Action.DENY)
        self._passing = self._filter(names, space, Action.ALWAYS)
        self.space = space

    def _filter(self, names: Names, space: Space, wanted: Action) -> Filter:
        """A filter that lets through exactly what the first match does `wanted` with."""
        made = []
        for item in self.rules:
            if item.action is None:
                made.append(item.rule._replace(allows=None))
            elif item.applies is True:
                made.append(item.rule._replace(allows=item.action is wanted))
            else:
                # One that may not be in force is about nothing for certain: perhaps it gives packets, or takes them.
                made.append(item.rule._replace(allows=item.action is wanted, services=()))
        return Filter(made, names, space)

    @property
    def filters(self) -> tuple[Filter, Filter]:
        """What is denied, and what passes all groups."""
        return self._denying, self._passing

    @property
    def doubts(self) -> tuple[Unknown, ...]:
        """Why it is not known whether rules are in force."""
        return tuple(dict.fromkeys(item.applies for item in self.rules if isinstance(item.applies, Unknown)))

    def after(self, denied: Passage, always: Passage, groups: Passage) -> Passage:
        """What passes: past the groups, or through them where it is not denied."""
        least = always.least | (groups.least & ~denied.most)
        most = always.most | (groups.most & ~denied.least)
        return Passage(least & ~denied.least, most)


def admin_rules(estate: Estate, network: Network) -> Iterator[AdminRule]:
    """The admin rules that are about a network."""
    for item in estate.of_type(RULE_TYPE):
        collection = estate.find(item.id.rsplit("/", 2)[0])
        applies = _applies(estate, collection, network)
        if applies is not False:
            body = properties(item.body)
            yield _rule(item, body if isinstance(body, Mapping) else {}, applies)


def _applies(estate: Estate, collection: Resource | None, network: Network) -> Truth:
    if collection is None:
        return Unknown(reason="the collection of an admin rule is in no source")
    found: list[Truth] = []
    for item in items(inner(properties(collection.body), "appliesToGroups")):
        group = item if isinstance(item, Unknown) else id_in(inner(item, "networkGroupId"))
        if group is not None:
            found.append(group if isinstance(group, Unknown) else _is_member(estate, group, network))
    truth = any_of(found)
    if truth is True:
        # That a configuration is committed to a region stands in no resource.
        return Unknown(reason="whether the configuration is deployed is in no source", decided_by=(collection.id,))
    return truth


def _is_member(estate: Estate, group: str, network: Network) -> Truth:
    """Whether a network, or a subnet of it, is in a group: as a member that is listed, or by a policy."""
    found: list[Truth] = []
    for member in estate.below(group, MEMBER_TYPE):
        target = id_in(inner(properties(member.body), "resourceId"))
        if isinstance(target, str):
            key = target.lower()
            found.append(key == network.key or key.startswith(f"{network.key}/subnets/"))
        else:
            doubt = Unknown(reason="a member of the network group is not known", decided_by=(group,))
            found.append(doubt if target is None else target)
    if not found and estate.find(group) is None:
        return Unknown(reason="the network group is in no source", decided_by=(group,))
    found += [_by_policy(item, group) for item in estate.of_type(DEFINITION_TYPE)]
    return any_of(found)


def _by_policy(definition: Resource, group: str) -> Truth:
    """Whether a policy puts networks into a group: which ones, is for Azure Policy to say.

    MicrosoftDocs/azure-docs virtual-network-manager/concept-azure-policy-integration, read 2026-11.
    """
    then = inner(properties(definition.body), "policyRule", "then")
    effect = text_in(then, "effect")
    if not isinstance(effect, str) or effect.lower() != "addtonetworkgroup":
        return False
    target = id_in(inner(then, "details", "networkGroupId"))
    if isinstance(target, str) and target.lower() != group.lower():
        return False
    return Unknown(reason="a policy decides which networks are in the network group", decided_by=(definition.id,))


_PROTOCOLS: Final = {"any": ANY_PROTOCOL, **{name: name for name in PROTOCOLS}}


def _rule(item: Resource, body: Mapping[str, Any], applies: Truth) -> AdminRule:
    access = text_in(body, "access")
    direction = text_in(body, "direction")
    protocol = text_in(body, "protocol")
    priority = inner(body, "priority")
    name = _PROTOCOLS.get(protocol.lower()) if isinstance(protocol, str) else None
    service = Service(
        name or ANY_PROTOCOL,
        _ports(inner(body, "sourcePortRanges")),
        _ports(inner(body, "destinationPortRanges")),
    )
    known = name is not None
    rule = Rule(
        item.name,
        direction.lower() if isinstance(direction, str) else INBOUND if direction is None else None,
        priority if isinstance(priority, int) else None,
        None,
        Side(_prefixes(inner(body, "sources"))),
        Side(_prefixes(inner(body, "destinations"))),
        (service,) if known else (),
        (service if known else Service(),),
        id=item.id,
        owner=item.id,
        origin=item.origin,
    )
    action = next((one for one in Action if isinstance(access, str) and one.value.lower() == access.lower()), None)
    return AdminRule(rule, action, applies)


def _ports(value: Any) -> tuple[tuple[int, int], ...]:
    parsed = [parse_ports(text) for text in texts_in(value) if isinstance(text, str)]
    found = [item for ports in parsed if ports is not None for item in ports]
    return join_ports(found) if found else ALL_PORTS


def _prefixes(value: Any) -> tuple[str | Unknown, ...]:
    found = [item if isinstance(item, Unknown) else text_in(item, "addressPrefix") for item in items(value)]
    kept = tuple(item for item in found if item is not None)
    return kept or ("*",)
