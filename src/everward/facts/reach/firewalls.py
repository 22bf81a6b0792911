"""Azure Firewall: the rules of a firewall, its own or those of its policy and of the policies above that, in order.

MicrosoftDocs/azure-docs firewall/rule-processing (2023-08-30 and later), policy-rule-sets and ip-groups, read 2026-11:
translating rules come first, then network rules, then application rules, whatever the priorities of their collections;
within a kind the groups of the parent policy stand before those of the policy, then the priority of the group and that
of the collection decide, the lowest first. What no rule matches is denied. Threat intelligence and intrusion detection
may drop what rules allow; whom they drop stands in no resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, NamedTuple

from everward.estate import Estate, Resource
from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.endpoints import Endpoint, Endpoints
from everward.facts.reach.topology import Subnet
from everward.facts.shape import id_in, ids_in, inner, items, place_in, properties, text_in
from everward.values import Origin, Truth, Unknown

FIREWALL_TYPE: Final = "Microsoft.Network/azureFirewalls"
POLICY_TYPE: Final = "Microsoft.Network/firewallPolicies"
GROUPS_TYPE: Final = f"{POLICY_TYPE}/ruleCollectionGroups"
_DEPTH: Final = 8
"""How many policies above one another are followed. Azure lets a policy have one parent, which has none itself."""


class Kind(StrEnum):
    """What a rule is about."""

    NAT = "nat"
    NETWORK = "network"
    APPLICATION = "application"


class Rank(NamedTuple):
    """Where a collection stands among those of its kind: the lower, the earlier."""

    level: int
    """0 for the topmost policy."""
    group: int
    collection: int


class Written(NamedTuple):
    """One rule as it is written."""

    kind: Kind
    name: str
    collection: str
    rank: Rank | None
    """None when a priority is not known."""
    allows: Truth
    body: Mapping[str, Any]
    owner: Resource
    origin: Origin
    estate: Estate

    @property
    def id(self) -> str:
        """The rule below what holds it."""
        return f"{self.owner.id}#{self.collection}/{self.name}"


class Firewall:
    """One firewall."""

    def __init__(self, resource: Resource, endpoints: list[Endpoint], estate: Estate) -> None:
        self.resource = resource
        self.endpoints = endpoints
        self.estate = estate
        self._holes: list[Unknown] = []
        self.private: Addresses | Unknown | None = None
        """The destinations that network rules keep the sender for, once somebody asked."""

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """Its properties."""
        found = properties(self.resource.body)
        return found if isinstance(found, Mapping) else {}

    @property
    def subnet(self) -> Subnet | None:
        """The subnet that it stands in."""
        return next((item.subnet for item in self.endpoints if item.subnet is not None), None)

    @property
    def addresses(self) -> Addresses:
        """The addresses that others see when it puts its own in: it takes them from its subnet."""
        subnet = self.subnet
        if subnet is not None:
            return subnet.addresses
        return next((item.addresses for item in self.endpoints), Addresses())

    @cached_property
    def public(self) -> tuple[str | Unknown, ...]:
        """The ids of its public addresses."""
        found = [
            id_in(inner(properties(item), "publicIPAddress")) for item in items(inner(self.body, "ipConfigurations"))
        ]
        return tuple(item for item in found if item is not None)

    @cached_property
    def rules(self) -> tuple[Written, ...]:
        """Every rule, in the order of its kind; those whose place is not known first."""
        policy = id_in(inner(self.body, "firewallPolicy"))
        found = list(self._classic() if policy is None else self._of_policy())
        kinds = list(Kind)
        return tuple(sorted(found, key=lambda rule: (kinds.index(rule.kind), rule.rank or Rank(-1, -1, -1))))

    @property
    def holes(self) -> tuple[Unknown, ...]:
        """What is not known of its rules: policies and groups that are in no source, rules that have no form."""
        return tuple(self._holes) if self.rules or self._holes else ()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What may drop packets besides the rules."""
        modes = [("threat intelligence", text_in(self.body, "threatIntelMode"))]
        for policy in self._policies:
            body = properties(policy.body)
            modes.append(("threat intelligence", text_in(body, "threatIntelMode")))
            modes.append(("intrusion detection", text_in(body, "intrusionDetection", "mode")))
        denying = dict.fromkeys(
            what for what, mode in modes if isinstance(mode, str) and mode.lower() in ("deny", "alertanddeny")
        )
        return tuple(f"{what} of `{self.resource.name}` may deny what its rules allow" for what in denying)

    @cached_property
    def _policies(self) -> list[Resource]:
        """Its policy, the one above that, and so on."""
        found: list[Resource] = []
        id_ = id_in(inner(self.body, "firewallPolicy"))
        while id_ is not None and len(found) < _DEPTH:
            policy = None if isinstance(id_, Unknown) else self.estate.find(id_)
            if policy is None or policy.type_key != POLICY_TYPE.lower():
                named = () if isinstance(id_, Unknown) else (id_,)
                reason = "the policy of the firewall is in no source"
                self._holes.append(id_ if isinstance(id_, Unknown) else Unknown(reason=reason, decided_by=named))
                break
            if policy in found:
                self._holes.append(Unknown(reason="policies of the firewall name one another", decided_by=(policy.id,)))
                break
            found.append(policy)
            id_ = id_in(inner(properties(policy.body), "basePolicy"))
        return found

    def _of_policy(self) -> Iterator[Written]:
        for level, policy in enumerate(reversed(self._policies)):
            groups = self.estate.below(policy.id, GROUPS_TYPE)
            known = {group.key for group in groups}
            listed = inner(properties(policy.body), "ruleCollectionGroups")
            for other in ids_in(listed):
                if isinstance(other, Unknown) or other.lower() not in known:
                    reason = "a group of rules of the firewall's policy is in no source"
                    self._holes.append(Unknown(reason=reason, decided_by=(str(policy.id),)))
            for group in groups:
                if isinstance(group.condition, Unknown):
                    self._holes.append(group.condition)
                yield from self._group(group, level)

    def _group(self, group: Resource, level: int) -> Iterator[Written]:
        body = properties(group.body)
        priority = _number(inner(body, "priority"))
        for index, item in enumerate(items(inner(body, "ruleCollections"))):
            if not isinstance(item, Mapping):
                self._unread(item, "a collection of rules of the firewall")
                continue
            own = _number(inner(item, "priority"))
            rank = None if priority is None or own is None else Rank(level, priority, own)
            path = f"properties.ruleCollections[{index}].rules"
            yield from self._collection(item, item, rank, group, path, None)

    def _classic(self) -> Iterator[Written]:
        for kind in Kind:
            field = f"{kind}RuleCollections"
            for index, item in enumerate(items(inner(self.body, field))):
                if not isinstance(item, Mapping):
                    self._unread(item, "a collection of rules of the firewall")
                    continue
                body = properties(item)
                own = _number(inner(body, "priority"))
                rank = None if own is None else Rank(0, 0, own)
                path = f"properties.{field}[{index}].properties.rules"
                yield from self._collection(item, body, rank, self.resource, path, kind)

    def _collection(
        self, item: Any, body: Any, rank: Rank | None, owner: Resource, path: str, kind: Kind | None
    ) -> Iterator[Written]:
        name = text_in(item, "name")
        action = text_in(body, "action", "type")
        allows: Truth = action if isinstance(action, Unknown) else (action or "").lower() in ("allow", "dnat")
        for index, rule in enumerate(items(inner(body, "rules"))):
            if not isinstance(rule, Mapping):
                self._unread(rule, "a rule of the firewall")
                continue
            own = kind if kind is not None else _kind(rule, body)
            if own is None:
                self._unread(None, "the kind of a rule of the firewall")
                continue
            title = text_in(rule, "name")
            yield Written(
                own,
                title if isinstance(title, str) else f"rule {index + 1}",
                name if isinstance(name, str) else "",
                rank,
                allows,
                rule,
                owner,
                place_in(owner, f"{path}[{index}]"),
                self.estate,
            )

    def _unread(self, found: Any, what: str) -> None:
        hole = Unknown(reason=f"{what} is not known", decided_by=(self.resource.id,))
        self._holes.append(found if isinstance(found, Unknown) else hole)


