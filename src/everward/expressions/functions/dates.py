"""Functions on dates and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from everward.expressions.functions.dateformat import format_moment
from everward.expressions.functions.moments import (
    TICKS,
    from_datetime,
    from_epoch,
    parse_duration,
    parse_moment,
    write_iso,
)
from everward.expressions.functions.registry import Family
from everward.expressions.kinds import as_integer, as_string
from everward.expressions.problem import Failure
from everward.values import Unknown, Value

if TYPE_CHECKING:
    from everward.expressions.frame import Frame

DATES = Family()


@DATES.add("dateTimeAdd", 2, 3)
def date_time_add(base: Value, duration: Value, pattern: Value = None) -> Value:
    """A date and time moved by a duration, written like the base or in a format of .NET."""
    moment = parse_moment(as_string(base, "the base")).plus(parse_duration(as_string(duration, "the duration")))
    return write_iso(moment) if pattern is None else format_moment(moment, as_string(pattern, "the format"))


@DATES.add("addDays", 2, 2)
def add_days(base: Value, days: Value) -> Value:
    """A date and time moved by days."""
    count = as_integer(days, "the number of days")
    if abs(count) > 4_000_000:
        raise Failure("the result lies outside the years 1 to 9999")
    return write_iso(parse_moment(as_string(base, "the base")).plus(count * 86_400 * TICKS))


@DATES.add("dateTimeToEpoch", 1, 1)
def date_time_to_epoch(value: Value) -> Value:
    """Seconds since 1970."""
    return parse_moment(as_string(value)).epoch()


@DATES.add("dateTimeFromEpoch", 1, 1)
def date_time_from_epoch(value: Value) -> Value:
    """The date and time of so many seconds after 1970."""
    seconds = as_integer(value)
    if abs(seconds) > 10**12:
        raise Failure("the result lies outside the years 1 to 9999")
    return write_iso(from_epoch(seconds))


@DATES.add("utcNow", 0, 1, framed=True)
def utc_now(frame: Frame, pattern: Value = None) -> Value:
    """The evaluator's moment, or a hole when it has none."""
    if frame.evaluator.now is None:
        return Unknown(reason="known only when it is deployed: utcNow()", present=True)
    chosen = frame.evaluator.dialect.utc_format if pattern is None else as_string(pattern, "the format")
    return format_moment(from_datetime(frame.evaluator.now), chosen)
