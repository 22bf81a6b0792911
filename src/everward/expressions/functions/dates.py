"""Functions on dates and times. What they work with is only imported where a date is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from everward.expressions.functions import dateformat, moments

    moment = moments.parse_moment(as_string(base, "the base"))
    moved = moment.plus(moments.parse_duration(as_string(duration, "the duration")))
    if pattern is None:
        return moments.write_iso(moved)
    return dateformat.format_moment(moved, as_string(pattern, "the format"))


@DATES.add("addDays", 2, 2)
def add_days(base: Value, days: Value) -> Value:
    """A date and time moved by days."""
    from everward.expressions.functions import moments

    count = as_integer(days, "the number of days")
    if abs(count) > 4_000_000:
        raise Failure("the result lies outside the years 1 to 9999")
    moment = moments.parse_moment(as_string(base, "the base"))
    return moments.write_iso(moment.plus(count * 86_400 * moments.TICKS))


@DATES.add("dateTimeToEpoch", 1, 1)
def date_time_to_epoch(value: Value) -> Value:
    """Seconds since 1970."""
    from everward.expressions.functions import moments

    return moments.parse_moment(as_string(value)).epoch()


@DATES.add("dateTimeFromEpoch", 1, 1)
def date_time_from_epoch(value: Value) -> Value:
    """The date and time of so many seconds after 1970."""
    from everward.expressions.functions import moments

    return moments.write_iso(moments.from_epoch(as_integer(value)))


@DATES.add("utcNow", 0, 1, framed=True)
def utc_now(frame: Frame, pattern: Value = None) -> Value:
    """The evaluator's moment, or a hole when it has none."""
    if frame.evaluator.now is None:
        return Unknown(reason="known only when it is deployed: utcNow()", present=True)
    from everward.expressions.functions import dateformat, moments

    chosen = frame.evaluator.dialect.utc_format if pattern is None else as_string(pattern, "the format")
    return dateformat.format_moment(moments.from_datetime(frame.evaluator.now), chosen)
