"""`everward keys`: what hangs on which key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import click

from everward.cli.answering import end, incomplete_option
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
def impact_command(
    name: str, paths: tuple[Path, ...], allow_incomplete: bool, targets: tuple[Target, ...], **reading: Any
) -> int:
    """Say what stops when a vault, or a key, secret or certificate in it, is disabled, out of reach or throttled."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.keys.impact import impact_of
    from everward.facts.keys.keyring import Keys
    from everward.facts.readers import readers
    from everward.reports.interface import Look
    from everward.reports.keys import impact_json, impact_svg, impact_text

    estate = Estate(read(paths, **reading))
    impact = impact_of(Keys(estate, readers(estate)), name)
    for output in outputs:
        if output.form == "json":
            deliver(impact_json(impact), output)
        elif output.form == "svg":
            deliver(impact_svg(impact), output)
        else:
            deliver(impact_text(impact, Look(width=width(), colour=colours(output))), output)
    return end(estate, allow_incomplete=allow_incomplete)
