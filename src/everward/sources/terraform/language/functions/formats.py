"""`format` and `formatlist`: the verbs of Go's fmt that Terraform knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from everward.sources.terraform.language import graphemes, numbers
from everward.sources.terraform.language.functions.encoding import json_text, quoted
from everward.sources.terraform.language.functions.registry import (
    Context,
    function,
    hole_of_call,
    open_call,
    strings,
)
from everward.sources.terraform.language.numbers import Number
from everward.sources.terraform.language.operations import as_number, is_many
from everward.sources.terraform.language.types import BOOL, STRING
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    ListValue,
    ValueProblem,
    convert,
    has_hole,
    hole_text,
    holes_of,
    is_null,
    is_number,
    nfc,
    shorten,
)
from everward.values import Unknown, combine

_VERB = re.compile(
    r"%(?:(?P<percent>%)|(?P<flags>[0#\-+ ]*)(?P<width>[1-9][0-9]*)?(?P<dot>\.(?P<precision>[0-9]*))?"
    r"(?:\[(?P<index>[1-9][0-9]*)\])?(?P<verb>[a-zA-Z])?)"
)


@dataclass(frozen=True, slots=True)
class _Verb:
    raw: str
    letter: str
    flags: str
    width: int
    precision: int | None


@function("format", "s*A", "raw", context=True)
def format_text(context: Context, template: Any, *arguments: Data) -> Data:
    """Text from a template with verbs."""
    if isinstance(template, Unknown):
        return open_call("format", template, *arguments)
    if any(item is None for item in arguments):
        return _never_known()
    return _formatted(context, template, arguments)


def _formatted(context: Context, template: str, arguments: tuple[Data, ...]) -> Data:
    holes = holes_of(arguments)
    try:
        text = fill(template, arguments, context.limits.text)
    except _OpaqueHole:
        return hole_of_call("format", [template, *arguments], holes)
    return combine(holes, present=True, text=text) if holes else nfc(text)


@function("formatlist", "s*A", "raw", context=True)
def formatlist(context: Context, template: Any, *arguments: Data) -> Data:
    """A text for every element; what is no list is the same for each."""
    everything = [template, *arguments]
    if any(item is None for item in arguments):
        return _never_known()
    lists = [item for item in arguments if isinstance(item, list)]
    lengths = {len(item) for item in lists if not any(map(is_many, item))}
    if len(lengths) > 1:
        raise ValueProblem("the lists have different lengths")
    if any(isinstance(item, Unknown) for item in everything) or any(is_many(i) for part in lists for i in part):
        return hole_of_call("formatlist", everything, holes_of(everything))
    count = lengths.pop() if lengths else 1
    rows = [tuple(item[row] if isinstance(item, list) else item for item in arguments) for row in range(count)]
    context.spend(count // 4)
    return ListValue((_formatted(context, template, row) for row in rows), STRING) if rows else strings([])


def _never_known() -> Unknown:
    return Unknown(reason="a null that has no type, which Terraform leaves open for ever")


class _OpaqueHole(Exception):
    """A hole stands where its digits or quotes would show."""


def fill(template: str, arguments: tuple[Data, ...], longest: int) -> str:
    """The template with its verbs replaced. A hole under `%s` or `%v` shows as its own text.

    Raises:
        ValueProblem: when verbs and arguments do not fit.

    """
    highest = 0
    following = 1

    def one(match: re.Match[str]) -> str:
        nonlocal highest, following
        if match["percent"]:
            return "%"
        if match["verb"] is None:
            raise ValueProblem(f"`{shorten(match.group())}` is not a verb")
        number = _count(match["index"]) if match["index"] else following
        highest = max(highest, number)
        if number > len(arguments):
            raise ValueProblem(f"there is no argument for `{shorten(match.group())}`")
        following = number + 1
        return _verb(_parsed(match, longest), arguments[number - 1])

    text = _VERB.sub(one, template)
    if highest < len(arguments):
        raise ValueProblem(f"there are {len(arguments)} arguments, and `{shorten(template)}` uses {highest}")
    return text


def _count(digits: str) -> int:
    return int(digits) if len(digits) < 10 else 10**9


def _parsed(match: re.Match[str], longest: int) -> _Verb:
    width = _count(match["width"]) if match["width"] else 0
    precision = _count(match["precision"] or "0") if match["dot"] else None
    if max(width, precision or 0) > longest:
        raise LimitProblem(f"`{shorten(match.group())}` is wider than {longest:,} characters", "text")
    return _Verb(match.group(), match["verb"], match["flags"], width, precision)


def _verb(verb: _Verb, value: Data) -> str:
    if isinstance(value, Unknown):
        if verb.letter not in "sv":
            raise _OpaqueHole
        return _padded(hole_text(value), verb)
    if has_hole(value):
        raise _OpaqueHole
    if verb.letter == "v":
        return _padded(_any(value, verb), verb)
    if is_null(value):
        raise ValueProblem(f"`{verb.raw}`: a null value has no text")
    if verb.letter == "t":
        return "true" if convert(value, BOOL) else "false"
    if verb.letter in "bdoxX":
        return _integer(as_number(value), verb)
    if verb.letter in "eEfgG":
        return _float(as_number(value), verb)
    if verb.letter in "sq":
        return _padded(_string(value, verb), verb)
    raise ValueProblem(f"`%{verb.letter}` is not a verb")


def _padded(text: str, verb: _Verb) -> str:
    missing = verb.width - graphemes.count(text) if verb.width else 0
    if missing <= 0:
        return text
    padding = ("0" if "0" in verb.flags else " ") * missing
    return text + padding if "-" in verb.flags else padding + text


def _any(value: Data, verb: _Verb) -> str:
    if "#" not in verb.flags:
        if isinstance(value, str):
            return value
        if is_number(value):
            if not numbers.is_finite(value):
                return numbers.text_of(value)
            negative, digits, point = _significant(value, None)
            return ("-" if negative else "") + _general(digits, point, None, "e")
    return json_text(value)


def _string(value: Data, verb: _Verb) -> str:
    text = convert(value, STRING)
    if verb.precision:
        text = "".join(graphemes.split(text)[: verb.precision])
    return quoted(text) if verb.letter == "q" else str(text)


# Numbers


def _integer(value: Number, verb: _Verb) -> str:
    if not isinstance(value, int) and value:
        raise ValueProblem(f"`{verb.raw}`: a whole number is needed")
    number = int(value)
    digits = format(abs(number), verb.letter) if verb.letter != "d" else numbers.text_of(abs(number))
    sign = "-" if number < 0 else _plus(verb)
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb.letter, "") if "#" in verb.flags else ""
    zeros = 0
    if verb.precision is not None:
        if digits == "0" and verb.precision == 0:
            return ""
        zeros = max(verb.precision - len(digits), 0)
    missing = max(verb.width - len(sign) - len(prefix) - zeros - len(digits), 0)
    if "-" in verb.flags:
        return f"{sign}{prefix}{'0' * zeros}{digits}{' ' * missing}"
    if "0" in verb.flags and verb.precision is None:
        return f"{sign}{prefix}{'0' * missing}{digits}"
    return f"{' ' * missing}{sign}{prefix}{'0' * zeros}{digits}"


def _plus(verb: _Verb) -> str:
    return "+" if "+" in verb.flags else " " if " " in verb.flags else ""


def _float(value: Number, verb: _Verb) -> str:
    if not numbers.is_finite(value):
        return _infinite(value, verb)
    letter = verb.letter
    precision = verb.precision if verb.precision is not None else None if letter in "gG" else 6
    if letter == "f":
        negative, body = numbers.rounded_to(value, precision or 0)
    elif letter in "eE":
        negative, digits, point = _significant(value, (precision or 0) + 1)
        body = _exponential(digits, point, precision or 0, letter)
    else:
        negative, digits, point = _significant(value, None if precision is None else max(precision, 1))
        body = _general(digits, point, None if precision is None else max(precision, 1), "e" if letter == "g" else "E")
    sign = "-" if negative else _plus(verb)
    missing = max(verb.width - len(sign) - len(body), 0)
    if "-" in verb.flags:
        return f"{sign}{body}{' ' * missing}"
    return f"{sign}{'0' * missing}{body}" if "0" in verb.flags else f"{' ' * missing}{sign}{body}"


def _infinite(value: Number, verb: _Verb) -> str:
    text = ("-" if value < 0 else " " if " " in verb.flags else "+") + "Inf"
    return text.ljust(verb.width) if "-" in verb.flags else text.rjust(verb.width)


def _significant(value: Number, count: int | None) -> tuple[bool, str, int]:
    """Whether a number is negative, its digits (the shortest, or a count of them), and where the point stands."""
    negative = value < 0 or (not isinstance(value, int) and value.is_signed())
    if count is None:
        digits, point = numbers.shortest(value)
        return negative, digits, point
    digits, point = numbers.leading(value, count)
    return negative, digits, point


def _exponential(digits: str, point: int, places: int, letter: str) -> str:
    first, rest = digits[0], digits[1 : 1 + places].ljust(places, "0")
    exponent = point - 1 if digits.strip("0") else 0
    shown = f"{letter}{'-' if exponent < 0 else '+'}{abs(exponent):02}"
    return f"{first}.{rest}{shown}" if places else f"{first}{shown}"


def _general(digits: str, point: int, precision: int | None, letter: str) -> str:
    """`%g`: with an exponent when it is small or beyond the precision, which is six for the shortest digits."""
    digits = digits.rstrip("0") or "0"
    if digits == "0":
        return "0"
    limit = 6 if precision is None else precision
    if precision is not None and precision > len(digits) and len(digits) >= point:
        limit = len(digits)
    if point - 1 < -4 or point - 1 >= limit:
        return _exponential(digits, point, len(digits) - 1, letter)
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"
