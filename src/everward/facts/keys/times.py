"""Times and durations as keys and clusters have them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}
_CLOCK: Final = re.compile(r"(?:(\d{1,6})\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d{1,9})?", re.ASCII)
_SPAN: Final = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY: Final = 86400.0
_LEAST: Final = 1e-3
"""Nothing asks more often than a thousand times a second."""


def seconds(text: str) -> float | None:
    """A duration such as `5m`, `1h30m` or `90s`; None for anything else."""
    total, number = 0.0, ""
    for character in text.strip().lower()[:40]:
        if character in "0123456789.":
            number += character
        elif character in _UNITS:
            amount = _number(number)
            if amount is None:
                return None
            total += amount * _UNITS[character]
            number = ""
        else:
            return None
    return total if total >= _LEAST and not number else None


def interval(value: Any) -> float | None:
    """Seconds that a setting gives: a number, `5m`, `00:05:00` or `PT5M`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return float(value) if _LEAST <= value <= 10**9 else None
    plain = _number(value.strip())
    if plain is not None:
        return plain if plain >= _LEAST else None
    clock = _CLOCK.fullmatch(value.strip())
    if clock is not None:
        days, hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return (days * _DAY + hours * 3600.0 + minutes * 60.0 + rest) or None
    return seconds(value) or span(value)


def span(value: Any) -> float | None:
    """Seconds of a duration of ISO 8601, such as `P30D`: months count 30 days, years 365. None for anything else."""
    match = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    sizes = (365 * _DAY, 30 * _DAY, 7 * _DAY, _DAY, 3600.0, 60.0, 1.0)
    total = sum(int(part) * size for part, size in zip(match.groups(), sizes, strict=True) if part)
    return total or None


def moment(value: Any) -> datetime | None:
    """A time as ARM and Key Vault have it: seconds since 1970, or a text of ISO 8601. None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def text_of(time: datetime | None) -> str | None:
    """A time as facts have it: `2027-01-01T00:00:00Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time is not None else None


def _number(text: str) -> float | None:
    """A number without sign or exponent; None for anything else."""
    whole, _, rest = text.partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(text) > 15:
        return None
    return float(text)
