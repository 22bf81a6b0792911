"""SARIF 2.1.0: findings for code scanning. Only the objects that are used are modelled."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

import msgspec

from everward import __version__
from everward.assessment import Assessment, Finding, reason_text
from everward.estate import Unresolved
from everward.reports.encode import encode
from everward.reports.interface import Material, Report
from everward.reports.words import repair
from everward.values import Origin

SCHEMA_URI: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "everwardFinding/v1"

_LEVELS: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.5"}
"""`security-severity`, by which code scanning orders alerts: 9.0 and more is critical, 7.0 high, 4.0 medium."""
_MANY: Final = 200
"""Related locations of one result."""
_PROVEN: Final = 3
"""Facts whose proof stands in the message of a result; all are in its properties."""
_PRECISION: Final = {"high": "high", "medium": "medium", "low": "low"}


class _Object(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    pass


class Message(_Object, frozen=True):
    """Plain text, with Markdown beside it where that helps."""

    text: str
    markdown: str | None = None


class ArtifactLocation(_Object, frozen=True):
    """A file, relative to the root of the source."""

    uri: str


class Region(_Object, frozen=True):
    """Lines, counted from 1."""

    start_line: int
    end_line: int | None = None


class PhysicalLocation(_Object, frozen=True):
    """A file and lines in it."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class LogicalLocation(_Object, frozen=True):
    """The source's own name for a thing: a Terraform address, an ARM id."""

    fully_qualified_name: str
    kind: str | None = None


class Location(_Object, frozen=True):
    """Where something stands."""

    physical_location: PhysicalLocation | None = None
    logical_locations: tuple[LogicalLocation, ...] = ()
    message: Message | None = None


class Configuration(_Object, frozen=True):
    """How a rule reports by default."""

    level: str


class Rule(_Object, frozen=True):
    """A criterion."""

    id: str
    name: str
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration
    properties: dict[str, Any]


class Result(_Object, frozen=True):
    """A finding."""

    rule_id: str
    rule_index: int
    level: str
    message: Message
    locations: tuple[Location, ...]
    partial_fingerprints: dict[str, str]
    properties: dict[str, Any]
    related_locations: tuple[Location, ...] = ()


class RuleReference(_Object, frozen=True):
    """What a notification is about."""

    id: str


class Notification(_Object, frozen=True):
    """Something about the run itself: an input that could not be read or settled."""

    level: str
    message: Message
    descriptor: RuleReference
    locations: tuple[Location, ...] = ()


class Invocation(_Object, frozen=True):
    """This run."""

    execution_successful: bool
    tool_execution_notifications: tuple[Notification, ...] = ()


class Driver(_Object, frozen=True):
    """The program and its rules."""

    name: str
    version: str
    semantic_version: str
    rules: tuple[Rule, ...]


class Tool(_Object, frozen=True):
    """The program."""

    driver: Driver


class Run(_Object, frozen=True):
    """One assessment."""

    tool: Tool
    invocations: tuple[Invocation, ...]
    column_kind: str
    properties: dict[str, Any]
    results: tuple[Result, ...]


class Log(msgspec.Struct, frozen=True):
    """The document."""

    version: str
    runs: tuple[Run, ...]
    schema: str = msgspec.field(name="$schema", default=SCHEMA_URI)


class SarifReport(Report):
    """Findings as SARIF results; what could not be read as notifications of the invocation."""

    name = "sarif"

    def render(self, material: Material) -> Iterator[bytes]:
        """Write the document."""
        yield encode(build(material.assessment)) + b"\n"


def build(assessment: Assessment) -> Log:
    """The SARIF document of an assessment."""
    rules = {finding.criterion: finding for finding in assessment.findings}
    places = {criterion: index for index, criterion in enumerate(rules)}
    run = Run(
        tool=Tool(
            driver=Driver(
                name="Everward",
                version=__version__,
                semantic_version=__version__,
                rules=tuple(map(_rule, rules.values())),
            )
        ),
        invocations=(
            Invocation(
                execution_successful=assessment.summary.complete,
                tool_execution_notifications=_notifications(assessment),
            ),
        ),
        column_kind="unicodeCodePoints",
        properties={"summary": assessment.summary},
        results=tuple(_result(finding, places[finding.criterion]) for finding in assessment.findings),
    )
    return Log(version="2.1.0", runs=(run,))


