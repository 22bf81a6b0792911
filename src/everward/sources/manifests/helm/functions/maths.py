"""Functions of numbers, as Sprig has them: whole numbers of 64 bits unless the name says otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Int64
from everward.sources.manifests.helm.functions.calling import integer, looks
from everward.sources.manifests.helm.problem import TemplateError


def _wrapped(value: int) -> int:
    return Int64((value + 2**63) % 2**64 - 2**63)


def _over(start: int, function: Callable[[int, int], int]) -> Callable[..., int]:
    def call(*values: Any) -> int:
        total = start
        for value in values:
            total = _wrapped(function(total, integer(value)))
        return total

    return call


def _divide(first: Any, second: Any) -> int:
    above, below = integer(first), integer(second)
    if below == 0:
        raise TemplateError("a number is divided by zero", refused=True)
    found = abs(above) // abs(below)
    return Int64(found if (above < 0) == (below < 0) else -found)


def _modulo(first: Any, second: Any) -> int:
    above, below = integer(first), integer(second)
    if below == 0:
        raise TemplateError("a number is divided by zero", refused=True)
    return Int64(above - below * (abs(above) // abs(below)) * (1 if (above < 0) == (below < 0) else -1))


def _multiply(*values: Any) -> int:
    return _over(1, lambda total, value: total * value)(*values)


def _float(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) and "_" not in value else 0.0
    except ValueError:
        return 0.0


FUNCTIONS: Final[dict[str, Callback]] = {
    "int": looks("int", integer, 1, 1),
    "int64": looks("int64", lambda value: Int64(integer(value)), 1, 1),
    "toDecimal": looks("toDecimal", lambda value: integer(f"0o{value}"), 1, 1),
    "float64": looks("float64", _float, 1, 1),
    "add": looks("add", _over(0, lambda total, value: total + value), 1),
    "add1": looks("add1", lambda value: _wrapped(integer(value) + 1), 1, 1),
    "sub": looks("sub", lambda first, second: _wrapped(integer(first) - integer(second)), 2, 2),
    "mul": looks("mul", _multiply, 1),
    "div": looks("div", _divide, 2, 2),
    "mod": looks("mod", _modulo, 2, 2),
    "max": looks("max", lambda *values: Int64(max(map(integer, values)))),
    "min": looks("min", lambda *values: Int64(min(map(integer, values)))),
    "ceil": looks("ceil", lambda value: float(math.ceil(_float(value))), 1, 1),
    "floor": looks("floor", lambda value: float(math.floor(_float(value))), 1, 1),
}
