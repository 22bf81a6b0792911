"""Decryption with an RSA key (PKCS #1 v1.5); keys stand in PEM as PKCS #1, PKCS #8 or OpenSSH's own."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from everward.sources.terraform.language.functions.encoding import from_base64
from everward.sources.terraform.language.functions.registry import function, mark
from everward.sources.terraform.language.values import Data, ValueProblem

_PEM = re.compile(
    r"(?:\A|\n)-----BEGIN (?P<label>[^\n-]+)-----[ \t\r]*\n(?P<headers>(?:[^\n:]+:[^\n]*\n)*)"
    r"(?P<body>[A-Za-z0-9+/=\s]*?)\n?-----END (?P=label)-----"
)
_LONGEST_KEY = 16_384
"""Bits of a key: a longer one takes too long, and nobody has one."""
_RSA = bytes.fromhex("06092a864886f70d010101")
_OPENSSH = b"openssh-key-v1\0"


@dataclass(frozen=True, slots=True)
class _Key:
    modulus: int
    private: int


@function("rsadecrypt", "ss")
def rsadecrypt(text: str, key: str) -> Data:
    """A secret with its key."""
    content = from_base64(text)
    found = _key(key)
    size = (found.modulus.bit_length() + 7) // 8
    number = int.from_bytes(content, "big")
    if size * 8 > _LONGEST_KEY or size < 11 or found.private < 1:
        raise ValueProblem("the key is too short or too long")
    if number >= found.modulus or len(content) > size:
        raise ValueProblem("the text was not encrypted for this key")
    plain = pow(number, found.private, found.modulus).to_bytes(size, "big")
    padding, zero, message = plain[2:].partition(b"\0")
    if plain[:2] != b"\0\x02" or not zero or len(padding) < 8:
        raise ValueProblem("the text was not encrypted for this key")
    # Terraform shows it from here on; we do not.
    return mark(message.decode("utf-8", "replace"))


def _key(text: str) -> _Key:
    match = _PEM.search(text)
    if match is None:
        raise ValueProblem("the key is not in PEM")
    if "ENCRYPTED" in match["headers"] or "ENCRYPTED" in match["label"]:
        raise ValueProblem("the key is encrypted itself")
    try:
        content = base64.b64decode("".join(match["body"].split()), validate=True)
        return _READERS[match["label"]](content)
    except (KeyError, ValueError, IndexError, binascii.Error):
        raise ValueProblem("this is not a private key of RSA") from None


def _element(content: bytes, tag: int) -> tuple[bytes, bytes]:
    """The first element of a text in DER, which must have a tag, and what stands after it."""
    if content[0] != tag:
        raise ValueError
    length, start = content[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise ValueError
        length, start = int.from_bytes(content[2 : 2 + count], "big"), 2 + count
    if start + length > len(content):
        raise ValueError
    return content[start : start + length], content[start + length :]


def _pkcs1(content: bytes) -> _Key:
    body, rest = _element(content, 0x30)
    numbers: list[int] = []
    while body and len(numbers) < 9:
        number, body = _element(body, 0x02)
        numbers.append(int.from_bytes(number, "big"))
    if rest or len(numbers) < 9 or numbers[0] != 0:
        raise ValueError
    return _Key(numbers[1], numbers[3])


def _pkcs8(content: bytes) -> _Key:
    body, _ = _element(content, 0x30)
    _, body = _element(body, 0x02)
    algorithm, body = _element(body, 0x30)
    if not algorithm.startswith(_RSA):
        raise ValueError
    return _pkcs1(_element(body, 0x04)[0])


def _text(content: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(content[:4], "big")
    if len(content) < 4 + length:
        raise ValueError
    return content[4 : 4 + length], content[4 + length :]


def _openssh(content: bytes) -> _Key:
    if not content.startswith(_OPENSSH):
        raise ValueError
    cipher, rest = _text(content[len(_OPENSSH) :])
    _, rest = _text(rest)
    _, rest = _text(rest)
    _, rest = _text(rest[4:])
    private, _ = _text(rest)
    kind, rest = _text(private[8:])
    if cipher != b"none" or kind != b"ssh-rsa" or private[:4] != private[4:8]:
        raise ValueError
    modulus, rest = _text(rest)
    _, rest = _text(rest)
    exponent, _ = _text(rest)
    return _Key(int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big"))


_READERS = {"RSA PRIVATE KEY": _pkcs1, "PRIVATE KEY": _pkcs8, "OPENSSH PRIVATE KEY": _openssh}
