"""Points in time with the precision of .NET (a tick is 100 nanoseconds), read from and written as ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Final

from msgspec import Struct

from everward.expressions.problem import Failure

TICKS: Final = 10_000_000
"""Ticks of a second."""
_MAX_TICKS: Final = 3_652_059 * 86_400 * TICKS
_EPOCH: Final = datetime(1970, 1, 1)


class Moment(Struct, frozen=True):
    """A local clock time and its distance from UTC."""

    ticks: int
    """Ticks of the local clock since the start of year 1."""
    offset: int = 0
    """Minutes ahead of UTC."""
    digits: int = 0
    """Digits of the second's fraction in the text it was read from."""

    @property
    def clock(self) -> datetime:
        """The local clock, cut to microseconds."""
        return datetime(1, 1, 1) + timedelta(microseconds=self.ticks // 10)

    @property
    def fraction(self) -> str:
        """The second's fraction in seven digits."""
        return f"{self.ticks % TICKS:07d}"

    def plus(self, ticks: int) -> Moment:
        """The moment so much later.

        Raises:
            Failure: when it is outside the years 1 to 9999.

        """
        moved = self.ticks + ticks
        if not 0 <= moved < _MAX_TICKS:
            raise Failure("the result lies outside the years 1 to 9999")
        digits = len(f"{ticks % TICKS:07d}".rstrip("0"))
        return Moment(moved, self.offset, max(self.digits, digits))

    def utc(self) -> Moment:
        """The same point in time by the clock of UTC."""
        return Moment(self.plus(-self.offset * 60 * TICKS).ticks, 0, self.digits)

    def epoch(self) -> int:
        """Whole seconds since 1970-01-01T00:00:00Z."""
        return self.utc().ticks // TICKS - _ticks_of(_EPOCH) // TICKS


def _ticks_of(clock: datetime) -> int:
    span = clock - datetime(1, 1, 1)
    return (span.days * 86_400 + span.seconds) * TICKS + span.microseconds * 10


def from_epoch(seconds: int) -> Moment:
    """The moment so many seconds after 1970-01-01T00:00:00Z.

    Raises:
        Failure: when it is outside the years 1 to 9999.

    """
    return Moment(_ticks_of(_EPOCH)).plus(seconds * TICKS)


def from_datetime(value: datetime) -> Moment:
    """A Python moment by the clock of UTC; one without zone is taken for UTC."""
    if value.tzinfo is not None:
        value = value.astimezone(timezone.utc).replace(tzinfo=None)  # noqa: UP017
    return Moment(_ticks_of(value))


_ISO: Final = re.compile(
    r"""\s*(?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})
    (?:[T\ ](?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,7})\d*)?)?
    \s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?\s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def parse_moment(text: str) -> Moment:
    """Read an ISO 8601 date and time, `T` or a space between them. Without a zone it is UTC.

    Raises:
        Failure: when it is none, or no day of the calendar.

    """
    found = _ISO.fullmatch(text)
    if found is None:
        raise Failure(f"`{text[:64]}` is not an ISO 8601 date and time")
    try:
        clock = datetime(
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
        )
    except ValueError:
        raise Failure(f"`{text[:64]}` is not a date and time of the calendar") from None
    fraction = found["fraction"] or ""
    return Moment(_ticks_of(clock) + int(fraction.ljust(7, "0") or 0), _offset(found["zone"] or "Z"), len(fraction))


def _offset(zone: str) -> int:
    if zone in ("Z", "z"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        raise Failure(f"`{zone}` is not a distance from UTC")
    return -minutes if zone[0] == "-" else minutes


_DURATION: Final = re.compile(
    r"""(?P<sign>-?)P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?
    (?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,7})\d*)?S)?)?""",
    re.VERBOSE | re.ASCII,
)
_PARTS: Final = {
    "years": 365 * 86_400,
    "months": 30 * 86_400,
    "weeks": 7 * 86_400,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}


def parse_duration(text: str) -> int:
    """Ticks of an ISO 8601 duration; as in the engine a year has 365 days and a month 30.

    Raises:
        Failure: when it is none, or longer than any two dates are apart.

    """
    found = _DURATION.fullmatch(text.strip())
    if found is None or len(text) > 64:
        raise Failure(f"`{text[:64]}` is not an ISO 8601 duration")
    seconds = sum(int(found[part] or 0) * size for part, size in _PARTS.items())
    ticks = seconds * TICKS + int((found["fraction"] or "").ljust(7, "0"))
    if ticks > _MAX_TICKS:
        raise Failure(f"the duration `{text[:64]}` is too long")
    return -ticks if found["sign"] else ticks


def write_iso(moment: Moment) -> str:
    """The moment as a base value is written: as many digits as it came with, `Z` for UTC."""
    clock = moment.clock.isoformat(timespec="seconds")
    fraction = f".{moment.fraction[: moment.digits]}" if moment.digits else ""
    return f"{clock}{fraction}{'Z' if not moment.offset else zone_text(moment.offset)}"


def zone_text(offset: int, minutes: bool = True) -> str:
    """The distance from UTC: `+05:30`, or `+05` without minutes."""
    sign, size = ("-", -offset) if offset < 0 else ("+", offset)
    return f"{sign}{size // 60:02d}" + (f":{size % 60:02d}" if minutes else "")
