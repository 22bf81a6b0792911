"""The main job: an estate and a catalogue in, an assessment out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everward.assessment.findings import find
from everward.assessment.judge import Judgement, judge
from everward.assessment.model import Assessment, Finding, Source, Subject, Summary
from everward.assessment.needs import rank_needs
from everward.assessment.severity import SEVERITIES
from everward.estate import Estate, Reading
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


def assess(estate: Estate, catalogue: Catalogue, options: AssessOptions) -> Assessment:
    """Judge an estate.

    Raises:
        UsageError: when a criterion that was asked for does not exist.

    """
    criteria = select(catalogue, options)
    judgement = judge(estate, criteria)
    findings = find(judgement.verdicts, estate, {criterion.id: criterion for criterion in criteria})
    unresolved = tuple(item for reading in estate.readings for item in reading.unresolved)
    return Assessment(
        subject=Subject(paths=options.paths, subscription=options.subscription),
        environment=options.environment,
        edition=options.edition,
        inputs=tuple(describe(reading) for reading in estate.readings),
        unresolved=unresolved,
        verdicts=tuple(judgement.verdicts),
        findings=tuple(findings),
        needs=tuple(rank_needs(judgement.verdicts, unresolved)),
        inherited=tuple(judgement.inherited),
        summary=summarise(estate, criteria, judgement, findings),
    )


def select(catalogue: Catalogue, options: AssessOptions) -> list[Criterion]:
    """The criteria of an edition, or those of it that were asked for, in the order of the catalogue.

    Raises:
        UsageError: when one that was asked for does not exist, or is not part of the edition.

    """
    every = [criterion for criterion in catalogue if options.edition in criterion.editions]
    if not options.criteria:
        return every
    known = {criterion.id: criterion for criterion in every}
    for wanted in options.criteria:
        if wanted not in known:
            raise unknown_criterion(wanted, [criterion.id for criterion in catalogue], options.edition)
    return [criterion for criterion in every if criterion.id in options.criteria]


def unknown_criterion(wanted: str, ids: Sequence[str], edition: str | None = None) -> UsageError:
    """The error for a criterion id that does not exist, with the ids that look like it."""
    if wanted in ids:
        return UsageError(
            f"criterion `{wanted}` is not part of edition {edition} of the guidance",
            help="choose the other edition with `--edition`",
        )
    from difflib import get_close_matches

    close = get_close_matches(wanted, ids, n=3, cutoff=0.5)
    meant = "did you mean " + " or ".join(f"`{name}`" for name in close) + "? " if close else ""
    return UsageError(f"there is no criterion `{wanted}`", help=f"{meant}`everward criteria list` shows all")


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
        resources=len(estate),
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
