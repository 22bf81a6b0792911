"""`everward estate COMMAND`: what was read, before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from everward.cli.group import Entry, LazyGroup


class EstateGroup(LazyGroup):
    """`everward estate COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "show": ("everward.cli.estate.show:show", "Show the resources, their places and what is not known of them."),
        "diff": ("everward.cli.estate.diff:diff", "Show where readings of the same resources disagree."),
        "graph": ("everward.cli.estate.graph:graph", "Show which resource names which, and for what."),
    }


@click.command(cls=EstateGroup)
def estate() -> None:
    """Show the resources as they were read."""
