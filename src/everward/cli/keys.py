"""`everward keys`: what hangs on which key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import click

from everward.cli.answering import end, incomplete_option, nothing_hidden
from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options


class KeysGroup(LazyGroup):
    """`everward keys COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "impact": ("everward.cli.keys:impact_command", "What stops when a vault, key, secret or certificate is gone."),
    }


@click.command(cls=KeysGroup)
def keys() -> None:
    """Ask what hangs on which key, secret or certificate."""


@click.command("impact")
@click.argument("name", metavar="VAULT|KEY")
@reading_options
@incomplete_option
@output_option("text", "json", "svg")
@click.option("--explain", is_flag=True, help="Show each use: where it stands, and whether it follows a rotation.")
def impact_command(
    name: str,
    paths: tuple[Path, ...],
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    explain: bool,
    **reading: Any,
) -> int:
    """Say what stops when a vault, or a key, secret or certificate in it, is disabled, out of reach or throttled.

    VAULT|KEY is a name, an id, or VAULT/NAME where several vaults have something of that name.
    """
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.keys.impact import impact_of
    from everward.facts.keys.keyring import Keys
    from everward.facts.readers import approaches, readers
    from everward.reports.interface import Look
    from everward.reports.keys import Answer, impact_json, impact_text
    from everward.reports.keys_drawing import impact_svg

    estate = Estate(read(paths, **reading))
    keys = Keys(estate, readers(estate))
    with nothing_hidden(estate):
        impact = impact_of(keys, name)
    askers = [cluster for use in impact.uses if (cluster := keys.cluster_of(use)) is not None]
    ways = () if impact.vault is None else tuple(approaches(estate, impact.vault.resource, askers))
    answer = Answer(keys, impact, ways)
    for output in outputs:
        if output.form == "json":
            deliver(impact_json(answer), output)
        elif output.form == "svg":
            deliver(impact_svg(impact), output)
        else:
            deliver(impact_text(answer, Look(width=width(), colour=colours(output)), explain=explain), output)
    return end(estate, allow_incomplete=allow_incomplete)
