"""Ways through an Azure Firewall: there along a route, through its rules, on from its subnet, and the answers back.

MicrosoftDocs/azure-docs firewall/rule-processing and snat-private-range, virtual-network-peering-overview, read
2026-11: network rules leave the sender as it is where the destination is private, application rules never do; a peering
lets packets of a sender outside both networks in only where its far side allows forwarded traffic. A firewall drops
answers to connections that it has not seen, so both directions must lead through it unless it puts its own address in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, cast

from everward.facts.reach.addresses import Addresses, union_of
from everward.facts.reach.entrances import Step
from everward.facts.reach.firewall_rules import RuleBook, kept_source
from everward.facts.reach.firewalls import Firewall
from everward.facts.reach.paths import Networks, OpenGate
from everward.facts.reach.routes import Hop
from everward.facts.reach.topology import Network, Subnet
from everward.values import Truth, Unknown, all_of, any_of, combine


def passes(gate: OpenGate, sources: Addresses, destinations: Addresses, mask: int) -> Truth:
    """Whether all of some services pass between all of some addresses; unknown where only some do."""
    parts = gate.parts(sources, destinations)
    if parts and all(part.passage.least & mask == mask for part in parts):
        return True
    if not any(part.passage.most & mask for part in parts):
        return False
    return Unknown(reason="some addresses or ports pass, others do not, or rules are not known whole")


def firewall_on_the_way(world: Networks, subnet: Subnet, destinations: Addresses) -> Firewall | None:
    """The one firewall that every route of a subnet to some addresses leads to; None where there is no such."""
    key = ("firewall", *_routing(subnet), destinations)
    if key not in world.kept:
        world.kept[key] = _firewall_towards(world, subnet, destinations)
    return cast("Firewall | None", world.kept[key])


def _routing(subnet: Subnet) -> tuple[Any, ...]:
    """What the routes of a subnet hang on: subnets that have it in common have the same."""
    table = subnet.route_table if isinstance(subnet.route_table, str | None) else subnet.key
    return subnet.network.key, table, subnet.key if subnet.service_endpoints else ""


def _firewall_towards(world: Networks, subnet: Subnet, destinations: Addresses) -> Firewall | None:
    found: list[Firewall | None] = []
    for choice in world.routes(subnet):
        if not choice.addresses.meets(destinations):
            continue
        for route in choice.routes:
            through = route.hop is Hop.APPLIANCE and route.certain is True
            found.append(world.firewalls.at(route.target) if through else None)
    first = found[0] if found else None
    return first if first is not None and all(item is first for item in found) else None


class Through(NamedTuple):
    """What a firewall on the way makes of a question."""

    holds: Truth
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


def rules_say(book: RuleBook, sources: Addresses, destinations: Addresses, mask: int) -> Through:
    """What the rules of a firewall say of packets, whoever lets them on behind it."""
    holds = passes(OpenGate(book.whole), sources, destinations, mask)
    return Through(holds, _deciding(book, sources, destinations, mask), _notes(book.firewall, holds))


def to_place(
    world: Networks,
    firewall: Firewall,
    origin: tuple[Subnet, Addresses],
    place: tuple[Subnet, Addresses],
    arriving: OpenGate,
    mask: int,
    asked: tuple[str, ...] | None = None,
) -> Through:
    """From a subnet through a firewall to addresses of another, and the answers back."""
    book = world.rule_book(firewall, asked)
    (start, sources), (end, destinations) = origin, place
    own = firewall.addresses
    onward = _onward(world, firewall, start, place)
    kept = kept_source(firewall, destinations)
    plain = passes(OpenGate(book.plain), sources, destinations, mask)
    proxied = passes(OpenGate(book.proxied), sources, destinations, mask)
    as_sent = all_of([kept, _forwarded(world, firewall, start, end), passes(arriving, sources, destinations, mask)])
    back = _returns(world, firewall, end, sources)
    as_own = passes(arriving, own, destinations, mask)
    truth = all_of(
        [
            passes(OpenGate(book.whole), sources, destinations, mask),
            onward,
            any_of([all_of([plain, as_sent, back]), all_of([plain, _not(kept), as_own]), all_of([proxied, as_own])]),
        ]
    )
    steps = _deciding(book, sources, destinations, mask)
    if truth is False and passes(OpenGate(book.whole), sources, destinations, mask) is not False:
        steps = tuple(_against(world, firewall, start, end, onward, back)) or steps
    return Through(truth, steps, _notes(firewall, truth))


def _against(
    world: Networks, firewall: Firewall, start: Subnet, end: Subnet, onward: Truth, back: Truth
) -> Iterator[Step]:
    """What stops packets that the rules of a firewall let through, besides the groups of their destination."""
    name = firewall.resource.name
    if onward is False:
        yield Step(firewall.subnet.id if firewall.subnet else name, f"routes and peerings of `{name}` lead no further")
        return
    if _forwarded(world, firewall, start, end) is False:
        what = f"the peering of `{end.network.name}` lets no forwarded traffic in"
        yield Step(end.network.id, what, end.network.resource.origin)
    if back is False:
        yield Step(end.id, f"answers do not come back through `{name}`", end.resource.origin)


class Passing(NamedTuple):
    """What a firewall lets pass from one subnet to another, as sets of services."""

    some: int
    every: int
    most: int


def between_subnets(world: Networks, firewall: Firewall, source: Subnet, destination: Subnet) -> Passing:
    """What a firewall lets pass between subnets, before their groups: for certain only what keeps its sender."""
    place = (destination, destination.addresses)
    book, everything = world.rule_book(firewall), world.space.everything
    found = book.crossing(source.addresses, destination.addresses, everything, explain=False)
    onward = _onward(world, firewall, source, place)
    if onward is False:
        return Passing(0, 0, 0)
    key = ("as sent", firewall.resource.key, source.network.key, destination.key)
    if key not in world.kept:
        kept = kept_source(firewall, destination.addresses)
        world.kept[key] = all_of([onward, kept, _forwarded(world, firewall, source, destination)])
    back = ("back", firewall.resource.key, *_routing(destination), source.key)
    if back not in world.kept:
        world.kept[back] = _returns(world, firewall, destination, source.addresses)
    as_sent = all_of([world.kept[key], world.kept[back]])
    if as_sent is False:
        return Passing(0, 0, found.proxied.most)
    sure = as_sent is True
    return Passing(found.plain.least if sure else 0, found.every if sure else 0, found.whole.most)


def _not(truth: Truth) -> Truth:
    return truth if isinstance(truth, Unknown) else not truth


def _onward(world: Networks, firewall: Firewall, start: Subnet, place: tuple[Subnet, Addresses]) -> Truth:
    """Whether the firewall is reached from where packets start, and whether its own routes lead on."""
    end, destinations = place
    key = ("onward", firewall.resource.key, start.network.key, end.key, destinations)
    if key not in world.kept:
        world.kept[key] = _led_on(world, firewall, start, place)
    return cast("Truth", world.kept[key])


def _led_on(world: Networks, firewall: Firewall, start: Subnet, place: tuple[Subnet, Addresses]) -> Truth:
    own = firewall.subnet
    end, destinations = place
    if own is None:
        return Unknown(reason="the subnet of the firewall is in no source", decided_by=(firewall.resource.id,))
    truths = [_joined(world, start.network, own.network), _joined(world, own.network, end.network)]
    for _, hops in world.hops(own, destinations):
        for hop in hops:
            if isinstance(hop, Unknown):
                truths.append(hop)
            elif hop in (Hop.LOCAL, Hop.PEERING):
                truths.append(True)
            elif hop in (Hop.NONE, Hop.INTERNET):
                truths.append(False)
            else:
                truths.append(Unknown(reason=f"what stands behind the {hop} decides", decided_by=(own.id,)))
    return all_of(truths)


def _joined(world: Networks, one: Network, two: Network) -> Truth:
    if one is two:
        return True
    for peering, other, connected in world.topology.peers(one):
        if other is two:
            return connected if connected is not True else peering.access
    return False


def _forwarded(world: Networks, firewall: Firewall, start: Subnet, end: Subnet) -> Truth:
    """Whether the peerings on the way let packets on whose sender stands in neither network."""
    own = firewall.subnet
    if own is None:
        return Unknown(reason="the subnet of the firewall is in no source", decided_by=(firewall.resource.id,))
    if own.network is end.network or start.network is own.network:
        return True
    for peering, other, _ in world.topology.peers(end.network):
        if other is own.network:
            return peering.forwarded
    return Unknown(reason="the peering of the destination is in no source", decided_by=(end.network.id,))


def _returns(world: Networks, firewall: Firewall, end: Subnet, senders: Addresses) -> Truth:
    """Whether answers come back through the same firewall."""
    truths: list[Truth] = []
    for choice in world.routes(end):
        if not choice.addresses.meets(senders):
            continue
        for route in choice.routes:
            if isinstance(route.hop, Unknown):
                truths.append(route.hop)
            elif isinstance(route.certain, Unknown):
                truths.append(route.certain)
            elif route.hop is Hop.APPLIANCE:
                other = world.firewalls.at(route.target)
                doubt = Unknown(reason="an appliance takes the answers", decided_by=(end.id,))
                truths.append(other is firewall if other is not None else doubt)
            else:
                truths.append(False)
    holes = [item for item in truths if isinstance(item, Unknown)]
    return combine(holes) if holes else bool(truths) and all(truths)


def _deciding(book: RuleBook, sources: Addresses, destinations: Addresses, mask: int) -> tuple[Step, ...]:
    found = book.crossing(sources, destinations, mask).deciding
    name = book.firewall.resource.name
    steps = [Step(rule.id, f"firewall `{name}`: {rule.kind} rule `{rule.name}`", rule.origin) for rule in found]
    if not steps:
        steps = [Step(book.firewall.resource.id, f"firewall `{name}`: no rule lets it through")]
    return tuple(steps)


def _notes(firewall: Firewall, holds: Truth) -> tuple[str, ...]:
    return firewall.notes if holds is not False else ()


_PUBLIC: Final = Addresses(((8 << 24, (9 << 24) - 1),), ())
"""Part of the Internet that stands for all of it."""


def to_internet(
    world: Networks,
    firewall: Firewall,
    origin: tuple[Subnet, Addresses],
    destinations: Addresses,
    mask: int,
    asked: tuple[str, ...],
) -> Through:
    """From a subnet through a firewall to the public addresses of a service."""
    start, sources = origin
    said = rules_say(world.rule_book(firewall, asked or None), sources, destinations, mask)
    own = firewall.subnet
    if own is None:
        return said._replace(holds=Unknown(reason="the subnet of the firewall is in no source"))
    on = [
        hop if isinstance(hop, Unknown) else hop in (Hop.INTERNET, Hop.ENDPOINT)
        for _, hops in world.hops(own, _PUBLIC)
        for hop in hops
    ]
    return said._replace(holds=all_of([said.holds, _joined(world, start.network, own.network), *on]))


def seen_from(world: Networks, firewall: Firewall) -> Addresses | None:
    """The public addresses that the Internet sees a firewall send from; None where they are not known."""
    found: list[Addresses] = []
    for id_ in firewall.public:
        held = world.endpoints.public.get(id_.lower()) if isinstance(id_, str) else None
        written = held is not None and not held.meets(world.topology.stand_ins)
        if held is None or not written:
            return None
        found.append(held)
    own = firewall.subnet
    if not found or (own is not None and own.nat_gateway is not None):
        return None
    return union_of(found)
