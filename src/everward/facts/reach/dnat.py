"""Ways in that rules of Azure Firewall translate: a public address and port that lead to an address inside.

MicrosoftDocs/azure-docs firewall/rule-processing and destination-nat-rules, read 2026-11: a match is translated and let
through, no other rule looks at it. The firewall puts an address of its own subnet in as the sender (Azure Network
Security Blog, Azure Firewall NAT Behaviors, 2023-05-19): groups inside see the firewall, so only the rule's own sources
keep anybody out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from everward.facts.reach.addresses import Addresses, union_of
from everward.facts.reach.crossing import passes
from everward.facts.reach.endpoints import Endpoint
from everward.facts.reach.entrances import Step, public_address
from everward.facts.reach.exposure import Exposure, Grade, addresses_of, grade_of, internet
from everward.facts.reach.filters import Filter, Passage
from everward.facts.reach.firewall_rules import rule_of, translated
from everward.facts.reach.firewalls import Firewall, Kind, Written
from everward.facts.reach.packet import Packet
from everward.facts.reach.paths import Networks, Part
from everward.facts.reach.places import Place, places_at
from everward.facts.reach.routes import Hop
from everward.facts.reach.rules import INBOUND, Rule
from everward.facts.reach.services import ALL_PORTS, Service
from everward.facts.reach.witness import check, packet, translated_by
from everward.values import Truth, Unknown, all_of, combine

KIND: Final = "firewall"


class _Live(NamedTuple):
    """What a rule takes of the packets that come from the Internet, behind the rules before it."""

    certain: bool
    sources: Addresses
    mask: int


def translations(world: Networks) -> Iterator[Exposure]:
    """Every way in that a firewall translates, and firewalls whose rules nobody read."""
    for firewall in world.firewalls.all:
        if firewall.public:
            yield from _of(world, firewall)


def _of(world: Networks, firewall: Firewall) -> Iterator[Exposure]:
    public, steps = _public(world, firewall)
    end = firewall.endpoints[0] if firewall.endpoints else None
    everybody = internet(world, end) if end is not None else public.complement()
    rules = [written for written in firewall.rules if written.kind is Kind.NAT]
    for written, live in _lives(world, firewall, rules, everybody, public):
        for part in live:
            yield from _through(world, firewall, written, part, steps, everybody)
    if firewall.holes:
        reason = "rules of the firewall are not known: any could translate"
        doubt = combine(firewall.holes, reason=reason)
        own = Step(firewall.resource.id, "the firewall", firewall.resource.origin)
        target = firewall.resource
        yield Exposure(target, "", KIND, Grade.INTERNET, (Service(),), doubt, (*steps, own), extra={"inside": ()})


def _public(world: Networks, firewall: Firewall) -> tuple[Addresses, tuple[Step, ...]]:
    found = [public_address(world, id_) for id_ in firewall.public]
    return union_of(address for address, _, _ in found), tuple(step for _, _, step in found)


def _lives(
    world: Networks, firewall: Firewall, rules: Sequence[Written], everybody: Addresses, public: Addresses
) -> Iterator[tuple[Written, list[_Live]]]:
    """The rules with what they take, for certain and perhaps: the first that matches translates."""
    made = [_rule(written, index) for index, written in enumerate(rules)]
    sieve = Filter(made, world.names(firewall.subnet), world.space)
    by_id = {rule.id: written for rule, written in zip(made, rules, strict=True)}
    taken: dict[str, dict[bool, list[tuple[int, Addresses]]]] = {}
    for one in sieve.sources(everybody):
        for two in sieve.destinations(public):
            if one.version != two.version:
                continue
            most, sure = one.most & two.most, one.sure & two.sure
            left = world.space.everything
            part = addresses_of(Part(one, two, Passage(0, 0)))
            for index, bound in enumerate(sieve.rules):
                live = left & bound.most if most >> index & 1 else 0
                if not live:
                    continue
                certain = sure >> index & 1 == 1 and bound.rule.priority is not None
                least = live & bound.sure if certain else 0
                for known, mask in ((True, least), (False, live & ~least)):
                    if mask:
                        taken.setdefault(bound.rule.id, {}).setdefault(known, []).append((mask, part))
                left &= ~least
    for id_, kinds in taken.items():
        listed = [_Live(known, sources, mask) for known, found in kinds.items() for sources, mask in _joined(found)]
        yield by_id[id_], listed


def _joined(found: Sequence[tuple[int, Addresses]]) -> Iterator[tuple[Addresses, int]]:
    by_mask: dict[int, list[Addresses]] = {}
    for mask, sources in found:
        by_mask.setdefault(mask, []).append(sources)
    for mask, listed in by_mask.items():
        yield union_of(listed), mask


def _rule(written: Written, index: int) -> Rule:
    """A translating rule for the engine. Rules of one collection all translate: the first of them counts."""
    place = index if written.rank is not None else None
    return rule_of(written, place)._replace(id=f"{written.id}@{index}", allows=True)


def _through(
    world: Networks, firewall: Firewall, written: Written, live: _Live, steps: tuple[Step, ...], everybody: Addresses
) -> Iterator[Exposure]:
    """What one rule lets in, by each place that it leads to."""
    address, ports = translated(written.body)
    inside = ports if ports is not None else ALL_PORTS
    name = f"translating rule `{written.name}` of `{firewall.resource.name}`"
    step = Step(written.id, name, written.origin)
    steps = (*steps, Step(firewall.resource.id, "the firewall", firewall.resource.origin))
    places = places_at(world, address, inside)
    if not places:
        yield _nowhere(world, firewall, written, live, (*steps, step), everybody)
    for place in places:
        arrives = _arrives(world, firewall, place, written)
        if arrives is False:
            continue
        doubts = [] if ports else [_port_hole(written)]
        certain = all_of([live.certain or _undecided(written), arrives, _answers(world, firewall), *doubts])
        witness, confirmed = _witness(world, firewall, live, place) if certain is True else (None, False)
        yield Exposure(
            place.endpoint.resource,
            place.endpoint.name,
            KIND,
            grade_of(live.sources, everybody.size()),
            world.space.describe(live.mask),
            certain,
            (*steps, step, *place.steps),
            (step,),
            live.sources,
            witness,
            confirmed,
            notes=(*_seen_notes(firewall, place), *firewall.notes),
            extra={"inside": tuple(Service(service.protocol, ports=place.ports) for service in _spoken(world, live))},
        )


def _answers(world: Networks, firewall: Firewall) -> Truth:
    """Whether answers leave the firewall straight: with forced tunnelling it is not certain that it translates at all.

    MicrosoftDocs/azure-docs firewall/forced-tunneling, read 2026-11.
    """
    back = world.answers_internet(firewall.subnet) if firewall.subnet is not None else True
    if back is not False:
        return back
    return Unknown(
        reason="routes of the firewall's subnet send answers another way", decided_by=(firewall.resource.id,)
    )


def _spoken(world: Networks, live: _Live) -> tuple[Service, ...]:
    return world.space.describe(live.mask)


def _undecided(written: Written) -> Unknown:
    return Unknown(reason=f"rule `{written.name}` is not known whole, or another may stand before it")


def _port_hole(written: Written) -> Unknown:
    return Unknown(reason=f"the port that rule `{written.name}` translates to is not known")


def _seen_notes(firewall: Firewall, place: Place) -> Iterator[str]:
    groups = [place.endpoint.group, place.endpoint.subnet.group if place.endpoint.subnet is not None else None]
    if any(group is not None for group in groups):
        yield f"groups inside see an address of `{firewall.resource.name}` as the sender, whoever it is"


def _nowhere(
    world: Networks,
    firewall: Firewall,
    written: Written,
    live: _Live,
    path: tuple[Step, ...],
    everybody: Addresses,
) -> Exposure:
    """A rule that leads to an address that no source knows: it is a way in, whatever stands there."""
    address, _ = translated(written.body)
    shown = f"`{address}`" if isinstance(address, str) else "an address that is not known"
    grade = grade_of(live.sources, everybody.size())
    certain: Truth = Unknown(reason=f"what stands at {shown} is in no source", decided_by=(firewall.resource.id,))
    services = world.space.describe(live.mask)
    note = f"it leads to {shown}, which is in no source"
    target = firewall.resource
    return Exposure(target, written.name, KIND, grade, services, certain, path, path[-1:], live.sources, notes=(note,))


def _arrives(world: Networks, firewall: Firewall, place: Place, written: Written) -> Truth:
    """Whether packets get from the firewall to a place, and its groups let the firewall in."""
    end = place.endpoint
    if end.subnet is None or firewall.subnet is None:
        return Unknown(reason="the subnet of the firewall or of what is behind it is in no source")
    mask = 0
    for protocol in ("tcp", "udp"):
        if protocol in _protocols(written):
            mask |= world.space.mask(Service(protocol, ports=place.ports))
    truths: list[Truth] = [passes(world.inbound(end), firewall.addresses, end.addresses, mask)] if mask else []
    for _, hops in world.hops(firewall.subnet, end.addresses):
        truths += [_led(hop, end) for hop in hops]
    return all_of(truths)


def _protocols(written: Written) -> set[str]:
    words = {word.lower() for field in ("ipProtocols", "protocols") for word in _words(written, field)}
    return {"tcp", "udp"} if not words or "any" in words else words


def _words(written: Written, field: str) -> list[str]:
    found = written.body.get(field)
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []


def _led(hop: Hop | Unknown, end: Endpoint) -> Truth:
    if isinstance(hop, Unknown):
        return hop
    if hop in (Hop.LOCAL, Hop.PEERING):
        return True
    doubt = Unknown(reason=f"what stands behind the {hop} decides", decided_by=(end.id,))
    return doubt if hop in (Hop.APPLIANCE, Hop.GATEWAY) else False


def _witness(world: Networks, firewall: Firewall, live: _Live, place: Place) -> tuple[Packet | None, bool]:
    """A packet to the public address, and whether plain evaluators translate it and let it in behind."""
    public, _ = _public(world, firewall)
    for sample in world.space.samples(live.mask):
        sent = packet(live.sources, public, sample)
        if sent is None:
            continue
        name, inner_packet = translated_by(world, firewall.resource, sent)
        if inner_packet is None or not name:
            return sent, False
        port = inner_packet.port
        behind = packet(firewall.addresses, place.endpoint.addresses, sample._replace(port=port))
        groups = [place.endpoint.subnet.group if place.endpoint.subnet is not None else None, place.endpoint.group]
        kept = [group for group in groups if isinstance(group, str)]
        arrived = place.ports[0][0] if not any(a <= port <= b for a, b in place.ports) else port
        if behind is None:
            return sent, False
        said = check(world, kept, INBOUND, place.endpoint.subnet, behind._replace(port=arrived))
        return sent, said.access == "Allow"
    return None, False
