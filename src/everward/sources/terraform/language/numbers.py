"""Numbers as Terraform has them: binary floating point, 512 bits wide unless a function made them narrower.

A whole number is an `int`. Any other is a `Decimal` that holds the binary value exactly; so are negative zero, and what
a division by zero gives, which is infinite. Both are 512 bits wide; `SizedInt` and `SizedDecimal` are for other widths,
which show when one is divided by another: `length(["a"]) / length(["a", "b", "c"])` has 64 bits.

The rules are those of Go's `math/big`, which rounds to the nearest, ties to even, as Terraform's values use it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Number: TypeAlias = "int | Decimal"

WIDTH = 512
"""Bits of a number that was written in text."""
COUNTED = 64
"""Bits of a number that counts something."""
DOUBLE = 53
"""Bits of a number that was worked out in double precision."""
FURTHEST = 1000
"""Numbers from 10^1000 on, and those as small, are not read: nothing honest has them."""
_LONGEST = 20_000
"""Characters of a number in text."""

_EXACT = Context(traps=[InvalidOperation])
_TEXT = re.compile(r"([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([eEpP])([+-]?\d+))?", re.ASCII)


INFINITY = Decimal("Infinity")
_INFINITE = re.compile(r"([+-]?)[iI]nf")


class NumberProblem(ValueError):
    """A text that is no number, or a result that is none."""


class SizedInt(int):
    """A whole number of a width of its own."""

    bits: int


class SizedDecimal(Decimal):
    """A number with a fraction, of a width of its own."""

    __slots__ = ("bits",)
    bits: int


class _Binary(NamedTuple):
    """`mantissa * 2**exponent`, with the sign apart: there is a negative zero."""

    negative: bool
    mantissa: int
    exponent: int


def sized(value: int, bits: int = COUNTED) -> int:
    """A whole number of a width: what functions count has 64 bits."""
    made = SizedInt(value)
    made.bits = bits
    return made


def width(value: Number) -> int:
    """How many bits a number has."""
    if type(value) is int or type(value) is Decimal:
        return WIDTH
    return getattr(value, "bits", WIDTH)


def of_float(value: float) -> Number:
    """A result of double precision.

    Raises:
        NumberProblem: when it is not a number.

    """
    if math.isnan(value):
        raise NumberProblem("the result is not a number")
    if math.isinf(value):
        return -INFINITY if value < 0 else INFINITY
    return _made(*_from_ratio(*value.as_integer_ratio(), negative=str(value).startswith("-")), DOUBLE)


def _from_ratio(numerator: int, denominator: int, *, negative: bool) -> _Binary:
    return _Binary(negative, abs(numerator), 1 - denominator.bit_length())


def parse(text: str) -> Number:
    """The number that text stands for, rounded to 512 bits.

    Raises:
        NumberProblem: when it stands for none, or for one beyond reach.

    """
    match = _TEXT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        infinite = _INFINITE.fullmatch(text)
        if infinite is None:
            raise NumberProblem("not a number")
        return -INFINITY if infinite[1] == "-" else INFINITY
    sign, whole, fraction, bare, kind, power = match.groups()
    places = fraction or bare or ""
    digits = ((whole or "") + places).lstrip("0")
    if len(power or "") > 7:
        if digits:
            raise NumberProblem("a number beyond reach")
        power = None
    exponent = int(power or 0)
    tens, twos = (0, exponent) if kind in ("p", "P") else (exponent, 0)
    if digits and abs(len(digits) - len(places) + tens + twos * 0.30103) > FURTHEST:
        raise NumberProblem("a number beyond reach")
    return _scaled(sign == "-", _whole(digits), tens - len(places), twos)


def _whole(digits: str) -> int:
    """Digits as a number, however many there are: Python refuses very many at once."""
    value = 0
    for start in range(0, len(digits), 4000):
        part = digits[start : start + 4000]
        value = value * 10 ** len(part) + int(part)
    return value


def _scaled(negative: bool, mantissa: int, tens: int, twos: int) -> Number:
    value = _Binary(negative, mantissa, tens + twos)
    if tens == 0 or not mantissa:
        return _made(*value, WIDTH)
    factor = _power_of_five(abs(tens))
    if tens > 0:
        return _made(*_product(value, factor), WIDTH)
    return _made(*_quotient(value, factor, WIDTH), WIDTH)


@lru_cache(maxsize=256)
def _power_of_five(power: int) -> _Binary:
    """5^power with 64 bits to spare, by squaring as Go does it: beyond 576 bits each step rounds."""
    bits = WIDTH + 64
    if power <= 27:
        return _Binary(False, 5**power, 0)
    result = _Binary(False, 5**27, 0)
    square = _Binary(False, 5, 0)
    power -= 27
    while power:
        if power & 1:
            result = _rounded(_product(result, square), bits)
        square = _rounded(_product(square, square), bits + 64)
        power >>= 1
    return result


def _product(one: _Binary, two: _Binary) -> _Binary:
    return _Binary(one.negative != two.negative, one.mantissa * two.mantissa, one.exponent + two.exponent)


def _quotient(one: _Binary, two: _Binary, bits: int) -> _Binary:
    """A quotient with two bits to spare, the last of which says whether there was more."""
    shift = max(bits + 2 + two.mantissa.bit_length() - one.mantissa.bit_length(), 0)
    whole, rest = divmod(one.mantissa << shift, two.mantissa)
    return _Binary(one.negative != two.negative, (whole << 1) | (rest > 0), one.exponent - two.exponent - shift - 1)


def _sum(one: _Binary, two: _Binary) -> _Binary:
    exponent = min(one.exponent, two.exponent)
    total = sum(
        (-item.mantissa if item.negative else item.mantissa) << (item.exponent - exponent) for item in (one, two)
    )
    negative = total < 0 if total else one.negative and two.negative
    return _Binary(negative, abs(total), exponent)


def _rounded(value: _Binary, bits: int) -> _Binary:
    """To the nearest of `bits` bits, ties to even."""
    negative, mantissa, exponent = value
    extra = mantissa.bit_length() - bits
    if extra <= 0:
        return value
    kept, rest = mantissa >> extra, mantissa & ((1 << extra) - 1)
    half = 1 << (extra - 1)
    if rest > half or (rest == half and kept & 1):
        kept += 1
    return _Binary(negative, kept, exponent + extra)


def _made(negative: bool, mantissa: int, exponent: int, bits: int) -> Number:
    """The value of a binary number."""
    negative, mantissa, exponent = _rounded(_Binary(negative, mantissa, exponent), bits)
    if not mantissa:
        return _with_width(Decimal("-0") if negative else 0, bits)
    if exponent < 0:
        shift = min((mantissa & -mantissa).bit_length() - 1, -exponent)
        mantissa, exponent = mantissa >> shift, exponent + shift
    size = (mantissa.bit_length() + exponent) * 0.30103
    if abs(size) > FURTHEST:
        raise NumberProblem("the result is too large" if size > 0 else "the result is too small")
    if exponent >= 0:
        whole = mantissa << exponent
        return _with_width(-whole if negative else whole, bits)
    digits = mantissa * 5**-exponent
    return _with_width(Decimal(f"{'-' if negative else ''}{digits}e{exponent}"), bits)


def _with_width(value: Number, bits: int) -> Number:
    if bits == WIDTH:
        return value
    if isinstance(value, int):
        return sized(value, bits)
    made = SizedDecimal(value)
    made.bits = bits
    return made


def _binary(value: Number) -> _Binary:
    if isinstance(value, int):
        return _Binary(value < 0, abs(int(value)), 0)
    numerator, denominator = value.as_integer_ratio()
    return _from_ratio(numerator, denominator, negative=value.is_signed())


# Operations


def is_finite(value: Number) -> bool:
    """Whether a number is not infinite."""
    return isinstance(value, int) or value.is_finite()


def _are_finite(one: Number, two: Number) -> bool:
    return is_finite(one) and is_finite(two)


def _infinite(operation: Callable[[Decimal, Decimal], Decimal], one: Number, two: Number) -> Number:
    """A result with something infinite in it; the finite part matters by its sign alone."""
    parts = [Decimal(item) if not is_finite(item) else _sign(item) for item in (one, two)]
    try:
        result = operation(*parts)
    except InvalidOperation:
        raise NumberProblem("the result is not a number") from None
    return result if result else Decimal("-0") if result.is_signed() else 0


def _sign(value: Number) -> Decimal:
    if isinstance(value, int):
        return Decimal((value > 0) - (value < 0))
    return Decimal("-1" if value.is_signed() else "1") if value else value


def add(one: Number, two: Number) -> Number:
    """The sum."""
    if isinstance(one, int) and isinstance(two, int):
        total, bits = int(one) + int(two), max(width(one), width(two))
        if total.bit_length() <= bits:
            return _with_width(total, bits)
    if not _are_finite(one, two):
        return _infinite(_EXACT.add, one, two)
    return _made(*_sum(_binary(one), _binary(two)), max(width(one), width(two)))


def subtract(one: Number, two: Number) -> Number:
    """The difference."""
    if isinstance(one, int) and isinstance(two, int):
        total, bits = int(one) - int(two), max(width(one), width(two))
        if total.bit_length() <= bits:
            return _with_width(total, bits)
    if not _are_finite(one, two):
        return _infinite(_EXACT.subtract, one, two)
    left, right = _binary(one), _binary(two)
    return _made(*_sum(left, right._replace(negative=not right.negative)), max(width(one), width(two)))


def multiply(one: Number, two: Number) -> Number:
    """The product: as wide as it needs, up to 512 bits."""
    if not _are_finite(one, two):
        return _infinite(_EXACT.multiply, one, two)
    product = _rounded(_product(_binary(one), _binary(two)), WIDTH)
    needed = product.mantissa.bit_length() - max((product.mantissa & -product.mantissa).bit_length() - 1, 0)
    return _made(*product, max(width(one), width(two), needed))


def divide(one: Number, two: Number) -> Number:
    """The quotient: infinite when the divisor is zero.

    Raises:
        NumberProblem: when both are zero, or both infinite.

    """
    if not _are_finite(one, two):
        return _infinite(_EXACT.divide, one, two)
    if not two:
        if not one:
            raise NumberProblem("division by zero")
        return -INFINITY if _binary(one).negative != _binary(two).negative else INFINITY
    bits = max(width(one), width(two))
    return _made(*_quotient(_binary(one), _binary(two), bits), bits)


def remainder(one: Number, two: Number) -> Number:
    """What is left of a division to a whole number; the number itself where the divisor is zero."""
    if not _are_finite(one, two):
        raise NumberProblem("the result is not a number")
    if not two:
        return one
    bits = width(one)
    whole = truncated(divide(one, two))
    part = _rounded(_product(_binary(two), _rounded(_binary(whole), bits)), bits)
    return _made(*_sum(_binary(one), part._replace(negative=not part.negative)), bits)


def negate(value: Number) -> Number:
    """The number with the other sign."""
    if (type(value) is int and value) or not is_finite(value):
        return -value
    binary = _binary(value)
    return _made(not binary.negative, binary.mantissa, binary.exponent, width(value))


def absolute(value: Number) -> Number:
    """The number without its sign."""
    if not is_finite(value):
        return Decimal("Infinity")
    binary = _binary(value)
    return _made(False, binary.mantissa, binary.exponent, width(value))


def truncated(value: Number) -> int:
    """The whole number towards zero."""
    return int(value)


def floor(value: Number) -> Number:
    """The next whole number below, as wide as the number."""
    if not is_finite(value):
        return value
    whole = int(value)
    return _made(*_binary(whole - 1 if value < whole else whole), width(value))


def ceil(value: Number) -> Number:
    """The next whole number above, as wide as the number."""
    if not is_finite(value):
        return value
    whole = int(value)
    return _made(*_binary(whole + 1 if value > whole else whole), width(value))


def same(one: Number, two: Number) -> bool:
    """Whether two numbers are equal: whole ones by value, others when they read the same."""
    if isinstance(one, int) or isinstance(two, int) or not _are_finite(one, two):
        return one == two
    return one == two or (not (one.is_signed() ^ two.is_signed()) and text_of(one) == text_of(two))


# Text


def text_of(value: Number) -> str:
    """The shortest text that reads as this number and no other of its width: no exponent, no trailing zeros."""
    if isinstance(value, int) and value.bit_length() <= width(value):
        return _digits(value)
    if not is_finite(value):
        return "-Inf" if value < 0 else "+Inf"
    binary = _binary(value)
    if not binary.mantissa:
        return "-0" if binary.negative else "0"
    digits, point = shortest(value)
    if point >= len(digits):
        body = digits + "0" * (point - len(digits))
    elif point > 0:
        body = f"{digits[:point]}.{digits[point:]}"
    else:
        body = f"0.{'0' * -point}{digits}"
    return f"-{body}" if binary.negative else body


def _digits(value: int) -> str:
    # Python refuses to write very long numbers at once.
    if value.bit_length() < 12_000:
        return str(int(value))
    half = 4000
    high, low = divmod(abs(value), 10**half)
    return ("-" if value < 0 else "") + _digits(high) + _digits(low).rjust(half, "0")


@lru_cache(maxsize=1024)
def _shortest(mantissa: int, exponent: int, bits: int) -> tuple[str, int]:
    shift = bits - mantissa.bit_length()
    mantissa, exponent = mantissa << shift, exponent - shift
    inclusive = mantissa % 2 == 0
    unit = Fraction(2) ** (exponent - 1)
    exact = Fraction(mantissa) * 2 * unit
    lower, upper = exact - unit, exact + unit
    whole_digits = decimal_digits(exact)
    point, digits = whole_digits
    for count in range(1, len(digits) + 1):
        scale = Fraction(10) ** (point - count)
        below = int(digits[:count])
        down, up = below * scale, (below + 1) * scale
        down_fits = down > lower or (inclusive and down == lower)
        up_fits = up < upper or (inclusive and up == upper)
        if down_fits and up_fits:
            gap = (exact - down) - (up - exact)
            chosen = below if gap < 0 or (gap == 0 and below % 2 == 0) else below + 1
        elif down_fits:
            chosen = below
        elif up_fits:
            chosen = below + 1
        else:
            continue
        text = str(chosen)
        return text.rstrip("0") or "0", point + len(text) - count
    return digits.rstrip("0"), point


def shortest(value: Number) -> tuple[str, int]:
    """The digits that tell a number from its neighbours, and where among them the point stands; the sign is left out.

    Zero has the digit `0` before the point.
    """
    _, mantissa, exponent = _binary(value)
    if not mantissa:
        return "0", 1
    low = (mantissa & -mantissa).bit_length() - 1
    mantissa, exponent = mantissa >> low, exponent + low
    return _shortest(mantissa, exponent, max(width(value), mantissa.bit_length()))


def decimal_digits(value: Fraction) -> tuple[int, str]:
    """All digits of a positive number whose denominator is a power of two, and where the point stands."""
    places = value.denominator.bit_length() - 1
    digits = _digits(value.numerator * 5**places)
    return len(digits) - places, digits


def leading(value: Number, count: int) -> tuple[str, int]:
    """A count of digits of a number, rounded, ties to even, and where among them the point stands; no sign."""
    _, mantissa, exponent = _binary(value)
    if not mantissa:
        return "0", 1
    point, digits = decimal_digits(Fraction(mantissa) * Fraction(2) ** exponent)
    if len(digits) <= count:
        return digits, point
    kept, rest = digits[:count], digits[count:].rstrip("0")
    if rest > "5" or (rest == "5" and int(kept[-1]) % 2):
        raised = str(int(kept) + 1)
        return raised[:count], point + len(raised) - len(kept)
    return kept, point


def general(value: Number, count: int) -> str:
    """A number in a count of digits as Go's `%g` writes it."""
    if not is_finite(value):
        return text_of(value)
    digits, point = leading(value, count)
    digits = digits.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    if not -4 <= point - 1 < count:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{'-' if point < 1 else '+'}{abs(point - 1):02}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def rounded_to(value: Number, places: int) -> tuple[bool, str]:
    """A number with a fixed count of digits after the point, ties to even: whether it is negative, and the digits."""
    negative, mantissa, exponent = _binary(value)
    exact = min(places, max(-exponent, 0))
    scaled = Fraction(mantissa) * Fraction(2) ** exponent * 10**exact
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    if twice > scaled.denominator or (twice == scaled.denominator and whole % 2):
        whole += 1
    digits = _digits(whole).rjust(exact + 1, "0")
    if not places:
        return negative, digits
    fraction = (digits[-exact:] if exact else "") + "0" * (places - exact)
    return negative, f"{digits[:-exact] if exact else digits}.{fraction}"
