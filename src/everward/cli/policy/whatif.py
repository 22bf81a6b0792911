"""`everward policy whatif ASSIGNMENT PATH...`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, deliver, output_option
from everward.cli.policy.options import as_json, hidden, load, own_resources, read, subject_options, tell_gaps, title_of
from everward.values import clean

if TYPE_CHECKING:
    from everward.estate import Estate
    from everward.policy.bench import Outlook, Row

WORDS = {
    "denied": "would be denied",
    "error": "cannot be evaluated",
    "changed": "would be changed",
    "deploys": "would get something deployed",
    "flagged": "would be flagged",
    "unknown": "hang on what is not known yet",
}
"""What can happen, the worst first, as the end of a sentence about resources."""


@click.command("whatif", short_help="Show what an assignment would deny, change or flag.")
@click.argument("definition", metavar="ASSIGNMENT|DEFINITION", type=click.Path(path_type=Path))
@subject_options
@output_option("text", "json")
def whatif_command(definition: Path, paths: tuple[Path, ...], targets: tuple[Target, ...], **options: Any) -> int:
    """Show what an assignment would do to a workload: what it would deny, change, deploy or flag.

    The file holds an assignment, an initiative or a definition; the last two are taken as assigned everywhere.
    Ends with 1 when something would be denied.
    """
    outputs = check_targets(targets)
    from everward.policy.bench import look_ahead

    subject = load(definition, options)
    estate = read(paths, options, subject)
    resources = own_resources(estate)
    found = look_ahead(subject, estate, resources)
    for target in outputs:
        deliver(_json(found) if target.form == "json" else _text(found, estate, len(resources)), target)
    if tell_gaps(estate, subject.problems):
        return 3
    return int(any("denied" in item.words for item in found))


def _text(found: Sequence[Outlook], estate: Estate, total: int) -> Iterator[bytes]:
    for word, said in WORDS.items():
        mine = [item for item in found if item.word == word]
        if not mine:
            continue
        yield f"{len(mine)} {said}\n".encode()
        for item in mine:
            for line in _lines(item, estate):
                yield f"  {line}\n".encode("utf-8", "backslashreplace")
    untouched = total - sum(bool(item.words) for item in found)
    yield f"{untouched} of {total} resources would not be touched\n".encode()


def _lines(item: Outlook, estate: Estate) -> Iterator[str]:
    from everward.policy.effects import render_changes
    from everward.policy.testing.report import shown

    also = f" (also {', '.join(item.words[1:])})" if len(item.words) > 1 else ""
    yield f"{title_of(item.resource)}{also}"
    for row in item.rows:
        if row.outcome.state not in ("compliant", "exempt", "notApplicable"):
            yield from _row_lines(row, estate)
    if item.error is not None:
        yield f"  the request cannot be decided: {clean(item.error)}"
    for event in item.telling:
        if event.message:
            yield f"  {event.result}: {clean(event.message)}"
    decision = item.decision
    if decision is None:
        return
    for line in render_changes(decision.changes):
        yield f"  {clean(line)}"
    for follow_up in decision.follow_ups:
        if follow_up.deployment is not None:
            target = follow_up.deployment.id
            yield f"  deploys {clean(target if isinstance(target, str) else shown(target))}"


def _row_lines(row: Row, estate: Estate) -> Iterator[str]:
    """What one policy says, and why."""
    from everward.policy.testing.report import reason_line

    effect = f" ({row.outcome.effect})" if row.outcome.effect else ""
    yield f"  {row.outcome.state}{effect}: {clean(row.title)}"
    if row.message:
        yield f"    message: {clean(row.message)}"
    if row.outcome.error is not None:
        yield f"    {clean(row.outcome.error)}"
    for reason in hidden(row.explain(estate).reasons[:3]):
        yield f"    because {reason_line(reason)}"


def _json(found: Sequence[Outlook]) -> Iterator[bytes]:
    document = {
        "schema": "everward/policy-whatif/1",
        "resources": [
            {
                "resource": item.resource.id,
                "type": item.resource.type,
                "origin": item.resource.origin,
                "what": item.words,
                "error": item.error,
                "verdicts": [
                    {
                        "reference": row.name or None,
                        "policy": row.title,
                        "outcome": row.outcome,
                        "message": row.message or None,
                    }
                    for row in item.rows
                ],
                "changes": item.decision.changes if item.decision is not None else [],
                "events": item.decision.events if item.decision is not None else [],
                "followUps": item.decision.follow_ups if item.decision is not None else [],
            }
            for item in found
        ],
    }
    yield from as_json(document)
