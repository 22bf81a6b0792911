"""Sets of addresses, against plain sets."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.facts.reach.addresses import (
    EVERYWHERE,
    LAST_V4,
    NOWHERE,
    Addresses,
    format_address,
    joined,
    parse_addresses,
    union_of,
)

SPAN = 64
sets = st.sets(st.integers(0, SPAN - 1))


def of(members: set[int], six: set[int] = frozenset()) -> Addresses:  # type: ignore[assignment]
    return Addresses(joined((item, item) for item in members), joined((item, item) for item in six))


def members(addresses: Addresses, version: int = 4) -> set[int]:
    return {item for item in range(SPAN) if addresses.has(item, version)}


@given(sets, sets, sets, sets)
def test_the_algebra_is_that_of_sets(one: set[int], two: set[int], three: set[int], four: set[int]) -> None:
    left, right = of(one, three), of(two, four)
    assert members(left.union(right)) == one | two
    assert members(left.intersection(right), 6) == three & four
    assert members(left.difference(right)) == one - two
    assert members(left.complement()) == set(range(SPAN)) - one
    assert left.covers(right) is (two <= one and four <= three)
    assert left.meets(right) is bool(one & two or three & four)
    assert left.size() == len(one)
    assert bool(left) is bool(one or three)
    assert union_of([left, right]) == left.union(right)


@given(st.sets(st.integers(0, SPAN // 2 - 1), min_size=9), st.integers(0, SPAN - 1), st.integers(0, 9))
def test_a_large_set_and_a_small_one_have_in_common_what_sets_have(halves: set[int], first: int, length: int) -> None:
    large = {2 * item for item in halves}
    small = set(range(first, min(first + length, SPAN - 1) + 1))
    one, two = of(large, large), of(small, small)
    for left, right in ((one, two), (two, one)):
        for version in (4, 6):
            assert members(left.intersection(right), version) == large & small
        assert left.meets(right) is bool(large & small)


@given(sets)
def test_prefixes_say_the_same(one: set[int]) -> None:
    made = of(one, one)
    again = union_of(found for text in made.cidrs() if (found := parse_addresses(text)) is not None)
    assert again == made


def test_the_first_is_the_lowest() -> None:
    assert NOWHERE.first() is None
    assert of({5, 3}).first() == (3, 4)
    assert of(set(), {7}).first() == (7, 6)
    assert EVERYWHERE.complement() == NOWHERE
    assert EVERYWHERE.size() == LAST_V4 + 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.77/24", ["10.0.0.0/24"]),
        (" 10.0.0.1 - 10.0.0.2 ", ["10.0.0.1/32", "10.0.0.2/32"]),
        ("fd00::/8", ["fd00::/8"]),
        ("fd00::1-fd00::1", ["fd00::1/128"]),
        ("10.0.0.2-10.0.0.1", None),
        ("10.0.0.1-fd00::1", None),
        ("a-b", None),
        ("Internet", None),
        ("10.0.0.0/33", None),
        ("", None),
    ],
)
def test_forms_of_writing(text: str, found: list[str] | None) -> None:
    parsed = parse_addresses(text)
    assert (None if parsed is None else list(parsed.cidrs())) == found


def test_addresses_are_written_as_people_do() -> None:
    assert format_address(0x0A000001, 4) == "10.0.0.1"
    assert format_address(1, 6) == "::1"


PIECES = st.sampled_from(
    ["0", "1", "10", "010", "255", "256", ".", ":", "::", "ffff", "/", "8", "32", "33", "128", "%e", "٣", " "]
)


@given(
    st.one_of(st.ip_addresses().map(str), st.lists(PIECES, max_size=9).map("".join)),
    st.sampled_from(["", "/0", "/7", "/08", "/31", "/64", "/129", "/-1", "/a"]),
)
def test_the_quick_way_reads_what_the_standard_library_reads(address: str, length: str) -> None:
    text = f"{address}{length}"
    found = parse_addresses(text)
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        assert found is None or "-" in text
        return
    interval = (int(network.network_address), int(network.broadcast_address))
    assert found == (Addresses((interval,), ()) if network.version == 4 else Addresses((), (interval,)))
