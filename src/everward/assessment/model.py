"""What an assessment says, in the shape that machines read: schema `everward/assessment/1`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from everward.assessment.severity import Confidence, Severity, Weight
from everward.estate import ReadInput, Unresolved
from everward.policy import State
from everward.values import Origin

SCHEMA: Final = "everward/assessment/1"


class Record(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The base of everything below: frozen, camel case in JSON, defaults left out."""


class Reason(Record, frozen=True):
    """One condition that decided a verdict."""

    path: str
    """What was looked at: the path in the resource, or the expression."""
    operator: str
    """The condition's operator, as the policy language names it."""
    expected: Any
    """What the definition compares with."""
    actual: Any
    """What was found: null when nothing stands there, `{"$unknown": …}` for a hole."""
    negated: bool = False
    """Whether the condition stands under an odd number of `not`."""
    resource: str | None = None
    """The id of the resource that was looked at, when it is another than the one judged."""
    origin: Origin | None = None
    """The place in the source that decides it."""
    message: str | None = None
    """The condition in words."""


class Verdict(Record, frozen=True, gc=False):
    """One criterion against one resource."""

    criterion: str
    state: State
    """An Azure Policy compliance state, or `unknown`, `manual`, `error`."""
    resource: str | None = None
    """The id of the resource or fact; absent when the verdict is on the workload as a whole."""
    subject: str | None = None
    """Of a fact: the id of the resource or scope that it is about; given where the verdict is not a pass."""
    severity: Severity | None = None
    """Of the criterion; given where the verdict is not a pass."""
    reasons: tuple[Reason, ...] = ()
    """Given where the verdict is not a pass."""
    unknown: str | None = None
    """Why it is unknown."""
    decided_by: tuple[str, ...] = ()
    """Names of the inputs that would settle an unknown verdict."""
    given: tuple[str, ...] = ()
    """Names of the inputs that decide whether the resource exists at all, when that is not known."""
    error: str | None = None
    """Why the criterion could not be evaluated."""


class Fact(Record, frozen=True):
    """What an analysis found, and a finding rests on."""

    id: str
    type: str
    what: str
    """In words, without a full stop."""
    how: tuple[str, ...] = ()
    """What proves it: the path, the objects that decide, a packet that passes, the grant."""
    origin: Origin | None = None
    """The place that decides."""


class Finding(Record, frozen=True):
    """The non-compliant verdicts that have one cause, shown once."""

    id: str
    """Stable against line moves and order: the same fault of the same block has the same id in the next run."""
    criterion: str
    title: str
    severity: Severity
    confidence: Confidence
    cause: str
    """In words: what stands there, and what must."""
    origin: Origin
    """The place that decides: a property when the source tells it, else the block."""
    resources: tuple[str, ...]
    """Ids of the resources (or scopes) that it concerns: of a fact, what it is about."""
    locations: Sequence[Origin]
    """Where those resources stand, one for each."""
    reasons: tuple[Reason, ...]
    """The conditions that decided, for the first of the resources."""
    chapter: str = ""
    rows: tuple[str, ...] = ()
    """Rows of the guidance that it answers."""
    stride: tuple[str, ...] = ()
    """STRIDE categories of what it lets happen."""
    impact: dict[str, Weight] = {}
    """Weight of the effect on availability, integrity and confidentiality: severe, moderate, low, none."""
    availability: str = ""
    """How this workload goes down, or loses data, because of it."""
    why: str = ""
    cheapest: str = msgspec.field(default="", name="break")
    """The cheapest repair in one line."""
    fix: dict[str, str] = {}
    """Repairs by the language they are written in, and `tradeoff`: what the repair costs."""
    given: tuple[str, ...] = ()
    """Names of the inputs that decide whether any of the resources exists, when that is not known."""
    facts: tuple[Fact, ...] = ()
    """What analyses found, and the finding rests on."""


class Source(Record, frozen=True):
    """One input as it was read."""

    source: str
    """`terraform`, `plan`, `state`, `template`, `inventory`."""
    label: str
    """How people name it."""
    resources: int
    """How many resources it gave."""
    addresses: dict[str, int] = {}
    """What became of its addresses, in numbers: `resource`, `merged`, `child`, `opaque`, `none`."""
    files: tuple[ReadInput, ...] = ()
    """The files and folders that it was read from, and those that were found and not used."""
    incomplete: bool = False
    """Whether resources may be missing from it."""


class Need(Record, frozen=True):
    """An input whose value would settle something, in the order in which giving them pays most."""

    name: str
    """`var.prefix`, `parameters('location')`, or the address of what is known only after deployment."""
    settles: int
    """Unknown verdicts settled once this one and those before it are given."""
    concerns: int
    """Unknown verdicts that it has a part in."""
    resources: bool = False
    """Whether it decides which resources there are."""
    given: bool = True
    """Whether a user can give it; false for what is known only after deployment."""


class Attestation(Record, frozen=True):
    """What only people know: a question that waits for their answer."""

    criterion: str
    title: str
    question: str
    """What is attested with yes or no."""
    evidence: tuple[str, ...] = ()
    """What the attestation must show."""
    rows: tuple[str, ...] = ()


class Inherited(Record, frozen=True):
    """A fact of the platform that answers rows of the guidance: nothing to judge, something to know."""

    criterion: str
    title: str
    statement: str = ""
    source: str = ""
    """Where the platform says so."""
    rows: tuple[str, ...] = ()


class Summary(Record, frozen=True, omit_defaults=False):
    """Numbers of verdicts by state, each apart: never one percentage."""

    resources: int
    criteria: int
    """Criteria that were asked for."""
    verified: int
    """Compliant."""
    violated: int
    """Non-compliant."""
    waived: int
    """Exempt."""
    unknown: int
    not_applicable: int
    manual: int
    """Waiting for an attestation."""
    inherited: int
    """Answered by the platform."""
    error: int
    """The criterion could not be evaluated."""
    other: int
    """Conflicting or protected."""
    findings: dict[str, int]
    """Findings by severity, worst first."""
    without_subject: tuple[str, ...]
    """Criteria for which the workload has no resource."""
    complete: bool
    """False when a resource may have been missed or a criterion failed."""


class Subject(Record, frozen=True):
    """What was assessed."""

    paths: tuple[str, ...]
    """As the user named it."""
    subscription: str | None = None
    """Where resources stand whose source does not say it."""


class Assessment(Record, frozen=True):
    """All of it, except the resources, which stay in the estate and are written from there."""

    subject: Subject
    environment: str | None
    """The environment whose inputs were looked for."""
    edition: str
    """Edition of the guidance."""
    inputs: tuple[Source, ...]
    unresolved: tuple[Unresolved, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    """Worst first."""
    needs: tuple[Need, ...]
    attestations: tuple[Attestation, ...]
    inherited: tuple[Inherited, ...]
    summary: Summary
    initiative: str | None = None
    """The initiative that it was judged by, as the user named it; absent when it was the criteria."""
