"""Functions over IP networks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from everward.sources.terraform.language.functions.registry import function, strings, whole
from everward.sources.terraform.language.values import Data, ValueProblem, shorten

_MOST_BITS = 32
"""By how many bits `cidrsubnets` extends a prefix at most."""
_DECIMAL = re.compile(r"[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Network:
    """A network by its first address."""

    start: int
    bits: int
    """Bits of its prefix."""
    width: int
    """Bits of an address: 32 or 128."""

    @property
    def size(self) -> int:
        """How many addresses it has."""
        return 1 << (self.width - self.bits)

    def __str__(self) -> str:
        return f"{_address_text(self.start, self.width)}/{self.bits}"


def _address_text(address: int, width: int) -> str:
    import ipaddress

    if width == 32:
        return str(ipaddress.IPv4Address(address))
    if address >> 32 == 0xFFFF:
        # An address of the old kind inside the new ones is written as it was.
        return str(ipaddress.IPv4Address(address & 0xFFFF_FFFF))
    return str(ipaddress.IPv6Address(address))


def _network(prefix: str) -> _Network:
    import ipaddress

    text, slash, bits = prefix.partition("/")
    try:
        if not slash or not _DECIMAL.fullmatch(bits) or "%" in text:
            raise ValueError
        if ":" in text:
            head, colon, tail = text.rpartition(":")
            address = int(ipaddress.IPv6Address(head + colon + _old_style(tail) if "." in tail else text))
            width = 128
        else:
            address, width = int(ipaddress.IPv4Address(_old_style(text))), 32
        # Digits beyond any address are no reason to make a number of them.
        length = int(bits) if len(bits) < 10 else 10**9
        if length > width:
            raise ValueError
    except ValueError:
        raise ValueProblem(f"`{shorten(prefix)}` is not a network such as `10.0.0.0/16`") from None
    return _Network(address >> (width - length) << (width - length), length, width)


def _old_style(text: str) -> str:
    """Leading zeros mean nothing, as in Terraform; elsewhere they would make a part octal."""
    parts = text.split(".")
    return ".".join(part.lstrip("0") or "0" if _DECIMAL.fullmatch(part) else part for part in parts)


@function("cidrsubnet", "snn")
def cidrsubnet(prefix: str, new_bits: Any, number: Any) -> Data:
    """A part of a network by its number."""
    network = _network(prefix)
    new, position = whole(new_bits), _big(number)
    bits = network.bits + new
    if bits < 0 or bits > network.width or bits < network.bits:
        raise ValueProblem(f"{new} more bits do not fit into `{network}`")
    if abs(position) >= 1 << new if position >= 0 else -position > 1 << new:
        raise ValueProblem(f"{new} more bits have no network number {position}")
    if position < 0:
        position += 1 << new
    return str(_Network(network.start + (position << (network.width - bits)), bits, network.width))


def _big(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueProblem("a whole number is needed")
    return int(value)


@function("cidrsubnets", "s*n")
def cidrsubnets(prefix: str, *new_bits: Any) -> Data:
    """Parts of a network, one after the other."""
    network = _network(prefix)
    offset = 0
    out: list[str] = []
    for new in map(whole, new_bits):
        if not 1 <= new <= _MOST_BITS:
            raise ValueProblem(f"a prefix is extended by 1 to {_MOST_BITS} bits")
        bits = network.bits + new
        if bits > network.width:
            raise ValueProblem(f"{new} more bits do not fit into `{network}`")
        size = 1 << (network.width - bits)
        offset = -(-offset // size) * size
        if offset + size > network.size:
            raise ValueProblem(f"`{prefix}` has no room for all of them")
        out.append(str(_Network(network.start + offset, bits, network.width)))
        offset += size
    return strings(out)


@function("cidrhost", "sn")
def cidrhost(prefix: str, number: Any) -> Data:
    """An address in a network by its number; negative ones count from the end."""
    position = _big(number)
    network = _network(prefix)
    if not -network.size <= position < network.size:
        raise ValueProblem(f"`{network}` has no address number {position}")
    return _address_text(network.start + position % network.size, network.width)


@function("cidrnetmask", "s")
def cidrnetmask(prefix: str) -> Data:
    """The mask of an IPv4 network."""
    network = _network(prefix)
    if network.width != 32:
        raise ValueProblem("only IPv4 networks have a mask")
    return _address_text((1 << 32) - network.size, 32)
