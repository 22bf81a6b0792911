"""Numbers as Go writes them."""

from __future__ import annotations

import math


def go_number(value: float) -> str:
    """A number as `%v` prints it: values of charts are floats, so a million is `1e+06`."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = _digits(value)
    if -4 <= exponent < 6:
        return sign + _plain(digits, exponent)
    return _scientific(sign, digits, exponent, width=2)


def json_number(value: float) -> str:
    """A number as Go's JSON has it: written out up to 21 digits."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value) or math.isinf(value):
        return "null"
    sign, digits, exponent = _digits(value)
    if -6 <= exponent < 21:
        return sign + _plain(digits, exponent)
    return _scientific(sign, digits, exponent, width=1 if exponent < 0 else 2)


def yaml_number(value: float) -> str:
    """A number as Go's YAML has it: whole numbers are written out while they have 64 bits."""
    if math.isfinite(value) and value == math.floor(value) and abs(value) < 2**63:
        return str(int(value))
    return go_number(value)


def _digits(value: float) -> tuple[str, str, int]:
    """Sign, digits without zeros at the end, and the exponent of the first digit."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, _, power = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    digits = whole + part
    stripped = digits.lstrip("0")
    if not stripped:
        return sign, "0", 0
    exponent = int(power or 0) + len(whole) - 1 - (len(digits) - len(stripped))
    return sign, stripped.rstrip("0"), exponent


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    part = digits[exponent + 1 :]
    return f"{whole}.{part}" if part else whole


def _scientific(sign: str, digits: str, exponent: int, *, width: int) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):0{width}d}"
