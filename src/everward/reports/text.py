"""The report for people: a first screen that says what matters, then everything, worst first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from everward.assessment import Assessment, Finding, Need, Source
from everward.estate import Unresolved
from everward.reports.interface import Look, Material, Report
from everward.reports.words import (
    count,
    headline,
    listed,
    place_text,
    reason_text,
    repair,
    unknown_by_criterion,
    worst_ways,
)
from everward.values import clean

T = TypeVar("T")

MANY: Final = 15
"""Entries of a list that are shown without `--full`."""

_COLOURS: Final = {
    "critical": "1;97;41", "high": "1;31", "medium": "33", "low": "36", "info": "2",
    "head": "1", "dim": "2", "bad": "1;31",
}  # fmt: skip


class TextReport(Report):
    """Plain text in ASCII of our own; colours only where they are welcome."""

    name = "text"

    def render(self, material: Material) -> Iterator[bytes]:
        """Write the first screen, then the sections."""
        page = _Page(material.assessment, material.look)
        for line in page.lines():
            yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


class _Page:
    def __init__(self, assessment: Assessment, look: Look) -> None:
        self.assessment = assessment
        self.summary = assessment.summary
        self.look = look

    def lines(self) -> Iterator[str]:
        yield from self.first_screen()
        yield from self.findings()
        yield from self.not_read()
        yield from self.unknown()
        yield from self.errors()
        yield from self.people()
        yield from self.found_unused()

    # The first screen

    def first_screen(self) -> Iterator[str]:
        yield from (self.colour(line, "head") for line in self.wrap(headline(self.assessment)))
        yield ""
        yield from self.what_was_read()
        yield ""
        yield from self.worst()
        yield from self.what_is_open()
        yield from self.numbers()
        yield from self.next_step()

    def what_was_read(self) -> Iterator[str]:
        inputs = [item for item in self.assessment.inputs if item.resources or item.source != "files"]
        for item in inputs[:3]:
            yield from self.row("Read", f"{item.label} ({item.source}): {_what(item)}")
        if len(inputs) > 3:
            rest = sum(item.resources for item in inputs[3:])
            yield from self.row("", f"and {count(len(inputs) - 3, 'more input')} with {count(rest, 'resource')}")
        missed = [item for item in self.assessment.unresolved if item.incomplete]
        for position, item in enumerate(missed[:3]):
            yield from self.row("Not read" if position == 0 else "", _unresolved(item), "bad")
        if len(missed) > 3:
            yield from self.row("", f"and {len(missed) - 3:,} more, listed below", "bad")
        if not missed:
            yield from self.row("Not read", "nothing: everything that was found could be read")

    def worst(self) -> Iterator[str]:
        findings = self.assessment.findings
        if not findings:
            return
        yield self.colour("How this workload goes down", "head")
        shown = worst_ways(findings)
        for finding in shown:
            badge = self.colour(finding.severity.upper(), finding.severity)
            yield from self.wrap(
                f"{clean(finding.title)}", first=f"  {badge} ", then="  ", seen=f"  {finding.severity} "
            )
            yield from self.row("  at", _where(finding), most=1)
            yield from self.row("  because", finding.cause, most=2)
            yield from self.row("  so", finding.availability, most=2)
            yield from self.row("  break it", repair(finding) or f"everward criteria show {finding.criterion}", most=2)
        rest = len({finding.criterion for finding in findings}) - len(shown)
        if rest:
            yield self.colour(f"  and {count(rest, 'more way')}, below", "dim")
        yield ""

    def what_is_open(self) -> Iterator[str]:
        if not self.summary.unknown and not self.assessment.needs:
            return
        yield from self.row(
            "Unknown", f"{count(self.summary.unknown, 'verdict')}. {_needs(self.assessment.needs)}".strip()
        )

    def numbers(self) -> Iterator[str]:
        summary = self.summary
        parts = [
            f"{summary.verified:,} verified",
            f"{summary.violated:,} violated",
            f"{summary.waived:,} waived",
            f"{summary.unknown:,} unknown",
        ]
        if summary.error:
            parts.append(f"{summary.error:,} not evaluated")
        if summary.other:
            parts.append(f"{summary.other:,} conflicting or protected")
        yield from self.row("Verdicts", ", ".join(parts) + f" on {count(summary.resources, 'resource')}")
        rest = []
        if summary.without_subject:
            rest.append(f"{len(summary.without_subject)} found no resource to judge")
        if summary.manual:
            rest.append(f"{summary.manual} {'waits' if summary.manual == 1 else 'wait'} for an attestation")
        if summary.inherited:
            rest.append(f"the platform answers {summary.inherited}")
        tail = f": {', '.join(rest)}" if rest else ""
        yield from self.row("Criteria", f"{summary.criteria}{tail}")

    def next_step(self) -> Iterator[str]:
        missed = [item for item in self.assessment.unresolved if item.incomplete]
        paths = " ".join(self.assessment.subject.paths)
        inputs = [need.name for need in self.assessment.needs if need.given and need.resources]
        if inputs:
            yield from self.row("Next", f"everward assess {paths} --var-file FILE   (with {listed(inputs, 3)})")
        elif missed and missed[0].help:
            yield from self.row("Next", missed[0].help)
        elif self.assessment.findings:
            yield from self.row("Next", f"everward criteria show {self.assessment.findings[0].criterion}")
        elif any(need.given for need in self.assessment.needs):
            yield from self.row("Next", f"everward assess {paths} --var-file FILE")
        else:
            yield from self.row("Next", f"everward estate show {paths}")

    # The sections

    def findings(self) -> Iterator[str]:
        findings = self.assessment.findings
        if not findings:
            return
        yield from self.heading("Findings by cause, worst first")
        shown = self.shorten(findings)
        for number, finding in enumerate(shown, 1):
            yield from self.finding(number, finding)
        yield from self.rest(len(findings) - len(shown), "finding")

    def finding(self, number: int, finding: Finding) -> Iterator[str]:
        badge = self.colour(finding.severity.upper(), finding.severity)
        yield from self.wrap(
            clean(finding.title), first=f"{number}. {badge} ", then="   ", seen=f"{number}. {finding.severity} "
        )
        yield from self.row("  at", f"{place_text(finding.origin)}   {clean(finding.criterion)}")
        yield from self.row("  because", finding.cause)
        for reason in finding.reasons[1:3]:
            yield from self.row("", f"and {reason_text(reason)}")
        yield from self.row("  so", finding.availability)
        yield from self.row("  concerns", self.concerned(finding))
        if finding.given:
            yield from self.row("  provided", f"that it exists, which {listed(finding.given, 3)} decides")
        yield from self.row("  repair", repair(finding))
        yield from self.row("  costs", finding.fix.get("tradeoff", ""))
        yield from self.row("  kind", _kind(finding))
        yield ""

    def concerned(self, finding: Finding) -> str:
        names = [
            origin.address or resource for resource, origin in zip(finding.resources, finding.locations, strict=True)
        ]
        most = len(names) if self.look.full else 3
        return listed(names, most)

    def not_read(self) -> Iterator[str]:
        items = sorted(self.assessment.unresolved, key=lambda item: not item.incomplete)
        if not items:
            return
        yield from self.heading("What could not be read or settled")
        shown = self.shorten(items)
        for item in shown:
            yield from self.wrap(clean(_unresolved(item)), first="! " if item.incomplete else "- ", then="  ")
            if item.help:
                yield from self.wrap(clean(item.help), first="  -> ", then="     ")
        yield from self.rest(len(items) - len(shown), "entry", "entries")

    def unknown(self) -> Iterator[str]:
        ordered = unknown_by_criterion(self.assessment)
        if not ordered:
            return
        yield from self.heading("Unknown verdicts, and what would settle them")
        for need in self.shorten(self.assessment.needs, 5):
            what = "decides which resources there are" if need.resources else f"has a part in {need.concerns}"
            yield from self.wrap(f"{clean(need.name)}  {what}; settles {need.settles} with those before it", first="  ")
        for criterion, reasons in self.shorten(ordered):
            text, _ = reasons.most_common(1)[0]
            yield from self.wrap(f"{criterion} ({reasons.total()}): {clean(text)}", first="- ", then="  ")
        yield from self.rest(len(ordered) - len(self.shorten(ordered)), "criterion", "criteria")

    def errors(self) -> Iterator[str]:
        failed = [verdict for verdict in self.assessment.verdicts if verdict.state == "error"]
        if not failed:
            return
        yield from self.heading("Not evaluated: never a pass")
        for verdict in self.shorten(failed):
            subject = f" on {verdict.resource}" if verdict.resource else ""
            yield from self.wrap(clean(f"{verdict.criterion}{subject}: {verdict.error}"), first="! ", then="  ")
        yield from self.rest(len(failed) - len(self.shorten(failed)), "verdict")

    def people(self) -> Iterator[str]:
        manual = [verdict.criterion for verdict in self.assessment.verdicts if verdict.state == "manual"]
        if not manual:
            return
        yield from self.heading("Only people know: waiting for an attestation")
        yield from self.wrap(listed(manual, len(manual) if self.look.full else MANY))

    def found_unused(self) -> Iterator[str]:
        files = [item for source in self.assessment.inputs for item in source.files if not item.used]
        if not files:
            return
        yield from self.heading("Found and not used")
        for item in self.shorten(files):
            detail = f": {item.detail}" if item.detail else ""
            yield from self.wrap(clean(f"{item.path} ({item.role}){detail}"), first="- ", then="  ")
        yield from self.rest(len(files) - len(self.shorten(files)), "file")

    # Lines

    def shorten(self, items: Sequence[T], most: int = MANY) -> Sequence[T]:
        return items if self.look.full else items[:most]

    def rest(self, number: int, noun: str, plural: str | None = None) -> Iterator[str]:
        if number > 0:
            yield self.colour(
                f"... {count(number, f'more {noun}', f'more {plural}' if plural else None)}: --full shows all", "dim"
            )

    def heading(self, text: str) -> Iterator[str]:
        yield ""
        yield self.colour(text, "head")
        yield "-" * min(len(text), self.look.width)

    def row(self, label: str, text: str, kind: str | None = None, *, most: int | None = None) -> Iterator[str]:
        """A labelled entry; nothing when there is no text; cut after `most` lines."""
        if not text:
            return
        shown = f"{label:<10} "
        lines = list(self.wrap(clean(text), first=shown, then=" " * len(shown)))
        if most is not None and len(lines) > most:
            last = lines[most - 1]
            lines = [*lines[: most - 1], last[: self.look.width - 4].rstrip() + " ..."]
        yield from (self.colour(line, kind) for line in lines)

    def wrap(self, text: str, first: str = "", then: str = "", seen: str | None = None) -> Iterator[str]:
        """Lines of `text`; `seen` stands for `first` where that has colours, which take no room."""
        lines = textwrap.wrap(
            text,
            self.look.width,
            initial_indent=first if seen is None else seen,
            subsequent_indent=then,
            break_on_hyphens=False,
        )
        if seen is not None and lines:
            lines[0] = first + lines[0][len(seen) :]
        yield from lines

    def colour(self, text: str, kind: str | None) -> str:
        code = _COLOURS.get(kind or "")
        return f"\x1b[{code}m{text}\x1b[0m" if self.look.colour and code else text


def _what(item: Source) -> str:
    text = count(item.resources, "resource")
    if item.addresses:
        total = sum(item.addresses.values())
        opaque = item.addresses.get("opaque", 0)
        known = f", {opaque} without a mapping" if opaque else ""
        text = f"{count(total, 'address', 'addresses')}, {text}{known}"
    return text


def _unresolved(item: Unresolved) -> str:
    place = f"{place_text(item.origin)}: " if item.origin is not None and item.origin.file != item.subject else ""
    needs = f" (needs {listed(item.decided_by, 3)})" if item.decided_by and item.decided_by != (item.subject,) else ""
    return f"{place}{item.subject}: {item.reason}{needs}"


def _where(finding: Finding) -> str:
    number = len(finding.resources)
    address = finding.locations[0].address
    what = f"{number} resources" if number > 1 else address or finding.resources[0]
    return f"{place_text(finding.origin)}  {what}"


def _kind(finding: Finding) -> str:
    parts = [", ".join(finding.stride), f"confidence {finding.confidence}"]
    if finding.rows:
        parts.append(f"guidance {', '.join(finding.rows)}")
    return "; ".join(part for part in parts if part)


def _needs(needs: Sequence[Need]) -> str:
    """The few inputs that settle most, in a sentence."""
    can = [need for need in needs if need.given]
    counts = [need for need in can if need.resources]
    text = ""
    if counts:
        verb = "decides" if len(counts) == 1 else "decide"
        text = f"{listed([need.name for need in counts], 3)} {verb} which resources there are. "
    best = [need for need in can if not need.resources][:3]
    if best:
        names = listed([need.name for need in best], 3)
        text += f"Giving {names} settles {best[-1].settles} of them."
    return text
