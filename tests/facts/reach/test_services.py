"""Protocols and ports as bits, against plain sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.facts.reach.services import (
    ALL_PORTS,
    PROTOCOLS,
    WITH_PORTS,
    Sample,
    Service,
    Space,
    format_service,
    join_ports,
    parse_ports,
)

PORTS = (0, 1, 22, 80, 81, 443, 65_535)
ranges = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(lambda pair: (min(pair), max(pair)))
ports = st.lists(ranges, min_size=1, max_size=2).map(join_ports)
services = st.builds(Service, st.sampled_from(("*", *PROTOCOLS)), st.one_of(st.just(ALL_PORTS), ports), ports)


def holds(service: Service, protocol: str, source: int, port: int) -> bool:
    if service.protocol not in ("*", protocol):
        return False
    if protocol not in WITH_PORTS:
        return True
    return all(
        any(first <= number <= last for first, last in given)
        for given, number in ((service.source_ports, source), (service.ports, port))
    )


@given(services, services, st.sampled_from(PROTOCOLS), st.sampled_from(PORTS), st.sampled_from(PORTS))
def test_masks_are_sets(one: Service, two: Service, protocol: str, source: int, port: int) -> None:
    point = Service(protocol, ((source, source),), ((port, port),))
    space = Space([one, two, point])
    bit = space.mask(point)
    left, right = space.mask(one), space.mask(two)
    assert bool(left & bit) is holds(one, protocol, source, port)
    assert bool((left & ~right) & bit) is (
        holds(one, protocol, source, port) and not holds(two, protocol, source, port)
    )


@given(services, services)
def test_a_description_says_the_same(one: Service, two: Service) -> None:
    space = Space([one, two])
    mask = space.mask(one) & ~space.mask(two)
    again = 0
    for service in space.describe(mask):
        again |= space.mask(service)
    assert again == mask
    for sample in space.samples(mask):
        assert holds(one, *sample)
        assert not holds(two, *sample)
    assert sum(1 for _ in space.samples(mask)) == mask.bit_count()


def test_everything_is_one_service() -> None:
    space = Space([Service("tcp", ports=((80, 80),))])
    assert space.describe(space.everything) == (Service(),)
    assert space.mask(Service()) == space.everything
    assert space.size == space.everything.bit_length()
    assert Sample("icmp", 0, 0) in set(space.samples(space.everything))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("*", ALL_PORTS),
        ("80", ((80, 80),)),
        (" 80 - 90 ", ((80, 90),)),
        ("90-80", None),
        ("http", None),
        ("70000", None),
    ],
)
def test_ports_as_rules_write_them(text: str, found: object) -> None:
    assert parse_ports(text) == found


@pytest.mark.parametrize(
    ("service", "text"),
    [
        (Service(), "any"),
        (Service("icmp"), "icmp"),
        (Service("tcp", ports=((443, 443), (80, 90))), "tcp/443,80-90"),
        (Service(ports=((53, 53),)), "any/53"),
        (Service("udp", source_ports=((53, 53),)), "udp from port 53"),
    ],
)
def test_services_are_written_as_people_do(service: Service, text: str) -> None:
    assert format_service(service) == text
