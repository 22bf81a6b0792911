"""Functions over IP networks.

They do what Terraform does with bits that stand where nobody looks: a network may be made wider than the one it is a
part of, and an IPv4 network written as an IPv6 one is taken for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from everward.sources.terraform.language.functions.registry import function, strings, whole
from everward.sources.terraform.language.values import Data, ValueProblem, shorten

_MOST_BITS = 32
"""By how many bits `cidrsubnets` extends a prefix at most."""
_DECIMAL = re.compile(r"[0-9]+", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+", re.ASCII)
_IPV4, _IPV6 = 32, 128


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

    @property
    def is_ipv4(self) -> bool:
        """Whether it is of the old kind, or stands for one."""
        return self.width == _IPV4 or _is_mapped(self.start)

    def __str__(self) -> str:
        if self.bits < 0:
            return "<nil>"
        bits = max(self.bits - (_IPV6 - _IPV4), 0) if self.width == _IPV6 and self.is_ipv4 else self.bits
        return f"{_address_text(self.start, self.width)}/{bits}"


def _is_mapped(address: int) -> bool:
    return address >> _IPV4 == 0xFFFF


def _address_text(address: int, width: int) -> str:
    import ipaddress

    if width == _IPV4 or _is_mapped(address):
        return str(ipaddress.IPv4Address(address & 0xFFFF_FFFF))
    return str(ipaddress.IPv6Address(address))


# Reading


def _number(text: str, base: int, largest: int) -> int:
    digits = text.lstrip("0")
    if not text or len(digits) > 8 or int(digits or "0", base) > largest:
        raise ValueError
    return int(digits or "0", base)


def _ipv4(text: str) -> int:
    """Leading zeros mean nothing, as in Terraform; elsewhere they would make a part octal."""
    parts = text.split(".")
    if len(parts) != 4 or not all(map(_DECIMAL.fullmatch, parts)):
        raise ValueError
    address = 0
    for part in parts:
        address = address << 8 | _number(part, 10, 0xFF)
    return address


def _groups(text: str) -> list[int]:
    if not text:
        return []
    *parts, last = text.split(":")
    groups = [_number(part, 16, 0xFFFF) for part in parts if _HEXADECIMAL.fullmatch(part) or _refuse()]
    if "." in last:
        address = _ipv4(last)
        return [*groups, address >> 16, address & 0xFFFF]
    return [*groups, _number(last, 16, 0xFFFF)] if _HEXADECIMAL.fullmatch(last) else _refuse()


def _refuse() -> Any:
    raise ValueError


def _ipv6(text: str) -> int:
    head, gap, tail = text.partition("::")
    groups, after = _groups(head), _groups(tail)
    missing = 8 - len(groups) - len(after)
    if missing < (1 if gap else 0) or (not gap and missing):
        raise ValueError
    address = 0
    for group in [*groups, *[0] * missing, *after]:
        address = address << 16 | group
    return address


def _network(prefix: str) -> _Network:
    text, slash, bits = prefix.partition("/")
    try:
        address, width = (_ipv6(text), _IPV6) if ":" in text else (_ipv4(text), _IPV4)
        if not slash or not _DECIMAL.fullmatch(bits):
            raise ValueError
        length = _number(bits, 10, width)
    except ValueError:
        raise ValueProblem(f"`{shorten(prefix)}` is not a network such as `10.0.0.0/16`") from None
    return _Network(address >> (width - length) << (width - length), length, width)


# Functions


def _big(value: Any) -> int:
    if not isinstance(value, int) and value:
        raise ValueProblem("a whole number is needed")
    return int(value)


def _with_number(network: _Network, number: int, shift: int) -> int:
    """The first address with the bits of a number put into it."""
    found = abs(network.start | (number << shift))
    if found >> network.width:
        raise ValueProblem(f"`{network}` has no room for number {shorten(str(number), 30)}")
    return found


@function("cidrsubnet", "snn")
def cidrsubnet(prefix: str, new_bits: Any, number: Any) -> Data:
    """A part of a network by its number."""
    new, position = whole(new_bits), _big(number)
    network = _network(prefix)
    bits = network.bits + new
    if bits > network.width or bits < -1024:
        raise ValueProblem(f"{new} more bits do not fit into `{network}`")
    most = (1 << new) - 1 if 0 <= new < 64 else 2**64 - 1
    if abs(position) % 2**64 > most:
        raise ValueProblem(f"{new} more bits have no network number {shorten(str(position), 30)}")
    return str(_Network(_with_number(network, position, network.width - bits), bits, network.width))


@function("cidrsubnets", "s*n")
def cidrsubnets(prefix: str, *new_bits: Any) -> Data:
    """Parts of a network, one after the other."""
    network = _network(prefix)
    counts = [whole(new) for new in new_bits]
    if counts and (network.start == 0 or (network.width == _IPV6 and network.is_ipv4)):
        raise ValueProblem(f"Terraform cannot divide `{network}`: it looks at the network before it")
    offset = 0
    out: list[str] = []
    for new in counts:
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
    most = network.size - 1
    counted = abs(position) % 2**64
    counted -= 2**64 if counted >= 2**63 else 0
    if position < 0:
        counted = -position - 1
        position = most - counted
    if counted > most:
        raise ValueProblem(f"`{network}` has no address number {_big(number)}")
    shift = network.width - _IPV4 if network.is_ipv4 else 0
    return _address_text(_with_number(network, position, shift), network.width)


@function("cidrnetmask", "s")
def cidrnetmask(prefix: str) -> Data:
    """The mask of an IPv4 network."""
    network = _network(prefix)
    if not network.is_ipv4:
        raise ValueProblem("only IPv4 networks have a mask")
    return _address_text((1 << network.width) - network.size, network.width)
