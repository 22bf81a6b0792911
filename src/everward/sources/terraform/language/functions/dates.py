"""Functions over points in time, in RFC 3339."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from everward.sources.terraform.language.functions.registry import function
from everward.sources.terraform.language.values import Data, ValueProblem, shorten
from everward.values import Unknown

_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_UNITS = {"ns": "0.000000001", "us": "0.000001", "µs": "0.000001", "ms": "0.001", "s": "1", "m": "60", "h": "3600"}
_VERB = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'")


@function("timestamp", "")
def timestamp() -> Data:
    """Now, whenever Terraform runs."""
    return Unknown(reason="the time of the run", decided_by=("timestamp()",), present=True)


@function("plantimestamp", "")
def plantimestamp() -> Data:
    """The time of the plan."""
    return Unknown(reason="the time of the run", decided_by=("plantimestamp()",), present=True)


def parse_time(text: str) -> tuple[datetime, str]:
    """A point in time, and its zone as written.

    Raises:
        ValueProblem: when it is not in RFC 3339.

    """
    match = _STAMP.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        zone = "Z" if match[8] in "Zz" else match[8]
        return datetime.fromisoformat(f"{text[:10]}T{text[11:19]}{'+00:00' if zone == 'Z' else zone}"), zone
    except ValueError:
        raise ValueProblem(f"`{shorten(text)}` is not a point in time as RFC 3339 has it") from None


@function("timecmp", "ss")
def timecmp(first: str, second: str) -> Data:
    """-1, 0 or 1."""
    left, right = parse_time(first)[0], parse_time(second)[0]
    return (left > right) - (left < right)


@function("timeadd", "ss")
def timeadd(start: str, duration: str) -> Data:
    """A later, or an earlier, point in time."""
    moment, zone = parse_time(start)
    body = duration.lstrip("+-")
    parts = _DURATION.findall(body)
    if body != "0" and (not parts or "".join(n + u for n, u in parts) != body or len(duration) - len(body) > 1):
        raise ValueProblem(f"`{shorten(duration)}` is not a duration such as `1h30m`")
    seconds = sum((Decimal(number) * Decimal(_UNITS[unit]) for number, unit in parts), Decimal(0))
    try:
        moved = moment + timedelta(seconds=float(-seconds if duration.startswith("-") else seconds))
    except OverflowError:
        raise ValueProblem("the result is out of range") from None
    return moved.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + zone


@function("formatdate", "ss")
def formatdate(pattern: str, stamp: str) -> Data:
    """A point in time written by a pattern."""
    moment, zone = parse_time(stamp)
    out: list[str] = []
    for match in _VERB.finditer(pattern):
        text = match.group()
        if match[1] is not None:
            out.append(match[1].replace("''", "'"))
        elif match[2]:
            out.append(_verb(text, moment, zone))
        elif text == "'":
            raise ValueProblem("a quote is not closed")
        else:
            out.append(text)
    return "".join(out)


def _verb(text: str, moment: datetime, zone: str) -> str:
    hour = moment.hour % 12 or 12
    half = "am" if moment.hour < 12 else "pm"
    offset = zone.replace(":", "")
    verbs = {
        "YYYY": f"{moment.year:04}",
        "YY": f"{moment.year % 100:02}",
        "MMMM": moment.strftime("%B"),
        "MMM": moment.strftime("%b"),
        "MM": f"{moment.month:02}",
        "M": str(moment.month),
        "DD": f"{moment.day:02}",
        "D": str(moment.day),
        "EEEE": moment.strftime("%A"),
        "EEE": moment.strftime("%a"),
        "hh": f"{moment.hour:02}",
        "h": str(moment.hour),
        "HH": f"{hour:02}",
        "H": str(hour),
        "AA": half.upper(),
        "aa": half,
        "mm": f"{moment.minute:02}",
        "m": str(moment.minute),
        "ss": f"{moment.second:02}",
        "s": str(moment.second),
        "ZZZZZ": "+00:00" if zone == "Z" else zone,
        "ZZZZ": "+0000" if zone == "Z" else offset,
        "ZZZ": "UTC" if zone == "Z" else offset,
        "Z": zone,
    }
    if text not in verbs:
        raise ValueProblem(f"`{text}` is no part of a date")
    return verbs[text]
