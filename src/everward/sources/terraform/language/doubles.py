"""Logarithms and powers in double precision, to the last bit as Terraform's build for common processors has them.

The C library rounds a few results differently. The algorithms are those of FreeBSD's `e_log.c`, of repeated squaring,
and of N. Shibata, "Efficient evaluation methods of elementary functions suitable for SIMD computation" (2010), as Go
uses them. What a processor that fuses multiplication and addition gives is worked out exactly and rounded once.
"""

from __future__ import annotations

import math
from fractions import Fraction

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_LOG_TERMS = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_LOG2_E = 1.4426950408889634073599246810018920
_EXP_HIGH = 0.69314718055966295651160180568695068359375
_EXP_LOW = 0.28235290563031577122588448175013436025525412068e-12
_EXP_TERMS = (
    1.9841269841269841270e-4,
    1.3888888888888888889e-3,
    8.3333333333333333333e-3,
    4.1666666666666666667e-2,
    1.6666666666666666667e-1,
    0.5,
    1.0,
)
_EXP_FIRST = 2.4801587301587301587e-5
_EXP_MOST = 7.09782712893384e02


def quotient(one: float, two: float) -> float:
    """A quotient as the processor has it: by zero it is infinite, or not a number."""
    if two:
        return one / two
    if not one or math.isnan(one):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, two)


def logarithm(value: float) -> float:
    """The natural logarithm."""
    if value < 0 or math.isnan(value):
        return math.nan
    if value == 0:
        return -math.inf
    if math.isinf(value):
        return value
    fraction, exponent = math.frexp(value)
    if fraction < math.sqrt(2) / 2:
        fraction, exponent = fraction * 2, exponent - 1
    rest = fraction - 1
    scale = float(exponent)
    s = rest / (2 + rest)
    s2 = s * s
    s4 = s2 * s2
    l1, l2, l3, l4, l5, l6, l7 = _LOG_TERMS
    odd = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)))
    even = s4 * (l2 + s4 * (l4 + s4 * l6))
    half = 0.5 * rest * rest
    return scale * _LN2_HIGH - ((half - (s * (half + odd + even) + scale * _LN2_LOW)) - rest)


def _fused(one: float, two: float, three: float) -> float:
    """`one * two + three`, rounded once."""
    return float(Fraction(one) * Fraction(two) + Fraction(three))


def exponential(value: float) -> float:
    """The natural exponential of a number."""
    if math.isnan(value) or value == math.inf or value > _EXP_MOST:
        return math.nan if math.isnan(value) else math.inf
    if value == -math.inf:
        return 0.0
    exponent = round(value * _LOG2_E)
    if exponent < -1100:
        return 0.0
    rest = _fused(-_EXP_HIGH, float(exponent), value)
    rest = _fused(-_EXP_LOW, float(exponent), rest) * 0.0625
    sum_ = _EXP_FIRST
    for term in _EXP_TERMS:
        sum_ = _fused(sum_, rest, term)
    result = rest * sum_
    for _ in range(3):
        result *= result + 2.0
    return math.ldexp(_fused(result, result + 2.0, 1.0), exponent)


def power(base: float, exponent: float) -> float:
    """A power."""
    special = _special_power(base, exponent)
    if special is not None:
        return special
    fraction, whole = math.modf(abs(exponent))
    if fraction and base < 0:
        return math.nan
    if whole >= 2.0**63:
        return _endless_power(base, exponent)
    result = 1.0
    if fraction:
        if fraction > 0.5:
            fraction, whole = fraction - 1, whole + 1
        result = exponential(fraction * logarithm(base))
    square, square_scale = math.frexp(base)
    result, scale = _repeated(result, square, square_scale, int(whole))
    if exponent < 0:
        result, scale = quotient(1.0, result), -scale
    try:
        return math.ldexp(result, scale)
    except OverflowError:
        return math.copysign(math.inf, result)


def _repeated(result: float, square: float, square_scale: int, count: int) -> tuple[float, int]:
    """A number times another that is squared again and again, with the power of two that stands aside."""
    scale = 0
    while count:
        if abs(square_scale) > 1 << 12:
            return result, scale + square_scale
        if count & 1:
            result, scale = result * square, scale + square_scale
        square, square_scale = square * square, square_scale << 1
        if square < 0.5:
            square, square_scale = square + square, square_scale - 1
        count >>= 1
    return result, scale


def _endless_power(base: float, exponent: float) -> float:
    if base == -1:
        return 1.0
    return 0.0 if (abs(base) < 1) == (exponent > 0) else math.inf


def _special_power(base: float, exponent: float) -> float | None:
    if exponent == 0 or base == 1:
        return 1.0
    if exponent == 1 or math.isnan(base):
        return base
    if math.isnan(exponent):
        return math.nan
    odd = abs(exponent) < 2.0**53 and exponent % 2 == 1
    if base == 0:
        size = 0.0 if exponent > 0 else math.inf
        return math.copysign(size, base) if odd else size
    if math.isinf(exponent):
        return _endless_power(base, exponent)
    if math.isinf(base):
        size = math.inf if exponent > 0 else 0.0
        return math.copysign(size, base) if odd else size
    if exponent in (0.5, -0.5):
        root = math.sqrt(base) if base >= 0 else math.nan
        return root if exponent > 0 else quotient(1.0, root)
    return None
