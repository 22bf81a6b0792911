"""Encodings of text by the names that IANA gives them, as far as Terraform knows them.

In the East Asian tables a few characters in a thousand are placed differently by Python and by Terraform.
"""

from __future__ import annotations

from functools import cache

from everward.sources.terraform.language.values import ValueProblem, shorten
from everward.values import data_file

_UNDEFINED = 0xFFFD
_JAPANESE = "iso2022_jp_ext"
_UNWRITTEN = (b"\x1b$(D", b"\x1b(J")
"""Sets that Terraform reads in ISO-2022-JP and never writes: JIS X 0212, and Roman letters, which are ASCII to it."""


class Charset:
    """One encoding. Both ways raise `UnicodeError` for what it does not have."""

    def __init__(self, codec: str, changes: dict[int, int]) -> None:
        self._codec = codec
        self._table: list[int] = []
        if codec == "=":
            self._table = [changes[byte] for byte in range(256)]
        elif changes:
            self._table = [ord(bytes([byte]).decode(codec, "replace")) for byte in range(256)]
            for byte, code in changes.items():
                self._table[byte] = code
        self._bytes = {code: byte for byte, code in enumerate(self._table) if code != _UNDEFINED}

    def encode(self, text: str) -> bytes:
        """Text as bytes."""
        if self._table:
            try:
                return bytes(self._bytes[ord(char)] for char in text)
            except KeyError:
                raise UnicodeError from None
        if self._codec == "utf-16":
            return b"\xfe\xff" + text.encode("utf-16-be")
        content = text.encode(self._codec)
        if not self._codec.startswith("utf") and content.decode(self._codec) != text:
            # Python writes a few signs as others that look alike.
            raise UnicodeError
        if self._codec == _JAPANESE and any(mark in content for mark in _UNWRITTEN):
            raise UnicodeError
        return content

    def decode(self, content: bytes) -> str:
        """Bytes as text."""
        if self._table:
            return "".join(chr(self._table[byte]) for byte in content)
        if self._codec == "utf-16" and content[:2] not in (b"\xfe\xff", b"\xff\xfe"):
            return content.decode("utf-16-be")
        if self._codec == _JAPANESE:
            content = content.replace(b"\x1b(J", b"\x1b(B")
        return content.decode(self._codec)


@cache
def _known() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in data_file("text-encodings.tsv").read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            codec, names, changes = (line + "\t").split("\t")[:3]
            found.update(dict.fromkeys(names.split(), (codec, changes)))
    return found


@cache
def charset(name: str) -> Charset:
    """The encoding of a name.

    Raises:
        ValueProblem: when Terraform knows none of that name.

    """
    known = _known().get(name.strip().lower())
    if known is None:
        raise ValueProblem(f"`{shorten(name)}` is not an encoding that Terraform knows")
    codec, text = known
    if codec == "=":
        changes = {byte: int(code, 16) for byte, code in enumerate(text.split())}
    else:
        pairs = (part.split("=") for part in text.split())
        changes = {int(byte, 16): int(code, 16) for byte, code in pairs}
    if codec.startswith("iso8859-") and codec not in ("iso8859-1", "iso8859-9"):
        # The control characters of the upper half are none of Terraform's.
        changes.update(dict.fromkeys(range(0x80, 0xA0), _UNDEFINED))
    return Charset(codec, changes)
