"""What a plain scalar of YAML means to Kubernetes' tools.

They read YAML 1.1 as Go's library does (goyaml.v2 and v3 in sigs.k8s.io/yaml, read 2026-11): `yes` and `on` are
booleans, a leading zero makes an octal number, dates stay texts, and there are no numbers to the base of sixty.
"""

from __future__ import annotations

import re
from typing import Any, Final

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE: Final = frozenset({"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"})
_INFINITE: Final = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE: Final = re.compile(
    r"(?P<sign>[-+]?)(?:0b(?P<two>[01]+)|0x(?P<sixteen>[0-9a-fA-F]+)|0o?(?P<eight>[0-7]+)|(?P<ten>0|[1-9][0-9]*))"
)
_BASES: Final = {"two": 2, "sixteen": 16, "eight": 8, "ten": 10}
MAX_DIGITS: Final = 400
"""Longer numbers are texts here; Go's have 64 bits, and more digits make a float of them."""


def resolve(text: str) -> Any:
    """The value of a plain scalar: null, a boolean, a number or the text itself."""
    first = text[:1]
    if (not first or first in "~nN") and text in _NULLS:
        return None
    if first in "yYnNtTfFoO":
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        return text
    if first in "+-.0123456789":
        if text in _INFINITE:
            return _INFINITE[text]
        return number(text)
    return text


def resolve_text(text: str) -> Any:
    """The value of a plain scalar to kustomize, for which only `true` and `false` are booleans."""
    value = resolve(text)
    return text if isinstance(value, bool) and text.lower() not in ("true", "false") else value


def number(text: str) -> Any:
    """A number as Go's library reads it; the text itself when it is none."""
    if len(text) > MAX_DIGITS:
        return text
    digits = text.replace("_", "")
    match = _WHOLE.fullmatch(digits)
    if match is not None:
        value = next(int(match[name], base) for name, base in _BASES.items() if match[name] is not None)
        value = -value if match["sign"] == "-" else value
        # Sixty-four bits, signed or not; what is larger becomes a float.
        return value if -(2**63) <= value < 2**64 else float(value)
    if _FLOAT.fullmatch(digits) is not None:
        try:
            value_ = float(digits)
        except (ValueError, OverflowError):
            return text
        return int(value_) if value_.is_integer() and abs(value_) < 2**53 else value_
    return text


def is_text(text: str) -> bool:
    """Whether a plain scalar is a text, so that it needs no quotes."""
    return isinstance(resolve(text), str)
