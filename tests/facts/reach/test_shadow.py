"""Rules that never decide, against asking every packet of a small space."""

from typing import Any

from hypothesis import given, settings
from tests.facts.reach.test_filters import group_of, written_rules
from tests.facts.reach.world import HOLE, rule

from everward.facts.reach.addresses import Addresses, parse_addresses
from everward.facts.reach.filters import Filter
from everward.facts.reach.names import PlainNames
from everward.facts.reach.rules import INBOUND, Extent, rules_of
from everward.facts.reach.services import Space
from everward.facts.reach.shadow import Kind, remarks

WEB = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationSecurityGroups/web"


def names() -> PlainNames:
    found = parse_addresses("10.0.0.4/31")
    assert found is not None
    inside = parse_addresses("10.0.0.0/24")
    assert inside is not None
    tags = {"VirtualNetwork": inside, "Internet": inside.complement()}
    return PlainNames(tags, {WEB: Extent(found, found)})


def filter_of(rules: list[dict[str, Any]]) -> Filter:
    found = [item for item in rules_of(group_of(rules)) if item.direction in (INBOUND, None)]
    return Filter(found, names(), Space(service for item in found for service in item.possible))


def first(
    made: Filter, source: int, target: int, version: int, mask: int, without: frozenset[int] = frozenset()
) -> int | None:
    """The index of the rule that decides, one address pair and one class of services at a time."""
    for index, bound in enumerate(made.rules):
        inside = bound.source.sure.has(source, version) and bound.destination.sure.has(target, version)
        if index not in without and inside and bound.sure & mask:
            return index
    return None


def points(made: Filter) -> list[tuple[int, int]]:
    """An address of every interval that rules cut."""
    cuts = {(0, 4), (0, 6)}
    for bound in made.rules:
        for version in (4, 6):
            for side in (bound.source.sure, bound.destination.sure):
                for low, high in side.of(version):
                    cuts |= {(low, version), (min(high + 1, 2**32 - 1 if version == 4 else 2**128 - 1), version)}
    return sorted(cuts)


@given(written_rules())
@settings(max_examples=60, deadline=None)
def test_what_is_said_holds_of_every_packet(rules: list[dict[str, Any]]) -> None:
    made = filter_of(rules[:4])
    said = {id(remark.rule): remark for remark in remarks(made)}
    never = (Kind.SHADOWED, Kind.CONFLICTING, Kind.EMPTY)
    gone = {key for key, remark in said.items() if remark.kind in never}
    dead = {index for index, bound in enumerate(made.rules) if id(bound.rule) in gone}
    places = points(made)
    for index, bound in enumerate(made.rules):
        if bound.rule.default:
            continue
        decides = changes = False
        for source, version in places:
            for target, other in places:
                if version != other:
                    continue
                for bit in range(made.space.size):
                    mask = 1 << bit
                    if first(made, source, target, version, mask) != index:
                        continue
                    decides = True
                    behind = first(made, source, target, version, mask, frozenset({index, *dead}))
                    changes |= behind is None or made.rules[behind].rule.allows is not bound.rule.allows
        kind = said[id(bound.rule)].kind if id(bound.rule) in said else None
        assert decides is (kind not in never)
        if decides:
            assert changes is (kind is not Kind.REDUNDANT)


def kinds(*rules: dict[str, Any]) -> dict[str, Kind]:
    return {remark.rule.name: remark.kind for remark in remarks(filter_of(list(rules)))}


def test_each_kind_is_told_apart() -> None:
    found = kinds(
        rule("all", 100, destinationPortRange="80-90"),
        rule("taken", 110, destinationPortRange="85"),
        rule("contrary", 120, "Deny", destinationPortRange="90"),
        rule("partly", 130, "Deny", destinationPortRange="90-95"),
        rule("again", 140, "Deny", destinationPortRange="94"),
        rule(
            "same",
            200,
            destinationPortRange="4000",
            sourceAddressPrefix="VirtualNetwork",
            destinationAddressPrefix="VirtualNetwork",
        ),
        rule("nothing", 210, destinationAddressPrefix=None),
        rule("web", 220, destinationPortRange="443"),
    )
    assert found == {
        "taken": Kind.SHADOWED,
        "contrary": Kind.CONFLICTING,
        "partly": Kind.PARTLY,
        "again": Kind.SHADOWED,
        "same": Kind.REDUNDANT,
        "nothing": Kind.EMPTY,
    }


def test_what_is_left_of_a_rule_is_told() -> None:
    made = filter_of(
        [rule("no", 100, "Deny", destinationPortRange="80-90"), rule("yes", 110, destinationPortRange="85-95")]
    )
    [remark] = list(remarks(made))
    assert (remark.kind, [item.name for item in remark.by]) == (Kind.PARTLY, ["no"])
    [(_, _, services)] = [part for part in remark.live if part[0].v4]
    assert [service.ports for service in services] == [((91, 95),)]


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert kinds(rule("all", 100), rule("open", 110, destinationPortRange=HOLE)) == {}
    assert kinds(rule("open", 100, destinationPortRange=HOLE), rule("web", 110, destinationPortRange="80")) == {}
    assert kinds(rule("one", 100), rule("two", 100, "Deny")) == {}


def test_names_alone() -> None:
    plain = PlainNames()
    assert plain.tag("no such tag") is None
    assert plain.tag("AzureLoadBalancer") is not None
    assert plain.group("/x").sure == Addresses()
    assert plain.hole(HOLE) is None
