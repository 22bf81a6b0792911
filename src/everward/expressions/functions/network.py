"""Functions on IP addresses and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from everward.expressions.functions.registry import Family
from everward.expressions.kinds import as_integer, as_string
from everward.expressions.problem import Failure
from everward.values import Value

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

NETWORK = Family()


def _network(text: str, strict: bool = False) -> IPv4Network | IPv6Network:
    import ipaddress

    try:
        if "/" not in text:
            raise ValueError
        return ipaddress.ip_network(text.strip(), strict=strict)
    except ValueError:
        raise Failure(f"`{text[:64]}` is not an IP range such as `10.0.0.0/16`") from None


def _address(text: str) -> IPv4Address | IPv6Address:
    import ipaddress

    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        raise Failure(f"`{text[:64]}` is not an IP address") from None


@NETWORK.add("parseCidr", 1, 1)
def parse_cidr(value: Value) -> Value:
    """What a range is made of; ranges of IPv6 have no broadcast address."""
    network = _network(as_string(value))
    parts: dict[str, Value] = {"network": str(network.network_address), "netmask": str(network.netmask)}
    first, last = _usable(network)
    if network.version == 4:
        parts["broadcast"] = str(network.broadcast_address)
    parts["firstUsable"] = str(network.network_address + first)
    parts["lastUsable"] = str(network.network_address + last)
    parts["cidr"] = network.prefixlen
    return parts


def _usable(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    """The offsets of the first and the last address for hosts; tiny ranges of IPv4 keep none back."""
    last = network.num_addresses - 1
    if network.version == 4 and network.prefixlen < 31:
        return 1, last - 1
    return 0, last


@NETWORK.add("cidrSubnet", 3, 3)
def cidr_subnet(value: Value, prefix: Value, index: Value) -> Value:
    """The range with an index among those of a new size that a range splits into."""
    network = _network(as_string(value, "the range"))
    size, number = as_integer(prefix, "the new prefix"), as_integer(index, "the index")
    if not network.prefixlen <= size <= network.max_prefixlen:
        raise Failure(f"the new prefix must be from {network.prefixlen} to {network.max_prefixlen}, not {size}")
    count = 2 ** (size - network.prefixlen)
    if not 0 <= number < count:
        raise Failure(f"there is no subnet `{number}`: `{network}` holds {count} of /{size}")
    start = network.network_address + number * 2 ** (network.max_prefixlen - size)
    return f"{start}/{size}"


@NETWORK.add("cidrHost", 2, 2)
def cidr_host(value: Value, index: Value) -> Value:
    """The address with an index among those that hosts of a range can have."""
    network = _network(as_string(value, "the range"))
    number = as_integer(index, "the index")
    first, last = _usable(network)
    if network.version == 6 and network.prefixlen < 127:
        # The first address of an IPv6 range is that of its routers.
        first = 1
    if number < 0 or first + number > last:
        raise Failure(f"there is no host `{number}` in `{network}`")
    return str(network.network_address + (first + number))


@NETWORK.add("ipRangeContains", 2, 2)
def ip_range_contains(value: Value, target: Value) -> Value:
    """Whether a range holds every address of another. Each is an address, `10.0.0.0/8`, or `10.0.0.1-10.0.0.9`."""
    outer, inner = _range(as_string(value, "the range")), _range(as_string(target, "the target"))
    if outer[0] != inner[0]:
        raise Failure("the range and the target are of different IP families")
    return outer[1] <= inner[1] and inner[2] <= outer[2]


def _range(text: str) -> tuple[int, int, int]:
    """Family, first and last address."""
    if "-" in text:
        start, _, end = text.partition("-")
        first, last = _address(start), _address(end)
        if first.version != last.version or int(first) > int(last):
            raise Failure(f"`{text[:64]}` is not an IP range")
        return first.version, int(first), int(last)
    if "/" in text:
        network = _network(text)
        return network.version, int(network.network_address), int(network.broadcast_address)
    address = _address(text)
    return address.version, int(address), int(address)
