"""Functions over IP networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from everward.sources.terraform.language.functions.registry import function, strings, whole
from everward.sources.terraform.language.values import Data, ValueProblem, shorten

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network


def _network(prefix: str) -> IPv4Network | IPv6Network:
    import ipaddress

    address, slash, bits = prefix.partition("/")
    if "." in address:
        # Leading zeros mean nothing, as in Terraform; elsewhere they would make a part octal.
        address = ".".join(part.lstrip("0") or "0" if part.isdecimal() else part for part in address.split("."))
    try:
        if not slash or not bits.isdecimal():
            raise ValueError
        return ipaddress.ip_network(f"{address}/{bits}", strict=False)
    except ValueError:
        raise ValueProblem(f"`{shorten(prefix)}` is not a network such as `10.0.0.0/16`") from None


def _at(network: IPv4Network | IPv6Network, offset: int, bits: int) -> str:
    import ipaddress

    start = int(network.network_address) + offset
    address = ipaddress.IPv4Address(start) if network.version == 4 else ipaddress.IPv6Address(start)
    return f"{address}/{bits}"


def _bits(network: IPv4Network | IPv6Network, new: int) -> int:
    bits = network.prefixlen + new
    if new < 0 or bits > network.max_prefixlen:
        raise ValueProblem(f"{new} more bits do not fit into `{network}`")
    return bits


@function("cidrsubnet", "snn")
def cidrsubnet(prefix: str, new_bits: Any, number: Any) -> Data:
    """A part of a network by its number."""
    network = _network(prefix)
    new = whole(new_bits)
    bits = _bits(network, new)
    position = whole(number)
    if not 0 <= position < 1 << new:
        raise ValueProblem(f"{new} more bits have no network number {whole(number)}")
    return _at(network, position << (network.max_prefixlen - bits), bits)


@function("cidrsubnets", "s*n")
def cidrsubnets(prefix: str, *new_bits: Any) -> Data:
    """Parts of a network, one after the other."""
    network = _network(prefix)
    offset = 0
    out: list[str] = []
    for new in map(whole, new_bits):
        if new < 1:
            raise ValueProblem("at least one more bit is needed")
        bits = _bits(network, new)
        size = 1 << (network.max_prefixlen - bits)
        offset = -(-offset // size) * size
        if offset + size > network.num_addresses:
            raise ValueProblem(f"`{prefix}` has no room for all of them")
        out.append(_at(network, offset, bits))
        offset += size
    return strings(out)


@function("cidrhost", "sn")
def cidrhost(prefix: str, number: Any) -> Data:
    """An address in a network by its number; negative ones count from the end."""
    network = _network(prefix)
    position = whole(number)
    if position < 0:
        position += network.num_addresses
    if not 0 <= position < network.num_addresses:
        raise ValueProblem(f"`{network}` has no address number {whole(number)}")
    return _at(network, position, 0).partition("/")[0]


@function("cidrnetmask", "s")
def cidrnetmask(prefix: str) -> Data:
    """The mask of an IPv4 network."""
    network = _network(prefix)
    if network.version != 4:
        raise ValueProblem("only IPv4 networks have a mask")
    return str(network.netmask)
