"""`everward estate graph PATH...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options

if TYPE_CHECKING:
    from everward.estate import Graph, Resource


@click.command()
@reading_options
@click.option("--from", "focus_id", metavar="ID", help="Only what this resource names, and what names it.")
@click.option(
    "--depth",
    metavar="N",
    type=click.IntRange(1, 100),
    default=2,
    show_default=True,
    help="How many steps are followed.",
)
@click.option("--allow-incomplete", is_flag=True, help="Let what could not be read not decide the exit code.")
@output_option("text", "json", "dot", "mermaid")
@click.option("--full", is_flag=True, help="Show long lists whole.")
def graph(
    paths: tuple[Path, ...],
    focus_id: str | None,
    depth: int,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    full: bool,
    **reading: Any,
) -> int:
    """Show which resource names which: parents, identities, subnets, targets of logs and other references."""
    outputs = check_targets(targets)
    from everward.assessment import Exit
    from everward.cli.estate.choosing import choose_one, tell_unread
    from everward.estate import Estate, Graph

    found = Estate(read(paths, **reading))
    focus = choose_one(found, focus_id) if focus_id is not None else None
    references = Graph(found)
    for target in outputs:
        _deliver(references, focus, depth, target, full=full)
    tell_unread(found)
    return int(Exit.INCOMPLETE if found.incomplete and not allow_incomplete else Exit.CLEAN)


def _deliver(graph: Graph, focus: Resource | None, depth: int, target: Target, *, full: bool) -> None:
    from everward.reports import Look
    from everward.reports.estate_graph import graph_dot, graph_json, graph_mermaid, graph_text

    if target.form == "text":
        look = Look(width=width(), colour=colours(target), full=full)
        # Without a resource to begin with, every one is listed with what it names itself.
        deliver(graph_text(graph, focus, depth if focus is not None else 1, look), target)
        return
    forms = {"json": graph_json, "dot": graph_dot, "mermaid": graph_mermaid}
    deliver(forms[target.form](graph, focus, depth), target)
