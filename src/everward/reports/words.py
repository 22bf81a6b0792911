"""Words that several reports share: places, values, counts, conditions, in the same form everywhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from everward.assessment import Assessment, Finding, Reason, Verdict
from everward.values import Origin

WORST: Final = 3
"""Ways to go down that come first."""


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 finding`, `1,204 findings`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], most: int) -> str:
    """`a, b and c`; beyond `most`: `a, b and 7 more`."""
    shown = list(items[:most])
    if len(items) > most:
        shown.append(f"{len(items) - most:,} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def value_text(value: Any, most: int = 60) -> str:
    """A JSON value for people: `not set` for null, holes by their reason, long ones cut."""
    if value is None:
        return "not set"
    if isinstance(value, dict) and set(value) == {"$unknown"}:
        return f"unknown ({value['$unknown'].get('reason', '')})"
    if isinstance(value, str):
        text = f'"{value}"'
    else:
        text = msgspec.json.encode(value).decode("utf-8", "replace")
    return text if len(text) <= most else text[: most - 3] + "..."


def place_text(origin: Origin) -> str:
    """`modules/stamp/keyvault.tf:12`; the address or the source's name where there is no file."""
    if origin.file is None:
        return origin.address or origin.source
    return str(origin)


def reason_text(reason: Reason) -> str:
    """One condition in words."""
    if reason.message:
        return reason.message
    return f"{reason.path} is {value_text(reason.actual)}; {reason.operator} {value_text(reason.expected)}"


def worst_ways(findings: Sequence[Finding]) -> list[Finding]:
    """The first findings of different criteria: the worst ways, each once."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.criterion, finding)
    return list(first.values())[:WORST]


def repair(finding: Finding) -> str:
    """The cheapest break in one line; where there is none, the repair in the language of the finding's source."""
    if finding.cheapest:
        return " ".join(finding.cheapest.split())
    wanted = {"terraform": "terraform", "plan": "terraform", "state": "terraform", "template": "arm"}
    order = (wanted.get(finding.origin.source, "cli"), "terraform", "arm", "cli")
    text = next((finding.fix[language] for language in order if finding.fix.get(language)), "")
    return " ".join(text.split())


def unknown_text(verdict: Verdict) -> str:
    """Why a verdict is unknown, and what would decide it."""
    text = verdict.unknown or "not known"
    return f"{text}: {listed(verdict.decided_by, 4)}" if verdict.decided_by else text


def headline(assessment: Assessment, *, with_gaps: bool = True) -> str:
    """The assessment in one line: how many findings, how bad, and (`with_gaps`) whether something may be missing."""
    summary = assessment.summary
    found = sum(summary.findings.values())
    worst = [f"{number} {severity}" for severity, number in summary.findings.items() if number]
    text = f"{count(found, 'finding')}: {', '.join(worst)}" if found else "No findings"
    if with_gaps and not summary.complete:
        return f"{text}. INCOMPLETE: something could not be read or judged"
    if summary.unknown and not found:
        return f"{text}, but {count(summary.unknown, 'verdict')} could not be settled"
    return text


def unknown_by_criterion(assessment: Assessment) -> list[tuple[str, Counter[str]]]:
    """Unknown verdicts by criterion, most first, each with its reasons and how often they occur."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for verdict in assessment.verdicts:
        if verdict.state == "unknown":
            groups[verdict.criterion][unknown_text(verdict)] += 1
    return sorted(groups.items(), key=lambda group: (-group[1].total(), group[0]))
