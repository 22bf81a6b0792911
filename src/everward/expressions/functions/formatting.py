"""Composite formatting as in .NET: `{0,10:N2}`."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from everward.expressions.functions.registry import Family
from everward.expressions.kinds import as_string
from everward.expressions.limits import MAX_ALIGNMENT
from everward.expressions.problem import Failure
from everward.expressions.text import bounded, check_length, float_text, text_of
from everward.values import Value

FORMATTING = Family()

Number = int | float

_MARKS: Final = re.compile(r"\{\{|\}\}|\{|\}")
_SIMPLE: Final = re.compile(r"\{(\d{1,6})\}", re.ASCII)
_BRACE: Final = re.compile(r"[{}]")
_REMEMBERED: Final = 512
"""Characters of the patterns whose pieces are remembered."""
_PLACEHOLDER: Final = re.compile(r"\s*(?P<index>\d{1,6})\s*(?:,(?P<width>[^:]*))?(?::(?P<format>.*))?", re.DOTALL)
_STANDARD: Final = re.compile(r"([A-Za-z])(\d{0,3})")


@FORMATTING.add("format", 1, None)
def format_string(pattern: Value, *values: Value) -> Value:
    """The pattern with its placeholders replaced by the arguments."""
    text = as_string(pattern, "the pattern")
    simple = _simple(text) if len(text) <= _REMEMBERED else None
    if simple is not None and simple[1] < len(values):
        # Most patterns have nothing but numbers in their braces.
        pieces = [piece if isinstance(piece, str) else text_of(values[piece]) for piece in simple[0]]
        check_length(sum(map(len, pieces)))
        return "".join(pieces)
    out: list[str] = []
    position = length = 0
    while True:
        mark = _MARKS.search(text, position)
        piece = text[position : mark.start()] if mark is not None else text[position:]
        if mark is None:
            out.append(piece)
            return bounded("".join(out))
        position = mark.end()
        if mark[0] == "}":
            raise Failure("the pattern has an unmatched closing brace", help="a brace in the text is written twice")
        if mark[0] == "{":
            end = text.find("}", position)
            if end < 0:
                raise Failure("the pattern has an unmatched opening brace", help="a brace in the text is written twice")
            piece += _fill(text[position:end], values)
            position = end + 1
        else:
            piece += mark[0][0]
        length += len(piece)
        check_length(length)
        out.append(piece)


@lru_cache(maxsize=4_096)
def _simple(pattern: str) -> tuple[tuple[str | int, ...], int] | None:
    """The pieces of a pattern and its largest number, when its braces hold numbers alone."""
    pieces: list[str | int] = []
    position, most = 0, -1
    for found in _SIMPLE.finditer(pattern):
        pieces += [pattern[position : found.start()], int(found[1])]
        most = max(most, int(found[1]))
        position = found.end()
    pieces.append(pattern[position:])
    return None if any(isinstance(piece, str) and _BRACE.search(piece) for piece in pieces) else (tuple(pieces), most)


def _fill(placeholder: str, values: tuple[Value, ...]) -> str:
    found = _PLACEHOLDER.fullmatch(placeholder)
    if found is None:
        raise Failure(f"`{{{placeholder[:32]}}}` is not a placeholder")
    index = int(found["index"])
    if index >= len(values):
        raise Failure(f"placeholder `{{{index}}}` has no argument: there are {len(values)}")
    text = format_value(values[index], found["format"] or "")
    width = found["width"]
    if width is None:
        return text
    if not re.fullmatch(r"\s*-?\d+\s*", width, re.ASCII):
        raise Failure(f"`{width[:32]}` is not the width of a placeholder")
    if len(width.strip()) > 9 or abs(int(width)) > MAX_ALIGNMENT:
        raise Failure(f"the width of a placeholder must not exceed {MAX_ALIGNMENT}")
    size = int(width)
    return text.rjust(size) if size >= 0 else text.ljust(-size)


def format_value(value: Value, pattern: str) -> str:
    """A value in a numeric format of .NET; what is no number ignores the format, as there.

    Raises:
        Failure: when .NET has no such format.

    """
    if not pattern or isinstance(value, bool) or not isinstance(value, (int, float)):
        return text_of(value)
    if isinstance(value, float) and not math.isfinite(value):
        return text_of(value)
    standard = _STANDARD.fullmatch(pattern)
    if standard is None:
        return _custom(Decimal(repr(value)), pattern)
    letter, precision = standard[1], int(standard[2]) if standard[2] else None
    kind = letter.upper()
    if kind in ("D", "X", "B"):
        return _whole(value, letter, precision or 0)
    if kind in ("N", "F", "P", "C", "E", "G", "R"):
        return _FRACTIONS[kind](value, letter, precision)
    raise Failure(f"`{pattern}` is not a numeric format")


def _whole(value: Number, letter: str, precision: int) -> str:
    if isinstance(value, float):
        raise Failure(f"the format `{letter}` takes an integer")
    kind = letter.upper()
    if kind == "D":
        return ("-" if value < 0 else "") + str(abs(value)).rjust(precision, "0")
    if value < 0:
        # Negative numbers are written as the engine's 64 bits hold them.
        value &= 2**64 - 1
    digits = f"{value:b}" if kind == "B" else f"{value:x}"
    return (digits.upper() if letter == "X" else digits).rjust(precision, "0")


def _fixed(value: Number, digits: int) -> Decimal:
    # Wide enough for every float; half goes away from zero, as in .NET.
    number = Decimal(repr(value))
    if number.adjusted() > 300 or digits > 300:
        raise Failure("the number is too large for its format")
    from decimal import localcontext

    with localcontext() as context:
        context.prec = 700
        return number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _grouped(value: Number, _letter: str, precision: int | None) -> str:
    return _zero(f"{_fixed(value, 2 if precision is None else precision):,f}")


def _plain(value: Number, _letter: str, precision: int | None) -> str:
    return _zero(f"{_fixed(value, 2 if precision is None else precision):f}")


def _percent(value: Number, _letter: str, precision: int | None) -> str:
    digits = 2 if precision is None else precision
    number = _fixed(value, digits + 2).scaleb(2)
    return _zero(f"{number.quantize(Decimal(1).scaleb(-digits)):,f}") + " %"


def _currency(value: Number, letter: str, precision: int | None) -> str:
    text = _grouped(abs(value), letter, precision)
    return f"(¤{text})" if value < 0 else f"¤{text}"


def _scientific(value: Number, letter: str, precision: int | None) -> str:
    mantissa, _, exponent = f"{Decimal(repr(value)):.{6 if precision is None else precision}e}".partition("e")
    return f"{mantissa}{letter}{exponent[0]}{exponent[1:].rjust(3, '0')}"


def _general(value: Number, letter: str, precision: int | None) -> str:
    if not precision or (isinstance(value, int) and precision >= 19):
        return float_text(value) if isinstance(value, float) else str(value)
    from decimal import Context

    number = Context(prec=precision, rounding=ROUND_HALF_EVEN).create_decimal(repr(value)).normalize()
    power = number.adjusted()
    if -5 <= power < precision:
        return f"{number:f}"
    mantissa = f"{number.scaleb(-power):f}"
    sign = "-" if power < 0 else "+"
    return f"{mantissa}{'e' if letter == 'g' else 'E'}{sign}{abs(power):02d}"


_FRACTIONS: Final = {
    "N": _grouped,
    "F": _plain,
    "P": _percent,
    "C": _currency,
    "E": _scientific,
    "G": _general,
    "R": _general,
}


def _zero(text: str) -> str:
    """Without the sign of a zero that rounding left."""
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


_SECTION: Final = re.compile(r"""(?P<literal>'[^']*'|"[^"]*"|\\.|[^0#.,%'"\\]+)|(?P<mark>[0#.,%])""", re.DOTALL)


