"""`everward policy eval DEFINITION PATH...`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, deliver, output_option
from everward.cli.policy.options import (
    as_given,
    as_json,
    hidden,
    load,
    own_resources,
    read,
    subject_options,
    tell_gaps,
    title_of,
)
from everward.values import clean

if TYPE_CHECKING:
    from everward.estate import Estate
    from everward.policy.bench import Row
    from everward.policy.effects import FollowUp, RequestDecision

MANY = 200
"""Changes or lines of a deployment that are shown of one resource."""


@click.command("eval", short_help="Judge resources or a workload by a policy, with reasons.")
@click.argument("definition", metavar="DEFINITION", type=click.Path(path_type=Path))
@subject_options
@click.option("--all", "everything", is_flag=True, help="Show resources that the policy is not about as well.")
@output_option("text", "json")
def eval_command(
    definition: Path, paths: tuple[Path, ...], everything: bool, targets: tuple[Target, ...], **options: Any
) -> int:
    """Judge resources by a policy: the effect, the reasons, what modify would change, what would be deployed.

    DEFINITION is the file of a definition, an initiative or an assignment. PATH is a file with resources (JSON or
    YAML, one or a list), or anything that `assess` reads. Ends with 1 when something does not comply.
    """
    outputs = check_targets(targets)
    subject = load(definition, options)
    estate = read(paths, options, subject)
    rows = subject.judge(estate, own_resources(estate))
    shown = rows if everything else [row for row in rows if row.outcome.state != "notApplicable"]
    results = [_Result(row, estate) for row in shown]
    for target in outputs:
        pieces = _json(results, subject.title) if target.form == "json" else _text(results, len(rows))
        deliver(pieces, target)
    incomplete = tell_gaps(estate, subject.problems)
    if incomplete:
        return 3
    return int(any(row.outcome.state in ("nonCompliant", "error", "conflicting") for row in rows))


class _Result:
    """A verdict with its reasons, and what a request would come to."""

    def __init__(self, row: Row, estate: Estate) -> None:
        from everward.policy.effects import Enforced, evaluate_request
        from everward.policy.problem import EvaluationError

        self.row = row
        self.reasons = hidden(row.explain(estate).reasons)
        self.decision: RequestDecision | None = None
        self.error: str | None = None
        if row.outcome.state in ("notApplicable", "exempt"):
            return
        try:
            self.decision = evaluate_request(row.resource, [Enforced(row.policy, row.enforced, row.title)], estate)
        except EvaluationError as error:
            self.error = error.message

    @property
    def follow_up(self) -> FollowUp | None:
        """What would be deployed."""
        found = self.decision.follow_ups if self.decision is not None else ()
        return next((item for item in found if item.deployment is not None), None)


def _text(results: Sequence[_Result], judged: int) -> Iterator[bytes]:
    for result in results:
        for line in _lines(result):
            yield f"{line}\n".encode("utf-8", "backslashreplace")
    counts = Counter(str(result.row.outcome.state) for result in results)
    said = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    if said:
        yield f"{said}\n".encode()
    elif judged:
        yield f"the policy is about none of the {judged} resources (--all shows them)\n".encode()
    else:
        yield b"there is nothing to judge\n"


def _lines(result: _Result) -> Iterator[str]:
    from everward.policy.testing.report import reason_line

    row, outcome = result.row, result.row.outcome
    effect = f" ({outcome.effect})" if outcome.effect else ""
    yield f"{outcome.state}{effect}  {title_of(row.resource)}"
    if row.name:
        yield f"  policy   {clean(row.title)} [{clean(row.name)}]"
    if row.message:
        yield f"  message  {clean(row.message)}"
    if outcome.error is not None:
        yield f"  error    {clean(outcome.error)}"
    if outcome.hole is not None:
        yield f"  unknown  {clean(outcome.hole.reason)}"
        if outcome.hole.decided_by:
            yield f"  waits    for {clean(', '.join(outcome.hole.decided_by))}"
    for reason in result.reasons:
        yield f"  because  {reason_line(reason)}"
    if result.error is not None:
        yield f"  request  cannot be decided: {clean(result.error)}"
    if result.decision is not None:
        yield from _decided(result, result.decision)


def _decided(result: _Result, decision: RequestDecision) -> Iterator[str]:
    """What a request for the resource comes to."""
    from everward.policy.effects import render_changes

    if decision.verdict != "allowed":
        yield f"  request  {decision.verdict}"
    for event in decision.events:
        if event.message:
            yield f"  {event.result:<8} {clean(event.message)}"
    if decision.changes:
        yield "  modify would change"
        yield from (f"    {clean(line)}" for line in render_changes(decision.changes[:MANY]))
    if result.follow_up is not None:
        yield from _deployment(result.follow_up)


def _deployment(follow_up: FollowUp) -> Iterator[str]:
    deployment = follow_up.deployment
    if deployment is None:
        return
    yield f"  deploys  {clean(deployment.id if isinstance(deployment.id, str) else _told(deployment.id))}"
    if deployment.roles:
        yield f"  roles    {clean(', '.join(deployment.roles))}"
    if follow_up.delay:
        yield f"  after    {clean(follow_up.delay)}"
    if deployment.hole is not None:
        yield f"  waits    for {clean(', '.join(deployment.hole.decided_by) or deployment.hole.reason)}"
    properties = deployment.body.get("properties")
    parameters = properties.get("parameters") if isinstance(properties, dict) else None
    for name, value in (parameters or {}).items():
        given = value.get("value") if isinstance(value, dict) and value.keys() == {"value"} else value
        yield f"    {clean(str(name))} = {clean(_told(as_given(str(name), given)))}"
    template = properties.get("template") if isinstance(properties, dict) else None
    for kind in _types_of(template):
        yield f"    a resource {clean(kind)}"


def _types_of(template: Any) -> list[str]:
    listed = template.get("resources") if isinstance(template, dict) else None
    items = listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ()
    return [str(item["type"]) for item in items if isinstance(item, dict) and "type" in item]


def _told(value: Any) -> str:
    from everward.policy.testing.report import shown

    return shown(value)


def _json(results: Sequence[_Result], title: str) -> Iterator[bytes]:
    document = {
        "schema": "everward/policy-eval/1",
        "policy": title,
        "results": [
            {
                "resource": result.row.resource.id,
                "type": result.row.resource.type,
                "origin": result.row.resource.origin,
                "reference": result.row.name or None,
                "outcome": result.row.outcome,
                "message": result.row.message or None,
                "reasons": result.reasons,
                "request": None if result.decision is None else _request(result),
            }
            for result in results
        ],
    }
    yield from as_json(document)


def _request(result: _Result) -> dict[str, Any]:
    decision = result.decision
    if decision is None:
        return {}
    return {
        "verdict": decision.verdict,
        "changes": decision.changes,
        "events": decision.events,
        "followUps": decision.follow_ups,
    }
