"""What reach finds, as facts: exposures, ways out, public addresses, rules that never decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from everward.estate import Estate, Resource, Unresolved
from everward.facts.interface import Analysis, Derived, fact
from everward.facts.reach.appliances import appliance_facts
from everward.facts.reach.critical import path_facts
from everward.facts.reach.ddos import coverage
from everward.facts.reach.deploymentfacts import deployment_facts
from everward.facts.reach.egress import Way, ways_out
from everward.facts.reach.exposures import HIGH_RISK_PORTS, MANAGEMENT_PORTS, WEB_PORTS, Exposure, exposures
from everward.facts.reach.factvalues import guard_value, lead_value, step_value
from everward.facts.reach.filters import Filter
from everward.facts.reach.hybrid import hybrid_facts
from everward.facts.reach.maintenance import MAINTENANCE, maintenance_facts
from everward.facts.reach.management import management_facts
from everward.facts.reach.names import PlainNames
from everward.facts.reach.originfacts import origin_facts
from everward.facts.reach.paths import Networks
from everward.facts.reach.podfacts import pod_facts
from everward.facts.reach.publicips import Protection
from everward.facts.reach.rules import INBOUND, OUTBOUND
from everward.facts.reach.segments import MOST_PAIRS, Segment, TooManyError, segments
from everward.facts.reach.services import Service, Space, format_ports, format_service
from everward.facts.reach.shadow import Kind, Remark, remarks
from everward.facts.reach.topology import Subnet
from everward.facts.reach.unmodelled import unmodelled
from everward.facts.reach.words import slug
from everward.values import Origin, Truth, Unknown, combine

EXPOSURE: Final = "Reach/exposures"
EGRESS: Final = "Reach/egress"
PUBLIC_ADDRESS: Final = "Reach/publicAddresses"
RULE_REMARK: Final = "Reach/ruleRemarks"
SEGMENT: Final = "Reach/segments"


class ReachAnalysis(Analysis):
    """Who can reach what."""

    name = "reach"

    def derive(self, estate: Estate) -> Derived:
        """The facts of an estate."""
        world = Networks(estate)
        derived = Derived()
        for maker in (maker for maker in MAKERS if self.asks(*_MADE.get(maker, ()))):
            for made in maker(world):
                if isinstance(made, Unresolved):
                    derived.unresolved.append(made)
                elif self.wanted is None or self.wanted(made):
                    derived.facts.append(made)
        # They hold the world that holds them, and the command collects no cycles.
        world.ways_in = None
        return derived


def _exposures(world: Networks) -> Iterator[Resource | Unresolved]:
    seen: dict[str, int] = {}
    for exposure in exposures(world):
        yield exposure_fact(exposure, seen)
        if exposure.witness is not None and not exposure.confirmed and exposure.certain is True:
            yield Unresolved(
                subject=f"exposure of `{exposure.target.name}`",
                reason=f"the second evaluator does not let the packet `{exposure.witness}` in",
                origin=exposure.target.origin,
                help="this is a fault of ours: one of the two is wrong about a rule",
            )


def exposure_fact(exposure: Exposure, seen: dict[str, int]) -> Resource:
    """An exposure as a resource. `seen` keeps names apart."""
    parts = [exposure.kind, exposure.part, str(exposure.grade)]
    name = slug("-".join(part for part in parts if part))
    key = f"{exposure.target.key}#{name}"
    seen[key] = seen.get(key, 0) + 1
    title = name if seen[key] == 1 else f"{name}-{seen[key]}"
    certain = exposure.certain
    return fact(
        exposure.target,
        EXPOSURE,
        title,
        {
            "target": exposure.target.id,
            "targetType": exposure.target.type,
            "targetName": exposure.target.name,
            "part": exposure.part,
            "kind": exposure.kind,
            "source": str(exposure.grade),
            "services": [format_service(service) for service in exposure.services],
            "ports": [_port_range(range_) for range_ in exposure.ports()],
            "management": exposure.arrives_on(MANAGEMENT_PORTS),
            "highRisk": exposure.arrives_on(HIGH_RISK_PORTS),
            "web": exposure.has_port(WEB_PORTS),
            "beyondWeb": exposure.beyond(WEB_PORTS),
            "certain": certain is True,
            "path": [step_value(step) for step in exposure.path],
            "decidedBy": [step_value(step) for step in exposure.decided_by],
            "witness": None if exposure.witness is None else str(exposure.witness),
            "confirmed": exposure.confirmed,
            "notes": list(exposure.notes),
            "guards": [guard_value(guard) for guard in exposure.guards],
            "leadsTo": [lead_value(lead) for lead in exposure.leads],
            **({"openness": exposure.extra["openness"]} if "openness" in exposure.extra else {}),
        },
        origin=_place(exposure),
        condition=certain if isinstance(certain, Unknown) else True,
        sort=_sort(exposure),
    )


def _sort(exposure: Exposure) -> str:
    """`interface`, `app scm`, `service Microsoft.Sql/servers`: what criteria tell ways in by.

    A `listed service` has rules, which list the Internet or all of Azure.
    """
    if exposure.kind == "service":
        listed = "listed " if exposure.extra.get("openness") in ("wide", "azure") else ""
        return f"{listed}{exposure.kind} {exposure.target.type}"
    return f"{exposure.kind} {exposure.part}" if exposure.kind == "app" else exposure.kind


def _place(exposure: Exposure) -> Origin:
    """Where a reader looks first: at the rule that lets packets in."""
    return next((step.origin for step in exposure.decided_by if step.origin is not None), exposure.target.origin)


def _port_range(range_: tuple[int, int]) -> str:
    return format_ports((range_,))


def _egress(world: Networks) -> Iterator[Resource]:
    for way in ways_out(world):
        detail = way.service or (way.by.name if way.by is not None else "")
        name = slug(f"{way.way}-{detail}") if detail else slug(str(way.way))
        certain: Truth = way.certain
        yield fact(
            way.subnet.id,
            EGRESS,
            name,
            {
                "subnet": way.subnet.id,
                "subnetName": way.subnet.name,
                "way": str(way.way),
                "service": way.service,
                "consumed": way.consumed,
                "restrictable": way.way is not Way.SERVICE,
                "endpoint": way.by.id if way.by is not None else None,
                "target": way.target or None,
                "foreign": way.foreign,
            },
            origin=way.by.origin if way.by is not None else _declared(way.subnet, world).origin,
            condition=certain if isinstance(certain, Unknown) else True,
            sort=str(way.way),
        )


def _declared(subnet: Subnet, world: Networks) -> Resource:
    """Where a subnet is written: by itself, or inside its network."""
    return world.estate.find(subnet.id) or subnet.resource


def _addresses(world: Networks) -> Iterator[Resource]:
    for item in coverage(world):
        state: Any = str(item.state)
        if item.state is Protection.UNKNOWN:
            state = Unknown(reason=item.reason, decided_by=(item.address.id,))
        yield fact(
            item.address,
            PUBLIC_ADDRESS,
            "address",
            {
                "address": item.address.id,
                "protection": state,
                "reason": item.reason,
                "attachedTo": item.attached.id if item.attached is not None else None,
                "network": item.network.id if item.network is not None else None,
            },
        )


_KINDS: Final = {
    Kind.SHADOWED: "rules before it take every packet that it is about",
    Kind.CONFLICTING: "rules before it take every packet that it is about, some of them to the contrary",
    Kind.PARTLY: "rules before it say the contrary of some of its packets",
    Kind.REDUNDANT: "without it the same packets pass",
    Kind.EMPTY: "it is about no packet at all",
}


def _remarks(world: Networks) -> Iterator[Resource]:
    for group in world.groups:
        rules = world.rules(group)
        space = Space(service for rule in rules for service in rule.possible)
        for direction in (INBOUND, OUTBOUND):
            own = [rule for rule in rules if rule.direction == direction]
            for remark in remarks(Filter(own, PlainNames(), space)):
                yield _remark(group, direction, remark)


def _remark(group: Resource, direction: str, remark: Remark) -> Resource:
    return fact(
        group,
        RULE_REMARK,
        slug(f"{remark.rule.name}-{remark.kind}"),
        {
            "group": group.id,
            "rule": remark.rule.name,
            "direction": direction,
            "remark": str(remark.kind),
            "reason": _KINDS[remark.kind],
            "by": [rule.name for rule in remark.by],
            "live": [_live(part) for part in remark.live],
        },
        origin=remark.rule.origin,
        sort=str(remark.kind),
    )


def _segments(world: Networks) -> Iterator[Resource | Unresolved]:
    try:
        found = list(segments(world))
    except TooManyError:
        yield Unresolved(
            subject=f"{len(world.topology.subnets):,} subnets",
            reason=f"more than {MOST_PAIRS:,} pairs of them can have a route, so their perimeters are not judged",
            help="assess networks one by one",
            incomplete=True,
        )
        return
    for segment in found:
        yield _segment(segment, world)


def _segment(segment: Segment, world: Networks) -> Resource:
    subnet, group = segment.subnet, segment.subnet.group
    open_to: Any = [source.id for source in segment.open_to]
    if not open_to and segment.perhaps:
        open_to = combine(segment.perhaps)
    egress: Any = segment.internet
    if not isinstance(egress, Unknown):
        egress = "open" if egress else "limited" if segment.runs else "nothing runs in it"
    return fact(
        subnet.id,
        SEGMENT,
        "segment",
        {
            "segment": subnet.id,
            "segmentName": subnet.name,
            "network": subnet.network.id,
            "group": group,
            "neighbours": segment.neighbours,
            "openTo": open_to,
            "reaches": [other.id for other in segment.reaches],
            "egress": egress,
        },
        origin=_perimeter(subnet, world).origin,
        sort=str(segment.sort),
    )


def _perimeter(subnet: Subnet, world: Networks) -> Resource:
    """Where the perimeter of a subnet is mended: at its group."""
    group = world.estate.find(subnet.group) if isinstance(subnet.group, str) else None
    return group if group is not None else _declared(subnet, world)


def _live(part: tuple[Any, Any, tuple[Service, ...]]) -> dict[str, Any]:
    sources, destinations, services = part
    return {
        "sources": list(islice(sources.cidrs(), 8)),
        "destinations": list(islice(destinations.cidrs(), 8)),
        "services": [format_service(service) for service in services],
    }


MAKERS: Final[tuple[Callable[[Networks], Iterator[Resource | Unresolved]], ...]] = (
    _exposures,
    origin_facts,
    unmodelled,
    _egress,
    _addresses,
    _remarks,
    _segments,
    pod_facts,
    appliance_facts,
    path_facts,
    deployment_facts,
    management_facts,
    hybrid_facts,
    maintenance_facts,
)
"""What makes facts, in the order in which they are listed."""

_MADE: Final[Mapping[Callable[..., Iterator[Resource | Unresolved]], tuple[str, ...]]] = {
    _exposures: (EXPOSURE,),
    _egress: (EGRESS,),
    _addresses: (PUBLIC_ADDRESS,),
    _remarks: (RULE_REMARK,),
    _segments: (SEGMENT,),
    maintenance_facts: (MAINTENANCE,),
}
"""What makers make, where it is of one kind: they are not run when nobody asks for it."""
