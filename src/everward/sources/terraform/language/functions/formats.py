"""`format` and `formatlist`: the verbs of Go's fmt that Terraform knows."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from everward.sources.terraform.language.functions.registry import function, hole_of_call, strings
from everward.sources.terraform.language.operations import as_number, as_truth, is_many
from everward.sources.terraform.language.values import (
    Data,
    ValueProblem,
    hole_text,
    holes_of,
    is_number,
    number_text,
    shorten,
    to_string,
)
from everward.values import Unknown, combine

_VERB = re.compile(
    r"%(?P<flags>[ +\-#0]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?:\[(?P<index>\d+)\])?(?P<verb>.)?", re.DOTALL
)
_WIDEST = 4096


@function("format", "s*A", "raw")
def format_text(template: Any, *arguments: Data) -> Data:
    """Text from a template with verbs."""
    if isinstance(template, Unknown):
        return hole_of_call("format", [template, *arguments], holes_of([template, *arguments]))
    holes = holes_of(arguments)
    try:
        text = fill(template, arguments)
    except _OpaqueHole:
        return hole_of_call("format", [template, *arguments], holes)
    return combine(holes, present=True, text=text) if holes else text


@function("formatlist", "s*A", "raw")
def formatlist(template: Any, *arguments: Data) -> Data:
    """A text for every element; what is no list is the same for each."""
    everything = [template, *arguments]
    holes = holes_of(everything)
    lists = [item for item in arguments if isinstance(item, list)]
    whole_holes = [item for item in everything if isinstance(item, Unknown)]
    if isinstance(template, Unknown) or (whole_holes and not lists) or any(is_many(i) for part in lists for i in part):
        return hole_of_call("formatlist", everything, holes)
    lengths = {len(item) for item in lists}
    if len(lengths) > 1:
        raise ValueProblem("the lists have different lengths")
    count = lengths.pop() if lengths else 1
    rows = [[item[row] if isinstance(item, list) else item for item in arguments] for row in range(count)]
    return strings([format_text(template, *row) for row in rows])


class _OpaqueHole(Exception):
    """A hole stands where its digits or quotes would show."""


def fill(template: str, arguments: tuple[Data, ...]) -> str:
    """The template with its verbs replaced. A hole under `%s` or `%v` shows as its own text.

    Raises:
        ValueProblem: when verbs and arguments do not fit.

    """
    used: set[int] = set()
    position = 0

    def one(match: re.Match[str]) -> str:
        nonlocal position
        verb = match["verb"]
        if verb == "%":
            return "%"
        if verb is None:
            raise ValueProblem("the template ends in the middle of a verb")
        if match["index"] is not None:
            position = int(match["index"]) - 1
        if not 0 <= position < len(arguments):
            raise ValueProblem(f"there is no argument for `{match.group()}`")
        used.add(position)
        position += 1
        return _verb(match, arguments[position - 1])

    text = _VERB.sub(one, template)
    if len(used) < len(arguments) and not re.search(r"%[^%]*\[\d+\]", template):
        raise ValueProblem(f"there are {len(arguments)} arguments, and `{shorten(template)}` uses {len(used)}")
    return text


def _verb(match: re.Match[str], value: Data) -> str:
    verb, flags = match["verb"], match["flags"]
    width = int(match["width"] or 0)
    precision = int(match["precision"]) if match["precision"] is not None else None
    if width > _WIDEST or (precision or 0) > _WIDEST:
        raise ValueProblem(f"`{match.group()}` is too wide")
    if isinstance(value, Unknown):
        if verb not in "sv":
            raise _OpaqueHole
        text = hole_text(value)
    elif verb == "v":
        if is_number(value) and "#" not in flags:
            return _pad(_number(value, "g", flags, precision), flags, width)
        text = _any(value, flags)
        flags = flags.replace("0", "")
    elif verb in "sq":
        text = _string(value, verb, precision)
        flags = flags.replace("0", "")
    elif verb == "t":
        text = to_string(as_truth(value))
    elif verb in "bdoxXeEfFgG":
        text = _number(as_number(value), verb, flags, precision)
    else:
        raise ValueProblem(f"`%{verb}` is not a verb")
    return _pad(text, flags, width)


def _pad(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags:
        sign = text[:1] if text[:1] in "+-" else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


def _any(value: Data, flags: str) -> str:
    if isinstance(value, list | dict) or "#" in flags or value is None:
        from everward.sources.terraform.language.functions.encoding import json_text

        if has_hole_inside(value):
            raise _OpaqueHole
        return json_text(value)
    return to_string(value)


def has_hole_inside(value: Data) -> bool:
    """Whether a collection has holes, which no text of it can show."""
    return bool(holes_of((value,)))


def _string(value: Data, verb: str, precision: int | None) -> str:
    if value is None:
        raise ValueProblem("a null value has no text")
    text = to_string(value)
    if precision is not None:
        text = text[:precision]
    return json.dumps(text, ensure_ascii=False) if verb == "q" else text


def _number(value: int | Decimal, verb: str, flags: str, precision: int | None) -> str:
    if verb in "bdoxX":
        if not isinstance(value, int):
            raise ValueProblem("a whole number is needed")
        text = format(abs(value), verb)
        sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        return sign + text
    plus = "+" if "+" in flags else " " if " " in flags else ""
    if verb in "fF":
        return format(Decimal(value), f"{plus}.{6 if precision is None else precision}f")
    if verb in "gG" and precision is None:
        exact = Decimal(value)
        exponent = exact.adjusted() if value else 0
        if -5 < exponent < 21:
            text = number_text(value)
        else:
            digits = f"{exact.normalize():e}"
            mantissa, _, power = digits.partition("e")
            text = f"{mantissa}e{power[0]}{power[1:].rjust(2, '0')}"
            text = text.upper() if verb == "G" else text
        return (plus if value >= 0 else "") + text
    return format(float(value), f"{plus}.{6 if precision is None else precision}{verb}")
