"""The report for people: a first screen that says what matters, then everything, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from everward.assessment import Assessment, Fact, Finding, Need, Source, listed, reason_text
from everward.estate import Unresolved
from everward.reports.interface import Look, Material, Report
from everward.reports.layout import Layout
from everward.reports.words import (
    Places,
    alike_gaps,
    count,
    headline,
    repair,
    resource_name,
    resources_text,
    unknown_by_criterion,
    unresolved_text,
    ways_down,
)

T = TypeVar("T")

WORST: Final = 3
"""Ways to go down on the first screen."""
MANY: Final = 15
"""Entries of a list that are shown without `--full`."""
SOME: Final = 4
"""Causes of one criterion, and resources of one cause, that are named without `--full`."""


class TextReport(Report):
    """Plain text in ASCII of our own; colours only where they are welcome."""

    name = "text"

    def render(self, material: Material) -> Iterator[bytes]:
        """Write the first screen, then the sections."""
        page = _Page(material.assessment, material.look, differing=len(material.estate.disagreements))
        for line in page.lines():
            yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


class _Page:
    def __init__(self, assessment: Assessment, look: Look, *, differing: int = 0) -> None:
        self.assessment = assessment
        self.differing = differing
        self.summary = assessment.summary
        self.look = look
        self.layout = Layout(look)
        self.places = Places.of(assessment)
        self.missed = [item for item in assessment.unresolved if item.incomplete]
        self.needed = promised(assessment.needs)

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
        yield from self.layout.plain(headline(self.assessment), kind="head")
        yield ""
        yield from self.what_was_read()
        yield ""
        yield from self.worst()
        if self.summary.resources:
            yield from self.what_is_open()
            yield from self.numbers()
        yield from self.next_step()

    def what_was_read(self) -> Iterator[str]:
        inputs = [item for item in self.assessment.inputs if item.resources or item.source != "files"]
        for position, item in enumerate(inputs[:3]):
            yield from self.layout.row("" if position else "Read", _what(item))
        if len(inputs) > 3:
            rest = sum(item.resources for item in inputs[3:])
            yield from self.layout.row("", f"and {count(len(inputs) - 3, 'more input')}: {count(rest, 'resource')}")
        alike = alike_gaps(self.missed)
        for position, gaps in enumerate(alike[:3]):
            more = f", and {len(gaps) - 1:,} more for the same reason" if len(gaps) > 1 else ""
            yield from self.layout.row("" if position else "Not read", self.unresolved(gaps[0]) + more, "bad")
        if len(alike) > 3:
            rest = sum(map(len, alike[3:]))
            yield from self.layout.row("", f"and {rest:,} more, listed below")
        if inputs and not self.missed:
            yield from self.layout.row("Not read", "nothing: all that was found could be read")
        if self.differing:
            paths = " ".join(self.assessment.subject.paths)
            text = f"readings differ on {count(self.differing, 'resource')}: everward estate diff {paths}"
            yield from self.layout.row("Differ", text.rstrip())
        if self.places.base:
            yield from self.layout.row("Places", f"are below {self.places.base}")

    def worst(self) -> Iterator[str]:
        ways = ways_down(self.assessment.findings)
        if not ways:
            return
        yield self.layout.colour("How this workload goes down", "head")
        for findings in ways[:WORST]:
            finding = findings[0]
            more = f", and {count(len(findings) - 1, 'more place')}" if len(findings) > 1 else ""
            yield from self.layout.row(
                f"  {finding.severity.upper()}", finding.availability or finding.title, finding.severity, most=2
            )
            yield from self.layout.row("  at", self.where(finding) + more)
            yield from self.layout.row("  because", finding.cause, most=2)
            yield from self.layout.row("  break it", repair(finding), most=2)
        if len(ways) > WORST:
            yield from self.layout.plain(f"and {count(len(ways) - WORST, 'more way')}, below", "  ", "  ", "dim")
        yield ""

    def what_is_open(self) -> Iterator[str]:
        if self.summary.unknown or self.needed:
            text = f"{count(self.summary.unknown, 'verdict')}. {self.what_settles()}"
            yield from self.layout.row("Unknown", text)

    def what_settles(self) -> str:
        """The few inputs that settle most, in sentences."""
        deciding = [need.name for need in self.needed if need.resources]
        settling = [need for need in self.needed if not need.resources][:3]
        settled = max((need.settles for need in self.needed), default=0)
        text = ""
        if deciding:
            verb = "decides" if len(deciding) == 1 else "decide"
            text = f"{listed(deciding, 3)} {verb} which resources there are. "
        if settling:
            names = listed([need.name for need in settling], 3)
            text += f"Giving {names} settles {settling[-1].settles} of them. "
        if settled < self.summary.unknown:
            some = "The others wait" if settling else "They wait"
            read = {item.source for item in self.assessment.inputs}
            other = [f"a{'n' * (kind == 'inventory')} {kind}" for kind in ("plan", "inventory") if kind not in read]
            advice = f": assess {listed(other, 2, 'or')} too" if other else ""
            text += f"{some} for what the source cannot say{advice}."
        return text

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
        yield from self.layout.row("Verdicts", f"{', '.join(parts)}, on {count(summary.resources, 'resource')}")
        rest = []
        if summary.without_subject:
            rest.append(f"{len(summary.without_subject)} found no resource to judge")
        if summary.manual:
            rest.append(f"{summary.manual} {'waits' if summary.manual == 1 else 'wait'} for an attestation")
        if summary.inherited:
            rest.append(f"the platform answers {summary.inherited}")
        tail = f": {', '.join(rest)}" if rest else ""
        yield from self.layout.row("Criteria", f"{summary.criteria}{tail}")

    def next_step(self) -> Iterator[str]:
        paths = " ".join(self.assessment.subject.paths)
        deciding = [need.name for need in self.needed if need.resources]
        if deciding:
            text = f"everward assess {paths} --var-file FILE, with {listed(deciding, 3)}"
        elif self.missed and self.missed[0].help:
            text = self.missed[0].help
        elif self.assessment.findings:
            command = "criteria" if self.assessment.initiative is None else "policy library"
            text = f"everward {command} show {self.assessment.findings[0].criterion}"
        elif self.needed:
            text = f"everward assess {paths} --var-file FILE, with {listed([need.name for need in self.needed], 3)}"
        else:
            text = f"everward estate show {paths}"
        yield from self.layout.row("Next", text)

    # The sections

    def findings(self) -> Iterator[str]:
        ways = ways_down(self.assessment.findings)
        if not ways:
            return
        yield from self.layout.heading("Findings, worst first")
        shown = self.shorten(ways)
        for position, findings in enumerate(shown):
            if position:
                yield ""
            yield from self.criterion(findings)
        left = sum(len(findings) for findings in ways[len(shown) :])
        yield from self.rest(left, "finding")

    def criterion(self, findings: Sequence[Finding]) -> Iterator[str]:
        """What is wrong under one criterion: said once, then each cause."""
        first = findings[0]
        badge = self.layout.colour(first.severity.upper(), first.severity)
        yield f"{badge} {self.layout.colour(first.criterion, 'head')}"
        yield from self.layout.row("  must", first.title)
        yield from self.layout.row("  else", first.availability)
        yield from self.layout.row("  repair", repair(first))
        yield from self.layout.row("  costs", first.fix.get("tradeoff", ""))
        yield from self.layout.row("  kind", _kind(first))
        shown = self.shorten(findings, SOME)
        for finding in shown:
            yield from self.cause(finding)
        yield from self.rest(len(findings) - len(shown), "cause", indent="  ")

    def cause(self, finding: Finding) -> Iterator[str]:
        """One cause: where, why, and which resources have it."""
        yield from self.layout.plain(self.where(finding), first="  * ", then="    ")
        yield from self.layout.plain(finding.cause, first="    ", then="    ")
        for text in self.grounds(finding):
            yield from self.layout.plain(text, first="    ", then="    ")
        if finding.given:
            yield from self.layout.plain(
                f"provided that it exists, which {listed(finding.given, 3)} decides", first="    ", then="    "
            )
        if len(finding.resources) > 1:
            shown = self.shorten(finding.resources, SOME)
            for resource, origin in zip(shown, finding.locations, strict=False):
                yield from self.layout.plain(resource_name(resource, origin), first="    - ", then="      ")
            yield from self.rest(len(finding.resources) - len(shown), "resource", indent="    ")

    def grounds(self, finding: Finding) -> Iterator[str]:
        """What else decides, in words; where facts follow from it, these, and how one sees that they are so."""
        told = {finding.cause}
        if not finding.facts:
            for reason in finding.reasons[:4]:
                text = reason_text(reason)
                if text not in told:
                    told.add(text)
                    yield f"and {text}"
        # Of the others that are affected only the names are listed: what is found of them reads alike.
        own = [fact for fact in finding.facts if _about(fact) == _about(finding.facts[0])]
        shown = self.shorten(own, SOME)
        for fact in shown:
            if fact.what not in told:
                told.add(fact.what)
                yield f"and {fact.what}"
            for text in fact.how:
                if text not in told:
                    told.add(text)
                    yield text.replace(f"({self.places.base}/", "(") if self.places.base else text
        if len(own) > len(shown):
            yield f"... {count(len(own) - len(shown), 'more fact')} of it: --full shows all"

    def not_read(self) -> Iterator[str]:
        items = sorted(self.assessment.unresolved, key=lambda item: not item.incomplete)
        if not items:
            return
        yield from self.layout.heading("What could not be read or settled")
        shown = self.shorten(items)
        for item in shown:
            yield from self.layout.plain(self.unresolved(item), first="! " if item.incomplete else "- ", then="  ")
            if item.help:
                yield from self.layout.plain(item.help, first="  -> ", then="     ")
        yield from self.rest(len(items) - len(shown), "entry", "entries")

    def unknown(self) -> Iterator[str]:
        groups = unknown_by_criterion(self.assessment)
        if not groups and not self.needed:
            return
        yield from self.layout.heading("Unknown verdicts, and what would settle them")
        for need in self.shorten(self.needed, 5):
            yield from self.layout.plain(_gain(need), first="  ", then="    ")
        yield from self.rest(len(self.needed) - len(self.shorten(self.needed, 5)), "input", indent="  ")
        shown = self.shorten(groups)
        for criterion, reasons in shown:
            text, _ = reasons.most_common(1)[0]
            yield from self.layout.plain(f"{criterion} ({reasons.total()}): {text}", first="- ", then="  ")
        yield from self.rest(len(groups) - len(shown), "criterion", "criteria")

    def errors(self) -> Iterator[str]:
        failed = [verdict for verdict in self.assessment.verdicts if verdict.state == "error"]
        texts = (f"{item.criterion}{f' on {item.resource}' if item.resource else ''}: {item.error}" for item in failed)
        yield from self.section("Not evaluated: never a pass", list(texts), "verdict", first="! ")

    def people(self) -> Iterator[str]:
        waiting = self.assessment.attestations if self.summary.resources else ()
        texts = [f"{item.criterion}: {item.question}" for item in waiting]
        yield from self.section("Only people know: waiting for an attestation", texts, "question")

    def found_unused(self) -> Iterator[str]:
        files = [item for source in self.assessment.inputs for item in source.files if not item.used]
        texts = (
            f"{self.places.path(item.path)} ({item.role}){f': {item.detail}' * bool(item.detail)}" for item in files
        )
        yield from self.section("Found and not used", list(texts), "file")

    def section(self, title: str, texts: Sequence[str], noun: str, first: str = "- ") -> Iterator[str]:
        """Entries of one kind under their heading; nothing when there are none."""
        if not texts:
            return
        yield from self.layout.heading(title)
        shown = self.shorten(texts)
        for text in shown:
            yield from self.layout.plain(text, first=first, then="  ")
        yield from self.rest(len(texts) - len(shown), noun)

    # Parts

    def where(self, finding: Finding) -> str:
        what = resources_text(finding)
        return f"{self.places.text(finding.origin)} {what}" if finding.origin.file else what

    def unresolved(self, item: Unresolved) -> str:
        needs = [name for name in item.decided_by if name != item.subject]
        tail = f" (needs {listed(needs, 3)})" if needs else ""
        return f"{unresolved_text(item, self.places)}{tail}"

    def shorten(self, items: Sequence[T], most: int = MANY) -> Sequence[T]:
        return items if self.look.full else items[:most]

    def rest(self, number: int, noun: str, plural: str | None = None, indent: str = "") -> Iterator[str]:
        if number > 0:
            more = count(number, f"more {noun}", f"more {plural}" if plural else None)
            yield from self.layout.plain(f"... {more}: --full shows all", indent, indent, "dim")


def _about(fact: Fact) -> str:
    return fact.id.removesuffix(fact.id.rpartition("/providers/")[2])


def promised(needs: Sequence[Need]) -> list[Need]:
    """What users can give and what is gained by it: inputs that settle nothing by themselves are left out."""
    given = [need for need in needs if need.given]
    # INVARIANT: `rank_needs` puts inputs that settle something first, and the last of them settles more than before.
    last = max((at for at, need in enumerate(given) if need.settles > (given[at - 1].settles if at else 0)), default=-1)
    return [need for at, need in enumerate(given) if at <= last or need.resources]


_GIVES_VALUES = frozenset({"variable file", "parameters", "pipeline"})
"""Roles of inputs that give values, not resources."""


def _what(item: Source) -> str:
    if item.source == "policy":
        # What is judged by, not what is judged.
        return f"{item.label}: {listed([file.detail for file in item.files if file.detail], 3)}"
    text = count(item.resources, "resource")
    if item.addresses:
        total = sum(item.addresses.values())
        opaque = item.addresses.get("opaque", 0)
        known = f", {opaque} without a mapping" if opaque else ""
        text = f"{count(total, 'address', 'addresses')}, {text}{known}"
    files = [file.path.rsplit("/", 1)[-1] for file in item.files if file.used and file.role in _GIVES_VALUES]
    values = f"; values from {listed(list(dict.fromkeys(files)), 3)}" if files else ""
    return f"{item.label} ({item.source}): {text}{values}"


def _gain(need: Need) -> str:
    if need.resources:
        return f"{need.name} decides which resources there are"
    return f"{need.name} has a part in {need.concerns}; with those before it, {need.settles} are settled"


def _kind(finding: Finding) -> str:
    parts = [", ".join(finding.stride), f"confidence {finding.confidence}"]
    if finding.rows:
        parts.append(f"guidance {', '.join(finding.rows)}")
    return "; ".join(part for part in parts if part)