def _custom(value: Decimal, pattern: str) -> str:
    """A number in a custom format of `0`, `#`, `.`, `,`, `%` and literal text."""
    parts = [(found.lastgroup, found[0]) for found in _SECTION.finditer(pattern)]
    if sum(len(text) for _, text in parts) != len(pattern) or ";" in pattern:
        raise Failure(f"`{pattern[:32]}` is not a numeric format")
    marks = "".join(text for group, text in parts if group == "mark")
    if not set(marks) & {"0", "#"}:
        raise Failure(f"`{pattern[:32]}` is not a numeric format")
    whole, _, fraction = marks.partition(".")
    places = whole.replace(",", "").replace("%", "")
    decimals = [mark for mark in fraction if mark in "0#"]
    number = _fixed(float(value) * (100 if "%" in marks else 1), len(decimals))
    digits, _, rest = f"{abs(number):f}".partition(".")
    kept = max((index + 1 for index, mark in enumerate(decimals) if mark == "0" or rest[index:].strip("0")), default=0)
    least = len(places.lstrip("#"))
    digits = digits.lstrip("0").rjust(least, "0")
    if "," in whole.strip(","):
        digits = ",".join([digits[max(0, end - 3) : end] for end in range(len(digits), 0, -3)][::-1])
    return _lay_out(parts, ("-" if number < 0 else "") + digits, rest[:kept])


def _lay_out(parts: list[tuple[str | None, str]], digits: str, rest: str) -> str:
    out: list[str] = []
    placed = pointed = False
    for group, text in parts:
        if group == "literal":
            out.append(text[1:-1] if text[0] in "'\"" else text.removeprefix("\\"))
        elif text == ".":
            if not placed:
                out.append(digits)
            out.append(f".{rest}" if rest and not pointed else "")
            placed = pointed = True
        elif text == "%":
            out.append("%")
        elif text in "0#" and not placed:
            out.append(digits)
            placed = True
    return "".join(out)
