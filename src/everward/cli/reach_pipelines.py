"""`everward reach pipelines`: whether pipelines get to what they deploy to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from everward.cli.answering import end, incomplete_option
from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options


@click.command("pipelines")
@reading_options
@incomplete_option
@output_option("text", "json")
def pipelines_command(
    paths: tuple[Path, ...], allow_incomplete: bool, targets: tuple[Target, ...], **reading: Any
) -> int:
    """Say whether the agents of pipelines get to the data planes that they deploy to, and by which way.

    Ends with 1 when some command has no way to its target, with 3 when that is not known.
    """
    outputs = check_targets(targets)
    from everward.estate import Estate, Resource
    from everward.facts.reach.deploymentfacts import DEPLOYMENT, deployment_facts
    from everward.facts.reach.paths import Networks
    from everward.reports.interface import Look
    from everward.reports.pipelines import outcome_of, pipelines_json, pipelines_text

    estate = Estate(read(paths, **reading))
    made = [item for item in deployment_facts(Networks(estate)) if isinstance(item, Resource)]
    facts = [item for item in made if item.type == f"Everward.{DEPLOYMENT}"]
    for output in outputs:
        if output.form == "json":
            deliver(pipelines_json(facts), output)
        else:
            deliver(pipelines_text(facts, Look(width=width(), colour=colours(output))), output)
    outcomes = {outcome_of(fact) for fact in facts}
    code = 1 if "fails" in outcomes else 3 if "unknown" in outcomes else 0
    return end(estate, code, allow_incomplete=allow_incomplete)
