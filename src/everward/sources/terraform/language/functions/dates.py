"""Functions over points in time, in RFC 3339."""

from __future__ import annotations

import re
from dataclasses import dataclass

from everward.sources.terraform.language import numbers
from everward.sources.terraform.language.functions.registry import function
from everward.sources.terraform.language.values import Data, ValueProblem, shorten
from everward.values import Unknown

_STAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?:[.,](?P<fraction>\d+))?(?:Z|(?P<sign>[+-])(?P<zone_hours>\d\d):(?P<zone_minutes>\d\d))",
    re.ASCII,
)
_YAML_STAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:(?P<mark>[Tt ])(?P<hour>\d\d?):(?P<minute>\d\d?):(?P<second>\d\d?)(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>Z|(?P<sign>[+-])(?P<zone_hours>\d\d):(?P<zone_minutes>\d\d))?)?",
    re.ASCII,
)
_DURATION = re.compile(r"(?:(\d+)(?:\.(\d*))?|\.(\d+))(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_LONGEST = 2**63
_TOKEN = re.compile(r"'(?:[^']|'')*'|'.*|([A-Za-z])\1*|[^A-Za-z']+", re.DOTALL)
_SECONDS_A_DAY = 86_400
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@function("timestamp", "")
def timestamp() -> Data:
    """Now, whenever Terraform runs."""
    return Unknown(reason="the time of the run", decided_by=("timestamp()",), present=True)


@function("plantimestamp", "")
def plantimestamp() -> Data:
    """The time of the plan."""
    return Unknown(reason="the time of the run", decided_by=("plantimestamp()",), present=True)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as it is written somewhere: in nanoseconds since the year 0 began, and east of Greenwich."""

    nanoseconds: int
    """By the clock of the place."""
    offset: int
    """How many seconds the clock of the place is ahead."""

    @property
    def absolute(self) -> int:
        """The same for the same instant, wherever it was written."""
        return self.nanoseconds - self.offset * 10**9

    def parts(self) -> tuple[int, int, int, int, int, int]:
        """Year, month, day, hour, minute and second."""
        days, seconds = divmod(self.nanoseconds // 10**9, _SECONDS_A_DAY)
        year, month, day = _date_of(days)
        return year, month, day, seconds // 3600, seconds // 60 % 60, seconds % 60

    def weekday(self) -> int:
        """0 for Monday."""
        # The first of January of the year 0 was a Saturday.
        return (self.nanoseconds // 10**9 // _SECONDS_A_DAY + 5) % 7

    def zone(self, colon: str) -> str:
        """The offset as `+01:00`."""
        sign = "-" if self.offset < 0 else "+"
        minutes = abs(self.offset) // 60
        return f"{sign}{minutes // 60:02}{colon}{minutes % 60:02}"

    def text(self) -> str:
        """In RFC 3339, without fractions of a second."""
        year, month, day, hour, minute, second = self.parts()
        zone = self.zone(":") if self.offset else "Z"
        shown = f"{year:04}" if year >= 0 else f"-{-year:04}"
        return f"{shown}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"


def _days_before(year: int) -> int:
    """Days from the first of January of the year 0 to that of another."""
    before = year - 1
    return 365 * year + before // 4 - before // 100 + before // 400 + 1


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(year: int, month: int) -> int:
    return 29 if month == 2 and _is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def _date_of(days: int) -> tuple[int, int, int]:
    year = days * 400 // 146_097
    while _days_before(year + 1) <= days:
        year += 1
    while _days_before(year) > days:
        year -= 1
    day = days - _days_before(year)
    month = 1
    while day >= _length(year, month):
        day -= _length(year, month)
        month += 1
    return year, month, day + 1


def _moment(match: re.Match[str]) -> Moment | None:
    """The moment that a text names; None when there is none of that date and time."""
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if not 1 <= month <= 12 or not 1 <= day <= _length(year, month) or hour > 23 or minute > 59 or second > 59:
        return None
    days = _days_before(year) + sum(_length(year, earlier) for earlier in range(1, month)) + day - 1
    nanoseconds = int((match["fraction"] or "0")[:9].ljust(9, "0"))
    offset = 0
    if match["sign"] is not None:
        hours, minutes = int(match["zone_hours"]), int(match["zone_minutes"])
        if hours > 24 or minutes > 60:
            return None
        offset = (hours * 3600 + minutes * 60) * (-1 if match["sign"] == "-" else 1)
    seconds = days * _SECONDS_A_DAY + hour * 3600 + minute * 60 + second
    return Moment(seconds * 10**9 + nanoseconds, offset)


def parse_time(text: str, *, strict: bool = False) -> Moment:
    """A point in time. `strict` refuses what Go lets pass: one digit for the hour, a comma before the fraction.

    Raises:
        ValueProblem: when it is not in RFC 3339.

    """
    match = _STAMP.fullmatch(text)
    found = _moment(match) if match is not None else None
    loose = match is not None and (len(match["hour"]) < 2 or "," in text)
    beyond = match is not None and match["sign"] and (int(match["zone_hours"]) > 23 or int(match["zone_minutes"]) > 59)
    if found is None or (strict and (loose or beyond)):
        raise ValueProblem(f"`{shorten(text)}` is not a point in time as RFC 3339 has it")
    return found


def yaml_moment(text: str) -> str | None:
    """A scalar of YAML that is a date, in RFC 3339; None when it is none."""
    match = _YAML_STAMP.fullmatch(text)
    if match is None or (match["mark"] in ("T", "t")) != (match["zone"] is not None):
        return None
    found = _moment(match)
    return found.text() if found is not None else None


@function("timecmp", "ss")
def timecmp(first: str, second: str) -> Data:
    """-1, 0 or 1."""
    left, right = parse_time(first).absolute, parse_time(second).absolute
    return numbers.sized((left > right) - (left < right))


@function("timeadd", "ss")
def timeadd(start: str, duration: str) -> Data:
    """A later, or an earlier, point in time."""
    moment = parse_time(start, strict=True)
    return Moment(moment.nanoseconds + _nanoseconds(duration), moment.offset).text()


def _nanoseconds(duration: str) -> int:
    body = duration[1:] if duration[:1] in ("+", "-") else duration
    total = 0
    if body != "0":
        position = 0
        while position < len(body) or not body:
            match = _DURATION.match(body, position)
            if match is None:
                raise ValueProblem(f"`{shorten(duration)}` is not a duration such as `1h30m`")
            whole, fraction, bare, unit = match.groups()
            places = (fraction or bare or "")[:18]
            total += int(whole or 0) * _UNITS[unit] + int(places or 0) * _UNITS[unit] // 10 ** len(places)
            position = match.end()
    if total > _LONGEST - (not duration.startswith("-")):
        raise ValueProblem(f"`{shorten(duration)}` is too long")
    return -total if duration.startswith("-") else total


@function("formatdate", "ss")
def formatdate(pattern: str, stamp: str) -> Data:
    """A point in time written by a pattern."""
    moment = parse_time(stamp, strict=True)
    out: list[str] = []
    for match in _TOKEN.finditer(pattern):
        text = match.group()
        if text.startswith("'"):
            if len(text) < 2 or not text.endswith("'"):
                raise ValueProblem("a quote is not closed")
            out.append("'" if text == "''" else text[1:-1].replace("''", "'"))
        elif match[1]:
            out.append(_verb(text, moment))
        else:
            out.append(text)
    return "".join(out)


def _verb(text: str, moment: Moment) -> str:
    year, month, day, hour, minute, second = moment.parts()
    half = "am" if hour < 12 else "pm"
    zone, offset = moment.zone(":"), moment.zone("")
    verbs = {
        "YYYY": f"{year:04}",
        "YY": f"{year % 100:02}",
        "MMMM": _MONTHS[month - 1],
        "MMM": _MONTHS[month - 1][:3],
        "MM": f"{month:02}",
        "M": str(month),
        "DD": f"{day:02}",
        "D": str(day),
        "EEEE": _DAYS[moment.weekday()],
        "EEE": _DAYS[moment.weekday()][:3],
        "hh": f"{hour:02}",
        "h": str(hour),
        "HH": f"{hour % 12 or 12:02}",
        "H": str(hour % 12 or 12),
        "AA": half.upper(),
        "aa": half,
        "mm": f"{minute:02}",
        "m": str(minute),
        "ss": f"{second:02}",
        "s": str(second),
        "ZZZZZ": zone,
        "ZZZZ": offset,
        "ZZZ": offset if moment.offset else "UTC",
        "Z": zone if moment.offset else "Z",
    }
    if text not in verbs:
        raise ValueProblem(f"`{text}` is no part of a date")
    return verbs[text]
