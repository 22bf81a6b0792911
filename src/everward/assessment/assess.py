"""The main job: an estate and a catalogue in, an assessment out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everward.assessment.deriving import add_needed_facts
from everward.assessment.evidence import Evidence
from everward.assessment.findings import find
from everward.assessment.judge import Judgement, judge
from everward.assessment.model import Assessment, Finding, Source, Subject, Summary
from everward.assessment.needs import rank_needs
from everward.assessment.severity import SEVERITIES
from everward.estate import ANALYSES, Estate, Reading, is_fact
from everward.policy import State
from everward.values import UsageError

if TYPE_CHECKING:
    from everward.criteria import Catalogue, Criterion


@dataclass(frozen=True, slots=True)
class AssessOptions:
    """What the user said about how to judge."""

    paths: tuple[str, ...] = ()
    """What was read, as the user named it."""
    criteria: tuple[str, ...] = ()
    """Ids of the criteria to judge by; all when empty."""
    edition: str = "2026"
    """Edition of the guidance."""
    subscription: str | None = None
    environment: str | None = None
    initiative: str | None = None
    """The initiative that was asked for, when the catalogue is that of one."""


def assess(estate: Estate, catalogue: Catalogue, options: AssessOptions) -> Assessment:
    """Judge an estate, with the facts that its criteria read (`add_needed_facts`).

    Reasons stand in the findings, and in verdicts where they were needed to find their cause; `Evidence` gives those
    of the others.

    Raises:
        UsageError: when a criterion that was asked for does not exist.

    """
    criteria = select(catalogue, options)
    estate = add_needed_facts(estate, criteria)
    judgement = judge(estate, criteria)
    by_id = {criterion.id: criterion for criterion in criteria}
    findings = find(judgement.verdicts, by_id, Evidence(estate, criteria))
    unresolved = estate.unresolved
    return Assessment(
        subject=Subject(paths=options.paths, subscription=options.subscription),
        environment=options.environment,
        edition=options.edition,
        initiative=options.initiative,
        inputs=tuple(describe(reading) for reading in estate.readings if reading.source not in ANALYSES.values()),
        unresolved=unresolved,
        verdicts=tuple(judgement.verdicts),
        findings=tuple(findings),
        needs=tuple(rank_needs(judgement.verdicts, unresolved)),
        attestations=tuple(judgement.attestations),
        inherited=tuple(judgement.inherited),
        summary=summarise(estate, criteria, judgement, findings),
    )


def select(catalogue: Catalogue, options: AssessOptions) -> list[Criterion]:
    """The criteria of an edition, or those of it that were asked for, in the order of the catalogue.

    Raises:
        UsageError: when one that was asked for does not exist, or is not part of the edition.

    """
    chosen = catalogue.select(options.criteria) if options.criteria else catalogue
    for criterion in chosen:
        if options.criteria and options.edition not in criterion.editions:
            raise UsageError(
                f"criterion `{criterion.id}` is not part of edition {options.edition} of the guidance",
                help="choose the other edition with `--edition`",
            )
    return [criterion for criterion in chosen if options.edition in criterion.editions]


def describe(reading: Reading) -> Source:
    """One input in numbers."""
    counts = Counter(item.disposition.value for item in reading.dispositions)
    return Source(
        source=reading.source,
        label=reading.label,
        resources=len(reading.resources),
        addresses=dict(sorted(counts.items())),
        files=tuple(reading.inputs),
        incomplete=reading.incomplete,
    )


def summarise(
    estate: Estate, criteria: Sequence[Criterion], judgement: Judgement, findings: Iterable[Finding]
) -> Summary:
    """The numbers, each state apart."""
    states = Counter(verdict.state for verdict in judgement.verdicts)
    severities = Counter(finding.severity for finding in findings)
    return Summary(
        resources=sum(not is_fact(resource) for resource in estate),
        criteria=len(criteria),
        verified=states[State.COMPLIANT],
        violated=states[State.NON_COMPLIANT],
        waived=states[State.EXEMPT],
        unknown=states[State.UNKNOWN],
        not_applicable=judgement.not_applicable,
        manual=states[State.MANUAL],
        inherited=len(judgement.inherited),
        error=states[State.ERROR],
        other=states[State.CONFLICTING] + states[State.PROTECTED],
        findings={severity: severities[severity] for severity in SEVERITIES},
        without_subject=tuple(judgement.without_subject),
        complete=not estate.incomplete and not states[State.ERROR],
    )
