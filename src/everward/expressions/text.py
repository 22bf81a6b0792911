"""Text as .NET has it: case by the invariant culture, order, and values as strings."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache
from typing import Any, Final

import msgspec

from everward.expressions.limits import bounds
from everward.values import Value


def upper(text: str) -> str:
    """Upper case character by character: `ß` stays, since no single character is its capital."""
    if text.isascii():
        return text.upper()
    return "".join([changed if len(changed := character.upper()) == 1 else character for character in text])


def lower(text: str) -> str:
    """Lower case character by character."""
    if text.isascii():
        return text.lower()
    return "".join([changed if len(changed := character.lower()) == 1 else character for character in text])


def fold(text: str) -> str:
    """What ordinal comparison without case compares. It has the same length as `text`."""
    return upper(text)


_REMEMBERED: Final = 256
"""Characters of the strings whose keys are remembered."""
_MARKS: Final = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"


def order_key(text: str) -> tuple[Any, ...]:
    """A key that sorts strings as the invariant culture does: marks, digits, letters; accents; small first.

    Raises:
        Failure: when there was too much work.

    """
    if len(text) <= _REMEMBERED:
        return _short_key(text)
    bounds().spend(len(text) >> 3)
    return _key_of(text)


@lru_cache(maxsize=4_096)
def _short_key(text: str) -> tuple[Any, ...]:
    return _key_of(text)


def _key_of(text: str) -> tuple[Any, ...]:
    primary: list[tuple[int, int, str]] = []
    accents: list[str] = []
    cases: list[bool] = []
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.combining(character):
            accents.append(f"{len(primary)}{character}")
            continue
        if character.isalpha():
            primary.append((2, 0, character.casefold()))
        elif character.isdigit():
            primary.append((1, 0, character))
        else:
            primary.append((0, _MARKS.find(character), character))
        cases.append(character.isupper())
    return (primary, accents, cases, text)


def compare(left: str, right: str) -> int:
    """Negative, zero or positive, as `left` sorts before, with or behind `right`."""
    if left == right:
        return 0
    return -1 if order_key(left) < order_key(right) else 1


def bounded(text: str) -> str:
    """`text`, which must not be longer than a string may be.

    Raises:
        Failure: when it is.

    """
    check_length(len(text))
    return text


def check_length(length: int) -> None:
    """Hold that a string of this many characters may be made.

    Raises:
        Failure: when it may not.

    """
    bounds().write(length)


def text_of(value: Value) -> str:
    """A known value inside other text: booleans have a capital, arrays and objects are JSON in single quotes."""
    if isinstance(value, (list, dict)):
        return json_of(value, single=True)
    return "" if value is None else scalar_text(value)


def scalar_text(value: Any) -> str:
    """A string, number, boolean or null as .NET writes it."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, float):
        return float_text(value)
    return "null" if value is None else str(value)


def float_text(value: float) -> str:
    """The shortest text that reads as this number, with an exponent from 1E+15 and below 1E-05 on."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if "e" not in text and abs(value) >= 1e15:
        sign, digits = ("-", text[1:]) if value < 0 else ("", text)
        digits = digits.removesuffix(".0")
        whole, _, rest = digits.partition(".")
        mantissa = (whole + rest).rstrip("0")
        text = f"{sign}{mantissa[0]}{'.' + mantissa[1:] if len(mantissa) > 1 else ''}e+{len(whole) - 1}"
    return text.removesuffix(".0").replace("e", "E")


def json_of(value: Value, *, single: bool = False) -> str:
    """A known value as compact JSON, its strings in double quotes or (as the engine formats them) in single ones.

    Raises:
        Failure: when the result would be longer than a string may be.

    """
    out: list[str] = []
    stack: list[Any] = [value]
    left = bounds().text
    while stack:
        item = stack.pop()
        if isinstance(item, _Raw):
            text = str(item)
        elif isinstance(item, str):
            text = _json_string(item, single)
        elif isinstance(item, list):
            text = "["
            stack.append(_Raw("]"))
            for index in range(len(item) - 1, -1, -1):
                stack.append(item[index])
                if index:
                    stack.append(_Raw(","))
        elif isinstance(item, dict):
            text = "{"
            stack.append(_Raw("}"))
            for index, (key, below) in reversed(list(enumerate(item.items()))):
                stack.append(below)
                stack.append(_Raw(f"{',' if index else ''}{_json_string(key, single)}:"))
        else:
            text = _json_scalar(item)
        left -= len(text)
        if left < 0:
            break
        out.append(text)
    check_length(bounds().text - left)
    return "".join(out)


class _Raw(str):
    """Text that is written as it stands."""

    __slots__ = ()


def _json_string(text: str, single: bool) -> str:
    try:
        encoded = msgspec.json.encode(text).decode()
    except UnicodeEncodeError:
        # Half a character cannot be written.
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        encoded = msgspec.json.encode(whole).decode()
    if not single:
        return encoded
    return "'" + encoded[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def _json_scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return float_text(value) if isinstance(value, float) and not math.isfinite(value) else repr(value)
