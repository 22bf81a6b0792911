"""Hashes that equal those of the real engine."""

from __future__ import annotations

import struct
from typing import Final

from everward.expressions.limits import bounds

_MASK: Final = 0xFFFFFFFF
_C1: Final = 0x239B961B
_C2: Final = 0xAB0E9789
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
GUID_NAMESPACE: Final = "11fb06fb-712d-4ddd-98c7-e71bbd588830"
"""The namespace of version 5 in which the engine's `guid` draws."""


def _rotate(value: int, by: int) -> int:
    return (value << by | value >> (32 - by)) & _MASK


def _finish(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16


def murmur64(data: bytes) -> int:
    """The pair form of MurmurHash3 for 32-bit machines, seed 0: two halves of 64 bits."""
    one = other = 0
    whole = len(data) // 8 * 8
    for first, second in struct.iter_unpack("<II", data[:whole]):
        one ^= _rotate(first * _C1 & _MASK, 15) * _C2 & _MASK
        one = (_rotate(one, 19) + other) * 5 + 0x561CCD1B & _MASK
        other ^= _rotate(second * _C2 & _MASK, 17) * _C1 & _MASK
        other = (_rotate(other, 13) + one) * 5 + 0x0BCAA747 & _MASK
    rest = data[whole:]
    if rest:
        one ^= _rotate(int.from_bytes(rest[:4], "little") * _C1 & _MASK, 15) * _C2 & _MASK
    if len(rest) > 4:
        other ^= _rotate(int.from_bytes(rest[4:], "little") * _C2 & _MASK, 17) * _C1 & _MASK
    one, other = one ^ len(data), other ^ len(data)
    one = one + other & _MASK
    other = other + one & _MASK
    one, other = _finish(one), _finish(other)
    one = one + other & _MASK
    other = other + one & _MASK
    return other << 32 | one


def unique_string(*parts: str) -> str:
    """Thirteen letters and digits that `parts` decide: five bits each, the highest first, the last one of four."""
    data = "-".join(parts).encode("utf-8", "surrogatepass")
    bounds().spend(len(data) >> 4)
    value = murmur64(data)
    out = ""
    for _ in range(13):
        out += _LETTERS[value >> 59]
        value = value << 5 & 0xFFFFFFFFFFFFFFFF
    return out


def guid(*parts: str) -> str:
    """The name-based id that `parts` decide."""
    import hashlib

    name = bytes.fromhex(GUID_NAMESPACE.replace("-", "")) + "-".join(parts).encode("utf-8", "surrogatepass")
    digest = bytearray(hashlib.sha1(name, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
