"""Quotes as Go writes them."""

from __future__ import annotations

import re
from typing import Final

from everward.sources.manifests.helm.holes import BEGIN, END

_NAMED: Final = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
                 "\\": "\\\\", '"': '\\"'}  # fmt: skip
_PLAIN: Final = re.compile(r"[ !#-\[\]-~]*")


def go_quote(text: str) -> str:
    """A text in double quotes, as `%q` writes it. Tokens of holes stay as they are."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return '"' + "".join(map(_written, text)) + '"'


def _written(char: str) -> str:
    if char in _NAMED:
        return _NAMED[char]
    if char.isprintable() or char in (BEGIN, END):
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
