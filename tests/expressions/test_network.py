import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.expressions.helpers import evaluate, evaluate_policy, failure

from everward.expressions import POLICY


def test_a_range_of_ipv4_is_taken_apart() -> None:
    assert evaluate("parseCidr('10.144.3.9/20')") == {
        "network": "10.144.0.0",
        "netmask": "255.255.240.0",
        "broadcast": "10.144.15.255",
        "firstUsable": "10.144.0.1",
        "lastUsable": "10.144.15.254",
        "cidr": 20,
    }
    assert evaluate("parseCidr('10.0.0.0/32').firstUsable") == "10.0.0.0"


def test_a_range_of_ipv6_has_no_broadcast_address() -> None:
    assert evaluate("parseCidr('fdad:3236:5555::/48')") == {
        "network": "fdad:3236:5555::",
        "netmask": "ffff:ffff:ffff::",
        "firstUsable": "fdad:3236:5555::",
        "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
        "cidr": 48,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cidrSubnet('10.144.0.0/20', 24, 0)", "10.144.0.0/24"),
        ("cidrSubnet('10.144.0.0/20', 24, 4)", "10.144.4.0/24"),
        ("cidrSubnet('fdad:3236:5555::/48', 52, 4)", "fdad:3236:5555:4000::/52"),
        ("cidrSubnet('10.0.0.0/16', 16, 0)", "10.0.0.0/16"),
        ("cidrHost('10.144.3.0/24', 0)", "10.144.3.1"),
        ("cidrHost('10.144.3.0/24', 253)", "10.144.3.254"),
        ("cidrHost('fdad:3236:5555:3000::/52', 0)", "fdad:3236:5555:3000::1"),
        ("cidrHost('10.0.0.4/31', 1)", "10.0.0.5"),
        ("cidrHost('::1/128', 0)", "::1"),
    ],
)
def test_subnets_and_hosts(text: str, expected: str) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parseCidr('10.0.0.0')", "`parseCidr`: `10.0.0.0` is not an IP range such as `10.0.0.0/16`"),
        ("parseCidr('10.0.0/8')", "is not an IP range"),
        ("parseCidr('10.0.0.0/33')", "is not an IP range"),
        ("parseCidr(1)", "its argument must be a string"),
        ("cidrSubnet('10.0.0.0/16', 8, 0)", "`cidrSubnet`: the new prefix must be from 16 to 32, not 8"),
        ("cidrSubnet('10.0.0.0/16', 33, 0)", "the new prefix must be from 16 to 32, not 33"),
        ("cidrSubnet('10.0.0.0/16', 17, 2)", "there is no subnet `2`: `10.0.0.0/16` holds 2 of /17"),
        ("cidrSubnet('10.0.0.0/16', 17, -1)", "there is no subnet `-1`"),
        ("cidrHost('10.0.0.0/24', 254)", "`cidrHost`: there is no host `254` in `10.0.0.0/24`"),
        ("cidrHost('10.0.0.0/24', -1)", "there is no host `-1`"),
    ],
)
def test_ranges_that_fail(text: str, message: str) -> None:
    assert message in failure(text).message


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("10.0.0.0/8", "10.200.0.1", True),
        ("10.0.0.0/8", "10.200.0.0/16", True),
        ("10.200.0.0/16", "10.0.0.0/8", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1 - 10.0.0.9", "10.0.0.9", True),
        ("10.0.0.1-10.0.0.9", "10.0.0.8-10.0.0.10", False),
        ("10.0.0.0-10.0.0.255", "10.0.0.64/26", True),
        ("10.0.0.7/8", "10.0.0.0/8", True),
        ("2001:db8::/32", "2001:db8:1::5", True),
        ("2001:db8::-2001:db8::ff", "2001:db8::100", False),
        ("::ffff:0:0/96", "::ffff:10.0.0.1", True),
    ],
)
def test_a_range_contains_another(outer: str, inner: str, expected: bool) -> None:
    assert evaluate_policy("ipRangeContains(parameters('a'), parameters('b'))", a=outer, b=inner) is expected


@pytest.mark.parametrize(
    ("outer", "inner", "message"),
    [
        ("10.0.0.0/8", "2001:db8::1", "the range and the target are of different IP families"),
        ("", "10.0.0.1", "`` is not an IP address"),
        ("10.0.0.0/8", "", "`` is not an IP address"),
        ("not-a-cidr", "10.0.0.1", "`not` is not an IP address"),
        ("10.0.0.9-10.0.0.1", "10.0.0.1", "`10.0.0.9-10.0.0.1` is not an IP range"),
        ("10.0.0.1-::1", "10.0.0.1", "`10.0.0.1-::1` is not an IP range"),
        ("10.0.0.0/8/8", "10.0.0.1", "is not an IP range"),
    ],
)
def test_what_is_no_range_is_an_error_and_not_a_silent_no(outer: str, inner: str, message: str) -> None:
    error = failure("ipRangeContains(parameters('a'), parameters('b'))", POLICY, a=outer, b=inner)
    assert message in error.message


NETWORKS = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
    lambda pair: ipaddress.ip_network(pair, strict=False)
)


@given(NETWORKS, NETWORKS)
def test_ranges_agree_with_python(outer: ipaddress.IPv4Network, inner: ipaddress.IPv4Network) -> None:
    text = "ipRangeContains(parameters('a'), parameters('b'))"
    assert evaluate_policy(text, a=str(outer), b=str(inner)) is inner.subnet_of(outer)
    assert evaluate_policy(text, a=f"{outer[0]}-{outer[-1]}", b=str(inner)) is inner.subnet_of(outer)


@given(NETWORKS, st.integers(0, 4), st.integers(0, 15))
def test_subnets_agree_with_python(network: ipaddress.IPv4Network, bits: int, index: int) -> None:
    size = min(32, network.prefixlen + bits)
    wanted = list(network.subnets(new_prefix=size))
    if index < len(wanted):
        text = "cidrSubnet(parameters('n'), parameters('s'), parameters('i'))"
        assert evaluate(text, n=str(network), s=size, i=index) == str(wanted[index])