_KINDS: Final = {"natrule": Kind.NAT, "networkrule": Kind.NETWORK, "applicationrule": Kind.APPLICATION}


def _kind(rule: Any, collection: Any) -> Kind | None:
    word = text_in(rule, "ruleType")
    if isinstance(word, str):
        return _KINDS.get(word.lower())
    held = text_in(collection, "ruleCollectionType")
    return Kind.NAT if isinstance(held, str) and held.lower() == "firewallpolicynatrulecollection" else None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Firewalls:
    """The firewalls of an estate, by id and by address."""

    def __init__(self, estate: Estate, endpoints: Endpoints) -> None:
        self.all = [Firewall(resource, endpoints.of(resource.id), estate) for resource in estate.of_type(FIREWALL_TYPE)]
        self._endpoints = endpoints

    def at(self, target: str | Unknown | None) -> Firewall | None:
        """The firewall that a route names as its next hop: by its address, or by a reference to it.

        In the subnet of a firewall nothing else may stand, so every address of it is the firewall's.
        """
        if isinstance(target, Unknown):
            named = self._endpoints.places.named_by(target)
            return next((item for item in self.all if named is not None and item.resource.key == named), None)
        held = _as_addresses(target)
        return next((item for item in self.all if held and _owns(item, held)), None)


def _as_addresses(target: str | None) -> Addresses:
    found = parse_addresses(target) if isinstance(target, str) else None
    return found if found is not None else Addresses()


def _owns(firewall: Firewall, held: Addresses) -> bool:
    return any(item.addresses.covers(held) for item in firewall.endpoints)
