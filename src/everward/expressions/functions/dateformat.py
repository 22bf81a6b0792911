"""Date and time formats of .NET in the invariant culture."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from everward.expressions.functions.moments import Moment, zone_text
from everward.expressions.problem import Failure

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_STANDARD: Final = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
_UTC: Final = {
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
}
"""Standard formats that are written by the clock of UTC."""

_TOKEN: Final = re.compile(
    r"""(?P<letters>d{1,4}|f{1,7}|F{1,7}|g+|h+|H+|K|m+|M{1,4}|s+|t+|y+|z+)
    |'(?P<single>[^']*)'|"(?P<double>[^"]*)"|\\(?P<escaped>.)|%(?P<alone>[dfFghHKmMstyz])|(?P<other>[^'"\\%])""",
    re.VERBOSE | re.DOTALL,
)


def format_moment(moment: Moment, pattern: str) -> str:
    """The moment in a standard format (one letter) or a custom one.

    Raises:
        Failure: when .NET has no such format.

    """
    if len(pattern) == 1:
        if pattern in _UTC:
            return _write(moment.utc(), _UTC[pattern])
        if pattern not in _STANDARD:
            raise Failure(f"`{pattern}` is not a standard format of dates")
        return _write(moment, _STANDARD[pattern])
    return _write(moment, pattern)


def _write(moment: Moment, pattern: str) -> str:
    out: list[str] = []
    position = 0
    while position < len(pattern):
        found = _TOKEN.match(pattern, position)
        if found is None:
            raise Failure(f"`{pattern[:64]}` is not a format of dates")
        letters = found["letters"] or found["alone"]
        if letters:
            text = _LETTERS[letters[0]](moment, len(letters))
            if letters[0] == "F" and not text and out and out[-1] == ".":
                # A fraction that is written only when there is one takes its point along.
                out.pop()
            out.append(text)
        else:
            out.append(found["single"] or found["double"] or found["escaped"] or found["other"] or "")
        position = found.end()
    return "".join(out)


def _number(value: int, width: int) -> str:
    return f"{value:02d}" if width > 1 else str(value)


def _day(moment: Moment, width: int) -> str:
    name = _DAYS[moment.clock.weekday()]
    if width <= 2:
        return _number(moment.clock.day, width)
    return name if width == 4 else name[:3]


def _month(moment: Moment, width: int) -> str:
    name = _MONTHS[moment.clock.month - 1]
    if width <= 2:
        return _number(moment.clock.month, width)
    return name if width == 4 else name[:3]


def _year(moment: Moment, width: int) -> str:
    year = moment.clock.year
    return _number(year % 100, width) if width <= 2 else str(year).rjust(width, "0")


def _half(moment: Moment, width: int) -> str:
    text = "AM" if moment.clock.hour < 12 else "PM"
    return text if width > 1 else text[0]


def _zone(moment: Moment, width: int) -> str:
    if width > 2:
        return zone_text(moment.offset)
    text = zone_text(moment.offset, minutes=False)
    return text if width == 2 else text[0] + text[1:].lstrip("0").rjust(1, "0")


_LETTERS: Final[dict[str, Callable[[Moment, int], str]]] = {
    "d": _day,
    "f": lambda moment, width: moment.fraction[:width],
    "F": lambda moment, width: moment.fraction[:width].rstrip("0"),
    "g": lambda _moment, _width: "A.D.",
    "h": lambda moment, width: _number((moment.clock.hour + 11) % 12 + 1, width),
    "H": lambda moment, width: _number(moment.clock.hour, width),
    "K": lambda moment, _width: zone_text(moment.offset) if moment.offset else "Z",
    "m": lambda moment, width: _number(moment.clock.minute, width),
    "M": _month,
    "s": lambda moment, width: _number(moment.clock.second, width),
    "t": _half,
    "y": _year,
    "z": _zone,
}
