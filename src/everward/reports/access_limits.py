"""Numbers of role assignments beside their limits: for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from everward.facts.access.counts import projected
from everward.reports.access_words import SCHEMA
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import count

Counts = Mapping[str, Mapping[str, Any]]
_INDENT = " " * 13


def limits_text(found: Counts, stamps: int | None, look: Look) -> Iterator[bytes]:
    """How many there are, how many one more stamp brings, and when the limit is reached."""
    for line in _limits(found, stamps, Layout(look)):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _limits(found: Counts, stamps: int | None, layout: Layout) -> Iterator[str]:
    if not found:
        yield "no source has role assignments"
    for scope, told in found.items():
        yield from layout.plain(scope, kind="head")
        least = "at least " if told["atLeast"] else ""
        now = f"{least}{count(told['assignments'], 'role assignment')}, {_shares(told, told['assignments'])}"
        yield from layout.plain(now, "  now        ", _INDENT)
        if told["perStamp"]:
            yield from layout.plain(_stamps(told), "  stamps     ", _INDENT)
            if stamps is not None:
                number = projected(told, stamps)
                text = f"{least}{count(number, 'role assignment')}, {_shares(told, number)}"
                yield from layout.plain(text, f"  with {stamps:<6,}", _INDENT)


def _shares(told: Mapping[str, Any], number: int) -> str:
    """What part of each limit a number is."""
    shares = {limit["limit"]: number / limit["limit"] for limit in told["limits"]}
    said = [f"{share:.1%} of {limit:,}{', too many' if share > 1 else ''}" for limit, share in shares.items()]
    return ", ".join(said)


def _stamps(told: Mapping[str, Any]) -> str:
    reached = {limit["limit"]: limit["stampsAtLimit"] for limit in told["limits"]}
    most = ", ".join(f"{count(number, 'stamp')} up to {limit:,}" for limit, number in reached.items())
    return f"{told['stamps']:,}, each brings up to {told['perStamp']:,}, {told['shared']:,} are shared; {most}"


def limits_json(found: Counts, stamps: int | None) -> Iterator[bytes]:
    """The same as one JSON document."""
    scopes = [
        {
            "scope": scope,
            **{key: told[key] for key in ("assignments", "atLeast", "shared", "stamps", "perStamp", "limits")},
            "projected": None if stamps is None else {"stamps": stamps, "assignments": projected(told, stamps)},
        }
        for scope, told in found.items()
    ]
    yield encode({"schema": SCHEMA, "scopes": scopes}) + b"\n"