def _rule(finding: Finding) -> Rule:
    text = finding.why or finding.title
    lines = [text]
    if finding.availability:
        lines.append(f"Availability: {finding.availability}")
    lines += [f"Repair ({language}):\n{code}" for language, code in finding.fix.items() if language != "tradeoff"]
    if "tradeoff" in finding.fix:
        lines.append(f"Trade-off: {finding.fix['tradeoff']}")
    return Rule(
        id=finding.criterion,
        name="".join(word.capitalize() for word in finding.criterion.split("-")),
        short_description=Message(finding.title),
        full_description=Message(text),
        help=Message("\n\n".join(lines)),
        default_configuration=Configuration(_LEVELS.get(finding.severity, "warning")),
        properties={
            "tags": ["security", *finding.stride, *finding.rows],
            "precision": _PRECISION.get(finding.confidence, "medium"),
            "problem.severity": {"error": "error", "warning": "warning"}.get(
                _LEVELS.get(finding.severity, "warning"), "recommendation"
            ),
            "security-severity": _SCORES.get(finding.severity, "5.5"),
        },
    )


def _result(finding: Finding, index: int) -> Result:
    more = len(finding.resources) - 1
    text = f"{finding.title}: {finding.cause}" + (f" (and {more} more resources)" if more else "")
    proof = [
        line
        for fact in finding.facts[:_PROVEN]
        for line in ((fact.what, *fact.how) if fact.what != finding.cause else fact.how)
    ]
    if proof:
        text = f"{text}. {'. '.join(proof)}"
    first = finding.locations[0]
    return Result(
        rule_id=finding.criterion,
        rule_index=index,
        level=_LEVELS.get(finding.severity, "warning"),
        message=Message(f"{text}. {repair(finding)}" if repair(finding) else text),
        locations=(_location(finding.origin, finding.resources[0], first.address),),
        # No location may stand twice; beyond the first ones, `properties.resources` has them all.
        related_locations=tuple(islice(dict.fromkeys(_related(finding)), _MANY)),
        partial_fingerprints={FINGERPRINT: finding.id},
        properties={
            "severity": finding.severity,
            "confidence": finding.confidence,
            "resources": list(finding.resources),
            "availability": finding.availability,
            **({"facts": list(finding.facts)} if finding.facts else {}),
        },
    )


def _related(finding: Finding) -> Iterator[Location]:
    """The other resources with the same fault, and the places of the conditions that decided."""
    pairs = list(zip(finding.resources, finding.locations, strict=True))
    for resource, origin in pairs[1:]:
        yield _location(origin, resource, origin.address, origin.address or resource)
    for reason in finding.reasons:
        if reason.origin is not None and reason.origin != finding.origin and reason.origin.file:
            yield _location(reason.origin, None, reason.origin.address, reason_text(reason))


def _location(origin: Origin, resource: str | None, address: str | None, message: str | None = None) -> Location:
    names = [LogicalLocation(address, "declaration")] if address else []
    if resource is not None and resource != address:
        names.append(LogicalLocation(resource, "resource"))
    physical = None
    if origin.file is not None:
        region = Region(origin.line, origin.end_line) if origin.line is not None else None
        physical = PhysicalLocation(ArtifactLocation(as_uri(origin.file)), region)
    return Location(
        physical_location=physical,
        logical_locations=tuple(names),
        message=Message(message) if message is not None else None,
    )


def as_uri(file: str) -> str:
    """A file as a URI reference: relative where the path is."""
    escaped = quote(file, safe="/~", errors="surrogateescape")
    if file.startswith("/"):
        return f"file://{escaped}"
    # INVARIANT: a relative reference's first segment has no colon (it would read as a scheme); `quote` escapes it.
    return escaped


def _notifications(assessment: Assessment) -> tuple[Notification, ...]:
    shown = [_notification(item) for item in assessment.unresolved]
    shown += [
        Notification(
            level="error",
            message=Message(f"criterion `{verdict.criterion}` could not be evaluated: {verdict.error}"),
            descriptor=RuleReference("criterion-error"),
        )
        for verdict in assessment.verdicts
        if verdict.error is not None
    ]
    if assessment.summary.unknown:
        names = ", ".join(f"`{need.name}`" for need in assessment.needs[:5])
        hint = f"; first give {names}" if names else ""
        shown.append(
            Notification(
                level="note",
                message=Message(f"{assessment.summary.unknown} verdicts are unknown{hint}"),
                descriptor=RuleReference("unknown-verdicts"),
            )
        )
    return tuple(shown)


def _notification(item: Unresolved) -> Notification:
    text = f"{item.subject}: {item.reason}"
    if item.decided_by:
        text += f"; decided by {', '.join(f'`{name}`' for name in item.decided_by)}"
    return Notification(
        level="error" if item.incomplete else "warning",
        message=Message(text),
        descriptor=RuleReference("incomplete-input" if item.incomplete else "unresolved-input"),
        locations=(_location(item.origin, None, item.origin.address),) if item.origin is not None else (),
    )
